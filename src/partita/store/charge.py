"""The manifest of charge files: which Parquet files hold the charges that count.

A charge file counts when its row commits. Of provisional files (made by `rate`) only the highest generation of a month
and bucket counts, and none once the bucket has a final file; an import counts until another replaces it.
Rules: FILE-1, CHARGE-3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from partita.core.charge import Costs
from partita.store.db import Transaction

Stage = Literal["provisional", "final", "imported"]


@dataclass(frozen=True, slots=True)
class ChargeFile:
    """One Parquet file of charges: where it lies, what it holds, and its SHA-256."""

    stage: Stage
    origin: str
    month: int
    bucket: int
    generation: int
    import_id: str | None
    path: str
    records: int
    costs: Costs
    digest: bytes


_COUNTING = """
    select f.stage, f.origin, f.month, f.bucket, f.generation, f.import_id, f.path, f.records,
           f.list_cost_e10, f.contracted_cost_e10, f.billed_cost_e10, f.effective_cost_e10, f.digest
    from charge_file f
    where (%(month)s::integer is null or f.month = %(month)s)
      and case f.stage
          when 'final' then true
          when 'imported' then not exists (select from bill_import_replaced r where r.import_id = f.import_id)
          else not exists (select from charge_file o where o.month = f.month and o.bucket = f.bucket
                           and (o.stage = 'final' or (o.stage = 'provisional' and o.generation > f.generation)))
               -- the next close charges what comes late for a month that was passed over
               and (f.month > (select coalesce(max(month), 0) from close_run)
                    or exists (select from close_run c where c.month = f.month))
          end
    order by f.month, f.bucket, f.recorded_at, f.path
"""


def counting(tx: Transaction, month: int | None = None) -> list[ChargeFile]:
    """Return the charge files that count, of one month (`YYYYMM`) or of all, in a stable order (CHARGE-3)."""
    return [_charge_file(row) for row in tx.execute(_COUNTING, {"month": month})]


def every(tx: Transaction) -> list[ChargeFile]:
    """Return every charge file ever named, counting or not, in the order of recording."""
    rows = tx.execute(
        "select stage, origin, month, bucket, generation, import_id, path, records, list_cost_e10, "
        "contracted_cost_e10, billed_cost_e10, effective_cost_e10, digest from charge_file order by recorded_at, path"
    )
    return [_charge_file(row) for row in rows]


def record(tx: Transaction, files: Sequence[ChargeFile], *, recorded_at: datetime) -> None:
    """Name finished files in the manifest; they count when the transaction commits (FILE-1)."""
    with tx.cursor() as cursor:
        cursor.executemany(
            "insert into charge_file (stage, origin, month, bucket, generation, import_id, path, records, "
            "list_cost_e10, contracted_cost_e10, billed_cost_e10, effective_cost_e10, digest, recorded_at) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    *(one.stage, one.origin, one.month, one.bucket, one.generation, one.import_id, one.path),
                    *(one.records, one.costs.list_cost_e10, one.costs.contracted_cost_e10),
                    *(one.costs.billed_cost_e10, one.costs.effective_cost_e10, one.digest, recorded_at),
                )
                for one in files
            ],
        )


def _charge_file(row: tuple) -> ChargeFile:  # type: ignore[type-arg]
    stage, origin, month, bucket, generation, import_id, path, records, *costs, digest = row
    exact = Costs(*(int(cost) for cost in costs))
    return ChargeFile(stage, origin, month, bucket, generation, import_id, path, records, exact, bytes(digest))
