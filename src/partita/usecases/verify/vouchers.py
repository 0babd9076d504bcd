"""Proofs of vouchers and of draws: every voucher is accounted for, sharing cancels, draws fit the lines they paid.

Rules: VOUCHER-10 (`docs/rules/voucher.md`), SETTLE-9 (`docs/rules/settlement.md`).
"""

from __future__ import annotations

from functools import partial

import duckdb

from partita.columnar import settlement as settlement_sql
from partita.store import bill as bill_store
from partita.store import org as org_store
from partita.store import voucher as voucher_store
from partita.store.bill import CloseRun
from partita.store.db import Transaction
from partita.usecases.close.settling import bills_of, lay_draws
from partita.usecases.verify.equation import (
    Equation,
    Finding,
    attempt,
    counted,
    money_read,
    money_text,
    reading,
    shortened,
)
from partita.usecases.verify.months import look, month_text
from partita.usecases.work import Books


def accounted_for(books: Books) -> list[Equation]:
    """Prove, for each currency: vouchers issued = drawn + lapsed + held, voucher by voucher."""
    with reading(books) as tx:
        sums = voucher_store.accounts_by_currency(tx)
        uneven = voucher_store.accounts_uneven(tx)
    return [
        Equation(
            f"vouchers {one.currency}",
            f"vouchers issued = drawn + lapsed + held ({one.currency})",
            f"已发放代金券 = 已抵扣 + 已失效 + 持有（{one.currency}）",
            money_text(one.issued, one.currency),
            money_text(one.drawn + one.lapsed + one.held, one.currency),
            shortened([_uneven(found) for found in uneven if found.currency == one.currency]),
        )
        for one in sums
    ]


def _uneven(one: voucher_store.Account) -> Finding:
    issued, drawn, lapsed, held = (
        money_read(amount, one.currency) for amount in (one.issued, one.drawn, one.lapsed, one.held)
    )
    return Finding(
        f"voucher {one.name}: issued {issued}, but drawn {drawn}, lapsed {lapsed}, held {held}",
        f"代金券 {one.name}：发放 {issued}，抵扣 {drawn}，失效 {lapsed}，持有 {held}",
    )


def sharing_cancels(books: Books) -> list[Equation]:
    """Prove that what a main account handed on of its vouchers is what its members received, pair by pair."""
    with reading(books) as tx:
        pairs, apart = voucher_store.clearing_apart(tx)
    if not pairs:
        return []
    return [
        counted(
            "vouchers-shared",
            "pairs of accounts that shared vouchers = pairs whose halves cancel",
            "共享代金券的账号对 = 两边抵平的账号对",
            (pairs, pairs - len(apart)),
            [
                Finding(
                    f"vouchers shared between {one} and {other}: their halves differ in {currency}",
                    f"{one} 与 {other} 之间共享的代金券：两边 {currency} 金额不符",
                )
                for one, other, currency in apart
            ],
        )
    ]


def draws_fit_lines(books: Books) -> list[Equation]:
    """Prove, for each closed month, that its draws fit the lines of its bills: each pays what its source may pay."""
    with reading(books) as tx:
        under_way = look(tx).under_way
        runs = [run for run in bill_store.runs(tx) if run.month not in under_way]
    equations: list[Equation] = []
    for run in runs:
        equations += attempt(f"draws {month_text(run.month)}", partial(_draws_of, books, run))
    return equations


def _draws_of(books: Books, run: CloseRun) -> list[Equation]:
    drawn = fitting = 0
    findings: list[Finding] = []
    with reading(books) as tx, books.engine() as engine:
        for bucket in range(org_store.bucket_count(tx)):
            made, fit, apart = _draws_in(tx, books, engine, (run, bucket))
            drawn, fitting = drawn + made, fitting + fit
            findings += apart
    if not drawn:
        return []
    month = month_text(run.month)
    return [
        counted(
            f"draws {month}",
            f"{month}: draws = draws that fit the lines they paid",
            f"{month}：扣款 = 与账单明细相符的扣款",
            (drawn, fitting),
            findings,
        )
    ]


def _draws_in(
    tx: Transaction, books: Books, engine: duckdb.DuckDBPyConnection, place: tuple[CloseRun, int]
) -> tuple[int, int, list[Finding]]:
    """Return how many draws a bucket made, how many are found again when laid against the lines, and the others."""
    run, bucket = place
    with engine.cursor() as connection:
        lay_draws(tx, books.room, connection, bills_of(tx, run, bucket))
        rows = connection.execute(
            f"with found as (select bill_id, fund, source_id, sum(amount_minor) as amount_minor "
            f"  from ({settlement_sql.draws_sql()}) group by 1, 2, 3), made as ("
            "  select b.bill_id, b.payer_id, s.fund, s.source_id, sum(s.available) as amount_minor"
            "  from sources s join bills b on b.payer_id = s.payer_id and b.currency = s.currency group by 1, 2, 3, 4) "
            "select made.payer_id, made.bill_id, made.fund, made.source_id, "
            "       found.amount_minor is not distinct from made.amount_minor "
            "from made left join found on found.bill_id = made.bill_id and found.fund = made.fund "
            "and found.source_id = made.source_id order by 1, 2, 3, 4"
        ).fetchall()
    apart = [
        Finding(
            f"bill {bill} of {payer}: the draw on {fund} {source} does not fit its lines",
            f"付款方 {payer} 的账单 {bill}：{fund} {source} 的扣款与账单明细不符",
        )
        for payer, bill, fund, source, fits in rows
        if not fits
    ]
    return len(rows), len(rows) - len(apart), apart
