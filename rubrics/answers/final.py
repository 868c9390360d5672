"""Finding the final answer in a text: what stands after ``Answer:``, in a box, or at the very end.

The last explicit statement wins. A writer who changes their mind after it (``Wait, actually 15``) is
taken at their word. Without any explicit statement the last sentence counts, unless it declines.
"""

import re
from dataclasses import dataclass

_LABELS = (
    "final answer|answer|result|antwort|endergebnis|ergebnis|lösung|réponse finale|réponse|résultat|respuesta final|"
    "respuesta|resultado|resposta final|resposta|अंतिम उत्तर|उत्तर|जवाब|الإجابة النهائية|الإجابة|الجواب|النتيجة|"
    "окончательный ответ|ответ|cevap|yanıt|sonuç|คำตอบสุดท้าย|คำตอบ|ตอบ|đáp án|đáp số|câu trả lời|trả lời|"
    "정답|최종 답|답변|답|最終的な答え|答え|解答|回答|最终答案|答案|答|jawaban akhir|jawaban"
)
_COPULAS = r"is|would be|must be|equals|ist|lautet|beträgt|est|es|é|है|هو|هي|is|dır|olur|คือ|là|은|는|は|是|为|為|adalah|ialah"
_MARK = re.compile(
    rf"(?<!\w)(?:{_LABELS})\s*(?:(?:\([^()\n]{{0,30}}\)|to the question)\s*)?(?:\s*(?:{_COPULAS})\s*[:：]?|\s*[:：]|\s*=)",
    re.IGNORECASE,
)
_ANNOUNCE = re.compile(r"(?:^|\n)\s*#{4}\s", re.IGNORECASE)
_TURN = re.compile(
    r"\b(?:wait|actually|hold on|correction|scratch that|i mean|on second thought|let me (?:re|correct)|sorry|"
    r"moment|korrektur|nein|attendez|non|en réalité|espera|corrección|na verdade|подождите|на самом деле|точнее)\b"
    r"|不对|等等|更正|应该是|待って|いや|訂正|잠깐|아니|दरअसल|في الحقيقة|aslında|tunggu|sebenarnya|thực ra",
    re.IGNORECASE,
)
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
    """Marked as the answer, not merely the last thing said."""


def candidates(text: str) -> tuple[Candidate, ...]:
    """Stretches that state the final answer, the most binding first."""
    plain = _without_markup(text)
    found = [Candidate(stretch, True) for stretch in _explicit(plain)]
    if found:
        return tuple(found)
    if not plain.strip() or _DECLINES.search(plain):
        return ()
    last = _sentences(plain)[-1]
    return (Candidate(last, False),)


def _without_markup(text: str) -> str:
    text = re.sub(r"<think>.*?</think>", " ", text, flags=re.DOTALL)
    text = re.sub(
        r"\*\*|__|`+|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|^#{1,3} ", "", text, flags=re.MULTILINE
    )
    return re.sub(r"\\(?:text|mathrm|mathbf|textbf)\s*\{([^{}]*)\}", r"\1", text)


def _explicit(text: str) -> list[str]:
    """Marked stretches, the last one first, each preceded by a change of mind after it."""
    spans = [(m.start(), m.end(), _after(text, m.end())) for m in _MARK.finditer(text)]
    spans += [(m.start(), m.end(), _after(text, m.end())) for m in _ANNOUNCE.finditer(text)]
    spans += _boxes(text)
    spans.sort(key=lambda span: span[0])
    stretches: list[str] = []
    for start, end, stretch in reversed(spans):
        if not stretches:
            turn = _TURN.search(text, end)
            if turn is not None:
                stretches.append(_positive(text[turn.end() :].strip(" ,.:;\n")))
                stretch = text[end : turn.start()] if text[end : turn.start()].strip() else stretch
        del start
        stretches.append(_positive(stretch))
    return [s for s in stretches if s.strip(" .:;-")]


def _after(text: str, start: int) -> str:
    """The rest of the line, or the next line that says something."""
    line, _, rest = text[start:].partition("\n")
    if re.search(r"[^\s:.\-]", line.replace("\\[", "").replace("$$", "")):
        return line
    return next((found for found in rest.split("\n") if re.search(r"\w", found)), "")


def _boxes(text: str) -> list[tuple[int, int, str]]:
    found = []
    for match in re.finditer(r"\\(?:boxed|fbox)\s*\{", text):
        depth, end = 1, match.end()
        while end < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        found.append((match.start(), end, text[match.end() : end - 1 if not depth else end]))
    return found


def _positive(stretch: str) -> str:
    """``not 12 but 15`` says 15."""
    match = re.match(
        r"\s*(?:not|isn't|nicht|pas|no|não|не)\s.*?\b(?:but|sondern|mais|sino|mas|а)\b(.*)",
        stretch,
        re.S,
    )
    return match.group(1) if match else stretch


def _sentences(text: str) -> list[str]:
    """Sentences; a full stop inside a number is none."""
    parts = re.split(r"(?<=[.!?])\s+|[。！？।\n]+", text)
    return [part for part in parts if part.strip()] or [text]
