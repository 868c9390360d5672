"""Whether a claim is said to be somebody's: a word of saying leads to it, or follows it at once.

A false claim is excused by any sign of a report in its sentence (``some people``, ``deniers``). A right one is not
taken back so easily: ``Some people throw colours at Holi`` answers the question. There the saying itself must be
heard, in the claim's own clause: ``some people say that it is Holi``. ``So-called`` is no such word: it is about a
name, and not about the answer. A report that the sentence goes on to affirm is the answer's own claim.
"""

import re
from functools import lru_cache

_SAYING = {
    "en": r"\b(?:says?|said|claim(?:s|ed)?|believe[sd]?|thinks?|thought|argues?|argued|gives?|names?|calls?|insists?|maintains?|prefers?|"
    r"mention\w*|suggest\w*|state[sd]?|alleged\w*|supposed(?:ly)?|purported(?:ly)?|"
    r"(?:allegation|assertion|idea|notion|theory|misconception|rumou?r|statement|premise)s? that)\b",
    "zh": r"说|认为|声称|据称|谣传|相信|传言|称(?!号|为)",
    "de": r"\b(?:sag\w+|mein(?:en|te|ten)|behaupt\w+|angeblich\w*|vermeintlich\w*|glaub\w+|nenn\w+|denken)\b",
    "fr": r"\b(?:dis(?:ent|ant)|dit|affirm\w+|prétend\w*|prétendument|appell\w+|pens\w+|croi\w+|cit(?:e|ent))\b",
    "es": r"\b(?:dicen?|digan?|afirm\w+|creen?|supuest\w+|presunt\w+|nombran?|citan?|sostienen?)\b",
    "pt": r"\b(?:dizem|digam|diz-se|afirm\w+|acredit\w+|supost\w+|alegad\w+|citam?|sustentam?)\b",
    "hi": r"कहत|कहा जाता|बतात|बताय|दावा|मानत",
    "ar": r"يقول|يزعم|زعم|مزاعم|ادعاء|يدعي",
    "ru": r"\b(?:называ\w+|утвержда\w+|говор\w+|счита\w+|полага\w+|якобы|заявля\w+)\b",
    "tr": r"\b(?:söyl\w+|iddia\w*|diyor\w*|güya|belirt\w+)\b",
    "th": r"บอกว่า|กล่าวว่า|พูดว่า|อ้างว่า|เชื่อว่า|เชื่อกันว่า|คิดว่า",
    "vi": r"\b(?:nói|cho rằng|cho là|tuyên bố|gọi|tin rằng|tin đồn|nghĩ)\b",
    "ko": r"주장|라고 (?:하|합|한|말)|소문|라고 생각",
    "ja": r"と言|という|と主張|と考え|と述べ|噂",
    "id": r"\b(?:menyebut\w*|mengatakan|bilang|klaim|mengklaim|konon|katanya|rumor|percaya|berpendapat|menganggap)\b",
}  # fmt: skip
LANGUAGES = frozenset(_SAYING)
_GAP = r"^(?:(?!\b(?:but|while|whereas|though|although|aber|doch|not|nicht)\b|但|不)[^,，、;；:：—–])*?"
_AFFIRMED = {
    "en": _GAP + r"(?:,? (?:and |which |this |that |they |it )?(?:is|was|are|were) (?:indeed |quite |entirely )?"
    r"(?:right(?! (?:next|behind|before|after))|true|correct|credible|accurate)\b|credible\W*$|,? and (?:quite |indeed )?(?:so )?(?:rightly|correctly|indeed)\b)",
    "zh": _GAP + r"[,，]?(?:这|那)(?:是对的|是正确的|是真的|没错)",
    "de": _GAP + r"(?:,? (?:und |was |das )?(?:ist|war|sind) (?:richtig|wahr|korrekt|zutreffend)\b|,? (?:und |was |das )?stimmt\b(?! nicht)|,? und (?:das )?zu recht\b)",
}  # fmt: skip
"""What behind a claim makes the report of it the answer's own: ``the claim that it was Fleming is right``. Another name
may be what is right behind a comma: ``some say Fleming, Pasteur is right``."""
_VERB_LAST = frozenset({"hi", "tr", "ko", "ja"})
_MARKS = r",，、،:：;；—–(（।"
_LEAD = rf"(?:{{}})(?: \w+)?[,，]?[^{_MARKS}]{{{{0,40}}}}$"
"""From the saying to the claim: at most its auxiliary (``behauptet wird,``) and the comma of a clause that it governs."""
_NEAR = rf"[^{_MARKS}]{{{{0,16}}}}?(?:{{}})"


def is_said_of_others(before: str, after: str, lang: str) -> bool:
    """Whether a word of saying stands in the clause of a claim.

    Args:
        before: The sentence before the claim.
        after: The sentence behind it.
        lang: The item's language; English is looked for as well.
    """
    if any(_affirmed(spoken).search(after) for spoken in {lang, "en"} & _AFFIRMED.keys()):
        return False
    if any(_lead(spoken).search(before) for spoken in {lang, "en"} & _SAYING.keys()):
        return True
    return lang in _VERB_LAST and _near(lang).match(after) is not None


@lru_cache(maxsize=32)
def _lead(lang: str) -> re.Pattern[str]:
    return re.compile(_LEAD.format(_SAYING[lang]), re.IGNORECASE)


@lru_cache(maxsize=32)
def _affirmed(lang: str) -> re.Pattern[str]:
    return re.compile(_AFFIRMED[lang], re.IGNORECASE)


@lru_cache(maxsize=32)
def _near(lang: str) -> re.Pattern[str]:
    return re.compile(_NEAR.format(_SAYING[lang]), re.IGNORECASE)
