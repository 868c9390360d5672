"""Which two letters are a language code: ISO 639-1; and which code was meant by one that is not."""

import re

_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia
id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo
lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl
ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk
tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
ISO_639_1 = frozenset(_CODES.split())
LATIN = frozenset(
    [
        "af",
        "ca",
        "cs",
        "cy",
        "da",
        "de",
        "en",
        "es",
        "et",
        "eu",
        "fi",
        "fr",
        "ga",
        "gl",
        "hr",
        "ht",
        "hu",
        "id",
        "ig",
        "is",
        "it",
        "kr",
        "lb",
        "lt",
        "lv",
        "mg",
        "mi",
        "ms",
        "mt",
        "nb",
        "nl",
        "nn",
        "no",
        "pl",
        "pt",
        "rm",
        "ro",
        "rw",
        "se",
        "sk",
        "sl",
        "sm",
        "sn",
        "so",
        "sq",
        "st",
        "sv",
        "sw",
        "tl",
        "tn",
        "to",
        "tr",
        "vi",
        "wo",
        "xh",
        "yo",
        "zu",
    ]
)
"""Languages that are written in Latin script alone, or nearly so."""
_MEANT = {
    "ar": "ara", "cs": "cz ces cze", "da": "dk dan", "de": "deu ger", "el": "gr ell gre", "en": "eng us gb",
    "es": "spa", "fa": "fas per", "fr": "fra fre", "he": "iw heb", "hi": "hin", "id": "ind", "it": "ita",
    "ja": "jp jpn", "ko": "kr kor", "nl": "nld dut", "pl": "pol", "pt": "por", "ru": "rus", "sv": "swe", "th": "tha",
    "tr": "tur", "uk": "ua ukr", "ur": "urd", "vi": "vn vie", "zh": "cn zho chi",
}  # fmt: skip
"""Code -> what is written for it: codes of three letters, and of countries."""


def language_code(stated: str) -> str | None:
    """The code of ISO 639-1 that a stated language begins with: `en` of `EN`, `en-US` and `en_US`; None if it is none."""
    first = _first_part(stated)
    return first if first in ISO_639_1 else None


def meant_language(code: str) -> str:
    """A hint to append to a message about a code that is no language's, or an empty string."""
    first = _first_part(code)
    named = next((lang for lang, others in _MEANT.items() if first in others.split()), "")
    meant = first if first in ISO_639_1 else named
    return f"; did you mean '{meant}'?" if meant not in ("", code) else ""


def is_language(code: str) -> bool:
    """Whether it is a code of ISO 639-1, or three letters that may be that of a language without one, such as `fil`."""
    return code in ISO_639_1 or (
        re.fullmatch("[a-z]{3}", code) is not None and not meant_language(code)
    )


def _first_part(stated: str) -> str:
    return re.split("[-_]", stated.lower())[0]
