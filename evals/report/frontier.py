"""The frontier plot: J against policy tax, one panel per policy, with intervals and a table of values.

All panels share their axes. Real models carry a name where one fits without touching another name or
glyph; reference models are small rings, with a count where several fall on one place. A model whose
tax cannot be stated (no placebo, or capability near the floor) keeps its J on the strip at the right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lawbound.evals.report.glyphs import Place, colour_of, piles, shape_of
from lawbound.evals.report.labels import Box, Spot, place_labels
from lawbound.evals.report.values import Row, end_of, said_of, text_of, values_table

WIDTH, HEIGHT = 480, 380
LEFT, TOP, BOTTOM = 46, 14, 50
STRIP = 74
NAME = 26
"""Most characters of a name beside its glyph; the table below has it in full."""

_ONE_MARK = 4.0
_ONE_RING = 9.0
"""Distance below which two glyphs, or two rings, look like one."""


@dataclass(frozen=True, slots=True)
class _Axes:
    low_x: float
    high_x: float
    step_x: float
    low_y: float
    has_strip: bool

    @property
    def right(self) -> float:
        return WIDTH - (STRIP if self.has_strip else 12)

    @property
    def strip_x(self) -> float:
        return WIDTH - STRIP / 2 - 4

    def place(self, row: Row) -> tuple[float, float]:
        """On the strip, horizontal position has no meaning: rings stand apart to be seen."""
        if row["policy_tax"] is not None:
            return self.x(row["policy_tax"]), self.y(row["J"])
        return self.strip_x + (10 if row["is_reference"] else -16), self.y(row["J"])

    def x(self, value: float) -> float:
        inside = min(max(value, self.low_x), self.high_x)
        return LEFT + (inside - self.low_x) / (self.high_x - self.low_x) * (self.right - LEFT)

    def y(self, value: float) -> float:
        inside = min(max(value, self.low_y), 1.0)
        return TOP + (1 - inside) / (1 - self.low_y) * (HEIGHT - TOP - BOTTOM)


def frontier_html(rows: Sequence[Row], warned: frozenset[str] = frozenset()) -> str:
    """Panels as one HTML fragment.

    Args:
        rows: Rows of the leaderboard, missing values None.
        warned: Models whose numbers have a warning at the head of the page.
    """
    shown = [row for row in rows if row["J"] is not None]
    real = list(dict.fromkeys(row["model"] for row in shown if not row["is_reference"]))
    looks = {model: index for index, model in enumerate(real)}
    axes = _axes(shown)
    modes = {row["mode"] for row in rows}
    boards = list(dict.fromkeys((row["policy"], row["mode"]) for row in rows))
    panels = []
    for policy, mode in boards:
        here = [row for row in rows if (row["policy"], row["mode"]) == (policy, mode)]
        title = policy if len(modes) == 1 else f"{policy} ({mode})"
        panels.append(_panel(title, here, axes, looks, warned))
    return "\n".join(panels)


def _axes(rows: Sequence[Row]) -> _Axes:
    taxed = [row for row in rows if row["policy_tax"] is not None]
    ends = [0.0, 0.1, -0.05] + [row["policy_tax"] for row in taxed]
    for row in taxed:
        if not row["is_reference"]:
            ends += [end_of(row, "policy_tax", "low"), end_of(row, "policy_tax", "high")]
    lowest_j = min([0.0, *(end_of(row, "J", "low") for row in rows if not row["is_reference"])])
    lowest_j = min([lowest_j, *(row["J"] for row in rows)])
    spread = max(ends) - min(ends)
    step = next((s for s in (0.05, 0.1, 0.2, 0.25) if spread / s <= 7), 0.5)
    return _Axes(
        low_x=math.floor(min(ends) / step - 1e-9) * step,
        high_x=math.ceil(max(ends) / step + 1e-9) * step,
        step_x=step,
        low_y=max(-1.0, math.floor(lowest_j / 0.25 - 0.2) * 0.25),
        has_strip=len(taxed) < len(rows),
    )


def _panel(
    title: str, rows: Sequence[Row], axes: _Axes, looks: Mapping[str, int], warned: frozenset[str]
) -> str:
    caption = f"<figcaption>{text_of(title)}</figcaption>"
    absent = [str(row["model"]) for row in rows if row["J"] is None]
    absent_note = (
        f"<p>No J, so not in the plot: {text_of(', '.join(absent))}.</p>" if absent else ""
    )
    rows = sorted(rows, key=lambda row: row["J"] is None)
    table = values_table(title, rows, looks, warned)
    shown = [row for row in rows if row["J"] is not None]
    if not shown:
        return f'<figure class="panel">{caption}<p>No model has a J here.</p>{table}</figure>'
    real = [row for row in shown if not row["is_reference"]]
    references = [row for row in shown if row["is_reference"]]
    parts = [
        '<div class="plot" tabindex="0" role="group" aria-label="The plot">'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="J against policy tax under {text_of(title)}; the values stand in the table below">',
        *_grid(axes),
        *_rings(references, [axes.place(row) for row in real], axes),
        *(_bars(row, axes, looks[row["model"]]) for row in real),
        *_glyphs(real, axes, looks),
        *_names(real, references, axes, looks),
        "</svg></div>",
    ]
    return f'<figure class="panel">{caption}{"".join(parts)}{absent_note}{table}</figure>'


def _grid(axes: _Axes) -> list[str]:
    bottom = HEIGHT - BOTTOM
    parts = []
    for index in range(round((1 - axes.low_y) / 0.25) + 1):
        value = axes.low_y + index * 0.25
        y = axes.y(value)
        parts.append(
            f'<line class="{_weight(value)}" x1="{LEFT}" y1="{y:.1f}" x2="{axes.right:.1f}" y2="{y:.1f}"/>'
        )
        if index % 2 == round(-axes.low_y / 0.25) % 2:
            parts.append(
                f'<text class="tick" x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_tick(value)}</text>'
            )
    for index in range(round((axes.high_x - axes.low_x) / axes.step_x) + 1):
        value = axes.low_x + index * axes.step_x
        x = axes.x(value)
        parts.append(
            f'<line class="{_weight(value)}" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>'
            f'<text class="tick" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{_tick(value)}</text>'
        )
    middle = (LEFT + axes.right) / 2
    parts.append(
        f'<text class="axis" x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle">'
        "← lower is better · policy tax</text>"
        f'<text class="axis" transform="translate(12 {(TOP + bottom) / 2:.0f}) rotate(-90)" '
        'text-anchor="middle">J · higher is better →</text>'
    )
    if axes.has_strip:
        x = axes.right + 10
        parts.append(
            f'<rect class="strip" x="{x:.1f}" y="{TOP}" width="{WIDTH - x - 4:.1f}" '
            f'height="{bottom - TOP}"/>'
            f'<text class="tick" x="{axes.strip_x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">'
            "no tax stated</text>"
        )
    return parts


def _weight(value: float) -> str:
    return "zero" if abs(value) < 1e-9 else "grid"


def _tick(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}".replace("-", "\u2212")


def _rings(rows: Sequence[Row], glyphs: Sequence[Place], axes: _Axes) -> list[str]:
    return [
        f'<g class="reference"><title>{text_of(chr(10).join(said_of(row) for row in here))}</title>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_radius((x, y), glyphs)}"/></g>'
        for (x, y), here in _piles(rows, axes, _ONE_RING).items()
    ]


def _radius(ring: Place, glyphs: Sequence[Place]) -> int:
    """A ring wide enough to be seen around a glyph in the same place."""
    return 9 if any(math.dist(ring, glyph) < 6 for glyph in glyphs) else 4


def _piles(rows: Sequence[Row], axes: _Axes, within: float) -> dict[Place, list[Row]]:
    found = piles([axes.place(row) for row in rows], within)
    return {place: [rows[index] for index in here] for place, here in found.items()}


def _bars(row: Row, axes: _Axes, look: int) -> str:
    x, y = axes.place(row)
    top, bottom = axes.y(end_of(row, "J", "high")), axes.y(end_of(row, "J", "low"))
    lines = [
        f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}M{x - 3:.1f} {top:.1f}h6M{x - 3:.1f} {bottom:.1f}h6"/>'
    ]
    if row["policy_tax"] is not None:
        left = axes.x(end_of(row, "policy_tax", "low"))
        right = axes.x(end_of(row, "policy_tax", "high"))
        lines.append(
            f'<path d="M{left:.1f} {y:.1f}H{right:.1f}M{left:.1f} {y - 3:.1f}v6M{right:.1f} {y - 3:.1f}v6"/>'
        )
    return f'<g class="bars {colour_of(look)}">{"".join(lines)}</g>'


def _glyphs(rows: Sequence[Row], axes: _Axes, looks: Mapping[str, int]) -> list[str]:
    """Where glyphs cover each other, the one on top says whose values lie below it too."""
    return [
        f'<g class="glyph {colour_of(looks[row["model"]])}" transform="translate({x:.1f} {y:.1f})">'
        f"<title>{text_of(chr(10).join(said_of(one) for one in here))}</title>"
        f"{shape_of(looks[row['model']])}</g>"
        for here in _piles(rows, axes, _ONE_MARK).values()
        for row in here
        for x, y in (axes.place(row),)
    ]


def _names(
    real: Sequence[Row], references: Sequence[Row], axes: _Axes, looks: Mapping[str, int]
) -> list[str]:
    glyphs = [axes.place(row) for row in real]
    rings = _piles(references, axes, _ONE_RING)
    taken = [Box(x - 7, y - 7, x + 7, y + 7) for x, y in glyphs]
    for x, y in rings:
        r = _radius((x, y), glyphs) + 1
        taken.append(Box(x - r, y - r, x + r, y + r))
    room = Box(LEFT + 2, TOP, WIDTH - 2, HEIGHT - BOTTOM - 2)
    soft = []
    for row, (x, y) in zip(real, glyphs, strict=True):
        soft.append(
            Box(x - 2, axes.y(end_of(row, "J", "high")), x + 2, axes.y(end_of(row, "J", "low")))
        )
        if row["policy_tax"] is not None:
            ends = (
                axes.x(end_of(row, "policy_tax", "low")),
                axes.x(end_of(row, "policy_tax", "high")),
            )
            soft.append(Box(ends[0], y - 2, ends[1], y + 2))
    parts = []
    for here in (_piles(real, axes, _ONE_MARK), rings):
        many = {place: f"×{len(rows)}" for place, rows in here.items() if len(rows) > 1}
        spots = place_labels(list(many), list(many.values()), room, taken, soft)
        for place, spot in zip(many, spots, strict=True):
            if spot is not None:
                taken.append(spot.box)
                parts += _label(many[place], place, spot, "count", "")
    names = [_short(row["model"]) for row in real]
    for row, name, glyph, spot in zip(
        real, names, glyphs, place_labels(glyphs, names, room, taken, soft), strict=True
    ):
        if spot is not None:
            parts += _label(name, glyph, spot, "name", colour_of(looks[row["model"]]))
    return parts


def _label(text: str, glyph: Place, spot: Spot, kind: str, colour: str) -> list[str]:
    """A name beside a glyph; if it is far from it, with a line to it."""
    line = []
    if spot.is_far:
        end_x = min(max(glyph[0], spot.box.left), spot.box.right)
        end_y = spot.box.bottom if spot.box.bottom < glyph[1] else spot.box.top
        line.append(
            f'<line class="leader {colour}" x1="{glyph[0]:.1f}" y1="{glyph[1]:.1f}" '
            f'x2="{end_x:.1f}" y2="{end_y:.1f}"/>'
        )
    return [
        *line,
        f'<text class="{kind}{" " if colour else ""}{colour}" x="{spot.box.left + 1:.1f}" '
        f'y="{spot.box.bottom - 3:.1f}">{text_of(text)}</text>',
    ]


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 9]}…{name[-8:]}"
