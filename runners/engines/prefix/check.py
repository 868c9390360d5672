"""A test before a model's prefixes are shared: a few tokens computed both ways must give the same logits."""

from typing import Any

import torch

from lawbound.runners.engines.prefix.attention import SlotKV
from lawbound.runners.engines.prefix.model import PrefixModel, Tree, why_not
from lawbound.tasks.io.messages import one_line

PREFIX, OWN = 24, 9
TOLERANCE = {torch.float32: 1e-3, torch.bfloat16: 8e-2, torch.float16: 2e-2}
"""Largest difference allowed, as a share of the largest logit."""


def disagreement(candidate: PrefixModel) -> str | None:
    """Why prefixes cannot be shared for this model, or None."""
    reason = why_not(candidate.model)
    if reason is not None:
        return reason
    try:
        apart = _difference(candidate)
    except (RuntimeError, TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        return f"a trial failed: {type(error).__name__}: {one_line(error, 300)}"
    limit = TOLERANCE.get(candidate.model.dtype, 1e-3)
    if not apart <= limit:
        return f"in a trial its logits differed by {apart:.1e} of the largest, expected {limit:.0e}"
    return None


def _difference(candidate: PrefixModel) -> float:
    model: Any = candidate.model
    vocabulary = int(model.config.get_text_config().vocab_size)
    rng = torch.Generator().manual_seed(0)
    drawn = torch.randint(vocabulary, (PREFIX + OWN + 2,), generator=rng).tolist()
    shared, own, other = drawn[:PREFIX], drawn[PREFIX:-2], drawn[-2:]
    with torch.inference_mode():
        ids = torch.tensor([drawn[:-1]], device=candidate.device)
        plain = model(input_ids=ids, use_cache=False).logits[0, -3:].float()
        ids = torch.tensor([shared + own[:-1] + other], device=candidate.device)
        branch = model(input_ids=ids, use_cache=False).logits[0, -1:].float()
    prefix = candidate.prefix(shared)
    store = SlotKV(2, OWN + 1)
    first = candidate.prefill([prefix, None], [own[:-1], shared], SlotKV(2, PREFIX), [0, 1])
    candidate.prefill([prefix, prefix], [own[:3], own[:-1]], store, [0, 1])
    second = candidate.decode([prefix, prefix], [own[3], own[-1]], [3, OWN - 1], store)
    # The tree branches before the last own token.
    tree = Tree(
        tokens=(*own, *other),
        depths=(*range(OWN), OWN - 1, OWN),
        parents=(*range(-1, OWN - 1), OWN - 2, OWN),
    )
    third = candidate.score([prefix], [tree], [[OWN - 2, OWN - 1, OWN + 1]])
    candidate.keep_prefixes(set(), spare=0)
    ours = torch.stack([first[0], second[1], third[0], third[1], third[2]]).float()
    theirs = torch.stack([plain[0], plain[1], plain[0], plain[1], branch[0]])
    scale = theirs.abs().max().clamp_min(1e-6)
    return float((ours - theirs).abs().max() / scale)
