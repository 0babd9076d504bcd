"""Batches: files of commands for many accounts, as CSV or as a sheet of Excel.

Owns which columns each kind of batch has, and how a row of text is read, with every fault noted at its row and column.
What is no exact amount is refused like any other text. Does not own how a sheet becomes text (`formats.sheet`) nor what
the commands do (`usecases.batch`). Rules: BATCH-1 (`docs/rules/batch.md`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from partita.core.fault import Fault, Origin, Problem
from partita.core.finance_mode import INDEPENDENT, TRUSTEESHIP
from partita.core.org import FinanceMode
from partita.core.permission import RelationPermission, parsed
from partita.formats.setup.rows import Row, header_of, header_problem, rows_of
from partita.formats.sheet import OLD_SUFFIXES, SUFFIXES, SheetUnreadable, read_sheet

MODES: dict[str, FinanceMode] = {"": INDEPENDENT, "management": INDEPENDENT, "trusteeship": TRUSTEESHIP}


class BatchKind(Enum):
    """What a batch does for each of its rows; the value is its columns, and those that may be absent."""

    LINK = (("main", "member"), ("mode", "permissions"))
    PERMIT = (("member", "permissions"), ())
    TRANSFER = (("main", "member", "amount"), ())
    LIMIT = (("main", "member", "limit"), ())

    @property
    def word(self) -> str:
        """The name as people and the books write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One row of a batch; `amount` is still text, for the account says in which money it is.

    `unread`: the columns at fault; the row is no command then, but what stands in the others may be looked at.
    """

    origin: Origin
    member: str
    main: str = ""
    mode: FinanceMode = INDEPENDENT
    permissions: frozenset[RelationPermission] = frozenset()
    amount: str = ""
    unread: frozenset[str] = frozenset()

    @property
    def content(self) -> tuple[str, ...]:
        """What the row says, wherever it stands and however its amount is written."""
        codes = sorted(code.name for code in self.permissions)
        return self.main, self.member, self.mode.value, *codes, _shortest(self.amount)


def read_batch(path: Path, kind: BatchKind) -> tuple[list[BatchLine], list[Problem]]:
    """Read a file as far as it goes; nothing is raised, every problem is collected, in the order of the rows (BATCH-1).

    An account stands in one row only, so that the rows do not depend on their order. A row with a fault is a line too,
    which says what of it could not be read.
    """
    problems: list[Problem] = []
    lines: list[BatchLine] = []
    seen: dict[str, int] = {}
    for row in _rows(path, kind, problems):
        before = len(problems)
        line = _line(row, kind)
        first = seen.setdefault(line.member, row.origin.row) if line.member else row.origin.row
        if first != row.origin.row:
            row.report("member", Fault.ACCOUNT_TWICE, value=line.member, row=first)
        lines.append(replace(line, unread=frozenset(one.column for one in problems[before:])))
    if not lines and not problems:
        problems.append(Problem(Fault.NO_ROWS, Origin(path.name, 0)))
    return lines, sorted(problems, key=lambda one: one.origin.row)


def _rows(path: Path, kind: BatchKind, problems: list[Problem]) -> Iterator[Row]:
    columns, optional = kind.value
    if path.suffix.lower() in OLD_SUFFIXES:
        problems.append(Problem(Fault.OLD_WORKBOOK, Origin(path.name, 0)))
        return
    if path.suffix.lower() not in SUFFIXES:
        yield from rows_of(path, columns, problems, optional)
        return
    try:
        cells = read_sheet(path)
    except SheetUnreadable as error:
        problems.append(Problem(Fault.NOT_READABLE, Origin(path.name, 0), "", {"detail": str(error)}))
        return
    header = header_of(cells[0] if cells else [], (*columns, *optional))
    while header and not header[-1]:
        header.pop()
    if wrong := header_problem(path.name, header, columns, optional):
        problems.append(wrong)
        return
    for number, texts in enumerate(cells[1:], 2):
        row = Row(
            Origin(path.name, number), dict.fromkeys(optional, "") | dict(zip(header, texts, strict=False)), problems
        )
        if any(texts[len(header) :]):
            row.report("", Fault.WRONG_WIDTH, found=len(texts), expected=len(header))
        elif any(texts):
            yield row


def _shortest(amount: str) -> str:
    """Return an amount without the zeros that say nothing: a sheet writes 300.5 for 300.50."""
    whole, point, decimals = amount.partition(".")
    return f"{whole}{point}{decimals}".rstrip("0").rstrip(".") if decimals else whole


def _line(row: Row, kind: BatchKind) -> BatchLine:
    member = row.id("member")
    main = row.id("main") if "main" in kind.value[0] else ""
    amount = next((row.values[name] for name in ("amount", "limit") if name in kind.value[0]), "")
    if kind not in {BatchKind.LINK, BatchKind.PERMIT}:
        return BatchLine(row.origin, member, main, amount=amount)
    mode = (
        row.read("mode", _mode, Fault.NOT_ONE_OF, INDEPENDENT, known=_MODES) if kind is BatchKind.LINK else INDEPENDENT
    )
    codes, unknown = parsed(row.values["permissions"].replace(";", " ").replace(",", " ").split())
    for code in dict.fromkeys(unknown):
        row.report("permissions", Fault.NOT_ONE_OF, value=code, known=_CODES)
    return BatchLine(row.origin, member, main, mode, codes)


_MODES = ", ".join(name for name in MODES if name)
_CODES = ", ".join(code.name for code in RelationPermission)


def _mode(text: str) -> FinanceMode:
    try:
        return MODES[text.lower()]
    except KeyError as error:
        raise ValueError(text) from error
