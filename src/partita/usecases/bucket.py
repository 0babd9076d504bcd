"""Buckets side by side: the work on payer buckets, as many at once as the bulk engine has threads.

Owns how buckets share one engine and when they stop. A small bucket cannot keep two threads busy (a file is cut by its
row groups), several small ones can; a large one uses every thread that is free. Does not own what is done in a bucket:
it must depend on nothing that another bucket does. See ARCHITECTURE.md, "payer buckets".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from contextlib import suppress
from typing import TypeVar

import duckdb

_AT_ONCE_MOST = 6
"""More would wait for connections of the pool, not for the engine."""

_PATIENCE_SECONDS = 0.1

Outcome = TypeVar("Outcome")


def side_by_side(
    engine: duckdb.DuckDBPyConnection,
    buckets: Sequence[int],
    work: Callable[[int, duckdb.DuckDBPyConnection], Outcome],
) -> Iterator[Outcome]:
    """Work on each bucket with a connection of its own to the engine; yield what comes of it, as it comes.

    The connections share the engine's tables, threads and memory; temporary views and tables are their own. After the
    first error, or when the caller leaves, what runs in the engine is interrupted and no other bucket is begun.
    """
    row = engine.execute("select current_setting('threads')").fetchone()
    assert row is not None, "a setting has a value"
    running: set[duckdb.DuckDBPyConnection] = set()

    def one(bucket: int) -> Outcome:
        with engine.cursor() as connection:
            running.add(connection)
            try:
                return work(bucket, connection)
            finally:
                running.discard(connection)

    with ThreadPoolExecutor(min(int(row[0]), _AT_ONCE_MOST)) as pool:
        begun = [pool.submit(one, bucket) for bucket in buckets]
        try:
            for done in as_completed(begun):
                yield done.result()
        finally:
            for future in begun:
                future.cancel()
            while wait(begun, timeout=_PATIENCE_SECONDS).not_done:
                _interrupt(tuple(running))  # again and again: a next statement may have begun


def _interrupt(running: Iterable[duckdb.DuckDBPyConnection]) -> None:
    for connection in running:
        with suppress(duckdb.ConnectionException):  # it ended just now
            connection.interrupt()
