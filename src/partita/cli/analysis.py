"""`partita report cost`: what was spent, cut any way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.bill import bar, months_of
from partita.core.money import format_scaled
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.analysis import CostReport, CostRow

MEASURES = ("billed", "list", "contracted", "effective")


def cost(
    *,
    by: str = "product",
    month: str | None = None,
    where: list[str] | None = None,
    measure: str = "billed",
    top: int = 30,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Report the cost of all charges, own and imported.

    Parameters
    ----------
    by: dimensions with commas: account, payer, company, department, product, sku, region, month, origin, tag:KEY …
    month: one month (2026-10) or a span (2026-08..2026-10); default: all.
    where: keep only charges where DIMENSION=VALUE; can be given several times.
    measure: billed, list, contracted or effective.
    top: how many rows are shown; the rest is summed in one row.
    """
    from partita.usecases.analysis import cost_report  # noqa: PLC0415 - a command starts fast

    if measure not in MEASURES:
        known = ", ".join(MEASURES)
        screen.err().print(screen.say(f"--measure takes one of: {known}.", f"--measure 可用：{known}。"))
        raise SystemExit(screen.EXIT_USAGE)
    only = [_condition(text) for text in where or ()]
    names = [name.strip() for name in by.split(",") if name.strip()]
    with screen.opened() as books:
        found = cost_report(books, names, months=months_of(month), only=only)
    if isinstance(found, Refused):
        screen.refuse(found, as_json=as_json)
    report: CostReport = found
    screen.answer(
        _plain(report), as_json=as_json, render=lambda console: cost_table(console, report, measure=measure, top=top)
    )


def _condition(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        screen.err().print(
            screen.say(f"--where takes DIMENSION=VALUE, not {text!r}.", f"--where 的形式为 维度=值，而不是 {text!r}。"),
            markup=False,
        )
        raise SystemExit(screen.EXIT_USAGE)
    return name, value


def _plain(report: CostReport) -> dict[str, object]:
    def figures(row: CostRow) -> dict[str, object]:
        return {"currency": row.currency, "charges": row.charges} | {
            name: format_scaled(getattr(row, f"{name}_e10"), 10) for name in MEASURES
        }

    return {
        "by": list(report.by),
        "months": [str(month) for month in report.months],
        "provisional": report.provisional,
        "rows": [dict(zip(report.by, row.keys, strict=True)) | figures(row) for row in report.rows],
        "totals": [figures(row) for row in report.totals.values()],
    }


def cost_table(console: Console, report: CostReport, *, measure: str = "billed", top: int = 30) -> None:
    """Print a report, one table per currency: the largest first (months in order), a bar, the rest and the total."""
    for currency, total in report.totals.items():
        rows = [row for row in report.rows if row.currency == currency]
        figure = f"{measure}_e10"
        rows.sort(key=lambda row: -getattr(row, figure))
        shown, rest = rows[:top], rows[top:]
        if report.by and report.by[0] in {"month", "usage-month"}:
            shown = sorted(rows, key=lambda row: tuple(key or "" for key in row.keys))
            rest = []
        value, share = f"{screen.say(measure, _CHINESE[measure])} {currency}", "%"
        grid = screen.table(*report.by, value, share, "", right=(value, share))
        most = max((getattr(row, figure) for row in rows), default=0)
        whole = getattr(total, figure)
        for row in shown:
            cost = getattr(row, figure)
            grid.add_row(
                *(key or "—" for key in row.keys), _short(cost, currency), _share(cost, whole), bar(cost, most)
            )
        if rest:
            others = screen.say(f"{len(rest)} more", f"其余 {len(rest)} 项")
            cost = sum(getattr(row, figure) for row in rest)
            blanks = [""] * (len(report.by) - 1)
            grid.add_row(others, *blanks, _short(cost, currency), _share(cost, whole), "", style="dim")
        blanks = [""] * (len(report.by) - 1)
        label = [screen.say("total", "合计"), *blanks] if report.by else []
        grid.add_row(*label, screen.amount(whole, currency), "", "", style="bold")
        console.print(grid)
    if not report.totals:
        console.print(screen.say("No charges yet.", "尚无计费行。"))
    if report.provisional:
        console.print(screen.say("Contains months that are not closed.", "包含未关账的账期。"), style="dim")


_CHINESE = {"billed": "应付", "list": "原价", "contracted": "合同价", "effective": "摊销"}


def _short(amount_e10: int, currency: str) -> str:
    cut = 10**8
    return screen.amount(amount_e10 // cut * cut if amount_e10 >= 0 else -(-amount_e10 // cut * cut), currency)


def _share(cost: int, whole: int) -> str:
    if whole <= 0 or cost < 0:
        return ""
    tenths = cost * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}"
