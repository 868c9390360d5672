"""Detects the language of a text from its script, function words and accents."""

import re
from collections.abc import Mapping

from lawbound.rubrics.behaviour.text import FOREIGN, composed, opening

_SCRIPTS: Mapping[str, re.Pattern[str]] = {
    "kana": re.compile(r"[\u3040-\u30ff]"),
    "hangul": re.compile(r"[\uac00-\ud7af]"),
    "han": re.compile(r"[\u4e00-\u9fff]"),
    "thai": re.compile(r"[\u0e00-\u0e7f]"),
    "arabic": re.compile(r"[\u0600-\u06ff]"),
    "devanagari": re.compile(r"[\u0900-\u097f]"),
    "cyrillic": re.compile(r"[\u0400-\u04ff]"),
}
_SCRIPT_LANGS = {
    "kana": "ja", "hangul": "ko", "han": "zh", "thai": "th", "arabic": "ar",
    "devanagari": "hi", "cyrillic": "ru",
}  # fmt: skip
_LATIN = re.compile(r"[a-zA-Z]")


def script_counts(text: str) -> Mapping[str, int]:
    """Number of characters of each script other than Latin."""
    if text.isascii() or FOREIGN.search(text) is None:
        return {}
    return {name: n for name, pattern in _SCRIPTS.items() if (n := len(pattern.findall(text)))}


def guess_language(
    text: str, stopwords: Mapping[str, frozenset[str]], default: str, *, expected: bool = True
) -> str:
    """The language of a text among those with a lexicon.

    Args:
        text: Any text; its beginning decides.
        stopwords: Function words of each language in Latin script.
        default: Returned if there is no evidence for another.
        expected: Whether the default is likely from the start, so that another must be clearly ahead: close
            relatives share function words.
    """
    head = composed(text[:600])
    if counts := script_counts(head):
        latin = len(_LATIN.findall(head))
        script = max(counts, key=counts.__getitem__)
        if "kana" in counts and script == "han" and counts["kana"] * 8 > counts["han"]:
            script = "kana"
        if counts[script] * 3 > latin:
            return _SCRIPT_LANGS[script]
    tokens = opening(text)
    if not tokens:
        return default
    usual = stopwords.get(default, frozenset())
    if expected and sum(map(usual.__contains__, tokens)) * 4 > len(tokens):
        return default
    score = {lang: float(sum(map(own.__contains__, tokens))) for lang, own in stopwords.items()}
    if not head.isascii():
        for lang, accents in _ACCENTS.items():
            if lang in score:
                score[lang] += 0.7 * sum(map(head.lower().count, accents))
    score[default] = score.get(default, 0) + (2.5 if expected else 0.1)
    return max(score, key=score.__getitem__)


def plainly_other(text: str, lang: str, stopwords: Mapping[str, frozenset[str]]) -> str | None:
    """The language of a text if it cannot be the given one: its script is another's, or not one of its words is a
    function word of that language and many are another's. None where there is any doubt, also if it names the
    language: "Answer in Hindi." may stand in a row of Hindi.

    Args:
        text: Any text; its beginning decides.
        lang: The language that the text is said to be in.
        stopwords: Function words of each language in Latin script.
    """
    head = composed(text[:600])
    counts = script_counts(head)
    if _NAMES[lang] in head.lower():
        return None
    if any(counts.get(script) for script in _OWN_SCRIPTS.get(lang, ())):
        kana = lang == "zh" and counts.get("kana", 0) * 8 > counts.get("han", 0)
        return "ja" if kana else None
    if counts and sum(counts.values()) > len(_LATIN.findall(head)):
        return guess_language(text, stopwords, lang, expected=False)
    tokens = opening(text)
    own = stopwords.get(lang, frozenset())
    accents = _ACCENTS.get(lang, "")
    if not own.isdisjoint(tokens) or any(char in accents for char in head.lower()):
        return None
    count = {other: sum(map(words.__contains__, tokens)) for other, words in stopwords.items()}
    first, second = sorted(count.values())[:-3:-1]
    if first < LEAST or first < SHARE * len(tokens) or first == second:
        return None
    return max(count, key=count.__getitem__)


_NAMES = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "pt": "portuguese", "tr": "turkish",
    "vi": "vietnamese", "id": "indonesia", "zh": "chinese", "hi": "hindi", "ar": "arabic", "ru": "russian",
    "th": "thai", "ko": "korean", "ja": "japanese",
}  # fmt: skip
LEAST, SHARE = 2, 0.4
"""Least function words, and least share of all words, that show that a text is in another language than the one given:
"Peux-tu me donner ..." has two that are Spanish too."""
_OWN_SCRIPTS = {
    "ja": ("kana", "han"), "ko": ("hangul", "han"), "zh": ("han",), "th": ("thai",), "ar": ("arabic",),
    "hi": ("devanagari",), "ru": ("cyrillic",),
}  # fmt: skip
_ACCENTS = {
    "de": "äöüß",
    "fr": "éèêëàâçîïôûùœ",
    "es": "ñ¿¡áéíóú",
    "pt": "ãõâêôçáéíóú",
    "tr": "ğışçöü",
    "vi": "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹìúàộ",
}
