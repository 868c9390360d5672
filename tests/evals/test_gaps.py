"""What a run's numbers lack: counted once for each answer, and said in one line."""

import math
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace
from typing import Any

import pytest

from lawbound import FunctionEngine, MetricError, RunSpec, conclude, evaluate, hold_gates
from lawbound.evals.caveats import caveats_of_answers, caveats_of_thinking
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.gaps import gaps_of
from lawbound.rubrics.answers import verifiable
from lawbound.rubrics.answers.places import FactError
from lawbound.runners.cli.remarks import warn
from lawbound.runners.sample import Sample

nan = math.nan
FAILED = {"error": True, "behaviour": "unscored", "met": nan, "plain": nan}
UNREAD = {"behaviour": "unscored", "met": nan, "plain": nan}


def test_answers_that_never_came_are_counted_once_for_a_warning(row, frame, run_record, capsys):
    alone = {"think_only": True, "behaviour": "empty"}
    rows = [row("cut", strength="none", policy=p, truncated=True, **alone) for p in ("p", "q")]
    rows += [
        row("done", **alone),
        row("said"),
        row("failed", error=True, think_only=True),
        row("chosen", mode="choices", think_only=True),
    ]
    found = gaps_of(frame(rows), {"m": {}}, run_record()).thinking
    assert found == {"m": (3, 2, 1)}
    warn(caveats_of_thinking(SimpleNamespace(thinking=found)))
    assert "2 of 3 answers of m hold thinking alone (1 cut off" in " ".join(
        capsys.readouterr().err.split()
    )


def test_blocked_and_cut_off_answers_are_counted_once_for_a_warning(row, frame, run_record, capsys):
    rows = [row("b", strength="none", policy=p, blocked=True, **UNREAD) for p in ("p", "q")]
    rows += [row(f"said{i}") for i in range(9)]
    rows += [
        row("cut", truncated=True),
        row("untold", truncated=nan),
        row("thought", truncated=True, think_only=True),
        row("failed", **FAILED),
        row("chosen", mode="choices", truncated=True),
    ]
    found = gaps_of(frame(rows), {"m": {}}, run_record())
    assert found.blocked == {"m": (14, 1)}
    assert found.truncated == {"m": (12, 1)}
    for cut, is_told in ((1, False), (2, True)):
        gaps = SimpleNamespace(
            thinking={}, blocked={"m": (14, 1)}, truncated={"m": (12, cut)}, empty={}
        )
        warn(caveats_of_answers(gaps))
        told = " ".join(capsys.readouterr().err.split())
        assert "1 of 14 answers of m were blocked by its provider's filter" in told
        assert ("2 of 12 answers of m were cut off at the token limit" in told) == is_told


def test_answers_without_a_word_are_counted_once_for_a_warning(row, frame, run_record, capsys):
    rows = [row("mute", strength="none", policy=p, behaviour="empty") for p in ("p", "q")]
    rows += [row(f"said{i}") for i in range(9)]
    rows += [
        row("untold", behaviour="empty", truncated=nan),
        row("thought", behaviour="empty", think_only=True),
        row("cut", behaviour="empty", truncated=True),
        row("failed", **FAILED),
        row("chosen", mode="choices", behaviour="empty"),
    ]
    assert gaps_of(frame(rows), {"m": {}}, run_record()).empty == {"m": (13, 2)}
    for empty, is_told in ((1, False), (2, True)):
        gaps = SimpleNamespace(thinking={}, blocked={}, truncated={}, empty={"m": (13, empty)})
        warn(caveats_of_answers(gaps))
        told = " ".join(capsys.readouterr().err.split())
        assert ("2 of 13 answers of m ended without a word" in told) == is_told


@pytest.mark.parametrize(
    "said",
    [
        "http://h/v1: status 200 with content type text/event-stream, expected application/json: data: {} of {}",
        "http://h/v1: status 500: no room for chatcmpl-{}a8{}",
    ],
)
def test_errors_that_differ_in_what_they_quote_are_one_kind(said, row, frame, run_record):
    errors = ["http://h/v1: status 418: tea"] * 2 + [said.format(n % 4, n) for n in (0, 1, 1, 2, 3)]
    keys = [f"k{n}" for n in range(len(errors))]
    rows = [row(key, key=key, **FAILED) for key in keys]
    stored = {k: Sample(k, "", "error", error=e) for k, e in zip(keys, errors, strict=True)}
    found = gaps_of(frame(rows), {"m": stored}, run_record())
    assert found.errors == {"m": (said.format(1, 1), 5)}


@pytest.mark.parametrize("said", ["status 500: no room", "status 500: " + "x" * 283])
def test_errors_that_differ_in_how_often_they_were_tried_are_one_kind(said, row, frame, run_record):
    errors = ["status 418: tea"] * 3 + [f"{said} ({n} tries)" for n in (7, 7, 14, 14, 14)] + [said]
    keys = [f"k{n}" for n in range(len(errors))]
    stored = {k: Sample(k, "", "error", error=e) for k, e in zip(keys, errors, strict=True)}
    rows = [row(key, key=key, **FAILED) for key in keys]
    found = gaps_of(frame(rows), {"m": stored}, run_record())
    assert found.errors == {"m": (f"{said} (14 tries)"[:300], 6)}


def test_of_a_model_without_a_word_it_is_told_and_not_of_the_baseline_that_is_meant_so(tmp_path):
    engine = FunctionEngine(lambda _: "...", name="mute")
    spec = RunSpec(models=("mute",), policies=("us",), limit=1)
    found = evaluate(spec, tmp_path, engines={"mute": engine})
    ((model, (answers, empty)),) = found.gaps.empty.items()
    assert model == "mute" and answers == empty > 10
    assert "reference:empty" in set(found.leaderboard["model"])


def test_answers_that_no_program_could_check_are_told_and_counted(monkeypatch, tmp_path):
    def check(item, text):
        raise FactError("pattern 'x' takes more than 5 s of the processor on an answer")

    monkeypatch.setitem(verifiable._CHECKS, "fact", check)
    engine = FunctionEngine(lambda _: "I am sure that it was so.", name="m")
    spec = RunSpec(suite="quick", models=("m",), policies=("us",), limit=2, references=False)
    found = evaluate(spec, tmp_path, engines={"m": engine})
    (told,) = [one for one in found.caveats if one.kind == "fault"]
    assert told.is_warning and told.model == "m"
    frame = RunFolder(tmp_path).read_frame()
    facts = frame[frame["kind"] == "fact"]
    count = len(facts)
    assert facts["outcome"].eq("").all() and facts["behaviour"].ne("unscored").all()
    assert facts["fault"].str.startswith("item '").all() and count
    assert told.text.startswith(f"{count} of ")
    assert told.text.endswith("': pattern 'x' takes more than 5 s of the processor on an answer)")
    assert set(found.leaderboard["unscored"]) == {count}
    shares = [one for one in found.estimates if one.metric == "fact_true" and one.asked]
    for one in shares:
        assert one.unscored == one.asked and math.isnan(one.value)
        assert (one.lower_bound, one.upper_bound) == (0.0, 1.0)
    assert sum(one.asked for one in shares) == count


@pytest.mark.parametrize("text", ["Answer: " + "1" * 400 + ".5", "答案：一" + "亿" * 599])
def test_a_model_that_loops_gets_a_leaderboard(text, tmp_path):
    engine = FunctionEngine(lambda _: text, name="m")
    spec = RunSpec(suite="quick", models=("m",), policies=("us",), limit=1, references=False)
    found = evaluate(spec, tmp_path, engines={"m": engine})
    assert set(found.leaderboard["model"]) == {"m"} and not found.gaps.faults


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run that was to ask m and n, and was stopped in n."""

    def stop(_):
        raise KeyboardInterrupt

    out = tmp_path_factory.mktemp("stopped")
    engines = {"m": FunctionEngine(lambda _: "Yes.", name="m"), "n": FunctionEngine(stop, name="n")}
    spec = RunSpec(suite="quick", models=("m", "n"), policies=("us",), limit=2, references=False)
    with pytest.raises(KeyboardInterrupt):
        evaluate(spec, out, engines=engines)
    conclude(out)
    return out


@pytest.mark.parametrize(
    "words",
    [
        ("gate", "--that", "truncated<=1"),
        ("power", "--effect", "0.1", "--metric", "capability"),
        ("leaderboard",),
    ],
)
def test_who_was_not_asked_to_its_end_is_told_beside_every_number(stopped, command, words):
    name, *options = words
    code, out, err = command(name, stopped, *options)
    assert f"WARNING: {stopped}: n was not asked to its end" in err
    assert "m" in out.split()
    assert code == (1 if name == "gate" else 0)


@pytest.mark.parametrize("most", [5, -0.1, math.nan, "x"])
def test_a_share_that_may_be_missing_is_a_share(stopped: Path, most: Any) -> None:
    with pytest.raises(MetricError, match="expected a share from 0 to 1"):
        hold_gates(stopped, "truncated<=1", most_missing=most)


def test_no_gate_passes_while_a_model_is_missing_whole(stopped, command):
    code, out, err = command("gate", stopped, "--that", "truncated<=1")
    assert code == 1 and "holds" in out and "no gate passes while a model is missing whole" in err
    code, _, err = command("gate", stopped, "--that", "truncated<=1", "--missing", "1")
    assert code == 0 and "n was not asked to its end" in err and "no gate passes" not in err
    held = hold_gates(stopped, ["truncated<=1"])
    assert held.gates[0].passed and not held.passed
    assert held.barred == ("a model is missing whole",)
    assert [(one.kind, one.model) for one in held.caveats] == [("not-asked", "n")]
    assert hold_gates(stopped, ["truncated<=1"], most_missing=1).passed


def test_a_reference_model_that_is_missing_fails_no_gate(stopped, command, rewrite, tmp_path):
    run = RunFolder(copytree(stopped, tmp_path / "run"))
    rewrite(run.root, spec=run.read_run().spec | {"models": ["m"], "references": True})
    code, _, err = command("gate", run.root, "--that", "truncated<=1")
    assert code == 0 and "reference:coin was not asked to its end" in err
    assert hold_gates(run.root, ["truncated<=1"]).passed
    with pytest.raises(MetricError, match="found no gate and no thresholds, expected one of them"):
        hold_gates(run.root)


def test_how_thinking_alone_ended_is_not_claimed_where_nobody_knows(row, frame, run_record, capsys):
    rows = [row("alone", think_only=True, behaviour="empty", truncated=nan), row("x"), row("y")]
    found = gaps_of(frame(rows), {"m": {}}, run_record()).thinking
    assert found == {"m": (3, 1, None)}
    warn(caveats_of_thinking(SimpleNamespace(thinking=found)))
    assert "(nobody knows how they ended)" in " ".join(capsys.readouterr().err.split())
