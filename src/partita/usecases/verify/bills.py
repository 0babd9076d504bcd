"""Proofs of the bills: charges = bill lines = receivable postings = draws + outstanding (VERIFY-4, VERIFY-5).

A month whose close is under way is proved when it is closed; of its buckets, those already posted count in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from partita.columnar.tables import CHARGE
from partita.core.money import is_currency, minor_scale_e10
from partita.store import charge as charge_store
from partita.store import proof
from partita.store.proof import BillOutOfStep, LooseEnd, MonthSums
from partita.usecases.rating import show_files
from partita.usecases.verify.equation import (
    Equation,
    Finding,
    attempt,
    counted,
    exact_text,
    money_read,
    money_text,
    reading,
    shortened,
)
from partita.usecases.verify.months import look, month_text
from partita.usecases.work import Books


def charges_to_receivable(books: Books) -> list[Equation]:
    """Prove, for each closed month: charges = bill lines; charges + 抹零 = payable; payable = receivable postings.

    There is a set of equations for every currency of the charges, of the bills or of the entries that bill the month.
    """
    with reading(books) as tx:
        months = look(tx)
        files = [one for one in charge_store.every(tx) if one.stage == "final"]
        sums = proof.month_sums(tx)
        uneven = proof.bills_out_of_step(tx)
    equations: list[Equation] = []
    for month in sorted({*months.all, *(one.month for one in sums)} - set(months.under_way)):
        paths = [str(books.room.path(one.path)) for one in files if one.month == month]
        billed = {one.currency: one for one in sums if one.month == month}
        off = [one for one in uneven if one.month == month]
        equations += attempt(f"bills {month_text(month)}", partial(_of_month, books, month, (paths, billed, off)))
    return equations


def _of_month(
    books: Books, month: int, given: tuple[list[str], dict[str, MonthSums], list[BillOutOfStep]]
) -> list[Equation]:
    paths, billed, off = given
    charged = _charged(books, paths)
    equations: list[Equation] = []
    for currency in sorted({*charged, *billed}):
        sums = billed.get(currency, MonthSums(month, currency, 0, 0, 0))
        equations += _of_currency(sums, charged.get(currency, (0, 0)), [one for one in off if one.currency == currency])
    return equations


def _charged(books: Books, paths: list[str]) -> dict[str, tuple[int, int]]:
    """Return for each currency the exact sum of the charges without and with the round-down lines."""
    with books.engine() as engine:
        show_files(engine, "charges", CHARGE, paths)
        rows = engine.execute(
            "select currency, "
            "coalesce(sum(billed_cost_e10) filter (where line_kind <> 'round_down'), 0)::DECIMAL(38,0), "
            "sum(billed_cost_e10)::DECIMAL(38,0) from charges group by currency"
        ).fetchall()
    return {currency: (int(without), int(with_lines)) for currency, without, with_lines in rows}


def _of_currency(sums: MonthSums, charged: tuple[int, int], uneven: Sequence[BillOutOfStep]) -> list[Equation]:
    month, currency = month_text(sums.month), sums.currency
    scale = minor_scale_e10(currency) if is_currency(currency) else 1
    payable = money_text(sums.payable_minor, currency)
    return [
        Equation(
            f"charges {month} {currency}",
            f"{month}: sum of charges = sum of bill lines",
            f"{month}：计费行合计 = 账单明细合计",
            exact_text(charged[0], currency),
            exact_text(sums.lines_e10, currency),
            shortened([_uneven(one) for one in uneven]),
        ),
        Equation(
            f"round-down {month} {currency}",
            f"{month}: charges with round-down = payable",
            f"{month}：计费行（含抹零） = 应付合计",
            exact_text(charged[1], currency),
            exact_text(sums.payable_minor * scale, currency),
        ),
        Equation(
            f"receivable {month} {currency}",
            f"{month}: payable = receivable postings",
            f"{month}：应付合计 = 应收账款过账",
            payable,
            money_text(sums.receivable_minor, currency),
        ),
    ]


def _uneven(one: BillOutOfStep) -> Finding:
    parts = [
        texts
        for off, texts in (
            (one.lines, ("its lines", "账单明细")),
            (one.products, ("its products", "产品金额")),
            (one.postings, ("its receivable postings", "应收账款过账")),
        )
        if off
    ]
    return Finding(
        f"bill {one.bill_id} of {one.payer_id}: differs from {' and '.join(english for english, _ in parts)}",
        f"付款方 {one.payer_id} 的账单 {one.bill_id}：与{'、'.join(chinese for _, chinese in parts)}不符",
    )


def parts_have_bills(books: Books) -> list[Equation]:
    """Prove that the bill of every bill line, product and draw is there."""
    with reading(books) as tx:
        there = proof.row_count(tx, "bill")
        missing = proof.bills_missing(tx)
    findings = [
        Finding(
            f"bill {bill} of {payer}: is not there, but rows of {', '.join(parts)} belong to it",
            f"付款方 {payer} 的账单 {bill}：不存在，但 {'、'.join(parts)} 中有其记录",
        )
        for payer, bill, parts in missing
    ]
    return [
        counted(
            "bill-parts",
            "bills that lines, products and draws name = bills that are there",
            "明细、产品与扣款所属的账单 = 存在的账单",
            (there + len(missing), there),
            findings,
        )
    ]


def bills_to_entries(books: Books) -> list[Equation]:
    """Prove that every bill that owes something was posted, and that every entry that bills has its bill."""
    with reading(books) as tx:
        under_way = look(tx).under_way
        sides = proof.billed_counts(tx, under_way)
        ends = proof.billed_ends(tx, under_way)
    return [
        counted(
            "billed",
            "bills with a payable = bills posted",
            "有应付的账单 = 已过账的账单",
            sides,
            [_unposted(one) for one in ends],
        )
    ]


def _unposted(one: LooseEnd) -> Finding:
    if one.known:
        return Finding(
            f"bill {one.bill_id} of {one.payer_id}: no entry posts it",
            f"付款方 {one.payer_id} 的账单 {one.bill_id}：没有分录将其过账",
        )
    return Finding(
        f"entry {one.payer_id} #{one.entry}: posts the bill {one.bill_id}, which is not there or owes nothing",
        f"分录 {one.payer_id} #{one.entry}：过账的账单 {one.bill_id} 不存在或无应付",
    )


def draws_to_entries(books: Books) -> list[Equation]:
    """Prove that the draws of every paid bill are what its entry settles, and the reverse."""
    with reading(books) as tx:
        sides = proof.settled_counts(tx)
        ends = proof.settled_ends(tx)
    return [
        counted(
            "settled",
            "bills paid by draws = bills settled by entries",
            "有扣款的账单 = 有扣款分录的账单",
            sides,
            [_unsettled(one) for one in ends],
        )
    ]


def bills_not_overpaid(books: Books) -> list[Equation]:
    """Prove that no bill is paid beyond what it asks, whatever the close, its clearings and credits paid."""
    with reading(books) as tx:
        paid, over = proof.paid_count(tx), proof.overpaid(tx)
    findings = [
        Finding(
            f"bill {bill} of {payer}: asks {money_read(payable, currency)}, but {money_read(drawn, currency)} paid it",
            f"付款方 {payer} 的账单 {bill}：应付 {money_read(payable, currency)}，已付 {money_read(drawn, currency)}",
        )
        for payer, bill, currency, payable, drawn in over
    ]
    return [
        counted(
            "overpaid",
            "bills paid by funds or credits = bills not paid beyond their payable",
            "有扣款或冲抵的账单 = 扣款与冲抵不超过应付的账单",
            (paid, paid - len(over)),
            findings,
        )
    ]


def _unsettled(one: LooseEnd) -> Finding:
    if one.entry is None:
        return Finding(
            f"bill {one.bill_id} of {one.payer_id}: has draws that no entry settles",
            f"付款方 {one.payer_id} 的账单 {one.bill_id}：有扣款但没有扣款分录",
        )
    english = "its draws do not sum to what the entry settles" if one.known else "the draws of the entry are not there"
    chinese = "扣款合计与分录不符" if one.known else "缺少分录对应的扣款"
    return Finding(
        f"bill {one.bill_id} of {one.payer_id}, entry #{one.entry}: {english}",
        f"付款方 {one.payer_id} 的账单 {one.bill_id}，分录 #{one.entry}：{chinese}",
    )


def payable_to_draws(books: Books) -> list[Equation]:
    """Prove payable = draws + outstanding, the outstanding taken from the ledger's receivable."""
    with reading(books) as tx:
        rows = proof.settlement_sums(tx, look(tx).under_way)
    return [
        Equation(
            f"settlement {currency}",
            f"payable = paid by funds + outstanding ({currency})",
            f"应付 = 资金扣款 + 未结清（{currency}）",
            money_text(payable, currency),
            money_text(drawn + receivable, currency),
        )
        for currency, payable, drawn, receivable in rows
    ]
