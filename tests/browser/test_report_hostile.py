"""Answers that try everything, in the report: nothing of theirs runs, and all of it is shown as text."""

from pathlib import Path
from typing import Any

import pytest
from hostile_answers import HOSTILE
from report_page import count, every, show_all

pytestmark = pytest.mark.browser


def test_nothing_that_a_model_wrote_runs(page: Any) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    show_all(page)
    assert len(every(page, "article")) == count(page) > 100
    assert page.execute_script("return window.hacked") is None
    with pytest.raises(NoAlertPresentException):
        _ = page.switch_to.alert.text
    assert len(every(page, "script")) == 2
    assert not every(page, "article img, article script, article svg, img, iframe, object")


def test_hostile_text_is_shown_as_text(page: Any) -> None:
    show_all(page)
    text = page.execute_script("return document.getElementById('answers').textContent")
    for shown in (HOSTILE[0], HOSTILE[2], HOSTILE[5], "␛[31mred", "⟨U+202E⟩gnp.exe", "nul ␀ and ␈"):
        assert shown in text
    assert "half a pair \ufffd and \ufffd" in text
    assert not set(text) & set("\x00\x1b\u202e")
    assert "996005 more characters" in text


def test_each_text_runs_in_its_own_direction_and_a_question_names_its_language(page: Any) -> None:
    show_all(page)
    runs, langs = page.execute_script(
        "const pre = [...document.querySelectorAll('article pre')];"
        "return [pre.filter((one) => getComputedStyle(one).direction === 'rtl').map((one) => one.textContent),"
        "pre.map((one) => one.lang)]"
    )
    assert set(runs) == {"\u0647\u0630\u0627 12 (b)\nline"}
    assert set(langs) == {"", "en"}


def test_the_page_asks_the_network_for_nothing_and_logs_no_error(page: Any, report: Path) -> None:
    import json

    for log in ("browser", "performance"):
        page.get_log(log)  # what came before this page
    page.get(report.as_uri())
    show_all(page)
    assert page.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    ]
    assert {url.partition(":")[0] for url in asked} <= {"file"}
    assert len(set(asked)) == 1
