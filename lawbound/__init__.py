"""What does it cost a language model to follow a region's content policy?

The public API; docs/python.md shows how it is used. Names load on first use, so that importing the package stays quick::

    from lawbound import RunSpec, evaluate
    conclusion = evaluate(RunSpec(suite="quick", models=("smollm2",), policies=("cn",)), "out")
    conclusion.leaderboard
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lawbound.evals.caveats import Caveat
    from lawbound.evals.compare.folders import compare_runs
    from lawbound.evals.compare.runs import Comparison
    from lawbound.evals.conclude import Conclusion, conclude
    from lawbound.evals.evaluate import evaluate
    from lawbound.evals.finished_run import Run, open_run
    from lawbound.evals.folder.files import FolderError
    from lawbound.evals.folder.record import RunRecord
    from lawbound.evals.gates.run_gates import HeldGates, hold_gates
    from lawbound.evals.judging.spec import JudgeSpec
    from lawbound.evals.leaderboard.table import LeaderboardError
    from lawbound.evals.lmeval.conclude import conclude_logs
    from lawbound.evals.metrics.estimate import Estimate
    from lawbound.evals.metrics.inputs import MetricError
    from lawbound.evals.run_spec import RunSpec
    from lawbound.evals.suite.suite import shipped_suites
    from lawbound.evals.suite.suite_file import SuiteError
    from lawbound.rubrics.behaviour import Asked, grade, grade_all
    from lawbound.rubrics.policy.files import load_policy
    from lawbound.rubrics.policy.files import shipped as shipped_policies
    from lawbound.rubrics.policy.policy import Policy, PolicyError
    from lawbound.rubrics.policy.requirement import Requirement
    from lawbound.rubrics.verdict import Reading, Verdict
    from lawbound.runners.engines.function import FunctionEngine
    from lawbound.runners.engines.kinds import EngineOptions
    from lawbound.runners.engines.protocol import Engine, ModelError
    from lawbound.runners.lock import StoreError
    from lawbound.runners.sample import Fingerprint, Message, Rendered, Request, Sample, Settings
    from lawbound.tasks.bank import load_bank
    from lawbound.tasks.io.errors import LawboundError
    from lawbound.tasks.item import Item, ItemError

    __version__: str

_HOMES = {
    "Asked": "lawbound.rubrics.behaviour.Asked",
    "Caveat": "lawbound.evals.caveats.Caveat",
    "Comparison": "lawbound.evals.compare.runs.Comparison",
    "Conclusion": "lawbound.evals.conclude.Conclusion",
    "Engine": "lawbound.runners.engines.protocol.Engine",
    "EngineOptions": "lawbound.runners.engines.kinds.EngineOptions",
    "Estimate": "lawbound.evals.metrics.estimate.Estimate",
    "Fingerprint": "lawbound.runners.sample.Fingerprint",
    "FolderError": "lawbound.evals.folder.files.FolderError",
    "FunctionEngine": "lawbound.runners.engines.function.FunctionEngine",
    "HeldGates": "lawbound.evals.gates.run_gates.HeldGates",
    "Item": "lawbound.tasks.item.Item",
    "ItemError": "lawbound.tasks.item.ItemError",
    "JudgeSpec": "lawbound.evals.judging.spec.JudgeSpec",
    "LawboundError": "lawbound.tasks.io.errors.LawboundError",
    "LeaderboardError": "lawbound.evals.leaderboard.table.LeaderboardError",
    "Message": "lawbound.runners.sample.Message",
    "MetricError": "lawbound.evals.metrics.inputs.MetricError",
    "ModelError": "lawbound.runners.engines.protocol.ModelError",
    "Policy": "lawbound.rubrics.policy.policy.Policy",
    "PolicyError": "lawbound.rubrics.policy.policy.PolicyError",
    "Reading": "lawbound.rubrics.verdict.Reading",
    "Rendered": "lawbound.runners.sample.Rendered",
    "Request": "lawbound.runners.sample.Request",
    "Requirement": "lawbound.rubrics.policy.requirement.Requirement",
    "Run": "lawbound.evals.finished_run.Run",
    "RunRecord": "lawbound.evals.folder.record.RunRecord",
    "RunSpec": "lawbound.evals.run_spec.RunSpec",
    "Sample": "lawbound.runners.sample.Sample",
    "Settings": "lawbound.runners.sample.Settings",
    "StoreError": "lawbound.runners.lock.StoreError",
    "SuiteError": "lawbound.evals.suite.suite_file.SuiteError",
    "Verdict": "lawbound.rubrics.verdict.Verdict",
    "compare_runs": "lawbound.evals.compare.folders.compare_runs",
    "conclude": "lawbound.evals.conclude.conclude",
    "conclude_logs": "lawbound.evals.lmeval.conclude.conclude_logs",
    "evaluate": "lawbound.evals.evaluate.evaluate",
    "grade": "lawbound.rubrics.behaviour.grade",
    "grade_all": "lawbound.rubrics.behaviour.grade_all",
    "hold_gates": "lawbound.evals.gates.run_gates.hold_gates",
    "load_bank": "lawbound.tasks.bank.load_bank",
    "load_policy": "lawbound.rubrics.policy.files.load_policy",
    "open_run": "lawbound.evals.finished_run.open_run",
    "shipped_policies": "lawbound.rubrics.policy.files.shipped",
    "shipped_suites": "lawbound.evals.suite.suite.shipped_suites",
}
"""Where each name is from. The imports above tell type checkers the same."""

__all__ = [
    "Asked",
    "Caveat",
    "Comparison",
    "Conclusion",
    "Engine",
    "EngineOptions",
    "Estimate",
    "Fingerprint",
    "FolderError",
    "FunctionEngine",
    "HeldGates",
    "Item",
    "ItemError",
    "JudgeSpec",
    "LawboundError",
    "LeaderboardError",
    "Message",
    "MetricError",
    "ModelError",
    "Policy",
    "PolicyError",
    "Reading",
    "Rendered",
    "Request",
    "Requirement",
    "Run",
    "RunRecord",
    "RunSpec",
    "Sample",
    "Settings",
    "StoreError",
    "SuiteError",
    "Verdict",
    "__version__",
    "compare_runs",
    "conclude",
    "conclude_logs",
    "evaluate",
    "grade",
    "grade_all",
    "hold_gates",
    "load_bank",
    "load_policy",
    "open_run",
    "shipped_policies",
    "shipped_suites",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version  # takes longer than all the rest of this module

        return version("lawbound")
    if name not in _HOMES:
        raise AttributeError(f"module 'lawbound' has no attribute {name!r}")
    module, _, there = _HOMES[name].rpartition(".")
    return getattr(import_module(module), there)


def __dir__() -> list[str]:
    return list(__all__)
