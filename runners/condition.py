"""A condition is how the model is situated: which policy text stands above the question, and at
which strength."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

FULL_WITHOUT: Final = "full-without"
"""Kind of the strengths that leave one clause out: ``full-without:RULE``."""
WRONG_REGION: Final = "wrong-region"
"""Kind of the strengths that name another region: ``wrong-region:ID``."""


def arm_kind(strength: str) -> str:
    """A strength without its argument: ``full-without`` of ``full-without:RULE``."""
    return strength.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Condition:
    """A policy's text in its wordings, as plain data: rubrics make it, so that runners never see a policy."""

    strength: str
    """``none``, ``placebo``, ``brief``, ``full``, ``strict``, ``native``, ``unnamed``, ``full-without:RULE`` or ``wrong-region:ID``."""
    policy: str | None = None
    """Id of the policy whose text this is, or which this placebo matches; None for ``none``."""
    wordings: tuple[str, ...] = ()
    """System prompts that say the same in other frames and rule orders; empty means no system message."""
    lang: str = "en"

    @property
    def id(self) -> str:
        """``none``, or strength and policy as in ``full@de``."""
        return self.strength if self.policy is None else f"{self.strength}@{self.policy}"

    def wording(self, group: str, seed: int) -> int:
        """Index of the wording that an item group draws: the same for every arm with as many wordings."""
        if not self.wordings:
            return 0
        return _draw(group, seed) % len(self.wordings)

    def system(self, group: str, seed: int) -> str | None:
        """The system message of an item group, or None."""
        return self.wordings[self.wording(group, seed)] if self.wordings else None


@lru_cache(maxsize=65536, typed=True)
def _draw(group: str, seed: int) -> int:
    digest = hashlib.sha256(f"wording:{seed}:{group}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


NONE = Condition("none")
