"""Finding the final answer in a text: what stands after ``Answer:``, in a box, or at the very end.

The last explicit statement wins. A writer who changes their mind after it (``Wait, actually 15``) is
taken at their word. Without any explicit statement the last sentence counts, unless it declines.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

_LABELS = (
    "final answer|answer|antwort|réponse finale|réponse|respuesta final|respuesta|resposta final|resposta|"
    "अंतिम उत्तर|उत्तर|जवाब|الإجابة النهائية|الإجابة|الجواب|окончательный ответ|ответ|cevap|yanıt|คำตอบสุดท้าย|คำตอบ|ตอบ|"
    "đáp án|đáp số|câu trả lời|trả lời|정답|최종 답|답변|답|最終的な答え|答え|解答|回答|最终答案|答案|答|jawaban akhir|jawaban"
)
_RESULTS = "result|ergebnis|endergebnis|lösung|résultat|resultado|परिणाम|النتيجة|результат|sonuç|ผลลัพธ์|kết quả|결과|結果|结果|hasil"
"""Words that also announce intermediate results; they count only with a colon."""
_COPULAS = r"is|would be|must be|equals|ist|lautet|beträgt|est|es|é|है|هو|هي|is|dır|olur|คือ|là|은|는|は|是|为|為|adalah|ialah"
_MARK = re.compile(
    rf"(?<!\w)(?:{_LABELS})\s*(?:(?:\([^()\n]{{0,30}}\)|to the question)\s*)?(?:\s*(?:{_COPULAS})(?!n['’]t|[a-zà-ÿ])\s*[:：]?|\s*[:：]|\s*=)",
    re.IGNORECASE,
)
_RESULT = re.compile(rf"(?<!\w)(?:{_RESULTS})\s*[:：]", re.IGNORECASE)
_ANNOUNCE = re.compile(r"(?:^|\n)[^\S\n]*#{4}\s", re.IGNORECASE)
_TURN = re.compile(
    r"\b(?:wait|actually|hold on|correction|scratch that|i mean|on second thought|let me (?:redo|recheck|correct|re-\w+)|"
    r"moment|korrektur|nein|attendez|en réalité|espera|corrección|na verdade|подождите|на самом деле|точнее)\b"
    r"|不对|等等|更正|应该是|待って|いや|訂正|잠깐|아니|दरअसल|في الحقيقة|aslında|tunggu|sebenarnya|thực ra",
    re.IGNORECASE,
)
_RESTATED = re.compile(
    r"\b(?:it['’]s|it is|it should be|should be|must be|that['’]s|that is|make (?:it|that)|is|es sind|es ist|c['’]est|es|é|это|là|adalah)\b[ :]*"
    r"|应该是|应为|是|です|입니다|=",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_LONGEST = 20_000
"""Characters at the end of a text that are searched: a final answer is there or nowhere."""
_MOST = 20
"""Most statements, and changes of mind after the last one, that are looked at."""
_STRETCH = 600
"""Most characters of a stretch that are read."""
_REACH = 160
"""Most characters between a change of mind and the new answer."""
_DECLINES = re.compile(
    r"\b(?:can(?:no|')t|cannot|unable to|not able to|won't|will not|refuse|decline|not (?:provide|comfortable)|sorry|"
    r"apologi[sz]e|not possible to (?:say|tell|determine)|not enough information|leider|kann (?:ich )?nicht|je ne peux pas|désolé|"
    r"no puedo|lo siento|não posso|desculpe|не могу|извините|yapamam|üzgünüm|tidak (?:dapat|bisa)|maaf|không thể|xin lỗi)\b"
    r"|无法|不能|抱歉|对不起|できません|申し訳|수 없습니다|죄송|नहीं (?:कर|बता) सकता|माफ़|لا أستطيع|لا يمكنني|عذر|ไม่สามารถ|ขอโทษ",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of text that states an answer."""

    text: str
    explicit: bool
    """Whether it is marked as the answer, not merely the last thing said."""
    items: tuple[str, ...] = ()
    """The items of the list that it opens, if it opens one; the text is the first of them."""


def candidates(text: str) -> tuple[Candidate, ...]:
    """Stretches that state the final answer, the most binding first."""
    plain = _without_markup(text[-_LONGEST:])
    found = _explicit(plain)
    if found:
        return tuple(found)
    if not plain.strip() or declines(plain):
        return ()
    return (Candidate(_sentences(plain)[-1][-_STRETCH:], False),)


def declines(text: str) -> bool:
    """Whether a text says that it will not or cannot answer."""
    return _DECLINES.search(text) is not None


def _without_markup(text: str) -> str:
    if "</think>" in text:
        text = re.sub(r"<think>.*?</think>", " ", text, flags=re.DOTALL)
    text = re.sub(
        r"\*\*|__|`+|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|^#{1,3} ", "", text, flags=re.MULTILINE
    )
    return re.sub(r"\\(?:text|mathrm|mathbf|textbf)\s*\{([^{}]*)\}", r"\1", text)


def _explicit(text: str) -> list[Candidate]:
    """Marked stretches, the last one first; a change of mind after it comes before it."""
    marks = [m for mark in (_MARK, _RESULT, _ANNOUNCE) for m in mark.finditer(text)]
    spans = sorted([*((m.start(), m.end(), _after(text, m.end())) for m in marks), *_boxes(text)])[
        -_MOST:
    ]
    if not spans:
        return []
    found: list[Candidate] = []
    _, end, last = spans[-1]
    turns = list(_TURN.finditer(text, end))[-_MOST:]
    if turns:
        minds = [_new_mind(text[turn.end() : turn.end() + _REACH]) for turn in turns]
        found = [Candidate(stretch, False) for mind in minds for stretch in mind][-1:]
        before = text[end : turns[0].start()].strip()
        last = before.split("\n")[0] if before else last
    marked = [(last, end), *((stretch, end) for _, end, stretch in reversed(spans[:-1]))]
    return found + [
        Candidate(_positive(stretch)[:_STRETCH], True, _items(stretch, text[end:]))
        for stretch, end in marked
        if re.search(r"\w", _positive(stretch))
    ]


def _items(stretch: str, rest: str) -> tuple[str, ...]:
    """The list on the lines after a mark, if its stretch is the first item."""
    lines = [line for line in rest[:_STRETCH].lstrip().split("\n") if line.strip()]
    listed = list(takewhile(_ITEM.match, lines))
    if not listed or listed[0].strip() != stretch.strip():
        return ()
    return tuple(_ITEM.sub("", line) for line in listed)


def _new_mind(text: str) -> list[str]:
    """The answer after a change of mind, if it is restated and not only doubted."""
    rest = text.strip(" ,.:;-—\n")
    if re.match(r"(?:not\b.*?\bbut\b\s*)?(?:\S{0,2}\d|[^\W\d_]+[.!]?\s*$)", rest):
        return [_positive(rest.split("\n")[0])]
    restated = [
        _sentences(rest[m.end() :])[0] for m in _RESTATED.finditer(rest) if rest[m.end() :].strip()
    ]
    return [
        stretch for stretch in restated if re.match(r"\W{0,3}\w+\W{0,3}(?:$|\w+\W{0,2}$)", stretch)
    ][-1:]


def _after(text: str, start: int) -> str:
    """The rest of the line, or the next line that is not empty."""
    line, _, rest = text[start:].partition("\n")
    if re.search(r"[^\s:.\-]", line.replace("\\[", "").replace("$$", "")):
        return line
    return next((found for found in rest.split("\n") if re.search(r"\w", found)), "")


def _boxes(text: str) -> list[tuple[int, int, str]]:
    found = []
    for match in list(re.finditer(r"\\(?:boxed|fbox)\s*\{", text))[-_MOST:]:
        depth, end = 1, match.end()
        limit = min(len(text), match.end() + _STRETCH)
        while end < limit and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        found.append((match.start(), end, text[match.end() : end - 1 if not depth else end]))
    return found


def _positive(stretch: str) -> str:
    """The text without what it denies: ``not 12 but 15`` says 15."""
    match = re.match(
        r"\s*(?:not|isn't|nicht|pas|no|não|не)\s.*?\b(?:but|sondern|mais|sino|mas|а)\b(.*)",
        stretch,
        re.S,
    )
    return match.group(1) if match else stretch


def _sentences(text: str) -> list[str]:
    """Sentences; a full stop inside a number does not end one."""
    parts = re.split(r"(?<=[.!?])\s+|[。！？।\n]+", text)
    return [part for part in parts if part.strip()] or [text]
