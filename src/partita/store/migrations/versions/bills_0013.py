"""Views of bills, adjustments and custom bills."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0013"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0013_bills.sql`."""
    plain(op.get_bind(), "0013_bills.sql")
