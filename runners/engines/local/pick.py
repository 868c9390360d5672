"""Choosing the next token, and knowing when rounding could have chosen another.

Batches of different sizes round differently. If the two best tokens are so close that this could
matter, the pick is marked unsure, and the engine asks that request again the plain way, alone: then
the text is what plain `generate` gives, whatever else was in the batch.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from lawbound.runners.sample import Request

NEAR_TIE_SHARE = 1.2e-5
"""Share of the logit furthest from 0 within which two float32 logits may change places. The best alone
would not do: where training holds it near 0, rounding is still that of the others. Between the batch and
the plain way, any of 49,152 logits was seen to differ by up to 5.1e-6 of it, the fifty best by up to
2.2e-6 once what moves all of them alike is taken off."""
FURTHEST = 1e3
"""Lower values are no logits: some models mark forbidden tokens with the lowest number there is."""
NEAR_EDGE = 2e-5
"""How close a random draw may come to the edge between two tokens' shares."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen token."""

    token: int
    sure: bool


@dataclass(slots=True)
class Draws:
    """Random numbers for one request, which depend on nothing else."""

    rng: np.random.Generator

    def next(self) -> float:
        """Uniform in [0, 1)."""
        return float(self.rng.random())


def draws_for(request: Request) -> Draws | None:
    """The request's own random numbers, or None if it is greedy."""
    if request.settings.temperature <= 0:
        return None
    text = f"{request.seed}:{request.epoch}:{request.rendered.text}"
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return Draws(np.random.Generator(np.random.Philox(int.from_bytes(digest[:8], "big"))))


@torch.inference_mode()
def pick(logits: Tensor, requests: Sequence[Request], draws: Sequence[Draws | None]) -> list[Pick]:
    """Choose a token for each row; overwrites the logits."""
    sampled = [row for row, draw in enumerate(draws) if draw is not None]
    found: dict[int, Pick] = {}
    for row in sampled:
        draw = draws[row]
        if draw is not None:
            found[row] = _drawn(logits[row], requests[row], draw)
    if len(sampled) == len(draws):
        return [found[row] for row in range(len(draws))]
    best, token = logits.max(dim=-1)
    logits.scatter_(1, token[:, None], float("-inf"))
    margin = (best - logits.amax(dim=-1)).tolist()
    return [
        found.get(row) or Pick(chosen, _is_clear(margin[row], logits[row], top))
        for row, (chosen, top) in enumerate(zip(token.tolist(), best.tolist(), strict=True))
    ]


def _is_clear(margin: float, others: Tensor, best: float) -> bool:
    """Whether no rounding closes this margin between the best logit and the others."""
    if margin > NEAR_TIE_SHARE * max(abs(best), FURTHEST):
        return True  # nearly every pick; looking at all others costs more
    seen = others[others > -FURTHEST]
    furthest = max(abs(best), float(seen.abs().max()) if seen.numel() else 0.0)
    return margin > NEAR_TIE_SHARE * furthest


def _drawn(logits: Tensor, request: Request, draw: Draws) -> Pick:
    settings = request.settings
    shares = torch.softmax(logits.double() / settings.temperature, dim=-1)
    if settings.top_p >= 1.0:
        edges = torch.cumsum(shares, dim=-1)
        return _at(edges, draw.next())
    ordered, tokens = torch.sort(shares, descending=True, stable=True)
    before = torch.cumsum(ordered, dim=-1) - ordered
    kept = int((before < settings.top_p).sum())
    clear = float((before - settings.top_p).abs().min()) > NEAR_EDGE
    # Summed in the order of the vocabulary: near-equal shares may change places in the sort.
    chosen, _ = torch.sort(tokens[:kept])
    inner = _at(torch.cumsum(shares[chosen], dim=-1), draw.next())
    return Pick(int(chosen[inner.token]), inner.sure and clear)


def _at(edges: Tensor, uniform: float) -> Pick:
    """Where a draw falls among the running sums of shares."""
    total = float(edges[-1])
    point = uniform * total
    place = min(int(torch.searchsorted(edges, point, right=True)), len(edges) - 1)
    low = float(edges[place - 1]) if place else -1.0
    high = float(edges[place]) if place < len(edges) - 1 else total + 1.0
    return Pick(place, min(point - low, high - point) > NEAR_EDGE * total)
