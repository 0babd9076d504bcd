"""`partita reconcile …`: statements in, transfers, differences, and days that are closed."""

from partita.cli.reconcile.difference import close, days, differences, resolve
from partita.cli.reconcile.statement import source, sources, statements, take_in
from partita.cli.reconcile.transfer import assign, dismiss, transfers

__all__ = [
    "assign", "close", "days", "differences", "dismiss", "resolve", "source", "sources", "statements", "take_in",
    "transfers",
]  # fmt: skip
