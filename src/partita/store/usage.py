"""The manifest of usage: the batches taken in, and the Parquet files that hold their records.

A usage file counts when its row commits, in the transaction of its batch (FILE-1). The identity `sequence` grows in the
order of commits, because every writer holds `lock_intake`: "all usage through sequence n" is a fixed set for ever.
Does not own what a valid record is (`columnar.usage`). Rules: USAGE-2, USAGE-10 (`docs/rules/usage.md`), FILE-1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core.ids import bucket_of
from partita.store import org as org_store
from partita.store.db import Transaction

_INTAKE_LOCK = 0x7061_7274_0001
"""The advisory lock of the intake; the number only has to differ from other locks of the books."""


@dataclass(frozen=True, slots=True)
class UsageFile:
    """One Parquet file of accepted usage: where it lies, what it holds, and its SHA-256."""

    sequence: int
    batch_id: str
    month: int
    bucket: int
    path: str
    records: int
    quantity_e6: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class UsageBatch:
    """One import of one usage file: `records = accepted + duplicates + rejected`, checked by the database too."""

    batch_id: str
    file_name: str
    digest: bytes
    records: int
    accepted: int
    duplicates: int
    rejected: int
    quantity_e6: int

    def __post_init__(self) -> None:
        assert self.records == self.accepted + self.duplicates + self.rejected, "every row of the file is accounted for"


def files(tx: Transaction, *, month: int | None = None, through: int | None = None) -> list[UsageFile]:
    """Return the usage files of a month (`YYYYMM`), up to a sequence, or all; in the order of recording."""
    rows = tx.execute(
        "select sequence, batch_id, month, bucket, path, records, quantity_e6, digest from usage_file "
        "where (%(month)s::integer is null or month = %(month)s) "
        "and (%(through)s::bigint is null or sequence <= %(through)s) order by sequence",
        {"month": month, "through": through},
    )
    return [_file(row) for row in rows]


def files_of_account(tx: Transaction, account_id: str, months: Collection[int]) -> list[UsageFile]:
    """Return the files of months that may hold usage of an account: of the buckets of all who ever paid for it."""
    rows = tx.execute("select distinct payer_id from payment_relation where account_id = %s", (account_id,)).fetchall()
    count = org_store.bucket_count(tx)
    buckets = {bucket_of(payer, count) for (payer,) in rows}
    return [one for month in sorted(months) for one in files(tx, month=month) if one.bucket in buckets]


def last_of(tx: Transaction, month: int, buckets: Collection[int]) -> dict[int, int]:
    """Return the last usage file of buckets of a month, by bucket; a bucket without files is left out."""
    rows = tx.execute(
        "select bucket, max(sequence) from usage_file where month = %s and bucket = any(%s) group by bucket",
        (month, list(buckets)),
    )
    return dict(rows.fetchall())


def files_after(tx: Transaction, month: int, after: Mapping[int, int]) -> dict[int, list[UsageFile]]:
    """Return the usage files of a month by bucket that came after a sequence of each, in the order of recording."""
    rows = tx.execute(
        "select f.sequence, f.batch_id, f.month, f.bucket, f.path, f.records, f.quantity_e6, f.digest "
        "from unnest(%(buckets)s::integer[], %(through)s::bigint[]) as asked (bucket, through) "
        "join usage_file f on f.month = %(month)s and f.bucket = asked.bucket and f.sequence > asked.through "
        "order by f.sequence",
        {"month": month, "buckets": list(after), "through": list(after.values())},
    )
    found: dict[int, list[UsageFile]] = {bucket: [] for bucket in after}
    for one in map(_file, rows):
        found[one.bucket].append(one)
    return found


def latest_sequence(tx: Transaction) -> int:
    """Return the highest sequence of all usage files, 0 when there are none. Hold `lock_intake` to rely on it."""
    row = tx.execute("select coalesce(max(sequence), 0) from usage_file").fetchone()
    return int(row[0]) if row else 0


def lock_intake(tx: Transaction) -> None:
    """Wait until nobody else takes usage in, and keep others out until the transaction ends."""
    tx.execute("select pg_advisory_xact_lock(%s)", (_INTAKE_LOCK,))


def batches_of(tx: Transaction, digest: bytes) -> list[UsageBatch]:
    """Return the batches that came from a file with this SHA-256, oldest first: more than one after rejected rows."""
    rows = tx.execute(
        "select batch_id, file_name, digest, records, accepted, duplicates, rejected, quantity_e6 from usage_batch "
        "where digest = %s order by recorded_at, batch_id",
        (digest,),
    )
    return [_batch(row) for row in rows]


def batches(tx: Transaction) -> list[UsageBatch]:
    """Return every batch, oldest first."""
    rows = tx.execute(
        "select batch_id, file_name, digest, records, accepted, duplicates, rejected, quantity_e6 from usage_batch "
        "order by recorded_at, batch_id"
    )
    return [_batch(row) for row in rows]


def frozen_through(tx: Transaction) -> int:
    """Return the last month (`YYYYMM`) that a close has frozen, 0 before the first close.

    Usage of that month and of any earlier one is late when it comes in now (USAGE-8), whether or not the earlier month
    had a close of its own.
    """
    row = tx.execute("select coalesce(max(month), 0) from close_run").fetchone()
    return int(row[0]) if row else 0


def reach(tx: Transaction, accounts: Sequence[tuple[str, datetime]]) -> None:
    """Move on how far the usage of accounts reaches: (account, last start of what was taken in). Hold `lock_intake`."""
    if accounts:
        tx.execute(
            "insert into usage_reach (account_id, last_start) select * from unnest(%s::text[], %s::timestamptz[]) "
            "on conflict (account_id) do update set last_start = excluded.last_start "
            "where usage_reach.last_start < excluded.last_start",
            ([account for account, _ in accounts], [last for _, last in accounts]),
        )


def reach_of(tx: Transaction, account_ids: Iterable[str] | None = None) -> dict[str, datetime]:
    """Return how far the stored usage of accounts (default all) reaches: the last start of any record of each.

    Who pays is stored with a record when it is taken in, so no payer may change before that (USAGE-10). Hold
    `lock_intake` to rely on it.
    """
    asked = None if account_ids is None else sorted(set(account_ids))
    rows = tx.execute(
        "select account_id, last_start from usage_reach where %(asked)s::text[] is null or account_id = any(%(asked)s)",
        {"asked": asked},
    )
    return dict(rows.fetchall())


def record(tx: Transaction, batch: UsageBatch, written: Sequence[UsageFile], *, recorded_at: datetime) -> None:
    """Name a batch and its finished files in the manifest; they count when the transaction commits (FILE-1).

    The `sequence` of the given files is ignored: the database hands it out. The caller holds `lock_intake`.
    """
    assert batch.accepted == sum(one.records for one in written), "the files hold what was accepted"
    assert batch.quantity_e6 == sum(one.quantity_e6 for one in written), "the files hold what was accepted"
    tx.execute(
        "insert into usage_batch (batch_id, file_name, digest, records, accepted, duplicates, rejected, quantity_e6, "
        "recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            batch.batch_id, batch.file_name, batch.digest, batch.records, batch.accepted, batch.duplicates,
            batch.rejected, batch.quantity_e6, recorded_at,
        ),
    )  # fmt: skip
    with tx.cursor() as cursor:
        cursor.executemany(
            "insert into usage_file (batch_id, month, bucket, path, records, quantity_e6, digest, recorded_at) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (one.batch_id, one.month, one.bucket, one.path, one.records, one.quantity_e6, one.digest, recorded_at)
                for one in written
            ],
        )


def _file(row: tuple) -> UsageFile:  # type: ignore[type-arg]
    sequence, batch_id, month, bucket, path, records, quantity_e6, digest = row
    return UsageFile(sequence, batch_id, month, bucket, path, records, int(quantity_e6), bytes(digest))


def _batch(row: tuple) -> UsageBatch:  # type: ignore[type-arg]
    *counted, quantity_e6 = row
    batch_id, file_name, digest, records, accepted, duplicates, rejected = counted
    return UsageBatch(batch_id, file_name, bytes(digest), records, accepted, duplicates, rejected, int(quantity_e6))
