"""Proofs of funds, payments and credit: transfers cancel, no book is overdrawn, each payment has its entry.

Rules: FUNDS-14 (`docs/rules/funds.md`), PAYMENT-5, CREDIT-1.
"""

from __future__ import annotations

from collections.abc import Sequence

from partita.store import credit as credit_store
from partita.store import payment as payment_store
from partita.store.funds import proof
from partita.usecases.verify.equation import Equation, Finding, counted, money_read, money_text, reading, shortened
from partita.usecases.work import Books


def transfers_cancel(books: Books) -> list[Equation]:
    """Prove that over all accounts what givers have out is what receivers have in, pair by pair."""
    with reading(books) as tx:
        sums = proof.clearing_sums(tx)
        apart = proof.pairs_apart(tx)
    return [
        Equation(
            f"transfers {currency}",
            f"transferred and not reclaimed = received and not given back ({currency})",
            f"划出未回收 = 划入未退回（{currency}）",
            money_text(out, currency),
            money_text(into, currency),
            shortened([_apart(one) for one in apart if one.currency == currency]),
        )
        for currency, out, into in sums
    ]


def _apart(one: proof.PairApart) -> Finding:
    difference = money_read(one.difference, one.currency)
    return Finding(
        f"transfers between {one.one} and {one.two}: their halves differ by {difference}",
        f"{one.one} 与 {one.two} 之间的划拨：两边相差 {difference}",
    )


def books_not_overdrawn(books: Books) -> list[Equation]:
    """Prove that no fund book but cash is below zero, and that no freeze is released beyond its amount."""
    with reading(books) as tx:
        kept, below = proof.books_below_zero(tx)
        frozen, exceeded = proof.freezes_exceeded(tx)
    findings = [
        Finding(
            f"{one.ledger_account} of {one.payer_id}: below zero by {money_read(-one.amount_minor, one.currency)}",
            f"{one.payer_id} 的 {one.ledger_account}：透支 {money_read(-one.amount_minor, one.currency)}",
        )
        for one in below
    ]
    findings += [
        Finding(f"freeze {name} of {payer}: more was released than frozen", f"{payer} 的冻结 {name}：解冻超过冻结金额")
        for payer, name in exceeded
    ]
    count = kept + frozen
    if not count:
        return []
    return [
        counted(
            "fund-books",
            "books and freezes = books and freezes not overdrawn",
            "资金账本与冻结 = 未透支的资金账本与冻结",
            (count, count - len(findings)),
            findings,
        )
    ]


def documents_stand(books: Books) -> list[Equation]:
    """Prove that acceptance bills that are held, and cards that are not active, are what their accounts hold."""
    with reading(books) as tx:
        sums = proof.document_sums(tx)
    texts = {
        "acceptance": ("acceptance bills held = notes receivable", "持有的票据 = 应收票据"),
        "card": ("cards not active = their ledger account", "未激活的储值卡 = 对应科目余额"),
    }
    return [
        Equation(
            f"{kind}s {currency}",
            f"{texts[kind][0]} ({currency})",
            f"{texts[kind][1]}（{currency}）",
            money_text(face, currency),
            money_text(entered, currency),
        )
        for kind, currency, face, entered in sums
    ]


def payments_entered(books: Books) -> list[Equation]:
    """Prove that every paid payment was topped up once, with its amount, no other, and by a transaction of its own."""
    with reading(books) as tx:
        sums = payment_store.paid_sums(tx)
        unpaired = payment_store.unpaired(tx)
        paying, twice = payment_store.transactions(tx)
    findings = [
        Finding(f"payment {name} of {payer}: it and its entry differ", f"{payer} 的支付单 {name}：与分录不符")
        for payer, name in unpaired
    ]
    return [
        Equation(
            f"payments {currency}",
            f"payments paid = top-ups through gateways ({currency})",
            f"已支付的支付单 = 在线充值分录（{currency}）",
            money_text(paid, currency),
            money_text(entered, currency),
            shortened(findings),
        )
        for currency, paid, entered in sums
    ] + _transactions(paying, twice)


def _transactions(paying: int, twice: Sequence[tuple[str, int]]) -> list[Equation]:
    findings = [
        Finding(f"transaction {name} paid {times} payments", f"交易 {name} 支付了 {times} 个支付单")
        for name, times in twice
    ]
    return [
        counted(
            "transactions",
            "payments paid = transactions of gateways that paid them",
            "已支付的支付单 = 支付它们的网关交易",
            (paying, paying - sum(times - 1 for _, times in twice)),
            findings,
        )
    ] if paying else []  # fmt: skip


def credit_within_total(books: Books) -> list[Equation]:
    """Prove that no line allocates more than its total."""
    with reading(books) as tx:
        lines = credit_store.every_line(tx, books.clock())
    over = [line for line in lines if line.unallocated < 0]
    if not lines:
        return []
    findings = [
        Finding(
            f"credit of {line.management_id}: over-allocated by {money_read(-line.unallocated, line.currency)}",
            f"{line.management_id} 的信控：超分配 {money_read(-line.unallocated, line.currency)}",
        )
        for line in over
    ]
    return [
        counted(
            "credit",
            "credit lines = credit lines within their total",
            "信控额度 = 未超分配的信控额度",
            (len(lines), len(lines) - len(over)),
            findings,
        )
    ]
