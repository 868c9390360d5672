"""The phrases with which each language declines; data in ``lexicons/*.yaml``, compiled once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import Field

from lawbound.rubrics.behaviour.anchors import Anchors
from lawbound.rubrics.behaviour.signal import NOTHING, AnyOf, Signal
from lawbound.rubrics.behaviour.text import STEM, Searchable
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
    ask: Mapping[str, re.Pattern[str]]
    by_stem: Mapping[str, tuple[str, ...]]
    """Names of the signals that a stem may belong to."""
    by_anchor: Mapping[str, tuple[str, ...]]
    """Names of the signals that a substring may belong to."""
    anchors: Anchors
    """Finds the substrings of `by_anchor`, and those that patterns need."""

    @property
    def density(self) -> float:
        """English characters that say as much as one character of this language."""
        return DENSITY.get(self.lang, 1.0)

    def __getitem__(self, name: str) -> Signal:
        return self.signals.get(name, NOTHING)

    def within(self, text: Searchable) -> "Lexicon":
        """This lexicon with only the signals that can occur in a text: the others need not be tried in each sentence."""
        of_stems = filter(None, map(self.by_stem.get, text.stems))
        of_anchors = filter(None, map(self.by_anchor.get, text.anchors))
        names = set().union(*of_stems, *of_anchors)
        near = {name: self.signals[name] for name in names}
        return Lexicon(
            self.lang,
            self.spaced,
            self.stopwords,
            near,
            self.ask,
            self.by_stem,
            self.by_anchor,
            self.anchors,
        )

    def asks(self, name: str, prompt: str) -> bool:
        """Whether a cleaned prompt has this form."""
        return name in self.ask and self.ask[name].search(prompt) is not None


@cache
def load(lang: str) -> Lexicon:
    """Read and compile one language.

    Raises:
        LexiconError: The file is malformed.
    """
    name, data = f"{lang}.yaml", _file(lang)
    slots = _resolve(data.slots)
    signals = {key: _signal(group, slots) for key, group in data.groups.items()}
    if lang == "ar":  # texts are folded, so patterns must be
        signals = {key: _folded(signal) for key, signal in signals.items()}
    ask = {key: _compile(name, key, _fill(pattern, slots)) for key, pattern in data.ask.items()}
    by_anchor = _names_by({name: signal.anchors for name, signal in signals.items()})
    return Lexicon(
        lang=data.lang,
        spaced=data.spaced,
        stopwords=_stopwords(lang),
        signals=signals,
        ask=ask,
        by_stem=_names_by({name: signal.stems for name, signal in signals.items()}),
        by_anchor=by_anchor,
        anchors=Anchors(
            lambda: frozenset(by_anchor).union(*[s.literals for s in signals.values()])
        ),
    )


@cache
def _file(lang: str) -> _File:
    name = f"{lang}.yaml"
    file = files("lawbound.rubrics.behaviour") / "lexicons" / name
    return parse(read_yaml(file, LexiconError), _File, name, LexiconError)


def _names_by(words: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """The signals of each word, from the words of each signal."""
    found: dict[str, tuple[str, ...]] = {}
    for name, own in words.items():
        for word in own:
            found[word] = (*found.get(word, ()), name)
    return found


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


def _signal(group: _Group, slots: Mapping[str, str]) -> Signal:
    plain = [p for p in group.patterns if isinstance(p, str)]
    sources = [
        (_needs(p.need), _fill(p.match, slots)) for p in group.patterns if not isinstance(p, str)
    ]
    if plain:
        sources.append(((), "|".join(_fill(p, slots) for p in plain)))
    if isinstance(group.anchors, str):
        return Signal(_stems(group.anchors), frozenset(), tuple(sources))
    return Signal(frozenset(), frozenset(group.anchors), tuple(sources))


def _needs(need: str | tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(_stems(words) for words in ([need] if isinstance(need, str) else need))


def _folded(signal: Signal) -> Signal:
    sources = tuple((needs, folded(source)) for needs, source in signal.sources)
    return Signal(signal.stems, frozenset(map(folded, signal.anchors)), sources)


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
