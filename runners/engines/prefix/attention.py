"""Attention in two parts: over a prefix that many sequences share, and over what each has of its own.

A policy prompt is hundreds of tokens, a question a few dozen. Asked in the ordinary way, every
question computes the policy's keys and values again and reads them again at each step. Here they
are computed once, and all sequences attend to them in one matrix product; each sequence's own
tokens are attended to apart, and the two results are merged by the log-sum-exp of their scores,
which is exact (Juravsky et al., "Hydragen", 2024).

All tokens of a step, whichever sequence they belong to, travel through the model as one row without
padding; only the own part of attention ever sees which token is whose. It is registered with
transformers' attention interface, so that it serves every architecture whose layers call that
interface. The model gets no cache object: keys and values are stored here, in buffers allocated
once.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from lawbound.runners.engines.prefix.parts import (
    Look,
    Part,
    merged,
    minus_infinity_where,
    scores_part,
)

NAME = "lawbound_prefix"


class Rows(NamedTuple):
    """What one layer computed for the tokens of a step."""

    layer: int
    query: Tensor
    """(tokens, heads, width)"""
    key: Tensor
    """(tokens, key heads, width)"""
    value: Tensor
    """(tokens, key heads, value width)"""


@dataclass(slots=True)
class PrefixKV:
    """Keys and values of a shared prefix, by layer: (key heads, length, width)."""

    length: int
    keys: dict[int, Tensor] = field(default_factory=dict)
    values: dict[int, Tensor] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Memory that it holds, or shares with a longer prefix that begins with it."""
        tensors = (*self.keys.values(), *self.values.values())
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


@dataclass(slots=True)
class SlotKV:
    """Keys and values of running sequences, by layer: (slots, key heads, capacity, width).

    Memory is taken at the first write of a layer and never moved afterwards. It starts as zeros, since
    a hidden key must still be a number.
    """

    slots: int
    capacity: int
    keys: dict[int, Tensor] = field(default_factory=dict)
    values: dict[int, Tensor] = field(default_factory=dict)

    def write(
        self, layer: int, slots: Tensor, positions: Tensor, key: Tensor, value: Tensor
    ) -> None:
        """Store (tokens, key heads, width) at each token's slot and position."""
        for kept, new in ((self.keys, key), (self.values, value)):
            if layer not in kept:
                heads, width = new.shape[1:]
                kept[layer] = new.new_zeros(self.slots, heads, self.capacity, width)
            kept[layer][slots, :, positions] = new

    @torch.inference_mode()
    def move(self, source: int, target: int, length: int) -> None:
        """Copy a sequence into another slot."""
        for kept in (self.keys, self.values):
            for buffer in kept.values():
                buffer[target, :, :length] = buffer[source, :, :length]


class Own(Protocol):
    """The part of a step in which each sequence attends to its own tokens, and stores them."""

    def attend(self, rows: Rows, look: Look) -> Part:
        """Attention of each token over its own sequence; keys and values are stored where later
        steps need them."""
        ...

    def attend_over(self, prefix: PrefixKV, rows: Rows, look: Look) -> Tensor | None:
        """Attention over a prefix that all tokens see and the own part at once: (tokens, heads,
        value width). None, with nothing stored, if `attend` must be called instead."""
        return None


@dataclass(slots=True)
class Step:
    """One pass through the model."""

    positions: Tensor
    """Position of each token in its sequence, prefix included."""
    own: Own
    prefixes: tuple[tuple[PrefixKV, Tensor | None], ...] = ()
    """Shared prefixes, and which tokens see each; None: all of them."""
    biases: dict[tuple[int, int], tuple[Tensor, Tensor] | None] = field(default_factory=dict)
    """By id of a prefix and window, the same in each layer: what is added to its scores, and which
    tokens see nothing of it; None: the window hides nothing."""


_step: ContextVar[Step | None] = ContextVar("lawbound_step", default=None)


@contextlib.contextmanager
def stepping(step: Step) -> Iterator[None]:
    """Attention layers inside follow this step."""
    token = _step.set(step)
    try:
        yield
    finally:
        _step.reset(token)


def register() -> None:
    """Make the two-part attention known to transformers under `NAME`."""
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, attention_forward)


def attention_forward(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    sliding_window: int | None = None,
    softcap: float | None = None,
    s_aux: Tensor | None = None,
    **kwargs: Any,
) -> tuple[Tensor, None]:
    """What transformers calls in each layer; tensors are (1, heads, tokens, width)."""
    step = _step.get()
    if step is None:
        raise RuntimeError("prefix attention was called outside of a step")
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    look = Look(scale, softcap, sliding_window)
    queries, keys, values = (given[0].transpose(0, 1) for given in (query, key, value))
    rows = Rows(module.layer_idx, queries, keys, values)
    if len(step.prefixes) == 1 and step.prefixes[0][1] is None and s_aux is None:
        both = step.own.attend_over(step.prefixes[0][0], rows, look)
        if both is not None:
            return both[None], None
    part = step.own.attend(rows, look)
    for prefix, seeing in step.prefixes:
        over = _over_prefix(step, prefix, rows, look, seeing)
        if seeing is None:
            part = merged(part, over)
        else:
            own = Part(part.out[seeing], part.lse[seeing])
            part.out[seeing], part.lse[seeing] = merged(own, over)
    out = part.out
    if s_aux is not None:
        out = out * torch.sigmoid(part.lse - s_aux.float()).to(out.dtype)[..., None]
    return out[None], None


def _over_prefix(
    step: Step, prefix: PrefixKV, rows: Rows, look: Look, seeing: Tensor | None
) -> Part:
    """The tokens that see a prefix over it: a single product, since no key is hidden from any of
    them."""
    key, value = prefix.keys[rows.layer], prefix.values[rows.layer]
    query = rows.query if seeing is None else rows.query[seeing]
    tokens, heads, width = query.shape
    shared = heads // key.shape[0]
    # The queries of heads that share a key head lie side by side: no key is repeated.
    folded = query.view(tokens, key.shape[0], shared, width).permute(1, 2, 0, 3)
    folded = folded.reshape(1, key.shape[0], shared * tokens, width)
    bias, blind = _hidden(step, prefix, look, seeing, folded[0, 0]) or (None, None)
    out, lse = scores_part(folded, key[None], value[None], look, bias=bias)
    out = (
        out[0].view(key.shape[0], shared, tokens, -1).permute(2, 0, 1, 3).reshape(tokens, heads, -1)
    )
    lse = lse[0].view(key.shape[0], shared, tokens).permute(2, 0, 1).reshape(tokens, heads)
    if blind is not None:
        out = out.masked_fill(blind[:, None, None], 0.0)
        lse = lse.masked_fill(blind[:, None], float("-inf"))
    return Part(out, lse)


def _hidden(
    step: Step, prefix: PrefixKV, look: Look, seeing: Tensor | None, queries: Tensor
) -> tuple[Tensor, Tensor] | None:
    """What a sliding window hides of the prefix, as `Step.biases` keeps it.

    The tokens that see the prefix stand in `queries` once for each head that shares a key head.
    """
    if look.window is None:
        return None
    memory = (id(prefix), look.window)
    if memory not in step.biases:
        positions = step.positions if seeing is None else step.positions[seeing]
        step.biases[memory] = None
        if int(positions.max()) >= look.window:
            keys = torch.arange(prefix.length, device=positions.device)
            hidden = positions[:, None] - keys[None, :] >= look.window
            blind = hidden.all(dim=1)
            # A row that sees nothing keeps its last key, so that no kernel divides by zero.
            hidden[:, -1] &= ~blind
            bias = minus_infinity_where(hidden, queries.dtype)
            bias = bias.repeat(len(queries) // len(hidden), 1)[None, None]
            step.biases[memory] = (bias, blind)
    return step.biases[memory]
