"""Exporting the bank as a data set: one table per kind of item, and a card that says what it is and
is not for."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lawbound.tasks.bank import CANARY, load_bank
from lawbound.tasks.io.messages import one_line
from lawbound.tasks.io.safe_files import whole_folder
from lawbound.tasks.item import Item, ItemError

COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("string", "stable for ever; a changed item gets a new id"),
    "group": ("string", "translations and paraphrases of one question: one statistical cluster"),
    "prompt": ("string", "what the model is asked"),
    "topic": ("string", "area and topic, such as `history/holocaust`"),
    "acts": ("list of strings", "what the model is to do: `inform`, `advocate`, `deny` ..."),
    "operation": (
        "string",
        "how: `ask`, `presuppose`, `author`, `transform`, `roleplay`, `compare`",
    ),
    "lang": ("string", "ISO 639-1"),
    "target": ("string", "ISO 3166 country that the question is about; empty for none"),
    "purpose": ("string", "purpose that the user claims, or `none`"),
    "context": ("list of strings", "such as `minor-user` or `election-window`"),
    "harmless": (
        "bool",
        "an instance of `instruct`, `insult`, `disclose`, `deny` or `fabricate` that must be served",
    ),
    "tags": ("list of strings", "further marks, such as risk classes"),
    "claims_true": (
        "list of strings",
        "fact items: regular expressions for what a true answer says",
    ),
    "claims_false": (
        "list of strings",
        "fact items: regular expressions for what a false answer says",
    ),
    "author": ("string", "`human` or `model`; `model` where the bank does not say"),
    "review": ("string", "`none`, `model` or `human`"),
    "canary": ("string", "never train on a text that holds it"),
}
"""Name -> type and meaning. What a policy expects is not a column: ask the policy."""

CARD = """\
---
pretty_name: {quoted_name}
{licence_line}language:
{languages}
task_categories:
- text-generation
tags:
- evaluation
- content-policy
- over-refusal
size_categories:
- {size}
configs:
- config_name: default
  data_files:
{files}
---

# {name}

Questions that ask what it costs a language model to follow a region's content policy. Each has a topic,
acts, an operation, a target and a claimed purpose; **what is expected is no column**, because it depends on
the policy: ask `lawbound policy explain POLICY ITEM`.

**Not for training.** Every row holds the canary

    {canary}

so that a training set that swallowed the bank can be found out. Please keep it.

| split | items | groups |
| --- | --- | --- |
{counts}

| language | items |
| --- | --- |
{by_language}

## Columns

| column | type | meaning |
| --- | --- | --- |
{columns}
{claims}
## Limits

{limits} The generated reasoning and creative items are not here: they are drawn anew from seeds.

{licence}
"""
_CLAIMS = """
## How claims are read

Matches of a claim, searched ignoring case, are candidates only. Lawbound looks at each in its sentence: a
question, denial, doubt or condition asserts nothing, nor does a false claim that is quoted, reported or made
up; numbers count whole; a pattern that opens with `^(?![\\s\\S]*RIGHT)` counts only where RIGHT is not claimed;
one that is anchored by `^` also reads past an opening such as "Answer:", and plain replies as yes or no. So no
bare search gives Lawbound's `fact_true`; its own reader says `true`, `false` or `silent`:

```python
from lawbound.rubrics.answers.facts import check_facts
from lawbound.tasks.item import Claims

claims = Claims(true=tuple(row["claims_true"]), false=tuple(row["claims_false"]))
outcome = check_facts(answer, claims, row["lang"])
```
"""
_NAME, _LICENCE = "Lawbound bank", "cc-by-4.0"
_OURS = """\
Written by language models unless `author` says otherwise; `review` says who has read an item. No working
instructions for harm, nothing sexual about minors, no private persons, no slurs spelled out."""
_THEIRS = """\
These items are not the bank that comes with Lawbound: who wrote them, who has read them and what they hold
is for their maker to say."""


def export_bank(
    out: Path,
    *,
    bank: Path | None = None,
    name: str = "",
    licence: str = "",
) -> dict[str, int]:
    """Write the bank as a data set that ``datasets.load_dataset(out)`` reads, one split for each
    kind, as parquet: it keeps the types of empty lists.

    Args:
        out: Folder to make; it must be empty or absent.
        bank: A bank folder; None takes the shipped one, which already has a name and licence.
        name: Name of the user's own bank, for the card; by default that of its folder.
        licence: Licence of the user's own bank, as hubs write it (``cc-by-4.0``); by default the
            card names none.

    Returns:
        Number of items in each split.

    Raises:
        ItemError: The bank is malformed or empty, `out` is not empty, or a name or licence is given
            for the shipped bank.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ItemError(f"{out}: is there and not empty, expected a new folder")
    if bank is None and (name or licence):
        raise ItemError(
            "name or licence: found one for the shipped bank, expected --bank beside it"
        )
    items = load_bank(bank)
    kinds: list[str] = list(dict.fromkeys(item.kind for item in items))
    counts: dict[str, int] = {}
    with whole_folder(out) as draft:
        for kind in kinds:
            rows = [_row(item) for item in items if item.kind == kind]
            _write_parquet(draft / f"{kind}.parquet", rows)
            counts[kind] = len(rows)
        card = _card(items, kinds)
        if bank is None:
            card |= _terms(_NAME, _LICENCE) | {"limits": _OURS}
        else:
            card |= _terms(name or bank.resolve().name, licence) | {"limits": _THEIRS}
        (draft / "README.md").write_text(CARD.format(**card), encoding="utf-8")
    return counts


def _row(item: Item) -> dict[str, Any]:
    claims = item.claims
    return {
        "id": item.id,
        "group": item.group,
        "prompt": item.prompt,
        "topic": item.topic,
        "acts": list(item.acts),
        "operation": item.operation,
        "lang": item.lang,
        "target": item.target or "",
        "purpose": item.purpose,
        "context": list(item.context),
        "harmless": item.harmless,
        "tags": list(item.tags),
        "claims_true": list(claims.true) if claims else [],
        "claims_false": list(claims.false) if claims else [],
        "author": item.author,
        "review": item.review,
        "canary": CANARY,
    }


def _write_parquet(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {"string": pa.string(), "bool": pa.bool_(), "list of strings": pa.list_(pa.string())}
    schema = pa.schema([(name, kinds[kind]) for name, (kind, _) in COLUMNS.items()])
    table = pa.Table.from_pylist([dict(row) for row in rows], schema=schema)
    parquet.write_table(table.replace_schema_metadata({"canary": CANARY}), path)


def _terms(name: str, licence: str) -> dict[str, str]:
    return {
        "name": one_line(name),
        "quoted_name": json.dumps(one_line(name)),
        "licence_line": f"license: {json.dumps(licence)}\n" if licence else "",
        "licence": f"Licence: {one_line(licence).upper()}." if licence else "No licence is stated.",
    }


def _card(items: Sequence[Item], kinds: Sequence[str]) -> dict[str, str]:
    languages = Counter(item.lang for item in items)
    groups = {kind: {item.group for item in items if item.kind == kind} for kind in kinds}
    totals: Counter[str] = Counter(item.kind for item in items)
    return {
        "languages": "\n".join(f"- {json.dumps(lang)}" for lang in sorted(languages)),
        "size": "n<1K"
        if len(items) < 1000
        else "1K<n<10K"
        if len(items) < 10_000
        else "10K<n<100K",
        "files": "\n".join(f"  - split: {kind}\n    path: {kind}.parquet" for kind in kinds),
        "canary": CANARY,
        "counts": "\n".join(f"| {kind} | {totals[kind]} | {len(groups[kind])} |" for kind in kinds),
        "by_language": "\n".join(
            f"| {lang} | {count} |" for lang, count in languages.most_common()
        ),
        "columns": "\n".join(
            f"| `{name}` | {kind} | {text} |" for name, (kind, text) in COLUMNS.items()
        ),
        "claims": _CLAIMS if "fact" in kinds else "",
    }
