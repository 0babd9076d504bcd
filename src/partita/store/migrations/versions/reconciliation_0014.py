"""The rest of clearing, dunning, bank transfers and reconciliation."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0014"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0014_reconciliation.sql`."""
    plain(op.get_bind(), "0014_reconciliation.sql")
