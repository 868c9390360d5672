"""Which answers are in the page if not all fit: first those behind each rule, then the others evenly.

Every n-th row would not do: if n divides the rows of a model, every model loses the same questions,
and a rule with few answers loses all of them. So rows are drawn within strata, in an order that is
random but the same in every run: it comes from a digest of the row, not from a seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_STRATUM = ["model", "policy", "strength", "mode", "kind"]
_RULE = ["model", "policy", "mode", "rules", "near_miss"]
_QUESTION = ["item", "policy", "strength", "mode", "key"]


def kept_rows(
    frame: pd.DataFrame, lengths: Sequence[int], *, most: int, most_chars: int
) -> list[int]:
    """Positions of the rows that the page holds, in the order of the frame.

    Rows at ``full`` that a rule restricts, or that are near-misses of one, come first, one of each
    rule and model in turn, and fill at most half of the room; all others are thinned evenly.

    Args:
        frame: Judged rows.
        lengths: Characters of each row's answer and trace. A text that several rows share counts once.
        most: Most rows in the page.
        most_chars: Most characters in the page.
    """
    shown = dict(zip(zip(frame["model"], frame["key"], strict=True), lengths, strict=True))
    if len(frame) <= most and sum(shown.values()) <= most_chars:
        return list(range(len(frame)))
    drawn = frame[list(dict.fromkeys(_STRATUM + _RULE + _QUESTION))].reset_index(drop=True)
    drawn["draw"] = [
        # The model is left out, so that models are read on the same questions.
        hashlib.sha256("\n".join(row).encode("utf-8", "replace")).digest()
        for row in zip(*(drawn[name] for name in _QUESTION), strict=True)
    ]
    drawn = drawn.sort_values("draw", kind="stable")
    behind_rule = (drawn["strength"] == "full") & (
        (drawn["rules"] != "") | (drawn["near_miss"] != "")
    )
    first = drawn[behind_rule]
    turn = first.groupby(_RULE, sort=False).cumcount()
    first = first.loc[turn.sort_values(kind="stable").index]
    strata = drawn.groupby(_STRATUM, sort=False)
    share = (strata.cumcount() + 0.5) / strata["key"].transform("size")
    rest = drawn.loc[share.sort_values(kind="stable").index]

    kept: dict[int, None] = {}
    held: set[tuple[str, str]] = set()
    used = 0
    for rows, room, chars in ((first, most // 2, most_chars // 2), (rest, most, most_chars)):
        for place, model, key in zip(rows.index, rows["model"], rows["key"], strict=True):
            if place in kept:
                continue
            more = 0 if (model, key) in held else shown[model, key]
            if len(kept) == room or used + more > chars:
                break
            kept[place] = None
            held.add((model, key))
            used += more
    return sorted(kept)
