"""Who issues the invoices of a seller: set by the operator, for invoices to come. Rules: INVOICE-7."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from partita.core.invoice import BANK_ACCOUNT, Issuer
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.formats.legal_entity import is_tax_number
from partita.store import invoice as invoice_store
from partita.usecases.funds.command import text_at_fault
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class IssuerSet:
    """Who issues now; `repeated`: it was so before."""

    issuer: Issuer
    repeated: bool
    dry_run: bool


def set_issuer(work: Work, *, issuer: Issuer, dry_run: bool = False) -> IssuerSet | Refused:
    """Set who issues the invoices of a seller ('' = the operator of the books).

    Refused in this order: NOT_PERMITTED, BAD_TEXT, BAD_ISSUER (no tax number in China), BAD_BANK_ACCOUNT.
    """
    if isinstance(no := authorise_books(work, Action.ISSUE_INVOICES), Refused):
        return no
    texts = {name.replace("_", "-"): text for name, text in asdict(issuer).items()}
    if fault := text_at_fault(texts, needed=frozenset({"name"})):
        return fault
    if not is_tax_number(issuer.tax_number):
        return refused(Reason.BAD_ISSUER, number=issuer.tax_number)
    if issuer.bank_account and BANK_ACCOUNT.match(issuer.bank_account) is None:
        return refused(Reason.BAD_BANK_ACCOUNT, account=issuer.name, number=issuer.bank_account)
    repeated = invoice_store.issuer_of(work.tx, issuer.seller) == issuer
    with work.tx.transaction(force_rollback=dry_run):
        if not repeated:
            invoice_store.add_issuer(work.tx, issuer, recorded_by=work.actor.signature, recorded_at=work.now)
    return IssuerSet(issuer, repeated, dry_run)
