"""Asking a model to judge: the same planning, storing and resuming as asking a model to answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lawbound.rubrics.judges.panel import both_orders
from lawbound.rubrics.judges.rubric import parse_verdict, rubric_messages
from lawbound.rubrics.policy import Policy
from lawbound.rubrics.verdict import Reading
from lawbound.runners.engines.protocol import Engine
from lawbound.runners.plan import Plan, request_key
from lawbound.runners.run import Progress, RunCounts, run
from lawbound.runners.sample import Message, Request, Sample, Settings
from lawbound.runners.store import Store, read_samples
from lawbound.tasks.item import Item

JUDGE_SETTINGS = Settings(max_tokens=512, temperature=0.0)


@dataclass(frozen=True, slots=True)
class Question:
    """One answer to be judged under one policy."""

    item: Item
    answer: str
    policy: str


@dataclass(frozen=True, slots=True)
class JudgeCounts:
    """What became of the questions."""

    asked: RunCounts
    unreadable: int
    """Questions whose replies were no verdict, or changed with the order of the classes."""


def judge_answers(
    questions: Sequence[Question],
    policies: Mapping[str, Policy],
    engine: Engine,
    store: Store,
    *,
    max_errors: int | None = None,
    progress: Progress = lambda done: None,
) -> tuple[list[Reading | None], JudgeCounts]:
    """Ask a judge about every answer, with its classes in both orders.

    Returns:
        A reading for each question in order, None where the judge failed; and the counts.

    Raises:
        ErrorLimitError: Too many judge calls failed.
        StoreError: The store cannot be written.
    """
    pairs = [_chats(question, policies[question.policy]) for question in questions]
    requests = {chat: _request(chat, engine) for pair in pairs for chat in pair}
    unique = {request.key: request for request in requests.values()}
    plan = Plan(tuple(unique.values()), (), engine.fingerprint())
    counts = run(plan, engine, store, max_errors=max_errors, progress=progress)
    stored = read_samples(store.path)
    readings = [
        both_orders(
            _reading(stored.get(requests[forward].key)), _reading(stored.get(requests[reverse].key))
        )
        for forward, reverse in pairs
    ]
    unreadable = sum(reading is None for reading in readings)
    return readings, JudgeCounts(counts, unreadable)


Chat = tuple[Message, ...]


def _chats(question: Question, policy: Policy) -> tuple[Chat, Chat]:
    rules = [policy.rule(name).text for name in policy.requires(question.item).rules]
    return (
        rubric_messages(question.item.prompt, question.answer, rules),
        rubric_messages(question.item.prompt, question.answer, rules, order="reverse"),
    )


def _request(chat: Chat, engine: Engine) -> Request:
    rendered = engine.render(chat)
    key = request_key(chat, rendered, JUDGE_SETTINGS, 0, 0, (), engine.fingerprint())
    return Request(key, chat, rendered, JUDGE_SETTINGS)


def _reading(sample: Sample | None) -> Reading | None:
    failed = sample is None or sample.error or sample.blocked
    return None if sample is None or failed else parse_verdict(sample.text)
