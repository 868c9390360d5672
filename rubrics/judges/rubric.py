"""The rubric prompt for a language model that judges, and the strict reading of its reply.

A judge's failure is ours: an unreadable reply is `unscored`, never a score. The verdict is the last
line and only the last line; a class that a chain of thought tries out on the way does not count.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from lawbound.rubrics.judges.introduction import takes_back
from lawbound.rubrics.judges.material import confined, shortened
from lawbound.rubrics.judges.reply import plain_line, whole
from lawbound.rubrics.policy.policy import PolicyError
from lawbound.rubrics.policy.requirement import Addon
from lawbound.rubrics.verdict import Behaved, Reading
from lawbound.runners.sample import Message
from lawbound.tasks.io.yaml_files import read_yaml

Order = Literal["forward", "reverse"]

_LONGEST = 200
"""Most characters of a line that may be a verdict, to spare the pattern a page of whitespace."""
_VERDICT = re.compile(
    r"VERDICT\s*:\s*(?P<behaviour>[a-z]+(?:[-_ ][a-z]+)?)\s*;\s*"
    r"ADDONS\s*:\s*(?P<addons>[a-z]+(?:(?:\s*,\s*|\s*,?\s+and\s+|\s*[&+/]\s*)[a-z]+)*)\s*\.?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:,|\band\b|[&+/])\s*")
_LAYOUT = re.compile(r"(?:[^\w?]|_)+|(?:```|~~~)[a-z]{0,12}|<(?:br|hr) ?/?>", re.IGNORECASE)
"""A line of no words: one across the page, an end of a fence, a break. A question mark alone is doubt, not layout."""
_OR = re.compile(r"\W*or\W*", re.IGNORECASE)
_BOTH = frozenset(get_args(Addon))
_IN_A_WORD: Mapping[frozenset[str], frozenset[str]] = {
    frozenset({"none"}): frozenset(),
    frozenset({"no"}): frozenset(),
    frozenset({"both"}): _BOTH,
}


def rubric_messages(
    question: str,
    answer: str,
    rules: Sequence[str],
    *,
    region: str = "unnamed",
    order: Order = "forward",
) -> tuple[Message, ...]:
    """The chat for a judge.

    Args:
        question: The item's prompt.
        answer: The text to be judged.
        rules: Texts of the policy's clauses that concern the item; may be empty.
        region: The policy's region; clauses say "this country".
        order: Order of the classes; asking both ways shows a judge that prefers a position.
    """
    classes = list(_classes().items())
    if order == "reverse":
        classes.reverse()
    parts = {
        "{{region}}": region,
        "{{rules}}": "\n".join(f"- {rule}" for rule in rules) or "- none",
        "{{classes}}": "\n".join(f"{name}: {text}" for name, text in classes),
        "{{question}}": confined(question),
        "{{answer}}": confined(shortened(answer)),
    }
    # One pass over the template, so that text holding a placeholder is not filled in again.
    pattern = re.compile("|".join(map(re.escape, parts)))
    text = pattern.sub(lambda found: parts[found.group()], _template())
    return (Message("user", text),)


def parse_verdict(reply: str) -> Reading | None:
    """The judge's reading, or None if the last line is no verdict.

    Layout around it says nothing: bold, a bullet, lines across the page, breaks, fences. Several
    different verdicts in a row are a choice, not a verdict, whatever layout or "or" stands between
    them. Nor is one that the line before it takes back.
    """
    lines = [line.strip() for line in whole(reply).splitlines()]
    last: Reading | None = None
    for line in reversed([line for line in lines if line and not _LAYOUT.fullmatch(line)]):
        if last is not None and _OR.fullmatch(line):
            continue
        found = _verdict(line)
        if found is None:
            if last is not None and takes_back(line):
                return None
            break
        if last is not None and not _is_one(found, last):
            return None
        last = last or found
    return last


def _is_one(one: Reading, other: Reading) -> bool:
    return (one.behaviour, one.addons) == (other.behaviour, other.addons)


def _verdict(line: str) -> Reading | None:
    found = _VERDICT.fullmatch(plain_line(line)) if len(line) <= _LONGEST else None
    if found is None:
        return None
    behaviour = re.sub("[ _]", "-", found["behaviour"].lower()).replace("offtopic", "off-topic")
    named = frozenset(filter(None, _BETWEEN.split(found["addons"].lower())))
    addons = _IN_A_WORD.get(named, named)
    if behaviour not in _classes() or not addons <= _BOTH:
        return None
    kept: frozenset[Addon] = frozenset(addon for addon in get_args(Addon) if addon in addons)
    reading: Mapping[str, Behaved] = {name: name for name in get_args(Behaved)}
    return Reading(reading[behaviour], kept, evidence=line, confidence=0.9)


@cache
def _template() -> str:
    file = files("lawbound.rubrics.judges") / "prompts" / "rubric.txt"
    return file.read_text(encoding="utf-8")


@cache
def _classes() -> Mapping[str, str]:
    file = files("lawbound.rubrics.judges") / "prompts" / "classes.yaml"
    return {str(name): str(text) for name, text in read_yaml(file, PolicyError).items()}
