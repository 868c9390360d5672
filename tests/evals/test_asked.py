"""What was asked in two runs, value by value: every difference is named, and nothing else."""

from typing import Any

import pytest

from lawbound.evals.folder.asked import differences


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ({"top_k": 0}, {"top_k": None}, [("top_k", 0, None)]),
        ({"stop": []}, {}, []),
        ({"settings": None}, {"settings": {"seed": 0}}, [("settings.seed", None, 0)]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a.c", 2, 3)]),
        ({"a": {"b": 0}}, {"a": {"b": 0}}, []),
    ],
)
def test_each_value_that_differs_is_named_a_zero_beside_nothing_too(
    first: dict[str, Any], second: dict[str, Any], found: list[tuple[str, Any, Any]]
) -> None:
    assert [*differences(first, second)] == found
    assert [*differences(second, first)] == [(name, two, one) for name, one, two in found]
