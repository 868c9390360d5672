"""`lawbound gate --marks`: the thresholds that a run's policies state, as marks that a build can fail by."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from lawbound.runners.cli.console import note, table

if TYPE_CHECKING:
    from lawbound.evals.thresholds import ThresholdResult

COLUMNS = (
    "threshold", "model", "policy", "mark", "value", "low", "high", "n", "point", "decision", "result",
)  # fmt: skip


def hold_marks(folder: Path, missing: float) -> bool:
    """Print each threshold with what was found, and tell of missing answers; whether all are met for sure."""
    from lawbound.evals.folder.policies import run_policies
    from lawbound.evals.folder.run_folder import RunFolder
    from lawbound.evals.gate import check_marks
    from lawbound.evals.number_text import deciding_text
    from lawbound.evals.thresholds import check_thresholds

    run = RunFolder(folder)
    record = run.read_run()
    stated = run_policies(run, record)
    asked = {entry["id"]: stated[entry["id"]] for entry in record["policies"]}
    results = check_marks(check_thresholds(run.read_frame(), asked), most_missing=missing)
    table(
        COLUMNS,
        [
            [
                r.mark.threshold,
                r.mark.model,
                r.mark.policy,
                f"{r.mark.metric} {'>=' if r.mark.direction == 'at-least' else '<='} {r.mark.mark:g}",
                *(
                    deciding_text(number, partial(_reaches, r.mark))
                    for number in (r.mark.value, r.mark.low, r.mark.high)
                ),
                str(r.mark.n),
                r.mark.point,
                r.mark.decision,
                "holds" if r.passed else "FAILS",
            ]
            for r in results
        ],
    )
    for r in results:
        if r.mark.missing:
            fails = f", more than {missing:g} of them: it fails (--missing allows more)"
            note(
                f"WARNING: {r.mark.threshold}: {r.mark.missing} of {r.mark.owed} answers of {r.mark.model} under "
                f"{r.mark.policy} are missing (failed, damaged or not asked){fails if r.is_short else ''}"
            )
    return all(r.passed for r in results)


def _reaches(mark: "ThresholdResult", number: float) -> bool:
    return number >= mark.mark if mark.direction == "at-least" else number <= mark.mark
