"""The ledger as people ask for it: statement, balances as of both times, and the reversal of an entry.

A day given as a date is a whole day in the zone of the account's enterprise: "until 2026-10-31" takes that day in. An
instant is exact: what is effective at that very instant is not in. Rules: LEDGER-5, LEDGER-7 (`docs/rules/ledger.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core import ledger, posting_rules
from partita.core.ledger import Draft, Entry, is_line
from partita.core.money import Money
from partita.core.period import DEFAULT_ZONE
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import org as org_store
from partita.store.ledger import Balance, StatementLine
from partita.usecases.clearing import BillPaid, clear
from partita.usecases.moment import Moment, end_of, start_of
from partita.usecases.permission import Sight, authorise, authorise_books, sight
from partita.usecases.work import Work

TEXT_MAX = 200


@dataclass(frozen=True, slots=True)
class AsOf:
    """What to look at: effective from and until, recorded until; None = no limit."""

    effective_from: Moment | None = None
    effective_until: Moment | None = None
    recorded_until: Moment | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement (收支明细): the lines in order, and the zone in which its days are days."""

    account_id: str
    zone: str
    lines: list[StatementLine]


@dataclass(frozen=True, slots=True)
class Reversed:
    """An entry and its mirror.

    `bills_paid`: what money that came back paid at once of what was unpaid (CLEAR-1); `owed`: what was spent of money
    that is reversed, and is owed again (POST-21).
    """

    original: Entry
    mirror: Entry
    dry_run: bool
    bills_paid: tuple[BillPaid, ...] = ()
    owed: Money | None = None


EVERYTHING = AsOf()


def statement(
    work: Work, *, account_id: str, ledger_account: str | None = None, as_of: AsOf = EVERYTHING
) -> Statement | Refused:
    """Return the statement of an account, chronological, with running balances (LEDGER-7).

    Refused: NOT_PERMITTED, TIER_LACKS, UNKNOWN_ACCOUNT.
    """
    if isinstance(no := authorise(work, Action.VIEW_FINANCES, account_id), Refused):
        return no
    holder = funds_store.holder(work.tx, account_id, work.now)
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    lines = ledger_store.statement(
        work.tx,
        account_id,
        ledger_account=ledger_account,
        effective_from=start_of(as_of.effective_from, holder.zone),
        effective_until=end_of(as_of.effective_until, holder.zone),
        recorded_until=end_of(as_of.recorded_until, holder.zone),
    )
    return Statement(account_id, holder.zone, lines)


def balances(work: Work, *, account_id: str | None = None, as_of: AsOf = EVERYTHING) -> list[Balance] | Refused:
    """Return the balances of an account, or of all that the actor may see, as of both times (LEDGER-7).

    Refused: NOT_PERMITTED, TIER_LACKS, UNKNOWN_ACCOUNT.
    """
    seen = _seen(work, account_id)
    if isinstance(seen, Refused):
        return seen
    zone = org_store.catalogue_zone(work.tx) or DEFAULT_ZONE
    if account_id is not None:
        holder = funds_store.holder(work.tx, account_id, work.now)
        if holder is None:
            return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
        zone = holder.zone
    found = ledger_store.balances_at(
        work.tx,
        account_id,
        effective_until=end_of(as_of.effective_until, zone),
        recorded_until=end_of(as_of.recorded_until, zone),
    )
    return [one for one in found if one.payer_id == account_id or seen.sees(one.payer_id)]


def _seen(work: Work, account_id: str | None) -> Sight | Refused:
    """Return what the actor may see of the finances: of all accounts, or, after asking, of one."""
    if account_id is None:
        return sight(work, Action.VIEW_FINANCES)
    allowed = authorise(work, Action.VIEW_FINANCES, account_id)
    return allowed if isinstance(allowed, Refused) else Sight.of(account_id)


def reverse(work: Work, *, entry_id: str, reason: str = "", dry_run: bool = False) -> Reversed | Refused:
    """Add the mirror of an entry, effective now (LEDGER-5).

    Refused in this order: NOT_PERMITTED (to all but the operator), UNKNOWN_ENTRY, BAD_TEXT, ENTRY_OF_A_BILL (the next
    bill corrects a bill), ENTRY_NOT_BY_HAND (more facts hang on it), REVERSAL_NOT_REVERSED, ALREADY_REVERSED.
    """
    if isinstance(no := authorise_books(work), Refused):
        return no
    original = ledger_store.entry(work.tx, entry_id)
    if original is None:
        return refused(Reason.UNKNOWN_ENTRY, entry=entry_id)
    if not is_line(reason) or len(reason) > TEXT_MAX:
        return refused(Reason.BAD_TEXT, name="reason", limit=TEXT_MAX)
    if no_hand := _not_by_hand(original):
        return no_hand

    mirror = ledger.reverse(original, description=reason or f"Reversal of {entry_id}")
    if isinstance(mirror, Refused):
        return mirror
    return _save(work, original, mirror, dry_run=dry_run)


def _not_by_hand(original: Entry) -> Refused | None:
    """Refuse what other facts hang on: only a top-up or a withdrawal (and what `ledger.reverse` refuses) is by hand."""
    if original.kind in posting_rules.KINDS_OF_A_CLOSE:
        return refused(Reason.ENTRY_OF_A_BILL, entry=original.entry_id, reference=original.reference)
    if original.kind in posting_rules.KINDS_BY_HAND | {ledger.REVERSED}:
        return None
    kind = posting_rules.KIND_NAMES.get(original.kind, (original.kind, original.kind))
    return refused(Reason.ENTRY_NOT_BY_HAND, entry=original.entry_id, kind=kind)


def _save(work: Work, original: Entry, mirror: Draft, *, dry_run: bool) -> Reversed | Refused:
    with work.tx.transaction(force_rollback=dry_run):
        ledger_store.lock_payers(work.tx, [original.payer_id])
        if ledger_store.reversal_of(work.tx, original.entry_id):
            return refused(Reason.ALREADY_REVERSED, entry=original.entry_id)
        entries = ledger_store.append(work.tx, [mirror], recorded_at=work.now)
        if isinstance(entries, Refused):
            return entries
        owed = [
            _owe_again(work, entries[0], currency) for currency in sorted({one.currency for one in mirror.postings})
        ]
        paid = clear(work, [original.payer_id]).paid
    work.touched.update(() if dry_run else [original.payer_id])
    return Reversed(original, entries[0], dry_run, paid, next((one for one in owed if one), None))


def _owe_again(work: Work, mirror: Entry, currency: str) -> Money | None:
    """Let the payer owe what was spent of money that is reversed (POST-21); return it. The caller holds the lock."""
    left = ledger_store.balance_of(work.tx, mirror.payer_id, posting_rules.CASH, currency)
    if left <= 0:
        return None
    amount = Money(left, currency)
    draft = posting_rules.cash_owed(payer_id=mirror.payer_id, amount=amount, reversal_id=mirror.entry_id)
    posted = ledger_store.append(work.tx, [draft], recorded_at=work.now)
    assert not isinstance(posted, Refused), f"an entry is reversed once: {posted}"
    return amount
