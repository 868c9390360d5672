"""Decoding on a CPU if all sequences share one prefix: both parts of attention in one softmax.

With one query per sequence, the scores of a whole batch are small enough to be kept: over the prefix in
one product, over each sequence's own keys in a batch of products. One softmax over both spares
the merge, and torch's attention kernel, whose blocks suit long sequences.
"""

import torch
from torch import Tensor

from lawbound.runners.engines.prefix.attention import PrefixKV

MOST_BYTES = 2**24
"""Scores beyond this size would leave the processor's cache."""


def fits(query: Tensor, keys: int) -> bool:
    """Whether the scores of these queries over so many keys stay in the processor's cache."""
    tokens, heads, _ = query.shape
    size = tokens * heads * keys * query.element_size()
    return query.device.type == "cpu" and size <= MOST_BYTES


def attended(
    query: Tensor,
    prefix: PrefixKV,
    layer: int,
    keys: Tensor,
    values: Tensor,
    bias: Tensor,
    scale: float,
) -> Tensor:
    """Attention of one token a sequence over the prefix and the sequence's own keys.

    Args:
        query: (tokens, heads, width)
        prefix: What every token sees.
        layer: Which layer of it.
        keys: (tokens, key heads, own, width)
        values: (tokens, key heads, own, value width)
        bias: (tokens x key heads, 1, own), minus infinity where an own key is hidden.
        scale: Factor of the scores.
    """
    tokens, heads, width = query.shape
    groups = keys.shape[1]
    shared = heads // groups
    before_keys, before_values = prefix.keys[layer], prefix.values[layer]
    # Heads that share a key head lie side by side: (key heads, heads each x tokens, width).
    folded = query.transpose(0, 1).reshape(groups, shared * tokens, width)
    before = torch.baddbmm(
        query.new_zeros(()), folded, before_keys.transpose(1, 2), beta=0, alpha=scale
    )
    apart = query.reshape(tokens * groups, shared, width)
    after = torch.baddbmm(bias, apart, keys.flatten(0, 1).transpose(1, 2), alpha=scale)
    after = after.view(tokens, groups, shared, -1).permute(1, 2, 0, 3)
    scores = torch.cat([before.view(groups, shared, tokens, -1), after], dim=-1)
    weights = torch.softmax(scores, dim=-1)
    over_prefix = torch.bmm(
        weights.view(groups, shared * tokens, -1)[:, :, : prefix.length], before_values
    )
    own = weights[..., prefix.length :].permute(2, 0, 1, 3).reshape(tokens * groups, shared, -1)
    over_own = torch.bmm(own, values.flatten(0, 1)).view(tokens, heads, -1)
    return over_own + over_prefix.view(heads, tokens, -1).transpose(0, 1)
