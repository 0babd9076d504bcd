"""Orders: place, pay, cancel and expire them; give back, resize.

`place` buys, renews and converts, `resource` says what may be, `resize` changes, `giving_back` unsubscribes,
`commitment` starts packages and plans, `commitment_back` gives them back, `payment` pays, `ending` cancels and expires,
`show` tells. Paying online is `online`, which needs payments, which need orders: import it by its name.
Rules: ORDER-1 … ORDER-9 (`docs/rules/order.md`), UNSUB-1 … UNSUB-8 (`docs/rules/unsubscribe.md`).
"""

from partita.usecases.order.commitment_back import unsubscribe_package
from partita.usecases.order.ending import OrderEnded, OrdersExpired, cancel, expire
from partita.usecases.order.giving_back import GivenBack, unsubscribe
from partita.usecases.order.payment import OrderPaid, pay
from partita.usecases.order.place import NO_COUPON, OrderPlaced, Token, buy, renew
from partita.usecases.order.pricing import Asked
from partita.usecases.order.resize import resize
from partita.usecases.order.resource import metered
from partita.usecases.order.show import OrderShown, list_orders, show

__all__ = [
    "NO_COUPON", "Asked", "GivenBack", "OrderEnded", "OrderPaid", "OrderPlaced", "OrderShown", "OrdersExpired", "Token",
    "buy", "cancel", "expire", "list_orders", "metered", "pay", "renew", "resize", "show", "unsubscribe",
    "unsubscribe_package",
]  # fmt: skip
