"""What does it cost a language model to follow a region's content policy?

The public API; names load on first use, so that importing the package stays quick::

    from lawbound import RunSpec, evaluate
    conclusion = evaluate(RunSpec(suite="quick", models=("smollm2",), policies=("cn",)), "out")
    conclusion.leaderboard
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lawbound.evals.conclude import Conclusion, conclude
    from lawbound.evals.evaluate import evaluate
    from lawbound.evals.judging.spec import JudgeSpec
    from lawbound.evals.run_spec import RunSpec
    from lawbound.rubrics.behaviour import grade
    from lawbound.rubrics.policy.files import load_policy
    from lawbound.rubrics.policy.policy import Policy, PolicyError
    from lawbound.rubrics.policy.requirement import Requirement
    from lawbound.rubrics.verdict import Reading, Verdict
    from lawbound.runners.engines.function import FunctionEngine
    from lawbound.runners.engines.protocol import ModelError
    from lawbound.runners.sample import Request, Sample
    from lawbound.tasks.bank import load_bank
    from lawbound.tasks.io.errors import LawboundError
    from lawbound.tasks.item import Item, ItemError

    __version__: str

_HOMES = {
    "Conclusion": "lawbound.evals.conclude",
    "FunctionEngine": "lawbound.runners.engines.function",
    "Item": "lawbound.tasks.item",
    "ItemError": "lawbound.tasks.item",
    "JudgeSpec": "lawbound.evals.judging.spec",
    "LawboundError": "lawbound.tasks.io.errors",
    "ModelError": "lawbound.runners.engines.protocol",
    "Policy": "lawbound.rubrics.policy.policy",
    "PolicyError": "lawbound.rubrics.policy.policy",
    "Reading": "lawbound.rubrics.verdict",
    "Request": "lawbound.runners.sample",
    "Requirement": "lawbound.rubrics.policy.requirement",
    "RunSpec": "lawbound.evals.run_spec",
    "Sample": "lawbound.runners.sample",
    "Verdict": "lawbound.rubrics.verdict",
    "conclude": "lawbound.evals.conclude",
    "evaluate": "lawbound.evals.evaluate",
    "grade": "lawbound.rubrics.behaviour",
    "load_bank": "lawbound.tasks.bank",
    "load_policy": "lawbound.rubrics.policy.files",
}

__all__ = [
    "Conclusion",
    "FunctionEngine",
    "Item",
    "ItemError",
    "JudgeSpec",
    "LawboundError",
    "ModelError",
    "Policy",
    "PolicyError",
    "Reading",
    "Request",
    "Requirement",
    "RunSpec",
    "Sample",
    "Verdict",
    "__version__",
    "conclude",
    "evaluate",
    "grade",
    "load_bank",
    "load_policy",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # takes longer than all the rest of this module

        return version("lawbound")
    if name not in _HOMES:
        raise AttributeError(f"module 'lawbound' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
