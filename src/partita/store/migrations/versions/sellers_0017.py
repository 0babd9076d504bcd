"""What cash paid to each seller of a bill; a seller that can be put right."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0017"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0017_sellers.sql`."""
    plain(op.get_bind(), "0017_sellers.sql")
