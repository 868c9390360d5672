"""The error gallery of a calibration in a real browser: prompts, answers, ids and models run nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from lawbound.rubrics.calibration.files import write_calibration
from lawbound.rubrics.calibration.labelled import read_labelled

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>window.hacked = 1</script>",
    "</pre></dd></dl></article><script>window.hacked = 2</script>",
    '"><img src=x onerror="window.hacked = 3">',
    "<mark onclick=window.hacked=4>",
    "<!--",
    "</style><script>window.hacked = 5</script>",
    "\x1b[31mred \x00 \u202egnp.exe \ud83d half",
    "&lt;script&gt;window.hacked = 6&lt;/script&gt;",
)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery of answers that are all labelled against what they plainly are."""
    folder = tmp_path_factory.mktemp("gallery")
    rows = [
        {
            "id": text,
            "prompt": text,
            "response": f"I'm sorry, but I can't help with that. {text}",
            "gold": "answer",
            "model": text,
        }
        for text in HOSTILE
    ]
    file = folder / "labelled.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    write_calibration(folder, read_labelled(file).rows, [], title=HOSTILE[0] + "</title>")
    return folder / "errors.html"


def test_nothing_in_the_gallery_runs_and_all_of_it_is_shown(browser: Any, gallery: Path) -> None:
    browser.get(gallery.as_uri())
    articles = browser.find_elements("css selector", "article")
    assert len(articles) == len(HOSTILE)
    assert browser.execute_script("return window.hacked") is None
    assert not browser.find_elements("css selector", "script, img, article article, mark[onclick]")
    text = browser.execute_script("return document.body.textContent")
    for shown in (*HOSTILE[:6], HOSTILE[7]):
        assert text.count(shown) >= 3
    assert not set(text) & set("\x00\x1b\u202e\ud83d")
    assert browser.title == HOSTILE[0] + "</title>"
    assert browser.get_log("browser") == []
