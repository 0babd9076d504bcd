"""Adjustments in PostgreSQL: what was put on which bill, why, and by whom.

Owns the SQL of `bill_adjustment`; rows are only ever added. Decides nothing. Rules: ADJUST-1 … ADJUST-4
(`docs/rules/adjustment.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partita.core.adjustment import Adjustment
from partita.core.ids import bucket_of
from partita.core.money import Money
from partita.core.period import Month
from partita.store import rows as rows_store
from partita.store.db import Transaction

_COLUMNS = (
    "payer_id, adjustment_id, account_id, product_id, sku_id, resource_id, currency, amount_minor, about, month, "
    "charged_at, reason"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """An adjustment as it was recorded: what was asked for as a hash, by whom, and when."""

    adjustment: Adjustment
    body_hash: bytes
    recorded_by: str
    recorded_at: datetime


def add(tx: Transaction, kept: Kept, *, idempotency_key: str) -> None:
    """Append an adjustment; the caller holds the lock of the intake, so that no close freezes its month meanwhile."""
    one = kept.adjustment
    row = (
        one.payer_id, one.adjustment_id, one.account_id, one.product_id, one.sku_id, one.resource_id,
        one.amount.currency, one.amount.minor, one.about.number, one.month.number, one.charged_at, one.reason,
        idempotency_key, kept.body_hash, kept.recorded_by, kept.recorded_at,
    )  # fmt: skip
    rows_store.add(tx, f"bill_adjustment ({_COLUMNS}, idempotency_key, body_hash, recorded_by, recorded_at)", [row])


def by_key(tx: Transaction, account_id: str, idempotency_key: str) -> Kept | None:
    """Return the adjustment that a key of an account stands for."""
    row = tx.execute(
        f"select {_COLUMNS}, body_hash, recorded_by, recorded_at from bill_adjustment "
        "where account_id = %s and idempotency_key = %s",
        (account_id, idempotency_key),
    ).fetchone()
    return None if row is None else _kept(row)


def adjustments(
    tx: Transaction, *, month: int | None = None, payer_id: str | None = None, after: int | None = None
) -> list[Kept]:
    """Return adjustments of one bill month, of one payer, or of the months after one, in the order of recording."""
    rows = tx.execute(
        f"select {_COLUMNS}, body_hash, recorded_by, recorded_at from bill_adjustment "
        "where (%(month)s::integer is null or month = %(month)s) and (%(payer)s::text is null or payer_id = %(payer)s) "
        "and (%(after)s::integer is null or month > %(after)s) order by recorded_at, adjustment_id",
        {"month": month, "payer": payer_id, "after": after},
    )
    return [_kept(row) for row in rows]


def by_bucket(tx: Transaction, month: int, buckets: int) -> dict[int, tuple[Adjustment, ...]]:
    """Return what a month's bills take up, by the bucket of the payer."""
    found: dict[int, tuple[Adjustment, ...]] = {}
    for kept in adjustments(tx, month=month):
        one = kept.adjustment
        bucket = bucket_of(one.payer_id, buckets)
        found[bucket] = (*found.get(bucket, ()), one)
    return found


def months(tx: Transaction, after: int, through: int) -> set[int]:
    """Return the months (`YYYYMM`) after one and through another whose bills take up an adjustment."""
    rows = tx.execute("select distinct month from bill_adjustment where month > %s and month <= %s", (after, through))
    return {month for (month,) in rows}


def reasons(tx: Transaction, month: int, payer_ids: Collection[str] | None) -> dict[str, str]:
    """Return why the adjustments of a month were made, of some payers or of all: id → reason."""
    rows = tx.execute(
        "select adjustment_id, reason from bill_adjustment where month = %(month)s "
        "and (%(payers)s::text[] is null or payer_id = any(%(payers)s))",
        {"month": month, "payers": None if payer_ids is None else sorted(payer_ids)},
    )
    return dict(rows.fetchall())


def _kept(row: tuple[Any, ...]) -> Kept:
    payer, name, account, product, sku, resource, currency, amount, about, month, at, reason, *rest = row
    one = Adjustment(
        name, payer, account, product, sku, resource, Money(amount, currency), Month.from_number(about),
        Month.from_number(month), at, reason,
    )  # fmt: skip
    return Kept(one, bytes(rest[0]), *rest[1:])
