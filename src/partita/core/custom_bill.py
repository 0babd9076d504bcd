"""Custom bills (自定义账单): a bill as somebody wants it: columns, filters, grouping, file and schedule, saved by name.

Owns what may be asked for and what is wrong with it, and which turn of a schedule is due. Does not own the rows
(`bill_view`) nor how a file travels (`outbox`). Rules: CUSTOM-1 … CUSTOM-4 (`docs/rules/custom_bill.md`); source:
enterprise-finance.md B6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from partita.core.bill_view import CHARGE_KINDS, DIMENSIONS, FIGURES, MODES, MONEY, Dimension, View, dimensions_of
from partita.core.period import Month

_NAME = re.compile(r"\w[\w.:/@-]{0,59}")
_NAME_TEXT = (
    "its name may have letters, digits and . _ - : / @, begins with a letter or digit, and has at most 60 of them",
    "名称只能包含文字、数字与 . _ - : / @，以文字或数字开头，最多 60 个字符",
)
CURRENCY = "currency"
FORMATS = ("csv", "xlsx", "parquet")
LANGUAGES = ("en", "zh")
VALUES_MOST = 1_000


class Schedule(Enum):
    """When a custom bill is delivered (CUSTOM-4); the value is its word and its name (English, 中文)."""

    NONE = ("none", "on demand", "按需")
    DAILY = ("daily", "each day, the running month", "每天，当月预估")
    WEEKLY = ("weekly", "each week, the running month", "每周，当月预估")
    MONTHLY = ("monthly", "each month, the month before", "每月，上一账期")
    CLOSED = ("closed", "when a month is closed", "关账后")

    @property
    def word(self) -> str:
        """The name as commands and tables write it."""
        return self.value[0]

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[2 if language == "zh" else 1]


SCHEDULES: Mapping[str, Schedule] = {one.word: one for one in Schedule}


@dataclass(frozen=True, slots=True)
class Definition:
    """What a custom bill holds (CUSTOM-1): `columns` by word, in order; `wanted`: of a dimension only these values.

    `grouping`: what a row stands for; empty = the dimensions among the columns. A column of figures sums its rows up.
    """

    columns: tuple[str, ...]
    wanted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    grouping: tuple[str, ...] = ()
    file: str = "csv"
    language: str = "en"

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What a row stands for."""
        words = self.grouping or tuple(word for word in self.columns if word in DIMENSIONS)
        shown = tuple(word for word in self.columns if word in DIMENSIONS)
        return tuple(DIMENSIONS[word] for word in dict.fromkeys((*words, *shown)))

    @property
    def filters(self) -> dict[Dimension, tuple[str, ...]]:
        """The wanted values by dimension."""
        return {DIMENSIONS[word]: values for word, values in self.wanted}

    def plain(self) -> dict[str, object]:
        """Return it as the books keep it."""
        return {
            "columns": list(self.columns),
            "wanted": {word: list(values) for word, values in self.wanted},
            "grouping": list(self.grouping),
            "file": self.file,
            "language": self.language,
        }

    @classmethod
    def of(cls, plain: Mapping[str, object]) -> Definition:
        """Read it as the books keep it."""
        wanted = plain["wanted"]
        columns, grouping = plain["columns"], plain["grouping"]
        assert isinstance(wanted, Mapping), "a definition is kept as it was written"
        assert isinstance(columns, list), "a definition is kept as it was written"
        assert isinstance(grouping, list), "a definition is kept as it was written"
        return cls(
            tuple(columns),
            tuple((word, tuple(values)) for word, values in wanted.items()),
            tuple(grouping),
            str(plain["file"]),
            str(plain["language"]),
        )


def of_view(view: View, by: str | None, *, file: str, language: str) -> Definition:
    """Return what one of the five views holds, so that it is exported as a custom bill is."""
    shown = tuple(one.word for one in dimensions_of(view, by))
    return Definition((*shown, CURRENCY, *FIGURES), file=file, language=language)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that a bill has not: what it should have been (English, 中文), itself, and those that there are."""

    what: tuple[str, str]
    name: str
    known: tuple[str, ...]


def unknown_word(one: Definition) -> Unknown | None:
    """Return the first word of a definition that names nothing (CUSTOM-1)."""
    columns = (*DIMENSIONS, CURRENCY, *FIGURES)
    asked = (
        (one.columns, columns, ("column", "列")),
        ([word for word, _ in one.wanted], tuple(DIMENSIONS), ("column to filter by", "筛选列")),
        (one.grouping, tuple(DIMENSIONS), ("column to group by", "分组列")),
        ((one.file,), FORMATS, ("kind of file", "文件格式")),
        ((one.language,), LANGUAGES, ("language", "语言")),
    )
    for words, known, what in asked:
        for word in words:
            if word not in known:
                return Unknown(what, word, known)
    for word, values in one.wanted:
        known = _VALUES.get(word, values)
        if odd := next((value for value in values if value not in known), None):
            return Unknown((f"value of {word}", f"{word} 的值"), odd, tuple(known))
    return None


_VALUES = {Dimension.KIND.word: tuple(CHARGE_KINDS), Dimension.MODE.word: ("", *MODES)}
"""Columns that have only so many values: any other one is a slip, and would filter everything out."""


def at_fault(name: str, one: Definition) -> tuple[str, str] | None:
    """Say what else is wrong with a custom bill (CUSTOM-1): its name, its columns, money without a currency."""
    if _NAME.fullmatch(name) is None:
        return _NAME_TEXT
    if not one.columns:
        return "name at least one column", "请至少指定一列"
    if len(set(one.columns)) < len(one.columns):
        return "a column stands twice", "有重复的列"
    if any(figure.word in one.columns for figure in MONEY) and CURRENCY not in one.columns:
        return "amounts need the column currency", "有金额列时必须包含 currency 列"
    if any(len(values) > VALUES_MOST for _, values in one.wanted):
        return f"at most {VALUES_MOST} values of a column", f"每列最多 {VALUES_MOST} 个筛选值"
    return None


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a schedule: its key, and the month that it delivers."""

    key: str
    month: Month

    @property
    def label(self) -> str:
        """What is delivered, as a file is named and people are told: the month, of a daily or weekly one the day."""
        return self.key if len(self.key) > len("2026-11") else str(self.month)


def turn_of(schedule: Schedule, now: datetime, zone: str, last_closed: Month | None) -> Turn | None:
    """Return the turn of a schedule that is due at an instant, in the account's calendar; None = none (CUSTOM-4).

    A turn is delivered once; turns that passed unseen are not made up for.
    """
    day = now.astimezone(ZoneInfo(zone)).date()
    month = Month.of(now, zone)
    match schedule:
        case Schedule.NONE:
            return None
        case Schedule.DAILY:
            return Turn(day.isoformat(), month)
        case Schedule.WEEKLY:
            return Turn((day - timedelta(days=day.weekday())).isoformat(), month)
        case Schedule.MONTHLY:
            return Turn(str(month), month.previous())
        case Schedule.CLOSED:
            return Turn(str(last_closed), last_closed) if last_closed else None
