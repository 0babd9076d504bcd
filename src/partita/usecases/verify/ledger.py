"""Proofs of the ledger: entries sum to zero, the chain is unbroken, balances are sums of postings (VERIFY-2)."""

from __future__ import annotations

from partita.core.money import Money
from partita.store import ledger as ledger_store
from partita.store import proof
from partita.usecases.verify.equation import Equation
from partita.usecases.work import Books


def balanced(books: Books) -> list[Equation]:
    """Prove that every entry sums to zero, and print debits = credits of each currency."""
    with books.work() as work:
        sums = proof.sides(work.tx)
        uneven = proof.uneven_entries(work.tx)
    return [
        Equation(
            f"ledger {currency}",
            f"debits = credits ({currency})",
            f"借方合计 = 贷方合计（{currency}）",
            str(Money(debits, currency)),
            str(Money(credited, currency)),
            tuple(f"entry {payer} #{number}: does not sum to zero" for payer, number, one in uneven if one == currency),
        )
        for currency, debits, credited in sums
    ]


def chained(books: Books) -> list[Equation]:
    """Prove that the SHA-256 chain of each payer is whole; a break is named by payer and sequence."""
    with books.work() as work:
        entries = ledger_store.entry_count(work.tx)
        breaks = ledger_store.verify_chain(work.tx)
    return [
        Equation(
            "chain",
            "entries = entries in an unbroken chain",
            "分录数 = 链上完好的分录数",
            f"{entries:,}",
            f"{entries - len(breaks):,}",
            tuple(str(one) for one in breaks),
        )
    ]


def balances(books: Books) -> list[Equation]:
    """Prove that each kept balance is the sum of its postings; one that differs is named."""
    with books.work() as work:
        differing = ledger_store.check_balances(work.tx)
        kept = proof.balance_count(work.tx)
    return [
        Equation(
            "balances",
            "balances kept = sums of postings",
            "保存的余额 = 过账合计",
            f"{kept:,}",
            f"{kept - len(differing):,}",
            tuple(str(one) for one in differing),
        )
    ]
