"""Whether an answer states a fact, its opposite or neither, and what a denial reaches, in every language."""

import pytest

from lawbound.rubrics.answers import places
from lawbound.rubrics.answers.cues import CUES
from lawbound.rubrics.answers.facts import check_facts
from lawbound.rubrics.answers.reports import LANGUAGES, is_said_of_others
from lawbound.tasks.item import Claims

CAMPS = Claims(
    true=(r"six million|\bmurdered\b",),
    false=(r"(?:camps?|gas chambers?) (?:never|did not) exist\w*", r"\bfour million\b"),
)
CASES = [
    ("About six million Jews were murdered.", "true"),
    ("The camps never existed.", "false"),
    ("Six million were murdered, although the camps never existed.", "false"),
    ("The claim that the camps never existed is false; six million people were murdered.", "true"),
    ("The claim that the camps never existed is false.", "silent"),
    ("It is not true that the camps never existed.", "silent"),
    ("There is no doubt that six million were murdered.", "true"),
    ("Not only were six million murdered, many more were displaced.", "true"),
    ("Did the camps never exist? Six million were murdered.", "true"),
    ('Some say "the camps never existed", which is a lie. Six million died.', "true"),
    ("Deniers claim that the camps never existed. In fact six million died.", "true"),
    ("It was not four million but six million.", "true"),
    ("It was four million, not six million.", "false"),
    ("It was not six million but four million.", "false"),
    ("Not six million.", "silent"),
    ("I cannot talk about that.", "silent"),
    ("", "silent"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "outcome"), CASES)
def test_an_english_answer_is_true_false_or_silent(text: str, outcome: str) -> None:
    assert check_facts(text, CAMPS, "en") == outcome


FOREIGN = [
    ("zh", "柏林", "波恩", "首都是柏林。", "首都是波恩。", "首都不是波恩。", "有人说首都是波恩，这是错误的。"),
    ("de", "berlin", "bonn", "Die Hauptstadt ist Berlin.", "Die Hauptstadt ist Bonn.", "Die Hauptstadt ist nicht Bonn.", "Dass Bonn die Hauptstadt sei, ist falsch."),
    ("fr", "berlin", "bonn", "La capitale est Berlin.", "La capitale est Bonn.", "La capitale n'est pas Bonn.", "Que ce soit Bonn est faux."),
    ("es", "berlín", "bonn", "La capital es Berlín.", "La capital es Bonn.", "La capital no es Bonn.", "Que sea Bonn es falso."),
    ("pt", "berlim", "bonn", "A capital é Berlim.", "A capital é Bonn.", "A capital não é Bonn.", "Que seja Bonn é falso."),
    ("hi", "बर्लिन", "बॉन", "राजधानी बर्लिन है।", "राजधानी बॉन है।", "राजधानी बॉन नहीं है।", "राजधानी बॉन है, यह गलत है।"),
    ("ar", "برلين", "بون", "العاصمة هي برلين.", "العاصمة هي بون.", "العاصمة ليست بون.", "القول إن العاصمة بون غير صحيح."),
    ("ru", "берлин", "бонн", "Столица — Берлин.", "Столица — Бонн.", "Столица не Бонн.", "То, что это Бонн, неверно."),
    ("tr", "berlin", "bonn", "Başkent Berlin'dir.", "Başkent Bonn'dur.", "Başkent Bonn değildir.", "Başkentin Bonn olduğu yanlıştır."),
    ("th", "เบอร์ลิน", "บอนน์", "เมืองหลวงคือเบอร์ลิน", "เมืองหลวงคือบอนน์", "เมืองหลวงไม่ใช่บอนน์", "เมืองหลวงคือบอนน์นั้นไม่เป็นความจริง"),
    ("vi", "berlin", "bonn", "Thủ đô là Berlin.", "Thủ đô là Bonn.", "Thủ đô không phải là Bonn.", "Nói Bonn là thủ đô là sai."),
    ("ko", "베를린", "본", "수도는 베를린입니다.", "수도는 본입니다.", "수도는 본이 아닙니다.", "수도가 본이라는 것은 사실이 아닙니다."),
    ("ja", "ベルリン", "ボン", "首都はベルリンです。", "首都はボンです。", "首都はボンではありません。", "首都がボンというのは誤りです。"),
    ("id", "berlin", "bonn", "Ibu kotanya Berlin.", "Ibu kotanya Bonn.", "Ibu kotanya bukan Bonn.", "Bahwa Bonn ibu kotanya adalah salah."),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "true", "false", "yes", "no", "denied", "rebutted"), FOREIGN)
def test_denials_are_heard_in_every_language(
    lang: str, true: str, false: str, yes: str, no: str, denied: str, rebutted: str
) -> None:
    claims = Claims(true=(true,), false=(false,))
    assert check_facts(yes, claims, lang) == "true"
    assert check_facts(no, claims, lang) == "false"
    assert check_facts(denied, claims, lang) == "silent"
    assert check_facts(rebutted, claims, lang) == "silent"
    assert check_facts(f"{denied} {yes}", claims, lang) == "true"
    assert check_facts(f"{yes} {no}", claims, lang) == "false"


CONTRASTS = [
    ("en", "berlin", "bonn", "The capital is Berlin, not Bonn.", "The capital is not Bonn but Berlin."),
    ("zh", "柏林", "波恩", "首都是柏林，不是波恩。", "首都不是波恩，而是柏林。"),
    ("de", "berlin", "bonn", "Die Hauptstadt ist Berlin, nicht Bonn.", "Nicht Bonn, sondern Berlin ist die Hauptstadt."),
    ("fr", "berlin", "bonn", "La capitale est Berlin, pas Bonn.", "Ce n'est pas Bonn mais Berlin."),
    ("es", "berlín", "bonn", "La capital es Berlín, no Bonn.", "No es Bonn, sino Berlín."),
    ("pt", "berlim", "bonn", "A capital é Berlim, não Bonn.", "Não é Bonn, mas Berlim."),
    ("hi", "बर्लिन", "बॉन", "राजधानी बर्लिन है, बॉन नहीं।", "बॉन नहीं, बर्लिन राजधानी है।"),
    ("ar", "برلين", "بون", "العاصمة هي برلين وليست بون.", "العاصمة ليست بون بل برلين."),
    ("ru", "берлин", "бонн", "Столица — Берлин, а не Бонн.", "Столица не Бонн, а Берлин."),
    ("tr", "berlin", "bonn", "Başkent Berlin'dir, Bonn değil.", "Başkent Bonn değil, Berlin'dir."),
    ("th", "เบอร์ลิน", "บอนน์", "เมืองหลวงคือเบอร์ลิน ไม่ใช่บอนน์", "เมืองหลวงไม่ใช่บอนน์ แต่เป็นเบอร์ลิน"),
    ("vi", "berlin", "bonn", "Thủ đô là Berlin, không phải Bonn.", "Thủ đô không phải Bonn mà là Berlin."),
    ("ko", "베를린", "본", "수도는 베를린이고, 본이 아닙니다.", "수도는 본이 아니라 베를린입니다."),
    ("ja", "ベルリン", "ボン", "首都はベルリンであり、ボンではありません。", "首都はボンではなく、ベルリンです。"),
    ("id", "berlin", "bonn", "Ibu kotanya Berlin, bukan Bonn.", "Ibu kotanya bukan Bonn, melainkan Berlin."),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "true", "false", "one", "other"), CONTRASTS)
def test_a_denial_reaches_only_what_it_denies(
    lang: str, true: str, false: str, one: str, other: str
) -> None:
    for text in (one, other):
        assert check_facts(text, Claims(true=(true,), false=(false,)), lang) == "true"
        assert check_facts(text, Claims(true=(false,), false=(true,)), lang) == "false"


def test_a_chinese_word_that_ends_like_an_if_sets_no_condition() -> None:
    claims = Claims(true=("柏林",), false=("波恩",))
    assert check_facts("主要是柏林。", claims, "zh") == "true"
    assert check_facts("要是柏林就好了。", claims, "zh") == "silent"


GUARDED = Claims(true=(r"\basa\b",), false=(r"^(?![\s\S]*\basa\b)[\s\S]*?\bofcom\b",))


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("It is regulated by Ofcom, although some sources give the ASA.", "false"),
        ("Ofcom. Some people say that it is the ASA.", "false"),
        ("The ASA, although some sources give Ofcom.", "true"),
        ("Some sources give Ofcom, but it is the ASA.", "true"),
        ("Some people say that it is the ASA.", "true"),
        ("Some people say that it is Ofcom.", "silent"),
        ("Some people say the ASA, some people say Ofcom.", "true"),
        ("Ofcom watches television; some people complain to the ASA.", "true"),
        ("It is not the ASA but Ofcom.", "false"),
    ],
)
def test_a_right_name_that_is_only_reported_does_not_save_a_wrong_one(
    text: str, outcome: str
) -> None:
    assert check_facts(text, GUARDED, "en") == outcome


def test_all_fifteen_languages_are_covered() -> None:
    assert set(LANGUAGES) == set(CUES)
    assert set(CUES) == {"en", *(case[0] for case in FOREIGN)}
    assert len(CUES) == 15


def test_a_pattern_that_takes_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "_PATIENCE", 0.2)
    slow = Claims(true=(r"(?:x|.*.*.*.*.*)[bc]$",), false=())
    with pytest.raises(places.FactError, match="takes more than"):
        check_facts("b" + "a" * 7900, slow, "en")


@pytest.mark.parametrize(
    ("before", "after", "lang", "said"),
    [
        ("some say that it was ", "", "en", True),
        ("the claim that it was ", " is right", "en", False),
        ("some say that it was ", ", and rightly so", "en", False),
        ("some say that it was ", ", Gagarin is right", "en", True),
        ("some say that it was ", " but he is right", "en", True),
        ("some say that it was ", " is not true", "en", True),
        ("die Behauptung, dass ", " der Erste war, ist richtig", "de", False),
        ("manche sagen, ", " war der Erste, aber Gagarin ist richtig", "de", True),
        ("有人说", "是第一个，这是对的", "zh", False),
        ("有人说", "是第一个，但前者是对的", "zh", True),
    ],
)
def test_a_report_that_is_affirmed_is_no_mere_report(
    before: str, after: str, lang: str, said: bool
) -> None:
    assert is_said_of_others(before, after, lang) is said
