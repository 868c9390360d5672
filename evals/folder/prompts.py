"""Rendered prompts as lines of a file; text that prompts share is written once."""

from __future__ import annotations

import json
from collections.abc import Iterable

from lawbound.runners.plan import Plan
from lawbound.runners.prompt import system_text
from lawbound.tasks.io.hashes import digest_of


def prompt_lines(plan: Plan) -> Iterable[str]:
    """Heads once, then tails: a policy prompt of thousands of characters is shared by hundreds."""
    by_system: dict[str, list[int]] = {}
    for index, request in enumerate(plan.requests):
        head = system_text(request.messages)
        by_system.setdefault(head, []).append(index)
    for indices in by_system.values():
        texts = [plan.requests[index].rendered.text for index in indices]
        head = shared_start(min(texts), max(texts))  # all share what the first and the last share
        name = digest_of(head.encode())
        yield json.dumps({"head": name, "text": head})
        for index, text in zip(indices, texts, strict=True):
            request = plan.requests[index]
            yield json.dumps({"key": request.key, "head": name, "tail": text[len(head) :]})


def shared_start(text: str, other: str) -> str:
    """The common beginning of two texts."""
    pairs = enumerate(zip(text, other, strict=False))
    length = next((place for place, (a, b) in pairs if a != b), min(len(text), len(other)))
    return text[:length]
