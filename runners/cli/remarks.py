"""Warnings and remarks printed with a table: what its numbers lack, and who graded the answers."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lawbound.runners.cli.console import note

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.caveats import Caveat
    from lawbound.evals.conclude import Conclusion


def warn(lines: Iterable["Caveat"]) -> None:
    """Print each on a line of its own."""
    for line in lines:
        note(f"WARNING: {line.text}" if line.is_warning else line.text)


def warn_of_folders(*folders: Path) -> None:
    """Warn of models and files of these folders that any number read from them depends on."""
    from lawbound.evals.caveats import caveats_of_folder

    for folder in folders:
        warn(caveats_of_folder(folder))


def warn_of_versions(boards: Mapping[Path, "pd.DataFrame"]) -> None:
    """Warn, in one line, of folders whose leaderboard has an older schema version, and in one of those with a newer."""
    from lawbound.evals.columns import SCHEMA_VERSION
    from lawbound.evals.folder.versions import is_newer

    others = {
        str(folder): version
        for folder, board in boards.items()
        for version in sorted(set(board["schema_version"]) - {SCHEMA_VERSION})
    }
    newer = {name: one for name, one in others.items() if is_newer(one, SCHEMA_VERSION)}
    older = {name: one for name, one in others.items() if name not in newer}
    for which, found, advice in (
        ("another", older, "`lawbound score RUN` makes them anew"),
        ("a newer", newer, "upgrade Lawbound"),
    ):
        if found:
            note(
                f"WARNING: {', '.join(found)}: {which} version of Lawbound made these numbers (schema "
                f"{', '.join(dict.fromkeys(found.values()))}, now {SCHEMA_VERSION}): {advice}"
            )


def warn_of_missing(board: "pd.DataFrame") -> None:
    """Warn of rows of a leaderboard with missing answers; the rows do not say why they are missing."""
    for row in board[(board["errors"] > 0) | (board["blocked"] > 0)].to_dict(orient="records"):
        run = f" ({row['run']})" if row["run"] else ""
        whose = f"of {row['model']}{run} under {row['policy']}"
        where = "over all arms: they are out of every denominator and counted in the column"
        if row["errors"]:
            note(
                f"WARNING: {row['errors']} answers {whose} are missing (failed, damaged or not asked), {where} 'errors'"
            )
        if row["blocked"]:
            note(
                f"WARNING: {row['blocked']} answers {whose} were blocked by a provider's filter, {where} 'blocked'"
            )


def models_of(folder: Path) -> tuple[str, ...]:
    """Models in a run folder's results, except reference models; empty if there is no run."""
    from lawbound.evals.folder.run_folder import RunFolder

    run = RunFolder(folder)
    entries = run.read_run().models if run.run_yaml.exists() else ()
    return tuple(entry.model for entry in entries if not entry.reference)


def tell_of_models(folder: Path, before: Sequence[str]) -> None:
    """Name models that were in a folder's results before the run and no longer are."""
    now = models_of(folder)
    for model in before:
        if model not in now:
            note(
                f"{model} stands in this folder's numbers no more, since this run did not name it; its answers are "
                "kept, and a run that names all of its models has them in its numbers again"
            )


def tell_of_uncorrected(folder: Path, conclusion: "Conclusion") -> None:
    """Say that rates corrected by labels are gone, and how to make them again."""
    if conclusion.uncorrected:
        note(
            f"corrected.csv and corrected.yaml are removed: the numbers that they corrected have changed or were those of "
            f"another version; your sheet of labels is kept as it is, and `lawbound score {folder} --labels SHEET` makes them again"
        )


def tell_of_judges(folder: Path) -> None:
    """Summarise what judges made of the answers."""
    from lawbound.evals.folder.run_folder import RunFolder

    panel = RunFolder(folder).read_run().judge
    if panel is None:
        note("judges: no answer is theirs to read; nobody was asked, the offline grader stands")
        return
    note(
        f"judges: {panel.asked} answers put to them (equal ones to one question once), {panel.no_class} got no class "
        f"({panel.unanswered} without a reply, {panel.unreadable} without a readable verdict, "
        f"{panel.undecided} undecided, {panel.split} without a majority), "
        f"{panel.disagreed} with a dissenting vote"
    )


def tell_of_kept_judges(folder: Path) -> None:
    """Name the earlier panel whose verdicts are kept."""
    from lawbound.evals.folder.run_folder import RunFolder

    panel = RunFolder(folder).read_run().judge
    if panel is not None:
        note(
            f"judges: {', '.join(panel.models)} read this run before, and what was said stays "
            f"(of {panel.asked} answers); --judge none drops it"
        )
