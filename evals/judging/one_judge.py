"""Asking one judge of a panel: its replies are stored, and a record says what happened to its requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TypedDict

from lawbound.evals.folder.record import JudgeEntry
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.judging.readings import MESSAGE
from lawbound.evals.observer import Observer
from lawbound.rubrics.judges.ask import judge_answers
from lawbound.rubrics.judges.forms import check_frame
from lawbound.rubrics.judges.named import Named
from lawbound.rubrics.judges.question import FAILED, Opinion, Question
from lawbound.runners.engines import EngineOptions, ModelError, open_engine
from lawbound.runners.run import ErrorLimitError
from lawbound.runners.sample import Sample
from lawbound.runners.store import Store
from lawbound.tasks.io.messages import one_line

TAIL = 120
"""Characters of an unreadable reply that are kept: its end, where the verdict should be."""


class _Seldom(TypedDict, total=False):
    """Fields of `JudgeEntry` that are written only if there is something to say."""

    last_error: str
    unreadable_reply: str
    canaries_failed: int


def ask_judge(
    judge: Named,
    questions: Sequence[Question],
    folder: RunFolder,
    observer: Observer,
    *,
    options: EngineOptions,
    max_errors: int | None,
) -> tuple[list[Opinion | None], JudgeEntry]:
    """One judge's opinions, None for questions that it is not meant to read; and the record of the
    judge.

    Args:
        judge: The judge to ask.
        questions: The panel's questions.
        folder: The run folder, where the replies are kept.
        observer: Is told about the progress.
        options: How the judge is opened.
        max_errors: Failed requests to tolerate; None means any number.

    Raises:
        ErrorLimitError: More requests failed; the replies so far are kept.
        StoreError: The store cannot be written.
    """
    name = judge.name
    observer.stage(f"loading judge {name}", None)
    theirs = [judge.form.reads(question) for question in questions]
    try:
        engine = open_engine(judge.model, options)
    except ModelError as fault:
        # A judge that cannot be reached is a missing vote of its panel, and the record says so.
        away = [FAILED if is_theirs else None for is_theirs in theirs]
        return away, JudgeEntry(model=name, unreachable=str(fault))
    try:
        check_frame(name, judge.form, engine)
        with Store(folder.replies(name)) as store:
            opinions, counts = judge_answers(
                [one for one, is_theirs in zip(questions, theirs, strict=True) if is_theirs],
                engine,
                store,
                form=judge.form,
                max_errors=max_errors,
                announce=lambda requests: observer.stage(f"judge {name}", requests),
                progress=observer.advance,
                trouble=observer.trouble,
            )
        fingerprint = asdict(engine.fingerprint())
    except ErrorLimitError as fault:
        rest = str(fault).removeprefix(engine.fingerprint().model)
        raise ErrorLimitError(f"judge {name}{rest}") from fault
    finally:
        engine.close()
    requests = counts.asked
    seldom: _Seldom = {}
    if counts.last_error:
        seldom["last_error"] = one_line(counts.last_error, MESSAGE)
    if counts.unreadable_replies:
        seldom["unreadable_reply"] = " / ".join(map(_quoted, counts.unreadable_replies))
    if judge.form.canaries:
        seldom["canaries_failed"] = counts.canaries_failed
    entry = JudgeEntry(
        model=name,
        fingerprint=fingerprint,
        read=len(opinions),
        failed=requests.failed,
        stale=requests.stale,
        # Counted whenever each was answered: a resumed run writes the same record.
        requests=requests.stored + requests.asked + requests.failed,
        unanswered=counts.unanswered,
        unreadable=sum(counts.unreadable.values()),
        unreadable_because={str(why): count for why, count in counts.unreadable.items()},
        undecided=counts.undecided,
        prompt_tokens=counts.prompt_tokens,
        completion_tokens=counts.completion_tokens,
        **seldom,
    )
    said = iter(opinions)
    return [next(said) if is_theirs else None for is_theirs in theirs], entry


def _quoted(reply: Sample) -> str:
    """The end of a reply, and why a reply that looks like a verdict is none."""
    said = repr(one_line(reply.text[-TAIL:], TAIL)) if reply.text.strip() else "no text"
    if reply.blocked:
        return f"{said} (blocked by the provider's filter)"
    signs = {"thinking alone": reply.think_only, "cut off": reply.truncated}
    beside = ", ".join(sign for sign, is_seen in signs.items() if is_seen)
    return f"{said} ({beside})" if beside else said
