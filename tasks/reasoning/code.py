"""What does this short Python program print?"""

from numpy.random import Generator

from lawbound.tasks.reasoning.family import Family, Problem, draw, indices
from lawbound.tasks.reasoning.options import number, numbers


def _one(rng: Generator) -> Problem:
    a, b = indices(rng, 6, 2)
    start, more = draw(rng, 3, 12), draw(rng, 2, 9)
    lines = [
        f"{{things{a}}} = {start}",
        f"{{things{b}}} = {{things{a}}} + {more}",
        f"print({{things{b}}})",
    ]
    return _program(lines, start + more, [start, more, start * more])


def _two(rng: Generator) -> Problem:
    a, b = indices(rng, 6, 2)
    start, step, rounds, off = draw(rng, 3, 9), draw(rng, 2, 9), draw(rng, 3, 5), draw(rng, 2, 9)
    lines = [
        f"{{things{a}}} = {start}",
        f"for {{thing{b}}} in range({rounds}):",
        f"    {{things{a}}} = {{things{a}}} + {step}",
        f"print({{things{a}}} * 2 - {off})",
    ]
    value = (start + rounds * step) * 2 - off
    lures = [value + 2 * step, value - 2 * step, (start + step) * 2 - off, value + off]
    return _program(lines, value, lures)


def _three(rng: Generator) -> Problem:
    a, b = indices(rng, 6, 2)
    values = [draw(rng, 2, 30) for _ in range(6)]
    by, less = draw(rng, 2, 3), draw(rng, 1, 5)
    lines = [
        f"{{things{a}}} = {values}",
        "total = 0",
        f"for {{thing{b}}} in {{things{a}}}:",
        f"    if {{thing{b}}} % {by} == 0:",
        f"        total += {{thing{b}}}",
        "    else:",
        f"        total -= {less}",
        "print(total)",
    ]
    value = sum(v if v % by == 0 else -less for v in values)
    if value < 10:
        return _three(rng)
    return _program(lines, value, [sum(values), value + less, value - less, value + 6 * less])


def _four(rng: Generator) -> Problem:
    """A list that shrinks and grows while a loop runs."""
    a, b = indices(rng, 6, 2)
    queue = [draw(rng, 3, 19) for _ in range(4)]
    cut, rounds = draw(rng, 2, 5), draw(rng, 5, 7)
    lines = [
        f"{{things{a}}} = {queue}",
        "total = 0",
        f"for step in range({rounds}):",
        f"    {{thing{b}}} = {{things{a}}}.pop(0)",
        f"    if {{thing{b}}} > {{things{a}}}[-1]:",
        f"        {{things{a}}}.append({{thing{b}}} - {cut})",
        "    else:",
        f"        {{things{a}}}.insert(1, {{thing{b}}} + step)",
        f"    total += {{thing{b}}}",
        f"print(total + {{things{a}}}[0])",
    ]
    total, left = 0, list(queue)
    for step in range(rounds):
        head = left.pop(0)
        if head > left[-1]:
            left.append(head - cut)
        else:
            left.insert(1, head + step)
        total += head
    return _program(lines, total + left[0], [total, total + left[-1], sum(queue), total + left[1]])


def _five(rng: Generator) -> Problem:
    """Recursion with two branches inside a filtered loop."""
    a, b = indices(rng, 6, 2)
    values = [draw(rng, 8, 40) for _ in range(5)]
    part, less, plus, mod = draw(rng, 2, 3), draw(rng, 3, 5), draw(rng, 1, 4), draw(rng, 3, 4)
    lines = [
        f"def {{thing{b}}}(n):",
        "    if n < 4:",
        f"        return n + {plus}",
        f"    if n % {part} == 0:",
        f"        return {{thing{b}}}(n // {part}) + n",
        f"    return {{thing{b}}}(n - {less}) + 1",
        "",
        f"{{things{a}}} = {values}",
        f"counts = [{{thing{b}}}(n) for n in sorted({{things{a}}}) if n % {mod} != 1]",
        "print(sum(counts[1:]) - counts[0])",
    ]
    kept = [n for n in sorted(values) if n % mod != 1]
    if len(kept) < 3:
        return _five(rng)
    counts = [_recursed(n, part, less, plus) for n in kept]
    value = sum(counts[1:]) - counts[0]
    if value < 10:
        return _five(rng)
    return _program(lines, value, [sum(counts), sum(counts[1:]), value + plus, value - plus])


def _recursed(n: int, part: int, less: int, plus: int) -> int:
    if n < 4:
        return n + plus
    if n % part == 0:
        return _recursed(n // part, part, less, plus) + n
    return _recursed(n - less, part, less, plus) + 1


def _program(lines: list[str], value: int, lures: list[int]) -> Problem:
    body = "\n".join(lines)
    text = f"{{scene}}, someone runs this Python program:\n\n```python\n{body}\n```\n\nWhich number does it print?"
    return Problem(text, number(value), numbers(lures))


FAMILY = Family(
    "code",
    "What a short Python program prints.",
    {1: _one, 2: _two, 3: _three, 4: _four, 5: _five},
    version=2,
)
