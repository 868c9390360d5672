"""What one label gives away: a filter by topic, by act or by country earns nothing under any policy."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from lawbound.rubrics.policy.files import load_policy, shipped
from lawbound.tasks.bank import load_bank

ROOT = Path(__file__).parents[2]
EARNED = 0.05
"""Rules that name no country have no near-misses by country, so a filter may earn a little by them."""


@pytest.fixture(scope="module")
def labels() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "benchmarks"))
        return importlib.import_module("label_filters")


@pytest.mark.parametrize("name", shipped())
def test_a_perfect_filter_by_one_label_earns_nothing(name: str, labels: Any) -> None:
    policy = load_policy(name)
    spoken = [item for item in load_bank() if item.lang in policy.file.languages]
    found = labels.filters(policy)
    earned = {label: labels.youden(policy, spoken, found[label])[0] for label in ("topic", "act")}
    assert all(value <= 0 for value in earned.values()), earned
    assert labels.youden(policy, spoken, found["country"])[0] <= EARNED


def test_a_filter_by_country_refuses_what_stands_beside_a_rule_about_one(labels: Any) -> None:
    policy = load_policy("th")
    by_country = labels.filters(policy)["country"]
    each = labels.rule_youden(policy, load_bank(), by_country)
    about_one = {rule.id for rule in policy.rules if rule.when.targets == ("TH",)} & set(each)
    assert about_one == {"monarchy", "revolt"}
    assert all(each[rule] <= 0 for rule in about_one)


def test_the_document_says_what_labels_give_away_now(labels: Any) -> None:
    items = [item for item in load_bank() if item.kind == "policy"]
    assert labels.page.read_section("label-filters", labels.BANK_PAGE) == labels.section(items)
