"""Where names are placed in a plot: beside their glyph, without covering another name or glyph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CHARACTER = 6.9
"""Estimated width of a character at the plot's font size."""
LINE = 13.0
_DISTANCES = (0.0, 14.0, 28.0, 44.0, 62.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the plot; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "Box") -> float:
        """Shared area."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)

    def holds(self, other: "Box") -> bool:
        """Whether the other lies inside."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for one name."""

    box: Box
    is_far: bool
    """Whether it is far enough from its glyph to need a line to it."""


def place_labels(
    glyphs: Sequence[tuple[float, float]],
    names: Sequence[str],
    room: Box,
    taken: Sequence[Box],
    soft: Sequence[Box] = (),
) -> list[Spot | None]:
    """A place for each name in turn; None if every place within reach is taken.

    Args:
        glyphs: Positions of the named things.
        names: Their names.
        room: Names stay inside.
        taken: Rectangles that no name may touch.
        soft: Rectangles that names avoid if they can.
    """
    used = list(taken)
    found: list[Spot | None] = []
    for glyph, name in zip(glyphs, names, strict=True):
        width = len(name) * CHARACTER + 2
        best: tuple[float, Spot] | None = None
        for spot, distance in _candidates(glyph, width):
            if not room.holds(spot.box) or any(spot.box.overlap(box) for box in used):
                continue
            cost = distance * 4 + sum(spot.box.overlap(box) for box in soft)
            if best is None or cost < best[0]:
                best = (cost, spot)
        found.append(best[1] if best else None)
        if best:
            used.append(best[1].box)
    return found


def _candidates(glyph: tuple[float, float], width: float) -> Iterator[tuple[Spot, float]]:
    x, y = glyph
    sides = (x + 9, x - 9 - width, x - width / 2)
    for distance in _DISTANCES:
        for left in sides:
            for middle in dict.fromkeys(
                (y - distance, y + distance, y - 10 - distance, y + 10 + distance)
            ):
                box = Box(left, middle - LINE / 2, left + width, middle + LINE / 2)
                yield Spot(box, distance > 0), distance
