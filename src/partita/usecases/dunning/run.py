"""Dunning by the clock: reminders into the outbox, interest into the ledger, credit suspended and given back.

Payers are done some at a time, each time in one transaction under their locks; run again on the same day, nothing
changes. Rules: DUN-2 … DUN-4 (`docs/rules/dunning.md`), POST-20.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from partita.core import dunning as rules
from partita.core import posting_rules
from partita.core.dunning import Accrued, Debt
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Refused
from partita.store import credit as credit_store
from partita.store import dunning as dunning_store
from partita.store import ledger as ledger_store
from partita.store.dunning import Dunned, InterestRow
from partita.usecases.clearing import clear
from partita.usecases.funds.command import saved
from partita.usecases.notice import tell
from partita.usecases.permission import authorise_books, operator_only
from partita.usecases.work import Books, Work

AT_ONCE = 200
"""Payers a transaction."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder: of which bill, on which mark, and what is unpaid of it."""

    payer_id: str
    bill_id: str
    due_on: date
    mark: int
    left: Money


@dataclass(frozen=True, slots=True)
class Charged:
    """Interest that was charged of a bill now."""

    payer_id: str
    bill_id: str
    amount: Money
    entry_id: str


@dataclass(slots=True)
class DunningRun:
    """What a run did; `suspended` and `lifted` name payers."""

    reminded: list[Reminded] = field(default_factory=list)
    charged: list[Charged] = field(default_factory=list)
    suspended: list[str] = field(default_factory=list)
    lifted: list[str] = field(default_factory=list)
    dry_run: bool = False


def run(books: Books, *, dry_run: bool = False) -> DunningRun | Refused:
    """Do what is due today for all payers with a credit term (DUN-2 … DUN-4). Refused: NOT_PERMITTED."""
    if no := operator_only(books):
        return no
    done = DunningRun(dry_run=dry_run)
    with books.work() as work:
        allowed = authorise_books(work, Action.SET_DUNNING)
        if isinstance(allowed, Refused):
            return allowed
        payers = [one.payer_id for one in dunning_store.dunned(work.tx, work.now)]
    for some in _some(payers):
        with books.work() as work:
            _dun(work, some, done)
    return done


def _some(payers: Sequence[str]) -> Iterator[Sequence[str]]:
    return (payers[start : start + AT_ONCE] for start in range(0, len(payers), AT_ONCE))


def _dun(work: Work, payers: Sequence[str], done: DunningRun) -> None:
    """Do what is due for some payers."""

    def decide() -> None:
        ledger_store.lock_payers(work.tx, payers)
        found = dunning_store.dunned(work.tx, work.now, payers)
        _remind(work, found, done)
        _charge(work, found, done)
        _suspend(work, found, done)

    saved(work, decide, dry_run=done.dry_run)


def _remind(work: Work, found: Sequence[Dunned], done: DunningRun) -> None:
    told = [
        (one, debt, mark)
        for one in found
        for debt in one.debts
        if (mark := rules.reminder(one.policy, debt, one.today, one.done[debt.bill_id].told)) is not None
    ]
    rows = [(one.payer_id, debt, mark, debt.left_on(one.today)) for one, debt, mark in told]
    dunning_store.add_reminders(work.tx, rows, recorded_at=work.now)
    tell(work, [rules.dunning_notice(one.payer_id, debt, mark, one.today) for one, debt, mark in told])
    done.reminded += [
        Reminded(payer, debt.bill_id, debt.due_on, mark, Money(left, debt.currency)) for payer, debt, mark, left in rows
    ]


def _charge(work: Work, found: Sequence[Dunned], done: DunningRun) -> None:
    """Post the interest that is new, and pay it at once where there is money."""
    accrued = [
        (one, debt, after)
        for one in found
        for debt in one.debts
        if (after := rules.accrue(one.history, debt, one.done[debt.bill_id].accrued, one.today)).exact_e20
        != one.done[debt.bill_id].accrued.exact_e20
    ]
    drafts = [
        (one, debt, after, _draft(one, debt, after) if after.minor > one.done[debt.bill_id].accrued.minor else None)
        for one, debt, after in accrued
    ]
    entries = ledger_store.append(work.tx, [draft for *_, draft in drafts if draft], recorded_at=work.now)
    assert not isinstance(entries, Refused), f"interest is charged once a day: {entries}"
    ids = iter(entries)
    rows = [_row(one, debt, after, next(ids).entry_id if draft else None) for one, debt, after, draft in drafts]
    dunning_store.add_interest(work.tx, rows, recorded_at=work.now)
    charged = [
        Charged(row.payer_id, row.bill_id, Money(row.amount_minor, debt.currency), row.entry_id)
        for row, (_, debt, _, _) in zip(rows, drafts, strict=True)
        if row.entry_id is not None
    ]
    done.charged += charged
    owing = {one.payer_id for one in charged}
    if owing:
        clear(work, owing)
        work.touched.update(owing)


def _draft(one: Dunned, debt: Debt, after: Accrued) -> Draft:
    amount = Money(after.minor - one.done[debt.bill_id].accrued.minor, debt.currency)
    assert after.until is not None, "what was counted was counted to a day"
    return posting_rules.interest_charged(payer_id=one.payer_id, bill_id=debt.bill_id, amount=amount, until=after.until)


def _row(one: Dunned, debt: Debt, after: Accrued, entry_id: str | None) -> InterestRow:
    before = one.done[debt.bill_id]
    assert after.until is not None, "what was counted was counted to a day"
    return InterestRow(
        one.payer_id, debt.bill_id, before.rows + 1, after.until, after.exact_e20,
        after.minor - before.accrued.minor, entry_id,
    )  # fmt: skip


def _suspend(work: Work, found: Sequence[Dunned], done: DunningRun) -> None:
    """Suspend the credit of who is too long past due, and give it back to who is not any more (DUN-4)."""
    before = credit_store.suspended(work.tx, [one.payer_id for one in found])
    for one in found:
        debt = rules.suspends(one.policy, one.debts, one.today)
        if (debt is None) == (one.payer_id not in before):
            continue
        credit_store.suspend(
            work.tx,
            one.payer_id,
            debt.bill_id if debt else before[one.payer_id],
            suspended=debt is not None,
            recorded_by=work.actor.signature,
            recorded_at=work.now,
        )
        work.touched.add(one.payer_id)
        if debt:
            tell(work, [rules.suspension_notice(one.payer_id, debt, one.today)])
        (done.suspended if debt else done.lifted).append(one.payer_id)
