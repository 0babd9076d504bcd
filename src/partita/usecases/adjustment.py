"""Adjust a bill: the operator puts an amount on it, or takes one off, with a reason; once per key.

It goes on the bill of the open month that it is about, or on the next bill, as a line of its own; the close posts it to
the ledger with the bill. What stands on a closed bill is never changed. Rules: ADJUST-1 … ADJUST-4
(`docs/rules/adjustment.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from partita.core import adjustment as rules
from partita.core.adjustment import Adjustment
from partita.core.ids import bucket_of, derived_id
from partita.core.money import Money
from partita.core.org import payer_of
from partita.core.period import Cycle, Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import adjustment as adjustment_store
from partita.store import catalog as catalog_store
from partita.store import hold as hold_store
from partita.store import ledger as ledger_store
from partita.store import org as org_store
from partita.store import spend as spend_store
from partita.store import usage as usage_store
from partita.store.adjustment import Kept
from partita.store.funds import Holder
from partita.usecases.funds.command import amount_at_fault, holder_for, saved, text_at_fault
from partita.usecases.order.token import body_of
from partita.usecases.permission import Sight, authorise, sight
from partita.usecases.spend.adjusted import spend_of
from partita.usecases.spend.exact import held
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be adjusted: the account, the product, perhaps the SKU and instance, by how much, and why.

    `about`: the month that it puts right; None = the present month of the account.
    """

    account_id: str
    product_id: str
    amount: Money
    reason: str
    about: Month | None = None
    sku_id: str = ""
    resource_id: str = ""


@dataclass(frozen=True, slots=True)
class Adjusted:
    """An adjustment that stands; `repeated`: it stood there before."""

    adjustment: Adjustment
    recorded_by: str
    repeated: bool
    dry_run: bool


def adjust(work: Work, wanted: Wanted, *, idempotency_key: str, dry_run: bool = False) -> Adjusted | Refused:
    """Put an adjustment on the open month's bill or the next, once per key (ADJUST-1, ADJUST-2).

    It is on the bill of whoever paid for the account at the end of the month that it is about, or pays now while that
    month lasts. Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, BAD_TEXT, ADJUSTMENT_ZERO,
    CURRENCY_NOT_USED, BAD_AMOUNT, UNKNOWN_PRODUCT, UNKNOWN_SKU, ADJUSTMENT_FUTURE, ADJUSTMENT_TOO_EARLY; then
    IDEMPOTENCY_KEY_REUSED.
    """
    holder = holder_for(work, Action.ADJUST_BILL, wanted.account_id)
    if isinstance(holder, Refused):
        return holder
    if no := _at_fault(work, wanted, holder, idempotency_key):
        return no
    return saved(work, lambda: _adjusted(work, wanted, holder, (idempotency_key, dry_run)), dry_run=dry_run)


def _at_fault(work: Work, wanted: Wanted, holder: Holder, key: str) -> Refused | None:
    texts = {"key": key, "reason": wanted.reason, "resource": wanted.resource_id}
    if no := text_at_fault(texts, needed=frozenset({"key", "reason"})):
        return no
    amount = wanted.amount
    if not amount.minor:
        return refused(Reason.ADJUSTMENT_ZERO)
    if no := amount_at_fault(Money(abs(amount.minor), amount.currency), holder.currency):
        return no
    if no := _not_sold(work, wanted):
        return no
    return (
        None
        if wanted.about is None
        else _wrong_month(work, wanted.account_id, wanted.about, (Month.of(work.now, holder.zone), holder.zone))
    )


def _wrong_month(work: Work, account_id: str, about: Month, now: tuple[Month, str]) -> Refused | None:
    """Refuse a month that has not begun, or that was over before the account was opened."""
    present, zone = now
    if present < about:
        return refused(Reason.ADJUSTMENT_FUTURE, month=about, account=account_id, now=present)
    first = Month.of(min(one.effective_from for one in org_store.payers_of(work.tx, account_id)), zone)
    if about < first:
        return refused(Reason.ADJUSTMENT_TOO_EARLY, month=about, account=account_id, first=first)
    return None


def _not_sold(work: Work, wanted: Wanted) -> Refused | None:
    if wanted.product_id not in catalog_store.products_of(work.tx):
        return refused(Reason.UNKNOWN_PRODUCT, product=wanted.product_id)
    sku = catalog_store.skus_of(work.tx).get(wanted.sku_id)
    if wanted.sku_id and (sku is None or sku.product_id != wanted.product_id):
        return refused(Reason.UNKNOWN_SKU, sku=wanted.sku_id)
    return None


def _adjusted(work: Work, wanted: Wanted, holder: Holder, asked: tuple[str, bool]) -> Adjusted | Refused:
    """Record it under the lock of the intake: no close freezes its month, no other moves what is held meanwhile."""
    key, dry_run = asked
    usage_store.lock_intake(work.tx)
    body = body_of(
        (wanted.account_id, wanted.product_id, wanted.sku_id, wanted.resource_id, str(wanted.amount), wanted.reason,
         str(wanted.about))
    )  # fmt: skip
    known = adjustment_store.by_key(work.tx, wanted.account_id, key)
    if known is not None:
        if known.body_hash != body:
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        return Adjusted(known.adjustment, known.recorded_by, repeated=True, dry_run=dry_run)
    one = _decided(work, wanted, holder, key)
    ledger_store.lock_payers(work.tx, [one.payer_id])
    kept = Kept(one, body, work.actor.signature, work.now)
    adjustment_store.add(work.tx, kept, idempotency_key=key)
    spend = spend_of(work.tx, [one])
    bucket = bucket_of(one.payer_id, org_store.bucket_count(work.tx))
    spend_store.add(work.tx, [(each, bucket) for each in spend])
    hold_store.add(work.tx, held(spend))
    work.touched.add(one.payer_id)
    return Adjusted(one, kept.recorded_by, repeated=False, dry_run=dry_run)


def _decided(work: Work, wanted: Wanted, holder: Holder, key: str) -> Adjustment:
    about = wanted.about or Month.of(work.now, holder.zone)
    month = rules.bill_month(about, frozen_through=usage_store.frozen_through(work.tx))
    at = min(work.now, about.period(holder.zone).end - timedelta(microseconds=1))
    relations = org_store.payers_of(work.tx, wanted.account_id)
    payer = payer_of(relations, at, cycle=Cycle.HOUR, zone=holder.zone) or holder.payer_id
    return Adjustment(
        adjustment_id=derived_id("adj", wanted.account_id, key),
        payer_id=payer,
        account_id=wanted.account_id,
        product_id=wanted.product_id,
        sku_id=wanted.sku_id,
        resource_id=wanted.resource_id,
        amount=wanted.amount,
        about=about,
        month=month,
        charged_at=rules.stands_at(work.now, month.period(holder.zone)),
        reason=wanted.reason,
    )


def list_adjustments(work: Work, payer_id: str | None = None, month: Month | None = None) -> list[Kept] | Refused:
    """Return adjustments of a payer and month, or all that the actor may see. Refused: what `authorise` says."""
    if payer_id is not None:
        allowed = authorise(work, Action.VIEW_BILLS, payer_id)
        seen = allowed if isinstance(allowed, Refused) else Sight.of(payer_id)
    else:
        seen = sight(work, Action.VIEW_BILLS)
    if isinstance(seen, Refused):
        return seen
    found = adjustment_store.adjustments(work.tx, month=month.number if month else None, payer_id=payer_id)
    return [one for one in found if seen.sees(one.adjustment.payer_id)]
