"""Proofs of the views of bills: five views of each month with one total, which is what bills and orders ask (VERIFY-8).

Each view is read over all payers of a month as anybody reads it, so the equations say what people see.
"""

from __future__ import annotations

from functools import partial

from partita.core.bill_view import LISTS, View
from partita.core.money import is_currency, minor_scale_e10
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.store import bill_view as view_store
from partita.store import usage as usage_store
from partita.usecases.bill_view import Asked, Reading, prepared, read
from partita.usecases.verify.equation import Equation, Finding, attempt, exact_text, reading, shortened
from partita.usecases.verify.months import look, month_text
from partita.usecases.work import Books

_PAIRS = tuple(zip(tuple(View)[:-1], tuple(View)[1:], strict=True))


def views_agree(books: Books) -> list[Equation]:
    """Prove for each month that is not being closed: payable = month bill = details = flow = items = amortised."""
    with reading(books) as tx:
        months, frozen = look(tx), usage_store.frozen_through(tx)
        passed_over = {month for month in view_store.months(tx) if month < frozen}
        asked = {
            month: view_store.asked(tx, month) for month in sorted({*months.all, *passed_over} - {*months.under_way})
        }
    equations: list[Equation] = []
    for month, payable in asked.items():
        equations += attempt(f"bill views {month_text(month)}", partial(_of_month, books, month, payable))
    return equations


def _of_month(books: Books, month: int, payable: dict[tuple[str, str], int]) -> list[Equation]:
    with read(books, Asked(Month.from_number(month))) as laid:
        assert not isinstance(laid, Refused), "a month that is closed can be read"
        sums = {view: _sums(laid, view) for view in View}
        totals = dict(laid.totals)
    currencies = sorted({currency for _, currency in {*totals, *payable}} | {one for of in sums.values() for one in of})
    equations = []
    for currency in currencies:
        equations += _of_currency(month, currency, sums, (totals, payable))
    return equations


def _sums(laid: Reading, view: View) -> dict[str, int]:
    rows = prepared(laid, LISTS[view], {})
    found = laid.engine.execute(f"select currency, sum(payable_e10)::varchar from ({rows}) group by 1").fetchall()
    return {currency: int(amount) for currency, amount in found}


def _of_currency(
    month: int,
    currency: str,
    sums: dict[View, dict[str, int]],
    of_payers: tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]],
) -> list[Equation]:
    totals, payable = of_payers
    scale = minor_scale_e10(currency) if is_currency(currency) else 1
    mine = sorted(payer for payer, of in {*totals, *payable} if of == currency)
    off = [one for one in mine if totals.get((one, currency), 0) != payable.get((one, currency), 0) * scale]
    asked = sum(amount for (_, of), amount in payable.items() if of == currency) * scale
    name = month_text(month)
    first = Equation(
        f"bill views {name} {currency}",
        f"{name}: payable of bills and orders = month bill",
        f"{name}：账单与订单应付合计 = 月账单",
        exact_text(asked, currency),
        exact_text(sums[View.MONTH].get(currency, 0), currency),
        shortened([_off(one, name) for one in off]),
    )
    return [
        first,
        *(
            Equation(
                f"{right.word} {name} {currency}",
                f"{name}: {left.text()} = {right.text()}",
                f"{name}：{left.text('zh')} = {right.text('zh')}",
                exact_text(sums[left].get(currency, 0), currency),
                exact_text(sums[right].get(currency, 0), currency),
            )
            for left, right in _PAIRS
        ),
    ]


def _off(payer: str, month: str) -> Finding:
    return Finding(
        f"month bill of {payer} for {month}: differs from what its bill and orders ask",
        f"{payer} 的 {month} 月账单：与其账单及订单的应付不符",
    )
