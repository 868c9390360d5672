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
"""Of a reply of a judge that may think first. Its name does not tell whether it does, the trace counts as the
reply's, and it is longest where an answer is hard to read: with fewer, the hard ones would be those that are missing."""
Unreadable = Literal["", "no_verdict", "order", "cut_off", "thinking_only", "blocked"]
"""Why nothing could be read: a reply is of another form; or each can be read and they differ, as the order of
classes or clauses does; or a reply was cut off at the token limit, holds thinking alone, or was kept back by the
provider's filter. Empty where something could, or no reply came."""
UNREADABLE: tuple[Unreadable, ...] = tuple(why for why in get_args(Unreadable) if why)


@dataclass(frozen=True, slots=True)
class Question:
    """One answer to be judged under one policy."""

    prompt: str
    answer: str
    region: str
    """Whose policy it is; clauses say "this country"."""
    rules: tuple[str, ...]
    """Texts of the clauses that decide the requirement; empty where none matches."""
    requirement: Requirement
    offline: Reading
    """What the offline grader saw."""

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
    """None: no vote."""
    undecided: bool = False
    """The replies could be read, but do not say which class it is: no vote, and nobody's failure."""
    failed: bool = False
    """A request about it was not answered: what the judge would say is not known."""
    unreadable: Unreadable = ""


NO_VERDICT = Opinion(None, unreadable="no_verdict")
TURNED = Opinion(None, unreadable="order")
FAILED = Opinion(None, failed=True)


@dataclass(frozen=True, slots=True)
class Canary:
    """A question with a certain answer, to check a judge with."""

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
    """What it is asked, more than once where the order might sway it."""
    opinion: Callable[[Question, Sequence[str]], Opinion]
    """What the replies come to, in the order of the chats."""
    needs_end: bool = True
    """Whether a reply that ran into the token limit is no reply: its last line is not its last word."""
    canaries: tuple["Canary", ...] = ()
    """Put to it beside the questions, to see whether it follows the policy that it is given."""
    frame: str = ""
    """Words of the prompt that must reach the model once: a guard's own template may add them again."""
