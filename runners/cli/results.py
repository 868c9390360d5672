"""`lawbound score`, `report` and `leaderboard`: concluding again from stored answers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lawbound.runners.cli.calibrate import print_correction, read_sheet
from lawbound.runners.cli.console import bars, note, noted, show, table
from lawbound.runners.cli.options import (
    BatchSize,
    Concurrency,
    Device,
    Dtype,
    JudgeModes,
    Judges,
    JudgeTokens,
    MaxErrors,
    RemoteCode,
    judge_spec,
    naming_options,
    warn_of_unused,
)
from lawbound.runners.cli.remarks import (
    tell_of_judges,
    tell_of_kept_judges,
    tell_of_uncorrected,
    warn,
    warn_of_folders,
    warn_of_missing,
    warn_of_versions,
)

if TYPE_CHECKING:
    import pandas as pd

HEADLINE = (
    "rank",
    "model",
    "policy",
    "J",
    "over_refusal",
    "policy_tax",
    "capability_full",
    "tradeoff",
    "intl_gap",
    "n",
)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("score")(score)
    app.command("report")(report)
    app.command("leaderboard")(leaderboard)


def score(
    folder: Annotated[Path, typer.Argument(help="A run folder, or a folder of lm-eval's logs.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Run folder to make from lm-eval's logs. [default: FOLDER-scored]"
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="Labelled sheet of `calibrate sample`; also writes corrected.csv."),
    ] = None,
    newest: Annotated[
        bool,
        typer.Option(
            "--newest", help="If several of lm-eval's logs have the same questions, use the newest."
        ),
    ] = False,
    policy: Annotated[
        list[Path] | None,
        typer.Option(help="Policy file of your own that was used for lm-eval's logs; repeat."),
    ] = None,
    judge: Judges = None,
    judge_mode: JudgeModes = None,
    judge_max_tokens: JudgeTokens = None,
    batch_size: BatchSize = None,
    dtype: Dtype = None,
    device: Device = None,
    concurrency: Concurrency = None,
    max_errors: MaxErrors = None,
    trust_remote_code: RemoteCode = None,
) -> None:
    """Judge stored answers again and recompute the results.

    Models are not asked again; only judges are. --batch-size, --dtype, --device, --concurrency, --max-errors and
    --trust-remote-code apply to judges. Without --judge, an earlier panel's verdicts are kept; --judge none removes them.
    """
    given = locals()  # all that it was given; nothing else has a name yet
    from lawbound.evals.conclude import conclude
    from lawbound.evals.correction.labels import CorrectionError
    from lawbound.evals.correction.run import check_labels
    from lawbound.evals.folder.files import FolderError
    from lawbound.evals.folder.run_folder import RunFolder
    from lawbound.evals.lmeval.conclude import conclude_logs
    from lawbound.evals.lmeval.files import is_log_folder
    from lawbound.evals.lmeval.logs import LeftOutWarning
    from lawbound.runners.engines import OPTION_NAMES

    opened = {name: given[name] for name in OPTION_NAMES.values() if name in given}
    panel = judge_spec(
        judge, judge_mode, max_errors=max_errors, max_tokens=judge_max_tokens, **opened
    )
    if panel is not None:
        warn_of_unused(opened, (), panel.models)
    sheet = read_sheet(labels)
    is_log = is_log_folder(folder)
    if not is_log and (newest or policy) and folder.is_dir():
        raise FolderError(
            f"{folder}: holds no logs of lm-eval, which --newest and --policy concern"
        )
    if not is_log and not (RunFolder(folder).run_yaml.exists() or RunFolder(folder).items.exists()):
        found = "holds neither" if folder.is_dir() else "is no folder"
        raise FolderError(
            f"{folder}: {found}, expected a run folder (with run.yaml) or a folder of lm-eval's logs"
        )
    if sheet is not None and not is_log and RunFolder(folder).run_yaml.exists():
        check_labels(folder, sheet)
    with bars() as observer:
        if is_log:
            logs, folder = folder, out or _scored(folder)
            own = [str(path) for path in policy or ()]
            with noted(LeftOutWarning), naming_options("--newest"):
                conclusion = conclude_logs(
                    logs, folder, newest=newest, policies=own, judge=panel, observer=observer
                )
        else:
            conclusion = conclude(folder, judge=panel, observer=observer)
    print_leaderboard(conclusion.leaderboard)
    warn(conclusion.caveats)
    if panel is None:
        tell_of_kept_judges(folder)
    elif panel.models:
        tell_of_judges(folder)
    if sheet is None:
        tell_of_uncorrected(folder, conclusion)
    else:
        try:
            print_correction(folder, sheet, conclusion.estimates)
        except CorrectionError:
            tell_of_uncorrected(folder, conclusion)
            raise
    show(f"\nrun folder: {folder}")


def _scored(folder: Path) -> Path:
    """Where the run of a folder of logs goes unless something else is said: beside it."""
    named = folder.resolve() if folder.name in ("", "..") else folder
    if not named.name:
        raise typer.BadParameter(f"{folder} has nothing beside it, expected a folder with --out")
    return named.with_name(f"{named.name}-scored")


def report(folder: Annotated[Path, typer.Argument(help="A run folder.")]) -> None:
    """Write the report of a run again and print its path."""
    from lawbound.evals.conclude import conclude
    from lawbound.evals.folder.paths import RunPaths

    with bars() as observer:
        conclusion = conclude(folder, observer=observer)
    warn(conclusion.caveats)
    tell_of_kept_judges(folder)
    tell_of_uncorrected(folder, conclusion)
    show(str(RunPaths(folder).report))


def leaderboard(
    folders: Annotated[list[Path], typer.Argument(help="Run folders.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="CSV to write. [default: print]")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Merge runs that differ; a column says how.")
    ] = False,
    by_run: Annotated[
        bool,
        typer.Option(
            "--by-run", help="List a model that is in several runs once per run, as MODEL (RUN)."
        ),
    ] = False,
    card: Annotated[
        str, typer.Option(help="Print the results block for this model's Hugging Face model card.")
    ] = "",
) -> None:
    """Merge the leaderboards of several runs."""
    from lawbound.evals.folder.files import write_atomically
    from lawbound.evals.folder.paths import RunPaths
    from lawbound.evals.leaderboard.card import model_card
    from lawbound.evals.leaderboard.merge import merge_boards, read_board, run_names
    from lawbound.evals.leaderboard.table import csv_bytes

    named = dict(zip(run_names(folders), folders, strict=True))
    boards = {name: read_board(RunPaths(folder).leaderboard) for name, folder in named.items()}
    merged = merge_boards(boards, allow_mixed=force, by_run=by_run, folders=named)
    warn_of_versions({named[name]: board for name, board in boards.items()})
    warn_of_folders(*folders)
    warn_of_missing(merged)
    if card:
        show(model_card(merged, card))
        return
    if out is None:
        print_leaderboard(merged)
        return
    write_atomically(out, csv_bytes(merged), is_locked=False)
    note(f"{len(merged)} rows")
    show(str(out))


def print_leaderboard(board: "pd.DataFrame") -> None:
    """The headline columns with intervals and, if it differs, how reasoning was asked."""
    names = [name for name in HEADLINE if name in board.columns]
    if board["mode"].nunique() > 1:
        names.insert(names.index("policy") + 1, "mode")
    rows = [[_cell(record, name) for name in names] for record in board.to_dict(orient="records")]
    table(names, rows)


def _cell(record: dict[object, Any], name: str) -> str:
    from lawbound.evals.number_text import estimate_text, rank_text

    if name == "rank":
        rank, worst = (
            None if str(record[end]) == "<NA>" else record[end] for end in ("rank", "rank_high")
        )
        return rank_text(rank, worst) or "-"
    value = record[name]
    if isinstance(value, float):
        return estimate_text(value, record.get(f"{name}_low"), record.get(f"{name}_high"))
    return str(value)
