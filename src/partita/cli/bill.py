"""`partita close`, `partita bill show`, `partita bill list`: a month's bills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from partita.cli import screen
from partita.cli.chart import paid_by, set_off_by
from partita.cli.permission import print_what_is_left_out
from partita.core.money import format_scaled, grouped, minor_digits
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.quantity import format_quantity
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.store.clearing import OffsetRow
    from partita.usecases.bill import BillShown, BillSummary
    from partita.usecases.close import Closed

Json = Annotated[bool, Parameter(name="--json")]


def month_of(text: str) -> Month:
    """Read a month, or leave with a message that shows the form."""
    try:
        return Month.parse(text)
    except ValueError:
        screen.misuse(f"Not a month: {text!r}. Write it like 2026-10.", f"不是账期：{text!r}。请写成 2026-10。")


def months_of(text: str | None) -> tuple[Month, ...]:
    """Read `2026-08` or `2026-08..2026-10`; nothing means every month."""
    if not text:
        return ()
    first, _, last = text.partition("..")
    start, end = month_of(first), month_of(last or first)
    if end < start:
        screen.misuse(f"{text!r} ends before it starts.", f"{text!r} 的结束早于开始。")
    found = [start]
    while found[-1] < end:
        found.append(found[-1].next())
    return tuple(found)


def decimal(minor: int, currency: str) -> str:
    """Write minor units as a decimal text for JSON."""
    digits = minor_digits(currency)
    return format_scaled(minor, digits, places=digits)


def close(month: str, *, dry_run: bool = False, as_json: Json = False) -> None:
    """Close MONTH (such as 2026-10): rate, bill, post and settle it. It can be interrupted and run again.

    Closing a closed month changes nothing. With --dry-run the bills are computed and nothing is saved.
    """
    from partita.usecases.close import close_month  # noqa: PLC0415 - a command starts fast

    chosen = month_of(month)
    with screen.opened() as books, screen.progress("Closing", "出账") as progress:
        closed = close_month(books, chosen, dry_run=dry_run, progress=progress)
    if isinstance(closed, Refused):
        screen.refuse(closed, as_json=as_json)
    done: Closed = closed
    screen.answer(
        _closed_plain(done, dry_run=dry_run),
        as_json=as_json,
        render=lambda console: _closed(console, done, dry_run=dry_run),
    )


def _closed_plain(done: Closed, *, dry_run: bool) -> dict[str, object]:
    return {
        "month": str(done.month),
        "already_closed": done.already_closed,
        "dry_run": dry_run,
        "bills": done.bills,
        "records": done.records,
        "corrections": done.corrections,
        "payable": {currency: decimal(minor, currency) for currency, minor in done.payable.items()},
        "outstanding": {currency: decimal(minor, currency) for currency, minor in done.outstanding.items()},
        "credits": {currency: decimal(minor, currency) for currency, minor in done.credits.items()},
    }


def _closed(console: Console, done: Closed, *, dry_run: bool) -> None:
    if done.already_closed:
        console.print(screen.say(f"{done.month} was closed before.", f"账期 {done.month} 此前已关账。"))
    console.print(
        screen.say(
            f"{done.month}: {screen.many(done.records, 'usage record')}, "
            f"{screen.many(done.corrections, 'correction')}, {screen.many(done.bills, 'bill')}.",
            f"账期 {done.month}：用量 {done.records:,} 条，更正 {done.corrections:,} 条，账单 {done.bills:,} 张。",
        )
    )
    for currency, payable in done.payable.items():
        left = done.outstanding.get(currency)
        rest = "" if left is None else screen.say(
            f", outstanding {screen.money(left, currency)} {currency}",
            f"，未结清 {screen.money(left, currency)} {currency}",
        )  # fmt: skip
        if given := done.credits.get(currency):
            amount = f"{screen.money(given, currency)} {currency}"
            rest += screen.say(f", of it credits of {amount}", f"，其中负数账单（贷项）{amount}")
        console.print(screen.say("payable ", "应付 ") + f"{screen.money(payable, currency)} {currency}{rest}")
    if dry_run:
        console.print(screen.say("Dry run: nothing was stored.", "试运行：未保存任何内容。"))


def list_bills(*, month: str | None = None, payer: str | None = None, as_json: Json = False) -> None:
    """List bills, of one --month or one --payer, or all."""
    from partita.usecases.bill import list_bills as ask  # noqa: PLC0415 - a command starts fast
    from partita.usecases.permission import left_out  # noqa: PLC0415

    chosen = month_of(month) if month else None
    with screen.opened() as books, books.work() as work:
        answer = ask(work, month=chosen, payer_id=payer)
        lacking = {} if payer else left_out(work, Action.VIEW_BILLS)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found: list[BillSummary] = answer
    plain = {"bills": [bill_plain(one) for one in found], "left_out": sorted(lacking)}

    def render(console: Console) -> None:
        bill_table(console, found)
        print_what_is_left_out(console, lacking)

    screen.answer(plain, as_json=as_json, render=render)


_LIST = {
    "month": ("month", "账期"), "payer": ("payer", "付款方"), "listed": ("list cost", "原价"),
    "payable": ("payable", "应付"), "paid": ("paid", "已付"), "outstanding": ("outstanding", "未结清"),
    "currency": ("", ""),
}  # fmt: skip
_LIST_SPARE = ("listed", "paid")
"""What a narrow screen leaves out first."""


def bill_table(console: Console, found: Iterable[BillSummary]) -> None:
    """Print bills as a table, one row each; a narrow screen shows fewer columns."""
    bills = list(found)
    if not bills:
        console.print(screen.say("No bills.", "没有账单。"))
        return
    listed = screen.amounts_of((one.bill.list_cost_e10, one.bill.currency) for one in bills)
    rows = [
        {
            "month": str(Month.from_number(one.bill.month)),
            "payer": one.bill.payer_id,
            "listed": text,
            "payable": screen.money(one.bill.payable_minor, one.bill.currency),
            "paid": screen.money(one.paid_minor + one.set_off_minor, one.bill.currency),
            "outstanding": screen.money(one.outstanding_minor, one.bill.currency),
            "currency": one.bill.currency,
        }
        for one, text in zip(bills, listed, strict=True)
    ]
    heads = {name: screen.say(*pair) for name, pair in _LIST.items()}
    layouts = [[name for name in _LIST if name not in _LIST_SPARE[:spared]] for spared in range(len(_LIST_SPARE) + 1)]
    figures = ("listed", "payable", "paid", "outstanding")
    shown = screen.print_fitted(console, heads, rows, layouts, right=figures)
    screen.print_left_out(console, [heads[name] for name in _LIST if name not in shown])


def show(
    payer: str,
    month: str,
    *,
    by: str = "account",
    lines: bool = False,
    as_json: Json = False,
) -> None:
    """Show the bill of PAYER for MONTH, by account or by product; --lines shows every line."""
    from partita.usecases.bill import show_bills  # noqa: PLC0415 - a command starts fast

    if by not in {"account", "product"}:
        screen.misuse("--by takes account or product.", "--by 可用 account 或 product。")
    chosen = month_of(month)
    with screen.opened() as books, books.work() as work:
        shown = show_bills(work, payer, chosen)
    if isinstance(shown, Refused):
        screen.refuse(shown, as_json=as_json)
    found: list[BillShown] = shown

    def render(console: Console) -> None:
        for one in found:
            bill_page(console, one, by=by, lines=lines)

    screen.answer({"bills": [_whole(one) for one in found]}, as_json=as_json, render=render)


def bill_page(console: Console, one: BillShown, *, by: str = "account", lines: bool = False) -> None:
    """Print one bill: its sums by account or product with a bar each, then how it adds up and what paid it."""
    bill, currency = one.summary.bill, one.summary.bill.currency
    name = one.account_names.get(bill.payer_id, "")
    title = screen.say("Bill", "账单")
    heading = (f"{title} {Month.from_number(bill.month)}", "bold")
    console.print(Text.assemble(heading, f"  {bill.payer_id} {name}  ", (bill.bill_id, "dim")))
    names = one.account_names if by == "account" else one.product_names
    sums: dict[str, int] = {}
    for line in one.lines:
        key = line.account_id if by == "account" else line.product_id
        sums[key] = sums.get(key, 0) + line.billed_cost_e10
    head, cost = screen.say(by, {"account": "账号", "product": "产品"}[by]), screen.say("cost", "费用")
    grid = screen.table(head, "", cost, "", right=(cost,))
    most, width = max(sums.values(), default=0), screen.bar_width(console)
    keys = sorted(sums, key=lambda key: -sums[key])
    *shown, total = screen.amounts([*(sums[key] for key in keys), sum(sums.values())], currency)
    for key, text in zip(keys, shown, strict=True):
        grid.add_row(key, names.get(key, ""), text, screen.bar(sums[key], most, width))
    grid.add_row(screen.say("total", "合计"), "", total, "", style="bold")
    console.print(grid)
    if lines:
        _line_table(console, one)
    _adds_up(console, one)


def _line_table(console: Console, one: BillShown) -> None:
    heads = [
        screen.say(*pair)
        for pair in (("#", "#"), ("account", "账号"), ("SKU", "计费项"), ("usage month", "用量账期"),
                     ("quantity", "用量"), ("unit", "单位"), ("list", "原价"), ("cost", "费用"))
    ]  # fmt: skip
    currency = one.summary.bill.currency
    listed = screen.amounts([line.list_cost_e10 for line in one.lines], currency)
    billed = screen.amounts([line.billed_cost_e10 for line in one.lines], currency)
    grid = screen.table(*heads, right=(heads[0], heads[4], heads[6], heads[7]))
    for line, list_text, billed_text in zip(one.lines, listed, billed, strict=True):
        mark = "" if line.kind == "usage" else screen.say(" correction", " 更正")
        grid.add_row(
            str(line.line), line.account_id, line.sku_id, f"{Month.from_number(line.usage_month)}{mark}",
            grouped(format_quantity(line.quantity_e6)), line.unit, list_text, billed_text,
        )  # fmt: skip
    console.print(grid)


def _adds_up(console: Console, one: BillShown) -> None:
    bill, currency = one.summary.bill, one.summary.bill.currency
    rows = [
        (screen.say("list cost", "原价"), screen.amount(bill.list_cost_e10, currency)),
        (
            screen.say("discount", "优惠"),
            screen.amount(bill.contracted_cost_e10 - bill.list_cost_e10, currency),
        ),
        (screen.say("round-down", "抹零"), screen.amount(-bill.round_down_e10, currency)),
        (screen.say("payable", "应付"), screen.money(bill.payable_minor, currency)),
    ]
    paid: dict[tuple[str, str], int] = {}
    for draw in one.draws:
        source = draw.fund, draw.source_id
        paid[source] = paid.get(source, 0) + draw.amount_minor
    rows += [(paid_by(*source), screen.money(-minor, currency)) for source, minor in paid.items()]
    rows += [
        (set_off_by(each.kind.value, each.source_id), screen.money(-each.amount_minor, currency))
        for each in one.offsets
    ]
    rows += [(_gave_to(each), screen.money(each.amount_minor, currency)) for each in one.given]
    rows.append((screen.say("outstanding", "未结清"), screen.money(one.summary.outstanding_minor, currency)))
    grid = screen.table("", " ", right=(" ",))
    grid.show_header = False
    for (label, _), value in zip(rows, screen.pointed([value for _, value in rows]), strict=True):
        grid.add_row(label, f"{value} {currency}")
    console.print(grid)


def _gave_to(one: OffsetRow) -> str:
    return screen.say(f"taken up by bill {one.bill_id}", f"冲抵账单 {one.bill_id}")


def bill_plain(one: BillSummary) -> dict[str, Any]:
    """Return a bill for JSON: its sums as decimal texts."""
    bill = one.bill
    return {
        "bill_id": bill.bill_id,
        "payer_id": bill.payer_id,
        "month": str(Month.from_number(bill.month)),
        "currency": bill.currency,
        "charges": bill.charges,
        "list_cost": format_scaled(bill.list_cost_e10, 10),
        "contracted_cost": format_scaled(bill.contracted_cost_e10, 10),
        "billed_cost": format_scaled(bill.billed_cost_e10, 10),
        "round_down": format_scaled(-bill.round_down_e10, 10),
        "payable": decimal(bill.payable_minor, bill.currency),
        "paid": decimal(one.paid_minor, bill.currency),
        "set_off": decimal(one.set_off_minor, bill.currency),
        "outstanding": decimal(one.outstanding_minor, bill.currency),
        "closed_at": bill.closed_at,
    }


def _whole(one: BillShown) -> dict[str, Any]:
    lines = [
        {
            "line": line.line,
            "kind": line.kind,
            "account_id": line.account_id,
            "product_id": line.product_id,
            "sku_id": line.sku_id,
            "usage_month": str(Month.from_number(line.usage_month)),
            "unit": line.unit,
            "charges": line.charges,
            "quantity": format_quantity(line.quantity_e6),
            "list_cost": format_scaled(line.list_cost_e10, 10),
            "contracted_cost": format_scaled(line.contracted_cost_e10, 10),
            "billed_cost": format_scaled(line.billed_cost_e10, 10),
        }
        for line in one.lines
    ]
    currency = one.summary.bill.currency
    draws = [
        {"fund": draw.fund, "source_id": draw.source_id, "amount": decimal(draw.amount_minor, currency),
         "entry_id": draw.entry_id}
        for draw in one.draws
    ]  # fmt: skip
    return bill_plain(one.summary) | {
        "lines": lines,
        "draws": draws,
        "set_off_by": [_offset_plain(each, currency) for each in one.offsets],
        "set_off_of": [{"bill_id": each.bill_id, "amount": decimal(each.amount_minor, currency)} for each in one.given],
    }


def _offset_plain(one: OffsetRow, currency: str) -> dict[str, str]:
    return {"kind": one.kind.value, "source_id": one.source_id, "amount": decimal(one.amount_minor, currency)}
