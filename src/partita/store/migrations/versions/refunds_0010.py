"""Refunds are found without reading all entries of a payer."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0010"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0010_refunds.sql`."""
    plain(op.get_bind(), "0010_refunds.sql")
