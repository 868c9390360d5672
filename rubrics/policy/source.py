"""The sources of a policy: the instruments that its rules and thresholds model."""

from typing import Literal

from lawbound.rubrics.policy.written import Slug, Written


class Source(Written):
    """An instrument that a rule models."""

    id: Slug
    title: str
    url: str = ""
    status: Literal["verified", "to-verify"]
    note: str = ""
