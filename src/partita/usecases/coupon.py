"""Coupons: issue them, show them, and quote an order with the coupons that an account has.

Orders themselves are not here: `quote` decides what an order would cost and uses nothing up. Rules: COUPON-1 …
COUPON-4 (`docs/rules/coupon.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partita.core import coupon as coupon_rules
from partita.core.coupon import Coupon, OrderLine, Quote
from partita.core.ids import derived_id
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.scope import Occasion
from partita.core.template import Instrument, validity
from partita.core.voucher import Policy
from partita.store import catalog as catalog_store
from partita.store import coupon as coupon_store
from partita.store import ledger as ledger_store
from partita.store import template as template_store
from partita.usecases.funds.command import holder_for, key_of_day, saved, text_at_fault
from partita.usecases.voucher.issue import load
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class CouponIssued:
    """A coupon that an account has now. `repeated`: it had it before, and nothing happened."""

    coupon: Coupon
    idempotency_key: str
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Held:
    """The coupons of an account in their turn, and the zone in which its days are read."""

    account_id: str
    coupons: list[Coupon]
    zone: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """An order of an account with its coupons, and the order of priority that chose them."""

    account_id: str
    currency: str
    order: tuple[OrderLine, ...]
    quote: Quote
    policy: Policy


def issue(
    work: Work, *, account_id: str, template_id: str, idempotency_key: str | None = None, dry_run: bool = False
) -> CouponIssued | Refused:
    """Issue a coupon by a template, once per key; without a key, once a day (COUPON-4).

    Refused in this order: NOT_PERMITTED, ACCOUNT_CLOSED, ACCOUNT_FROZEN, UNKNOWN_ACCOUNT, UNKNOWN_TEMPLATE,
    WRONG_INSTRUMENT, TEMPLATE_CURRENCY, BAD_TEXT, IDEMPOTENCY_KEY_REUSED, TEMPLATE_OVER.
    """
    found = load(work, Action.ISSUE_VOUCHER, (account_id, template_id), Instrument.COUPON)
    if isinstance(found, Refused):
        return found
    holder, template = found
    key = key_of_day(work, holder, template_id) if idempotency_key is None else idempotency_key
    if no := text_at_fault({"key": key}):
        return no

    def decide() -> CouponIssued | Refused:
        ledger_store.lock_payers(work.tx, [account_id])
        known = coupon_store.by_key(work.tx, account_id, key)
        if known is not None and known.template != template:
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        valid = known.valid if known else validity(template, work.now)
        if valid is None:
            return refused(Reason.TEMPLATE_OVER, template=template_id)
        coupon = known or Coupon(derived_id("cpn", account_id, key), account_id, template, valid, work.now)
        if known is None:
            coupon_store.add(work.tx, coupon, key, recorded_by=work.actor.signature, recorded_at=work.now)
        return CouponIssued(coupon, key, known is not None, dry_run)

    return saved(work, decide, dry_run=dry_run)


def coupons(work: Work, account_id: str) -> Held | Refused:
    """Return the coupons of an account in their turn. Refused: NOT_PERMITTED, UNKNOWN_ACCOUNT."""
    holder = holder_for(work, Action.VIEW_FINANCES, account_id)
    if isinstance(holder, Refused):
        return holder
    policy = _policy(work, account_id)
    found = sorted(
        coupon_store.coupons_of(work.tx, account_id),
        key=lambda one: (work.now >= one.valid.end, coupon_rules.priority(one, policy), one.coupon_id),
    )
    return Held(account_id, found, holder.zone)


def quote(work: Work, account_id: str, order: Sequence[OrderLine]) -> Quoted | Refused:
    """Say what an order of an account would cost with its coupons (COUPON-1 … COUPON-3); nothing is used up.

    Amounts are minor units of the account's currency, not below zero. Refused in this order: NOT_PERMITTED,
    UNKNOWN_ACCOUNT, NO_ORDER_LINES, COUPON_NOT_FOR_BILLS, UNKNOWN_PRODUCT.
    """
    holder = holder_for(work, Action.VIEW_FINANCES, account_id)
    if isinstance(holder, Refused):
        return holder
    if not order:
        return refused(Reason.NO_ORDER_LINES)
    if any(line.item.occasion is Occasion.PAY_AS_YOU_GO for line in order):
        return refused(Reason.COUPON_NOT_FOR_BILLS)
    known = catalog_store.products_of(work.tx)
    for line in order:
        if line.item.product_id not in known:
            return refused(Reason.UNKNOWN_PRODUCT, product=line.item.product_id)
    policy = _policy(work, account_id)
    found = coupon_rules.quote(order, coupon_store.coupons_of(work.tx, account_id), policy, work.now)
    return Quoted(account_id, holder.currency, tuple(order), found, policy)


def _policy(work: Work, account_id: str) -> Policy:
    return template_store.policy(work.tx, template_store.enterprise_of(work.tx, account_id), Instrument.COUPON)
