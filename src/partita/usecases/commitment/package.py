"""Grant, renew and upgrade resource packages. Rules: PKG-1 … PKG-5 (`docs/rules/resource_package.md`)."""

from __future__ import annotations

from partita.core import resource_package as rules
from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.order import OrderKind
from partita.core.permission import Action
from partita.core.quantity import format_quantity
from partita.core.refusal import Reason, Refused, refused
from partita.core.resource_package import PackageChange, PackageOffer
from partita.store import commitment as commitment_store
from partita.store.commitment import PackageRow
from partita.store.funds import Holder
from partita.usecases.commitment.buying import Granted, Selling, granted
from partita.usecases.commitment.terms import priced_at_fault, skus_at_fault, terms_at_fault
from partita.usecases.funds.command import holder_for, text_at_fault
from partita.usecases.work import Work


def grant_package(
    work: Work, *, account_id: str, offer: PackageOffer, idempotency_key: str, dry_run: bool = False
) -> Granted | Refused:
    """Grant a package to an account, once per key: sold at a price, or given (PKG-3).

    It belongs to the account, and is paid by whoever pays for it now. Refused in this order: what `authorise` says,
    UNKNOWN_ACCOUNT, BAD_TEXT, UNKNOWN_SKU, BAD_TERMS, BAD_AMOUNT, COMMITMENT_START (unless the key is known), and what
    `granted` refuses.
    """
    holder = holder_for(work, Action.GRANT_COMMITMENT, account_id)
    if isinstance(holder, Refused):
        return holder
    no = (
        text_at_fault({"key": idempotency_key})
        or skus_at_fault(work, offer.sku_id, [sku for sku, _ in offer.factors])
        or terms_at_fault(rules.check_quota(offer.quota_e6, offer.months, offer.factors), offer.words())
        or priced_at_fault(Money(offer.price_minor, holder.currency))
    )
    if no:
        return no
    asked = (idempotency_key, ("grant", *offer.plain()))
    name = derived_id("pkg", account_id, idempotency_key)
    selling = Selling(OrderKind.PURCHASE, name, offer, offer.sku_id, offer.months, asked, offer.price_minor)
    return granted(work, holder, selling, dry_run=dry_run)


def renew_package(
    work: Work, *, package_id: str, months: int, price_minor: int, idempotency_key: str, dry_run: bool = False
) -> Granted | Refused:
    """Renew a package by the same quota from its end on, once per key, at a stated price or as a gift (PKG-4).

    Refused in this order: UNKNOWN_PACKAGE, what `authorise` says, BAD_TEXT, BAD_TERMS, BAD_AMOUNT, what `granted`
    refuses.
    """
    change = PackageChange(package_id, months=months)
    no = terms_at_fault(rules.check_quota(1, months, ()), (months,))
    asked = (idempotency_key, ("renew", package_id, months, price_minor))
    return _changed(work, change, asked, (OrderKind.RENEW, months, price_minor, no), dry_run=dry_run)


def upgrade_package(
    work: Work, *, package_id: str, more_e6: int, price_minor: int, idempotency_key: str, dry_run: bool = False
) -> Granted | Refused:
    """Add quota to a package from now to the end of what runs, once per key, at a stated price or as a gift (PKG-5).

    Refused in this order: UNKNOWN_PACKAGE, what `authorise` says, BAD_TEXT, BAD_TERMS, BAD_AMOUNT, what `granted`
    refuses.
    """
    change = PackageChange(package_id, more_e6=more_e6)
    no = terms_at_fault(rules.check_quota(more_e6, 1, ()), (format_quantity(more_e6),))
    asked = (idempotency_key, ("upgrade", package_id, more_e6, price_minor))
    return _changed(work, change, asked, (OrderKind.UPGRADE, 1, price_minor, no), dry_run=dry_run)


def _changed(
    work: Work,
    change: PackageChange,
    asked: tuple[str, object],
    how: tuple[OrderKind, int, int, Refused | None],
    *,
    dry_run: bool,
) -> Granted | Refused:
    """Grant a change: `how` is its kind of order, its months, its price, and what is wrong with its terms."""
    kind, months, price_minor, at_fault = how
    found = _found(work, change.package_id)
    if isinstance(found, Refused):
        return found
    row, holder = found
    no = text_at_fault({"key": asked[0]}) or at_fault or priced_at_fault(Money(price_minor, holder.currency))
    if no:
        return no
    selling = Selling(kind, change.package_id, change, row.package.sku_id, months, asked, price_minor)
    return granted(work, holder, selling, dry_run=dry_run)


def _found(work: Work, package_id: str) -> tuple[PackageRow, Holder] | Refused:
    row = commitment_store.package_of(work.tx, package_id)
    if row is None:
        return refused(Reason.UNKNOWN_PACKAGE, package=package_id)
    holder = holder_for(work, Action.GRANT_COMMITMENT, row.package.owner_id)
    return holder if isinstance(holder, Refused) else (row, holder)
