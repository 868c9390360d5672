"""A panel's decisions on disk: each one names the question that was asked, and is valid for nothing else.

A run folder may be asked again: with more items, with another policy under an old id, or for an answer
whose line was damaged. A decision therefore contains a digest of its panel and of the question; an answer
without a decision that fits is *unread*, and no other decision is used for it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from lawbound.evals.folder.checks import check_text
from lawbound.evals.folder.files import FolderError, read_records, write_lines
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.rubrics.judges.question import Question
from lawbound.rubrics.verdict import Reading
from lawbound.runners.canonical import canonical_json
from lawbound.tasks.io.hashes import digest_of
from lawbound.tasks.io.yaml_files import first_fault, quoted

ReadingKey = tuple[str, str, str, str]
"""Model, request key, item, policy."""
Readings = Mapping[ReadingKey, Reading]
MESSAGE = 400
"""Most characters kept of an error's message."""

Without = Literal["", "unanswered", "unreadable", "undecided", "split"]
"""Why an answer got no class: no vote, because requests failed or no reply could be read, or
because readable replies named none; or votes without a majority. Empty if it got one."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happened to one answer that a panel was asked about."""

    without: Without
    disagreed: bool
    """At least one vote differed."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one question."""

    question_digest: str
    """Digest of the panel and the question."""
    reading: Reading | None
    """None: the offline reading stays."""
    fate: Fate | None = None
    """None: the file is from before fates were stored."""
    votes: Mapping[str, str] = field(default_factory=dict)
    """Judge -> what it said, or why it has no vote; only judges whose question it was."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the file."""

    place: ReadingKey
    question: str
    reading: Reading | None
    fate: Fate | None = None
    votes: dict[str, str] = field(default_factory=dict)


_WAY_ON = (
    "the same --judge writes it again and asks nothing twice whose reply is stored beside it, --judge none goes back to "
    "the offline grader"
)


def question_digest(
    panel: Sequence[object], question: Question, *, beside_offline: bool = False
) -> str:
    """Digest of a panel and a question.

    What the offline grader saw is left out, since a newer grader does not invalidate what a judge has
    said, unless a class follows from it only together with that.

    Args:
        panel: Names of the judges, how each is asked and read, and how the answers were chosen.
        question: The question.
        beside_offline: Whether one of the judges is read beside the offline reading, as guards are.
    """
    asked: list[object] = [question.prompt, question.answer, question.region, question.rules]
    if beside_offline:
        asked += [question.offline.behaviour, sorted(question.offline.addons)]
    body = canonical_json([list(panel), asked, str(question.requirement)])
    return digest_of(body)


def stored_decisions(folder: RunFolder) -> dict[ReadingKey, Decision]:
    """What the panel of an earlier conclusion decided.

    Raises:
        FolderError: The file is missing or damaged.
    """
    path = folder.readings
    if not path.exists():
        raise FolderError(
            f"{path}: is not there, expected what the judges in run.yaml said; {_WAY_ON}"
        )
    adapter = TypeAdapter(_Line)
    try:
        return dict(
            _decided(adapter, record, f"{path}:{number}") for number, record in read_records(path)
        )
    except FolderError as fault:
        raise FolderError(f"{fault}; {_WAY_ON}") from fault


def _decided(
    adapter: TypeAdapter[_Line], record: Mapping[str, Any], where: str
) -> tuple[ReadingKey, Decision]:
    check_text(record, where)
    try:
        line = adapter.validate_python(record)
    except ValidationError as fault:
        raise FolderError(first_fault(fault, where)) from fault
    if line.reading is not None and not 0 <= line.reading.confidence <= 1:  # nan is not
        found = quoted(line.reading.confidence)
        raise FolderError(
            f"{where}: reading.confidence: found {found}, expected a number from 0 to 1"
        )
    return line.place, Decision(line.question, line.reading, line.fate, line.votes)


def write_decisions(folder: RunFolder, decisions: Mapping[ReadingKey, Decision]) -> None:
    """Replace the stored decisions of an earlier panel.

    Raises:
        FolderError: They cannot be written; what stood there before stays.
    """
    lines = (
        json.dumps(
            {
                "place": place,
                "question": one.question_digest,
                "reading": _plain(one.reading),
                "fate": one.fate and asdict(one.fate),
                "votes": dict(one.votes),
            },
            sort_keys=True,
        )
        for place, one in decisions.items()
    )
    write_lines(folder.readings, lines)


def _plain(reading: Reading | None) -> dict[str, object] | None:
    return None if reading is None else asdict(reading) | {"addons": sorted(reading.addons)}
