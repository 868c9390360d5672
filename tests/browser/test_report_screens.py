"""The report on screens of every width, on paper, without scripts and in dark colours."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_page import every, one

pytestmark = pytest.mark.browser


def test_a_wide_window_gives_its_room_to_wide_tables(page: Any) -> None:
    screen = {"width": 2560, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    hidden = page.execute_script(
        "const box = document.getElementById('board').parentElement;"
        "return [box.scrollWidth - box.clientWidth, document.documentElement.scrollWidth - innerWidth]"
    )
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert hidden[0] == 0 >= hidden[1]


def test_paper_is_white_and_holds_whole_answers(page: Any) -> None:
    one(page, "#theme").click()
    one(page, "#theme").click()
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    ink, height, shown, board, metrics = page.execute_script(
        "const answer = document.querySelector('.answer');"
        "return [getComputedStyle(document.body).color, answer.scrollHeight - answer.clientHeight,"
        "getComputedStyle(answer).maxHeight, document.getElementById('board').offsetWidth,"
        "document.getElementById('others').getClientRects().length]"
    )
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert (ink, height, shown, metrics) == ("rgb(31, 35, 40)", 0, "none", 0)
    assert board <= page.execute_script("return innerWidth")


def test_without_scripts_the_page_says_so_and_shows_its_figures_alone(
    browser: Any, report: Path
) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(report.as_uri())
        assert "Scripts are off" in one(browser, "noscript").text
        assert [head.text for head in every(browser, "h2") if head.is_displayed()] == [
            "The tradeoff at strength full"
        ]
        assert not [part for part in every(browser, "button, nav") if part.is_displayed()]
        assert all(panel.is_displayed() for panel in every(browser, ".panel"))
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.parametrize("width", [500, 768, 1280])
def test_no_screen_is_scrolled_sideways(page: Any, width: int) -> None:
    page.set_window_size(width, 900)
    inside, whole = page.execute_script(
        "return [document.documentElement.clientWidth, document.documentElement.scrollWidth]"
    )
    assert whole <= inside


@pytest.fixture
def phone(page: Any) -> Iterator[Any]:
    """The report on a screen of 360 pixels."""
    screen = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    yield page
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_phone_shows_a_value_beside_the_longest_name(phone: Any) -> None:
    inside, whole, shown = phone.execute_script(
        "const root = document.documentElement;"
        "const cell = document.querySelector('#board tbody:last-child tr:last-child td .value');"
        "return [root.clientWidth, root.scrollWidth, cell.getBoundingClientRect().right]"
    )
    assert whole == inside <= 360
    assert shown < 340


def test_a_phone_shows_the_figures_in_letters_that_can_be_read(phone: Any) -> None:
    heights = phone.execute_script(
        "return [...document.querySelectorAll('.plot text.tick')].map("
        "(text) => 11 * text.getScreenCTM().a)"
    )
    assert min(heights) > 9.5


def test_names_in_the_plot_touch_no_other_name(page: Any) -> None:
    boxes = page.execute_script(
        "return [...document.querySelectorAll('.panel')].map((panel) => "
        "[...panel.querySelectorAll('svg text')].map((text) => {"
        "const b = text.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; }))"
    )
    assert len(boxes) == 2
    for panel in boxes:
        assert len(panel) > 8
        for i, a in enumerate(panel):
            for b in panel[i + 1 :]:
                apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                shared = 0 if apart else min(a[3], b[3]) - max(a[1], b[1])
                assert shared < 3, (a, b)


def test_colours_change_with_the_button(page: Any) -> None:
    def paper() -> str:
        return str(page.execute_script("return getComputedStyle(document.body).backgroundColor"))

    button = one(page, "#theme")
    button.click()
    light = paper()
    button.click()
    assert paper() != light and button.text == "Colours: dark"
