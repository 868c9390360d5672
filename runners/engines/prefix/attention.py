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

NAME = "lawbound_prefix"
SLICE = 750_000
"""Scores that are held at once where they are computed slice by slice."""


class Rows(NamedTuple):
    """What one layer computed for the tokens of a step."""

    layer: int
    query: Tensor
    """(tokens, heads, width)"""
    key: Tensor
    """(tokens, key heads, width)"""
    value: Tensor
    """(tokens, key heads, value width)"""


class Part(NamedTuple):
    """Attention over some of the keys: outputs, and the log-sum-exp of their scores."""

    out: Tensor
    """(tokens, heads, value width)"""
    lse: Tensor
    """(tokens, heads), float32; minus infinity where no key was visible."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a layer looks at keys."""

    scale: float
    softcap: float | None
    window: int | None
    """A query sees keys fewer than this many positions back."""


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


def merged(left: Part, right: Part) -> Part:
    """Attention over two disjoint sets of keys, from attention over each."""
    weight = torch.sigmoid(right.lse - left.lse).to(left.out.dtype)[..., None]
    return Part(torch.lerp(left.out, right.out, weight), torch.logaddexp(left.lse, right.lse))


def scores_part(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    look: Look,
    *,
    bias: Tensor | None = None,
    causal: bool = False,
) -> tuple[Tensor, Tensor]:
    """Attention with the log-sum-exp of its scores; tensors are (batch, heads, tokens, width).

    Args:
        query: As many heads as the keys have.
        key: Keys.
        value: Values.
        look: Scale and soft cap; the window must be in `bias`.
        bias: Added to scores, minus infinity where a key is hidden; a row never hides all keys.
        causal: Query i sees keys 0..i.
    """
    on_cpu = query.device.type == "cpu"
    if on_cpu and query.dtype == torch.bfloat16 and bias is None and not (causal or look.softcap):
        return sliced_part(query, key, value, look.scale)
    if on_cpu and not look.softcap and query.shape[-1] == value.shape[-1]:
        out, lse = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
            query, key, value, 0.0, causal, attn_mask=bias, scale=look.scale
        )
        return out, lse
    scores = torch.matmul(query, key.transpose(-1, -2)).float() * look.scale
    if look.softcap:
        scores = torch.tanh(scores / look.softcap) * look.softcap
    if bias is not None:
        scores = scores + bias
    if causal:
        hidden = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
        scores = scores.masked_fill(hidden, float("-inf"))
    lse = torch.logsumexp(scores, dim=-1)
    weights = torch.exp(scores - lse[..., None]).to(value.dtype)
    return torch.matmul(weights, value), lse


def minus_infinity_where(hidden: Tensor, dtype: torch.dtype) -> Tensor:
    """What is added to the scores, so that hidden keys get no attention."""
    bias = torch.zeros(hidden.shape, dtype=dtype, device=hidden.device)
    return bias.masked_fill(hidden, float("-inf"))


def sliced_part(query: Tensor, key: Tensor, value: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """`scores_part` where every query sees every key, for bfloat16 on a CPU: torch's attention kernel
    takes a third longer there than plain products over slices whose scores stay in the cache."""
    _, heads, _, _ = query.shape
    most_rows = max(1, SLICE // (heads * key.shape[2]))
    outs, sums = [], []
    for start in range(0, query.shape[2], most_rows):
        rows = query[0, :, start : start + most_rows]
        scores = torch.baddbmm(
            rows.new_zeros(()), rows, key[0].transpose(1, 2), beta=0, alpha=scale
        )
        most = scores.amax(dim=-1, keepdim=True)
        weights = scores.sub_(most).exp_()
        total = weights.sum(dim=-1, keepdim=True, dtype=torch.float32)
        outs.append(torch.bmm(weights, value[0]).div_(total.to(weights.dtype)))
        sums.append((most + total.log())[..., 0])
    return torch.cat(outs, dim=1)[None], torch.cat(sums, dim=1)[None]


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
