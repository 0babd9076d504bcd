"""`partita rate`: the running figures of an open month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.bill import month_of
from partita.core.money import format_scaled
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.rating import Rated


def rate(
    month: str,
    *,
    dry_run: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """Price all usage of an open MONTH (such as 2026-10) into provisional charges.

    Running it again without new usage changes nothing. With --dry-run nothing is saved.
    """
    from partita.usecases.rating import rate_month  # noqa: PLC0415 - a command starts fast

    chosen = month_of(month)
    with screen.opened() as books, screen.progress("Rating", "批价") as progress:
        rated = rate_month(books, chosen, dry_run=dry_run, progress=progress)
    if isinstance(rated, Refused):
        screen.refuse(rated, as_json=as_json)
    screen.answer(_plain(rated, dry_run=dry_run), as_json=as_json, render=lambda console: rated_table(console, rated))


def rated_table(console: Console, done: Rated) -> None:
    """Print the running figures of a month, one row for each payer."""
    if done.payers:
        _payer_table(console, done)
    state = screen.say("saved", "已保存") if done.changed else screen.say("nothing new", "无变化")
    console.print(
        screen.say(f"{screen.many(done.records, 'record')} rated, {state}.", f"已批价 {done.records:,} 条，{state}。")
    )


_HEADS = {
    "payer": ("payer", "付款方"), "charges": ("charges", "计费行"), "listed": ("list cost", "原价"),
    "billed": ("billed cost", "应计"), "currency": ("", ""),
}  # fmt: skip


def _payer_table(console: Console, done: Rated) -> None:
    listed = screen.amounts_of((one.list_cost_e10, one.currency) for one in done.payers)
    billed = screen.amounts_of((one.billed_cost_e10, one.currency) for one in done.payers)
    rows = [
        {"payer": one.payer_id, "charges": f"{one.charges:,}", "listed": list_text, "billed": billed_text,
         "currency": one.currency}
        for one, list_text, billed_text in zip(done.payers, listed, billed, strict=True)
    ]  # fmt: skip
    heads = {name: screen.say(*pair) for name, pair in _HEADS.items()}
    layouts = (tuple(_HEADS), ("payer", "charges", "billed", "currency"))
    title = screen.say(f"Running figures of {done.month}", f"账期 {done.month} 实时费用")
    shown = screen.print_fitted(console, heads, rows, layouts, right=("charges", "listed", "billed"), title=title)
    screen.print_left_out(console, [heads[name] for name in _HEADS if name not in shown])


def _plain(done: Rated, *, dry_run: bool) -> dict[str, object]:
    return {
        "month": str(done.month),
        "records": done.records,
        "changed": done.changed,
        "dry_run": dry_run,
        "payers": [
            {
                "payer_id": one.payer_id,
                "currency": one.currency,
                "charges": one.charges,
                "list_cost": format_scaled(one.list_cost_e10, 10),
                "billed_cost": format_scaled(one.billed_cost_e10, 10),
            }
            for one in done.payers
        ],
    }
