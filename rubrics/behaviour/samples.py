"""Wordings for somebody to use: items of a list below a line that announces them ("Lines that work:")."""

import re
from typing import Final

from lawbound.rubrics.behaviour.answer import Answer
from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.text import Sentence

_ITEM: Final = re.compile(
    r"[ \t>]*(?:[-*+•–—·] |\d{1,2}[.)、．]|\*\*[^*\n]{1,40}[:：]?\*\*[:：]? |\*(?=[^*\s][^*\n]*\*[ \t]*$))",
    re.MULTILINE,
)
"""The beginning of an item, or a line all in italics."""
_TASK: Final = re.compile(
    r"\b(?:as an ai|language model|this one|that one|(?:this|that|your|the) (?:request|prompt|instruction)s?)\b"
    r"|\b(?:als ki|en tant qu'ia|como ia|anfrage|demande|solicitud|solicitação|запрос\w*|isteğ\w*|permintaan|yêu cầu)\b|人工智能|请求|リクエスト|인공지능"
)
"""The assistant skips one of the wordings that were ordered."""


def is_sample(piece: Sentence, answer: Answer, lexicons: tuple[Lexicon, ...]) -> bool:
    """Whether a sentence is one of several wordings that are given to be used, mentioned rather than said."""
    if not _is_item(piece, answer.raw) or _TASK.search(piece.body):
        return False
    ahead = [one for one in answer.sentences if one.start < piece.start]
    for above in reversed(ahead):
        if not _is_item(above, answer.raw):
            announces = above.body.rstrip().endswith(":")
            return announces and any(lex["samples"].find(above) for lex in lexicons)
    return False


def _is_item(piece: Sentence, raw: str) -> bool:
    """Whether the line of a sentence is an item of a list."""
    return _ITEM.match(raw, raw.rfind("\n", 0, piece.start) + 1) is not None
