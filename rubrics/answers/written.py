"""A creative text as its reader sees it: without markup and numbering, in words, lines and sentences.

A title above a poem or a story is neither a line nor a sentence of it. If readers would disagree on
what a sentence is ("Stop!" Anna said), either count will do.
"""

import re
import unicodedata

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_MARKUP = re.compile(r"^\s*(?:```|~~~).*$|[`_]|\*(?!\s)|(?<=\S)\*", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*(?:>\s*)*(?:\(?\d{1,3}\s?(?:[.):]|[-–—](?=\s))\)?|[-+*•–—])\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
_TITLE_WORDS = 10
_HYPHENS = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u00ad": None, "\u200b": None, "\ufeff": None}
)
_STYLED = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof)\.$")
_ABBREVIATED = re.compile(r"\b(?:St|Sr|Jr|vs|etc|[A-Z])\.$")
_STOP = re.compile(r"[.!?…]+(?P<close>[\"”’»')\]]*)(?=\s|$)")


def plain(text: str) -> str:
    """The text without emphasis, code fences and invisible characters, accents joined to their letters."""
    text = unicodedata.normalize("NFC", text).translate(_HYPHENS)
    return _MARKUP.sub("", re.sub(r"<br\s*/?>", "\n", text))


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
    start = 0
    for stop in _STOP.finditer(text):
        rest = text[stop.end() :].lstrip()
        if not words_of(text[start : stop.end()]) or re.match(r"[a-zà-ÿ]|[—–-]\s", rest):
            continue
        if rest and _STYLED.search(text[: stop.end()]):
            continue
        said = text[: stop.start()]
        quoted = said.count('"') % 2 or said.count("“") > said.count("”")
        start = stop.end()
        if rest and (quoted or stop["close"] or _ABBREVIATED.search(text[: stop.end()])):
            doubtful += 1
        else:
            certain += 1
    certain += bool(words_of(text[start:]))
    return range(max(1, certain), certain + doubtful + 1)
