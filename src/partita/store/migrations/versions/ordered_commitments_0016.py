"""Packages and plans that are ordered, and start when their order is paid."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0016"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0016_ordered_commitments.sql`."""
    plain(op.get_bind(), "0016_ordered_commitments.sql")
