"""Distinguishing models in the frontier plot by colour and shape, and showing where several share a place."""

from __future__ import annotations

import math
from collections.abc import Sequence

_SHAPES = (
    "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z",
    "M-4.5-4.5h9v9h-9Z",
    "M0-6.5l6.5 6.5-6.5 6.5-6.5-6.5Z",
    "M0-6.2l6 10.6h-12Z",
    "M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z",
)
"""Circle, square, diamond, triangle, cross. As 5 and 8 share no divisor, 40 models look different."""
_COLOURS = 8

Place = tuple[float, float]


def colour_of(look: int) -> str:
    """The class that colours the model with this index."""
    return f"m{look % _COLOURS}"


def shape_of(look: int) -> str:
    """The outline of its glyph, around 0."""
    return f'<path d="{_SHAPES[look % len(_SHAPES)]}"/>'


def key_of(look: int | None) -> str:
    """The glyph as drawn in the plot, for a line of text; None is a reference model."""
    if look is None:
        return '<span class="ring" aria-hidden="true"></span>'
    return (
        f'<svg class="key {colour_of(look)}" viewBox="-8 -8 16 16" aria-hidden="true">'
        f"{shape_of(look)}</svg>"
    )


def piles(places: Sequence[Place], within: float) -> dict[Place, list[int]]:
    """Places that look like one: the first of each pile -> the indices in it."""
    found: dict[Place, list[int]] = {}
    for index, (x, y) in enumerate(places):
        near = next((p for p in found if math.hypot(p[0] - x, p[1] - y) < within), (x, y))
        found.setdefault(near, []).append(index)
    return found
