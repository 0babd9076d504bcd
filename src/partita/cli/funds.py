"""`partita funds top-up`: money received from a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.core.money import Money, is_currency, minor_digits
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from partita.usecases.funds import ToppedUp


@Parameter(name="*")
@dataclass(frozen=True)
class Ways:
    """How the command works: without saving, and what it prints."""

    dry_run: bool = False
    as_json: Annotated[bool, Parameter(name="--json")] = False


AS_IS = Ways()


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
        money = _money(amount, currency or funds.currency_of(work, account))
        if isinstance(money, Refused):
            screen.refuse(money, as_json=ways.as_json)
        answer = funds.top_up(
            work, account_id=account, amount=money, idempotency_key=key, reference=reference, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done: ToppedUp = answer
    screen.answer(_plain(done), as_json=ways.as_json, render=lambda console: _render(console, done))


def _money(amount: str, currency: str | Refused) -> Money | Refused:
    if isinstance(currency, Refused):
        return currency
    if not is_currency(currency):
        return refused(Reason.CURRENCY_NOT_USED, currency=currency, known="CNY, USD …")
    try:
        return Money.parse(amount.replace(",", ""), currency)
    except ValueError:
        digits = minor_digits(currency)
        detail = (
            f"write a plain number with at most {screen.many(digits, 'decimal')}, such as 1000.",
            f"请写普通的数字，最多 {digits} 位小数，例如 1000。",
        )
        return refused(Reason.BAD_AMOUNT, amount=amount, currency=currency, detail=detail)


def _plain(done: ToppedUp) -> dict[str, object]:
    return {
        "entry_id": done.entry_id,
        "account_id": done.account_id,
        "amount": _decimal(done.amount),
        "balance": _decimal(done.balance),
        "currency": done.amount.currency,
        "reference": done.reference,
        "idempotency_key": done.idempotency_key,
        "effective_at": done.effective_at,
        "repeated": done.repeated,
        "dry_run": done.dry_run,
        "payer_id": done.payer_id,
    }


def _decimal(money: Money) -> str:
    return str(money).partition(" ")[0]


def _render(console: Console, done: ToppedUp) -> None:
    amount, balance = (f"{screen.money(m.minor, m.currency)} {m.currency}" for m in (done.amount, done.balance))
    say = screen.say
    if done.repeated:
        console.print(
            say(
                f"Already recorded as {done.entry_id}; nothing changed. For another payment of the same amount give "
                "--reference or --key.",
                f"此前已记录为 {done.entry_id}，未做任何更改。若为另一笔同额付款，请用 --reference 或 --key 区分。",
            ),
            markup=False,
        )
    elif done.dry_run:
        console.print(say(f"Would add {amount} to {done.account_id}.", f"将为 {done.account_id} 充值 {amount}。"))
    else:
        console.print(
            say(
                f"Added {amount} to {done.account_id} ({done.entry_id}).",
                f"已为 {done.account_id} 充值 {amount}（{done.entry_id}）。",
            ),
            markup=False,
        )
    console.print(say(f"Cash balance: {balance}", f"现金余额：{balance}"), markup=False)
    if done.payer_id != done.account_id:
        console.print(
            say(
                f"Note: {done.payer_id} pays for {done.account_id} now; this cash pays its own bills only.",
                f"注意：{done.account_id} 目前由 {done.payer_id} 代付；这笔现金只用于其自己的账单。",
            ),
            markup=False,
        )
