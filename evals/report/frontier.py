"""The frontier plot: J against policy tax, one panel a policy, both intervals drawn."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lawbound.evals.estimate import Estimate

WIDTH, HEIGHT, MARGIN = 420, 320, 46
Scale = Callable[[float], float]
COLOURS = ("#1b6ca8", "#b5541c", "#3d7a37", "#7a3b8f", "#a8281b", "#2b7f7f", "#6b6b1e", "#444f99")


@dataclass(frozen=True, slots=True)
class _Point:
    model: str
    x: tuple[float, float, float]
    y: tuple[float, float, float]
    reference: bool


def frontier_svg(estimates: Sequence[Estimate]) -> str:
    """Panels as one HTML fragment of inline SVG; a policy without a finite point says so."""
    policies = list(dict.fromkeys(e.policy for e in estimates if e.policy))
    models = list(dict.fromkeys(e.model for e in estimates))
    colours = {
        model: "#9a9a9a" if model.startswith("reference:") else COLOURS[i % len(COLOURS)]
        for i, model in enumerate(models)
    }
    return "\n".join(_panel(policy, _points(estimates, policy), colours) for policy in policies)


def _points(estimates: Sequence[Estimate], policy: str) -> list[_Point]:
    found: dict[str, dict[str, Estimate]] = {}
    for e in estimates:
        if e.policy == policy and e.slice == "" and e.strength in ("full", ""):
            found.setdefault(e.model, {}).setdefault(e.metric.lower(), e)
    points = []
    for model, metrics in found.items():
        tax, j = metrics.get("policy_tax"), metrics.get("j")
        if tax is None or j is None or tax.value != tax.value or j.value != j.value:
            continue
        points.append(
            _Point(
                model,
                (tax.value, _finite(tax.low, tax.value), _finite(tax.high, tax.value)),
                (j.value, _finite(j.low, j.value), _finite(j.high, j.value)),
                model.startswith("reference:"),
            )
        )
    return points


def _finite(bound: float, value: float) -> float:
    return value if bound != bound else bound


def _panel(policy: str, points: Sequence[_Point], colours: dict[str, str]) -> str:
    title = html.escape(policy)
    if not points:
        return (
            f'<figure class="panel"><figcaption>{title}</figcaption><p>No model has both a J and a '
            "policy tax here: a tax is not stated where capability under the placebo is not clearly "
            "above the floor of 0.10.</p></figure>"
        )
    low_x = min(-0.1, *(p.x[1] for p in points))
    high_x = max(0.2, *(p.x[2] for p in points))

    def sx(value: float) -> float:
        return MARGIN + (value - low_x) / (high_x - low_x) * (WIDTH - MARGIN - 14)

    def sy(value: float) -> float:
        return HEIGHT - MARGIN - (value + 1) / 2 * (HEIGHT - MARGIN - 14)

    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="J against policy tax, {title}">',
        *_axes(sx, sy, low_x, high_x),
        *(_mark(point, sx, sy, colours[point.model]) for point in points),
        "</svg>",
    ]
    return f'<figure class="panel"><figcaption>{title}</figcaption>{"".join(parts)}</figure>'


def _axes(sx: Scale, sy: Scale, low_x: float, high_x: float) -> list[str]:
    parts = [
        f'<line class="zero" x1="{sx(low_x):.1f}" y1="{sy(0):.1f}" x2="{sx(high_x):.1f}" y2="{sy(0):.1f}"/>',
        f'<line class="zero" x1="{sx(0):.1f}" y1="{sy(-1):.1f}" x2="{sx(0):.1f}" y2="{sy(1):.1f}"/>',
        f'<text x="{(WIDTH + MARGIN) / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">'
        "policy tax (less is better)</text>",
        f'<text transform="translate(12 {HEIGHT / 2:.0f}) rotate(-90)" text-anchor="middle">'
        "J (more is better)</text>",
    ]
    for tick in (-1, -0.5, 0, 0.5, 1):
        parts.append(
            f'<text x="{MARGIN - 4}" y="{sy(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>'
        )
    for tick in (low_x, 0.0, high_x):
        parts.append(
            f'<text x="{sx(tick):.1f}" y="{HEIGHT - 26}" text-anchor="middle">{tick:.2f}</text>'
        )
    return parts


def _mark(point: _Point, sx: Scale, sy: Scale, colour: str) -> str:
    x, y = sx(point.x[0]), sy(point.y[0])
    label = html.escape(
        f"{point.model}: J {point.y[0]:.2f} [{point.y[1]:.2f}, {point.y[2]:.2f}], "
        f"policy tax {point.x[0]:.2f} [{point.x[1]:.2f}, {point.x[2]:.2f}]"
    )
    name = html.escape(point.model.removeprefix("reference:"))
    size = 3 if point.reference else 5
    return (
        f'<g stroke="{colour}" fill="{colour}"><title>{label}</title>'
        f'<line x1="{sx(point.x[1]):.1f}" y1="{y:.1f}" x2="{sx(point.x[2]):.1f}" y2="{y:.1f}"/>'
        f'<line x1="{x:.1f}" y1="{sy(point.y[1]):.1f}" x2="{x:.1f}" y2="{sy(point.y[2]):.1f}"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>'
        f'<text stroke="none" x="{x + 6:.1f}" y="{y - 5:.1f}">{name[:34]}</text></g>'
    )
