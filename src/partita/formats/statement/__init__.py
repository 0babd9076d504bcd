"""Statements of banks and payment channels as files: CAMT.053 (`camt`) and CSV (`table`), told apart by their content.

Rules: RECON-2 (`docs/rules/reconciliation.md`).
"""

from __future__ import annotations

from datetime import date

from partita.core.money import Money
from partita.core.reconciliation import Statement, StatementSource
from partita.core.refusal import Reason, Refused, refused
from partita.formats.statement import camt, table

BYTES_MAX = 512 * 1024 * 1024


def read(
    content: bytes, path: str, source: StatementSource, days: tuple[date, date] | None = None
) -> Statement | Refused:
    """Read a statement. `days`: the first and the last day that it covers, where the file does not say.

    Refused: FILE_EMPTY, WRONG_ENCODING_OF_TWO, FILE_UNREADABLE, WRONG_HEADER, COLUMN_TWICE, BAD_VALUE,
    FILE_WITHOUT_ROWS (a CSV without rows and without days), STATEMENT_OF_ANOTHER, STATEMENT_DOES_NOT_ADD_UP.
    """
    if not content.strip():
        return refused(Reason.FILE_EMPTY, path=path)
    found = camt.read(content, source, days) if camt.is_camt(content) else table.read(content, path, source, days)
    if isinstance(found, Refused):
        return found
    if found.currency != source.currency:
        return refused(
            Reason.STATEMENT_OF_ANOTHER, currency=found.currency, source=source.source_id, expected=source.currency
        )
    return found if found.adds_up else _off(found)


def _off(one: Statement) -> Refused:
    figures = {"opening": one.opening, "lines": sum(line.amount for line in one.lines), "closing": one.closing}
    texts = {name: str(Money(amount or 0, one.currency)) for name, amount in figures.items()}
    return refused(Reason.STATEMENT_DOES_NOT_ADD_UP, **texts)
