"""Relations of a main account and its members, billing cycles of products, how far usage reaches."""

from __future__ import annotations

from alembic import op

from partita.store.migrations.run import plain

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run `0003_relations.sql`."""
    plain(op.get_bind(), "0003_relations.sql")
