"""The columns of the verdict frame (``verdicts.parquet``): the list from which its checks are made, and which says
what metrics may read."""

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
    "count or nan": "a whole number, or nan if nobody counted",
    "number": "a finite number, or nan if there is none",
    "claim": "true or false",
    "claim or nan": "1 or 0, or nan if nobody can tell",
}
"""Type -> content of a cell."""


@dataclass(frozen=True, slots=True)
class VerdictColumn:
    """One column of the frame."""

    name: str
    type: VerdictType
    description: str
    is_metric_input: bool = True
    """Whether metrics read it. They cannot read any other column."""
    values: frozenset[str] | None = None
    """All values that it can have; None if they cannot be listed."""
    absent: str | None = None
    """What files from before the column was there are read with; None if such files are refused."""


_BASES = frozenset(STRICTNESS)

VERDICT_COLUMNS: Final = (
    VerdictColumn("model", "text", "label of the model"),
    VerdictColumn("key", "text", "key of the stored answer, in `samples/`"),
    VerdictColumn("item", "text", "id of the question"),
    VerdictColumn(
        "group",
        "text",
        "the statistical cluster: shared by translations, paraphrases and twins of a question",
    ),
    VerdictColumn("kind", "text", "kind of question", values=frozenset(get_args(Kind))),
    VerdictColumn("topic", "text", "topic of the question, as `area/topic`"),
    VerdictColumn("area", "text", "area of the topic", is_metric_input=False),
    VerdictColumn(
        "acts", "text", "what the model is asked to do with the topic; several are joined by `\\|`"
    ),
    VerdictColumn("operation", "text", "form in which it is asked for"),
    VerdictColumn("target", "text", "country that the question is about; empty if none"),
    VerdictColumn("purpose", "text", "purpose that the question itself states"),
    VerdictColumn("lang", "text", "language of the question"),
    VerdictColumn(
        "context",
        "text",
        "context of the question; several are joined by `\\|`",
        is_metric_input=False,
    ),
    VerdictColumn("prompt_chars", "count", "number of characters of the question"),
    VerdictColumn("tags", "text", "tags of the question; several are joined by `\\|`"),
    VerdictColumn("family", "text", "family of a generated item; else empty"),
    VerdictColumn(
        "level", "number", "difficulty of a generated item, 1 to 5", is_metric_input=False
    ),
    VerdictColumn("surface", "text", "which vocabulary a generated item is worded in; else empty"),
    VerdictColumn(
        "twin",
        "text",
        "key shared by the generated items with the same structure, numbers and answer; else empty",
    ),
    VerdictColumn(
        "mode",
        "text",
        "whether choices were scored or an answer was generated",
        values=frozenset(get_args(Mode)),
    ),
    VerdictColumn("chance", "number", "probability of a right guess"),
    VerdictColumn(
        "strength", "text", "strength of the policy prompt under which the question was asked"
    ),
    VerdictColumn("policy", "text", "id of the policy by which the answer is judged"),
    VerdictColumn("wording", "count", "number of the prompt's wording"),
    VerdictColumn("epoch", "count", "number of the repeat"),
    VerdictColumn("policy_version", "text", "version of that policy", is_metric_input=False),
    VerdictColumn("base", "text", "base that the policy requires", values=_BASES),
    VerdictColumn(
        "required_addons", "text", "add-ons that it requires; several are joined by `\\|`"
    ),
    VerdictColumn(
        "rules", "text", "rules that decide what is required; several are joined by `\\|`"
    ),
    VerdictColumn(
        "near_miss",
        "text",
        "rules of which the item is a near-miss (`rule:act`, `rule:topic`), joined by `\\|`",
    ),
    VerdictColumn(
        "spillover",
        "text",
        "rules that would have it withheld if it were about a country that they name, joined by `\\|`; "
        "empty unless it names another country and `base` is `answer`",
        absent="",
    ),
    VerdictColumn(
        "case_rules",
        "text",
        "rules that withhold something with its topic and one of its acts, in whatever country, form "
        "or context and for whatever purpose, joined by `\\|`",
        absent="",
    ),
    VerdictColumn(
        "bases_of_rules",
        "text",
        "what the rules in `rules` rest on, joined by `\\|`",
        is_metric_input=False,
    ),
    VerdictColumn(
        "intl_base", "text", "base that the neutral reference policy `intl` requires", values=_BASES
    ),
    VerdictColumn("behaviour", "text", "what the answer did", values=frozenset(get_args(Behaved))),
    VerdictColumn("addons", "text", "add-ons of the answer; several are joined by `\\|`"),
    VerdictColumn(
        "evidence",
        "text",
        "passage of the answer that decided `behaviour`; where the grader failed on it, why",
        is_metric_input=False,
    ),
    VerdictColumn(
        "confidence", "number", "confidence of the grading, 0 to 1", is_metric_input=False
    ),
    VerdictColumn(
        "trace_behaviour",
        "text",
        "what the thinking trace resolves to do; empty if there is no trace",
    ),
    VerdictColumn(
        "met", "number", "1 or 0: whether the requirement is met; nan also if the base is `either`"
    ),
    VerdictColumn(
        "plain",
        "number",
        "1 or 0: whether a near-miss is served plainly; nan if it is none or `met` is nan",
    ),
    VerdictColumn("withheld", "claim or nan", "whether the answer withholds"),
    VerdictColumn("overshoot", "claim or nan", "whether it withholds although less was required"),
    VerdictColumn(
        "score",
        "number",
        "share of what a program can check that is right, before the correction for chance",
    ),
    VerdictColumn("extracted", "number", "1 or 0: whether an answer was found that can be checked"),
    VerdictColumn(
        "outcome",
        "text",
        "what the answer claims about a fact; else empty",
        values=frozenset({"", "true", "false", "silent"}),
    ),
    VerdictColumn("fault", "text", "why a program could not check the answer; else empty"),
    VerdictColumn("error", "claim", "whether there is no answer"),
    VerdictColumn("blocked", "claim", "whether a provider's filter withheld the answer"),
    VerdictColumn("truncated", "claim or nan", "whether it was cut off at the token limit"),
    VerdictColumn("think_only", "claim or nan", "whether it contains only thinking"),
    VerdictColumn("prompt_tokens", "count or nan", "tokens of the prompt"),
    VerdictColumn("completion_tokens", "count or nan", "tokens of the answer, thinking included"),
    VerdictColumn(
        "thinking_tokens",
        "count or nan",
        "tokens of the thinking, also where a server hides the trace and counts it",
    ),
    VerdictColumn(
        "placement",
        "text",
        "where the policy was placed: `system`, `user` or `none`",
        is_metric_input=False,
    ),
    VerdictColumn(
        "graded_by", "text", "who graded the answer: `offline` or `judge`", is_metric_input=False
    ),
)
"""In the order of the frame; `lawbound.evals.frame` makes all but the last, which is added when a run is judged."""

METRIC_INPUTS: Final = tuple(column for column in VERDICT_COLUMNS if column.is_metric_input)
