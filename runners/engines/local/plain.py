"""Asking the plain way, one request at a time, as transformers does it: the standard that batches must meet."""

from collections.abc import Sequence
from typing import Any

import torch

from lawbound.runners.engines.local.answer import Answers, Prompt
from lawbound.runners.engines.local.pick import draws_for, pick


def plain_tokens(
    model: Any, prompt: Prompt, answers: Answers, most: int | None = None
) -> list[int]:
    """The tokens that plain `generate` writes, or sampling one at a time: at most `most` of them."""
    most = most or prompt.request.settings.max_tokens
    if prompt.request.settings.temperature > 0:
        return _sampled_tokens(model, prompt, answers, most)
    ids = torch.tensor([prompt.tokens], device=model.device)
    with torch.inference_mode():
        out = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=most,
        )
    return answers.cut(prompt, out[0, len(prompt.tokens) :].tolist())


def plain_logprobs(
    model: Any, prompt: Prompt, choices: Sequence[Sequence[int]]
) -> tuple[float, ...]:
    """Log-likelihood of each choice after the prompt, each in a pass of its own."""
    found: list[float] = []
    for choice in choices:
        ids = torch.tensor([[*prompt.tokens, *choice]], device=model.device)
        with torch.inference_mode():
            logits = model(input_ids=ids, use_cache=False).logits[0, len(prompt.tokens) - 1 : -1]
        shares = torch.log_softmax(logits.float(), dim=-1)
        wanted = torch.tensor(list(choice), device=shares.device)
        found.append(float(shares.gather(1, wanted[:, None]).sum()))
    return tuple(found)


def _sampled_tokens(model: Any, prompt: Prompt, answers: Answers, most: int) -> list[int]:
    draws = draws_for(prompt.request)
    written: list[int] = []
    ids = torch.tensor([prompt.tokens], device=model.device)
    past: Any = None
    with torch.inference_mode():
        while not written or not (len(written) >= most or answers.is_finished(prompt, written)):
            out = model(input_ids=ids, past_key_values=past, use_cache=True)
            past = getattr(out, "past_key_values", None)
            chosen = pick(out.logits[:, -1].float(), [prompt.request], [draws])[0]
            written.append(chosen.token)
            new = torch.tensor([[chosen.token]], device=model.device)
            ids = new if past is not None else torch.cat([ids, new], dim=1)
    return written
