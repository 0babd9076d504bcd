"""The books: organisation, catalogue, manifests, closing, ledger, guards."""

from __future__ import annotations

from alembic import op

from partita.store.migrations.run import plain

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run `0001_books.sql`."""
    plain(op.get_bind(), "0001_books.sql")
