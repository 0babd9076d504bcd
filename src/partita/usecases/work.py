"""The open books: what a use case may reach, and nothing else.

`Books` is what wiring opens once per process: the pool, the room for files, the clock, and who asks. `Work` is one
open transaction with its `now`. A use case that is one transaction takes a `Work`; one that is a series of
transactions (an import, a close) takes `Books` and opens a `Work` for each, so that a kill between two leaves whole
steps behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
from psycopg_pool import ConnectionPool

from partita.core.permission import OPERATOR, Actor
from partita.core.service_control import Change
from partita.store import tenant as tenant_store
from partita.store.db import Transaction
from partita.store.files import FileRoom


@dataclass(frozen=True, slots=True)
class Work:
    """One open transaction, the instant at which it happens, and who asks. Leaving it without an exception commits.

    `touched`: accounts whose money or usage moved here; before the transaction commits, what follows for their service
    is decided in it (`Books.watch`) and stands in `changes`. A dry run touches nobody.
    """

    tx: Transaction
    now: datetime
    actor: Actor = OPERATOR
    touched: set[str] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)


def _nobody(work: Work) -> None:
    """Watch nobody: what books without stop and resume do."""


@dataclass(frozen=True, slots=True)
class Books:
    """The open books of one process.

    `clock` gives the present instant (aware); `room` holds the files; `engine` opens a DuckDB connection with the
    memory limit, threads, UTC and a spill folder in the room: close it after use. `actor` is who asks; jobs and whoever
    names no user are the operator. `watch` decides about the accounts that a transaction touched.
    """

    pool: ConnectionPool[Transaction]
    room: FileRoom
    clock: Callable[[], datetime]
    engine: Callable[[], duckdb.DuckDBPyConnection]
    actor: Actor = OPERATOR
    watch: Callable[[Work], None] = _nobody

    @contextmanager
    def work(self, now: datetime | None = None) -> Iterator[Work]:
        """Open one transaction; `now` stands in for the clock where a step is run again.

        Unless the operator asks, PostgreSQL keeps it within the enterprises that the actor reaches (TENANT-1).
        """
        with self.pool.connection() as connection, connection.transaction():
            work = Work(connection, now or self.clock(), self.actor)
            if not self.actor.is_operator:
                user_id, account_id = self.actor.user_id, self.actor.account_id
                tenant_store.enter(connection, user_id=user_id, account_id=account_id, at=work.now)
            yield work
            if work.touched:
                self.watch(work)
