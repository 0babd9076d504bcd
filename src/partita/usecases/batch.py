"""Batches: link, permit, transfer or set limits for many accounts from one file, wholly or not at all.

Every row is tried in its order, under the locks of all accounts, as the command that it is; only when none is refused
is anything kept. Does not own the commands (`relation`, `funds`, `credit`) nor how a file is read (`formats.batch`).
Rules: BATCH-1 … BATCH-3 (`docs/rules/batch.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from partita.core.fault import Fault, Problem
from partita.core.finance_mode import MODE_NAMES
from partita.core.ids import derived_id
from partita.core.money import Money, minor_digits
from partita.core.period import DEFAULT_ZONE
from partita.core.permission import Action, Granted
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import State, named
from partita.formats.batch import BatchKind, BatchLine, read_batch
from partita.formats.regular_file import refuse_path
from partita.store import batch as batch_store
from partita.store import funds as funds_store
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.store.batch import Batch, BatchRow
from partita.store.funds import Holder
from partita.usecases import credit, funds, relation
from partita.usecases.funds import TransferAsked, TransferMade
from partita.usecases.funds.command import saved
from partita.usecases.permission import authorise
from partita.usecases.relation import Terms
from partita.usecases.relation.standing import locked
from partita.usecases.work import Work

PROBLEMS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class BatchDone:
    """What a batch did, row by row. `repeated`: the same batch was applied before, and nothing happened now."""

    batch: Batch
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """One row on its way: its key, and the currency of its account."""

    line: BatchLine
    key: str
    currency: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for: a file of a kind, and the batch that it is."""

    path: Path
    kind: BatchKind
    batch_id: str
    digest: bytes
    key: str | None


Said = tuple[bool, str, str]
"""Whether it was so already, and what was done (English, 中文)."""


def run_batch(
    work: Work, path: Path, kind: BatchKind, *, idempotency_key: str | None = None, dry_run: bool = False
) -> BatchDone | Refused:
    """Apply a file, once per key (BATCH-1 … BATCH-3). A dry run tries every row and keeps nothing.

    Without a key the same rows on one day are one batch, whatever file they stand in. Refused in this order:
    FILE_NOT_FOUND, NOT_A_REGULAR_FILE; for a batch that is known BATCH_AT_FAULT (what may not be asked for any more)
    and IDEMPOTENCY_KEY_REUSED; BATCH_AT_FAULT: what cannot be read, together with what the commands refuse of the other
    rows, each fault named by row and column.
    """
    if no := refuse_path(path):
        return no
    lines, problems = read_batch(path, kind)
    if not lines:
        return _at_fault(path, problems)
    digest = sha256("\n".join("\x1f".join(line.content) for line in sorted(lines, key=_by_member)).encode()).digest()
    # a key counts in its enterprise: others may use the same one
    whose = batch_store.enterprises_of(work.tx, {name for line in lines for name in (line.main, line.member)})
    batch_id = derived_id("bch", kind.word, idempotency_key or f"{_day(work)}:{digest.hex()}", *whose)
    what = _Asked(path, kind, batch_id, digest, idempotency_key)
    return saved(work, lambda: _applied(work, what, lines, problems, dry_run=dry_run), dry_run=dry_run)


def _applied(
    work: Work, what: _Asked, lines: Sequence[BatchLine], unread: Sequence[Problem], *, dry_run: bool
) -> BatchDone | Refused:
    """Try every row that could be read. With rows that could not, it is tried only to name every fault at once."""
    known = funds_store.holders(work.tx, _accounts(work, lines), work.now)
    unlocked = locked(work, *known)
    assert unlocked is None, "only accounts that there are are locked"
    asked = [_Row(line, f"{what.batch_id}:{line.member}", _currency(line, known)) for line in lines]
    before = batch_store.batch(work.tx, what.batch_id)
    if before and not unread:
        return _known(work, what, before, asked, dry_run=dry_run)
    said = list(zip(lines, _DO[what.kind](work, asked), strict=True))
    problems = [*unread, *(answer for _, answer in said if isinstance(answer, Problem))]
    if problems:
        return _at_fault(what.path, sorted(problems, key=lambda one: one.origin.row))
    rows = [
        BatchRow(line.origin.row, answer[0], line.member, answer[1], answer[2])
        for line, answer in said
        if not isinstance(answer, Problem)
    ]
    name, signature = what.path.name, work.actor.signature
    done = Batch(what.batch_id, what.kind.word, what.digest, name, tuple(rows), signature, work.now)
    batch_store.add(work.tx, done)
    return BatchDone(done, repeated=False, dry_run=dry_run)


def _known(work: Work, what: _Asked, before: Batch, asked: Sequence[_Row], *, dry_run: bool) -> BatchDone | Refused:
    """Answer again what was applied before, to whoever may still ask for it: every command authorises first."""
    decisions = {about: _may(work, what.kind, about) for about in {row.line.main or row.line.member for row in asked}}
    said = ((row, decisions[row.line.main or row.line.member]) for row in asked)
    if problems := [_refused(row, no) for row, no in said if isinstance(no, Refused)]:
        return _at_fault(what.path, problems)
    if (before.kind, before.digest) != (what.kind.word, what.digest):
        return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=what.key)
    return BatchDone(before, repeated=True, dry_run=dry_run)


def _may(work: Work, kind: BatchKind, account_id: str) -> Granted | Refused:
    """Say whether rows about an account may be asked for; what a relation permits, its main account decides too."""
    allowed = authorise(work, _ACTIONS[kind], account_id)
    if isinstance(allowed, Granted) or kind is not BatchKind.PERMIT:
        return allowed
    relation = relation_store.relation_of_member(work.tx, account_id, work.now)
    return authorise(work, _ACTIONS[kind], relation.management_id) if relation else allowed


def _accounts(work: Work, lines: Sequence[BatchLine]) -> set[str]:
    """Return every account that the commands will lock: all at once, so that two batches never wait in a ring."""
    accounts = {name for line in lines for name in (line.main, line.member) if name}
    unnamed = {line.member for line in lines if not line.main}
    states = relation_store.states(work.tx, work.now, unnamed) if unnamed else []
    return accounts | {one.management_id for one in states if one.member_id in unnamed}


def _link(work: Work, row: _Row) -> Said | Problem:
    line = row.line
    terms = Terms(line.mode, line.permissions)
    answer = relation.invite(work, management=line.main, member=line.member, terms=terms)
    if isinstance(answer, Refused):
        return _refused(row, answer)
    english, chinese = MODE_NAMES[line.mode]
    waits = answer.relation.state is State.INVITED
    codes, codes_zh = named(line.permissions)
    return (
        answer.repeated,
        f"{english} by {line.main}: {codes}" + (", invited" if waits else ""),
        f"{line.main} 的{chinese}：{codes_zh}" + ("，待确认" if waits else ""),
    )


def _permit(work: Work, row: _Row) -> Said | Problem:
    line = row.line
    answer = relation.permit(work, member=line.member, permissions=line.permissions)
    if isinstance(answer, Refused):
        return _refused(row, answer)
    codes, codes_zh = named(line.permissions)
    return answer.repeated, f"permits {codes}", f"授予 {codes_zh}"


def _transfers(work: Work, rows: Sequence[_Row]) -> list[Said | Problem]:
    """Transfer for all rows together; a row without an amount is only a problem."""
    amounts = [_amount(row, "amount") for row in rows]
    asked = [
        TransferAsked(row.line.main, row.line.member, amount, row.key)
        for row, amount in zip(rows, amounts, strict=True)
        if isinstance(amount, Money)
    ]
    answers = iter(funds.transfer_all(work, asked))
    return [
        amount if isinstance(amount, Problem) else _transferred(row, amount, next(answers))
        for row, amount in zip(rows, amounts, strict=True)
    ]


def _transferred(row: _Row, amount: Money, answer: TransferMade | Refused) -> Said | Problem:
    if isinstance(answer, Refused):
        return _refused(row, answer)
    return answer.repeated, f"{amount.grouped} from {row.line.main}", f"{row.line.main} 划入 {amount.grouped}"


def _limit(work: Work, row: _Row) -> Said | Problem:
    line, limit = row.line, _amount(row, "limit")
    if isinstance(limit, Problem):
        return limit
    answer = credit.allocate(work, management=line.main, member=line.member, limit=limit, idempotency_key=row.key)
    if isinstance(answer, Refused):
        return _refused(row, answer)
    return answer.repeated, f"limit {limit.grouped} of {line.main}", f"{line.main} 分配的额度 {limit.grouped}"


def _each(do: Callable[[Work, _Row], Said | Problem]) -> Callable[[Work, Sequence[_Row]], list[Said | Problem]]:
    return lambda work, rows: [do(work, row) for row in rows]


_DO: dict[BatchKind, Callable[[Work, Sequence[_Row]], list[Said | Problem]]] = {
    BatchKind.LINK: _each(_link),
    BatchKind.PERMIT: _each(_permit),
    BatchKind.TRANSFER: _transfers,
    BatchKind.LIMIT: _each(_limit),
}

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
    Reason.AMOUNT_NOT_POSITIVE: "amount",
    Reason.BAD_AMOUNT: "amount",
    Reason.EXCEEDS_TRANSFERABLE: "amount",
    Reason.LIMIT_BELOW_ZERO: "limit",
    Reason.EXCEEDS_UNALLOCATED: "limit",
    Reason.LIMIT_IN_USE: "limit",
}
"""The column that a refusal is about; any other is about one of the accounts."""


def _amount(row: _Row, column: str) -> Money | Problem:
    text = row.line.amount
    try:
        amount = Money.parse(text, row.currency)
    except ValueError:
        amount = Money(-1, row.currency)
    if amount.minor >= 0:
        return amount
    detail = {"value": text, "currency": row.currency, "digits": minor_digits(row.currency)}
    return Problem(Fault.BAD_AMOUNT, row.line.origin, column, detail)


def _refused(row: _Row, no: Refused) -> Problem:
    detail = {"reason": no.reason.name, "english": no.message("en"), "chinese": no.message("zh")}
    about_main = no.detail.get("account") == row.line.main
    return Problem(Fault.REFUSED, row.line.origin, _COLUMNS.get(no.reason, "main" if about_main else "member"), detail)


def _currency(line: BatchLine, known: dict[str, Holder]) -> str:
    """Return the money of the accounts of a row; that there are none is said by the command."""
    return next((known[name].currency for name in (line.member, line.main) if name in known), "CNY")


def _by_member(line: BatchLine) -> str:
    return line.member


def _day(work: Work) -> str:
    zone = org_store.catalogue_zone(work.tx) or DEFAULT_ZONE
    return work.now.astimezone(ZoneInfo(zone)).date().isoformat()


def _at_fault(path: Path, problems: Sequence[Problem]) -> Refused:
    shown, more = problems[:PROBLEMS_SHOWN], len(problems) - PROBLEMS_SHOWN
    english = [problem.message("en") for problem in shown] + ([f"… and {more} more"] if more > 0 else [])
    chinese = [problem.message("zh") for problem in shown] + ([f"……另有 {more} 处"] if more > 0 else [])
    return refused(
        Reason.BATCH_AT_FAULT,
        path=path,
        count=len(problems),
        problems="\n".join(f"  {line}" for line in english),
        problems_zh="\n".join(f"  {line}" for line in chinese),
    )
