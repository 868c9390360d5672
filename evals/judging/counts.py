"""Counts of what happened to the answers that a panel was to read, and to its judges' requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from lawbound.evals.folder.record import JudgeEntry, ModelEntry, PanelCounts, PanelEntry
from lawbound.evals.judging.readings import Decision, Fate, Without
from lawbound.rubrics.judges.majority import PanelReading
from lawbound.rubrics.judges.material import MAX_ANSWER
from lawbound.rubrics.judges.named import read_name
from lawbound.rubrics.judges.question import Opinion, Question, Unreadable
from lawbound.runners.sample import UNVERIFIED


def fate_of(opinions: Sequence[Opinion], merged: PanelReading) -> Fate:
    """What happened to one answer.

    Args:
        opinions: What the judges say about it.
        merged: The panel's decision.
    """
    without: Without = ""
    if merged.votes > 0:
        without = "" if merged.agreeing else "split"
    elif any(one.undecided for one in opinions):
        without = "undecided"
    else:
        without = "unanswered" if all(one.failed for one in opinions) else "unreadable"
    return Fate(without, merged.disagreed)


def vote_of(opinion: Opinion) -> str:
    """What one judge said of one answer, or why it has no vote, in one word."""
    if opinion.reading is not None:
        return str(opinion.reading)
    if opinion.unreadable:
        return f"unreadable:{opinion.unreadable}"
    return "undecided" if opinion.undecided else "unanswered"


def counts(held: Collection[tuple[Question, Decision]]) -> PanelCounts:
    """Counts over the answers that a panel has decided on: all of them, those it read shortened,
    and their fates.

    Answers without a class are counted in total and each under one reason. If a file does not
    record every fate, as in older versions, none is counted: what the record says of them is about
    other answers.
    """
    fates = [one.fate for _, one in held if one.fate is not None]
    shortened = sum(len(question.answer) > MAX_ANSWER for question, _ in held)
    if len(fates) < len(held):
        return PanelCounts(len(held), shortened, fates_known=False)
    why = Counter(one.without for one in fates if one.without)
    return PanelCounts(
        len(held),
        shortened,
        fates_known=True,
        no_class=why.total(),
        unanswered=why["unanswered"],
        unreadable=why["unreadable"],
        undecided=why["undecided"],
        split=why["split"],
        disagreed=sum(one.disagreed for one in fates),
    )


def failures(panel: Sequence[JudgeEntry]) -> dict[str, str]:
    """Judge -> what happened to its requests in one line, for judges with failed requests."""
    found = {}
    for entry in panel:
        model = entry.model
        if entry.unreachable is not None:
            kept = entry.requests - entry.failed
            became = (
                f"; {kept} of {entry.requests} replies are stored and count, the other {entry.failed} failed"
                if kept
                else " and read no answer"
            )
            found[model] = (
                f"{model} could not be opened{became} (a server has to answer a test request first): "
                f"{entry.unreachable}"
            )
        elif entry.failed:
            found[model] = (
                f"{model}: {entry.failed} of {entry.requests} requests failed, "
                f"the last said: {entry.last_error}"
            )
    return found


BECAUSE: Mapping[Unreadable, str] = {
    "no_verdict": "are no verdict",
    "order": "change with the order of the classes or clauses",
    "cut_off": "are cut off at the token limit",
    "thinking_only": "hold thinking alone",
    "blocked": "are blocked by the provider's filter",
}
"""How a reason reads in a sentence about replies."""
MUCH = 0.1
"""Share of a judge's answers above which cut-off replies get a warning: not missing at random."""


def mostly_unreadable(panel: Sequence[JudgeEntry]) -> dict[str, str]:
    """Judge -> how it replies in one line, for judges that gave no verdict on most of the questions
    they answered."""
    found = {}
    for entry in panel:
        answered = entry.read - entry.unanswered
        if entry.unreadable_reply is not None and entry.unreadable * 2 > answered:
            model, because = entry.model, entry.unreadable_because
            parts = [
                f"of {because[why]} they {BECAUSE[why]}" for why in BECAUSE if because.get(why)
            ]
            reasons = f" ({', '.join(parts)})" if parts else ""
            found[model] = (
                f"{model}: of {entry.unreadable} of {answered} answers its replies could not be read{reasons}; one "
                f"ends in {entry.unreadable_reply}"
            )
    return found


def often_cut_off(panel: Sequence[JudgeEntry]) -> dict[str, str]:
    """Judge -> how many of its answers are missing because it was cut off, for judges with many."""
    found = {}
    for entry in panel:
        answered = entry.read - entry.unanswered
        cut = entry.unreadable_because.get("cut_off", 0)
        if cut > MUCH * answered:
            model = entry.model
            found[model] = (
                f"{model}: of {cut} of {answered} answers a reply was cut off at the token limit, and the answers that are "
                "hard to read are so more often than others"
            )
    return found


def mostly_split(panel: PanelEntry) -> str:
    """What becomes of the answers if the judges' votes had no majority for most of them; else
    empty."""
    if not panel.fates_known or panel.split * 2 <= panel.asked:
        return ""
    kept = "the offline grader's reading stands" if panel.mode == "hybrid" else "they are unscored"
    return (
        f"on {panel.split} of {panel.asked} answers the judges' votes have no majority, and {kept}"
    )


def own_judges(panel: PanelEntry, models: Sequence[ModelEntry]) -> dict[str, str]:
    """Judge -> the model of the same run that it appears to be.

    Args:
        panel: Who judged the run.
        models: The models whose answers the run holds.
    """
    found = {}
    for judge in panel.last_pass:
        asked = read_name(judge.model).model
        for model in models:
            if not model.reference and (
                asked == model.spec or _same_weights(judge.fingerprint, model.fingerprint)
            ):
                found[judge.model] = model.model
    return found


def _same_weights(one: Mapping[str, str] | None, other: Mapping[str, str] | None) -> bool:
    """Identified by hash or, if an endpoint reports none, by the server's name for the model."""
    revision = (one or {}).get("revision")
    if not one or not other or revision is None or revision != other.get("revision"):
        return False
    return revision not in ("", UNVERIFIED) or one.get("model") == other.get("model")
