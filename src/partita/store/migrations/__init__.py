"""The schema's migrations: plain SQL files, run by Alembic."""
