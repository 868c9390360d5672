"""Independent solvers of the families about quantities; they read nothing but the prompt."""

import re
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from itertools import combinations, permutations, product
from math import ceil

SHARES = {"Half": 2, "A third": 3, "A quarter": 4, "A fifth": 5}


def ints(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d+", text)]


def arithmetic(prompt: str) -> str:
    sentences = re.split(r"(?<=[.?]) ", prompt.split("\n")[0])
    have = {noun: int(n) for n, noun in re.findall(r"(\d+) (\w+)", sentences[0])}
    for s in sentences[1:-1]:
        if m := re.fullmatch(r"Then (\d+) more (\w+) arrive\.", s):
            have[m[2]] += int(m[1])
        elif m := re.fullmatch(r"Then (\d+) \w+ with (\d+) (\w+) each arrive\.", s):
            have[m[3]] += int(m[1]) * int(m[2])
        elif m := re.fullmatch(r"Then (\d+) (\w+) are taken away\.", s):
            have[m[2]] -= int(m[1])
        elif m := re.fullmatch(r"(\D+) of the (\w+) are taken away\.", s):
            gone = Fraction(have[m[2]], SHARES[m[1]])
            assert gone.denominator == 1
            have[m[2]] -= int(gone)
        elif m := re.fullmatch(r"Then the number of (\w+) doubles\.", s):
            have[m[1]] *= 2
        else:
            m = re.fullmatch(
                r"All (\w+) are exchanged, every (\d+) of them for (\d+) new (\w+)\.", s
            )
            assert m is not None, s
            have[m[4]] += have[m[1]] // int(m[2]) * int(m[3])
            have[m[1]] = 0
        assert min(have.values()) >= 0
    m = re.fullmatch(
        r"How many (\w+)(?: and (\w+))? are there (?:altogether )?now\?", sentences[-1]
    )
    assert m is not None
    return str(sum(have[noun] for noun in m.groups() if noun))


def rates(prompt: str) -> str:
    n = ints(prompt)
    if "alone would check" in prompt:
        pile, one, other, alone, pause = n
        left, minutes = Fraction(pile), 0
        while left > 0:
            if minutes < 60 * alone:
                left -= Fraction(pile, 60 * one)
            elif minutes >= 60 * alone + pause:
                left -= Fraction(pile, 60 * one) + Fraction(pile, 60 * other)
            minutes += 1
        return str(minutes)
    if "start alone" in prompt:
        slow, fast, first, head, second, total = n
        done = hours = 0
        while done < total:
            done += first * slow + (second * fast if hours >= head else 0)
            hours += 1
        assert done == total
        return str(hours)
    if "At the same pace" in prompt:
        team, amount, hours, new_team, wanted = n
        return str(Fraction(wanted * team * hours, amount * new_team))
    return str(n[0] * n[1] * (n[2] if len(n) > 2 else 1))


def sets(prompt: str) -> str:
    n = ints(prompt)
    if "drawn at random" in prompt:
        total, share, rate_p, rate_q = n
        crowd = [(i < 100 * share, i) for i in range(10_000)]
        having = [
            p
            for p, i in crowd
            if (i if p else i - 100 * share)
            < (share if p else 100 - share) * (rate_p if p else rate_q)
        ]
        return str(Fraction(sum(having), len(having)))
    if "all three" in prompt:
        total, a, b, c, ab, ac, bc, abc = n
        return str(total - a - b - c + ab + ac + bc - abc)
    if "percent" in prompt:
        total, share, part = n
        with_first = Fraction(total * share, 100)
        return str(with_first - with_first * part / 100)
    if "neither" in prompt:
        total, a, b, both = n
        return str(total - len({*range(a), *range(a - both, a - both + b)}))
    return str(n[0] - n[1])


def table(prompt: str) -> str:
    tables = [_rows(block) for block in re.findall(r"(?:^\|.*\n)+", prompt, re.MULTILINE)]
    rows = tables[0]
    asked = prompt[prompt.rindex("|") :]
    if m := re.search(r"How many (\w+) are in the row (\w+)\?", asked):
        return next(row[m[1]] for row in rows if row["Place"] == m[2])
    if m := re.search(r"How many (\w+) are there in all rows", asked):
        return str(sum(int(row[m[1]]) for row in rows))
    if m := re.search(r"more than (\d+) (\w+)\. How many (\w+) are", asked):
        return str(sum(int(row[m[3]]) for row in rows if int(row[m[2]]) > int(m[1])))
    if m := re.search(r"number of (\w+) and the number of (\w+), the smaller", asked):
        one, two = m[1], m[2]
        return sorted(rows, key=lambda row: -abs(int(row[one]) - int(row[two])))[1]["Place"]
    m = re.search(
        r"more than (\d+) percent of all items of that row are (\w+)\. How many crowns are the (\w+) and the (\w+)",
        asked,
    )
    assert m is not None
    price = {row["Item"]: int(row["Crowns each"]) for row in tables[1]}
    total = 0
    for row in rows:
        counts = {noun: int(n) for noun, n in row.items() if noun != "Place"}
        if Fraction(counts[m[2]], sum(counts.values())) > Fraction(int(m[1]), 100):
            total += sum(counts[noun] * price[noun] for noun in (m[3], m[4]))
    return str(total)


def _rows(block: str) -> list[dict[str, str]]:
    head, _, *body = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in block.strip().split("\n")
    ]
    return [dict(zip(head, line, strict=True)) for line in body]


def code(prompt: str) -> str:
    program = prompt.split("```python\n")[1].split("```")[0]
    printed: list[object] = []
    exec(program, {"print": printed.append})
    return str(printed[0])


def counting(prompt: str) -> str:
    n = ints(prompt)
    if "One " in prompt and "takes one" in prompt:
        return str(sum(1 for _ in product(range(n[0]), range(n[1]))))
    if "handed out" in prompt:
        posts = len(
            re.findall(r"\bone \w+", prompt.split(". ")[1].split(" are ")[0], re.IGNORECASE)
        )
        return str(sum(1 for _ in permutations(range(n[0]), posts)))
    if "committee" in prompt:
        first, second, take, more = n
        return str(
            sum(1 for _ in combinations(range(first), take))
            * sum(1 for _ in combinations(range(second), more))
        )
    names = re.search(r": ((?:\w+, )+\w+ and \w+)\.", prompt)
    assert names is not None
    people = re.split(r", | and ", names[1])
    rest = prompt[names.end() :].split("\n")[0]
    if "rooms" in prompt:
        return str(_splits(people, rest))
    rules = [_row_rule(sentence) for sentence in rest.split(". ")[:-1]]
    rows = ({name: i for i, name in enumerate(row)} for row in permutations(people))
    return str(sum(all(rule(at) for rule in rules) for at in rows))


def _splits(people: list[str], rest: str) -> int:
    limits = re.search(r"1 holds at most (\d+) persons and room 2 at least (\d+)", rest)
    assert limits is not None
    most, least = int(limits[1]), int(limits[2])
    pairs = [
        (people.index(a), people.index(b), how == "the same room")
        for a, b, how in re.findall(r"(\w+) and (\w+) are in (different rooms|the same room)", rest)
    ]
    assert len(pairs) == 2
    return sum(
        len(set(room)) == 3
        and room.count(1) <= most
        and room.count(2) >= least
        and all((room[a] == room[b]) == same for a, b, same in pairs)
        for room in product((1, 2, 3), repeat=len(people))
    )


def _row_rule(sentence: str) -> Callable[[dict[str, int]], bool]:
    a, b = [*re.findall(r"\b[A-Z]\w+", sentence.replace("Exactly", "")), ""][:2]
    if "do not stand next" in sentence:
        return lambda at: abs(at[a] - at[b]) != 1
    if "stand next" in sentence:
        return lambda at: abs(at[a] - at[b]) == 1
    if "somewhere to the left" in sentence:
        return lambda at: at[a] < at[b]
    if "at either end" in sentence:
        return lambda at: 0 < at[a] < len(at) - 1
    if "at the left end" in sentence:
        return lambda at: at[a] > 0
    assert "one person stands between" in sentence, sentence
    return lambda at: abs(at[a] - at[b]) == 2


def planning(prompt: str) -> str:
    minutes = {job: int(n) for job, n in re.findall(r"[Tt]he (\w+) takes (\d+) minutes", prompt)}
    needs: dict[str, list[str]] = {job: [] for job in minutes}
    for job, after in re.findall(
        r"[Tt]he (\w+) takes \d+ minutes and can only start after (the \w+(?: and the \w+)*)",
        prompt,
    ):
        needs[job] = re.findall(r"the (\w+)", after)
    crew = re.search(r"There are (\d+) people", prompt)
    hands = int(crew[1]) if crew else len(minutes)

    @cache
    def least(done: frozenset[str], running: frozenset[tuple[str, int]]) -> int:
        if len(done) == len(minutes):
            return 0
        busy = {job for job, _ in running}
        ready = [
            j for j in minutes if j not in done and j not in busy and done.issuperset(needs[j])
        ]
        best = 10**9
        for size in range(min(len(ready), hands - len(running)) + 1):
            for chosen in combinations(ready, size):
                now = running | {(job, minutes[job]) for job in chosen}
                if now:
                    step = min(left for _, left in now)
                    over = {job for job, left in now if left == step}
                    later = frozenset((job, left - step) for job, left in now if left > step)
                    best = min(best, step + least(done | over, later))
        return best

    return str(least(frozenset(), frozenset()))


def legal(prompt: str) -> str:
    rules = {
        int(n): text
        for n, text in re.findall(r"Rule (\d+): (.*?\.)(?= Rule \d+:| \w+ is an? )", prompt)
    }
    cases = re.findall(r"(\w+) is an? (\w+) and brings ([^.]*?) at (\d+):\d+\.", prompt)
    ended = {
        int(m[1])
        for text in rules.values()
        if (m := re.match(r"Rule (\d+) does not apply from 18:00", text))
    }
    lost = {
        int(m[1]): m[2]
        for text in rules.values()
        if (m := re.match(r"Rule (\d+) does not protect (\w+)\.", text))
    }
    total = Fraction(0)
    for _, kind, bag, hour in cases:
        owed, items = Fraction(0), 0
        for count, noun in re.findall(r"(\d+) (\w+)", bag):
            fee, items = Fraction(0), items + int(count)
            for rule, text in sorted(rules.items()):
                who = re.match(rf"(\w+)s pay (nothing|half the fee) for {noun}\.", text)
                if m := re.match(rf"Whoever brings {noun} pays (\d+) crowns for each", text):
                    fee = Fraction(m[1])
                elif who and who[1].lower() == kind and not (rule in ended and int(hour) >= 18):
                    fee = Fraction(0) if who[2] == "nothing" else fee / 2
            owed += fee * int(count)
        for rule, text in sorted(rules.items()):
            if (
                m := re.match(r"Whoever brings more than (\d+) items in all pays (\d+)", text)
            ) and items > int(m[1]):
                owed += int(m[2])
            if (m := re.match(r"Nobody pays more than (\d+)", text)) and lost.get(
                rule
            ) != kind + "s":
                owed = min(owed, Fraction(m[1]))
        total += owed
    assert total == ceil(total)
    return str(total)


SOLVERS: dict[str, Callable[[str], str]] = {
    "arithmetic": arithmetic,
    "rates": rates,
    "sets": sets,
    "table": table,
    "code": code,
    "planning": planning,
    "counting": counting,
    "legal": legal,
}
