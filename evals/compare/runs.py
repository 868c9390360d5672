"""Two runs side by side, pair by pair: what differs, which items flipped, and whether it is luck.

The same items under the same policies are compared answer by answer, which removes the items' own
difficulty. The worse near-miss kind of a rule is chosen for both runs together, so that a different
choice is not taken for a difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lawbound.evals.compare.difference import Difference
from lawbound.evals.compare.flips import flips_of, flips_table, outcomes, turned
from lawbound.evals.compare.graders import Readers, read_otherwise
from lawbound.evals.compare.pairs import (
    Pairs,
    pair_cuts,
    requirement_differs,
    rule_differences,
    score_differences,
    shares_a_rule,
    unanswered_scores,
)
from lawbound.evals.compare.summary import PRIMARY, Counts, summary
from lawbound.evals.folder.asked import differences, suite_hash, what_was_asked
from lawbound.evals.folder.record import PolicyEntry, RunRecord
from lawbound.evals.metrics.inputs import (
    UNSCORED,
    Cut,
    Mask,
    MetricError,
    Rows,
    check_columns,
    cuts,
    is_unread,
    read_frame,
)
from lawbound.evals.metrics.rule_info import RuleInfos
from lawbound.evals.stats.significance import holm, stream

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.caveats import Caveat


class NothingSharedError(MetricError):
    """Two runs have no pair of answers in common."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result of comparing two runs."""

    names: tuple[str, str]
    differences: tuple[Difference, ...]
    flipped: pd.DataFrame
    """Answers whose verdict, correctness or claim about a fact changed, one row for each policy that judges them.
    `requirement_differs` marks rows for which the runs' policies require different things;
    `graded_by_first` and `graded_by_second` say who read the answer."""
    counts: Counts
    summary: str
    caveats: tuple[Caveat, ...] = ()
    """How the runs were asked or read differently, and what is missing from each folder's numbers.
    Only `compare_runs` can tell; two frames cannot."""


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

    Args:
        first: The run to compare with.
        second: The run whose gains and losses are reported.
        rule_info: The rules of every policy in the first run.
        seed: Draws permutations; each policy has a stream of its own, so that leaving one out changes no
            other's numbers.
        resamples: How many are drawn.
        names: The runs' names in the summary.

    Raises:
        MetricError: A frame holds several models or lacks a column.
        NothingSharedError: Nothing can be paired.
    """
    import pandas as pd

    for name, frame in zip(names, (first, second), strict=True):
        check_columns(frame, f"compare: {name}")
        models = sorted(set(frame["model"]))
        if len(models) != 1:
            raise MetricError(f"compare: {name} holds models {models}, expected exactly one")
    both = pd.concat([first.assign(model="0"), second.assign(model="1")], ignore_index=True)
    rows = read_frame(both)
    by_policy: dict[str, dict[str, Cut]] = {}
    for cut in cuts(rows, rule_info):
        by_policy.setdefault(cut.policy, {})[cut.model] = cut
    found: list[Difference] = []
    tables: list[pd.DataFrame] = []
    shared: dict[str, bool] = {}
    unanswered: list[tuple[str, str, str]] = []
    seen = _Answers()
    readers = (Readers(first), Readers(second))
    paired = 0
    for arms in by_policy.values():
        if len(arms) == 2:
            pairs = pair_cuts(arms["0"], arms["1"])
            paired += len(pairs.first)
            differs = requirement_differs(pairs)
            flips = flips_of(pairs)
            seen.add(pairs, differs, flips, read_otherwise(pairs, readers))
            found += _differences(pairs, stream(seed, pairs.policy), resamples)
            tables.append(flips_table(pairs, differs, flips, readers))
            unanswered += unanswered_scores(pairs, "full")
            if (pairs.first.at("full")["kind"] == "policy").any():
                shared[pairs.policy] = shares_a_rule(pairs, "full")
    if paired == 0:
        raise NothingSharedError(
            f"compare: {names[0]} and {names[1]} share no item, policy and strength"
            + _other_policies(by_policy)
        )
    found = _corrected(found)
    flipped = pd.concat(tables, ignore_index=True)
    counts = seen.counts(_distinct(rows))
    text = "\n".join(summary(found, counts, names, shared, unanswered))
    return Comparison(names, tuple(found), flipped, counts, text)


def _other_policies(by_policy: Mapping[str, Mapping[str, Cut]]) -> str:
    """What to add if no policy is in both runs: the ids by which they were asked."""
    if any(len(arms) == 2 for arms in by_policy.values()):
        return ""
    first, second = (
        ", ".join(sorted(policy for policy, arms in by_policy.items() if run in arms))
        for run in ("0", "1")
    )
    return f": the first was asked under {first}, the second under {second}"


KeyPair = tuple[str, ...]
"""Keys of the first run's answer and of the second's."""


@dataclass(slots=True)
class _Answers:
    """Pairs of answers by what happened to them; a pair that several policies judge counts once."""

    every: set[KeyPair] = field(default_factory=set)
    lost: set[KeyPair] = field(default_factory=set)
    unread: set[KeyPair] = field(default_factory=set)
    unlike: set[KeyPair] = field(default_factory=set)
    flipped: set[KeyPair] = field(default_factory=set)
    flipped_unlike: set[KeyPair] = field(default_factory=set)
    regraded: set[KeyPair] = field(default_factory=set)
    facts: dict[KeyPair, tuple[str, str]] = field(default_factory=dict)

    def add(self, pairs: Pairs, differs: Mask, flips: Mask, regraded: Mask) -> None:
        """The pairs of one policy."""
        both = (pairs.first, pairs.second)
        keys = list(zip(*(rows["key"].tolist() for rows in both), strict=True))
        lost = np.logical_or(*(rows.status > UNSCORED for rows in both))
        unread = np.logical_or(*map(_unread, both)) & ~lost
        everywhere = np.ones(len(keys), dtype=bool)
        for found, mask in (
            (self.every, everywhere), (self.lost, lost), (self.unread, unread),
            (self.unlike, differs), (self.flipped, flips), (self.flipped_unlike, flips & differs),
            (self.regraded, regraded),
        ):  # fmt: skip
            found.update(keys[at] for at in np.flatnonzero(mask).tolist())
        one, two = map(outcomes, both)
        for at in np.flatnonzero(turned(pairs)).tolist():
            self.facts[keys[at]] = (one[at], two[at])

    def counts(self, answers: int) -> Counts:
        """How many pairs there are of each kind, given the number of answers in both runs."""
        paired = sum(len(set(one)) for one in zip(*self.every, strict=True))
        unpaired = answers - paired
        return Counts(
            len(self.every), unpaired, failed=len(self.lost), unscored=len(self.unread),
            differing=len(self.unlike), flipped=len(self.flipped), flipped_unlike=len(self.flipped_unlike),
            regraded=len(self.regraded), facts=Counter(self.facts.values()),
        )  # fmt: skip


def _unread(rows: Rows) -> Mask:
    return is_unread(rows.status == UNSCORED, rows.floats("score"), rows["fault"] != "")


def _distinct(rows: Rows) -> int:
    """Answers that both runs stored."""
    return len(set(zip(rows["model"].tolist(), rows["key"].tolist(), strict=True)))


def unlike(
    first: RunRecord,
    second: RunRecord,
    names: tuple[str, str] = ("A", "B"),
) -> Iterator[str]:
    """One sentence for each way in which two runs were asked differently, by their ``run.yaml``."""
    if suite_hash(first) != suite_hash(second):
        parts = ", ".join(_unlike_parts(what_was_asked(first), what_was_asked(second)))
        yield (
            f"The runs differ in {parts}: values are those of the pairs that both have, and not those of "
            "the runs' own leaderboards."
        )
    policies = [{entry.id: entry for entry in run.policies} for run in (first, second)]
    for policy in sorted(set(policies[0]) & set(policies[1])):
        yield from _unlike_texts(policies[0][policy], policies[1][policy], names)


def why_nothing_is_shared(first: RunRecord, second: RunRecord) -> str:
    """The end of a refusal: how two runs differ by their ``run.yaml``; empty if they do not."""
    parts = ", ".join(_unlike_parts(what_was_asked(first), what_was_asked(second)))
    seeds = first.seed, second.seed
    why = f"; the runs differ in {parts}" if parts else ""
    if seeds[0] != seeds[1]:
        why += (
            f" (seeds {seeds[0]} and {seeds[1]} draw other items: --epochs repeats the same ones, "
            "and a larger --limit asks more of them)"
        )
    return why


def _unlike_texts(first: PolicyEntry, second: PolicyEntry, names: tuple[str, str]) -> Iterator[str]:
    """What to say of a policy that two runs were asked under, if its text or its version differs."""
    versions = first.version, second.version
    if first.digest != second.digest:
        where = f"{names[0]} and {names[1]}"
        if versions[0] != versions[1]:
            where = f"{names[0]} (version {versions[0]}) and {names[1]} (version {versions[1]})"
        yield (
            f"Policy {first.id} does not say the same in {where}: requirements are those "
            f"of each run, and rules are read from {names[0]}. Items are chosen by what a policy says, so "
            "the runs need not have asked the same ones, and a difference may be the policy's."
        )
    elif versions[0] != versions[1]:
        yield (
            f"Policy {first.id} is version {versions[0]} in {names[0]} and {versions[1]} in {names[1]}: a "
            "difference may be the policy's and not the model's."
        )


def _unlike_parts(first: Mapping[str, Any], second: Mapping[str, Any]) -> Iterator[str]:
    """Names of the values that differ; of a mapping such as the settings also the fields, unless one is only empty where
    the other is missing."""
    for name in sorted(first):
        if first[name] == second[name]:
            continue
        places = [place for place, _, _ in differences({name: first[name]}, {name: second[name]})]
        fields = dict.fromkeys(place.split(".")[1] for place in places if "." in place)
        yield f"{name} ({', '.join(fields)})" if fields else name


def _differences(pairs: Pairs, rng: np.random.Generator, resamples: int) -> Iterator[Difference]:
    for strength in dict.fromkeys(pairs.first["strength"].tolist()):
        for found in (rule_differences, score_differences):
            yield from found(pairs, strength, rng, resamples)


def _corrected(found: Sequence[Difference]) -> list[Difference]:
    primary = [i for i, d in enumerate(found) if d.metric in PRIMARY and d.strength == "full"]
    done = list(found)
    for i, p in zip(primary, holm([found[i].p_value for i in primary]), strict=True):
        done[i] = replace(found[i], p_holm=p)
    return done
