"""Funds: holds, freezes, acceptance bills, stored-value cards, payments, credit."""

from __future__ import annotations

from alembic import op

from partita.store.migrations.run import plain

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run `0004_funds.sql`."""
    plain(op.get_bind(), "0004_funds.sql")
