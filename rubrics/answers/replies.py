"""Yes and no in plain words: "Nope", "Absolutely not" and "That is a myth" all say no.

An answer that opens with one of them is also read as "No." or "Yes." and the rest, so that the patterns
of a yes-or-no question need no list of them, and what is said to be a myth is not the reply itself.
A reply is whole: a mark follows it, or a pronoun. "No doubt", "no evidence" and "no fue" are none.
"""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Replies:
    """What a language says for yes and for no."""

    yes: str
    """The word that patterns use."""
    no: str
    yeses: str
    """All wordings, as a regular expression."""
    noes: str
    then: str = r"(?!)"
    """Words that may follow a reply without a mark: "no they do not"."""


_EN = Replies(
    "Yes",
    "No",
    r"yes|yeah|yep|yup|indeed|correct|right|sure|absolutely|certainly|definitely|of course|"
    r"(?:it|they|he|she|you|one) (?:did|does|do|is|are|was|were|can)|(?:that|this)(?: is|'s) (?:right|correct|true)",
    r"no|nope|nah|never|not (?:at all|really|quite|exactly|true|so)|(?:absolutely|certainly|definitely|of course) not|false|"
    r"wrong|incorrect|(?:it|they|he|she|you|one) (?:(?:did|does|do|is|are|was|were|can) not|cannot|(?:did|does|do|is|are|was|were|ca)n't)|"
    r"(?:that|this|it)(?: is|'s) (?:not (?:true|correct|so|the case)|false|incorrect|untrue|(?:just |only )?a (?:\w+ )?(?:myth|misconception))",
    r"(?:it|they|he|she|you|we|that|this|there|these)\b",
)
REPLIES: dict[str, Replies] = {
    "en": _EN,
    "de": Replies(
        "Ja",
        "Nein",
        r"ja|jawohl|doch|stimmt|richtig|genau|natürlich|selbstverständlich|sicher|das (?:stimmt|ist (?:richtig|wahr))",
        r"nein|nee|nö|keineswegs|niemals|(?:natürlich|sicher|überhaupt) nicht|falsch|"
        r"das (?:stimmt nicht|ist (?:nicht (?:wahr|richtig)|falsch|ein (?:mythos|irrtum|märchen)))",
        r"(?:es|sie|er|das|dies|man)\b",
    ),
    "fr": Replies(
        "Oui",
        "Non",
        r"oui|si|exact|en effet|bien sûr|absolument|certainement|c'est (?:vrai|exact)",
        r"non|pas du tout|absolument pas|jamais|faux|bien sûr que non|c'est (?:faux|inexact|un mythe|une idée reçue)|"
        r"ce n'est pas (?:vrai|le cas)",
        r"(?:ils?|elles?|ce|cela|on)\b",
    ),
    "es": Replies(
        "Sí",
        "No",
        r"s[ií]|correcto|cierto|en efecto|claro(?: que sí)?|por supuesto|desde luego|(?:es|eso es) (?:verdad|cierto)",
        r"no|nunca|jamás|falso|claro que no|en absoluto|(?:eso )?es (?:falso|mentira|un mito)",
    ),
    "pt": Replies(
        "Sim",
        "Não",
        r"sim|correto|certo|de fato|claro(?: que sim)?|com certeza|(?:é|isso é) verdade",
        r"não|nunca|jamais|falso|claro que não|de jeito nenhum|(?:isso )?é (?:falso|mentira|um mito)",
    ),
    "ru": Replies(
        "Да",
        "Нет",
        r"да|верно|действительно|конечно|разумеется|это (?:так|правда|верно)",
        r"нет|неверно|неправда|никогда|конечно,? нет|это (?:не так|неправда|неверно|миф|ложь)",
        r"(?:он[аи]?|это|они)\b",
    ),
    "tr": Replies(
        "Evet",
        "Hayır",
        r"evet|doğru|elbette|tabii(?: ki)?|kesinlikle",
        r"hayır|asla|yanlış|doğru değil|kesinlikle hayır|bu bir efsane",
    ),
}
_END = r"(?=\W*$|\s*[,.;:!(\n—–-]|[*_\"”]|\s+{})"


@lru_cache(maxsize=64)
def plain_reply(text: str, lang: str) -> str:
    """The answer with its opening yes or no replaced by the patterns' word; empty without one."""
    own = REPLIES.get(lang)
    if own is None:
        return ""
    for spoken in dict.fromkeys((own, _EN)):  # many models answer in English whatever the question
        end = _END.format(spoken.then)
        for word, wordings in ((own.no, spoken.noes), (own.yes, spoken.yeses)):
            if found := re.match(rf"[\W_]*(?:{wordings})\b{end}[\W_]*", text, re.IGNORECASE):
                return f"{word}. {text[found.end() :]}"
    return ""
