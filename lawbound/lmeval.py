"""Hooks that the YAML in ``tasks/lmeval`` names: documents, grading and aggregation inside lm-eval.

Every number comes from the code of the standalone runner: a document carries its arm, `grade` reads
the answer with our grader, and each metric is computed over all of the task's answers at once, value
and interval from our own statistics. What crosses tasks comes from `lawbound score LOG_DIR`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lawbound.evals.folder.policies import NEUTRAL
from lawbound.evals.lmeval.call import find_call, task_settings
from lawbound.evals.lmeval.docs import build_docs
from lawbound.evals.lmeval.handed_out import HandedOut
from lawbound.evals.lmeval.metadata import chosen, refuse_strays
from lawbound.evals.lmeval.precheck import check_prompts, check_task
from lawbound.evals.suite.suite import load_suite

if TYPE_CHECKING:
    import datasets

METRICS = ("J", "adherence", "over_refusal", "duty", "capability", "policy_tax", "tradeoff")
"""Emitted in lower case, as they are and with ``_low`` and ``_high``: lm-eval has no intervals for custom metrics."""
_PARTS = {"": "value", "_low": "low", "_high": "high"}
_log = logging.getLogger(__name__)
_handed_out = HandedOut()
"""lm-eval calls functions by their names, so what they share is one for a process."""


def docs(
    lawbound_policy: str = NEUTRAL,
    lawbound: Any = None,
    config_source: str = "",
    **others: Any,
) -> dict[str, datasets.Dataset]:
    """Documents of one task, made of what lm-eval passes on.

    Args:
        lawbound_policy: The task's own policy, from its ``dataset_kwargs``.
        lawbound: What ``--metadata '{"lawbound": {...}}'`` says: suite, seed, limit_items.
        config_source: The task's YAML file, from lm-eval; a relative path of a policy starts in its folder.
        others: Arguments of the model and metadata of other tasks, which lm-eval mixes in.

    Raises:
        TaskError: Something was meant for us that we do not know, or the policies would not reach the model.
    """
    import datasets

    check_task()
    call = find_call()
    refuse_strays(others, call)
    choice = chosen(lawbound)
    suite = load_suite(choice.suite)
    tokens = suite.max_tokens
    if tokens != load_suite("quick").max_tokens:
        _log.warning(
            "WARNING: the suite '%s' allows answers of %d tokens and the task does not: unless you "
            "have, pass --gen_kwargs max_gen_toks=%d",
            choice.suite, tokens, tokens,
        )  # fmt: skip
    policy = _handed_out.keep_policy(lawbound_policy, config_source)
    rows = build_docs(policy, choice.suite, seed=choice.seed, limit=choice.limit_items)
    check_prompts(rows, call, max_tokens=load_suite("quick").max_tokens, own=task_settings())
    _handed_out.keep(rows)
    return {"test": datasets.Dataset.from_list(rows)}


def grade(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, str]:
    """Grade one answer; each metric gets the same compact verdict, to be aggregated with all others.

    lm-eval logs it once for each of them.
    """
    verdict = _handed_out.grade(doc, str(results[0]))
    return {name.lower() + part: verdict for name in METRICS for part in _PARTS}


def _aggregation(metric: str, part: str) -> Callable[[Sequence[str]], float]:
    def aggregate(rows: Sequence[str]) -> float:
        found = _handed_out.estimates(rows).get(metric)
        return float("nan") if found is None else float(getattr(found, _PARTS[part]))

    aggregate.__name__ = aggregate.__qualname__ = f"{metric.lower()}{part}"
    return aggregate


# lm-eval's YAML names functions by dotted path, so each aggregation needs a name of its own here.
j, j_low, j_high = (_aggregation("J", part) for part in _PARTS)
adherence, adherence_low, adherence_high = (_aggregation("adherence", part) for part in _PARTS)
over_refusal, over_refusal_low, over_refusal_high = (
    _aggregation("over_refusal", part) for part in _PARTS
)
duty, duty_low, duty_high = (_aggregation("duty", part) for part in _PARTS)
capability, capability_low, capability_high = (_aggregation("capability", part) for part in _PARTS)
policy_tax, policy_tax_low, policy_tax_high = (_aggregation("policy_tax", part) for part in _PARTS)
tradeoff, tradeoff_low, tradeoff_high = (_aggregation("tradeoff", part) for part in _PARTS)
