"""What pays an order: the sources that a payer has, what they paid, and the charges that follow.

Owns the SQL of `order_draw` and `order_charge`. Decides nothing. `money_of_orders` is what invoices read: what each
order took of which fund, and what came back. Rules: ORDER-6, UNSUB-3.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core.funds import Fund
from partita.core.order import Order
from partita.core.period import Period
from partita.core.settlement import Source
from partita.core.template import Instrument
from partita.core.unsubscribe import COMES_BACK, CREDIT, PaidPart
from partita.core.voucher import priority
from partita.store import rows as rows_store
from partita.store import template as template_store
from partita.store import voucher as voucher_store
from partita.store.db import Transaction

_SOURCES = """
    select split_part(b.ledger_account, '/', 1),
           case when strpos(b.ledger_account, '/') = 0 then b.ledger_account
                else substr(b.ledger_account, strpos(b.ledger_account, '/') + 1) end,
           -b.amount_minor - case when b.ledger_account <> %(cash)s then 0 else
               coalesce((select sum(f.amount_minor) from fund_freeze f
                         where f.payer_id = b.payer_id and f.currency = b.currency), 0)
               - coalesce((select sum(r.amount_minor) from fund_release r join fund_freeze f using (payer_id, freeze_id)
                           where r.payer_id = b.payer_id and f.currency = b.currency), 0) end,
           c.activated_at + make_interval(days => s.valid_days)
    from balance b
    left join stored_value_activation c on b.ledger_account = 'stored_value/' || c.card_id and c.payer_id = b.payer_id
    left join stored_value_card s on s.payer_id = c.payer_id and s.card_id = c.card_id
    where b.payer_id = %(payer)s and b.currency = %(currency)s and b.amount_minor < 0
      and split_part(b.ledger_account, '/', 1) = any(%(funds)s)
"""


def sources(tx: Transaction, payer_id: str, currency: str, now: datetime, *, month: str) -> list[Source]:
    """Return the sources that may pay an order now: those that are valid at this instant (ORDER-6).

    Of cash without what is frozen; of refund books those of this month and earlier ones (SETTLE-8). The caller holds
    the lock of the payer.
    """
    funds = [fund.value for fund in Fund if fund is not Fund.VOUCHER]
    rows = tx.execute(
        _SOURCES, {"payer": payer_id, "currency": currency, "funds": funds, "cash": Fund.CASH.value}
    ).fetchall()
    found = [
        Source(Fund(fund), source, int(left))
        for fund, source, left, ends in rows
        if (ends is None or now < ends) and not (fund == Fund.REFUND.value and source > month)
    ]
    policy = template_store.policy(tx, template_store.enterprise_of(tx, payer_id), Instrument.VOUCHER)
    for held in voucher_store.held_by(tx, payer_id):
        one = held.voucher
        usable = now in one.valid and not (held.drawn and one.template.kind.once)
        if held.left_minor > 0 and usable and one.template.currency == currency:
            turn = priority(one, held.left_minor, policy)
            found.append(Source(Fund.VOUCHER, one.voucher_id, held.left_minor, turn, one.template.terms))
    return found


@dataclass(frozen=True, slots=True)
class DrawRow:
    """What a source paid of a line, in minor units; below zero: what came back to it."""

    line: int
    fund: str
    source_id: str
    amount_minor: int


_DRAW_COLUMNS = "order_draw (payer_id, order_id, line, number, fund, source_id, amount_minor, entry_id, recorded_at)"


def add_draws(tx: Transaction, order: Order, draws: Sequence[DrawRow], *, entry_id: str, at: datetime) -> None:
    """Append the draws of an order, numbered within their lines."""
    count: dict[int, int] = {}
    rows = []
    for one in draws:
        count[one.line] = count.get(one.line, 0) + 1
        place = (order.payer_id, order.order_id, one.line, count[one.line])
        rows.append((*place, one.fund, one.source_id, one.amount_minor, entry_id, at))
    rows_store.add(tx, _DRAW_COLUMNS, rows)


def add_card_returns(tx: Transaction, order: Order, rows: Sequence[tuple[int, int, str, int]], *, at: datetime) -> None:
    """Append which draws of an order gave back what a card had paid: (line, number of the draw, card, minor units)."""
    rows_store.add(
        tx,
        "card_return (payer_id, order_id, line, number, card_id, amount_minor, recorded_at)",
        [(order.payer_id, order.order_id, *row, at) for row in rows],
    )


def draws_of(tx: Transaction, order_id: str) -> list[DrawRow]:
    """Return what each source paid of an order as it stands, by line: what cleared its credit is in its place."""
    rows = tx.execute(
        "select line, fund, source_id, sum(amount_minor)::bigint from order_draw where order_id = %s "
        "group by line, fund, source_id having sum(amount_minor) <> 0 order by line, min(number)",
        (order_id,),
    )
    return [DrawRow(*row) for row in rows]


def on_credit(tx: Transaction, order_id: str) -> list[tuple[int, int]]:
    """Return what of each line of an order is still on credit: (line, minor units), own products first (CLEAR-5)."""
    rows = tx.execute(
        "select d.line, sum(d.amount_minor)::bigint from order_draw d "
        "join order_charge c on c.payer_id = d.payer_id and c.order_id = d.order_id and c.line = d.line "
        "left join seller_now s on s.product_id = c.product_id and s.since <= c.charged_at "
        "where d.order_id = %s and d.fund = %s and d.source_id = %s group by d.line, s.seller "
        "having sum(d.amount_minor) > 0 order by s.seller is not null, d.line",
        (order_id, CREDIT, CREDIT),
    )
    return rows.fetchall()


def add_cleared(
    tx: Transaction, payer_id: str, order_id: str, rows: Sequence[DrawRow], *, entry_id: str, at: datetime
) -> None:
    """Append what paid an order's credit, and as much of credit below zero: a line's draws still add up to it."""
    known = tx.execute("select line, max(number) from order_draw where order_id = %s group by line", (order_id,))
    count: dict[int, int] = dict(known.fetchall())
    values = []
    for one in rows:
        for place in ((one.fund, one.source_id, one.amount_minor), (CREDIT, CREDIT, -one.amount_minor)):
            count[one.line] += 1
            values.append((payer_id, order_id, one.line, count[one.line], *place, entry_id, at))
    rows_store.add(tx, _DRAW_COLUMNS, values)


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A line of a paid order as a charge: its service period, its four costs in `_e10`, its payable in minor units.

    Of what comes back all amounts are below zero. `month`: the billing month, as 202611, in the zone of the payer.
    """

    payer_id: str
    order_id: str
    line: int
    account_id: str
    product_id: str
    sku_id: str
    region: str
    resource_id: str
    subscription_id: str
    kind: str
    charge_category: str
    charge_class: str | None
    month: int
    charged_at: datetime
    period: Period
    currency: str
    quantity: int
    tags: tuple[tuple[str, str], ...]
    price_id: str
    list_cost_e10: int
    contracted_cost_e10: int
    billed_cost_e10: int
    effective_cost_e10: int
    payable_minor: int


_CHARGE_COLUMNS = (
    "payer_id, order_id, line, account_id, product_id, sku_id, region, resource_id, subscription_id, kind, "
    "charge_category, charge_class, month, charged_at, starts_at, ends_at, currency, quantity, tags, price_id, "
    "list_cost_e10, contracted_cost_e10, billed_cost_e10, effective_cost_e10, payable_minor"
)


def add_charges(tx: Transaction, rows: Sequence[ChargeRow], *, at: datetime) -> None:
    """Append charges of orders."""
    rows_store.add(tx, f"order_charge ({_CHARGE_COLUMNS}, recorded_at)", (_charge_values(one, at) for one in rows))


def _charge_values(one: ChargeRow, at: datetime) -> tuple[object, ...]:
    return (
        one.payer_id, one.order_id, one.line, one.account_id, one.product_id, one.sku_id, one.region, one.resource_id,
        one.subscription_id, one.kind, one.charge_category, one.charge_class, one.month, one.charged_at,
        one.period.start, one.period.end, one.currency, one.quantity, json.dumps(dict(one.tags)), one.price_id,
        one.list_cost_e10, one.contracted_cost_e10, one.billed_cost_e10, one.effective_cost_e10, one.payable_minor, at,
    )  # fmt: skip


def charges(tx: Transaction, *, month: int | None = None, payer_id: str | None = None) -> list[ChargeRow]:
    """Return charges of orders by month and payer, in the order in which they were made."""
    columns = _CHARGE_COLUMNS
    for name in ("list_cost", "contracted_cost", "billed_cost", "effective_cost"):
        columns = columns.replace(f"{name}_e10", f"{name}_e10::text")
    rows = tx.execute(
        f"select {columns} from order_charge where (%(month)s::integer is null or month = %(month)s) "
        "and (%(payer)s::text is null or payer_id = %(payer)s) order by charged_at, order_id, line",
        {"month": month, "payer": payer_id},
    )
    return [
        ChargeRow(
            *(
                *(*row[:14], Period(row[14], row[15]), row[16], row[17], tuple(sorted(row[18].items())), row[19]),
                *(*(int(cost) for cost in row[20:24]), row[24]),
            )
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """What a line of an order took of one fund, or gave back to it, in minor units (below zero), and when."""

    payer_id: str
    account_id: str
    order_id: str
    line: int
    kind: str
    product_id: str
    subscription_id: str
    currency: str
    month: int
    charged_at: datetime
    fund: str
    amount_minor: int


def money_of_orders(tx: Transaction, payer_ids: Collection[str]) -> list[OrderMoney]:
    """Return what orders of payers took of each fund and gave back, line by line, the oldest first.

    That is what invoices are made of: funds that are cash less what of them came back. `fund` is one of `Fund` or
    `credit`; rows below zero are refunds, whose subscription names what was bought.
    """
    rows = tx.execute(
        "select c.payer_id, c.account_id, c.order_id, c.line, c.kind, c.product_id, c.subscription_id, c.currency, "
        "c.month, c.charged_at, d.fund, sum(d.amount_minor)::bigint "
        "from order_charge c join order_draw d on d.payer_id = c.payer_id and d.order_id = c.order_id "
        "and d.line = c.line where c.payer_id = any(%s) group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 "
        "order by c.charged_at, c.order_id, c.line, d.fund",
        (sorted(payer_ids),),
    )
    return [OrderMoney(*row) for row in rows]


def spent_in_month(tx: Transaction, account_id: str, month: int, now: datetime) -> int:
    """Return what an account has ordered in a month, less what came back, in minor units.

    With its orders that wait to be paid, whenever they were placed: paid now, they are of this month (APPROVE-1).
    """
    row = tx.execute(
        "select (select coalesce(sum(payable_minor), 0) from order_charge where account_id = %(account)s "
        "and month = %(month)s)::bigint + (select coalesce(sum(o.payable_minor), 0) from customer_order o "
        "where o.account_id = %(account)s and o.expires_at > %(now)s and not exists (select from order_step s "
        "where s.payer_id = o.payer_id and s.order_id = o.order_id and s.state <> 'unpaid'))::bigint",
        {"account": account_id, "month": month, "now": now},
    ).fetchone()
    return int(row[0]) if row else 0


def paid_parts(tx: Transaction, order_ids: Collection[str]) -> dict[tuple[str, int], tuple[PaidPart, ...]]:
    """Return who paid each line of these orders: (order, line) → parts; what comes back is below zero."""
    rows = tx.execute(
        "select order_id, line, fund, source_id, amount_minor from order_draw where order_id = any(%s) "
        "order by order_id, line, number",
        (sorted(order_ids),),
    )
    found: dict[tuple[str, int], list[PaidPart]] = {}
    for order, line, fund, source, amount in rows:
        assert fund in COMES_BACK or fund == Fund.VOUCHER.value, "every fund is known"
        found.setdefault((order, line), []).append(PaidPart(fund, source, amount))
    return {place: tuple(parts) for place, parts in found.items()}
