"""Vouchers in PostgreSQL: what was issued, who holds what is left, and what is over.

Owns the SQL of `voucher`. What is left is the kept balance of `voucher/<voucher>` of each account that holds some.
Rows are only ever added. Rules: VOUCHER-3, VOUCHER-6 … VOUCHER-8.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partita.core.funds import Fund, source_account
from partita.core.period import Period
from partita.core.voucher import Voucher
from partita.store import template as template_store
from partita.store.db import Transaction

_VOUCHER = f"{template_store.COLUMNS}, v.voucher_id, v.account_id, v.amount_minor, v.valid_from, v.valid_until, \
v.recorded_at, v.from_pool"
_JOIN = "voucher v join template t on t.enterprise_id = v.enterprise_id and t.template_id = v.template_id"
_ACCOUNT = f"{Fund.VOUCHER.value}/"


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account holds of a voucher, and whether the voucher was drawn on."""

    account_id: str
    voucher: Voucher
    left_minor: int
    drawn: bool


def voucher(tx: Transaction, voucher_id: str) -> Voucher | None:
    """Return a voucher."""
    row = tx.execute(f"select {_VOUCHER} from {_JOIN} where v.voucher_id = %s", (voucher_id,)).fetchone()
    return None if row is None else _voucher(row)


def by_key(tx: Transaction, account_id: str, idempotency_key: str) -> Voucher | None:
    """Return the voucher that a key of an account stands for."""
    row = tx.execute(
        f"select {_VOUCHER} from {_JOIN} where v.account_id = %s and v.idempotency_key = %s",
        (account_id, idempotency_key),
    ).fetchone()
    return None if row is None else _voucher(row)


def add(tx: Transaction, vouchers: Iterable[tuple[Voucher, str]], *, recorded_by: str, recorded_at: datetime) -> None:
    """Append vouchers, each with its idempotency key."""
    names = (
        "account_id, voucher_id, enterprise_id, template_id, amount_minor, valid_from, valid_until, from_pool, "
        "idempotency_key, recorded_by, recorded_at"
    )
    with tx.cursor() as cursor, cursor.copy(f"copy voucher ({names}) from stdin") as copy:
        for one, key in vouchers:
            copy.write_row(
                (
                    one.account_id, one.voucher_id, one.template.enterprise_id, one.template.template_id,
                    one.amount_minor, one.valid.start, one.valid.end, one.from_pool, key, recorded_by, recorded_at,
                )
            )  # fmt: skip


_HOLDINGS = f"""
    select {_VOUCHER}, b.payer_id, -b.amount_minor,
           exists (select from draw d where d.fund = '{Fund.VOUCHER.value}' and d.source_id = v.voucher_id)
    from {_JOIN}
    join balance b on b.ledger_account = '{_ACCOUNT}' || v.voucher_id and b.currency = t.currency
    where {{where}} order by v.valid_until, v.voucher_id, b.payer_id
"""


def held_by(tx: Transaction, account_id: str) -> list[Holding]:
    """Return what an account holds or held of any voucher, those that end first, first."""
    rows = tx.execute(_HOLDINGS.format(where="b.payer_id = %s"), (account_id,))
    return [_holding(row) for row in rows]


def holders(tx: Transaction, voucher_ids: Sequence[str]) -> list[Holding]:
    """Return who holds or held what of these vouchers."""
    rows = tx.execute(_HOLDINGS.format(where="v.voucher_id = any(%s)"), (list(voucher_ids),))
    return [_holding(row) for row in rows]


def shared_with(tx: Transaction, management_id: str, member_id: str) -> list[Holding]:
    """Return what a member still holds of vouchers that its main account shared with it."""
    where = "v.account_id = %s and b.payer_id = %s and b.amount_minor < 0"
    return [_holding(row) for row in tx.execute(_HOLDINGS.format(where=where), (management_id, member_id))]


def over(tx: Transaction, now: datetime) -> list[Holding]:
    """Return what is left of vouchers that have ended, or that were good for one use and were used."""
    where = (
        "b.amount_minor < 0 and (v.valid_until <= %s or (t.kind <> 'cash' and exists (select from draw d "
        f"where d.fund = '{Fund.VOUCHER.value}' and d.source_id = v.voucher_id)))"
    )
    return [_holding(row) for row in tx.execute(_HOLDINGS.format(where=where), (now,))]


def left_of(tx: Transaction, account_id: str, one: Voucher) -> int:
    """Return what an account holds of a voucher, in minor units."""
    row = tx.execute(
        "select -amount_minor from balance where payer_id = %s and ledger_account = %s and currency = %s",
        (account_id, source_account(Fund.VOUCHER, one.voucher_id), one.template.currency),
    ).fetchone()
    return 0 if row is None else int(row[0])


def _voucher(row: tuple[Any, ...]) -> Voucher:
    name, account, amount, start, end, issued, from_pool = template_store.rest_of(row)[:7]
    return Voucher(name, account, template_store.template_of(row), amount, Period(start, end), issued, from_pool)


def _holding(row: tuple[Any, ...]) -> Holding:
    payer, left, drawn = row[-3:]
    return Holding(payer, _voucher(row), int(left), bool(drawn))
