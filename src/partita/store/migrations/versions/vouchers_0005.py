"""Templates, vouchers, coupons, and the order in which they are used."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0005"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0005_vouchers.sql`."""
    plain(op.get_bind(), "0005_vouchers.sql")
