"""Asking one judge of a panel: its replies are stored, and a record says what happened to its requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TypedDict

from lawbound.evals.folder.record import JudgeEntry
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.judging.readings import MESSAGE
from lawbound.evals.observer import Observer
from lawbound.rubrics.judges.ask import JudgeCounts, judge_answers, stored_answers
from lawbound.rubrics.judges.forms import check_frame
from lawbound.rubrics.judges.named import Named
from lawbound.rubrics.judges.question import FAILED, Opinion, Question
from lawbound.runners.engines import Engine, EngineOptions, ModelError, open_engine, unopened
from lawbound.runners.run import ErrorLimitError
from lawbound.runners.sample import Fingerprint, Sample
from lawbound.runners.store import Store, read_samples
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

    A server that has answered everything before is not opened; where it cannot be, its stored replies
    count and only the rest has failed.

    Args:
        judge: The judge to ask.
        questions: The panel's questions.
        folder: The run folder, where the replies are kept.
        observer: Is told about the progress.
        options: How the judge is opened.
        max_errors: Failed requests to tolerate; None means any number.

    Raises:
        ErrorLimitError: More requests failed; the replies so far are kept.
        ModelError: Its chat template does not pass the form's words on, or its engine cannot go on.
        StoreError: The store cannot be written.
    """
    name = judge.name
    theirs = [judge.form.reads(question) for question in questions]
    asked = [one for one, is_theirs in zip(questions, theirs, strict=True) if is_theirs]
    said, entry = _said_before(judge, asked, folder, options)
    if entry is None or entry.failed:
        observer.stage(f"loading judge {name}", None)
        try:
            engine = open_engine(judge.model, options)
        except ModelError as fault:
            # A judge that cannot be reached is a missing vote of its panel where nothing is stored, and the record
            # says so.
            entry = (entry or JudgeEntry(model=name)).model_copy(update={"unreachable": str(fault)})
        else:
            said, entry = _said_now(judge, asked, folder, observer, engine, max_errors)
    opinions = iter(said)
    return [next(opinions) if is_theirs else None for is_theirs in theirs], entry


def _said_before(
    judge: Named, questions: Sequence[Question], folder: RunFolder, options: EngineOptions
) -> tuple[list[Opinion], JudgeEntry | None]:
    """The opinions by the stored replies alone; no entry for a judge that has to be opened to tell which are its."""
    renderers = unopened(judge.model, options)
    stored = read_samples(folder.replies(judge.name)) if renderers else {}
    found = stored_answers(questions, renderers, stored, form=judge.form)
    if found is None:
        return [FAILED] * len(questions), None
    return found[0], _entry(judge, renderers[0].fingerprint(), *found)


def _said_now(
    judge: Named,
    questions: Sequence[Question],
    folder: RunFolder,
    observer: Observer,
    engine: Engine,
    max_errors: int | None,
) -> tuple[list[Opinion], JudgeEntry]:
    """The opinions after asking for what is missing; closes the engine."""
    name = judge.name
    try:
        check_frame(name, judge.form, engine)
        with Store(folder.replies(name)) as store:
            opinions, counts = judge_answers(
                questions,
                engine,
                store,
                form=judge.form,
                max_errors=max_errors,
                announce=lambda requests: observer.stage(f"judge {name}", requests),
                progress=observer.advance,
                trouble=observer.trouble,
            )
        return opinions, _entry(judge, engine.fingerprint(), opinions, counts)
    except ErrorLimitError as fault:
        raise ErrorLimitError(f"judge {name}", fault.failed, fault.allowed, fault.last) from fault
    finally:
        engine.close()


def _entry(
    judge: Named, fingerprint: Fingerprint, opinions: Sequence[Opinion], counts: JudgeCounts
) -> JudgeEntry:
    requests = counts.asked
    seldom: _Seldom = {}
    if counts.last_error:
        seldom["last_error"] = one_line(counts.last_error, MESSAGE)
    if counts.unreadable_replies:
        seldom["unreadable_reply"] = " / ".join(map(_quoted, counts.unreadable_replies))
    if judge.form.canaries:
        seldom["canaries_failed"] = counts.canaries_failed
    return JudgeEntry(
        model=judge.name,
        fingerprint=asdict(fingerprint),
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


def _quoted(reply: Sample) -> str:
    """The end of a reply, and why a reply that looks like a verdict is none."""
    said = repr(one_line(reply.text[-TAIL:], TAIL)) if reply.text.strip() else "no text"
    if reply.blocked:
        return f"{said} (blocked by the provider's filter)"
    signs = {"thinking alone": reply.think_only, "cut off": reply.truncated}
    beside = ", ".join(sign for sign, is_seen in signs.items() if is_seen)
    return f"{said} ({beside})" if beside else said
