"""What a policy is asked does not depend on which policies are asked beside it, nor on their order."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lawbound import FunctionEngine, RunSpec, evaluate
from lawbound.evals.folder.asked import drawn_beside
from lawbound.evals.folder.lmeval_logs import IMPORTED
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.leaderboard.merge import LeaderboardError, merge_boards, read_board
from lawbound.evals.suite.selection import disagreements, draw
from lawbound.evals.suite.suite import compose, load_suite, shipped_suites
from lawbound.evals.suite.suite_file import Selection, Suite
from lawbound.rubrics.policy.files import load_policy
from lawbound.tasks.bank import load_bank

pytestmark = pytest.mark.filterwarnings("ignore::lawbound.evals.suite.draw_warnings.DrawWarning")

THREE = ("cn", "de", "us")
LIMIT = 6


def _asked(suite: Suite, names: Sequence[str]) -> dict[str, list[str]]:
    """The items that each policy is asked, in their order, by policy."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for arm in compose(suite, [load_policy(name) for name in names], limit=LIMIT):
        for policy in arm.policies:
            found[policy].append(arm.item.id)
    return {policy: list(dict.fromkeys(items)) for policy, items in found.items()}


@cache
def _of_three(name: str) -> dict[str, list[str]]:
    return _asked(load_suite(name), THREE)


@pytest.mark.parametrize("name", shipped_suites())
@pytest.mark.parametrize("order", [("us", "de", "cn"), ("de", "cn", "us")])
def test_the_order_of_policies_changes_nothing_that_one_is_asked(
    name: str, order: Sequence[str]
) -> None:
    assert _asked(load_suite(name), order) == _of_three(name)


@pytest.mark.parametrize("name", shipped_suites())
@pytest.mark.parametrize("some", [("cn",), ("us", "cn"), ("jp", "cn")])
def test_the_other_policies_change_nothing_that_one_is_asked(
    name: str, some: Sequence[str]
) -> None:
    """Apart from `differ`, which the policies asked define."""
    suite = load_suite(name)
    parts = tuple(part for part in suite.select if part.pick != "differ")
    alone = suite.model_copy(update={"select": parts})
    expected = _of_three(name) if parts == suite.select else _asked(alone, THREE)
    found = _asked(alone, some)
    assert all(found[one] == expected[one] for one in some if one in THREE)


@pytest.mark.parametrize("fields", [{"kind": "fact"}, {"kind": "policy", "pick": "any"}])
def test_what_is_the_same_for_all_is_drawn_without_looking_at_a_policy(
    fields: dict[str, str],
) -> None:
    part = Selection.model_validate({"strengths": ["full"], **fields})
    bank = load_bank()
    assert part.is_same_for_all
    found = [
        draw(part, policy, [policy], bank, 20, np.random.default_rng(0))
        for policy in map(load_policy, ("cn", "de", "intl"))
    ]
    assert found[0] == found[1] == found[2]


DIFFER = """\
id: mine
version: "1"
summary: S.
select: [{kind: policy, pick: differ, count: 2, strengths: [full]}]
"""


def test_a_board_holds_no_two_runs_of_a_policy_that_was_asked_beside_others(tmp_path: Path) -> None:
    """Their suites are the same, and their items are not."""
    (tmp_path / "mine.yaml").write_text(DIFFER, encoding="utf-8")
    folders, boards = {}, {}
    for name, asked in {"a": ("cn", "de"), "b": ("de", "cn"), "c": ("us", "de")}.items():
        spec = RunSpec(
            suite=str(tmp_path / "mine.yaml"), models=(name,), policies=asked, references=False
        )
        engine = FunctionEngine(lambda _: "I would rather not say.", name=name)
        evaluate(spec, tmp_path / name, engines={name: engine})
        folders[name] = tmp_path / name
        boards[name] = read_board(tmp_path / name / "leaderboard.csv")
    assert len({board["suite_hash"][0] for board in boards.values()}) == 1

    def merged(*names: str, force: bool = False) -> pd.DataFrame:
        found = {name: boards[name] for name in names}
        return merge_boards(
            found, allow_mixed=force, folders={name: folders[name] for name in names}
        )

    assert not merged("a", "b")["comparability"].any()
    with pytest.raises(
        LeaderboardError, match=r"^leaderboard: runs a, c differ in items of de \("
    ) as told:
        merged("a", "c")
    assert "items of cn" not in str(told.value)
    logged = RunFolder(folders["a"]).read_run().model_copy(update={"lawbound": IMPORTED})
    assert drawn_beside(logged) == {"cn": {"cn"}, "de": {"de"}}, "lm-eval asks each alone"
    assert set(merged("a", "c", force=True)["comparability"]) == {
        "mixed: items of de (what it differs on from the others asked)"
    }


def test_two_policies_that_differ_are_one_pair_whichever_is_named_first() -> None:
    cn, us = load_policy("cn"), load_policy("us")
    found = {(disagreements([cn, us], i), disagreements([us, cn], i)) for i in load_bank()}
    assert found == {((), ()), (("cn/us",), ("cn/us",))}
