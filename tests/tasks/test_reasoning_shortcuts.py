"""What a reader could guess without solving: from the options, from other answers, or from one number of the prompt."""

import re
from fractions import Fraction
from statistics import median

from lawbound.tasks.item import Answer, Item
from lawbound.tasks.reasoning import FAMILIES, LEVELS, generate


def one_of_each_twin(family: str, level: int, count: int) -> list[Item]:
    items = generate([family], levels=[level], per_cell=count, seed=23)
    return [item for item in items if item.structure and item.structure.surface == "neutral"]


def answer_of(item: Item) -> Answer:
    assert item.answer is not None
    return item.answer


def size(text: str) -> Fraction | None:
    if re.fullmatch(r"\d\d:\d\d", text):
        return Fraction(60 * int(text[:2]) + int(text[3:]))
    return Fraction(text) if re.fullmatch(r"\d+(?:/\d+)?", text) else None


def minutes(item: Item) -> list[int]:
    return [int(n) for n in re.findall(r"takes (\d+) minutes", item.prompt)]


def test_knowing_how_large_answers_usually_are_does_not_tell_the_option() -> None:
    """Half of the items teach the usual size, the other half is guessed."""
    hits = n = 0.0
    for family in FAMILIES:
        for level in LEVELS:
            items = one_of_each_twin(family, level, 24)
            usual = [size(answer_of(item).value) for item in items[:12]]
            known = [value for value in usual if value is not None]
            for item in items[12:] if len(known) == 12 else []:
                options = {text: size(text) or Fraction() for text in answer_of(item).choices}
                nearest = min(options, key=lambda text: abs(options[text] - median(known)))
                hits += nearest == answer_of(item).value
                n += 1
    assert n > 500
    assert hits / n < 0.31


def test_products_are_not_betrayed_by_what_divides_them() -> None:
    hits = n = 0.0
    for family in ("rates", "counting"):
        for item in one_of_each_twin(family, 2, 150):
            fits = [text for text in answer_of(item).choices if int(text) % 12 == 0]
            hits += (answer_of(item).value in fits) / len(fits) if fits else 1 / 4
            n += 1
    assert hits / n < 0.32


def test_halving_the_work_is_no_plan_for_two_people() -> None:
    for level in (4, 5):
        items = one_of_each_twin("planning", level, 40)
        late = [int(answer_of(i).value) + sum(minutes(i)) // -10 * 5 for i in items]
        assert min(late) == 0
        assert max(late.count(extra) for extra in late) / len(late) < 0.45


def test_adding_all_minutes_is_no_plan_for_jobs_side_by_side() -> None:
    for level in (2, 3):
        for item in one_of_each_twin("planning", level, 40):
            assert int(answer_of(item).value) < sum(minutes(item))


def test_the_first_rule_is_not_the_one_that_applies() -> None:
    items = one_of_each_twin("deduction", 1, 80)
    first = [re.findall(r"gets a (\w+) ticket", item.prompt)[0] for item in items]
    hits = sum(word == answer_of(item).value for word, item in zip(first, items, strict=True))
    assert hits / len(items) < 0.4


def test_relief_does_not_always_apply_and_the_cap_does_not_settle_the_case() -> None:
    items = one_of_each_twin("legal", 2, 40)
    relieved = [
        re.findall(r"(\w+)s pay (?:nothing|half)", i.prompt)[0].lower()
        == re.findall(r"is an? (\w+) and brings", i.prompt)[0]
        for i in items
    ]
    assert 0.25 < sum(relieved) / len(items) < 0.75
    capped = [
        int(answer_of(i).value)
        == 2 * int(re.findall(r"more than (\d+) crowns in all", i.prompt)[0])
        for i in one_of_each_twin("legal", 5, 100)
    ]
    assert sum(capped) / len(capped) < 0.25


def test_shares_are_whole_numbers_of_persons() -> None:
    for item in one_of_each_twin("sets", 5, 60):
        total, first, one, other = map(int, re.findall(r"\d+", item.prompt)[:4])
        assert total * first * one % 10_000 == 0
        assert total * (100 - first) * other % 10_000 == 0
