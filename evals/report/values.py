"""A figure in words: the table of values below it, and the text of each of its glyphs."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from lawbound.evals.number_text import estimate_text
from lawbound.evals.report.glyphs import key_of

Row = Mapping[str, Any]


def values_table(
    title: str, rows: Sequence[Row], looks: Mapping[str, int], warned: frozenset[str]
) -> str:
    """Every model of a panel, including those without a glyph, and why they have none.

    Args:
        title: Title of the panel.
        rows: Rows of one policy and mode.
        looks: Index of each model that has a glyph.
        warned: Models whose numbers have a warning at the head of the page.
    """
    lines = "".join(
        f"<tr{' class=reference' if row['is_reference'] else ''}><th scope=row>{_key(row, looks)}"
        f"{text_of(row['model'])}"
        f"{WARNED if row['model'] in warned else ''}</th><td>{_span(row, 'J')}</td>"
        f"<td>{_span(row, 'policy_tax')}</td><td class=number>{row.get('n', '')}</td>"
        f"<td class=meta>{text_of(_why(row))}</td></tr>"
        for row in rows
    )
    return (
        f"<details><summary>Values of {len(rows)} models</summary><div class=scroll tabindex=0>"
        f'<table aria-label="Values under {text_of(title)}">'
        "<thead><tr><th scope=col>model<th scope=col>J [95 % interval]<th scope=col>policy tax [95 % interval]"
        f"<th scope=col class=number>n<th scope=col>note</tr></thead><tbody>{lines}</tbody></table></div></details>"
    )


WARNED = ' <a href="#warnings" title="see the warnings" aria-label="see the warnings">\u26a0</a>'


def _key(row: Row, looks: Mapping[str, int]) -> str:
    return "" if row["J"] is None else f"{key_of(looks.get(row['model']))} "


def said_of(row: Row) -> str:
    """One line for a model."""
    return f"{row['model']}: J {_span(row, 'J')}, policy tax {_span(row, 'policy_tax')}"


def end_of(row: Row, name: str, side: str) -> float:
    """An end of an interval, or the value if there is none."""
    found = row.get(f"{name}_{side}")
    return float(row[name] if found is None else found)


def text_of(value: str) -> str:
    """Escaped, and without what UTF-8 cannot carry."""
    return html.escape(value.encode("utf-8", "replace").decode())


def _span(row: Row, name: str) -> str:
    if row[name] is None:
        return "not stated"
    return estimate_text(row[name], end_of(row, name, "low"), end_of(row, name, "high"))


def _why(row: Row) -> str:
    return next((row.get(f"{n}_note") or "" for n in ("J", "policy_tax") if row[n] is None), "")
