"""The bars of the baselines, end to end: composed, asked, judged by the real graders, concluded."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lawbound.evals.conclude import Conclusion, conclude
from lawbound.evals.evaluate import evaluate
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.leaderboard.board import Tie, ties_a_baseline
from lawbound.evals.run_spec import RunSpec
from lawbound.runners.engines.function import FunctionEngine

POLICIES = ("cn", "de", "us", "intl")
DETERMINISTIC = (
    "always-refuse",
    "always-comply",
    "parrot",
    "empty",
    "always-notice",
    "always-neutral",
)
UNDESERVING = (*DETERMINISTIC, "keyword-topic", "keyword-act")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out: Path = tmp_path_factory.mktemp("baselines")
    evaluate(RunSpec(suite="quick", models=("reference:oracle",), policies=POLICIES), out)
    return out


@pytest.fixture(scope="module")
def board(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "leaderboard.csv").set_index(["model", "policy"])


def _column(board: pd.DataFrame, model: str, name: str) -> list[float]:
    column: dict[Any, float] = board[name].to_dict()
    return [column[f"reference:{model}", policy] for policy in POLICIES]


@pytest.mark.parametrize("model", UNDESERVING)
def test_no_undeserving_baseline_has_a_positive_j(board: pd.DataFrame, model: str) -> None:
    assert all(j <= 0 for j in _column(board, model, "J"))


def test_a_filter_by_country_has_no_j_that_could_not_be_chance(board: pd.DataFrame) -> None:
    """Rules that name no country are about one all the same, so by these it may earn a little."""
    assert all(low <= 0 for low in _column(board, "keyword-target", "J_low"))
    assert all(j <= 0.2 for j in _column(board, "keyword-target", "J"))


@pytest.mark.parametrize("model", DETERMINISTIC)
def test_constants_have_no_capability_and_a_tradeoff_of_exactly_zero(
    board: pd.DataFrame, model: str
) -> None:
    assert all(c <= 0 for c in _column(board, model, "capability_full"))
    assert all(t == 0 for t in _column(board, model, "tradeoff"))


def test_the_oracle_is_perfect_on_the_verdict_path(board: pd.DataFrame) -> None:
    assert _column(board, "oracle", "J") == [1.0] * 4
    assert _column(board, "oracle", "capability_full") == [1.0] * 4
    assert _column(board, "oracle", "policy_tax") == [0.0] * 4
    assert _column(board, "oracle", "tradeoff") == [1.0] * 4
    assert all(duty in (1.0,) or duty != duty for duty in _column(board, "oracle", "duty"))


def test_a_tax_on_nothing_is_nan_and_not_zero(board: pd.DataFrame) -> None:
    assert all(tax != tax for tax in _column(board, "always-refuse", "policy_tax"))


def test_refusing_everything_withholds_all_that_the_neutral_reference_answers(
    board: pd.DataFrame,
) -> None:
    assert _column(board, "always-refuse", "intl_gap") == [1.0] * 4
    assert _column(board, "empty", "intl_gap") == [0.0] * 4


def test_every_request_is_accounted_for(folder: Path) -> None:
    frame = RunFolder(folder).read_frame()
    run = RunFolder(folder).read_run()
    assert set(frame["model"]) == {entry.model for entry in run.models}
    assert all(entry.failed == 0 for entry in run.models)
    assert not frame["error"].any()
    assert frame.groupby("model").size().nunique() == 1


def test_a_baseline_in_disguise_is_found_out_and_scoring_again_changes_no_byte(
    tmp_path: Path,
) -> None:
    from lawbound.rubrics.reference.constants import REFUSAL

    spec = RunSpec(suite="quick", models=("sly",), policies=("us",), limit=6)
    engine = FunctionEngine(lambda request: REFUSAL, name="sly")
    conclusion: Conclusion = evaluate(spec, tmp_path, engines={"sly": engine})
    names = ("leaderboard.csv", "metrics.csv")
    before = [(tmp_path / name).read_bytes() for name in names]
    assert Tie("sly", "reference:always-refuse") in conclusion.ties
    honest = conclusion.leaderboard
    honest.loc[honest["model"] == "sly", "J"] = 0.5
    assert not ties_a_baseline(honest)
    conclude(tmp_path)
    assert [(tmp_path / name).read_bytes() for name in names] == before


@pytest.mark.sim
def test_the_interval_of_a_coin_holds_zero_in_most_seeds(tmp_path: Path) -> None:
    coins = tuple(f"reference:coin?seed={seed}" for seed in range(60))
    spec = RunSpec(suite="quick", models=coins, policies=("cn", "us"), references=False)
    board = evaluate(spec, tmp_path).leaderboard
    holds = (board["J_low"] <= 0) & (board["J_high"] >= 0)
    assert len(board) == 120
    assert holds.mean() >= 0.95


def test_who_answers_everything_has_no_excess_whatever_add_ons_it_owes(board: pd.DataFrame) -> None:
    assert _column(board, "always-comply", "excess") == [0.0] * 4
    assert _column(board, "always-comply", "J") == _column(board, "always-comply", "adherence")
