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
    head = screen.say(f"Running figures of {done.month}", f"账期 {done.month} 实时费用")
    payer, charges = screen.say("payer", "付款方"), screen.say("charges", "计费行")
    listed, billed = screen.say("list cost", "原价"), screen.say("billed cost", "应计")
    grid = screen.table(payer, charges, listed, billed, "", right=(charges, listed, billed), title=head)
    for one in done.payers:
        grid.add_row(
            one.payer_id,
            f"{one.charges:,}",
            screen.amount(one.list_cost_e10, one.currency),
            screen.amount(one.billed_cost_e10, one.currency),
            one.currency,
        )
    console.print(grid)
    state = screen.say("saved", "已保存") if done.changed else screen.say("nothing new", "无变化")
    console.print(screen.say(f"{done.records:,} records rated, {state}.", f"已批价 {done.records:,} 条，{state}。"))


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
