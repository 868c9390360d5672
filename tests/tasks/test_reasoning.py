"""The reasoning families: levels and twins, what a topic leaves as it is, and choices."""

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

import pytest

from lawbound.rubrics.answers.checking import check
from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.tasks.item import Item, ItemError
from lawbound.tasks.reasoning import (
    DRESSES,
    FAMILIES,
    INSTRUCTION,
    choice_continuations,
    choice_prompt,
    generate,
)
from lawbound.tasks.taxonomy import load_taxonomy

ITEMS = generate(per_cell=24, seed=7)


def test_each_level_has_as_many_items_as_asked_for() -> None:
    cells = Counter(
        (i.structure.family, i.structure.level, i.structure.surface) for i in ITEMS if i.structure
    )
    assert set(cells.values()) == {24}
    assert len(cells) == len(FAMILIES) * 5 * 2
    assert len({item.id for item in ITEMS}) == len(ITEMS)
    assert max(len(item.id) for item in ITEMS) <= 60


def test_every_structure_can_wear_eight_neutral_and_eight_adjacent_topics() -> None:
    for item_group in _twins(generate(per_cell=1, seed=3, pairs=8)):
        kinds = Counter(item.structure.surface for item in item_group if item.structure)
        assert kinds == {"neutral": 8, "adjacent": 8}
        assert len({item.topic for item in item_group}) == 16


def test_twins_share_answer_and_numbers_and_are_equally_long() -> None:
    for twins in _twins(generate(per_cell=2, seed=3, pairs=8)):
        assert len({item.answer for item in twins}) == 1
        assert len({tuple(c for c in item.prompt if c.isdigit()) for item in twins}) == 1
        words = [len(item.prompt.split()) for item in twins]
        assert max(words) == min(words)
        letters = [len(item.prompt) for item in twins]
        assert max(letters) <= 1.25 * min(letters)


def test_dresses_fill_the_same_slots_with_words_of_the_taxonomy() -> None:
    topics = load_taxonomy().topics
    for dress in DRESSES:
        assert dress.topic in topics
        assert len(dress.scene.split()) == 4, dress.scene
        assert len(set(dress.things)) == len(set(dress.people)) == 6
        assert len(set(dress.tasks)) == 7
        assert all(task.endswith("ing") for task in dress.tasks)
        assert len(set(dress.clauses)) == 8
        assert all(len(clause.split()) == 4 for clause in dress.clauses), dress.clauses
        assert not set(dress.things) & set(dress.people)


def test_successive_structures_take_all_topics_in_turn() -> None:
    used = Counter(item.topic for item in generate(["rates"], levels=[2], per_cell=40, seed=1))
    assert set(used) == {dress.topic for dress in DRESSES}
    assert set(used.values()) == {4}


def test_every_policy_wants_an_answer_to_every_item() -> None:
    items = generate(per_cell=1, seed=5, pairs=10)
    assert len({item.topic for item in items}) == len(DRESSES)
    for name in shipped():
        policy = load_policy(name)
        assert {str(policy.requires(item)) for item in items} == {"answer"}, name


def test_the_four_options_hold_the_answer_once() -> None:
    for item in ITEMS:
        assert item.answer is not None
        assert len(item.answer.choices) == len(set(item.answer.choices)) == 4
        assert item.answer.value in item.answer.choices
        assert item.answer.chance == 0.25


def test_the_right_option_stands_anywhere() -> None:
    """Chi-square with 3 degrees of freedom; 16.3 is its 0.999 quantile."""
    places = Counter(_place(item) for item in _one_of_each_twin(ITEMS))
    expected = sum(places.values()) / 4
    assert sum((n - expected) ** 2 / expected for n in places.values()) < 16.3


@pytest.mark.parametrize(
    "guess",
    [
        "smallest",
        "second",
        "third",
        "largest",
        "nearest the mean",
        "roundest",
        "longest",
        "odd one out",
    ],
)
def test_a_guess_from_the_options_alone_stays_at_chance(guess: str) -> None:
    hits = n = 0.0
    for item in _one_of_each_twin(ITEMS):
        values = _values(item)
        if values is not None and item.answer is not None:
            hits += _guess(guess, values, item.answer.choices)[_place(item)]
            n += 1
    assert n > 900
    assert abs(hits / n - 0.25) < 0.05


def test_a_constant_answer_is_seldom_right() -> None:
    for family in FAMILIES:
        mine = [
            item
            for item in _one_of_each_twin(ITEMS)
            if item.structure and item.structure.family == family
        ]
        ((_, most),) = Counter(item.answer.value for item in mine if item.answer).most_common(1)
        assert most / len(mine) <= 0.25, family


def test_copying_a_number_from_the_prompt_seldom_helps() -> None:
    first = last = n = 0
    for item in _one_of_each_twin(ITEMS):
        assert item.answer is not None
        if item.answer.form == "number":
            seen = [
                word.strip(".,?") for word in item.prompt.split() if word.strip(".,?").isdigit()
            ]
            first += bool(seen) and seen[0] == item.answer.value
            last += bool(seen) and seen[-1] == item.answer.value
            n += 1
    assert max(first, last) / n < 0.05


def test_generation_follows_from_the_seed() -> None:
    assert generate(seed=3, per_cell=2) == generate(seed=3, per_cell=2)
    assert {i.prompt for i in generate(seed=3)}.isdisjoint({i.prompt for i in generate(seed=4)})
    assert set(generate(["code"], seed=3)) <= set(generate(["code"], seed=3, per_cell=5))


def test_a_choice_prompt_shows_the_options_and_no_other_instruction() -> None:
    (item, _) = generate(["arithmetic"], levels=[1], seed=1)
    assert item.answer is not None
    prompt = choice_prompt(item)
    assert item.prompt.endswith(INSTRUCTION)
    assert INSTRUCTION.strip() not in prompt
    for letter, choice in zip("ABCD", item.answer.choices, strict=True):
        assert f"\n{letter}) {choice}\n" in prompt
    assert choice_continuations(item) == tuple(
        f"Answer: {choice}" for choice in item.answer.choices
    )


def test_the_checker_reads_the_right_continuation_as_right_and_the_others_as_wrong() -> None:
    for item in ITEMS[::7]:
        assert item.answer is not None
        for text, choice in zip(choice_continuations(item), item.answer.choices, strict=True):
            assert check(text, item.answer).correct == (choice == item.answer.value), (
                text,
                item.answer,
            )


def test_wrong_requests_name_the_fault() -> None:
    with pytest.raises(ItemError, match="family is 'algebra', expected one of arithmetic"):
        generate(["algebra"], seed=1)
    with pytest.raises(ItemError, match="level is 0"):
        generate(levels=[0], seed=1)
    with pytest.raises(ItemError, match="pairs is 11, expected 1 to 10"):
        generate(seed=1, pairs=11)


def _twins(items: tuple[Item, ...]) -> list[list[Item]]:
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(item)
    return list(groups.values())


def _one_of_each_twin(items: tuple[Item, ...]) -> list[Item]:
    return [item for item in items if item.structure and item.structure.surface == "neutral"]


def _place(item: Item) -> int:
    assert item.answer is not None
    return item.answer.choices.index(item.answer.value)


def _values(item: Item) -> list[Fraction] | None:
    assert item.answer is not None
    if item.answer.form != "number" and ":" not in item.answer.value:
        return None
    return [Fraction(choice.replace(":", "")) for choice in item.answer.choices]


def _guess(name: str, values: list[Fraction], texts: tuple[str, ...]) -> list[float]:
    """Probability that the guesser takes each option; ties are broken evenly."""
    mean = sum(values, Fraction()) / 4
    ranked = sorted(values)
    rules: dict[str, Callable[[int], float]] = {
        "smallest": lambda i: values[i] == ranked[0],
        "second": lambda i: values[i] == ranked[1],
        "third": lambda i: values[i] == ranked[2],
        "largest": lambda i: values[i] == ranked[3],
        "nearest the mean": lambda i: -float(abs(values[i] - mean)),
        "roundest": lambda i: max(
            (r for r in (1, 2, 5, 10, 50, 100) if values[i] % r == 0), default=0
        ),
        "longest": lambda i: len(texts[i]),
        "odd one out": lambda i: -sum(values[i] % 2 == v % 2 for v in values),
    }
    scores = [rules[name](i) for i in range(4)]
    best = [s == max(scores) for s in scores]
    return [b / sum(best) for b in best]
