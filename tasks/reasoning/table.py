"""Reading a table: look up, add, filter, rank and combine with a second table."""

from numpy.random import Generator

from lawbound.tasks.reasoning.family import Family, Problem, draw, indices, sample
from lawbound.tasks.reasoning.options import number, numbers, one_of

_PLACES = (
    "North",
    "South",
    "East",
    "West",
    "Harbour",
    "Mill",
    "Bridge",
    "Garden",
    "Market",
    "Hill",
)


def _one(rng: Generator) -> Problem:
    places, slots, cells = _cells(rng, 4, 2)
    row, column = draw(rng, 0, 3), draw(rng, 0, 1)
    text = (
        _table(places, slots, cells)
        + f"How many {{things{slots[column]}}} are in the row {places[row]}?"
    )
    everything = [str(cell) for line in cells for cell in line]
    return Problem(text, one_of(rng, str(cells[row][column]), everything, "number"))


def _two(rng: Generator) -> Problem:
    places, slots, cells = _cells(rng, 5, 3)
    column = draw(rng, 0, 2)
    text = (
        _table(places, slots, cells)
        + f"How many {{things{slots[column]}}} are there in all rows together?"
    )
    value = sum(line[column] for line in cells)
    lures = [
        value - cells[-1][column],
        value + 10,
        value - 10,
        sum(line[(column + 1) % 3] for line in cells),
    ]
    return Problem(text, number(value), numbers(lures))


def _three(rng: Generator) -> Problem:
    while True:
        places, slots, cells = _cells(rng, 7, 3)
        mark = draw(rng, 35, 65)
        chosen = [line for line in cells if line[0] > mark]
        if 2 <= len(chosen) <= 5 and all(line[0] != mark for line in cells):
            break
    text = _table(places, slots, cells) + (
        f"Take only the rows with more than {mark} {{things{slots[0]}}}. "
        f"How many {{things{slots[1]}}} are in these rows together?"
    )
    value = sum(line[1] for line in chosen)
    everything = sum(line[1] for line in cells)
    lures = [value + 10, value - 10, everything, everything - value]
    return Problem(text, number(value), numbers(lures))


def _four(rng: Generator) -> Problem:
    """The second largest difference."""
    while True:
        places, slots, cells = _cells(rng, 8, 3)
        gaps = [abs(line[0] - line[2]) for line in cells]
        if len(set(gaps)) == len(gaps):
            break
    text = _table(places, slots, cells) + (
        f"For each row, take the difference between the number of {{things{slots[0]}}} and the number of "
        f"{{things{slots[2]}}}, the smaller taken from the larger. Which row has the second largest difference?"
    )
    ranked = sorted(range(8), key=gaps.__getitem__, reverse=True)
    return Problem(text, one_of(rng, places[ranked[1]], places))


def _five(rng: Generator) -> Problem:
    """Weights from a second table, a filter on a share, and a total."""
    while True:
        places, slots, cells = _cells(rng, 9, 4)
        weights = [draw(rng, 2, 12) for _ in slots]
        percent = int(rng.choice([20, 25, 30]))
        chosen = [line for line in cells if 100 * line[3] > percent * sum(line)]
        if 2 <= len(chosen) <= 6 and all(100 * line[3] != percent * sum(line) for line in cells):
            break
    prices = "\n".join(
        f"| {{things{slot}}} | {weight} |" for slot, weight in zip(slots, weights, strict=True)
    )
    text = _table(places, slots, cells) + (
        f"| Item | Crowns each |\n|---|---|\n{prices}\n\nTake only the rows in which more than {percent} percent of all "
        f"items of that row are {{things{slots[3]}}}. How many crowns are the {{things{slots[0]}}} and the "
        f"{{things{slots[1]}}} of these rows worth together?"
    )
    value = sum(line[0] * weights[0] + line[1] * weights[1] for line in chosen)
    everything = sum(line[0] * weights[0] + line[1] * weights[1] for line in cells)
    lures = [
        everything - value,
        value + 10 * weights[0],
        value - 10 * weights[1],
        value + weights[1],
    ]
    return Problem(text, number(value, unit="crowns"), numbers(lures))


def _cells(rng: Generator, rows: int, columns: int) -> tuple[list[str], list[int], list[list[int]]]:
    """Places, things and distinct counts."""
    counts = [11 + i for i in indices(rng, 87, rows * columns)]
    lines = [counts[i * columns : (i + 1) * columns] for i in range(rows)]
    return sample(rng, _PLACES, rows), indices(rng, 6, columns), lines


def _table(places: list[str], slots: list[int], cells: list[list[int]]) -> str:
    head = " | ".join(["Place", *(f"{{things{slot}}}" for slot in slots)])
    rule = "|".join(["---"] * (len(slots) + 1))
    body = "\n".join(
        f"| {place} | {' | '.join(map(str, line))} |"
        for place, line in zip(places, cells, strict=True)
    )
    return f"{{scene}}, this table was drawn up:\n\n| {head} |\n|{rule}|\n{body}\n\n"


FAMILY = Family(
    "table",
    "Reading a table: look up, add, filter, rank and combine with a second table.",
    {1: _one, 2: _two, 3: _three, 4: _four, 5: _five},
    version=2,
)
