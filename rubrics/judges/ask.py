"""Asking a model to judge: the same planning, storing and resuming as asking a model to answer."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lawbound.rubrics.judges.forms import RUBRIC
from lawbound.rubrics.judges.question import (
    FAILED,
    UNREADABLE,
    Canary,
    Chat,
    Form,
    Opinion,
    Question,
    Unreadable,
)
from lawbound.runners.canonical import request_key
from lawbound.runners.engines.protocol import Engine, Renderer, Trouble
from lawbound.runners.plan import Plan, by_prefix
from lawbound.runners.run import Progress, RunCounts, run
from lawbound.runners.sample import Request, Sample, Settings
from lawbound.runners.store import Store, read_samples


@dataclass(frozen=True, slots=True)
class JudgeCounts:
    """The outcome of the questions."""

    asked: RunCounts
    unanswered: int
    """Questions with at least one failed request."""
    unreadable: Mapping[Unreadable, int]
    """Questions whose replies could not be read, each under one reason."""
    undecided: int
    """Questions whose replies could be read and name no class."""
    canaries_failed: int
    """Canary questions, with a certain answer, that the judge got wrong; they count in no other
    number but `asked`."""
    prompt_tokens: int | None = None
    """Tokens of the replies that these questions needed, whenever they came; None, like the other
    token count, if nobody counted."""
    completion_tokens: int | None = None
    last_error: str = ""
    """The error of one of the failed requests; empty if none failed."""
    unreadable_replies: tuple[Sample, ...] = ()
    """The replies to the first of the unreadable questions, one for each time it was asked; empty
    if there is none."""


def judge_answers(
    questions: Sequence[Question],
    engine: Engine,
    store: Store,
    *,
    form: Form = RUBRIC,
    max_errors: int | None = None,
    announce: Callable[[int], None] = lambda requests: None,
    progress: Progress = lambda done: None,
    trouble: Trouble = lambda failing, last: None,
) -> tuple[list[Opinion], JudgeCounts]:
    """Ask a judge about every answer, in both orders if an order might sway it.

    Args:
        questions: All questions that this judge is meant to read.
        engine: The judge.
        store: The store for its replies.
        form: How this kind of judge is asked and read.
        max_errors: Failed calls to tolerate; None means any number.
        announce: Is told the number of requests before the first.
        progress: Is told of each further reply.
        trouble: Is told of requests that fail, while others are still being asked.

    Returns:
        An opinion for each question in order; and the counts.

    Raises:
        ErrorLimitError: Too many judge calls failed.
        StoreError: The store cannot be written.
    """
    asked = _asked(questions, engine, form)
    announce(len(asked.unique))
    plan = Plan(by_prefix(asked.unique.values()), (), engine.fingerprint())
    counts = run(plan, engine, store, max_errors=max_errors, progress=progress, trouble=trouble)
    return _read(asked, read_samples(store.path), counts)


def stored_answers(
    questions: Sequence[Question],
    renderers: Sequence[Renderer],
    stored: Mapping[str, Sample],
    *,
    form: Form = RUBRIC,
) -> tuple[list[Opinion], JudgeCounts] | None:
    """What a judge has answered before; nothing is asked, and requests without a stored answer are
    counted as failed.

    Args:
        questions: All questions that this judge is meant to read.
        renderers: What the judge may render like; the one counts under which it has answered most.
        stored: Its stored replies, by request key.
        form: How this kind of judge is asked and read.

    Returns:
        An opinion for each question in order, and the counts; None without renderers.
    """
    best: tuple[_Asked, RunCounts] | None = None
    for renderer in renderers:
        asked = _asked(questions, renderer, form)
        answered = sum(key in stored and not stored[key].error for key in asked.unique)
        counts = RunCounts(
            stored=answered,
            asked=0,
            failed=len(asked.unique) - answered,
            stale=len(stored.keys() - asked.unique.keys()),
        )
        if best is None or answered > best[1].stored:
            best = asked, counts
        if not counts.failed:
            break
    return None if best is None else _read(best[0], stored, best[1])


@dataclass(frozen=True, slots=True)
class _Asked:
    """The requests that questions, and the form's canaries after them, lead to."""

    form: Form
    questions: Sequence[Question]
    chats: Sequence[Sequence[Chat]]
    requests: Mapping[Chat, Request]
    unique: Mapping[str, Request]
    """By key."""


def _asked(questions: Sequence[Question], engine: Renderer, form: Form) -> _Asked:
    everything = [*questions, *(canary.question for canary in form.canaries)]
    chats = [form.chats(question) for question in everything]
    requests = {
        chat: _request(chat, form.settings, engine) for several in chats for chat in several
    }
    unique = {request.key: request for request in requests.values()}
    return _Asked(form, everything, chats, requests, unique)


def _read(
    asked: _Asked, stored: Mapping[str, Sample], counts: RunCounts
) -> tuple[list[Opinion], JudgeCounts]:
    """What the replies say."""
    form, chats, requests = asked.form, asked.chats, asked.requests
    replies = {key: sample for key, sample in stored.items() if key in asked.unique}
    said = [
        _opinion(form, question, [replies.get(requests[chat].key) for chat in several])
        for question, several in zip(asked.questions, chats, strict=True)
    ]
    real = len(said) - len(form.canaries)
    opinions, about_canaries = said[:real], said[real:]
    answered = [sample for sample in replies.values() if not sample.error]
    errors = [sample.error for sample in replies.values() if sample.error]
    unread = [at for at, one in enumerate(opinions) if one.unreadable]
    why = Counter(opinions[at].unreadable for at in unread)
    first = chats[unread[0]] if unread else ()
    return opinions, JudgeCounts(
        counts,
        unanswered=sum(opinion.failed for opinion in opinions),
        unreadable={name: why[name] for name in UNREADABLE},
        undecided=sum(opinion.undecided for opinion in opinions),
        canaries_failed=sum(map(_fails, form.canaries, about_canaries)),
        prompt_tokens=_sum(sample.prompt_tokens for sample in answered),
        completion_tokens=_sum(sample.completion_tokens for sample in answered),
        last_error=errors[-1] if errors else "",
        unreadable_replies=tuple(replies[requests[chat].key] for chat in first),
    )


def _opinion(form: Form, question: Question, samples: Sequence[Sample | None]) -> Opinion:
    """The opinion on one question. After a failed request nothing is concluded from the others."""
    answered = [sample for sample in samples if sample is not None and not sample.error]
    if len(answered) < len(samples):
        return FAILED
    why = [reason for sample in answered if (reason := _unreadable(form, sample))]
    if why:
        return Opinion(None, unreadable=why[0])
    return form.opinion(question, [sample.text for sample in answered])


def _sum(counted: Iterable[int | None]) -> int | None:
    """The sum, or None if one is missing: a partial sum would be read as the whole."""
    total = 0
    for count in counted:
        if count is None:
            return None
        total += count
    return total


def _fails(canary: Canary, opinion: Opinion) -> bool:
    """Whether a canary was failed: a breach is read as an answer; without one, no class follows."""
    if opinion.failed:
        return False
    return opinion.reading is None if canary.breaks else not opinion.undecided


def _request(chat: Chat, settings: Settings, engine: Renderer) -> Request:
    rendered = engine.render(chat)
    key = request_key(chat, rendered, settings, 0, 0, (), engine.fingerprint())
    return Request(key, chat, rendered, settings)


def _unreadable(form: Form, sample: Sample) -> Unreadable:
    """Why a sample holds no reply that could be read; empty if it may hold one."""
    if sample.blocked:
        return "blocked"
    if sample.truncated and form.needs_end:
        return "cut_off"
    return "thinking_only" if sample.think_only else ""
