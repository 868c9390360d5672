"""Two-part attention against attention over everything at once, worked out in float64."""

import math
from typing import Any

import pytest


def test_merging_two_parts_by_hand() -> None:
    """Scores ln 3 and 0 give weights 3/4 and 1/4."""
    import torch

    from lawbound.runners.engines.prefix.parts import Part, merged

    left = Part(torch.tensor([[[8.0]]]), torch.tensor([[math.log(3.0)]]))
    right = Part(torch.tensor([[[4.0]]]), torch.tensor([[0.0]]))
    both = merged(left, right)
    assert both.out.item() == pytest.approx(7.0)
    assert both.lse.item() == pytest.approx(math.log(4.0))


def test_a_part_that_sees_nothing_adds_nothing() -> None:
    import torch

    from lawbound.runners.engines.prefix.parts import Part, merged

    own = Part(torch.tensor([[[8.0]]]), torch.tensor([[1.5]]))
    blind = Part(torch.tensor([[[0.0]]]), torch.tensor([[-math.inf]]))
    both = merged(own, blind)
    assert both.out.item() == 8.0
    assert both.lse.item() == 1.5


@pytest.mark.parametrize("kept", [True, False])
@pytest.mark.parametrize("window", [None, 3, 6])
@pytest.mark.parametrize("softcap", [None, 2.0])
def test_decoding_equals_attention_over_the_whole_sequence(
    window: int | None, softcap: float | None, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under one softmax where the scores may be kept, merged from two parts where not."""
    import torch

    from lawbound.runners.engines.prefix import attention as pa
    from lawbound.runners.engines.prefix import joint
    from lawbound.runners.engines.prefix.own import OwnDecode

    if not kept:
        monkeypatch.setattr(joint, "MOST_BYTES", 0)
    rng = torch.Generator().manual_seed(3)

    def draw(*shape: int) -> Any:
        return torch.randn(*shape, generator=rng)

    heads, key_heads, width, shared, lengths = 4, 2, 8, 5, [2, 4]
    prefix = pa.PrefixKV(
        shared, {0: draw(key_heads, shared, width)}, {0: draw(key_heads, shared, width)}
    )
    store = pa.SlotKV(2, 6)
    keys, values = [], []
    for slot, length in enumerate(lengths):
        key, value = draw(length, key_heads, width), draw(length, key_heads, width)
        where = torch.full((length - 1,), slot), torch.arange(length - 1)
        store.write(0, *where, key[:-1], value[:-1])
        keys.append(key)
        values.append(value)
    query = draw(2, heads, width)
    places = torch.tensor(lengths) - 1
    own = OwnDecode(store, torch.arange(2), places, longest=4)
    step = pa.Step(places + shared, own, ((prefix, None),))

    class Layer:
        layer_idx = 0

    with pa.stepping(step):
        out, _ = pa.attention_forward(
            Layer(),
            query.transpose(0, 1)[None],
            torch.stack([k[-1] for k in keys]).transpose(0, 1)[None],
            torch.stack([v[-1] for v in values]).transpose(0, 1)[None],
            None,
            scaling=0.5,
            sliding_window=window,
            softcap=softcap,
        )
    for row, length in enumerate(lengths):
        whole_k = torch.cat([prefix.keys[0].transpose(0, 1), keys[row]]).double()
        whole_v = torch.cat([prefix.values[0].transpose(0, 1), values[row]]).double()
        for head in range(heads):
            scores = whole_k[:, head // 2] @ query[row, head].double() * 0.5
            if softcap:
                scores = torch.tanh(scores / softcap) * softcap
            if window:
                scores[: max(shared + length - window, 0)] = -math.inf
            expected = torch.softmax(scores, 0) @ whole_v[:, head // 2]
            assert out[0, row, head].tolist() == pytest.approx(expected.tolist(), abs=1e-5)


def test_attention_in_slices_equals_attention_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven queries over five keys, two at a time: the same weights, and the log of the sums."""
    import torch

    from lawbound.runners.engines.prefix import parts

    monkeypatch.setattr(parts, "SLICE", 2 * 2 * 5)
    rng = torch.Generator().manual_seed(5)
    query, key, value = (torch.randn(1, 2, n, 8, generator=rng) for n in (7, 5, 5))
    out, lse = parts.sliced_part(query, key, value, 0.5)
    scores = query.double() @ key.double().transpose(-1, -2) * 0.5
    assert out.flatten().tolist() == pytest.approx(
        (torch.softmax(scores, -1) @ value.double()).flatten().tolist(), abs=1e-5
    )
    assert lse.flatten().tolist() == pytest.approx(
        torch.logsumexp(scores, -1).flatten().tolist(), abs=1e-5
    )


def test_attention_outside_of_a_step_is_refused() -> None:
    import torch

    from lawbound.runners.engines.prefix.attention import attention_forward

    one = torch.ones(1, 1, 1, 1)
    with pytest.raises(RuntimeError, match="outside of a step"):
        attention_forward(None, one, one, one, None)
