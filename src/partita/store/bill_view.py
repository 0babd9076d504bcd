"""What views of a month bill read beside the charge files: charges of orders, who paid, and how the close stands.

Owns read-only SQL over orders, draws and bills; the tables are those of `store.order`, `store.bill` and
`store.clearing`. Decides nothing. Rules: VIEW-1, VIEW-3, VIEW-5 (`docs/rules/bill_view.md`).
"""

from __future__ import annotations

from collections.abc import Collection

import pyarrow as pa

from partita.columnar.bill_view import ORDER_CHARGES
from partita.core.money import minor_scale_e10
from partita.store.db import Transaction
from partita.store.org import table_of

Payers = Collection[str] | None
"""Some payers, or all of them."""

_CHARGES = """
    select c.payer_id, c.currency, c.account_id, c.product_id, c.kind, c.order_id, c.charged_at at time zone 'UTC',
           c.month, c.subscription_id, c.line, c.sku_id, c.resource_id, c.region, c.quantity, c.tags::text,
           c.list_cost_e10::text, c.contracted_cost_e10::text, c.billed_cost_e10::text, l.price_minor,
           c.charge_class is not null, c.starts_at at time zone 'UTC', c.ends_at at time zone 'UTC'
    from order_charge c
    join order_line l on l.payer_id = c.payer_id and l.order_id = c.order_id and l.line = c.line
    where c.month = %(month)s and (%(payers)s::text[] is null or c.payer_id = any(%(payers)s))
    order by c.charged_at, c.order_id, c.line
"""
_DRAWN = """
    select payer_id, currency, fund, sum(amount)::text from (
        select b.payer_id, b.currency, d.fund, d.amount_minor as amount
        from bill b join draw d on d.payer_id = b.payer_id and d.bill_id = b.bill_id
        where b.month = %(month)s and (%(payers)s::text[] is null or b.payer_id = any(%(payers)s))
        union all
        select c.payer_id, c.currency, d.fund, d.amount_minor
        from order_charge c join order_draw d on d.payer_id = c.payer_id and d.order_id = c.order_id and d.line = c.line
        where c.month = %(month)s and (%(payers)s::text[] is null or c.payer_id = any(%(payers)s))
    ) drawn group by 1, 2, 3 order by 1, 2, 3
"""
_SET_OFF = """
    select payer_id, currency, payable_minor, drawn_minor, set_off_minor,
           coalesce((select sum(o.amount_minor)::bigint from bill_offset o where o.payer_id = l.payer_id
                     and o.kind = 'bill' and o.source_id = l.bill_id), 0)
    from bill_left l
    where month = %(month)s and (%(payers)s::text[] is null or payer_id = any(%(payers)s))
"""
_CREDIT = """
    select payer_id, currency, sum(left_minor)::text from order_debt
    where month = %(month)s and (%(payers)s::text[] is null or payer_id = any(%(payers)s)) group by 1, 2
"""
_PAID = """customer_order o
    join order_step s on s.payer_id = o.payer_id and s.order_id = o.order_id and s.state = 'paid'
    join account a on a.account_id = o.payer_id join enterprise e on e.enterprise_id = a.enterprise_id"""
_PAID_IN = "to_char(s.recorded_at at time zone e.zone, 'YYYYMM')::integer"
_ASKED = f"""
    select payer_id, currency, sum(amount)::text from (
        select payer_id, currency, payable_minor as amount from bill where month = %(month)s
        union all
        select o.payer_id, o.currency, o.payable_minor from {_PAID} where {_PAID_IN} = %(month)s
    ) asked group by 1, 2
"""
Key = tuple[str, str]
"""A payer and a currency."""


def order_charges(tx: Transaction, month: int, payers: Payers) -> pa.Table:
    """Return the charges of orders of a month as `columnar.bill_view.ORDER_CHARGES`.

    What comes back shows just that: it has no list price of its own (VIEW-3).
    """
    rows = []
    for row in tx.execute(_CHARGES, _values(month, payers)):
        listed, contracted, billed = (int(cost) for cost in row[15:18])
        price, back = row[18] * minor_scale_e10(row[1]), row[19]
        amounts = (billed, 0, 0, 0) if back else (listed, listed - contracted, price - billed, contracted - price)
        rows.append((*row[:15], *amounts, billed, *row[20:]))
    return table_of(ORDER_CHARGES, rows)


def drawn(tx: Transaction, month: int, payers: Payers) -> dict[Key, dict[str, int]]:
    """Return what each fund paid of the bills and orders of a month, in minor units; `credit` is no fund."""
    found: dict[Key, dict[str, int]] = {}
    for payer, currency, fund, amount in tx.execute(_DRAWN, _values(month, payers)):
        found.setdefault((payer, currency), {})[fund] = int(amount)
    return found


def set_off(tx: Transaction, month: int, payers: Payers) -> dict[Key, tuple[int, int]]:
    """Return of the bill of each payer what credits paid of it, less what it gave, and what is outstanding of it."""
    return {
        (payer, currency): (off - given, payable - drawn_ - off + given)
        for payer, currency, payable, drawn_, off, given in tx.execute(_SET_OFF, _values(month, payers))
    }


def on_credit(tx: Transaction, month: int, payers: Payers) -> dict[Key, int]:
    """Return what of the orders of a month is still on credit, in minor units."""
    rows = tx.execute(_CREDIT, _values(month, payers))
    return {(payer, currency): int(amount) for payer, currency, amount in rows}


def months(tx: Transaction) -> list[int]:
    """Return the months (`YYYYMM`) that have a bill, a paid order, a charge of one, or an adjustment."""
    rows = tx.execute(
        "select month from bill union select month from order_charge union select month from bill_adjustment "
        f"union select {_PAID_IN} from {_PAID} order by 1"
    )
    return [month for (month,) in rows]


def _values(month: int, payers: Payers) -> dict[str, object]:
    return {"month": month, "payers": None if payers is None else sorted(payers)}


def asked(tx: Transaction, month: int) -> dict[Key, int]:
    """Return what bills and paid orders of a month ask together, in minor units, by payer and currency."""
    return {(payer, currency): int(amount) for payer, currency, amount in tx.execute(_ASKED, {"month": month})}
