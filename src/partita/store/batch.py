"""Batches in PostgreSQL: files of commands that were applied, and what became of each of their rows.

Decides nothing. Rules: BATCH-2 (`docs/rules/batch.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class BatchRow:
    """What became of one row (as an editor counts): done now, or so already; what was done, in two languages."""

    line: int
    repeated: bool
    account_id: str
    english: str
    chinese: str


@dataclass(frozen=True, slots=True)
class Batch:
    """A file of commands that was applied wholly; `digest` is of what its rows say, wherever they stand."""

    batch_id: str
    kind: str
    digest: bytes
    file_name: str
    rows: tuple[BatchRow, ...]
    recorded_by: str
    recorded_at: datetime


def enterprises_of(tx: Transaction, account_ids: Collection[str]) -> list[str]:
    """Return the enterprises of accounts, sorted."""
    rows = tx.execute(
        "select distinct enterprise_id from account where account_id = any(%s) order by 1", (sorted(account_ids),)
    )
    return [row[0] for row in rows]


def batch(tx: Transaction, batch_id: str) -> Batch | None:
    """Return a batch with its rows."""
    row = tx.execute(
        "select batch_id, kind, digest, file_name, recorded_by, recorded_at from batch where batch_id = %s", (batch_id,)
    ).fetchone()
    if row is None:
        return None
    lines = tx.execute(
        "select line, outcome = 'repeated', account_id, english, chinese from batch_row where batch_id = %s "
        "order by line",
        (batch_id,),
    )
    return Batch(row[0], row[1], bytes(row[2]), row[3], tuple(BatchRow(*line) for line in lines), row[4], row[5])


def add(tx: Transaction, one: Batch) -> None:
    """Append a batch and its rows. The caller holds the locks of all accounts in it."""
    tx.execute(
        "insert into batch (batch_id, kind, digest, file_name, lines, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s)",
        (one.batch_id, one.kind, one.digest, one.file_name, len(one.rows), one.recorded_by, one.recorded_at),
    )
    _add_rows(tx, one.batch_id, one.rows, recorded_at=one.recorded_at)


def _add_rows(tx: Transaction, batch_id: str, rows: Sequence[BatchRow], *, recorded_at: datetime) -> None:
    tx.execute(
        "insert into batch_row (batch_id, line, outcome, account_id, english, chinese, recorded_at) "
        "select %s, line, outcome, account_id, english, chinese, %s "
        "from unnest(%s::integer[], %s::text[], %s::text[], %s::text[], %s::text[]) "
        "as new (line, outcome, account_id, english, chinese)",
        (
            batch_id,
            recorded_at,
            [row.line for row in rows],
            ["repeated" if row.repeated else "done" for row in rows],
            [row.account_id for row in rows],
            [row.english for row in rows],
            [row.chinese for row in rows],
        ),
    )
