"""Subscriptions: how they are renewed, what the clock does to them, and how they stand.

`setting` sets renewal, unified expiry day and refund policies; `run` is what the clock does; `show` tells.
Rules: SUB-4 … SUB-8 (`docs/rules/subscription.md`), UNSUB-2.
"""

from partita.usecases.subscription.run import Ran, run
from partita.usecases.subscription.setting import (
    ExpiryDaySet,
    RefundPolicySet,
    RenewingSet,
    set_expiry_day,
    set_refund_policy,
    set_renewing,
)
from partita.usecases.subscription.show import Shown, list_subscriptions, show

__all__ = [
    "ExpiryDaySet", "Ran", "RefundPolicySet", "RenewingSet", "Shown",
    "list_subscriptions", "run", "set_expiry_day", "set_refund_policy", "set_renewing", "show",
]  # fmt: skip
