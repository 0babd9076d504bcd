"""`partita batch link|permit|transfer|limit`: one command for many accounts, from a CSV or Excel file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from rich.console import Console

from partita.cli import screen
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.ways import AS_IS, Ways
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.formats.batch import BatchKind
    from partita.usecases.batch import BatchDone


def link(file: Path, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Invite the accounts of FILE, with the columns main, member, mode and permissions (the last two may be absent).

    mode is management or trusteeship; permissions are codes with blanks between them. FILE is CSV or a sheet of Excel.
    All rows are tried first; with any fault, each is named by row and column and nothing is done. The same rows on the
    same day are one batch, so a command that is sent twice does no harm.
    """
    _run(file, "LINK", key, ways)


def permit(file: Path, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Set what relations permit, from the columns member and permissions of FILE (CSV or Excel)."""
    _run(file, "PERMIT", key, ways)


def transfer(file: Path, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Transfer funds to members, from the columns main, member and amount of FILE (CSV or Excel).

    All rows are tried first; with any fault nothing is transferred. The same rows on the same day are one batch; to
    transfer them once more, give --key.
    """
    _run(file, "TRANSFER", key, ways)


def limit(file: Path, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Set credit limits of members, from the columns main, member and limit of FILE (CSV or Excel)."""
    _run(file, "LIMIT", key, ways)


def _run(file: Path, kind: str, key: str | None, ways: Ways) -> None:
    from partita.formats.batch import BatchKind  # noqa: PLC0415 - a command starts fast
    from partita.usecases.batch import run_batch  # noqa: PLC0415

    known: BatchKind = BatchKind[kind]
    with screen.opened() as books, books.work() as work:
        answer = run_batch(work, file, known, idempotency_key=key, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        _refuse(answer, ways)
    done: BatchDone = answer
    screen.answer(_plain(done), as_json=ways.as_json, render=lambda console: _render(console, done))


def _refuse(no: Refused, ways: Ways) -> NoReturn:
    screen.refuse(no, as_json=ways.as_json)


def _plain(done: BatchDone) -> dict[str, object]:
    return {
        "batch_id": done.batch.batch_id,
        "kind": done.batch.kind,
        "file": done.batch.file_name,
        "rows": [
            {"row": one.line, "account_id": one.account_id, "repeated": one.repeated, "done": one.english}
            for one in done.batch.rows
        ],
        "repeated": done.repeated,
        "dry_run": done.dry_run,
        "bills_paid": plain_paid(done.bills_paid),
    }


def _render(console: Console, done: BatchDone) -> None:
    say = screen.say
    table = screen.table(say("row", "行"), say("account", "账号"), say("done", "结果"))
    for one in done.batch.rows:
        text = say(one.english, one.chinese)
        table.add_row(
            str(one.line), one.account_id, text + (say(" (so already)", "（此前已如此）") if one.repeated else "")
        )
    console.print(table)
    print_paid(console, done.bills_paid, dry_run=done.dry_run)
    rows = screen.many(len(done.batch.rows), "row")
    count = f"{len(done.batch.rows):,}"
    if done.repeated:
        console.print(
            say(
                f"Applied before as {done.batch.batch_id}; nothing changed. To do it once more, give --key.",
                f"该批次此前已执行（{done.batch.batch_id}），未作任何更改。如需再次执行，请给出 --key。",
            )
        )
    elif done.dry_run:
        console.print(say(f"Would do {rows}; nothing was saved.", f"将执行 {count} 行；未保存任何内容。"))
    else:
        console.print(say(f"Did {rows} ({done.batch.batch_id}).", f"已执行 {count} 行（{done.batch.batch_id}）。"))
