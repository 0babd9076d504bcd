"""`partita custom-bill …`: bills as somebody wants them, saved by name, run at any time, delivered by schedule."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.bill import month_of
from partita.cli.bill_view import SHOWN, check_limit, print_rows, rows_plain, tell_file
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.custom_bill import Saved, Sent, Shown

Json = Annotated[bool, Parameter(name="--json")]
Names = Annotated[tuple[str, ...], Parameter(consume_multiple=True)]


@Parameter(name="*")
@dataclass(frozen=True)
class What:
    """What a custom bill holds."""

    columns: Names = ()
    only: Names = ()
    group: Names = ()


@Parameter(name="*")
@dataclass(frozen=True)
class How:
    """How a custom bill is delivered."""

    schedule: Literal["none", "daily", "weekly", "monthly", "closed"] = "none"
    file: Literal["csv", "xlsx", "parquet"] = "csv"
    language: Literal["en", "zh"] | None = None


NOTHING = What()
ON_DEMAND = How()


def add(account: str, name: str, *, what: What = NOTHING, how: How = ON_DEMAND, ways: Ways = AS_IS) -> None:
    """Save a custom bill of ACCOUNT by NAME, or change the one of that name.

    For instance: custom-bill add acme by-product --columns account product currency payable --only kind=usage
    --schedule closed --file xlsx.

    Parameters
    ----------
    what.columns
        the columns in order, such as account product sku instance currency list discount payable quantity.
    what.only
        only charges with these values: account=acme, kind=usage, kind=correction; of one column any of them.
    what.group
        what a row stands for, where it is more than the columns say.
    how.schedule
        daily and weekly deliver the running month, monthly the month before, closed each month once it is closed.
    how.file
        csv, xlsx or parquet.
    how.language
        of the heads; default: that of the command line.
    """
    from partita.core.custom_bill import SCHEDULES, Definition  # noqa: PLC0415 - a command starts fast
    from partita.usecases import custom_bill  # noqa: PLC0415

    language = how.language or screen.settings().language
    definition = Definition(what.columns, _wanted(what.only), what.group, how.file, language)
    with screen.opened() as books, books.work() as work:
        answer = custom_bill.save(work, (account, name), definition, SCHEDULES[how.schedule], dry_run=ways.dry_run)
    _tell(answer, ways, (f"Saved: {name}.", f"已保存：{name}。"), (f"Would save: {name}.", f"将保存：{name}。"))


def remove(account: str, name: str, *, ways: Ways = AS_IS) -> None:
    """Take the custom bill NAME of ACCOUNT off; what was delivered stays."""
    from partita.usecases import custom_bill  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = custom_bill.take_off(work, (account, name), dry_run=ways.dry_run)
    _tell(answer, ways, (f"Taken off: {name}.", f"已删除：{name}。"), (f"Would take off: {name}.", f"将删除：{name}。"))


def list_custom(account: str, *, as_json: Json = False) -> None:
    """List the custom bills of ACCOUNT, and when each was delivered last."""
    from partita.usecases import custom_bill  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = custom_bill.list_custom(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found: list[Shown] = answer
    plain = [
        {
            "name": one.custom.name,
            "schedule": one.custom.schedule.word,
            **one.custom.definition.plain(),
            "delivered": [
                {"turn": row.turn, "rows": row.rows, "path": row.path, "sha256": row.digest.hex(),
                 "at": row.recorded_at}
                for row in one.delivered
            ],
        }
        for one in found
    ]  # fmt: skip

    def render(console: Console) -> None:
        if not found:
            console.print(screen.say("No custom bills.", "没有自定义账单。"))
            return
        heads = [
            screen.say(*pair)
            for pair in (("name", "名称"), ("schedule", "周期"), ("columns", "列"), ("last delivered", "最近交付"))
        ]
        grid = screen.table(*heads)
        for one in found:
            last = one.delivered[0].label if one.delivered else ""
            schedule = screen.say(one.custom.schedule.text(), one.custom.schedule.text("zh"))
            grid.add_row(one.custom.name, schedule, " ".join(one.custom.definition.columns), last)
        console.print(grid)

    screen.answer({"custom_bills": plain}, as_json=as_json, render=render)


def run(
    account: str,
    name: str,
    month: str,
    *,
    to: Path | None = None,
    limit: Annotated[int, Parameter(name="--limit")] = SHOWN,
    ways: Ways = AS_IS,
) -> None:
    """Show the custom bill NAME of ACCOUNT for MONTH, or write it to a file.

    Parameters
    ----------
    to
        the file to write; it ends in .csv, .xlsx or .parquet.
    limit
        print so many rows; 0 = all.
    """
    from partita.usecases import custom_bill  # noqa: PLC0415 - a command starts fast

    chosen = month_of(month)
    check_limit(limit)
    with screen.opened() as books:
        if to is not None:
            tell_file(
                custom_bill.run_to_file(books, (account, name), chosen, to, dry_run=ways.dry_run),
                as_json=ways.as_json,
            )
            return
        answer = custom_bill.run(books, (account, name), chosen)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    saved, rows = answer
    columns = saved.definition.columns
    plain = rows_plain(rows)
    words = {one.replace("-", "_") for one in columns}
    plain["rows"] = [{word: value for word, value in row.items() if word in words} for row in plain["rows"]]
    screen.answer(
        {"name": name} | plain,
        as_json=ways.as_json,
        render=lambda console: print_rows(console, rows, name, limit=limit, columns=columns),
    )


def deliver(*, ways: Ways = AS_IS) -> None:
    """Deliver the custom bills that are due: a file each, and a notice through the account's channels.

    Run it by a timer, such as each hour; `partita outbox deliver` sends the notices.
    """
    from partita.usecases import custom_bill  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books:
        answer = custom_bill.deliver(books, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    sent: list[Sent] = answer
    plain = [
        {
            "account_id": one.account_id, "name": one.name, "turn": one.turn.key, "month": str(one.turn.month),
            "rows": one.rows, "path": one.path, "refused": one.refusal.reason.name if one.refusal else None,
        }
        for one in sent
    ]  # fmt: skip

    def render(console: Console) -> None:
        if not sent:
            console.print(screen.say("Nothing is due.", "没有待交付的账单。"))
        for one in sent:
            what = f"{one.account_id} / {one.name} {one.turn.label}"
            if one.refusal:
                console.print(f"{what}: {one.refusal.message(screen.settings().language)}", style="yellow")
            else:
                console.print(f"{what}: {one.path}", soft_wrap=True, markup=False)

    screen.answer({"dry_run": ways.dry_run, "delivered": plain}, as_json=ways.as_json, render=render)


def _wanted(texts: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read `kind=usage kind=correction account=acme` as values by column."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        word, sign, value = text.partition("=")
        if not sign:
            screen.misuse(
                f"Write --only like kind=usage, not {text!r}.", f"--only 请写成 kind=usage，而不是 {text!r}。"
            )
        found[word] = (*found.get(word, ()), value)
    return tuple(found.items())


def _tell(answer: Saved | Refused, ways: Ways, done: tuple[str, str], would: tuple[str, str]) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one: Saved = answer
    plain = {
        "account_id": one.account_id, "name": one.name, "schedule": one.schedule.word, "active": one.active,
        "repeated": one.repeated, "dry_run": one.dry_run, **one.definition.plain(),
    }  # fmt: skip
    tell(plain, ways, done=done, would=would)
