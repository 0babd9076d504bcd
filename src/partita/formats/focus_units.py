"""Units in the form of FOCUS: `GB·小时`, `gb-hour` and `GB-Hr` all become `GB-Hours`.

Owns the spellings. A unit that is not known stays as it is: the price list's own word is better than a guess.
Rules: FOCUS-4; source: FOCUS 1.2, unit format.
"""

from __future__ import annotations

import re

_TIMES = {
    "Years": ("year", "years", "yr", "年"),
    "Months": ("month", "months", "mo", "mos", "月", "个月"),
    "Days": ("day", "days", "天", "日"),
    "Hours": ("hour", "hours", "hr", "hrs", "h", "小时", "时"),
    "Minutes": ("minute", "minutes", "min", "mins", "分钟", "分"),
    "Seconds": ("second", "seconds", "sec", "secs", "s", "秒"),
}
_COUNTS = {
    "Requests": ("request", "requests", "req", "call", "calls", "次", "请求", "次请求"),
    "Instances": ("instance", "instances", "台", "实例"),
    "Units": ("unit", "units", "piece", "pieces", "个", "件"),
    "Records": ("record", "records", "条"),
    "Messages": ("message", "messages", "封"),
    "Tokens": ("token", "tokens"),
    "Users": ("user", "users", "用户"),
    "Keys": ("key", "keys"),
    "Cores": ("core", "cores", "核"),
}
_SIZES = tuple(f"{prefix}{unit}" for unit in ("b", "B") for prefix in ("", *"KMGTPE", *(f"{p}i" for p in "KMGTPE")))

_TIME_OF = {spelling: unit for unit, spellings in _TIMES.items() for spelling in spellings}
_COUNT_OF = {spelling: unit for unit, spellings in _COUNTS.items() for spelling in spellings}
_WORDS = {
    f"{word}byte{plural}": f"{prefix}B"
    for word, prefix in (("kilo", "K"), ("mega", "M"), ("giga", "G"), ("tera", "T"), ("peta", "P"))
    for plural in ("", "s")
} | {
    f"{word}bibyte{plural}": f"{prefix}iB"
    for word, prefix in (("ki", "K"), ("me", "M"), ("gi", "G"), ("te", "T"), ("pe", "P"))
    for plural in ("", "s")
}
_SIZE_OF = {size.lower(): size for size in _SIZES} | {size: size for size in _SIZES} | _WORDS

_NUMBER = re.compile(r"(\d+)\s*(k|m|万|千|百万)?\s*(\D.*)\Z", re.IGNORECASE)
_NUMBER_ALONE = re.compile(r"(\d+)\s*(k|m|万|千|百万)\Z", re.IGNORECASE)
_TIMES_NUMBER = {"": 1, "k": 1_000, "千": 1_000, "万": 10_000, "m": 1_000_000, "百万": 1_000_000}
_COUNTED = re.compile(r"[A-Za-z][A-Za-z0-9]*( +[A-Za-z][A-Za-z0-9]*)*\Z")
_PER = re.compile(r" per ", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"(万|千|百万)(\D.*)\Z")


def focus_unit(unit: str) -> str:
    """Return the unit as FOCUS writes it; one that is not known comes back unchanged."""
    text = unit.strip()
    alone = _NUMBER_ALONE.match(text)
    if alone is not None:
        return f"{int(alone[1]) * _TIMES_NUMBER[alone[2].lower()]} Units"
    number = _NUMBER.match(text) or _BARE_NUMBER.match(text)
    if number is not None:
        *count, times, rest = ("1", *number.groups()) if len(number.groups()) == 2 else number.groups()  # noqa: PLR2004
        whole = int(count[0]) * _TIMES_NUMBER[(times or "").lower()]
        known = _known(rest.strip()) or (rest.strip() if _COUNTED.match(rest.strip()) else None)
        return (known if whole == 1 else f"{whole} {known}") if known else unit
    return _known(text) or unit


def _known(text: str) -> str | None:
    """Return the spelling of a unit without a number, or None."""
    single = _single(text)
    if single:
        return single
    for sign in ("-", "·", "*", " per ", " ", "/"):
        left, found, right = _PER.sub(" per ", text).rpartition(sign)
        time = _TIME_OF.get(right.strip().lower()) if found else None
        if not time:
            continue
        words = left.replace("-", " ").strip()  # only one hyphen may stand before the time: `Lambda GB-Seconds`
        counted = _single(left.strip()) or (words if _COUNTED.match(words) else None)
        if counted:
            return f"{counted}/{time[:-1]}" if sign == "/" else f"{_one(counted)}-{time}"
    return None


def _one(counted: str) -> str:
    """Return the singular: FOCUS writes `Instance-Hours` but `Requests/Second`."""
    return counted[:-1] if counted in _COUNTS else counted


def _single(text: str) -> str | None:
    lower = text.lower()
    # `Gb` is a gigabit and `GB` a gigabyte, so the letters of a size count; `gb`, which is neither, is taken as bytes.
    return _SIZE_OF.get(text) or _TIME_OF.get(lower) or _COUNT_OF.get(lower) or _SIZE_OF.get(lower)
