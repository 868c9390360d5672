"""Independent solvers of the families about order, rules and time; they read nothing but the prompt."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import permutations, product

PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


def ordering(prompt: str) -> str:
    question = prompt.split("\n")[0]
    names = re.split(r", | and ", _found(r"in a queue: ([^.]*)\.", question)[1])
    directly = re.findall(r"(\w+) stands directly before (\w+)", question)
    before = re.findall(r"(\w+) stands somewhere before (\w+)", question)
    apart = re.findall(r"Exactly (\d+) \w+ stands? between (\w+) and (\w+)", question)
    middle = re.findall(r"(\w+) stands somewhere between (\w+) and (\w+)", question)
    inside = re.findall(r"(\w+) is neither first nor last", question)
    assert (
        len(directly) + len(before) + len(apart) + len(middle) + len(inside)
        == question.count(".") - 1
    )
    fits = []
    for row in permutations(names):
        at = {name: i for i, name in enumerate(row)}
        if (
            all(at[a] + 1 == at[b] for a, b in directly)
            and all(at[a] < at[b] for a, b in before)
            and all(abs(at[a] - at[b]) == int(n) + 1 for n, a, b in apart)
            and all(min(at[a], at[b]) < at[c] < max(at[a], at[b]) for c, a, b in middle)
            and all(a not in (row[0], row[-1]) for a in inside)
        ):
            fits.append(row)
    place = PLACES.index(_found(r"Who is (\w+) in the queue", question)[1])
    winners = {row[place] for row in fits}
    assert len(winners) == 1
    return winners.pop()


def deduction(prompt: str) -> str:
    question = prompt.split("\n")[0]
    rules = dict(re.findall(r"Every (\w+) gets a (\w+) ticket", question))
    for pattern in (
        r"Everyone with a (\w+) ticket works in the (\w+) room",
        r"Everyone in the (\w+) room carries a (\w+) key",
        r"Everyone with a (\w+) key comes on (\w+)\.",
        r"Everyone who comes on (\w+) sits at the (\w+) table",
    ):
        rules |= dict(re.findall(pattern, question))
    m = re.search(r"(?:\. |hold\. )(\w+) is an? ([^.]*)\.", question)
    assert m is not None
    kinds = re.findall(r"\ban? (\w+)", "a " + m[2]) if " or " in m[2] else [m[2]]
    barred = re.findall(
        r"has no (\w+) (?:ticket|key)|does not work in the (\w+) room|does not come on (\w+)|does not sit at the (\w+)",
        question,
    )
    banned = {value for groups in barred for value in groups if value}
    chains = []
    for kind in kinds:
        chain = [kind]
        while chain[-1] in rules:
            chain.append(rules[chain[-1]])
        if not banned & set(chain):
            chains.append(chain)
    assert len(chains) == 1
    return chains[0][-1]


def causal(prompt: str) -> str:
    question = prompt.split("\n")[0]
    rules = re.findall(r"If ([^.]*?), then ([^.,]*)(?:, unless ([^.]*))?\.", question)
    given = set(_found(r"Today, by themselves, ([^.]*)\.", question)[1].split(" and "))
    barred = re.search(r"never comes about that ([^.]*)\.", question)
    events = sorted(
        {
            e
            for c, effect, unless in rules
            for e in (*re.split(" and | or ", c), effect, unless)
            if e
        }
        | given
    )
    assert len(events) == int(_found(r"How many of the (\d+) events", question)[1])
    worlds = []
    for truth in product((False, True), repeat=len(events)):
        happens = dict(zip(events, truth, strict=True))
        if all(
            happens[e] == (_caused(e, happens, rules, given) and not (barred and barred[1] == e))
            for e in events
        ):
            worlds.append(sum(truth))
    assert len(worlds) == 1
    return str(worlds[0])


def _caused(
    event: str, happens: Mapping[str, bool], rules: list[tuple[str, str, str]], given: set[str]
) -> bool:
    if event in given:
        return True
    for causes, effect, unless in rules:
        combine = any if " or " in causes else all
        if (
            effect == event
            and combine(happens[c] for c in re.split(" and | or ", causes))
            and not happens.get(unless)
        ):
            return True
    return False


def temporal(prompt: str) -> str:
    question = prompt.split(" Give the time")[0]
    at = datetime.strptime(_found(r"\d\d:\d\d", question)[0], "%H:%M")
    spans = [int(n) for n in re.findall(r"(\d+) (?:minutes|hours)", question)]
    if "correct local time" in question:
        fast, first, rest, behind = spans
        longer = {"half": 2, "a third": 3, "a quarter": 4}[
            _found(r"longer than the \w+ by (half|a third|a quarter)", question)[1]
        ]
        at += timedelta(
            minutes=-fast + first + first * (longer + 1) / longer + rest + 2 * first, hours=-behind
        )
    elif "latest time" in question:
        long, short, lag, rest, third = spans
        start = at
        while (
            max(start + timedelta(minutes=long), start + timedelta(minutes=lag + short))
            + timedelta(minutes=rest + third)
            > at
        ):
            start -= timedelta(minutes=1)
        at = start
    elif "hours" in question:
        at += timedelta(hours=spans[0])
    else:
        at += timedelta(minutes=sum(spans))
    return at.strftime("%H:%M")


def tracking(prompt: str) -> str:
    sentences = prompt.split("\n")[0].split(". ")
    has: dict[str, str] = dict(re.findall(r"(\w+) has a (\w+) \w+", sentences[0]))
    for s in sentences[1:-1]:
        if m := re.match(
            r"Then, if (\w+) has the (\w+) one, (\w+) and (\w+) swap; otherwise (\w+) and (\w+) swap",
            s,
        ):
            a, b = (m[3], m[4]) if has[m[1]] == m[2] else (m[5], m[6])
        elif m := re.match(r"Then (\w+) swaps with whoever has the (\w+) one", s):
            a, b = m[1], next(name for name, colour in has.items() if colour == m[2])
        elif m := re.match(
            r"Then (\w+) gives to (\w+), (\w+) to (\w+) and (\w+) to (\w+), all at once", s
        ):
            before = dict(has)
            for giver, taker in ((m[1], m[2]), (m[3], m[4]), (m[5], m[6])):
                has[taker] = before[giver]
            continue
        else:
            m = re.match(r"Then (\w+) and (\w+) swap", s)
            assert m is not None, s
            a, b = m[1], m[2]
        has[a], has[b] = has[b], has[a]
    asked = re.search(r"that (\w+) has in the end", sentences[-1])
    assert asked is not None
    return has[asked[1]]


def _found(pattern: str, text: str) -> re.Match[str]:
    match = re.search(pattern, text)
    assert match is not None, text
    return match


SOLVERS: dict[str, Callable[[str], str]] = {
    "ordering": ordering,
    "deduction": deduction,
    "causal": causal,
    "temporal": temporal,
    "tracking": tracking,
}
