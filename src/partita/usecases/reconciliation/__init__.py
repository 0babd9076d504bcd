"""Reconciliation (对账): statements in (`statement`), what differs and what is done about it, and days that are closed.

Rules: RECON-1 … RECON-5 (`docs/rules/reconciliation.md`).
"""

from partita.usecases.reconciliation.difference import (
    DayClosed,
    DifferenceShown,
    Resolved,
    close_day,
    days,
    differences,
    resolve,
)
from partita.usecases.reconciliation.statement import (
    SourceAdded,
    StatementTaken,
    add_source,
    sources,
    statements,
    take_in,
)

__all__ = [
    "DayClosed", "DifferenceShown", "Resolved", "SourceAdded", "StatementTaken", "add_source", "close_day", "days",
    "differences", "resolve", "sources", "statements", "take_in",
]  # fmt: skip
