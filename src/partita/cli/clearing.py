"""`partita clearing …`: how an account is cleared, the switch, custom settlements, sellers, the reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.money import Money
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.store.clearing import CustomRow
    from partita.usecases.clearing.custom import CustomSettled
    from partita.usecases.clearing.switch import ClearingShown
    from partita.usecases.work import Work

Json = Annotated[bool, Parameter(name="--json")]
State = Literal["on", "off"]


def show(account: str, *, as_json: Json = False) -> None:
    """Show how ACCOUNT is cleared: the switch, unpaid bills, credits that wait, custom settlements, its reference."""
    from partita.usecases.clearing.switch import show as use_case  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = use_case(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    done: ClearingShown = answer
    plain = {
        "account_id": done.account_id,
        "currency": done.currency,
        "switch": done.switch.word,
        "reference": done.reference,
        "unpaid": [
            {"bill_id": one.bill_id, "month": str(one.month), "left": _text(one.amount, done.currency)}
            for one in done.unpaid
        ],
        "on_no_bill": _text(done.on_no_bill.minor, done.currency),
        "credits_left": [
            {"kind": one.kind.value, "source": one.source_id, "left": _text(one.amount, done.currency)}
            for one in done.credits_left
        ],
        "settlements": [_settlement(one) for one in done.settlements],
    }
    screen.answer(plain, as_json=as_json, render=lambda console: _render(console, done))


def switch(account: str, state: State, *, ways: Ways = AS_IS) -> None:
    """Switch automatic clearing of ACCOUNT `on` or `off`: `clearing switch acme off`.

    Only a customer with credit may switch it off; then no money pays bills by itself. Switched on, what is unpaid is
    paid at once; while a custom settlement runs it cannot be switched on.
    """
    from partita.usecases.clearing.switch import switch as use_case  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = use_case(work, account_id=account, automatic=state == "on", dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "account_id": answer.account_id,
        "switch": answer.switch.word,
        "bills_paid": plain_paid(answer.paid),
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    said = (answer.switch.text("en"), answer.switch.text("zh"))
    tell(
        plain,
        ways,
        done=(f"Automatic clearing of {account} is {said[0]}.", f"{account} 的自动销账：{said[1]}。"),
        would=(f"Automatic clearing of {account} would be {said[0]}.", f"{account} 的自动销账将为：{said[1]}。"),
    )
    if not ways.as_json:
        print_paid(screen.out(), answer.paid, dry_run=answer.dry_run)


def settle(account: str, *bills: str, fund: Sequence[str] = (), key: str, ways: Ways = AS_IS) -> None:
    """Pay chosen bills of ACCOUNT: `clearing settle acme bill_1 bill_2=50.00 --fund cash --key 2026-11`.

    Bills are paid in the order given, whole or, with =AMOUNT, in part; without --fund from all funds in their order.
    What there is no money for keeps the settlement running: `clearing resume` or `clearing end`.

    Parameters
    ----------
    bills
        the bills, each as BILL or BILL=AMOUNT.
    fund
        a fund (cash, transfer_book, refund, acceptance) or one source of it, such as transfer_book/main; may repeat.
    key
        the order: the same key again starts no second settlement.
    """
    from partita.usecases.clearing.custom import Choice  # noqa: PLC0415 - a command starts fast
    from partita.usecases.clearing.custom import settle as use_case  # noqa: PLC0415

    with screen.opened() as books, books.work() as work:
        wanted = tuple(_wanted(work, account, bill, as_json=ways.as_json) for bill in bills)
        choice = Choice(wanted, tuple(fund))
        answer = use_case(work, account_id=account, choice=choice, idempotency_key=key, dry_run=ways.dry_run)
    _tell_settled(answer, ways)


def resume(settlement: str, *, ways: Ways = AS_IS) -> None:
    """Pay what the custom SETTLEMENT (stl_…) still asks, as far as there is money now."""
    from partita.usecases.clearing.custom import resume as use_case  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = use_case(work, settlement_id=settlement, dry_run=ways.dry_run)
    _tell_settled(answer, ways)


def end(settlement: str, *, ways: Ways = AS_IS) -> None:
    """End the custom SETTLEMENT (stl_…); what it has not paid stays unpaid."""
    from partita.usecases.clearing.custom import end as use_case  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = use_case(work, settlement_id=settlement, dry_run=ways.dry_run)
    _tell_settled(answer, ways)


def seller(product: str, seller: str, *, ways: Ways = AS_IS) -> None:
    """Register the SELLER of PRODUCT: one of the marketplace from now on, its bills are paid after others.

    A name may be put right as long as no bill and no order says it. The seller is a name, in quotation marks where it
    has blanks.
    """
    from partita.usecases.clearing.switch import set_seller  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = set_seller(work, product_id=product, seller=seller, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "product_id": answer.product_id,
        "seller": answer.seller,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(
        plain,
        ways,
        done=(f"{product} is sold by {seller} in the marketplace.", f"{product} 为云市场产品，卖家 {seller}。"),
        would=(f"{product} would be sold by {seller}.", f"{product} 将登记为云市场产品，卖家 {seller}。"),
    )


def _wanted(work: Work, account: str, bill: str, *, as_json: bool) -> tuple[str, int | None]:
    name, equals, amount = bill.partition("=")
    return name, money_for(work, account, amount, as_json=as_json).minor if equals else None


def _tell_settled(answer: CustomSettled | Refused, ways: Ways) -> None:
    from partita.usecases.clearing.custom import state_text  # noqa: PLC0415 - a command starts fast

    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one = answer.settlement
    plain = _settlement(one) | {
        "bills_paid": plain_paid(answer.paid),
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(
        plain,
        ways,
        done=(
            f"Custom settlement {one.settlement_id} of {one.payer_id}: {state_text(one.state)}.",
            f"{one.payer_id} 的自定义销账 {one.settlement_id}：{state_text(one.state, 'zh')}。",
        ),
        would=(
            f"A custom settlement of {one.payer_id} would be {state_text(one.state)}.",
            f"{one.payer_id} 的自定义销账将为：{state_text(one.state, 'zh')}。",
        ),
    )
    if not ways.as_json:
        print_paid(screen.out(), answer.paid, dry_run=answer.dry_run)


def _settlement(one: CustomRow) -> dict[str, object]:
    return {
        "settlement_id": one.settlement_id,
        "account_id": one.payer_id,
        "currency": one.currency,
        "state": one.state,
        "funds": list(one.funds),
        "bills": [
            {
                "bill_id": bill.bill_id,
                "chosen": _text(bill.amount, one.currency),
                "paid": _text(one.paid.get(bill.bill_id, 0), one.currency),
            }
            for bill in one.chosen
        ],
        "idempotency_key": one.key,
    }


def _text(minor: int, currency: str) -> str:
    return decimal(Money(minor, currency))


def beside_bills(owed: Money) -> tuple[str, str]:
    """Say what is owed on no bill (CLEAR-4)."""
    amount = shown(owed)
    return (
        f"Owed on no bill: {amount} (interest, payments that bounced)",
        f"账单以外欠款：{amount}（利息、退回的付款）",
    )


def _render(console: Console, done: ClearingShown) -> None:
    from partita.usecases.clearing.custom import state_text  # noqa: PLC0415 - a command starts fast

    say, language = screen.say, screen.say("en", "zh")
    console.print(say(f"Automatic clearing: {done.switch.text()}", f"自动销账：{done.switch.text('zh')}"), markup=False)
    console.print(say(f"Reference for transfers: {done.reference}", f"转账参考号：{done.reference}"), markup=False)
    for one in done.unpaid:
        left = shown(Money(one.amount, done.currency))
        console.print(
            say(f"Unpaid {one.month}: {left} ({one.bill_id})", f"未结清 {one.month}：{left}（{one.bill_id}）"),
            markup=False,
        )
    if done.on_no_bill.minor:
        console.print(say(*beside_bills(done.on_no_bill)), markup=False)
    for credit in done.credits_left:
        left = shown(Money(credit.amount, done.currency))
        console.print(say(f"Credit: {left} ({credit.source_id})", f"贷项：{left}（{credit.source_id}）"), markup=False)
    for settlement in done.settlements:
        state = state_text(settlement.state, language)
        console.print(
            say(
                f"Custom settlement {settlement.settlement_id}: {state}",
                f"自定义销账 {settlement.settlement_id}：{state}",
            ),
            markup=False,
        )
