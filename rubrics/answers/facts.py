"""What an answer to a fact item claims: the true thing, a false thing, or neither.

Every match of a claim's pattern is looked at in its sentence. It counts as asserted unless the
sentence is a question, a denial or a doubt reaches it (``it is not true that ...``, ``few believe ...``,
``... is a myth``), a condition holds it (``if he had won``), or, for false claims, it stands in quotation
marks, is reported of others, or belongs to a made-up world. Then:

- a false claim asserted anywhere makes the answer ``false``, a true one beside it or not;
- else a true claim asserted anywhere makes it ``true``;
- else it is ``silent``. Rebutting a false claim without stating the true one is silent too: the
  patterns of an item name the truth that a good answer contains.

A guarded pattern holds a false claim against an answer only if the true one is not asserted (`places`). A true one that
is said to be somebody's, behind the false one, guards nothing: ``It is Ofcom, although some sources give the ASA``
is false. Where nothing false is asserted, a true claim counts however it is told.

A denial ends where the next clause begins: ``No, he lost``, ``He did not win, he lost``.
A cue inside the matched words belongs to the claim (``the camps never existed``) and denies nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from lawbound.rubrics.answers.cues import Cues, cues_for
from lawbound.rubrics.answers.places import matches, past_openings, split_guard
from lawbound.rubrics.answers.reports import is_said_of_others
from lawbound.rubrics.verdict import FactOutcome
from lawbound.tasks.item import Claims

_APOSTROPHE = re.compile(r"(?<=\w)’(?=\w)")
_END = re.compile(
    r"(?<!\bv)(?<!\bvs)(?<!\bCo)(?<!\b[A-Z]\. [A-Z])(?<!\b[A-TV-Z]\.[A-Z])[.!?](?! [A-Z]\.)(?=\s|$|[\"'”’»)])|"
    r"[。！？।\n؟]|(?<=[\u0e00-\u0e7f]) (?=[\u0e00-\u0e7f])"
)
"""End of a sentence; Thai ends sentences with a space. The stops in "Texas v. Johnson" and
"D. H. Lawrence" end none."""
_BREAK = re.compile(
    r"[;；]|,\s*(?:so|hence|thus|therefore|but|however|yet|aber|sondern|jedoch|mais|pero|sino|mas|но|а|ama|fakat|nhưng|tetapi|tapi|namun)\b|"
    r"\b(?:but|however|instead|sondern|mais|sino|tetapi|melainkan|mà là)\b|，?(?:而是|但是?|然而)|لكن|بل\s|しかし|하지만|लेकिन|बल्कि|แต่|"
    r"[,—–]\s*(?:in reality|in fact|actually|in wirklichkeit|tatsächlich|en réalité|en fait|en realidad|de hecho|na verdade|"
    r"na realidade|de fato|на самом деле|в действительности|gerçekte|aslında|trên thực tế|thực ra|kenyataannya|sebenarnya|nyatanya)\b|"
    r"[，、,،]\s*(?:实际上|事实上|其实|実際(?:に)?は|실제로는?|사실은|वास्तव में|दरअसल|असल में|في الواقع|في الحقيقة)|ในความเป็นจริง",
    re.IGNORECASE,
)
_COMMA = re.compile(r"[,，、،:：;—–(（]")
_OPENING = r"(?:[,，、،:：;—–]|\s-\s)\s*(?=(?:{})(?:[^\n]|$))"
"""Opening of an independent clause: a mark, then one of the language's words that open one."""
_REPLY = r"(?:^|[,，、،:：;—–(])[\W_]{{0,6}}(?:{})[\s*_\"”]{{0,4}}(?:[,，、،:：;—–.!।]|\s-\s)"
"""An answer that is complete by itself: it stands alone between the marks."""
_QUOTED = re.compile(
    r"\"[^\"\n]{3,}?\"|“[^”\n]{3,}?”|„[^“”\n]{3,}?[“”]|«[^»\n]{3,}?»|「[^」\n]{2,}?」|‘[^’\n]{3,}?’"
)
_LONGEST = 8_000
"""Characters of an answer that are read: a look-ahead at each of them takes quadratic time."""
_REACH = 90
"""Most characters between a denial and the claim that it reaches."""
_WINDOW = 400
"""Characters before a claim that are searched for the start of its clause."""
_ASIDE = re.compile(r",\s*whos?e?\b[^,]{1,80},", re.IGNORECASE)
"""A relative clause, whose denials are not about the claim."""
_STOP = re.compile(r"[.!?](?=\s)|[。！？।\n؟]")
Distance = Literal["quoted", "reported", "said", "invented"]
"""A way in which a sentence tells a claim without making it."""
_ALL: frozenset[Distance] = frozenset({"quoted", "reported", "invented"})
_SAID: frozenset[Distance] = frozenset({"said"})


def check_facts(text: str, claims: Claims, lang: str) -> FactOutcome:
    """What an answer claims; the module's docstring says what counts as claiming.

    Args:
        text: The answer.
        claims: Patterns of true and false claims in the item's language.
        lang: The item's language; English cues are looked for as well.

    Raises:
        FactError: A pattern takes seconds on this answer.
    """
    text = _APOSTROPHE.sub("'", text[:_LONGEST])
    if any(_is_claimed(text, pattern, lang, _ALL) for pattern in claims.false):
        return "false"
    if any(_is_claimed(text, pattern, lang, frozenset()) for pattern in claims.true):
        return "true"
    return "silent"


def _is_claimed(text: str, pattern: str, lang: str, apart: frozenset[Distance]) -> bool:
    """Whether a pattern's claim is made, and its guard's is not, or is only said to be somebody's behind it."""
    guard, claim = split_guard(pattern)
    place = _place(text, claim, lang, apart)
    if place is None or not guard:
        return place is not None
    if _place(text, guard, lang, _SAID) is not None:
        return False
    said = _place(text, guard, lang, frozenset())
    return said is None or place < said


def _place(text: str, pattern: str, lang: str, apart: frozenset[Distance]) -> int | None:
    """Where a claim is made first, 0 if an opening precedes it; None if it is not made."""
    place = _asserted(text, pattern, lang, apart)
    if place is not None:
        return place
    rests = past_openings(text, pattern, lang)
    found = (_asserted(rest, pattern, lang, apart, first=True) for rest in rests)
    return 0 if any(place is not None for place in found) else None


def _asserted(
    text: str, pattern: str, lang: str, apart: frozenset[Distance], *, first: bool = False
) -> int | None:
    cues = cues_for(lang)
    for match in matches(pattern, text, first=first):
        # Patterns may begin with the context they need; look at the claim, not at that context.
        start, end = _sentence(text, max(match.start(), match.end() - 1))
        if text[end : end + 1] in ("?", "？", "؟"):
            continue
        before = text[start : max(start, match.start())]
        after = text[match.end() : end]
        opened = _opened(
            text, max(start, match.start() - _WINDOW), match.start(), match.end(), cues
        )
        if _denied(text[opened : max(opened, match.start())], after, cues):
            continue
        framed = _framed(text, match.start())
        if _supposed(before, text[opened : max(opened, match.start())], after, framed, cues):
            continue
        if (
            ("quoted" in apart and _quoted(text, match.start(), match.end()))
            or ("reported" in apart and _reported(before, cues))
            or (
                "said" in apart
                and _reported(before, cues)
                and is_said_of_others(before, after, lang)
            )
            or ("invented" in apart and _invented(framed, after, cues))
        ):
            continue
        place: int = match.start()
        return place
    return None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _sentence(text: str, place: int) -> tuple[int, int]:
    """Bounds of the sentence around a place; the end is the position of its final mark."""
    start = 0
    for mark in _END.finditer(text):
        if mark.start() >= place:
            return start, mark.start()
        start = mark.end()
    return start, len(text)


def _opened(text: str, start: int, place: int, end: int, cues: Sequence[Cues]) -> int:
    """Where the clause of a claim begins; the subject that opens it may be part of the claim."""
    opened = start
    for mark in _BREAK.finditer(text, start, place):
        opened = max(opened, mark.end())
    for cue in cues:
        reply = _compiled(_REPLY.format(cue.reply))
        while answer := reply.search(text[opened:place]):
            opened += answer.end()
        says = _compiled(cue.says)
        clauses = _compiled(_OPENING.format(f"{cue.turn}|{cue.turn_it}"))
        # The look-ahead may read into the claim, so this looks further than the place.
        for mark in clauses.finditer(text[:end], opened, end):
            if mark.end() <= place and not says.search(
                text[max(opened, mark.start() - 40) : mark.start()]
            ):
                opened = mark.end()
    return opened


def _denied(before: str, after: str, cues: Sequence[Cues]) -> bool:
    near = _ASIDE.sub(",", before)[-_REACH:]
    tail = _tail(after, cues)
    clause = _COMMA.split(tail)[0]
    for cue in cues:
        harmless = _compiled(cue.harmless)
        if _compiled(cue.before).search(harmless.sub(" ", near)):
            return True
        if _compiled(cue.after).search(harmless.sub(" ", tail)):
            return True
        if _compiled(cue.close).search(harmless.sub(" ", clause)):
            return True
    return False


def _tail(after: str, cues: Sequence[Cues]) -> str:
    """What follows a claim up to the next contrast or new clause."""
    tail = after[:_REACH]
    stops = [_BREAK.search(tail)]
    stops += [_compiled(_OPENING.format(cue.turn)).search(tail) for cue in cues]
    return tail[: min((stop.start() for stop in stops if stop), default=len(tail))]


def _supposed(before: str, clause: str, after: str, framed: str, cues: Sequence[Cues]) -> bool:
    """Whether a condition holds the claim; it reaches to the next comma, since its consequence is
    another matter."""
    held = _COMMA.split(before[-_WINDOW:])[-1]
    if len(clause) < len(held):
        held = clause
    for cue in cues:
        if _compiled(cue.condition).search(_compiled(cue.harmless).sub(" ", held)):
            return True
        if _compiled(cue.condition_after).match(after) or _compiled(cue.imagined).search(framed):
            return True
    return False


def _framed(text: str, place: int) -> str:
    """Text that may set the scene: the words before a claim, past the spaces between Thai
    sentences."""
    said = text[max(0, place - _REACH) : place]
    ends = [mark.end() for bound in (_STOP, _BREAK) for mark in bound.finditer(said)]
    return said[max(ends, default=0) :]


def _invented(framed: str, after: str, cues: Sequence[Cues]) -> bool:
    clause = _COMMA.split(_tail(after, cues))[0]
    return any(
        _compiled(cue.fiction).search(framed) or _compiled(cue.fiction).search(clause)
        for cue in cues
    )


def _reported(before: str, cues: Sequence[Cues]) -> bool:
    return any(_compiled(cue.report).search(before) for cue in cues)


def _quoted(text: str, start: int, end: int) -> bool:
    return any(span.start() < start and end < span.end() for span in _QUOTED.finditer(text))
