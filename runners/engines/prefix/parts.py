"""Attention over some of the keys, with the log-sum-exp of its scores, by which the parts are merged."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

SLICE = 750_000
"""Scores that are held at once where they are computed slice by slice."""


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
