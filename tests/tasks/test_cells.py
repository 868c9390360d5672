"""What stands in a CSV cell runs in no spreadsheet, steers no terminal, and comes back as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawbound.tasks.io.csv_cells import as_written, inert, shown


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1+1", "-1+1", "@x", " =1", "\t=1", "\r=1", "\u00a0=1", "\ufeff=1", "\u200b\u202f=1", "＝1+1", "＠x", "\tx"],
)  # fmt: skip
def test_a_formula_gets_an_apostrophe_in_front(text: str) -> None:
    assert inert(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "-0.25", "-1e-05", "1-2", "'=1", "x\ty", "(=1)"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert inert(text) == text


@given(st.text(st.sampled_from("'=+-@ \t\ufeffa1"), max_size=6))
def test_a_cell_comes_back_as_it_was_unless_it_looked_disarmed(text: str) -> None:
    assert as_written(inert(text)) == text or as_written(text) != text


def test_control_signs_are_seen_and_do_nothing() -> None:
    assert shown("a\x1b[31m\0\x7f\u202eb\n\tc\x9b") == "a␛[31m␀␡\ufffdb\n\tc\ufffd"
