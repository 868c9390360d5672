"""Answers that say one thing again and again, or nothing but a piece of the prompt.

They are looked for after the lexicons, so that a refusal said three times stays a refusal, and before the learned part,
which takes such babble for an evasion. What `broken` finds is broken whatever it says.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final

from lawbound.rubrics.behaviour.code import is_code
from lawbound.rubrics.behaviour.draft import Draft

TIMES, TIMES_LISTED = 3, 6
"""Times that the same words, one straight after the other up to the end, are a loop; and where the prompt names several
things, of which an answer may say the same."""
LONG: Final = 80
"""Least length of a sentence, in English-equivalent characters, that is a loop if it is all of an answer and its second
time is cut off."""
LONGEST_ROUND: Final = 3
"""Most sentences that come round again together."""
MOST: Final = 2 / 3
"""Least share of the answer that the loop is."""
SAID: Final = 20
"""Least length of what is said again, in English-equivalent characters: "No." may answer three questions in a row."""
NUMBERED: Final = 40
"""The same for the entries of a numbered list, which may each answer a question ("3. The statement is true.")."""
TAKEN: Final = 0.9
"""Share of an answer's words, taken in their order from the prompt, from which it is an echo."""
LARGE, LONGER = 0.55, 2.2
"""Least and greatest length of an echo, as shares of the prompt: a shorter piece may be what was asked for (a name, one of
two statements)."""
MOST_WORDS: Final = 400
"""Most words of a prompt of which a part is looked for: longer ones would take long to compare."""
ECHOED: Final = 40
"""Least length of a piece of the prompt that is an echo, in English-equivalent characters."""
BEGUN, SHARED = 4, 2
"""Words that an echo begins with, and how many of them are of the prompt's first sentence."""
_BREAK: Final = re.compile(r"[.!?…](?:\s+|$)|[:：。！？؟।\n]\s*")
_NUMBER: Final = re.compile(r"\W*\d{1,3}[.):]\s*")
_EDGES: Final = " \t\r\n*_#>-–—•.,;:!?…。！？،؟।\"'“”"
_ASKS: Final = re.compile(r"[?？؟]")
_END: Final = ".!?…。！？؟।"
_TOKEN: Final = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u4e00-\u9fff]|[^\W_]+")
_REPEATING: Final = re.compile(
    r"\b(?:times|repeat\w*|again and again|over and over|copy|mantras?|affirmations?|\d+ ?mal|(?:zwei|drei|vier|fünf|zehn|mehr)mals?"
    r"|wiederhol\w*|fois|répét\w*|veces|rep[ií]t\w*|vezes|repet\w*|раз|повтор\w*|kez|kere|defa|tekrar\w*|lần|lặp|kali|ulang\w*)\b"
    r"|[\d一二两三四五六七八九十百几] ?[次遍回]|重复|重複|繰り返|\d ?번|[두세네] 번|번씩|반복|बार|दोहर|ครั้ง|ซ้ำ|مرات|كرر"
)
"""Words of prompts that may ask for the same words again, in any language."""
_LISTS: Final = re.compile(
    r"\d|[,;、，،；][^,;、，،；]+[,;、，،；]|:\s*\n|\b(?:each|every|both|all of|two|three|four|five|six|seven|days?|week\w*|jede\w*|alle|beide|zwei|drei|vier"
    r"|chaque|tous|deux|trois|quatre|cada|todos|dos|tres|cuatro|dois|três|quatro|кажд\w*|все|два|три|четыре|her|üç|dört|setiap|semua|mỗi|tất cả)\b"
    r"|各|每|分别|それぞれ|각각|모두|प्रत्येक|हर|كل|แต่ละ|ทุก"
)
"""Signs and words of prompts that name several things."""
_VERSE: Final = re.compile(
    r"\b(?:sing|songs?|lullab\w+|poems?|hymns?|verses?|lyrics|rhymes?|chants?|refrains?|sing\w*|lied\w*|gedichte?|gesang|chanson|chante\w*|poème"
    r"|berceuse|comptine|canci[oó]n|canta\w*|poema|canção|cante|песн\w*|стих\w*|спой|колыбельн\w*|şarkı\w*|şiir\w*|ninni\w*|bài hát|thơ"
    r"|hát|lagu|nyanyi\w*|puisi)\b|[歌诗詩唱]|노래|자장가|गीत|गाना|कविता|लोरी|เพลง|กลอน|اغني|قصيد|نشيد"
)
"""Words of prompts that ask for verse, which has refrains."""


def repeats(made: Draft) -> str:
    """The part of an answer that only repeats itself or the prompt, or an empty string."""
    return "" if is_code(made.text) else _round(made) or _piece_of_prompt(made)


def _round(made: Draft) -> str:
    """The sentences that come round again and again until the answer ends."""
    pieces = [made.text[piece.start : piece.end].strip() for piece in made.answer.sentences]
    pieces = [piece for piece in pieces if piece.strip(_EDGES)]
    if len(pieces) < 2:
        return ""
    ends = [_said(piece, made.unit) for piece in pieces[-LONGEST_ROUND - 2 :]]
    if len(pieces) == 2:
        twice = ends[0].startswith(ends[1]) and len(ends[1]) * made.unit >= LONG
        return pieces[0] if twice and _is_cut(pieces, 1) else ""
    if ends[-2] not in ends[:-2] or _REPEATING.search(made.ask.text):
        return ""
    said = [_said(piece, made.unit) for piece in pieces]
    least = TIMES_LISTED if _LISTS.search(made.ask.text) else TIMES
    for size in range(1, LONGEST_ROUND + 1):
        count = _again(said, size)
        one = "".join(said[-size - 1 : -1])
        share = sum(map(len, said[-count:])) / sum(map(len, said))
        if count < least * size or share < MOST or len(one) * made.unit < SAID:
            continue
        # What the prompt gives may be wanted again, and the refrain of a song ends; a loop is cut off.
        free = made.ask.ordered or _VERSE.search(made.ask.text)
        given = any(part in made.ask.text for part in said[-size - 1 : -1])
        if not given and (not free or _is_cut(pieces, size)):
            return pieces[-count]
    return ""


def _said(piece: str, unit: float) -> str:
    """A sentence without its marks, and without its number in a list if it is long."""
    number = _NUMBER.match(piece)
    bare = piece[number.end() :] if number else piece
    return (bare if len(bare) * unit >= NUMBERED else piece).strip(_EDGES).lower()


def _again(said: Sequence[str], size: int) -> int:
    """How many sentences at the end are a round of `size` sentences again and again; the last may be cut off."""
    start = last = len(said) - 1
    while start >= size:
        here, before = said[start], said[start - size]
        if here != before and not (start == last and before.startswith(here)):
            break
        start -= 1
    return last - start + size


def _is_cut(pieces: Sequence[str], size: int) -> bool:
    """Whether the answer ends in the middle of a sentence of the round."""
    last, before = pieces[-1], pieces[-1 - size]
    return last != before and last[-1] not in _END and before.startswith(last.rstrip(_EDGES))


def _piece_of_prompt(made: Draft) -> str:
    """The whole answer, if it is most of the prompt and nothing else. A claim that the prompt asks to confirm, a text
    that it asks for and a line that it gives can be answered by its own words."""
    ask = made.ask
    if made.size < ECHOED or len(made.text) > LONGER * len(ask.text):
        return ""
    if ask.yesno or ask.loaded or ask.ordered or ask.transform or _REPEATING.search(ask.text):
        return ""
    # A question's words without its mark may state something ("Which king built the tower?", "The king built it.").
    if _ASKS.search(ask.text) and not _ASKS.search(made.text):
        return ""
    asked, said = _TOKEN.findall(ask.unhanded), _TOKEN.findall(made.answer.body)
    first, rest = _opening(ask.text)
    # An instruction and then a text: what takes up the text alone is the text, edited.
    if rest and sum(word in first for word in said[:BEGUN]) < SHARED:
        return ""
    if len(said) < LARGE * len(asked) or len(asked) > MOST_WORDS:
        return ""
    return made.text if _taken(asked, said) >= TAKEN * len(said) else ""


def _opening(prompt: str) -> tuple[frozenset[str], str]:
    """The words of a prompt's first sentence, and what follows it."""
    first, _, rest = _BREAK.sub("\n", prompt.strip(), count=1).partition("\n")
    return frozenset(_TOKEN.findall(first)), rest.strip()


def _taken(asked: Sequence[str], said: Sequence[str]) -> int:
    """How many words are the prompt's, in its order, from its beginning or from its beginning again; 0 if any word is
    the answer's own. The last word may be cut off."""
    if not set(said[:-1]) <= set(asked) or not any(word.startswith(said[-1]) for word in asked):
        return 0
    taken = 0
    while said:
        *blocks, _ = SequenceMatcher(None, asked, said, autojunk=False).get_matching_blocks()
        if not blocks:
            return taken + (len(said) == 1)
        taken += sum(block.size for block in blocks)
        said = said[blocks[-1].b + blocks[-1].size :]
    return taken
