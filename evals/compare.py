"""Two runs side by side, pair by pair: what differs, which items flipped, and whether it is luck.

The same items under the same policies are compared answer by answer, which removes the items' own
difficulty. Both runs choose the worse near-miss kind of a rule together, so that a choice is not taken
for a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lawbound.evals.compare_pairs import (
    Pairs,
    pair_cuts,
    requirement_differs,
    rule_differences,
    score_differences,
)
from lawbound.evals.estimate import NAN
from lawbound.evals.leaderboard import suite_hash
from lawbound.evals.metrics_capability import FLOOR
from lawbound.evals.metrics_inputs import (
    OK,
    UNSCORED,
    Cut,
    Mask,
    MetricError,
    RuleInfos,
    cuts,
    read_frame,
)
from lawbound.evals.stats_tests import holm

if TYPE_CHECKING:
    import pandas as pd

PRIMARY = ("J", "capability", "policy_tax")
SHOWN = 0.0005
"""A width of bounds below which nothing of it would be seen."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of the second run less the same of the first."""

    metric: str
    policy: str
    strength: str
    mode: str
    first: float
    second: float
    value: float
    low: float
    high: float
    n: int
    """Pairs."""
    clusters: int
    p_value: float
    p_holm: float = NAN
    """Corrected over J, capability and policy_tax at `full`, all policies."""
    mde: float = NAN
    lower_bound: float = NAN
    """The difference if every unread answer were bad in the second run and good in the first."""
    upper_bound: float = NAN
    """The other way round."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two runs say about each other."""

    names: tuple[str, str]
    differences: tuple[Difference, ...]
    flipped: pd.DataFrame
    """Answers whose verdict or correctness changed, one a row."""
    pairs: int
    unpaired: int
    """Rows of either run that the other does not have: not compared."""
    summary: str
    unjudged: int = 0
    """Pairs in which an answer failed, was blocked or could not be read: no difference counts them."""
    unscored: int = 0
    """Those of them in which none failed or was blocked: the bounds say what they could change."""
    differing: int = 0
    """Pairs of whose answers the two runs' policies do not require the same."""


def compare_frames(
    first: pd.DataFrame,
    second: pd.DataFrame,
    rule_info: RuleInfos,
    *,
    seed: int,
    resamples: int = 2000,
    names: tuple[str, str] = ("A", "B"),
) -> Comparison:
    """Compare two verdict frames, each of one model.

    Raises:
        MetricError: A frame holds several models, lacks a column, or nothing can be paired.
    """
    import pandas as pd

    for name, frame in zip(names, (first, second), strict=True):
        models = sorted(set(frame["model"]))
        if len(models) != 1:
            raise MetricError(f"compare: {name} holds models {models}, expected exactly one")
    both = pd.concat([first.assign(model="0"), second.assign(model="1")], ignore_index=True)
    by_policy: dict[str, dict[str, Cut]] = {}
    for cut in cuts(read_frame(both), rule_info):
        by_policy.setdefault(cut.policy, {})[cut.model] = cut
    rng = np.random.default_rng(seed)
    found: list[Difference] = []
    tables: list[pd.DataFrame] = []
    asked: list[str] = []
    total = unjudged = unscored = differing = 0
    for arms in by_policy.values():
        if len(arms) == 2:
            pairs = pair_cuts(arms["0"], arms["1"])
            total += len(pairs.first)
            worst = np.maximum(pairs.first.status, pairs.second.status)
            unjudged += int(np.sum(worst != OK))
            unscored += int(np.sum(worst == UNSCORED))
            differs = requirement_differs(pairs)
            differing += int(differs.sum())
            found += _differences(pairs, rng, resamples)
            tables.append(_flips(pairs, differs))
            if (pairs.first.at("full")["kind"] == "policy").any():
                asked.append(pairs.policy)
    if total == 0:
        raise MetricError(f"compare: {names[0]} and {names[1]} share no item, policy and strength")
    found = _corrected(found)
    flipped = pd.concat(tables, ignore_index=True)
    unlike_too = int(flipped.pop("differs").sum())
    unpaired = len(both) - 2 * total
    warnings = [
        *_lost(unjudged - unscored, unscored, total),
        *_other_versions(first, second, names),
        *_other_requirements(differing, total),
        _flipped(len(flipped), unlike_too),
    ]
    summary = "\n".join(_sentences(found, asked, names, total, unpaired, warnings))
    return Comparison(
        names, tuple(found), flipped, total, unpaired, summary, unjudged, unscored, differing
    )


def _lost(failed: int, unscored: int, pairs: int) -> Iterator[str]:
    if failed:
        yield (
            f"In {failed} of the {pairs} pairs an answer failed or was blocked; what it would have said is "
            "not bounded here."
        )
    if unscored:
        yield (
            f"In {unscored} of the {pairs} pairs an answer could not be read; the bounds say what the "
            "differences could be if it had been bad in one run and good in the other."
        )


def unlike(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    names: tuple[str, str] = ("A", "B"),
) -> Iterator[str]:
    """One sentence for each way in which two runs (what their ``run.yaml`` hold) did not ask the same."""
    if suite_hash(first) != suite_hash(second):
        yield (
            "The runs differ in suite, seed, settings, limit or bank: values are those of the pairs that both "
            "have, and not those of the runs' own leaderboards."
        )
    digests = [
        {entry["id"]: entry.get("digest", "") for entry in run["policies"]}
        for run in (first, second)
    ]
    for policy in sorted(set(digests[0]) & set(digests[1])):
        if digests[0][policy] != digests[1][policy]:
            yield (
                f"Policy {policy} does not say the same in {names[0]} and {names[1]}: requirements are those "
                f"of each run, and rules are read from {names[0]}. Items are chosen by what a policy says, so "
                "the runs need not have asked the same ones, and a difference may be the policy's."
            )


def _other_versions(
    first: pd.DataFrame, second: pd.DataFrame, names: tuple[str, str]
) -> Iterator[str]:
    """Policies that were not the same text in both runs."""
    if "policy_version" not in first or "policy_version" not in second:
        return
    versions = [
        {str(p): str(v) for p, v in zip(f["policy"], f["policy_version"], strict=True)}
        for f in (first, second)
    ]
    for policy in sorted(set(versions[0]) & set(versions[1])):
        one, two = versions[0][policy], versions[1][policy]
        if one != two:
            yield (
                f"Policy {policy} is version {one} in {names[0]} and {two} in {names[1]}: a difference "
                "may be the policy's and not the model's."
            )


def _other_requirements(differing: int, pairs: int) -> Iterator[str]:
    if differing:
        yield (
            f"In {differing} of the {pairs} pairs the two runs do not require the same of an answer: it counts "
            "for a rule where it bears on it alike in both (as a case of it, or as a near-miss of the same "
            "kind), each run judged by its own requirement, and for capability where both want it answered."
        )


def _flipped(pairs: int, unlike_too: int) -> str:
    tail = f"; in {unlike_too} of them the requirement differs too" if unlike_too else ""
    return f"{pairs} pairs flipped: their verdict or correctness differs{tail}."


def _differences(pairs: Pairs, rng: np.random.Generator, resamples: int) -> Iterator[Difference]:
    for strength in dict.fromkeys(pairs.first["strength"].tolist()):
        for found in (rule_differences, score_differences):
            for d in found(pairs, strength, rng, resamples):
                yield Difference(
                    d.metric, pairs.policy, strength, d.mode, d.first, d.second, d.mean.value,
                    d.mean.low, d.mean.high, d.mean.n, d.mean.clusters, d.p_value,
                    mde=d.mean.mde, lower_bound=d.bounds[0], upper_bound=d.bounds[1],
                )  # fmt: skip


def _corrected(found: Sequence[Difference]) -> list[Difference]:
    primary = [i for i, d in enumerate(found) if d.metric in PRIMARY and d.strength == "full"]
    done = list(found)
    for i, p in zip(primary, holm([found[i].p_value for i in primary]), strict=True):
        done[i] = replace(found[i], p_holm=p)
    return done


def _flips(pairs: Pairs, differs: Mask) -> pd.DataFrame:
    """Pairs whose requirement was met in one run only, or whose answer was right in one only."""
    import pandas as pd

    columns: dict[str, list[object]] = {}
    met = [rows.floats("met") for rows in (pairs.first, pairs.second)]
    score = [rows.floats("score") for rows in (pairs.first, pairs.second)]
    changed = np.zeros(len(pairs.first), dtype=bool)
    for one, two in (met, score):
        changed |= ~np.isnan(one) & ~np.isnan(two) & ((one >= 0.5) != (two >= 0.5))
    first, second = pairs.first.where(changed), pairs.second.where(changed)
    for name in ("policy", "strength", "mode", "item", "kind"):
        columns[name] = first[name].tolist()
    for name in ("base", "rules", "behaviour", "met", "score"):
        columns[f"{name}_first"] = first[name].tolist()
        columns[f"{name}_second"] = second[name].tolist()
    return pd.DataFrame(columns | {"differs": differs[changed]})


def _sentences(
    found: Sequence[Difference],
    asked: Sequence[str],
    names: tuple[str, str],
    pairs: int,
    unpaired: int,
    warnings: Sequence[str],
) -> Iterator[str]:
    yield f"{names[0]} and {names[1]} were compared on {pairs} pairs of answers."
    if unpaired:
        yield f"{unpaired} answers have no partner in the other run and were not compared."
    yield from warnings
    for d in found:
        if d.metric in PRIMARY and d.strength == "full":
            yield _sentence(d)
    judged = {d.policy for d in found if d.metric == "J" and d.strength == "full"}
    for policy in asked:
        if policy not in judged:
            yield (
                f"J under {policy} is not compared: no rule that withholds has cases and near-misses of both "
                "kinds that the two runs share."
            )
    taxed = {(d.policy, d.mode) for d in found if d.metric == "policy_tax"}
    for d in found:
        if d.metric == "capability" and d.strength == "full" and (d.policy, d.mode) not in taxed:
            where = f"policy_tax under {d.policy}" + (
                "" if d.mode == "generate" else f" ({d.mode})"
            )
            yield (
                f"{where} is not compared: a run states none, its placebo not asked or its "
                f"capability under it not clearly above {FLOOR:.2f}."
            )


def _sentence(d: Difference) -> str:
    where = f"{d.metric} under {d.policy}" + ("" if d.mode == "generate" else f" ({d.mode})")
    left = f"unread answers leave it between {d.lower_bound:+z.3f} and {d.upper_bound:+z.3f}"
    if d.value != d.value:
        return f"{where} is not known: no pair was read in both runs; {left}."
    change = f"{d.first:z.3f} -> {d.second:z.3f} ({d.value:+z.3f} [{d.low:+z.3f}, {d.high:+z.3f}])"
    tail = f"; {left}." if d.upper_bound - d.lower_bound > SHOWN else "."
    if d.p_holm < 0.05:
        word = "rose" if d.value > 0 else "fell"
        return f"{where} {word}: {change}, Holm p = {d.p_holm:.3g}{tail}"
    return (
        f"{where}: no difference shown: {change}, Holm p = {d.p_holm:.3g}; one of {d.mde:.3f} would have "
        f"been found with power 0.8{tail}"
    )
