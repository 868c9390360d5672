"""Whether a rule text names the region: only the frame around the rules may do so, since the arms
can change it.

A name is looked for as a word. How a word begins and ends, and how case changes it, differs from
script to script; if that is not known here, the name is looked for as it is written
(`docs/policies.md` says what escapes).
"""

from collections.abc import Iterator
from typing import Final

import regex

from lawbound.rubrics.policy.policy import PolicyFile
from lawbound.rubrics.policy.rule import Rule

_LETTER: Final = r"[\w\p{M}\u200c\u200d]"
"""Characters that belong to the word, combining marks and the joiners of Persian and Hindi
included."""
_ARTICLE: Final = regex.compile(
    r"(?:[Tt]he|die|der|das|de|het|le|la|les|el|los|las|il|lo|i|gli|o|a|os|as)\s+|[ld]['’]"
)
_OTHER_PLACES: Final = (
    "Papua New Guinea", "Equatorial Guinea", "Guinea-Bissau", "New Guinea", "North Korea", "Northern Ireland",
    "South Sudan", "American Samoa", "New Mexico", "New Jersey", "Inner Mongolia", "North Macedonia",
    "Papouasie-Nouvelle-Guinée", "Guinée équatoriale", "Guinée-Bissau", "Corée du Nord", "Irlande du Nord",
    "Soudan du Sud", "Papúa Nueva Guinea", "Guinea Ecuatorial", "Guinea-Bisáu", "Corea del Norte",
    "Irlanda del Norte", "Sudán del Sur", "Papua-Neuguinea", "Coreia do Norte", "Irlanda do Norte",
    "Corea del Nord", "Irlanda del Nord", "发展中国家", "發展中國家", "北朝鮮", "내몽골",
)  # fmt: skip
"""Longer names and words that contain a shorter name but are not about its place."""
_ENDED: Final = frozenset(("pl", "cs", "sk", "sl", "hr", "bs", "sr", "fi", "et", "hu", "lt", "lv"))
"""Languages in Latin script that put endings in place of a name's last vowel."""
_DAY: Final = r"(?<![今昨明毎每本同当當翌先前後休平])"
"""今日本人 is today and oneself, 毎日本 every day and a book."""


def region_named(rule: Rule, file: PolicyFile) -> Iterator[tuple[str, str]]:
    """Language and name for each text that names the region."""
    for lang, text in {"en": rule.text, **rule.texts}.items():
        for name in dict.fromkeys((file.names.get(lang, file.name), file.name)):
            if holds_name(text, name, lang):
                yield lang, name
                break


def holds_name(text: str, name: str, lang: str = "en") -> bool:
    """Whether a text holds a name, as a word if words are spaced: Niger is not named by Nigeria.

    Args:
        text: Text of a rule.
        name: Name of the region, with or without an article.
        lang: Language of the text.
    """
    bare = _ARTICLE.sub("", name.strip(), count=1) if _ARTICLE.match(name.strip()) else name.strip()
    if not bare:
        return False
    for other in _OTHER_PLACES:
        if bare in other and bare != other:
            text = text.replace(other, " ")
    return regex.search(_pattern(bare, lang), text) is not None


def _pattern(name: str, lang: str) -> str:
    """An expression for a name, by the script of its first letter."""
    before, after = rf"(?<!{_LETTER})", rf"(?!{_LETTER})"
    plain = regex.escape(name)
    if regex.match(r"\p{Arabic}", name):
        # Article, conjunction and preposition are written on to the word; a preposition takes the article's alif.
        bare = plain.removeprefix("ال")
        article = "(?:ال)" if bare != plain else "(?:ال)?"
        return rf"{before}[وف]?(?:[بكل]?{article}|لل){bare}{after}"
    if regex.match(r"[\p{Thai}\p{Lao}]", name):
        # Unspaced: no vowel sign may carry on the last syllable or begin the first, and no language is a country.
        return rf"(?<![เแโใไເແໂໃໄ])(?<!ภาษา|ພາສາ){plain}(?![ะ-ฺๅ็-๎ະ-ຽ່-ໍ])"
    if regex.match(r"\p{Hangul}", name):
        return rf"{before}{plain}(?![어말])"
    if regex.match(r"[\p{Han}\p{Hiragana}\p{Katakana}]", name):
        return rf"{_DAY if name.startswith('日') else ''}{plain}(?![語语])"
    if regex.match(r"\p{Cyrillic}", name):
        return before + r"\s+".join(map(_declined, name.split())) + after
    if lang in _ENDED and regex.fullmatch(r"\p{Latin}{4,}[aeiouyoöäáéíóúýąęě]", name):
        return rf"{before}{regex.escape(name[:-1])}\w{{1,4}}{after}"
    *first, last = name.split()
    # German declines what stands before a noun: die Europäische Union, in der Europäischen Union.
    words = [regex.escape(word) + ("[mnrs]?" if word.endswith("e") else "") for word in first]
    return before + r"\s+".join([*words, regex.escape(last)]) + rf"(?:['’]?s)?{after}"


def _declined(word: str) -> str:
    """A Cyrillic word with the endings of its cases."""
    stem = regex.sub(r"(?:[аеёиоуыюяьії]{1,2}|й)$", "", word)
    if len(stem) < 3:
        return str(regex.escape(word))
    if stem == word:  # Нигер, Нигера, Нигером, and not Нигерия
        return rf"{regex.escape(word)}(?:[аеиуыяі]|[аоя]м|ов|ах)?"
    return rf"{regex.escape(stem)}(?:[аеёиоуыюяьійї]{{1,3}}|[аеоя]м)"
