"""Scoring choices: one pass reads a prompt's own tokens and all its choices, as a tree."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import torch
from torch import Tensor

from lawbound.runners.engines.local.answer import Answers, Prompt
from lawbound.runners.engines.memory import is_out_of_memory
from lawbound.runners.engines.prefix.model import PrefixModel, Tree
from lawbound.runners.engines.prefix.plan import share_prefixes
from lawbound.runners.sample import Sample

PASS_TOKENS = 1536
"""Tokens in one pass, padding included."""
PASS_ROWS = 256
"""Rows of logits in one pass: each is as wide as the vocabulary."""
NEAR_TIE_NATS = 5e-4
"""Difference in nats within which rounding may swap the two best choices."""

ChoiceTokens = Sequence[Sequence[int]]


@dataclass(slots=True)
class Scored:
    """A prompt laid out for scoring."""

    prompt: Prompt
    choices: ChoiceTokens
    prefix: tuple[int, ...]
    tree: Tree
    rows: tuple[int, ...]
    """Places of the tree whose logits are needed."""
    targets: tuple[tuple[tuple[int, int], ...], ...]
    """For each choice, its tokens and which of `rows` predicts each."""


@dataclass(slots=True)
class ChoiceBatch:
    """Scores prompts; `unsure` collects those whose best choices are too close to call."""

    model: PrefixModel
    answers: Answers
    choices_of: Callable[[Prompt], ChoiceTokens]
    exact: bool
    unsure: list[Prompt] = field(default_factory=list)
    halved: int = 0
    breathe: Callable[[], None] = lambda: None
    """Called between passes."""

    def run(self, prompts: Sequence[Prompt]) -> Iterator[Sample]:
        """Yield a sample for each prompt."""
        waiting: list[Scored] = []
        for group in share_prefixes([prompt.tokens for prompt in prompts]):
            members = [prompts[index] for index in group.members]
            members.sort(key=lambda prompt: len(prompt.tokens))
            waiting.extend(
                laid_out(prompt, self.choices_of(prompt), group.length) for prompt in members
            )
        waiting.reverse()
        while waiting:
            self.model.keep_prefixes({one.prefix for one in waiting})
            together = self._next(waiting)
            self.breathe()
            started = perf_counter()
            try:
                found = self._score(together)
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if len(together) == 1:
                    yield self.answers.failed(together[0].prompt, f"out of memory: {error}")
                else:
                    self.halved += 1
                    waiting.extend(reversed(together))
                continue
            seconds = (perf_counter() - started) / len(together)
            for one, logprobs in zip(together, found, strict=True):
                if self.exact and _is_close(logprobs):
                    self.unsure.append(one.prompt)
                else:
                    yield self.answers.scored(one.prompt, logprobs, seconds)

    def _next(self, waiting: list[Scored]) -> list[Scored]:
        together: list[Scored] = []
        longest = rows = 0
        while waiting:
            longest = max(longest, len(waiting[-1].tree.tokens))
            rows += len(waiting[-1].rows)
            full = longest * (len(together) + 1) > PASS_TOKENS >> self.halved
            if together and (full or rows > PASS_ROWS >> self.halved):
                break
            together.append(waiting.pop())
        return together

    @torch.inference_mode()
    def _score(self, together: Sequence[Scored]) -> list[tuple[float, ...]]:
        kv = [self.model.prefix(one.prefix) if one.prefix else None for one in together]
        logits = self.model.score(
            kv, [one.tree for one in together], [one.rows for one in together]
        ).float()
        rows: list[int] = []
        tokens: list[int] = []
        offset = 0
        for one in together:
            for choice in one.targets:
                rows.extend(offset + row for row, _ in choice)
                tokens.extend(token for _, token in choice)
            offset += len(one.rows)
        found = _logprobs(logits, rows, tokens)
        values = iter(found)
        return [
            tuple(sum(next(values) for _ in choice) for choice in one.targets) for one in together
        ]


def laid_out(prompt: Prompt, choices: ChoiceTokens, shared: int) -> Scored:
    """A tree of the prompt's own tokens and its choices; a choice's last token is only predicted."""
    own = prompt.tokens[shared:]
    tokens, depths = list(own), list(range(len(own)))
    parents = list(range(-1, len(own) - 1))
    nodes: dict[tuple[int, ...], int] = {(): len(own) - 1}
    targets: list[tuple[tuple[int, int], ...]] = []
    rows = {len(own) - 1: 0}
    for choice in choices:
        path: tuple[int, ...] = ()
        wanted: list[tuple[int, int]] = []
        for token in choice:
            if path not in nodes:
                nodes[path] = len(tokens)
                parents.append(nodes[path[:-1]])
                tokens.append(path[-1])
                depths.append(len(own) + len(path) - 1)
            wanted.append((rows.setdefault(nodes[path], len(rows)), token))
            path = (*path, token)
        targets.append(tuple(wanted))
    return Scored(
        prompt=prompt,
        choices=choices,
        prefix=prompt.tokens[:shared],
        tree=Tree(tuple(tokens), tuple(depths), tuple(parents)),
        rows=tuple(rows),
        targets=tuple(targets),
    )


def _logprobs(logits: Tensor, rows: Sequence[int], tokens: Sequence[int]) -> list[float]:
    norm = torch.logsumexp(logits, dim=-1)
    where = torch.tensor(list(rows), device=logits.device)
    what = torch.tensor(list(tokens), device=logits.device)
    return [float(value) for value in (logits[where, what] - norm[where]).tolist()]


def _is_close(logprobs: Sequence[float]) -> bool:
    best = sorted(logprobs, reverse=True)
    return len(best) > 1 and best[0] - best[1] < NEAR_TIE_NATS
