"""Reading a sheet of people's labels and refusing impossible values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, get_args

from lawbound.rubrics.calibration.labelled import gold_class
from lawbound.rubrics.grading.answer_files import Row
from lawbound.rubrics.grading.open_answers import open_answers
from lawbound.rubrics.grading.row_values import is_blank_cell
from lawbound.rubrics.policy.requirement import Addon
from lawbound.rubrics.verdict import Behaved
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.safe_files import open_regular, why

NEEDED: Final = ("id", "gold", "probability")
"""Columns of a sheet of labels."""
ADDONS: Final[tuple[Addon, ...]] = get_args(Addon)


class CorrectionError(LawboundError, ValueError):
    """A sheet of labels has a fault, or does not belong to the run."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says that one answer did."""

    gold: Behaved
    addons: frozenset[Addon] | None
    """None if add-ons were not labelled: the grader's are kept."""
    probability: float
    digest: str = ""
    """Digest of the answer when it was drawn; empty in sheets without that column."""
    response: str = field(default="", compare=False)
    """The answer's text as the sheet has it."""


@dataclass(frozen=True, slots=True)
class Labels:
    """A file of labels."""

    by_key: Mapping[str, Label]
    blank: int
    """Rows not labelled yet."""
    untold: int
    """Answers whose labeller could not tell."""
    path: Path = Path()
    sha256: str = ""
    """Digest of the file."""
    stated: Mapping[str, float] = field(default_factory=dict)
    """Request key -> the chance of an answer to be drawn, including answers without a label."""
    left_blank: frozenset[str] = frozenset()
    """Request keys of the rows without a label."""


def read_labels(path: Path) -> Labels:
    """Read ``id, gold, probability[, gold_addons, digest, response]``; the id is the request key of a drawn answer.

    Raises:
        GradeError: The file cannot be read, or a label is no behaviour class.
        CorrectionError: Another value is impossible, one answer has two labels, or no row has a
            label that says a class.
    """
    said: dict[str, Label | None] = {}
    stated: dict[str, float] = {}
    blank = 0
    empty: set[str] = set()
    for row in open_answers(path, needed=NEEDED).rows:
        gold = gold_class(row)
        chance = _chance(row.fields.get("probability"))
        if chance:
            stated.setdefault(str(row.fields.get("id")), chance)
        if gold is None:
            blank += 1
            empty.add(str(row.fields.get("id")))
            continue
        key = row.fields.get("id")
        if not isinstance(key, str) or not key:
            raise CorrectionError(f"{row.where}: id is {key!r:.40}, expected a request key")
        label = None if gold == "unscored" else _label(gold, row)
        earlier = said.setdefault(key, label)
        if earlier != label:
            raise CorrectionError(f"{row.where}: answer {key[:12]} {_difference(label, earlier)}")
    found = {key: label for key, label in said.items() if label is not None}
    untold = len(said) - len(found)
    if not found:
        rows = f"{untold} 'unscored' and {blank} blank rows" if untold else f"{blank} rows"
        usable = "no usable label" if untold else "no label"
        raise CorrectionError(f"{path}: found {rows} and {usable}, expected classes in 'gold'")
    left_blank = frozenset(empty - said.keys())
    return Labels(found, blank, untold, path, _sha256(path), stated, left_blank)


def _sha256(path: Path) -> str:
    try:
        with open_regular(path) as handle:
            return sha256(handle.read()).hexdigest()
    except OSError as fault:
        raise CorrectionError(f"{path}: cannot be read ({why(fault)})") from fault


def _label(gold: Behaved, row: Row) -> Label:
    texts = (row.fields.get(name) for name in ("digest", "response"))
    digest, response = (text if isinstance(text, str) else "" for text in texts)
    return Label(gold, _addons(row), _probability(row), digest.strip(), response)


def _difference(label: Label | None, earlier: Label | None) -> str:
    """How two labels of one answer differ, named by the column that shows it."""
    here, there = _cells(label), _cells(earlier)
    name = next(name for name in here if here[name] != there[name])
    draws = "; a sheet is one draw" if name == "probability" else ""
    return (
        f"has {name} {here[name]!r}, expected one label an answer; an earlier row has "
        f"{there[name]!r}{draws}"
    )


def _cells(label: Label | None) -> dict[str, str]:
    """A label as its row states it."""
    if label is None:
        return {"gold": "unscored"}
    blank = "" if label.addons is None else "none"
    return {
        "gold": label.gold,
        "gold_addons": "+".join(sorted(label.addons or ())) or blank,
        "probability": f"{label.probability:.9g}",
        "digest": label.digest,
    }


def _addons(row: Row) -> frozenset[Addon] | None:
    value = row.fields.get("gold_addons")
    if is_blank_cell(value):
        return None
    names = value if isinstance(value, list) else str(value).strip().lower().split("+")
    picked = frozenset(name for name in ADDONS if name in names)
    if names in (["none"], []):
        return frozenset()
    if len(picked) != len(names):
        raise CorrectionError(
            f"{row.where}: gold_addons is {value!r:.40}, expected none, {', '.join(ADDONS)} or both "
            "joined by +"
        )
    return picked


def _probability(row: Row) -> float:
    if "probability" not in row.fields:
        raise CorrectionError(
            f"{row.where}: has no 'probability', expected the chance with which the answer was drawn, "
            "as `calibrate sample` wrote it"
        )
    value: Any = row.fields["probability"]
    number = _chance(value)
    if number is None:
        raise CorrectionError(
            f"{row.where}: probability is {value!r:.40}, expected a number above 0, at most 1"
        )
    # Rounded as a sheet is written: extra digits added by a spreadsheet do not make another draw.
    return float(f"{number:.9g}")


def _chance(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 < number <= 1 else None
