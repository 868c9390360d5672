"""Items of an external source, one for each row."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from lawbound.tasks.external.cells import (
    acts_of,
    check_columns,
    check_lengths,
    named_or_usual,
    optional_text,
    required_text,
)
from lawbound.tasks.external.choices import ChoiceAnswers
from lawbound.tasks.external.labels import labels_of
from lawbound.tasks.external.loading import load_rows
from lawbound.tasks.external.source import Source
from lawbound.tasks.external.worked import worked_answer
from lawbound.tasks.io.yaml_files import parse, quoted
from lawbound.tasks.item import Answer, Item, ItemError, Structure
from lawbound.tasks.languages import is_language, meant_language
from lawbound.tasks.reasoning.wording import INSTRUCTION
from lawbound.tasks.taxonomy import load_taxonomy


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
    rows = load_rows(spec)
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
    check_columns(rows[0], spec)
    for number, row in enumerate(rows, 1):
        check_lengths(row, spec, f"{spec.source}: row {number}")
    items = tuple(_items(rows, spec))
    _check_ids(items, spec)
    return items


def _items(rows: Sequence[Mapping[str, Any]], spec: Source) -> Iterator[Item]:
    checkable = spec.shape != "prompt"
    prefix = (
        spec.name
        or re.sub(r"[^a-z0-9]+", "-", Path(spec.source).stem.lower()).strip("-")
        or "external"
    )
    topics = load_taxonomy().topics
    choices = ChoiceAnswers(rows, spec) if spec.shape == "choice" else None
    for at, row in enumerate(rows):
        where = f"{spec.source}: row {at + 1}"
        prompt = required_text(row, spec, "prompt", where)
        own = optional_text(row, spec, "id")
        # Without an id column the text identifies the item, so that a reordered file keeps its ids.
        item_id = (
            f"{prefix}-{_slug(own) if own else hashlib.sha256(prompt.encode()).hexdigest()[:12]}"
        )
        topic = named_or_usual(row, spec, "topic", where)
        if topic not in topics:
            raise ItemError(
                f"{where}: topic is {quoted(topic)}, expected a topic of the taxonomy{load_taxonomy().nearest(topic)}"
            )
        acts = acts_of(row, spec, where)
        group, lang = (
            optional_text(row, spec, "group"),
            named_or_usual(row, spec, "lang", where),
        )
        if not is_language(lang):
            raise ItemError(
                f"{where}: lang is {quoted(lang)}, expected a code of ISO 639-1 such as en, or three letters for a language without one{meant_language(lang)}"
            )
        labels = labels_of(row, spec, where)
        answer: Answer | None = None
        if choices is not None:
            answer = choices.of_row(at)
        elif checkable:
            answer = worked_answer(row, spec, where)
        yield Item(
            id=item_id,
            group=group or item_id,
            kind="reasoning" if checkable else "policy",
            prompt=prompt + INSTRUCTION if checkable else prompt,
            topic=topic,
            acts=acts,
            operation=spec.operation,
            lang=lang,
            target=labels.target,
            purpose=labels.purpose,
            context=labels.context,
            harmless=checkable or labels.harmless,
            answer=answer,
            structure=Structure(prefix, 1, "neutral", topic, item_id) if checkable else None,
            source=spec.source,
            author="human",
        )


def _check_ids(items: Sequence[Item], spec: Source) -> None:
    seen: dict[str, int] = {}
    for number, item in enumerate(items, 1):
        if item.id in seen:
            raise ItemError(
                f"{spec.source}: row {number}: id '{item.id}' also stands in row {seen[item.id]}, expected ids once"
            )
        seen[item.id] = number


def _slug(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return slug if slug and len(slug) <= 48 else hashlib.sha256(text.encode()).hexdigest()[:12]
