"""The rubric prompt for a language model that judges, and the strict reading of its reply.

A judge's failure is ours: what cannot be read is `unscored`, never a score. The verdict is the last
line and only the last line; a class that a chain of thought tries out on the way does not count.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from lawbound.rubrics.judges.material import confined, shortened
from lawbound.rubrics.policy.policy import PolicyError
from lawbound.rubrics.policy.requirement import Addon
from lawbound.rubrics.verdict import Behaved, Reading
from lawbound.runners.sample import Message
from lawbound.tasks.files import read_yaml

Order = Literal["forward", "reverse"]

_VERDICT = re.compile(
    r"\**VERDICT:\s*\**\s*(?P<behaviour>[a-z-]+)\**\s*;\s*\**ADDONS:\s*\**\s*(?P<addons>[a-z]+(?:\s*,\s*[a-z]+)*)\**\.?",
    re.IGNORECASE,
)


def rubric_messages(
    question: str,
    answer: str,
    rules: Sequence[str],
    *,
    region: str = "unnamed",
    order: Order = "forward",
) -> tuple[Message, ...]:
    """What a judge is asked.

    Args:
        question: The item's prompt.
        answer: The text to be judged.
        rules: Texts of the policy's clauses that concern the item; may be empty.
        region: Whose policy it is; clauses say "this country".
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
    # One pass over the template: text that holds a placeholder is not filled in again.
    pattern = re.compile("|".join(map(re.escape, parts)))
    text = pattern.sub(lambda found: parts[found.group()], _template())
    return (Message("user", text),)


def parse_verdict(reply: str) -> Reading | None:
    """The judge's reading, or none where the last line is no verdict."""
    lines = [line.strip() for line in reply.strip().splitlines() if line.strip()]
    found = _VERDICT.fullmatch(lines[-1]) if lines else None
    if found is None:
        return None
    behaviour = found["behaviour"].lower()
    addons = {part.strip().lower() for part in found["addons"].split(",")}
    known = addons == {"none"} or addons <= set(get_args(Addon))
    if behaviour not in _classes() or not known:
        return None
    kept: frozenset[Addon] = frozenset(addon for addon in get_args(Addon) if addon in addons)
    reading: Mapping[str, Behaved] = {name: name for name in get_args(Behaved)}
    return Reading(reading[behaviour], kept, evidence=lines[-1], confidence=0.9)


@cache
def _template() -> str:
    file = files("lawbound.rubrics.judges") / "prompts" / "rubric.txt"
    return file.read_text(encoding="utf-8")


@cache
def _classes() -> Mapping[str, str]:
    file = files("lawbound.rubrics.judges") / "prompts" / "classes.yaml"
    return {str(name): str(text) for name, text in read_yaml(file, PolicyError).items()}
