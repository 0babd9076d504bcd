"""What orders left on credit is cleared and dunned like bills."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0019"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0019_order_debts.sql`."""
    plain(op.get_bind(), "0019_order_debts.sql")
