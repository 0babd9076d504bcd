"""`partita credit …`: the line of a main account, what of it members may use, approvals, contract, term, refunds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import credit_shared, credit_sheet, screen
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.credit import Change, Term
from partita.core.money import Money
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.credit import CreditChanged, CreditRefundMoved, CreditShown

Json = Annotated[bool, Parameter(name="--json")]


def show(account: str, *, as_json: Json = False) -> None:
    """Show the credit of ACCOUNT: its line, what members may use of it, changes, unpaid bills, and whose it uses."""
    from partita.usecases import credit  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = credit.show(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    one = answer
    screen.answer(_plain(one), as_json=as_json, render=lambda console: credit_sheet.show(console, one))


def request(account: str, limit: str, *, key: str | None = None, reason: str = "", ways: Ways = AS_IS) -> None:
    """Ask for a total of LIMIT for the line of ACCOUNT, such as `credit request acme 50000.00`.

    A higher total waits for approval (`credit approve`), a lower one counts at once. Nothing counts before the contract
    is confirmed (`credit confirm`). Sent twice in a row on a day it is one application.

    Parameters
    ----------
    key
        the application: the same key again asks for nothing more, whatever happened since.
    reason
        why.
    """
    from partita.usecases import credit  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, account, limit, as_json=ways.as_json)
        answer = credit.request_total(
            work, management=account, limit=money, idempotency_key=key, note=reason, dry_run=ways.dry_run
        )
    _tell(answer, ways)


def approve(change: str, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """Approve the CHANGE (crc_…) that waits: it counts from now on."""
    from partita.usecases import credit  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = credit.approve(work, change_id=change, note=reason, dry_run=ways.dry_run)
    _tell(answer, ways)


def reject(change: str, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """Reject the CHANGE (crc_…) that waits: nothing changes."""
    from partita.usecases import credit  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = credit.reject(work, change_id=change, note=reason, dry_run=ways.dry_run)
    _tell(answer, ways)


def confirm(account: str, contract: str, *, ways: Ways = AS_IS) -> None:
    """Confirm the CONTRACT (its number) of the credit of ACCOUNT: from now on the limits count, its members' too."""
    from partita.usecases import credit  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = credit.confirm_contract(work, management=account, contract_id=contract, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    line = answer.line
    total = shown(Money(line.total, line.currency))
    plain = {
        "account_id": account,
        "contract_id": answer.contract_id,
        "total": decimal(Money(line.total, line.currency)),
        "currency": line.currency,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(
        plain,
        ways,
        done=(
            f"The credit of {account}, {total}, counts by {contract}.",
            f"{account} 的信控 {total} 已凭 {contract} 激活。",
        ),
        would=(f"The credit of {account}, {total}, would count.", f"{account} 的信控 {total} 将被激活。"),
    )


def allocate(account: str, member: str, limit: str, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Let MEMBER use LIMIT of the credit of ACCOUNT, such as `credit allocate acme acme-shop 8000.00`.

    Raised up to what is not allocated; lowered while the quota of the member stays above zero. The relation has to
    share credit (SYNCHRONIZE_FINANCE_IDENTITY). Sent twice in a row on a day it is one decision.

    Parameters
    ----------
    key
        the decision: the same key again changes nothing, whatever happened since.
    """
    from partita.usecases import credit  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, account, limit, as_json=ways.as_json)
        answer = credit.allocate(
            work, management=account, member=member, limit=money, idempotency_key=key, dry_run=ways.dry_run
        )
    _tell(answer, ways)


def set_term(account: str, *, days: int, cycle: int = 1, ways: Ways = AS_IS) -> None:
    """Agree when ACCOUNT pays what it buys on credit, such as `credit set-term acme --days 30`.

    Parameters
    ----------
    days
        how many days after the end of the billing cycle.
    cycle
        how many months a billing cycle has: 1, 2, 3, 6 or 12.
    """
    from partita.usecases import credit  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = credit.agree_term(work, management=account, term=Term(cycle, days), dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "account_id": account,
        "cycle_months": cycle,
        "days": days,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    rest = (
        f"{days} days after each cycle of {screen.many(cycle, 'month')}",
        f"每 {cycle} 个月的结算周期结束后 {days} 天",
    )
    tell(
        plain,
        ways,
        done=(f"{account} pays {rest[0]}.", f"{account} 的付款期限：{rest[1]}。"),
        would=(f"{account} would pay {rest[0]}.", f"{account} 的付款期限将为：{rest[1]}。"),
    )


def refund(account: str, amount: str, *, product: str, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Refund AMOUNT of what ACCOUNT bought on credit: its quota rises, its cash does not.

    Parameters
    ----------
    product
        the product that is refunded.
    key
        the refund: the same key again refunds nothing more; without one, once a day for the same product and amount.
    """
    from partita.usecases import credit  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, account, amount, as_json=ways.as_json)
        answer = credit.refund_credit(
            work, account_id=account, product_id=product, amount=money, idempotency_key=key, dry_run=ways.dry_run
        )
    _tell_refund(answer, ways, ("Refunded", "已退款", "Would refund", "将退款"))


def apply_refund(account: str, amount: str, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Set AMOUNT of the credit refunds of ACCOUNT off against its outstanding bills: its quota stays as it is.

    Parameters
    ----------
    key
        the decision: the same key again sets nothing more off; without one, once a day for the same amount.
    """
    from partita.usecases import credit  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, account, amount, as_json=ways.as_json)
        answer = credit.apply_refund(work, account_id=account, amount=money, idempotency_key=key, dry_run=ways.dry_run)
    _tell_refund(answer, ways, ("Set off", "已抵扣", "Would set off", "将抵扣"))


def _tell(answer: CreditChanged | Refused, ways: Ways) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    change, line = answer.change, answer.line
    plain = {
        **_change(change),
        "total": decimal(Money(line.total, line.currency)),
        "unallocated": decimal(Money(line.unallocated, line.currency)),
        "active": line.active,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    english, chinese = change.state.value
    what = ("total", "总额") if change.of_total else (f"limit of {change.account_id}", f"{change.account_id} 的额度")
    rest_of_line = shown(Money(line.unallocated, line.currency))
    main, limit = change.management_id, shown(change.limit)
    rest = (
        f"Credit of {main}: {what[0]} {limit}: {english} ({change.change_id}). Not allocated: {rest_of_line}.",
        f"{main} 的信控：{what[1]} {limit}：{chinese}（{change.change_id}）。未分配：{rest_of_line}。",
    )
    if not line.active:
        rest = (
            f"{rest[0]} It counts once the contract is confirmed: `partita credit confirm`.",
            f"{rest[1]} 确认合同后生效：`partita credit confirm`。",
        )
    tell(plain, ways, done=rest, would=(f"Would be: {rest[0]}", f"将成为：{rest[1]}"))


def _tell_refund(answer: CreditRefundMoved | Refused, ways: Ways, words: tuple[str, str, str, str]) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "account_id": answer.account_id,
        "amount": decimal(answer.amount),
        "currency": answer.amount.currency,
        "credit_refunds": decimal(answer.refunds),
        "outstanding": decimal(answer.outstanding),
        "entry_id": answer.entry_id,
        "bills_paid": plain_paid(answer.bills_paid),
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    amount, refunds, outstanding = (shown(one) for one in (answer.amount, answer.refunds, answer.outstanding))
    rest = (
        f"{amount} of {answer.account_id}. Credit refunds: {refunds}; outstanding: {outstanding}.",
        f"{answer.account_id} {amount}。信控退款：{refunds}；未结清：{outstanding}。",
    )
    done, zh_done = words[2:] if answer.dry_run else words[:2]

    def render(console: Console) -> None:
        console.print(screen.say(f"{done} {rest[0]}", f"{zh_done}：{rest[1]}"), markup=False)
        if answer.repeated:
            console.print(screen.say("That stood there before; nothing changed.", "此前已如此，未作任何更改。"))
        print_paid(console, answer.bills_paid, dry_run=answer.dry_run)

    screen.answer(plain, as_json=ways.as_json, render=render)


def _change(change: Change) -> dict[str, object]:
    return {
        "change_id": change.change_id,
        "management_id": change.management_id,
        "account_id": change.account_id,
        "limit": decimal(change.limit),
        "currency": change.limit.currency,
        "state": change.state.word,
        "note": change.note,
        "recorded_by": change.recorded_by,
        "recorded_at": change.recorded_at,
    }


def _plain(one: CreditShown) -> dict[str, object]:
    line = one.line

    def minor(amount: int) -> str:
        return decimal(Money(amount, line.currency))

    return {
        "account_id": line.management_id,
        "currency": line.currency,
        "total": minor(line.total),
        "unallocated": minor(line.unallocated),
        "credit_limit": minor(one.main.credit_limit),
        "active": line.active,
        "contract_id": line.contract_id,
        "pending": line.pending,
        "shared": credit_shared.plain(one.shared, line.currency),
        "term": {"cycle_months": one.term.cycle_months, "days": one.term.days} if one.term else None,
        "credit_refunds": minor(one.main.credit_refunds),
        "allocations": [
            {
                "account_id": a.figures.account_id,
                "limit": minor(a.limit),
                "outstanding": minor(a.figures.outstanding),
                "least": minor(a.least),
                "most": minor(a.most),
            }
            for a in one.allocations
        ],
        "changes": [_change(change) for change in one.changes],
        "unpaid": [
            {
                "payer_id": bill.payer_id,
                "bill_id": bill.bill_id,
                "month": str(bill.month),
                "outstanding": decimal(bill.outstanding),
                "due_on": bill.due_on.isoformat() if bill.due_on else None,
                "past_due": bill.past_due,
            }
            for bill in one.unpaid
        ],
        "on_no_bill": decimal(one.on_no_bill),
    }
