"""The own part of attention: prefilling a prefix, prefilling ragged prompts, trees of choices, decoding."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from lawbound.runners.engines.prefix import joint
from lawbound.runners.engines.prefix.attention import Own, PrefixKV, Rows, SlotKV
from lawbound.runners.engines.prefix.parts import Look, Part, minus_infinity_where, scores_part


@dataclass(slots=True)
class OwnPrefix(Own):
    """One sequence that becomes a shared prefix."""

    prefix: PrefixKV
    biases: dict[int, Tensor] = field(default_factory=dict)

    def attend(self, rows: Rows, look: Look) -> Part:
        layer, query, key, value = rows
        self.prefix.keys[layer] = key.transpose(0, 1).contiguous()
        self.prefix.values[layer] = value.transpose(0, 1).contiguous()
        tokens = query.shape[0]
        bias = None
        if look.window is not None and tokens > look.window:
            if look.window not in self.biases:
                back = torch.arange(tokens, device=query.device)
                back = back[:, None] - back[None, :]
                self.biases[look.window] = minus_infinity_where(
                    (back < 0) | (back >= look.window), query.dtype
                )
            bias = self.biases[look.window]
        out, lse = scores_part(
            query.transpose(0, 1)[None],
            _repeated(key.transpose(0, 1)[None], query.shape[1]),
            _repeated(value.transpose(0, 1)[None], query.shape[1]),
            look,
            bias=bias,
            causal=bias is None,
        )
        return Part(out[0].transpose(0, 1), lse[0].transpose(0, 1))


@dataclass(slots=True)
class OwnRagged(Own):
    """Several prompts of different lengths, one after the other, each causal or a tree.

    Only attention pads them: to the longest, at the end.
    """

    lengths: tuple[int, ...]
    hidden: Tensor | None
    """(sequences, longest, longest), true where a key is hidden; none: plainly causal."""
    depths: Tensor | None
    """(sequences, longest), how many own tokens come before each; none: its place in the row."""
    padded: Tensor
    """Where each token stands among sequences x longest."""
    store: SlotKV | None = None
    slots: Tensor | None = None
    places: Tensor | None = None
    biases: dict[int | None, Tensor | None] = field(default_factory=dict)

    def attend(self, rows: Rows, look: Look) -> Part:
        layer, query, key, value = rows
        if self.store is not None and self.slots is not None and self.places is not None:
            self.store.write(layer, self.slots, self.places, key, value)
        if look.window not in self.biases:
            self.biases[look.window] = self._bias(look.window, query)
        bias = self.biases[look.window]
        heads = query.shape[1]
        out, lse = scores_part(
            self._pad(query),
            _repeated(self._pad(key), heads),
            _repeated(self._pad(value), heads),
            look,
            bias=bias,
            causal=bias is None,
        )
        return Part(
            out.transpose(1, 2).flatten(0, 1)[self.padded],
            lse.transpose(1, 2).flatten(0, 1)[self.padded],
        )

    def _bias(self, window: int | None, query: Tensor) -> Tensor | None:
        longest = max(self.lengths)
        windowed = window is not None and window < longest
        if self.hidden is None and not windowed:
            return None
        row = torch.arange(longest, device=query.device)
        hidden = self.hidden if self.hidden is not None else (row[:, None] < row[None, :])[None]
        if window is not None and windowed:
            depths = self.depths if self.depths is not None else row[None]
            hidden = hidden | (depths[:, :, None] - depths[:, None, :] >= window)
        return minus_infinity_where(hidden[:, None], query.dtype)

    def _pad(self, rows: Tensor) -> Tensor:
        longest = max(self.lengths)
        out = rows.new_zeros(len(self.lengths) * longest, *rows.shape[1:])
        out[self.padded] = rows
        return out.view(len(self.lengths), longest, *rows.shape[1:]).transpose(1, 2)


@dataclass(slots=True)
class OwnDecode(Own):
    """One new token for each of the first slots; nothing is copied, keys are read where they lie."""

    store: SlotKV
    slots: Tensor
    places: Tensor
    """Place of the new token among the sequence's own ones."""
    longest: int
    biases: dict[int | None, Tensor] = field(default_factory=dict)
    flat_biases: dict[int, Tensor] = field(default_factory=dict)
    """By number of key heads, for `joint`."""

    def attend(self, rows: Rows, look: Look) -> Part:
        keys, values = self._stored(rows)
        count, heads, width = rows.query.shape
        groups = keys.shape[1]
        if look.window not in self.biases:
            self.biases[look.window] = self._bias(look.window, rows.query.dtype)
        out, lse = scores_part(
            rows.query.view(count, groups, heads // groups, width),
            keys,
            values,
            look,
            bias=self.biases[look.window],
        )
        return Part(out.reshape(count, heads, -1), lse.reshape(count, heads))

    def attend_over(self, prefix: PrefixKV, rows: Rows, look: Look) -> Tensor | None:
        seen = prefix.length + self.longest
        windowed = look.window is not None and look.window < seen
        if windowed or look.softcap or not joint.fits(rows.query, seen):
            return None
        keys, values = self._stored(rows)
        groups = keys.shape[1]
        if groups not in self.flat_biases:
            bias = self._bias(None, rows.query.dtype).repeat_interleave(groups, dim=0)
            self.flat_biases[groups] = bias[:, 0]
        return joint.attended(
            rows.query, prefix, rows.layer, keys, values, self.flat_biases[groups], look.scale
        )

    def _stored(self, rows: Rows) -> tuple[Tensor, Tensor]:
        """Keys and values with the new ones: (tokens, key heads, longest, width)."""
        self.store.write(rows.layer, self.slots, self.places, rows.key, rows.value)
        count = len(self.places)
        return (
            self.store.keys[rows.layer][:count, :, : self.longest],
            self.store.values[rows.layer][:count, :, : self.longest],
        )

    def _bias(self, window: int | None, dtype: torch.dtype) -> Tensor:
        keys = torch.arange(self.longest, device=self.places.device)
        back = self.places[:, None] - keys[None, :]
        hidden = back < 0
        if window is not None:
            hidden |= back >= window
        return minus_infinity_where(hidden[:, None, None], dtype)


def ragged(
    lengths: Sequence[int],
    device: torch.device,
    *,
    hidden: Tensor | None = None,
    depths: Tensor | None = None,
    store: SlotKV | None = None,
    slots: Sequence[int] = (),
) -> OwnRagged:
    """Lay out prompts of these lengths, kept in these slots if there is a store."""
    longest = max(lengths)
    places = torch.cat([torch.arange(length) for length in lengths])
    which = torch.repeat_interleave(torch.arange(len(lengths)), torch.tensor(lengths))
    return OwnRagged(
        lengths=tuple(lengths),
        hidden=hidden,
        depths=depths,
        padded=(which * longest + places).to(device),
        store=store,
        slots=torch.tensor(slots)[which].to(device) if slots else None,
        places=places.to(device),
    )


def _repeated(rows: Tensor, heads: int) -> Tensor:
    """Key heads repeated to as many as there are query heads."""
    times = heads // rows.shape[1]
    return rows if times == 1 else rows.repeat_interleave(times, dim=1)
