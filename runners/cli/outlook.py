"""What `lawbound plan` prints below the requests: their languages, the cost of judges, the rules that J can use, and
answers that cannot be graded."""

from pathlib import Path
from typing import TYPE_CHECKING

from lawbound.runners.cli.console import note, show
from lawbound.tasks.io.messages import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lawbound.evals.judging.spec import JudgeSpec
    from lawbound.evals.prepare import Prepared


def print_outlook(prepared: "Prepared", panel: "JudgeSpec | None") -> None:
    """Items by language, the cost of judges, what each J can rest on, and the languages whose
    answers nobody would read."""
    from lawbound.evals.forecast.outlook import could_gather, languages_in_words, reaches
    from lawbound.tasks.bank import load_banks

    languages = languages_in_words(prepared.items)
    if languages:
        show(f"items by language: {languages}")
    if panel is not None and panel.models:
        _print_judges(panel, prepared)
    bank = load_banks([Path(folder) for folder in prepared.spec.banks])
    found = reaches(prepared.arms, prepared.policies, bank)
    for reach in found:
        show(str(reach))
    select = prepared.suite.select
    if any(reach.is_small for reach in found) and could_gather(select, prepared.spec.limit):
        show(
            "(`rules: N` in a suite's selections spends their counts on N rules a policy, duties among them, and asks "
            "of no other)"
        )
    warn_of_unread_languages(prepared, panel)


def tell_of_choices(prepared: "Prepared", generating: "Iterable[str]") -> None:
    """Warn about models that answer in words although a suite would score choices: a cut-off answer
    shows no capability.

    Args:
        prepared: What to ask.
        generating: Its models that score no choices.
    """
    from lawbound.rubrics.reference import is_reference

    names = [model for model in generating if not is_reference(model)]
    if names and any(arm.mode == "choices" for arm in prepared.arms):
        note(
            f"{', '.join(names)}: reasoning is asked for in words, since the likelihoods of choices cannot be had; an answer may "
            f"take {prepared.settings.max_tokens} tokens, thinking included, and one that is cut off before it says what it "
            "found scores 0 (a larger --max-tokens, or the suite standard, lets models finish)"
        )


def warn_of_unread_languages(prepared: "Prepared", panel: "JudgeSpec | None") -> None:
    """Warn about questions in languages that the offline grader does not read, unless judges do."""
    from lawbound.evals.forecast.outlook import unread_in_words, unread_languages

    unread = unread_languages(prepared.items)
    if unread and not (panel and panel.models):
        note(f"WARNING: {unread_in_words(unread)}")


def _print_judges(panel: "JudgeSpec", prepared: "Prepared") -> None:
    """Printed apart from the total: the judges' requests depend on answers that do not exist."""
    from lawbound.evals.judging.cost import judge_costs

    if panel.mode == "hybrid":
        show("and of judges, about those answers of which the offline grader is unsure, at most:")
    else:
        show("and of judges, where no answer is empty, at most:")
    for cost in judge_costs(panel, prepared):
        show(
            f"  {cost.judge}: {counted(cost.requests, 'request')} about {counted(cost.answers, 'answer')}, "
            f"{counted(cost.new_tokens, 'new token')}"
        )
