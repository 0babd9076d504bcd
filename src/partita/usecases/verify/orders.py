"""Proofs of orders: what is payable = lines = draws = charges = sales posted, order by order (VERIFY-7)."""

from __future__ import annotations

from partita.core.money import Money
from partita.store.order import proof
from partita.store.order.proof import OrderOutOfStep
from partita.usecases.verify.equation import Equation, Finding, counted, money_text, reading, shortened
from partita.usecases.work import Books


def paid_and_posted(books: Books) -> list[Equation]:
    """Prove that every order that is paid, or gave back, was drawn, charged and posted for just what it says."""
    with reading(books) as tx:
        sides, off = proof.sums(tx), proof.out_of_step(tx)
    equations = []
    for currency, payable, sales in sides:
        findings = [_off(one) for one in off if one.currency == currency]
        equations.append(
            Equation(
                f"orders {currency}".strip(),
                "payable of paid orders = sales posted by orders",
                "已支付订单的应付 = 订单过账的收入",
                money_text(payable, currency),
                money_text(sales, currency),
                shortened(findings),
            )
        )
    return equations


def given_back(books: Books) -> list[Equation]:
    """Prove that no subscription and no package gave back more than came in for it (UNSUB-3, PKG-8)."""
    with reading(books) as tx:
        count, over = proof.given_back(tx)
    if not count:
        return []
    findings = [
        Finding(
            f"{name} of {payer}: {Money(paid, currency)} came in, {Money(back, currency)} came back",
            f"付款方 {payer} 的 {name}：实付 {Money(paid, currency)}，退回 {Money(back, currency)}",
        )
        for payer, name, currency, paid, back in over
    ]
    return [
        counted(
            "given back",
            "subscriptions and packages paid = those that gave back no more than came in",
            "已付费的订阅与资源包 = 退回不超过实付者",
            (count, count - len(over)),
            findings,
        )
    ]


def _off(one: OrderOutOfStep) -> Finding:
    parts = [
        texts
        for amount, texts in (
            (one.lines, ("its lines", "订单行")),
            (one.draws, ("its draws", "扣款")),
            (one.charges, ("its charges", "计费行")),
            (one.sales, ("the sales posted", "收入过账")),
        )
        if amount != one.payable
    ]
    return Finding(
        f"order {one.order_id} of {one.payer_id}: differs from {' and '.join(english for english, _ in parts)}",
        f"付款方 {one.payer_id} 的订单 {one.order_id}：与{'、'.join(chinese for _, chinese in parts)}不符",
    )
