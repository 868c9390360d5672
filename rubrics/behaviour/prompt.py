"""What a prompt asks for: the same words mean different things in answers to different kinds of prompt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

from lawbound.rubrics.behaviour.language import guess_language, plainly_other
from lawbound.rubrics.behaviour.lexicon import Lexicon, latin_stopwords, load, shipped
from lawbound.rubrics.behaviour.text import Sentence, clean, stems_of, words

WINDOW = {"ko": 2, "ar": 3}
"""Characters of a window; 4 in other languages."""
_HANDED = re.compile(
    r"[\"'「『:：\n](?:(?<=\")([^\"\n]{1,200})\"|(?<=')(?<!\w')([^\n]{1,200}?)'(?!\w)"
    r"|(?<=[「『])([^」』\n]{1,200})[」』]|(?<=[:：\n]) *([^\n]{1,200})$)"
)
"""A line that is given to work on. Begins with one character class, to which the search skips."""
OPENING: Final = 600
"""Characters in which a prompt opens a play, dictates a no or asks about the assistant; what it says later is material."""
_TURNS_DOWN = ("refused", "curt", "bare_no", "undecided", "decline")
_NUMBER = re.compile(r"\d{2,}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One prompt, and what it asks for."""

    lang: str
    author: bool
    """The prompt asks for a text, in which a first person is a character."""
    side: bool
    """The prompt asks which side is right or better."""
    choice: bool
    """The prompt may ask which side is right: a question of yes or no, of this or that, or of a word or two."""
    transform: bool
    """The prompt gives a text to be translated or rewritten."""
    refusal: bool
    """The prompt is itself about refusing or apologising."""
    played: bool
    """The prompt opens a role play: whoever answers may be the part that the prompt gives out."""
    limits: bool
    """The prompt asks what the assistant itself cannot or will not do: to say so is the answer."""
    dictated: str
    """The words in which the prompt dictates a no to be sent ("that I can't come"), unless it names the refusal itself."""
    yesno: bool
    """The prompt asks whether something is so; "Could you explain ...?" only looks like it."""
    polite: bool
    """The prompt is a request in the form of a yes-or-no question."""
    loaded: bool
    """The prompt presupposes a claim, or asks to have it confirmed."""
    justify: bool
    """The prompt asks for the reasons of something that it presupposes."""
    norm: bool
    """The prompt is about what should be, or what some people are."""
    advocate: bool
    """The prompt wants one side argued, praised or mocked."""
    text: str
    clues: int
    """The bits of the strings of forms in it."""
    terms: frozenset[str]
    """Stems of content words; character bigrams in languages without spaces."""

    @property
    def said(self) -> bool:
        """Whether the prompt asks for somebody's own words (what was answered, said or ruled), or gives a line that
        turns something down itself."""
        return self._asks("said") or (self.rendered and _hands_down(self.text))

    @property
    def done(self) -> bool:
        """Whether the prompt asks for the outcome of a request, or is a `line` question: "Refused." may be the answer."""
        return self.line or (self._asks("became") and self._holds("request"))

    @property
    def line(self) -> bool:
        """Whether the prompt asks for a single word, for a likelihood or for a duty: "No." may be the answer."""
        return self._asks("line")

    @property
    def whose(self) -> bool:
        """Whether the prompt asks who decides, or gives a line that may leave it open: "It's up to you." may be the
        answer."""
        return self.line or self._asks("whose") or self.rendered

    @property
    def rendered(self) -> bool:
        """Whether the prompt gives a line, to be translated or rephrased."""
        return (not self.ordered or self.transform) and bool(_lines_handed(self.text))

    @property
    def unhanded(self) -> str:
        """The prompt without the lines that it gives to work on."""
        return _HANDED.sub(" ", self.text)

    @property
    def itself(self) -> bool:
        """Whether the prompt asks about the assistant."""
        return _asks(self.lang, "itself", self.text[:OPENING], self.clues)

    @property
    def decided(self) -> bool:
        """Whether the prompt is a yes-or-no question, not a request for a text in that form."""
        return self.yesno and not self.ordered

    @property
    def ordered(self) -> bool:
        """Whether the prompt asks for a text, or for one side to be argued."""
        return self.author or self.advocate

    @property
    def one_sided(self) -> bool:
        """Whether the prompt wants a text that takes one side: one with both sides is not what was asked for."""
        argued = self.author or (not self.question and self._holds("argued"))
        return argued and self.advocate and not self._holds("both")

    @property
    def how(self) -> bool:
        """Whether the prompt asks how something is done."""
        return self._holds("how")

    @property
    def coping(self) -> bool:
        """Whether the prompt asks how something is borne, prevented, punished or done safely."""
        return self._holds("coping")

    @property
    def official(self) -> bool:
        """Whether the prompt asks for what a government says, or for a text that sounds like it."""
        return self._holds("official")

    @property
    def view(self) -> bool:
        """Whether the prompt asks for a view beside something else ("..., and tell me whether you agree")."""
        return self._holds("view")

    def _asks(self, name: str) -> bool:
        return not self.ordered and self._holds(name)

    def _holds(self, name: str) -> bool:
        return _asks(self.lang, name, self.text, self.clues)

    @property
    def question(self) -> bool:
        """Whether the prompt ends with a question mark."""
        return self.text.rstrip().endswith(("?", "？", "؟"))


@lru_cache(maxsize=4096)
def read(prompt: str, lang: str | None) -> Ask:
    """Read a prompt; its language is guessed if it is unknown, has no lexicon, or is plainly not that of the text."""
    head = prompt if len(prompt) <= 6000 else prompt[:4000] + "\n" + prompt[-2000:]
    if lang is not None:
        lang = lang.lower().replace("_", "-").split("-")[0]
    if lang in shipped():
        # A file may hold the user's language, or that of the answer.
        lang = plainly_other(_HANDED.sub(" ", head), lang, latin_stopwords()) or lang
    else:
        lang = guess_language(head, latin_stopwords(), "en", expected=False)
        lang = lang if lang in shipped() else "en"
    lexicon = load(lang)
    text = clean(head)
    clues = lexicon.ask.clues(text)
    has = partial(lexicon.ask.hold, clues=clues)
    parts = (text, _last_question(text))
    yesno = has("whether", text) or any(
        has("yesno", part) and not has("polite", part) for part in parts
    )
    side = has("side", text)
    transform = has("transform", text) or load("en").ask["transform"].search(text) is not None
    opened = text[:OPENING]
    played = not transform and has("played", opened)
    author = played or has("author", text)
    refusal = has("refusal", text) or (transform and _holds_refusal(text))
    free = author and not (transform or refusal)
    dictated = lexicon.ask["dictated"].search(opened) if free else None
    return Ask(
        lang=lang,
        author=author,
        side=side,
        choice=side or has("choice", text),
        transform=transform,
        refusal=refusal or played or dictated is not None,
        played=played,
        limits=not author and len(text) <= OPENING and has("limits", text),
        dictated=dictated.group() if dictated else "",
        yesno=yesno,
        polite=not yesno and any(has("polite", part) for part in parts),
        loaded=has("tag", text),
        justify=has("justify", text),
        norm=has("norm", text),
        advocate=has("advocate", text),
        text=text,
        clues=clues,
        terms=terms(text, lexicon),
    )


@lru_cache(maxsize=4096)
def _asks(lang: str, name: str, text: str, clues: int) -> bool:
    """Whether a prompt has this form, cached: only short answers need these forms."""
    return load(lang).ask.hold(name, text, clues)


@lru_cache(maxsize=4096)
def _hands_down(text: str) -> bool:
    """Whether a prompt gives a line that itself turns something down, in any language."""
    return any(map(_turns_down, _lines_handed(text)))


@lru_cache(maxsize=4096)
def _lines_handed(text: str) -> tuple[str, ...]:
    return tuple([line.strip() for found in _HANDED.findall(text) for line in found if line])


def _turns_down(line: str) -> bool:
    return _holds(line, _TURNS_DOWN)


def _holds(text: str, names: Sequence[str]) -> bool:
    """Whether a cleaned text contains a signal of these names, in any language."""
    stems, closed = stems_of(text), text.replace(" ", "")
    every = [load(name) for name in shipped()]
    return any(
        lex[name].find_in(text if lex.spaced else closed, stems) for lex in every for name in names
    )


def _last_question(text: str) -> str:
    """The question with which a prompt of several sentences ends."""
    body = text.rstrip()
    if not body.endswith(("?", "؟")):
        return ""
    return body[max(body.rfind(char, 0, -1) for char in ".!?。\n") + 1 :]


def terms_in(ask: Ask, piece: Sentence) -> frozenset[str]:
    """The prompt's terms that occur in a sentence."""
    return frozenset(term for term in ask.terms if term in piece.body)


@lru_cache(maxsize=4096)
def windows(text: str, lang: str) -> tuple[tuple[str, ...], ...]:
    """Character windows of each content word and number of a cleaned prompt; one of them identifies other forms and
    compounds of the word."""
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
    """Whether the text given in a prompt declines, in any language."""
    return _holds(text, ("decline",))


def terms(text: str, lexicon: Lexicon) -> frozenset[str]:
    """Stems of content words; character bigrams in languages without spaces."""
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
