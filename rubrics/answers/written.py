"""A creative text as its reader sees it: without markup and numbering, in words, lines and sentences.

A title above a poem or a story is neither a line nor a sentence of it. If readers would disagree on
what a sentence is ("Stop!" Anna said), either count will do.
"""

import re
import unicodedata
from functools import cached_property

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MARKUP = re.compile(
    r"^(?P<blank>\s++)(?P<fence>(?:```|~~~).*$)?|^(?:```|~~~).*$|[`_]|\*(?!\s)|(?<=\S)\*",
    re.MULTILINE,
)
"""Blanks that begin a line are taken in one step, else a page of them would be gone through from each line again."""
_NUMBERED = re.compile(r"^\s*(?:>\s*)*(?:\(?\d{1,3}\s?(?:[.):]|[-–—](?=\s))\)?|[-+*•–—])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_TITLE_WORDS = 10
_HYPHENS = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u00ad": None, "\u200b": None, "\ufeff": None}
)
_STYLED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.$")
_ABBREVIATED = re.compile(r"\b(?:St|Sr|Jr|vs|etc|[A-Z])\.$")
_STOP = re.compile(r"(?<![.!?…])[.!?…]++(?P<close>[\"”’»')\]]*+)(?=\s|$)")
_GOES_ON = re.compile(r"\s*+(?:[a-zà-ÿ]|[—–-]\s)")
_LONGEST_TITLE = 10
"""More characters than an abbreviated title and what stands before it."""


class Text:
    """A text with its words and lines, each looked for once."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.text)

    @cached_property
    def lines(self) -> list[str]:
        return lines_of(self.text)

    @cached_property
    def words_by_line(self) -> list[list[str]]:
        return [words_of(line) for line in self.lines]


def plain(text: str) -> str:
    """The text without emphasis, code fences and invisible characters, accents joined to their letters."""
    text = unicodedata.normalize("NFC", text).translate(_HYPHENS)
    return _MARKUP.sub(_unmarked, re.sub(r"<br\s*/?>", "\n", text))


def _unmarked(found: re.Match[str]) -> str:
    return "" if found["fence"] else found["blank"] or ""


def words_of(text: str) -> list[str]:
    """Lowercase words; a hyphenated word is one."""
    return [word.replace("’", "'") for word in WORD.findall(text.casefold())]


def lines_of(text: str) -> list[str]:
    """Lines that hold words, without bullets and numbers."""
    bare = (_NUMBERED.sub("", line) for line in text.splitlines())
    return [line for line in bare if words_of(line)]


def untitled(text: str) -> str:
    """The text without a first line that is a title: a heading, or a few words without a stop set apart from the rest."""
    first, _, rest = text.strip().partition("\n")
    if not words_of(rest):
        return text
    apart = rest.startswith("\n") or rest.split("\n", 1)[0].isspace()
    short = len(words_of(first)) <= _TITLE_WORDS and not re.search(r"[.,;:!?…][\"”’]?\s*$", first)
    return rest if _HEADING.match(first) or (apart and short) else text


def letters_of(text: str) -> str:
    """Lowercase letters without accents, so that ``é`` is an ``e``."""
    split = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in split if not unicodedata.combining(sign))


def sentence_counts(text: str) -> range:
    """Numbers of sentences on which readers might agree."""
    text = text.strip()
    certain = doubtful = 0
    seen = 0  # Each part is looked at once: many answers of two megabytes would never be done otherwise.
    is_begun = False
    straight = opened = 0
    for stop in _STOP.finditer(text):
        is_begun = is_begun or bool(words_of(text[seen : stop.end()]))
        straight += text.count('"', seen, stop.start())
        opened += text.count("“", seen, stop.start()) - text.count("”", seen, stop.start())
        quoted = straight % 2 or opened > 0
        straight += stop["close"].count('"')
        opened -= stop["close"].count("”")
        seen = stop.end()
        if not is_begun or _GOES_ON.match(text, seen):
            continue
        before = text[max(0, seen - _LONGEST_TITLE) : seen]
        is_last = seen == len(text)
        if not is_last and _STYLED.search(before):
            continue
        is_begun = False
        if not is_last and (quoted or stop["close"] or _ABBREVIATED.search(before)):
            doubtful += 1
        else:
            certain += 1
    certain += is_begun or bool(words_of(text[seen:]))
    return range(max(1, certain), certain + doubtful + 1)
