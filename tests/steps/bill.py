"""Plays the cases of bills: what is due, line by line, product by product, and which state a close has reached."""

from __future__ import annotations

from case_file import Case
from partita.core.money import Money, format_scaled, minor_digits
from partita.core.period import Month
from partita.store import bill as bill_store
from partita.usecases.work import Books, Work
from steps.world import world_of


def run(case: Case, books: Books) -> list[str]:
    world = world_of(case, books)
    said = list(world.said)
    asked = {line.split()[0] for line in case.then}
    with books.work() as work:
        for one in bill_store.bills(work.tx):
            said += _bill(work, one, asked)
        if "state" in asked:
            said += [
                f"state {Month.from_number(run.month)} {state}"
                for run in bill_store.runs(work.tx)
                for state in sorted(set(bill_store.states(work.tx, run.month).values()))
            ]
    return said


def _bill(work: Work, one: bill_store.BillRow, asked: set[str]) -> list[str]:
    month = Month.from_number(one.month)
    said = []
    if "line" in asked:
        said += [
            f"line {one.payer_id} {month} {line.kind} {line.account_id} {line.sku_id} "
            f"{Month.from_number(line.usage_month)} {format_scaled(line.billed_cost_e10, 10, places=2)}"
            for line in bill_store.lines(work.tx, one.bill_id)
        ]
    if "product" in asked:
        said += [
            f"product {payer} {product} {_plain(payable, currency)}"
            for payer, bill, currency, product, payable in bill_store.products(
                work.tx, month=one.month, bucket=one.bucket
            )
            if bill == one.bill_id
        ]
    if "bill" in asked:
        exact = format_scaled(one.billed_cost_e10, 10, places=2)
        dropped = format_scaled(-one.round_down_e10, 10, places=2)
        said.append(
            f"bill {one.payer_id} {month} cost {exact} round-down {dropped} "
            f"payable {_plain(one.payable_minor, one.currency)}"
        )
    if "draw" in asked:
        draws = bill_store.draws(work.tx, [one.bill_id])
        said += [f"draw {one.payer_id} {draw.fund} {_plain(draw.amount_minor, one.currency)}" for draw in draws]
        left = one.payable_minor - sum(draw.amount_minor for draw in draws)
        said.append(f"outstanding {one.payer_id} {_plain(left, one.currency)}")
    return said


def _plain(minor: int, currency: str) -> str:
    text = format_scaled(minor, minor_digits(currency), places=minor_digits(currency))
    assert text in str(Money(minor, currency))
    return text
