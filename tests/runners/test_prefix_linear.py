"""Linear layers in oneDNN's layout: the same products, only inside, and only where they are understood."""

from typing import Any

import pytest


def _block(gate_of: Any) -> Any:
    """A gated feed-forward block as transformers writes them, inside a model with one more layer."""
    from torch import Tensor, nn

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gate_proj = nn.Linear(16, 24, bias=False)
            self.up_proj = nn.Linear(16, 24, bias=False)
            self.down_proj = nn.Linear(24, 16, bias=False)

        def forward(self, rows: Tensor) -> Tensor:
            out: Tensor = self.down_proj(gate_of(self.gate_proj(rows)) * self.up_proj(rows))
            return out

    return nn.Sequential(Block(), nn.Linear(16, 8))


def test_products_are_those_of_the_plain_layers() -> None:
    import torch

    from lawbound.runners.engines.prefix.linear import packed

    model = _block(torch.nn.functional.silu)
    rows = torch.randn(5, 16, generator=torch.Generator().manual_seed(1))
    expected = model(rows)
    linears = packed(model)
    assert {type(module).__name__ for module, _ in linears.forwards} == {"Linear", "Block"}
    with torch.inference_mode(), linears.used():
        found = model(rows)
    assert found.tolist() == [pytest.approx(row, abs=1e-5) for row in expected.tolist()]


def test_a_block_with_another_activation_keeps_its_own_forward() -> None:
    import torch

    from lawbound.runners.engines.prefix.linear import packed

    model = _block(torch.tanh)
    linears = packed(model)
    assert {type(module).__name__ for module, _ in linears.forwards} == {"Linear"}
    rows = torch.randn(5, 16, generator=torch.Generator().manual_seed(1))
    expected = model(rows)
    with torch.inference_mode(), linears.used():
        found = model(rows)
    assert found.tolist() == [pytest.approx(row, abs=1e-5) for row in expected.tolist()]


def test_outside_the_model_is_as_it_was() -> None:
    import torch

    from lawbound.runners.engines.prefix.linear import packed

    model = _block(torch.nn.functional.silu)
    before = {module: module.forward for module in model.modules()}
    linears = packed(model)
    with pytest.raises(KeyError), linears.used():
        assert model[1].forward != before[model[1]]
        raise KeyError
    assert {module: module.forward for module in model.modules()} == before


def test_no_copies_where_memory_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    from lawbound.runners.engines.prefix import linear

    monkeypatch.setattr(linear, "free_bytes", lambda device: 5000)
    # 16 x 24 x 3 + 16 x 8 weights of 4 bytes are 5,120; a third of what is free may go into copies.
    assert linear.packed(_block(torch.nn.functional.silu)).forwards == ()


def test_a_layer_of_another_class_is_left_alone() -> None:
    import torch

    from lawbound.runners.engines.prefix.linear import packed

    class Scaled(torch.nn.Linear):
        def forward(self, input: torch.Tensor) -> torch.Tensor:
            return 2.0 * super().forward(input)

    model = torch.nn.Sequential(Scaled(4, 4), torch.nn.Linear(4, 2))
    assert [module for module, _ in packed(model).forwards] == [model[1]]
