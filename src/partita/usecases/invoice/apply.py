"""Invoices are applied for: candidates chosen, grouped by title and issuer, fixed with their tax, once per key.

Load → decide → save, in one transaction, under the locks of all payers whose consumption is invoiced. Rules: INVOICE-5,
INVOICE-6, INVOICE-7, INVOICE-8.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256

from partita.core.account import InvoiceProfile, completed
from partita.core.invoice import (
    Group,
    Invoice,
    InvoiceKind,
    InvoiceMode,
    InvoiceState,
    Portion,
    Wish,
    choose,
    grouped,
    invoice_id,
    made,
    title_at_fault,
)
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.formats.legal_entity import HOME, is_tax_number
from partita.store import account as account_store
from partita.store import invoice as invoice_store
from partita.store import ledger as ledger_store
from partita.store.funds import Holder
from partita.store.invoice import Asked, Kept
from partita.usecases.funds.command import key_of_day, saved, text_at_fault
from partita.usecases.invoice.who import consumed, handler_of, main_of, titles_of
from partita.usecases.work import Work

LINES_MAX = 2000
"""Lines of one invoice: more is no paper that anybody checks."""
_ENDED = frozenset({InvoiceState.VOID, InvoiceState.RED})


@dataclass(frozen=True, slots=True)
class Request:
    """What an account asks for: kind, mode, further members, which consumption, and what is to be remarked."""

    account_id: str
    kind: InvoiceKind = InvoiceKind.GENERAL
    mode: InvoiceMode = InvoiceMode.INDEPENDENT
    members: tuple[str, ...] = ()
    wish: Wish = field(default_factory=Wish)
    remark: str = ""
    replaces: str | None = None

    @property
    def body(self) -> bytes:
        """The SHA-256 of what is asked for: the same content gives the same hash."""
        said = asdict(self) | {"kind": self.kind.word, "mode": self.mode.word, "members": sorted(self.members)}
        return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).digest()


@dataclass(frozen=True, slots=True)
class Applied:
    """The invoices of one application; `repeated`: they were applied for before, and nothing happened now.

    `cards_left`: stored-value cards that were in what was asked for, but go on a general invoice only (INVOICE-3).
    """

    invoices: tuple[Invoice, ...]
    idempotency_key: str
    repeated: bool
    dry_run: bool
    cards_left: tuple[str, ...] = ()


def apply(
    work: Work, request: Request, *, idempotency_key: str | None = None, dry_run: bool = False
) -> Applied | Refused:
    """Apply for invoices, one for each title, seller, currency and tax item (INVOICE-6), once per key.

    Without a key one is made of what is asked for and the day: the command sent twice on a day applies once, unless
    what it applied for was voided or reversed since. Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT,
    what `titles_of` refuses, BAD_TEXT, IDEMPOTENCY_KEY_REUSED, SPECIAL_NOT_FOR_CARDS, what `choose` refuses; then, for
    each invoice, NO_ROOM_IN_INVOICE, what `title_at_fault` refuses, NO_ISSUER.
    """
    holder = handler_of(work, Action.MANAGE_INVOICES, request.account_id)
    if isinstance(holder, Refused):
        return holder
    titles = titles_of(work, request.account_id, request.members, request.mode)
    if isinstance(titles, Refused):
        return titles
    no = text_at_fault({"remark": request.remark, "key": "-" if idempotency_key is None else idempotency_key})
    if no:
        return no

    def decide() -> Applied | Refused:
        ledger_store.lock_payers(work.tx, {*titles, *titles.values()})
        key, before = _asked_before(work, holder, request, (titles, idempotency_key))
        known = tuple(one.invoice for one in before if one.asked.body_hash == request.body)
        if not known and any(one.invoice.account_id == request.account_id for one in before):
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        if known:
            return Applied(known, key, repeated=True, dry_run=dry_run)
        portions = _chosen(work, request, titles, holder.currency)
        if isinstance(portions, Refused):
            return portions
        cards = _cards_left(work, request, titles)
        done = _applied(work, request, grouped(portions, titles), key, dry_run=dry_run)
        return done if isinstance(done, Refused) else replace(done, cards_left=cards)

    return saved(work, decide, dry_run=dry_run)


def reissue(
    work: Work,
    *,
    invoice: str,
    kind: InvoiceKind | None = None,
    remark: str = "",
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> Applied | Refused:
    """Apply anew for what an invoice said that was reversed or voided, as far as it is still consumed (退票重开).

    Title and issuer are those of now; `kind` may be another one. Refused in this order: UNKNOWN_INVOICE,
    INVOICE_NOT_SO, then what `apply` refuses.
    """
    kept = invoice_store.invoice_of(work.tx, invoice)
    if kept is None:
        return refused(Reason.UNKNOWN_INVOICE, invoice=invoice)
    old = kept.invoice
    holder = handler_of(work, Action.MANAGE_INVOICES, old.account_id)
    if isinstance(holder, Refused):
        return holder
    if kept.state not in _ENDED or old.is_red:
        now, needed = (kept.state.text(), kept.state.text("zh")), InvoiceState.RED
        return refused(Reason.INVOICE_NOT_SO, invoice=invoice, state=now, needed=(needed.text(), needed.text("zh")))
    account_id = main_of(work, old.account_id)
    most = {old.candidate_of(line): line.gross for line in old.lines}
    request = Request(
        account_id=account_id,
        kind=kind or old.kind,
        mode=old.mode,
        members=tuple(sorted({line.payer_id for line in old.lines} - {account_id})),
        wish=Wish(most=most),
        remark=remark or old.remark,
        replaces=old.invoice_id,
    )
    return apply(work, request, idempotency_key=idempotency_key, dry_run=dry_run)


def _asked_before(
    work: Work, holder: Holder, request: Request, asked: tuple[Mapping[str, str], str | None]
) -> tuple[str, list[Kept]]:
    """Return the key of a request and what was applied for with it, to whosever title.

    Where none is given: that of its day, or of what it replaces; a further one where all of it has ended.
    """
    titles, given = asked
    accounts = {request.account_id, *titles.values()}
    if given is not None:
        return given, invoice_store.by_key(work.tx, accounts, given)
    day = key_of_day(work, holder, "invoice", request.body.hex()[:16])
    first = f"reissue:{request.replaces}" if request.replaces else day
    number = 1
    while True:
        key = f"{first}:{number}"
        before = invoice_store.by_key(work.tx, accounts, key)
        own = [one for one in before if one.asked.body_hash == request.body]
        if not own or any(one.state not in _ENDED for one in own):
            return key, before
        number += 1


def _applied(
    work: Work, request: Request, groups: Mapping[Group, Sequence[Portion]], key: str, *, dry_run: bool
) -> Applied | Refused:
    found: list[tuple[Invoice, str]] = []
    for (account, seller, currency, _), some in groups.items():
        invoice = _invoice(work, request, (account, seller, currency, key), some)
        if isinstance(invoice, Refused):
            return invoice
        found.append(invoice)
    asked = Asked(key, request.body, work.actor.signature, work.now)
    for one, country in found:
        invoice_store.add(work.tx, one, asked, buyer_country=country)
    return Applied(tuple(one for one, _ in found), key, repeated=False, dry_run=dry_run)


def _chosen(work: Work, request: Request, titles: Mapping[str, str], currency: str) -> list[Portion] | Refused:
    """Return what is invoiced; an amount is one of the account's currency."""
    there = consumed(work, titles)
    if request.wish.amount is not None:
        there = [one for one in there if one.currency == currency]
    if request.kind is InvoiceKind.GENERAL:
        return choose(there, request.wish)
    cards = [one for one in there if not one.kind.tax_item.special]
    if any(one.names().intersection(request.wish.names) for one in cards):
        return refused(Reason.SPECIAL_NOT_FOR_CARDS)
    return choose([one for one in there if one.kind.tax_item.special], request.wish)


def _cards_left(work: Work, request: Request, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Name the cards that a special invoice leaves out although nothing else was named."""
    if request.kind is not InvoiceKind.SPECIAL or request.wish.names or request.replaces:
        return ()
    cards = [one for one in consumed(work, titles) if not one.kind.tax_item.special]
    left = choose(cards, replace(request.wish, amount=None, most=None))
    return () if isinstance(left, Refused) else tuple(one.candidate.reference for one in left)


def _registered(work: Work, account: str) -> InvoiceProfile | None:
    """Return the title that an account has without setting one: the legal entity that it is verified as (B12)."""
    made = completed(InvoiceProfile(""), account_store.entity_of(work.tx, account))
    return made if made.title else None


def _invoice(
    work: Work, request: Request, of: tuple[str, str, str, str], portions: Sequence[Portion]
) -> tuple[Invoice, str] | Refused:
    """Return one invoice of an application and the country of its buyer."""
    account, seller, currency, key = of
    if len(portions) > LINES_MAX:
        return refused(Reason.NO_ROOM_IN_INVOICE, most=LINES_MAX)
    profile = account_store.invoice_profile_of(work.tx, account) or _registered(work, account)
    owner = account_store.kind_of(work.tx, account)
    taxable = profile is not None and is_tax_number(profile.tax_number)
    if no := title_at_fault(account, profile, request.kind, owner, taxable=taxable):
        return no
    assert profile is not None, "no title is a fault"
    issuer = invoice_store.issuer_of(work.tx, seller)
    if issuer is None:
        return refused(Reason.NO_ISSUER, seller=seller or ("the operator", "运营方"))
    item = portions[0].candidate.kind.tax_item
    empty = Invoice(
        invoice_id(account, key, request.account_id, seller, currency, item.code), account, request.kind,
        request.mode, currency, item, profile, issuer, (), request.remark, replaces=request.replaces,
    )  # fmt: skip
    entity = account_store.entity_of(work.tx, account)
    return made(portions, empty), entity.country if entity else HOME
