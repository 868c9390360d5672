"""Answers that are code."""

import re
from typing import Final

_LANGUAGES: Final = (
    "python|py|python3|pycon|ipython|js|javascript|jsx|ts|typescript|java|kotlin|swift|c|cpp|c\\+\\+|cs|csharp|go|golang|rust|ruby|php|perl|r"
    "|sql|bash|sh|shell|zsh|powershell|html|css|scss|xml|json|yaml|toml|latex|matlab|scala|haskell|lua|dockerfile|makefile"
)
"""Names of languages after the marks of a code block."""
_CODE: Final = re.compile(
    r"(?:#!/|print ?\(|#include\b|#define\b|import [\w.]+(?: as \w+)?(?:, ?[\w.]+)*;?[ \t]*(?:\n|\Z)|from [\w.]+ import \w"
    r"|(?:async )?def \w+ ?\(|class \w+ ?[(:{]|(?:const|let|var) \w+ ?=|function \w* ?\(|(?:public|private) (?:static )?(?:class|void) "
    r"|package [\w.]+;?[ \t]*\n|using [\w.]+;|<\?php|<!doctype html|<html|create table |select [^.!?\n]{1,80} from \w+)",
    re.IGNORECASE,
)
_BLOCK: Final = re.compile(
    rf"(?:```|~~~)(?:(?:{_LANGUAGES})[ \t]*(?:\n|\Z)|[ \t]*\n\s*)", re.IGNORECASE
)
_WHOLE_BLOCK: Final = re.compile(r"(```|~~~).*?(?:\1|\Z)", re.DOTALL)
PROSE: Final = 60
"""Characters beside code blocks from which an answer says something besides."""


def is_code(text: str) -> bool:
    """Whether a text begins with code, in a code block with hardly anything beside it or in none."""
    text = text.lstrip()
    block = _BLOCK.match(text)
    if block is None:
        return _CODE.match(text) is not None
    named = block.group().strip("`~ \t\n")
    if not named and _CODE.match(text, block.end()) is None:
        return False
    return len(_WHOLE_BLOCK.sub("", text).strip()) < PROSE
