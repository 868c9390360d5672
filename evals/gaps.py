"""What is missing from a run's numbers, and why: requests without an answer, and incomplete answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lawbound.evals.folder.record import RunRecord, names_in
from lawbound.rubrics.reference import PREFIX
from lawbound.runners.engines.endpoint import form_of
from lawbound.runners.sample import Sample
from lawbound.tasks.io.messages import one_line

if TYPE_CHECKING:
    import pandas as pd


_TRIES = re.compile(r" \(\d+ tries\)$")
"""What an endpoint's error ends with, over both rounds of a run."""


class Share(NamedTuple):
    """A count out of a total."""

    of: int
    found: int


class Alone(NamedTuple):
    """Answers that contain only thinking."""

    of: int
    found: int
    truncated: int | None
    """How many of them ran into the token limit; None if nobody knows how they ended."""


class Faults(NamedTuple):
    """Answers that a program failed to check."""

    of: int
    found: int
    usual: str
    """What was said of most of them."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is missing from a run's numbers. A model is listed only if something of it is missing."""

    unanswered: Mapping[str, int]
    """Model -> verdicts without an answer (failed, damaged or not asked yet)."""
    errors: Mapping[str, tuple[str, int]]
    """Model -> the most frequent of these errors and how many verdicts have it, if any is
    recorded."""
    silent: tuple[str, ...]
    """Models without a single answer: nothing at all is known of them."""
    not_asked: tuple[str, ...]
    """Models that the run did not finish asking: no number includes them."""
    blocked: Mapping[str, Share]
    """Requests that a provider's filter blocked, out of those that came back."""
    thinking: Mapping[str, Alone]
    """Answers that hold thinking alone, out of the answers in words."""
    truncated: Mapping[str, Share]
    """Answers cut off at the token limit after they had begun, out of the answers in words."""
    empty: Mapping[str, Share]
    """Answers that ended without a word, out of all answers; reference models are left out."""
    faults: Mapping[str, Faults]
    """Answers that a program failed to check."""


def gaps_of(
    frame: pd.DataFrame, samples: Mapping[str, Mapping[str, Sample]], record: RunRecord
) -> Gaps:
    """All of a run's gaps.

    Args:
        frame: The verdicts.
        samples: Model label -> request key -> sample.
        record: Content of ``run.yaml``.
    """
    missing = frame.loc[frame["error"], "model"].value_counts(sort=False)
    lost = frame.groupby("model", sort=False)["error"].all()
    references = [entry.model for entry in record.models if entry.reference]
    return Gaps(
        unanswered={str(model): int(count) for model, count in missing.items()},
        errors=_errors(frame, samples),
        silent=tuple(str(model) for model in lost.index[lost]),
        not_asked=not_asked(record),
        blocked=_blocked(frame),
        thinking=_thinking(frame),
        truncated=_truncated(frame),
        empty=_empty(frame[~frame["model"].isin(references)]),
        faults=_faults(frame),
    )


def not_asked(record: RunRecord) -> tuple[str, ...]:
    """Models that a run was meant to ask and did not finish asking: its numbers are without them.

    Args:
        record: Content of ``run.yaml``.

    Returns:
        Their names, as the run was given them; reference models last.
    """
    wanted = [*names_in(record.spec.get("models"))]
    if record.spec.get("references") is True:
        wanted += [PREFIX + name for name in record.suite.references]
    asked = {entry.spec for entry in record.models}
    return tuple(dict.fromkeys(name for name in wanted if name not in asked))


def _errors(
    frame: pd.DataFrame, samples: Mapping[str, Mapping[str, Sample]]
) -> dict[str, tuple[str, int]]:
    """What is said of most of a model's verdicts without an answer, in one line of at most 300 characters, and of how many.

    Words that differ in ids, in tries or in what they quote count as one, and the most frequent are told. A model is
    left out where nothing is said: not asked, or damaged.
    """
    found = {}
    failed = frame.loc[frame["error"], ["model", "key"]]
    for model, keys in failed.groupby("model", sort=False)["key"]:
        stored = samples[str(model)]
        known = Counter(error for key in keys if key in stored and (error := stored[key].error))
        kinds: dict[str, Counter[str]] = {}
        for error, count in known.items():
            kinds.setdefault(_kind(error), Counter())[one_line(error, 300)] += count
        if kinds:
            lines = max(kinds.values(), key=Counter.total)
            ((line, _),) = lines.most_common(1)
            found[str(model)] = line, lines.total()
    return found


def _kind(error: str) -> str:
    """What an error says without ids, how often it was tried, and what it quotes after what was expected."""
    found, _, _ = _TRIES.sub("", one_line(error)).partition(", expected ")
    return form_of(found[:300])


def _blocked(frame: pd.DataFrame) -> dict[str, Share]:
    """How many of a model's requests came back, and how many of them a provider's filter blocked."""
    found = {}
    back = frame[~frame["error"]]
    for model, rows in back.groupby("model", sort=False):
        once = rows.drop_duplicates("key")
        if count := int(once["blocked"].sum()):
            found[str(model)] = Share(len(once), count)
    return found


def _thinking(frame: pd.DataFrame) -> dict[str, Alone]:
    """Answers that were never given because the model was still thinking."""
    found = {}
    for model, answers in _written(frame):
        alone = answers[answers["think_only"] == 1]
        if len(alone):
            ended = alone["truncated"].astype(float)
            truncated = None if ended.isna().all() else int((ended == 1).sum())
            found[model] = Alone(len(answers), len(alone), truncated)
    return found


def _truncated(frame: pd.DataFrame) -> dict[str, Share]:
    """Answers that ran into the token limit after they had begun (`_thinking` counts those of thinking alone)."""
    found = {}
    for model, answers in _written(frame):
        if count := int(((answers["truncated"] == 1) & (answers["think_only"] != 1)).sum()):
            found[model] = Share(len(answers), count)
    return found


def _empty(frame: pd.DataFrame) -> dict[str, Share]:
    """Answers that came to an end and hold no words, such as those that only call a tool: those apart that
    `_thinking` and `_truncated` count."""
    found = {}
    for model, answers in _written(frame):
        ended = (answers["think_only"] != 1) & (answers["truncated"] != 1)
        if count := int((ended & (answers["behaviour"] == "empty")).sum()):
            found[model] = Share(len(answers), count)
    return found


def _faults(frame: pd.DataFrame) -> dict[str, Faults]:
    """Answers that a program failed to check, such as one on which a pattern takes too long."""
    found = {}
    for model, answers in _written(frame):
        why = answers.loc[answers["fault"] != "", "fault"]
        if len(why):
            ((usual, _),) = Counter(map(str, why)).most_common(1)
            found[model] = Faults(len(answers), len(why), usual)
    return found


def _written(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Each model with the answers that it wrote, each once."""
    written = frame[(frame["mode"] == "generate") & ~frame["error"] & ~frame["blocked"]]
    for model, rows in written.groupby("model", sort=False):
        yield str(model), rows.drop_duplicates("key")
