"""The tables of the report: their columns, how they sort, and what is missing in them."""

from typing import Any

import pytest
from report_page import every, one

pytestmark = pytest.mark.browser


def test_headline_columns_come_first_and_all_columns_on_demand(page: Any) -> None:
    heads = [e.text for e in every(page, "#board thead th")]
    assert heads[:6] == ["rank", "model", "J", "policy tax", "tradeoff", "capability"]
    assert heads[-3:] == ["cut off", "front", "n"]
    counts = [int(cell.text) for cell in every(page, "#board tbody td:last-child")]
    assert counts and min(counts) > 0
    boxes = every(page, "#board-filters input")
    boxes[1].click()
    assert "schema_version" in [e.text for e in every(page, "#board thead th")]
    boxes[0].click()
    assert not every(page, "#board tr.reference")


def test_the_board_says_what_the_values_below_the_figures_say(page: Any) -> None:
    page.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true })")

    def said(css: str, value: int) -> set[tuple[str, str]]:
        """Name and value of every reference model; the name of the other is not the same on both sides."""
        rows = [
            [cell.text for cell in row.find_elements("css selector", "th, td")]
            for row in every(page, f"{css} tbody tr.reference")
        ]
        return {(row[value - 1], "".join(row[value].split())) for row in rows}

    below = said(".panel", 1)
    assert len(below) > 5 and below == said("#board", 2)
    assert all(text.count(".") == 3 for _, text in below)


def test_a_table_sorts_by_the_column_that_is_chosen(page: Any) -> None:
    one(page, "#board thead th:nth-child(3) button").click()
    assert one(page, "#board thead th:nth-child(3)").get_attribute("aria-sort") == "descending"
    values = [
        float(e.text.replace("−", "-"))
        for e in every(page, "#board tbody:nth-of-type(1) td:nth-child(3) .value")
    ]
    assert len(values) > 5 and values == sorted(values, reverse=True)


def _column(page: Any, number: int) -> list[str]:
    """The texts of a column of the leaderboard, of its first policy."""
    rows = every(page, "#board tbody:nth-of-type(1) tr:not(.group)")
    return [row.find_element("css selector", f":nth-child({number})").text for row in rows]


def test_sorting_says_its_direction_moves_no_policy_and_puts_what_is_missing_last(
    page: Any,
) -> None:
    head = "#board thead th:nth-child({})"
    groups = [row.text for row in every(page, "#board tr.group")]
    for number, first, mark in (
        (1, "ascending", "▲"),
        (2, "ascending", "▲"),
        (4, "descending", "▼"),
    ):
        for direction, sign in ((first, mark), ("", "▼" if mark == "▲" else "▲")):
            one(page, head.format(number) + " button").click()
            column = one(page, head.format(number))
            assert column.text.endswith(sign)
            assert not direction or column.get_attribute("aria-sort") == direction
            assert [row.text for row in every(page, "#board tr.group")] == groups
            texts = _column(page, number)
            missing = [text.startswith("–") for text in texts]
            assert missing == sorted(missing)
            if number == 2:
                assert texts == sorted(texts, reverse=sign == "▼")
    assert any(text.startswith("–") for text in texts)


def test_a_missing_value_says_why(page: Any) -> None:
    texts = _column(page, 4)
    assert any(text.split() == ["–", "floor"] for text in texts)
    reasons = page.execute_script(
        "return [...document.querySelectorAll('#rules tr:not(.group) td:last-child')].map((td) => td.textContent)"
    )
    assert any("J: needs restricted items and both kinds of near-miss" in text for text in reasons)


def test_a_long_table_is_shown_in_part_until_more_is_asked_for(page: Any) -> None:
    page.execute_script(
        "const rows = Array.from({ length: 1300 }, () => data.others[0]);"
        "fillLongTable(byId('others'), rows, otherColumns, (row) => row.policy);"
    )
    for shown in (200, 1200):
        more = one(page, "section[aria-labelledby=h-others] .more")
        assert more.text == f"Show more ({shown} of 1300 rows)"
        assert len(every(page, "#others tbody tr:not(.group)")) == shown
        more.click()
    assert len(every(page, "#others tbody tr:not(.group)")) == 1300
    assert not one(page, "section[aria-labelledby=h-others] .more").is_displayed()


def test_every_table_has_a_name(page: Any) -> None:
    page.execute_script(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )
    names = [table.accessible_name for table in every(page, "table")]
    assert len(names) > 5 and all(names)


def test_every_metric_can_be_looked_up(page: Any) -> None:
    from selenium.webdriver.support.select import Select

    Select(one(page, "#other-filters [name=metric]")).select_by_value("intl_gap")
    names = {row.text for row in every(page, "#others tbody tr:not(.group) th")}
    assert names == {"intl_gap"}
    assert len(every(page, "#others tbody tr.group")) == 2  # both policies


def test_a_metric_says_what_was_asked_and_names_only_what_was_left_out(page: Any) -> None:
    heads = [head.text for head in every(page, "#others thead th")]
    assert heads.index("asked") + 1 == heads.index("left out")
    asked, left = page.execute_script(
        "const row = {...data.others[0], asked: 9, unscored: 3, errors: 0, blocked: 1};"
        "return otherColumns.filter((one) => ['asked', 'left out'].includes(one.title))"
        ".map((one) => one.cell(row).textContent);"
    )
    assert (asked, left) == ("9", "3 unscored, 1 blocked")
    assert page.execute_script("return data.others.every((row) => row.asked >= row.errors)")


def test_thresholds_of_a_policy_stand_on_the_compliance_sheet(page: Any) -> None:
    text = one(page, "#compliance").text
    assert "tc260-003 9.4" in text and "too few items" in text
    assert "errors" in text and "blocked" in text and "unscored" in text
    assert "to be verified" in one(page, "#compliance-notes").text
