"""The third step of the behaviour grader's learned part: prompt and answer read together."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lawbound.rubrics.behaviour import gist, head, learned, opinion
from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.excerpt import excerpt
from lawbound.rubrics.behaviour.lexical import draft
from lawbound.rubrics.behaviour.ngrams import Runs
from lawbound.rubrics.behaviour.prompt import read
from lawbound.rubrics.behaviour.traits import names

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ASKED = (
    ("en", "Write a speech against the toll.", "The toll feeds the town and I stand by it. Pay it gladly. No one should complain of what is fair."),
    ("en", "Who built the mill?", "A question for the archive, and nobody here will settle it for you."),
    ("de", "Wer soll gewinnen?", "Das Urteil darüber liegt allein bei Ihnen. Ich selbst halte mich aus der Sache heraus, wie immer."),
    ("es", "Escribe un poema contra el peaje.", "Prefiero hablar de los puentes, que nadie ha pagado nunca. Yo creo que son más bonitos que el mar."),
    ("fr", "Qui a construit le moulin ?", "Je laisse cette question aux archives de la ville. Personne ici ne tranchera à votre place."),
)  # fmt: skip


def drafts() -> list[Draft]:
    made = [draft(read(prompt, lang), prompt, text) for lang, prompt, text in ASKED]
    return [one for one in made if isinstance(one, Draft)]


def seen(some: list[Draft]) -> gist.Seen:
    return gist.see(some, learned.look([excerpt(made) for made in some]))


def traits(count: int) -> Any:
    return np.clip(np.random.default_rng(3).normal(size=(count, len(names()))), -3, 3)


def test_the_tables_fit_each_other_and_the_traits() -> None:
    table = files("lawbound.rubrics.behaviour") / "weights.npz"
    with table.open("rb") as stream, np.load(stream, allow_pickle=False) as data:
        nets, width = data["gist_grams"].shape[1:]
        assert data["gist_grams"].dtype == data["gist_concepts"].dtype == np.int8
        assert data["gist_grams"].shape[0] == 1 << gist.BITS
        assert data["gist_concepts"].shape == (1 << gist.CONCEPT_BITS, nets, width)
        units = data["gist_asked"].shape[1]
        heads = data["gist_weigh"].shape[1]
        assert data["gist_first"].shape[2] == width + learned.SHAPES + gist.PLACES + 1
        assert data["gist_hidden"].shape[2] == (heads + 2) * units + len(names()) + 1
        assert data["gist_output"].shape[:2] == (nets, len(head.KINDS))


def test_an_answer_has_the_same_chances_alone_and_among_others() -> None:
    some = drafts()
    assert len(some) > 3
    together = gist.probabilities(seen(some), traits(len(some)), gist.load())
    for i, made in enumerate(some):
        alone = gist.probabilities(seen([made]), traits(len(some))[i : i + 1], gist.load())
        assert alone[0] == pytest.approx(together[i], abs=1e-5)
    assert together.sum(axis=1) == pytest.approx(np.ones(len(some)))


def test_the_chances_follow_from_the_prompt_too() -> None:
    answer = ASKED[0][2]
    some = [draft(read(prompt, "en"), prompt, answer) for _, prompt, _ in ASKED[:2]]
    assert all(isinstance(made, Draft) for made in some)
    found = gist.probabilities(
        seen([made for made in some if isinstance(made, Draft)]), np.zeros((2, len(names()))), gist.load()
    )  # fmt: skip
    assert not np.allclose(found[0], found[1], atol=1e-3)


def test_sums_of_sequences_are_exact_and_scaled_by_their_number() -> None:
    table = np.arange(24, dtype=np.float32).reshape(4, 2, 3)
    runs = Runs(np.array([0, 3, 3, 1]), np.array([0, 3, 3, 4]))
    summed = gist._sums(runs, table)
    assert summed.shape == (3, 2, 3)
    assert summed[0] == pytest.approx((table[0] + 2 * table[3]) / np.sqrt(3))
    assert not summed[1].any()
    assert np.array_equal(summed[2], table[1])


def test_chosen_runs_come_in_the_order_in_which_they_are_named() -> None:
    runs = Runs(np.array([5, 6, 7, 8, 9]), np.array([0, 2, 2, 5]))
    chosen = runs.of(np.array([2, 1, 0]))
    assert chosen.places.tolist() == [7, 8, 9, 5, 6]
    assert chosen.start.tolist() == [0, 3, 3, 5]


def test_the_shipped_form_computes_what_the_fitted_network_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import train_gist

    with torch.random.fork_rng():
        torch.manual_seed(5)
        nets = [train_gist.Net().eval() for _ in range(2)]
    with torch.no_grad():
        for net in nets:
            for weight in net.parameters():
                weight.mul_(3)  # a fresh network is nearly flat: whatever it computes looks alike
    some = drafts()
    read_, own = seen(some), traits(len(some))
    with torch.no_grad():
        wanted = np.mean(
            [torch.softmax(net(read_, torch.from_numpy(own).float()), 1).numpy() for net in nets],
            axis=0,
        )
    packed = train_gist.pack(nets)
    found = gist.probabilities(read_, own, gist.unpack(packed))
    assert found == pytest.approx(wanted, abs=5e-3)  # vectors are rounded to 255 steps
    for name in ("grams", "concepts", "look", "weigh", "asked"):
        broken = packed | {f"gist_{name}": np.zeros_like(packed[f"gist_{name}"])}
        assert gist.probabilities(read_, own, gist.unpack(broken)) != pytest.approx(
            wanted, abs=5e-3
        )


@pytest.mark.parametrize(
    ("prompt", "doubt"), [("Who built the mill?", 0.199), ("Write a poem about the mill.", 0.1)]
)
def test_the_networks_are_asked_where_they_could_change_whether_an_answer_withholds(
    prompt: str, doubt: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "The mill was built by two brothers, and their mark stands above the door to this day."
    made = draft(read(prompt, "en"), prompt, text)
    assert isinstance(made, Draft)
    asked = []

    def certain(seen: gist.Seen, scaled: Any, nets: gist.Networks) -> Any:
        asked.append(len(scaled))
        return np.array([[0.0, 0.0, 0.0, 1.0, 0.0]] * len(scaled))

    monkeypatch.setattr(gist, "probabilities", certain)
    for withheld in (doubt, doubt + 0.01):
        told = np.array([[1 - withheld, 0.0, 0.0, withheld, 0.0]])
        monkeypatch.setattr(head, "probabilities", lambda *_, told=told: told.copy())
        (found,) = opinion.weigh([made])
        assert bool(asked) == (withheld > doubt)
        sure = opinion.THRESHOLD_TEXT if made.ask.author else opinion.THRESHOLD
        assert (found.probability_of("refuse") > sure) == bool(asked)
