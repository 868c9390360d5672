"""Whether an answer states what it names: "not 30", "more than 30", "30 or 32" and "between 30 and 32" do not.

Bounds that include their number ("at least 30", "不超过30") count as stated: puzzles ask for a least
or a most.
"""

import re

_SIGN = r"[\s$€£¥\\(\[]{0,4}$"
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:not(?: (?:equal to|exactly|simply))?|isn['’]t|never|anything but|other than|except|nicht(?: gleich)?|kein\w*|pas|"
    r"no (?:es|son)|não (?:é|são)|não|не(?: равно)?|нет|bukan|không phải(?: là)?|khác)\s+|^\s*no\s+|"
    rf"(?:不是|并非|不等于|不為|不为|≠|!=|ليست?|لا يساوي|غير|ไม่ใช่|ไม่เท่ากับ)){_SIGN}",
    re.IGNORECASE,
)
_UNIT = r"[^\s\d,.;:!?()、。，]{0,12}\s?"
_DENIED_AFTER = re.compile(
    rf"\s?(?:{_UNIT})?(?:değil|nicht\b(?! \w)|नहीं|で(?:は|も)?(?:な|あり)|じゃな|以外|(?:이|가)?\s?아[니닌닙]|의외|not\b(?! \w))",
    re.IGNORECASE,
)
_BETWEEN = (
    r"(?:\b(?:between|zwischen|entre|между|giữa|antara)\s+|(?:^|\s)بين\s*|ระหว่าง\s*|介于|介於)"
)
_BOUNDED_BEFORE = re.compile(
    r"(?:\b(?<!no )(?<!not )(?<!never )(?<!nicht )(?<!pas )(?<!não )(?<!не )(?<!không )(?<!tidak )"
    r"(?:(?:more|less|fewer|greater|larger|bigger|smaller|higher|lower) than|over|under|above|below|"
    r"(?:mehr|weniger|größer|kleiner) als|über|unter|plus de|moins de|(?:plus grand|plus petit) que|supérieure? à|inférieure? à|"
    r"(?:más|menos|mais) (?:de|que)|(?:mayor|menor|maior) (?:que|de|do que)|более|больше|менее|меньше|свыше|"
    r"(?:nhiều |ít |lớn |nhỏ )?hơn|trên|dưới|chưa đến|(?:lebih|kurang) dari|di (?:atas|bawah))\s+|"
    r"(?<!不)(?:超过|超過|大于|大於|多于|多於|小于|小於|少于|少於|高于|低于|不足|不到)|"
    rf"(?:أكثر|أقل|أكبر|أصغر) من\s*|(?<!ไม่)(?:มากกว่า|น้อยกว่า|เกิน)|{_BETWEEN}){_SIGN}|"
    rf"{_BETWEEN}\S{{1,12}}\s*(?:and|und|et|y|e|и|và|dan|و|และ|和|与)\s*{_SIGN}|(?<![-=])[<>]$|(?<=\w)\s*(?<![-=])[<>]\s$",
    re.IGNORECASE,
)
_BOUNDED_AFTER = re.compile(
    rf"\s?(?:{_UNIT})?(?:['’]?[dt][ae]n (?:daha )?(?:fazla|az|büyük|küçük|çok)\b|से (?:अधिक|ज.?्?यादा|कम|बड़|छोट)|"
    r"より(?:大|小|多|少)|未満|を超え|보다 (?:크|큰|작|많|적)|미만|초과)|[^.。!?\n]{0,24}?(?:之间|之間|の間|사이(?:입|이|의|에|$)|के बीच|\barasında)",
    re.IGNORECASE,
)
_EITHER = re.compile(
    rf"(?P<unit>(?:\s?{_UNIT})?)[\s,(（]*"
    r"(?:\b(?:or|oder|ou|o|u|или|либо|veya|ya da|yahut|hoặc(?: là)?|hay(?: là)?|atau)\b|"
    r"或者?是?|还是|還是|または|又は|もしくは|あるいは|か|또는|혹은|아니면|이나|(?<=\s)(?:या|أو)(?=\s)|หรือ)"
    r"[\s,]*(?:maybe |perhaps |possibly |vielleicht |peut-être )?[\s$€£¥\\(\[]*",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"(?P<unit>(?:\s?{_UNIT})?)\s*"
    r"(?:[-–—~〜～]|\b(?:to|bis|à|a|до|đến|sampai|hingga)\b|至|到|から|에서|से|إلى|ถึง)\s*[$€£¥]?",
    re.IGNORECASE,
)


def is_denied(before: str, after: str) -> bool:
    """Whether the words around a name or a number say that it is not the answer."""
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.match(after))


def is_bound(before: str, after: str) -> bool:
    """Whether the words around a number make it a limit that the answer lies beyond or between."""
    if before.endswith("<") and after.startswith(">"):
        return False  # "<42>" is a placeholder filled in
    return bool(_BOUNDED_BEFORE.search(before) or _BOUNDED_AFTER.match(after))


def offers_either(between: str) -> bool:
    """Whether the words between two answers offer one or the other."""
    return _EITHER.fullmatch(between) is not None


def spans_a_range(between: str) -> bool:
    """Whether the words between two numbers make them the ends of a range."""
    return _RANGE.fullmatch(between) is not None


def unit_before(between: str) -> str:
    """The unit of the first of two numbers; empty if it has none."""
    match = _EITHER.fullmatch(between) or _RANGE.fullmatch(between)
    return match["unit"].strip().casefold() if match else ""
