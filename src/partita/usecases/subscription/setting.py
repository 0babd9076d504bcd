"""Set how subscriptions are renewed, the unified expiry day of an account, and how products are refunded.

The same setting again changes nothing. Rules: SUB-4, SUB-6 (`docs/rules/subscription.md`), UNSUB-2, UNSUB-4.
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core.order import TERMS_MAX
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.unsubscribe import RefundPolicy, check_policy
from partita.store import catalog as catalog_store
from partita.store import order as order_store
from partita.store import subscription as subscription_store
from partita.store.subscription import Renewing, Subscription
from partita.usecases.funds.command import holder_for
from partita.usecases.order.fulfilment import by
from partita.usecases.order.life import state_of
from partita.usecases.permission import authorise, authorise_books
from partita.usecases.work import Work

LAST_DAY = 31


@dataclass(frozen=True, slots=True)
class RenewingSet:
    """How a subscription is renewed from now on."""

    subscription: Subscription
    renewing: Renewing
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ExpiryDaySet:
    """The unified expiry day of an account from now on; None = it has none."""

    account_id: str
    day: int | None
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class RefundPolicySet:
    """How a product is refunded from now on."""

    product_id: str
    policy: RefundPolicy
    repeated: bool
    dry_run: bool


def set_renewing(
    work: Work, *, subscription_id: str, renewing: Renewing, dry_run: bool = False
) -> RenewingSet | Refused:
    """Set whether a subscription renews by itself, by how many terms, or is not to be renewed (SUB-6).

    Refused in this order: UNKNOWN_SUBSCRIPTION, what `authorise` says, SUBSCRIPTION_OVER, BAD_QUANTITY.
    """
    one = subscription_store.subscription(work.tx, subscription_id)
    if one is None:
        return refused(Reason.UNKNOWN_SUBSCRIPTION, subscription=subscription_id)
    if isinstance(no := authorise(work, Action.PLACE_ORDER, one.account_id), Refused):
        return no
    state = state_of(work, one)
    if state.is_over:
        return refused(Reason.SUBSCRIPTION_OVER, subscription=subscription_id, state=(state.text(), state.text("zh")))
    most = TERMS_MAX[renewing.term.value]
    if not 1 <= renewing.terms <= most:
        named = (f"the number of {renewing.term.value}s", "期数")
        return refused(Reason.BAD_QUANTITY, name=named, allowed=f"1 … {most}", value=renewing.terms)
    repeated = one.renewing == renewing
    with work.tx.transaction(force_rollback=dry_run):
        if not repeated:
            subscription_store.set_renewing(work.tx, one, renewing, by(work))
    return RenewingSet(one, renewing, repeated, dry_run)


def set_expiry_day(work: Work, *, account_id: str, day: int | None, dry_run: bool = False) -> ExpiryDaySet | Refused:
    """Set the day of the month on which renewals of an account end (统一到期日), or that there is none (SUB-4).

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, BAD_EXPIRY_DAY.
    """
    holder = holder_for(work, Action.PLACE_ORDER, account_id)
    if isinstance(holder, Refused):
        return holder
    if day is not None and not 1 <= day <= LAST_DAY:
        return refused(Reason.BAD_EXPIRY_DAY, day=day)
    repeated = subscription_store.expiry_day(work.tx, account_id) == day
    with work.tx.transaction(force_rollback=dry_run):
        if not repeated:
            subscription_store.set_expiry_day(work.tx, account_id, day, by(work))
    return ExpiryDaySet(account_id, day, repeated, dry_run)


def set_refund_policy(
    work: Work, *, product_id: str, policy: RefundPolicy, dry_run: bool = False
) -> RefundPolicySet | Refused:
    """Set how a product is refunded: the five-day refund, and the discounts of used durations (UNSUB-2, UNSUB-4).

    Refused in this order: NOT_PERMITTED (to all but the operator), UNKNOWN_PRODUCT, BAD_REFUND_POLICY.
    """
    if isinstance(no := authorise_books(work, Action.SET_REFUND_POLICY), Refused):
        return no
    if product_id not in catalog_store.products_of(work.tx):
        return refused(Reason.UNKNOWN_PRODUCT, product=product_id)
    if not check_policy(policy):
        return refused(Reason.BAD_REFUND_POLICY, given=policy.ladder)
    repeated = order_store.refund_policy(work.tx, product_id) == policy
    with work.tx.transaction(force_rollback=dry_run):
        if not repeated:
            order_store.set_refund_policy(work.tx, product_id, policy, by(work))
    return RefundPolicySet(product_id, policy, repeated, dry_run)
