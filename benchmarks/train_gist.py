"""Fit the third step of the grader's learned part, `lawbound.rubrics.behaviour.gist`; `train_grader` calls it.

Needs torch. With one thread and the seeds below a fit repeats itself on one kind of processor.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from lawbound.rubrics.behaviour import gist, head, learned, traits
from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.excerpt import excerpt
from lawbound.rubrics.behaviour.gist import Seen
from lawbound.rubrics.behaviour.ngrams import Runs

WIDTH, UNITS, LOOKS, HEADS, HIDDEN = 32, 64, 32, 4, 64
NETWORKS, ROUNDS, BATCH = 3, 4, 128
RATE, DECAY, WARMING = 2e-3, 0.02, 0.1
DROPPED, UNREAD = 0.3, 0.15
"""Shares of units and of letter sequences that are left out in each step of a fit."""
START = 0.1
Numbers = npt.NDArray[np.int64]


class Net(nn.Module):
    """One network; `gist.probabilities` computes the same from its tables."""

    def __init__(self) -> None:
        super().__init__()
        shapes = learned.SHAPES + gist.PLACES
        self.grams = nn.EmbeddingBag(1 << gist.BITS, WIDTH, mode="sum")
        self.concepts = nn.EmbeddingBag(1 << gist.CONCEPT_BITS, WIDTH, mode="sum")
        for table in (self.grams, self.concepts):
            nn.init.normal_(table.weight, std=START)
        self.first = nn.Linear(WIDTH + shapes, UNITS)
        self.asked = nn.Linear(WIDTH, UNITS)
        self.look = nn.Linear(2 * UNITS, LOOKS)
        self.weigh = nn.Linear(LOOKS, HEADS)
        self.hidden = nn.Linear((HEADS + 2) * UNITS + len(traits.names()), HIDDEN)
        self.output = nn.Linear(HIDDEN, len(head.KINDS))
        self.drop = nn.Dropout(DROPPED)

    def forward(self, seen: Seen, even: Tensor) -> Tensor:
        """(answers, kinds), before the exponential."""
        n = np.diff(seen.first)
        owner = torch.from_numpy(np.repeat(np.arange(len(n)), n))
        said = self._summed(self.grams, seen.grams) + self._summed(self.concepts, seen.concepts)
        shape = torch.from_numpy(seen.shape)
        sentence = self.drop(torch.relu(self.first(torch.cat([said, shape], 1))))
        prompt = self.drop(torch.relu(self.asked(self._summed(self.grams, seen.asked))))
        look = torch.tanh(self.look(torch.cat([sentence, prompt[owner]], 1)))
        weight = torch.exp(self.weigh(look).clamp(-gist.STEADY, gist.STEADY))
        total = torch.zeros(len(n), HEADS).index_add(0, owner, weight)
        parts = (weight / total[owner])[:, :, None] * sentence[:, None, :]
        pooled = torch.zeros(len(n), HEADS, UNITS).index_add(0, owner, parts)
        everything = torch.cat([pooled.flatten(1), prompt, prompt * pooled[:, 0], even], 1)
        done: Tensor = self.output(self.drop(torch.relu(self.hidden(everything))))
        return done

    def _summed(self, table: nn.EmbeddingBag, runs: Runs) -> Tensor:
        size = np.diff(runs.start)
        scale = torch.from_numpy(np.repeat(1 / np.sqrt(np.maximum(1, size)), size)).float()
        if self.training:
            scale = scale * (torch.rand(len(scale)) > UNREAD) / (1 - UNREAD)
        found: Tensor = table(
            torch.from_numpy(runs.places),
            torch.from_numpy(runs.start[:-1]),
            per_sample_weights=scale,
        )
        return found


def seen_by(drafts: Sequence[Draft]) -> Seen:
    """All training answers at once."""
    return gist.see(drafts, learned.look([excerpt(made) for made in drafts]))


def fit_gist(
    seen: Seen,
    chosen: Numbers,
    even: npt.NDArray[np.float64],
    labels: npt.NDArray[np.str_],
    weight: npt.NDArray[np.float64],
) -> dict[str, npt.NDArray[Any]]:
    """Fit `NETWORKS` of them to the chosen answers of `seen`.

    Args:
        seen: All answers.
        chosen: Which of them to fit to, by position.
        even: Standardised traits of the chosen ones, a row for each.
        labels: Their kinds.
        weight: How much each of them counts.
    """
    with torch.random.fork_rng():
        nets = [_fit(seed, seen, chosen, even, labels, weight) for seed in range(NETWORKS)]
    return pack(nets)


def _fit(
    seed: int,
    seen: Seen,
    chosen: Numbers,
    even: npt.NDArray[np.float64],
    labels: npt.NDArray[np.str_],
    weight: npt.NDArray[np.float64],
) -> Net:
    torch.manual_seed(seed)
    order = np.random.default_rng(seed)
    net = Net()
    weighed = torch.from_numpy(even).float()
    kinds = torch.from_numpy(np.array([head.KINDS.index(label) for label in labels]))
    counts = torch.from_numpy(weight / weight.mean()).float()
    steps = ROUNDS * -(-len(chosen) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    pace = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, RATE, total_steps=steps, pct_start=WARMING
    )
    for _ in range(ROUNDS):
        shuffled = order.permutation(len(chosen))
        for at in range(0, len(chosen), BATCH):
            batch = shuffled[at : at + BATCH]
            scores = net(seen.of(chosen[batch]), weighed[batch])
            losses = nn.functional.cross_entropy(scores, kinds[batch], reduction="none")
            optimiser.zero_grad()
            torch.autograd.backward((losses * counts[batch]).mean())
            optimiser.step()
            pace.step()
    return net.eval()


def pack(nets: Sequence[Net]) -> dict[str, npt.NDArray[Any]]:
    """Tables by name; vectors as small integers."""
    done: dict[str, npt.NDArray[Any]] = {}
    units = []
    for name in ("grams", "concepts"):
        values = [getattr(net, name).weight.detach().numpy() for net in nets]
        unit = [float(np.abs(table).max()) / np.iinfo(np.int8).max for table in values]
        small = [np.round(table / step) for table, step in zip(values, unit, strict=True)]
        done[f"gist_{name}"] = np.stack(small, axis=1).astype(np.int8)
        units.append(unit)
    done["gist_unit"] = np.array(units, dtype=np.float32).T
    for name in gist.NAMES[3:]:
        layers = [getattr(net, name) for net in nets]
        done[f"gist_{name}"] = np.stack(
            [
                np.column_stack([layer.weight.detach().numpy(), layer.bias.detach().numpy()])
                for layer in layers
            ]
        ).astype(np.float16)
    return done
