"""Alembic's environment: migrations run on the connection that `run.upgrade` hands over, nowhere else."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
