"""Asking a model to judge: the same planning, storing and resuming as asking a model to answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lawbound.rubrics.judges.forms import RUBRIC
from lawbound.rubrics.judges.question import FAILED, Canary, Chat, Form, Opinion, Question
from lawbound.runners.engines.protocol import Engine, Trouble
from lawbound.runners.plan import Plan, request_key
from lawbound.runners.run import Progress, RunCounts, run
from lawbound.runners.sample import Request, Sample, Settings
from lawbound.runners.store import Store, read_samples


@dataclass(frozen=True, slots=True)
class JudgeCounts:
    """What became of the questions."""

    asked: RunCounts
    unanswered: int
    """Questions of which at least one request failed."""
    unreadable: int
    """Questions whose replies were no verdict, or changed with the order."""
    undecided: int
    """Questions whose replies could be read and name no class."""
    canaries_failed: int
    """Questions beyond doubt that the judge got wrong; they count in no other number but `asked`."""
    last_error: str = ""
    """What one of the failed requests came to; empty where none failed."""
    unreadable_replies: tuple[str, ...] = ()
    """What was said to the first of the unreadable questions, a reply for each time it was put; empty where there is none."""


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
    """Ask a judge about every answer, in both orders where an order might sway it.

    Args:
        questions: All that this judge is to read.
        engine: The judge.
        store: Where its replies are kept.
        form: How this kind of judge is asked and read.
        max_errors: Failed calls to put up with; None for any number.
        announce: Told the number of requests before the first.
        progress: Told of each further reply.
        trouble: Told of requests that fail, while others are still being asked.

    Returns:
        An opinion for each question in order; and the counts.

    Raises:
        ErrorLimitError: Too many judge calls failed.
        StoreError: The store cannot be written.
    """
    everything = [*questions, *(canary.question for canary in form.canaries)]
    chats = [form.chats(question) for question in everything]
    requests = {
        chat: _request(chat, form.settings, engine) for several in chats for chat in several
    }
    unique = {request.key: request for request in requests.values()}
    announce(len(unique))
    plan = Plan(tuple(unique.values()), (), engine.fingerprint())
    counts = run(plan, engine, store, max_errors=max_errors, progress=progress, trouble=trouble)
    stored = read_samples(store.path)
    replies = {key: sample for key, sample in stored.items() if key in unique}
    said = [
        _opinion(form, question, [replies.get(requests[chat].key) for chat in several])
        for question, several in zip(everything, chats, strict=True)
    ]
    opinions, about_canaries = said[: len(questions)], said[len(questions) :]
    undecided = sum(opinion.undecided for opinion in opinions)
    unanswered = sum(opinion.failed for opinion in opinions)
    silent = sum(opinion.reading is None for opinion in opinions)
    errors = [sample.error for sample in replies.values() if sample.error]
    unread = [
        chats[at]
        for at, one in enumerate(opinions)
        if not (one.reading or one.undecided or one.failed)
    ]
    return opinions, JudgeCounts(
        counts,
        unanswered=unanswered,
        unreadable=silent - undecided - unanswered,
        undecided=undecided,
        canaries_failed=sum(map(_fails, form.canaries, about_canaries)),
        last_error=errors[-1] if errors else "",
        unreadable_replies=tuple(replies[requests[chat].key].text for chat in unread[0])
        if unread
        else (),
    )


def _opinion(form: Form, question: Question, samples: Sequence[Sample | None]) -> Opinion:
    """A failed request is no reply that could not be read: nothing is concluded from the others."""
    answered = [sample for sample in samples if sample is not None and not sample.error]
    if len(answered) < len(samples):
        return FAILED
    return form.opinion(question, [_reply(form, sample) for sample in answered])


def _fails(canary: Canary, opinion: Opinion) -> bool:
    """A breach is seen as an answer; its absence leaves the class open."""
    if opinion.failed:
        return False
    return opinion.reading is None if canary.breaks else not opinion.undecided


def _request(chat: Chat, settings: Settings, engine: Engine) -> Request:
    rendered = engine.render(chat)
    key = request_key(chat, rendered, settings, 0, 0, (), engine.fingerprint())
    return Request(key, chat, rendered, settings)


def _reply(form: Form, sample: Sample) -> str | None:
    """The text to read; none where the call was blocked or cut off before its verdict."""
    if sample.blocked or (sample.truncated and form.needs_end):
        return None
    return sample.text
