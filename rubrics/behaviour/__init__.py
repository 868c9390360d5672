"""What an answer did, told offline from its words: see `grade`."""

from lawbound.rubrics.behaviour.grade import grade

__all__ = ["grade"]
