"""What usage took of packages and plans: of closed months as facts, of open ones as running state.

Owns the SQL of `commitment_use` (only of quotas that go on beyond a month) and `commitment_running` (those, and the
last window of quotas that reset). Amounts are base units × 10^6. Rules: DEDUCT-2, DEDUCT-6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core.deduction import Commitment, WindowKey
from partita.store import rows as rows_store
from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class Taken:
    """What a payer's usage took of a window of a commitment (base units × 10^6)."""

    payer_id: str
    source_id: str
    window_at: datetime
    taken: int


def save_use(tx: Transaction, month: int, rows: Sequence[Taken], *, recorded_at: datetime) -> None:
    """Append what the close of a month took of quotas that go on."""
    rows_store.add(
        tx,
        "commitment_use (payer_id, month, source_id, taken, recorded_at)",
        ((one.payer_id, month, one.source_id, one.taken, recorded_at) for one in rows),
    )


def clear_running(tx: Transaction, month: int, bucket: int) -> None:
    """Let nothing stand as running of a month in a bucket: a close has taken it, or it is counted anew."""
    tx.execute("delete from commitment_running where month = %s and bucket = %s", (month, bucket))


def set_running(tx: Transaction, month: int, bucket: int, rows: Iterable[Taken]) -> None:
    """Let these be what an open month took in a bucket, one window for each source."""
    clear_running(tx, month, bucket)
    rows_store.add(
        tx,
        "commitment_running (payer_id, month, source_id, bucket, window_at, taken)",
        ((one.payer_id, month, one.source_id, bucket, one.window_at, one.taken) for one in rows),
    )


def running_of(tx: Transaction, source_ids: Iterable[str]) -> dict[str, list[tuple[int, datetime, int]]]:
    """Return what open months took of sources: (month, start of the window, taken), by month."""
    rows = tx.execute(
        "select source_id, month, window_at, taken::text from commitment_running where source_id = any(%s) "
        "order by source_id, month",
        (sorted(source_ids),),
    )
    found: dict[str, list[tuple[int, datetime, int]]] = {}
    for source, month, window, taken in rows:
        found.setdefault(source, []).append((month, window, int(taken)))
    return found


def taken_before(
    tx: Transaction, commitments: Iterable[Commitment], *, closed_before: int, running: int | None = None
) -> dict[WindowKey, int]:
    """Return what was taken of whole validities before: by closes of months before one (`YYYYMM`).

    With `running` also by the open months before that one.
    """
    lasting = {one.source_id: one.valid.start for one in commitments if one.cycle is None}
    if not lasting:
        return {}
    rows = tx.execute(
        "select source_id, sum(taken)::text from ("
        "select source_id, taken from commitment_use where month < %(closed)s and source_id = any(%(asked)s) "
        "union all select source_id, taken from commitment_running "
        "where month < coalesce(%(running)s::integer, 0) and source_id = any(%(asked)s)) as t group by 1",
        {"closed": closed_before, "running": running, "asked": sorted(lasting)},
    )
    return {(source, lasting[source]): int(taken) for source, taken in rows}


def taken_in_all(tx: Transaction, source_ids: Iterable[str]) -> dict[str, int]:
    """Return what closed months took of the whole validity of sources."""
    rows = tx.execute(
        "select source_id, sum(taken)::text from commitment_use where source_id = any(%s) group by 1",
        (sorted(source_ids),),
    )
    return {source: int(taken) for source, taken in rows}
