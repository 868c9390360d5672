"""Coverage-guided fuzzing of everything that reads a file; not part of the test run.

    pip install atheris
    python tests/hostile/coverage_guided.py yaml -max_total_time=600

A crash is an exception that is none of ours: libFuzzer writes the input beside it.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["lawbound", "yaml"]):
    from lawbound.evals.folder.estimates import read_estimates
    from lawbound.evals.folder.files import FolderError, read_records
    from lawbound.evals.folder.run_folder import RunFolder
    from lawbound.evals.leaderboard.merge import read_board
    from lawbound.evals.leaderboard.table import LeaderboardError
    from lawbound.evals.suite.suite import load_suite
    from lawbound.evals.suite.suite_file import SuiteError
    from lawbound.rubrics.answers.checking import check
    from lawbound.rubrics.answers.facts import check_facts
    from lawbound.rubrics.grading.answer_files import GradeError
    from lawbound.rubrics.grading.grade_file import grade_rows
    from lawbound.rubrics.grading.open_answers import open_answers
    from lawbound.rubrics.policy.files import load_policy
    from lawbound.rubrics.policy.policy import PolicyError
    from lawbound.runners.engines.thinking import split_thinking
    from lawbound.runners.store import Store, read_samples
    from lawbound.tasks.bank import read_bank_file
    from lawbound.tasks.io.patterns import why_unsafe
    from lawbound.tasks.io.yaml_files import read_yaml
    from lawbound.tasks.item import Answer, Claims, ItemError
    from lawbound.tasks.records import from_record

OURS = (FolderError, GradeError, ItemError, LeaderboardError, PolicyError, SuiteError)
ANSWERS = (
    Answer("number", "42"),
    Answer("number", "1/3", (), "km"),
    Answer("choice", "blue", ("blue", "red")),
    Answer("choice", "10:30", ("10:30", "11:00")),
    Answer("sequence", "a, b, c"),
    Answer("set", "a, b"),
)
FOLDER = Path(tempfile.mkdtemp())


def _file(name: str, data: bytes) -> Path:
    file = FOLDER / name
    file.write_bytes(data)
    return file


def _yaml(data: bytes) -> None:
    read_yaml(_file("x.yaml", data), ItemError)


def _policy(data: bytes) -> None:
    load_policy(str(_file("p.yaml", data)))


def _suite(data: bytes) -> None:
    load_suite(str(_file("s.yaml", data)))


def _bank(data: bytes) -> None:
    read_bank_file(_file("b.yaml", data))


def _answers(data: bytes) -> None:
    for name in ("a.jsonl", "a.csv", "a.parquet"):
        try:
            for row in open_answers(_file(name, data)).rows:
                grade_rows([row])
        except GradeError:
            continue


def _store(data: bytes) -> None:
    file = _file("s.jsonl", data)
    read_samples(file)
    with Store(file):
        pass
    assert all(line.startswith(b'{"check"') for line in file.read_bytes().splitlines())


def _records(data: bytes) -> None:
    for number, record in read_records(_file("r.jsonl", data)):
        from_record(record, f"r.jsonl:{number}")


def _run(data: bytes) -> None:
    _file("run.yaml", data)
    RunFolder(FOLDER).read_run()


def _results(data: bytes) -> None:
    for read in (read_estimates, read_board):
        try:
            read(_file("x.csv", data))
        except (FolderError, LeaderboardError):
            continue


def _texts(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    split_thinking(text)
    for answer in ANSWERS:
        check(text, answer)
    check_facts(text, Claims(("19[34]5", "a.*b"), ("1950",)), "en")
    row = {"id": "1", "prompt": text[:200], "response": text}
    _answers(json.dumps(row).encode())


def _patterns(data: bytes) -> None:
    why_unsafe(data.decode("utf-8", "replace"))


TARGETS: dict[str, Callable[[bytes], None]] = {
    "yaml": _yaml,
    "policy": _policy,
    "suite": _suite,
    "bank": _bank,
    "answers": _answers,
    "store": _store,
    "records": _records,
    "run": _run,
    "results": _results,
    "texts": _texts,
    "patterns": _patterns,
}


def main() -> None:
    """Fuzz the target that the first argument names; the rest goes to libFuzzer."""
    target = TARGETS[sys.argv.pop(1)]

    def one(data: bytes) -> None:
        try:
            target(data)
        except OURS as fault:
            assert "\n" not in str(fault)[:200] and str(fault)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
