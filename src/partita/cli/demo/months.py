"""Chapters of the demo that are the same every month: set up, usage in, close, running figures, reports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from partita.cli import screen
from partita.cli.analysis import cost_table
from partita.cli.bill import bill_page, bill_table
from partita.cli.demo.linking import CURRENCY
from partita.cli.demo.stage import Stage, sure
from partita.cli.setup import KINDS

if TYPE_CHECKING:
    from partita.core.period import Month

_SHOWN = 4
"""So many of the largest bills are shown beside those of the story."""


def set_up(stage: Stage) -> None:
    """Take in organisation and catalogue."""
    from partita.usecases.setup import apply_setup  # noqa: PLC0415 - a command starts fast

    with stage.chapter("Organisation, catalogue, prices, discounts", "组织、价目、折扣"):
        added = stage.do(lambda work: apply_setup(work, stage.made.setup)).added.counts()
        stage.console.print(", ".join(f"{screen.say(*KINDS[kind])}: {count:,}" for kind, count in added.items()))


def month_ends(stage: Stage, month: Month, *, late: bool = False) -> None:
    """Take in the usage of the fleet, and late usage of the month before, on the first of the next month; close."""
    [path] = [one.path for one in stage.made.usage if one.month == month]
    coming = f"The usage of {month} comes in" + (", and late usage" if late else "")
    with stage.chapter(f"{coming}; the month is closed", f"{month} 用量导入{'（含迟到用量）' if late else ''}；出账"):
        stage.clock.at(f"{month.next()}-01 12:00")
        _import(stage, path)
        if late:
            _import(stage, stage.made.late.path)
        close(stage, month)


def third_month(stage: Stage, month: Month) -> None:
    """Take in the usage of the month that stays open, and rate it."""
    from partita.cli.rating import rated_table  # noqa: PLC0415 - a command starts fast
    from partita.usecases.rating import rate_month  # noqa: PLC0415

    with stage.chapter(f"{month} stays open: running figures", f"账期 {month} 未关账：实时费用"):
        stage.clock.at(f"{month.next()}-02 12:00")
        _import(stage, stage.made.usage[-1].path)
        with screen.progress(f"Rating {month}", f"{month} 批价") as progress:
            rated = sure(rate_month(stage.books, month, progress=progress))
        largest = sorted(rated.payers, key=lambda one: -one.billed_cost_e10)[:_SHOWN]
        shown = [one for one in rated.payers if one in largest or one.payer_id.startswith("voyage-")]
        rated_table(stage.console, replace(rated, payers=shown))


def provider_bill(stage: Stage, month: Month) -> None:
    """Take in the bill of another provider."""
    from partita.cli.provider_bill import bill_imported_page  # noqa: PLC0415 - a command starts fast
    from partita.demo.provider_bill import write_provider_bill  # noqa: PLC0415
    from partita.usecases.provider_bill import import_bill  # noqa: PLC0415

    with stage.chapter("Another provider's bill comes in", "导入另一厂商的账单"):
        path = write_provider_bill(stage.made.setup.parent / f"nimbus-{month}.csv", month)
        bill_imported_page(stage.console, sure(import_bill(stage.books, path, format_name="focus")))


def reports(stage: Stage, month: Month) -> None:
    """Show the bill of a trusteeship by account and by product, and the costs of the group."""
    from partita.usecases.analysis import cost_report  # noqa: PLC0415 - a command starts fast
    from partita.usecases.bill import show_bills  # noqa: PLC0415

    console = stage.console
    shown = stage.do(lambda work: show_bills(work, "voyage-main", month))
    with stage.chapter("One bill for all members of a trusteeship", "财务托管：全部子账号合为一张账单"):
        for page in shown:
            bill_page(console, page, by="account")
    with stage.chapter("The group, by month, company and product", "集团费用：按账期、公司、产品"):
        for by in ("month", "company", "product"):
            cost_table(console, sure(cost_report(stage.books, [by])), top=12)
    runaway = stage.made.runaway_account
    with stage.chapter(f"What ran away in {runaway}", f"{runaway} 的异常费用"):
        report = sure(
            cost_report(stage.books, ["usage-month", "product"], only=[("account", runaway), ("product", "ai")])
        )
        cost_table(console, report)


def _import(stage: Stage, path: Path) -> None:
    from partita.cli.usage import usage_page  # noqa: PLC0415 - a command starts fast
    from partita.usecases.usage import import_usage  # noqa: PLC0415

    with screen.progress(f"Importing {path.name}", f"导入 {path.name}") as progress:
        answer = sure(import_usage(stage.books, path, progress=progress))
    usage_page(stage.console, answer)


def close(stage: Stage, month: Month) -> None:
    """Close a month, and show the largest bills and those of the story."""
    from partita.usecases.bill import list_bills  # noqa: PLC0415 - a command starts fast
    from partita.usecases.close import close_month  # noqa: PLC0415

    with screen.progress(f"Closing {month}", f"{month} 出账") as progress:
        closed = sure(close_month(stage.books, month, progress=progress))
    stage.console.print(
        screen.say(
            f"{screen.many(closed.records, 'record')} rated, {screen.many(closed.corrections, 'correction')}, "
            f"{screen.many(closed.bills, 'bill')}",
            f"批价 {closed.records:,} 条，更正 {closed.corrections:,} 条，账单 {closed.bills} 张",
        )
    )
    bills = stage.do(lambda work: list_bills(work, month=month))
    largest = sorted(bills, key=lambda one: -one.bill.payable_minor)[:_SHOWN]
    shown = [one for one in bills if one in largest or one.bill.payer_id.startswith("voyage-")]
    bill_table(stage.console, shown)
    others = [one for one in bills if one not in shown]
    payable = screen.money(sum(one.bill.payable_minor for one in others), CURRENCY)
    stage.console.print(
        screen.say(
            f"… and {screen.many(len(others), 'more bill')}, {payable} {CURRENCY}",
            f"…… 另有 {len(others)} 张账单，共 {payable} {CURRENCY}",
        ),
        style="dim",
    )
