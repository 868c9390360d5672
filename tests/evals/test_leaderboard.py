"""The board and its tables: order and ranks, cells, columns, merging, and what is refused when one is read."""

import csv
import io
import json
from importlib.resources import files
from pathlib import Path

import pytest

from lawbound.evals.columns import LEADERBOARD, METRICS, SCHEMA_VERSION
from lawbound.evals.folder.record import RunRecord
from lawbound.evals.leaderboard.board import leaderboard_rows, metrics_rows, ties_a_baseline
from lawbound.evals.leaderboard.card import model_card
from lawbound.evals.leaderboard.merge import merge_boards, read_board, run_names
from lawbound.evals.leaderboard.schema import schema_files, write_schemas
from lawbound.evals.leaderboard.table import LeaderboardError, cell, csv_bytes
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.metrics.registry import REPORTED
from lawbound.evals.metrics.tally import Tally
from lawbound.runners.cli.remarks import warn_of_missing
from lawbound.runners.cli.results import print_leaderboard

PLACE = ("a", "cn", "generate")

COIN = {
    "model": "reference:coin",
    "spec": "reference:coin",
    "reference": True,
    "grader": "declared",
}
RUN = RunRecord.model_validate(
    {
        "suite": {"id": "quick", "version": "1"},
        "seed": 1,
        "policies": [
            {"id": "cn", "version": "2026.11", "from": "cn"},
            {"id": "de", "version": "2", "from": "de"},
        ],
        "models": [COIN],
        "lawbound": "0.1.0",
    }
)


def changed(**content):
    """The same run but for that."""
    return RunRecord.model_validate(RUN.content() | content)


def model(name, j, capability, tax, *, policy="cn", spread=0.05, mode="generate"):
    """The estimates that rank a model, with intervals of one width."""

    def one(metric, value, strength="full", mode="generate"):
        low, high = max(value - spread, REPORTED[metric].least), min(value + spread, 1)
        return Estimate(
            metric, name, policy, strength, mode=mode, value=value, low=low, high=high, n=10, clusters=10,
        )  # fmt: skip

    return [
        one("J", j),
        one("capability", capability, mode=mode),
        one("policy_tax", tax, mode=mode),
        one("tradeoff_signed", j * capability, mode=mode),
        one("tradeoff", max(j, 0) * capability, mode=mode),
    ]


def test_rows_are_ordered_by_policy_rank_and_tradeoff_with_references_last():
    estimates = [
        *model("reference:coin", 0.99, 0.99, 0.0),
        *model("weak", 0.2, 0.2, 0.3, policy="de"),
        *model("weak", 0.2, 0.2, 0.3),
        *model("frugal", 0.5, 0.5, 0.0),
        *model("strong", 0.9, 0.9, 0.1),
    ]
    board = leaderboard_rows(estimates, RUN)
    assert list(zip(board["policy"], board["model"], strict=True)) == [
        ("cn", "strong"), ("cn", "frugal"), ("cn", "weak"), ("cn", "reference:coin"), ("de", "weak"),
    ]  # fmt: skip
    assert board["front"].tolist()[:3] == [1, 1, 2]
    assert board["is_reference"].tolist() == [False, False, False, True, False]
    assert board["rank"].isna().tolist() == [False, False, False, True, False]
    assert board["policy_version"].tolist() == ["2026.11"] * 4 + ["2"]


def test_models_that_doubt_cannot_tell_apart_share_a_rank():
    estimates = [
        *model("a", 0.90, 0.9, 0.1),
        *model("b", 0.88, 0.9, 0.1),
        *model("c", 0.30, 0.3, 0.1),
    ]
    board = leaderboard_rows(estimates, RUN)
    assert board["rank"].tolist() == [1, 1, 3]
    assert board["rank_low"].tolist() == [1, 1, 3]
    assert board["rank_high"].tolist() == [2, 2, 3]


def test_no_row_stands_above_one_that_is_ranked_higher():
    estimates = [
        *model("frugal", 0.1, 0.5, -0.2),  # on the first front, and beaten
        *model("strong", 0.9, 0.9, 0.3),
        *model("perverse", -0.6, 0.9, 0.3),  # as useless as the next by `tradeoff`, and worse
        *model("useless", -0.01, 0.9, 0.3),
    ]
    board = leaderboard_rows(estimates, RUN)
    assert board["model"].tolist() == ["strong", "frugal", "useless", "perverse"]
    assert board["rank"].tolist() == sorted(board["rank"])
    assert board["front"].tolist() == [1, 1, 2, 3]


def test_a_rest_of_summation_decides_neither_front_nor_order(tmp_path):
    tax = sum([0.1] * 8) - 0.8  # -1.1e-16, as rounding leaves it
    assert -1e-12 < tax < 0
    estimates = [
        *model("worse", 0.2, 0.5, -0.0125 + tax),
        *model("better", 0.3, 0.5, -0.0125),
        *model("a", 0.3, 0.5, 0.4),
        *model("z", 0.3 + 1e-16 * 0.6, 0.5, 0.4),
    ]
    board = leaderboard_rows(estimates, RUN)
    (tmp_path / "leaderboard.csv").write_bytes(csv_bytes(board))
    again = merge_boards({"one": read_board(tmp_path / "leaderboard.csv")})
    for table in (board, again):
        fronts = dict(zip(table["model"], table["front"], strict=True))
        assert fronts == {"better": 1, "worse": 2, "a": 2, "z": 2}
        assert table["model"].tolist() == ["a", "better", "z", "worse"]


def test_choices_never_share_a_rank_with_generated_answers():
    estimates = [*model("a", 0.9, 0.9, 0.1), *model("b", 0.3, 0.3, 0.1, mode="choices")]
    board = leaderboard_rows(estimates, RUN)
    assert dict(zip(board["model"], board["mode"], strict=True)) == {
        "a": "generate",
        "b": "choices",
    }
    assert board["rank"].tolist() == [1, 1]


def test_a_number_of_the_other_mode_is_not_shown():
    estimates = [
        *model("a", 0.9, 0.8, 0.1),
        Estimate("capability", "a", "cn", "full", mode="choices", value=0.2),
    ]
    board = leaderboard_rows(estimates, RUN).set_index("mode")
    assert board.loc["generate", "capability_full"] == 0.8
    assert board.loc["choices", "capability_full"] == 0.2
    assert board["policy_tax"].isna().tolist() == [True, False]
    assert board["J"].tolist() == [0.9, 0.9], "behaviour is always generated"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"), ("+x", "'+x"), ("-x", "'-x"), ("@x", "'@x"), ("\tx", "'\tx"),
        ("\rx", "'\rx"), ("x=1", "x=1"), (-0.5, "-0.5"), (0.1 + 0.2, "0.3"), (1 / 3, "0.333333"),
        (float("nan"), ""), (None, ""), (True, "true"), (7, "7"), (-0.0, "0"), (1e-6, "1e-06"),
        (2.005e-10, "2.005e-10"), (7.8e-18, "0"), (-5.551e-17, "0"),
    ],
)  # fmt: skip
def test_cells(value, text):
    assert cell(value) == text


def test_a_hostile_model_name_is_no_formula_in_either_csv():
    name = '=HYPERLINK("http://example.org")'
    estimates = model(name, 0.5, 0.5, -0.1)
    for table in (leaderboard_rows(estimates, RUN), metrics_rows(estimates)):
        rows = list(csv.DictReader(io.StringIO(csv_bytes(table).decode())))
        assert {row["model"] for row in rows} == {"'" + name}
    board = csv_bytes(leaderboard_rows(estimates, RUN)).decode()
    assert ",-0.1," in board, "numbers keep their sign"


def test_columns_are_those_of_the_schema():
    estimates = model("a", 0.5, 0.5, 0.1)
    assert list(leaderboard_rows(estimates, RUN).columns) == [c.name for c in LEADERBOARD]
    assert list(metrics_rows(estimates).columns) == [c.name for c in METRICS]


def test_schema_files_follow_from_the_columns():
    folder = files("lawbound.evals") / "schema"
    for name, text in schema_files().items():
        assert (folder / name).read_text(encoding="utf-8") == text, f"{name}: make schema"
    assert json.loads(schema_files()["leaderboard.table.json"])["version"] == SCHEMA_VERSION


def test_the_schemas_are_written_over_those_of_other_columns(tmp_path):
    (tmp_path / "metrics.row.json").write_text("{}\n", encoding="utf-8")
    write_schemas(tmp_path)
    written = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    shipped = files("lawbound.evals") / "schema"
    assert written == {file.name: file.read_text(encoding="utf-8") for file in shipped.iterdir()}


def test_a_board_survives_its_file(tmp_path):
    board = leaderboard_rows([*model("a", 0.5, 0.5, 0.1), *model("=b", 0.1, 0.2, 0.3)], RUN)
    path = tmp_path / "leaderboard.csv"
    path.write_bytes(csv_bytes(board))
    again = read_board(path)
    assert again["model"].tolist() == board["model"].tolist()
    assert csv_bytes(again) == csv_bytes(board)


def test_merged_runs_are_ranked_together_and_references_stand_once():
    one = leaderboard_rows([*model("a", 0.3, 0.3, 0.1), *model("reference:coin", 0, 0, 0)], RUN)
    two = leaderboard_rows([*model("b", 0.9, 0.9, 0.1), *model("reference:coin", 0, 0, 0)], RUN)
    merged = merge_boards({"one": one, "two": two})
    assert merged["model"].tolist() == ["b", "a", "reference:coin"]
    assert merged["run"].tolist() == ["two", "one", "one"]
    assert merged["rank"].tolist()[:2] == [1, 2]
    assert set(merged["comparability"]) == {""}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"suite": {"id": "quick", "version": "2"}}, "suite_hash"),
        ({"policies": [{"id": "cn", "version": "2027.1", "from": "cn"}]}, "policy_version of cn"),
        (
            {
                "policies": [
                    {
                        "id": "cn",
                        "version": "2026.11",
                        "digest": "0123456789abcdef",
                        "from": "cn",
                    }
                ]
            },
            "policy_digest of cn",
        ),
        ({"scorer_version": "99"}, "scorer_version"),
        ({"spec": {"limit": 3}}, "suite_hash"),
        ({"bank": "0123456789abcdef"}, "suite_hash"),
    ],
)
def test_runs_that_differ_are_not_merged_unless_told_and_then_say_so(change, word):
    boards = {
        "one": leaderboard_rows(model("a", 0.3, 0.3, 0.1), RUN),
        "two": leaderboard_rows(model("b", 0.9, 0.9, 0.1), changed(**change)),
    }
    with pytest.raises(LeaderboardError, match=word):
        merge_boards(boards)
    merged = merge_boards(boards, allow_mixed=True)
    assert all(word in text for text in merged["comparability"])


NOW = f"\n{SCHEMA_VERSION},".encode()


def test_a_board_of_another_version_is_to_be_written_anew(tmp_path):
    path = tmp_path / "leaderboard.csv"
    now = csv_bytes(leaderboard_rows(model("a", 0.3, 0.3, 0.1), RUN))
    path.write_bytes(now.replace(NOW, b"\n2,"))
    boards = {"old": read_board(path), "new": leaderboard_rows(model("b", 0.9, 0.9, 0.1), RUN)}
    with pytest.raises(LeaderboardError, match=r"schema_version .*`lawbound score RUN` writes"):
        merge_boards(boards)
    # An interval that the value lies outside of, as a bootstrap could give.
    path.write_bytes(now.replace(NOW, b"\n2,").replace(b",0.25,0.35,", b",0.31,0.35,"))
    with pytest.raises(LeaderboardError, match=r"\(`lawbound score` of its run folder writes it"):
        read_board(path)
    path.write_bytes(now.replace(NOW, b"\n2,").replace(b"J_mde", b"J_old"))
    with pytest.raises(
        LeaderboardError,
        match=rf"schema_version is '2', expected {SCHEMA_VERSION}: .*anew; here is no run.yaml\)$",
    ):
        read_board(path)


def test_boards_of_another_version_are_told_in_one_line(command, tmp_path):
    now = csv_bytes(leaderboard_rows(model("a", 0.3, 0.3, 0.1), RUN))
    written = {"old": now.replace(NOW, b"\n2,"), "older": now.replace(NOW, b"\n2,"), "new": now}
    for name, text in written.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "leaderboard.csv").write_bytes(text)
    both = [str(tmp_path / name) for name in ("old", "older")]
    code, _, told = command("leaderboard", *both, "--by-run")
    assert code == 0
    (line,) = [line for line in told.splitlines() if "another version" in line]
    assert line == (
        f"WARNING: {', '.join(both)}: another version of Lawbound made these numbers (schema 2, now {SCHEMA_VERSION}): "
        "`lawbound score RUN` makes them anew"
    )
    assert "another version" not in command("leaderboard", str(tmp_path / "new"))[2]


def test_a_forced_merge_keeps_references_of_other_numbers_apart_in_any_order():
    other = changed(scorer_version="99")

    def boards(coin):
        one = leaderboard_rows([*model("a", 0.3, 0.3, 0.1), *model("reference:coin", 0, 0, 0)], RUN)
        two = [*model("b", 0.9, 0.9, 0.1), *model("reference:coin", coin, 0, 0)]
        return {"u1": one, "u2": leaderboard_rows(two, other)}

    for apart in (boards(0.4), dict(reversed(boards(0.4).items()))):
        values = merge_boards(apart, allow_mixed=True).set_index("model")["J"]
        assert sorted(values.index) == ["a", "b", "reference:coin (u1)", "reference:coin (u2)"]
        assert values["reference:coin (u1)"] == 0
        assert values["reference:coin (u2)"] == 0.4
    alike = merge_boards(boards(0), allow_mixed=True)
    assert sorted(alike["model"]) == ["a", "b", "reference:coin"]


def test_a_forced_merge_says_the_same_in_any_order_of_the_runs():
    def board(name, version, *policies):
        asked = [{"id": policy, "version": version, "from": policy} for policy in policies]
        rows = [
            row
            for policy in policies
            for one in (name, "reference:coin")
            for row in model(one, 0, 0, 0, policy=policy)
        ]
        return leaderboard_rows(rows, changed(policies=asked))

    boards = {"u2": board("a", "1", "de", "cn"), "u1": board("b", "2", "cn", "de")}
    merged = [
        merge_boards(one, allow_mixed=True) for one in (boards, dict(reversed(boards.items())))
    ]
    said = [sorted(csv_bytes(one).splitlines()) for one in merged]
    assert said[0] == said[1]
    assert set(merged[0].loc[merged[0]["is_reference"], "run"]) == {"u1"}


def test_runs_that_differ_are_not_merged_though_they_have_references_only():
    coin = model("reference:coin", 0, 0, 0)
    other = changed(policies=[{"id": "cn", "version": "2027.1", "from": "cn"}])
    boards = {"one": leaderboard_rows(coin, RUN), "two": leaderboard_rows(coin, other)}
    with pytest.raises(LeaderboardError, match="policy_version of cn"):
        merge_boards(boards)


def test_the_same_model_twice_is_an_error_in_a_merge():
    board = leaderboard_rows(model("a", 0.3, 0.3, 0.1), RUN)
    with pytest.raises(LeaderboardError, match="model 'a' stands in both one and two"):
        merge_boards({"one": board, "two": board})


def test_a_model_of_several_runs_is_ranked_as_one_of_each_where_that_is_asked():
    one = leaderboard_rows([*model("a", 0.3, 0.3, 0.1), *model("reference:coin", 0, 0, 0)], RUN)
    two = leaderboard_rows([*model("a", 0.9, 0.9, 0.1), *model("reference:coin", 0, 0, 0)], RUN)
    three = leaderboard_rows(model("b", 0.1, 0.1, 0.1), RUN)
    merged = merge_boards({"u1": one, "u2": two, "u3": three}, by_run=True)
    assert merged["model"].tolist() == ["a (u2)", "a (u1)", "b", "reference:coin"]
    assert merged["rank"].tolist()[:3] == [1, 2, 3]
    with pytest.raises(LeaderboardError, match="expected it once"):
        merge_boards({"u1": one, "u2": two, "u3": three})


def test_a_model_named_like_one_of_a_run_is_refused_without_a_hint_that_would_not_help():
    a = leaderboard_rows([*model("a", 0.3, 0.3, 0.1), *model("a (u2)", 0.3, 0.3, 0.1)], RUN)
    other = leaderboard_rows(model("a", 0.9, 0.9, 0.1), RUN)
    with pytest.raises(LeaderboardError, match=r"'a \(u2\)' stands in both .*once$"):
        merge_boards({"u1": a, "u2": other}, by_run=True)


def test_runs_in_folders_of_one_name_are_told_apart_by_their_parents(tmp_path, monkeypatch):
    one, two = tmp_path / "a" / "out", tmp_path / "b" / "out"
    assert run_names([one, tmp_path / "mine"]) == ("out", "mine")
    assert run_names([one, two]) == ("a/out", "b/out")
    two.mkdir(parents=True)
    monkeypatch.chdir(two)
    assert run_names([one, Path()]) == ("a/out", "b/out")


def test_a_run_named_twice_is_an_error(tmp_path):
    with pytest.raises(LeaderboardError, match="is named twice"):
        run_names([tmp_path, tmp_path / "x" / ".."])


def test_a_real_model_that_ties_a_baseline_on_every_column_is_named():
    estimates = [
        *model("stub", 0.0, 0.2, 0.1),
        *model("reference:coin", 0.0, 0.2, 0.1),
        *model("other", 0.1, 0.2, 0.1),
    ]
    (tie,) = ties_a_baseline(leaderboard_rows(estimates, RUN))
    assert (tie.model, tie.baseline) == ("stub", "reference:coin")
    assert tie.text.startswith("model 'stub' equals the baseline 'reference:coin' on every column")
    assert ties_a_baseline(leaderboard_rows(model("other", 0.1, 0.2, 0.1), RUN)) == []


def test_a_model_card_block_names_policy_metric_and_interval():
    import yaml

    board = leaderboard_rows(model("org/a", 0.5, 0.4, 0.1), RUN)
    card = yaml.safe_load(model_card(board, "org/a"))
    (entry,) = card["model-index"]
    (result,) = entry["results"]
    assert entry["name"] == "org/a"
    assert result["dataset"]["revision"] == "cn 2026.11"
    values = {m["type"]: m["value"] for m in result["metrics"]}
    assert values["J"] == 0.5
    with pytest.raises(LeaderboardError, match="model 'b' is not on it"):
        model_card(board, "b")


def test_a_model_card_says_what_it_rests_on_and_what_it_cannot_state():
    import yaml

    board = leaderboard_rows(model("a", 0.00004, float("nan"), 0.1), RUN, {PLACE: Tally(1, 2, 3)})
    board["J_low"], board["policy_tax"], board["policy_tax_note"] = 0.00001, float("nan"), "floor"
    (entry,) = yaml.safe_load(model_card(board, "a"))["model-index"]
    metrics = {m["type"]: m for m in entry["results"][0]["metrics"]}
    assert metrics["J"]["value"] == 0.00004 and "0.00001 to" in metrics["J"]["name"]
    assert metrics["capability_full"]["value"] == "not stated"
    assert (metrics["policy_tax"]["name"], metrics["policy_tax"]["value"]) == (
        "policy_tax [floor]",
        "not stated",
    )
    counts = [metrics[name]["value"] for name in ("n", "unscored", "errors", "blocked")]
    assert counts == [int(board["n"].item()), 1, 2, 3]


def test_blocked_answers_of_merged_rows_are_warned_of(capsys):
    warn_of_missing(leaderboard_rows(model("a", 0.5, 0.5, 0.1), RUN, {PLACE: Tally(1, 2, 3)}))
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("WARNING: 2 answers of a under cn are missing")
    assert second.startswith("WARNING: 3 answers of a under cn were blocked by a provider's filter")


def test_the_console_shows_ranks_as_ranges_and_the_mode_where_there_are_several(capsys):
    doubtful = [*model("a", 0.90, 0.9, 0.1), *model("b", 0.88, 0.9, 0.1)]
    print_leaderboard(leaderboard_rows(doubtful, RUN))
    head, first, *_ = capsys.readouterr().out.splitlines()
    assert "mode" not in head.split() and first.startswith("1-2 ")
    assert head.split()[-1] == "n" and first.split()[-1].isdigit()
    chosen = model("c", 0.9, 0.9, 0.1, mode="choices")
    print_leaderboard(leaderboard_rows([*doubtful, *chosen], RUN))
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["rank", "model", "policy", "mode"]
    assert {row.split()[3] for row in rows} == {"generate", "choices"}


def test_an_apostrophe_of_the_name_itself_survives_the_file(tmp_path):
    names = ["'quoted", "=formula", "plain"]
    board = leaderboard_rows([e for n in names for e in model(n, 0.5, 0.5, 0.0)], RUN)
    path = tmp_path / "leaderboard.csv"
    path.write_bytes(csv_bytes(board))
    assert sorted(read_board(path)["model"]) == sorted(names)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"J": "0.99"}, "'J' holds '0.99', expected 0.25 to 0.35 (its interval)"),
        ({"over_refusal": "7"}, "'over_refusal' holds '7', expected 0 to 1 (over_refusal)"),
        ({"adherence_high": "1.2"}, "'adherence_high' holds '1.2', expected 0 to 1 (adherence)"),
        ({"policy_tax": "-3"}, "'policy_tax' holds '-3', expected -2 to 2 (policy_tax)"),
        ({"J_p_holm": "1.5"}, "'J_p_holm' holds '1.5', expected 0 to 1"),
        ({"J_mde": "-0.1"}, "'J_mde' holds '-0.1', expected 0 or more"),
        (
            {"J_lower_bound": "-1", "J_upper_bound": "0.2"},
            "'J' holds '0.3', expected -1 to 0.2 (its bounds)",
        ),
        ({"rank": "-3"}, "'rank' holds '-3', expected 1 or more"),
        ({"rank": "3"}, "'rank' holds '3', expected 1 to 1 (rank_low to rank_high)"),
        ({"errors": "-1"}, "'errors' holds '-1', expected 0 or more"),
    ],
)
def test_a_number_that_cannot_be_is_refused_with_its_row_and_column(tmp_path, cells, told):
    board = leaderboard_rows([*model("a", 0.3, 0.3, 0.1), *model("b", 0.9, 0.9, 0.1)], RUN)
    rows = list(csv.DictReader(io.StringIO(csv_bytes(board).decode())))
    weak = next(i for i, row in enumerate(rows) if row["model"] == "a")
    rows[weak] |= {"rank": "1", "rank_low": "1", "rank_high": "1"} | cells
    path = tmp_path / "leaderboard.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(board.columns))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(LeaderboardError) as caught:
        read_board(path)
    assert str(caught.value) == f"{path}:{weak + 2}: column {told}"


def test_a_claim_that_is_neither_true_nor_false_is_refused(tmp_path):
    board = csv_bytes(leaderboard_rows(model("a", 0.3, 0.3, 0.1), RUN)).decode()
    path = tmp_path / "leaderboard.csv"
    path.write_text(board.replace(",a,false,", ",a,no,"))
    with pytest.raises(LeaderboardError, match="'is_reference' holds 'no', expected true or false"):
        read_board(path)
