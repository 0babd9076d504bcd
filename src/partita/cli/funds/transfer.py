"""`partita funds transfer` and `reclaim`: money from a main account to its member, and back to the one who gave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.ways import AS_IS, Ways
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.funds import Transferred


def transfer(giver: str, receiver: str, amount: str, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Transfer AMOUNT of the cash of GIVER to RECEIVER, such as `funds transfer acme acme-shop 500.00`.

    Both have to be related as main account and member and verified as one legal entity. What arrives can only be spent,
    and only GIVER can take it back. A transfer is recorded once per key; without --key, once a day for the same
    accounts and amount.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, giver, amount, as_json=ways.as_json)
        answer = funds.transfer(
            work, giver=giver, receiver=receiver, amount=money, idempotency_key=key, dry_run=ways.dry_run
        )
    _tell(answer, ways)


def reclaim(giver: str, receiver: str, amount: str, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Take AMOUNT of what GIVER transferred back from RECEIVER, such as `funds reclaim acme acme-shop 200.00`.

    Only what is not spent, and only so much that RECEIVER stays out of debt. Recorded once per key, as a transfer is.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, giver, amount, as_json=ways.as_json)
        answer = funds.reclaim(
            work, giver=giver, receiver=receiver, amount=money, idempotency_key=key, dry_run=ways.dry_run
        )
    _tell(answer, ways)


def _tell(answer: Transferred | Refused, ways: Ways) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "giver": answer.giver,
        "receiver": answer.receiver,
        "amount": decimal(answer.amount),
        "currency": answer.amount.currency,
        "reclaimed": answer.reclaimed,
        "entry_id": answer.entry_id,
        "receiver_entry_id": answer.receiver_entry_id,
        "giver_cash": decimal(answer.giver_cash),
        "receiver_book": decimal(answer.receiver_book),
        "idempotency_key": answer.idempotency_key,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
        "bills_paid": plain_paid(answer.bills_paid),
    }
    screen.answer(plain, as_json=ways.as_json, render=lambda console: _render(console, answer))


def _render(console: Console, done: Transferred) -> None:
    say, amount = screen.say, shown(done.amount)
    way = (done.receiver, done.giver) if done.reclaimed else (done.giver, done.receiver)
    if done.repeated:
        text = say(
            f"Already recorded as {done.entry_id}; nothing changed. For another one of the same amount give --key.",
            f"此前已记录为 {done.entry_id}，未做任何更改。若为另一笔同额操作，请用 --key 区分。",
        )
    elif done.reclaimed:
        would, did = ("Would reclaim", "将回收") if done.dry_run else ("Reclaimed", "已回收")
        text = say(f"{would} {amount} from {way[0]} for {way[1]}.", f"{did} {amount}：{way[0]} → {way[1]}。")
    else:
        would, did = ("Would transfer", "将划拨") if done.dry_run else ("Transferred", "已划拨")
        text = say(f"{would} {amount} from {way[0]} to {way[1]}.", f"{did} {amount}：{way[0]} → {way[1]}。")
    console.print(text, markup=False)
    print_paid(console, done.bills_paid, dry_run=done.dry_run)
    cash, book = shown(done.giver_cash), shown(done.receiver_book)
    console.print(
        say(
            f"Cash of {done.giver}: {cash}; left of it at {done.receiver}: {book}.",
            f"{done.giver} 的现金：{cash}；在 {done.receiver} 的余额：{book}。",
        ),
        markup=False,
    )
