"""What `partita credit show` says of an account that uses the credit of another one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, shown
from partita.core.money import Money

if TYPE_CHECKING:
    from partita.usecases.credit import Shared


def plain(shared: Sequence[Shared], currency: str) -> list[dict[str, object]]:
    """Return it as JSON has it; amounts are null where there is no cap, or the figures are not to be seen."""

    def amount(minor: int | None) -> str | None:
        return None if minor is None else decimal(Money(minor, currency))

    return [
        {
            "management_id": one.management_id,
            "limit": amount(one.cap),
            "active": one.counts,
            "usable": amount(one.usable),
            "spending_cap": amount(one.spending_cap),
        }
        for one in shared
    ]


def show(console: Console, account_id: str, shared: Sequence[Shared], currency: str) -> None:
    """Print one line for each account whose credit is used."""
    for one in shared:
        console.print(_line(account_id, one, currency), markup=False)


def _line(account_id: str, one: Shared, currency: str) -> str:
    say, main = screen.say, one.management_id

    def amount(minor: int) -> str:
        return shown(Money(minor, currency))

    if not one.counts:
        return say(
            f"{account_id} shares the credit of {main}, which counts once its contract is confirmed.",
            f"{account_id} 共享 {main} 的信控，确认合同后生效。",
        )
    english, chinese = f"{account_id} uses the credit of {main}", f"{account_id} 使用 {main} 的信控"
    if one.cap is None:
        english, chinese = f"{english} as its own (trusteeship)", f"{chinese}（财务托管，不单独分配）"
    else:
        english, chinese = f"{english} up to {amount(one.cap)}", f"{chinese}，上限 {amount(one.cap)}"
    if one.spending_cap is not None:
        english += f", within its spending cap of {amount(one.spending_cap)} a month"
        chinese += f"，且每月消费不超过 {amount(one.spending_cap)}"
    if one.usable is None:
        return say(f"{english}. How much is left, {main} can see.", f"{chinese}。剩余额度由 {main} 查看。")
    return say(f"{english}; {amount(one.usable)} can be used now.", f"{chinese}；目前可用 {amount(one.usable)}。")
