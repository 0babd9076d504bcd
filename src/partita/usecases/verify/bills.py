"""Proofs of the bills: charges = bill lines = receivable postings = draws + outstanding (VERIFY-4)."""

from __future__ import annotations

from partita.columnar.tables import CHARGE
from partita.core.money import Money, format_scaled
from partita.core.period import Month
from partita.store import bill as bill_store
from partita.store import charge as charge_store
from partita.store import proof
from partita.usecases.rating import show_files
from partita.usecases.verify.equation import Equation
from partita.usecases.work import Books


def charges_to_receivable(books: Books) -> list[Equation]:
    """Prove, for each closed month: charges = bill lines; charges + 抹零 = payable; payable = receivable postings."""
    equations: list[Equation] = []
    with books.work() as work:
        runs = bill_store.runs(work.tx)
        files = [one for one in charge_store.every(work.tx) if one.stage == "final"]
        sums = {run.month: proof.month_sums(work.tx, run.month) for run in runs}
        uneven = {run.month: tuple(proof.bills_out_of_step(work.tx, run.month)) for run in runs}
    for run in runs:
        month = Month.from_number(run.month)
        paths = [str(books.room.path(one.path)) for one in files if one.month == run.month]
        charged = _charged(books, paths)
        for line in sums[run.month]:
            equations += _of_month(month, line, charged.get(line.currency, (0, 0)), uneven[run.month])
    return equations


def _charged(books: Books, paths: list[str]) -> dict[str, tuple[int, int]]:
    """Return for each currency the exact sum of the charges without and with the round-down lines."""
    engine = books.engine()
    try:
        show_files(engine, "charges", CHARGE, paths)
        rows = engine.execute(
            "select currency, "
            "coalesce(sum(billed_cost_e10) filter (where line_kind <> 'round_down'), 0)::DECIMAL(38,0), "
            "sum(billed_cost_e10)::DECIMAL(38,0) from charges group by currency"
        ).fetchall()
    finally:
        engine.close()
    return {currency: (int(without), int(with_lines)) for currency, without, with_lines in rows}


def _of_month(month: Month, line: proof.MonthSums, charged: tuple[int, int], uneven: tuple[str, ...]) -> list[Equation]:
    currency = line.currency
    payable = str(Money(line.payable_minor, currency))
    return [
        Equation(
            f"charges {month} {currency}",
            f"{month}: sum of charges = sum of bill lines",
            f"{month}：计费行合计 = 账单明细合计",
            _exact(charged[0], currency),
            _exact(line.lines_e10, currency),
            uneven,
        ),
        Equation(
            f"round-down {month} {currency}",
            f"{month}: charges with round-down = payable",
            f"{month}：计费行（含抹零） = 应付合计",
            _exact(charged[1], currency),
            _exact(line.payable_minor * line.minor_scale_e10, currency),
        ),
        Equation(
            f"receivable {month} {currency}",
            f"{month}: payable = receivable postings",
            f"{month}：应付合计 = 应收账款过账",
            payable,
            str(Money(line.receivable_minor, currency)),
        ),
    ]


def _exact(amount_e10: int, currency: str) -> str:
    return f"{format_scaled(amount_e10, 10, places=2)} {currency}"


def payable_to_draws(books: Books) -> list[Equation]:
    """Prove payable = draws + outstanding, the outstanding taken from the ledger's receivable."""
    with books.work() as work:
        rows = proof.settlement_sums(work.tx)
    return [
        Equation(
            f"settlement {currency}",
            f"payable = paid by funds + outstanding ({currency})",
            f"应付 = 资金扣款 + 未结清（{currency}）",
            str(Money(payable, currency)),
            f"{Money(drawn + receivable, currency)}",
        )
        for currency, payable, drawn, receivable in rows
    ]
