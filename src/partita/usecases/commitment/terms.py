"""What is wrong with the terms of a package or a plan. Rules: PKG-2, PKG-3, PLAN-1."""

from __future__ import annotations

from collections.abc import Iterable

from partita.core.money import AMOUNT_E10_MAX, Money, minor_scale_e10
from partita.core.refusal import Reason, Refused, refused
from partita.store import catalog as catalog_store
from partita.usecases.work import Work


def skus_at_fault(work: Work, sold_as: str, covered: Iterable[str]) -> Refused | None:
    """Refuse SKUs that the catalogue does not have, that under which it is sold first: UNKNOWN_SKU; none: BAD_TERMS."""
    known = catalog_store.skus_of(work.tx)
    names = list(covered)
    for sku in (sold_as, *sorted(names)):
        if sku not in known:
            return refused(Reason.UNKNOWN_SKU, sku=sku)
    if not names or len(set(names)) < len(names):
        return refused(Reason.BAD_TERMS, value=", ".join(names), allowed="SKU, SKU …")
    return None


def terms_at_fault(allowed: str | None, given: tuple[object, ...]) -> Refused | None:
    """Refuse terms that are not possible, saying what is: BAD_TERMS."""
    if allowed is None:
        return None
    return refused(Reason.BAD_TERMS, value=" ".join(map(str, given)), allowed=allowed)


def priced_at_fault(price: Money) -> Refused | None:
    """Refuse a price below zero or beyond what one charge can hold: BAD_AMOUNT."""
    most = AMOUNT_E10_MAX // minor_scale_e10(price.currency)
    if 0 <= price.minor <= most:
        return None
    limit = (f"0 to {Money(most, price.currency)} is possible.", f"可为 0 至 {Money(most, price.currency)}。")
    return refused(Reason.BAD_AMOUNT, amount=str(price), currency=price.currency, detail=limit)
