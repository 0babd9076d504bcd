"""Amounts in words, as invoices carry them: upper-case Chinese numerals (大写金额), and English. Rules: INVOICE-11."""

from __future__ import annotations

from partita.core.money import Money, minor_digits

_NUMERALS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SIZES = ((10**8, "亿"), (10**4, "万"))
_DECIMALS = ("角", "分", "厘")
_UNITS_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS_EN = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()
_GROUPS_EN = ("", " thousand", " million", " billion", " trillion")
_OF_GROUP_EN = 1_000
_HUNDRED, _TWENTY, _TEN = 100, 20, 10


def amount_in_chinese(money: Money) -> str:
    """Write an amount in upper-case Chinese: 1234.50 → 壹仟贰佰叁拾肆圆伍角整; below zero with （负数） before it.

    A zero is read where digits are skipped; 整 closes an amount that has no 分 (or its like).
    """
    digits = minor_digits(money.currency)
    whole, part = divmod(abs(money.minor), 10**digits)
    decimals = str(part).rjust(digits, "0") if digits else ""
    text = f"{_whole(whole)}圆" if whole else ""
    skipped = False
    for place, digit in enumerate(decimals):
        if digit == "0":
            skipped = True
            continue
        text += ("零" if skipped and text else "") + _NUMERALS[int(digit)] + _DECIMALS[place]
        skipped = False
    if not decimals or decimals.endswith("0"):
        text = f"{text or '零圆'}整"
    return f"（负数）{text}" if money.minor < 0 else text


def _whole(value: int) -> str:
    """Read a whole number: so many 亿, so many 万, and the rest; a zero where the rest is short."""
    for size, name in _SIZES:
        if value >= size:
            high, low = divmod(value, size)
            gap = "零" if 0 < low < size // _TEN else ""
            return f"{_whole(high)}{name}{gap}{_whole(low)}"
    return _four(value)


def _four(group: int) -> str:
    text, skipped = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            skipped = True
            continue
        text += ("零" if text and skipped else "") + _NUMERALS[digit] + _PLACES[place]
        skipped = False
    return text


def amount_in_english(money: Money) -> str:
    """Write an amount in English: 1234.50 CNY → `one thousand two hundred thirty-four and 50/100 CNY`."""
    digits = minor_digits(money.currency)
    whole, part = divmod(abs(money.minor), 10**digits)
    groups: list[str] = []
    rest, place = whole, 0
    while rest:
        rest, group = divmod(rest, _OF_GROUP_EN)
        if group:
            groups.insert(0, _three(group) + _GROUPS_EN[place])
        place += 1
    text = " ".join(groups) or _UNITS_EN[0]
    fraction = f" and {str(part).rjust(digits, '0')}/{10**digits}" if digits else ""
    return f"{'minus ' if money.minor < 0 else ''}{text}{fraction} {money.currency}"


def _three(group: int) -> str:
    hundreds, rest = divmod(group, _HUNDRED)
    words = [f"{_UNITS_EN[hundreds]} hundred"] if hundreds else []
    if rest >= _TWENTY:
        tens, units = divmod(rest, _TEN)
        words.append(_TENS_EN[tens] + (f"-{_UNITS_EN[units]}" if units else ""))
    elif rest:
        words.append(_UNITS_EN[rest])
    return " ".join(words)
