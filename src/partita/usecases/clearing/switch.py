"""The switch of automatic clearing, the sellers of the marketplace, and how an account's clearing stands.

Rules: CLEAR-5, CLEAR-6 (`docs/rules/clearing.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core import clearing as rules
from partita.core.bank_transfer import reference_of
from partita.core.clearing import Credit, Switch, Unpaid
from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import catalog as catalog_store
from partita.store import clearing as clearing_store
from partita.store import credit as credit_store
from partita.store import ledger as ledger_store
from partita.store.clearing import CustomRow
from partita.usecases.clearing.automatic import BillPaid, clear, on_no_bill
from partita.usecases.funds.command import by, holder_for, saved, text_at_fault
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Switched:
    """The switch of an account as it is now, and what was paid because it was switched on."""

    account_id: str
    switch: Switch
    paid: tuple[BillPaid, ...]
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ClearingShown:
    """How clearing of an account stands: the switch, what is unpaid, credits that wait, and custom settlements.

    `on_no_bill`: what is owed beside the bills, such as interest and payments that bounced (CLEAR-4).
    """

    account_id: str
    currency: str
    switch: Switch
    reference: str
    unpaid: tuple[Unpaid, ...]
    on_no_bill: Money
    credits_left: tuple[Credit, ...]
    settlements: tuple[CustomRow, ...]


@dataclass(frozen=True, slots=True)
class SellerSet:
    """A product that is one of the marketplace, with its seller."""

    product_id: str
    seller: str
    repeated: bool
    dry_run: bool


def switch(work: Work, *, account_id: str, automatic: bool, dry_run: bool = False) -> Switched | Refused:
    """Switch automatic clearing of an account on or off (CLEAR-6); switched on, what is unpaid is paid at once.

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, CLEARING_ALWAYS_ON, CUSTOM_SETTLEMENT_RUNNING.
    """
    holder = holder_for(work, Action.SET_CLEARING, account_id)
    if isinstance(holder, Refused):
        return holder

    def decide() -> Switched | Refused:
        ledger_store.lock_payers(work.tx, [account_id])
        before = switch_of(work, account_id)
        running = [one.settlement_id for one in clearing_store.customs_of(work.tx, account_id) if one.is_running]
        if no := rules.may_switch(account_id, before, running, wanted=automatic):
            return no
        if before.clears == automatic:
            return Switched(account_id, before, (), repeated=True, dry_run=dry_run)
        clearing_store.set_switch(work.tx, account_id, by(work), automatic=automatic)
        done = clear(work, [account_id])
        work.touched.update([account_id] if done.paid else ())
        return Switched(account_id, switch_of(work, account_id), done.paid, repeated=False, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def switch_of(work: Work, account_id: str) -> Switch:
    """Return the state of the switch of an account now (CLEAR-6)."""
    has_credit = credit_store.limit_of(work.tx, account_id, work.now) > 0
    return rules.switch_of(has_credit=has_credit, wanted=clearing_store.wanted(work.tx, account_id))


def show(work: Work, account_id: str) -> ClearingShown | Refused:
    """Return how clearing of an account stands. Refused: what `authorise` says, UNKNOWN_ACCOUNT."""
    holder = holder_for(work, Action.VIEW_FINANCES, account_id)
    if isinstance(holder, Refused):
        return holder
    key = (account_id, holder.currency)
    unpaid = clearing_store.unpaid(work.tx, [account_id]).get(key, [])
    return ClearingShown(
        account_id=account_id,
        currency=holder.currency,
        switch=switch_of(work, account_id),
        reference=reference_of(account_id),
        unpaid=tuple(sorted(unpaid, key=lambda one: (one.month, one.made_at, one.bill_id))),
        on_no_bill=on_no_bill(work, account_id, holder.currency),
        credits_left=tuple(clearing_store.credits_left(work.tx, [account_id]).get(key, [])),
        settlements=tuple(clearing_store.customs_of(work.tx, account_id)),
    )


def set_seller(work: Work, *, product_id: str, seller: str, dry_run: bool = False) -> SellerSet | Refused:
    """Register the seller of a product, which makes it one of the marketplace from now on (CLEAR-5).

    The name is put right as long as no bill and no order says it. Refused in this order: NOT_PERMITTED (to all but the
    operator), UNKNOWN_PRODUCT, BAD_TEXT, SELLER_KNOWN.
    """
    if isinstance(no := authorise_books(work), Refused):
        return no
    if product_id not in catalog_store.products_of(work.tx):
        return refused(Reason.UNKNOWN_PRODUCT, product=product_id)
    if bad := text_at_fault({"seller": seller}, needed=frozenset({"seller"})):
        return bad

    def decide() -> SellerSet | Refused:
        known = clearing_store.sellers(work.tx).get(product_id)
        if known not in (None, seller) and clearing_store.is_billed(work.tx, product_id):
            return refused(Reason.SELLER_KNOWN, product=product_id, seller=known)
        if known != seller:
            clearing_store.add_seller(work.tx, product_id, seller, by(work))
        return SellerSet(product_id, seller, known == seller, dry_run)

    return saved(work, decide, dry_run=dry_run)
