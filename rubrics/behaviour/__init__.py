"""What an answer did, told offline from its words: see `grade`."""

from lawbound.rubrics.behaviour.grade import Asked, grade, grade_all

__all__ = ["Asked", "grade", "grade_all"]
