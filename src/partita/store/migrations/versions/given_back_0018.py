"""What of packages that were given back is paid for."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0018"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0018_given_back.sql`."""
    plain(op.get_bind(), "0018_given_back.sql")
