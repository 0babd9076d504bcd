"""Clearing: whoever brings money into an account pays its bills with it."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0008"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0008_clearing.sql`."""
    plain(op.get_bind(), "0008_clearing.sql")
