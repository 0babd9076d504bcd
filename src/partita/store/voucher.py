"""Vouchers in PostgreSQL: what was issued, who holds what is left, and what is over.

Owns the SQL of `voucher`. What is left is the kept balance of `voucher/<voucher>` of each account that holds some.
Rows are only ever added. Rules: VOUCHER-3, VOUCHER-6 … VOUCHER-8, VOUCHER-10.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partita.core.funds import Fund, source_account
from partita.core.period import Period
from partita.core.posting_rules import VOUCHER_CLEARING
from partita.core.posting_rules.chart import VOUCHER_LAPSED, VOUCHER_TO_POOL
from partita.core.voucher import Voucher
from partita.store import rows as rows_store
from partita.store import template as template_store
from partita.store.db import Transaction

_VOUCHER = f"{template_store.COLUMNS}, v.voucher_id, v.account_id, v.amount_minor, v.valid_from, v.valid_until, \
v.recorded_at, v.from_pool"
_JOIN = "voucher v join template t on t.enterprise_id = v.enterprise_id and t.template_id = v.template_id"
_ACCOUNT = f"{Fund.VOUCHER.value}/"


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account holds of a voucher, and whether a bill of that account was paid from it.

    `emptied_by`: the kind of the entry that took the last of it; None while something is left.
    """

    account_id: str
    voucher: Voucher
    left_minor: int
    drawn: bool
    emptied_by: str | None = None


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
    rows_store.add(
        tx,
        f"voucher ({names})",
        (
            (
                one.account_id, one.voucher_id, one.template.enterprise_id, one.template.template_id,
                one.amount_minor, one.valid.start, one.valid.end, one.from_pool, key, recorded_by, recorded_at,
            )
            for one, key in vouchers
        ),
    )  # fmt: skip


# by this holder: a bill or order of another that it paid takes nothing from what this one holds
_DRAWN = """exists (select from voucher_draw d where d.payer_id = b.payer_id and d.source_id = v.voucher_id)"""
_HOLDINGS = f"""
    select {_VOUCHER}, b.payer_id, -b.amount_minor,
           {_DRAWN},
           case when b.amount_minor = 0 then (
               select e.kind from posting p join entry e on e.payer_id = p.payer_id and e.sequence = p.sequence
               where p.payer_id = b.payer_id and p.ledger_account = b.ledger_account and p.currency = b.currency
               order by p.sequence desc limit 1) end
    from {_JOIN}
    join balance b on b.ledger_account = '{_ACCOUNT}' || v.voucher_id and b.currency = t.currency
        and starts_with(b.ledger_account, '{_ACCOUNT}')
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
    where = f"b.amount_minor < 0 and (v.valid_until <= %s or (t.kind <> 'cash' and {_DRAWN}))"
    return [_holding(row) for row in tx.execute(_HOLDINGS.format(where=where), (now,))]


def left_of(tx: Transaction, account_id: str, one: Voucher) -> int:
    """Return what an account holds of a voucher, in minor units."""
    row = tx.execute(
        "select -amount_minor from balance where payer_id = %s and ledger_account = %s and currency = %s",
        (account_id, source_account(Fund.VOUCHER, one.voucher_id), one.template.currency),
    ).fetchone()
    return 0 if row is None else int(row[0])


@dataclass(frozen=True, slots=True)
class Account:
    """One voucher, or all of a currency: what was issued, and what became of it, in minor units."""

    name: str
    currency: str
    issued: int
    drawn: int
    lapsed: int
    held: int

    @property
    def is_even(self) -> bool:
        """Say whether what was issued is what was drawn, lapsed and is held."""
        return self.issued == self.drawn + self.lapsed + self.held


_ACCOUNTS = f"""
    with issued as (
        select v.voucher_id, t.currency, v.amount_minor as amount from {_JOIN}),
    drawn as (
        select source_id as voucher_id, currency, sum(amount_minor) as amount from voucher_draw group by 1, 2),
    lapsed as (
        select substr(p.ledger_account, {len(_ACCOUNT) + 1}) as voucher_id, p.currency, sum(p.amount_minor) as amount
        from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        where e.kind in ('{VOUCHER_LAPSED.kind}', '{VOUCHER_TO_POOL.kind}') and p.amount_minor > 0 group by 1, 2),
    held as (
        select substr(ledger_account, {len(_ACCOUNT) + 1}) as voucher_id, currency, -sum(amount_minor) as amount
        from posting where starts_with(ledger_account, '{_ACCOUNT}') group by 1, 2),
    account as (
        select voucher_id, currency, coalesce(issued.amount, 0) as issued, coalesce(drawn.amount, 0) as drawn,
               coalesce(lapsed.amount, 0) as lapsed, coalesce(held.amount, 0) as held
        from issued full join drawn using (voucher_id, currency) full join lapsed using (voucher_id, currency)
        full join held using (voucher_id, currency))
"""


def accounts_by_currency(tx: Transaction) -> list[Account]:
    """Return what became of all vouchers, by currency (VOUCHER-10)."""
    rows = tx.execute(
        f"{_ACCOUNTS} select '', currency, sum(issued)::text, sum(drawn)::text, sum(lapsed)::text, sum(held)::text "
        "from account group by currency order by currency"
    )
    return [_account(row) for row in rows]


def accounts_uneven(tx: Transaction) -> list[Account]:
    """Return the vouchers whose parts do not add up to what was issued; the first hundred."""
    rows = tx.execute(
        f"{_ACCOUNTS} select voucher_id, currency, issued::text, drawn::text, lapsed::text, held::text "
        "from account where issued <> drawn + lapsed + held order by 1 limit 100"
    )
    return [_account(row) for row in rows]


def clearing_apart(tx: Transaction) -> tuple[int, list[tuple[str, str, str]]]:
    """Return how many pairs of accounts shared vouchers, and (one, other, currency) of those that do not cancel."""
    rows = tx.execute(
        "with half as (select payer_id, substr(ledger_account, %s) as other, currency, sum(amount_minor) as amount "
        "from posting where starts_with(ledger_account, %s) group by 1, 2, 3) "
        "select least(payer_id, other), greatest(payer_id, other), currency, sum(amount) = 0 "
        "from half group by 1, 2, 3 order by 1, 2, 3",
        (len(f"{VOUCHER_CLEARING}/") + 1, f"{VOUCHER_CLEARING}/"),
    ).fetchall()
    return len(rows), [row[:3] for row in rows if not row[3]]


def _account(row: tuple[Any, ...]) -> Account:
    return Account(row[0], row[1], *(int(amount) for amount in row[2:]))


def _voucher(row: tuple[Any, ...]) -> Voucher:
    name, account, amount, start, end, issued, from_pool = template_store.rest_of(row)[:7]
    return Voucher(name, account, template_store.template_of(row), amount, Period(start, end), issued, from_pool)


def _holding(row: tuple[Any, ...]) -> Holding:
    payer, left, drawn, emptied_by = row[-4:]
    return Holding(payer, _voucher(row), int(left), bool(drawn), emptied_by)
