"""What came back of what a card paid that is over."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0020"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0020_card_return.sql`."""
    plain(op.get_bind(), "0020_card_return.sql")
