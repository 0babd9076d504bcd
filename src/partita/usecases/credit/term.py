"""When credit has to be paid, and which bills wait for money; the whole of a line as people see it.

Rules: CREDIT-7, CREDIT-9 (`docs/rules/credit.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from partita.core import credit as rules
from partita.core.credit import Change, Line, Term
from partita.core.funds import Figures, available
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.period import Month
from partita.core.permission import Action, Granted
from partita.core.refusal import Refused
from partita.core.relation import Relation
from partita.store import clearing as clearing_store
from partita.store import control_policy as policy_store
from partita.store import credit as credit_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import relation as relation_store
from partita.usecases.clearing import on_no_bill
from partita.usecases.funds.command import by, holder_for, saved
from partita.usecases.permission import authorise
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
class Shared:
    """What an account may use of the credit of another one (CREDIT-9), in minor units.

    `cap`: its limit there; None under 财务托管, where it uses the main account's own. `counts`: the contract is
    confirmed. `usable`: what is left of it now; None where it follows from figures that the asker may not see.
    `spending_cap`: what it may spend in a month in all, if the account that pays has set one.
    """

    management_id: str
    cap: int | None
    counts: bool
    usable: int | None
    spending_cap: int | None


@dataclass(frozen=True, slots=True)
class CreditShown:
    """A line with its allocations, its changes, its term, and the bills that wait for money.

    `on_no_bill`: what the account owes beside its bills. `shared`: what the account may use of the lines of others.
    `relation`: that of the account to its main account.
    """

    line: Line
    main: Figures
    allocations: tuple[Allocation, ...]
    changes: tuple[Change, ...]
    term: Term | None
    unpaid: tuple[Unpaid, ...]
    on_no_bill: Money
    shared: tuple[Shared, ...] = ()
    relation: Relation | None = None


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
    shared = _shared(work, main)
    in_use = term_in_use(work, management)
    return CreditShown(
        line=line,
        main=main,
        allocations=tuple(allocations),
        changes=tuple(credit_store.changes(work.tx, management)),
        term=term,
        unpaid=tuple(bill for one in sorted(figures) for bill in unpaid_bills(work, figures[one], in_use, today)),
        on_no_bill=on_no_bill(work, management, holder.currency),
        shared=shared,
        relation=relation_store.relation_of_member(work.tx, management, work.now),
    )


def term_in_use(work: Work, account_id: str) -> Term | None:
    """Return the term by which an account pays (CREDIT-7): its own, or that of a main account whose credit it uses."""
    lines = credit_store.lines_shared_with(work.tx, account_id, work.now)
    names = [account_id, *(line.management_id for line in lines if line.stated(account_id))]
    relation = relation_store.relation_of_member(work.tx, account_id, work.now)
    if relation is not None and relation.mode is FinanceMode.TRUSTEESHIP:
        names.append(relation.management_id)
    return next((term for name in names if (term := credit_store.term_of(work.tx, name, work.now))), None)


def _shared(work: Work, member: Figures) -> tuple[Shared, ...]:
    """Return what an account may use of the credit of others: its limits, or under 财务托管 what its payer has."""
    name = member.account_id
    cap = policy_store.cap_of(work.tx, name)
    found = [
        Shared(line.management_id, line.stated(name), line.active, _usable(line.limit_of(name), member), cap)
        for line in credit_store.lines_shared_with(work.tx, name, work.now)
        if line.stated(name)
    ]
    relation = relation_store.relation_of_member(work.tx, name, work.now)
    if relation is None or relation.mode is not FinanceMode.TRUSTEESHIP:
        return tuple(found)
    main = relation.management_id
    line = credit_store.line_of(work.tx, main, member.currency, work.now)
    if line.total:
        seen = isinstance(authorise(work, Action.VIEW_FINANCES, main), Granted)
        figures = funds_store.figures(work.tx, [main], work.now)[main]
        found.append(Shared(main, None, line.active, _usable(line.limit_of(main), figures) if seen else None, cap))
    return tuple(found)


def _usable(limit: int, figures: Figures) -> int:
    """Return what is left of a limit: no more than is available in all."""
    return max(0, min(limit, available(figures).result))


def unpaid_bills(work: Work, figures: Figures, term: Term | None, today: date) -> list[Unpaid]:
    """Return the bills of an account that are not paid in full, oldest first, with their due dates (CREDIT-7).

    Its own term counts; where it has none, `term`: that of the main account whose credit it uses.
    """
    found = clearing_store.unpaid(work.tx, [figures.account_id]).get((figures.account_id, figures.currency), [])
    term = (credit_store.term_of(work.tx, figures.account_id, work.now) if found else None) or term
    unpaid = []
    for one in sorted(found, key=lambda bill: (bill.month, bill.bill_id)):
        due = rules.due_on(one.month, term) if term else None
        past = due is not None and today > due
        rest = Money(one.amount, figures.currency)
        unpaid.append(Unpaid(figures.account_id, one.bill_id, one.month, rest, due, past))
    return unpaid
