"""`partita bill month`, `details`, `flow`, `items`, `amortised`, `proforma` and `export`: views of a month bill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.bill import decimal, month_of
from partita.cli.chart import account_name
from partita.cli.permission import print_what_is_left_out
from partita.cli.ways import AS_IS, Ways
from partita.columnar.bill_view import column
from partita.core.bill_view import CHARGE_KINDS, MODES, MONEY, VIEWS, Dimension, Figure, View, dimensions_of
from partita.core.money import AMOUNT_SCALE, format_scaled
from partita.core.quantity import format_quantity
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.bill_file import BillFile
    from partita.usecases.bill_view import MonthBill, Rows

By = Literal["instance", "product", "account", "org", "payer"]
Json = Annotated[bool, Parameter(name="--json")]
Limit = Annotated[int, Parameter(name="--limit")]
ALL = "all"
"""In the place of a payer: all that one may see."""
SHOWN = 40


def month(payer: str, month: str, *, as_json: Json = False) -> None:
    """Show the month bill of PAYER (or of all) for MONTH: how it stands, how it adds up, and what paid it."""
    from partita.usecases.bill_view import Asked, month_bills  # noqa: PLC0415 - a command starts fast

    chosen = month_of(month)
    with screen.opened() as books:
        answer = month_bills(books, Asked(chosen, _payer(payer)))
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found: list[MonthBill] = answer
    screen.answer(
        {"month": str(chosen), "bills": [_bill_plain(one) for one in found]},
        as_json=as_json,
        render=lambda console: print_bills(console, found),
    )


def details(payer: str, month: str, *, by: By | None = None, limit: Limit = SHOWN, as_json: Json = False) -> None:
    """List the month bill of PAYER (or of all) by owner, product and kind.

    Parameters
    ----------
    by
        sum up by instance, product, account, org or payer instead.
    limit
        print so many rows; 0 = all. JSON has them all.
    """
    _show(View.DETAILS, payer, month, (by, limit, as_json))


def flow(payer: str, month: str, *, by: By | None = None, limit: Limit = SHOWN, as_json: Json = False) -> None:
    """List the bill flow of PAYER (or of all): each bill, order and adjustment of MONTH as it came.

    Parameters
    ----------
    by
        sum up by instance, product, account, org or payer instead.
    limit
        print so many rows; 0 = all. JSON has them all.
    """
    _show(View.FLOW, payer, month, (by, limit, as_json))


def items(payer: str, month: str, *, by: By | None = None, limit: Limit = SHOWN, as_json: Json = False) -> None:
    """List the bill of PAYER (or of all) by resource and billing item.

    Parameters
    ----------
    by
        sum up by instance, product, account, org or payer instead.
    limit
        print so many rows; 0 = all. JSON has them all.
    """
    _show(View.ITEMS, payer, month, (by, limit, as_json))


def amortised(payer: str, month: str, *, by: By | None = None, limit: Limit = SHOWN, as_json: Json = False) -> None:
    """List the bill of PAYER (or of all), each charge over the months that it is for.

    Parameters
    ----------
    by
        sum up by instance, product, account, org or payer instead, and by month.
    limit
        print so many rows; 0 = all. JSON has them all.
    """
    _show(View.AMORTISED, payer, month, (by, limit, as_json))


def proforma(payer: str, month: str | None = None, *, as_json: Json = False) -> None:
    """Show what the bill of PAYER would be now, of the running MONTH or another open one: nothing is kept.

    Usage is priced, late usage corrected, adjustments and orders counted, and the total rounded down, as the close
    would do it.
    """
    from partita.core.period import Month  # noqa: PLC0415 - a command starts fast
    from partita.usecases.bill_view import Asked, month_bills  # noqa: PLC0415
    from partita.usecases.moment import zone_of  # noqa: PLC0415

    with screen.opened() as books:
        with books.work() as work:
            now, zone = work.now, zone_of(work, _payer(payer))
        chosen = month_of(month) if month else Month.of(now, zone)
        answer = month_bills(books, Asked(chosen, _payer(payer)))
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found: list[MonthBill] = answer
    plain = {"month": str(chosen), "at": now, "bills": [_bill_plain(one) for one in found]}
    screen.answer(plain, as_json=as_json, render=lambda console: print_bills(console, found))


@Parameter(name="*")
@dataclass(frozen=True)
class What:
    """What a file holds."""

    view: Literal["month", "details", "flow", "items", "amortised", "focus"] = "items"
    by: By | None = None
    language: Literal["en", "zh"] | None = None


ITEMS = What()


def export(payer: str, month: str, *, to: Path, what: What = ITEMS, ways: Ways = AS_IS) -> None:
    """Write a view of the bill of PAYER (or of all) for MONTH to a file, and prove that it holds the same money.

    Parameters
    ----------
    to
        the file; it ends in .csv, .xlsx or .parquet. One of that name is replaced when the new one is whole.
    what.view
        one of the five views, or focus: the charges in the open format FOCUS (.csv or .parquet).
    what.by
        sum up by instance, product, account, org or payer instead.
    what.language
        of the heads; default: that of the command line.
    """
    if what.view == "focus" and what.by:
        screen.misuse(
            "--by is not for --view focus: FOCUS has its own columns.", "--view focus 不支持 --by：FOCUS 的列是固定的。"
        )
    if what.view == "focus":
        from partita.cli import focus  # noqa: PLC0415 - a command starts fast

        focus.export_focus(to, month=month, what=focus.What(payer=_payer(payer)), ways=ways)
        return
    from partita.core.custom_bill import of_view  # noqa: PLC0415
    from partita.usecases.bill_file import export as write  # noqa: PLC0415
    from partita.usecases.bill_view import Asked  # noqa: PLC0415

    language = what.language or screen.settings().language
    held = of_view(VIEWS[what.view], what.by, file="csv", language=language)
    with screen.opened() as books:
        answer = write(books, Asked(month_of(month), _payer(payer)), held, to, dry_run=ways.dry_run)
    tell_file(answer, as_json=ways.as_json)


def _payer(text: str) -> str | None:
    return None if text == ALL else text


def _show(view: View, payer: str, month: str, how: tuple[By | None, int, bool]) -> None:
    from partita.usecases.bill_view import Asked  # noqa: PLC0415 - a command starts fast
    from partita.usecases.bill_view import view as ask  # noqa: PLC0415

    by, limit, as_json = how
    check_limit(limit)
    with screen.opened() as books:
        answer = ask(books, Asked(month_of(month), _payer(payer)), dimensions_of(view, by))
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows: Rows = answer
    title = screen.say(view.text(), view.text("zh"))
    screen.answer(
        {"view": view.word} | rows_plain(rows),
        as_json=as_json,
        render=lambda console: print_rows(console, rows, title, limit=limit),
    )


def check_limit(limit: int) -> None:
    """Leave with a word about a number of rows below zero."""
    if limit < 0:
        screen.misuse("--limit is 0 or more; 0 shows all rows.", "--limit 须为 0 或更大；0 表示全部。")


def rows_plain(rows: Rows) -> dict[str, Any]:
    """Return the rows of a view for JSON: amounts as decimal texts, and the total of each currency."""
    return {
        "month": str(rows.month),
        "provisional": rows.provisional,
        "rows": [_row_plain(row, rows.dimensions) for row in rows.table.to_pylist()],
        "payable": {currency: format_scaled(amount, AMOUNT_SCALE) for currency, amount in sorted(rows.sums.items())},
        "left_out": sorted(rows.left_out),
    }


def _row_plain(row: Mapping[str, Any], dimensions: Sequence[Dimension]) -> dict[str, object]:
    plain: dict[str, object] = {one.word.replace("-", "_"): row[one.word] for one in dimensions}
    if row.get(Dimension.CHARGED_AT.word):
        plain["charged_at"] = datetime.fromisoformat(row[Dimension.CHARGED_AT.word]).astimezone(UTC)
    plain |= {"currency": row["currency"]}
    plain |= {one.word.replace("-", "_"): format_scaled(int(row[column(one)]), AMOUNT_SCALE) for one in MONEY}
    return plain | {
        "quantity": format_quantity(int(row[column(Figure.QUANTITY)])),
        "charges": int(row[column(Figure.CHARGES)]),
    }


_SPARE = (
    Dimension.PAYER, Dimension.SKU_NAME, Dimension.PRODUCT_NAME, Dimension.ACCOUNT_NAME, Dimension.LINE,
    Dimension.CHARGED_AT, Dimension.UNIT, Dimension.REGION, Dimension.SUBSCRIPTION, Dimension.USAGE_MONTH,
    Dimension.MODE, Dimension.NOTE, Dimension.DOCUMENT, Dimension.PRODUCT, Dimension.KIND,
)  # fmt: skip
"""What a narrow screen leaves out first."""


def print_rows(console: Console, rows: Rows, title: str, *, limit: int, columns: Sequence[str] = ()) -> None:
    """Print the rows of a view, as many as wanted, and the total; a narrow screen shows fewer columns.

    `columns`: those to show, in their order; none = what the view has and is not empty.
    """
    found = rows.table.slice(0, limit or None).to_pylist()
    console.print(f"{title}  {rows.month}", style="bold", markup=False)
    used = [one for one in rows.dimensions if one.word in columns or any(row[one.word] for row in found)]
    money = [
        one for one in MONEY if one is Figure.PAYABLE or one.word in columns or any(row[column(one)] for row in found)
    ]
    counts = [one for one in (Figure.QUANTITY, Figure.CHARGES) if one.word in columns]
    named: list[Dimension | Figure] = [*used, *money, *counts]
    heads = {one.word: screen.say(one.text(), one.text("zh")) for one in named} | {"currency": ""}
    heads = {name: heads[name] for name in columns} if columns else heads
    lines = [_cells(row, used) | _counted(row) for row in found]
    for one in money:
        texts = screen.amounts_of((int(row[column(one)]), row["currency"]) for row in found)
        for line, text in zip(lines, texts, strict=True):
            line[one.word] = text
    spare = [] if columns else [one.word for one in _SPARE if one in used]
    layouts = [[name for name in heads if name not in spare[:spared]] for spared in range(len(spare) + 1)]
    right = [one.word for one in (*money, *counts) if one.word in heads]
    shown = screen.print_fitted(console, heads, lines, layouts, right=right)
    screen.print_left_out(console, [heads[name] for name in heads if name not in shown])
    more = rows.table.num_rows - len(found)
    if more > 0:
        console.print(
            screen.say(f"and {screen.many(more, 'row')} more: --limit 0", f"另有 {more:,} 行：--limit 0"), style="dim"
        )
    for currency, amount in sorted(rows.sums.items()):
        console.print(screen.say("payable ", "应付 ") + f"{screen.amount(amount, currency)} {currency}", style="bold")
    if rows.provisional:
        print_provisional(console)
    print_what_is_left_out(console, dict(rows.left_out))


def print_provisional(console: Console) -> None:
    """Say that the month is open."""
    said = screen.say("The month is open: the figures may change.", "账期未关账，金额为预估。")
    console.print(said, style="yellow")


def _cells(row: Mapping[str, Any], used: Sequence[Dimension]) -> dict[str, str]:
    cells = {one.word: str(row[one.word]) for one in used} | {"currency": row["currency"]}
    if Dimension.KIND in used:
        cells["kind"] = screen.say(*CHARGE_KINDS.get(row["kind"], (row["kind"], row["kind"])))
    if Dimension.CHARGED_AT in used:
        cells[Dimension.CHARGED_AT.word] = row[Dimension.CHARGED_AT.word][: len("2026-11-02T14:20")].replace("T", " ")
    if Dimension.MODE in used:
        cells["mode"] = screen.say(*MODES[row["mode"]]) if row["mode"] else ""
    return cells


def _counted(row: Mapping[str, Any]) -> dict[str, str]:
    quantity, charges = row[column(Figure.QUANTITY)], row[column(Figure.CHARGES)]
    return {
        Figure.QUANTITY.word: "" if quantity is None else format_quantity(int(quantity)),
        Figure.CHARGES.word: f"{int(charges):,}",
    }


def _bill_plain(one: MonthBill) -> dict[str, Any]:
    currency = one.currency
    figures = {each.word.replace("-", "_"): format_scaled(one.figures[each], AMOUNT_SCALE) for each in MONEY}
    return {
        "payer_id": one.payer_id,
        "bill_id": one.bill_id,
        "state": one.state.word,
        "currency": currency,
        **figures,
        "paid": {fund: decimal(amount, currency) for fund, amount in one.paid.items()},
        "set_off": decimal(one.set_off_minor, currency),
        "unsettled": decimal(one.unsettled_minor, currency),
        "outstanding": decimal(one.outstanding_minor, currency),
    }


def print_bills(console: Console, found: Sequence[MonthBill]) -> None:
    """Print month bills: state, figures, who paid."""
    for one in found:
        state = screen.say(one.state.text(), one.state.text("zh"))
        console.print(f"{one.payer_id}  {one.month}  {state}", style="bold", markup=False)
        grid = screen.table("", " ", right=(" ",))
        grid.show_header = False
        rows = [
            (screen.say(each.text(), each.text("zh")), screen.amount(_signed(each, one), one.currency))
            for each in MONEY
            if one.figures[each] or each is Figure.PAYABLE
        ]
        rows += [
            (_paid(fund), screen.money(-amount, one.currency)) for fund, amount in one.paid.items() if fund != "credit"
        ]
        if one.set_off_minor:
            rows.append((screen.say("set off by credits", "贷项冲抵"), screen.money(-one.set_off_minor, one.currency)))
        if one.unsettled_minor:
            rows.append((screen.say("not settled yet", "待结算"), screen.money(one.unsettled_minor, one.currency)))
        rows.append((screen.say("outstanding", "未结清"), screen.money(one.outstanding_minor, one.currency)))
        for (label, _), value in zip(rows, screen.pointed([value for _, value in rows]), strict=True):
            grid.add_row(label, f"{value} {one.currency}")
        console.print(grid)
    if not found:
        console.print(screen.say("Nothing is charged in this month.", "该账期没有费用。"))
    if any(one.state.word == "open" for one in found):
        print_provisional(console)


def _signed(figure: Figure, one: MonthBill) -> int:
    less = figure in (Figure.DISCOUNT, Figure.COUPON, Figure.ROUND_DOWN)
    return -one.figures[figure] if less else one.figures[figure]


def _paid(fund: str) -> str:
    name = account_name(fund)
    return screen.say(f"paid by {name}", f"{name}支付")


def tell_file(answer: BillFile | Refused, *, as_json: bool) -> None:
    """Say what was written, or would be."""
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    done: BillFile = answer
    plain = {
        "file": None if done.dry_run else str(done.target),
        "month": str(done.month),
        "rows": done.rows,
        "columns": done.columns,
        "provisional": done.provisional,
        "dry_run": done.dry_run,
        "payable": {currency: format_scaled(amount, AMOUNT_SCALE) for currency, amount in done.sums.items()},
        "left_out": sorted(done.left_out),
    }

    def render(console: Console) -> None:
        rows = screen.many(done.rows, "row")
        if done.dry_run:
            console.print(screen.say(f"Would write {rows}.", f"将写入 {done.rows:,} 行。"))
        else:
            text = (f"Wrote {rows}: {done.target}", f"已写入 {done.rows:,} 行：{done.target}")
            console.print(screen.say(*text), soft_wrap=True)
        for currency, amount in sorted(done.sums.items()):
            said = f"{screen.amount(amount, currency)} {currency}"
            console.print(screen.say("payable ", "应付 ") + said)
        if done.provisional:
            print_provisional(console)
        print_what_is_left_out(console, dict(done.left_out))

    screen.answer(plain, as_json=as_json, render=render)
