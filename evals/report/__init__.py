"""The report: one HTML file, offline, with every number's way back to the sentences behind it.

Model output is hostile. It enters the page only as JSON inside a script element (with ``<`` escaped)
and reaches the screen only through ``textContent``; a content security policy allows nothing but the
page's own script and style.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lawbound.evals.caveats import Caveat
from lawbound.evals.folder.stored_run import StoredRun
from lawbound.evals.report.answers import answer_page
from lawbound.evals.report.frontier import frontier_html
from lawbound.evals.report.tables import headline_rows, other_rows, printed_rows, rule_rows

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.metrics.estimate import Estimate

MAX_ANSWERS = 6000
"""Most answers in the page; those left out are counted on it."""

_MARK = re.compile(r"\{\{(\w+)\}\}")


def render_report(
    run: StoredRun,
    estimates: Sequence[Estimate],
    leaderboard: pd.DataFrame,
    frame: pd.DataFrame,
    *,
    compliance: Sequence[Mapping[str, Any]],
    caveats: Sequence[Caveat],
) -> str:
    """The page as text.

    Args:
        run: What was asked, and the answers; its record is shown.
        estimates: Every metric.
        leaderboard: One row for each model x policy x mode.
        frame: The verdict frame.
        compliance: Rows of the compliance sheet; the section is there only if it has any.
        caveats: The caveats beside the numbers.
    """
    page = answer_page(frame, run.items, run.samples, most=MAX_ANSWERS)
    headline = headline_rows(leaderboard)
    data = {
        "run": run.record.content(),
        "headline": headline,
        "rules": rule_rows(estimates, run.policies),
        "others": other_rows(estimates),
        "compliance": printed_rows(compliance),
        "caveats": [{"model": one.model, "text": one.text} for one in caveats],
        "answers": page.answers,
        "items": page.items,
        "texts": page.texts,
        "of_references": page.of_references,
        "thinned": page.thinned,
    }
    folder = files("lawbound.evals.report")
    style = (folder / "page.css").read_text(encoding="utf-8")
    script = (folder / "page.js").read_text(encoding="utf-8")
    parts = {
        "policy": _content_security_policy(style, script),
        "style": style,
        "frontier": frontier_html(headline, frozenset(one.model for one in caveats)),
        "title": html.escape(f"Lawbound: {run.record.suite.id}"),
        "data": embed(data),
        "script": script,
    }
    # One pass over the template, so that an answer holding a placeholder is not filled in.
    template = (folder / "page.html").read_text(encoding="utf-8")
    return _MARK.sub(lambda found: parts[found[1]], template)


def embed(data: Any) -> str:
    """JSON that no HTML parser can mistake for markup; nan becomes null."""
    text = json.dumps(_plain(data), ensure_ascii=True, allow_nan=False, default=str)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


def _content_security_policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(text.encode()).digest()).decode()
