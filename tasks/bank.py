"""The bank: authored items in YAML, one file per topic, with their translations."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from lawbound.tasks.countries import COUNTRIES, meant_country
from lawbound.tasks.io.faults import with_id
from lawbound.tasks.io.hashes import digest_of
from lawbound.tasks.io.patterns import why_unsafe
from lawbound.tasks.io.yaml_files import File, Strict, parse, quoted, read_yaml
from lawbound.tasks.item import Act, Claims, Context, Item, ItemError, Operation, Purpose
from lawbound.tasks.taxonomy import load_taxonomy

CANARY = "LAWBOUND BENCHMARK DATA, NEVER FOR TRAINING. canary 7c1f6a52-3b0e-4d7d-9a55-2f1c8e6d40b9"
"""A string in every bank file by which a training set that swallowed the bank can be found out."""

SPLIT_RECORD = "split.json"
"""Name of a file that only the private folder of a split holds."""
PRIVATE = "split-private"
"""Tag of items that are kept out of what is published."""


def _country(code: str) -> str:
    if code not in COUNTRIES:
        wanted = "a country code of ISO 3166-1 such as TH, or EU"
        raise ValueError(f"found {quoted(code)}, expected {wanted}{meant_country(code)}")
    return code


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Lang = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Country = Annotated[str, AfterValidator(_country)]
Prompt = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=4000)]


class _Written(Strict):
    @field_validator("translations", check_fields=False)
    @classmethod
    def _other_languages(cls, value: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """Refuse a translation into the original's language, which would replace it."""
        if (own := info.data.get("lang")) in value:
            raise ValueError(
                f"found {own!r}, which is the item's own language, expected other languages"
            )
        return value


class PolicyEntry(_Written):
    """One authored policy item with its translations."""

    id: Id
    group: Id | None = None
    prompt: Prompt
    acts: Annotated[tuple[Act, ...], Field(min_length=1)]
    operation: Operation = "ask"
    lang: Lang = "en"
    target: Country | None = None
    purpose: Purpose = "none"
    context: tuple[Context, ...] = ()
    harmless: StrictBool = False
    tags: tuple[Id, ...] = ()
    translations: dict[Lang, Prompt] = Field(default_factory=dict)
    author: Literal["human", "model"] = "model"
    review: Literal["none", "model", "human"] = "none"


class FactWording(_Written):
    """A fact question in one language with patterns for the claims that an answer may make."""

    prompt: Prompt
    true: Annotated[tuple[str, ...], Field(min_length=1)]
    false: Annotated[tuple[str, ...], Field(min_length=1)]


class FactEntry(FactWording):
    """One authored fact item with its translations."""

    id: Id
    group: Id | None = None
    lang: Lang = "en"
    target: Country | None = None
    tags: tuple[Id, ...] = ()
    translations: dict[Lang, FactWording] = Field(default_factory=dict)
    author: Literal["human", "model"] = "model"
    review: Literal["none", "model", "human"] = "none"


class BankFile(_Written):
    """One file of the bank: everything we ask about one topic."""

    canary: Literal[
        "LAWBOUND BENCHMARK DATA, NEVER FOR TRAINING. canary 7c1f6a52-3b0e-4d7d-9a55-2f1c8e6d40b9"
    ]
    topic: str
    items: tuple[PolicyEntry, ...] = ()
    facts: tuple[FactEntry, ...] = ()


def read_bank_file(file: File) -> tuple[Item, ...]:
    """Read one bank file.

    Raises:
        ItemError: The file is malformed or names an unknown topic.
    """
    bank = parse_bank_file(file)
    taxonomy = load_taxonomy()
    if bank.topic not in taxonomy.topics:
        raise ItemError(
            f"{file}: topic: found {bank.topic!r}, expected a topic of the taxonomy"
            + taxonomy.nearest(bank.topic)
        )
    policy_items = (item for entry in bank.items for item in _policy_items(entry, bank.topic, file))
    fact_items = (item for entry in bank.facts for item in _fact_items(entry, bank.topic, file))
    return (*policy_items, *fact_items)


def parse_bank_file(file: File) -> BankFile:
    """Parse the content of one bank file.

    Raises:
        ItemError: The file is malformed.
    """
    data = read_yaml(file, ItemError)
    try:
        return parse(data, BankFile, str(file), ItemError)
    except ItemError as fault:
        raise ItemError(with_id(str(fault), data, {"items": "item", "facts": "fact"})) from fault


def load_bank(folder: Path | str | None = None) -> tuple[Item, ...]:
    """Read every bank file of a folder (the shipped bank if none is named), in order of file name.

    Raises:
        ItemError: The folder holds no bank, a file is malformed or two items share an id.
    """
    if folder is None:
        return _shipped_bank()
    folder = Path(folder)
    if not folder.is_dir():
        raise ItemError(f"{folder}: is no folder, expected a bank")
    items = _read_bank(folder)
    if not items:
        raise ItemError(
            f"{folder}: holds no items, expected a bank: files that end in .yaml or .yml"
        )
    return items


def bank_files(root: File) -> list[File]:
    """The files of a bank folder, in order of name.

    Raises:
        ItemError: A folder within it holds further files, whose questions nobody would be asked.
    """
    found = sorted(root.iterdir(), key=lambda file: file.name)
    for folder in found:
        if folder.is_dir() and not folder.name.startswith("."):
            for file in folder.iterdir():
                if _is_yaml(file):
                    raise ItemError(
                        f"{folder / file.name}: lies in a folder within the bank {root}, expected "
                        "every file in the bank's own, or a further --bank"
                    )
    return [file for file in found if _is_yaml(file)]


def load_banks(folders: Sequence[Path]) -> tuple[Item, ...]:
    """Read several bank folders as one, the shipped bank if none is named.

    Items of the private part of a split carry the tag `PRIVATE`.

    Raises:
        ItemError: A folder holds no bank or is given twice, a file is malformed, two items share an
            id, or a fact's pattern cannot be used on answers.
    """
    if not folders:
        return load_bank()
    resolved = [os.path.realpath(folder) for folder in folders]  # resolve() raises on a loop
    for folder, place in zip(folders, resolved, strict=True):
        if resolved.count(place) > 1:
            raise ItemError(f"{folder}: found twice, expected each bank once")
    banks: dict[File, tuple[Item, ...]] = {}
    for folder in folders:
        found = load_bank(folder)
        _refuse_bad_patterns(found, folder)
        if (folder / SPLIT_RECORD).is_file():
            found = tuple(replace(item, tags=(*item.tags, PRIVATE)) for item in found)
        banks[folder] = found
    _refuse_duplicates(banks)
    return tuple(item for found in banks.values() for item in found)


def digest(items: Iterable[Item]) -> str:
    """Sixteen hex digits that identify a bank: another question, label or pattern changes them."""
    is_shipped = _shipped_bank.cache_info().currsize and items is _shipped_bank()
    return _shipped_digest() if is_shipped else _digest(items)


def _digest(items: Iterable[Item]) -> str:
    lines = sorted(repr(item) for item in items)
    return digest_of("\n".join(lines).encode("utf-8", "surrogatepass"))


@cache
def _shipped_digest() -> str:
    return _digest(_shipped_bank())


@cache
def _shipped_bank() -> tuple[Item, ...]:
    return _read_bank(files("lawbound.tasks") / "bank")


def _is_yaml(file: File) -> bool:
    return file.name.endswith((".yaml", ".yml"))


def _read_bank(root: File) -> tuple[Item, ...]:
    items = tuple(item for file in bank_files(root) for item in read_bank_file(file))
    _refuse_duplicates({root: items})
    return items


def _refuse_bad_patterns(items: Iterable[Item], folder: Path) -> None:
    """Check a stranger's patterns before asking; `tasks.validate` lists all faults of a bank."""
    for item in items:
        for pattern in item.claim_patterns:
            if reason := why_unsafe(pattern):
                raise ItemError(
                    f"{folder / item.source}: fact '{item.id}': found {quoted(pattern)}, "
                    f"which {reason}"
                )


def _refuse_duplicates(banks: Mapping[File, Iterable[Item]]) -> None:
    places: dict[str, tuple[File, str]] = {}
    for folder, items in banks.items():
        for item in items:
            place = (folder, item.source)
            first = places.setdefault(item.id, place)
            if first is not place:
                where = "twice" if first == place else f"in {first[0] / first[1]} too"
                raise ItemError(
                    f"{folder / item.source}: item '{item.id}' stands {where}, expected ids once"
                )


def _policy_items(entry: PolicyEntry, topic: str, file: File) -> Sequence[Item]:
    prompts = {entry.lang: entry.prompt, **entry.translations}
    return [
        Item(
            id=entry.id if lang == entry.lang else f"{entry.id}.{lang}",
            group=entry.group or entry.id,
            kind="policy",
            prompt=prompt,
            topic=topic,
            acts=entry.acts,
            operation=entry.operation,
            lang=lang,
            target=entry.target,
            purpose=entry.purpose,
            context=entry.context,
            harmless=entry.harmless,
            tags=entry.tags,
            source=file.name,
            author=entry.author,
            review=entry.review,
        )
        for lang, prompt in prompts.items()
    ]


def _fact_items(entry: FactEntry, topic: str, file: File) -> Sequence[Item]:
    wordings: dict[str, FactWording] = {entry.lang: entry, **entry.translations}
    return [
        Item(
            id=entry.id if lang == entry.lang else f"{entry.id}.{lang}",
            group=entry.group or entry.id,
            kind="fact",
            prompt=wording.prompt,
            topic=topic,
            acts=("inform",),
            lang=lang,
            target=entry.target,
            tags=entry.tags,
            claims=Claims(true=wording.true, false=wording.false),
            source=file.name,
            author=entry.author,
            review=entry.review,
        )
        for lang, wording in wordings.items()
    ]
