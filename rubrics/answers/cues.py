"""Words around a claim that show it is not being made: denied, rebutted, or reported to be rejected.

``before`` and ``after`` the claim within its sentence; verb-final languages deny after it. ``report``
stands before a claim that is somebody else's. Phrases in ``harmless`` only look like a denial.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cues:
    """Regular expressions without anchors, matched case-insensitively."""

    before: str
    after: str
    report: str
    harmless: str = ""
    close: str = r"(?!)"
    """Bare denials that end a clause; they reach back to the last comma only."""


_EN = Cues(
    before=r"\b(?:not|no|never|neither|nor|none|cannot|without|(?:is|was|are|were|do|does|did|has|have|had|ca|could|wo|would|should)n['’]t|"
    r"false(?:ly)?|untrue|myth|incorrect(?:ly)?|wrong(?:ly)?|contrary to|instead of|rather than|hoax|debunked?|rejects?|refut\w+|baseless|denies|"
    r"no evidence)\b",
    after=r"\b(?:(?:is|was|are|were|would be|has been|have been)(?: simply| just| plainly| entirely| completely)? "
    r"(?:false|untrue|wrong|incorrect|not (?:true|correct|right|the case|accurate|so)|a (?:common )?(?:myth|misconception|hoax|lie|falsehood)|"
    r"baseless|unfounded|debunked|disproved|refuted|inaccurate|mistaken)|isn['’]t (?:true|correct|so|right)|(?:never|did not) happen(?:ed)?|"
    r"(?:has|have) no basis|contradicts)\b",
    report=r"\b(?:(?:some|many|certain|other) (?:people|sources|voices|writers|users)|deniers?|conspiracy|rumou?rs?|critics|propaganda|"
    r"(?:the )?(?:claim|claims|allegation|assertion|idea|notion|belief|theory|misconception|rumou?r|statement|premise)s? that|claimed?|alleg\w+|"
    r"supposed(?:ly)?|purported(?:ly)?|you (?:said|say|suggest|mention)\w*|often (?:said|believed|thought))\b",
    harmless=r"\b(?:no doubt|not only|no less than|not just|without (?:a )?(?:doubt|question)|no question|not merely|nothing but|no later than|"
    r"no fewer than|no longer|cannot be denied|undeniabl[ey])\b",
)

CUES: dict[str, Cues] = {
    "en": _EN,
    "zh": Cues(
        before=r"不是|并非|并没有|没有|不会|未曾|从未|错误|谣言|误解|不属实|否认|驳斥|而非|不应|虚假",
        after=r"不属实|是错误|是假|并不正确|不正确|不对|是谣言|是误解|不准确|毫无根据|没有根据|站不住脚|不符合事实|的说法是错|并非事实",
        report=r"有人(?:说|认为|声称)|声称|据称|谣传|所谓|的说法|传言|一些人",
        harmless=r"毫无疑问|不仅|不只|不但|没有疑问|不少于|无疑",
    ),
    "de": Cues(
        before=r"\b(?:nicht|kein\w*|nie|niemals|weder|falsch\w*|unwahr|mythos|irrig\w*|entgegen|statt|anstatt|widerlegt\w*|bestreite\w*|leugne\w*)\b",
        after=r"\b(?:(?:ist|war|sind|waren) (?:aber |jedoch )?(?:falsch|unwahr|unzutreffend|widerlegt|ein (?:mythos|irrtum|märchen)|nicht (?:wahr|richtig|korrekt|der fall))|stimmt nicht|trifft nicht zu)\b",
        report=r"\b(?:behaupt\w+|angeblich\w*|manche (?:sagen|meinen)|gerücht\w*|vermeintlich\w*|verschwörung\w*|leugner\w*)\b",
        harmless=r"\b(?:kein(?:en)? zweifel|zweifellos|nicht nur|ohne zweifel|nicht weniger als)\b",
        close=r"\bnicht\b",
    ),
    "fr": Cues(
        before=r"\b(?:ne|n['’]\w+|pas|jamais|aucun\w*|ni|faux|fausse\w*|mythe|contrairement|au lieu|erron\w+|démenti\w*|réfut\w+)\b|\bn['’]",
        after=r"\b(?:(?:est|était|sont) (?:donc )?(?:faux|fausse|inexact\w*|erroné\w*|un mythe|une erreur|démenti\w*)|n['’]est pas (?:vrai|exact|correct))\b",
        report=r"\b(?:certains (?:disent|affirment|prétendent)|prétend\w*|soi-disant|rumeur\w*|prétendument|négationniste\w*|complot\w*)\b",
        harmless=r"\b(?:sans (?:aucun )?doute|non seulement|pas seulement|aucun doute|pas moins de)\b",
    ),
    "es": Cues(
        before=r"\b(?:no|nunca|jamás|ningun\w*|ni|falso|falsa|mito|errón\w+|contrario|en lugar|incorrect\w+|niega|refuta\w*|tampoco)\b",
        after=r"\b(?:(?:es|era|son|fue) (?:falso|falsa|un mito|incorrect\w+|errón\w+|un error|mentira)|no (?:es|son|era) (?:cierto|verdad|correct\w+))\b",
        report=r"\b(?:algunos (?:dicen|afirman|creen)|supuest\w+|presunt\w+|rumor\w*|afirma\w* que|dicen que|negacionista\w*|se dice)\b",
        harmless=r"\b(?:sin (?:ninguna )?duda|no solo|no sólo|no hay duda|nada menos)\b",
    ),
    "pt": Cues(
        before=r"\b(?:não|nunca|jamais|nenhum\w*|nem|falso|falsa|mito|errad\w+|contrário|em vez|incorret\w+|nega|refuta\w*|tampouco)\b",
        after=r"\b(?:(?:é|era|são|foi) (?:falso|falsa|um mito|incorret\w+|errad\w+|um erro|mentira)|não (?:é|são|era) (?:verdade|verdadeir\w+|corret\w+))\b",
        report=r"\b(?:alguns (?:dizem|afirmam|acreditam)|supost\w+|alegad\w+|boato\w*|afirmam que|dizem que|negacionista\w*|diz-se)\b",
        harmless=r"\b(?:sem (?:nenhuma )?dúvida|não só|não apenas|não há dúvida)\b",
    ),
    "hi": Cues(
        before=r"गलत|झूठ|मिथक|असत्य|इसके विपरीत|बजाय|कभी नहीं|भ्रम",
        after=r"गलत (?:है|था|हैं)|झूठ|मिथक|असत्य|सच नहीं|सही नहीं|निराधार",
        report=r"कुछ लोग|दावा|अफवाह|कथित|कहा जाता है",
        harmless=r"न केवल|इसमें कोई संदेह नहीं|निस्संदेह|ही नहीं",
        close=r"नहीं",
    ),
    "ar": Cues(
        before=r"(?:^|\s)[وف]?(?:لا|لم|لن|ليس|ليست|ما|غير|خطأ|خاطئ\w*|كذب|أسطورة|خرافة|خلاف[اً]*|بدل[اً]* من|ينفي|نفى|دحض)(?=\s|$)",
        after=r"غير صحيح\w*|خطأ|خاطئ\w*|كاذب\w*|ليس صحيح\w*|لا أساس|أسطورة|خرافة|باطل\w*",
        report=r"يزعم\w*|زعم\w*|مزاعم|ادعاء\w*|يدعي\w*|شائع\w*|البعض يقول|يقول البعض|المزعوم\w*",
        harmless=r"لا شك|بلا شك|ليس فقط|لا ريب|ما لا يقل",
    ),
    "ru": Cues(
        before=r"\b(?:не|нет|ни|никогда|неверно|ложь|ложн\w+|миф\w*|ошибочн\w+|неправда|вопреки|вместо|опроверг\w+|отрица\w+)\b",
        after=r"\b(?:(?:является|являются|это|—|-) ?(?:ложь\w*|ложн\w+|миф\w*|ошибк\w+|неправд\w+|неверн\w+)|не (?:соответствует|верно|так|правда|является)|неверно|ошибочн\w+|неправда|опровергнут\w+)\b",
        report=r"\b(?:некоторые|утвержда\w+|якобы|слух\w*|мнимы\w*|так называем\w+|заявля\w+|отрицател\w+)\b",
        harmless=r"\b(?:нет сомнени\w+|не только|несомненно|не менее|без сомнения)\b",
    ),
    "tr": Cues(
        before=r"\b(?:yanlış|efsane|asılsız|yalan|aksine|yerine|hiçbir|asla|hiç)\b",
        after=r"\b(?:yanlış\w*|doğru değil\w*|asılsız\w*|yalan\w*|efsane\w*|mit\w*|iddiası (?:yanlış|asılsız)\w*)\b",
        report=r"\b(?:bazı(?:ları)?|iddia\w*|sözde|söylenti\w*|güya)\b",
        harmless=r"\b(?:sadece|yalnızca) \w+ değil\b|şüphesiz|hiç şüphe",
        close=r"\bdeğil\w*",
    ),
    "th": Cues(
        before=r"ไม่ใช่|ไม่ได้|ไม่เคย|ไม่มี|ผิด|เท็จ|ความเข้าใจผิด|แทนที่|ขัดกับ|ตรงกันข้าม",
        after=r"ไม่เป็นความจริง|ไม่จริง|เป็นเท็จ|ไม่ถูกต้อง|เป็นความเข้าใจผิด|ผิด|ไม่มีหลักฐาน",
        report=r"บางคน|อ้างว่า|ข่าวลือ|กล่าวหา|ที่เรียกว่า|เชื่อกันว่า",
        harmless=r"ไม่เพียง|ไม่ต้องสงสัย|ไม่ใช่แค่|ไม่น้อยกว่า",
    ),
    "vi": Cues(
        before=r"\b(?:không|chưa|chẳng|sai|giả|trái với|thay vì|bác bỏ|phủ nhận|hoang đường)\b",
        after=r"\b(?:là (?:sai|không đúng|giả|hoang đường|bịa đặt|nhầm lẫn)|không (?:đúng|chính xác)|không phải (?:là )?(?:sự thật|vậy)|vô căn cứ)\b",
        report=r"\b(?:một số người|cho rằng|tuyên bố|tin đồn|được cho là|cái gọi là)\b",
        harmless=r"\b(?:không chỉ|không nghi ngờ|chắc chắn|không những|không ít hơn)\b",
    ),
    "ko": Cues(
        before=r"거짓|허위|잘못|오해|사실과 달리|대신|결코|전혀|절대",
        after=r"거짓|허위|사실이 아|잘못|틀렸|틀린|근거가 없|오해",
        report=r"일부|주장|소문|이른바|소위|라고 말하는 사람",
        harmless=r"뿐만 아니라|의심의 여지가? 없|틀림없",
        close=r"아니|아닙|아닌|않|못했|없[었는다습]",
    ),
    "ja": Cues(
        before=r"誤り|間違い|虚偽|デマ|誤解|反して|決して|代わりに",
        after=r"誤り|間違い|虚偽|デマ|事実では|根拠が|正しくな|嘘|否定されて",
        report=r"という主張|と主張|一部の人|噂|いわゆる|とされる|という説",
        harmless=r"だけでなく|間違いなく|疑いな|に違いな|疑いの余地",
        close=r"ではな|ではあり|ません|なかった",
    ),
    "id": Cues(
        before=r"\b(?:tidak|bukan|bukanlah|tak|belum|tanpa|salah|keliru|mitos|hoaks|bertentangan|alih-alih|membantah|palsu)\b",
        after=r"\b(?:(?:adalah|itu|merupakan) (?:salah|keliru|mitos|hoaks|bohong|palsu|tidak benar)|tidak (?:benar|tepat|akurat)|tidak berdasar)\b",
        report=r"\b(?:sebagian orang|beberapa orang|klaim|mengklaim|konon|rumor|katanya|apa yang disebut)\b",
        harmless=r"\b(?:tidak hanya|bukan hanya|tanpa (?:keraguan|ragu)|tidak diragukan|tidak kurang)\b",
    ),
}  # fmt: skip


def cues_for(lang: str) -> tuple[Cues, ...]:
    """Cues of a language and of English, in which many models answer whatever the question."""
    return (CUES[lang], _EN) if lang in CUES and lang != "en" else (_EN,)
