"""What `partita credit show` says, as people read it: whose credit, the line, what waits for money, credit refunds.

Owns how credit looks; decides nothing. Rules: CREDIT-9 (`docs/rules/credit.md`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from partita.cli import credit_shared, screen
from partita.cli.funds.amount import shown
from partita.core.money import Money
from partita.core.org import FinanceMode

if TYPE_CHECKING:
    from partita.usecases.credit import CreditShown


def show(console: Console, one: CreditShown) -> None:
    """Print the credit of an account; its unpaid bills and credit refunds always, whosever credit it uses."""
    line = one.line
    credit_shared.show(console, line.management_id, one.shared, line.currency)
    if line.total or line.active or line.pending:
        _line(console, one)
        if any(each.cap is not None and each.counts for each in one.shared) and line.active:
            console.print(_both(one), markup=False)
    elif not one.shared:
        console.print(_no_credit(one), markup=False)
    if one.term:
        _term(console, one)
    if one.allocations:
        _allocations(console, one)
    if one.unpaid or one.on_no_bill.minor:
        _unpaid(console, one)
    if one.main.credit_refunds:
        console.print(_refunds(one), markup=False)


def _no_credit(one: CreditShown) -> str:
    """Say that there is no credit, and by which command there may be: a member is given it by its main account."""
    say, account, relation = screen.say, one.line.management_id, one.relation
    if relation is None:
        command = "`partita credit request`"
        return say(f"{account} has no credit: {command} asks for it.", f"{account} 没有信控额度：可用 {command} 申请。")
    main = relation.management_id
    if relation.mode is FinanceMode.TRUSTEESHIP:
        command = f"`partita credit request {main}`"
        return say(
            f"{account} uses the credit of {main} (trusteeship), which has none: {command} asks for it.",
            f"{account} 使用 {main} 的信控（财务托管），而 {main} 没有信控额度：可用 {command} 申请。",
        )
    command = f"`partita credit allocate {main} {account}"
    return say(
        f"{account} has a credit limit of 0: {main} lets it use some of its credit by {command} LIMIT`.",
        f"{account} 的信控额度为 0：可由 {main} 用 {command} 额度` 分配。",
    )


def _line(console: Console, one: CreditShown) -> None:
    say, line = screen.say, one.line
    total, rest = (shown(Money(minor, line.currency)) for minor in (line.total, line.unallocated))
    state = say("active", "已激活") if line.active else say("active once its contract is confirmed", "确认合同后生效")
    console.print(
        say(
            f"Credit of {line.management_id}: total {total}, not allocated {rest}; {state}.",
            f"{line.management_id} 的信控：总额 {total}，未分配 {rest}；{state}。",
        ),
        markup=False,
    )
    if line.pending:
        console.print(say(f"Waits for approval: {line.pending}", f"待审批：{line.pending}"), markup=False)


def _both(one: CreditShown) -> str:
    """Say that a line of its own and a limit in another line add up (CREDIT-1)."""
    account, limit = one.line.management_id, shown(Money(one.main.credit_limit, one.line.currency))
    return screen.say(
        f"Its own line and the limit in the other one add up: {account} may owe {limit} in all.",
        f"自有信控与共享额度累加：{account} 的信控额度合计 {limit}。",
    )


def _term(console: Console, one: CreditShown) -> None:
    assert one.term is not None, "the caller looks"
    cycle, days = one.term.cycle_months, one.term.days
    console.print(
        screen.say(
            f"Due {days} days after each cycle of {screen.many(cycle, 'month')}.",
            f"每 {cycle} 个月结算，之后 {days} 天到期。",
        ),
        markup=False,
    )


def _allocations(console: Console, one: CreditShown) -> None:
    say, line = screen.say, one.line
    heads = [
        say("member", "子账号"),
        say("limit", "额度"),
        say("least now", "目前最低"),
        say("most now", "目前最高"),
    ]
    grid = screen.table(*heads, right=heads[1:])
    for a in one.allocations:
        grid.add_row(a.figures.account_id, *(screen.money(x, line.currency) for x in (a.limit, a.least, a.most)))
    console.print(grid)


def _unpaid(console: Console, one: CreditShown) -> None:
    say = screen.say
    heads = [say("unpaid bill", "未付账单"), say("payer", "付款方"), say("amount", "金额"), say("due", "到期日")]
    grid = screen.table(*heads, right=heads[2:3])
    for bill in one.unpaid:
        due = bill.due_on.isoformat() if bill.due_on else "-"
        late = say(" overdue", " 已逾期") if bill.past_due else ""
        grid.add_row(str(bill.month), bill.payer_id, shown(bill.outstanding), due + late)
    if one.on_no_bill.minor:
        grid.add_row(say("on no bill", "账单以外"), one.line.management_id, shown(one.on_no_bill), "-")
    console.print(grid)


def _refunds(one: CreditShown) -> str:
    """Say how much of credit refunds is left, and what it does: set off, it pays unpaid bills."""
    account, left = one.line.management_id, shown(Money(one.main.credit_refunds, one.line.currency))
    command = f"`partita credit apply-refund {account}"
    if not one.main.outstanding:
        return screen.say(
            f"Credit refunds of {account} not set off: {left}; they are part of its quota.",
            f"{account} 未抵扣的信控退款：{left}，计入可用额度。",
        )
    if not any(bill.payer_id == account for bill in one.unpaid):
        return screen.say(
            f"Credit refunds of {account} not set off: {left}; {command} AMOUNT` lowers what it owes with them.",
            f"{account} 未抵扣的信控退款：{left}；可用 {command} 金额` 抵扣欠款。",
        )
    return screen.say(
        f"Credit refunds of {account} not set off: {left}; {command} AMOUNT` pays unpaid bills with them.",
        f"{account} 未抵扣的信控退款：{left}；可用 {command} 金额` 抵扣未付账单。",
    )
