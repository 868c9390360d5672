"""Linear layers on a CPU: copies of their weights, laid out once as oneDNN's kernels read them.

torch's ordinary product takes a weight as it lies in memory and rearranges it at each call. With a
hundred rows that costs a quarter of the time, with ten rows half. Gated feed-forward blocks also
apply their activation and their gate while the product is still in the cache.

The copies are used in passes that share prefixes and nowhere else: plain `generate` keeps the
weights, and the order of sums, that it has anyway.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from lawbound.runners.engines.memory import free_bytes

ROWS = 100
"""Batch size that the layout is optimised for; it is correct for any."""
SHARE = 0.33
"""Largest share of the free memory for copies."""
TOLERANCE = {torch.float32: 1e-4, torch.bfloat16: 3e-2}
"""Largest difference of a block computed in another order, as a share of the largest output."""

Forward = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class PackedLinears:
    """Modules of a model and what computes them instead."""

    forwards: tuple[tuple[nn.Module, Forward], ...] = ()

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Inside, the model's linear layers read the copies."""
        for module, forward in self.forwards:
            module.__dict__["forward"] = forward
        try:
            yield
        finally:
            for module, _ in self.forwards:
                module.__dict__.pop("forward", None)


def packed(model: nn.Module) -> PackedLinears:
    """Copies for all linear layers that oneDNN can compute; of none if memory is short."""
    layers: list[Any] = [module for module in model.modules() if _can_be_packed(module)]
    wanted = sum(layer.weight.numel() * layer.weight.element_size() for layer in layers)
    if not layers or wanted > free_bytes("cpu") * SHARE:
        return PackedLinears()
    try:
        with torch.no_grad():
            copies = {layer: _copy(layer) for layer in layers}
            found = [(layer, partial(_product, *copy)) for layer, copy in copies.items()]
            blocks = [(block, _gated(block, copies)) for block in model.modules()]
        gated = [(block, forward) for block, forward in blocks if forward is not None]
        return PackedLinears((*found, *gated))
    except (RuntimeError, AttributeError):
        # These operators are torch's own; a build without oneDNN lacks them.
        return PackedLinears()


def _can_be_packed(module: Any) -> bool:
    if type(module) is not nn.Linear or module.weight.device.type != "cpu":
        return False
    if module.weight.dtype == torch.bfloat16:
        return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
    return bool(module.weight.dtype == torch.float32 and torch._C._has_mkldnn)


def _copy(layer: Any) -> tuple[Tensor, Tensor | None]:
    weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach(), ROWS)
    return weight, None if layer.bias is None else layer.bias.detach()


def _product(weight: Tensor, bias: Tensor | None, rows: Tensor, activation: str = "none") -> Tensor:
    found: Tensor = torch.ops.mkldnn._linear_pointwise(rows, weight, bias, activation, [], "")
    return found


def _gated(block: Any, copies: dict[Any, tuple[Tensor, Tensor | None]]) -> Forward | None:
    """down(silu(gate(x)) * up(x)) in three calls, if that is what this block computes."""
    parts = [getattr(block, name, None) for name in ("gate_proj", "up_proj", "down_proj")]
    if not all(isinstance(part, nn.Linear) and part in copies for part in parts):
        return None
    gate, up, down = (copies[part] for part in parts)

    def forward(rows: Tensor) -> Tensor:
        opened = _product(*gate, rows, "swish")
        wide = torch.ops.mkldnn._linear_pointwise.binary(rows, opened, *up, "mul")
        return _product(*down, wide)

    layer: Any = parts[0]
    rng = torch.Generator().manual_seed(0)
    rows = torch.randn(2, layer.in_features, generator=rng).to(layer.weight.dtype)
    try:
        expected = block(rows)
    except (RuntimeError, TypeError, ValueError):
        # It needs more than its rows: not such a block.
        return None
    apart = (forward(rows) - expected).abs().max() / expected.abs().max().clamp_min(1e-6)
    return forward if float(apart) <= TOLERANCE[rows.dtype] else None
