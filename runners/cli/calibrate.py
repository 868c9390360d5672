"""`lawbound calibrate`: how well the grader agrees with labels, and which answers to label."""

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from lawbound.runners.cli.console import bars, note, show, stop_unwritten, table
from lawbound.runners.cli.remarks import warn_of_folders
from lawbound.tasks.io.messages import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lawbound.evals.correction.labels import Labels
    from lawbound.evals.correction.run import Correction
    from lawbound.evals.correction.sample import Behind, Sheet
    from lawbound.evals.metrics.estimate import Estimate
    from lawbound.rubrics.calibration.agreement import Agreement


class _RunByDefault(TyperGroup):
    """`calibrate FILE` is `calibrate run FILE`; a file called `sample` is asked for as ./sample."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, "-h", "--help"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


group = typer.Typer(
    cls=_RunByDefault,
    help="Check the grader against labelled answers.\n\n`calibrate FILE` means `calibrate run FILE`.",
    no_args_is_help=True,
)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(group, name="calibrate")


@group.command("run")
def run(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSONL, CSV or parquet with id, prompt, response, gold[, lang, model, truncated]."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for calibration.csv, confusion.csv, errors.html."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap.")] = 0,
) -> None:
    """Grade labelled answers and report the agreement."""
    from lawbound.rubrics.calibration.agreement import agreements, confusion
    from lawbound.rubrics.calibration.files import check_folder, write_calibration
    from lawbound.rubrics.calibration.labelled import CLASSES, read_labelled

    if out is not None:
        check_folder(out)
    try:
        with bars() as observer:
            observer.stage(f"grading {file.name}", None)
            labelled = read_labelled(file, progress=observer.advance)
        found = list(agreements(labelled.rows, seed=seed))
    except KeyboardInterrupt:
        stop_unwritten()
    table(
        ("slice", "n", "unscored", "untold", "kappa", "kappa 3-way", "sensitivity", "specificity"),
        [_agreement_row(one) for one in found],
    )
    counts = confusion(labelled.rows)
    read = [name for name in CLASSES if any(counts[gold, name] for gold in CLASSES)]
    gold = [name for name in CLASSES if any(counts[name, other] for other in CLASSES)]
    show()
    table(
        ("gold \\ read", *read),
        [(name, *(str(counts[name, other]) for other in read)) for name in gold],
    )
    if labelled.blank:
        are = "is" if labelled.blank == 1 else "are"
        note(f"{counted(labelled.blank, 'row')} without a label {are} left out")
    if (repeats := labelled.repeats).count:
        have = "has" if repeats.count == 1 else "have"
        note(
            f"WARNING: {repeats.count} of {len(labelled.rows)} labelled rows {have} the id, prompt, answer and model of an earlier one, "
            f"{repeats.contradicting} of them with another label; each counts as an answer of its own, so that the intervals "
            "are narrower than the answers allow"
        )
    if labelled.remark:
        note(labelled.remark)
    if out is not None:
        for path in write_calibration(out, labelled.rows, found, title=f"Calibration: {file.name}"):
            note(f"wrote {path}")


def read_sheet(path: Path | None) -> "Labels | None":
    """Read a run's labels before anything else is done."""
    from lawbound.evals.correction.labels import read_labels

    return None if path is None else read_labels(path)


def print_correction(folder: Path, labels: "Labels", estimates: "Sequence[Estimate]") -> None:
    """Correct a run's rates, write them and print the headline ones."""
    from lawbound.evals.correction.run import correct_run

    done = correct_run(folder, labels, estimates)
    # A model without any label was not drawn from; an arm without any is told, as one of a model that was.
    with_labels = done.table.loc[done.table["labelled"] > 0, "model"]
    whole = done.table[(done.table["slice"] == "") & done.table["model"].isin(with_labels)]
    show()
    table(
        ("model", "policy", "strength", "metric", "raw", "corrected", "drawn", "labelled", "note"),
        [
            [
                *(str(record[name]) for name in ("model", "policy", "strength", "metric")),
                _interval(record["raw"], record["raw_low"], record["raw_high"]),
                _interval(record["corrected"], record["corrected_low"], record["corrected_high"]),
                f"{record['drawn']:.0f}",
                str(record["labelled"]),
                _in_short(record),
            ]
            for record in whole.to_dict(orient="records")
        ],
    )
    found = done.match
    note(
        f"{counted(len(found.labels), 'label')} used, {found.strangers} of other runs, "
        f"{found.changed} of answers that have changed since, {labels.blank} blank, "
        f"{labels.untold} whose labeller could not tell; wrote {done.path}"
    )
    if line := _missing_rows(done):
        note(f"WARNING: {line}")
    if found.not_compared:
        note(
            f"{found.not_compared} labels have neither digest nor response: if their answers have changed "
            "since, nobody can tell"
        )


@group.command("sample")
def sample(
    folder: Annotated[Path, typer.Argument(help="A run folder that has been judged.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Sheet to write: .csv or .jsonl.")],
    count: Annotated[int, typer.Option(min=1, help="Maximum number of answers.")] = 400,
    least: Annotated[int, typer.Option(min=2, help="Minimum number per stratum.")] = 4,
    model: Annotated[
        list[str] | None,
        typer.Option(help="Only this model; repeat for more. [default: all but references]"),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the draw.")] = 0,
    blind: Annotated[
        bool, typer.Option("--blind", help="Leave out model, policy, strength and requirement.")
    ] = False,
) -> None:
    """Draw answers of a run for labelling.

    `lawbound score RUN --labels FILE` then uses the labels to correct the run's rates.
    """
    from lawbound.evals.correction.sample import write_sheet

    sheet = write_sheet(
        folder, out, count=count, least=least, seed=seed, models=model or (), blind=blind
    )
    note(
        f"{sheet.answers} of {sheet.judged} answers; "
        f"{_covered(sheet.strata, sheet.without)} (model x policy x strength x requirement x language)"
    )
    if sheet.without:
        note(
            f"a rate that rests on such a stratum gets no corrected value; --count {sheet.suffices} gives every stratum {least} "
            "answers or all that it has, and fewer do with --model, or for a run of fewer strengths"
        )
    _tell_of_headlines(sheet)
    note(
        "leave `gold` empty in rows that nobody labels, and delete none: deleted rows bias the corrected rates, "
        "and `score` warns where many are gone"
    )
    warn_of_folders(folder)
    show(str(out))


def _missing_rows(done: "Correction") -> str:
    """What is wrong with the rows or labels that a sheet lacks; empty if chance explains it."""
    said, advice = [], []
    if done.lacks_rows:
        said.append(
            f"the sheet has {done.rows} rows of the {done.drawn:.0f} that its probabilities draw"
        )
        advice.append("put the rows back or draw anew")
    if (blanks := done.blanks).are_unlike:
        said.append(
            f"{blanks.rows} of the drawn rows that the reader could read have no label, and it sees {blanks.withheld} of "
            "them withheld where labels "
            f"given at random leave {blanks.expected:.0f}"
        )
        advice.append("label the blank rows")
    if not said:
        return ""
    return (
        f"{'; and '.join(said)}. If rows were taken out or left blank by what the answers say, every corrected rate leans to "
        f"those that were labelled; {' and '.join(advice)}"
    )


def _in_short(record: "Mapping[Any, Any]") -> str:
    """The note of a row, with the names of strata left to the file."""
    if record["uncalibrated"]:
        return f"{record['uncalibrated']} of {record['strata']} strata uncalibrated"
    return str(record["note"])


def _agreement_row(one: "Agreement") -> list[str]:
    counts: list[Any] = [one.slice or "all", one.n, one.unscored, one.untold]
    shares = (one.binary, one.three, one.sensitivity, one.specificity)
    return [str(count) for count in counts] + [
        _interval(share.value, share.low, share.high) for share in shares
    ]


def _interval(value: float, low: float, high: float) -> str:
    if isnan(value) or isnan(low) or isnan(high):
        return "nan" if isnan(value) else f"{value:z.3f}"
    return f"{value:z.3f} [{low:z.3f}, {high:z.3f}]"


def _tell_of_headlines(sheet: "Sheet") -> None:
    """Say how many labels stand behind each headline, and warn where they are few."""
    from lawbound.evals.correction.sample import FEW

    if not sheet.behind:
        return
    most = sheet.behind[-1]
    note(
        f"labels behind each of {len(sheet.behind)} headlines, if every row is labelled: from "
        f"{_labels_of(sheet.behind[0])} to {_labels_of(most)}"
    )
    few = [one for one in sheet.behind if one.fewest < FEW]
    if few:
        more = f" and {len(few) - 3} more" if len(few) > 3 else ""
        advice = "a larger --count, --model, or a run of fewer policies and strengths puts"
        if sheet.answers == sheet.judged:
            advice = "every answer is drawn, so only a run of more items puts"
        note(
            f"WARNING: {len(few)} of {len(sheet.behind)} headlines get fewer than {FEW} labels for one of their rates, and "
            "so intervals of up to half the scale or wider: "
            f"{'; '.join(_labels_of(one) for one in few[:3])}{more}; {advice} more behind each"
        )


def _labels_of(one: "Behind") -> str:
    return f"{one.where} (adherence {one.adherence}, excess {one.excess})"


def _covered(strata: int, without: int) -> str:
    if not without:
        return f"all {strata} strata get some" if strata > 1 else "the only stratum gets some"
    return f"{without} of {strata} strata get none and stay uncalibrated"
