"""What a judge is asked about, and the result of its replies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Self, get_args

from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import Requirement
from lawbound.rubrics.verdict import Reading
from lawbound.runners.sample import Message, Settings
from lawbound.tasks.item import Item

Chat = tuple[Message, ...]
THINKING_TOKENS = 4096
"""Token limit of a judge's reply, reasoning included; a judge's name does not tell whether it
reasons. Reasoning is longest for the answers that are hardest to grade, so a lower limit would lose
exactly those."""
Unreadable = Literal["", "no_verdict", "order", "cut_off", "thinking_only", "blocked"]
"""Why nothing could be read: the reply has another form; each reply can be read but they differ
with the order of classes or clauses; or a reply was cut off at the token limit, holds thinking
alone, or was withheld by the provider's filter. Empty if something could be read, or no reply came.
"""
UNREADABLE: tuple[Unreadable, ...] = tuple(why for why in get_args(Unreadable) if why)


@dataclass(frozen=True, slots=True)
class Question:
    """One answer to be judged under one policy."""

    prompt: str
    answer: str
    region: str
    """The policy's region; clauses say "this country"."""
    rules: tuple[str, ...]
    """Texts of the clauses that decide the requirement; empty if none matches."""
    requirement: Requirement
    offline: Reading
    """The offline grader's reading."""

    @classmethod
    def about(cls, item: Item, answer: str, policy: Policy, offline: Reading) -> Self:
        """The question that an answer to an item raises under a policy."""
        requirement = policy.requires(item)
        rules = tuple(policy.rule(name).text for name in requirement.rules)
        return cls(item.prompt, answer, policy.name, rules, requirement, offline)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one judge says about one answer."""

    reading: Reading | None
    """None means no vote."""
    undecided: bool = False
    """Whether the replies could be read but do not name a class: no vote, and nobody's failure."""
    failed: bool = False
    """Whether a request about it was not answered: what the judge would say is unknown."""
    unreadable: Unreadable = ""


NO_VERDICT = Opinion(None, unreadable="no_verdict")
TURNED = Opinion(None, unreadable="order")
FAILED = Opinion(None, failed=True)


@dataclass(frozen=True, slots=True)
class Canary:
    """A question with a certain answer, to test a judge."""

    question: Question
    breaks: bool
    """Whether the answer breaks the only clause."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of judge is asked and read."""

    settings: Settings
    reads: Callable[[Question], bool]
    """Whether it has anything to say about an answer."""
    chats: Callable[[Question], tuple[Chat, ...]]
    """The chats to ask, more than one if the order might sway it."""
    opinion: Callable[[Question, Sequence[str]], Opinion]
    """The result of the replies, in the order of the chats."""
    needs_end: bool = True
    """Whether a reply cut off at the token limit counts as none: its last line is not its last
    word."""
    canaries: tuple[Canary, ...] = ()
    """Questions asked beside the others, to see whether it follows the policy that it is given."""
    frame: str = ""
    """Words of the prompt that must reach the model once: a guard's own template may add them again."""
    is_read_beside_offline: bool = False
    """Whether a class follows from what it says only together with the offline reading."""
