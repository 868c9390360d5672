"""The phrases with which each language declines; data in ``lexicons/*.yaml``, compiled once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import Field

from lawbound.rubrics.behaviour.clues import STEM, Bits, Clue, Clues
from lawbound.rubrics.behaviour.forms import Forms
from lawbound.rubrics.behaviour.signal import NOTHING, AnyOf, Signal
from lawbound.rubrics.behaviour.text import Searchable
from lawbound.rubrics.behaviour.variants import folded
from lawbound.tasks.io.errors import LawboundError
from lawbound.tasks.io.yaml_files import Strict, parse, read_yaml

LATIN = ("en", "de", "fr", "es", "pt", "tr", "vi", "id")
LANGUAGES = (*LATIN, "zh", "hi", "ar", "ru", "th", "ko", "ja")


DENSITY = {"zh": 2.5, "ja": 2.2, "ko": 2.0, "th": 1.2}


class LexiconError(LawboundError, ValueError):
    """A lexicon file is malformed."""


class _Needy(Strict):
    need: str | tuple[str, ...]
    """Words one of which must occur before the pattern is tried; a list: one of each entry."""
    match: str


class _Group(Strict):
    anchors: str | tuple[str, ...]
    """A string holds words, compared by their stems; a list holds substrings."""
    patterns: tuple[str | _Needy, ...]


class _File(Strict):
    lang: str
    spaced: bool
    stopwords: str
    slots: dict[str, str] = Field(default_factory=dict)
    groups: dict[str, _Group]
    ask: dict[str, str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The signals of one language, and the forms of its prompts."""

    lang: str
    spaced: bool
    stopwords: frozenset[str]
    signals: Mapping[str, Signal]
    ask: Forms
    clues: Clues
    """Finds the anchors and needs of all signals."""
    met: int = -1
    """The bits of the clues of a text in which signals are looked for: the others cannot occur."""

    @property
    def density(self) -> float:
        """English characters that say as much as one character of this language."""
        return DENSITY.get(self.lang, 1.0)

    def __getitem__(self, name: str) -> Signal:
        signal = self.signals.get(name, NOTHING)
        return signal if signal.gate & self.met else NOTHING

    def within(self, text: Searchable) -> "Lexicon":
        """This lexicon with only the signals that can occur in a text: the others need not be tried in each sentence."""
        return Lexicon(
            self.lang, self.spaced, self.stopwords, self.signals, self.ask, self.clues, text.clues
        )


@cache
def load(lang: str) -> Lexicon:
    """Read and compile one language.

    Raises:
        LexiconError: The file is malformed.
    """
    name, data = f"{lang}.yaml", _file(lang)
    slots = _resolve(data.slots)
    # English is read beside any other language.
    bits = Bits() if lang == "en" else Bits(load("en").clues.end)
    signals = {key: _signal(group, slots, bits, lang) for key, group in data.groups.items()}
    ask = Forms(
        {key: _compile(name, key, _fill(pattern, slots)) for key, pattern in data.ask.items()}
    )
    return Lexicon(
        lang=data.lang,
        spaced=data.spaced,
        stopwords=_stopwords(lang),
        signals=signals,
        ask=ask,
        clues=Clues(lambda: {c: bit for s in signals.values() for c, bit in s.bit_of.items()}),
    )


@cache
def _file(lang: str) -> _File:
    name = f"{lang}.yaml"
    file = files("lawbound.rubrics.behaviour") / "lexicons" / name
    return parse(read_yaml(file, LexiconError), _File, name, LexiconError)


@cache
def any_of(langs: tuple[str, ...], *names: str) -> AnyOf:
    """The signals of these names in these languages."""
    every = [(name, load(lang).signals) for name in names for lang in langs]
    return AnyOf([signals[name] for name, signals in every if name in signals])


@cache
def shipped() -> tuple[str, ...]:
    """Languages that have a file."""
    folder = files("lawbound.rubrics.behaviour") / "lexicons"
    return tuple(lang for lang in LANGUAGES if (folder / f"{lang}.yaml").is_file())


@cache
def latin_stopwords() -> Mapping[str, frozenset[str]]:
    """Function words of the languages in Latin script; their phrases are compiled where they are spoken."""
    return {lang: _stopwords(lang) for lang in shipped() if lang in LATIN}


@cache
def _stopwords(lang: str) -> frozenset[str]:
    return frozenset(_file(lang).stopwords.split())


def _signal(group: _Group, slots: Mapping[str, str], bits: Bits, lang: str) -> Signal:
    plain = [p for p in group.patterns if isinstance(p, str)]
    sources = [
        (_needs(p.need), _fill(p.match, slots)) for p in group.patterns if not isinstance(p, str)
    ]
    if plain:
        sources.append(((), "|".join(_fill(p, slots) for p in plain)))
    if lang == "ar":  # texts are folded, so patterns must be
        sources = [(needs, folded(source)) for needs, source in sources]
    if isinstance(group.anchors, str):
        return Signal(Clue(_stems(group.anchors)), sources, bits)
    anchors = frozenset(map(folded, group.anchors) if lang == "ar" else group.anchors)
    return Signal(Clue(anchors, is_literal=True), sources, bits)


def _needs(need: str | tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(_stems(words) for words in ([need] if isinstance(need, str) else need))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in text.split())


def _resolve(slots: Mapping[str, str]) -> dict[str, str]:
    done: dict[str, str] = {}
    for key, text in slots.items():
        done[key] = _fill(text, done)
    return done


def _fill(pattern: str, slots: Mapping[str, str]) -> str:
    for key, text in slots.items():
        pattern = pattern.replace("{" + key + "}", text)
    return pattern


@cache
def check_all() -> tuple[str, ...]:
    """Compile every pattern of every language; for tests and builds.

    Raises:
        LexiconError: One of them is not a regular expression.
    """
    for lang in shipped():
        for key, signal in load(lang).signals.items():
            for _, source in signal.sources:
                _compile(f"{lang}.yaml", key, source)
    return shipped()


def _compile(file: str, key: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as fault:
        raise LexiconError(f"{file}: {key}: {fault}, expected a regular expression") from fault
