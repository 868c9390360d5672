"""Warnings and remarks printed with a table: what its numbers lack, and who graded the answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from lawbound.runners.cli.console import note

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.caveats import Caveat
    from lawbound.evals.gaps import Gaps


def warn(lines: Iterable["Caveat"]) -> None:
    """Each in a line of its own."""
    for line in lines:
        note(f"WARNING: {line.text}")


def warn_of_gaps(gaps: "Gaps") -> None:
    """Warn of missing answers and their causes: a run with gaps must not look complete."""
    from lawbound.evals.caveats import caveats_of_gaps

    warn(caveats_of_gaps(gaps))


def warn_of_not_asked(*folders: Path) -> tuple[str, ...]:
    """Warn of models without a row in results that a command reads.

    Returns:
        Those of them that are not reference models.
    """
    from lawbound.evals.caveats import of_not_asked
    from lawbound.evals.folder.run_folder import RunFolder
    from lawbound.evals.gaps import not_asked
    from lawbound.rubrics.reference import is_reference

    real = []
    for folder in folders:
        run = RunFolder(folder)
        for model in not_asked(run.read_run()) if run.run_yaml.exists() else ():
            note(f"WARNING: {folder}: {of_not_asked(model)}")
            if not is_reference(model):
                real.append(model)
    return tuple(real)


def warn_of_later_run(*folders: Path) -> bool:
    """Warn of folders with an older run's numbers because a later run has not finished its first model.

    Whether it was stopped or is going on, only its lock tells, and trying that could keep a run from starting.

    Returns:
        Whether there are any.
    """
    from lawbound.evals.folder.run_folder import RunFolder

    older = [folder for folder in folders if RunFolder(folder).run_yaml.exists()]
    older = [folder for folder in older if RunFolder(folder).is_being_replaced()]
    for folder in older:
        note(
            f"WARNING: {folder}: a later run in this folder has not asked a model to its end, and these are the numbers of "
            "the run before it: wait for it or, where it was stopped, run again to go on, which asks only what is missing"
        )
    return bool(older)


def warn_of_versions(boards: Mapping[Path, "pd.DataFrame"]) -> None:
    """Warn, in one line, of folders whose leaderboard has another schema version."""
    from lawbound.evals.leaderboard.columns import SCHEMA_VERSION

    old = {
        str(folder): version
        for folder, board in boards.items()
        for version in sorted(set(board["schema_version"]) - {SCHEMA_VERSION})
    }
    if old:
        note(
            f"WARNING: {', '.join(old)}: another version of Lawbound made these numbers (schema "
            f"{', '.join(dict.fromkeys(old.values()))}, now {SCHEMA_VERSION}): `lawbound score RUN` makes them anew"
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


def tell_of_blanks(gaps: "Gaps") -> None:
    """Explain why lm-eval's own table may differ from ours."""
    from lawbound.evals.lmeval.samples import NO_TEXT

    if any(error == NO_TEXT for error, _ in gaps.errors.values()):
        note(
            "lm-eval's own table counts an empty text of a chat API as an answer that says nothing; its log "
            "cannot tell one from a failed request, so here it counts as failed: in the column 'errors', in no "
            "denominator and no bound (lawbound run --model openai:NAME@URL tells the two apart)"
        )


def warn_of_settings(folder: Path) -> None:
    """Warn if imported lm-eval logs used generation settings other than the suite's."""
    from lawbound.evals.folder.run_folder import RunFolder
    from lawbound.evals.leaderboard.asked import differences, value_text
    from lawbound.runners.sample import Settings

    run = RunFolder(folder).read_run()
    suite, given = run.suite, run.settings or {}
    usual = asdict(Settings(max_tokens=suite.max_tokens)) | {"stop": []}
    unlike = ", ".join(
        f"{name}={value_text(one)} (suite '{suite.id}': {value_text(other)})"
        for name, one, other in differences(given, usual)
    )
    if unlike:
        limit = f" (lm-eval: --gen_kwargs max_gen_toks={suite.max_tokens})"
        note(
            f"WARNING: these answers were asked with {unlike}: no run of the suite as it is can be compared with "
            f"them{limit if given['max_tokens'] != suite.max_tokens else ''}"
        )


def warn_of_answers(gaps: "Gaps") -> None:
    """Warn of blocked, truncated or empty answers, which affect the numbers as much as their content."""
    from lawbound.evals.caveats import caveats_of_answers

    warn(caveats_of_answers(gaps))


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


def tell_of_policies(folder: Path) -> None:
    """Name policies whose files have been edited since: a run is judged by the texts it was asked under."""
    from lawbound.evals.folder.policies import changed_since
    from lawbound.evals.folder.run_folder import RunFolder

    run = RunFolder(folder)
    for line in changed_since(run, run.read_run()):
        note(line)


def tell_of_digests(*folders: Path) -> None:
    """Name runs without digests, for which later edits cannot be detected."""
    from lawbound.evals.folder.digests import ITEMS
    from lawbound.evals.folder.run_folder import RunFolder

    for folder in folders:
        run = RunFolder(folder)
        if not run.run_yaml.exists():
            note(
                f"{folder}: holds no run.yaml, so nobody can tell whether its numbers were changed"
            )
        elif ITEMS not in run.read_run().digests:
            note(
                f"{folder}: its run.yaml holds no digests of its questions and plan, as before they were kept, so "
                "nobody can tell whether they were changed (run it again: it asks only what is missing)"
            )


def tell_of_judges(folder: Path) -> None:
    """Summarise what judges made of the answers, and warn of judges that should not be trusted."""
    from lawbound.evals.caveats import caveats_of_judges
    from lawbound.evals.folder.run_folder import RunFolder

    run = RunFolder(folder).read_run()
    panel = run.judge
    if panel is None:
        note("judges: no answer is theirs to read; nobody was asked, the offline grader stands")
        return
    note(
        f"judges: {panel.asked} answers put to them (equal ones to one question once), {panel.no_class} got no class "
        f"({panel.unanswered} without a reply, {panel.unreadable} without a readable verdict, "
        f"{panel.undecided} undecided, {panel.split} without a majority), "
        f"{panel.disagreed} with a dissenting vote"
    )
    warn(caveats_of_judges(run))


def tell_of_kept_judges(folder: Path) -> None:
    """Name the earlier panel whose verdicts are kept, and count the answers that it has not judged."""
    from lawbound.evals.folder.run_folder import RunFolder

    panel = RunFolder(folder).read_run().judge
    if panel is None:
        return
    note(
        f"judges: {', '.join(panel.models)} read this run before, and what was said stays "
        f"(of {panel.asked} answers); --judge none drops it"
    )
    if panel.unread:
        note(
            f"WARNING: {panel.unread} answers were not put to these judges (or in other words), and the offline grader "
            "read them; the same --judge asks only about what is missing"
        )
