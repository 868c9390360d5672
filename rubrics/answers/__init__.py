"""Checking what can be checked by a program: final answers, claims of fact, constraints of form."""

from lawbound.rubrics.answers.check import AnswerResult, check, extract
from lawbound.rubrics.answers.facts import check_facts

__all__ = ["AnswerResult", "check", "check_facts", "extract"]
