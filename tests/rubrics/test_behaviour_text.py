"""What is done to many sentences in one go is what is done to each alone."""

import itertools
import random
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lawbound.rubrics.behaviour import anchors as anchors_module
from lawbound.rubrics.behaviour import broken, concepts, grade
from lawbound.rubrics.behaviour import signal as signals
from lawbound.rubrics.behaviour import text as text_module
from lawbound.rubrics.behaviour.anchors import Anchors
from lawbound.rubrics.behaviour.broken import degenerate_span
from lawbound.rubrics.behaviour.clues import STEM, Clue
from lawbound.rubrics.behaviour.concepts import UNSPACED, count, names, places
from lawbound.rubrics.behaviour.lexicon import any_of, load, shipped
from lawbound.rubrics.behaviour.signal import NOTHING, Signal
from lawbound.rubrics.behaviour.text import Text, clean, sentences, stems_of

TEXTS = st.text(
    st.sampled_from("aA bB'’*.!?…\n\"”)。？؟ا\u064bн日あไİ\u0307\x1f\x00_1n't-`\r*，！無_"),
    max_size=60,
)


@given(TEXTS, st.booleans())
def test_sentences_are_cleaned_and_cut_into_stems_as_each_alone(text: str, spaced: bool) -> None:
    for piece in sentences(text, spaced):
        body = clean(text[piece.start : piece.end].rstrip())
        assert piece.body == (body if spaced or body.isascii() else body.replace(" ", ""))
        assert piece.stems == frozenset(re.findall(rf"\b\w{{1,{STEM}}}", piece.body))


@given(
    st.lists(
        st.sampled_from(
            [
                "can't",
                "won't",
                "n't",
                "i'm",
                "'re",
                "i'd",
                "let's",
                "'",
                "can ",
                "not",
                "wont ",
                "x",
            ]
        )
    )
)
def test_contractions_are_spelled_out_one_after_the_other(parts: list[str]) -> None:
    text = spelled = "".join(parts)
    for short, full in text_module._CONTRACTIONS if "'" in text else ():
        spelled = spelled.replace(short, full)
    assert text_module._spelled_out(text) == spelled


@given(TEXTS)
def test_sentences_cover_the_text_in_order(text: str) -> None:
    found = sentences(text)
    starts = [piece.start for piece in found]
    assert starts == sorted(set(starts))
    left = "".join(text[piece.start : piece.end] for piece in found)
    assert "".join(left.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ('He said "no." Then he left!\n\nLater', ['He said "no."', "Then he left!", "Later"]),
        ("3.5 is more. Or… less?", ["3.5 is more.", "Or…", "less?"]),
        ("不行。好？", ["不行。", "好？"]),
        ("كيف؟ هكذا", ["كيف؟", "هكذا"]),
        ("One.Two", ["One.Two"]),
    ],
)
def test_where_sentences_end(text: str, pieces: list[str]) -> None:
    assert [text[piece.start : piece.end].strip() for piece in sentences(text)] == pieces


def test_a_pattern_is_tried_only_where_each_of_its_needs_is_there() -> None:
    needs = (frozenset({"i", "we"}), frozenset({"able"}))
    signal = Signal(Clue(frozenset({"not"})), [(needs, "able")])

    def finds(body: str) -> bool:
        return signal.find_in(body, stems_of(body)) is not None

    assert finds("we are not able") and finds("i am not able")
    assert not finds("they are not able") and not finds("i do not know") and not finds("i am able")


def test_a_signal_finds_what_trying_every_expression_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "_MOST_SETS", 3)  # so that its memory starts anew again and again
    shipped = load("en")["decline"]
    signal = Signal(shipped.anchors, shipped.sources)
    words = {word for clue in signal.bit_of for word in clue.words}
    order = random.Random(6)
    found = 0
    for _ in range(2000):
        body = " ".join(["i", "cannot", *order.sample(sorted(words), 4), "that"])
        stems = stems_of(body)
        tried = (
            re.search(source, body)
            for needs, source in signal.sources
            if all(need & stems for need in needs)
        )
        first = next(filter(None, tried), None) if stems & signal.anchors.words else None
        seen = signal.find_in(body, stems)
        assert (seen and seen.span()) == (first and first.span())
        found += seen is not None
        assert len(signal._worth) <= 3
    assert 20 < found < 1980


@given(st.text(st.sampled_from("ab_1 \n\t\x1c\x1f.'"), max_size=12))
@pytest.mark.parametrize("source", [r"\ba\w+", r"\w\W+\b", r"a\s+b", r"[^\S\n]a", r"\d\B."])
def test_an_expression_for_ascii_text_finds_there_what_any_finds(source: str, text: str) -> None:
    own, every = (signals._compiled(source, for_ascii).search(text) for for_ascii in (True, False))
    assert (own and own.span()) == (every and every.span())


@given(st.text(st.sampled_from("ab \"'「」『』>`\n"), max_size=40))
def test_quotations_are_masked_wherever_each_kind_is_found(text: str) -> None:
    kinds = (
        r"\"[^\"\n]{4,600}\"", r"(?<!\w)'(?:[^'\n]|(?<=\w)'(?=\w)){8,300}'(?!\w)",
        r"[「『][^」』\n]{4,600}[」』]", r"(?m:^>.*$)", r"```.*?(?:```|\Z)",
    )  # fmt: skip
    spans = [found.span() for found in re.finditer("|".join(kinds), text, re.DOTALL)]
    assert [found.span() for found in text_module._QUOTED.finditer(text)] == spans


def test_lists_of_needs_are_read_from_the_file() -> None:
    needs = [needs for needs, _ in load("en")["decline"].sources]
    assert (2, {"i", "we"}) in [(len(groups), set(groups[0])) for groups in needs if groups]


@given(st.lists(st.lists(st.integers(0, len(names()) - 1), max_size=5), min_size=1, max_size=4))
def test_every_two_concepts_of_a_sentence_are_one_place(sentences: list[list[int]]) -> None:
    k = len(names())
    (found, owner), _, _ = places(sentences, ["en"] * len(sentences))
    first = k * (2 + 15)
    assert count() == first + 2 * k * k + k**3
    pairs = (found >= first) & (found < first + k * k)
    expected = [
        (number, first + left * k + right)
        for number, concepts in enumerate(sentences)
        for left, right in itertools.combinations(sorted(set(concepts)), 2)
    ]
    assert sorted(zip(owner[pairs], found[pairs], strict=True)) == sorted(
        (np.int64(number), np.int64(place)) for number, place in expected
    )


@pytest.mark.parametrize("length", [200, 3000])
def test_a_loop_is_found_whatever_stands_before_it(length: int) -> None:
    words = " ".join(f"word{number}" for number in range(length // 6))
    loop = "and so it goes on and on, " * 200
    for text in (loop, f"{words} {loop}"):
        assert degenerate_span("Why?", text, stems_of(text))
    assert not degenerate_span("Why?", words, stems_of(words))


@given(st.text("abcdgrtuxyz BCG019_-.", max_size=80))
def test_no_odd_word_is_missed_by_the_look_that_comes_first(head: str) -> None:
    if broken._ODD.search(head.lower()):
        assert broken._may_be_odd(head)


def test_any_of_several_signals_is_found_and_told_from_none() -> None:
    either = any_of(("en",), "regret", "contrast")
    for body, found in (("however, it is so", True), ("i am sorry", True), ("it is four", False)):
        text = Text(body, load("en").clues.within(body, stems_of(body)))
        assert either.within(text) is found
        assert either.near(text) or not found
    both = any_of(("zh", "en"), "decline")  # by substrings and by stems
    for body, found in (("我无法提供", True), ("i cannot do that", True), ("四", False)):
        (piece,) = sentences(body, False, [load("zh").clues, load("en").clues])
        assert both.within(piece) is found
        assert both.near(piece) is found


@given(
    st.sets(st.text("ab한", min_size=1, max_size=5), max_size=12),
    st.lists(st.text("ab한c", max_size=30)),
)
def test_every_anchor_is_found_and_no_other(phrases: set[str], bodies: list[str]) -> None:
    bits = {phrase: 1 << i for i, phrase in enumerate(phrases)}
    anchors = Anchors(bits)
    for body in bodies:  # one after the other: what is remembered of one serves the next
        assert anchors.within(body) == sum(bits[phrase] for phrase in phrases if phrase in body)


def test_what_is_remembered_of_signs_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors_module, "_MOST_TRANSITIONS", 3)
    anchors = Anchors({"ab": 1, "bc": 2, "ac": 4})
    assert anchors.within("".join(map(chr, range(0x4E00, 0x4F00))) + "abc") == 1 | 2
    assert len(anchors._start) <= 3


@pytest.mark.parametrize("lang", shipped())
def test_a_sentence_holds_the_anchors_that_occur_in_it(lang: str) -> None:
    lexicon = load(lang)
    own = [s.anchors.words for s in lexicon.signals.values() if s.anchors.is_literal]
    for first, second in itertools.pairwise(sorted(frozenset().union(*own))[::8]):
        body = f"{first}{second}"
        stems = stems_of(body)
        names = {
            name
            for name, (words, is_literal) in ((n, s.anchors) for n, s in lexicon.signals.items())
            if (any(word in body for word in words) if is_literal else words & stems)
        }
        text = Text(body, lexicon.clues.within(body, stems))
        assert {n for n in lexicon.signals if lexicon.within(text)[n] is not NOTHING} == names


@pytest.mark.parametrize("lang", shipped())
def test_the_clues_of_a_language_are_not_those_of_english(lang: str) -> None:
    bits = [
        {bit for s in load(name).signals.values() for bit in s.bit_of.values()}
        for name in (lang, "en")
    ]
    assert lang == "en" or bits[0].isdisjoint(bits[1])


@pytest.mark.parametrize("lang", UNSPACED)
def test_where_words_are_not_spaced_the_longest_entry_at_a_place_counts(lang: str) -> None:
    order, known = random.Random(4), concepts.load(lang)
    entries = sorted(known._part)
    for _ in range(400):
        body = "".join(
            entry[: order.randint(1, len(entry))] for entry in order.choices(entries, k=5)
        )
        expected, place = [], 0
        while place < len(body):
            found = max((e for e in entries if body.startswith(e, place)), key=len, default="")
            expected += [tuple(sorted(known._part[found]))] if found else []
            place += len(found) or 1
        assert known.sequence(body) == expected


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("vi", "Xin lỗi, tôi không thể giúp bạn việc này."),
        ("vi", "Xin lỗi, nhưng tôi không thể giúp bạn với yêu cầu này."),
        ("fr", "Désolé, je ne peux pas répondre à cette demande."),
        ("ko", "죄송하지만 그 요청은 도와드릴 수 없습니다."),
    ],
)
def test_accents_that_are_written_apart_change_no_reading(lang: str, text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert apart != text
    for one in (text, apart):
        assert grade("Why?", one, lang=lang).behaviour == "refuse"
