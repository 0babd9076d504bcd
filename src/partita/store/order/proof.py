"""What `verify` asks of orders: each paid order beside its lines, draws, charges and the sales that its entry posts.

Owns read-only SQL. Rules: VERIFY-7 (`docs/rules/verify.md`), ORDER-6, UNSUB-3.
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class OrderOutOfStep:
    """An order whose parts do not add up to it, in minor units; an order that is not paid has none of them."""

    payer_id: str
    order_id: str
    currency: str
    payable: int
    lines: int
    draws: int
    charges: int
    sales: int


# What an order asks counts once it is paid; what its coupon left to nobody has neither draw nor entry.
_SIDES = """
    with asked as (
        select o.payer_id, o.order_id, o.currency, o.payable_minor, exists (
                   select from order_step s where s.payer_id = o.payer_id and s.order_id = o.order_id
                   and s.state = 'paid') as paid
        from customer_order o),
    line as (select payer_id, order_id, sum(payable_minor) as amount from order_line group by 1, 2),
    draw_of as (select payer_id, order_id, sum(amount_minor) as amount from order_draw group by 1, 2),
    charge as (select payer_id, order_id, sum(payable_minor) as amount from order_charge group by 1, 2),
    sale as (
        select e.payer_id, e.reference as order_id, -sum(p.amount_minor) as amount
        from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        where e.kind in ('order_paid', 'order_refunded') and starts_with(p.ledger_account, 'revenue/')
        group by 1, 2),
    side as (
        select payer_id, order_id, coalesce(a.currency, '') as currency,
               case when a.paid then a.payable_minor else 0 end as payable,
               case when a.paid then coalesce(l.amount, 0) else 0 end as lines, coalesce(d.amount, 0) as draws,
               coalesce(c.amount, 0) as charges, coalesce(s.amount, 0) as sales
        from asked a full join line l using (payer_id, order_id) full join draw_of d using (payer_id, order_id)
        full join charge c using (payer_id, order_id) full join sale s using (payer_id, order_id))
"""


_GIVEN_BACK = """
    select c.payer_id, c.subscription_id, c.currency,
           coalesce(sum(d.amount_minor) filter (where o.payable_minor > 0), 0)::bigint,
           -coalesce(sum(d.amount_minor) filter (where o.payable_minor < 0), 0)::bigint
    from order_charge c join customer_order o on o.payer_id = c.payer_id and o.order_id = c.order_id
    join order_draw d on d.payer_id = c.payer_id and d.order_id = c.order_id and d.line = c.line
    where d.fund <> 'voucher' group by 1, 2, 3
"""


def given_back(tx: Transaction) -> tuple[int, list[tuple[str, str, str, int, int]]]:
    """Return how many subscriptions and packages were paid, and those that gave back more than was paid.

    (payer, subscription or package, currency, paid, given back), in minor units.
    """
    rows = tx.execute(_GIVEN_BACK).fetchall()
    return len(rows), sorted(row for row in rows if row[4] > row[3])


def sums(tx: Transaction) -> list[tuple[str, int, int]]:
    """Return (currency, payable of paid orders, sales that their entries posted) in minor units."""
    rows = tx.execute(f"{_SIDES} select currency, sum(payable)::text, sum(sales)::text from side group by 1 order by 1")
    return [(currency, int(payable), int(sales)) for currency, payable, sales in rows]


def out_of_step(tx: Transaction) -> list[OrderOutOfStep]:
    """Return the orders whose lines, draws, charges or sales do not add up to them; the first hundred."""
    with tx.cursor(row_factory=class_row(OrderOutOfStep)) as cursor:
        return cursor.execute(
            f"{_SIDES} select payer_id, order_id, currency, payable::bigint, lines::bigint, draws::bigint, "
            "charges::bigint, sales::bigint from side where payable <> lines or payable <> draws "
            "or payable <> charges or payable <> sales order by 1, 2 limit 100"
        ).fetchall()
