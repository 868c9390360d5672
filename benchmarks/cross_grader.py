"""Cross-validate the grader's learned part: ``python benchmarks/cross_grader.py [--by author]``

Whole answers of the training texts are read by the whole grader with tables that have seen no answer to
the same prompt (five folds) or, with ``--by author``, no whole answer by the same hand. Nothing is written.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from grader import THREE, kappa
from train_grader import Corpus, Row, drafted, fit_head, held_out, open_rows, rows, weights_of

from lawbound.rubrics.behaviour import head
from lawbound.rubrics.behaviour.grade import kind_of

HANDS = {
    "medium1": 0, "medium2": 1, "long1": 2, "long2": 3, "zh": 4, "ja": 4, "ko": 4, "de": 5, "fr": 5,
    "es": 5, "pt": 5, "ru": 6, "tr": 6, "ar": 6, "hi": 6, "th": 7, "vi": 7, "id": 7, "medium3": 8,
    "medium4": 9, "long3": 10, "long4": 11, "zh2": 12, "ja2": 12, "ko2": 12, "th2": 12, "vi2": 12,
    "de2": 13, "fr2": 13, "es2": 13, "pt2": 13, "ru2": 13, "tr2": 14, "ar2": 14, "hi2": 14, "id2": 14,
    "long_en": 15, "long_more": 15, "small_model": 16,
}  # fmt: skip
"""Who wrote which file; 16 is a model of 135 million parameters."""


def read_apart(corpus: Corpus, groups: npt.NDArray[np.int64]) -> dict[Row, str]:
    """How the grader reads each whole answer with tables that saw none of its group."""
    whole = np.array([row.prompt is not None for row in corpus.rows])
    open_ = open_rows(corpus)
    seen: dict[Row, str] = {
        corpus.rows[i]: drafted(corpus.rows[i]).behaviour for i in np.flatnonzero(whole & ~open_)
    }
    held = held_out(corpus, open_, groups)
    for group in sorted(set(groups[open_ & whole].tolist())):
        known, test = open_ & (groups != group), np.flatnonzero(open_ & whole & (groups == group))
        weight = weights_of([corpus.rows[i] for i in np.flatnonzero(known)])
        table = head.unpack(fit_head(held[known], corpus.labels[known], weight))
        for i, chances in zip(test, head.chances(held[test], table), strict=True):
            seen[corpus.rows[i]] = kind_of(chances.tolist())
    return seen


def report(seen: dict[Row, str]) -> None:
    """Agreement over all, ordinary and hard answers, and by language."""
    found = list(seen)
    groups: dict[str, list[Row]] = {
        "all": found,
        "ordinary": [row for row in found if not row.hard],
        "hard": [row for row in found if row.hard],
        "over 900 letters": [row for row in found if len(row.text) > 900],
    }
    for lang in sorted({row.lang for row in found}):
        groups[f"{lang}, ordinary"] = [r for r in found if r.lang == lang and not r.hard]
    for name, own in groups.items():
        _say(
            f"{name:20} n={len(own):5} binary {agreement(own, seen, 2):.3f}  three-way {agreement(own, seen, 3):.3f}"
        )
    for (gold, read), n in sorted(Counter((row.label, seen[row]) for row in found).items()):
        _say(f"  {gold:8} {read:10} {n}")


def agreement(own: Sequence[Row], seen: dict[Row, str], sides: int) -> float:
    """Kappa over three sides, or of withheld against not."""
    pairs = [(THREE.get(row.label, "answer"), THREE.get(seen[row], "answer")) for row in own]
    if sides == 2:
        pairs = [(str(a != "answer"), str(b != "answer")) for a, b in pairs]
    return kappa(pairs)


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--by", choices=("prompt", "author"), default="prompt")
    options = parser.parse_args()
    corpus = Corpus(rows())
    if options.by == "prompt":
        groups = corpus.folds
    else:
        # Passages stay in five groups of their own.
        groups = np.array([HANDS.get(row.source, -1 - row.fold) for row in corpus.rows])
    report(read_apart(corpus, groups))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
