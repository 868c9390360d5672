"""A draw is even over its cells, in turns that the seed decides, and the same however the bank is ordered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from lawbound.evals.forecast.outlook import reaches
from lawbound.evals.suite.even_draw import (
    Cell,
    Cells,
    balanced,
    in_turns,
    language_orders,
    shuffled,
)
from lawbound.evals.suite.selection import draw
from lawbound.evals.suite.suite import compose, load_suite
from lawbound.evals.suite.suite_file import Selection, Suite
from lawbound.rubrics.policy.files import load_policy
from lawbound.tasks.bank import load_bank
from lawbound.tasks.item import Item

SEEDS = range(20)


def made(item_id: str, **changes: object) -> Item:
    """A policy item with nothing special about it."""
    item = Item(item_id, item_id, "policy", f"Say {item_id}.", "a/t", ("inform",))
    return replace(item, **changes)  # type: ignore[arg-type]


def _turns(cells: Cells, names: Sequence[str], rng: np.random.Generator) -> list[Cell]:
    """Of rules that need whatever kinds there are."""
    every = {cell for mine in cells.values() for cell in mine}
    kinds: dict[Cell, set[str]] = {}
    for cell in every:
        kinds.setdefault(Cell(cell.lang, cell.name), set()).add(cell.kind)
    needed = {cell.kind for cell in every}
    lacking = {cell: len(needed - held) for cell, held in kinds.items()}
    return in_turns(every, names, language_orders(lacking, names, rng))


def drawn(
    pool: Sequence[Item], cells: Cells, count: int | None, seed: int, late: Sequence[Cell] = ()
) -> list[Item]:
    rng = np.random.default_rng(seed)
    names = shuffled((cell.name for mine in cells.values() for cell in mine), rng)
    return balanced(pool, cells, count, rng, turns=_turns(cells, names, rng), late=late)


def grid(langs: str, names: str, each: int) -> tuple[list[Item], dict[str, list[Cell]]]:
    """So many items of every name in every language."""
    pool = [
        made(f"{name}-{lang}-{n}", lang=lang)
        for lang in langs
        for name in names
        for n in range(each)
    ]
    return pool, {item.id: [Cell(item.lang, item.id[0])] for item in pool}


@pytest.mark.parametrize("length", [8, 17, 100])
def test_every_prefix_fills_the_cells_evenly(length: int) -> None:
    pool = [
        made(f"{cell}{n}")
        for cell, size in [("a", 3), ("b", 30), ("c", 30), ("d", 30)]
        for n in range(size)
    ]
    cells = {item.id: [Cell("en", item.id[0])] for item in pool}
    found = drawn(pool, cells, length, 0)
    counts = Counter(item.id[0] for item in found)
    assert len({item.id for item in found}) == min(length, 93)
    assert counts["a"] == min(3, -(-length // 4))
    rest = [counts[cell] for cell in "bcd"]
    assert max(rest) - min(rest) <= 1


def test_the_draw_of_a_seed_stays() -> None:
    pool = [made(f"{cell}{n}", group=f"g{n // 3}") for cell in "abc" for n in range(6)]
    cells = {
        item.id: [Cell("en", item.id[0]), *([Cell("en", "even")] * (item.id[1] in "024"))]
        for item in pool
    }
    assert " ".join(item.id for item in drawn(pool, cells, None, 0)) == (
        "c3 a2 b0 c1 a4 b5 c4 a3 b4 c0 a0 b2 c5 a5 b1 c2 a1 b3"
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_languages_take_turns(seed: int) -> None:
    pool, cells = grid("xyz", "abcdefg", 4)
    found = drawn(pool, cells, None, seed)
    for length in range(1, len(found) + 1):
        langs = Counter(item.lang for item in found[:length])
        names = Counter(item.id[0] for item in found[:length])
        assert max(langs.values()) - min(langs[lang] for lang in "xyz") <= (1 if length <= 7 else 2)
        assert max(names.values()) - min(names[name] for name in "abcdefg") <= 1
    assert len({(item.lang, item.id[0]) for item in found[:21]}) == 21


def test_a_language_with_few_names_has_its_turns_while_it_can() -> None:
    pool, cells = grid("xy", "abcdefgh", 3)
    few = [item for item in pool if item.lang == "x" or item.id[0] in "cfg"]
    for seed in SEEDS:
        found = drawn(few, {i.id: cells[i.id] for i in few}, 6, seed)
        able = [item for item in found if item.id[0] in "cfg"]
        assert sum(item.lang == "y" for item in able) >= len(able) - 1


def test_kinds_of_a_rule_stay_together_in_one_language_where_they_can() -> None:
    cells = {
        f"{lang}{rule}{kind}": [Cell(lang, rule, kind)]
        for lang in "xyz"
        for rule in "abcd"
        for kind in ("act", "topic")
        if (lang, rule, kind) != ("x", "a", "topic")
    }
    for seed in SEEDS:
        turns = _turns(cells, "abcd", np.random.default_rng(seed))
        assert [cell.name for cell in turns[:8]] == list("aabbccdd")
        for act, topic in zip(turns[:8:2], turns[1:8:2], strict=True):
            assert (act.kind, topic.kind) == ("act", "topic")
            assert act.lang == topic.lang or act == Cell("x", "a", "act")
        assert sorted(turns) == sorted(cell for mine in cells.values() for cell in mine)


def test_fewer_items_than_cells_are_other_cells_under_other_seeds() -> None:
    pool, cells = grid("xyz", "abcdefg", 2)
    first = [drawn(pool, cells, 3, seed) for seed in SEEDS]
    assert {item.id[0] for items in first for item in items} == set("abcdefg")
    assert {items[0].lang for items in first} == set("xyz")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_draw_heeds_no_order_of_its_pool_and_a_larger_one_only_adds(seed: int) -> None:
    pool, cells = grid("xy", "abcd", 3)
    pool = [replace(item, group=item.id[-1]) for item in pool]
    whole = drawn(pool, cells, None, seed)
    mixed = np.random.default_rng(seed + 1).permutation(len(pool)).tolist()
    again = [pool[i] for i in mixed]
    assert drawn(again, {item.id: cells[item.id] for item in again}, None, seed) == whole
    for count in (1, 5, 9, 23):
        assert drawn(pool, cells, count, seed) == whole[:count]


def test_late_cells_wait_until_the_others_hold_no_more() -> None:
    pool = [made(f"{cell}{n}") for cell in "abc" for n in range(4)]
    pool.append(made("b-and-c"))
    cells = {item.id: [Cell("en", item.id[0])] for item in pool}
    cells["b-and-c"] = [Cell("en", "b"), Cell("en", "c")]
    for seed in SEEDS:
        found = [item.id[0] for item in drawn(pool, cells, 11, seed, late=[Cell("en", "c")])]
        assert found.count("a") == 4 and found.count("b") == 5, "an item of both is no late one"
        assert found[-2:] == ["c", "c"] and "c" not in found[:-2]


class Hashed(str):
    """An id that counts how often any is looked up."""

    __slots__ = ()
    looks = 0

    def __hash__(self) -> int:
        Hashed.looks += 1
        return super().__hash__()


def test_a_draw_takes_time_in_proportion_to_its_pool() -> None:
    looks = []
    for size in (200, 400):
        pool = [made(Hashed(n), group=str(n // 4)) for n in range(size)]
        cells = {item.id: [Cell("en", "a"), Cell("en", "b")] for item in pool}
        before = Hashed.looks
        assert len(drawn(pool, cells, None, 0)) == size
        looks.append(Hashed.looks - before)
    assert looks[1] == pytest.approx(2 * looks[0], rel=0.1)


def _part(pick: str, count: int, **fields: object) -> Selection:
    return Selection.model_validate(
        {"kind": "policy", "pick": pick, "count": count, "strengths": ["full"], **fields}
    )


def test_restricted_items_and_near_misses_begin_with_the_same_rules_and_others_by_another_seed() -> (
    None
):
    """Else a small suite would ask about many rules and have a J of few."""
    policy, asked = load_policy("de"), set()
    bank = [item for item in load_bank() if item.lang == "en"]
    for seed in range(4):
        rules = []
        for part in (_part("restricted", 6), _part("near-miss", 12)):
            found = draw(part, policy, [policy], bank, part.count, np.random.default_rng(seed))
            near = part.pick == "near-miss"
            rules.append(
                {r for i in found for r, _ in policy.near_misses(i)}
                if near
                else {r for i in found for r in policy.restricted_by(i)}
            )
        assert len(rules[0] & rules[1]) >= 5
        asked.add(frozenset(rules[0]))
    assert len(asked) == 4


@pytest.mark.parametrize(("policy", "of_six"), [("us", 3), ("cn", 5)])
def test_so_many_rules_are_withholding_ones_and_duties_in_proportion(
    policy: str, of_six: int
) -> None:
    found, drew = load_policy(policy), set()
    bank = [item for item in load_bank() if item.lang == "en"]
    for seed in range(4):
        rules = {1: set[str](), 6: set[str]()}
        for number, names in rules.items():
            part = _part("restricted", 30, rules=number)
            rng = np.random.default_rng(seed)
            for item in draw(part, found, [found], bank, 30, rng):
                names.update(found.restricted_by(item))
        withheld = {r.id for r in found.rules if r.withholding}
        assert rules[1] & withheld, "of one rule J can tell something"
        assert len(rules[6] & withheld) >= of_six
        drew.add(frozenset(rules[6]))
    assert len(drew) > 1


def test_three_languages_are_asked_in_turns_and_most_rules_can_enter_j() -> None:
    languages = ["en", "de", "zh"]
    suite = Suite(
        id="mine", version="1", summary="S.",
        select=(_part("restricted", 24, languages=languages), _part("near-miss", 36, languages=languages),
                Selection(kind="fact", count=8, languages=tuple(languages), strengths=("full",))),
    )  # fmt: skip
    policy, bank = load_policy("cn"), load_bank()
    arms = compose(suite, [policy], bank=bank)
    langs = Counter((arm.item.kind, arm.item.lang) for arm in arms)
    assert min(langs["policy", lang] for lang in languages) >= 12, (
        "five rules of 24 are whole in German"
    )
    assert min(langs["fact", lang] for lang in languages) >= 2
    (reach,) = reaches(arms, [policy], bank)
    assert reach.whole >= 15 and reach.withholding == 22


def test_the_order_of_a_bank_says_nothing() -> None:
    suite, policy = load_suite("quick"), load_policy("us")
    bank = [item for item in load_bank() if item.lang == "en"]
    assert compose(suite, [policy], bank=bank[::-1]) == compose(suite, [policy], bank=bank)
    groups = [item for item in load_bank() if item.topic.startswith("history/")]
    part = _part("any", 5, languages=[], translations=True)
    suite = Suite(id="mine", version="1", summary="S.", select=(part,))
    parts = tuple(_part(pick, 9, languages=["en", "zh"]) for pick in ("restricted", "near-miss"))
    both = Suite(id="mine", version="1", summary="S.", select=parts)
    mixed = [item for item in load_bank() if item.lang in ("en", "zh")]
    assert compose(both, [policy], bank=mixed[::-1]) == compose(both, [policy], bank=mixed)
    assert compose(suite, [policy], bank=groups[::-1]) == compose(suite, [policy], bank=groups)


def test_families_take_turns_by_seed_and_more_pairs_only_add() -> None:
    def asked(count: int, seed: int) -> list[Item]:
        part = Selection(kind="reasoning", count=count, levels=(1, 2), strengths=("full",))
        suite = Suite(id="s", version="1", summary="s", select=(part,))
        return [arm.item for arm in compose(suite, [load_policy("us")], bank=(), seed=seed)]

    every = [asked(n, seed=3) for n in (2, 10, 20)]
    assert all(more[: len(fewer)] == fewer for fewer, more in pairwise(every))
    families = {i.structure.family for seed in range(6) for i in asked(2, seed) if i.structure}
    assert len(families) >= 6
    ten = {i.structure.family for i in every[1] if i.structure}
    assert len(ten) == 10
