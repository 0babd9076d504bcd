"""`partita demo`: a group's months on fresh books, from the first file to the last equation.

Strings the use cases together as a user would; decides nothing. The demo has books of its own beside the real ones
(`PARTITA_HOME/demo`, with its own database server), made anew each time.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import Parameter
from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from partita.cli import screen
from partita.cli.analysis import cost_table
from partita.cli.bill import bill_page, bill_plain, bill_table
from partita.cli.setup import KINDS
from partita.cli.verify import equation_table, equations_plain
from partita.core.money import Money
from partita.core.refusal import Refused
from partita.store.files import private_folder

if TYPE_CHECKING:
    from partita.core.period import Month
    from partita.demo import Generated
    from partita.usecases.work import Books

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
"""The demo plays on 2 November 2026: its third month is over and still open."""
TOP_UP = Money(150_000_000, "CNY")
"""What each payer puts in at the start: enough for some, too little for others."""
SMALLEST = 50_000

Answer = TypeVar("Answer")


def demo(
    *,
    lines: int = 1_000_000,
    seed: int = 2026,
    keep_files: Annotated[bool, Parameter(negative="--no-keep-files")] = True,
    dry_run: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Show a group's months, end to end: set up, import, rate, close, bills, reports, verify.

    The demo has books of its own (PARTITA_HOME/demo), made anew each time; yours are not touched.

    Parameters
    ----------
    lines
        at least so many usage lines in three months.
    seed
        another seed makes another group's usage.
    keep_files
        leave the books and files of the demo behind, to look around in.
    dry_run
        say where the demo would be played, and what would make room for it.
    as_json
        print the bills and the equations as one JSON document, and no pages.
    """
    from partita.demo import generate  # noqa: PLC0415 - a command starts fast
    from partita.wiring import open_books  # noqa: PLC0415

    started = time.monotonic()
    home = screen.settings().home / "demo"
    settings = replace(screen.settings(), home=home, database_url=None, now=NOW)
    if dry_run:
        _say_place(home, max(lines, SMALLEST), as_json=as_json)
        return
    console = Console(quiet=True) if as_json else screen.out()
    _remove(home)
    with _chapter(console, "A group is generated", "生成示例集团"):
        made = generate(private_folder(home / "input"), seed=seed, lines=max(lines, SMALLEST))
        console.print(_generated(made))
    with _chapter(console, "The embedded PostgreSQL starts", "启动内置 PostgreSQL"), open_books(settings) as books:
        console.print(screen.say(f"Books in {home}", f"账簿位于 {home}"))
        played = _play(console, books, made)
    _say_done(console, time.monotonic() - started, home if keep_files else None)
    if not keep_files:
        _remove(home)
    if as_json:
        facts = {"books": home if keep_files else None, "lines": made.lines, "resources": made.resources}
        screen.answer(facts | played, as_json=True, render=Console.print)
    if not played["holds"]:
        raise SystemExit(screen.EXIT_DIFFERENCE)


def _remove(home: Path) -> None:
    """Remove the books of an earlier demo, and stop their server."""
    from partita.store import postgres  # noqa: PLC0415 - a command starts fast

    postgres.stop(home)
    shutil.rmtree(home, ignore_errors=True)


def _say_done(console: Console, spent: float, kept: Path | None) -> None:
    console.print(Rule(), width=_rule_width(console))
    console.print(screen.say(f"Done in {spent:.0f} s.", f"用时 {spent:.0f} 秒。"), end=" " if kept else "\n")
    if kept:
        elsewhere = "DATABASE_URL= " if screen.settings().database_url else ""
        look = f"{elsewhere}PARTITA_HOME={kept} {sys.argv[0]} report cost --by department,product"
        console.print(screen.say(f"Look around: {look}", f"继续查看：{look}"), soft_wrap=True)


def _say_place(home: Path, lines: int, *, as_json: bool) -> None:
    replaces = home.exists()
    text = screen.say(
        f"Would play with at least {lines:,} usage lines in {home}", f"将在 {home} 中以至少 {lines:,} 条用量演示"
    )
    gone = screen.say("; the books of the last demo there would be removed.", "；其中上次演示的账簿将被删除。")
    screen.answer(
        {"books": home, "lines": lines, "replaces": replaces, "dry_run": True},
        as_json=as_json,
        render=lambda console: console.print(text + (gone if replaces else screen.say(".", "。")), soft_wrap=True),
    )


@contextmanager
def _chapter(console: Console, en: str, zh: str) -> Iterator[None]:
    console.print(Rule(Text(screen.say(en, zh), style="bold"), align="left"), width=_rule_width(console))
    started = time.monotonic()
    yield
    console.print(f"{time.monotonic() - started:.1f} s", style="dim")


def _rule_width(console: Console) -> int:
    return min(console.width, 100)


def _sure(answer: Answer | Refused) -> Answer:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=screen.json_wanted())
    return answer


def _generated(made: Generated) -> str:
    first, last = made.usage[0].month, made.usage[-1].month
    return screen.say(
        f"{made.enterprise}: {made.lines:,} usage lines of {made.resources:,} resources, {first} to {last}",
        f"{made.enterprise}：{made.resources:,} 个资源的 {made.lines:,} 条用量，{first} 至 {last}",
    )


def _play(console: Console, books: Books, made: Generated) -> dict[str, object]:
    """Play all chapters; return the bills and the equations as `--json` shows them."""
    from partita.usecases.bill import list_bills  # noqa: PLC0415 - a command starts fast

    first, second, third = (one.month for one in made.usage)
    _set_up(console, books, made.setup)
    _import(console, books, [one.path for one in made.usage])
    with _chapter(console, f"{first} is closed", f"账期 {first} 出账"):
        _close(console, books, first)
    with _chapter(console, f"Late usage of {first} comes in; {second} is closed", f"{first} 的迟到用量；{second} 出账"):
        _import_one(console, books, made.late.path)
        _close(console, books, second)
    with _chapter(console, f"{third} is rated: running figures", f"账期 {third} 批价：实时费用"):
        _rate(console, books, third)
    _import_provider_bill(console, books, made.setup.parent, second)
    _show(console, books, second, made.runaway_account)
    proof = _prove(console, books)
    with books.work() as work:
        bills = [bill_plain(one) for one in _sure(list_bills(work))]
    return {"months": [one.month for one in made.usage], "bills": bills} | proof


def _set_up(console: Console, books: Books, folder: Path) -> None:
    from partita.store import org  # noqa: PLC0415 - a command starts fast
    from partita.usecases.funds import top_up  # noqa: PLC0415
    from partita.usecases.setup import apply_setup  # noqa: PLC0415

    with _chapter(console, "Organisation, catalogue, prices, discounts; cash comes in", "组织、价目、折扣；充值"):
        with books.work() as work:
            added = _sure(apply_setup(work, folder)).added.counts()
            payers = sorted(set(org.payers_table(work.tx).column("payer_id").to_pylist()))
        console.print(", ".join(f"{screen.say(*KINDS[kind])}: {count:,}" for kind, count in added.items()))
        for payer in payers:
            with books.work() as work:
                _sure(top_up(work, account_id=payer, amount=TOP_UP, idempotency_key="demo", reference="demo"))
        each = f"{screen.money(TOP_UP.minor, TOP_UP.currency)} {TOP_UP.currency}"
        console.print(screen.say(f"{len(payers)} payers, {each} each", f"{len(payers)} 个付款方，各充值 {each}"))


def _import(console: Console, books: Books, files: list[Path]) -> None:
    with _chapter(console, "Usage comes in: CSV, NDJSON, Parquet", "导入用量：CSV、NDJSON、Parquet"):
        for path in files:
            _import_one(console, books, path)


def _import_one(console: Console, books: Books, path: Path) -> None:
    from partita.cli.usage import usage_page  # noqa: PLC0415 - a command starts fast
    from partita.usecases.usage import import_usage  # noqa: PLC0415

    with screen.progress(f"Importing {path.name}", f"导入 {path.name}") as progress:
        answer = _sure(import_usage(books, path, progress=progress))
    usage_page(console, answer)


def _import_provider_bill(console: Console, books: Books, folder: Path, month: Month) -> None:
    from partita.cli.provider_bill import bill_imported_page  # noqa: PLC0415 - a command starts fast
    from partita.demo.provider_bill import write_provider_bill  # noqa: PLC0415
    from partita.usecases.provider_bill import import_bill  # noqa: PLC0415

    with _chapter(console, "Another provider's bill comes in", "导入另一厂商的账单"):
        path = write_provider_bill(folder / f"nimbus-{month}.csv", month)
        bill_imported_page(console, _sure(import_bill(books, path, format_name="focus")))


def _close(console: Console, books: Books, month: Month) -> None:
    from partita.usecases.bill import list_bills  # noqa: PLC0415 - a command starts fast
    from partita.usecases.close import close_month  # noqa: PLC0415

    with screen.progress(f"Closing {month}", f"{month} 出账") as progress:
        closed = _sure(close_month(books, month, progress=progress))
    console.print(
        screen.say(
            f"{screen.many(closed.records, 'record')} rated, {screen.many(closed.corrections, 'correction')}, "
            f"{screen.many(closed.bills, 'bill')}",
            f"批价 {closed.records:,} 条，更正 {closed.corrections:,} 条，账单 {closed.bills} 张",
        )
    )
    with books.work() as work:
        bill_table(console, _sure(list_bills(work, month=month)))


def _rate(console: Console, books: Books, month: Month) -> None:
    from partita.cli.rating import rated_table  # noqa: PLC0415 - a command starts fast
    from partita.usecases.rating import rate_month  # noqa: PLC0415 - a command starts fast

    with screen.progress(f"Rating {month}", f"{month} 批价") as progress:
        rated = _sure(rate_month(books, month, progress=progress))
    rated_table(console, rated)


def _show(console: Console, books: Books, month: Month, runaway: str) -> None:
    from partita.usecases.analysis import cost_report  # noqa: PLC0415 - a command starts fast
    from partita.usecases.bill import list_bills, show_bills  # noqa: PLC0415

    with books.work() as work:
        largest = max(_sure(list_bills(work, month=month)), key=lambda one: one.bill.payable_minor).bill.payer_id
        shown = _sure(show_bills(work, largest, month))
    with _chapter(console, "The largest bill, by account and by product", "最大的账单：按账号、按产品"):
        for page in shown:
            bill_page(console, page, by="account")
            bill_page(console, page, by="product")
    with _chapter(console, "The group, by month, company and product", "集团费用：按账期、公司、产品"):
        for by in ("month", "company", "product"):
            cost_table(console, _sure(cost_report(books, [by])), top=12)
    with _chapter(console, f"What ran away in {runaway}", f"{runaway} 的异常费用"):
        report = _sure(cost_report(books, ["usage-month", "product"], only=[("account", runaway)]))
        cost_table(console, report)


def _prove(console: Console, books: Books) -> dict[str, object]:
    from partita.usecases.verify import verify  # noqa: PLC0415 - a command starts fast

    with _chapter(console, "The books prove themselves", "账簿自证"):
        with screen.progress("Verifying", "核对") as progress:
            equations = verify(books, progress=progress)
        equation_table(console, equations)
    return equations_plain(equations)
