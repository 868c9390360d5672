"""A real browser that may reach nothing, and the report of a hostile model in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile_answers import HOSTILE, MODEL

import lawbound
from lawbound.evals.run_spec import RunSpec
from lawbound.runners.engines.function import FunctionEngine


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless browser that may reach nothing."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    profile = tmp_path_factory.mktemp("profile")
    for flag in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "host-resolver-rules=MAP * ~NOTFOUND",
        f"user-data-dir={profile}",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run whose one model is hostile, in its answers and in its name."""
    out = tmp_path_factory.mktemp("run")
    spec = RunSpec(suite="quick", models=(MODEL,), policies=("cn", "de"), limit=12)
    engine = FunctionEngine(
        lambda request: HOSTILE[int(request.key[:8], 16) % len(HOSTILE)], name=MODEL
    )
    lawbound.evaluate(spec, out, engines={MODEL: engine})
    return out / "report.html"


@pytest.fixture
def page(browser: Any, report: Path) -> Any:
    """The report, freshly opened."""
    browser.set_window_size(1280, 900)
    browser.get(report.as_uri())
    return browser
