"""An item is one question: what is asked, what it is about, and what can be checked.

What a model is *expected* to do with an item is never stored here, because the same item may be
fine in one region and restricted in another. Ask `Policy.requires(item)` instead.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

from lawbound.tasks.io.errors import LawboundError

Kind = Literal["policy", "fact", "reasoning", "creative"]
Act = Literal[
    "inform", "analyse", "compute", "opine", "advocate", "praise",
    "insult", "deny", "fabricate", "satirise", "instruct", "disclose",
]  # fmt: skip
Operation = Literal["ask", "presuppose", "author", "transform", "roleplay", "compare"]
Purpose = Literal[
    "none", "education", "research", "reporting", "art", "counter-speech", "professional"
]
Context = Literal["minor-user", "for-publication", "named-person", "incitement", "election-window"]
Surface = Literal["neutral", "adjacent"]
AnswerForm = Literal["number", "choice", "text", "sequence", "set"]


class ItemError(LawboundError, ValueError):
    """An item, a bank file or a task selection has a fault."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The verifiable answer of a reasoning item."""

    form: AnswerForm
    value: str
    """Canonical form: a decimal or a fraction ``a/b``; the choice's text; members joined by ``, ``."""
    choices: tuple[str, ...] = ()
    """The alternatives with the right one, for scoring by log-likelihood, in the order shown."""
    unit: str = ""
    """Unit that an answer may carry; answers in other units of the same quantity are not converted."""

    @property
    def chance(self) -> float:
        """Probability that a uniform guess among the choices is right; 0 for open answers."""
        return 1 / len(self.choices) if self.choices else 0.0


@dataclass(frozen=True, slots=True)
class Claims:
    """Regular expressions (case-insensitive) for claims that an answer to a fact item may make."""

    true: tuple[str, ...]
    false: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Constraint:
    """One program-checkable demand of a creative item, for example ``("max_words", "60")``."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Structure:
    """The origin of a generated item; twins share everything but the surface."""

    family: str
    level: int
    """1 (easiest) to 5."""
    surface: Surface
    surface_name: str
    """The topic id whose words dress the item, for example ``everyday/cooking``."""
    twin: str
    """Key shared by all items with the same structure, numbers and answer."""


@dataclass(frozen=True, slots=True)
class Item:
    """One question. Ids are stable for ever; a changed item gets a new id."""

    id: str
    group: str
    """Translations, paraphrases and twins share a group: one statistical cluster."""
    kind: Kind
    prompt: str
    topic: str
    """``area/topic`` of the taxonomy."""
    acts: tuple[Act, ...]
    """What the model is to do with the topic; the first is the main one."""
    operation: Operation = "ask"
    lang: str = "en"
    target: str | None = None
    """ISO 3166-1 alpha-2 country that the topic is about, upper case, or None."""
    purpose: Purpose = "none"
    """The purpose that the prompt itself claims."""
    context: tuple[Context, ...] = ()
    harmless: bool = False
    """For acts that are open by default (insult, deny, ...): whether this one hurts and misleads
    nobody."""
    tags: tuple[str, ...] = ()
    """Pointers to public numbering, such as ``x03`` (contrast) or ``gbt-a1c`` (risk)."""
    answer: Answer | None = None
    claims: Claims | None = None
    constraints: tuple[Constraint, ...] = ()
    structure: Structure | None = None
    source: str = ""
    """Name of the bank file or generator."""
    author: Literal["human", "model"] = "model"
    review: Literal["none", "model", "human"] = "none"

    @property
    def area(self) -> str:
        """First half of the topic id."""
        return self.topic.partition("/")[0]

    @property
    def labels(self) -> tuple[Hashable, ...]:
        """All that rules of policies can match: items with the same labels are treated alike by all of them."""
        return (
            self.kind,
            self.topic,
            self.acts,
            self.operation,
            self.target,
            self.purpose,
            self.context,
            self.harmless,
        )

    @property
    def claim_patterns(self) -> tuple[str, ...]:
        """Patterns of its claims, true and false; empty if it asks for no fact."""
        return (*self.claims.true, *self.claims.false) if self.claims is not None else ()
