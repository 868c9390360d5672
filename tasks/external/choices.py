"""Multiple choice: the options of each row, and which of them its answer cell names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lawbound.tasks.external.cells import column_of, plain
from lawbound.tasks.external.source import Source
from lawbound.tasks.io.yaml_files import quoted
from lawbound.tasks.item import Answer, ItemError


@dataclass(frozen=True, slots=True)
class _Row:
    where: str
    options: tuple[str, ...]
    cell: str
    """The possible readings of an answer cell."""
    by_text: int | None
    """Index of the option with that text; None if there is none."""
    by_place: int | None
    """Index of the option with that label, letter, or number from 0; None if there is none."""


class ChoiceAnswers:
    """The right answers of a multiple-choice set, whose answer column is read in one way
    throughout.

    The cell 2 beside the options 4, 2, 1, 3 is the text of one option and the number of another. If
    some row can be read in only one way, and all rows can be read in that way, it settles the
    others.
    """

    def __init__(self, rows: Sequence[Mapping[str, Any]], spec: Source) -> None:
        """Read the options and the answer cell of every row.

        Raises:
            ItemError: At the first row whose options, or their labels, cannot be read.
        """
        self._rows = [
            _read(row, spec, f"{spec.source}: row {number}") for number, row in enumerate(rows, 1)
        ]
        self._unit = spec.unit
        all_texts = all(row.by_text is not None for row in self._rows)
        all_places = all(row.by_place is not None for row in self._rows)
        self._are_texts = all_texts and not all_places
        self._are_places = all_places and not all_texts

    def of_row(self, at: int) -> Answer:
        """The answer of one row.

        Raises:
            ItemError: The cell names no option, or one by its text and another by its letter or number.
        """
        row = self._rows[at]
        return Answer("choice", row.options[self._right(row)], row.options, self._unit)

    def _right(self, row: _Row) -> int:
        if self._are_texts:
            found = row.by_text
        elif self._are_places:
            found = row.by_place
        else:
            found = row.by_text if row.by_place is None else row.by_place
            if row.by_text not in (None, found):
                raise ItemError(
                    f"{row.where}: answer is {quoted(row.cell)}, the text of one choice and the letter or number of "
                    "another, expected a column that can be read in one way"
                )
        if found is None:
            raise ItemError(
                f"{row.where}: answer is {quoted(row.cell)}, expected one of the choices, a letter from A to "
                f"{chr(64 + min(26, len(row.options)))}, or a number from 0 to {len(row.options) - 1}"
            )
        return found


def _read(row: Mapping[str, Any], spec: Source, where: str) -> _Row:
    options = _options(row, spec, where)
    raw_labels = _raw_labels(row, spec)
    cell, labels = plain(row[column_of(spec, "answer")]), _texts(raw_labels)
    is_labelled = len(set(labels)) == len(labels) == len(options) and labels != ("1", "0")
    if raw_labels not in (None, [], ()) and not is_labelled:
        # As 1, 0, 0 they mark the right choice, or mean something else that names none.
        if cell not in options:
            raise ItemError(
                f"{where}: labels are {quoted(raw_labels)}, expected a different one for each choice, or an answer "
                "that is the text of one"
            )
        return _Row(where, options, cell, by_text=options.index(cell), by_place=None)
    if cell in labels:
        return _Row(where, options, cell, by_text=None, by_place=labels.index(cell))
    return _Row(
        where,
        options,
        cell,
        by_text=options.index(cell) if cell in options else None,
        by_place=_place(cell, len(options)),
    )


def _place(cell: str, options: int) -> int | None:
    place = -1
    if re.fullmatch(r"\(?[A-Za-z][).]?", cell):
        place = ord(cell.strip("().").upper()) - ord("A")
    elif re.fullmatch(r"[0-9]{1,9}", cell):
        place = int(cell)
    return place if 0 <= place < options else None


def _options(row: Mapping[str, Any], spec: Source, where: str) -> tuple[str, ...]:
    """The options from a list, from a ``{"text": [...]}`` cell, or from one column each."""
    column = spec.columns.get("choices", "choices")
    cell = [row[name] for name in column] if isinstance(column, list) else row[column]
    if isinstance(cell, Mapping):
        cell = cell.get("text", list(cell.values()))
    if isinstance(cell, str):
        cell = list(_parts(cell))
    options = _texts(cell)
    if len(options) < 2 or "" in options or len(set(options)) < len(options):
        raise ItemError(
            f"{where}: choices are {quoted(cell)}, expected two or more different texts"
        )
    return options


def _parts(cell: str) -> Iterator[str]:
    """A cell split at bars, semicolons and line breaks; empty lines are skipped, other empty parts are not."""
    for part in re.split(r"[|;]", cell):
        yield from [line.strip() for line in part.split("\n") if line.strip()] or [""]


def _raw_labels(row: Mapping[str, Any], spec: Source) -> Any:
    """Labels of a ``{"text": [...], "label": [...]}`` cell, which may count from 1."""
    column = spec.columns.get("choices", "choices")
    cell = None if isinstance(column, list) else row[column]
    return cell.get("label") if isinstance(cell, Mapping) else None


def _texts(cell: Any) -> tuple[str, ...]:
    return tuple(map(plain, cell)) if isinstance(cell, list | tuple) else ()
