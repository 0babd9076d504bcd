"""Orders and their steps: what was asked for, its lines, and where it stands.

Owns the SQL of `customer_order`, `order_line`, `order_step`, `order_payment` and `refund_policy`. Rules: ORDER-1,
ORDER-2, ORDER-3, ORDER-7, UNSUB-2.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partita.core.order import Order, OrderKind, OrderLine, OrderState, PricedLine
from partita.core.period import Period
from partita.core.subscription import Term
from partita.core.unsubscribe import DEFAULT_REFUND_POLICY, RefundPolicy
from partita.store import rows as rows_store
from partita.store.control_policy import Setting
from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line of an order with what it is about: the resource, and the terms by which it was priced."""

    line: OrderLine
    resource_id: str
    term: Term
    terms: int

    @property
    def months(self) -> int:
        """How many calendar months its terms have."""
        return self.terms * self.term.months


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """An order to be kept: its exact sums, what its coupon took off, and the key and body of who asked for it."""

    order: Order
    list_cost_e10: int
    contracted_cost_e10: int
    round_down_e10: int
    coupon_minor: int
    lines: tuple[KeptLine, ...]
    idempotency_key: str
    body_hash: bytes
    five_day: bool = False


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of an order: the state reached, why, and the entry of its money."""

    state: OrderState
    reason: str
    entry_id: str | None
    recorded_by: str
    recorded_at: datetime


_LINE_COLUMNS = (
    "payer_id, order_id, line, product_id, sku_id, region, resource_id, subscription_id, quantity, tags, price_id, "
    "refundable, term, terms, starts_at, ends_at, list_cost_e10, contracted_cost_e10, original_minor, "
    "price_minor, payable_minor, recorded_at"
)
_ORDER = """
    select o.order_id, o.payer_id, o.account_id, o.kind, o.currency, o.payable_minor, s.state, o.recorded_at,
           o.expires_at, o.placed_by, o.coupon_id
    from customer_order o join lateral (
        select state from order_step s where s.payer_id = o.payer_id and s.order_id = o.order_id
        order by step desc limit 1) s on true
"""
_KINDS = {kind.word: kind for kind in OrderKind}


def add(tx: Transaction, kept: KeptOrder) -> None:
    """Append an order with its lines and its first step, unpaid; the caller holds the lock of its payer."""
    order = kept.order
    tx.execute(
        "insert into customer_order (payer_id, order_id, account_id, kind, currency, list_cost_e10, "
        "contracted_cost_e10, round_down_e10, coupon_id, coupon_minor, payable_minor, five_day, expires_at, "
        "idempotency_key, body_hash, placed_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            order.payer_id, order.order_id, order.account_id, order.kind.word, order.currency, kept.list_cost_e10,
            kept.contracted_cost_e10, kept.round_down_e10, order.coupon_id, kept.coupon_minor, order.payable,
            kept.five_day, order.expires_at, kept.idempotency_key, kept.body_hash, order.placed_by, order.placed_at,
        ),
    )  # fmt: skip
    rows_store.add(tx, f"order_line ({_LINE_COLUMNS})", (_line_values(order, one) for one in kept.lines))
    add_step(tx, order, StepRow(OrderState.UNPAID, "", None, order.placed_by, order.placed_at))


def _line_values(order: Order, kept: KeptLine) -> tuple[object, ...]:
    one, priced = kept.line, kept.line.priced
    period = (one.period.start, one.period.end) if one.period else (None, None)
    return (
        order.payer_id, order.order_id, one.line, priced.product_id, priced.sku_id, priced.region, kept.resource_id,
        one.subscription_id, priced.quantity, json.dumps(dict(sorted(priced.tags))), priced.price_id,
        priced.refundable, kept.term.value, kept.terms, *period, priced.list_cost_e10, priced.contracted_cost_e10,
        one.original, one.price, one.payable, order.placed_at,
    )  # fmt: skip


def add_step(tx: Transaction, order: Order, step: StepRow) -> None:
    """Append a step of an order."""
    tx.execute(
        "insert into order_step (payer_id, order_id, step, state, reason, entry_id, recorded_by, recorded_at) "
        "select %(payer)s, %(order)s, coalesce(max(step), 0) + 1, %(state)s, %(reason)s, %(entry)s::text, %(by)s, "
        "%(at)s from order_step where payer_id = %(payer)s and order_id = %(order)s",
        {
            "payer": order.payer_id, "order": order.order_id, "state": step.state.word, "reason": step.reason,
            "entry": step.entry_id, "by": step.recorded_by, "at": step.recorded_at,
        },
    )  # fmt: skip


def order_of(tx: Transaction, order_id: str) -> Order | None:
    """Return an order as it stands."""
    row = tx.execute(f"{_ORDER} where o.order_id = %s", (order_id,)).fetchone()
    return None if row is None else _order(row)


def by_key(tx: Transaction, account_id: str, idempotency_key: str) -> tuple[Order, bytes] | None:
    """Return the order that a client token of an account stands for, and the hash of what was asked for."""
    row = tx.execute(
        "select order_id, body_hash from customer_order where account_id = %s and idempotency_key = %s",
        (account_id, idempotency_key),
    ).fetchone()
    if row is None:
        return None
    order = order_of(tx, row[0])
    assert order is not None, "every order has a step"
    return order, bytes(row[1])


def orders_of(tx: Transaction, account_id: str, *, limit: int = 1000) -> list[Order]:
    """Return the orders of an account, and those that it pays for others, the newest first."""
    rows = tx.execute(
        f"{_ORDER} where o.account_id = %(account)s or o.payer_id = %(account)s "
        "order by o.recorded_at desc, o.order_id limit %(limit)s",
        {"account": account_id, "limit": limit},
    )
    return [_order(row) for row in rows]


def lines_of(tx: Transaction, order_id: str) -> list[KeptLine]:
    """Return the lines of an order."""
    rows = tx.execute(
        "select line, product_id, sku_id, region, quantity, list_cost_e10::text, contracted_cost_e10::text, price_id, "
        "refundable, tags, subscription_id, starts_at, ends_at, original_minor, price_minor, payable_minor, "
        "resource_id, term, terms from order_line where order_id = %s order by line",
        (order_id,),
    )
    return [_line(row) for row in rows]


def steps_of(tx: Transaction, order_id: str) -> list[StepRow]:
    """Return the steps of an order, the first first."""
    rows = tx.execute(
        "select state, reason, entry_id, recorded_by, recorded_at from order_step where order_id = %s order by step",
        (order_id,),
    )
    return [StepRow(OrderState(_STATES[row[0]]), *row[1:]) for row in rows]


def last_price(tx: Transaction, subscription_id: str, sku_id: str, begins: str) -> str | None:
    """Return the price id that a SKU of a subscription was priced by last, of those that begin so; None = none."""
    row = tx.execute(
        "select l.price_id from order_line l join order_charge c on c.payer_id = l.payer_id "
        "and c.order_id = l.order_id and c.line = l.line "
        "left join subscription_step s on s.account_id = c.account_id and s.subscription_id = l.subscription_id "
        "and s.order_id = l.order_id "
        "where l.subscription_id = %s and l.sku_id = %s and starts_with(l.price_id, %s) "
        "order by c.charged_at desc, s.step desc nulls last, c.line desc limit 1",
        (subscription_id, sku_id, begins),
    ).fetchone()
    return None if row is None else str(row[0])


def expired(tx: Transaction, now: datetime) -> list[Order]:
    """Return the orders that nobody paid in time and whose end is not recorded yet, by payer."""
    rows = tx.execute(f"{_ORDER} where s.state = 'unpaid' and o.expires_at <= %s order by 2, 1", (now,))
    return [_order(row) for row in rows]


def open_on(tx: Transaction, subscription_ids: Collection[str], now: datetime) -> dict[str, str]:
    """Return the unpaid order of each of these subscriptions that has one: subscription → order."""
    rows = tx.execute(
        "select l.subscription_id, l.order_id from order_line l "
        "join customer_order o on o.payer_id = l.payer_id and o.order_id = l.order_id "
        "where l.subscription_id = any(%s) and o.expires_at > %s and not exists ("
        "select from order_step s where s.payer_id = l.payer_id and s.order_id = l.order_id and s.state <> 'unpaid')",
        (sorted(subscription_ids), now),
    )
    return dict(rows.fetchall())


def open_on_resources(
    tx: Transaction, account_id: str, resource_ids: Collection[str], now: datetime
) -> dict[tuple[str, str], str]:
    """Return which unpaid order of an account will make a resource a subscription: (product, resource) → order."""
    rows = tx.execute(
        "select l.product_id, l.resource_id, l.order_id from order_line l "
        "join customer_order o on o.payer_id = l.payer_id and o.order_id = l.order_id "
        "where o.account_id = %s and o.kind in ('purchase', 'convert') and l.resource_id = any(%s) "
        "and o.expires_at > %s and not exists (select from order_step s where s.payer_id = l.payer_id "
        "and s.order_id = l.order_id and s.state <> 'unpaid')",
        (account_id, sorted(resource_ids), now),
    )
    return {(product, resource): order for product, resource, order in rows}


def coupon_used(tx: Transaction, coupon_ids: Collection[str], now: datetime) -> set[str]:
    """Return those of these coupons that an order has: one that is paid, or that still may be (ORDER-5)."""
    rows = tx.execute(
        "select o.coupon_id from customer_order o where o.coupon_id = any(%s) and exists ("
        "select from order_step s where s.payer_id = o.payer_id and s.order_id = o.order_id and s.state = 'paid') "
        "union select o.coupon_id from customer_order o where o.coupon_id = any(%s) and o.expires_at > %s "
        "and not exists (select from order_step s where s.payer_id = o.payer_id and s.order_id = o.order_id "
        "and s.state <> 'unpaid')",
        (sorted(coupon_ids), sorted(coupon_ids), now),
    )
    return {row[0] for row in rows}


def known_products(tx: Transaction, account_id: str) -> set[str]:
    """Return the products that an account has paid an order of before."""
    rows = tx.execute("select distinct product_id from order_charge where account_id = %s", (account_id,))
    return {row[0] for row in rows}


def five_day_refunds(tx: Transaction, account_id: str) -> list[datetime]:
    """Return when an account had a five-day refund (UNSUB-4)."""
    rows = tx.execute(
        "select recorded_at from customer_order where account_id = %s and five_day order by 1", (account_id,)
    )
    return [row[0] for row in rows]


def link_payment(tx: Transaction, order: Order, payment_id: str, at: datetime) -> None:
    """Let a payment pay an order as soon as it arrives; again it changes nothing."""
    tx.execute(
        "insert into order_payment (payer_id, order_id, payment_id, recorded_at) values (%s, %s, %s, %s) "
        "on conflict do nothing",
        (order.payer_id, order.order_id, payment_id, at),
    )


def orders_of_payment(tx: Transaction, payment_id: str) -> list[str]:
    """Return the orders that a payment is for."""
    rows = tx.execute("select order_id from order_payment where payment_id = %s order by 1", (payment_id,))
    return [row[0] for row in rows]


def refund_policy(tx: Transaction, product_id: str) -> RefundPolicy:
    """Return how a product is refunded: the last policy set, or the default."""
    return refund_policies(tx).get(product_id, DEFAULT_REFUND_POLICY)


def refund_policies(tx: Transaction) -> dict[str, RefundPolicy]:
    """Return the refund policies that are set, by product."""
    rows = tx.execute(
        "select distinct on (product_id) product_id, five_day, ladder from refund_policy "
        "order by product_id, sequence desc"
    )
    return {
        product: RefundPolicy(five_day, tuple((months, factor) for months, factor in ladder))
        for product, five_day, ladder in rows
    }


def set_refund_policy(tx: Transaction, product_id: str, policy: RefundPolicy, setting: Setting) -> None:
    """Append the refund policy of a product; it counts from now on."""
    tx.execute(
        "insert into refund_policy (product_id, sequence, five_day, ladder, recorded_by, recorded_at) "
        "select %(product)s, coalesce(max(sequence), 0) + 1, %(five)s, %(ladder)s::jsonb, %(by)s, %(at)s "
        "from refund_policy where product_id = %(product)s",
        {
            "product": product_id, "five": policy.five_day, "ladder": json.dumps(policy.ladder), "by": setting.by,
            "at": setting.at,
        },
    )  # fmt: skip


_STATES: dict[str, tuple[str, str]] = {state.word: state.value for state in OrderState}


def _order(row: tuple[Any, ...]) -> Order:
    name, payer, account, kind, currency, payable, state, placed, expires, by, coupon = row
    return Order(
        name, payer, account, _KINDS[kind], currency, payable, OrderState(_STATES[state]), placed, expires, by, coupon
    )


def _line(row: tuple[Any, ...]) -> KeptLine:
    line, product, sku, region, quantity, listed, contracted, price_id, refundable, tags, *rest = row
    subscription, starts, ends, original, price, payable, resource, term, terms = rest
    priced = PricedLine(
        product, sku, region, quantity, int(listed), int(contracted), price_id, refundable, frozenset(tags.items())
    )
    period = Period(starts, ends) if starts else None
    return KeptLine(
        OrderLine(line, priced, subscription, period, original, price, payable), resource, Term(term), terms
    )
