"""Texts that meet a creative demand as a fair reader takes it, and texts that do not."""

from dataclasses import replace
from time import process_time

import pytest

from lawbound.rubrics.answers.constraints import CHECKS, score_creative
from lawbound.rubrics.answers.written import Text, plain, sentence_counts, untitled
from lawbound.tasks.creative import generate
from lawbound.tasks.item import Constraint

ITEM = generate(["verse"], levels=[1], seed=1)[0]
SUN = "Silver rain is falling.\nUmbrellas open wide.\nNobody stays outside."

GOOD: dict[tuple[str, str], list[str]] = {
    ("contains", "lantern, silver"): [
        "The lantern was silver.", "Two LANTERNS, silver ones", "the **lantern**’s silver glow", "a silver-plated lantern",
        "“Lantern”—silver—gone",
    ],
    ("words", "4-5"): [
        "One two three four.", "It’s a well-known old tale", "**S**un and rain play", "“Oh — no,” said Zoë", "1. Four plain words stand",
    ],
    ("sentences", "2"): [
        "He ran. She slept.", "“Stop!” she cried. He ran…", "Mr. Lemon fell. He laughed!", "*He ran.* *She slept.*",
        "He... well, ran. ‘Gone!’ he said.",
    ],
    ("lines", "3"): [
        "one\ntwo\nthree", "1. one\n2. two\n3. three", "- one\n\n- two\n\n- three\n", "```text\none\ntwo\nthree\n```",
        "**one**\n---\n**two**\n***\n**three**",
    ],
    ("words_a_line", "2-3"): [
        "a b\nc d e", "(1) Silver rain\n(2) Warm tea", "**R**ed door\n**B**lue door", "• one two\n• three four five", "Half-eaten pie\nZoë’s café",
    ],
    ("line_lengths", "2 3"): [
        "silver rain\nfalls on me", "*silver* rain\n\nfalls on me", "silver rain —\nfalls on me…", "half-moon night\nhe didn't know", "> silver rain\n> falls on me",
    ],
    ("avoids_letter", "e"): [
        "A cat sat.", "A **bird** sang:", "Nobody’s lamp is on", "ça va", "A\nB\nC",
    ],
    ("avoids_word", "the"): [
        "A cat sat.", "They then bathe.", "Other theories", "th e", "“Thesaurus!”",
    ],
    ("last_word", "lantern"): [
        "It was a lantern.", "He held her lantern!", "“Not my lantern.”", "… a **Lantern**.", "gone, lantern 🏮",
    ],
    ("acrostic", "sun"): [
        SUN, "**S**ilver rain\n**U**nder clouds\n**N**o one came", "“Stop!”\n'Umbrella?'\nÑandú runs", "1. Stars\n2. Under\n3. Night", "Soft\n\nUp\n\nNow",
    ],
    ("openings", "different"): [
        "A hat\nThe hat\nMy hat", "1. Hat\n2. Boat\n3. Spoon", "**Hat**: wear it\n**Boat**: sail it\n**Spoon**: eat", "- One\n- Two\n- Three", "Use\nUses\nUsed",
    ],
    ("order", "alphabetical"): [
        "A hat\nBoat\nCup", "1. Ant\n2. Bee\n10. Cow", "“Apple”\nbanana\nCherry", "éclair\nFig\nGrape", "As a hat\nAs an urn\nBed",
    ],
    ("overlap", "0.5"): [
        "red hat here\nblue boat there", "A hat for a cat\nA boat for one mouse", "one two three\none four five", "a b c d\na b e f", "Hat\nBoat\nSpoon",
    ],
    ("most_repeats", "2"): [
        "the sun the moon", "one two", "The day, the night, a star, a moon", "it's it its", "rain rain",
    ],
    ("speakers", "Mira, Otto"): [
        "Mira: Hi.\nOtto: Hi.", "**Mira:** Hi.\n\n**Otto:** Hi.", "*Mira*: a\n*Otto*: b\n*Mira*: c", "MIRA: a\nOtto: b: c", "1. Mira: a\n2. Otto: b",
    ],
    ("asks", "Otto"): [
        "Mira: Yes.\nOtto: Why?", "**Mira:** No!\n**Otto:** “Really?”", "Mira: a\nOtto: (What?)", "Mira: a\nOtto: Oh? Who?!?", "Otto: ‘Who?’\nMira: Me.",
    ],
}  # fmt: skip
BAD: dict[tuple[str, str], list[str]] = {
    ("contains", "lantern, silver"): [
        "The lantern was gold.", "Lanternfish, silvery", "lan-tern silver", "A lamp of silver", "",
    ],
    ("words", "4-5"): ["One two three", "One two three four five six", "", "**S**un and rain", "well-known old tale"],
    ("sentences", "2"): ["He ran.", "He ran. She slept. I woke.", "He ran, she slept", "", "Mr. Lemon fell, laughing"],
    ("lines", "3"): ["one\ntwo", "one\ntwo\nthree\nfour", "one two three", "", "```text\none\ntwo\n```"],
    ("words_a_line", "2-3"): ["a\nb c", "a b c d\ne f", "", "1. one\n2. two three", "Silver\n\nrain falls"],
    ("line_lengths", "2 3"): ["one two three\none two", "one two", "one two\none two", "", "one two\none two three\nfour"],
    ("avoids_letter", "e"): ["The cat", "CAFÉ", "ﬁne", "**E**nd", ""],
    ("avoids_word", "the"): ["The cat", "on THE mat", "**the** end", "“the”", ""],
    ("last_word", "lantern"): ["It was a lantern shop.", "lanterns", "a lantern’s", "Lantern. The End", ""],
    ("acrostic", "sun"): [
        "Stars\nNight\nUp", "Rain\nUnder\nNow", "Sun", "Here is the poem:\n" + SUN, "",
    ],
    ("openings", "different"): ["A hat\nA boat\nMy cup", "1. Hat\n2. Hat\n3. Cup", "a\nb", "", "**Hat** on\nHat off\nCup"],
    ("order", "alphabetical"): ["Boat\nA hat\nCup", "1. Cow\n2. Ant\n3. Bee", "A\nB", "", "Étude\nFig\nApple"],
    ("overlap", "0.5"): ["red hat here\nred hat there now\nhere hat red", "a b c\na b c", "one", "", "a b c d\na b c e"],
    ("most_repeats", "2"): ["the the the", "The a the b THE", "rain, rain, *rain*", "", "it’s it's IT'S"],
    ("speakers", "Mira, Otto"): ["Otto: Hi.\nMira: Hi.", "Mira: a\nMira: b", "Mira: a", "", "Mira (laughs): a\nOtto: b"],
    ("asks", "Otto"): ["Mira: Yes?\nOtto: Why?", "Mira: a\nOtto: No.", "Mira: a", "", "Mira: a\nOtto: Who? Me."],
}  # fmt: skip
CASES = [(n, v, text) for (n, v), texts in GOOD.items() for text in texts]
FAULTS = [(n, v, text) for (n, v), texts in BAD.items() for text in texts]


@pytest.mark.parametrize(("name", "value", "text"), CASES)
def test_a_text_that_meets_a_demand_passes(name: str, value: str, text: str) -> None:
    assert CHECKS[name](Text(plain(text)), value, ITEM) == 1


@pytest.mark.parametrize(("name", "value", "text"), FAULTS)
def test_a_text_that_breaks_a_demand_does_not_pass(name: str, value: str, text: str) -> None:
    assert CHECKS[name](Text(plain(text)), value, ITEM) < 1


def test_every_demand_has_five_texts_of_each_kind() -> None:
    for texts in (GOOD, BAD):
        assert {name for name, _ in texts} == set(CHECKS)
        assert all(len(of_one) == 5 for of_one in texts.values())


@pytest.mark.parametrize(
    "text",
    [
        SUN,
        f"# Silver Sun\n\n{SUN}",
        f"**Silver Sun**\n\n{SUN}",
        f"“Silver Sun”\n\n{SUN}",
        f"## Silver Sun\n{SUN}",
        SUN.replace("\n", "\n\n"),
    ],
)
def test_a_title_is_no_line_of_a_poem(text: str) -> None:
    spelled = (Constraint("contains", "silver"), Constraint("acrostic", "sun"))
    bounds = (Constraint("words_a_line", "3-4"), Constraint("avoids_word", "the"))
    item = replace(ITEM, prompt="Write a poem.", constraints=(*spelled, *bounds))
    assert score_creative(item, text).value == 1


def test_a_preface_is_a_line_too_many_and_a_title_may_not_break_a_ban() -> None:
    item = replace(
        ITEM,
        prompt="Write a poem.",
        constraints=(Constraint("acrostic", "sun"), Constraint("avoids_word", "the")),
    )
    assert score_creative(item, f"Here is my poem:\n\n{SUN}").value == 0
    titled = score_creative(item, f"The Silver Sun\n\n{SUN}")
    assert (titled.satisfied, titled.value) == (1, 0), "the title breaks the ban, and is no line"
    assert untitled(f"Stop!\n\n{SUN}") == f"Stop!\n\n{SUN}"


def test_speech_counts_as_one_sentence_or_as_more() -> None:
    assert [*sentence_counts("“I lost it. I swear it,” said Ben. He wept.")] == [2, 3]
    assert [*sentence_counts('"Stop!" Anna said. "Why?"')] == [2, 3]
    assert [*sentence_counts("The end")] == [1]
    assert [*sentence_counts("")] == []


@pytest.mark.parametrize(
    "text",
    [
        "kettle kettle kettle\nkettle kettle kettle",
        "kettle, kettle, kettle\nrain kettle kettle",
        "ha ha ha\nha kettle ha ha",
    ],
)
def test_a_short_text_that_repeats_itself_is_no_attempt_either(text: str) -> None:
    poem = (Constraint("contains", "kettle"), Constraint("line_lengths", "3 3"))
    item = replace(ITEM, prompt="Write a poem.", constraints=poem)
    assert score_creative(item, text).copied
    assert not score_creative(item, "Old kettles hum\nand nobody sleeps").copied


def test_a_lipogram_is_seldom_met_by_not_heeding_the_letter() -> None:
    """Of plain English texts of 20 words, one in ten lacks a c, m or u; of 13 words, one in four lacks a g, p, w or f."""
    for item in generate(["lipogram"], levels=[1], per_cell=20, seed=4):
        asked = {c.name: c.value for c in item.constraints}
        assert asked["avoids_letter"] in "cmu"
        assert int(asked["words"].split("-")[0]) >= 20


LONG = {
    "sentences": 'He said. "Stop!" Anna said. ' * 4000,
    "titles": "Mr. Smith Jr. came. " * 5000,
    "dots": "." * 100_000 + "x",
    "blank lines": "\n" * 100_000 + "a",
    "different lines": "\n".join(f"a{i} b{i} the" for i in range(6000)),
    "questions": "\n".join(f"Ann: q{i}?" for i in range(8000)),
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_text_is_scored_at_once(name: str) -> None:
    items = generate(levels=[5], per_cell=1, seed=1)
    began = process_time()
    for item in items:
        score_creative(item, LONG[name])
    assert process_time() - began < 4


@pytest.mark.parametrize(
    ("lines", "limit", "met"),
    [
        (["red hat", "blue hat"], "0.3", False),
        (["red hat", "blue hat"], "0.34", True),
        (["red hat", "blue boat"], "0", True),
        (["red hat", "blue hat"], "0", False),
        (["red hat", "red hat"], "1", True),
        (["a b c d e f", "x", "a b c d y z", "a b c d e f g h"], "0.5", False),
        (["a b c d", "b c d e f", "e f g h i j k"], "0.5", True),
        (["red hat"], "0.5", False),
    ],
)
def test_lines_share_no_more_of_their_words_than_the_limit(
    lines: list[str], limit: str, met: bool
) -> None:
    assert CHECKS["overlap"](Text("\n".join(lines)), limit, ITEM) == met
