"""What is said beside a table: what its numbers lack, and who read the answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lawbound.runners.cli.console import note

if TYPE_CHECKING:
    import pandas as pd

    from lawbound.evals.conclude import Conclusion

MUCH: Final = 0.1
"""Share of answers cut off, or without a word, above which it is said: the odd one there is in any run."""


def warn_of_gaps(conclusion: "Conclusion") -> None:
    """Say loudly what no number rests on, and why: a run with gaps must not look whole."""
    for model in conclusion.not_asked:
        note(
            f"WARNING: {model} was not asked to its end when this run was last asked, and stands in none of its "
            "numbers; what it has answered is kept: run again to go on"
        )
    for model, count in conclusion.unanswered.items():
        error, times = conclusion.errors.get(model, ("", 0))
        why = f"; the most frequent error ({times} of {count}): {error}" if error else ""
        note(
            f"WARNING: {count} verdicts of {model} have no answer (failed, damaged or not asked "
            f"yet); they are out of every denominator and counted in the columns 'errors'{why}"
        )


def warn_of_missing(board: "pd.DataFrame") -> None:
    """The same of a leaderboard's rows, which count what is missing and not why."""
    for row in board[board["errors"] > 0].to_dict(orient="records"):
        run = f" ({row['run']})" if row["run"] else ""
        note(
            f"WARNING: {row['errors']} answers of {row['model']}{run} under {row['policy']} are missing (failed, damaged "
            "or not asked), over all arms: they are out of every denominator and counted in the column 'errors'"
        )


def tell_of_blanks(conclusion: "Conclusion") -> None:
    """Why lm-eval's own table may differ from ours."""
    from lawbound.evals.lmeval.samples import NO_TEXT

    if any(error == NO_TEXT for error, _ in conclusion.errors.values()):
        note(
            "lm-eval's own table counts an empty text of a chat API as an answer that says nothing; its log "
            "cannot tell one from a failed request, so here it counts as failed: in the column 'errors', in no "
            "denominator and no bound (lawbound run --model openai:NAME@URL tells the two apart)"
        )


def warn_of_length(folder: Path) -> None:
    """Of lm-eval's logs, whose tasks do not know the suite's token limit: that they were asked with another."""
    from lawbound.evals.folder.run_folder import RunFolder

    run = RunFolder(folder).read_run()
    allowed, given = run["suite"]["max_tokens"], run["settings"]["max_tokens"]
    if given != allowed:
        note(
            f"WARNING: these answers could have {given} tokens and the suite '{run['suite']['id']}' allows {allowed}: no run "
            f"of the suite as it is can be compared with them (lm-eval: --gen_kwargs max_gen_toks={allowed})"
        )


def warn_of_answers(conclusion: "Conclusion") -> None:
    """Say whose answers did not come whole, since that shapes numbers as much as what they say."""
    warn_of_thinking(conclusion)
    for model, (answers, blocked) in conclusion.blocked.items():
        note(
            f"WARNING: {blocked} of {answers} answers of {model} were blocked by its provider's filter: they are out of "
            "every denominator, no bound says what they would have been, and the columns 'blocked' count them"
        )
    for model, (answers, cut) in conclusion.truncated.items():
        if cut > MUCH * answers:
            note(
                f"WARNING: {cut} of {answers} answers of {model} were cut off at the token limit: they are judged by what "
                "is there, which lowers capability (see 'tax_truncated'); --max-tokens (of lm-eval: --gen_kwargs "
                "max_gen_toks) leaves more room"
            )
    for model, (answers, empty) in conclusion.empty.items():
        if empty > MUCH * answers:
            note(
                f"WARNING: {empty} of {answers} answers of {model} ended without a word (no text, or nothing but the call of a "
                "tool): they count as empty, which lowers J and capability"
            )


def warn_of_thinking(conclusion: "Conclusion") -> None:
    """Say whose answers never came: a low J is then the token limit's as much as the model's."""
    for model, (answers, alone, cut_off) in conclusion.thinking.items():
        how = "nobody knows how they ended"
        if cut_off is not None:
            how = f"{cut_off} cut off at the token limit"
        note(
            f"WARNING: {alone} of {answers} answers of {model} hold thinking alone ({how}): they count as empty, "
            "which lowers J and capability; --max-tokens (of lm-eval: --gen_kwargs max_gen_toks) leaves more room"
        )


def models_of(folder: Path) -> tuple[str, ...]:
    """Whose answers a run folder's numbers are of, reference models apart; nobody's where there is no run."""
    from lawbound.evals.folder.run_folder import RunFolder

    run = RunFolder(folder)
    entries = run.read_run()["models"] if run.run_yaml.exists() else ()
    return tuple(entry["model"] for entry in entries if not entry["reference"])


def tell_of_models(folder: Path, before: Sequence[str]) -> None:
    """Who stood in a folder's numbers before it was asked again, and does not any more."""
    now = models_of(folder)
    for model in before:
        if model not in now:
            note(
                f"{model} stands in this folder's numbers no more, since this run did not name it; its answers are "
                "kept, and a run that names all of its models has them in its numbers again"
            )


def tell_of_policies(folder: Path) -> None:
    """Which policies have been edited since: a run is judged as it was asked."""
    from lawbound.evals.folder.policies import changed_since
    from lawbound.evals.folder.run_folder import RunFolder

    run = RunFolder(folder)
    for line in changed_since(run, run.read_run()):
        note(line)


def tell_of_digests(*folders: Path) -> None:
    """Of which runs nobody can tell whether their files were edited since."""
    from lawbound.evals.folder.digests import ITEMS
    from lawbound.evals.folder.run_folder import RunFolder

    for folder in folders:
        run = RunFolder(folder)
        if not run.run_yaml.exists():
            note(
                f"{folder}: holds no run.yaml, so nobody can tell whether its numbers were changed"
            )
        elif ITEMS not in run.read_run().get("digests", {}):
            note(
                f"{folder}: its run.yaml holds no digests of its questions and plan, as before they were kept, so "
                "nobody can tell whether they were changed (run it again: it asks only what is missing)"
            )


def tell_of_judges(folder: Path) -> None:
    """What became of the answers that were put to judges, and whom not to trust."""
    from lawbound.evals.folder.run_folder import RunFolder
    from lawbound.evals.judging.counts import (
        failures,
        mostly_unreadable,
        often_cut_off,
        own_judges,
    )

    run = RunFolder(folder).read_run()
    record = run.get("judge")
    if record is None:
        note("judges: no answer is theirs to read; nobody was asked, the offline grader stands")
        return
    note(
        f"judges: {record['asked']} answers put to them, {record['no_class']} got no class "
        f"({record['unanswered']} without a reply, {record['unreadable']} without a readable verdict, "
        f"{record['undecided']} undecided, {record['split']} without a majority), "
        f"{record['disagreed']} with a dissenting vote"
    )
    for line in failures(record["last_pass"]).values():
        note(f"WARNING: judge {line}; the same --judge asks only for what is missing")
    for line in mostly_unreadable(record["last_pass"]).values():
        note(
            f"WARNING: judge {line}; --judge none goes back to the offline grader (what a verdict looks like: "
            "docs/judges.md)"
        )
    for line in often_cut_off(record["last_pass"]).values():
        note(f"WARNING: judge {line}; --judge-max-tokens leaves more room")
    for judge, model in own_judges(run).items():
        note(
            f"WARNING: judge {judge} seems to be the model {model} that it judges here: what it takes its own "
            "answers for is no second opinion"
        )
    for entry in record["last_pass"]:
        if entry.get("canaries_failed"):
            note(
                f"WARNING: judge {entry['model']} got {entry['canaries_failed']} of its questions "
                "beyond doubt wrong: it may be judging its own hazards instead of the policy"
            )


def tell_of_kept_judges(folder: Path) -> None:
    """Which earlier panel's readings a run that was concluded without one rests on, and what it has not read."""
    from lawbound.evals.folder.run_folder import RunFolder

    record = RunFolder(folder).read_run().get("judge")
    if record is None:
        return
    note(
        f"judges: {','.join(record['models'])} read this run before, and what was said stays "
        f"(of {record['asked']} answers); --judge none drops it"
    )
    if record["unread"]:
        note(
            f"WARNING: {record['unread']} answers were not put to these judges (or in other words), and the offline grader "
            "read them; the same --judge asks only about what is missing"
        )
