"""Strings without which an expression cannot match, read from the expression itself.

A sentence is searched for the strings of all expressions in one pass (`anchors`), and an expression is tried only
where its strings occur. The idea is that of RE2's `FilteredRE2` and of Cox, "Regular Expression Matching with a Trigram
Index" (2012). A need is a set of strings one of which every match holds:

- parts that follow one another each have their needs; as long as there are few ways to write them, they are joined;
- alternatives together need one of the strings of any of them;
- what may be left out and what is looked for before or behind a match needs nothing.
"""

import re
from collections.abc import Sequence
from itertools import product
from math import prod
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Need = frozenset[str]
_MOST_WAYS = 24
"""Ways to write adjacent parts that are joined."""
_MOST_MEMBERS = 16
"""Members of a character class that are told apart."""
_MOST_NEEDS = 2
"""Needs of an expression that are looked for: the least common ones; more take longer to look for than they save."""
_COMMON = 0.02
"""Needs that are met at more places are met in nearly every sentence, and tell nothing."""
_LETTER, _SIGN = 0.16, 0.016
"""Roughly how often a letter is what an expression wants, and a syllable or Chinese character."""
_FIRST_SIGN = "\u3040"
"""From here on, Unicode has hardly any letters."""
_EMPTY: Need = frozenset({""})


def needs_of(source: str) -> tuple[Need, ...]:
    """The needs of an expression that few sentences meet."""
    ways, needs = _sequence(_parser.parse(source))
    telling = {need for need in _with(needs, ways) if _commonness(need) < _COMMON}
    return tuple(sorted(telling, key=lambda need: (_commonness(need), sorted(need)))[:_MOST_NEEDS])


def alternatives(source: str) -> list[str]:
    """The parts of an expression between the bars that stand in no bracket."""
    parts, depth, in_class = [""], 0, False
    for piece in re.findall(r"(?s)\\.|\[\^?\]?|.", source):
        if in_class:
            in_class = piece != "]"
        elif piece[0] == "[":
            in_class = True
        elif piece in "()":
            depth += 1 if piece == "(" else -1
        elif piece == "|" and not depth:
            parts.append("")
            continue
        parts[-1] += piece
    return parts


def _sequence(parsed: Any) -> tuple[Need | None, list[Need]]:
    """All ways to write what an expression matches, None if they are open or too many; and the needs found in it."""
    ways, whole = _EMPTY, True
    needs: list[Need] = []
    for op, value in parsed:
        more, inner = _part(op, value)
        needs += inner
        if more is not None and len(ways) * len(more) <= max(_MOST_WAYS, len(ways), len(more)):
            ways = frozenset(map("".join, product(ways, more)))
        else:
            needs = _with(needs, ways)
            whole, ways = False, _EMPTY if more is None else more
    return (ways, needs) if whole else (None, _with(needs, ways))


def _part(op: Any, value: Any) -> tuple[Need | None, list[Need]]:
    if op is codes.LITERAL:
        return frozenset({chr(value)}), []
    if op is codes.IN:
        return _members(value), []
    if op is codes.SUBPATTERN:
        _, added, removed, inner = value
        return (None, []) if added or removed else _sequence(inner)  # its own flags, as for case
    if op is codes.BRANCH:
        return _any([_sequence(branch) for branch in value[1]])
    if op in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, inner = value
        ways, needs = _sequence(inner)
        if most == 1:
            return (ways, needs) if least else (ways and ways | _EMPTY, [])
        return None, _with(needs, ways) if least else []
    return (_EMPTY if op in (codes.AT, codes.ASSERT, codes.ASSERT_NOT) else None), []


def _any(branches: Sequence[tuple[Need | None, list[Need]]]) -> tuple[Need | None, list[Need]]:
    ways = [own for own, _ in branches if own is not None]
    if len(ways) == len(branches):
        return frozenset().union(*ways), []
    best = [min(_with(needs, own), key=_commonness, default=_EMPTY) for own, needs in branches]
    return None, _with([], frozenset().union(*best))


def _members(options: Sequence[tuple[Any, Any]]) -> Need | None:
    found: set[str] = set()
    for op, value in options:
        first, last = value if op is codes.RANGE else (value, value)
        if op not in (codes.LITERAL, codes.RANGE) or last - first >= _MOST_MEMBERS:
            return None
        found.update(map(chr, range(first, last + 1)))
    return frozenset(found) if len(found) <= _MOST_MEMBERS else None


def _with(needs: Sequence[Need], ways: Need | None) -> list[Need]:
    """The needs and these ways to write something, without those that hold another of them."""
    if ways is None or "" in ways:
        return [*needs]
    least: list[str] = []
    for text in sorted(ways, key=len):
        if not any(other in text for other in least):
            least.append(text)
    return [*needs, frozenset(least)]


def _commonness(need: Need) -> float:
    """Roughly at what share of the places in a text one of these strings stands."""
    return sum([prod([_SIGN if char >= _FIRST_SIGN else _LETTER for char in t]) for t in need])
