"""Servers told apart: answers of one are not passed off as another's, nor two models as one."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.request import Request as Put
from urllib.request import urlopen

import pytest

from lawbound import ModelError, RunSpec, evaluate
from lawbound.evals.asking import ask
from lawbound.evals.folder.record import RunRecord
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.observer import Silent
from lawbound.evals.prepare import prepare
from lawbound.runners.store import Store, read_samples

Command = Callable[..., tuple[int, str, str]]

Serve = Callable[[str], str]
Seen = Callable[[str], list[str]]


@pytest.fixture
def serve(judge: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Call it with a word for a server; returns a model named x that it runs."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return lambda word: f"openai:x@{judge(word, ('', f'I am {word}.')).partition('@')[2]}"


def _run(out: Path, model: str, *more: object) -> tuple[object, ...]:
    small = ("--policy", "us", "--limit", 1, "--no-references")
    return ("run", "quick", "--model", model, *small, "--out", out, *more)


def _warnings(err: str) -> list[str]:
    return [line for line in err.splitlines() if "stored" in line]


def test_answers_that_another_server_gave_are_told(
    command: Command, serve: Serve, seen: Seen, tmp_path: Path
) -> None:
    first, second = serve("one"), serve("two")
    code, _, err = command(*_run(tmp_path, first))
    assert (code, _warnings(err)) == (0, [])
    assert _warnings(command(*_run(tmp_path, first))[2]) == []
    asked = len(seen(first))
    code, _, err = command(*_run(tmp_path, second))
    (told,) = _warnings(err)
    assert code == 0 and seen(second) == []
    assert told.startswith(
        f"WARNING: x: all {asked} answers were stored in {tmp_path} before, when"
    )
    assert f"asked as {first}; " in told and "--model-revision" in told
    # The newer address does not become that of the answers.
    assert _warnings(command(*_run(tmp_path, second))[2]) == [told]
    assert _warnings(command(*_run(tmp_path, first))[2]) == []
    (origin,) = RunFolder(tmp_path).read_run().asked_as
    assert origin.content() == {"model": "x", "revision": "unverified", "spec": first}


def test_a_mixture_of_two_servers_answers_is_told(
    command: Command, serve: Serve, seen: Seen, tmp_path: Path
) -> None:
    first, second = serve("one"), serve("two")
    command(*_run(tmp_path, first, "--strength", "full"))
    asked = len(seen(first))
    (told,) = _warnings(command(*_run(tmp_path, second))[2])
    owed = asked + len(seen(second))
    assert told.startswith(
        f"WARNING: x: {asked} of {owed} answers were stored in {tmp_path} before"
    )
    assert f"asked as {first}; " in told
    (told,) = _warnings(command(*_run(tmp_path, first))[2])
    assert f"all {owed} answers" in told
    # Only the others are named: some of the answers are of the server that is asked now.
    assert (
        f"before, some of them when it was asked as {second}; " in told and told.count(first) == 1
    )


class _Stop(Silent):
    """A stop at the first answer that is told of; keeps what run.yaml said before any came."""

    def __init__(self, root: Path) -> None:
        self.folder = RunFolder(root)
        self.named: list[list[str]] = []

    def advance(self, steps: int) -> None:
        self.named.append([one.spec for one in self.folder.read_run().asked_as])
        if len(self.named) > 1 and steps:
            raise KeyboardInterrupt


def test_a_stop_does_not_lose_the_address_that_gave_answers(
    command: Command, serve: Serve, tmp_path: Path
) -> None:
    first, second = serve("one"), serve("two")
    command(*_run(tmp_path, first, "--strength", "full"))
    spec = RunSpec(models=(second,), policies=("us",), limit=1, references=False)
    before = RunFolder(tmp_path).read_run().content()
    stop = _Stop(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        ask(prepare(spec), tmp_path, observer=stop)
    # Named before its first answer, so that it is not lost with the process.
    assert stop.named[0] == [first, second]
    after = RunFolder(tmp_path).read_run().content()
    assert [one["spec"] for one in after.pop("asked_as")] == [first, second]
    assert before.pop("asked_as")
    (plan,) = (name for name in before["digests"] if name.startswith("plan/"))
    assert after["digests"][plan][:1] == before["digests"][plan]
    del before["digests"][plan], after["digests"][plan]  # of the new plan, too, until it is asked
    assert after == before
    (told,) = _warnings(command(*_run(tmp_path, first))[2])
    assert f"some of them when it was asked as {second}; " in told


@pytest.mark.parametrize(
    ("allowed", "fault"), [(0, "1 request failed, expected at most 0"), (99, "have no answer")]
)
def test_an_address_that_answered_nothing_is_not_kept(
    command: Command,
    serve: Serve,
    scripted_server: str,
    tmp_path: Path,
    allowed: int,
    fault: str,
) -> None:
    root = f"{scripted_server}/silent{allowed}"
    refusal = {"body": {"error": {"message": "no"}}, "status": 400}
    script = {"always": refusal, "acts": {"Say yes.": ["ok", "ok"]}}
    with urlopen(Put(f"{root}/script", json.dumps(script).encode(), method="PUT")):
        pass
    first, silent = serve("one"), f"openai:x@{root}/v1"
    begun, new = tmp_path / "begun", tmp_path / "new"
    command(*_run(begun, first, "--strength", "full"))
    for out in (begun, new):
        assert fault in command(*_run(out, silent, "--max-errors", allowed))[2]
        assert _warnings(command(*_run(out, first))[2]) == []
        assert [one.spec for one in RunFolder(out).read_run().asked_as] == [first]


def test_a_slash_at_the_end_makes_no_other_address(
    command: Command, serve: Serve, seen: Seen, tmp_path: Path
) -> None:
    first = serve("one")
    command(*_run(tmp_path, first))
    assert _warnings(command(*_run(tmp_path, first + "/"))[2]) == []
    command(*_run(tmp_path, first + "/", "--strength", "none,full"))
    assert [one.spec for one in RunFolder(tmp_path).read_run().asked_as] == [first]


def test_a_revision_keeps_the_answers_of_two_servers_apart(
    command: Command, serve: Serve, seen: Seen, tmp_path: Path
) -> None:
    first, second = serve("one"), serve("two")
    command(*_run(tmp_path, first))
    _, _, err = command(*_run(tmp_path, second, "--model-revision", "b"))
    assert _warnings(err) == [] and len(seen(second)) == len(seen(first))
    # Whoever gives both one revision says that they run the same.
    assert _warnings(command(*_run(tmp_path, first, "--model-revision", "b"))[2]) == []


def test_from_python_it_is_a_warning_where_evaluate_was_called(
    serve: Serve, tmp_path: Path
) -> None:
    def spec(model: str) -> RunSpec:
        return RunSpec(models=(model,), policies=("us",), limit=1, references=False)

    first = serve("one")
    evaluate(spec(first), tmp_path)
    with pytest.warns(UserWarning, match="^x: all .* --model-revision") as told:
        evaluate(spec(serve("two")), tmp_path)
    assert [Path(one.filename).name for one in told] == ["test_servers.py"]


def test_a_run_folder_that_names_no_origins_tells_the_model_of_its_run(
    command: Command, serve: Serve, tmp_path: Path
) -> None:
    first, second = serve("one"), serve("two")
    command(*_run(tmp_path, first))
    folder = RunFolder(tmp_path)
    told = {k: v for k, v in folder.read_run().content().items() if k != "asked_as"}
    folder.write_run(RunRecord.model_validate(told))
    (told,) = _warnings(command(*_run(tmp_path, second))[2])
    assert f"asked as {first}; " in told


def test_two_servers_under_one_label_are_refused_before_one_is_asked(
    command: Command, serve: Serve, seen: Seen, tmp_path: Path
) -> None:
    both = [serve("one"), serve("two")]
    out = tmp_path / "out"
    for words in (_run(out, ",".join(both)), ("plan", "quick", "--model", ",".join(both))):
        code, _, err = command(*words)
        assert code == 2 and f"'{both[1]}': is labelled 'x' like model '{both[0]}'" in err
        assert "lawbound leaderboard --by-run" in err
    assert not out.exists() and seen(both[0]) == []
    # What the message advises.
    for model, name in zip(both, ("u1", "u2"), strict=True):
        command(*_run(tmp_path / name, model))
    code, board, _ = command("leaderboard", "--by-run", tmp_path / "u1", tmp_path / "u2")
    assert code == 0 and "x (u1)" in board and "x (u2)" in board


@pytest.mark.parametrize(
    ("one", "other", "label"),
    [
        ("gguf:a/m.gguf", "gguf:b/m.gguf", "m.gguf"),
        ("vllm:n", "vllm:n?dtype=float16", "n"),
        ("hf:n", "vllm:n", "n"),
        ("lm-eval:hf:pretrained=n,dtype=float16", "lm-eval:hf:dtype=float32,pretrained=n", "n"),
        ("lm-eval:hf: pretrained= n", "lm-eval:hf:pretrained='n'", "n"),
        ("openvino:./n", "openvino:n", "n"),
    ],
)
def test_a_label_is_known_from_the_name_of_a_model(one: str, other: str, label: str) -> None:
    with pytest.raises(ModelError, match=f"is labelled '{label}' like model"):
        prepare(RunSpec(models=(one, other), references=False))


def test_a_server_whose_model_is_named_like_a_reference_model_is_refused() -> None:
    with pytest.raises(
        ModelError, match="is labelled 'reference:x', expected a label that does not"
    ):
        prepare(RunSpec(models=("openai:reference:x@http://localhost:1/v1",), references=False))


def test_a_blank_after_the_colon_hides_no_argument_that_names_a_model() -> None:
    both = ("lm-eval:hf: pretrained=a", "lm-eval:hf: pretrained=b")
    assert prepare(RunSpec(models=both, references=False)).models == both


def test_a_run_with_gaps_says_in_one_line_what_most_of_them_are_due_to(
    command: Command,
    scripted_server: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    root = f"{scripted_server}/gaps"
    told = {"error": {"message": "disk full\x1b[2J\u202e\nof A"}}
    script = {"always": {"body": told, "status": 400}, "acts": {"Say yes.": ["ok"]}}
    with urlopen(Put(f"{root}/script", json.dumps(script).encode(), method="PUT")):
        pass
    code, _, err = command(*_run(tmp_path, f"openai:x@{root}/v1"))
    (line,) = [line for line in err.splitlines() if line.startswith("WARNING: ")]
    count = int(line.split()[1])
    assert code == 2 and "verdicts of x have no answer" in line
    assert re.search(rf"; the most frequent error \({count} of {count}\): .*disk full.*of A", line)
    assert "\x1b" not in err and "\u202e" not in err
    # What a stranger's samples say is no more obeyed; of two errors the one of more verdicts is told.
    file = RunFolder(tmp_path).samples("x")
    kept = list(read_samples(file).values())
    file.unlink()
    with Store(file) as store:
        store.append([replace(one, error="rare") for one in kept[:1]])
        store.append([replace(one, error="dis\x1bk\u2028gone\r") for one in kept[1:]])
    (line,) = [line for line in command("score", tmp_path)[2].splitlines() if "WARNING" in line]
    told_of = re.search(r"error \((\d+) of (\d+)\): dis\ufffdk gone$", line)
    assert told_of is not None and 0 < int(told_of[1]) < int(told_of[2]) == count
