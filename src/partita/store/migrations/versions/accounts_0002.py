"""Accounts, legal entities, users, roles and policies."""

from __future__ import annotations

from alembic import op

from partita.store.migrations.run import plain

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run `0002_accounts.sql`."""
    plain(op.get_bind(), "0002_accounts.sql")
