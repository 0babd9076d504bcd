"""Coupons in PostgreSQL: what was issued to whom, and when it is valid.

Owns the SQL of `coupon`. Rows are only ever added. Rules: COUPON-1, COUPON-4.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from partita.core.coupon import Coupon
from partita.core.period import Period
from partita.store import template as template_store
from partita.store.db import Transaction

_COUPON = f"{template_store.COLUMNS}, c.coupon_id, c.account_id, c.valid_from, c.valid_until, c.recorded_at"
_JOIN = "coupon c join template t on t.enterprise_id = c.enterprise_id and t.template_id = c.template_id"


def by_key(tx: Transaction, account_id: str, idempotency_key: str) -> Coupon | None:
    """Return the coupon that a key of an account stands for."""
    row = tx.execute(
        f"select {_COUPON} from {_JOIN} where c.account_id = %s and c.idempotency_key = %s",
        (account_id, idempotency_key),
    ).fetchone()
    return None if row is None else _coupon(row)


def coupons_of(tx: Transaction, account_id: str) -> list[Coupon]:
    """Return the coupons of an account, those that end first, first."""
    rows = tx.execute(
        f"select {_COUPON} from {_JOIN} where c.account_id = %s order by c.valid_until, c.coupon_id", (account_id,)
    )
    return [_coupon(row) for row in rows]


def add(tx: Transaction, one: Coupon, idempotency_key: str, *, recorded_by: str, recorded_at: datetime) -> None:
    """Append a coupon."""
    tx.execute(
        "insert into coupon (account_id, coupon_id, enterprise_id, template_id, valid_from, valid_until, "
        "idempotency_key, recorded_by, recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            one.account_id, one.coupon_id, one.template.enterprise_id, one.template.template_id, one.valid.start,
            one.valid.end, idempotency_key, recorded_by, recorded_at,
        ),
    )  # fmt: skip


def _coupon(row: tuple[Any, ...]) -> Coupon:
    name, account, start, end, issued = template_store.rest_of(row)
    return Coupon(name, account, template_store.template_of(row), Period(start, end), issued)
