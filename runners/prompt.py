"""From an item and a condition to chat messages, in the roles that a model takes."""

from collections.abc import Sequence
from typing import Literal

from lawbound.runners.condition import Condition
from lawbound.runners.sample import Message, Placement
from lawbound.tasks.item import Item

Mode = Literal["generate", "choices"]


def messages(item: Item, condition: Condition, *, seed: int, mode: Mode) -> tuple[Message, ...]:
    """System message of the condition (if it has one) and the question.

    The wording is drawn by item group, so that all arms with the same number of wordings share a
    group's draw.
    """
    system = condition.system(item.group, seed)
    user = Message("user", _question(item, mode))
    return (user,) if system is None else (Message("system", system), user)


def system_text(messages: Sequence[Message]) -> str:
    """What the system messages of a chat say; empty where it has none."""
    return "\n\n".join(message.content for message in messages if message.role == "system")


def place(messages: Sequence[Message], *, system: bool) -> tuple[tuple[Message, ...], Placement]:
    """A chat as a model takes it, and where the policy is in it: without a system role it tops the user turn.

    Args:
        messages: The chat.
        system: Whether the model takes messages of the system role.
    """
    if not system_text(messages):
        return tuple(messages), "none"
    if system:
        return tuple(messages), "system"
    return tuple(on_top_of_user_turn(messages)), "user"


def on_top_of_user_turn(messages: Sequence[Message]) -> list[Message]:
    """A chat that has system messages without them: their text goes on top of the first user turn."""
    policy = system_text(messages)
    turns = [message for message in messages if message.role != "system"]
    first = next((i for i, turn in enumerate(turns) if turn.role == "user"), None)
    if first is None:
        return [Message("user", policy), *turns]
    turns[first] = Message("user", f"{policy}\n\n{turns[first].content}")
    return turns


def continuations(item: Item) -> tuple[str, ...]:
    """What the model might say to a question in `choices` mode, in the order of its choices."""
    from lawbound.tasks.reasoning import choice_continuations

    return choice_continuations(item)


def _question(item: Item, mode: Mode) -> str:
    if mode == "generate":
        return item.prompt
    from lawbound.tasks.reasoning import choice_prompt

    return choice_prompt(item)
