"""`partita reconcile differences`, `resolve`, `close`, `days`."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, shown
from partita.cli.ledger import print_owed
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.money import Money
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.store.reconciliation import DayRow
    from partita.usecases.ledger import Reversed
    from partita.usecases.reconciliation import DifferenceShown

Json = Annotated[bool, Parameter(name="--json")]


def differences(source: str, *, day: date | None = None, every: bool = False, as_json: Json = False) -> None:
    """List where the statements of SOURCE and the ledger differ and nobody resolved it: `reconcile differences icbc`.

    Parameters
    ----------
    day
        only those of this day.
    every
        also those that are resolved.
    """
    from partita.usecases import reconciliation  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = reconciliation.differences(work, source, day=day, every=every)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows = answer
    plain = {"differences": [_plain(one) for one in rows]}
    screen.answer(plain, as_json=as_json, render=lambda console: _render(console, rows))


def resolve(source: str, difference: str, note: str, *, reverse: bool = False, ways: Ways = AS_IS) -> None:
    """Resolve the DIFFERENCE (dif_…) of SOURCE by a NOTE: `reconcile resolve icbc dif_0123 "bank fee"`.

    Money that came and belongs to an account is given to it by `reconcile assign`.

    Parameters
    ----------
    reverse
        also reverse our entry, by its mirror: what we booked is not on the statement.
    """
    from partita.usecases import reconciliation  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = reconciliation.resolve(
            work, source_id=source, difference_id=difference, note=note, reverse=reverse, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    reversal: Reversed | None = answer.reversed
    plain = {
        "difference_id": answer.difference_id,
        "note": answer.note,
        "reversal": answer.reversal,
        "owed_again": decimal(reversal.owed) if reversal and reversal.owed else None,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(
        plain,
        ways,
        done=(f"Resolved {difference}: {note}", f"已处理 {difference}：{note}"),
        would=(f"Would resolve {difference}: {note}", f"将处理 {difference}：{note}"),
        more=partial(print_owed, done=reversal, dry_run=ways.dry_run) if reversal else None,
    )


def close(source: str, day: date, *, ways: Ways = AS_IS) -> None:
    """Close the DAY of SOURCE, such as `reconcile close icbc 2026-10-05`: nothing of it changes any more.

    It has to be over, covered by a statement, without open differences and without transfers that wait.
    """
    from partita.usecases import reconciliation  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = reconciliation.close_day(work, source_id=source, day=day, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = _day(answer.row) | {"currency": answer.currency, "repeated": answer.repeated, "dry_run": answer.dry_run}
    tell(
        plain,
        ways,
        done=(f"Closed {day} of {source}.", f"{source} 的 {day} 已关账。"),
        would=(f"Would close {day} of {source}.", f"将对 {source} 的 {day} 关账。"),
    )


def days(source: str, *, as_json: Json = False) -> None:
    """List the closed days of SOURCE."""
    from partita.usecases import reconciliation  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = reconciliation.days(work, source)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows = answer
    plain = {"days": [_day(one) for one in rows]}

    def render(console: Console) -> None:
        heads = tuple(screen.say(*both) for both in _DAY_HEADS)
        grid = screen.table(*heads, right=heads[1:])
        for one in rows:
            grid.add_row(str(one.day), str(one.lines), str(one.postings), str(one.differences))
        console.print(grid)

    screen.answer(plain, as_json=as_json, render=render)


_DAY_HEADS = (("day", "日期"), ("lines", "明细"), ("postings", "分录"), ("noted", "已注明差异"))


def _day(one: DayRow) -> dict[str, object]:
    return {
        "source": one.source_id,
        "day": one.day,
        "lines": one.lines,
        "lines_minor": one.lines_minor,
        "postings": one.postings,
        "postings_minor": one.postings_minor,
        "differences": one.differences,
        "closed_by": one.recorded_by,
        "closed_at": one.recorded_at,
    }


def _plain(one: DifferenceShown) -> dict[str, object]:
    row = one.row
    return {
        "difference_id": one.difference_id,
        "kind": row.kind,
        "day": row.day,
        "delta": decimal(Money(row.delta, one.source.currency)),
        "currency": one.source.currency,
        "line_id": row.line,
        "entry_id": row.posting,
        "account_id": row.payer_id or None,
        "reference": row.reference,
        "sender": row.sender,
        "text": row.text,
        "note": row.note,
    }


def _render(console: Console, rows: list[DifferenceShown]) -> None:
    say, language = screen.say, screen.say("en", "zh")
    if not rows:
        console.print(say("Statements and ledger agree.", "对账单与账簿一致。"))
    for one in rows:
        row = one.row
        delta = shown(Money(row.delta, one.source.currency))
        console.print(f"{row.day}  {row.what.text(language)}  {delta}  {one.difference_id}", markup=False)
        parts = (row.reference, row.sender, row.text, row.payer_id, row.note or "")
        console.print(f"  {'  '.join(part for part in parts if part)}", markup=False, style="dim")
