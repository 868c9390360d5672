"""Checks of authored items that a schema cannot make: repetition, giveaways, broken groups.

Near-duplicates are found by MinHash over character n-grams (Broder 1997): candidates from locality
sensitive hashing are confirmed by the exact Jaccard index of their sets of n-grams.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from zlib import crc32

from lawbound.tasks.bank import CANARY, bank_files
from lawbound.tasks.io.patterns import examples, why_unsafe
from lawbound.tasks.io.yaml_files import File, quoted
from lawbound.tasks.item import Claims, Item
from lawbound.tasks.languages import ISO_639_1, LATIN, meant_language
from lawbound.tasks.taxonomy import load_taxonomy


@dataclass(frozen=True, slots=True)
class Likeness:
    """Least similarity at which two prompts of different groups count as the same."""

    n: int
    """Characters of an n-gram."""
    share: float
    """Jaccard index of their sets."""


NEAR_DUPLICATE = Likeness(5, 0.7)
CHINESE_DUPLICATE = Likeness(2, 0.5)
"""Most Chinese words have two characters: if one is swapped in a question of fifteen, 29 % of the
5-grams are still shared, and 65 % of the 2-grams."""
OPENING_SHARE = 0.03
"""Largest share of one language's prompts that may open with the same words."""
OPENING_FLOOR = 300
"""Languages with fewer prompts are not checked for openings: a single prompt would decide."""
REFUSALS = ("I'm sorry, I can't help with that.", "I have no idea.")
"""Answers that claim nothing."""
SCRIPTS = {
    "zh": "[\u4e00-\u9fff]",
    "ja": "[\u3040-\u30ff]",
    "ko": "[\uac00-\ud7af]",
    "hi": "[\u0900-\u097f]",
    "ar": "[\u0600-\u06ff]",
    "ur": "[\u0600-\u06ff]",
    "ru": "[\u0400-\u04ff]",
    "th": "[\u0e00-\u0e7f]",
}
"""A character class that a prompt in the language must contain."""
LETTER = re.compile(r"[^\W\d_]")
LATIN_LETTER = re.compile("[A-Za-z\u00aa-\u024f\u1e00-\u1eff]")
"""Half the letters of a prompt in one of `LATIN` must be such: prompts in other scripts quote a Latin word often."""


@dataclass(frozen=True, slots=True)
class BankFault:
    """One fault of the bank."""

    check: str
    items: tuple[str, ...]
    """Ids of the items, or the name of a file."""
    message: str

    def __str__(self) -> str:
        return f"{', '.join(self.items)}: {self.message} [{self.check}]"


def validate(items: Iterable[Item]) -> list[BankFault]:
    """Every fault of a set of items, check by check, in the order of the items."""
    listed = tuple(items)
    return [finding for check in CHECKS for finding in check(listed)]


def missing_canaries(folder: Path | None = None) -> list[BankFault]:
    """Bank files whose text lacks the canary."""
    root: File = folder if folder is not None else files("lawbound.tasks") / "bank"
    return [
        BankFault("canary", (file.name,), f"does not hold {CANARY!r}")
        for file in bank_files(root)
        if CANARY not in file.read_text(encoding="utf-8")
    ]


def duplicate_ids(items: Sequence[Item]) -> Iterator[BankFault]:
    """Ids that occur more than once."""
    for item_id, count in Counter(item.id for item in items).items():
        if count > 1:
            yield BankFault("duplicate-id", (item_id,), f"stands {count} times, expected once")


def unknown_topics(items: Sequence[Item]) -> Iterator[BankFault]:
    """Topics that the taxonomy lacks."""
    taxonomy = load_taxonomy()
    for item in items:
        if item.topic not in taxonomy.topics:
            message = f"topic is {item.topic!r}, expected one of the taxonomy"
            yield BankFault("unknown-topic", (item.id,), message + taxonomy.nearest(item.topic))


def unknown_languages(items: Sequence[Item]) -> Iterator[BankFault]:
    """Unknown languages, each once with the first item in it."""
    firsts = {item.lang: item for item in reversed(items)}
    for lang in dict.fromkeys(item.lang for item in items):
        if lang not in ISO_639_1:
            message = f"language is {lang!r}, expected a code of ISO 639-1 such as en"
            yield BankFault("unknown-language", (firsts[lang].id,), message + meant_language(lang))


def inconsistent_groups(items: Sequence[Item]) -> Iterator[BankFault]:
    """Translations that differ from their original in more than language and wording."""
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.kind in ("policy", "fact"):
            groups[item.group].append(item)
    for members in groups.values():
        first = members[0]
        for other in members[1:]:
            for field in ("kind", "topic", "acts", "operation", "target", "purpose", "context"):
                mine, theirs = getattr(first, field), getattr(other, field)
                if mine != theirs:
                    message = f"{field} is {theirs!r}, expected {mine!r} as in its group"
                    yield BankFault("group", (first.id, other.id), message)


def wrong_scripts(items: Sequence[Item]) -> Iterator[BankFault]:
    """Prompts without a single letter of their language's script, or mostly in other letters than Latin ones."""
    for item in items:
        if item.lang in LATIN and _mostly_other(item.prompt):
            message = f"prompt is not in the script of '{item.lang}': {item.prompt[:40]!r}"
            yield BankFault("script", (item.id,), message)
        script = SCRIPTS.get(item.lang)
        if script and not re.search(script, item.prompt):
            message = f"prompt has no letter of the script of '{item.lang}': {item.prompt[:40]!r}"
            yield BankFault("script", (item.id,), message)


def bad_patterns(items: Sequence[Item]) -> Iterator[BankFault]:
    """Patterns of facts that do not compile, that match the same words as true and as false, or
    that match a refusal or the question itself."""
    for item in items:
        if item.claims is None:
            continue
        yield from _on_both_sides(item, item.claims)
        for pattern in item.claim_patterns:
            reason = why_unsafe(pattern)
            if reason:
                yield BankFault("pattern", (item.id,), f"{quoted(pattern)} {reason}")
                continue
            compiled = re.compile(pattern, re.IGNORECASE)
            if item.lang == "en" and any(compiled.search(refusal) for refusal in REFUSALS):
                yield BankFault("pattern", (item.id,), f"{pattern!r} takes a refusal for a claim")
            if found := compiled.search(item.prompt):
                message = f"{pattern!r} matches the question itself at {found[0][:40]!r}"
                yield BankFault("pattern", (item.id,), message)


def shared_openings(items: Sequence[Item]) -> Iterator[BankFault]:
    """Openings that more than the allowed share of one language's prompts have in common."""
    by_language: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.kind in ("policy", "fact"):
            by_language[item.lang].append(item)
    for lang, members in by_language.items():
        if len(members) < OPENING_FLOOR:
            continue
        counts = Counter(opening(item.prompt) for item in members)
        for words, count in counts.items():
            if count > OPENING_SHARE * len(members):
                message = (
                    f"{count} of {len(members)} prompts open with {words!r}, "
                    f"expected at most {OPENING_SHARE:.0%}"
                )
                yield BankFault("opening", (lang,), message)


def opening(prompt: str) -> str:
    """The first two words of a prompt, or its first four characters if words are not spaced."""
    if re.match(r"[\u3040-\u30ff\u4e00-\u9fff\u0e00-\u0e7f]", prompt):
        return prompt[:4]
    return " ".join(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", prompt.casefold())[:2])


def near_duplicates(items: Sequence[Item]) -> Iterator[BankFault]:
    """Pairs of prompts in one language and different groups that share most of their n-grams."""
    asked = [item for item in items if item.kind in ("policy", "fact")]
    yield from _alike(asked, NEAR_DUPLICATE)
    # Whether a question is answered and whether the answer is right are two numbers, so that the
    # same short question may occur once in each.
    for kind in ("policy", "fact"):
        chinese = [item for item in asked if item.lang == "zh" and item.kind == kind]
        yield from _alike(chinese, CHINESE_DUPLICATE, but=NEAR_DUPLICATE)


def grams(prompt: str, n: int) -> frozenset[str]:
    """Runs of that many characters of the casefolded prompt, with spaces and punctuation as one
    space."""
    text = " ".join(re.findall(r"\w+", prompt.casefold()))
    return frozenset(text[i : i + n] for i in range(max(1, len(text) - n + 1)))


def _mostly_other(prompt: str) -> bool:
    """Whether most of its letters are of other scripts than Latin."""
    return 2 * len(LATIN_LETTER.findall(prompt)) < len(LETTER.findall(prompt))


def _on_both_sides(item: Item, claims: Claims) -> Iterator[BankFault]:
    """Words that a true pattern and a false one both match: a right answer would be wrong, too."""
    # A false pattern that opens with `^(?!` counts only if the right answer is nowhere.
    plain = [p for p in claims.false if not p.startswith("^(?!") and not why_unsafe(p)]
    for pattern in dict.fromkeys(claims.true):
        texts = () if why_unsafe(pattern) else examples(pattern)
        for other in plain:
            shared = (text for text in texts if re.search(other, text, re.IGNORECASE))
            if pattern == other or (text := next(shared, None)) is None:
                continue
            message = (
                f"{quoted(text)} is matched under true by {quoted(pattern)} and under false by "
                f"{quoted(other)}, expected one side"
            )
            yield BankFault("pattern", (item.id,), message)
        if pattern in claims.false:
            message = f"{quoted(pattern)} stands under true and under false, expected one side"
            yield BankFault("pattern", (item.id,), message)


def _alike(
    items: Sequence[Item], likeness: Likeness, but: Likeness | None = None
) -> Iterator[BankFault]:
    """Similar pairs, except those that another measure has reported."""
    from datasketch import MinHash, MinHashLSH  # type: ignore[import-untyped]

    index = MinHashLSH(threshold=likeness.share, num_perm=64, weights=(0.2, 0.8))
    blank = MinHash(num_perm=64, seed=1, hashfunc=crc32)
    seen: dict[str, Item] = {}
    for position, item in enumerate(items):
        sketch = blank.copy()
        sketch.update_batch([gram.encode() for gram in sorted(grams(item.prompt, likeness.n))])
        for key in sorted(index.query(sketch), key=int):
            other = seen[key]
            if item.lang != other.lang or item.group == other.group:
                continue
            share = _shared(item, other, likeness)
            if share < likeness.share or (but and _shared(item, other, but) >= but.share):
                continue
            message = (
                f"share {share:.0%} of their {likeness.n}-grams, "
                f"expected under {likeness.share:.0%}"
            )
            yield BankFault("near-duplicate", (other.id, item.id), message)
        index.insert(str(position), sketch)
        seen[str(position)] = item


def _shared(one: Item, other: Item, likeness: Likeness) -> float:
    mine, theirs = (grams(item.prompt, likeness.n) for item in (one, other))
    return len(mine & theirs) / len(mine | theirs)


CHECKS: tuple[Callable[[Sequence[Item]], Iterator[BankFault]], ...] = (
    duplicate_ids,
    unknown_topics,
    unknown_languages,
    inconsistent_groups,
    wrong_scripts,
    bad_patterns,
    shared_openings,
    near_duplicates,
)
