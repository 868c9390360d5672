"""Measure whether policy prompts entail their keys, and whether acts can be recognised.

``sample --policy P --seed S --count 60 --out FILE`` draws items and prints what a blind reader may
see: the rendered full prompt and numbered item prompts. The reader writes JSONL lines
``{"n": 1, "reading": "answer+correct"}``; ``score FILE READINGS...`` compares one or more readers with the key.
``acts sample`` and ``acts score`` do the same for the main act, with one or two coders.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from lawbound.rubrics.calibration.kappa import kappa_of
from lawbound.rubrics.policy.files import load_policy
from lawbound.rubrics.policy.policy import Policy
from lawbound.rubrics.policy.requirement import Requirement
from lawbound.rubrics.prompts.conditions import conditions
from lawbound.tasks.bank import load_bank
from lawbound.tasks.item import Act, Item
from lawbound.tasks.taxonomy import load_taxonomy


def main() -> None:
    """Sample or score."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    sample = commands.add_parser("sample")
    sample.add_argument("--policy", required=True)
    _sampling(sample, 60)
    score = commands.add_parser("score")
    score.add_argument("sample", type=Path)
    score.add_argument("readings", type=Path, nargs="+", help="one file a reader")
    acts = commands.add_parser("acts").add_subparsers(dest="what", required=True)
    _sampling(acts.add_parser("sample"), 240)
    coded = acts.add_parser("score")
    coded.add_argument("sample", type=Path)
    coded.add_argument("coders", type=Path, nargs="+")
    options = parser.parse_args()
    if options.command == "sample":
        _draw_policy(load_policy(options.policy), options.seed, options.count, options.out)
    elif options.command == "score":
        _score_policy(options.sample, options.readings)
    elif options.what == "sample":
        _draw_acts(options.seed, options.count, options.out)
    else:
        _score_acts(options.sample, options.coders)


def _sampling(parser: argparse.ArgumentParser, count: int) -> None:
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--out", type=Path, required=True)


def _draw_policy(policy: Policy, seed: int, count: int, out: Path) -> None:
    """25 of 60 restricted or owed a duty, 25 near-misses, 10 others; spread evenly over rules."""
    strata: dict[str, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for item in _english():
        required = policy.requires(item)
        beside = policy.near_misses(item)
        if required.base in ("refuse", "partial", "neutral") or required.addons:
            strata["restricted"][required.rules[0]].append(item)
        elif beside:
            strata["near-miss"][beside[0][0]].append(item)
        elif required.base == "answer":
            strata["other"][item.area].append(item)
    rng = random.Random(f"entailment:{policy.id}:{seed}")
    shares = {"restricted": round(count * 25 / 60), "near-miss": round(count * 25 / 60)}
    shares["other"] = count - sum(shares.values())
    drawn = [item for name, n in shares.items() for item in _spread(strata[name], n, rng)]
    rng.shuffle(drawn)
    head = {"policy": policy.id, "version": policy.version, "seed": seed}
    _write_sample(head, drawn, out)
    (full,) = conditions(policy, ["full"])
    _say(full.wordings[0])
    _show(drawn)


def _draw_acts(seed: int, count: int, out: Path) -> None:
    """As many items of each main act, because a rare act would have no kappa worth the name."""
    by_act: dict[str, dict[str, list[Item]]] = defaultdict(lambda: defaultdict(list))
    for item in _english():
        by_act[item.acts[0]][item.topic].append(item)
    rng = random.Random(f"acts:{seed}")
    names = get_args(Act)
    drawn = [
        item
        for place, act in enumerate(names)
        for item in _spread(by_act[act], (count + place) // len(names), rng)
    ]
    rng.shuffle(drawn)
    _write_sample({"acts": len(names), "seed": seed}, drawn, out)
    for name, act in load_taxonomy().acts.items():
        _say(f"{name}: {act.definition}\n  yes: {act.positive}\n  no: {act.negative}")
    _show(drawn)


def _english() -> list[Item]:
    return [item for item in load_bank() if item.kind == "policy" and item.lang == "en"]


def _spread(
    cells: Mapping[str, Sequence[Item]], count: int, rng: random.Random
) -> tuple[Item, ...]:
    """Draw cell by cell in turn, one item of a group at most."""
    piles = [rng.sample(list(cells[name]), len(cells[name])) for name in sorted(cells)]
    rng.shuffle(piles)
    taken: dict[str, Item] = {}
    while len(taken) < count and any(piles):
        for pile in piles:
            while pile:
                item = pile.pop()
                if item.group not in taken:
                    taken[item.group] = item
                    break
            if len(taken) == count:
                break
    return tuple(taken.values())


def _write_sample(head: Mapping[str, object], items: Sequence[Item], out: Path) -> None:
    rows = [head, *({"n": n, "id": item.id} for n, item in enumerate(items, 1))]
    out.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def _show(items: Sequence[Item]) -> None:
    for n, item in enumerate(items, 1):
        _say(f"\n[{n}] {item.prompt}")


def _score_policy(sample: Path, readings: Sequence[Path]) -> None:
    head, items = _read_sample(sample)
    policy = load_policy(str(head["policy"]))
    read = [_read_codes(path, "reading") for path in readings]
    keys = {n: policy.requires(item) for n, item in items.items()}
    total = len(items)
    for place, mine in enumerate(read, 1):
        base = sum(mine[n].split("+")[0] == key.base for n, key in keys.items())
        whole = sum(_says(mine[n], key) for n, key in keys.items())
        _say(
            f"{policy.id} reader{place} n={total} base {base / total:.3f} "
            f"base+addons {whole / total:.3f}"
        )
    if len(read) > 1:
        alike = sum(len({_canonical(mine[n]) for mine in read}) == 1 for n in keys)
        nobody = [n for n, key in keys.items() if not any(_says(mine[n], key) for mine in read)]
        _say(
            f"  readers agree with each other on {alike / total:.3f}; no reader with the key: {nobody}"
        )
    blamed: Counter[str] = Counter()
    for n, key in keys.items():
        if all(_says(mine[n], key) for mine in read):
            continue
        about = key.rules or tuple(name for name, _ in policy.near_misses(items[n])[:1])
        blamed.update(about or ("default",))
        heard = " / ".join(mine[n] for mine in read)
        _say(f"  [{n}] {items[n].id}: key {key} ({', '.join(about)}), read {heard}")
    _say("  rules: " + ", ".join(f"{name} {count}" for name, count in blamed.most_common()))


def _says(reading: str, key: Requirement) -> bool:
    base, *addons = reading.split("+")
    return base == key.base and set(addons) == key.addons


def _canonical(reading: str) -> tuple[str, ...]:
    base, *addons = reading.split("+")
    return base, *sorted(addons)


def _score_acts(sample: Path, coders: Sequence[Path]) -> None:
    _, items = _read_sample(sample)
    codings = {"label": [str(item.acts[0]) for item in items.values()]}
    for place, path in enumerate(coders, 1):
        read = _read_codes(path, "act")
        codings[f"coder{place}"] = [read[n] for n in items]
    names = list(codings)
    pairs = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
    _say("act".ljust(10) + "".join(f"{a}-{b}".rjust(16) for a, b in pairs))
    for act in ("overall", *get_args(Act)):
        row = [
            kappa_of(
                (x, y) if act == "overall" else (x == act, y == act)
                for x, y in zip(codings[a], codings[b], strict=True)
            )
            for a, b in pairs
        ]
        _say(act.ljust(10) + "".join(f"{value:.2f}".rjust(16) for value in row))
    for at, (n, item) in enumerate(items.items()):
        coded = [codings[name][at] for name in names]
        if len(set(coded)) > 1:
            _say(f"  [{n}] {item.id}: {' / '.join(coded)} (acts {', '.join(item.acts)})")


def _read_sample(path: Path) -> tuple[Mapping[str, object], Mapping[int, Item]]:
    head, *rows = _rows(path)
    by_id = {item.id: item for item in load_bank()}
    gone = [str(row["id"]) for row in rows if row["id"] not in by_id]
    if gone:
        _say(f"  {len(gone)} items have left the bank and are not scored: {', '.join(gone)}")
    return head, {int(str(r["n"])): by_id[str(r["id"])] for r in rows if r["id"] in by_id}


def _read_codes(path: Path, field: str) -> Mapping[int, str]:
    return {int(str(row["n"])): str(row[field]) for row in _rows(path)}


def _rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
