"""`partita reconcile transfers`, `assign`, `dismiss`: money that came to the bank, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, shown
from partita.cli.funds.cash import pays_own_bills_only
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.bank_transfer import Doubt, Sign
from partita.core.money import Money
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.store.bank_transfer import TransferRow
    from partita.usecases.bank_transfer import Entered, TransferEnded

Json = Annotated[bool, Parameter(name="--json")]
_DOUBTS = {one.word: one for one in Doubt}
_SIGNS = {one.word: one for one in Sign}


def transfers(source: str | None = None, *, every: bool = False, as_json: Json = False) -> None:
    """List the transfers that wait for a person, with whose they may be and why it is not certain.

    Parameters
    ----------
    every
        also those that are decided.
    """
    from partita.usecases import bank_transfer  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = bank_transfer.waiting(work, source, every=every)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows = answer
    plain = {"transfers": [_plain(one) for one in rows]}
    screen.answer(plain, as_json=as_json, render=lambda console: _render(console, rows))


def assign(line: str, account: str, *, note: str = "", ways: Ways = AS_IS) -> None:
    """Top the money of LINE (sln_…) up to ACCOUNT, once: `reconcile assign sln_0123 acme --note "called them"`."""
    from partita.usecases import bank_transfer  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = bank_transfer.assign(work, line_id=line, account_id=account, note=note, dry_run=ways.dry_run)
    _tell(answer, ways)


def dismiss(line: str, note: str, *, ways: Ways = AS_IS) -> None:
    """Say in a NOTE why the money of LINE (sln_…) is no customer's: a payout of the payment channel, say."""
    from partita.usecases import bank_transfer  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = bank_transfer.dismiss(work, line_id=line, note=note, dry_run=ways.dry_run)
    _tell(answer, ways)


def _tell(answer: TransferEnded | Refused, ways: Ways) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one = answer.entered
    plain = {
        "line_id": answer.line_id,
        "account_id": one.account_id if one else None,
        "amount": decimal(one.amount) if one else None,
        "currency": one.amount.currency if one else None,
        "entry_id": one.entry_id if one else None,
        "bills_paid": plain_paid(one.bills_paid) if one else [],
        "note": answer.note,
        "may_be_entered": answer.may_be_entered,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    if one is None:
        done = (f"{answer.line_id} is nobody's: {answer.note}", f"{answer.line_id} 不属于任何账号：{answer.note}")
        tell(plain, ways, done=done, would=done)
        return
    amount = shown(one.amount)
    tell(
        plain,
        ways,
        done=(
            f"Added {amount} to {one.account_id} ({one.entry_id}).",
            f"已为 {one.account_id} 充值 {amount}（{one.entry_id}）。",
        ),
        would=(f"Would add {amount} to {one.account_id}.", f"将为 {one.account_id} 充值 {amount}。"),
    )
    if not ways.as_json:
        print_paid(screen.out(), one.bills_paid, dry_run=answer.dry_run)
        _print_notes(screen.out(), answer, one)


def _print_notes(console: Console, answer: TransferEnded, one: Entered) -> None:
    say = screen.say
    if answer.may_be_entered:
        text = (
            f"Note: {Doubt.ENTERED.text()}. If it was this money, reverse it: `partita ledger reverse`.",
            f"注意：{Doubt.ENTERED.text('zh')}。若即为此款，请冲销该笔充值：`partita ledger reverse`。",
        )
        console.print(say(*text), markup=False)
    if answer.payer_id not in ("", one.account_id):
        console.print(say(*pays_own_bills_only(one.account_id, answer.payer_id)), markup=False)


def _plain(one: TransferRow) -> dict[str, object]:
    return {
        "line_id": one.line_id,
        "source": one.source_id,
        "day": one.day,
        "amount": decimal(Money(one.amount_minor, one.currency)),
        "currency": one.currency,
        "reference": one.reference,
        "sender": one.sender,
        "sender_account": one.sender_account,
        "text": one.text,
        "score": one.score,
        "doubt": one.doubt or None,
        "candidates": one.candidates,
        "waits": one.waits,
        "account_id": one.account_id,
        "entry_id": one.entry_id,
        "note": one.note,
    }


def _render(console: Console, rows: list[TransferRow]) -> None:
    say, language = screen.say, screen.say("en", "zh")
    if not rows:
        console.print(say("No transfer waits.", "没有待认领的转账。"))
    for one in rows:
        amount = shown(Money(one.amount_minor, one.currency))
        state = one.account_id or (_DOUBTS[one.doubt].text(language) if one.waits and one.doubt else one.note or "")
        console.print(f"{one.day}  {amount}  {one.line_id}", markup=False)
        console.print(f"  {one.sender}  {one.sender_account}  {one.text}", markup=False, style="dim")
        console.print(f"  {state}", markup=False)
        for each in one.candidates:
            signs = say("; ", "；").join(_SIGNS[sign].text(language) for sign in each["signs"])
            console.print(f"    {each['account']}  {each['score']}  {signs}", markup=False)
