"""Resource packages and savings plans: what was bought, whom it serves, and what usage took of it."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0011"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0011_packages.sql`."""
    plain(op.get_bind(), "0011_packages.sql")
