"""What the head of the report says of its run: models, judges and warnings."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from report_page import every, one

import lawbound
from lawbound.evals.conclude import conclude
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.run_spec import RunSpec
from lawbound.evals.suite.suite import load_suite
from lawbound.runners.engines.function import FunctionEngine

pytestmark = pytest.mark.browser


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
    assert one(browser, "#about").text.endswith("x: answers were asked as openai:x@http://a/v1")


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
        about = one(browser, "#about").text
        assert "asked about 0, " in about and told in about and left_out not in about
        text, count = re.subn(r'("fates_known": ?)true', r"\1false", page.read_text())
        assert count == (told != "not stored, ")
        page.write_text(text)


def test_reference_models_are_counted_apart_in_the_head(page: Any) -> None:
    references = len(load_suite("quick").references)
    assert references > 10
    assert f" 1 models and {references} reference models " in one(page, "#about").text


def test_warnings_stand_at_the_head_and_mark_the_rows(
    browser: Any, page: Any, tmp_path: Path
) -> None:
    assert not one(page, "#warnings").is_displayed()
    name = "<b>x</b>"
    spec = RunSpec(suite="quick", models=(name,), policies=("us",), limit=1)
    lawbound.evaluate(spec, tmp_path, engines={name: FunctionEngine(lambda _: "...", name=name)})
    browser.get((tmp_path / "report.html").as_uri())
    line, tie, *_ = every(browser, "#warning-lines li")
    assert f"model '{name}' equals the baseline" in tie.text
    assert f"answers of {name} ended without a word" in line.text and line.is_displayed()
    marked = every(browser, "#board tbody tr:has(a[href='#warnings'])")
    assert [name in row.text for row in marked] == [True]
    below = every(browser, ".panel tbody tr:has(a[href='#warnings'])")
    assert len(below) == len(every(browser, ".panel"))
