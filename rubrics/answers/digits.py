"""Numerals of other scripts in ASCII: every Unicode digit, and Chinese numerals up to 亿."""

import re
import unicodedata
from fractions import Fraction

_CHINESE = {c: v for v, chars in enumerate(("零〇", "一壹", "二两贰兩", "三叁", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")) for c in chars}  # fmt: skip
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_NUMERAL = "".join([*_CHINESE, *_UNITS, *_MYRIADS])
_RUN = re.compile(
    rf"百分之[{_NUMERAL}\d]+(?:[.点][{_NUMERAL}\d]+)?|[{_NUMERAL}]+分之[{_NUMERAL}]+|[{_NUMERAL}]+(?:点[{_NUMERAL}]+)?"
)
_LONGEST = 100
"""Signs of a longer run of Chinese numerals are repeated, and no number."""
_SCALED = re.compile(r"(\d[\d,.]*)\s*([万萬亿億])")
_PUNCTUATION = str.maketrans({
    "٫": ".", "٬": ",", "٪": "%", "，": ",", "．": ".", "：": ":", "％": "%", "／": "/", "−": "-", "–": "-",
    "﹣": "-", "－": "-", "＝": "=", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ",
    "（": "(", "）": ")", "’": "'", "∶": ":", "⁄": "/", "、": ",",
})  # fmt: skip
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅛": "1/8"}  # fmt: skip


def ascii_numerals(text: str) -> str:
    """The text with ASCII digits, symbols and separators; Chinese numerals are left alone."""
    for sign, plain in _VULGAR.items():
        text = re.sub(rf"(?<=\d)\s*{sign}", " " + plain, text).replace(sign, plain)
    return "".join(_digit(c) for c in text.translate(_PUNCTUATION))


def spell_chinese(text: str) -> str:
    """The text with Chinese numerals written in ASCII digits: 三万五千 -> 35000, 三分之二 -> 2/3."""
    scaled = _SCALED.sub(_scale, text)
    return _RUN.sub(
        lambda match: match[0] if len(match[0]) > _LONGEST else _converted(match[0]), scaled
    )


def chinese_integer(numeral: str) -> int:
    """Value of a Chinese numeral, which may have other digits in it: 一百零五 -> 105, 二〇二五 -> 2025, 十5 -> 15."""
    if not any(c in _UNITS or c in _MYRIADS for c in numeral):
        return int("".join(map(_digits, numeral)))
    total = section = digit = 0
    for c in numeral:
        if c in _CHINESE:
            digit = int(_digits(c))
        elif c.isdecimal():
            digit = digit * 10 + int(c)
        elif c in _UNITS:
            section += (digit or 1) * _UNITS[c]
            digit = 0
        elif _MYRIADS[c] == 10**8:
            total = (total + section + digit) * 10**8
            section = digit = 0
        else:
            total += (section + digit or 1) * 10**4
            section = digit = 0
    return total + section + digit


def _digit(char: str) -> str:
    if char.isascii() or unicodedata.category(char) != "Nd":
        return char
    return str(unicodedata.digit(char))


def _scale(match: re.Match[str]) -> str:
    whole, mark, decimals = match[1].replace(",", "").rstrip(".").partition(".")
    if "." in decimals:
        return match[0]  # 1.2.3 is no number
    number = Fraction(f"{whole}{mark}{decimals}") * _MYRIADS[match[2]]
    return decimal_text(number, len(decimals))


def decimal_text(number: Fraction, places: int) -> str:
    """A number with at most so many decimals, written out: a float has no room for some that a model may write."""
    digits = str(abs(number) * 10**places).rjust(places + 1, "0")
    whole, decimals = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    return ("-" if number < 0 else "") + whole + (f".{decimals}" if decimals else "")


def _digits(sign: str) -> str:
    return str(_CHINESE.get(sign, sign))


def _converted(run: str) -> str:
    if run.startswith("百分之"):
        return _decimal(run.removeprefix("百分之").replace(".", "点")) + "%"
    if "分之" in run:
        below, above = run.split("分之")
        return f"{chinese_integer(above)}/{chinese_integer(below)}"
    return _decimal(run)


def _decimal(numeral: str) -> str:
    whole, _, decimals = numeral.partition("点")
    tail = "".join("0" if c in _UNITS or c in _MYRIADS else _digits(c) for c in decimals)
    return f"{chinese_integer(whole)}.{tail}" if tail else str(chinese_integer(whole))
