"""Caveats that must accompany a run's numbers: written in one place, shown by the commands and the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from lawbound.evals.folder.asked import differences, value_text
from lawbound.evals.folder.digests import ITEMS
from lawbound.evals.folder.lmeval_logs import IMPORTED, NO_TEXT
from lawbound.evals.folder.policies import changed_since, namesakes
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.gaps import not_asked
from lawbound.runners.sample import Settings
from lawbound.tasks.io.urls import without_secrets

if TYPE_CHECKING:
    from lawbound.evals.folder.record import RunRecord
    from lawbound.evals.gaps import Gaps
    from lawbound.evals.leaderboard.board import Tie

Kind = Literal[
    "not-asked", "unanswered", "blocked", "truncated", "thinking", "empty", "blanks", "settings", "judge", "own-judge",
    "unread", "fault", "tie", "namesake", "policy", "digests", "later-run", "asked-otherwise", "read-otherwise",
]  # fmt: skip
"""What a caveat is about; docs/python.md lists the values."""
_REMARKS: Final = frozenset({"blanks", "policy", "digests", "asked-otherwise", "read-otherwise"})

MUCH: Final = 0.1
"""Share of answers cut off, or without a word, above which a caveat says so; any run has a few."""


@dataclass(frozen=True, slots=True)
class Caveat:
    """A caveat in one line: its text, what it is about, and the model whose numbers it concerns."""

    kind: Kind
    text: str
    model: str = ""
    """Empty if it concerns the whole run."""

    @property
    def is_warning(self) -> bool:
        """True if it weakens the numbers; False for a remark on how they were made or kept."""
        return self.kind not in _REMARKS

    def of_folder(self, folder: Path) -> Caveat:
        """The same caveat with the folder in front, for messages about several runs."""
        return replace(self, text=f"{folder}: {self.text}")

    def __str__(self) -> str:
        return self.text


def caveats(
    gaps: Gaps, ties: Iterable[Tie], folder: RunFolder, record: RunRecord
) -> tuple[Caveat, ...]:
    """All caveats of a run that has been concluded.

    Args:
        gaps: What is missing from its numbers.
        ties: Its models that tie a baseline.
        folder: The run folder.
        record: Content of its ``run.yaml``.
    """
    return (
        *caveats_of_gaps(gaps),
        *(caveats_of_import(gaps, record) if record.lawbound == IMPORTED else ()),
        *caveats_of_answers(gaps),
        *caveats_of_faults(gaps),
        *caveats_of_judges(record),
        *(Caveat("tie", tie.text, tie.model) for tie in ties),
        *_caveats_of_namesakes(record),
        *(Caveat("policy", line) for line in changed_since(folder, record)),
        *_caveats_of_files(folder, record),
    )


def caveats_of_folder(folder: Path) -> tuple[Caveat, ...]:
    """The caveats that belong beside any number read from a run folder.

    Args:
        folder: The run folder; without a ``run.yaml`` nobody can tell whose numbers it holds.
    """
    run = RunFolder(folder)
    if not run.run_yaml.exists():
        text = "holds no run.yaml, so nobody can tell whether its numbers were changed"
        return (Caveat("digests", text).of_folder(folder),)
    record = run.read_run()
    found = (
        *_caveats_of_not_asked(not_asked(record)),
        *_caveats_of_namesakes(record),
        *_caveats_of_files(run, record),
    )
    return tuple(one.of_folder(folder) for one in found)


def _caveats_of_namesakes(record: RunRecord) -> Iterator[Caveat]:
    """Policies of the user's own that a reader would take for shipped ones."""
    yield from (Caveat("namesake", line) for line in namesakes(record))


def _caveats_of_files(folder: RunFolder, record: RunRecord) -> Iterator[Caveat]:
    """Whether the folder's files are still those that the run wrote, and of the latest run."""
    if ITEMS not in record.digests:
        yield Caveat(
            "digests",
            "run.yaml holds no digests of the questions and plan, as before they were kept, so "
            "nobody can tell whether they were changed (run it again: it asks only what is missing)",
        )
    if folder.is_being_replaced(record):
        yield Caveat(
            "later-run",
            # Only the lock tells a stopped run from one in progress, and trying the lock could keep
            # a run from starting.
            "a later run in this folder has not asked a model to its end, and these are the numbers of the run "
            "before it: wait for it or, where it was stopped, run again to go on, which asks only what is missing",
        )


def caveats_of_gaps(gaps: Gaps) -> Iterator[Caveat]:
    """Answers that no number uses, and why."""
    yield from _caveats_of_not_asked(gaps.not_asked)
    for model, count in gaps.unanswered.items():
        error, times = gaps.errors.get(model, ("", 0))
        why = f"; the most frequent error ({times} of {count}): {error}" if error else ""
        text = (
            f"{count} verdicts of {model} have no answer (failed, damaged or not asked "
            f"yet); they are out of every denominator and counted in the columns 'errors'{why}"
        )
        yield Caveat("unanswered", without_secrets(text), model)


def _caveats_of_not_asked(models: Iterable[str]) -> Iterator[Caveat]:
    """Models that a run was meant to ask and did not finish asking."""
    for model in models:
        yield Caveat(
            "not-asked",
            f"{model} was not asked to its end when this run was last asked, and stands in none of its "
            "numbers; what it has answered is kept: run again to go on",
            model,
        )


def caveats_of_import(gaps: Gaps, record: RunRecord) -> Iterator[Caveat]:
    """For a run made from lm-eval's logs: why lm-eval's own table may differ, and which questions
    were asked otherwise."""
    if any(error == NO_TEXT for error, _ in gaps.errors.values()):
        yield Caveat(
            "blanks",
            "lm-eval's own table counts an empty text of a chat API as an answer that says nothing; its log "
            "cannot tell one from a failed request, so here it counts as failed: in the column 'errors', in no "
            "denominator and no bound (lawbound run --model openai:NAME@URL tells the two apart)",
        )
    suite, given = record.suite, record.settings or {}
    usual = asdict(Settings(max_tokens=suite.max_tokens)) | {"stop": []}
    unlike = ", ".join(
        f"{name}={value_text(one)} (suite '{suite.id}': {value_text(other)})"
        for name, one, other in differences(given, usual)
    )
    if unlike:
        limit = f" (lm-eval: --gen_kwargs max_gen_toks={suite.max_tokens})"
        yield Caveat(
            "settings",
            f"these answers were asked with {unlike}: no run of the suite as it is can be compared with "
            f"them{limit if given.get('max_tokens') != suite.max_tokens else ''}",
        )


def caveats_of_answers(gaps: Gaps) -> Iterator[Caveat]:
    """Models with incomplete answers, which move the numbers as much as wrong ones do."""
    yield from caveats_of_thinking(gaps)
    for model, (answers, blocked) in gaps.blocked.items():
        yield Caveat(
            "blocked",
            f"{blocked} of {answers} answers of {model} were blocked by its provider's filter: they are out of "
            "every denominator, no bound says what they would have been, and the columns 'blocked' count them",
            model,
        )
    for model, (answers, cut) in gaps.truncated.items():
        if cut > MUCH * answers:
            yield Caveat(
                "truncated",
                f"{cut} of {answers} answers of {model} were cut off at the token limit: they are judged by what "
                "is there, which lowers capability (see 'tax_truncated'); --max-tokens (of lm-eval: --gen_kwargs "
                "max_gen_toks) leaves more room",
                model,
            )
    for model, (answers, empty) in gaps.empty.items():
        if empty > MUCH * answers:
            yield Caveat(
                "empty",
                f"{empty} of {answers} answers of {model} ended without a word (no text, or nothing but the call of a "
                "tool): they count as empty, which lowers J and capability",
                model,
            )


def caveats_of_faults(gaps: Gaps) -> Iterator[Caveat]:
    """Answers that a program failed to check: a fault of the check, or of a pattern, not of the model."""
    for model, (answers, count, usual) in gaps.faults.items():
        yield Caveat(
            "fault",
            f"{count} of {answers} answers of {model} could not be checked by a program: they are unscored and "
            f"counted in the columns 'unscored' (most often: {usual})",
            model,
        )


def caveats_of_thinking(gaps: Gaps) -> Iterator[Caveat]:
    """Models whose answers never came: a low J is then due to the token limit as much as to
    them."""
    for model, (answers, alone, truncated) in gaps.thinking.items():
        how = "nobody knows how they ended"
        if truncated is not None:
            how = f"{truncated} cut off at the token limit"
        yield Caveat(
            "thinking",
            f"{alone} of {answers} answers of {model} hold thinking alone ({how}): they count as empty, "
            "which lowers J and capability; --max-tokens (of lm-eval: --gen_kwargs max_gen_toks) leaves more room",
            model,
        )


def caveats_of_judges(run: RunRecord) -> Iterator[Caveat]:
    """Judges of a run that are not to be trusted, and why."""
    if run.judge is None:
        return
    # Judges' prompts and how their replies are read: nothing that a run without judges needs.
    from lawbound.evals.judging.counts import (
        failures,
        mostly_split,
        mostly_unreadable,
        often_cut_off,
        own_judges,
    )
    from lawbound.rubrics.judges.forms import CANARIES

    if run.judge.unread:
        yield Caveat(
            "unread",
            f"{run.judge.unread} answers were not put to the judges (or in other words), and the offline grader "
            "read them; the same --judge asks only about what is missing",
        )
    panel = run.judge.last_pass
    for line in failures(panel).values():
        yield Caveat("judge", f"judge {line}; the same --judge asks only for what is missing")
    for line in mostly_unreadable(panel).values():
        yield Caveat(
            "judge",
            f"judge {line}; --judge none goes back to the offline grader (what a verdict looks like: "
            "docs/judges.md)",
        )
    for line in often_cut_off(panel).values():
        yield Caveat("judge", f"judge {line}; --judge-max-tokens leaves more room")
    if line := mostly_split(run.judge):
        yield Caveat(
            "judge",
            f"{line}; an odd number of judges decides more often, --judge none goes back to the offline grader",
        )
    for judge, model in own_judges(run.judge, run.models).items():
        yield Caveat(
            "own-judge",
            f"judge {judge} seems to be the model {model} that it judges here: what it takes its own "
            "answers for is no second opinion",
            model,
        )
    for entry in panel:
        if entry.canaries_failed:
            yield Caveat(
                "judge",
                f"judge {entry.model} failed {entry.canaries_failed} of the {len(CANARIES)} test questions (its "
                "reply was wrong or could not be read): it may be judging its own hazards instead of the policy",
            )
