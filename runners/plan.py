"""Planning is pure: from arms to the exact requests, each asked once, and who is owed each answer."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from lawbound.runners.condition import Condition
from lawbound.runners.prompt import Mode, continuations, messages
from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Settings
from lawbound.tasks.item import Item

Render = Callable[[Sequence[Message]], Rendered]


@dataclass(frozen=True, slots=True)
class Arm:
    """One item under one condition, and the policies under which its answer is judged."""

    item: Item
    condition: Condition
    policies: tuple[str, ...]
    mode: Mode = "generate"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is owed an answer: (item, condition, policy) -> request key, many to one."""

    key: str
    item: str
    condition: str
    strength: str
    policy: str
    wording: int
    epoch: int
    mode: Mode


@dataclass(frozen=True, slots=True)
class Plan:
    """Requests in the order in which they are best asked, assignments in the order of the arms."""

    requests: tuple[Request, ...]
    assignments: tuple[Assignment, ...]
    fingerprint: Fingerprint


def plan(
    arms: Iterable[Arm],
    *,
    render: Render,
    fingerprint: Fingerprint,
    settings: Settings,
    seed: int = 0,
    epochs: int = 1,
) -> Plan:
    """Lay out every request once.

    Args:
        arms: What to ask, in the order in which results are to stand.
        render: The engine's chat template.
        fingerprint: Which weights will answer; part of every key.
        settings: Generation settings, equal in every arm.
        seed: Draws wordings, and seeds sampling.
        epochs: Repeats of each arm; more than one needs a temperature above 0 to differ.
    """
    requests: dict[str, Request] = {}
    assignments: list[Assignment] = []
    rendered: dict[tuple[Message, ...], Rendered] = {}
    for arm in arms:
        chat = messages(arm.item, arm.condition, seed=seed, mode=arm.mode)
        shown = rendered.get(chat)
        if shown is None:
            shown = rendered[chat] = render(chat)
        choices = continuations(arm.item) if arm.mode == "choices" else ()
        for epoch in range(epochs if arm.mode == "generate" else 1):
            key = request_key(chat, shown, settings, seed, epoch, choices, fingerprint)
            if key not in requests:
                requests[key] = Request(
                    key=key,
                    messages=chat,
                    rendered=shown,
                    settings=settings,
                    seed=seed,
                    epoch=epoch,
                    choices=choices,
                )
            assignments.extend(
                Assignment(
                    key=key,
                    item=arm.item.id,
                    condition=arm.condition.id,
                    strength=arm.condition.strength,
                    policy=policy,
                    wording=arm.condition.wording(arm.item.group, seed),
                    epoch=epoch,
                    mode=arm.mode,
                )
                for policy in arm.policies
            )
    return Plan(_by_prefix(requests.values()), tuple(assignments), fingerprint)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def canonical_json(value: Any) -> bytes:
    """One byte string for one value: sorted keys, no spaces, ASCII."""
    return _CANONICAL.encode(value).encode()


def request_key(
    chat: Sequence[Message],
    rendered: Rendered,
    settings: Settings,
    seed: int,
    epoch: int,
    choices: Sequence[str],
    fingerprint: Fingerprint,
) -> str:
    """sha256 of everything that reaches the model, and of which model it reaches.

    It is the hash of one canonical JSON object. That object is put together from parts, because
    a plan repeats its long ones, the system messages, thousands of times.
    """
    sampled = settings.temperature > 0 and not choices
    before = _before_messages(tuple(choices), epoch, fingerprint)
    after = _after_messages(
        fingerprint, rendered.placement, rendered.template,
        settings=b"null" if choices else _settings_json(*(getattr(settings, n) for n in _SETTINGS)),
        seed=seed if sampled else None,
    )  # fmt: skip
    whole = before[:-1] + b',"messages":' + chat_json(chat) + b"," + after[1:]
    return hashlib.sha256(whole).hexdigest()


def chat_json(chat: Sequence[Message]) -> bytes:
    """Canonical JSON of a chat as a list of [role, content]."""
    return b"[" + b",".join(_message_json(message) for message in chat) + b"]"


@lru_cache(maxsize=256)
def _before_messages(choices: tuple[str, ...], epoch: int, fingerprint: Fingerprint) -> bytes:
    return canonical_json(
        {
            "choices": choices,
            "dtype": fingerprint.dtype,
            "engine": [fingerprint.engine, fingerprint.version],
            "epoch": epoch,
        }
    )


@lru_cache(maxsize=256)
def _after_messages(
    fingerprint: Fingerprint,
    placement: str,
    template: str,
    *,
    settings: bytes,
    seed: int | None,
) -> bytes:
    return canonical_json(
        {
            "model": [fingerprint.model, fingerprint.revision],
            "placement": placement,
            "seed": seed,
            "settings": json.loads(settings),
            "template": template,
        }
    )


_SETTINGS = tuple(field.name for field in fields(Settings))


@lru_cache(maxsize=256, typed=True)  # 0 and 0.0 are equal, and two settings all the same
def _settings_json(*values: object) -> bytes:
    return canonical_json(dict(zip(_SETTINGS, values, strict=True)))


def _message_json(message: Message) -> bytes:
    if message.role == "system":
        return _system_json(message.content)
    return canonical_json([message.role, message.content])


@lru_cache(maxsize=256)
def _system_json(content: str) -> bytes:
    return canonical_json(["system", content])


def _by_prefix(requests: Iterable[Request]) -> tuple[Request, ...]:
    """Same system text together, choices apart from generation: what a prefix cache likes best."""
    found = list(requests)
    heads: dict[tuple[bool, str], int] = {}
    for request in found:
        heads.setdefault(head_of(request), len(heads))
    return tuple(sorted(found, key=lambda request: heads[head_of(request)]))


def head_of(request: Request) -> tuple[bool, str]:
    """What a request shares with others: requests of one head stand together in a plan."""
    system = next((m.content for m in request.messages if m.role == "system"), "")
    return bool(request.choices), system
