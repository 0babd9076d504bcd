"""`partita import usage`: usage records in, with the equation of what became of every row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from partita.cli import screen
from partita.core.money import grouped
from partita.core.period import Month
from partita.core.quantity import format_quantity
from partita.core.refusal import Refused
from partita.core.usage import Rejection

if TYPE_CHECKING:
    from rich.console import Console

    from partita.usecases.usage import UsageImported

_VALUE_SHOWN = 40


def import_usage(
    file: Path,
    *,
    rejects: Path | None = None,
    name: str | None = None,
    dry_run: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Take in the usage records of FILE: CSV, NDJSON (also packed as .gz) or Parquet.

    The same content again changes nothing, whatever file it comes in. Rows that cannot be taken in go to --rejects
    (default: FILE.rejects.csv) with row, column, value and reason, the others are taken in; the exit code is then 6.
    With --dry-run every row is checked and nothing is written.

    Parameters
    ----------
    name
        the name of the batch; default: that of the file.
    """
    from partita.usecases.usage import import_usage as take_in  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, screen.progress("Importing usage", "导入用量") as progress:
        answer = take_in(books, file, name=name, rejects=rejects, dry_run=dry_run, progress=progress)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    screen.answer(_document(answer), as_json=as_json, render=lambda console: usage_page(console, answer))
    if answer.rejected:
        raise SystemExit(screen.EXIT_REJECTS)


def usage_page(console: Console, answer: UsageImported) -> None:
    """Show what became of the rows of a file: the equation, the months, and the first rejected rows."""
    if answer.already_imported:
        console.print(
            screen.say(
                f"{answer.file_name} was imported before ({answer.batch_id}); nothing changed. Its figures were:",
                f"{answer.file_name} 此前已导入（{answer.batch_id}），没有变化。当时的数字：",
            ),
        )
    if answer.dry_run:
        console.print(screen.say("Dry run: nothing is stored.", "试运行：未保存任何内容。"))
    quantity = grouped(format_quantity(answer.quantity_e6))
    console.print(
        screen.say(
            f"{answer.accepted:,} accepted + {screen.many(answer.duplicates, 'duplicate')} + "
            f"{answer.rejected:,} rejected = {screen.many(answer.records, 'row')}; accepted quantity {quantity}",
            f"接受 {answer.accepted:,} + 重复 {answer.duplicates:,} + 拒绝 {answer.rejected:,} "
            f"= {answer.records:,} 行；接受的用量合计 {quantity}",
        )
    )
    _months(console, answer)
    if answer.ignored:
        names = ", ".join(answer.ignored)
        console.print(screen.say(f"Columns passed over: {names}", f"忽略的列：{names}"))
    _rejections(console, answer)


def _months(console: Console, answer: UsageImported) -> None:
    if not answer.months:
        return
    month, records, quantity = (
        screen.say("month", "账期"),
        screen.say("records", "条数"),
        screen.say("quantity", "用量"),
    )
    grid = screen.table(month, records, quantity, "", right=(records, quantity))
    for one in answer.months:
        late = screen.say("late: corrections on the next bill", "迟到用量：计入下期账单更正") if one.late else ""
        total = grouped(format_quantity(one.quantity_e6))
        grid.add_row(str(Month.from_number(one.month)), f"{one.records:,}", total, late)
    console.print(grid)


def _rejections(console: Console, answer: UsageImported) -> None:
    if not answer.rejections:
        return
    row, reason = screen.say("row", "行"), screen.say("why", "原因")
    title = screen.say("Rejected rows", "被拒绝的行")
    grid = screen.table(row, screen.say("column", "列"), screen.say("value", "值"), reason, right=(row,), title=title)
    language = screen.settings().language
    for one in answer.rejections:
        grid.add_row(str(one.row), one.column, _short(one), f"{one.reason.code}: {one.reason.text(language)}")
    console.print(grid)
    more = answer.rejected - len(answer.rejections)
    if more > 0:
        console.print(screen.say(f"… and {more:,} more", f"…… 另有 {more:,} 行"))
    if answer.rejects is not None:
        console.print(
            screen.say(
                f"All {answer.rejected:,} are in {answer.rejects}: correct them there and import that file.",
                f"全部 {answer.rejected:,} 行见 {answer.rejects}：在其中更正后导入该文件即可。",
            ),
        )


def _short(one: Rejection) -> str:
    """Return the value as a cell shows it: not too long."""
    return one.value if len(one.value) <= _VALUE_SHOWN else one.value[: _VALUE_SHOWN - 1] + "…"


def _document(answer: UsageImported) -> dict[str, object]:
    return {
        "batch_id": answer.batch_id,
        "file_name": answer.file_name,
        "already_imported": answer.already_imported,
        "dry_run": answer.dry_run,
        "records": answer.records,
        "accepted": answer.accepted,
        "duplicates": answer.duplicates,
        "rejected": answer.rejected,
        "accepted_quantity": format_quantity(answer.quantity_e6),
        "months": [
            {
                "month": str(Month.from_number(one.month)),
                "records": one.records,
                "quantity": format_quantity(one.quantity_e6),
                "late": one.late,
            }
            for one in answer.months
        ],
        "ignored_columns": list(answer.ignored),
        "rejects": None if answer.rejects is None else str(answer.rejects),
        "rejections": [
            {
                "row": one.row,
                "column": one.column,
                "value": one.value,
                "reason": one.reason.code,
                "text": one.reason.text(screen.settings().language),
            }
            for one in answer.rejections
        ],
    }
