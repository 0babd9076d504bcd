"""What `verify` asks of clearing: what stands on each receivable, explained by bills, credits and debts on no bill.

Read-only. Rules: CLEAR-3 (`docs/rules/clearing.md`), DUN-3.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from partita.store.db import Transaction

# Postings of bills and orders and what pays them are in their rows; every other posting on a receivable is a debt on
# no bill.
_EXPLAINED = """
    with left_of as (
        select payer_id, currency, sum(greatest(payable_minor - drawn_minor - set_off_minor, 0)) as unpaid,
               sum(greatest(-payable_minor, 0)) as credits
        from bill_left group by 1, 2),
    posted as (
        select e.payer_id, p.currency, sum(p.amount_minor) as receivable,
               -coalesce(sum(p.amount_minor) filter (where e.kind = 'credit_refund_applied'), 0) as refunds,
               coalesce(sum(p.amount_minor) filter (where e.kind not in (
                   'billed', 'settled', 'cleared', 'credit_refund_applied', 'order_paid', 'order_cleared')), 0)
                   as on_no_bill
        from posting p join entry e on e.payer_id = p.payer_id and e.sequence = p.sequence
        where p.ledger_account = 'receivable' group by 1, 2),
    ordered as (select payer_id, currency, sum(left_minor) as amount from order_debt group by 1, 2),
    used as (
        select payer_id, currency, sum(amount) as amount from (
            select o.payer_id, b.currency, o.amount_minor as amount
            from bill_offset o join bill b on b.payer_id = o.payer_id and b.bill_id = o.bill_id
            union all
            select d.payer_id, o.currency, d.amount_minor
            from order_draw d join customer_order o on o.payer_id = d.payer_id and o.order_id = d.order_id
            where d.fund = 'credit' and d.source_id <> 'credit' and o.payable_minor > 0) one group by 1, 2)
    select payer_id, currency, (coalesce(unpaid, 0) + coalesce(ordered.amount, 0))::bigint as unpaid,
           (coalesce(credits, 0) + coalesce(refunds, 0) - coalesce(used.amount, 0))::bigint as credits,
           coalesce(on_no_bill, 0)::bigint as on_no_bill, coalesce(receivable, 0)::bigint as receivable
    from left_of full join posted using (payer_id, currency) full join used using (payer_id, currency)
    full join ordered using (payer_id, currency)
    order by currency, payer_id
"""
_OVERUSED = """
    with used as (
        select payer_id, kind, source_id, sum(amount)::bigint as amount from (
            select payer_id, kind, source_id, amount_minor as amount from bill_offset
            union all
            select d.payer_id, case when b.bill_id is null then 'credit_refund' else 'bill' end, d.source_id,
                   d.amount_minor
            from order_draw d join customer_order o on o.payer_id = d.payer_id and o.order_id = d.order_id
            left join bill b on b.payer_id = d.payer_id and b.bill_id = d.source_id
            where d.fund = 'credit' and d.source_id <> 'credit' and o.payable_minor > 0) one group by 1, 2, 3)
    select u.payer_id, u.kind, u.source_id from used u
    left join bill b on u.kind = 'bill' and b.payer_id = u.payer_id and b.bill_id = u.source_id
    left join entry e on u.kind = 'credit_refund' and e.payer_id = u.payer_id and e.entry_id = u.source_id
         and e.kind = 'credit_refund_applied'
    left join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence and p.ledger_account = 'receivable'
    where u.amount > coalesce(-b.payable_minor, -p.amount_minor, 0) order by 1, 2, 3
"""
_INTEREST = """
    with charged as (select i.payer_id, i.entry_id, i.amount_minor from interest_charge i where i.amount_minor > 0),
    entered as (
        select e.payer_id, e.entry_id, p.currency, p.amount_minor from entry e
        join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence and p.ledger_account = 'receivable'
        where e.kind = 'interest_charged')
    select coalesce(c.payer_id, e.payer_id), coalesce(c.entry_id, e.entry_id), coalesce(e.currency, ''),
           coalesce(c.amount_minor, 0), coalesce(e.amount_minor, 0)
    from charged c full join entered e using (payer_id, entry_id) order by 3, 1, 2
"""


@dataclass(frozen=True, slots=True)
class Explained:
    """What stands on the receivable of a payer in a currency, and what should, in minor units."""

    payer_id: str
    currency: str
    unpaid: int
    credits: int
    on_no_bill: int
    receivable: int

    @property
    def expected(self) -> int:
        """What the bills, orders, credits and other debts come to."""
        return self.unpaid - self.credits + self.on_no_bill


def explained(tx: Transaction) -> list[Explained]:
    """Return what stands on each receivable, and what explains it (CLEAR-3)."""
    with tx.cursor(row_factory=class_row(Explained)) as cursor:
        return cursor.execute(_EXPLAINED).fetchall()


def interest(tx: Transaction) -> list[tuple[str, str, str, int, int]]:
    """Return (payer, entry, currency, charged, entered) of all interest, in minor units (DUN-3)."""
    return tx.execute(_INTEREST).fetchall()


def credits_used(tx: Transaction) -> tuple[int, list[tuple[str, str, str]]]:
    """Return how many credits paid bills, and (payer, kind, source) of those that paid more than they are worth."""
    row = tx.execute("select count(distinct (payer_id, source_id)) from bill_offset").fetchone()
    assert row is not None, "a count gives one row"
    return int(row[0]), [(payer, kind, source) for payer, kind, source in tx.execute(_OVERUSED)]
