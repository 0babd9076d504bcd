"""Credits pay bills: which bill below zero or credit refund took what off which bill; and refunds are found quickly."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0009"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0009_offsets.sql`."""
    plain(op.get_bind(), "0009_offsets.sql")
