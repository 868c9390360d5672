"""Checking a run folder against gates and its policies' thresholds: what decides a build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lawbound.evals.caveats import Caveat, caveats_of_folder
from lawbound.evals.folder.estimates import estimates_of
from lawbound.evals.folder.policies import run_policies
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.evals.gates.gate import GateResult, check_gates
from lawbound.evals.gates.thresholds import (
    MOST_MISSING,
    HeldThreshold,
    check_thresholds,
    hold_thresholds,
)
from lawbound.evals.metrics.inputs import MetricError
from lawbound.rubrics.reference import is_reference


@dataclass(frozen=True, slots=True)
class HeldGates:
    """The results of all gates."""

    gates: tuple[GateResult, ...]
    """Results of the named gates, one for each estimate that a gate fits."""
    thresholds: tuple[HeldThreshold, ...]
    """Results of the thresholds that the run's policies state; empty if they were not asked for."""
    caveats: tuple[Caveat, ...]
    """The caveats beside any number of the folder."""
    barred: tuple[str, ...]
    """Why nothing passes, whatever the numbers are; empty if nothing stands in the way."""

    @property
    def passed(self) -> bool:
        """Whether all gates and thresholds hold and nothing stands in the way."""
        holds = (*(one.passed for one in self.gates), *(one.passed for one in self.thresholds))
        return not self.barred and all(holds)


def hold_gates(
    folder: Path | str,
    gates: str | Sequence[str] = (),
    *,
    thresholds: bool = False,
    most_missing: float = MOST_MISSING,
) -> HeldGates:
    """Hold a run's models to gates: what `lawbound gate` does.

    Args:
        folder: The run folder.
        gates: One or several gates, such as ``J@cn>=0.2``.
        thresholds: Whether to check the thresholds that the run's policies state, too.
        most_missing: Share of a gate's answers that may be missing or blocked. At 1 any number may
            be, and neither an incompletely asked model nor an unfinished later run makes a gate
            fail.

    Raises:
        MetricError: There is nothing to check, a gate is malformed or fits no estimate, no
            threshold is stated, or `most_missing` is not a share.
        FolderError: There is no such run folder, or a file that is needed is damaged or was changed.
        PolicyError: The stored text of a policy is malformed.
    """
    root, gates = Path(folder), (gates,) if isinstance(gates, str) else tuple(gates)
    if not isinstance(most_missing, (int, float)) or not 0 <= most_missing <= 1:
        raise MetricError(f"most_missing is {most_missing!r}, expected a share from 0 to 1")
    if not gates and not thresholds:
        raise MetricError("gate: found no gate and no thresholds, expected one of them or both")
    held = check_gates(gates, estimates_of(root), most_missing=most_missing) if gates else ()
    stated = _held_thresholds(RunFolder(root), most_missing) if thresholds else ()
    found = caveats_of_folder(root)
    barred = tuple(_bars(found)) if most_missing < 1 else ()
    return HeldGates(held, stated, found, barred)


def _held_thresholds(run: RunFolder, most_missing: float) -> tuple[HeldThreshold, ...]:
    record = run.read_run()
    stated = run_policies(run, record)
    asked = {entry.id: stated[entry.id] for entry in record.policies}
    return hold_thresholds(check_thresholds(run.read_frame(), asked), most_missing=most_missing)


def _bars(found: Sequence[Caveat]) -> Iterator[str]:
    """Caveats that make the folder's numbers unfit for any gate."""
    if any(one.kind == "not-asked" and not is_reference(one.model) for one in found):
        yield "a model is missing whole"
    if any(one.kind == "later-run" for one in found):
        yield "a later run is not finished"
