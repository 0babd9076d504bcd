"""The catalogue beyond usage prices: configurations, prices of subscriptions, promotions, the audit trail."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0010"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0010_catalogue.sql`."""
    plain(op.get_bind(), "0010_catalogue.sql")
