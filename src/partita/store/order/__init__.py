"""Orders in PostgreSQL: what was ordered, what became of it, who paid it, and what came back.

`orders` has the orders and their steps, `payment` draws, charges and the sources that pay, `portions` what is left of
subscriptions, `proof` what `verify` asks. Rows are only ever added. Rules: ORDER-1 … ORDER-8 (`docs/rules/order.md`).
"""

from partita.store.order.orders import (
    KeptLine,
    KeptOrder,
    StepRow,
    add,
    add_step,
    by_key,
    coupon_used,
    expired,
    five_day_refunds,
    known_products,
    last_price,
    lines_of,
    link_payment,
    open_on,
    open_on_resources,
    order_of,
    orders_of,
    orders_of_payment,
    refund_policies,
    refund_policy,
    set_refund_policy,
    steps_of,
)
from partita.store.order.payment import (
    ChargeRow,
    DrawRow,
    OrderMoney,
    add_card_returns,
    add_charges,
    add_cleared,
    add_draws,
    charges,
    draws_of,
    money_of_orders,
    on_credit,
    sources,
    spent_in_month,
)
from partita.store.order.portions import other_payers, portions_of

__all__ = [
    "ChargeRow", "DrawRow", "KeptLine", "KeptOrder", "OrderMoney", "StepRow", "add", "add_card_returns",
    "add_charges", "add_cleared", "add_draws", "add_step", "by_key", "charges", "coupon_used", "draws_of", "expired",
    "five_day_refunds", "known_products", "last_price", "lines_of", "link_payment", "money_of_orders", "on_credit",
    "open_on", "open_on_resources", "order_of", "orders_of", "orders_of_payment", "other_payers", "portions_of",
    "refund_policies", "refund_policy", "set_refund_policy", "sources", "spent_in_month", "steps_of",
]  # fmt: skip
