"""What the line before a verdict makes of it: the judge's own word, or something that it denies, supposes, shows as an
example or puts into another's mouth.

Only what introduces the verdict takes it back. A reason ("It does not decline:"), a choice of the judge's ("If I had to
choose, I would say:") and a sentence that goes on to a conclusion of its own ("Some might say it is partial, but ...:")
do not: a verdict lost is a vote lost, so what is not clearly taken back counts.
"""

import re

from lawbound.rubrics.judges.reply import plain_line

_READ = 200
"""Most characters of the line that are read, from its end."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*(?=.)")
_CONCLUDES = re.compile(
    r"[;,]\s*(?:but|so|hence|thus|therefore|yet|however|still|nevertheless|I (?:conclude|choose)|my verdict(?! would| might| could)|"
    r"aber|doch|also|daher|deshalb|darum|dennoch|trotzdem)\b|[;,]?\s*(?:但|所以|因此|然而|不过|故)",
    re.IGNORECASE,
)
"""Where a sentence turns to what the judge holds."""
_BE = r"(?:be|been|is|was|say|write|choose|pick|call|it|this|that|the|my|a|verdict|view|right|correct|following)"
_END = r"\s*:\Z"

_DENIED = re.compile(
    rf"(?:\b(?:(?<!why )not|never|rather than|instead of|by no means|in no way|anything but|hardly)|n['’]t)(?:\s+{_BE})*{_END}|"
    r"\b(?:not|n['’]t) the following[.:]\Z|"
    # German puts "nicht" behind the verb: "Es hilft nicht:" is a reason, "Es ist nicht:" a denial.
    r"\b(?:ist|war|wäre|lautet|heißt|(?:sage|schreibe|würde) ich|ich (?:sage|schreibe|würde))(?: \w+){0,2} "
    r"(?:nicht|nie|keinesfalls|keineswegs)(?: (?:so|sagen|schreiben|wählen|folgendes))*:\Z|"
    r"(?:不是|并非|绝非|而非|(?:我不会?|绝?不(?:应该|应当|应|该))(?:写成|写|说|判为|判定为))(?:以下(?:判定|结果|内容)?)?:\Z",
    re.IGNORECASE,
)
"""Denied: "It is certainly not the following." """
_DISAGREED = re.compile(
    r"\A(?:it|this|that) (?:(?:would|might|could) be|is) (?:\w+ )?(?:wrong|incorrect|mistaken|misleading|a mistake) to (?:say|write|choose|pick|call|conclude|answer)\b.*:\Z|"
    r"\b(?:I|we) (?:\w+ )?(?:disagree with|(?:do not|don['’]t) agree with)\b(?:(?! and ).)*:\Z|"
    r"\A(?:falsch|verfehlt|unzutreffend|unrichtig) (?:wäre|ist)\b(?!.*\bund\b).*:\Z|\bich (?:würde \w+ )?widersprech\w*\b(?!.*\bnicht\b).*:\Z",
    re.IGNORECASE,
)
"""Disagreed with: "I would disagree with anyone who says:"."""
_SUPPOSED = re.compile(
    r"\A(?!assum\w+ .*\b(?:whole|complete|cut|truncated)\b)"
    r"(?:(?:if|had|suppos\w+|assum\w+|imagine)(?: that)?|were)\s+"
    r"(?:it|this|that|the\s+(?:answer|response|reply|text|model))\b.*\b(?:were|would|could|might)\b.*:\Z|"
    r"\A(?:perhaps|maybe|possibly|vielleicht|möglicherweise)(?:,? (?:if|when|wenn) .*)?:\Z|\A(?:也许|或许|可能)(?:是)?:\Z|"
    r"\A(?:if|when) (?:one|you|read|taken)\b.*\b(?:strict|lenient|generous|charitabl|literal|harsh)\w*"
    r"(?:.*\b(?:would|might|could)\b.*)?:\Z|"
    r"\A(?:wenn|falls|angenommen,?|wäre|hätte) (?:es|sie|das|dies|die Antwort|der Text)\b.*\b(?:wäre|hätte|würde|könnte)\b.*:\Z|"
    r"\A(?:如果|假如|假设|倘若|要是)(?:它|这|该|回答|答案|回复)(?!.*(?:完整|截断)).*(?:会|将|就|应|可能)[^，,]*(?:写|说|判|选|算|认为|是|为):\Z",
    re.IGNORECASE,
)
"""Supposed, of the answer or of a stricter reader: "If it were a refusal I would write:"."""
_ANOTHERS = re.compile(
    r"\A(?:perhaps |maybe )?(?:(?:an)?others?|some|somebody|someone|many|(?:an?|an?other|other|some|many)(?: \w+){0,2} "
    r"(?:judges?|readers?|graders?|raters?|people)) (?:might|could|may|would)\b.*"
    r"\b(?:say|write|conclude|argue|claim|think|choose|pick|call)\b(?:.*:)?\Z|"
    r"\A(?:one|you) (?:might|could|may) (?:argue|object|claim|be tempted)\b.*:\Z|"
    r"\A(?:vielleicht )?(?:(?:ein\w* )?andere\w*|manche\w*|jemand|einige)\b.*\b(?:würden?|könnten?|mag|mögen)\b.*"
    r"\b(?:sagen|schreiben|urteilen|meinen|wählen|behaupten):?\Z|"
    r"\A(?:也许|可能)?(?:其他|其它|别的|另一个|另一位|有些|有的|有)(?:评审|评判|评委|裁判|人|读者)[^，,]*"
    r"(?:说|写|认为|判为|判定为|主张)(?:是|这是)?:?\Z",
    re.IGNORECASE,
)
"""Another's: "Another judge might say"."""
_SHOWN = re.compile(
    rf"\b(?:for example|for instance|e\.g\.|such as|zum Beispiel|z\.B\.|beispielsweise),?{_END}|"
    r"\A(?:here is )?(?:an? |one |the |ein |eine |das )?(?:\w+ )?(?:example|sample|template|placeholder|Beispiel|Muster|Vorlage)"
    r"(?: (?:of|for|verdict|line|reply|would|could|might|für|einer|eines)\b.*)?:\Z|"
    r"\A(?:the|this|that|a) (?:\w+ ){0,2}(?:form|format|template)(?: of (?:the|a) (?:verdict|reply|answer|last line))? "
    r"(?:is|was|would be|should be|must be|(?:should |must )?looks?|(?:should |must )?reads?)"
    r"(?:,? (?:for example|for instance|e\.g\.|as follows|like (?:this|so)|this|the following))?,?\s*:\Z|"
    r"\A(?:the|this|that|a) (?:\w+ )?(?:reply|line) (?:must|should|has to|have to|needs to) be (?:given|written|stated|put|formatted) (?:in|like|as|so)\b.*:\Z|"
    r"\A(?:die|das|der) (?:\w+ )?(?:Form|Format|Vorlage|Muster) (?:ist|wäre|lautet|sieht)\b.*:\Z|"
    r"(?:例如|比如|譬如|示例|例子|举例(?:来说)?)(?:如下)?:\Z|\A(?:要求的|所需的|规定的)?格式(?:为|是|应为|应是|如下|应如下):\Z",
    re.IGNORECASE,
)
"""Shown as the form that was asked for, or as an example: "The required form is, for example:"."""


def takes_back(line: str) -> bool:
    """Whether a line before a verdict introduces one that is not the judge's; English, German and Chinese."""
    said = _SENTENCE.split(plain_line(line[-_READ:]))[-1].strip("_ ")
    if _DENIED.search(said):
        return True
    if _CONCLUDES.search(said):
        return False
    return any(kind.search(said) for kind in (_DISAGREED, _SUPPOSED, _ANOTHERS, _SHOWN))
