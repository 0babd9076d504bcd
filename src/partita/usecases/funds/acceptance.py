"""Acceptance bills (票据): taken in as money to spend; at their end collected, discounted (贴现) or dishonoured.

The number of a bill is its key: it is taken in once and ends once. Rules: FUNDS-12 (`docs/rules/funds.md`), POST-10.
"""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from partita.core import posting_rules
from partita.core.funds import Acceptance, AcceptanceState, Fund, source_account
from partita.core.funds import document as document_rules
from partita.core.ids import is_name
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store.funds import End, Holder
from partita.usecases.clearing import BillPaid
from partita.usecases.funds.command import Posted, amount_at_fault, by, holder_for, posted, saved, text_at_fault
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class AcceptanceMoved:
    """An acceptance bill as it stands after a command: what is left of its book, and the cash of the account.

    `bills_paid`: what its money paid at once of what was unpaid (CLEAR-1); `left` and `cash` are what is left then.
    """

    acceptance: Acceptance
    left: Money
    fee: Money
    cash: Money
    entry_id: str
    repeated: bool
    dry_run: bool
    bills_paid: tuple[BillPaid, ...] = ()


def accept(work: Work, acceptance: Acceptance, *, dry_run: bool = False) -> AcceptanceMoved | Refused:
    """Take an acceptance bill in: its face can be spent from now on (FUNDS-12).

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT,
    BAD_TEXT; then, unless this very bill is known (ACCEPTANCE_KNOWN for other content, or another account's),
    ACCEPTANCE_MATURED.
    """
    holder = holder_for(work, Action.TAKE_DOCUMENT, acceptance.payer_id)
    if isinstance(holder, Refused):
        return holder
    if no := amount_at_fault(acceptance.face, holder.currency) or _texts_at_fault(acceptance):
        return no
    payer, document = acceptance.payer_id, acceptance.document_id
    draft = posting_rules.accepted(payer_id=payer, document_id=document, face=acceptance.face)

    def decide() -> AcceptanceMoved | Refused:
        ledger_store.lock_payers(work.tx, [payer])
        known = funds_store.acceptance(work.tx, document)
        if known is not None and _said(known) != _said(acceptance):
            return refused(Reason.ACCEPTANCE_KNOWN, account=payer, document=document)
        done = posted(
            work,
            (draft,),
            document,
            may=lambda: document_rules.may_accept(acceptance, work.now.astimezone(ZoneInfo(holder.zone)).date()),
            also=lambda: funds_store.add_acceptance(work.tx, acceptance, by(work)),
        )
        if isinstance(done, Refused):
            return done
        return _moved(work, known or acceptance, done, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def end(
    work: Work,
    *,
    account_id: str,
    document_id: str,
    state: AcceptanceState,
    fee: Money | None = None,
    dry_run: bool = False,
) -> AcceptanceMoved | Refused:
    """Say what became of an acceptance bill: collected or dishonoured when it is due, or discounted (FUNDS-12).

    What is left of its book becomes cash, less the `fee` of a discount; of a dishonoured one what was spent is owed
    again. Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, UNKNOWN_ACCEPTANCE; then, unless it ended
    just so before, ACCEPTANCE_ENDED, ACCEPTANCE_NOT_DUE, EXCEEDS_ACCEPTANCE_LEFT.
    """
    assert state is not AcceptanceState.HELD, "an end is an end"
    holder = holder_for(work, Action.TAKE_DOCUMENT, account_id)
    if isinstance(holder, Refused):
        return holder
    taken = fee or Money(0, holder.currency)
    if no := amount_at_fault(taken, holder.currency) if taken.minor else None:
        return no
    return saved(work, lambda: _ended(work, holder, document_id, (state, taken), dry_run=dry_run), dry_run=dry_run)


def _ended(
    work: Work, holder: Holder, document_id: str, asked: tuple[AcceptanceState, Money], *, dry_run: bool
) -> AcceptanceMoved | Refused:
    state, fee = asked
    ledger_store.lock_payers(work.tx, [holder.account_id])
    one = funds_store.acceptance(work.tx, document_id)
    if one is None or one.payer_id != holder.account_id:
        return refused(Reason.UNKNOWN_ACCEPTANCE, account=holder.account_id, document=document_id)
    before = funds_store.end_of(work.tx, document_id)
    if before is not None and (before.state, before.fee_minor) == (state, fee.minor):
        draft = _end_draft(one, (state, fee), Money(before.left_minor, one.face.currency))
        return _posted_end(work, one, (draft, before), dry_run=dry_run)
    left = _left(work, one)
    today = work.now.astimezone(ZoneInfo(holder.zone)).date()
    no = document_rules.may_end(one, state, today) or document_rules.may_discount(one, fee=fee, left=left)
    if no:
        return no
    return _posted_end(work, one, (_end_draft(one, asked, left), End(state, left.minor, fee.minor)), dry_run=dry_run)


def _posted_end(work: Work, one: Acceptance, ended: tuple[Draft, End], *, dry_run: bool) -> AcceptanceMoved | Refused:
    draft, end_of_it = ended
    done = posted(
        work,
        (draft,),
        one.document_id,
        may=lambda: None,
        also=lambda: funds_store.end_acceptance(work.tx, one, end_of_it, by(work)),
    )
    if isinstance(done, Refused):
        return done
    found = funds_store.acceptance(work.tx, one.document_id)
    assert found is not None, "it was there a moment ago"
    return _moved(work, found, done, dry_run=dry_run, fee_minor=end_of_it.fee_minor)


def _end_draft(one: Acceptance, asked: tuple[AcceptanceState, Money], left: Money) -> Draft:
    state, fee = asked
    payer, document, face = one.payer_id, one.document_id, one.face
    match state:
        case AcceptanceState.COLLECTED:
            return posting_rules.collected(payer_id=payer, document_id=document, face=face, left=left)
        case AcceptanceState.DISCOUNTED:
            return posting_rules.discounted(payer_id=payer, document_id=document, face=face, left=left, fee=fee)
        case _:
            return posting_rules.dishonoured(payer_id=payer, document_id=document, face=face, left=left)


def _texts_at_fault(acceptance: Acceptance) -> Refused | None:
    texts = {"document": acceptance.document_id, "drawer": acceptance.drawer}
    if not is_name(acceptance.document_id):
        return refused(Reason.BAD_TEXT, name="document", limit=128)
    return text_at_fault(texts, needed=frozenset(texts))


def _said(one: Acceptance) -> tuple[object, ...]:
    return one.payer_id, one.document_id, one.face, one.matures_on, one.drawer


def _left(work: Work, one: Acceptance) -> Money:
    book = source_account(Fund.ACCEPTANCE, one.document_id)
    return Money(-ledger_store.balance_of(work.tx, one.payer_id, book, one.face.currency), one.face.currency)


def _moved(work: Work, one: Acceptance, done: Posted, *, dry_run: bool, fee_minor: int = 0) -> AcceptanceMoved:
    currency = one.face.currency
    cash = -ledger_store.balance_of(work.tx, one.payer_id, posting_rules.CASH, currency)
    fee, entry_id = Money(fee_minor, currency), done.entries[0].entry_id
    left, held = _left(work, one), Money(cash, currency)
    return AcceptanceMoved(one, left, fee, held, entry_id, done.repeated, dry_run, done.bills_paid)
