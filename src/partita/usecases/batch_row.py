"""Rows of a batch: what each kind does for a row, and all that is wrong with one that it cannot be done for.

Every fault of a row is named: accounts that are not there, both of them; what cannot be read; and what the command
refuses whatever stands in the columns at fault. Does not own the commands (`relation`, `funds`, `credit`) nor the file
(`batch`). Rules: BATCH-1 (`docs/rules/batch.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from partita.core.fault import Fault, Problem
from partita.core.finance_mode import MODE_NAMES
from partita.core.money import Money, minor_digits
from partita.core.permission import Action, Granted
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import State, named
from partita.formats.batch import BatchKind, BatchLine
from partita.store import relation as relation_store
from partita.usecases import credit, funds, relation
from partita.usecases.clearing import BillPaid
from partita.usecases.funds import TransferAsked, TransferMade
from partita.usecases.permission import authorise
from partita.usecases.relation import Related, Terms
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Row:
    """One row on its way: its key, the currency of its account, and which of its accounts there are."""

    kind: BatchKind
    line: BatchLine
    key: str
    currency: str
    known: frozenset[str]

    @property
    def money(self) -> str:
        """The column of its amount; '' where it has none."""
        return next((name for name in ("amount", "limit") if name in self.kind.value[0]), "")


@dataclass(frozen=True, slots=True)
class Said:
    """What was done for a row, in both languages; `repeated`: it was so already. `bills_paid`: what its money paid."""

    repeated: bool
    english: str
    chinese: str
    bills_paid: tuple[BillPaid, ...] = ()


Answer: TypeAlias = Said | list[Problem]
"""What came of a row, or all that is wrong with it."""


def answers_of(work: Work, kind: BatchKind, rows: Sequence[Row]) -> list[Answer]:
    """Do what can be done, in order, and say of every row what came of it, or all that is wrong with it (BATCH-1)."""
    faults = [_faults(work, row) for row in rows]
    sound = [row for row, some in zip(rows, faults, strict=True) if not some and not row.line.unread]
    done = iter(_DO[kind](work, sound))
    return [
        [*some, *_beside(work, row, {one.column for one in some} | row.line.unread)]
        if some or row.line.unread
        else _whole(work, row, next(done))
        for row, some in zip(rows, faults, strict=True)
    ]


def may(work: Work, kind: BatchKind, account_id: str) -> Granted | Refused:
    """Say whether rows about an account may be asked for; what a relation permits, its main account decides too."""
    allowed = authorise(work, _ACTIONS[kind], account_id)
    if isinstance(allowed, Granted) or kind is not BatchKind.PERMIT:
        return allowed
    found = relation_store.relation_of_member(work.tx, account_id, work.now)
    return authorise(work, _ACTIONS[kind], found.management_id) if found else allowed


def refused_row(row: Row, no: Refused, column: str = "") -> Problem:
    """Return a refusal as a fault at its row and column."""
    detail = {"reason": no.reason.name, "english": no.message("en"), "chinese": no.message("zh")}
    about = row.money if no.reason in _ABOUT_MONEY else _COLUMNS.get(no.reason, "")
    if not about:
        about = "main" if no.detail.get("account") == row.line.main else "member"
    return Problem(Fault.REFUSED, row.line.origin, column or about, detail)


def _faults(work: Work, row: Row) -> list[Problem]:
    """Return the accounts of a row that are not there, and an amount that is none."""
    line, found = row.line, []
    missing = [(column, name) for column, name in (("main", line.main), ("member", line.member)) if name]
    missing = [(column, name) for column, name in missing if name not in row.known and line.main != line.member]
    if missing:
        allowed = may(work, row.kind, line.main or line.member)
        if isinstance(allowed, Refused):
            found.append(refused_row(row, allowed, missing[0][0]))
        else:
            found += [refused_row(row, refused(Reason.UNKNOWN_ACCOUNT, account=name), at) for at, name in missing]
    amount = _amount(row)
    if isinstance(amount, Problem) and not (len(missing) == 2 and _is_some_amount(line.amount)):  # noqa: PLR2004
        found.append(amount)
    return found


def _is_some_amount(text: str) -> bool:
    """Say whether a text is an amount in some currency: without an account nothing says in which it should be."""
    try:
        return Money.parse(text, _FINEST).minor >= 0
    except ValueError:
        return False


_FINEST = "CLF"  # of its four decimals no other currency has more


def _whole(work: Work, row: Row, answer: Answer) -> Answer:
    """Add to an amount that is refused what is refused whatever the amount is."""
    if not isinstance(answer, list) or [one.column for one in answer] != [row.money]:
        return answer
    return [*answer, *_beside(work, row, {row.money})]


def _beside(work: Work, row: Row, bad: set[str]) -> list[Problem]:
    """Return what the command refuses beside the columns that are at fault; nothing of it is kept.

    In the place of what cannot be read stands the least: what is known of the permissions, the smallest amount.
    """
    if bad & {"main", "member"}:
        return []
    amount = _amount(row)
    least = amount if isinstance(amount, Money) and row.money not in bad else Money(1, row.currency)
    depends = bad | ({"permissions"} if "mode" in bad else set())
    return [one for one in _TRY[row.kind](work, row, least) if one.column not in depends]


def _invited(work: Work, row: Row, *, dry_run: bool = False) -> Related | list[Problem]:
    """Invite, or return all that stands against it."""
    line, pair = row.line, (row.line.main, row.line.member)
    terms = Terms(line.mode, line.permissions)
    answer = relation.invite(work, management=line.main, member=line.member, terms=terms, dry_run=dry_run)
    if not isinstance(answer, Refused):
        return answer
    every = relation.against_invitation(work, pair, terms) if line.main != line.member else ()
    return [refused_row(row, one) for one in (every if answer in every else (answer,))]


def _link(work: Work, row: Row) -> Answer:
    answer, line = _invited(work, row), row.line
    if isinstance(answer, list):
        return answer
    english, chinese = MODE_NAMES[line.mode]
    waits = answer.relation.state is State.INVITED
    codes, codes_zh = named(line.permissions)
    return Said(
        answer.repeated,
        f"{english} by {line.main}: {codes}" + (", invited" if waits else ""),
        f"{line.main} 的{chinese}：{codes_zh}" + ("，待确认" if waits else ""),
    )


def _permitted(work: Work, row: Row, *, dry_run: bool = False) -> Related | list[Problem]:
    answer = relation.permit(work, member=row.line.member, permissions=row.line.permissions, dry_run=dry_run)
    return [refused_row(row, answer)] if isinstance(answer, Refused) else answer


def _permit(work: Work, row: Row) -> Answer:
    answer = _permitted(work, row)
    if isinstance(answer, list):
        return answer
    codes, codes_zh = named(row.line.permissions)
    return Said(answer.repeated, f"permits {codes}", f"授予 {codes_zh}")


def _transfers(work: Work, rows: Sequence[Row]) -> list[Answer]:
    """Transfer for all rows together."""
    amounts = [_money(row) for row in rows]
    asked = [
        TransferAsked(row.line.main, row.line.member, amount, row.key)
        for row, amount in zip(rows, amounts, strict=True)
    ]
    return [_transferred(*one) for one in zip(rows, amounts, funds.transfer_all(work, asked), strict=True)]


def _transferred(row: Row, amount: Money, answer: TransferMade | Refused) -> Answer:
    if isinstance(answer, Refused):
        return [refused_row(row, answer)]
    came = (f"{amount.grouped} from {row.line.main}", f"{row.line.main} 划入 {amount.grouped}")
    return Said(answer.repeated, *came, answer.bills_paid)


def _limit(work: Work, row: Row) -> Answer:
    line, limit = row.line, _money(row)
    answer = credit.allocate(work, management=line.main, member=line.member, limit=limit, idempotency_key=row.key)
    if isinstance(answer, Refused):
        return [refused_row(row, answer)]
    return Said(answer.repeated, f"limit {limit.grouped} of {line.main}", f"{line.main} 分配的额度 {limit.grouped}")


def _each(do: Callable[[Work, Row], Answer]) -> Callable[[Work, Sequence[Row]], list[Answer]]:
    return lambda work, rows: [do(work, row) for row in rows]


_DO: dict[BatchKind, Callable[[Work, Sequence[Row]], list[Answer]]] = {
    BatchKind.LINK: _each(_link),
    BatchKind.PERMIT: _each(_permit),
    BatchKind.TRANSFER: _transfers,
    BatchKind.LIMIT: _each(_limit),
}


def _try_relation(work: Work, row: Row, _: Money) -> list[Problem]:
    answer = (_invited if row.kind is BatchKind.LINK else _permitted)(work, row, dry_run=True)
    return answer if isinstance(answer, list) else []


def _try_transfer(work: Work, row: Row, amount: Money) -> list[Problem]:
    line = row.line
    answer = funds.transfer(work, giver=line.main, receiver=line.member, amount=amount, dry_run=True)
    return [refused_row(row, answer)] if isinstance(answer, Refused) else []


def _try_limit(work: Work, row: Row, limit: Money) -> list[Problem]:
    line = row.line
    answer = credit.allocate(work, management=line.main, member=line.member, limit=limit, dry_run=True)
    return [refused_row(row, answer)] if isinstance(answer, Refused) else []


_TRY: dict[BatchKind, Callable[[Work, Row, Money], list[Problem]]] = {
    BatchKind.LINK: _try_relation,
    BatchKind.PERMIT: _try_relation,
    BatchKind.TRANSFER: _try_transfer,
    BatchKind.LIMIT: _try_limit,
}
"""What the command would refuse; nothing is kept."""

_ACTIONS: dict[BatchKind, Action] = {
    BatchKind.LINK: Action.INVITE_MEMBER,
    BatchKind.PERMIT: Action.CHANGE_RELATION,
    BatchKind.TRANSFER: Action.TRANSFER,
    BatchKind.LIMIT: Action.ALLOCATE_CREDIT,
}
"""What the commands of each kind authorise."""

_COLUMNS: dict[Reason, str] = {
    Reason.MAIN_IS_MEMBER: "main",
    Reason.TRUST_NEEDS_CREDIT: "main",
    Reason.SOURCE_OVERDUE: "main",
    Reason.NO_CREDIT_LINE: "main",
    Reason.EXIST_APPROVING_PROCESS: "main",
    Reason.PERMISSION_NEEDS_ANOTHER: "permissions",
    Reason.PERMISSIONS_IN_TRUSTEESHIP: "permissions",
    Reason.PERMISSION_NEEDS_SAME_ENTITY: "permissions",
    Reason.CREDIT_NOT_RECLAIMED: "permissions",
}
"""The column that a refusal is about; any other is about one of the accounts."""
_ABOUT_MONEY = frozenset({
    Reason.AMOUNT_NOT_POSITIVE, Reason.BAD_AMOUNT, Reason.EXCEEDS_TRANSFERABLE, Reason.LIMIT_BELOW_ZERO,
    Reason.EXCEEDS_UNALLOCATED, Reason.LIMIT_IN_USE,
})  # fmt: skip


def _money(row: Row) -> Money:
    amount = _amount(row)
    assert isinstance(amount, Money), "a row is done only when its amount is one"
    return amount


def _amount(row: Row) -> Money | Problem | None:
    """Read the amount of a row in the money of its accounts; None where it has no column for one."""
    text = row.line.amount
    if not row.money:
        return None
    try:
        amount = Money.parse(text, row.currency)
    except ValueError:
        amount = Money(-1, row.currency)
    if amount.minor >= 0:
        return amount
    detail = {"value": text, "currency": row.currency, "digits": minor_digits(row.currency)}
    return Problem(Fault.BAD_AMOUNT, row.line.origin, row.money, detail)
