"""Where a claim's pattern stands in an answer, and where it only seems to."""

import pytest

from lawbound.rubrics.answers import check_facts
from lawbound.tasks.item import Claims

WHOLE_OR_CUT = [
    ("en", r"Article 4", "Article 4.", "Article 44."),
    ("en", r"6 million", "About 6 million.", "About 0.6 million."),
    ("en", r"25 million", "25 million.", "1.25 million."),
    ("en", r"6 million", "6 million.", "16 million."),
    ("en", r"\b6\b", "It was 6, then.", "It was 6,000,000."),
    ("en", r"7\.25", "$7.25.", "$17.25."),
    ("en", r"1 September 1939", "1 September 1939.", "11 September 1939."),
    ("de", r"5,6 Mio", "5,6 Mio.", "15,6 Mio."),
    ("de", r"2022", "Am 24.02.2022.", "12022."),
    ("de", r"24", "24.02.2022", "124.02.2022"),
    ("vi", r"Điều 4", "Điều 4.", "Điều 44."),
    ("ar", r"٧", "٧ إمارات", "٢٧ إمارات"),
    ("ar", r"٧", "٧ إمارات", "٢٫٧"),
    ("hi", r"१५", "१५", "२१५"),
    ("zh", r"九条", "第九条", "第九十九条"),
    ("zh", r"600万", "约600万。", "约1600万。"),
    ("ja", r"９条", "第９条", "第９９条"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "pattern", "whole", "cut"), WHOLE_OR_CUT)
def test_a_match_that_cuts_a_number_in_two_counts_for_nothing(
    lang: str, pattern: str, whole: str, cut: str
) -> None:
    as_true, as_false = Claims((pattern,), ("@",)), Claims(("@",), (pattern,))
    assert check_facts(whole, as_true, lang) == "true"
    assert check_facts(whole, as_false, lang) == "false"
    assert check_facts(cut, as_true, lang) == "silent"
    assert check_facts(cut, as_false, lang) == "silent"


def test_a_whole_number_counts_after_one_that_was_cut() -> None:
    assert check_facts("Not 44 of 44 but Article 44 and 4.", Claims(("4",), ("@",)), "en") == "true"
