"""`partita reconcile source`, `sources`, `import`, `statements`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, shown
from partita.cli.funds.clearing import plain_paid
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.money import Money
from partita.core.period import DEFAULT_ZONE
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from partita.core.reconciliation import StatementSource
    from partita.store.reconciliation import StatementRow
    from partita.usecases.reconciliation import StatementTaken

Json = Annotated[bool, Parameter(name="--json")]


def source(name: str, kind: str, currency: str, *, zone: str = DEFAULT_ZONE, ways: Ways = AS_IS) -> None:
    """Register whose statements are compared with the ledger: `reconcile source icbc bank CNY`.

    There is one bank and one payment channel for each currency.

    Parameters
    ----------
    kind
        bank, or channel: what comes through the payment gateway.
    zone
        in whose calendar it counts days.
    """
    from partita.usecases import reconciliation  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = reconciliation.add_source(
            work, source_id=name, kind=kind, currency=currency, zone=zone, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = _source(answer.source) | {"repeated": answer.repeated, "dry_run": answer.dry_run}
    tell(
        plain,
        ways,
        done=(f"Registered {name}.", f"已登记对账单来源 {name}。"),
        would=(f"Would register {name}.", f"将登记对账单来源 {name}。"),
    )


def sources(*, as_json: Json = False) -> None:
    """List whose statements are compared."""
    from partita.usecases import reconciliation  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = reconciliation.sources(work)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows = answer
    plain = {"sources": [_source(one) for one in rows]}

    def render(console: Console) -> None:
        for one in rows:
            said = one.kind.text(screen.say("en", "zh"))
            console.print(f"{one.source_id}  {said}  {one.currency}  {one.zone}", markup=False)

    screen.answer(plain, as_json=as_json, render=render)


def take_in(
    source: str, file: Path, *, first: date | None = None, last: date | None = None, ways: Ways = AS_IS
) -> None:
    """Take a statement of SOURCE in from FILE, a CSV or a CAMT.053: `reconcile import icbc october.csv`.

    The same file again changes nothing. Of a bank, money that came and is certainly an account's is topped up; what is
    not certain waits: `reconcile transfers`.

    Parameters
    ----------
    file
        CSV with day, amount (or credit and debit), reference, sender, sender_account, text, in English or Chinese.
    first
        the first day that the file covers; default: as it says, or its first line.
    last
        the last day that it covers.
    """
    from partita.usecases import reconciliation  # noqa: PLC0415 - a command starts fast
    from partita.usecases.reconciliation.statement import StatementFile  # noqa: PLC0415

    if (first is None) != (last is None) or (first and last and first > last):
        screen.misuse("Give --first and --last together, in order.", "--first 与 --last 须同时给出，且先后正确。")
    if not file.is_file():
        screen.refuse(refused(Reason.FILE_NOT_FOUND, path=file), as_json=ways.as_json)
    days = (first, last) if first and last else None
    with screen.opened() as books, books.work() as work:
        given = StatementFile(file.name, file.read_bytes(), days)
        answer = reconciliation.take_in(work, source_id=source, file=given, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    _tell_taken(answer, ways)


def _tell_taken(done: StatementTaken, ways: Ways) -> None:
    one = done.statement
    plain = _statement(one, done.currency) | {
        "topped_up": [
            {
                "line_id": each.line_id,
                "account_id": each.account_id,
                "amount": decimal(each.amount),
                "entry_id": each.entry_id,
                "bills_paid": plain_paid(each.bills_paid),
            }
            for each in done.matched.entered
        ],
        "transfers_waiting": done.matched.waiting,
        "repeated": done.repeated,
        "dry_run": done.dry_run,
    }
    topped, waits = len(done.matched.entered), done.matched.waiting
    span = (f"{one.first_day} to {one.last_day}", f"{one.first_day} 至 {one.last_day}")
    if done.repeated:
        before = f"{one.file_name}, {one.lines}"
        rest = (f"{before} lines of {span[0]}.", f"{before} 条明细，{span[1]}。")
        known = (f"It was taken in before: {rest[0]}", f"此前已导入：{rest[1]}")
        tell(plain, ways, done=known, would=known)
        return
    rest = (
        f"{one.lines} lines of {span[0]}, {one.added} new; {topped} transfers topped up, {waits} wait for a person.",
        f"{span[1]} 的 {one.lines} 条明细，新增 {one.added} 条；自动入账 {topped} 笔，待认领 {waits} 笔。",
    )
    tell(
        plain,
        ways,
        done=(f"Took in {rest[0]}", f"已导入 {rest[1]}"),
        would=(f"Would take in {rest[0]}", f"将导入 {rest[1]}"),
    )


def statements(source: str, *, as_json: Json = False) -> None:
    """List the statements of SOURCE that were taken in."""
    from partita.usecases import reconciliation  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = reconciliation.statements(work, source)
        known = reconciliation.sources(work)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows = answer
    of = [] if isinstance(known, Refused) else known
    currency = next((one.currency for one in of if one.source_id == source), "CNY")
    plain = {"statements": [_statement(one, currency) for one in rows]}

    def render(console: Console) -> None:
        heads = tuple(screen.say(*both) for both in _HEADS)
        grid = screen.table(*heads, right=heads[3:])
        for one in rows:
            total = shown(Money(one.lines_minor, currency))
            grid.add_row(one.file_name, str(one.first_day), str(one.last_day), str(one.lines), str(one.added), total)
        console.print(grid)

    screen.answer(plain, as_json=as_json, render=render)


_HEADS = (
    ("file", "文件"),
    ("first day", "首日"),
    ("last day", "末日"),
    ("lines", "明细"),
    ("new", "新增"),
    ("sum", "合计"),
)


def _source(one: StatementSource) -> dict[str, object]:
    return {"source": one.source_id, "kind": one.kind.word, "currency": one.currency, "zone": one.zone}


def _statement(one: StatementRow, currency: str) -> dict[str, object]:
    return {
        "statement_id": one.statement_id,
        "source": one.source_id,
        "file": one.file_name,
        "account": one.account,
        "first_day": one.first_day,
        "last_day": one.last_day,
        "lines": one.lines,
        "new_lines": one.added,
        "sum": decimal(Money(one.lines_minor, currency)),
        "currency": currency,
    }
