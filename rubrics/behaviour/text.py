"""Text as the grader sees it: cleaned, cut into sentences, quotations masked."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, Protocol
from unicodedata import normalize

MAX_CHARS = 24_000
"""Longer answers are read at both ends: what decides them stands there."""

_QUOTES = str.maketrans(
    {
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
        "\u00a0": " ", "\u202f": " ", "\u200b": None, "\u200c": None, "\u200d": None,
        "\ufeff": None, "*": None, "\r": "\n",
    }
)  # fmt: skip
# Arabic letters that writers use interchangeably, and vowel marks; Turkish dotted capital I.
FOLD = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ؤ": "و", "ئ": "ي", "ء": None, "ـ": None}
    | {chr(mark): None for mark in range(0x064B, 0x0660)}
    | {"\u0307": None, "？": "?", "！": "!", "，": ",", "：": ":", "；": ";", "（": "(", "）": ")"}
)
# Traditional Chinese letters of the lexicon's words; Japanese keeps its own.
_FOLD_HAN = str.maketrans(
    dict(
        zip(
            "無與請問題幫內應該這個們為說話對見觀點認譯寫創關於違規範圍參討論評務謝絕過會來時實際錯誤證據專業醫師諮詢熱線僅構議權領導堅決護統國產黨擇選學習沒辦換談從爭立場樣據將須協",
            "无与请问题帮内应该这个们为说话对见观点认译写创关于违规范围参讨论评务谢绝过会来时实际错误证据专业医师咨询热线仅构议权领导坚决护统国产党择选学习没办换谈从争立场样据将须协",
            strict=True,
        )
    )
)
_CONTRACTIONS = (
    ("can't", "cannot"),
    ("won't", "will not"),
    ("shan't", "shall not"),
    ("n't", " not"),
    ("i'm", "i am"),
    ("'re", " are"),
    ("'ll", " will"),
    ("'ve", " have"),
    ("i'd", "i would"),
    ("let's", "let us"),
    ("it's", "it is"),
    ("that's", "that is"),
    ("there's", "there is"),
    ("here's", "here is"),
    ("can not", "cannot"),
    ("wont ", "will not "),
    ("cant ", "cannot "),
)
# Each begins with one class of letters, which the search skips to.
_SENTENCE = re.compile(
    r"[.!?…。！？；।؟\n](?:(?<=[.!?…])[\"')\]]*\s+|(?<=[。！？；])|(?<=[।؟])[\"')\]]*\s*|(?<=\n)\n*)"
)
_ASCII_SENTENCE = re.compile(r"[.!?\n](?:(?<=\n)\n*|(?<!\n)[\"')\]]*\s+)")
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_CLAUSE = re.compile(_SENTENCE.pattern + r"|(?<=[\u0e00-\u0e7f])\s+(?=[\u0e00-\u0e7f])")
FOREIGN = re.compile(r"[\u0400-\u06ff\u0900-\u0e7f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_WORD = re.compile(r"[^\W\d_]+")
_WIDE = re.compile(r"(?<![\w'’])(?:[\w'’]+,? {2,}){3,}[\w'’]+")
"""Words set apart by several blanks each; two such gaps may be columns or code."""
_STRESS = re.compile(
    r"(?<!\w)(_{1,3})(?=[^\W_])([^_\n\x1f]{1,200})(?<=\S)\1(?!\w)"
    r"|(?:\A|(?<=\x1f))_{1,3}(?=[^\W_])|(?<=[.,!?])_{1,3}(?=\x1f|\Z)"
)
"""Underscores that stress what stands between them; not those within a name or of a gap to fill."""


STEM = 5
"""Letters by which words are compared: enough to tell them apart, few enough for their endings."""
_SEAM = "\x1f"
"""Between sentences that are handled in one go; the control sign that says "unit separator"."""


def blanking(kept: Callable[[str], bool]) -> bytes:
    """A table for `blanked` that keeps some signs."""
    return bytes(code if kept(chr(code)) else ord(" ") for code in range(128)) + bytes(128)


def blanked(text: str, table: bytes) -> str:
    """Text of ASCII signs with blanks for those that the table does not keep; `str.translate` looks each
    sign up in a dictionary first, which takes three times as long for a sentence."""
    return text.encode("ascii").translate(table).decode("ascii")


_APART = blanking(lambda sign: sign.isalnum() or sign == "_")
_BUT_SEAMS = blanking(lambda sign: sign.isalnum() or sign in ("_", _SEAM))
_LETTERS = blanking(str.isalpha)
_STEM = re.compile(rf"\b\w{{1,{STEM}}}")
_HEAD = itemgetter(slice(STEM))


class Searchable(Protocol):
    """Anything with cleaned text and the stems of its words."""

    @property
    def body(self) -> str: ...

    @property
    def stems(self) -> frozenset[str]: ...


class Text(NamedTuple):
    """Cleaned text with the stems of its words."""

    body: str
    stems: frozenset[str]


class Sentence(NamedTuple):
    """One sentence, cleaned, with the stems of its words and its place in the answer."""

    body: str
    stems: frozenset[str]
    start: int
    end: int


def stems_of(body: str) -> frozenset[str]:
    """First letters of every word."""
    if body.isascii():  # the same at a quarter of the price
        return frozenset(map(_HEAD, blanked(body, _APART).split()))
    return frozenset(_STEM.findall(body))


_QUOTED = re.compile(
    r"\"[^\"\n]{4,600}\"|(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w)){8,300}'(?!\w)|[「『][^」』\n]{4,600}[」』]|(?m:^>.*$)|```.*?(?:```|\Z)",
    re.S,
)


def cap(text: str) -> str:
    """Both ends of an answer that is too long to read whole."""
    if len(text) <= MAX_CHARS:
        return text
    return text[: MAX_CHARS * 2 // 3] + "\n" + text[-MAX_CHARS // 3 :]


def clean(text: str) -> str:
    """Lower case, straight quotes, contractions spelled out, single blanks, no emphasis marks."""
    return _spelled_out(_even(_plain(text)))


def _even(text: str) -> str:
    """Without underscores around words, and with one blank where several stand between them."""
    if "_" in text:
        text = _STRESS.sub(r"\2", text)
    return _WIDE.sub(_narrow, text) if "  " in text else text


def _narrow(found: re.Match[str]) -> str:
    return " ".join(found.group().split())


def _plain(text: str) -> str:
    if text.isascii():
        return text.replace("*", "").lower()
    text = normalize("NFC", text).translate(_QUOTES).lower()
    if FOREIGN.search(text) or "\u0307" in text:
        text = text.translate(FOLD)
        if _KANA.search(text) is None:
            text = text.translate(_FOLD_HAN)
    return text


def _spelled_out(text: str) -> str:
    if "'" in text:
        for short, full in _CONTRACTIONS:
            if short in text:
                text = text.replace(short, full)
    return text


def mask_quotations(text: str) -> str:
    """Blank out quoted speech, block quotes and code: what stands there is mentioned, not said.

    Offsets stay. An answer that is nearly all quotation is left alone, because some models put
    their whole answer in quotation marks.
    """
    plain = text.translate(_SAME_LENGTH) if not text.isascii() else text
    if '"' not in plain and not any(mark in plain for mark in _QUOTING):
        return text
    spans = [found.span() for found in _QUOTED.finditer(plain)]
    if not spans or sum(end - start for start, end in spans) > 0.8 * len(text):
        return text
    parts, last = [], 0
    for start, end in spans:
        parts += [text[last:start], "·" * (end - start)]
        last = end
    return "".join([*parts, text[last:]])


_QUOTING = ("「", "『", ">", "```", " '", "\n'")
_SAME_LENGTH = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})


def sentences(text: str, spaced: bool = True) -> tuple[Sentence, ...]:
    """Cut at full stops and line breaks; Thai, which has no full stops, at spaces."""
    if text.isascii():
        pattern = _ASCII_SENTENCE
    else:
        pattern = _SENTENCE if spaced or not _THAI.search(text[:400]) else _CLAUSE
    start, pieces, places = 0, [], []
    for stop in [*[m.end() for m in pattern.finditer(text)], len(text)]:
        if piece := text[start:stop].rstrip():
            pieces.append(piece)
            places.append((start, stop))
        start = stop
    bodies = _clean_all(pieces)
    if not spaced:
        bodies = [body if body.isascii() else body.replace(" ", "") for body in bodies]
    return tuple(
        [
            Sentence(body, stems, start, stop)
            for body, stems, (start, stop) in zip(
                bodies, _stems_of_all(bodies), places, strict=True
            )
        ]
    )


def _clean_all(pieces: Sequence[str]) -> list[str]:
    """`clean` for each, in one go where no sentence's letters decide how another is cleaned."""
    whole = _SEAM.join(pieces)
    if not whole.isascii() or whole.count(_SEAM) != len(pieces) - 1:
        return [clean(piece) for piece in pieces]
    return _spelled_out(_even(_plain(whole))).split(_SEAM)


def _stems_of_all(bodies: Sequence[str]) -> list[frozenset[str]]:
    whole = _SEAM.join(bodies)
    if not whole.isascii() or whole.count(_SEAM) != len(bodies) - 1:
        return [stems_of(body) for body in bodies]
    return [
        frozenset(map(_HEAD, words.split())) for words in blanked(whole, _BUT_SEAMS).split(_SEAM)
    ]


def words(text: str) -> list[str]:
    """Runs of letters."""
    if text.isascii():  # the same at half the price
        return blanked(text, _LETTERS).split()
    return _WORD.findall(text)


@lru_cache(maxsize=1)
def opening(text: str) -> list[str]:
    """The first words of a text in small letters; asked for twice of each text."""
    return words(text[:480].lower())[:80]
