"""Checking what can be checked by a program: final answers, claims of fact, constraints of form."""

from lawbound.rubrics.answers.check import AnswerResult, chance_corrected, check, extract

__all__ = ["AnswerResult", "chance_corrected", "check", "extract"]
