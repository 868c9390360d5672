"""What a policy is asked does not depend on which policies are asked beside it, nor on their order."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from lawbound.evals.selection import disagreements, draw
from lawbound.evals.suite import compose, load_suite, shipped_suites
from lawbound.evals.suite_file import Selection, Suite
from lawbound.rubrics.policy.files import load_policy
from lawbound.tasks.bank import load_bank

pytestmark = pytest.mark.filterwarnings("ignore::lawbound.evals.draw_warnings.DrawWarning")

THREE = ("cn", "de", "us")
LIMIT = 6


def _asked(suite: Suite, names: Sequence[str]) -> dict[str, list[str]]:
    """The items that each policy is asked, in their order, by policy."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for arm in compose(suite, [load_policy(name) for name in names], limit=LIMIT):
        for policy in arm.policies:
            found[policy].append(arm.item.id)
    return {policy: list(dict.fromkeys(items)) for policy, items in found.items()}


@cache
def _of_three(name: str) -> dict[str, list[str]]:
    return _asked(load_suite(name), THREE)


@pytest.mark.parametrize("name", shipped_suites())
@pytest.mark.parametrize("order", [("us", "de", "cn"), ("de", "cn", "us")])
def test_the_order_of_policies_changes_nothing_that_one_is_asked(
    name: str, order: Sequence[str]
) -> None:
    assert _asked(load_suite(name), order) == _of_three(name)


@pytest.mark.parametrize("name", shipped_suites())
@pytest.mark.parametrize("some", [("cn",), ("us", "cn"), ("jp", "cn")])
def test_the_other_policies_change_nothing_that_one_is_asked(
    name: str, some: Sequence[str]
) -> None:
    """Apart from `differ`, which the policies asked define."""
    suite = load_suite(name)
    parts = tuple(part for part in suite.select if part.pick != "differ")
    alone = suite.model_copy(update={"select": parts})
    expected = _of_three(name) if parts == suite.select else _asked(alone, THREE)
    found = _asked(alone, some)
    assert all(found[one] == expected[one] for one in some if one in THREE)


@pytest.mark.parametrize("fields", [{"kind": "fact"}, {"kind": "policy", "pick": "any"}])
def test_what_is_the_same_for_all_is_drawn_without_looking_at_a_policy(
    fields: dict[str, str],
) -> None:
    part = Selection.model_validate({"strengths": ["full"], **fields})
    bank = load_bank()
    assert part.is_same_for_all
    found = [
        draw(part, policy, [policy], bank, 20, np.random.default_rng(0))
        for policy in map(load_policy, ("cn", "de", "intl"))
    ]
    assert found[0] == found[1] == found[2]


def test_two_policies_that_differ_are_one_pair_whichever_is_named_first() -> None:
    cn, us = load_policy("cn"), load_policy("us")
    found = {(disagreements([cn, us], i), disagreements([us, cn], i)) for i in load_bank()}
    assert found == {((), ()), (("cn/us",), ("cn/us",))}
