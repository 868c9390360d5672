"""Near-ties of the local engine: what rounding could decide is asked again the plain way."""

from dataclasses import replace
from typing import Any

import pytest
from tiny_models import WORDS, key_and_text, nine_requests, plain_text

from lawbound.runners.engines.local.engine import LocalEngine
from lawbound.runners.sample import Rendered, Request, Settings

# torch alone takes seconds to load: real engines run in the slow set, tiny models included.
pytestmark = pytest.mark.model


def test_choices_that_tie_are_scored_again_the_plain_way(llama: LocalEngine) -> None:
    before = llama.replayed
    tied = replace(nine_requests(llama)[0], choices=("w1", "w2", "w2"))
    (sample,) = llama.loglikelihood([tied])
    first, second, third = sample.choice_logprobs
    assert second == third
    assert llama.replayed - before == (1 if second > first else 0)
    best = "w2" if second > first else "w1"
    (sample,) = llama.loglikelihood([replace(tied, choices=(best, best))])
    assert sample.choice_logprobs[0] == sample.choice_logprobs[1]
    assert llama.replayed > before


@pytest.mark.parametrize(
    ("logits", "sure"),
    [
        (
            [20.0, 20.0 - 2.0e-4, -5.0],
            False,
        ),  # two of the largest differences seen, 5.1e-6 of 20 each
        ([20.0, 20.0 - 4.0e-4, -5.0], True),
        ([0.0, -2.0e-4, -25.0], False),  # the same scale, the best at 0
        ([0.0, -4.0e-4, -25.0], True),
        ([0.1, 0.1 - 2.0e-4, -3.4e38], True),  # a masked token is no scale
        ([0.1, 0.1 - 2.0e-4, float("-inf")], True),
    ],
)
def test_a_pick_is_unsure_where_rounding_could_change_it(logits: list[float], sure: bool) -> None:
    import torch

    from lawbound.runners.engines.local.pick import Pick, pick

    request = Request("k", (), Rendered("", "none", ""), Settings())
    assert pick(torch.tensor([logits]), [request], [None]) == [Pick(0, sure)]


def test_near_ties_are_asked_again_the_plain_way(
    llama: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawbound.runners.engines.local import pick

    requests = nine_requests(llama)
    expected = {(request.key, plain_text(llama, request)) for request in requests}
    before = llama.replayed
    monkeypatch.setattr(pick, "NEAR_TIE_SHARE", 0.05)
    assert {key_and_text(sample) for sample in llama.generate(requests)} == expected
    assert llama.replayed > before


def test_an_answer_that_differs_before_its_near_tie_is_asked_again_whole(
    llama: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lawbound.runners.engines.local import pick

    requests = nine_requests(llama)
    expected = {(request.key, plain_text(llama, request)) for request in requests}
    asked: list[int] = []
    settle = LocalEngine._settle

    def other(self: LocalEngine, prompt: Any, tokens: int) -> list[int]:
        asked.append(tokens)
        plain = settle(self, prompt, tokens)
        # Both are wrong: where what stands before the tie is not the batch's, its pick is none to take.
        return plain if tokens == 1 else [plain[0] + 1, *plain[1:-1], (plain[-1] + 1) % WORDS]

    monkeypatch.setattr(pick, "NEAR_TIE_SHARE", 0.05)
    monkeypatch.setattr(LocalEngine, "_settle", other)
    assert {key_and_text(sample) for sample in llama.generate(requests)} == expected
    assert max(asked) > 1
