"""Whether labels are about a run's present answers: an answer can be asked again after it was
labelled.

The id of an answer is the key of its request, so a new text for the same request has the same id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from lawbound.evals.correction.labels import Label
from lawbound.evals.folder.run_folder import RunFolder
from lawbound.runners.canonical import canonical_json
from lawbound.runners.sample import Sample
from lawbound.runners.store import read_samples
from lawbound.tasks.io.csv_cells import inert, shown
from lawbound.tasks.io.messages import one_line

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Match:
    """Labels matched with the answers of a run."""

    labels: Mapping[str, Label]
    """Labels that are used."""
    strangers: int
    """Labels of answers that are not in the run; left out."""
    changed: int
    """Labels of answers whose text was different when they were drawn; left out."""
    by_response: int
    """Used labels without a digest: the text in the sheet is the stored one."""
    not_compared: int
    """Used labels with neither digest nor text: nobody can tell what was labelled."""


def answer_digest(sample: Sample) -> str:
    """Digest of a stored answer, text and trace; it begins with letters, so that no spreadsheet
    reads it as a number."""
    content = canonical_json([sample.text, sample.thinking])
    return f"sha256:{sha256(content).hexdigest()[:16]}"


def match(folder: RunFolder, frame: pd.DataFrame, labels: Mapping[str, Label]) -> Match:
    """Leave out labels of answers that the run does not hold.

    Args:
        folder: The run folder whose samples are read.
        frame: The run's verdicts.
        labels: Request key -> label.

    Raises:
        StoreError: Samples cannot be read.
    """
    asked = frame.loc[frame["key"].isin(list(labels)), ["key", "model"]]
    known = {key: label for key, label in labels.items() if key in set(asked["key"])}
    stored: dict[str, Sample] = {}
    if any(label.digest or label.response for label in known.values()):
        for model in asked["model"].unique():
            samples = read_samples(folder.samples(str(model)))
            stored |= {key: sample for key, sample in samples.items() if key in known}
    kept = {key: label for key, label in known.items() if _is_of(label, stored.get(key))}
    without = [label for label in kept.values() if not label.digest]
    by_response = sum(bool(label.response) for label in without)
    return Match(
        kept,
        len(labels) - len(known),
        len(known) - len(kept),
        by_response,
        len(without) - by_response,
    )


def _is_of(label: Label, sample: Sample | None) -> bool:
    """Whether a label is about this answer, as far as its row tells."""
    if not label.digest and not label.response:
        return True
    if sample is None:
        return False
    if label.digest:
        return label.digest == answer_digest(sample)
    # A CSV holds the text as people see it; programs that edit it change line ends and whitespace.
    readable = shown(sample.text)
    texts = (sample.text, readable, inert(readable))
    return _words(label.response) in map(_words, texts)


def _words(text: str) -> str:
    return one_line(text.encode("utf-8", "replace").decode())
