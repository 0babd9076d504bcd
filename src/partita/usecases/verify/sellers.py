"""Proof of who was paid: what invoices take as paid to each seller of a bill is what its draws paid of its lines.

Rules: INVOICE-1 (`docs/rules/invoice.md`), CLEAR-5, SETTLE-9.
"""

from __future__ import annotations

from partita.columnar import settlement as settlement_sql
from partita.store import bill as bill_store
from partita.store import clearing as clearing_store
from partita.store import settlement as settlement_store
from partita.store.bill import CloseRun
from partita.store.db import Transaction
from partita.usecases.close.settling import bills_of, lay_draws, show_sellers
from partita.usecases.verify.equation import Equation, Finding, counted, reading
from partita.usecases.verify.months import look
from partita.usecases.work import Books

Paid = dict[tuple[str, str], int]
"""(bill, seller) → minor units that money paid."""


def paid_by_line(books: Books) -> list[Equation]:
    """Prove of every bill of several sellers: what cash paid to each = what its draws paid of the seller's lines."""
    bills, findings = set[str](), dict[str, Finding]()
    with reading(books) as tx:
        under_way = look(tx).under_way
        runs = {run.month: run for run in bill_store.runs(tx) if run.month not in under_way}
        for month, bucket in settlement_store.with_sellers(tx):
            if month not in runs:
                continue
            said = settlement_store.paid_to_sellers(tx, month, bucket)
            laid = _laid(tx, books, runs[month], bucket)
            bills |= {bill for bill, _ in (*said, *laid)}
            findings |= {
                bill: _apart(bill, seller) for bill, seller in sorted({*said, *laid})
                if said.get((bill, seller)) != laid.get((bill, seller))
            }  # fmt: skip
    if not bills:
        return []
    return [
        counted(
            "sellers",
            "bills of several sellers = bills whose lines were paid as invoices say",
            "含多个卖家的账单 = 各卖家实付与账单明细扣款一致的账单",
            (len(bills), len(bills) - len(findings)),
            list(findings.values()),
        )
    ]


def _laid(tx: Transaction, books: Books, run: CloseRun, bucket: int) -> Paid:
    """Return what money paid to each seller when the draws are laid against the lines again."""
    with books.engine() as engine, engine.cursor() as connection:
        lay_draws(tx, books.room, connection, bills_of(tx, run, bucket))
        connection.execute(f"create or replace temp table paid_parts as {settlement_sql.parts_sql()}")
        show_sellers(connection, clearing_store.market_products(tx, run.closed_at))
        rows = connection.execute(settlement_sql.paid_to_sellers_sql()).fetchall()
    return {(bill, seller): amount for bill, seller, amount in rows}


def _apart(bill: str, seller: str) -> Finding:
    return Finding(
        f"bill {bill}: what was paid to {seller or 'the operator'} is not what its lines were paid",
        f"账单 {bill}：付给 {seller or '运营方'} 的金额与其明细实付不符",
    )
