"""Reconciliation in PostgreSQL: statements (`statement`), what differs (`compare`), closed days and what is resolved.

Rules: RECON-1 … RECON-5 (`docs/rules/reconciliation.md`).
"""

from partita.store.reconciliation.compare import DifferenceRow, day_sums, differences, pair_count
from partita.store.reconciliation.day import (
    DayRow,
    close_day,
    closed_among,
    closed_days,
    end_difference,
    note_of,
    standing,
)
from partita.store.reconciliation.statement import (
    LineRow,
    StatementRow,
    add_lines,
    add_source,
    add_statement,
    line,
    line_counts,
    lines_known,
    lock_source,
    source,
    source_of,
    sources,
    statement_by_digest,
    statements,
)

__all__ = [
    "DayRow", "DifferenceRow", "LineRow", "StatementRow", "add_lines", "add_source", "add_statement", "close_day",
    "closed_among", "closed_days", "day_sums", "differences", "end_difference", "line", "line_counts", "lines_known",
    "lock_source", "note_of", "pair_count", "source", "source_of", "sources", "standing", "statement_by_digest",
    "statements",
]  # fmt: skip
