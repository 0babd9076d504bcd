"""Rows of a setup document: CSV text to exact values, with every fault noted at its file, row and column.

Owns the reading of a CSV file and of single values. Texts are taken as they stand (no guessing of types), with the
blanks around them cut. Does not own what the columns mean (`formats.setup`). Rules: SETUP-1, SETUP-4.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from partita.core.fault import Fault, Origin, Problem
from partita.core.ids import is_name
from partita.core.quantity import FACTOR_ONE, INT64_MAX, parse_factor, parse_price, parse_quantity

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands in for an instant that could not be read, so that the rest of its row is still looked at."""

_LAST_YEAR = 9998
_NAME_LENGTH = 200
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})\Z")
_YES_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False, "": False}


@dataclass(slots=True)
class Row:
    """One row of values. Reading a bad value notes the problem, marks the row as not sound, and goes on."""

    origin: Origin
    values: dict[str, str]
    problems: list[Problem] = field(repr=False)
    sound: bool = True

    def read(self, column: str, parse: Callable[[str], T], fault: Fault, otherwise: T, **detail: object) -> T:
        """Read a value; where `parse` raises ValueError note `fault` and return `otherwise`."""
        text = self.values[column]
        try:
            return parse(text)
        except ValueError:
            self.report(column, fault, value=text, **detail)
            return otherwise

    def id(self, column: str) -> str:
        """Read an id."""
        return self.text(column, is_name, Fault.BAD_ID)

    def text(self, column: str, is_valid: Callable[[str], bool], fault: Fault, **detail: object) -> str:
        """Take a text as it stands if it is valid; otherwise note `fault` and return ''."""
        text = self.values[column]
        if is_valid(text):
            return text
        self.report(column, fault, value=text, **detail)
        return ""

    def one_of(self, column: str, kinds: type[E]) -> E:
        """Read a member of an enum by its value; capitals do not matter."""
        try:
            return kinds(self.values[column].lower())
        except ValueError:
            known = ", ".join(str(kind.value) for kind in kinds)
            self.report(column, Fault.NOT_ONE_OF, value=self.values[column], known=known)
            return next(iter(kinds))

    def report(self, column: str, fault: Fault, **detail: object) -> None:
        """Note a problem of this row."""
        self.sound = False
        self.problems.append(Problem(fault, self.origin, column, detail))


def rows_of(
    path: Path, columns: tuple[str, ...], problems: list[Problem], optional_columns: tuple[str, ...] = ()
) -> Iterator[Row]:
    """Yield the rows of a CSV file; what is wrong with the file itself is noted and ends the reading.

    A column that may be absent is empty in every row when it is.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        problems.append(Problem(Fault.NOT_READABLE, Origin(path.name, 0), "", {"detail": error.strerror or str(error)}))
        return
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(Problem(Fault.NOT_UTF8, Origin(path.name, raw.count(b"\n", 0, error.start) + 1)))
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = header_of(next(reader, []), (*columns, *optional_columns))
        wrong = header_problem(path.name, header, columns, optional_columns)
        if wrong is not None:
            problems.append(wrong)
            return
        line = reader.line_num + 1
        absent = dict.fromkeys(optional_columns, "")
        for values in reader:
            stated = dict(zip(header, map(str.strip, values), strict=False))
            row = Row(Origin(path.name, line), absent | stated, problems)
            line = reader.line_num + 1
            if not any(row.values.values()):
                continue
            if len(values) == len(header):
                yield row
            else:
                row.report("", Fault.WRONG_WIDTH, found=len(values), expected=len(header))
    except csv.Error as error:
        problems.append(Problem(Fault.BROKEN_ROW, Origin(path.name, line), "", {"detail": str(error)}))


def header_of(texts: Iterable[str], known: tuple[str, ...]) -> list[str]:
    """Return the names of columns as they are known, however people wrote them: in capitals, with blanks around."""
    stripped = (text.strip() for text in texts)
    return [text.lower() if text.lower() in known else text for text in stripped]


def header_problem(
    file: str, header: list[str], columns: tuple[str, ...], optional_columns: tuple[str, ...]
) -> Problem | None:
    """Return what is wrong with a header, if anything is."""
    known = (*columns, *optional_columns)
    origin, names = Origin(file, 1), ", ".join(known)
    if not any(header):
        return Problem(Fault.NO_HEADER, origin, "", {"columns": names})
    for column in known:
        if column not in header and column in columns:
            return Problem(Fault.MISSING_COLUMN, origin, "", {"name": column, "columns": names})
        if header.count(column) > 1:
            return Problem(Fault.COLUMN_TWICE, origin, "", {"name": column})
    strange = next((column for column in header if column not in known), None)
    return None if strange is None else Problem(Fault.UNKNOWN_COLUMN, origin, "", {"name": strange, "columns": names})


def is_title(text: str) -> bool:
    """Say whether a text is a name for people: one line of printable text."""
    return 0 < len(text) <= _NAME_LENGTH and text.isprintable()


def optional(text: str) -> str | None:
    """Read an id that may be empty."""
    if text and not is_name(text):
        raise ValueError(text)
    return text or None


def yes_no(text: str) -> bool:
    """Read yes or no; empty means no."""
    try:
        return _YES_NO[text.lower()]
    except KeyError as error:
        raise ValueError(text) from error


@lru_cache(maxsize=65536)
def instant(text: str, zone: str) -> datetime:
    """Read a date as its midnight in `zone`, or an ISO instant that carries its offset; in UTC (SETUP-4)."""
    date = _DATE.match(text)
    if date is not None:
        at = datetime(int(date[1]), int(date[2]), int(date[3]), tzinfo=ZoneInfo(zone))
    else:
        at = datetime.fromisoformat(text)
    if at.tzinfo is None or not BEGINNING.year <= at.year <= _LAST_YEAR:
        raise ValueError(text)
    return at.astimezone(UTC)


def price(text: str) -> int:
    """Read a price in e10: not below zero, and small enough for a table."""
    return _within(parse_price(text), 0, INT64_MAX)


def quantity(text: str) -> int:
    """Read a quantity in e6: above zero, and small enough for a table."""
    return _within(parse_quantity(text), 1, INT64_MAX)


def factor(text: str) -> int:
    """Read a discount factor in e6: from 0 to 1."""
    return _within(parse_factor(text), 0, FACTOR_ONE)


def _within(value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise ValueError(value)
    return value
