"""Tenants: row-level security by enterprise."""

from __future__ import annotations

from alembic import op

from partita.store.migrate import KNOWN
from partita.store.migrations.run import plain

revision = "0007"
down_revision = max(number for number in KNOWN if number < revision)


def upgrade() -> None:
    """Run `0007_tenants.sql`."""
    plain(op.get_bind(), "0007_tenants.sql")
