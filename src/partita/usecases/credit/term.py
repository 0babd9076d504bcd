"""When credit has to be paid, and which bills wait for money; the whole of a line as people see it.

Rules: CREDIT-7, CREDIT-9 (`docs/rules/credit.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from partita.core import credit as rules
from partita.core.credit import Change, Line, Term
from partita.core.funds import Figures
from partita.core.money import Money
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Refused
from partita.store import clearing as clearing_store
from partita.store import credit as credit_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.usecases.funds.command import by, holder_for, saved
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class TermAgreed:
    """When credit has to be paid from now on."""

    management_id: str
    term: Term
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A bill that is not paid in full, and the day on which it is due."""

    payer_id: str
    bill_id: str
    month: Month
    outstanding: Money
    due_on: date | None
    past_due: bool


@dataclass(frozen=True, slots=True)
class Allocation:
    """The limit of a member, what of it could be changed now, and its figures."""

    figures: Figures
    limit: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class CreditShown:
    """A line with its allocations, its changes, its term, and the bills that wait for money."""

    line: Line
    main: Figures
    allocations: tuple[Allocation, ...]
    changes: tuple[Change, ...]
    term: Term | None
    unpaid: tuple[Unpaid, ...]


def agree_term(work: Work, *, management: str, term: Term, dry_run: bool = False) -> TermAgreed | Refused:
    """Agree when credit has to be paid (CREDIT-7): the last term counts, for bills that are not paid too.

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, BAD_TERM.
    """
    holder = holder_for(work, Action.GRANT_CREDIT, management)
    if isinstance(holder, Refused):
        return holder
    if no := rules.may_agree(term):
        return no

    def decide() -> TermAgreed | Refused:
        ledger_store.lock_payers(work.tx, [management])
        repeated = credit_store.term_of(work.tx, management, work.now) == term
        if not repeated:
            who = by(work)
            credit_store.add_term(work.tx, management, term, recorded_by=who.name, recorded_at=who.at)
        return TermAgreed(management, term, repeated, dry_run)

    return saved(work, decide, dry_run=dry_run)


def show(work: Work, management: str) -> CreditShown | Refused:
    """Return the credit of a main account as it stands (CREDIT-9). Refused: what `authorise` says, UNKNOWN_ACCOUNT."""
    holder = holder_for(work, Action.VIEW_FINANCES, management)
    if isinstance(holder, Refused):
        return holder
    line = credit_store.line_of(work.tx, management, holder.currency, work.now)
    term = credit_store.term_of(work.tx, management, work.now)
    figures = funds_store.figures(work.tx, [management, *line.allocated], work.now)
    main = figures[management]
    allocations = (
        Allocation(figures[one], line.stated(one), *rules.bounds(line, figures[one], main))
        for one in sorted(line.allocated)
    )
    today = work.now.astimezone(ZoneInfo(holder.zone)).date()
    return CreditShown(
        line=line,
        main=main,
        allocations=tuple(allocations),
        changes=tuple(credit_store.changes(work.tx, management)),
        term=term,
        unpaid=tuple(bill for one in sorted(figures) for bill in unpaid_bills(work, figures[one], term, today)),
    )


def unpaid_bills(work: Work, figures: Figures, term: Term | None, today: date) -> list[Unpaid]:
    """Return the bills of an account that are not paid in full, oldest first, with their due dates (CREDIT-7)."""
    unpaid = clearing_store.unpaid(work.tx, [figures.account_id]).get((figures.account_id, figures.currency), [])
    found = []
    for one in sorted(unpaid, key=lambda bill: (bill.month, bill.bill_id)):
        due = rules.due_on(one.month, term) if term else None
        past = due is not None and today > due
        rest = Money(one.amount, figures.currency)
        found.append(Unpaid(figures.account_id, one.bill_id, one.month, rest, due, past))
    return found
