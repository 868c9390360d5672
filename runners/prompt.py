"""From an item and a condition to chat messages."""

from typing import Literal

from lawbound.runners.condition import Condition
from lawbound.runners.sample import Message
from lawbound.tasks.item import Item

Mode = Literal["generate", "choices"]


def messages(item: Item, condition: Condition, *, seed: int, mode: Mode) -> tuple[Message, ...]:
    """System message of the condition (if it has one) and the question.

    The wording is drawn by item group, so that every arm of a group with as many wordings shares
    the draw.
    """
    system = condition.system(item.group, seed)
    user = Message("user", _question(item, mode))
    return (user,) if system is None else (Message("system", system), user)


def _question(item: Item, mode: Mode) -> str:
    if mode == "generate":
        return item.prompt
    from lawbound.tasks.reasoning import choice_prompt

    return choice_prompt(item)


def continuations(item: Item) -> tuple[str, ...]:
    """What the model might say to a question in `choices` mode, in the order of its choices."""
    from lawbound.tasks.reasoning import choice_continuations

    return choice_continuations(item)
