"""What clearing works with, set-based: who owes, which bills are not wholly paid, which credits and funds are there.

Owns the SQL of `bill_offset`, and reads the view `bill_left`; draws are those of `store.bill`. Vouchers and
stored-value cards are left out, for they pay only in the close of their month. Rules: CLEAR-1 … CLEAR-5
(`docs/rules/clearing.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from partita.core.clearing import CLEARING_FUNDS, Credit, CreditKind, Debts, SetOff, Unpaid
from partita.core.funds import Fund
from partita.core.ledger import instant_text
from partita.core.period import Month
from partita.core.posting_rules import RECEIVABLE
from partita.core.settlement import Source
from partita.store import rows as rows_store
from partita.store.db import Transaction

Payer = tuple[str, str]
"""A payer and a currency."""

_OWING = """
    select payer_id, currency, amount_minor from balance
    where payer_id = any(%s) and ledger_account = %s and amount_minor > 0 order by payer_id, currency
"""
_UNPAID = """
    select l.payer_id, l.currency, l.bill_id, l.month, l.payable_minor - l.drawn_minor - l.set_off_minor, l.draws + 1,
           coalesce((select sum(s.due_minor - s.same_month_minor) filter (where s.seller <> '')::bigint
                     from bill_seller s where s.payer_id = l.payer_id and s.bill_id = l.bill_id),
                    (select greatest(sum(p.payable_minor), 0)::bigint from bill_product p
                     join seller_now s on s.product_id = p.product_id and s.since <= l.closed_at
                     where p.payer_id = l.payer_id and p.bill_id = l.bill_id), 0), l.closed_at
    from bill_left l
    where l.payer_id = any(%s) and l.payable_minor > l.drawn_minor + l.set_off_minor
"""
_ORDERS = """
    select payer_id, currency, order_id, month, left_minor, rows + 1, market_minor, charged_at
    from order_debt where payer_id = any(%s) and left_minor > 0
"""
_CREDITS = """
    with there as (
        select b.payer_id, b.currency, 'bill' as kind, b.bill_id as source_id, -b.payable_minor as amount,
               b.closed_at as made_at
        from bill_left b where b.payer_id = any(%(payers)s) and b.payable_minor < 0
        union all
        select e.payer_id, p.currency, 'credit_refund', e.entry_id, -p.amount_minor, e.recorded_at
        from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        where e.payer_id = any(%(payers)s) and e.kind = 'credit_refund_applied' and p.ledger_account = 'receivable')
    select payer_id, currency, kind, source_id, amount - coalesce(used.amount_minor, 0) from there
    left join lateral (
        select sum(amount_minor)::bigint as amount_minor from (
            select o.amount_minor from bill_offset o
            where o.payer_id = there.payer_id and o.source_id = there.source_id
            union all
            select d.amount_minor from order_draw d
            where d.payer_id = there.payer_id and d.fund = 'credit' and d.source_id = there.source_id
              and d.amount_minor > 0) one) used on true
    where amount > coalesce(used.amount_minor, 0) order by payer_id, made_at, source_id
"""
_ZONES = """
    select a.account_id, e.zone from account a join enterprise e using (enterprise_id) where a.account_id = any(%s)
"""
_SOURCES = """
    select b.payer_id, b.currency, split_part(b.ledger_account, '/', 1),
           case when strpos(b.ledger_account, '/') = 0 then b.ledger_account
                else substr(b.ledger_account, strpos(b.ledger_account, '/') + 1) end,
           -b.amount_minor - case when b.ledger_account <> %(cash)s then 0 else
               coalesce((select sum(f.amount_minor) from fund_freeze f
                         where f.payer_id = b.payer_id and f.currency = b.currency), 0)
               - coalesce((select sum(r.amount_minor) from fund_release r join fund_freeze f using (payer_id, freeze_id)
                           where r.payer_id = b.payer_id and f.currency = b.currency), 0) end
    from balance b where b.payer_id = any(%(payers)s) and b.amount_minor < 0
      and split_part(b.ledger_account, '/', 1) = any(%(funds)s)
"""


@dataclass(frozen=True, slots=True)
class ToClear:
    """What one payer owes in one currency, and what it has to pay it with."""

    payer_id: str
    currency: str
    debts: Debts
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class OffsetRow:
    """What a credit paid of a bill, in minor units, after so many draws."""

    payer_id: str
    bill_id: str
    kind: CreditKind
    source_id: str
    amount_minor: int
    after_draws: int


def owing(tx: Transaction, payer_ids: Collection[str]) -> dict[Payer, int]:
    """Return what stands on the receivables of payers, in minor units; who owes nothing is left out."""
    rows = tx.execute(_OWING, (sorted(payer_ids), RECEIVABLE))
    return {(payer, currency): amount for payer, currency, amount in rows}


def to_clear(tx: Transaction, owed: dict[Payer, int]) -> list[ToClear]:
    """Return what each payer that owes (as `owing` says) has to clear, and with what; the caller holds their locks."""
    payers = sorted({payer for payer, _ in owed})
    bills = unpaid(tx, payers)
    zones: dict[str, str] = dict(tx.execute(_ZONES, (payers,)).fetchall())
    sources: dict[Payer, list[Source]] = {}
    funds = [fund.value for fund in CLEARING_FUNDS]
    for payer, currency, fund, source, left in tx.execute(
        _SOURCES, {"payers": payers, "funds": funds, "cash": Fund.CASH.value}
    ):
        sources.setdefault((payer, currency), []).append(Source(Fund(fund), source, int(left)))
    return [
        ToClear(
            payer, currency, Debts(amount, tuple(bills.get((payer, currency), ())), zones[payer]),
            tuple(sources.get((payer, currency), ())),
        )
        for (payer, currency), amount in owed.items()
    ]  # fmt: skip


def unpaid(tx: Transaction, payer_ids: Collection[str]) -> dict[Payer, list[Unpaid]]:
    """Return the bills of payers that are not wholly paid, and what their orders left on credit, in any order."""
    found: dict[Payer, list[Unpaid]] = {}
    asked = sorted(payer_ids)
    for statement, is_order in ((_UNPAID, False), (_ORDERS, True)):
        for payer, currency, name, month, left, line, market, made_at in tx.execute(statement, (asked,)):
            one = Unpaid(name, Month.from_number(month), left, line, min(left, market), made_at, is_order)
            found.setdefault((payer, currency), []).append(one)
    return found


def credits_left(tx: Transaction, payer_ids: Collection[str]) -> dict[Payer, list[Credit]]:
    """Return the credits of payers that no bill has taken up, first recorded first (CLEAR-3)."""
    found: dict[Payer, list[Credit]] = {}
    for payer, currency, kind, source, amount in tx.execute(_CREDITS, {"payers": sorted(payer_ids)}):
        found.setdefault((payer, currency), []).append(Credit(CreditKind(kind), source, amount))
    return found


def save_offsets(tx: Transaction, rows: Iterable[tuple[str, SetOff]], *, recorded_at: datetime) -> None:
    """Save which credits pay which bills of payers (what they pay of orders, `store.order.add_cleared` keeps)."""
    at = instant_text(recorded_at)
    rows_store.add(
        tx,
        "bill_offset (payer_id, bill_id, kind, source_id, amount_minor, after_draws, recorded_at)",
        (
            (payer, one.bill.bill_id, one.credit.kind.value, one.credit.source_id, one.amount, one.bill.next_line - 1,
             at)
            for payer, one in rows
        ),
    )  # fmt: skip


def offsets(tx: Transaction, bill_ids: Collection[str]) -> list[OffsetRow]:
    """Return which credits paid bills, in the order in which they did."""
    rows = tx.execute(
        "select payer_id, bill_id, kind, source_id, amount_minor, after_draws from bill_offset "
        "where bill_id = any(%s) order by payer_id, bill_id, after_draws, recorded_at, source_id",
        (sorted(bill_ids),),
    )
    return [OffsetRow(payer, bill, CreditKind(kind), *rest) for payer, bill, kind, *rest in rows]


def given(tx: Transaction, bill_ids: Collection[str]) -> list[OffsetRow]:
    """Return which bills were paid by bills below zero, in order of the bills paid."""
    rows = tx.execute(
        "select payer_id, bill_id, kind, source_id, amount_minor, after_draws from bill_offset "
        "where kind = 'bill' and source_id = any(%s) order by payer_id, source_id, bill_id",
        (sorted(bill_ids),),
    )
    return [OffsetRow(payer, bill, CreditKind(kind), *rest) for payer, bill, kind, *rest in rows]
