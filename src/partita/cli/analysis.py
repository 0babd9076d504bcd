"""`partita report cost`: what was spent, cut any way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from partita.cli import screen
from partita.cli.bill import months_of
from partita.cli.permission import print_what_is_left_out
from partita.core.money import format_scaled
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.analysis import CostReport, CostRow

MEASURES = ("billed", "list", "contracted", "effective")


@Parameter(name="*")
@dataclass(frozen=True)
class Shown:
    """Which of the four costs is shown, and how many rows."""

    measure: str = "billed"
    top: int = 30


AS_IT_IS = Shown()


def cost(
    *,
    by: str = "product",
    month: str | None = None,
    where: list[str] | None = None,
    tree: Literal["then", "now"] = "then",
    shown: Shown = AS_IT_IS,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Report the cost of all charges, own and imported, that you may see.

    Parameters
    ----------
    by
        dimensions with commas: account, payer, company, department, team, path, product, sku, region, month, tag:KEY …
    month
        one month (2026-10) or a span (2026-08..2026-10); default: all.
    where
        keep only charges where DIMENSION=VALUE; can be given several times.
    tree
        company, department, team and path as they were when the usage happened, or as they are now.
    shown.measure
        billed, list, contracted or effective.
    shown.top
        how many rows are shown; the rest is summed in one row.
    """
    from partita.usecases.analysis import cost_report  # noqa: PLC0415 - a command starts fast

    measure, top = shown.measure, shown.top
    if measure not in MEASURES:
        known = ", ".join(MEASURES)
        screen.misuse(f"--measure takes one of: {known}.", f"--measure 可用：{known}。")
    if top < 1:
        screen.misuse("--top takes a number from 1 up.", "--top 须为 1 或更大的整数。")
    only = [_condition(text) for text in where or ()]
    names = [name.strip() for name in by.split(",") if name.strip()]
    with screen.opened() as books:
        found = cost_report(books, names, months=months_of(month), only=only, tree_now=tree == "now")
    if isinstance(found, Refused):
        screen.refuse(found, as_json=as_json)
    report: CostReport = found
    screen.answer(
        _plain(report), as_json=as_json, render=lambda console: cost_table(console, report, measure=measure, top=top)
    )


def _condition(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        screen.misuse(f"--where takes DIMENSION=VALUE, not {text!r}.", f"--where 的形式为 维度=值，而不是 {text!r}。")
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
        "tree_at": report.tree_at,
        "left_out": sorted(report.left_out),
        "rows": [dict(zip(report.by, row.keys, strict=True)) | figures(row) for row in report.rows],
        "totals": [figures(row) for row in report.totals.values()],
    }


def cost_table(console: Console, report: CostReport, *, measure: str = "billed", top: int = 30) -> None:
    """Print a report, one table per currency: the largest first (months in order), a bar, the rest and the total.

    Amounts are exact, so the rows add up to the total. A share is of the sum of what is above zero.
    """
    for currency in report.totals:
        console.print(_cost_grid(console, report, currency, figure=f"{measure}_e10", top=top))
    if not report.totals:
        console.print(screen.say("There are no such charges.", "没有这样的计费行。"))
    elif report.provisional:
        console.print(screen.say("Contains months that are not closed.", "包含未关账的账期。"), style="dim")
    print_what_is_left_out(console, report.left_out)


def _cost_grid(console: Console, report: CostReport, currency: str, *, figure: str, top: int) -> Table:
    costs = [(row.keys, int(getattr(row, figure))) for row in report.rows if row.currency == currency]
    costs.sort(key=lambda one: -one[1])
    whole = sum(cost for _, cost in costs if cost > 0)
    shown, rest = costs[:top], costs[top:]
    if report.by and report.by[0] in {"month", "usage-month"}:
        shown = sorted(shown, key=lambda one: tuple(key or "" for key in one[0]))
    left_over = sum(cost for _, cost in rest)
    total = int(getattr(report.totals[currency], figure))
    *texts, rest_text, total_text = screen.amounts([*(cost for _, cost in shown), left_over, total], currency)
    measure = figure.removesuffix("_e10")
    value, share = f"{screen.say(measure, _CHINESE[measure])} {currency}", "%"
    heads = [_dimension(name) for name in report.by]
    grid = screen.table(*heads, value, share, "", right=(value, share))
    most, width = max((cost for _, cost in costs), default=0), screen.bar_width(console)
    for (keys, cost), text in zip(shown, texts, strict=True):
        cells = [_value(name, key) for name, key in zip(report.by, keys, strict=True)]
        grid.add_row(*cells, text, _share(cost, whole), screen.bar(cost, most, width))
    blanks = [""] * (len(report.by) - 1)
    if rest:
        others = screen.say(f"{len(rest)} more", f"其余 {len(rest)} 项")
        grid.add_row(others, *blanks, rest_text, _share(left_over, whole), "", style="dim")
    label = [screen.say("total", "合计"), *blanks] if report.by else []
    grid.add_row(*label, total_text, "", "", style="bold")
    return grid


_CHINESE = {"billed": "应付", "list": "原价", "contracted": "合同价", "effective": "摊销"}
_DIMENSIONS = {
    "month": "账期", "usage-month": "用量账期", "enterprise": "企业", "company": "公司", "department": "部门",
    "team": "小组", "path": "组织路径",
    "account": "账号", "payer": "付款方", "product": "产品", "sku": "计费项", "region": "地域", "resource": "资源",
    "origin": "来源", "category": "类别", "kind": "行类型", "unit": "单位",
}  # fmt: skip
_LINES = {
    "round-down": ("round-down", "抹零"),
    "import-remainder": ("import remainder", "导入尾差"),
    "usage": ("usage", "用量"),
    "correction": ("correction", "更正"),
}
"""Lines that stand for no product; the codes stay in JSON."""


def _dimension(name: str) -> str:
    if name.startswith("tag:"):
        return screen.say(name, f"标签 {name.removeprefix('tag:')}")
    return screen.say(name, _DIMENSIONS.get(name, name))


def _value(name: str, key: str | None) -> str:
    if key is None:
        return "—"
    known = _LINES.get(key.replace("_", "-")) if name in {"product", "sku", "kind"} else None
    return screen.say(*known) if known else key


def _share(cost: int, whole: int) -> str:
    if whole <= 0 or cost < 0:
        return ""
    tenths = cost * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}"
