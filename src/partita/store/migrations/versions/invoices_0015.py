"""Invoices: issuers, invoices and red letters with their lines and steps, offsets of what is owed."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0015"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0015_invoices.sql`."""
    plain(op.get_bind(), "0015_invoices.sql")
