"""`partita bill clear`: pay what an account owes from what it has; and what money that came in paid of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, shown
from partita.cli.ways import AS_IS, Ways
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.clearing import BillPaid, BillsCleared


def clear(account: str, *, ways: Ways = AS_IS) -> None:
    """Pay the unpaid bills of ACCOUNT from its funds, oldest month first, such as `bill clear acme`.

    Money that comes in does so by itself; this is for what became free otherwise. With --dry-run it says what it would
    pay. Cleared again, nothing happens.
    """
    from partita.usecases.clearing import clear_bills  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = clear_bills(work, account_id=account, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done: BillsCleared = answer
    plain = {
        "account_id": done.account_id,
        "currency": done.outstanding.currency,
        "bills_paid": plain_paid(done.paid),
        "outstanding": decimal(done.outstanding),
        "on_no_bill": decimal(done.on_no_bill),
        "dry_run": done.dry_run,
    }
    screen.answer(plain, as_json=ways.as_json, render=lambda console: _render(console, done))


def plain_paid(paid: Sequence[BillPaid]) -> list[dict[str, object]]:
    """Return what was paid of unpaid bills for JSON."""
    return [
        {
            "account_id": one.payer_id,
            "bill_id": one.bill_id,
            "month": None if one.month is None else str(one.month),
            "amount": decimal(one.amount),
            "left": decimal(one.left),
            "entry_id": one.entry_id,
        }
        for one in paid
    ]


def print_paid(console: Console, paid: Sequence[BillPaid], *, dry_run: bool) -> None:
    """Say a line for each unpaid bill that was paid, or would be."""
    paying, zh_paying = ("Would pay", "将支付") if dry_run else ("Paid", "已支付")
    for one in paid:
        amount, left = shown(one.amount), one.left
        rest = screen.say(f", {shown(left)} left", f"，仍欠 {shown(left)}") if left.minor else ""
        if one.month is None:
            text = screen.say(
                f"{paying} {amount} of what {one.payer_id} owes on no bill{rest}.",
                f"{zh_paying} {one.payer_id} 账单以外的欠款 {amount}{rest}。",
            )
        else:
            text = screen.say(
                f"{paying} {amount} of the unpaid bill {one.month} of {one.payer_id}{rest}.",
                f"{zh_paying} {one.payer_id} 账期 {one.month} 的未结清账单 {amount}{rest}。",
            )
        console.print(text, markup=False)


def _render(console: Console, done: BillsCleared) -> None:
    say, left, beside = screen.say, shown(done.outstanding), shown(done.on_no_bill)
    if not done.paid and done.outstanding.minor > 0:
        console.print(
            say(
                "Nothing was paid: there is no money for it. What comes in pays at once.",
                "未支付任何款项：没有可用资金。到账后将自动清偿。",
            )
        )
    elif not done.paid:
        console.print(say("Nothing is owed.", "没有欠款。"))
    print_paid(console, done.paid, dry_run=done.dry_run)
    console.print(say(f"Outstanding: {left}", f"未结清：{left}"), markup=False)
    if done.on_no_bill.minor:
        console.print(say(f"  of it on no bill: {beside}", f"  其中账单以外的欠款：{beside}"), markup=False)
