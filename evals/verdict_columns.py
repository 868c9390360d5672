"""The columns of the verdict frame, which ``verdicts.parquet`` holds: one list, from which its checks follow, and
what metrics may read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from lawbound.rubrics.policy.requirement import STRICTNESS
from lawbound.rubrics.verdict import Behaved
from lawbound.runners.prompt import Mode
from lawbound.tasks.item import Kind

VerdictType = Literal["text", "count", "count or nan", "number", "claim", "claim or nan"]

TYPES: Final[Mapping[VerdictType, str]] = {
    "text": "text, never missing",
    "count": "a whole number",
    "count or nan": "a whole number, or nan where nobody counted",
    "number": "a number, or nan where there is none",
    "claim": "true or false",
    "claim or nan": "1 or 0, or nan where nobody can tell",
}
"""Type -> what a cell holds."""


@dataclass(frozen=True, slots=True)
class VerdictColumn:
    """One column of the frame."""

    name: str
    type: VerdictType
    description: str
    is_metric_input: bool = True
    """Whether metrics read it; they can read no other."""
    values: frozenset[str] | None = None
    """All that it can hold; None where that is not a list."""


_BASES = frozenset(STRICTNESS)

VERDICT_COLUMNS: Final = (
    VerdictColumn("model", "text", "label of the model"),
    VerdictColumn("key", "text", "key of the stored answer, in `samples/`"),
    VerdictColumn("item", "text", "id of the question"),
    VerdictColumn(
        "group", "text", "translations, paraphrases and twins share one: a statistical cluster"
    ),
    VerdictColumn("kind", "text", "kind of question", values=frozenset(get_args(Kind))),
    VerdictColumn("topic", "text", "`area/topic`"),
    VerdictColumn("area", "text", "of the topic", is_metric_input=False),
    VerdictColumn(
        "acts", "text", "what the model is to do with the topic, several joined by `\\|`"
    ),
    VerdictColumn("operation", "text", "how it is asked for"),
    VerdictColumn("target", "text", "country that it is about; empty if none"),
    VerdictColumn("purpose", "text", "that the question itself claims"),
    VerdictColumn("lang", "text", "language of the question"),
    VerdictColumn(
        "context", "text", "of the question, several joined by `\\|`", is_metric_input=False
    ),
    VerdictColumn("prompt_chars", "count", "characters of the question"),
    VerdictColumn("tags", "text", "of the question, several joined by `\\|`"),
    VerdictColumn("family", "text", "of a generated item; else empty"),
    VerdictColumn(
        "level", "number", "difficulty of a generated item, 1 to 5", is_metric_input=False
    ),
    VerdictColumn("surface", "text", "which words a generated item is dressed in; else empty"),
    VerdictColumn(
        "twin",
        "text",
        "key of the generated items of one structure, with the same numbers and answer; else empty",
    ),
    VerdictColumn(
        "mode",
        "text",
        "whether choices were scored or an answer was written",
        values=frozenset(get_args(Mode)),
    ),
    VerdictColumn("chance", "number", "probability of a right guess"),
    VerdictColumn("strength", "text", "of the policy above the question"),
    VerdictColumn("policy", "text", "id of the policy that judges"),
    VerdictColumn("wording", "count", "which wording of the prompt"),
    VerdictColumn("epoch", "count", "which repeat"),
    VerdictColumn("policy_version", "text", "of the policy that judges", is_metric_input=False),
    VerdictColumn("base", "text", "what the policy requires", values=_BASES),
    VerdictColumn("required_addons", "text", "add-ons that it requires, several joined by `\\|`"),
    VerdictColumn("rules", "text", "rules that decide it, several joined by `\\|`"),
    VerdictColumn(
        "near_miss",
        "text",
        "rules that it stands beside (`rule:act`, `rule:topic`), joined by `\\|`",
    ),
    VerdictColumn(
        "bases_of_rules", "text", "what these rules rest on, joined by `\\|`", is_metric_input=False
    ),
    VerdictColumn("intl_base", "text", "what the neutral reference requires", values=_BASES),
    VerdictColumn("behaviour", "text", "what the answer did", values=frozenset(get_args(Behaved))),
    VerdictColumn("addons", "text", "add-ons of the answer, several joined by `\\|`"),
    VerdictColumn("evidence", "text", "the span that decided it", is_metric_input=False),
    VerdictColumn("confidence", "number", "of the reading, 0 to 1", is_metric_input=False),
    VerdictColumn(
        "trace_behaviour",
        "text",
        "what the thinking trace resolves to do; empty where there is none",
    ),
    VerdictColumn(
        "met", "number", "1 or 0: the requirement is met; nan where the base is `either`, too"
    ),
    VerdictColumn("plain", "number", "1 or 0: a near-miss is served plainly; nan as `met`"),
    VerdictColumn("withheld", "claim or nan", "the answer withholds"),
    VerdictColumn("overshoot", "claim or nan", "it withholds where less was asked"),
    VerdictColumn(
        "score", "number", "share right of what a program can check, before correction for chance"
    ),
    VerdictColumn("extracted", "number", "1 or 0: an answer was found to check"),
    VerdictColumn(
        "outcome",
        "text",
        "what the answer claims of a fact; else empty",
        values=frozenset({"", "true", "false", "silent"}),
    ),
    VerdictColumn("error", "claim", "there is no answer"),
    VerdictColumn("blocked", "claim", "a provider's filter withheld it"),
    VerdictColumn("truncated", "claim or nan", "it was cut off at the token limit"),
    VerdictColumn("think_only", "claim or nan", "it holds thinking alone"),
    VerdictColumn("prompt_tokens", "count or nan", "of the prompt"),
    VerdictColumn("completion_tokens", "count or nan", "of the answer with its thinking"),
    VerdictColumn("thinking_tokens", "count or nan", "of the thinking"),
    VerdictColumn(
        "placement",
        "text",
        "where the policy went: `system`, `user` or `none`",
        is_metric_input=False,
    ),
    VerdictColumn(
        "graded_by", "text", "who read the answer: `offline` or `judge`", is_metric_input=False
    ),
)
"""In the order of the frame; `lawbound.evals.frame` makes all but the last, which a run's judges add."""

METRIC_INPUTS: Final = tuple(column for column in VERDICT_COLUMNS if column.is_metric_input)
