"""The answers in the report: filters, what decided each, and the ways to them by rules and keys."""

from typing import Any

import pytest
from hostile_answers import REFUSAL
from report_page import choose, count, every, one

pytestmark = pytest.mark.browser


def test_filters_and_search_narrow_the_list_and_clearing_restores_it(page: Any) -> None:
    whole = count(page)
    choose(page, "policy", "cn")
    of_cn = count(page)
    assert 0 < of_cn < whole
    choose(page, "strength", "full")
    at_full = count(page)
    assert 0 < at_full < of_cn
    assert all(" full " in f" {e.text} " for e in every(page, "article header .meta"))
    one(page, "#answer-filters [name=text]").send_keys("onerror")
    assert 0 < count(page) < at_full
    assert all("onerror" in e.text for e in every(page, "article .answer"))
    one(page, "#answer-filters button").click()
    assert count(page) == whole


def test_an_answer_that_can_be_checked_is_called_right_or_wrong(page: Any) -> None:
    choose(page, "kind", "reasoning")
    assert {chip.text for chip in every(page, "article .chip")} == {"wrong"}


def test_the_span_that_decided_is_marked(page: Any) -> None:
    choose(page, "saw", "refuse")
    marked = every(page, "article .answer mark")
    assert len(marked) == len(every(page, "article")) > 0
    assert all(mark.text and mark.text in REFUSAL for mark in marked)


def test_a_rule_leads_to_its_answers(page: Any) -> None:
    whole = count(page)
    link = one(page, "#rules .link")
    rule = link.text
    page.execute_script("arguments[0].click()", link)
    assert 0 < count(page) < whole
    assert all(rule in card.text for card in every(page, "article"))
    assert page.switch_to.active_element.get_attribute("id") == "h-answers"


def test_a_rule_without_answers_in_the_page_is_no_link(page: Any) -> None:
    one(page, "#rule-filters input").click()
    told = "return [...document.querySelectorAll(arguments[0])].map((row) => row.textContent)"
    assert page.execute_script(told, "#rules tr.reference")
    assert not page.execute_script(told, "#rules tr.reference .link")
    assert page.execute_script(told, "#rules tr:not(.reference) .link")


def test_judgements_and_the_answers_they_are_of_are_counted_apart(page: Any) -> None:
    judged, texts = page.execute_script("return [data.answers.length, data.texts.length]")
    assert texts < judged
    told = f"{judged} of {judged} judgements, of {texts} answers; the first 25 are shown"
    assert one(page, "#answer-count").text == told


def test_keys_reach_the_search_and_walk_through_answers(page: Any) -> None:
    for key in "/j":
        one(page, "body").send_keys(key)
        assert page.switch_to.active_element.tag_name == "body"  # keys are of the answers alone
    heading = one(page, "#h-answers")
    page.execute_script("arguments[0].focus()", heading)
    heading.send_keys("/")
    assert page.switch_to.active_element.get_attribute("name") == "text"
    page.execute_script("arguments[0].focus()", heading)
    heading.send_keys("j")
    page.switch_to.active_element.send_keys("j")
    assert page.switch_to.active_element == every(page, "article")[1]
    page.switch_to.active_element.send_keys("k")
    assert page.switch_to.active_element == every(page, "article")[0]
