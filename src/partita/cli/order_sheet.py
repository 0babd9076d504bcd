"""How orders look on the screen and in JSON. Owns no command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from partita.cli import screen
from partita.cli.chart import account_name
from partita.cli.funds.amount import decimal, shown
from partita.cli.moment import local
from partita.cli.ways import Ways, tell
from partita.core.approval import Approval
from partita.core.money import Money
from partita.core.order import Order, OrderState
from partita.core.refusal import Refused
from partita.core.unsubscribe import CREDIT

if TYPE_CHECKING:
    from partita.store.order import KeptLine
    from partita.usecases.order import GivenBack, OrderPlaced, OrderShown


def order_plain(one: Order) -> dict[str, Any]:
    """Return an order as plain values."""
    return {
        "order_id": one.order_id,
        "account_id": one.account_id,
        "payer_id": one.payer_id,
        "kind": one.kind.word,
        "state": one.state.word,
        "payable": decimal(Money(one.payable, one.currency)),
        "currency": one.currency,
        "coupon_id": one.coupon_id,
        "placed_at": one.placed_at,
        "placed_by": one.placed_by,
        "expires_at": one.expires_at,
    }


def line_plain(kept: KeptLine, currency: str) -> dict[str, Any]:
    """Return a line as plain values."""
    line = kept.line
    return {
        "line": line.line,
        "subscription_id": line.subscription_id,
        "product_id": line.priced.product_id,
        "sku_id": line.priced.sku_id,
        "region": line.priced.region,
        "resource_id": kept.resource_id,
        "quantity": line.priced.quantity,
        "terms": f"{kept.terms} {kept.term.value}",
        "starts_at": line.period.start if line.period else None,
        "ends_at": line.period.end if line.period else None,
        "price": decimal(Money(line.price, currency)),
        "payable": decimal(Money(line.payable, currency)),
        "refundable": line.priced.refundable,
    }


def show_placed(answer: OrderPlaced | Refused, ways: Ways) -> None:
    """Say what was ordered, or why not."""
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one = answer.order
    amount, off = Money(one.payable, one.currency), Money(answer.coupon_minor, one.currency)
    plain = order_plain(one) | {
        "lines": [line_plain(line, one.currency) for line in answer.lines],
        "coupon_amount": decimal(off),
        "unused_coupons": [
            {"coupon_id": each.coupon.coupon_id, "why": screen.say(*each.why)} for each in answer.unused
        ],
        "needs_approval_of": [need.role.word for need in answer.needs],
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(plain, ways, done=_placed_text(answer, shown(amount)), would=_would_text(answer, shown(amount)))


def _placed_text(answer: OrderPlaced, amount: str) -> tuple[str, str]:
    """Say how an order stands that was placed now, or before with the same token."""
    one, asks = answer.order, _approvals_text(answer)
    if answer.repeated and one.state is not OrderState.UNPAID:
        state, zh = one.state.text(), one.state.text("zh")
        return f"{one.order_id} was ordered before and is {state}.", f"{one.order_id} 此前已下单，现为{zh}。"
    return f"Ordered {one.order_id}: {amount} to pay.{asks[0]}", f"已下单 {one.order_id}，应付 {amount}。{asks[1]}"


def _would_text(answer: OrderPlaced, amount: str) -> tuple[str, str]:
    asks = _approvals_text(answer)
    return f"Would order for {amount}.{asks[0]}", f"将下单，应付 {amount}。{asks[1]}"


def _approvals_text(answer: OrderPlaced) -> tuple[str, str]:
    roles = ", ".join(need.role.text() for need in answer.needs)
    roles_zh = "、".join(need.role.text("zh") for need in answer.needs)
    return (f" It needs the approval of {roles}.", f"须经{roles_zh}审批。") if answer.needs else ("", "")


def show_given_back(answer: GivenBack | Refused, ways: Ways) -> None:
    """Say what comes back, to whom, and how that was reckoned."""
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one = answer.order
    amount = Money(-one.payable, one.currency)
    plain = order_plain(one) | {
        "refund": decimal(amount),
        "five_day": bool(answer.refund and answer.refund.five_day),
        "reckoning": [
            {
                "ends_at": each.ends_at,
                "paid": decimal(Money(each.came_in, one.currency)),
                "refund": decimal(Money(each.amount, one.currency)),
            }
            for each in (answer.refund.stretches if answer.refund else ())
        ],
        "back_to": [
            {"fund": each.fund, "source_id": each.source_id, "amount": decimal(Money(-each.amount_minor, one.currency))}
            for each in answer.draws
        ],
        "subscription_id": answer.name,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    name = answer.name
    reckoned, reckoned_zh = _reckoning(answer)
    tell(
        plain,
        ways,
        done=(f"{name}: {shown(amount)} came back (order {one.order_id}).{reckoned}",
              f"{name}：已退回 {shown(amount)}（订单 {one.order_id}）。{reckoned_zh}"),
        would=(f"{name}: {shown(amount)} would come back.{reckoned}", f"{name}：将退回 {shown(amount)}。{reckoned_zh}"),
    )  # fmt: skip


def _reckoning(answer: GivenBack) -> tuple[str, str]:
    """Say how a refund was reckoned, stretch by stretch, and which funds it goes back to; each on a line of its own."""
    currency, lines = answer.order.currency, []
    if answer.refund and answer.refund.five_day:
        lines.append(("Within five days of a new purchase all comes back.", "新购五天内全额退款。"))
    for each in answer.refund.stretches if answer.refund else ():
        until = local(each.ends_at, answer.zone)
        paid, back = (shown(Money(minor, currency)) for minor in (each.came_in, each.amount))
        used = shown(Money(each.came_in - each.amount, currency))
        lines.append((f"until {until}: paid {paid} − used {used} = {back}",
                      f"至 {until}：实付 {paid} − 已消费 {used} = {back}"))  # fmt: skip
    for draw in answer.draws:
        to = fund_name(draw.fund, draw.source_id)
        given = shown(Money(-draw.amount_minor, currency))
        lines.append((f"back to {to}: {given}", f"退至 {to}：{given}"))
    return "".join(f"\n{en}" for en, _ in lines), "".join(f"\n{zh}" for _, zh in lines)


def fund_name(fund: str, source_id: str) -> str:
    """Name what paid or is paid back: `cash`, `refund book 2026-11`, `现金`; what no fund paid is credit."""
    if fund == CREDIT:
        return screen.say("credit", "信控额度")
    return f"{account_name(fund)}{'' if source_id in {'', fund} else f' {source_id}'}"


def render_orders(console: Console, orders: Sequence[Order]) -> None:
    """Print orders as a table."""
    if not orders:
        console.print(screen.say("No orders.", "没有订单。"))
        return
    language = screen.settings().language
    heads = [screen.say("order", "订单"), screen.say("kind", "类型"), screen.say("account", "账号"),
             screen.say("payable", "应付"), screen.say("state", "状态")]  # fmt: skip
    grid = screen.table(*heads, right=heads[3:4])
    for one in orders:
        amount = shown(Money(one.payable, one.currency))
        grid.add_row(one.order_id, one.kind.text(language), one.account_id, amount, one.state.text(language))
    console.print(grid)


def approval_plain(one: Approval) -> dict[str, Any]:
    """Return what an order needs and what was decided as plain values."""
    return {
        "needs": [{"role": need.role.word, "because": [cause.word for cause in need.causes]} for need in one.needs],
        "decisions": [
            {
                "role": each.role.word,
                "verdict": each.verdict.word,
                "reason": each.reason,
                "by": each.decided_by,
                "on_behalf_of": each.on_behalf_of,
                "at": each.decided_at,
            }
            for each in one.decisions
        ],
        "next": one.next.role.word if one.next else None,
    }


def render_order(answer: OrderShown, *, as_json: bool) -> None:
    """Print an order with its lines, approvals, steps and who paid it."""
    one = answer.order
    plain = order_plain(one) | {
        "lines": [line_plain(line, one.currency) for line in answer.lines],
        "approval": approval_plain(answer.approval),
        "steps": [
            {"state": step.state.word, "reason": step.reason, "entry_id": step.entry_id, "by": step.recorded_by,
             "at": step.recorded_at}
            for step in answer.steps
        ],
        "draws": [
            {"line": draw.line, "fund": draw.fund, "source_id": draw.source_id,
             "amount": decimal(Money(draw.amount_minor, one.currency))}
            for draw in answer.draws
        ],
    }  # fmt: skip
    screen.answer(plain, as_json=as_json, render=lambda console: order_page(console, answer))


def order_page(console: Console, answer: OrderShown) -> None:
    """Print an order: its lines, approvals, who paid, and its steps."""
    render_orders(console, [answer.order])
    currency, language = answer.order.currency, screen.settings().language
    price, payable = screen.say("price", "价格"), screen.say("payable", "应付")
    grid = screen.table(
        screen.say("line", "行"), "SKU", screen.say("number", "数量"), screen.say("what for", "对应"), price,
        payable, right=(price, payable),
    )  # fmt: skip
    for kept in answer.lines:
        line = kept.line
        cells = (screen.money(line.price, currency), screen.money(line.payable, currency))
        grid.add_row(str(line.line), line.priced.sku_id, str(line.priced.quantity), line.subscription_id, *cells)
    console.print(grid)
    render_approval(console, answer.approval)
    for draw in answer.draws:
        amount = shown(Money(draw.amount_minor, currency))
        name = fund_name(draw.fund, draw.source_id)
        console.print(screen.say(f"line {draw.line}: {name} {amount}", f"第 {draw.line} 行：{name} {amount}"))
    for step in answer.steps:
        at = local(step.recorded_at, answer.zone)
        console.print(f"{at} {answer.zone}  {step.state.text(language)}  {step.recorded_by}")


def render_approval(console: Console, one: Approval) -> None:
    """Print what was decided and who is next."""
    language = screen.settings().language
    for each in one.decisions:
        behalf = f" ({each.on_behalf_of})" if each.on_behalf_of else ""
        console.print(
            f"{each.role.text(language)}: {each.verdict.text(language)} {each.decided_by}{behalf} - {each.reason}",
            markup=False,
        )
    if one.next:
        because = ", ".join(cause.text(language) for cause in one.next.causes)
        role = one.next.role
        console.print(screen.say(f"waits for {role.text()}: {because}", f"待{role.text('zh')}审批：{because}"))
