"""Items from any `datasets` source: a hub name, or a local file in JSON, JSON Lines, CSV or Parquet.

A mapping says which column is used for what, so that users bring their own prompts, a numeric set of
the GSM8K shape (question, worked answer that ends in ``#### 42``) or a multiple-choice set.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from lawbound.tasks.io.safe_files import open_regular, why
from lawbound.tasks.io.urls import holds_secret, without_secrets
from lawbound.tasks.io.yaml_files import parse, quoted
from lawbound.tasks.item import Act, Answer, Item, ItemError, Operation, Structure
from lawbound.tasks.reasoning.wording import INSTRUCTION
from lawbound.tasks.taxonomy import load_taxonomy

Shape = Literal["prompt", "number", "choice", "text"]
_LOADERS = {".json": "json", ".jsonl": "json", ".csv": "csv", ".parquet": "parquet"}
_PLAIN_NUMBER = re.compile(
    r"[-+]?(?:\d{1,60}/\d{1,60}|(?:\d{1,60}\.?\d{0,60}|\.\d{1,60})(?:[eE][-+]?\d{1,2})?)"
)
_LONGEST_NUMBER = 200
"""Characters of a number with what may stand around it."""
_SET_OFF = "*_ "
"""Signs of bold and slanted print around a number."""
_FINAL = ("####", "Answer:", r"\boxed{")
"""What a worked answer has before its final one."""
_IN_BOLD = re.compile(r"(?<!\w)\*\*(?=\w)[^*\n]*\Z|\*\*\Z")
"""Ends where bold print, as Markdown has it, is not over."""


class Source(BaseModel):
    """Where external items come from, as written in a suite file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(min_length=1)
    """Path of a local file, or name of a dataset on the hub."""
    name: str = Field(default="", max_length=40)
    """Prefix of the items' ids; by default from the source."""
    config: str | None = None
    """Configuration of a hub dataset."""
    split: str = "train"
    revision: str | None = None
    """Commit of a hub dataset; name one, or results cannot be repeated."""
    shape: Shape = "prompt"
    columns: dict[
        Literal["prompt", "answer", "choices", "id", "group", "topic", "lang"], str | list[str]
    ] = {}
    """Part -> column; ``choices`` may be one column that holds a list, or a list of columns."""
    topic: str = "everyday/school"
    """Topic of the taxonomy where no column says it."""
    acts: tuple[Act, ...] = ()
    """By default ``compute`` for checkable shapes and ``inform`` for prompts."""
    operation: Operation = "ask"
    lang: str = "en"
    unit: str = ""
    limit: int | None = Field(default=None, ge=1)


def load_external(source: Source | Mapping[str, Any]) -> tuple[Item, ...]:
    """Turn a dataset into items, in its own order.

    Args:
        source: Where the rows are and what their columns mean.

    Raises:
        ItemError: The mapping is malformed, the source cannot be loaded, a column is missing, or a row
            cannot be read. The message names the source and the row.
    """
    spec = (
        source
        if isinstance(source, Source)
        else parse(dict(source), Source, "external source", ItemError)
    )
    rows = _rows(spec)
    if spec.limit is not None:
        rows = rows[: spec.limit]
    return items_from_rows(rows, spec)


def items_from_rows(rows: Sequence[Mapping[str, Any]], spec: Source) -> tuple[Item, ...]:
    """Turn rows that are already loaded into items.

    Raises:
        ItemError: A column is missing or a row cannot be read.
    """
    if not rows:
        raise ItemError(
            f"{spec.source}: found no rows in split '{spec.split}', expected at least one"
        )
    _check_columns(rows[0], spec)
    items = tuple(_items(rows, spec))
    _check_ids(items, spec)
    return items


def _rows(spec: Source) -> list[Mapping[str, Any]]:
    """Rows through `datasets`, so that every format it reads works the same."""
    from datasets import load_dataset
    from datasets.exceptions import DatasetNotFoundError

    for name in ("source", "config", "split", "revision"):
        if holds_secret(str(getattr(spec, name) or "")):
            expected = "a file or the name of a dataset" if name == "source" else "a name"
            raise ItemError(
                f"{without_secrets(spec.source)}: {name}: found what may be a key in a URL, expected {expected}"
            )
    path = Path(spec.source)
    loader = _LOADERS.get(path.suffix.lower())
    is_file = loader is not None and (
        path.exists() or (spec.revision is None and spec.config is None)
    )
    if is_file:
        _refuse_odd_file(path, spec.source)
    try:
        # What is read from a file leaves nothing behind in the user's cache.
        with TemporaryDirectory(prefix="lawbound-") as folder, _without_bars():
            if is_file:
                files = {spec.split: str(path)}
                loaded = load_dataset(loader, data_files=files, split=spec.split, cache_dir=folder)
            else:
                loaded = load_dataset(
                    spec.source, spec.config, split=spec.split, revision=spec.revision
                )
            return list(loaded)
    except DatasetNotFoundError as fault:
        raise ItemError(
            f"{spec.source}: found neither a file nor a dataset of that name ({_line(fault)})"
        ) from fault
    # `datasets` passes on whatever its parsers raise: seen were StopIteration for an empty file,
    # IndexError, RecursionError, OverflowError for a date and errors of Arrow, of pandas and of the hub.
    except Exception as fault:
        cause = fault.__cause__ or fault
        raise ItemError(
            f"{spec.source}: cannot be loaded ({_line(cause)}), expected rows with columns"
        ) from fault


@contextmanager
def _without_bars() -> Iterator[None]:
    """No bars of `datasets` while rows are read, unless the environment asks for them; downloads keep theirs."""
    from datasets import are_progress_bars_disabled, config, disable_progress_bars
    from datasets import enable_progress_bars as show_again

    are_wanted = getattr(config, "HF_DATASETS_DISABLE_PROGRESS_BARS", None) is False
    if are_wanted or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        show_again()


_PACKED = (b"\x1f\x8b", b"PK", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"Rar!", b"7z\xbc\xaf")
"""How packed files begin, by which `datasets` unpacks them whatever they are called."""


def _refuse_odd_file(path: Path, source: str) -> None:
    if not path.is_file():
        raise ItemError(f"{source}: found no such file, expected json, jsonl, csv or parquet")
    try:
        with open_regular(path) as handle:
            begin = handle.read(8)
    except OSError as fault:
        raise ItemError(f"{source}: cannot be read ({why(fault)})") from fault
    if begin.startswith(_PACKED):
        raise ItemError(f"{source}: is a packed file, expected plain json, jsonl, csv or parquet")


def _items(rows: Sequence[Mapping[str, Any]], spec: Source) -> Iterator[Item]:
    checkable = spec.shape != "prompt"
    prefix = (
        spec.name
        or re.sub(r"[^a-z0-9]+", "-", Path(spec.source).stem.lower()).strip("-")
        or "external"
    )
    topics = load_taxonomy().topics
    reading = _reading(rows, spec)
    for number, row in enumerate(rows, 1):
        where = f"{spec.source}: row {number}"
        prompt = _text(row, spec, "prompt", where)
        own = _optional(row, spec, "id")
        # Without an id column the text is the identity, so that a reordered file keeps its ids.
        item_id = (
            f"{prefix}-{_slug(own) if own else hashlib.sha256(prompt.encode()).hexdigest()[:12]}"
        )
        topic = _optional(row, spec, "topic") or spec.topic
        if topic not in topics:
            raise ItemError(
                f"{where}: topic is {quoted(topic)}, expected a topic of the taxonomy{load_taxonomy().nearest(topic)}"
            )
        yield Item(
            id=item_id,
            group=_optional(row, spec, "group") or item_id,
            kind="reasoning" if checkable else "policy",
            prompt=prompt + INSTRUCTION if checkable else prompt,
            topic=topic,
            acts=spec.acts or (("compute",) if checkable else ("inform",)),
            operation=spec.operation,
            lang=_optional(row, spec, "lang") or spec.lang,
            harmless=checkable,
            answer=_answer(row, spec, where, reading) if checkable else None,
            structure=Structure(prefix, 1, "neutral", topic, item_id) if checkable else None,
            source=spec.source,
            author="human",
        )


def _answer(row: Mapping[str, Any], spec: Source, where: str, reading: "_Reading") -> Answer:
    raw = row[_column(spec, "answer")]
    if spec.shape == "choice":
        choices = _choices(row, spec, where)
        named = _named(raw, choices, _labels(row, spec), where)
        index = reading.right(named, _plain(raw), choices, where)
        return Answer("choice", choices[index], choices, spec.unit)
    text = _plain(raw)
    if not text:
        raise ItemError(f"{where}: answer is empty, expected a value")
    value = _final(text)
    if spec.shape == "number":
        return Answer("number", _number(value, where), (), spec.unit)
    return Answer("text", value, (), spec.unit)


def _final(text: str) -> str:
    """What stands behind the last marker of a worked answer, or in its braces, else all of it."""
    at, marker = max((text.rfind(marker), marker) for marker in _FINAL)
    found = text[at + len(marker) :].strip() if at >= 0 else text
    if at >= 0 and marker.endswith("{") and (end := _closed(found)) is not None:
        found = found[:end].rstrip()
    elif found.endswith("}") and found.count("}") > found.count("{"):
        found = found[:-1].rstrip()
    if at >= 0 and _IN_BOLD.search(text[:at]):  # **Answer:** 12, **Answer: 12**
        found = found.replace("**", "", 1).strip()
    return found or text


def _closed(text: str) -> int | None:
    """Where the brace that is open before a text is closed; nowhere in one that is cut off."""
    depth = 1
    for sign in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(sign[0], 0)
        if not depth:
            return sign.start()
    return None


def _number(value: str, where: str) -> str:
    # Checked by length and shape first: blanks without end are searched again from each of them, and
    # the fraction of 1e999999999 would fill the memory.
    plain = ""
    if len(value) <= _LONGEST_NUMBER:
        plain = value.strip(_SET_OFF).removesuffix(".").strip(_SET_OFF)
        plain = re.sub(r"(?<=\d)[,\s](?=\d{3}\b)|^[$€£¥]\s*|\s*[$%€£¥]$", "", plain)
    try:
        if _PLAIN_NUMBER.fullmatch(plain):
            return str(Fraction(plain))
    except ZeroDivisionError:
        pass
    raise ItemError(
        f"{where}: answer is {quoted(value)}, expected a number, or a text that ends in '#### NUMBER'"
    )


def _choices(row: Mapping[str, Any], spec: Source, where: str) -> tuple[str, ...]:
    """Options from a list, a ``{"text": [...]}`` cell, or one column each."""
    column = spec.columns.get("choices", "choices")
    cell = [row[name] for name in column] if isinstance(column, list) else row[column]
    if isinstance(cell, Mapping):
        cell = cell.get("text", list(cell.values()))
    if isinstance(cell, str):
        cell = list(_parts(cell))
    choices = _texts(cell)
    if len(choices) < 2 or "" in choices or len(set(choices)) < len(choices):
        raise ItemError(
            f"{where}: choices are {quoted(cell)}, expected two or more different texts"
        )
    return choices


def _parts(cell: str) -> Iterator[str]:
    """Of a cell with bars, semicolons or line breaks between; empty lines stand between none."""
    for part in re.split(r"[|;]", cell):
        yield from [line.strip() for line in part.split("\n") if line.strip()] or [""]


def _texts(cell: Any) -> tuple[str, ...]:
    return tuple(map(_plain, cell)) if isinstance(cell, list | tuple) else ()


def _labels(row: Mapping[str, Any], spec: Source) -> Any:
    """Labels of a ``{"text": [...], "label": [...]}`` cell, which may count from 1."""
    column = spec.columns.get("choices", "choices")
    cell = None if isinstance(column, list) else row[column]
    return cell.get("label") if isinstance(cell, Mapping) else None


@dataclass(frozen=True, slots=True)
class _Named:
    """Which option an answer cell names, by either way of reading it; none where it names none so."""

    by_text: int | None
    by_place: int | None
    """By its letter, or its number from 0."""


def _named(raw: Any, choices: tuple[str, ...], given: Any, where: str) -> _Named:
    text, labels = _plain(raw), _texts(given)
    is_named = len(set(labels)) == len(labels) == len(choices) and labels != ("1", "0")
    if given not in (None, [], ()) and not is_named:
        # As 1, 0, 0 they mark the right choice, or mean something else that names none.
        if text not in choices:
            raise ItemError(
                f"{where}: labels are {quoted(given)}, expected a different one for each choice, or an answer "
                "that is the text of one"
            )
        return _Named(choices.index(text), None)
    if text in labels:
        return _Named(None, labels.index(text))
    index = -1
    if re.fullmatch(r"\(?[A-Za-z][).]?", text):
        index = ord(text.strip("().").upper()) - ord("A")
    elif re.fullmatch(r"[0-9]{1,9}", text):
        index = int(text)
    return _Named(
        choices.index(text) if text in choices else None,
        index if 0 <= index < len(choices) else None,
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the answer cells of a multiple-choice set are read: a column means one thing throughout.

    2 beside the options 4, 2, 1, 3 is the text of one and the number of another. Where some row can be
    read in one way only, and all rows in that way, it settles the others.
    """

    all_texts: bool = False
    all_places: bool = False

    def right(self, named: _Named, text: str, choices: tuple[str, ...], where: str) -> int:
        """Which option a cell of this column names."""
        if self.all_places and not self.all_texts:
            found = named.by_place
        elif self.all_texts and not self.all_places:
            found = named.by_text
        else:
            found = named.by_text if named.by_place is None else named.by_place
            if named.by_text not in (None, found):
                raise ItemError(
                    f"{where}: answer is {quoted(text)}, the text of one choice and the letter or number of "
                    "another, expected a column that can be read in one way"
                )
        if found is None:
            raise ItemError(
                f"{where}: answer is {quoted(text)}, expected one of the choices, a letter from A to "
                f"{chr(64 + min(26, len(choices)))}, or a number from 0 to {len(choices) - 1}"
            )
        return found


def _reading(rows: Sequence[Mapping[str, Any]], spec: Source) -> _Reading:
    if spec.shape != "choice":
        return _Reading()
    column = _column(spec, "answer")
    named = []
    for number, row in enumerate(rows, 1):
        where = f"{spec.source}: row {number}"
        choices = _choices(row, spec, where)
        named.append(_named(row[column], choices, _labels(row, spec), where))
    return _Reading(
        all_texts=all(one.by_text is not None for one in named),
        all_places=all(one.by_place is not None for one in named),
    )


def _check_columns(row: Mapping[str, Any], spec: Source) -> None:
    needed = ["prompt"] if spec.shape == "prompt" else ["prompt", "answer"]
    if spec.shape == "choice" and "choices" not in spec.columns and "choices" not in row:
        raise ItemError(
            f"{spec.source}: columns name no 'choices', expected one for shape 'choice'"
        )
    wanted = [_column(spec, part) for part in needed]
    for column in spec.columns.values():
        wanted += column if isinstance(column, list) else [column]
    for name in wanted:
        if name not in row:
            raise ItemError(
                f"{spec.source}: found no column {name!r}, expected one of {', '.join(map(str, row))}"
            )


def _check_ids(items: Sequence[Item], spec: Source) -> None:
    seen: dict[str, int] = {}
    for number, item in enumerate(items, 1):
        if item.id in seen:
            raise ItemError(
                f"{spec.source}: row {number}: id '{item.id}' also stands in row {seen[item.id]}, expected ids once"
            )
        seen[item.id] = number


def _column(spec: Source, part: Any) -> str:
    column = spec.columns.get(part, part)
    if isinstance(column, list):
        raise ItemError(f"{spec.source}: columns.{part} is a list, expected one column")
    return str(column)


def _text(row: Mapping[str, Any], spec: Source, part: str, where: str) -> str:
    value = row[_column(spec, part)]
    if not isinstance(value, str) or not value.strip():
        raise ItemError(f"{where}: {_column(spec, part)} is {quoted(value)}, expected a text")
    return value.strip()


def _optional(row: Mapping[str, Any], spec: Source, part: Any) -> str:
    return _plain(row[_column(spec, part)]) if part in spec.columns else ""


def _plain(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return slug if slug and len(slug) <= 48 else hashlib.sha256(text.encode()).hexdigest()[:12]


def _line(fault: BaseException) -> str:
    return (str(fault).strip().split("\n") or [""])[0][:200] or type(fault).__name__
