"""Set how service is controlled: policies, the order of stopping, spending caps, what is paid ahead.

Each takes effect at once: the payers concerned are looked at in the same transaction. The same setting again changes
nothing. Rules: STOP-2, STOP-5, STOP-8, STOP-9 (`docs/rules/service_control.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from partita.core.funds import AMOUNT_MINOR_MAX
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.period import in_zone
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.service_control import PolicyRow
from partita.core.stop_order import StopOrder
from partita.store import catalog as catalog_store
from partita.store import control_policy as policy_store
from partita.store import funds as funds_store
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.store import service_control as control_store
from partita.store import template as template_store
from partita.store.control_policy import PaidAhead, Setting
from partita.store.funds import Holder
from partita.usecases.permission import authorise, authorise_books
from partita.usecases.work import Work

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policy that a place has now; `taken_back`: it has none of its own."""

    row: PolicyRow
    taken_back: bool
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class OrderSet:
    """The order of stopping that a payer has now; None = none."""

    payer_id: str
    order: StopOrder | None
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class CapSet:
    """The spending cap a month that a member has now; None = none."""

    account_id: str
    cap: Money | None
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class PaidAheadSet:
    """What is paid ahead and not stopped."""

    paid: PaidAhead
    repeated: bool
    dry_run: bool


def set_policy(work: Work, row: PolicyRow, *, taken_back: bool = False, dry_run: bool = False) -> PolicySet | Refused:
    """Set the policy of an account or '' for all, for a product or '' for all; or take it back (STOP-2).

    Grace is given by who runs the books. A policy for all accounts takes effect where each is looked at next, by the
    clock at the latest. Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT, UNKNOWN_PRODUCT,
    CURRENCY_NOT_USED (an amount in a currency in which the account is not billed).
    """
    if isinstance(no := _may_set_policy(work, row), Refused):
        return no
    known = {(one.account_id, one.product_id): one.policy for one in policy_store.policies(work.tx)}
    place = (row.account_id, row.product_id)
    repeated = place not in known if taken_back else known.get(place) == row.policy
    concerned = control_store.payers(work.tx, [row.account_id]) if row.account_id else []

    def save() -> None:
        policy_store.set_policy(work.tx, row, _setting(work), taken_back=taken_back)

    _saved(work, save, concerned, skip=repeated or dry_run)
    return PolicySet(row, taken_back, repeated, dry_run)


def _may_set_policy(work: Work, row: PolicyRow) -> Refused | None:
    allowed = (
        authorise_books(work) if not row.account_id else authorise(work, Action.SET_CONTROL_POLICY, row.account_id)
    )
    if isinstance(allowed, Refused):
        return allowed
    amount = row.policy.grace.amount
    if row.account_id:
        holder = funds_store.holder(work.tx, row.account_id, work.now)
        if holder is None:
            return refused(Reason.UNKNOWN_ACCOUNT, account=row.account_id)
        if amount is not None and amount.currency != holder.currency:
            return refused(Reason.CURRENCY_NOT_USED, currency=amount.currency, known=holder.currency)
    return _unknown_product(work, row.product_id)


def set_order(work: Work, payer_id: str, order: StopOrder | None, *, dry_run: bool = False) -> OrderSet | Refused:
    """Set what a payer's group stops first, or take the order back (STOP-8).

    Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT (payer, or members that are not of its enterprise),
    ORDER_OF_THE_PAYER, NOT_IN_STOP_ORDER, UNKNOWN_PRODUCT.
    """
    if isinstance(no := authorise(work, Action.SET_STOP_ORDER, payer_id), Refused):
        return no
    turns = order.turns if order else ()
    holder = funds_store.holder(work.tx, payer_id, work.now)
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=payer_id)
    named = {one.member_id for one in turns if one.member_id}
    own = org_store.accounts_in(work.tx, template_store.enterprise_of(work.tx, payer_id), named) if named else set()
    if missing := sorted(named - own):
        return refused(Reason.UNKNOWN_ACCOUNT, account=", ".join(missing))
    if order is not None and (wrong := _cannot_stop(work, holder, named)):
        return wrong
    for one in turns:
        if (unknown := _unknown_product(work, one.product_id)) is not None:
            return unknown
    repeated = policy_store.orders(work.tx, [payer_id]).get(payer_id) == order

    def save() -> None:
        policy_store.set_order(work.tx, payer_id, order, _setting(work))

    _saved(work, save, [payer_id], skip=repeated or dry_run)
    return OrderSet(payer_id, order, repeated, dry_run)


def _cannot_stop(work: Work, holder: Holder, named: set[str]) -> Refused | None:
    """Refuse an order of who is paid for by another, and one that names whom the payer does not pay for."""
    payer_id = holder.account_id
    relation = relation_store.relation_of_member(work.tx, payer_id, work.now)
    if relation is not None and relation.mode is FinanceMode.TRUSTEESHIP:
        return refused(Reason.ORDER_OF_THE_PAYER, payer=relation.management_id, account=payer_id)
    # whoever is a member may be upgraded to trusteeship: its turn may be set before
    members = {one.member_id for one in relation_store.members_of(work.tx, payer_id, work.now)}
    paid_for = {name for name, one in funds_store.holders(work.tx, named, work.now).items() if one.payer_id == payer_id}
    if others := sorted(named - members - paid_for - {payer_id}):
        known = ", ".join(sorted(members)) or "-"
        return refused(Reason.NOT_IN_STOP_ORDER, payer=payer_id, accounts=", ".join(others), members=known)
    return None


def set_cap(work: Work, account_id: str, cap: Money | None, *, dry_run: bool = False) -> CapSet | Refused:
    """Set the spending cap a month of a member, or take it back (STOP-9): its payer's matter, never its own.

    Refused in this order: NOT_PERMITTED (over the account that pays), UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, BAD_AMOUNT
    (below zero, or a slip).
    """
    holder = funds_store.holder(work.tx, account_id, work.now)
    relation = relation_store.relation_of_member(work.tx, account_id, work.now)
    payer_id = holder.payer_id if holder else account_id
    if relation is not None and relation.mode is FinanceMode.TRUSTEESHIP:
        payer_id = relation.management_id
    if isinstance(no := authorise(work, Action.SET_SPENDING_CAP, payer_id), Refused):
        return no
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    if cap is not None and cap.currency != holder.currency:
        return refused(Reason.CURRENCY_NOT_USED, currency=cap.currency, known=holder.currency)
    if cap is not None and not 0 <= cap.minor <= AMOUNT_MINOR_MAX:
        detail = ("give a cap from zero up.", "上限须不小于零。")
        return refused(Reason.BAD_AMOUNT, amount=cap, currency=cap.currency, detail=detail)
    minor = cap.minor if cap else None
    repeated = policy_store.cap_of(work.tx, account_id) == minor

    def save() -> None:
        policy_store.set_cap(work.tx, account_id, minor, _setting(work))

    _saved(work, save, control_store.payers(work.tx, [account_id]), skip=repeated or dry_run)
    return CapSet(account_id, cap, repeated, dry_run)


def pay_ahead(work: Work, paid: PaidAhead, *, dry_run: bool = False) -> PaidAheadSet | Refused:
    """Record what is paid ahead: it runs until its end, whatever the quota is (STOP-5).

    Refused in this order: NOT_PERMITTED (to all but the operator), UNKNOWN_ACCOUNT, UNKNOWN_PRODUCT, PAID_AHEAD_EMPTY,
    PAID_AHEAD_DIFFERS (recorded for this start with another end or reference).
    """
    if isinstance(no := authorise_books(work), Refused):
        return no
    holder = funds_store.holder(work.tx, paid.account_id, work.now)
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=paid.account_id)
    if (unknown := _unknown_product(work, paid.product_id)) is not None:
        return unknown
    if paid.ends_at <= paid.starts_at:
        start, end = in_zone(paid.starts_at, holder.zone), in_zone(paid.ends_at, holder.zone)
        return refused(Reason.PAID_AHEAD_EMPTY, start=start, end=end)
    with work.tx.transaction(force_rollback=dry_run):
        known = policy_store.add_paid_ahead(work.tx, paid, _setting(work))
    if known is not None and known != paid:
        return refused(
            Reason.PAID_AHEAD_DIFFERS,
            account=paid.account_id,
            product=paid.product_id,
            start=in_zone(known.starts_at, holder.zone),
            end=in_zone(known.ends_at, holder.zone),
        )
    if known is None and not dry_run:
        work.touched.update(control_store.payers(work.tx, [paid.account_id]))
    return PaidAheadSet(paid, known is not None, dry_run)


def _saved(work: Work, save: Callable[[], None], concerned: Iterable[str], *, skip: bool) -> None:
    """Save a setting and have the payers concerned looked at."""
    if not skip:
        save()
        work.touched.update(concerned)


def _setting(work: Work) -> Setting:
    return Setting(work.actor.signature, work.now)


def _unknown_product(work: Work, product_id: str) -> Refused | None:
    if product_id and product_id not in catalog_store.products_of(work.tx):
        return refused(Reason.UNKNOWN_PRODUCT, product=product_id)
    return None


def zone_of(work: Work, account_id: str) -> str | Refused:
    """Return the zone of an account's calendar. Refused: UNKNOWN_ACCOUNT."""
    holder = funds_store.holder(work.tx, account_id, work.now)
    return refused(Reason.UNKNOWN_ACCOUNT, account=account_id) if holder is None else holder.zone
