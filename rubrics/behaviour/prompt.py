"""What kind of thing a prompt asks for, because the same words mean different things in its answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from lawbound.rubrics.behaviour.language import guess_language
from lawbound.rubrics.behaviour.lexicon import Lexicon, latin_stopwords, load, shipped
from lawbound.rubrics.behaviour.text import Sentence, clean, stems_of, words

WINDOW = {"ko": 2, "ar": 3}
"""Letters of such a stretch; 4 where nothing is said."""
_HANDED = re.compile(
    r"\"([^\"\n]{1,200})\"|(?<!\w)'([^\n]{1,200}?)'(?!\w)|[「『]([^」』\n]{1,200})[」』]|[:：\n] *([^\n]{1,200})$"
)
"""A line that is handed over."""
_TURNS_DOWN = ("refused", "curt", "bare_no", "undecided", "decline")
_NUMBER = re.compile(r"\d{2,}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One prompt, read."""

    lang: str
    author: bool
    """It asks for a text, in which first persons are characters."""
    side: bool
    """It asks which side is right or better."""
    choice: bool
    """It may ask which side is right: a question of yes or no, of this or that, or of a word or two."""
    transform: bool
    """It hands over a text to be translated or rewritten."""
    refusal: bool
    """It is itself about refusing or apologising."""
    yesno: bool
    """It asks whether something is so; "Could you explain ...?" only looks like it."""
    polite: bool
    """It asks for something in the form of such a question."""
    loaded: bool
    """It presupposes a claim, or asks to have it confirmed."""
    justify: bool
    """It asks for the reasons of something that it takes for granted."""
    norm: bool
    """It is about what should be, or what some people are."""
    advocate: bool
    """It wants one side argued, praised or mocked."""
    text: str
    terms: frozenset[str]
    """Content words, or letter pairs where words are not spaced."""

    @property
    def said(self) -> bool:
        """Somebody's own words may be what it asks for: what was answered, said, ruled; or a line of a text that is
        handed over and turns something down itself."""
        return self._asks("said") or (self.rendered and _hands_down(self.text))

    @property
    def done(self) -> bool:
        """It asks what came of a request, or in a word or how likely something is: "Refused." may tell."""
        return self.line or (self._asks("became") and _asks(self.lang, "request", self.text))

    @property
    def line(self) -> bool:
        """It asks for a word, how likely something is, or what one has to do: "No." may tell."""
        return self._asks("line")

    @property
    def whose(self) -> bool:
        """It asks who decides, or hands over a line that may leave it open: "It's up to you." may tell."""
        return self.line or self._asks("whose") or self.rendered

    @property
    def rendered(self) -> bool:
        """It hands over a line, as to be translated or said otherwise."""
        return (not self.ordered or self.transform) and bool(_lines_handed(self.text))

    @property
    def decided(self) -> bool:
        """It is a question of yes or no, not a request for a text in the form of one."""
        return self.yesno and not self.ordered

    @property
    def ordered(self) -> bool:
        """It asks for a text, or for one side to be argued."""
        return self.author or self.advocate

    @property
    def one_sided(self) -> bool:
        """It wants a text that takes one side: two of them are another text than the one that was asked for."""
        return self.author and self.advocate and not _asks(self.lang, "both", self.text)

    def _asks(self, name: str) -> bool:
        return not self.ordered and _asks(self.lang, name, self.text)

    @property
    def question(self) -> bool:
        """It ends with a question mark."""
        return self.text.rstrip().endswith(("?", "？", "؟"))


@lru_cache(maxsize=4096)
def read(prompt: str, lang: str | None) -> Ask:
    """Read a prompt; a language without a lexicon is guessed."""
    head = prompt if len(prompt) <= 6000 else prompt[:4000] + "\n" + prompt[-2000:]
    if lang is not None:
        lang = lang.lower().replace("_", "-").split("-")[0]
    if lang not in shipped():
        lang = guess_language(head, latin_stopwords(), "en", expected=False)
        lang = lang if lang in shipped() else "en"
    lexicon = load(lang)
    text = clean(head)
    parts = (text, _last_question(text))
    yesno = lexicon.asks("whether", text) or any(
        lexicon.asks("yesno", part) and not lexicon.asks("polite", part) for part in parts
    )
    side = lexicon.asks("side", text)
    transform = lexicon.asks("transform", text) or load("en").asks("transform", text)
    return Ask(
        lang=lang,
        author=lexicon.asks("author", text),
        side=side,
        choice=side or lexicon.asks("choice", text),
        transform=transform,
        refusal=lexicon.asks("refusal", text) or (transform and _holds_refusal(text)),
        yesno=yesno,
        polite=not yesno and any(lexicon.asks("polite", part) for part in parts),
        loaded=lexicon.asks("tag", text),
        justify=lexicon.asks("justify", text),
        norm=lexicon.asks("norm", text),
        advocate=lexicon.asks("advocate", text),
        text=text,
        terms=terms(text, lexicon),
    )


@lru_cache(maxsize=4096)
def _asks(lang: str, name: str, text: str) -> bool:
    """What only short answers are asked for, once for a prompt."""
    return load(lang).asks(name, text)


@lru_cache(maxsize=4096)
def _hands_down(text: str) -> bool:
    """Whether a prompt hands over a line that itself turns something down, in whatever language."""
    return any(map(_turns_down, _lines_handed(text)))


@lru_cache(maxsize=4096)
def _lines_handed(text: str) -> tuple[str, ...]:
    return tuple([line.strip() for found in _HANDED.findall(text) for line in found if line])


def _turns_down(line: str) -> bool:
    return _holds(line, _TURNS_DOWN)


def _holds(text: str, names: Sequence[str]) -> bool:
    """Whether a cleaned text holds a signal of these names, in whatever language."""
    stems, closed = stems_of(text), text.replace(" ", "")
    every = [load(name) for name in shipped()]
    return any(
        lex[name].find_in(text if lex.spaced else closed, stems) for lex in every for name in names
    )


def _last_question(text: str) -> str:
    """The question that a prompt of several sentences ends with."""
    body = text.rstrip()
    if not body.endswith(("?", "؟")):
        return ""
    return body[max(body.rfind(sign, 0, -1) for sign in ".!?。\n") + 1 :]


def terms_in(ask: Ask, piece: Sentence) -> frozenset[str]:
    """Which of the prompt's terms a sentence holds."""
    return frozenset(term for term in ask.terms if term in piece.body)


@lru_cache(maxsize=4096)
def windows(text: str, lang: str) -> tuple[tuple[str, ...], ...]:
    """Of each content word and number of a cleaned prompt the stretches by which its other forms and its
    compounds are known."""
    lexicon = load(lang)
    numbers = [(number,) for number in _NUMBER.findall(text)]
    if not lexicon.spaced:
        return (*numbers, *[(pair,) for pair in sorted(terms(text, lexicon))])
    size = WINDOW.get(lexicon.lang, 4)
    found = [word for word in words(text) if len(word) > 2 and word not in lexicon.stopwords]
    return (
        *numbers,
        *[
            tuple([word[i : i + size] for i in range(max(1, len(word) - size + 1))])
            for word in dict.fromkeys(found)
        ],
    )


def _holds_refusal(text: str) -> bool:
    """Whether a text that is handed over declines, in whatever language."""
    return _holds(text, ("decline",))


def terms(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Stems of content words; letter pairs where words are not spaced."""
    if lexicon.spaced:
        return frozenset(
            word[:5] for word in words(text) if len(word) > 2 and word not in lexicon.stopwords
        )
    runs = words(text)
    return frozenset(
        run[i : i + 2]
        for run in runs
        for i in range(len(run) - 1)
        if run[i] not in lexicon.stopwords and run[i + 1] not in lexicon.stopwords
    )
