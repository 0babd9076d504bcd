"""The ledger as people ask for it: statement, balances as of both times, and the reversal of an entry.

A day given as a date is a whole day in the zone of the account's enterprise: "until 2026-10-31" takes that day in. An
instant is exact: what is effective at that very instant is not in. Rules: LEDGER-5, LEDGER-7 (`docs/rules/ledger.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from partita.core import ledger, posting_rules
from partita.core.ledger import Draft, Entry, is_line
from partita.core.period import DEFAULT_ZONE
from partita.core.refusal import Reason, Refused, refused
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import org as org_store
from partita.store.ledger import Balance, StatementLine
from partita.usecases.work import Work

TEXT_MAX = 200
Moment = datetime | date


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
    """An entry and its mirror."""

    original: Entry
    mirror: Entry
    dry_run: bool


EVERYTHING = AsOf()


def statement(
    work: Work, *, account_id: str, ledger_account: str | None = None, as_of: AsOf = EVERYTHING
) -> Statement | Refused:
    """Return the statement of an account, chronological, with running balances (LEDGER-7). Refused: UNKNOWN_ACCOUNT."""
    holder = funds_store.holder(work.tx, account_id, work.now)
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    lines = ledger_store.statement(
        work.tx,
        account_id,
        ledger_account=ledger_account,
        effective_from=_start(as_of.effective_from, holder.zone),
        effective_until=_end(as_of.effective_until, holder.zone),
        recorded_until=_end(as_of.recorded_until, holder.zone),
    )
    return Statement(account_id, holder.zone, lines)


def balances(work: Work, *, account_id: str | None = None, as_of: AsOf = EVERYTHING) -> list[Balance] | Refused:
    """Return the balances of an account, or of all, as of both times (LEDGER-7). Refused: UNKNOWN_ACCOUNT."""
    zone = org_store.catalogue_zone(work.tx) or DEFAULT_ZONE
    if account_id is not None:
        holder = funds_store.holder(work.tx, account_id, work.now)
        if holder is None:
            return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
        zone = holder.zone
    return ledger_store.balances_at(
        work.tx,
        account_id,
        effective_until=_end(as_of.effective_until, zone),
        recorded_until=_end(as_of.recorded_until, zone),
    )


def reverse(work: Work, *, entry_id: str, reason: str = "", dry_run: bool = False) -> Reversed | Refused:
    """Add the mirror of an entry, effective now (LEDGER-5).

    Refused in this order: UNKNOWN_ENTRY, BAD_TEXT, ENTRY_OF_A_BILL (the next bill corrects a bill),
    REVERSAL_NOT_REVERSED, ALREADY_REVERSED.
    """
    original = ledger_store.entry(work.tx, entry_id)
    if original is None:
        return refused(Reason.UNKNOWN_ENTRY, entry=entry_id)
    if not is_line(reason) or len(reason) > TEXT_MAX:
        return refused(Reason.BAD_TEXT, name="reason", limit=TEXT_MAX)
    if original.kind in posting_rules.KINDS_OF_A_CLOSE:
        return refused(Reason.ENTRY_OF_A_BILL, entry=entry_id, reference=original.reference)

    mirror = ledger.reverse(original, description=reason or f"Reversal of {entry_id}")
    if isinstance(mirror, Refused):
        return mirror
    return _save(work, original, mirror, dry_run=dry_run)


def _save(work: Work, original: Entry, mirror: Draft, *, dry_run: bool) -> Reversed | Refused:
    with work.tx.transaction(force_rollback=dry_run):
        ledger_store.lock_payers(work.tx, [original.payer_id])
        if ledger_store.reversal_of(work.tx, original.entry_id):
            return refused(Reason.ALREADY_REVERSED, entry=original.entry_id)
        entries = ledger_store.append(work.tx, [mirror], recorded_at=work.now)
    return entries if isinstance(entries, Refused) else Reversed(original, entries[0], dry_run)


def _start(moment: Moment | None, zone: str) -> datetime | None:
    """Return the instant at which a moment begins: a date at its midnight in `zone`."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time.min, ZoneInfo(zone)).astimezone(UTC)


def _end(moment: Moment | None, zone: str) -> datetime | None:
    """Return the instant before which a moment lies: a date ends at the next midnight in `zone`."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return _start(moment + timedelta(days=1), zone)
