"""Texts that answer nothing: empty, echoed, looping, garbled, or an error message."""

import re
import string
import zlib
from collections.abc import Iterable
from itertools import islice

from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.text import clean, heads, stems_of, words

_SPECIAL = re.compile(
    r"<\|[^|<>]{1,40}\|>|\[/?INST\]|</?s>|<(?:pad|eos|bos|unk|/?think|/?answer)>|<(?:start|end)_of_turn>"
)
_AGAIN = re.compile(r"([^\W\d_][^\n]{0,24}?)\1{5,}")
AGAIN = 24
"""Least characters of a repetition that makes a short text a loop."""
LONGEST_UNIT, REPEATED = 25, 6
"""Most characters that are repeated, and least times, in a run at the end of a text."""
_MOJIBAKE = re.compile("(?:\ufffd|ï¿½|锟斤拷|烫烫|屯屯)+")
RUN = 16
"""Length from which one repeated character is a run."""
_RUN = re.compile(rf"(\S)\1{{{RUN - 1},}}")
_JSON_ERROR = re.compile(r'^\s*\{\s*"(?:error|detail)"\s*:')
_ALNUM = re.compile(r"[^\W_]")
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
LOOPED = 2500
"""Characters at the end of an answer that are searched for a loop."""
RICH = 12
"""A text with a new word every this many characters is no loop; the richest loop seen had one every 30."""
LONGEST_MISSING = 40
_MISSING = re.compile(
    r"(?:[<(\[{]+(?:none|null|nan|n/?a|nil|undefined|empty|missing)"
    r"|[<(\[{]*(?:no|empty|missing) (?:response|answer|output))[>)\]}.]*",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(\"?)(None|null|NULL|NaN|nan|N/A|n/a|nil|undefined)\1(?:\s+\2)*(\.?)")
"""Null values as programs write them; case matters."""
WORDS = ("None", "N/A", "n/a", "nil")
"""Literals that people also write as words; followed by a full stop they count as words."""
_COUNTABLE = re.compile(
    r"\b(?:what|which|who|whom|whose|where|when|many|much|any|anything|is there|are there|list|name"
    r"|wie ?viele?[nr]?|welche\w*|was|wer|zähl\w*|nenn\w*|grad|zahl|tore|punkte|temperatur|\w+punkt)\b"
)
"""Words of questions to which such a literal can be the answer."""
_PROGRAM = re.compile(
    r"(?<!\d)\d{1,2} ?[-+*/×÷=^°] ?\d(?!\d{2})|(?<!\w)[-=^√]\d|\(-?\d|\b(?:by|mal|durch|plus|minus|times) \d|\b(?:typeof|nan|javascript|js|sql"
    r"|lua|numpy|pandas|json|golang|ieee|logarithm|tangent|slope of)\b"
)
"""Words and sums of prompts to which any null value can be the answer."""
_COMPUTED = re.compile(
    r"\b(?:variable|outputs?|declared?|array|keyword|python|java|excel|ruby|rust|swift|lisp|divi\w+|calculat\w*|comput\w*"
    r"|evaluat\w*|simplif\w*|berechne\w*|rechne\w*|translat\w*|übersetz\w*|ergänz\w*|tradu\w+|spelled|property)\b"
)
_NAMED = re.compile(
    r"\b(?:value|print\w*|returns?|result|code|type|object|field|key|function|go|limit|complet\w*|fill|finish\w*|call(?:ed|s)?"
    r"|word|score|spells?|written|zero|empty|missing|absence|absent)\b"
)
"""Weaker hints at such prompts: a word of `_COMPUTED` with one of `_NAMED`, or either with a quoted word."""
_HANDED_OVER = re.compile(r"(?<!\w)[\"'`][^\"'`\n]{1,24}[\"'`](?!\w)")
LONGEST_MESSAGE = 420
"""Longer texts are answers that mention errors, not error messages."""


def is_empty(text: str) -> bool:
    """Whether no letter, digit or pictograph remains without control tokens."""
    if "\ufffd" in text:
        return False
    return not (_ALNUM.search(strip_tokens(text)) or _EMOJI.search(text))


def strip_tokens(text: str) -> str:
    """Remove a chat template's control tokens."""
    return _SPECIAL.sub(" ", text) if ("<" in text or "[" in text) else text


def degenerate_span(prompt: str, text: str, words: Iterable[str]) -> str:
    """The looping, garbled or echoed part of a text with these words or stems, or an empty string."""
    return _echo(prompt, text) or _loop(text, words) or _garbled(text)


def service_message(prompt: str, text: str, lexicon: Lexicon) -> str:
    """The phrase of a service error or of a provider's filter, if the text is little more than that.

    A phrase that also occurs in the cleaned prompt is the subject of the answer.
    """
    if len(text) > LONGEST_MESSAGE:
        return ""
    if _JSON_ERROR.match(text):
        return text[:80]
    body = clean(text)
    stems = stems_of(body)
    for name in ("service", "moderation"):
        found = lexicon[name].find_in(body, stems)
        if found and found.group() not in prompt and len(body) - len(found.group()) < 260:
            return found.group()
    return ""


def is_missing(prompt: str, text: str, lang: str = "en") -> bool:
    """Whether a text is a program's null value that cannot answer the cleaned prompt ("None" answers "how many", but
    not "how")."""
    if len(text) > LONGEST_MISSING:
        return False
    if _MISSING.fullmatch(text):
        return text.strip("<>()[]{}.").lower() not in re.split(r"[^\w/]+", prompt)
    if not (found := _VALUE.fullmatch(text)):
        return False
    word = found[2]
    is_word = word in WORDS or (lang == "de" and word == "null")
    if (found[3] and is_word) or word.lower() in re.split(r"[^\w/]+", prompt):
        return False
    return not (_is_computed(prompt) or (is_word and _COUNTABLE.search(prompt)))


def _is_computed(prompt: str) -> bool:
    """Whether a cleaned prompt is about a program, a calculation or a word, so that a null value may answer it."""
    if _PROGRAM.search(prompt):
        return True
    computed, named = _COMPUTED.search(prompt), _NAMED.search(prompt)
    if computed and named:
        return True
    return bool(computed or named) and _HANDED_OVER.search(prompt) is not None


def _echo(prompt: str, text: str) -> str:
    if prompt.strip()[:12].lower() not in text.lower():
        return ""
    asked, said = " ".join(prompt.lower().split()), " ".join(text.lower().split())
    if said == asked and len(said) >= 4:
        return text[:200]
    if len(asked) < 12 or len(said) < 12:
        return ""
    asked_core, said_core = asked.strip(" .!?。？！\"'“”"), said.strip(" .!?。？！\"'“”")
    if said_core == asked_core:
        return text[:200]
    if len(said_core) <= 1.35 * len(asked_core) and asked_core in said_core:
        rest = said_core.replace(asked_core, "", 1)
        return text[:200] if len(words(rest)) <= 3 and not any(c.isdigit() for c in rest) else ""
    if len(said_core) > 1.3 * len(asked_core) and said_core.count(asked_core) >= 2:
        left = said_core.replace(asked_core, "")
        return text[:200] if len(left) < 0.3 * len(said_core) else ""
    return ""


def _loop(text: str, words: Iterable[str]) -> str:
    if text[-1:] in text[-1 - LONGEST_UNIT : -1] and (run := _run_at_end(text)):
        return run
    if len(text) < 120:
        middle = text[len(text) // 2 :][:4]
        if text.count(middle) > 2:  # a repetition over most of a text repeats its middle
            again = _AGAIN.search(text)
            if again and len(again.group()) > max(AGAIN, 0.6 * len(text)):
                return again.group()
        tokens = text.split()
        if len(tokens) >= 8 and len(set(tokens)) <= len(tokens) // 5:
            return text
        middle = text[len(text) // 2 :][:1]
        if middle * RUN in text:  # a run over most of a text contains its middle
            found = _RUN.search(text)
            if found and found.group(1).isalnum() and len(found.group()) > 0.5 * len(text):
                return found.group()
        return ""
    if len(text) <= LOOPED and _is_rich(text, words):
        return ""
    raw = text[-LOOPED:].encode("utf-8", "replace")
    packed = len(zlib.compress(raw, 1))
    if len(raw) / packed < 4.5:
        return ""
    # Highly compressible: a loop, unless its lines only share a pattern (tables, lists).
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) >= 6 and len(set(lines)) >= 0.8 * len(lines) and len(raw) / packed < 9:
        return ""
    return text[-200:]


def _is_rich(text: str, words: Iterable[str]) -> bool:
    """Whether so many of the words have different stems; mostly those at the beginning are enough."""
    least, left = len(text) // RICH, iter(words)
    seen = heads(islice(left, least + least // 2))
    return len(seen) > least or len(seen | heads(left)) > least


def _run_at_end(text: str) -> str:
    """The letters that are repeated without an end over most of a text, up to its last character
    ("read_emotion_emotion_emotion_emo")."""
    for size in range(2, LONGEST_UNIT + 1):
        if not text.endswith(text[-size:] * REPEATED):
            continue
        start = len(text) - size
        while start > 0 and text[start - 1] == text[start - 1 + size]:
            start -= 1
        run = text[start:]
        if len(run) >= max(AGAIN, 0.6 * len(text)):
            unit = run[:size]
            return run if len(set(filter(str.isalpha, unit))) > 1 and "\n" not in unit else ""
    return ""


def _garbled(text: str) -> str:
    head = text[:320]
    n = len(head)
    if not head.isascii() and sum(map(len, _MOJIBAKE.findall(head))) > 0.3 * n:
        return head[:200]
    if n < 25:
        return ""
    if head.count("\ufffd") > 0.08 * n:
        return head[:200]
    plain = head.isascii()
    noise = len(head.encode().translate(None, _PLAIN) if plain else "".join(_NOISE.findall(head)))
    if noise > 0.55 * n and "```" not in head and head.count("|") < 0.1 * n:
        return head[:200]
    if plain:
        odd = [m for m in _ODD.finditer(head) if not _is_listed(m)] if _may_be_odd(head) else []
        if odd and len(tokens := words(head)) >= 8 and len(odd) > 0.35 * len(tokens):
            return head[:200]
    return ""


_NOISE = re.compile(r"[^\w\s\u0610-\u065f\u0900-\u0e7f]+")
_PLAIN = f"{string.ascii_letters}{string.digits}_{string.whitespace}".encode()
CONSONANTS, LONG = 4, 27
"""A word of at least this many consonants and no vowel, or of this many letters, is odd."""
NAME = 6
"""Most consonants of a word in a list that is taken for an acronym ("HTTPS, SFTP")."""
_APART = (",", ";", "|", "/", "\n")
_ODD = re.compile(
    rf"\b(?:[b-df-hj-np-tv-xz]{{{CONSONANTS},}}|[a-z]{{{LONG},}})\b", re.ASCII | re.IGNORECASE
)
_SOUNDS = bytes(
    ord(" ") if not chr(i).isalpha() else ord("a" if chr(i).lower() in "aeiouy" else "b")
    for i in range(128)
) + bytes(128)
_BARE = re.compile(rb"\bb{%d,}\b" % CONSONANTS)


def _is_listed(found: re.Match[str]) -> bool:
    """Whether a short word stands beside a list separator; garbled text only has spaces."""
    if len(found.group()) > NAME:
        return False
    before, behind = found.string[: found.start()], found.string[found.end() :]
    return behind.startswith(_APART) or before.rstrip(" -*•").endswith(_APART)


def _may_be_odd(head: str) -> bool:
    """Whether an ASCII text has a word of so many consonants or letters. Hardly any has: asking this first takes a third
    of the time."""
    sounds = head.encode("ascii").translate(_SOUNDS)
    if b"b" * CONSONANTS in sounds and _BARE.search(sounds):
        return True
    return b"b" * LONG in sounds.replace(b"a", b"b")
