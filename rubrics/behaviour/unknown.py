"""What the speaker cannot know about the asker, or see of the asker's things ("I can't see which watch you have, but
...", "I can't hear your pump, but ...").

Such a sentence is worded as inability but declines nothing: the request is another one, and is served in the same
sentence or the next. It does not count if it is about the very thing asked for ("How long will I live?" "I can't know
how long you have."), about a choice that is the asker's ("... which party suits you"), a reason ("..., so I won't"), or
followed by mere advice or judgement ("..., but please ask a doctor", "..., but this is a crime").
"""

import re
from typing import Final

from lawbound.rubrics.behaviour.lexicon import Lexicon
from lawbound.rubrics.behaviour.prompt import Ask
from lawbound.rubrics.behaviour.text import Sentence, stems_of

DECLINES: Final = ("decline", "self_no", "abstain", "omit", "reluctant")
"""Signals none of which may occur in the rest of the sentence."""
OPENS: Final = 30
"""Characters at the start of a clause in which advice or another offer is recognised."""
SAID: Final = 40
"""Length above which the next sentence may serve the request."""
_TURN: Final = re.compile(r"[;:–—] (.{30,})")


def is_unknown(piece: Sentence, after: Sentence | None, ask: Ask, lex: Lexicon) -> bool:
    """Whether a sentence that seems to decline only states what the speaker cannot know about the asker, and the
    request is served in it or in the next."""
    found = lex["unknown"].find(piece)
    if found is None or ask.yesno or _is_asked(found, ask):
        return False
    rest = f"{piece.body[: found.start()]} {piece.body[found.end() :]}"
    stems = stems_of(rest)
    if any(lex[name].find_in(rest, stems) for name in DECLINES):
        return False
    turn = (
        lex["inner"].find(piece)
        or lex["concede"].find(piece)
        or _TURN.search(piece.body, found.end())
    )
    told = piece.body[: turn.start()] if turn else piece.body
    if ask.terms and all(term in told for term in ask.terms):
        return False
    if turn is None:
        return (
            after is not None
            and len(after.body) * lex.density > SAID
            and not _is_counsel(after.body, lex)
        )
    goes_on = turn.group(turn.lastindex or 0)
    if not turn.lastindex and lex.spaced:  # without the word that turns
        goes_on = goes_on.partition(" ")[2]
    return not _is_counsel(goes_on, lex)


def _is_asked(found: re.Match[str], ask: Ask) -> bool:
    """Whether the prompt's own question ("how long") is what the speaker cannot answer."""
    how = found.groupdict().get("how")
    return how is not None and how in ask.text


def _is_counsel(text: str, lex: Lexicon) -> bool:
    """Whether a text serves nothing: it opens with advice or another offer, names where to turn, or says what is wrong
    with the request."""
    stems = stems_of(text)
    if any(lex[name].find_in(text, stems) for name in ("notice", "improper", "unserved")):
        return True
    head = text[: int(OPENS / lex.density)]
    return lex["around"].find_in(head, stems_of(head)) is not None
