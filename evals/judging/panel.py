"""LLM judges inside a run: which answers they read, how they vote, and what happens if they fail.

A panel reads generated answers to policy and fact items of real models; whether a final answer is
right is still checked by program. A guard model reads only answers about which it can say anything; the
rest of the panel or the offline grader reads the others. The readings are stored, so that a report written
again later says the same without asking a judge, and answers that came later are counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lawbound.evals.folder.record import JudgeEntry, PanelEntry
from lawbound.evals.folder.stored_run import StoredRun
from lawbound.evals.frame import ScoredAnswer
from lawbound.evals.judging.counts import counts, failures, fate_of, vote_of
from lawbound.evals.judging.judge_agreement import judge_agreement
from lawbound.evals.judging.one_judge import ask_judge
from lawbound.evals.judging.questions import asked_of, place_of
from lawbound.evals.judging.readings import (
    Decision,
    ReadingKey,
    Readings,
    question_digest,
    stored_decisions,
    write_decisions,
)
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.observer import Observer
from lawbound.rubrics.judges.forms import form_digest
from lawbound.rubrics.judges.majority import PanelReading, majority
from lawbound.rubrics.judges.named import Named, read_name, with_tokens
from lawbound.rubrics.judges.question import Opinion, Question
from lawbound.rubrics.score import SCORER_VERSION
from lawbound.rubrics.verdict import Reading, is_met
from lawbound.runners.engines import EngineOptions, ModelError


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a panel decided, and its record for ``run.yaml``."""

    readings: Readings
    record: PanelEntry | None
    """None if nobody was asked."""


NOBODY = Judgement({}, None)
Held = dict[ReadingKey, tuple[Question, Decision]]
"""The questions that a panel was asked, and its decisions."""


def ask_panel(
    spec: JudgeSpec,
    run: StoredRun,
    scored: Mapping[str, Sequence[ScoredAnswer]],
    observer: Observer,
) -> Judgement:
    """Ask each judge about every answer it is meant to read, and store what it said.

    Without answers no judge is opened: the run is then graded offline alone.

    Args:
        spec: The judges, and which answers they read.
        run: The run; the caller has locked its folder.
        scored: Model label -> its answers as the offline grader read them.
        observer: Hears of the progress.

    Raises:
        ErrorLimitError: Too many requests of one judge failed; the replies so far are kept.
        ModelError: Not one answer got a reply from any judge.
        StoreError: The store cannot be written.
    """
    named = judges_of(spec)
    wanted = asked_of(spec.mode, spec.unsure, named, scored, run.policies)
    questions = [question for _, question in wanted.values()]
    if not questions:
        return NOBODY
    options = spec.options or EngineOptions()
    entries: list[JudgeEntry] = []
    votes: list[list[Opinion | None]] = []
    for judge in named:
        found, entry = ask_judge(
            judge, questions, run.folder, observer, options=options, max_errors=spec.max_errors
        )
        votes.append(found)
        entries.append(entry)
    if all(one is None or one.failed for said in votes for one in said):
        raise ModelError(
            f"no judge answered: {'; '.join(failures(entries).values())}; expected at least one; "
            "verdicts and numbers stay as they were"
        )
    held = _decided(spec, named, wanted, votes)
    write_decisions(run.folder, {place: decision for place, (_, decision) in held.items()})
    record = PanelEntry(
        models=tuple(judge.name for judge in named),
        mode=spec.mode,
        unsure=spec.unsure,
        max_tokens=spec.max_tokens,
        last_pass=tuple(entries),
    )
    return _judgement(record, named, held, unread=0)


def earlier_judgement(
    run: StoredRun, panel: PanelEntry, scored: Mapping[str, Sequence[ScoredAnswer]]
) -> Judgement:
    """What the recorded panel said of the present answers; those it has not read are counted.

    Args:
        run: The run.
        panel: Record of the panel that judged the run.
        scored: Model label -> its answers as the offline grader read them.

    Raises:
        FolderError: The readings are missing or damaged.
        ModelError: The record names a judge of no known form.
    """
    spec = JudgeSpec(panel.models, panel.mode, panel.unsure, max_tokens=panel.max_tokens)
    named = judges_of(spec)
    as_asked, decisions = _panel(spec, named), stored_decisions(run.folder)
    # What the present offline grader is sure of is not theirs any more, as if the judges were asked now.
    wanted = asked_of(spec.mode, spec.unsure, named, scored, run.policies)
    held: Held = {
        place: (question, decisions[place])
        for place, (_, question) in wanted.items()
        if place in decisions
        and decisions[place].question_digest == _digest(named, as_asked, question)
    }
    return _judgement(panel, named, held, unread=len(wanted) - len(held))


def judges_of(spec: JudgeSpec) -> list[Named]:
    """The judges of a panel, and how each is asked."""
    return [with_tokens(read_name(model), spec.max_tokens) for model in spec.models]


def with_readings(
    scored: Mapping[str, Sequence[ScoredAnswer]], readings: Readings
) -> dict[str, list[ScoredAnswer]]:
    """The same answers, with the panel's reading in place of the offline one if there is one."""
    return {
        model: [_replaced(one, readings.get(place_of(model, one))) for one in rows]
        for model, rows in scored.items()
    }


def graded_by(model: str, scored: Sequence[ScoredAnswer], readings: Readings) -> list[str]:
    """Who read each answer, for the frame."""
    return ["judge" if place_of(model, one) in readings else "offline" for one in scored]


def scorer_version(panel: PanelEntry) -> str:
    """The names of graders and panel and how it is asked: leaderboards of different judges merge
    only on request."""
    unread = f"+unread:{panel.unread}" if panel.unread else ""
    who = f"{panel.mode}:{panel.unsure:g}:{','.join(panel.models)}"
    return f"{SCORER_VERSION}+judge:{who}+form:{panel.form}{unread}"


def _decided(
    spec: JudgeSpec,
    named: Sequence[Named],
    wanted: Mapping[ReadingKey, tuple[ScoredAnswer, Question]],
    votes: Sequence[Sequence[Opinion | None]],
) -> Held:
    """The decision on each answer; each judge's `votes` are in the order of `wanted`."""
    panel = _panel(spec, named)
    held: Held = {}
    for (place, (_, question)), *said in zip(wanted.items(), *votes, strict=True):
        heard = {
            judge.name: opinion
            for judge, opinion in zip(named, said, strict=True)
            if opinion is not None
        }
        merged = majority(question.requirement, [opinion.reading for opinion in heard.values()])
        decision = Decision(
            _digest(named, panel, question),
            _kept(spec, merged),
            fate_of(list(heard.values()), merged),
            {name: vote_of(opinion) for name, opinion in heard.items()},
        )
        held[place] = question, decision
    return held


def _judgement(record: PanelEntry, named: Sequence[Named], held: Held, *, unread: int) -> Judgement:
    """The readings that replace the offline ones, and the record with what is counted now."""
    used = {place: one.reading for place, (_, one) in held.items() if one.reading is not None}
    votes = [(question.requirement, one.votes) for question, one in held.values()]
    agreeing = judge_agreement([judge.name for judge in named], votes)
    found = counts(held.values())
    return Judgement(used, record.judged(_form_of(named), unread, agreeing, found))


def _panel(spec: JudgeSpec, named: Sequence[Named]) -> list[object]:
    who = [[judge.name, form_digest(judge.form)] for judge in named]
    return [spec.mode, spec.unsure, *who]


def _digest(named: Sequence[Named], panel: Sequence[object], question: Question) -> str:
    beside = any(judge.form.is_read_beside_offline for judge in named)
    return question_digest(panel, question, beside_offline=beside)


def _form_of(named: Sequence[Named]) -> str:
    """A digest of how the judges of a panel are asked and read."""
    forms = sorted({form_digest(judge.form) for judge in named})
    return hashlib.sha256(" ".join(forms).encode()).hexdigest()[:8]


def _kept(spec: JudgeSpec, opinion: PanelReading) -> Reading | None:
    """The reading that replaces the offline one; None if the offline one stays."""
    if opinion.reading.behaviour == "unscored" and spec.mode == "hybrid":
        return None
    return opinion.reading


def _replaced(one: ScoredAnswer, reading: Reading | None) -> ScoredAnswer:
    if reading is None:
        return one
    met = is_met(one.verdict.requirement, reading)
    # Judges do not read traces, and a stored reading may be from before a newer offline grader.
    beside = replace(reading, trace_behaviour=one.verdict.reading.trace_behaviour)
    return replace(one, verdict=replace(one.verdict, reading=beside, met=met))
