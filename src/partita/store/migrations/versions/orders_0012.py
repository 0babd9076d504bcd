"""Orders, approval, subscriptions and refunds."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0012"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0012_orders.sql`."""
    plain(op.get_bind(), "0012_orders.sql")
