"""How a subscription stands by the clock: its end, and the grace and retention of its product.

Rules: SUB-5 (`docs/rules/subscription.md`), STOP-2.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from partita.core.order import Order, OrderKind
from partita.core.period import in_zone
from partita.core.refusal import Reason, Refused, refused
from partita.core.service_control import Policies, policies_in, policy_for
from partita.core.subscription import Life, SubscriptionState
from partita.store import control_policy as policy_store
from partita.store import funds as funds_store
from partita.store import subscription as subscription_store
from partita.store.order import KeptLine
from partita.store.subscription import Subscription
from partita.usecases.work import Work

FOR_EVER = timedelta(days=36_500)
"""The grace of a product that is never stopped."""


def policies(work: Work, account_id: str) -> Policies:
    """Return the control policies that say something for an account's currency."""
    holder = funds_store.holder(work.tx, account_id, work.now)
    assert holder is not None, "an account that has subscriptions is there"
    return policies_in(policy_store.policies(work.tx), holder.currency)


def life_of(work: Work, one: Subscription) -> Life:
    """Return what follows the end of a subscription: the time of the product's grace, then its retention.

    A grace that has only an amount gives no time: nobody is in debt for what was paid ahead.
    """
    return life_in(policies(work, one.account_id), one.account_id, one.payer_id, one.product_id)


def life_in(known: Policies, account_id: str, payer_id: str, product_id: str) -> Life:
    """Return what follows the end of a subscription in a product, by the policies of its currency."""
    policy = policy_for(known, account_id, payer_id, product_id)
    grace = (policy.grace.duration or timedelta(0)) if policy.stops else FOR_EVER
    return Life(grace, policy.retention)


def state_of(work: Work, one: Subscription) -> SubscriptionState:
    """Return the state of a subscription now: an end that somebody chose, or what the clock says."""
    if one.state.is_over:
        return one.state
    by_clock = life_of(work, one).state(one.paid.ends_at, work.now)
    stopped = one.state is SubscriptionState.STOPPED and by_clock is SubscriptionState.GRACE
    return SubscriptionState.STOPPED if stopped else by_clock


def over_since(work: Work, order: Order, lines: Sequence[KeptLine]) -> Refused | None:
    """Refuse to pay for a subscription that is over since, or to upgrade one that ended meanwhile (SUB-5).

    A renewal is paid until the release, an upgrade until the end. In this order: SUBSCRIPTION_OVER, SUBSCRIPTION_ENDED.
    """
    if order.kind not in (OrderKind.RENEW, OrderKind.UPGRADE):
        return None
    for name in sorted({kept.line.subscription_id for kept in lines}):
        one = subscription_store.subscription(work.tx, name)
        if one is None:  # a resource package: `commitment.unready` looks at it
            continue
        state = state_of(work, one)
        if state.is_over:
            return refused(Reason.SUBSCRIPTION_OVER, subscription=name, state=(state.text(), state.text("zh")))
        if order.kind is OrderKind.UPGRADE and state is not SubscriptionState.RUNNING:
            return refused(Reason.SUBSCRIPTION_ENDED, subscription=name, ended=in_zone(one.paid.ends_at, one.zone))
    return None
