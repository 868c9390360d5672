"""The phrases in which a model reasons about a request, by language; data in ``lexicons/trace.yaml``, compiled once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, get_args

from pydantic import Field

from lawbound.rubrics.behaviour.lexicon import LexiconError
from lawbound.rubrics.behaviour.variants import folded
from lawbound.tasks.io.yaml_files import Strict, parse, read_yaml

Cue = Literal[
    "spare", "refuse", "comply", "part", "sides", "turn", "obey",
    "against", "allowed",
    "open", "maybe", "norm", "so",
    "back", "yet", "firm", "offer",
    "weigh", "bad", "ask", "draft",
]  # fmt: skip
"""Kinds of phrase, line by line: a resolution; what a rule says of it; what makes a phrase no resolution, and what ends
the scope of that; what takes a resolution back or modifies it; signs that a trace deliberates, restates or drafts."""
FILE: Final = "trace.yaml"


class _Language(Strict):
    slots: dict[str, str] = Field(default_factory=dict)
    cues: dict[Cue, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Musing:
    """The patterns of one language."""

    cues: Mapping[Cue, re.Pattern[str]]

    def find(self, cue: Cue, body: str) -> re.Match[str] | None:
        """The first phrase of a kind."""
        return self.cues[cue].search(body)

    def every(self, cue: Cue, body: str) -> Iterator[re.Match[str]]:
        """All phrases of a kind, in order."""
        return self.cues[cue].finditer(body)


@cache
def musing(lang: str) -> Musing:
    """The patterns of a language.

    Raises:
        LexiconError: The file lacks the language, or a phrase is not a regular expression.
    """
    data = _read().get(lang)
    if data is None:
        raise LexiconError(f"{FILE}: found no language '{lang}', expected one")
    cues: dict[Cue, re.Pattern[str]] = {}
    for cue in get_args(Cue):
        source = "|".join(f"(?:{part})" for part in data.cues.get(cue, ()))
        cues[cue] = _compiled(lang, cue, _filled(source or "(?!)", data.slots))
    return Musing(cues)


@cache
def languages() -> tuple[str, ...]:
    """Languages in the file."""
    return tuple(_read())


@cache
def _read() -> Mapping[str, _Language]:
    file = files("lawbound.rubrics.behaviour") / "lexicons" / FILE
    data = read_yaml(file, LexiconError)
    if not isinstance(data, dict):
        raise LexiconError(f"{FILE}: found {data!r:.40}, expected languages")
    return {
        str(lang): parse(own, _Language, f"{FILE}: {lang}", LexiconError)
        for lang, own in data.items()
    }


def _filled(source: str, slots: Mapping[str, str]) -> str:
    for _ in slots:  # a slot may refer to another
        for name, text in slots.items():
            source = source.replace("{" + name + "}", text)
    return source


def _compiled(lang: str, cue: str, source: str) -> re.Pattern[str]:
    try:
        # Arabic texts are folded, so patterns must be.
        return re.compile(folded(source) if lang == "ar" else source)
    except re.error as fault:
        raise LexiconError(
            f"{FILE}: {lang}: {cue}: {fault}, expected a regular expression"
        ) from fault
