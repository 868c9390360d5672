"""How a policy becomes a system prompt: frames, rule orders and headings, in the languages that have them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lawbound.rubrics.policy.policy import Policy, PolicyError
from lawbound.rubrics.policy.rule import Rule
from lawbound.tasks.io.yaml_files import Strict, parse, read_yaml

WORDINGS = 3
"""Number of wordings of every prompt: they differ in frame and order and hold the same rules."""
Lines = tuple[str, str, str]
_COLONS = {"zh": "：", "ja": "：", "fr": "\u00a0:"}
"""Ends of a heading in languages without a plain colon."""


class Frames(Strict):
    """The text around the rules in one language, once for each wording."""

    named: Lines
    """Openings with ``{name}``."""
    unnamed: Lines
    how: str
    """How rules combine and what applies if none matches."""
    places: str
    """Added if a rule is about one country only."""
    strict: str
    brief: Lines
    """With ``{name}``, ``{summary}`` and ``{categories}``."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One rule as a line under a heading."""

    heading: str
    text: str


@cache
def frames() -> Mapping[str, Frames]:
    """Frames by language.

    Raises:
        PolicyError: The shipped file is malformed.
    """
    raw = read_yaml(files("lawbound.rubrics.prompts") / "frames.yaml", PolicyError)
    return {
        lang: parse(entry, Frames, f"frames.yaml: {lang}", PolicyError)
        for lang, entry in raw.items()
    }


def speaks(policy: Policy, lang: str) -> bool:
    """Whether the policy's prompts can be written in a language, rule by rule."""
    file = policy.file
    summarised = lang == "en" or lang in file.summaries
    return lang in frames() and summarised and all(lang in _texts(rule) for rule in policy.rules)


def name_of(policy: Policy, lang: str) -> str:
    """The region's name in a language."""
    return policy.file.names.get(lang, policy.name)


def clauses(rules: Sequence[Rule], lang: str) -> tuple[Clause, ...]:
    """The rules as lines beneath the names of their categories."""
    return tuple(Clause(category_name(rule.category, lang), _texts(rule)[lang]) for rule in rules)


def category_name(category: str, lang: str) -> str:
    """The heading for a category; an unknown one is shown as written."""
    return _categories().get(category, {}).get(lang, category)


def categories() -> tuple[str, ...]:
    """The categories that have a heading of their own, in every language of the prompts."""
    return tuple(_categories())


def lead(policy: Policy, lang: str) -> str:
    """How to apply the rules."""
    frame = frames()[lang]
    somewhere = any(rule.when.targets for rule in policy.rules)
    separator = "" if lang in ("zh", "ja") else " "
    return frame.how + (separator + frame.places if somewhere else "")


def layout(opening: str, how: str, lines: Sequence[Clause], variant: int, lang: str) -> str:
    """Assemble a prompt: the wordings differ in the order of headings and rules.

    Args:
        opening: First line.
        how: How to apply the rules; the second wording has it last.
        lines: The rules; those with one heading stand together.
        variant: Index of the wording.
        lang: Language of the prompt; it decides how a heading ends.
    """
    groups: dict[str, list[str]] = {}
    for line in lines:
        groups.setdefault(line.heading, []).append(line.text)
    headings = list(groups)
    if variant == 1:
        headings.reverse()
    elif variant == 2 and len(headings) > 2:
        headings = _rotated(headings)
    blocks = []
    for heading in headings:
        texts = groups[heading]
        if variant:
            texts = texts[::-1] if variant == 1 else _rotated(texts)
        blocks.append(
            "\n".join([heading + _COLONS.get(lang, ":"), *(f"- {text}" for text in texts)])
        )
    body = "\n".join(blocks)
    parts = [opening, body, how] if variant == 1 else [opening, how, body]
    return "\n\n".join(parts)


def _rotated(lines: list[str]) -> list[str]:
    half = len(lines) // 2
    return lines[half:] + lines[:half]


def _texts(rule: Rule) -> Mapping[str, str]:
    return {**rule.texts, "en": rule.text}


@cache
def _categories() -> Mapping[str, Mapping[str, str]]:
    raw: Mapping[str, Mapping[str, str]] = read_yaml(
        files("lawbound.rubrics.prompts") / "categories.yaml", PolicyError
    )
    return raw
