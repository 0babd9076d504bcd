"""Show subscriptions: how they stand by the clock, what is left of them, what happened. Rules: SUB-3, SUB-5."""

from __future__ import annotations

from dataclasses import dataclass

from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.subscription import Share, SubscriptionState, amortise
from partita.core.unsubscribe import Portion
from partita.store import order as order_store
from partita.store import subscription as subscription_store
from partita.store.subscription import Attempt, StepRow, Subscription
from partita.usecases.funds.command import holder_for
from partita.usecases.order.life import state_of
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Shown:
    """A subscription with its state by the clock, its steps, the portions that its payer paid, and what was tried.

    `months`: what was paid, spread over the months by seconds, in minor units (SUB-3).
    """

    subscription: Subscription
    state: SubscriptionState
    steps: tuple[StepRow, ...]
    portions: tuple[Portion, ...]
    months: tuple[Share, ...]
    attempts: tuple[Attempt, ...]


def show(work: Work, subscription_id: str) -> Shown | Refused:
    """Return all about a subscription. Refused: UNKNOWN_SUBSCRIPTION, what `authorise` says."""
    one = subscription_store.subscription(work.tx, subscription_id)
    if one is None:
        return refused(Reason.UNKNOWN_SUBSCRIPTION, subscription=subscription_id)
    if isinstance(no := authorise(work, Action.VIEW_ORDERS, one.account_id), Refused):
        return no
    portions = tuple(order_store.portions_of(work.tx, subscription_id, one.payer_id))
    months = (
        share
        for portion in portions
        for share in amortise(sum(part.amount for part in portion.paid), portion.period, one.zone)
    )
    return Shown(
        subscription=one,
        state=state_of(work, one),
        steps=tuple(subscription_store.steps_of(work.tx, subscription_id)),
        portions=portions,
        months=tuple(sorted(months, key=lambda share: share.period.start)),
        attempts=tuple(subscription_store.attempts_of(work.tx, [subscription_id]).get(subscription_id, ())),
    )


def list_subscriptions(
    work: Work, account_id: str, *, every: bool = False
) -> list[tuple[Subscription, SubscriptionState]] | Refused:
    """Return the subscriptions of an account and those that it pays for, the first to end first.

    Refused: what `authorise` says, UNKNOWN_ACCOUNT.
    """
    holder = holder_for(work, Action.VIEW_ORDERS, account_id)
    if isinstance(holder, Refused):
        return holder
    found = subscription_store.subscriptions_of(work.tx, account_id, every=every)
    return [(one, state_of(work, one)) for one in found]
