"""Cross-validate the grader's learned part: ``python benchmarks/cross_grader.py [--by author] [--write]``

Whole answers of the training texts are read by the whole grader with tables that have seen no answer to
the same prompt (four folds) or, with ``--by author``, no whole answer by the same hand. ``--write`` writes
the first of these into docs/agreement.md.
"""

import argparse
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import page
from grader import THREE
from threadpoolctl import threadpool_limits
from train_gist import fit_gist, seen_by
from train_grader import (
    Corpus,
    drafted,
    fit_arbiter,
    fit_head,
    held_out,
    open_rows,
    scaled,
    weights_of,
)
from training_texts import Row, rows

from lawbound.rubrics.behaviour import arbiter, gist, head, opinion
from lawbound.rubrics.behaviour.decision import behaviour_of
from lawbound.rubrics.calibration.kappa import kappa_of

WRITTEN = (
    "medium1", "medium2", "long1", "long2", "zh ja ko", "de fr es pt", "ru tr ar hi", "th vi id",
    "medium3", "medium4", "long3", "long4", "zh2 ja2 ko2 th2 vi2", "de2 fr2 es2 pt2 ru2",
    "tr2 ar2 hi2 id2", "long_en long_more", "small_model", "ar3 id3", "de3 fr3 ru3", "es3 pt3 tr3",
    "hi3 th3 vi3", "zh3 ja3 ko3", "long5", "long6", "medium5", "ar4 id4 vi4", "de4 fr4 ru4",
    "es4 pt4 tr4", "hi4 th4", "zh4 ja4 ko4", "long7", "medium6", "long8", "medium7",
    "de5 ja5 ar5 pt5", "ru5 tr5 zh5 th5", "fr5 ko5 hi5 id5", "es5 vi5 medium8", "long9",
    "medium9", "long10", "zh6 ja6", "ko6 th6", "de6 fr6", "es6 pt6", "ru6 tr6", "ar6 hi6 vi6 id6",
    "zh7 hi7", "ar7 th7", "fr7 es7", "de7 pt7", "ru7 tr7", "vi7 id7", "ja7 ko7", "medium10", "medium11",
    "facts1", "facts2", "long11", "long12", "long13", "long14", "long15", "long16", "long17", "long18",
    "long19", "long20", "long21", "long22", "long23", "medium12", "zh9 ja9 ko9", "de9 fr9 es9 pt9", "ja8 ko8", "en8 pt8", "ru8 fr8 es8", "de8 zh8 ar8", "hi8 th8 vi8 tr8 id8",
    "long24", "long25", "long26", "long27", "long28", "long29", "medium13", "medium14", "zh10 ja10 ko10",
    "ar10 fr10 es10", "de10 pt10 ru10", "tr10 hi10 th10", "vi10 id10 ja11", "zh12 es12 fr12 de12 ru12",
    "pt12 ar12 tr12 ko12 ja12 hi12", "zh13 de13", "es13 fr13", "ru13 pt13", "ar13 hi13 tr13",
    "ko13 ja13 th13", "vi13 id13", "medium15", "medium16", "medium17", "medium18", "zh14 ja14 ko14",
    "es14 fr14 pt14", "de14 ru14 tr14", "ar14 hi14 vi14 id14 th14", "qwen", "medium19", "medium20", "medium21",
    "medium22", "medium23", "medium24", "ja15 zh15", "ko15 hi15", "fr15 de15", "es15 pt15", "ar15 ru15 tr15",
    "id15 vi15 th15", "long30", "long31", "texts1", "genre_en", "genre_other", "short1", "short2", "short3", "short4",
    "short5", "short6", "short7", "de16 fr16 es16 pt16 ru16 tr16", "zh16 ja16 ko16 hi16 ar16 th16 vi16 id16",
    "short8 de17 fr17 es17 ru17 zh17 ja17 tr17 pt17", "long32", "long33",
    "short9", "short10", "medium25", "short11", "wild1", "medium26", "short12", "short13", "short14", "short15",
    "de18 fr18 es18 pt18 ru18 tr18", "zh18 ja18 ko18 ar18 hi18 th18 vi18 id18",
    "texts2 de19 fr19 es19 pt19 ru19 tr19 zh19 ja19 ko19 ar19 hi19 th19 vi19 id19",
    "medium27 de20 fr20 es20 pt20 ru20 tr20 zh20 ja20 ko20 ar20 hi20 th20 vi20 id20",
    "short16 de21 fr21 es21 pt21 ru21 tr21 zh21 ja21 ko21 ar21 hi21 th21 vi21 id21",
    "medium28 de22 fr22 es22 pt22 ru22 zh22 ja22 ar22",
    "zh23 ja23 ko23 hi23 th23 vi23 id23", "de23 fr23 es23 pt23 ru23 tr23 ar23",
    "short17 de24 fr24 es24 zh24 ru24",
)  # fmt: skip
"""Files of one hand each; the small model has 135 million parameters, ``qwen`` 1.5 billion."""
HANDS = {name: hand for hand, names in enumerate(WRITTEN) for name in names.split()}


def read_apart(corpus: Corpus, groups: npt.NDArray[np.int64]) -> dict[Row, str]:
    """How the grader reads each whole answer with tables that saw none of its group."""
    whole = np.array([bool(row.source) for row in corpus.rows])
    silent, leaning, noted = open_rows(corpus)
    open_ = silent | noted
    seen: dict[Row, str] = {
        corpus.rows[i]: drafted(corpus.rows[i]).behaviour
        for i in np.flatnonzero(whole & ~silent & ~leaning)
    }
    held = held_out(corpus, open_ | leaning, groups)
    learned = np.flatnonzero(open_)

    read = seen_by([drafted(corpus.rows[i]) for i in learned])
    for group in sorted(set(groups[(open_ | leaning) & whole].tolist())):
        known, within = open_ & (groups != group), whole & (groups == group)
        weight = weights_of([corpus.rows[i] for i in np.flatnonzero(known)])
        labels, even = corpus.labels[known], scaled(held[known], weight)[0]
        table = head.unpack(fit_head(held[known], labels, weight))
        nets = gist.unpack(fit_gist(read, np.flatnonzero(known[learned]), even, labels, weight))
        known = leaning & (groups != group)
        declined = [drafted(corpus.rows[i]) for i in np.flatnonzero(known)]
        beside = arbiter.beside(held[known], declined)
        settling = arbiter.unpack(fit_arbiter(beside, corpus.labels[known]))
        test = np.flatnonzero((silent | leaning) & within)
        left = [corpus.rows[i] for i in test]
        drafts = [drafted(row) for row in left]
        told = opinion.mixed(held[test], seen_by(drafts).of, opinion.needed(drafts), table, nets)
        seen |= decided(left, arbiter.settled(told, held[test], drafts, settling))
    return seen


def decided(found: Sequence[Row], probabilities: npt.NDArray[np.float64]) -> dict[Row, str]:
    """What the grader makes of probabilities: it looks once more at prompt and answer."""
    return {
        row: behaviour_of(drafted(row), told)
        for row, told in zip(found, probabilities.tolist(), strict=True)
    }


def report(seen: dict[Row, str]) -> str:
    """Print agreement over all, ordinary and hard answers, and by language, and what labels are read as.

    Returns:
        The agreement as a table.
    """
    found = list(seen)
    groups: dict[str, list[Row]] = {
        "all": found,
        "ordinary": [row for row in found if not row.hard],
        "hard": [row for row in found if row.hard],
        "over 900 characters": [row for row in found if len(row.text) > 900],
    }
    for lang in sorted({row.lang for row in found}):
        groups[f"{lang}, ordinary"] = [r for r in found if r.lang == lang and not r.hard]
    lines = ["| answers | n | binary | three-way |", "|---|---|---|---|"]
    for name, own in groups.items():
        two, three = agreement(own, seen, 2), agreement(own, seen, 3)
        page.say(f"{name:20} n={len(own):5} binary {two:.3f}  three-way {three:.3f}")
        lines.append(f"| {name} | {len(own)} | {two:.3f} | {three:.3f} |")
    for (gold, read), n in sorted(Counter((row.label, seen[row]) for row in found).items()):
        page.say(f"  {gold:8} {read:10} {n}")
    return "\n".join(lines)


def agreement(own: Sequence[Row], seen: dict[Row, str], sides: int) -> float:
    """Kappa over three sides, or of withheld against not."""
    pairs = [(THREE.get(row.label, "answer"), THREE.get(seen[row], "answer")) for row in own]
    if sides == 2:
        pairs = [(str(a != "answer"), str(b != "answer")) for a, b in pairs]
    return kappa_of(pairs)


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--by", choices=("prompt", "author"), default="prompt")
    parser.add_argument("--write", action="store_true", help="write the table down; only by prompt")
    options = parser.parse_args()
    if options.write and options.by != "prompt":
        parser.error("--write goes with --by prompt: docs/agreement.md holds that table")
    corpus = Corpus(rows())
    if options.by == "prompt":
        groups = corpus.folds
    else:
        # Passages stay in groups of their own.
        groups = np.array(
            [HANDS[row.source] if row.source else -1 - row.fold for row in corpus.rows]
        )
    with threadpool_limits(1):
        table = report(read_apart(corpus, groups))
    if options.write:
        text = f"{page.command()}, {page.today()}.\n\n{table}"
        page.write_section("cross-validation", text, page.AGREEMENT)


if __name__ == "__main__":
    main()
