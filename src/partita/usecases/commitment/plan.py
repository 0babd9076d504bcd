"""Grant savings plans. Rules: PLAN-1, PLAN-4 (`docs/rules/savings_plan.md`)."""

from __future__ import annotations

from partita.core import savings_plan as rules
from partita.core.ids import derived_id
from partita.core.money import Money, minor_scale_e10
from partita.core.order import OrderKind
from partita.core.permission import Action
from partita.core.refusal import Refused
from partita.core.savings_plan import PlanOffer
from partita.core.subscription import MONTHS_OF_A_YEAR
from partita.usecases.commitment.buying import Granted, Selling, granted
from partita.usecases.commitment.terms import priced_at_fault, skus_at_fault, terms_at_fault
from partita.usecases.funds.command import holder_for, text_at_fault
from partita.usecases.work import Work


def grant_plan(
    work: Work, *, account_id: str, offer: PlanOffer, idempotency_key: str, dry_run: bool = False
) -> Granted | Refused:
    """Grant a plan to an account, once per key; what is to be paid ahead is ordered, or given (PLAN-1).

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, BAD_TEXT, UNKNOWN_SKU, BAD_TERMS, COMMITMENT_START
    (unless the key is known), BAD_AMOUNT, what `granted` refuses.
    """
    holder = holder_for(work, Action.GRANT_COMMITMENT, account_id)
    if isinstance(holder, Refused):
        return holder
    no = (
        text_at_fault({"key": idempotency_key})
        or skus_at_fault(work, offer.sku_id, [sku for sku, _ in offer.rates])
        or terms_at_fault(rules.check_terms(offer.commitment_e10, offer.years, offer.rates), offer.words())
        or beyond(offer, holder.currency)
    )
    if no:
        return no
    asked = (idempotency_key, ("plan", *offer.plain()))
    name = derived_id("plan", account_id, idempotency_key)
    months = offer.years * MONTHS_OF_A_YEAR
    selling = Selling(OrderKind.PURCHASE, name, offer, offer.sku_id, months, asked, None)
    return granted(work, holder, selling, dry_run=dry_run)


def beyond(offer: PlanOffer, currency: str) -> Refused | None:
    """Refuse a promise whose whole sum no charge can hold, whatever of it is paid ahead: BAD_AMOUNT."""
    whole = offer.commitment_e10 * offer.years * _HOURS_OF_A_YEAR // minor_scale_e10(currency)
    return priced_at_fault(Money(whole * offer.pay_mode.halves // 2, currency))


_HOURS_OF_A_YEAR = 366 * 24
