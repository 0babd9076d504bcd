"""Credit control (信控): the line of a main account, what of it each member may use, and when it has to be paid.

Owns the line, the rules of raising and lowering, the approval of a change, and the due date. Does not own what is
outstanding (`ledger`) nor the available quota (`funds`). Credit is never a fund: what stays unpaid is held against it.
All limits are minor units of the line's currency. Rules: CREDIT-1 … CREDIT-10 (`docs/rules/credit.md`); source:
enterprise-finance.md B1.2, B2.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from partita.core.funds import Figures, available
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused

CYCLES = (1, 2, 3, 6, 12)
"""How many months a billing cycle of credit may have; cycles begin in January."""
DAYS_MAX = 180


class ChangeState(Enum):
    """Where a change of credit stands (CREDIT-5); the value is its name (English, 中文)."""

    PENDING = ("waiting for approval", "待审批")
    APPLIED = ("applied", "已生效")
    REJECTED = ("rejected", "已驳回")

    @property
    def word(self) -> str:
        """The name as tables and commands write it: `applied`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a line: the total (`account_id` is the main account), or what is allocated to a member."""

    management_id: str
    change_id: str
    account_id: str
    limit: Money
    asks_approval: bool
    note: str
    recorded_by: str
    recorded_at: datetime
    state: ChangeState = ChangeState.PENDING

    @property
    def of_total(self) -> bool:
        """Whether it is the total that changes."""
        return self.account_id == self.management_id


@dataclass(frozen=True, slots=True)
class Line:
    """The credit of a main account (CREDIT-1): its total, and what of it is allocated to which member.

    `contract_id` None: the contract is not confirmed, so nothing of it counts yet (CREDIT-4). `pending`: the change
    that waits for approval.
    """

    management_id: str
    currency: str
    total: int = 0
    allocated: Mapping[str, int] = field(default_factory=dict)
    contract_id: str | None = None
    pending: str | None = None

    @property
    def active(self) -> bool:
        """Whether it counts."""
        return self.contract_id is not None

    @property
    def unallocated(self) -> int:
        """What is not allocated to members; the main account itself uses it."""
        return self.total - sum(self.allocated.values())

    def stated(self, account_id: str) -> int:
        """Return the limit of an account as it was set, whether it counts or not (CREDIT-2)."""
        return self.unallocated if account_id == self.management_id else self.allocated.get(account_id, 0)

    def limit_of(self, account_id: str) -> int:
        """Return the limit that counts for an account (CREDIT-2, CREDIT-4)."""
        return self.stated(account_id) if self.active else 0


@dataclass(frozen=True, slots=True)
class Term:
    """When credit has to be paid (CREDIT-7): so many days after the end of a billing cycle of so many months."""

    cycle_months: int
    days: int


def may_set_total(line: Line, limit: int, main: Figures) -> Refused | None:
    """Refuse a total (CREDIT-3), in this order.

    LIMIT_BELOW_ZERO, EXIST_APPROVING_PROCESS, TOTAL_BELOW_ALLOCATED, LIMIT_IN_USE (the main account needs more).
    """
    if no := _any_change(line, limit):
        return no
    allocated = sum(line.allocated.values())
    if limit < allocated:
        return refused(
            Reason.TOTAL_BELOW_ALLOCATED,
            limit=_money(limit, line),
            management=line.management_id,
            allocated=_money(allocated, line),
        )
    least = _money(min(_least(line, main) + allocated, line.total), line).grouped
    way = (f"The least possible total is {least}", f"总额最低可设为 {least}")
    return _in_use(line, main, limit - allocated, way)


def may_allocate(line: Line, member: Figures, limit: int, main: Figures) -> Refused | None:
    """Refuse the limit of a member (CREDIT-2, CREDIT-3), in this order.

    LIMIT_BELOW_ZERO, EXIST_APPROVING_PROCESS, EXCEEDS_UNALLOCATED, LIMIT_IN_USE (the member, when it is lowered; the
    main account, whose own limit is what remains, when it is raised).
    """
    if no := _any_change(line, limit):
        return no
    before = line.stated(member.account_id)
    most = line.unallocated + before
    if limit > most:
        return refused(
            Reason.EXCEEDS_UNALLOCATED,
            limit=_money(limit, line),
            member=member.account_id,
            total=_money(line.total, line),
            others=_money(line.total - most, line),
            most=_money(most, line),
        )
    least = _money(min(_least(line, member), before), line).grouped
    rest = _money(most - min(_least(line, main), line.unallocated), line).grouped
    name = member.account_id
    return _in_use(line, member, limit, (f"The least possible limit is {least}", f"额度最低可设为 {least}")) or _in_use(
        line, main, most - limit, (f"{name} can have {rest} at most", f"{name} 最多可分配 {rest}")
    )


def bounds(line: Line, member: Figures, main: Figures) -> tuple[int, int]:
    """Return the least and the most that may be allocated to a member now (CREDIT-3)."""
    most = line.unallocated + line.stated(member.account_id)
    return (_least(line, member), most - min(most, _least(line, main))) if line.active else (0, most)


def is_again(last: Change, limit: Money, note: str, *, now: datetime, zone: str) -> bool:
    """Say whether a change that has no key is the last one once more (CREDIT-10).

    It is, on the same day in the zone of the main account, if it says the same and the last one was not rejected.
    """
    day, today = (one.astimezone(ZoneInfo(zone)).date() for one in (last.recorded_at, now))
    return (last.limit, last.note, day) == (limit, note, today) and last.state is not ChangeState.REJECTED


def may_end(change: Change, state: ChangeState) -> Refused | None:
    """Refuse to approve or reject what has ended otherwise: CREDIT_CHANGE_ENDED (CREDIT-5)."""
    if change.state in (ChangeState.PENDING, state):
        return None
    return refused(Reason.CREDIT_CHANGE_ENDED, change=change.change_id, state=change.state.value)


def may_confirm(line: Line, contract_id: str) -> Refused | None:
    """Refuse a contract where there is no credit or another contract (CREDIT-4), in this order.

    EXIST_APPROVING_PROCESS (the first total waits for approval), NO_CREDIT_LINE, CONTRACT_KNOWN.
    """
    if line.total == 0 and line.contract_id is None and line.pending is not None:
        return refused(Reason.EXIST_APPROVING_PROCESS, management=line.management_id, change=line.pending)
    if line.total == 0 and line.contract_id is None:
        return refused(Reason.NO_CREDIT_LINE, management=line.management_id)
    if line.contract_id not in (None, contract_id):
        return refused(Reason.CONTRACT_KNOWN, management=line.management_id, contract=line.contract_id)
    return None


def may_agree(term: Term) -> Refused | None:
    """Refuse a term that is no cycle and number of days: BAD_TERM (CREDIT-7)."""
    if term.cycle_months in CYCLES and 0 <= term.days <= DAYS_MAX:
        return None
    known = ", ".join(map(str, CYCLES))
    return refused(Reason.BAD_TERM, cycles=known, most=DAYS_MAX, cycle=term.cycle_months, days=term.days)


def may_apply_refund(figures: Figures, amount: Money) -> Refused | None:
    """Refuse to set off more credit refunds than there are, or than is outstanding (CREDIT-8)."""
    if amount.minor <= min(figures.credit_refunds, figures.outstanding):
        return None
    return refused(
        Reason.EXCEEDS_CREDIT_REFUND,
        amount=amount,
        refunds=Money(figures.credit_refunds, figures.currency),
        outstanding=Money(figures.outstanding, figures.currency),
    )


def due_on(month: Month, term: Term) -> date:
    """Return the day on which a bill of a month has to be paid: the last day of its cycle plus the days (CREDIT-7)."""
    last = (month.month - 1) // term.cycle_months * term.cycle_months + term.cycle_months
    return date(month.year, last, monthrange(month.year, last)[1]) + timedelta(days=term.days)


def _any_change(line: Line, limit: int) -> Refused | None:
    if limit < 0:
        return refused(Reason.LIMIT_BELOW_ZERO, limit=_money(limit, line))
    if line.pending is not None:
        return refused(Reason.EXIST_APPROVING_PROCESS, management=line.management_id, change=line.pending)
    return None


def _in_use(line: Line, figures: Figures, limit: int, way: tuple[str, str]) -> Refused | None:
    """Refuse a lower limit that would leave nothing available of what is in use; `way` says what is possible."""
    if not line.active or limit >= line.stated(figures.account_id) or limit >= _least(line, figures):
        return None
    after = available(figures).result + limit - line.stated(figures.account_id)
    return refused(
        Reason.LIMIT_IN_USE,
        account=figures.account_id,
        limit=_money(limit, line),
        available=_money(after, line),
        way=way,
    )


def _least(line: Line, figures: Figures) -> int:
    """Return the least limit that leaves the available quota above zero; an account that owes nothing may have none.

    It may be more than the limit that it has: an overdue account cannot be lowered at all.
    """
    without = available(figures).result - line.limit_of(figures.account_id)
    if figures.unsettled <= 0 and without >= 0:
        return 0
    return max(0, 1 - without)


def _money(minor: int, line: Line) -> Money:
    return Money(minor, line.currency)
