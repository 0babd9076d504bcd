"""The imports of providers' bills: which files were taken in, their equations, and which stand in for others.

Owns the tables `bill_import` and `bill_import_replaced`. The charges themselves are Parquet files named in the manifest
of charges (`store.charge`). Rules: IMPORT-2, IMPORT-6 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from partita.formats.decimals import EXACT
from partita.store.db import Transaction

_COLUMNS = (
    "import_id, format, file_name, digest, currency, records, file_total, charges_total, remainder, "
    "credits_total, credits_charges_total, credits_remainder"
)


@dataclass(frozen=True, slots=True)
class BillImport:
    """One file taken in: `file_total = charges_total + remainder`, and so for its credits; the database checks."""

    import_id: str
    format_name: str
    file_name: str
    digest: bytes
    currency: str
    records: int
    file_total: Decimal
    charges_total: Decimal
    remainder: Decimal
    credits_total: Decimal
    credits_charges_total: Decimal
    credits_remainder: Decimal

    def __post_init__(self) -> None:
        # EXACT, for a plain sum of decimals would round at 28 digits.
        charged = EXACT.add(self.charges_total, self.remainder)
        assert self.file_total == charged, "the file is its charges and one remainder"
        credited = EXACT.add(self.credits_charges_total, self.credits_remainder)
        assert self.credits_total == credited, "and so are its credits"


@dataclass(frozen=True, slots=True)
class Standing:
    """An import that counts in a month and bucket, with one of its files."""

    import_id: str
    month: int
    bucket: int
    path: str


def find(tx: Transaction, digest: bytes) -> BillImport | None:
    """Return the import of the file with this SHA-256, replaced or not."""
    row = tx.execute(f"select {_COLUMNS} from bill_import where digest = %s", (digest,)).fetchone()
    return None if row is None else _import(row)


def imports(tx: Transaction) -> list[BillImport]:
    """Return every import, oldest first."""
    return [_import(row) for row in tx.execute(f"select {_COLUMNS} from bill_import order by recorded_at, import_id")]


def replaced_by(tx: Transaction, import_id: str) -> str | None:
    """Return the import that stands in the place of this one, if one does."""
    row = tx.execute("select replaced_by from bill_import_replaced where import_id = %s", (import_id,)).fetchone()
    return None if row is None else str(row[0])


def standing(tx: Transaction, format_name: str, months: Collection[int]) -> list[Standing]:
    """Return the files of the imports of this format that count and hold any of these months: all files of each."""
    rows = tx.execute(
        "select import_id, month, bucket, path from charge_file f where stage = 'imported' and import_id in "
        "(select import_id from charge_file where stage = 'imported' and origin = %s and month = any(%s)) "
        "and not exists (select from bill_import_replaced r where r.import_id = f.import_id) "
        "order by recorded_at, path",
        (format_name, sorted(months)),
    )
    return [Standing(*row) for row in rows]


def record(tx: Transaction, taken: BillImport, *, recorded_at: datetime) -> None:
    """Record an import."""
    tx.execute(
        f"insert into bill_import ({_COLUMNS}, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            taken.import_id, taken.format_name, taken.file_name, taken.digest, taken.currency, taken.records,
            taken.file_total, taken.charges_total, taken.remainder, taken.credits_total, taken.credits_charges_total,
            taken.credits_remainder, recorded_at,
        ),
    )  # fmt: skip


def replace(tx: Transaction, replaced: Sequence[str], *, by: str, recorded_at: datetime) -> None:
    """Record that an import stands in the place of others; they stop counting when the transaction commits."""
    for other in replaced:
        tx.execute(
            "insert into bill_import_replaced (import_id, replaced_by, recorded_at) values (%s, %s, %s)",
            (other, by, recorded_at),
        )


def _import(row: tuple) -> BillImport:  # type: ignore[type-arg]
    import_id, format_name, file_name, digest, *rest = row
    return BillImport(import_id, format_name, file_name, bytes(digest), *rest)
