"""`partita funds top-up` and `withdraw`: money received from a customer, and paid out to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.ways import AS_IS, Ways
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.funds import CashMoved


def top_up(
    account: str,
    amount: str,
    currency: str | None = None,
    *,
    reference: str = "",
    key: str | None = None,
    ways: Ways = AS_IS,
) -> None:
    """Add AMOUNT to the cash of ACCOUNT, such as `funds top-up acme 1000.00 --reference "transfer 4711"`.

    The amount is in the currency that the account is billed in; with CURRENCY it is checked that this is meant.
    A top-up is recorded once per key. Without --key, the same account, amount and reference on the same day are one
    top-up, so a command that is sent twice does no harm; a second payment of the same amount takes its own --reference
    (the bank's number, say) or --key. With --dry-run the new balance is shown and nothing is saved.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, account, amount, currency=currency, as_json=ways.as_json)
        answer = funds.top_up(
            work, account_id=account, amount=money, idempotency_key=key, reference=reference, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done: CashMoved = answer
    screen.answer(_plain(done), as_json=ways.as_json, render=lambda console: _render_top_up(console, done))


def withdraw(
    account: str,
    amount: str,
    *,
    reference: str = "",
    key: str | None = None,
    ways: Ways = AS_IS,
) -> None:
    """Pay AMOUNT of the cash of ACCOUNT out to the customer, such as `funds withdraw acme 1000.00`.

    Only own cash that no bill, usage or freeze needs can be withdrawn: `funds show ACCOUNT --explain` has the formula.
    A withdrawal is recorded once per key; without --key, once a day for the same account, amount and reference.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, account, amount, as_json=ways.as_json)
        answer = funds.withdraw(
            work, account_id=account, amount=money, idempotency_key=key, reference=reference, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done: CashMoved = answer
    screen.answer(_plain(done), as_json=ways.as_json, render=lambda console: _render_withdrawal(console, done))


def _plain(done: CashMoved) -> dict[str, object]:
    return {
        "entry_id": done.entry_id,
        "account_id": done.account_id,
        "amount": decimal(done.amount),
        "balance": decimal(done.balance),
        "currency": done.amount.currency,
        "reference": done.reference,
        "idempotency_key": done.idempotency_key,
        "effective_at": done.effective_at,
        "repeated": done.repeated,
        "dry_run": done.dry_run,
        "payer_id": done.payer_id,
        "bills_paid": plain_paid(done.bills_paid),
    }


def _render_top_up(console: Console, done: CashMoved) -> None:
    amount, say = shown(done.amount), screen.say
    if done.repeated:
        text = say(
            f"Already recorded as {done.entry_id}; nothing changed. For another payment of the same amount give "
            "--reference or --key.",
            f"此前已记录为 {done.entry_id}，未做任何更改。若为另一笔同额付款，请用 --reference 或 --key 区分。",
        )
    elif done.dry_run:
        text = say(f"Would add {amount} to {done.account_id}.", f"将为 {done.account_id} 充值 {amount}。")
    else:
        text = say(
            f"Added {amount} to {done.account_id} ({done.entry_id}).",
            f"已为 {done.account_id} 充值 {amount}（{done.entry_id}）。",
        )
    console.print(text, markup=False)
    print_paid(console, done.bills_paid, dry_run=done.dry_run)
    _render_balance(console, done)
    if done.payer_id != done.account_id:
        console.print(say(*pays_own_bills_only(done.account_id, done.payer_id)), markup=False)


def pays_own_bills_only(account: str, payer: str) -> tuple[str, str]:
    """Say of an account for which another pays what its cash is for (FUNDS-10)."""
    return (
        f"Note: {payer} pays for {account} now; this cash pays its own bills only.",
        f"注意：{account} 目前由 {payer} 代付；这笔现金只用于其自己的账单。",
    )


def _render_withdrawal(console: Console, done: CashMoved) -> None:
    amount, say = shown(done.amount), screen.say
    if done.repeated:
        text = say(
            f"Already recorded as {done.entry_id}; nothing changed. For another withdrawal give --reference or --key.",
            f"此前已记录为 {done.entry_id}，未做任何更改。若为另一笔提现，请用 --reference 或 --key 区分。",
        )
    elif done.dry_run:
        text = say(f"Would pay out {amount} of {done.account_id}.", f"将为 {done.account_id} 提现 {amount}。")
    else:
        text = say(
            f"Paid out {amount} of {done.account_id} ({done.entry_id}).",
            f"已为 {done.account_id} 提现 {amount}（{done.entry_id}）。",
        )
    console.print(text, markup=False)
    _render_balance(console, done)


def _render_balance(console: Console, done: CashMoved) -> None:
    console.print(screen.say(f"Cash balance: {shown(done.balance)}", f"现金余额：{shown(done.balance)}"), markup=False)
