"""Planning, a pure function: from arms to the exact requests, each asked once, and who needs each answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from lawbound.runners.canonical import request_key
from lawbound.runners.condition import Condition
from lawbound.runners.prompt import Mode, continuations, messages, system_text
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
    """Who needs an answer: (item, condition, policy) -> request key, many to one."""

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
    """Requests in the best order for asking, and assignments in the order of the arms."""

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
        arms: What to ask, in the order in which results are listed.
        render: The engine's chat template.
        fingerprint: The weights that will answer; part of every key.
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
    return Plan(by_prefix(requests.values()), tuple(assignments), fingerprint)


def by_prefix(requests: Iterable[Request]) -> tuple[Request, ...]:
    """Requests with the same system text together, choices apart from generation: for a prefix
    cache."""
    found = list(requests)
    heads: dict[tuple[bool, str], int] = {}
    for request in found:
        heads.setdefault(head_of(request), len(heads))
    return tuple(sorted(found, key=lambda request: heads[head_of(request)]))


def head_of(request: Request) -> tuple[bool, str]:
    """What a request shares with others: requests with one head stand together in a plan."""
    return bool(request.choices), system_text(request.messages)
