"""The columns of a run's tables: the lists from which ``leaderboard.csv``, ``metrics.csv``, ``compliance.csv``,
``corrected.csv`` and their schemas are made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from lawbound.evals.metrics.registry import REPORTED

SCHEMA_VERSION = "10"
"""Raised when a column's name, place or meaning changes, or how its numbers are computed."""

ColumnType = Literal["string", "number", "integer", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a CSV."""

    name: str
    type: ColumnType
    description: str


@dataclass(frozen=True, slots=True)
class Source:
    """The estimate that a leaderboard column shows, and which of its fields have a column beside the value."""

    column: str
    metric: str
    strength: str = "full"
    slice: str = ""
    extras: tuple[str, ...] = ("low", "high")
    remark: str = ""
    """What else is to be said of the column."""

    def columns(self) -> Iterable[Column]:
        """The value, then its extras."""
        where = f" at `{self.strength}`" if self.strength else ""
        where += f", `{self.slice}`" if self.slice else ""
        better = {
            "higher": "higher is better",
            "lower": "lower is better",
            "none": "neither is better",
        }
        text = f"`{self.metric}`{where}; {better[REPORTED[self.metric].direction]}"
        text += f"; {self.remark}" if self.remark else ""
        yield Column(self.column, "number", text)
        for extra in self.extras:
            kind: ColumnType = "string" if extra == "note" else "number"
            yield Column(f"{self.column}_{extra}", kind, _EXTRAS[extra].format(f"`{self.column}`"))


_EXTRAS = {
    "low": "lower end of the 95 % interval of {}",
    "high": "upper end of the 95 % interval of {}",
    "lower_bound": "{} if every unscored answer lowered it",
    "upper_bound": "{} if every unscored answer raised it",
    "p_holm": "p-value of {}, Holm-corrected over the model's primary family",
    "mde": "smallest effect in {} that would have been detected (alpha .05, power .8)",
    "note": "remarks on {}, and why a value is missing",
}
_FULL = ("low", "high", "lower_bound", "upper_bound", "p_holm", "mde", "note")

SOURCES: tuple[Source, ...] = (
    Source("tradeoff", "tradeoff"),
    Source("tradeoff_signed", "tradeoff_signed"),
    Source("tradeoff_retained", "tradeoff_retained"),
    Source("J", "J", extras=_FULL),
    Source("policy_tax", "policy_tax", extras=("low", "high", "p_holm", "mde", "note")),
    Source("adherence", "adherence"),
    Source("excess", "excess"),
    Source("over_refusal", "over_refusal"),
    Source("duty", "duty"),
    Source("capability_full", "capability"),
    Source("capability_placebo", "capability", "placebo"),
    Source("capability_none", "capability", "none"),
    Source("tax_withheld", "tax_withheld", extras=()),
    Source("tax_truncated", "tax_truncated", extras=()),
    Source("tax_unextractable", "tax_unextractable", extras=()),
    Source("tax_wrong", "tax_wrong", extras=()),
    Source("length_tax", "length_tax", "placebo"),
    Source("retention", "retention"),
    Source("surface_gap", "surface_gap"),
    Source("topic_tax", "topic_tax"),
    Source("fact_true", "fact_true"),
    Source("fact_false", "fact_false"),
    Source("fact_silent", "fact_silent"),
    Source("distortion", "distortion"),
    Source("candour", "candour"),
    Source("overshoot", "overshoot"),
    Source("intl_gap", "intl_gap"),
    Source("prior_match", "prior_match", "none"),
    Source("prior_J", "prior_J", "none"),
    Source("prior_withholding", "prior_withholding", "none"),
    Source("spillover", "spillover"),
    Source("hypervolume", "hypervolume", REPORTED["hypervolume"].usual_strength),
    Source("exchange_rate", "exchange_rate"),
    Source("truncated", "truncated"),
    Source("extraction", "extraction"),
    Source("extra_prompt_tokens", "token_cost", "full", "tokens=prompt", extras=()),
    Source(
        "extra_answer_tokens",
        "token_cost",
        "full",
        "tokens=answer",
        extras=(),
        remark="thinking included",
    ),
    Source("extra_thinking_tokens", "token_cost", "full", "tokens=thinking", extras=()),
    Source("placebo_spread", "placebo_spread", "placebo", "of=capability", extras=()),
)

_HEAD = (
    Column("schema_version", "string", "version of this list of columns"),
    Column(
        "policy",
        "string",
        "policy id; every row is about one policy, there is no mean over policies",
    ),
    Column("policy_version", "string", "version of the policy file"),
    Column("mode", "string", "`generate` or `choices`: how reasoning items were asked"),
    Column("model", "string", "label of the model"),
    Column("is_reference", "boolean", "whether it is a baseline, which is not ranked"),
    Column(
        "rank",
        "integer",
        "1 + the number of models that are better beyond doubt; ties share a rank",
    ),
    Column("rank_low", "integer", "best rank that the intervals allow"),
    Column("rank_high", "integer", "worst rank that the intervals allow"),
    Column(
        "front",
        "integer",
        "Pareto front of (J, policy_tax), 1 is the best; empty if one of the two is unknown",
    ),
)
_TAIL = (
    Column("n", "integer", "answers behind J and capability at `full`, each counted once"),
    Column(
        "clusters", "integer", "item groups behind J and capability at `full`, each counted once"
    ),
    Column(
        "unscored", "integer", "answers of all arms that could not be graded, each counted once"
    ),
    Column("errors", "integer", "requests of all arms that failed, each counted once"),
    Column(
        "blocked",
        "integer",
        "answers of all arms that a provider's filter blocked, each counted once",
    ),
    Column("suite", "string", "id and version of the suite"),
    Column(
        "suite_hash",
        "string",
        "first 16 hex digits of the sha256 of suite, seed, settings, limit and the digest of the bank",
    ),
    Column("scorer_version", "string", "version of the graders"),
    Column("lawbound", "string", "version of the program"),
    Column("run", "string", "run folder, if several were merged"),
    Column("comparability", "string", "empty, or what differs between the merged runs"),
    Column(
        "policy_digest",
        "string",
        "first 16 hex digits of the sha256 of what the policy says, inherited rules included",
    ),
)

LEADERBOARD: tuple[Column, ...] = (
    *_HEAD,
    *(column for source in SOURCES for column in source.columns()),
    *_TAIL,
)

METRICS: tuple[Column, ...] = (
    Column("schema_version", "string", "version of this list of columns"),
    Column("model", "string", "label of the model"),
    Column("policy", "string", "policy id"),
    Column("strength", "string", "arm: `none`, `placebo`, `brief`, `full`, `strict` or another"),
    Column("mode", "string", "`generate` or `choices`: how reasoning items were asked"),
    Column("metric", "string", "name of the metric; formulas are in docs/metrics.md"),
    Column("slice", "string", "empty for the whole, else the part, for instance `rule=ID`"),
    Column("value", "number", "the estimate; if there is none it is empty, and `note` says why"),
    Column("low", "number", "lower end of the 95 % interval"),
    Column("high", "number", "upper end of the 95 % interval"),
    Column(
        "n",
        "integer",
        "answers behind the value, each counted once; for some metrics pairs or twins, see docs/metrics.md",
    ),
    Column("clusters", "integer", "item groups among them, each counted once"),
    Column(
        "asked",
        "integer",
        "answers that the metric asked for, used or not; for some metrics pairs, see docs/metrics.md",
    ),
    Column("unscored", "integer", "those of them that could not be graded"),
    Column("errors", "integer", "those of them that failed"),
    Column("blocked", "integer", "those of them that a provider's filter blocked"),
    Column(
        "missing_share",
        "number",
        "largest share that failed or was blocked: of the answers, of the rules or families that dropped out, or of one component",
    ),
    Column("lower_bound", "number", "value if every unscored answer lowered it"),
    Column("upper_bound", "number", "value if every unscored answer raised it"),
    Column("direction", "string", "which is better: `higher`, `lower` or `none`"),
    Column("method", "string", "how the interval was computed"),
    Column("family", "string", "`primary` (Holm-corrected) or `exploratory`"),
    Column("p_value", "number", "two-sided p-value"),
    Column("p_holm", "number", "p-value, Holm-corrected over the model's primary family"),
    Column("mde", "number", "smallest effect that would have been detected (alpha .05, power .8)"),
    Column("note", "string", "remarks, and why a value is missing"),
)

COMPLIANCE: tuple[Column, ...] = (
    Column("schema_version", "string", "version of this list of columns"),
    Column("model", "string", "label of the model"),
    Column("policy", "string", "policy id"),
    Column("threshold", "string", "id of the threshold"),
    Column("metric", "string", "`refusal_rate`, `wrong_refusal_rate` or `qualified_rate`"),
    Column("bank", "string", "question bank of the policy; empty: everything that was asked"),
    Column("condition", "string", "the strength at which it holds"),
    Column("direction", "string", "`at-least` or `at-most`"),
    Column("mark", "number", "the share itself"),
    Column("minimum_items", "integer", "fewest items on which it is to be measured"),
    Column("hits", "integer", "answers that the rate counts"),
    Column("n", "integer", "answers behind the rate"),
    Column("clusters", "integer", "item groups among them"),
    Column("asked", "integer", "answers that would be in `n` if all had arrived and been graded"),
    Column("errors", "integer", "those of them that failed, are damaged or were not asked"),
    Column("blocked", "integer", "those of them that a provider's filter blocked"),
    Column("unscored", "integer", "those of them that arrived but could not be graded"),
    Column("value", "number", "observed share"),
    Column("low", "number", "lower end of its exact 95 % interval, adjusted for clusters"),
    Column("high", "number", "upper end of its exact 95 % interval, adjusted for clusters"),
    Column("lower_bound", "number", "the share if the rate counted none of the unscored"),
    Column("upper_bound", "number", "the share if the rate counted all of the unscored"),
    Column("point", "string", "`pass`, `fail` or `too few items`: as a regulator counts"),
    Column(
        "decision",
        "string",
        "`pass` or `fail` if the whole interval and both bounds are on one side of the mark, else `undecided`",
    ),
    Column(
        "probability",
        "number",
        "that the true rate meets the threshold, under Jeffreys' prior, adjusted for clusters",
    ),
    Column(
        "further_items",
        "integer",
        "further different items at the same rate that would decide it, repeats not counted; empty if the interval has decided, or never does",
    ),
    Column("source", "string", "id of the source that states the threshold"),
    Column("clause", "string", "where in it"),
    Column("note", "string", "caveats"),
    Column("source_title", "string", "title of the source"),
    Column(
        "source_status", "string", "`verified` if source and threshold both are, else `to-verify`"
    ),
)

CORRECTED: tuple[Column, ...] = (
    Column("schema_version", "string", "version of this list of columns"),
    Column("model", "string", "label of the model"),
    Column("policy", "string", "policy id"),
    Column("strength", "string", "arm; none is `full-without:RULE` or `wrong-region:ID`"),
    Column(
        "metric",
        "string",
        "`adherence` (`prior_match` without policy), `excess`, `over_refusal`, `J` (`prior_J`), `withheld` or `withheld_change`",
    ),
    Column("slice", "string", "empty, or one stratum of `withheld` (`base=..,lang=..`)"),
    Column("raw", "number", "by the reader alone; equal to `metrics.csv` if that has the rate"),
    Column("raw_low", "number", "lower end of the 95 % interval of `raw`"),
    Column("raw_high", "number", "upper end of the 95 % interval of `raw`"),
    Column("corrected", "number", "by labels; empty if a stratum is uncalibrated"),
    Column("corrected_low", "number", "lower end of the 95 % interval of `corrected`"),
    Column("corrected_high", "number", "upper end of the 95 % interval of `corrected`"),
    Column("n", "integer", "answers behind the rate"),
    Column("clusters", "integer", "item groups among them"),
    Column(
        "drawn",
        "number",
        "how many of these answers a draw with the sheet's probabilities selects on average; rows deleted from a sheet, blank or `unscored` are included",
    ),
    Column("labelled", "integer", "those of the answers that have a label"),
    Column("lambda", "number", "how far the reader is trusted; empty for differences"),
    Column("strata", "integer", "strata of the rate"),
    Column("uncalibrated", "integer", "those of them with labels from fewer than two groups"),
    Column(
        "note",
        "string",
        "which strata are uncalibrated; whether labels fall far short of `drawn` (below 0.9 `drawn` - 2 sqrt(`drawn`)); whether they are all alike where the readings are not",
    ),
)
