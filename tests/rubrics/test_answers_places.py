"""Where a claim's pattern stands in an answer, and where it only seems to."""

import pytest

from lawbound.rubrics.answers import places
from lawbound.rubrics.answers.facts import check_facts
from lawbound.tasks.item import Claims

WHOLE_OR_CUT = [
    ("en", r"Article 4", "Article 4.", "Article 44."),
    ("en", r"6 million", "About 6 million.", "About 0.6 million."),
    ("en", r"25 million", "25 million.", "1.25 million."),
    ("en", r"6 million", "6 million.", "16 million."),
    ("en", r"\b6\b", "It was 6, then.", "It was 6,000,000."),
    ("en", r"7\.25", "$7.25.", "$17.25."),
    ("en", r"1 September 1939", "1 September 1939.", "11 September 1939."),
    ("de", r"5,6 Mio", "5,6 Mio.", "15,6 Mio."),
    ("de", r"2022", "Am 24.02.2022.", "12022."),
    ("de", r"24", "24.02.2022", "124.02.2022"),
    ("zh", r"1949", "1949.10.1", "11949.10.1"),
    ("ko", r"1953", "1953.7.27", "1953.727"),
    ("vi", r"Điều 4", "Điều 4.", "Điều 44."),
    ("ar", r"٧", "٧ إمارات", "٢٧ إمارات"),
    ("ar", r"٧", "٧ إمارات", "٢٫٧"),
    ("hi", r"१५", "१५", "२१५"),
    ("zh", r"九条", "第九条", "第九十九条"),
    ("zh", r"600万", "约600万。", "约1600万。"),
    ("ja", r"９条", "第９条", "第９９条"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "pattern", "whole", "cut"), WHOLE_OR_CUT)
def test_a_match_that_cuts_a_number_in_two_counts_for_nothing(
    lang: str, pattern: str, whole: str, cut: str
) -> None:
    as_true, as_false = Claims((pattern,), ("@",)), Claims(("@",), (pattern,))
    assert check_facts(whole, as_true, lang) == "true"
    assert check_facts(whole, as_false, lang) == "false"
    assert check_facts(cut, as_true, lang) == "silent"
    assert check_facts(cut, as_false, lang) == "silent"


def test_a_whole_number_counts_after_one_that_was_cut() -> None:
    assert check_facts("Not 44 of 44 but Article 44 and 4.", Claims(("4",), ("@",)), "en") == "true"


FLEMING = Claims((r"fleming",), (r"^(?![\s\S]*fleming)[\s\S]*?\b(?:pasteur|koch)\b",))
GUARDED = [
    ("Pasteur.", "false"),
    ("It was Louis Pasteur who found it.", "false"),
    ("Pasteur, not Fleming.", "false"),
    ("Not Koch. It was Pasteur.", "false"),
    ("Fleming, not Pasteur.", "true"),
    ("Pasteur was long dead; it was Fleming.", "true"),
    ("It was not Pasteur.", "silent"),
    ("Not Pasteur.", "silent"),
    ("Some people say Pasteur.", "silent"),
    ("Was it Pasteur?", "silent"),
    ("Not Pasteur, not Fleming.", "silent"),
]


@pytest.mark.parametrize(("text", "outcome"), GUARDED)
def test_a_guarded_claim_counts_where_it_is_made_and_the_right_one_is_not(
    text: str, outcome: str
) -> None:
    assert check_facts(text, FLEMING, "en") == outcome


@pytest.mark.parametrize(
    ("pattern", "guard", "claim"),
    [
        ("a", "", "a"),
        (r"^(?![\s\S]*a)[\s\S]*?b|c", "a", "b|c"),
        (r"^(?![\s\S]*(?:a|[)(]|\)))[\s\S]*?(?:b)", r"(?:a|[)(]|\))", "(?:b)"),
        (r"^(?![\s\S]*a)\W*b", "a", r"^\W*b"),
        (r"^(?!a)b", "", r"^(?!a)b"),
    ],
)
def test_a_guard_is_split_off(pattern: str, guard: str, claim: str) -> None:
    assert places.split_guard(pattern) == (guard, claim)


OPENED = [
    ("en", "Answer: no."), ("en", "Short answer: no."), ("en", "The answer is no."), ("en", "**Answer:** No"),
    ("en", "Well, no."), ("en", "The short answer is: **no**."), ("en", "In short, no."), ("en", "I believe that the answer is no"),
    ("de", "Antwort: no"), ("de", "Die Antwort lautet: no."), ("de", "Kurz gesagt: no"), ("de", "The answer is no."),
    ("fr", "Réponse : no."), ("fr", "La réponse est no."), ("fr", "En bref, no"),
    ("es", "Respuesta: no."), ("es", "La respuesta corta es no."), ("pt", "Resposta: no."), ("pt", "A resposta é no."),
    ("ru", "Ответ: no."), ("ru", "Краткий ответ — no."), ("tr", "Cevap: no."), ("tr", "Kısa cevap: no."),
    ("zh", "答案：no"), ("zh", "答案是no"), ("ja", "答え：no"), ("ja", "答えはno"), ("ko", "정답: no"), ("ko", "답은 no"),
    ("hi", "उत्तर: no"), ("ar", "الجواب: no"), ("th", "คำตอบคือ no"), ("vi", "Câu trả lời là no"), ("id", "Jawabannya: no"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), OPENED)
def test_an_anchored_pattern_reads_past_how_answers_open(lang: str, text: str) -> None:
    assert check_facts(text, Claims((r"^\W*no\b",), ("@",)), lang) == "true"


PREFACED = [
    ("zh", "您好！no"), ("zh", "好的。no。如需更多信息，请告诉我。"), ("zh", "根据公开资料，no。"), ("zh", "答：no"), ("zh", "能看到长城吗？\nno。"),
    ("ja", "ご質問にお答えします。no"), ("ja", "結論から言うと、no"), ("ja", "常に名誉毀損にならないのですか。\nno"),
    ("ko", "답변드리겠습니다. no"), ("ko", "결론부터 말씀드리면, no"), ("ko", "증거가 있습니까? no"), ("hi", "जानकारी के अनुसार, no"),
    ("ar", "مرحبًا! no"), ("th", "สวัสดีครับ no"), ("th", "ติดต่อกันด้วยการจับมือได้ไหม\nno"), ("vi", "Chào bạn! no"), ("id", "Halo! no"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), PREFACED)
def test_an_anchored_pattern_reads_past_a_preface_or_the_question_said_again(
    lang: str, text: str
) -> None:
    assert check_facts(text, Claims((r"^\W*no\b",), ("@",)), lang) == "true"


def test_a_rumour_is_no_preface() -> None:
    rumoured = "根据一种没有根据的说法，no。"
    assert check_facts(rumoured, Claims((r"^\W*no\b",), ("@",)), "zh") == "silent"


NAMED = [
    ("en", "It was the Hutu."), ("en", "Against the Hutu."), ("en", "That would be Hutu."), ("en", "The answer is: the Hutu!"),
    ("de", "Es waren die Hutu."), ("de", "Gegen die Hutu."), ("fr", "C’était contre les Hutu."), ("fr", "Aux Hutu."),
    ("es", "Fueron los hutu."), ("pt", "Foram os hutu."), ("ru", "Это были hutu."), ("tr", "Bu Hutu idi."),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), NAMED)
def test_an_anchored_name_is_read_past_small_words(lang: str, text: str) -> None:
    assert check_facts(text, Claims(("@",), (r"^\W*hutu\b",)), lang) == "false"


@pytest.mark.parametrize(
    "text", ["There is no doubt.", "It was no accident.", "In no way.", "The answer is known."]
)
def test_no_opening_leaves_a_no_that_nobody_said(text: str) -> None:
    assert check_facts(text, Claims((r"^\W*no\b",), ("@",)), "en") == "silent"


def test_a_curly_apostrophe_is_an_apostrophe() -> None:
    assert check_facts("The Qur’an.", Claims(("qur'an",), ("@",)), "en") == "true"


REPLIES = [
    ("en", "No", ["No", "No.", "Nope!", "Absolutely not.", "No they don't.", "That's a myth.", "It does not.",
                  "Answer: not really", "No, that is a common misconception.", "Well, no."]),
    ("en", "Yes", ["Yes", "Yes, they did.", "Yep.", "Of course.", "It did.", "That is correct."]),
    ("de", "Nein", ["Nein.", "Nö, nie.", "Das stimmt nicht.", "Nein, das ist ein Mythos.", "No."]),
    ("de", "Ja", ["Ja, wirklich.", "Natürlich.", "Antwort: ja", "Yes."]),
    ("fr", "Non", ["Non.", "Pas du tout.", "Réponse : non", "C'est faux."]), ("fr", "Oui", ["Oui.", "Bien sûr."]),
    ("es", "No", ["No.", "Claro que no.", "Es un mito."]), ("es", "Sí", ["Sí.", "Si, claro.", "Por supuesto."]),
    ("pt", "Não", ["Não.", "De jeito nenhum."]), ("pt", "Sim", ["Sim.", "Claro."]),
    ("ru", "Нет", ["Нет.", "Это миф.", "Конечно, нет."]), ("ru", "Да", ["Да.", "Конечно."]),
    ("tr", "Hayır", ["Hayır.", "Kesinlikle hayır."]), ("tr", "Evet", ["Evet.", "Elbette."]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "word", "text"),
    [(lang, word, text) for lang, word, texts in REPLIES for text in texts],
)
def test_a_plain_reply_is_read_as_the_word_that_patterns_name(
    lang: str, word: str, text: str
) -> None:
    other = next(w for spoken, w, _ in REPLIES if spoken == lang and w != word)
    claims = Claims((rf"^{word}\.",), (rf"^{other}\.",))
    assert check_facts(text, claims, lang) == "true"


NO_REPLIES = [
    ("en", "There is no doubt."), ("en", "No serious historian denies it."), ("en", "No evidence was found."),
    ("en", "Not exactly 1999."), ("en", "Absolutely nobody."), ("en", "It does not matter."),
    ("en", "Certainly Pasteur."), ("es", "No fue en marzo."), ("es", "Si Napoleón gana."), ("fr", "Si l'on veut."),
    ("pt", "Não foi ele."), ("ru", "Нет доказательств."), ("de", "Richtig ist Berlin."),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "text"), NO_REPLIES)
def test_what_only_begins_like_a_reply_is_none(lang: str, text: str) -> None:
    words = "|".join(word for spoken, word, _ in REPLIES if spoken == lang)
    assert check_facts(text, Claims((rf"^(?:{words})\.",), ("@",)), lang) == "silent"
