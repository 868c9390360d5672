"""Judging and concluding: from a run folder's samples to verdicts, metrics, leaderboard and report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lawbound.evals.caveats import Caveat, caveats
from lawbound.evals.correction.forget import forget_corrected
from lawbound.evals.folder.digests import RESULTS
from lawbound.evals.folder.files import write_atomically
from lawbound.evals.folder.newer import check_not_newer
from lawbound.evals.folder.record import RunRecord
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.folder.stored_run import StoredRun, stored_run
from lawbound.evals.frame import ScoredAnswer, score_all, verdict_frame
from lawbound.evals.gaps import Gaps, gaps_of
from lawbound.evals.judging.panel import (
    NOBODY,
    Judgement,
    ask_panel,
    earlier_judgement,
    graded_by,
    scorer_version,
    with_readings,
)
from lawbound.evals.judging.readings import Readings
from lawbound.evals.judging.spec import JudgeSpec
from lawbound.evals.observer import Observer, Silent
from lawbound.rubrics.policy.policy import Policy
from lawbound.runners.collector import paused_collector
from lawbound.runners.lock import lock
from lawbound.tasks.io.hashes import digest_of

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.leaderboard.board import Tie
    from lawbound.evals.metrics.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The results of a run."""

    estimates: tuple[Estimate, ...]
    leaderboard: pd.DataFrame
    ties: tuple[Tie, ...]
    """Each real model that ties a baseline on every column."""
    gaps: Gaps
    """What is missing from the numbers."""
    caveats: tuple[Caveat, ...]
    """All caveats of the numbers: what `lawbound run`, `score` and `report` print."""
    unread: int = 0
    """Answers that came after the run's panel had judged: the panel was meant to read them, the
    offline grader did."""
    uncorrected: bool = False
    """Whether corrected rates were removed because the rates they corrected have changed."""


def conclude(
    out: Path | str,
    *,
    judge: JudgeSpec | None = None,
    observer: Observer | None = None,
    resamples: int = 2000,
) -> Conclusion:
    """Judge the stored samples of a run folder and write everything that follows from them.

    Args:
        out: The run folder.
        judge: Models that read the answers. None keeps what an earlier panel found and counts what
            that panel has not read; a panel without judges goes back to the offline grader.
        observer: Is told about the progress.
        resamples: Sign patterns drawn for a permutation test.

    Raises:
        FolderError: This is no run folder, a newer Lawbound wrote it, or one of its files is damaged or cannot be
            written.
        ModelError: A judge's name or the panel's settings are wrong, no judge answered, or one had more
            requests fail than its `max_errors` (`ErrorLimitError`); what was written before stays.
        PolicyError: The stored text of a policy is malformed; in a folder from before texts were stored,
            a policy cannot be loaded from where the run took it.
        StoreError: The run folder is held by another run, or a judge's replies cannot be written.
    """
    observer = observer or Silent()
    out = Path(out)
    folder = RunFolder(out)
    folder.read_run()  # a folder that holds no run is not made one
    with lock(out):
        record = folder.read_run()
        check_not_newer(out, record.lawbound)
        run = stored_run(folder, record)
        observer.stage("judging", len(run.record.models))
        judged = _judged(run, judge, observer)
        observer.stage("concluding", None)
        return _write(run, judged, resamples)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The result of judging a run."""

    frame: pd.DataFrame
    """Every verdict, offline and by the panel."""
    record: RunRecord
    """The run's record, with who judged."""


def _judged(run: StoredRun, judge: JudgeSpec | None, observer: Observer) -> _Judged:
    """Judge a run; returning frees the objects behind the rows."""
    with paused_collector():
        scored = _scored(run, observer)
    judgement = _judgement(run, judge, scored, observer)
    record, panel, readings = run.record, judgement.record, judgement.readings
    if panel is not None:
        record = record.judged_by(panel, scorer_version(panel))
    elif record.judge is not None:
        record = record.judged_by(None, None)
    if judge is not None or run.record.judge is not None:
        # An earlier panel's numbers are void from here on, even if the run is stopped before the
        # new ones are written.
        run.folder.write_run(record.without_results())
    with paused_collector():
        frame = _frame(with_readings(scored, readings), readings, run.policies)
    return _Judged(frame, record)


def _scored(run: StoredRun, observer: Observer) -> dict[str, list[ScoredAnswer]]:
    found = {}
    for entry in run.record.models:
        model = entry.model
        found[model] = score_all(
            run.folder.read_plan(model),
            run.items,
            run.samples[model],
            run.policies,
            grader=entry.grader,
        )
        observer.advance(1)
    return found


def _judgement(
    run: StoredRun,
    judge: JudgeSpec | None,
    scored: Mapping[str, Sequence[ScoredAnswer]],
    observer: Observer,
) -> Judgement:
    """The judgement of the panel named now, else of the one recorded in the folder."""
    if judge is not None:
        return ask_panel(judge, run, scored, observer) if judge.models else NOBODY
    earlier = run.record.judge
    return earlier_judgement(run, earlier, scored) if earlier is not None else NOBODY


def _frame(
    scored: Mapping[str, Sequence[ScoredAnswer]], readings: Readings, policies: Mapping[str, Policy]
) -> pd.DataFrame:
    import pandas as pd

    frames = []
    for model, rows in scored.items():
        frame = verdict_frame(model, rows, policies)
        frames.append(frame.assign(graded_by=graded_by(model, rows, readings)))
    return pd.concat(frames, ignore_index=True)


def _write(run: StoredRun, judged: _Judged, resamples: int) -> Conclusion:
    from lawbound.evals.gates.compliance import compliance_rows
    from lawbound.evals.gates.thresholds import check_thresholds
    from lawbound.evals.leaderboard.board import leaderboard_rows, metrics_rows, ties_a_baseline
    from lawbound.evals.leaderboard.left_out import answers_left_out
    from lawbound.evals.leaderboard.table import csv_bytes
    from lawbound.evals.metrics.compute import compute_metrics
    from lawbound.evals.metrics.rule_info import rule_info
    from lawbound.evals.report import render_report

    record, frame = judged.record, judged.frame
    asked = [entry.id for entry in record.policies]
    info = {key: value for key, value in rule_info(run.policies).items() if key[0] in asked}
    estimates = compute_metrics(frame, info, seed=record.seed, resamples=resamples)
    board = leaderboard_rows(estimates, record, answers_left_out(frame))
    marks = compliance_rows(
        check_thresholds(frame, {name: run.policies[name] for name in asked}), run.policies
    )
    ties, gaps = tuple(ties_a_baseline(board)), gaps_of(frame, run.samples, record)
    found_caveats = caveats(gaps, ties, run.folder, record)
    unread = record.judge.unread if record.judge is not None else 0
    conclusion = Conclusion(tuple(estimates), board, ties, gaps, found_caveats, unread)
    page = render_report(
        replace(run, record=record.with_results({})),
        estimates,
        board,
        frame,
        compliance=marks,
        # Remarks name paths and the installation of this machine; the page may be read anywhere.
        caveats=[one for one in found_caveats if one.is_warning],
    )
    metrics, table = csv_bytes(metrics_rows(estimates)), csv_bytes(board)
    # Everything is rendered by now: if something cannot be, no new numbers end up beside an old
    # report.
    verdicts = run.folder.write_frame(frame)
    if _forget_other_numbers(run.folder, metrics):
        conclusion = replace(conclusion, uncorrected=True)
    write_atomically(run.folder.metrics, metrics)
    write_atomically(run.folder.leaderboard, table)
    _write_compliance(run.folder.compliance, marks)
    write_atomically(run.folder.report, page.encode("utf-8"))
    results = dict(zip(RESULTS, (verdicts, digest_of(metrics), digest_of(table)), strict=True))
    run.folder.write_run(record.with_results(results))
    return conclusion


def _forget_other_numbers(folder: RunFolder, metrics: bytes) -> bool:
    """Remove corrected rates with the rates they corrected; returns whether there were any."""
    is_other = folder.metrics.is_file() and folder.metrics.read_bytes() != metrics
    return is_other and forget_corrected(folder)


def _write_compliance(sheet: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the compliance sheet if a policy of the run states thresholds."""
    from lawbound.evals.columns import COMPLIANCE
    from lawbound.evals.leaderboard.table import csv_bytes, table_of

    if rows:
        write_atomically(sheet, csv_bytes(table_of(rows, COMPLIANCE)))
    else:
        sheet.unlink(missing_ok=True)
