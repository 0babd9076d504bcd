"""Payments: start one, take in what the gateway says about it, and decide about notices that do not fit.

A payment is topped up once, whatever the gateway sends and in whatever order. Rules: PAYMENT-1 … PAYMENT-5
(`docs/rules/payment.md`), POST-1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core import payment as rules
from partita.core import posting_rules
from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.payment import Notice, Payment, PaymentState, Verdict
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import ledger as ledger_store
from partita.store import payment as payment_store
from partita.store.payment import NoticeRow
from partita.usecases.clearing import BillPaid, clear
from partita.usecases.funds.command import amount_at_fault, by, holder_for, saved, text_at_fault
from partita.usecases.order.payment import pay_waiting
from partita.usecases.permission import authorise_books
from partita.usecases.ports import PaymentGateway
from partita.usecases.work import Books, Work


@dataclass(frozen=True, slots=True)
class PaymentStarted:
    """A payment that was started, and where the customer pays it ('' in a dry run)."""

    payment: Payment
    pay_at: str
    idempotency_key: str
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class NoticeTaken:
    """What a notice was worth, and the entry of its money where it was credited now or before.

    `bills_paid`: what the money paid at once of what was unpaid (CLEAR-1).
    """

    notice_id: str
    payment_id: str
    verdict: Verdict
    entry_id: str | None
    repeated: bool
    dry_run: bool
    bills_paid: tuple[BillPaid, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeEnded:
    """A notice that waits for nobody any more."""

    notice_id: str
    verdict: Verdict
    note: str
    repeated: bool
    dry_run: bool


def start(
    books: Books,
    gateway: PaymentGateway,
    *,
    account_id: str,
    amount: Money,
    idempotency_key: str,
    dry_run: bool = False,
) -> PaymentStarted | Refused:
    """Start a payment, once per key, and say where to pay it (PAYMENT-1).

    The payment is committed before the gateway hears of it: no notice can come before its payment. Refused in this
    order: what `authorise` says, UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT,
    IDEMPOTENCY_KEY_REUSED.
    """
    with books.work() as work:
        made = _recorded(work, account_id, amount, idempotency_key, dry_run=dry_run)
    if isinstance(made, Refused):
        return made
    payment, repeated = made
    pay_at = "" if dry_run else gateway.open(payment.payment_id, payment.amount)
    return PaymentStarted(payment, pay_at, idempotency_key, repeated, dry_run)


def take_notice(
    work: Work, gateway: PaymentGateway, *, body: bytes, signature: str, dry_run: bool = False
) -> NoticeTaken | Refused:
    """Take in what a gateway says, as it arrived; credit the payment with the first notice that fits (PAYMENT-3).

    Only the signature says whose it is, so it may be anybody's and the operator takes it in. A notice that does not fit
    is kept and named (PAYMENT-4); that is no refusal, for the gateway need not send it again. Refused in this order:
    NOT_PERMITTED (to all but the operator), NOTICE_TOO_LONG, BAD_TEXT.
    """
    if isinstance(allowed := authorise_books(work), Refused):
        return allowed
    if len(body) > rules.NOTICE_BYTES_MAX:
        return refused(Reason.NOTICE_TOO_LONG, limit=rules.NOTICE_BYTES_MAX, length=len(body))
    if no := text_at_fault({"signature": signature}, needed=frozenset()):
        return no
    genuine = gateway.genuine(body, signature)

    def decide() -> NoticeTaken | Refused:
        notice = rules.read_notice(body)
        payment = _locked(work, notice) if genuine else None
        name = rules.notice_id(body, signature)
        known = payment_store.notice(work.tx, name)
        if known is not None:
            return _taken(work, known, repeated=True, dry_run=dry_run)
        elsewhere = _known_elsewhere(work, notice, payment)
        verdict = rules.judge(notice, payment, genuine=genuine, now=work.now, known_elsewhere=elsewhere)
        row = _row(work, name, (notice, payment, verdict), (body, signature))
        if not payment_store.add_notice(work.tx, row):
            return _taken(work, row, repeated=True, dry_run=dry_run)
        paid: tuple[BillPaid, ...] = ()
        if payment is not None and notice is not None:
            paid = _carried_out(work, payment, (name, notice), verdict)
        return replace(_taken(work, row, repeated=False, dry_run=dry_run), bills_paid=paid)

    return saved(work, decide, dry_run=dry_run)


def mismatches(work: Work) -> list[NoticeRow] | Refused:
    """Return the notices that wait for a person, oldest first (PAYMENT-4). Refused: NOT_PERMITTED."""
    allowed = authorise_books(work, Action.DECIDE_PAYMENT)
    return allowed if isinstance(allowed, Refused) else payment_store.waiting(work.tx)


def end_mismatch(work: Work, *, notice_id: str, note: str, dry_run: bool = False) -> NoticeEnded | Refused:
    """Say what was done about a notice that did not fit, once (PAYMENT-4). It is never credited by this.

    Refused in this order: NOT_PERMITTED, UNKNOWN_NOTICE, NOTICE_NOT_WAITING, BAD_TEXT, NOTICE_ENDED (another note was
    given before).
    """
    allowed = authorise_books(work, Action.DECIDE_PAYMENT)
    if isinstance(allowed, Refused):
        return allowed
    row = payment_store.notice(work.tx, notice_id)
    if row is None:
        return refused(Reason.UNKNOWN_NOTICE, notice=notice_id)
    if not row.worth.waits:
        return refused(Reason.NOTICE_NOT_WAITING, notice=notice_id, verdict=row.worth.value)
    if no := text_at_fault({"note": note}, needed=frozenset({"note"})):
        return no
    if row.end_note not in (None, note):
        return refused(Reason.NOTICE_ENDED, notice=notice_id, note=row.end_note)
    with work.tx.transaction(force_rollback=dry_run):
        if row.end_note is None:
            payment_store.end_notice(work.tx, notice_id, note, by(work))
    return NoticeEnded(notice_id, row.worth, note, row.end_note is not None, dry_run)


def list_payments(work: Work, account_id: str) -> list[Payment] | Refused:
    """Return the payments of an account, oldest first. Refused: what `authorise` says, UNKNOWN_ACCOUNT."""
    holder = holder_for(work, Action.VIEW_FINANCES, account_id)
    return holder if isinstance(holder, Refused) else payment_store.payments(work.tx, account_id)


def _recorded(work: Work, account_id: str, amount: Money, key: str, *, dry_run: bool) -> tuple[Payment, bool] | Refused:
    """Record the payment of a key, and say whether it was there before."""
    holder = holder_for(work, Action.PAY_IN, account_id)
    if isinstance(holder, Refused):
        return holder
    if no := amount_at_fault(amount, holder.currency) or text_at_fault({"key": key}):
        return no

    def decide() -> tuple[Payment, bool] | Refused:
        ledger_store.lock_payers(work.tx, [account_id])
        known = payment_store.payment_by_key(work.tx, account_id, key)
        if known is not None:
            same = known.amount == amount
            return (known, True) if same else refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        made = Payment(account_id, derived_id("pay", account_id, key), amount)
        payment_store.add_payment(work.tx, made, key=key, by=by(work))
        return made, False

    return saved(work, decide, dry_run=dry_run)


def _locked(work: Work, notice: Notice | None) -> Payment | None:
    """Return the payment that a notice names, under the lock of its account."""
    found = payment_store.payment(work.tx, notice.payment_id) if notice else None
    if found is None:
        return None
    ledger_store.lock_payers(work.tx, [found.payer_id])
    return payment_store.payment(work.tx, found.payment_id)


def _known_elsewhere(work: Work, notice: Notice | None, payment: Payment | None) -> bool:
    """Say whether the transaction of a success about a payment has paid another one."""
    if notice is None or payment is None or not notice.succeeded:
        return False
    return payment_store.paid_another(work.tx, notice.transaction_id, payment.payment_id)


def _carried_out(work: Work, payment: Payment, notice: tuple[str, Notice], verdict: Verdict) -> tuple[BillPaid, ...]:
    """Bring the payment where its notice says, and its money in; return what that money paid."""
    if verdict is Verdict.FAILED:
        payment_store.reach(work.tx, payment, PaymentState.FAILED, notice, work.now)
    if verdict is not Verdict.CREDITED:
        return ()
    draft = posting_rules.paid_in(
        payer_id=payment.payer_id,
        amount=payment.amount,
        payment_id=payment.payment_id,
        transaction_id=notice[1].transaction_id,
    )
    entries = ledger_store.append(work.tx, [draft], recorded_at=work.now)
    assert not isinstance(entries, Refused), "a payment that is not paid has no entry"
    payment_store.reach(work.tx, payment, PaymentState.PAID, notice, work.now)
    work.touched.add(payment.payer_id)
    pay_waiting(work, payment.payment_id)
    return clear(work, [payment.payer_id]).paid


def _row(
    work: Work, name: str, judged: tuple[Notice | None, Payment | None, Verdict], arrived: tuple[bytes, str]
) -> NoticeRow:
    notice, payment, verdict = judged
    return NoticeRow(
        notice_id=name,
        payer_id=payment.payer_id if payment else None,
        payment_id=notice.payment_id if notice else "",
        transaction_id=notice.transaction_id if notice else "",
        verdict=verdict.name.lower(),
        body=arrived[0],
        signature=arrived[1],
        recorded_at=work.now,
    )


def _taken(work: Work, row: NoticeRow, *, repeated: bool, dry_run: bool) -> NoticeTaken:
    entry = None
    if row.payer_id is not None and row.worth in (Verdict.CREDITED, Verdict.REPEATED):
        entry = ledger_store.entry_by_key(work.tx, row.payer_id, f"paid_in:{row.payment_id}")
    return NoticeTaken(
        notice_id=row.notice_id,
        payment_id=row.payment_id,
        verdict=row.worth,
        entry_id=entry.entry_id if entry else None,
        repeated=repeated,
        dry_run=dry_run,
    )
