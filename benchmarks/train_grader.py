"""Train the behaviour grader's learned part: ``python benchmarks/train_grader.py [--check [first]]``

Reads the texts in ``rubrics/behaviour/training/`` (written for this project; nothing else is used) and
writes ``rubrics/behaviour/weights.npz``. ``--check`` compares a new fit with the shipped table, ``--check first``
only its first step, in a quarter of the time.
Needs scikit-learn and threadpoolctl, which lm-eval brings along, and torch (`local`). ``benchmarks/cross_grader.py`` cross-validates.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, hstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits
from train_gist import fit_gist, seen_by
from training_texts import PASSAGES, Row, digest, rows

from lawbound.rubrics.behaviour import (
    arbiter,
    concepts,
    gist,
    head,
    learned,
    ngrams,
    opinion,
    traits,
)
from lawbound.rubrics.behaviour.answer import take_apart
from lawbound.rubrics.behaviour.draft import Draft
from lawbound.rubrics.behaviour.excerpt import excerpt
from lawbound.rubrics.behaviour.lexical import draft
from lawbound.rubrics.behaviour.lexicon import load
from lawbound.rubrics.behaviour.prompt import read

HERE = Path(__file__).parents[1] / "rubrics" / "behaviour"
COST = 0.5
CLOSE = 0.1
"""Where the solver stops. At a tenth of it the margins of the largest fit differ by a twenty-fifth of their spread, after
1.9 times the work."""
PICKING = 2
"""How often the declining sentences are picked; a third time changes one in ninety."""
SHAPE_SCALE = 0.3
ARBITER_COST = 0.01
UNITS, NETWORKS, ROUNDS, DECAY = 48, 4, 60, 1.0
SILENT = 0.2
"""Declared share of answers that withhold something where the lexicons are silent; in the training texts
it is twice that, because many were written to be hard."""
PASSAGE = 0.2
"""What a passage alone counts in the second step, a whole answer being 1."""
ALIKE = 0.02
"""How far two fits may be apart: the last digits of a sum can decide which sentence of a text is taken to decline."""
Mask = npt.NDArray[np.bool_]
Tables = dict[str, npt.NDArray[Any]]


class Corpus:
    """All rows and all their sentences as sparse tables, seen once."""

    def __init__(self, found: list[Row]) -> None:
        self.rows = found
        self.labels = np.array([row.label for row in found])
        self.folds = np.array([row.fold for row in found])
        texts = [_text(row) for row in found]
        self.table = matrix(texts)
        singles = [one_sentence(text, i) for text in texts for i in range(len(text.sentences))]
        self.sentences = matrix(singles)
        self.owner = np.repeat(np.arange(len(texts)), [len(text.sentences) for text in texts])

    def fit(self, kept: Mask) -> list[LinearSVC]:
        """One margin for each of `learned.COLUMNS`, from the rows that are kept."""
        labels = np.where(self.labels == "neutral", "answer", self.labels)
        plain = kept & np.isin(labels, PASSAGES)
        inner, owner = kept[self.owner], self.labels[self.owner]
        stands = inner & np.isin(owner, ("answer", "refuse", "deflect"))
        return [
            _model(self.table[plain], labels[plain] != "answer"),
            _model(self.table[plain], labels[plain] == "deflect"),
            self._declining(kept),
            _model(self.table[kept], self.labels[kept] == "neutral"),
            _model(self.sentences[stands], owner[stands] != "answer"),
        ]

    def _declining(self, kept: Mask) -> LinearSVC:
        """Which sentence declines is not labelled: take the one that the last fit would."""
        labels, owner = self.labels, self.owner
        served = np.flatnonzero(kept[owner] & (labels[owner] == "answer"))
        refusing = kept & np.isin(labels, ("refuse", "decline_rest", "partial"))
        places = np.flatnonzero(refusing[owner])
        count = np.bincount(owner[places], minlength=len(labels))
        alone = places[count[owner[places]] == 1]
        open_ = places[count[owner[places]] > 1]
        picked: npt.NDArray[np.int64] = np.zeros(0, np.int64)
        for _ in range(PICKING):
            taken = np.concatenate([alone, picked])
            both = np.concatenate([taken, served])
            model = _model(self.sentences[both], np.arange(len(both)) < len(taken))
            margins = model.decision_function(self.sentences[open_])
            order = np.lexsort((-margins, owner[open_]))
            firsts = np.unique(owner[open_][order], return_index=True)[1]
            picked = open_[order][firsts]
        return model


def _text(row: Row) -> learned.Excerpt:
    answer = take_apart(row.text, (load(row.lang),))
    return learned.Excerpt(row.text, answer.sentences, row.lang)


def one_sentence(text: learned.Excerpt, i: int) -> learned.Excerpt:
    """One of its sentences."""
    return learned.Excerpt(text.raw, text.sentences[i : i + 1], text.lang)


def matrix(texts: Sequence[learned.Excerpt]) -> csr_matrix:
    """The three views side by side, scaled as `learned.Reader` reads them."""
    views = learned.look(texts)
    n = len(texts)
    owner = np.repeat(np.arange(n), np.diff(views.first))
    start, end = views.first[:-1], views.first[1:]
    is_first = np.zeros(views.first[-1], bool)
    is_first[start] = True
    opens = is_first[views.opening.owner]
    named = np.concatenate([views.named.places, views.opening.places[opens]])
    by = np.concatenate([owner[views.named.owner], owner[views.opening.owner][opens]])
    grams = np.concatenate([runs.places for runs in views.grams])
    of_grams = np.concatenate([runs.owner for runs in views.grams])
    counts = np.add.reduceat(views.counts, start)
    shape = learned.claims(counts, end - start, views.counts[end - 1])
    return hstack(
        [
            _unit(grams, owner[of_grams], n, 1 << ngrams.BITS),
            _unit(named, by, n, concepts.count()),
            csr_matrix(shape * SHAPE_SCALE),
        ]
    ).tocsr()


def _unit(places: ngrams.Whole, owner: ngrams.Whole, n: int, width: int) -> csr_matrix:
    """Ones at the places of each row, over the root of how many there are."""
    scale = 1 / np.sqrt(np.maximum(1, np.bincount(owner, minlength=n)))
    table = csr_matrix((scale[owner], (owner, places)), shape=(n, width))
    table.sum_duplicates()  # liblinear takes each column once
    return table


def _model(table: csr_matrix, targets: Mask) -> LinearSVC:
    return LinearSVC(C=COST, class_weight="balanced", dual=False, tol=CLOSE, max_iter=300).fit(
        table, targets
    )


def pack(models: Sequence[LinearSVC]) -> Tables:
    """Weights as small integers."""
    weights = np.stack([model.coef_[0] for model in models], axis=1)
    first = 1 << ngrams.BITS
    second = first + concepts.count()
    parts = {
        "grams": weights[:first],
        "concepts": weights[first:second],
        "shape": weights[second:] * SHAPE_SCALE,
        "bias": np.array([float(model.intercept_[0]) for model in models]),
    }
    done: Tables = {}
    scales = []
    for name, values in parts.items():
        kind = np.int8 if name in ("grams", "concepts") else np.int16
        scale = float(np.abs(values).max()) / np.iinfo(kind).max
        done[name] = np.round(values / scale).astype(kind)
        scales.append(scale)
    return done | {"scale": np.array(scales, dtype=np.float32)}


def traits_of(found: Sequence[Row], tables: Tables) -> npt.NDArray[np.float64]:
    """What `opinion.weigh` sees of open answers; nan for what a missing prompt would tell."""
    drafts = [made for row in found if isinstance(made := drafted(row), Draft)]
    views = learned.look([excerpt(made) for made in drafts])
    seen = traits.of_answers(drafts, views, learned.Reader(views, learned.unpack(tables)))[0]
    without = np.array([row.prompt is None for row in found])
    told_by_prompts = np.array([traits.names().index(name) for name in traits.OF_PROMPTS])
    seen[np.ix_(without, told_by_prompts)] = np.nan
    return seen


def drafted(row: Row) -> Any:
    """What the lexicons make of an answer; a reading where they settle it."""
    prompt = row.prompt or ""
    return draft(read(prompt, row.lang), prompt, row.text)


def held_out(corpus: Corpus, open_: Mask, groups: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Traits of the rows that are left open, each from tables that saw no row of its group."""
    seen = np.zeros((len(corpus.rows), len(traits.names())))
    for group in sorted(set(groups[open_].tolist())):
        tables = pack(corpus.fit(groups != group))
        test = np.flatnonzero(open_ & (groups == group))
        seen[test] = traits_of([corpus.rows[i] for i in test], tables)
    return seen


def open_rows(corpus: Corpus) -> tuple[Mask, Mask, Mask]:
    """Answers about which the lexicons are silent; whole ones that decline beside something else; and those that a
    note alone gives away ("I've left out ..."). The steps learn from the last as from the first: what a list knows
    here, a model will say in words that none has."""
    silent, leaning, noted = [], [], []
    for row in corpus.rows:
        made = drafted(row) if row.label in head.KINDS else None
        declines = isinstance(made, Draft) and made.declining is not None
        silent.append(isinstance(made, Draft) and not declines)
        leaning.append(declines and row.prompt is not None)
        noted.append(isinstance(made, Draft) and made.is_noted)
    return np.array(silent), np.array(leaning), np.array(noted)


def fit_head(
    seen: npt.NDArray[np.float64], labels: npt.NDArray[np.str_], weight: npt.NDArray[np.float64]
) -> Tables:
    """Second step: a few networks over standardised traits."""
    even, mean, scale = scaled(seen, weight)
    hidden, output = [], []
    for seed in range(NETWORKS):
        model = MLPClassifier(
            (UNITS,), alpha=DECAY, batch_size=256, max_iter=ROUNDS, random_state=seed
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early is meant
            model.fit(even, labels, sample_weight=weight / weight.mean())
        order = [list(model.classes_).index(kind) for kind in head.KINDS]
        first, second = (
            np.vstack([w, b]).T for w, b in zip(model.coefs_, model.intercepts_, strict=True)
        )
        hidden.append(first)
        output.append(second[order])
    made = (np.stack(hidden), np.stack(output), mean, scale)
    return dict(zip(head.NAMES, made, strict=True))


def fit_arbiter(seen: npt.NDArray[np.float64], labels: npt.NDArray[np.str_]) -> Tables:
    """Second step for answers that decline in known words: a plain regression, since they are few."""
    even, mean, scale = scaled(seen, np.ones(len(seen)))
    nothing = np.isin(labels, ("refuse", "deflect"))
    model = LogisticRegression(C=ARBITER_COST, max_iter=5000).fit(even, nothing)
    weights = np.append(model.coef_[0], model.intercept_)
    return dict(zip(arbiter.NAMES, (weights, mean, scale), strict=True))


def scaled(seen: npt.NDArray[np.float64], weight: npt.NDArray[np.float64]) -> Any:
    """Traits standardised and clipped, their means and their scales; what is open counts as the mean."""
    known = ~np.isnan(seen)
    counted = np.where(known, weight[:, None], 0.0)
    mean = np.average(np.where(known, seen, 0.0), axis=0, weights=counted)
    apart = np.where(known, seen - mean, 0.0)
    scale = np.maximum(np.sqrt(np.average(apart**2, axis=0, weights=counted)), 0.02)
    return np.clip(apart / scale, -traits.CLIPPED, traits.CLIPPED), mean, scale


def weights_of(found: Sequence[Row]) -> npt.NDArray[np.float64]:
    """What each answer that the lexicons leave open counts in the second step."""
    weight = np.array([PASSAGE if row.prompt is None else 1.0 for row in found])
    withheld = np.array([row.label in ("refuse", "partial", "deflect") for row in found])
    total, share = weight.sum(), np.where(withheld, SILENT, 1 - SILENT)
    of_side = np.where(withheld, weight[withheld].sum(), weight[~withheld].sum())
    counts: npt.NDArray[np.float64] = weight * share * total / of_side
    return counts


def train() -> tuple[Tables, npt.NDArray[np.float64], gist.Seen]:
    """Read, fit, pack; what the second and the third step were fitted to comes along."""
    corpus = Corpus(rows())
    silent, leaning, noted = open_rows(corpus)
    open_ = silent | noted
    seen = held_out(corpus, open_ | leaning, corpus.folds)
    chosen = [corpus.rows[i] for i in np.flatnonzero(open_)]
    weight, labels = weights_of(chosen), corpus.labels[open_]
    second = fit_head(seen[open_], labels, weight)
    declined = [drafted(corpus.rows[i]) for i in np.flatnonzero(leaning)]
    second |= fit_arbiter(arbiter.beside(seen[leaning], declined), corpus.labels[leaning])
    first = pack(corpus.fit(np.ones(len(corpus.rows), bool)))
    tables = first | {name: np.round(v, 4).astype(np.float32) for name, v in second.items()}
    texts = seen_by([drafted(row) for row in chosen])
    even = scaled(seen[open_], weight)[0]
    tables |= fit_gist(texts, np.arange(len(chosen)), even, labels, weight)
    return tables, np.nan_to_num(seen[open_]), texts


def apart_first(made: Tables, shipped: Mapping[str, npt.NDArray[Any]]) -> float:
    """The largest difference between two first steps, as a share of the range of its table."""
    return max(
        float(np.abs(made[name].astype(int) - shipped[name].astype(int)).max())
        / np.iinfo(shipped[name].dtype).max
        for name in ("grams", "concepts", "shape", "bias")
    )


def check(first_only: bool) -> bool:
    """Whether a new fit is the shipped one."""
    with np.load(HERE / "weights.npz", allow_pickle=False) as file:
        shipped = dict(file)
    if first_only:
        corpus = Corpus(rows())
        made = pack(corpus.fit(np.ones(len(corpus.rows), bool)))
        apart = 0.0
    else:
        made, seen, read = train()
        every = np.zeros(len(seen))  # both steps are compared, wherever the second is asked
        both = [
            opinion.mixed(seen, read.of, every, head.unpack(tables), gist.unpack(tables))
            for tables in (made, shipped)
        ]
        apart = float(np.abs(both[0] - both[1]).mean())
        _say(f"difference of the probabilities, on average: {apart:.4f}")
    worst = apart_first(made, shipped)
    _say(f"largest difference of the first step: {worst:.2%} of the range")
    return worst <= ALIKE and apart <= ALIKE


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--check",
        nargs="?",
        const="all",
        choices=("all", "first"),
        help="compare with the shipped table: all steps, or only the first",
    )
    options = parser.parse_args()
    begin = time.process_time()
    with threadpool_limits(1):  # sums in one order, however many cores there are
        if options.check:
            sys.exit(not check(options.check == "first"))
        made = train()[0]
    made["texts"] = np.array(digest())
    by_name: dict[str, Any] = {**made}  # numpy's own option has a name too, and no table has it
    np.savez_compressed(HERE / "weights.npz", **by_name)
    size = (HERE / "weights.npz").stat().st_size
    _say(f"weights.npz: {size} bytes, trained in {time.process_time() - begin:.0f} s")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
