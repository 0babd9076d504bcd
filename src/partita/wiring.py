"""Wiring: builds the open books from the settings. It decides nothing.

The only place that reads the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from partita.core.permission import Actor
from partita.settings import Settings
from partita.store.db import pool_at, ready_address
from partita.store.engine import open_engine, spilling
from partita.store.files import FileRoom
from partita.usecases.service_control import watch
from partita.usecases.work import Books


@contextmanager
def open_books(settings: Settings) -> Iterator[Books]:
    """Open the books of these settings and close them afterwards.

    The files lie in `PARTITA_HOME/files`, wherever the database is. Raises DatabaseUnavailable.
    """
    room = FileRoom(settings.home / "files")
    where = ready_address(settings)
    try:
        with spilling(room), pool_at(where) as pool:
            yield Books(
                pool=pool,
                room=room,
                clock=_clock(settings.now),
                engine=lambda: open_engine(room, memory=settings.memory, threads=settings.threads),
                actor=Actor(settings.user, settings.account),
                watch=watch,
            )
    finally:
        where.release()


def _clock(stopped_at: datetime | None) -> Callable[[], datetime]:
    if stopped_at is None:
        return lambda: datetime.now(UTC)
    return lambda: stopped_at
