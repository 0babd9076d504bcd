"""Proofs of the ledger: entries sum to zero, the chain is unbroken, balances are sums of postings (VERIFY-2)."""

from __future__ import annotations

from partita.core.refusal import refused
from partita.store import ledger as ledger_store
from partita.store import proof
from partita.store.ledger import BalanceDifference
from partita.usecases.verify.equation import Equation, Finding, counted, money_read, money_text, reading, said
from partita.usecases.work import Books


def balanced(books: Books) -> list[Equation]:
    """Prove that every entry sums to zero, and print debits = credits of each currency."""
    with reading(books) as tx:
        sums = proof.sides(tx)
        uneven = proof.uneven_entries(tx)
    return [
        Equation(
            f"ledger {currency}",
            f"debits = credits ({currency})",
            f"借方合计 = 贷方合计（{currency}）",
            money_text(debits, currency),
            money_text(credited, currency),
            tuple(_uneven(payer, number) for payer, number, one in uneven if one == currency),
        )
        for currency, debits, credited in sums
    ]


def _uneven(payer: str, sequence: int) -> Finding:
    return Finding(f"entry {payer} #{sequence}: does not sum to zero", f"分录 {payer} #{sequence}：借贷不平")


def chained(books: Books) -> list[Equation]:
    """Prove that the SHA-256 chain of each payer is whole; a break is named by payer and sequence."""
    with reading(books) as tx:
        entries = ledger_store.entry_count(tx)
        breaks = ledger_store.verify_chain(tx)
    return [
        counted(
            "chain",
            "entries = entries in an unbroken chain",
            "分录数 = 链上完好的分录数",
            (entries, entries - len(breaks)),
            [said(refused(one.reason, payer=one.payer_id, sequence=one.sequence)) for one in breaks],
        )
    ]


def balances(books: Books) -> list[Equation]:
    """Prove that each kept balance is the sum of its postings; one that differs is named."""
    with reading(books) as tx:
        differing = ledger_store.check_balances(tx)
        kept = proof.row_count(tx, "balance")
    return [
        counted(
            "balances",
            "balances kept = sums of postings",
            "保存的余额 = 过账合计",
            (kept, kept - len(differing)),
            [_differs(one) for one in differing],
        )
    ]


def _differs(one: BalanceDifference) -> Finding:
    kept, postings = money_read(one.kept_minor, one.currency), money_read(one.postings_minor, one.currency)
    return Finding(
        f"balance {one.ledger_account} of {one.payer_id}: kept {kept}, but its postings sum to {postings}",
        f"余额 {one.payer_id} 的 {one.ledger_account}：保存为 {kept}，过账合计为 {postings}",
    )
