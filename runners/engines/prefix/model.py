"""A transformers model whose passes take a shared prefix and many sequences at once."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from lawbound.runners.engines.prefix.attention import (
    NAME,
    Own,
    PrefixKV,
    SlotKV,
    Step,
    register,
    stepping,
)
from lawbound.runners.engines.prefix.linear import PackedLinears, packed
from lawbound.runners.engines.prefix.own import OwnDecode, OwnPrefix, ragged

LAYERS_WITH_PREFIX = frozenset({"full_attention", "sliding_attention"})
SPARE_BYTES = 2**30
"""Most bytes of prefixes that nobody waits for and that stay in memory."""
GROWING_ROPE = frozenset({"dynamic", "longrope"})
"""Rotary embeddings that depend on a batch's longest sequence: not the same alone as together."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A prompt and its choices, which share tokens where they begin alike."""

    tokens: tuple[int, ...]
    depths: tuple[int, ...]
    """Own tokens before each."""
    parents: tuple[int, ...]
    """Place of the token before each; -1 for the first."""


@dataclass(slots=True)
class PrefixModel:
    """Passes through a model, which uses the two-part attention only while a pass lasts."""

    model: Any
    device: torch.device
    _prefixes: dict[tuple[int, ...], PrefixKV] = field(default_factory=dict)
    _linears: PackedLinears = field(init=False)

    def __post_init__(self) -> None:
        self._linears = packed(self.model)

    @torch.inference_mode()
    def prefix(self, tokens: Sequence[int]) -> PrefixKV:
        """Keys and values of a prefix: known, the start of a known one (float32 only), or computed now."""
        wanted = tuple(tokens)
        found = self._prefixes.pop(wanted, None) or self._start_of_another(wanted)
        if found is None:
            found = PrefixKV(len(wanted))
            ids = torch.tensor(wanted, device=self.device)
            positions = torch.arange(len(wanted), device=self.device)
            self._pass(ids, positions, OwnPrefix(found), [], ids.new_tensor([len(wanted) - 1]))
        self._prefixes[wanted] = found
        return found

    def keep_prefixes(self, wanted: set[tuple[int, ...]], *, spare: int = SPARE_BYTES) -> None:
        """Forget unneeded prefixes, least recently used first, beyond that many bytes.

        The same policy prompt comes back when choices are scored after answers were generated.
        """
        others = [tokens for tokens in self._prefixes if tokens not in wanted]
        for tokens in reversed(others):
            spare -= self._prefixes[tokens].bytes
            if spare < 0:
                del self._prefixes[tokens]

    @torch.inference_mode()
    def prefill(
        self,
        prefixes: Sequence[PrefixKV | None],
        own: Sequence[Sequence[int]],
        store: SlotKV,
        slots: Sequence[int],
    ) -> Tensor:
        """Read the own tokens of new sequences into their slots; logits of what follows each."""
        lengths = [len(tokens) for tokens in own]
        layout = ragged(lengths, self.device, store=store, slots=slots)
        places = torch.cat([torch.arange(length) for length in lengths]).to(self.device)
        ends = torch.cumsum(torch.tensor(lengths), 0) - 1
        starts = torch.tensor([prefix.length if prefix else 0 for prefix in prefixes])
        positions = places + starts.repeat_interleave(torch.tensor(lengths)).to(self.device)
        ids = torch.tensor([token for tokens in own for token in tokens], device=self.device)
        rows = _token_rows(prefixes, lengths, self.device)
        return self._pass(ids, positions, layout, rows, ends.to(self.device))

    @torch.inference_mode()
    def decode(
        self,
        prefixes: Sequence[PrefixKV | None],
        tokens: Sequence[int],
        places: Sequence[int],
        store: SlotKV,
    ) -> Tensor:
        """One more token for the sequences in the first slots; logits of what follows each."""
        count = len(tokens)
        own = torch.tensor(places, device=self.device)
        starts = torch.tensor([prefix.length if prefix else 0 for prefix in prefixes])
        layout = OwnDecode(
            store, torch.arange(count, device=self.device), own, longest=max(places) + 1
        )
        rows = _token_rows(prefixes, [1] * count, self.device)
        ids = torch.tensor(tokens, device=self.device)
        return self._pass(ids, own + starts.to(self.device), layout, rows, None)

    @torch.inference_mode()
    def score(
        self,
        prefixes: Sequence[PrefixKV | None],
        trees: Sequence[Tree],
        wanted: Sequence[Sequence[int]],
    ) -> Tensor:
        """Logits after the wanted tokens of each tree, one row each, in order."""
        lengths = [len(tree.tokens) for tree in trees]
        longest = max(lengths)
        hidden = torch.ones(len(trees), longest, longest, dtype=torch.bool)
        depths = torch.zeros(len(trees), longest, dtype=torch.long)
        for number, tree in enumerate(trees):
            for place, parent in enumerate(tree.parents):
                if parent >= 0:
                    hidden[number, place] = hidden[number, parent]
                hidden[number, place, place] = False
            depths[number, : len(tree.depths)] = torch.tensor(tree.depths)
            # Padding sees the first token, so that no row is without keys.
            hidden[number, len(tree.tokens) :, 0] = False
        layout = ragged(
            lengths, self.device, hidden=hidden.to(self.device), depths=depths.to(self.device)
        )
        starts = [prefix.length if prefix else 0 for prefix in prefixes]
        positions = torch.tensor(
            [start + d for start, tree in zip(starts, trees, strict=True) for d in tree.depths],
            device=self.device,
        )
        ids = torch.tensor([token for tree in trees for token in tree.tokens], device=self.device)
        offsets = [0]
        for length in lengths:
            offsets.append(offsets[-1] + length)
        keep = [
            offset + place
            for offset, places in zip(offsets, wanted, strict=False)
            for place in places
        ]
        rows = _token_rows(prefixes, lengths, self.device)
        return self._pass(ids, positions, layout, rows, torch.tensor(keep, device=self.device))

    def _start_of_another(self, wanted: tuple[int, ...]) -> PrefixKV | None:
        if self.model.dtype != torch.float32:
            # Coarser digits depend on the length of a pass, and near-ties are not asked again: what
            # was asked before must not decide the text of a batch.
            return None
        length = len(wanted)
        for tokens, known in self._prefixes.items():
            if tokens[:length] == wanted:
                return PrefixKV(
                    length,
                    {layer: keys[:, :length] for layer, keys in known.keys.items()},
                    {layer: values[:, :length] for layer, values in known.values.items()},
                )
        return None

    def _pass(
        self,
        ids: Tensor,
        positions: Tensor,
        own: Own,
        prefixes: Sequence[tuple[PrefixKV, Tensor | None]],
        keep: Tensor | None,
    ) -> Tensor:
        with self._attending(), stepping(Step(positions, own, tuple(prefixes))):
            out = self.model(
                input_ids=ids[None],
                position_ids=positions[None],
                use_cache=False,
                logits_to_keep=0 if keep is None else keep,
            )
        logits: Tensor = out.logits[0]
        return logits

    @contextlib.contextmanager
    def _attending(self) -> Iterator[None]:
        register()
        config = self.model.config
        before = config._attn_implementation
        config._attn_implementation = NAME
        try:
            with self._linears.used():
                yield
        finally:
            config._attn_implementation = before


def why_not(model: Any) -> str | None:
    """Why a model's configuration rules out shared prefixes, or None."""
    config = model.config.get_text_config()
    if getattr(model.config, "is_encoder_decoder", False):
        return "it is an encoder-decoder"
    if not getattr(model, "_supports_attention_backend", False):
        return "its attention does not go through transformers' attention interface"
    layers = set(getattr(config, "layer_types", None) or ()) - LAYERS_WITH_PREFIX
    if layers:
        return f"it has layers of type {', '.join(sorted(layers))}"
    rope = getattr(config, "rope_parameters", None) or {}
    kinds = {rope.get("rope_type")} | {
        part.get("rope_type") for part in rope.values() if isinstance(part, dict)
    }
    if kinds & GROWING_ROPE:
        return "its rotary embedding depends on the longest sequence of a batch"
    return None


def _token_rows(
    prefixes: Sequence[PrefixKV | None], lengths: Sequence[int], device: torch.device
) -> list[tuple[PrefixKV, Tensor | None]]:
    """Which tokens see which prefix."""
    distinct = {id(prefix): prefix for prefix in prefixes}
    if len(distinct) == 1:
        only = prefixes[0]
        return [(only, None)] if only is not None else []
    owner = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    found: list[tuple[PrefixKV, Tensor | None]] = []
    for prefix in distinct.values():
        if prefix is not None:
            mine = torch.tensor([other is prefix for other in prefixes])
            found.append((prefix, mine[owner].nonzero()[:, 0].to(device)))
    return found
