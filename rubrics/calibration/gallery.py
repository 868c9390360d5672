"""The error gallery: every disagreement between grader and label on one page that runs nothing."""

import hashlib
import html
from base64 import b64encode
from collections.abc import Sequence
from typing import Final

from lawbound.rubrics.calibration.agreement import side
from lawbound.rubrics.calibration.labelled import Labelled
from lawbound.tasks.io.messages import printable

MOST: Final = 1000
"""Most disagreements in the page; those left out are counted on it."""
MAX_TEXT: Final = 4000
AROUND: Final = 200
"""Characters shown on each side of evidence beyond the cut."""

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid #8888; border-radius: .5rem; padding: .5rem 1rem; margin: 1rem 0; }
h3 { font-size: 1rem; margin: .3rem 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .3rem 0; max-height: 24rem;
  overflow: auto; unicode-bidi: plaintext; }
mark { background: #fd6; color: #000; }
dt { font-weight: 600; } dd { margin: 0 0 .5rem; }
"""


def gallery(rows: Sequence[Labelled], *, title: str) -> str:
    """The page, with disagreements on the side first by kind, then by id; all text is escaped."""
    wrong = [row for row in rows if row.read != row.gold and row.gold != "unscored"]
    wrong.sort(key=lambda row: (side(row.gold) == side(row.read), row.gold, row.read, row.id))
    shown = wrong[:MOST]
    pieces: list[str] = []
    before: tuple[str, str] | None = None
    for row in shown:
        if (row.gold, row.read) != before:
            before = (row.gold, row.read)
            n = sum((other.gold, other.read) == before for other in wrong)
            pieces.append(f"<h2>labelled {row.gold}, read as {row.read}: {n}</h2>")
        pieces.append(_article(row))
    digest = b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    rules = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    left = f" {len(wrong) - MOST} more are left out of this page." if len(wrong) > MOST else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{rules}">\n'
        f"<title>{_safe(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{_safe(title)}</h1>\n<p>{len(wrong)} of {len(rows)} labelled answers are read as "
        f"another class; those that change the side (answer, partial, refuse) come first.{left}</p>\n"
        + "\n".join(pieces)
        + "\n</main>\n</body>\n</html>\n"
    )


def _article(row: Labelled) -> str:
    about = " · ".join(part for part in (row.id, row.model, row.lang) if part)
    lang = f' lang="{_safe(row.lang)}"' if row.lang else ""
    return (
        f"<article><h3>{_safe(about)}</h3><dl>"
        f'<dt>Prompt</dt><dd><pre dir="auto"{lang}>{_cut(row.prompt)}</pre></dd>'
        f'<dt>Answer</dt><dd><pre dir="auto">{_marked(row.response, row.evidence)}</pre></dd>'
        f"<dt>Confidence</dt><dd>{row.confidence:.2f}</dd></dl></article>"
    )


def _marked(text: str, evidence: str) -> str:
    """The answer with the deciding span marked, even if that lies beyond the cut."""
    at = text.find(evidence) if evidence else -1
    if at < 0:
        return _cut(text)
    after = at + len(evidence)
    mark = f"<mark>{_safe(evidence)}</mark>"
    if at <= MAX_TEXT:
        return f"{_safe(text[:at])}{mark}{_cut(text[after:])}"
    start = max(MAX_TEXT, at - AROUND)
    gap = f"\n[... {start - MAX_TEXT} more characters]\n" if start > MAX_TEXT else ""
    tail = _cut(text[after:], AROUND)
    return f"{_safe(text[:MAX_TEXT])}{gap}{_safe(text[start:at])}{mark}{tail}"


def _cut(text: str, most: int = MAX_TEXT) -> str:
    rest = len(text) - most
    return _safe(text[:most]) + (f"\n[... {rest} more characters]" if rest > 0 else "")


def _safe(text: str) -> str:
    """Escaped text without characters that steer the display of their surroundings."""
    return html.escape(printable(text.replace("\r\n", "\n")))
