"""The report in a real browser, with answers that try everything: nothing of theirs runs."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import lawbound
from lawbound.evals.conclude import conclude
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.run_spec import RunSpec
from lawbound.runners.engines.function import FunctionEngine
from lawbound.runners.sample import Request

pytestmark = pytest.mark.browser

REFUSAL = "I'm sorry, but I can't help with that."
HOSTILE = (
    "<script>window.hacked = 1; alert(1)</script>",
    "</script><script>window.hacked = 2</script>",
    '<img src=x onerror="window.hacked = 3">',
    '"><svg onload=window.hacked=4>',
    "<!--<script>window.hacked = 5</script>-->",
    "{{script}} {{data}} {{title}}",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07",
    "a \u202egnp.exe\u202c b \u2066c\u2069",
    "half a pair \ud83d and \udc00",
    "nul \x00 and \x08 and \x7f",
    "wall " + "x" * 1_000_000,
    "javascript:window.hacked=6",
    "\u0647\u0630\u0627 12 (b)\r\nline",
    REFUSAL,
)
MODEL = 'evil"><script>window.hacked=7</script>\u202e'


def _answer(request: Request) -> str:
    return HOSTILE[int(request.key[:8], 16) % len(HOSTILE)]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run whose one model is hostile, in its answers and in its name."""
    out = tmp_path_factory.mktemp("run")
    spec = RunSpec(suite="quick", models=(MODEL,), policies=("cn", "de"), limit=12)
    engine = FunctionEngine(_answer, name=MODEL)
    lawbound.evaluate(spec, out, engines={MODEL: engine})
    return out / "report.html"


@pytest.fixture
def page(browser: Any, report: Path) -> Any:
    """The report, freshly opened."""
    browser.set_window_size(1280, 900)
    browser.get(report.as_uri())
    return browser


def _count(page: Any) -> int:
    return int(_one(page, "#answer-count").text.split()[0])


def _one(page: Any, css: str) -> Any:
    return page.find_element("css selector", css)


def _all(page: Any, css: str) -> list[Any]:
    found: list[Any] = page.find_elements("css selector", css)
    return found


def _choose(page: Any, name: str, value: str) -> None:
    from selenium.webdriver.support.select import Select

    Select(_one(page, f"#answer-filters [name={name}]")).select_by_value(value)


def _show_all(page: Any) -> None:
    more = _one(page, "#more")
    while more.is_displayed():
        page.execute_script("arguments[0].click()", more)


def test_nothing_that_a_model_wrote_runs(page: Any) -> None:
    from selenium.common.exceptions import NoAlertPresentException

    _show_all(page)
    assert len(_all(page, "article")) == _count(page) > 100
    assert page.execute_script("return window.hacked") is None
    with pytest.raises(NoAlertPresentException):
        _ = page.switch_to.alert.text
    assert len(_all(page, "script")) == 2
    assert not _all(page, "article img, article script, article svg, img, iframe, object")


def test_answers_that_were_asked_at_another_address_are_named(
    browser: Any, rewrite: Callable[..., None], tmp_path: Path
) -> None:
    spec = RunSpec(suite="quick", models=("x",), policies=("us",), limit=1, references=False)
    lawbound.evaluate(spec, tmp_path, engines={"x": FunctionEngine(lambda _: "Yes.")})
    (entry,) = RunFolder(tmp_path).read_run().models
    origin = {"model": "x", "revision": "unverified"}
    rewrite(
        tmp_path,
        models=[entry.content() | {"spec": "openai:x@http://b/v1"}],
        asked_as=[origin | {"spec": f"openai:x@http://{host}/v1"} for host in "ab"],
    )
    conclude(tmp_path)
    browser.get((tmp_path / "report.html").as_uri())
    assert _one(browser, "#about").text.endswith("x: answers were asked as openai:x@http://a/v1")


def test_fates_of_other_answers_than_those_here_are_left_out(
    browser: Any, rewrite: Callable[..., None], tmp_path: Path
) -> None:
    spec = RunSpec(suite="quick", models=("x",), policies=("us",), limit=1, references=False)
    lawbound.evaluate(spec, tmp_path, engines={"x": FunctionEngine(lambda _: "Yes.")})
    judge = {"models": ["smollm2"], "mode": "hybrid", "panel": [], "last_pass": []}
    rewrite(tmp_path, judge=judge)
    (tmp_path / "judgements").mkdir()
    (tmp_path / "judgements" / "readings.jsonl").touch()
    conclude(tmp_path)
    page = tmp_path / "report.html"
    for told, left_out in (("unreadable 0, ", "not stored"), ("not stored, ", "unreadable")):
        browser.get(page.as_uri())
        about = _one(browser, "#about").text
        assert "asked about 0, " in about and told in about and left_out not in about
        text, count = re.subn(r'("fates_known": ?)true', r"\1false", page.read_text())
        assert count == (told != "not stored, ")
        page.write_text(text)


def test_hostile_text_is_shown_as_text(page: Any) -> None:
    _show_all(page)
    text = page.execute_script("return document.getElementById('answers').textContent")
    for shown in (HOSTILE[0], HOSTILE[2], HOSTILE[5], "␛[31mred", "⟨U+202E⟩gnp.exe", "nul ␀ and ␈"):
        assert shown in text
    assert "half a pair \ufffd and \ufffd" in text
    assert not set(text) & set("\x00\x1b\u202e")
    assert "996005 more characters" in text


def test_each_text_runs_in_its_own_direction_and_a_question_names_its_language(page: Any) -> None:
    _show_all(page)
    runs, langs = page.execute_script(
        "const pre = [...document.querySelectorAll('article pre')];"
        "return [pre.filter((one) => getComputedStyle(one).direction === 'rtl').map((one) => one.textContent),"
        "pre.map((one) => one.lang)]"
    )
    assert set(runs) == {"\u0647\u0630\u0627 12 (b)\nline"}
    assert set(langs) == {"", "en"}


def test_reference_models_are_counted_apart_in_the_head(page: Any) -> None:
    assert " 1 models and 11 reference models " in _one(page, "#about").text


def test_the_page_asks_the_network_for_nothing_and_logs_no_error(page: Any, report: Path) -> None:
    import json

    for log in ("browser", "performance"):
        page.get_log(log)  # what came before this page
    page.get(report.as_uri())
    _show_all(page)
    assert page.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in page.get_log("performance")]
    asked = [
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    ]
    assert {url.partition(":")[0] for url in asked} <= {"file"}
    assert len(set(asked)) == 1


def test_filters_and_search_narrow_the_list_and_clearing_restores_it(page: Any) -> None:
    whole = _count(page)
    _choose(page, "policy", "cn")
    of_cn = _count(page)
    assert 0 < of_cn < whole
    _choose(page, "strength", "full")
    at_full = _count(page)
    assert 0 < at_full < of_cn
    assert all(" full " in f" {e.text} " for e in _all(page, "article header .meta"))
    _one(page, "#answer-filters [name=text]").send_keys("onerror")
    assert 0 < _count(page) < at_full
    assert all("onerror" in e.text for e in _all(page, "article .answer"))
    _one(page, "#answer-filters button").click()
    assert _count(page) == whole


def test_an_answer_that_can_be_checked_is_called_right_or_wrong(page: Any) -> None:
    _choose(page, "kind", "reasoning")
    assert {chip.text for chip in _all(page, "article .chip")} == {"wrong"}


def test_the_span_that_decided_is_marked(page: Any) -> None:
    _choose(page, "saw", "refuse")
    marked = _all(page, "article .answer mark")
    assert len(marked) == len(_all(page, "article")) > 0
    assert all(mark.text and mark.text in REFUSAL for mark in marked)


def test_a_rule_leads_to_its_answers(page: Any) -> None:
    whole = _count(page)
    link = _one(page, "#rules .link")
    rule = link.text
    page.execute_script("arguments[0].click()", link)
    assert 0 <= _count(page) < whole
    assert all(rule in card.text for card in _all(page, "article"))
    assert page.switch_to.active_element.get_attribute("id") == "h-answers"


def test_a_rule_without_answers_in_the_page_is_no_link(page: Any) -> None:
    _one(page, "#rule-filters input").click()
    told = "return [...document.querySelectorAll(arguments[0])].map((row) => row.textContent)"
    assert page.execute_script(told, "#rules tr.reference")
    assert not page.execute_script(told, "#rules tr.reference .link")
    assert page.execute_script(told, "#rules tr:not(.reference) .link")


def test_judgements_and_the_answers_they_are_of_are_counted_apart(page: Any) -> None:
    judged, texts = page.execute_script("return [data.answers.length, data.texts.length]")
    assert texts < judged
    told = f"{judged} of {judged} judgements, of {texts} answers; the first 25 are shown"
    assert _one(page, "#answer-count").text == told


def test_headline_columns_come_first_and_all_columns_on_demand(page: Any) -> None:
    heads = [e.text for e in _all(page, "#board thead th")]
    assert heads[:6] == ["rank", "model", "J", "policy tax", "tradeoff", "capability"]
    assert heads[-3:] == ["cut off", "front", "n"]
    assert all(int(row.text) >= 0 for row in _all(page, "#board tbody td:last-child"))
    boxes = _all(page, "#board-filters input")
    boxes[1].click()
    assert "schema_version" in [e.text for e in _all(page, "#board thead th")]
    boxes[0].click()
    assert not _all(page, "#board tr.reference")


def test_warnings_stand_at_the_head_and_mark_the_rows(
    browser: Any, page: Any, tmp_path: Path
) -> None:
    assert not _one(page, "#warnings").is_displayed()
    name = "<b>x</b>"
    spec = RunSpec(suite="quick", models=(name,), policies=("us",), limit=1)
    lawbound.evaluate(spec, tmp_path, engines={name: FunctionEngine(lambda _: "...", name=name)})
    browser.get((tmp_path / "report.html").as_uri())
    line, tie, *_ = _all(browser, "#warning-lines li")
    assert f"model '{name}' equals the baseline" in tie.text
    assert f"answers of {name} ended without a word" in line.text and line.is_displayed()
    marked = _all(browser, "#board tbody tr:has(a[href='#warnings'])")
    assert [name in row.text for row in marked] == [True]
    below = _all(browser, ".panel tbody tr:has(a[href='#warnings'])")
    assert len(below) == len(_all(browser, ".panel"))


def test_the_board_says_what_the_values_below_the_figures_say(page: Any) -> None:
    page.execute_script("document.querySelectorAll('details').forEach((d) => { d.open = true })")

    def said(css: str, value: int) -> set[tuple[str, str]]:
        """Name and value of every reference model; the name of the other is not the same on both sides."""
        rows = [
            [cell.text for cell in row.find_elements("css selector", "th, td")]
            for row in _all(page, f"{css} tbody tr.reference")
        ]
        return {(row[value - 1], "".join(row[value].split())) for row in rows}

    below = said(".panel", 1)
    assert len(below) > 5 and below == said("#board", 2)
    assert all(text.count(".") == 3 for _, text in below)


def test_a_table_sorts_by_the_column_that_is_chosen(page: Any) -> None:
    _one(page, "#board thead th:nth-child(3) button").click()
    assert _one(page, "#board thead th:nth-child(3)").get_attribute("aria-sort") == "descending"
    values = [
        float(e.text.replace("−", "-"))
        for e in _all(page, "#board tbody:nth-of-type(1) td:nth-child(3) .value")
    ]
    assert len(values) > 5 and values == sorted(values, reverse=True)


def _column(page: Any, number: int) -> list[str]:
    """The texts of a column of the leaderboard, of its first policy."""
    rows = _all(page, "#board tbody:nth-of-type(1) tr:not(.group)")
    return [row.find_element("css selector", f":nth-child({number})").text for row in rows]


def test_sorting_says_its_direction_moves_no_policy_and_puts_what_is_missing_last(
    page: Any,
) -> None:
    head = "#board thead th:nth-child({})"
    groups = [row.text for row in _all(page, "#board tr.group")]
    for number, first, mark in (
        (1, "ascending", "▲"),
        (2, "ascending", "▲"),
        (4, "descending", "▼"),
    ):
        for direction, sign in ((first, mark), ("", "▼" if mark == "▲" else "▲")):
            _one(page, head.format(number) + " button").click()
            column = _one(page, head.format(number))
            assert column.text.endswith(sign)
            assert not direction or column.get_attribute("aria-sort") == direction
            assert [row.text for row in _all(page, "#board tr.group")] == groups
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
        more = _one(page, "section[aria-labelledby=h-others] .more")
        assert more.text == f"Show more ({shown} of 1300 rows)"
        assert len(_all(page, "#others tbody tr:not(.group)")) == shown
        more.click()
    assert len(_all(page, "#others tbody tr:not(.group)")) == 1300
    assert not _one(page, "section[aria-labelledby=h-others] .more").is_displayed()


def test_every_table_has_a_name(page: Any) -> None:
    page.execute_script(
        "document.querySelectorAll('details').forEach((one) => { one.open = true; })"
    )
    names = [table.accessible_name for table in _all(page, "table")]
    assert len(names) > 5 and all(names)


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
    _one(page, "#theme").click()
    _one(page, "#theme").click()
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
        assert "Scripts are off" in _one(browser, "noscript").text
        assert [head.text for head in _all(browser, "h2") if head.is_displayed()] == [
            "The tradeoff at strength full"
        ]
        assert not [one for one in _all(browser, "button, nav") if one.is_displayed()]
        assert all(panel.is_displayed() for panel in _all(browser, ".panel"))
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_every_metric_can_be_looked_up(page: Any) -> None:
    from selenium.webdriver.support.select import Select

    Select(_one(page, "#other-filters [name=metric]")).select_by_value("intl_gap")
    names = {row.text for row in _all(page, "#others tbody tr:not(.group) th")}
    assert names == {"intl_gap"}
    assert len(_all(page, "#others tbody tr.group")) == 2  # both policies


def test_a_metric_says_what_was_asked_and_names_only_what_was_left_out(page: Any) -> None:
    heads = [one.text for one in _all(page, "#others thead th")]
    assert heads.index("asked") + 1 == heads.index("left out")
    asked, left = page.execute_script(
        "const row = {...data.others[0], asked: 9, unscored: 3, errors: 0, blocked: 1};"
        "return otherColumns.filter((one) => ['asked', 'left out'].includes(one.title))"
        ".map((one) => one.cell(row).textContent);"
    )
    assert (asked, left) == ("9", "3 unscored, 1 blocked")
    assert page.execute_script("return data.others.every((row) => row.asked >= row.errors)")


def test_marks_of_a_policy_stand_on_the_compliance_sheet(page: Any) -> None:
    text = _one(page, "#compliance").text
    assert "tc260-003 9.4" in text and "too few items" in text
    assert "missing" in text and "blocked" in text and "unread" in text
    assert "to be verified" in _one(page, "#compliance-notes").text


def test_keys_reach_the_search_and_walk_through_answers(page: Any) -> None:
    for key in "/j":
        _one(page, "body").send_keys(key)
        assert page.switch_to.active_element.tag_name == "body"  # keys are of the answers alone
    heading = _one(page, "#h-answers")
    page.execute_script("arguments[0].focus()", heading)
    heading.send_keys("/")
    assert page.switch_to.active_element.get_attribute("name") == "text"
    page.execute_script("arguments[0].focus()", heading)
    heading.send_keys("j")
    page.switch_to.active_element.send_keys("j")
    assert page.switch_to.active_element == _all(page, "article")[1]
    page.switch_to.active_element.send_keys("k")
    assert page.switch_to.active_element == _all(page, "article")[0]


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

    button = _one(page, "#theme")
    button.click()
    light = paper()
    button.click()
    assert paper() != light and button.text == "Colours: dark"
