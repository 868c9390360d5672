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


_ACCENTS = {
    "de": "äöüß",
    "fr": "éèêëàâçîïôûùœ",
    "es": "ñ¿¡áéíóú",
    "pt": "ãõâêôçáéíóú",
    "tr": "ğışçöü",
    "vi": "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹìúàộ",
}
