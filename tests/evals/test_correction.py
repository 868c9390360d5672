"""Rates corrected for their reader: values worked by hand, and doubt that few labels must leave."""

from typing import Any

import numpy as np
import pytest

from lawbound.evals.correction.inference import Answers, clipped, correct
from lawbound.evals.stats.intervals import Mean, clopper_pearson, difference

NAN = float("nan")


def _answers(read: list[float], gold: list[float], **more: Any) -> Answers:
    n = len(read)
    given = {
        "probability": np.ones(n),
        "weight": np.full(n, 1 / max(n, 1)),
        "stratum": np.zeros(n, dtype=np.intp),
        "cluster": np.arange(n, dtype=np.intp),
        "answer": np.arange(n, dtype=np.intp),
    } | {name: np.array(value) for name, value in more.items()}
    return Answers(np.array(read), np.array(gold), **given)


def test_the_error_seen_on_labels_is_added_to_the_readers_rate() -> None:
    # The reader says 6 of 10; of 4 labelled answers it missed one. Right no, miss, false alarm and
    # right yes are seen 1, 1, 0 and 2 times. With half an error of each kind they are 1, 1.5, 0.5 and 2
    # fifths; two labels' worth of these added: 1.4, 1.6, 0.2 and 2.8 sixths. lambda = (2.8/6 - 4.4/6 x 3/6)
    # / (3/6 x 3/6) = 0.4, and the rate is 0.4 x 0.6 + (3/4 - 0.4 x 2/4).
    read = [1.0] * 6 + [0.0] * 4
    gold = [1, 1, NAN, NAN, NAN, NAN, 1, 0, NAN, NAN]
    found = correct(_answers(read, gold))
    assert found.lambda_ == pytest.approx(0.4)
    assert found.mean.value == pytest.approx(0.79)
    assert (found.labelled, found.mean.n) == (4, 10)


def test_each_stratum_is_corrected_by_its_own_labels() -> None:
    # Half of the weight lies in a stratum where one of two labels says that the reader missed one.
    # Cells, as above: 0.4, 1.6, 0.2, 1.8 and 1.4, 0.6, 0.2, 1.8 fourths, so that lambda is
    # (0.025 + 0.15) / (0.25 + 0.25).
    found = correct(
        _answers(
            [1, 0, 0, 0, 1, 1, 0, 0],
            [1, 1, NAN, NAN, 1, NAN, 0, NAN],
            stratum=[0, 0, 0, 0, 1, 1, 1, 1],
        )
    )
    assert found.lambda_ == pytest.approx(0.35)
    first, second = 1 - 0.35 * 0.5, 0.5 - 0.35 * 0.5
    assert found.mean.value == pytest.approx(0.35 * 0.375 + 0.5 * first + 0.5 * second)


def test_a_label_that_was_likelier_drawn_weighs_less() -> None:
    # Chances 1/2 and 1/4 weigh 2 and 4; the error is on the first: 0 + 2/6.
    found = correct(_answers([0, 0, 0, 0], [1, 0, NAN, NAN], probability=[0.5, 0.25, NAN, NAN]))
    assert found.mean.value == pytest.approx(1 / 3)


def test_the_weights_of_the_raw_rate_are_kept() -> None:
    # A macro mean: the lone answer of a rule weighs as much as three of another.
    found = correct(_answers([1, 0, 0, 0], [0, 0, 0, 0], weight=[0.5, 1 / 6, 1 / 6, 1 / 6]))
    assert found.mean.value == pytest.approx(0.0)


def test_where_everything_is_labelled_the_labels_speak() -> None:
    read = [1.0, 1.0, 1.0, 0.0] * 10
    gold = [0.0, 0.0, 1.0, 0.0] * 10
    assert correct(_answers(read, gold)).mean.value == pytest.approx(0.25)


def test_a_reader_that_knows_nothing_gets_no_lambda() -> None:
    read = [1.0, 0.0, 1.0, 0.0] * 10 + [1.0] * 60
    gold = [1.0, 1.0, 0.0, 0.0] * 10 + [NAN] * 60
    found = correct(_answers(read, gold))
    assert found.lambda_ == pytest.approx(0.0)
    assert found.mean.value == pytest.approx(0.5)


def test_a_stratum_without_labels_makes_the_rate_unknown() -> None:
    found = correct(
        _answers([1, 0, 1, 0], [1, 0, NAN, NAN], stratum=[0, 0, 1, 1], probability=[1, 1, NAN, NAN])
    )
    assert np.isnan(found.mean.value) and np.isnan(found.mean.low)
    assert found.uncalibrated == (1,)


def test_two_labels_of_one_group_are_not_two() -> None:
    found = correct(_answers([1, 0, 1], [1, 0, NAN], cluster=[7, 7, 8]))
    assert found.uncalibrated == (0,)


@pytest.mark.parametrize("alarms", [0, 1, 3])
def test_labels_that_all_say_no_are_worth_what_they_are_without_a_reader(alarms: int) -> None:
    # None of 20: at most 1 - 0.025 ** (1 / 20), whatever false alarms the reader has raised.
    read = [1.0] * alarms + [0.0] * (20 - alarms) + [1.0] * 4 * alarms + [0.0] * (80 - 4 * alarms)
    found = correct(_answers(read, [0.0] * 20 + [NAN] * 80))
    assert (found.lambda_ == 0.0) == (alarms > 0) and found.mean.value == 0.0
    assert found.mean.high == pytest.approx(1 - 0.025 ** (1 / 20))
    opposite = correct(_answers([1 - one for one in read], [1.0] * 20 + [NAN] * 80)).mean
    assert opposite.value == pytest.approx(1.0)
    assert opposite.low == pytest.approx(0.025 ** (1 / 20))


def test_labels_all_alike_that_show_no_error_leave_the_reader_nearly_half_its_say() -> None:
    # None of 10 labels hits, and the reader was right each time; it saw 9 among the other 42. With half a
    # reading of each kind, the cells are 10.5, 0.5, 0.5 and 0.5 twelfths; with two labels' worth of these
    # added, 141, 1, 1 and 1 of 144, so that lambda is (1/144 - 2/144 x 2/144) / (2/144 x 142/144).
    read, gold = [0.0] * 10 + [1.0] * 9 + [0.0] * 33, [0.0] * 10 + [NAN] * 42
    found = correct(_answers(read, gold))
    assert found.lambda_ == pytest.approx(140 / 284)
    assert found.mean.value == pytest.approx(140 / 284 * 9 / 52)
    assert found.mean.low <= 0.0 and found.mean.high > 9 / 52
    assert found.is_one_sided
    opposite = correct(_answers([1 - one for one in read], [1.0] * 10 + [NAN] * 42))
    assert opposite.mean.value == pytest.approx(1 - found.mean.value)
    # An error that was seen says otherwise, and so do labels of both kinds.
    erred = correct(_answers([1.0, *read[1:]], gold))
    assert (erred.lambda_, erred.mean.value, erred.is_one_sided) == (0.0, 0.0, True)
    assert not correct(_answers(read, [0.0] * 9 + [NAN] + [1.0] + [NAN] * 41)).is_one_sided


def test_a_reader_that_misses_many_leaves_labels_near_one_their_worth() -> None:
    # 10 of 13, of which the reader saw 6: the labels alone say 0.462 to 0.950 (exact binomial). Trusted
    # whole, the reader would move them to 1.06, where no number of answers varies.
    read = [1.0] * 6 + [0.0] * 7 + [1.0] * 30 + [0.0] * 10
    mean = clipped(correct(_answers(read, [1.0] * 10 + [0.0] * 3 + [NAN] * 40)).mean)
    assert mean.low < 10 / 13 < mean.high
    assert mean.high - mean.low < 0.950 - 0.462


def test_labels_of_most_answers_leave_as_much_doubt_as_labels_of_few() -> None:
    # None of 13 labels hits: of 20 answers as of 2,000, at most 1 - 0.025 ** (1 / 13).
    for more in (7, 1987):
        found = correct(_answers([0.0] * (13 + more), [0.0] * 13 + [NAN] * more))
        assert found.mean.high >= 1 - 0.025 ** (1 / 13) - 1e-9


def test_labels_without_an_error_do_not_make_a_perfect_reader() -> None:
    # 20 right readings of 2000: up to 0.139 of such readings may be wrong (exact binomial, one side).
    found = correct(_answers([0.0] * 2000, [0.0] * 20 + [NAN] * 1980))
    assert found.mean.value == 0.0
    assert found.mean.high > 0.1


def test_more_labels_make_a_narrower_interval() -> None:
    read = [1.0, 0.0] * 500
    width = []
    for n in (40, 160, 640):
        gold = [*([1.0, 0.0, 1.0, 1.0] * (n // 4)), *([NAN] * (1000 - n))]
        mean = correct(_answers(read, gold)).mean
        width.append(mean.high - mean.low)
    assert width[0] > 1.5 * width[1] > 2 * width[2]


def test_answers_of_one_group_count_as_one() -> None:
    read, gold = [1.0, 0.0] * 100, ([1.0, 0.0, 1.0, 1.0] * 15) + [NAN] * 140
    alone = correct(_answers(read, gold)).mean
    together = correct(_answers(read, gold, cluster=[i // 10 for i in range(200)])).mean
    assert together.high - together.low > 1.3 * (alone.high - alone.low)


def test_an_answer_of_two_rules_is_one_label() -> None:
    # The same hundred answers, once under one rule and once under each of two: 20 labels both times.
    read, gold = [1.0, 0.0] * 50, [1.0, 0.0, 1.0, 1.0] * 5 + [NAN] * 80
    once = correct(_answers(read, gold))
    twice = np.r_[np.arange(100), np.arange(100)]
    both = correct(_answers(read * 2, gold * 2, cluster=twice, answer=twice))
    assert (both.labelled, both.lambda_) == (20, pytest.approx(once.lambda_))
    for end in ("value", "low", "high", "effective"):
        assert getattr(both.mean, end) == pytest.approx(getattr(once.mean, end)), end


def test_no_answers_give_no_number() -> None:
    found = correct(_answers([], []))
    assert np.isnan(found.mean.value) and found.mean.n == 0


def test_what_is_shown_lies_inside_what_is_possible() -> None:
    shown = clipped(Mean(1.02, 0.9, 1.2, 5, 5))
    assert (shown.value, shown.low, shown.high) == (1.0, 0.9, 1.0)
    assert np.isnan(clipped(Mean()).value)


def _arm(
    rng: np.random.Generator, *, truth: float, missed: float, false_alarms: float, labels: int
) -> Answers:
    """Two answers a group, groups alike, four strata, a reader with the error rates of this arm."""
    groups, strata = 200, 4
    group = np.arange(2 * groups) // 2
    rate = rng.beta(3 * truth, 3 * (1 - truth), groups)
    y = (rng.random(2 * groups) < rate[group]).astype(float)
    wrong = np.where(y == 1, missed, false_alarms)
    read = np.where(rng.random(2 * groups) < wrong, 1 - y, y)
    stratum = (group % strata).astype(np.intp)
    gold, chance = np.full(2 * groups, NAN), np.full(2 * groups, NAN)
    for code in range(strata):
        inside = np.flatnonzero(stratum == code)
        picked = rng.choice(inside, labels // strata, replace=False)
        gold[picked], chance[picked] = y[picked], len(picked) / len(inside)
    weight = np.full(2 * groups, 1 / (2 * groups))
    each = np.arange(2 * groups, dtype=np.intp)
    return Answers(read, gold, chance, weight, stratum, group.astype(np.intp), each)


@pytest.mark.sim
@pytest.mark.parametrize(
    ("placebo", "policy"),
    [
        ((0.2, 0.05, 0.02), (0.5, 0.30, 0.02)),
        ((0.05, 0.1, 0.0), (0.3, 0.4, 0.0)),
        ((0.9, 0.02, 0.02), (0.9, 0.2, 0.02)),
    ],
)
def test_a_differential_reader_biases_the_raw_difference_and_not_the_corrected_one(
    placebo: tuple[float, float, float], policy: tuple[float, float, float]
) -> None:
    rng = np.random.default_rng(20)
    runs, truth = 500, policy[0] - placebo[0]
    raw, covered = [], np.zeros(3)
    corrected = []
    for _ in range(runs):
        arms = [
            _arm(rng, truth=t, missed=miss, false_alarms=alarm, labels=60)
            for t, miss, alarm in (placebo, policy)
        ]
        raw.append(float(arms[1].read.mean() - arms[0].read.mean()))
        one, other = (correct(arm).mean for arm in arms)
        change = difference(other, one)
        corrected.append(change.value)
        for at, (mean, value) in enumerate(
            ((one, placebo[0]), (other, policy[0]), (change, truth))
        ):
            covered[at] += mean.low <= value <= mean.high
    assert abs(float(np.mean(raw)) - truth) > 0.1
    assert abs(float(np.mean(corrected)) - truth) < 0.01
    assert (covered / runs >= 0.93).all(), covered / runs


@pytest.mark.sim
@pytest.mark.parametrize("truth", [0.01, 0.05, 0.15, 0.5])
@pytest.mark.parametrize("wrong", [0.02, 0.25])
@pytest.mark.parametrize(("labels", "answers"), [(13, 20), (20, 40), (20, 200)])
def test_few_labels_cover_and_are_hardly_wider_than_without_a_reader(
    truth: float, wrong: float, labels: int, answers: int
) -> None:
    rng = np.random.default_rng(21)
    runs, covered, width = 500, 0, np.zeros(2)
    for _ in range(runs):
        y = (rng.random(answers) < truth).astype(float)
        read = np.where(rng.random(answers) < wrong, 1 - y, y)
        gold = np.r_[y[:labels], np.full(answers - labels, NAN)]
        mean = clipped(correct(_answers(list(read), list(gold))).mean)
        alone = clopper_pearson(float(y[:labels].sum()), labels)
        covered += mean.low - 1e-9 <= truth <= mean.high + 1e-9
        width += mean.high - mean.low, alone[1] - alone[0]
    assert covered / runs >= 0.94
    assert width[0] < 1.1 * width[1]
