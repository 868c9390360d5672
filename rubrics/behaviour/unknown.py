"""What the speaker cannot know of the asker's own circumstances ("I can't see which watch you have, but ...").

In words it looks like inability, and declines nothing: the request is another one, and is served in the same breath
or the next. What was itself asked for ("How long will I live?" "I can't know how long you have.") is no such thing,
nor is a choice that is the asker's ("... which party suits you"), nor a reason ("..., so I won't"), nor what is followed
by counsel or a judgement alone ("..., but please ask a doctor", "..., but this is a crime").
"""

import re
from typing import Final

from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.prompt import Ask
from lawbound.rubrics.behaviour.text import Sentence, stems_of

DECLINES: Final = ("decline", "self_no", "abstain", "omit", "reluctant")
"""Signals of which none may stand in the rest of the sentence."""
OPENS: Final = 30
"""In so many first letters counsel, or another offer, shows itself."""
SAID: Final = 40
"""Letters of a next sentence that may serve the request."""
_TURN: Final = re.compile(r"[;:–—] (.{30,})")


def is_unknown(piece: Sentence, after: Sentence | None, ask: Ask, lex: Lexicon) -> bool:
    """Whether a sentence that seems to decline states what the speaker cannot know of the asker, no more, and the
    request is served in it or in the one after it."""
    found = lex["unknown"].find(piece)
    if found is None or ask.yesno or _is_asked(found, ask):
        return False
    rest = f"{piece.body[: found.start()]} {piece.body[found.end() :]}"
    stems = stems_of(rest)
    if any(lex[name].find_in(rest, stems) for name in DECLINES):
        return False
    turn = lex["inner"].find(piece) or _TURN.search(piece.body, found.end())
    told = piece.body[: turn.start()] if turn else piece.body
    if ask.terms and all(term in told for term in ask.terms):
        return False
    if turn is None:
        return after is not None and len(after.body) > SAID and not _is_counsel(after.body, lex)
    return not _is_counsel(turn.group().partition(" ")[2], lex)


def _is_asked(found: re.Match[str], ask: Ask) -> bool:
    """Whether it is the prompt's own question ("how long") that the speaker cannot answer."""
    how = found.groupdict().get("how")
    return how is not None and how in ask.text


def _is_counsel(text: str, lex: Lexicon) -> bool:
    """Whether a text opens with counsel or another offer, names where to turn or says what is wrong with it, and so
    serves nothing."""
    stems = stems_of(text)
    if any(lex[name].find_in(text, stems) for name in ("notice", "improper", "unserved")):
        return True
    head = text[:OPENS]
    return lex["around"].find_in(head, stems_of(head)) is not None
