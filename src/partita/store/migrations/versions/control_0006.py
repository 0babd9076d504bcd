"""Running spend, stop and resume, alerts, the outbox."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0006"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0006_control.sql`."""
    plain(op.get_bind(), "0006_control.sql")
