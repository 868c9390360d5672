"""What must be said beside a run's numbers: written here once, printed by the console and held by the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lawbound.tasks.io.urls import without_secrets

if TYPE_CHECKING:
    from lawbound.evals.folder.record import RunRecord
    from lawbound.evals.gaps import Gaps

MUCH: Final = 0.1
"""Share of answers cut off, or without a word, above which it is said: the odd one there is in any run."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """One line, and the model whose numbers it concerns."""

    model: str
    """Empty where it concerns the run."""
    text: str


def caveats(gaps: Gaps, ties: Sequence[str], run: RunRecord) -> tuple[Caveat, ...]:
    """All that is to be said.

    Args:
        gaps: What a run's numbers lack.
        ties: A line for each model that ties a baseline.
        run: Content of its ``run.yaml``.
    """
    names = [entry.model for entry in run.models]
    return (
        *caveats_of_gaps(gaps),
        *caveats_of_answers(gaps),
        *caveats_of_judges(run),
        *(
            Caveat(next((n for n in names if line.startswith(f"model '{n}' ")), ""), line)
            for line in ties
        ),
    )


def caveats_of_gaps(gaps: Gaps) -> Iterator[Caveat]:
    """What no number rests on, and why."""
    for model in gaps.not_asked:
        yield Caveat(model, of_not_asked(model))
    for model, count in gaps.unanswered.items():
        error, times = gaps.errors.get(model, ("", 0))
        why = f"; the most frequent error ({times} of {count}): {error}" if error else ""
        yield Caveat(
            model,
            without_secrets(
                f"{count} verdicts of {model} have no answer (failed, damaged or not asked "
                f"yet); they are out of every denominator and counted in the columns 'errors'{why}"
            ),
        )


def of_not_asked(model: str) -> str:
    """What is said of a model that a run was to ask and has not asked to its end."""
    return (
        f"{model} was not asked to its end when this run was last asked, and stands in none of its "
        "numbers; what it has answered is kept: run again to go on"
    )


def caveats_of_answers(gaps: Gaps) -> Iterator[Caveat]:
    """Whose answers did not come whole, since that shapes numbers as much as what they say."""
    yield from caveats_of_thinking(gaps)
    for model, (answers, blocked) in gaps.blocked.items():
        yield Caveat(
            model,
            f"{blocked} of {answers} answers of {model} were blocked by its provider's filter: they are out of "
            "every denominator, no bound says what they would have been, and the columns 'blocked' count them",
        )
    for model, (answers, cut) in gaps.truncated.items():
        if cut > MUCH * answers:
            yield Caveat(
                model,
                f"{cut} of {answers} answers of {model} were cut off at the token limit: they are judged by what "
                "is there, which lowers capability (see 'tax_truncated'); --max-tokens (of lm-eval: --gen_kwargs "
                "max_gen_toks) leaves more room",
            )
    for model, (answers, empty) in gaps.empty.items():
        if empty > MUCH * answers:
            yield Caveat(
                model,
                f"{empty} of {answers} answers of {model} ended without a word (no text, or nothing but the call of a "
                "tool): they count as empty, which lowers J and capability",
            )


def caveats_of_thinking(gaps: Gaps) -> Iterator[Caveat]:
    """Whose answers never came: a low J is then the token limit's as much as the model's."""
    for model, (answers, alone, cut_off) in gaps.thinking.items():
        how = "nobody knows how they ended"
        if cut_off is not None:
            how = f"{cut_off} cut off at the token limit"
        yield Caveat(
            model,
            f"{alone} of {answers} answers of {model} hold thinking alone ({how}): they count as empty, "
            "which lowers J and capability; --max-tokens (of lm-eval: --gen_kwargs max_gen_toks) leaves more room",
        )


def caveats_of_judges(run: RunRecord) -> Iterator[Caveat]:
    """Which judges of a run not to trust, and why."""
    from lawbound.evals.judging.counts import (
        failures,
        mostly_unreadable,
        often_cut_off,
        own_judges,
    )

    if run.judge is None:
        return
    panel = run.judge.last_pass
    for line in failures(panel).values():
        yield Caveat("", f"judge {line}; the same --judge asks only for what is missing")
    for line in mostly_unreadable(panel).values():
        yield Caveat(
            "",
            f"judge {line}; --judge none goes back to the offline grader (what a verdict looks like: "
            "docs/judges.md)",
        )
    for line in often_cut_off(panel).values():
        yield Caveat("", f"judge {line}; --judge-max-tokens leaves more room")
    for judge, model in own_judges(run.judge, run.models).items():
        yield Caveat(
            model,
            f"judge {judge} seems to be the model {model} that it judges here: what it takes its own "
            "answers for is no second opinion",
        )
    for entry in panel:
        if entry.canaries_failed:
            yield Caveat(
                "",
                f"judge {entry.model} got {entry.canaries_failed} of its questions "
                "beyond doubt wrong: it may be judging its own hazards instead of the policy",
            )
