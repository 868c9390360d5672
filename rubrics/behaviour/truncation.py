"""Whether an answer looks cut off, for files that do not say so."""

import re

SHORTEST = 120
"""Shorter answers are often complete without a full stop."""

_ENDS = frozenset(".!?…。！？」』”\"'’)]}>*_`~|।؟॥»）】》;\u200f")
_BREAKS = frozenset(",:-–—、，：(/（")
_ITEM = re.compile(r"^\s*(?:[-*•#>|]|\d+[.)])\s*")


def looks_truncated(text: str) -> bool:
    """Guess from how a text ends. Thai has no full stops, so the answer is always no."""
    body = text.rstrip()
    if len(body) < SHORTEST:
        return False
    if body.count("```") % 2:
        return True
    last = body[-1]
    if last in _ENDS or "\u0e00" <= last <= "\u0e7f":
        return False
    if last in _BREAKS:
        return True
    if not last.isalnum():
        return False
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    final = lines[-1]
    if re.fullmatch(r"\d+", final) or _ITEM.sub("", final) == "":
        return True
    # Lists, verse and signatures have no full stops: then earlier short lines have none either.
    if len(lines) >= 3 and len(final) < 80:
        bare = sum(line[-1].isalnum() or line[-1] == "," for line in lines[-4:-1])
        return bare == 0
    return True
