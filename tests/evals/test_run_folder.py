"""The run folder: files appear whole or not at all."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lawbound import FunctionEngine, ModelError, RunSpec, conclude, evaluate
from lawbound.evals.asking import ask
from lawbound.evals.conclude import Conclusion
from lawbound.evals.folder.estimates import read_estimates
from lawbound.evals.folder.files import FolderError, read_records, write_lines
from lawbound.evals.folder.record import RunRecord
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.gaps import not_asked
from lawbound.evals.leaderboard.board import metrics_rows
from lawbound.evals.leaderboard.table import csv_bytes
from lawbound.evals.metrics.estimate import Estimate
from lawbound.evals.prepare import prepare
from lawbound.runners.lock import StoreError, lock
from lawbound.runners.store import read_samples

Command = Callable[..., tuple[int, str, str]]


def test_lines_that_fail_half_way_leave_what_stood_there(tmp_path: Path) -> None:
    file = tmp_path / "plan.jsonl"
    write_lines(file, ['{"a": 1}', '{"a": 2}'])

    def torn() -> Iterator[str]:
        yield '{"a": 3}'
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        write_lines(file, torn())
    assert [record for _, record in read_records(file)] == [{"a": 1}, {"a": 2}]
    assert [found.name for found in tmp_path.iterdir()] == ["plan.jsonl"]


@pytest.mark.parametrize("line", ["[1]", '{"a":', "\x00", "[" * 100_000])
def test_a_line_that_is_no_object_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "plan.jsonl"
    file.write_text('{"a": 1}\n' + line + "\n")
    with pytest.raises(FolderError, match=r"plan\.jsonl:2: (is no JSON|found)"):
        list(read_records(file))


def test_nobody_comes_in_between_asking_and_judging(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = []

    def intrude() -> None:
        try:
            with lock(tmp_path):
                refused.append("let in")
        except StoreError as fault:
            refused.append(str(fault))

    def watched(*args: Any, **more: Any) -> Any:
        other = threading.Thread(target=intrude)
        other.start()
        other.join()
        return conclude(*args, **more)

    monkeypatch.setattr("lawbound.evals.evaluate.conclude", watched)
    spec = RunSpec(suite="quick", models=("m",), policies=("us",), limit=1, references=False)
    evaluate(spec, tmp_path, engines={"m": FunctionEngine(lambda _: "Yes.", name="m")})
    assert len(refused) == 1 and "another run is writing here" in refused[0]
    intrude()
    assert refused[1] == "let in"


def test_numbers_of_another_run_do_not_stay_in_its_folder(tmp_path: Path) -> None:
    def run(policy: str) -> None:
        spec = RunSpec(suite="quick", models=("m",), policies=(policy,), limit=1, references=False)
        evaluate(spec, tmp_path, engines={"m": FunctionEngine(lambda _: "Yes.", name="m")})

    run("cn")
    (tmp_path / "corrected.csv").write_text("model,metric,raw,corrected,lambda\n")
    (tmp_path / "corrected.yaml").write_text("of these numbers")
    conclude(tmp_path)
    assert (tmp_path / "compliance.csv").exists() and (tmp_path / "corrected.csv").exists()
    run("us")
    assert not (tmp_path / "compliance.csv").exists()
    assert not (tmp_path / "corrected.csv").exists()
    assert not (tmp_path / "corrected.yaml").exists()


def test_a_model_that_never_answered_is_named(tmp_path: Path) -> None:
    def fail(_: Any) -> str:
        raise RuntimeError("the server said 403")

    spec = RunSpec(suite="quick", models=("m", "n"), policies=("us",), limit=1, references=False)
    engines = {
        "m": FunctionEngine(fail, name="m"),
        "n": FunctionEngine(lambda _: "Yes.", name="n"),
    }
    assert evaluate(spec, tmp_path, engines=engines).gaps.silent == ("m",)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: lines + lines[-1:], "an earlier line asks the same"),
        (
            lambda lines: [
                lines[0].replace('"strength": "none"', '"strength": "ultra"'),
                *lines[1:],
            ],
            "strength is 'ultra', expected one of none, placebo",
        ),
    ],
)
def test_a_plan_that_counts_twice_or_knows_other_strengths_is_refused(
    tmp_path: Path,
    undigested: Callable[[Path], Path],
    change: Callable[[list[str]], list[str]],
    told: str,
) -> None:
    spec = RunSpec(suite="quick", models=("m",), policies=("us",), limit=1, references=False)
    evaluate(spec, tmp_path, engines={"m": FunctionEngine(lambda _: "Yes.", name="m")})
    undigested(tmp_path)
    (plan,) = (tmp_path / "plan").iterdir()
    lines = plan.read_text(encoding="utf-8").splitlines()
    lines.sort(key=lambda line: '"strength": "none"' not in line)
    plan.write_text("\n".join(change(lines)) + "\n", encoding="utf-8")
    with pytest.raises(FolderError, match="jsonl:") as fault:
        conclude(tmp_path)
    assert told in str(fault.value)


def _ask(out: Path, *policies: str) -> None:
    spec = RunSpec(suite="quick", models=("m",), policies=policies, limit=1, references=False)
    evaluate(spec, out, engines={"m": FunctionEngine(lambda _: "Yes.", name="m")})


def test_a_policy_named_twice_is_asked_once(tmp_path: Path) -> None:
    _ask(tmp_path, "us", "us", "de")
    recorded = RunFolder(tmp_path).read_run().policies
    assert [entry.id for entry in recorded] == ["us", "de"]
    assert all(len(entry.digest) == 16 for entry in recorded)


def test_a_file_that_is_not_there_is_named_once_and_without_a_number(tmp_path: Path) -> None:
    for read in (lambda: next(read_records(tmp_path)), lambda: read_estimates(tmp_path)):
        with pytest.raises(FolderError) as caught:
            read()
        assert str(caught.value).startswith(
            f"{tmp_path}: cannot be read (Is a directory), expected"
        )
    with pytest.raises(FolderError) as caught:
        RunFolder(tmp_path).read_frame()
    line = f"{tmp_path}/verdicts.parquet: cannot be read (No such file or directory), expected"
    assert str(caught.value).startswith(line)


@pytest.mark.parametrize("model", ["=x", " =x", "＝x", "-5", "'tis", "a\tb"])
def test_a_name_comes_back_from_the_metrics_as_it_was_written(tmp_path: Path, model: str) -> None:
    wrote = Estimate("J", model, "cn", "full", value=0.5, low=0.25, high=0.75, n=4)
    path = tmp_path / "metrics.csv"
    path.write_bytes(csv_bytes(metrics_rows([wrote])))
    assert [found.model for found in read_estimates(path)] == [model]


def _answers(text: str, **named: str) -> FunctionEngine:
    return FunctionEngine(lambda _: text, **named)


def _spec(*models: str, **more: Any) -> RunSpec:
    return RunSpec(suite="quick", models=models, policies=("us",), limit=1, **more)


def test_functions_without_a_name_are_labelled_by_their_keys(tmp_path: Path) -> None:
    engines = {"a": _answers("Yes."), "b": _answers("I can't help with that.")}
    found = evaluate(_spec("a", "b", references=False), tmp_path, engines=engines).leaderboard
    assert list(found["model"].unique()) == ["a", "b"]
    texts = {m: set(_texts(tmp_path, m)) for m in ("a", "b")}
    assert texts == {"a": {"Yes."}, "b": {"I can't help with that."}}
    assert engines["a"].fingerprint().model == "function"


def _texts(out: Path, model: str) -> list[str]:
    return [sample.text for sample in read_samples(RunFolder(out).samples(model)).values()]


def test_a_name_that_a_function_was_given_goes_before_its_key(tmp_path: Path) -> None:
    engines = {"a": _answers("Yes.", name="b")}
    found = evaluate(_spec("a", references=False), tmp_path, engines=engines).leaderboard
    assert set(found["model"]) == {"b"}


@pytest.mark.parametrize(
    ("engines", "told"),
    [
        (
            {"a": {"name": "m"}, "b": {"name": "m"}},
            "model 'b': is labelled 'm' like model 'a', expected labels that differ",
        ),
        (
            {"a": {}, "b": {"name": "b" * 5000}},
            "model 'b': has a label of 5000 characters, expected at most 4096",
        ),
        ({"a": {"name": "b"}, "b": {}}, "model 'b': is labelled 'b' like model 'a'"),
        (
            {"a": {"name": "reference:oracle"}, "b": {}},
            "model 'a': is labelled 'reference:oracle', expected a label that does not begin with 'reference:'",
        ),
        (
            {"a": {}, "b": {}, "reference:oracle": {}},
            "engines: 'reference:oracle' is a reference model, which answers by itself, expected another name",
        ),
        ({"a": {}, "b": {}, "c": {}}, "engines: 'c' is no model of the spec, expected one of a, b"),
    ],
)
def test_engines_that_cannot_be_told_apart_are_refused_before_one_is_asked(
    tmp_path: Path, engines: dict[str, dict[str, str]], told: str
) -> None:
    def never(_: Any) -> str:
        raise KeyboardInterrupt

    ready = {key: FunctionEngine(never, **named) for key, named in engines.items()}
    with pytest.raises(ModelError) as caught:
        evaluate(_spec("a", "b"), tmp_path, engines=ready)
    assert str(caught.value).startswith(told) and "\n" not in str(caught.value)


def test_two_models_that_turn_out_to_have_one_label_leave_the_folder_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = {"hf:m": _answers("Yes.", name="m"), "smollm2": _answers("Yes.", name="m")}
    monkeypatch.setattr("lawbound.evals.asking.open_model", lambda model, *_: opened[model])
    with pytest.raises(ModelError, match="'smollm2': is labelled 'm' like model 'hf:m'"):
        evaluate(_spec(*opened, references=False), tmp_path)
    assert set(conclude(tmp_path).leaderboard["model"]) == {"m"}


def test_a_ready_engine_that_is_missing_when_it_is_asked_is_told_as_no_form_of_a_model(
    tmp_path: Path,
) -> None:
    prepared = prepare(_spec("a", references=False), own={"a"})
    with pytest.raises(ModelError, match="model 'a': unknown form"):
        ask(prepared, tmp_path)


def test_a_function_that_was_not_asked_since_all_was_stored_is_told(tmp_path: Path) -> None:
    def run(text: str, revision: str) -> None:
        engines = {"a": _answers(text, revision=revision)}
        evaluate(_spec("a", references=False), tmp_path, engines=engines)

    run("Yes.", "1")
    with pytest.warns(UserWarning, match=r"^a: all \d+ answers were stored .* revision=$") as told:
        run("I can't help with that.", "1")
    assert [Path(one.filename).name for one in told] == ["test_run_folder.py"]
    assert set(_texts(tmp_path, "a")) == {"Yes."}
    run("I can't help with that.", "2")
    assert "I can't help with that." in _texts(tmp_path, "a")


class _Stopped(FunctionEngine):
    """Ctrl-C at its third question."""

    def __init__(self, name: str) -> None:
        asked: list[Any] = []

        def answer(request: Any) -> str:
            asked.append(request)
            if len(asked) == 3:
                raise KeyboardInterrupt
            return "Yes."

        super().__init__(answer, name=name)


@pytest.mark.filterwarnings("ignore:.* answers were stored in")
def test_a_model_that_was_not_asked_to_its_end_is_named_when_the_run_is_judged_again(
    command: Command, tmp_path: Path
) -> None:
    def run(*policies: str, n: FunctionEngine) -> Conclusion:
        spec = RunSpec(suite="quick", models=("m", "n"), policies=policies, limit=1)
        return evaluate(spec, tmp_path, engines={"m": _answers("Yes.", name="m"), "n": n})

    assert run("cn", n=_answers("Yes.", name="n")).gaps.not_asked == ()
    with pytest.raises(KeyboardInterrupt):
        run("cn", "de", n=_Stopped("n"))
    found = conclude(tmp_path)
    assert set(found.leaderboard["model"]) == {"m"}
    assert found.gaps.not_asked[0] == "n" and all(
        r.startswith("reference:") for r in found.gaps.not_asked[1:]
    )
    assert len(found.gaps.not_asked) > 1
    assert "WARNING: n was not asked to its end" in command("score", tmp_path)[2]
    assert run("cn", "de", n=_answers("Yes.", name="n")).gaps.not_asked == ()


@pytest.mark.parametrize("spec", [{}, {"models": "n"}, {"models": [1], "references": True}])
def test_a_run_that_does_not_say_whom_it_was_to_ask_misses_nobody(
    run_record: Callable[..., RunRecord], spec: dict[str, Any]
) -> None:
    assert not_asked(run_record(spec=spec)) == ()


@pytest.mark.parametrize("policies", [("cn",), ("cn", "us", "de")])
def test_a_run_that_was_stopped_under_other_policies_says_how_to_go_on(
    tmp_path: Path, undigested: Callable[[Path], Path], policies: tuple[str, ...]
) -> None:
    _ask(tmp_path, "cn", "us")
    spec = RunSpec(suite="quick", models=("m",), policies=policies, limit=2, references=False)
    with pytest.raises(KeyboardInterrupt):
        evaluate(spec, tmp_path, engines={"m": _Stopped("m")})
    with pytest.raises(FolderError, match=r"written by a run that was stopped, .*: run it again"):
        conclude(tmp_path)
    if "de" in policies:  # this shows where no digests do
        with pytest.raises(
            FolderError, match=r"found policy 'de', expected one of .* run it again$"
        ):
            conclude(undigested(tmp_path))


@pytest.mark.filterwarnings("ignore:.* answers were stored in")
def test_a_model_that_leaves_the_numbers_since_another_was_asked_here_is_named(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = {"hf:a": _answers("Yes.", name="a"), "hf:b": _answers("No.", name="b")}
    monkeypatch.setattr("lawbound.evals.asking.open_model", lambda model, *_: opened[model])

    def told(models: str) -> str:
        options = ["--policy", "us", "--limit", "1", "--no-references", "--out", str(tmp_path)]
        return command("run", "quick", "--model", models, *options)[2]

    assert "numbers no more" not in told("hf:a")
    assert "a stands in this folder's numbers no more" in told("hf:b")
    assert "numbers no more" not in told("hf:a,hf:b")


def test_a_report_that_cannot_be_made_leaves_the_older_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def results() -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}

    def broken(*args: Any, **more: Any) -> str:
        raise OverflowError("too large")

    evaluate(_spec("a", references=False), tmp_path, engines={"a": _answers("Yes.")})
    samples = RunFolder(tmp_path).samples("a")
    samples.write_bytes(b"".join(samples.read_bytes().splitlines(keepends=True)[1:]))
    before = results()
    with monkeypatch.context() as patch, pytest.raises(OverflowError):
        patch.setattr("lawbound.evals.report.render_report", broken)
        conclude(tmp_path)
    assert results() == before
    conclude(tmp_path)
    now = results()
    changed = {name for name in now if now[name] != before[name]}
    assert changed == {
        "run.yaml",
        "verdicts.parquet",
        "metrics.csv",
        "leaderboard.csv",
        "report.html",
    }


def test_a_record_that_could_not_be_read_again_is_refused_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_: Any) -> str:
        raise KeyboardInterrupt

    spec = RunSpec(suite="quick", models=("a",), policies=("us",), limit=1, references=False)
    prepared = prepare(spec, own=("a",))
    monkeypatch.setattr("lawbound.tasks.io.yaml_files.MAX_ENTRIES", 100)
    with pytest.raises(FolderError, match=r"run\.yaml: line \d+: has more than 100 values"):
        ask(prepared, tmp_path, engines={"a": FunctionEngine(never)})
    assert [file.name for file in tmp_path.iterdir()] == [".lock"]
