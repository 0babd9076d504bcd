"""`partita funds freeze` and `release`: cash that is put aside, and let go again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from partita.cli import screen
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.funds import Frozen


def freeze(account: str, amount: str, *, reason: str = "", key: str | None = None, ways: Ways = AS_IS) -> None:
    """Put AMOUNT of the cash of ACCOUNT aside, such as `funds freeze acme 300.00 --reason "court order 12"`.

    What is frozen stays where it is: it pays no bill, is not transferred and not withdrawn, until it is released.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, account, amount, as_json=ways.as_json)
        answer = funds.freeze(
            work, account_id=account, amount=money, note=reason, idempotency_key=key, dry_run=ways.dry_run
        )
    _tell(answer, ways)


def release(
    freeze: str, amount: str | None = None, *, reason: str = "", key: str | None = None, ways: Ways = AS_IS
) -> None:
    """Release the FREEZE (frz_…), or AMOUNT of it, such as `funds release frz_0123 100.00`.

    `funds show ACCOUNT` lists what is frozen.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        owner = funds.account_of_freeze(work, freeze) or ""
        money = None if amount is None else money_for(work, owner, amount, as_json=ways.as_json)
        answer = funds.release(
            work, freeze_id=freeze, amount=money, note=reason, idempotency_key=key, dry_run=ways.dry_run
        )
    _tell(answer, ways)


def _tell(answer: Frozen | Refused, ways: Ways) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    amount, frozen = shown(answer.amount), shown(answer.frozen)
    plain = {
        "account_id": answer.account_id,
        "freeze_id": answer.freeze_id,
        "amount": decimal(answer.amount),
        "currency": answer.amount.currency,
        "released": answer.released,
        "left": decimal(answer.left),
        "frozen": decimal(answer.frozen),
        "idempotency_key": answer.idempotency_key,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
        "bills_paid": plain_paid(answer.bills_paid),
    }
    did, would = ("Released", "Would release") if answer.released else ("Froze", "Would freeze")
    zh_did, zh_would = ("已解冻", "将解冻") if answer.released else ("已冻结", "将冻结")
    rest = (
        f"{amount} of {answer.account_id} ({answer.freeze_id}). Frozen in all: {frozen}.",
        f"{answer.account_id} 的 {amount}（{answer.freeze_id}）。冻结合计：{frozen}。",
    )
    tell(
        plain,
        ways,
        done=(f"{did} {rest[0]}", f"{zh_did} {rest[1]}"),
        would=(f"{would} {rest[0]}", f"{zh_would} {rest[1]}"),
        more=lambda console: print_paid(console, answer.bills_paid, dry_run=answer.dry_run),
    )
