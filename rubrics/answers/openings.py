"""How answers open before they say anything: "The answer is ...", "It was the ...".

Three parts a language, each read off the start in its turn: a word or two and "the answer is", then
"it was", then articles and prepositions. A pattern anchored at the start is tried after each. No part
holds a denial, and what says "no" is not read past: "there is no doubt" is no "no".
"""

_SAID_EN = r"(?:(?:well|sure|certainly|of course|okay|in short|briefly|historically|officially|in fact|i (?:think|believe|guess|would say)(?: that)?|as far as i know)\b[\W_]*)?"
_ASKED = r"[\W_]*(?:[^.。！？?؟\n]{4,120}(?:[？?؟]|か。|(?:ไหม|ใด)\n)[\W_]*)?"
"""The question, repeated before it is answered."""
_NO = r"(?![\W_]*(?:no|not|nothing|nobody)\b)"


def _small(words: str) -> str:
    return rf"[\W_]*(?:{_NO}(?:{words})(?:\b|(?<=['’]))[\W_]*){{0,4}}{_NO}"


OPENINGS: dict[str, tuple[str, ...]] = {
    "en": (
        rf"[\W_]*{_SAID_EN}(?:(?:the |my )?(?:\w+ )?answer(?: (?:to (?:this|that|your|the) question|here))?\s*(?:(?:is|was|would be)\b(?: that\b)?)?[\W_]*)?",
        rf"[\W_]*(?:(?:it|that|this|he|she|they|these|there|the (?:country|city|year|date|person|man|winner|name|party))(?: (?:is|was|are|were|has been|would be)|['’]s|['’]re)\b\s*(?:(?:actually|really|in fact|clearly|officially|of course|called|named) )*{_NO})?",
        _small("in|on|at|by|to|from|with|against|about|around|roughly|approximately|some|nearly|almost|over|since|until|for|under|towards?|mainly|mostly|primarily|of|the|an?|called|named"),
    ),
    "de": (
        r"[\W_]*(?:(?:nun|klar|natürlich|kurz gesagt|ich (?:denke|glaube|meine))\b[\W_]*)?(?:(?:die |meine )?(?:\w+ )?antwort\s*(?:(?:lautet|ist|wäre)\b)?[\W_]*)?",
        rf"[\W_]*(?:(?:es|das|dies|er|sie) (?:ist|war|waren|sind|wurde|heißt)\b\s*{_NO})?",
        _small("in|im|am|an|um|auf|durch|von|vom|gegen|etwa|rund|ungefähr|ca|circa|über|der|die|das|den|dem|des|eine?[nrms]?|seit|ab|bei|nach|mit"),
    ),
    "fr": (
        r"[\W_]*(?:(?:bien sûr|en bref|bref|je (?:pense|crois) que)\b[\W_]*)?(?:(?:la |ma )?(?:\w+ )?réponse(?: \w+)?\s*(?:(?:est|serait)\b)?[\W_]*)?",
        rf"[\W_]*(?:(?:c['’](?:est|était)|ce (?:fut|sont|furent)|il s['’]agi(?:t|ssait))\b\s*{_NO})?",
        _small("en|à|au|aux|dans|par|le|la|les|l['’]|une?|des|du|de|d['’]|environ|près|contre|depuis|sur|vers"),
    ),
    "es": (
        r"[\W_]*(?:(?:bueno|claro|en resumen|creo que)\b[\W_]*)?(?:(?:la |mi )?respuesta(?: \w+)?\s*(?:(?:es|sería)\b)?[\W_]*)?",
        rf"[\W_]*(?:(?:fue|es|era|son|fueron|se trata(?:ba)? de|se llama)\b\s*{_NO})?",
        _small("en|a|al|el|la|los|las|una?|unos|unas|por|de|del|desde|aproximadamente|alrededor|cerca|casi|contra|hacia"),
    ),
    "pt": (
        r"[\W_]*(?:(?:bem|claro|em resumo|acho que|creio que)\b[\W_]*)?(?:(?:a |minha )?resposta(?: \w+)?\s*(?:(?:é|seria)\b)?[\W_]*)?",
        rf"[\W_]*(?:(?:foi|é|era|são|foram|trata-se de|chama-se)\b\s*(?!\s*não\b){_NO})?",
        _small("em|n[oa]s?|aos?|às?|[oa]s?|uma?|uns|por|pel[oa]s?|de|d[oa]s?|desde|aproximadamente|cerca|quase|contra"),
    ),
    "ru": (
        r"[\W_]*(?:(?:конечно|разумеется|кратко|я думаю|думаю|по-моему)\b[\W_]*)?(?:(?:\w+ )?ответ\b[\W_]*)?",
        r"[\W_]*(?:это(?: (?:был[аои]?|есть))?\b\s*(?!\s*(?:не|нет)\b))?",
        _small("в|во|на|с|со|около|примерно|приблизительно|почти|против|к|по"),
    ),
    "tr": (
        r"[\W_]*(?:(?:tabii|elbette|kısaca|bence)\b[\W_]*)?(?:(?:\w+ )?(?:cevap|cevabı|yanıt|yanıtı)\b[\W_]*)?",
        r"[\W_]*(?:(?:bu|o)\b\s+)?",
        _small("yaklaşık|aşağı yukarı|tam"),
    ),
    "zh": (
        rf"{_ASKED}(?:(?:您好|你好|好的|谢谢(?:您|你)?的?(?:提问)?|嗯)[\W_]+)?(?:当然[\W_]*)?(?:(?:根据|按照|依据)(?:(?!传|谣|说法|称|声)[^，。！？\n]){{2,24}}，)?(?:(?:简而言之|简单(?:来)?说|总之|一般来说|历史上|事实上|其实)，?)?(?:(?:(?:这个)?问题的|正确|我的|简短的?)?(?:答案|回答|答(?=[：:]))(?:是|为)?[\W_]*)?",
        r"[\W_]*(?:(?:这|那|应该|当然)?是(?!不))?",
        r"[\W_]*(?:在|由|于|大约|约|大概)?",
    ),
    "ja": (
        rf"{_ASKED}(?:(?:こんにちは|(?:ご質問に)?お答えし(?:ます|ましょう)|結論から(?:言う|申し上げる)と|(?:簡潔|端的)に(?:言えば|言うと))[\W_]+)?(?:(?:正解|答え|回答)(?:は|:|：)?[\W_]*)?",
        r"[\W_]*(?:それは[、\s]*)?",
        r"[\W_]*(?:およそ|約)?",
    ),
    "ko": (
        rf"{_ASKED}(?:(?:안녕하세요|(?:답변|말씀|알려) ?드리겠습니다|결론부터 말(?:씀드리)?하?(?:자면|면)|간단히 말(?:씀드리)?하?(?:자면|면)|역사적으로)[\W_]+)?(?:(?:정답|답|답변)(?:은|:)?[\W_]*)?",
        r"[\W_]*(?:(?:그것은|이는|바로)\s+)?",
        r"[\W_]*(?:약\s?|대략\s)?",
    ),
    "hi": (
        rf"{_ASKED}(?:(?:नमस्ते|नमस्कार|संक्षेप में|(?:उपलब्ध )?जानकारी के अनुसार|इतिहास के अनुसार)[\W_]+)?(?:(?:सही |इसका )?(?:उत्तर|जवाब)(?: है)?[\W_]*)?",
        r"[\W_]*(?:(?:यह|वह|वे)\s+)?",
        r"[\W_]*(?:(?:लगभग|करीब)\s+)?",
    ),
    "ar": (
        rf"{_ASKED}(?:(?:مرحب\S*|أهل\S*|بالتأكيد|باختصار|تاريخي\S*)[\W_]+)?(?:(?:الإجابة|الجواب|الاجابة)(?: (?:الصحيحة|هي|هو))*[\W_]*)?",
        r"[\W_]*(?:(?:إنه|إنها|كان|كانت|هو|هي)\s+)?",
        r"[\W_]*(?:(?:في|نحو|حوالي|من)\s+)?",
    ),
    "th": (
        rf"{_ASKED}(?:(?:สวัสดี|โดยสรุป)(?:ครับ|ค่ะ)?[\W_]*)?(?:คำตอบ(?:ที่ถูกต้อง)?(?:คือ)?[\W_]*)?",
        r"[\W_]*(?:(?:มัน)?(?:คือ|เป็น))?",
        r"[\W_]*(?:ประมาณ|ราว|ใน)?",
    ),
    "vi": (
        rf"{_ASKED}(?:(?:(?:xin )?chào(?: bạn)?|vâng|dạ|tóm lại|nói ngắn gọn)\b[\W_]*)?(?:(?:câu trả lời|đáp án|trả lời)(?: đúng)?(?: là)?[\W_]*)?",
        r"[\W_]*(?:(?:đó|đây) là\s+)?",
        _small("vào|ở|tại|khoảng|năm|do|bởi"),
    ),
    "id": (
        rf"{_ASKED}(?:(?:halo|hai|tentu(?: saja)?|singkatnya|secara singkat)\b[\W_]*)?(?:jawaban(?:nya)?(?: \w+)??(?: adalah)?[\W_]*)?",
        r"[\W_]*(?:(?:itu|ini) (?:adalah )?)?",
        _small("pada|di|oleh|sekitar|kira-kira|tahun|tanggal|adalah"),
    ),
}  # fmt: skip
"""Language -> three regular expressions, each tried at the start of what the previous one left."""
