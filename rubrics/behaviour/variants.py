"""Characters with several variants, each with the one that the lexicons use."""

from collections.abc import Collection

Pairs = Collection[tuple[str, str]]
"""(character, replacement) pairs; no replacement is itself replaced."""
ASCII_KEEPS: Pairs = (("`", "'"), ("\r", "\n"))
"""Pairs that a purely ASCII text leaves alone."""
QUOTES: Pairs = (
    ("’", "'"), ("‘", "'"), ("ʼ", "'"), ("“", '"'), ("”", '"'), ("„", '"'), ("«", '"'), ("»", '"'),
    ("\u00a0", " "), ("\u202f", " "), ("\u200b", ""), ("\u200c", ""), ("\u200d", ""),
    ("\ufeff", ""), ("*", ""), *ASCII_KEEPS,
)  # fmt: skip
# Arabic letters that writers use interchangeably, and vowel marks; Turkish dotted capital I.
FOLD: Pairs = (
    ("أ", "ا"), ("إ", "ا"), ("آ", "ا"), ("ٱ", "ا"), ("ى", "ي"), ("ؤ", "و"), ("ئ", "ي"), ("ء", ""), ("ـ", ""),
    *[(chr(mark), "") for mark in range(0x064B, 0x0660)],
    ("\u0307", ""), ("？", "?"), ("！", "!"), ("，", ","), ("：", ":"), ("；", ";"), ("（", "("), ("）", ")"),
)  # fmt: skip
# Traditional Chinese characters in words of the lexicon; Japanese keeps its own.
FOLD_HAN: Pairs = list(
    zip(
        "無與請問題幫內應該這個們為說話對見觀點認譯寫創關於違規範圍參討論評務謝絕過會來時實際錯誤證據專業醫師諮詢熱線僅構議權領導堅決護統國產黨擇選學習沒辦換談從爭場樣將須協",
        "无与请问题帮内应该这个们为说话对见观点认译写创关于违规范围参讨论评务谢绝过会来时实际错误证据专业医师咨询热线仅构议权领导坚决护统国产党择选学习没办换谈从争场样将须协",
        strict=True,
    )
)
SAME_LENGTH: Pairs = (
    ("“", '"'), ("”", '"'), ("„", '"'), ("«", '"'), ("»", '"'), ("‘", "'"), ("’", "'"),
)  # fmt: skip
"""Only quotation marks, so that offsets do not change."""


def folded(text: str) -> str:
    """The text with one character for variants that writers use interchangeably, and ASCII for full-width punctuation."""
    return replaced(text, FOLD)


def replaced(text: str, pairs: Pairs) -> str:
    """The text with these characters replaced. `str.translate` would look up every character; hardly any is replaced."""
    for char, other in pairs:
        if char in text:
            text = text.replace(char, other)
    return text


def occurring(text: str, pairs: Pairs) -> Pairs:
    """The pairs whose character occurs in the text."""
    return [pair for pair in pairs if pair[0] in text]
