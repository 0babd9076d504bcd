"""`partita bill adjust` and `partita bill adjustments`: what the operator adds to a bill or takes off it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.amount import amount_of
from partita.cli.bill import decimal, month_of
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.core.adjustment import Adjustment
    from partita.usecases.adjustment import Adjusted

Json = Annotated[bool, Parameter(name="--json")]


@Parameter(name="*")
@dataclass(frozen=True)
class About:
    """Why, and what an adjustment is about, more closely."""

    reason: str
    month: str | None = None
    sku: str = ""
    instance: str = ""


def adjust(
    account: str,
    product: str,
    amount: str,
    *,
    key: str,
    about: About,
    ways: Ways = AS_IS,
) -> None:
    """Put AMOUNT for PRODUCT on the bill of ACCOUNT, or take it off: `bill adjust acme compute -- -12.50 …`.

    It goes on the bill of the open month that it is about, or on the next bill: a closed bill is never changed.

    Parameters
    ----------
    amount
        above zero it is owed besides; below zero (after --) it is taken off.
    key
        the adjustment: the same key again changes nothing.
    about.reason
        why; it stands on the bill.
    about.month
        the month that it puts right, such as 2026-10; default: the present one.
    about.sku
        the billing item.
    about.instance
        the resource.
    """
    from partita.usecases import adjustment  # noqa: PLC0415 - a command starts fast

    chosen = month_of(about.month) if about.month else None
    with screen.opened() as books, books.work() as work:
        money = amount_of(work, account, amount, ways)
        wanted = adjustment.Wanted(account, product, money, about.reason, chosen, about.sku, about.instance)
        answer = adjustment.adjust(work, wanted, idempotency_key=key, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    _tell_adjusted(answer, ways)


def _tell_adjusted(done: Adjusted, ways: Ways) -> None:
    one = done.adjustment
    plain = _plain(one) | {"repeated": done.repeated, "dry_run": done.dry_run}
    what = (
        f"{one.amount.grouped} on the bill of {one.payer_id} for {one.month}",
        f"{one.payer_id} 的 {one.month} 账单",
    )
    tell(
        plain,
        ways,
        done=(f"Adjusted: {what[0]}.", f"已调账：{what[1]} {one.amount.grouped}。"),
        would=(f"Would adjust: {what[0]}.", f"将调账：{what[1]} {one.amount.grouped}。"),
    )


def list_adjustments(*, payer: str | None = None, month: str | None = None, as_json: Json = False) -> None:
    """List adjustments, of one --payer or of the bills of one --month, or all."""
    from partita.usecases import adjustment  # noqa: PLC0415 - a command starts fast

    chosen = month_of(month) if month else None
    with screen.opened() as books, books.work() as work:
        found = adjustment.list_adjustments(work, payer, chosen)
    if isinstance(found, Refused):
        screen.refuse(found, as_json=as_json)
    rows = [
        (one.adjustment, _plain(one.adjustment) | {"recorded_by": one.recorded_by, "recorded_at": one.recorded_at})
        for one in found
    ]

    def render(console: Console) -> None:
        if not rows:
            console.print(screen.say("No adjustments.", "没有调账。"))
            return
        heads = [
            screen.say(*pair)
            for pair in (("bill", "账单"), ("account", "账号"), ("product", "产品"), ("about", "所属账期"),
                         ("amount", "金额"), ("reason", "原因"))
        ]  # fmt: skip
        grid = screen.table(*heads, right=(heads[4],))
        for one, _ in rows:
            bill = f"{one.payer_id} {one.month}"
            grid.add_row(bill, one.account_id, one.product_id, str(one.about), one.amount.grouped, one.reason)
        console.print(grid)

    screen.answer({"adjustments": [plain for _, plain in rows]}, as_json=as_json, render=render)


def _plain(one: Adjustment) -> dict[str, object]:
    return {
        "adjustment_id": one.adjustment_id,
        "payer_id": one.payer_id,
        "account_id": one.account_id,
        "product_id": one.product_id,
        "sku_id": one.sku_id,
        "resource_id": one.resource_id,
        "amount": decimal(one.amount.minor, one.amount.currency),
        "currency": one.amount.currency,
        "about": str(one.about),
        "month": str(one.month),
        "reason": one.reason,
    }
