"""The law of bulk settlement: for any bills, funds and templates, the columnar statement draws what the core draws."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partita.columnar import settlement as columnar
from partita.core.funds import Fund
from partita.core.money import minor_scale_e10
from partita.core.settlement import Settlement, Source, dues_of, of_month, settle_lines
from settlement_worlds import MONTH, ZONE, Settled, World, tables, worlds

bulk = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
Paid = tuple[str, str, int, str, int]
"""Fund, source, line, part, amount."""


def settled(one: Settled) -> Settlement:
    dues = dues_of(one.bill.products, one.lines, minor_scale_e10("CNY"))
    return settle_lines(dues, of_month((source for source, _ in one.sources), MONTH, ZONE))


def by_core(world: World) -> dict[str, list[Paid]]:
    found = {one.bill.bill_id: _paid(one) for one in world.settled}
    return {bill: parts for bill, parts in found.items() if parts}


def _paid(one: Settled) -> list[Paid]:
    """Return the parts; where nothing looks at the lines, the draws, of the one line that stands for all."""
    settlement = settled(one)
    if one.by_line:
        return [(p.fund.value, p.source_id, p.line, p.part, p.amount) for p in settlement.parts]
    return [(d.fund.value, d.source_id, 0, "", d.amount) for d in settlement.draws]


def in_columns(world: World) -> dict[str, list[Paid]]:
    found: dict[str, list[Paid]] = {}
    for row in columnar.settle(tables(world)).to_pylist():
        paid = (row["fund"], row["source_id"], row["line"], row["part"], row["amount_minor"])
        found.setdefault(row["bill_id"], []).append(paid)
    return found


@bulk
@given(worlds())
def test_the_statement_draws_what_the_core_draws(world: World) -> None:
    assert in_columns(world) == by_core(world)


@given(worlds())
def test_dues_add_up_to_the_payable_and_draws_to_what_is_paid(world: World) -> None:
    for one in world.settled:
        dues = dues_of(one.bill.products, one.lines, minor_scale_e10("CNY"))
        asked = max(one.bill.payable_minor, 0)
        assert sum(due.amount for due in dues) == asked
        settlement = settled(one)
        assert sum(draw.amount for draw in settlement.draws) + settlement.outstanding == asked
        paid = {(due.line.line, due.line.part): due.amount for due in dues}
        for part in settlement.parts:
            paid[part.line, part.part] -= part.amount
        assert all(left >= 0 for left in paid.values())
        assert sum(paid.values()) == settlement.outstanding


@given(worlds())
def test_draws_laid_out_again_pay_the_lines_they_paid(world: World) -> None:
    """That is why the books keep no rows of which line a draw paid: it follows from the draws (SETTLE-9)."""
    for one in world.settled:
        dues = dues_of(one.bill.products, one.lines, minor_scale_e10("CNY"))
        first = settled(one)
        has = {(source.fund, source.source_id): source for source, _ in one.sources}
        drawn = [
            type(source)(source.fund, source.source_id, draw.amount, (place,), source.terms)
            for place, draw in enumerate(first.draws)
            for source in [has[draw.fund, draw.source_id]]
        ]
        again = settle_lines(dues, drawn)
        assert again.parts == first.parts
        assert again.draws == first.draws


@bulk
@given(worlds(), st.lists(st.integers(1, 80), max_size=4))
def test_clearings_laid_out_again_follow_the_close(world: World, later: list[int]) -> None:
    """What a clearing draws, of whatever source, pays lines that the draws before it left (SETTLE-9)."""
    laid = []
    for one in world.settled:
        first = settled(one)
        drawn = [(draw.fund, draw.source_id, draw.amount) for draw in first.draws]
        left = first.outstanding
        for place, amount in enumerate(later):
            if taken := max(0, min(left, amount)):
                drawn.append([(Fund.CASH, "cash", taken), (Fund.TRANSFER_BOOK, "main", taken)][place % 2])
                left -= taken
        has = {(source.fund, source.source_id): (source.terms, template) for source, template in one.sources}
        again = [
            (Source(fund, name, amount, terms=terms, round=turn), template)
            for turn, (fund, name, amount) in enumerate(drawn, 1)
            for terms, template in [has.get((fund, name), (None, None))]
        ]
        laid.append(replace(one, sources=tuple(again)))
        if any(source.terms for source, _ in again):
            parts = settled(laid[-1]).parts
            assert parts[: len(first.parts)] == first.parts
            assert sum(part.amount for part in parts) == sum(amount for _, _, amount in drawn)
    assert in_columns(replace(world, settled=tuple(laid))) == by_core(replace(world, settled=tuple(laid)))


@given(worlds())
def test_nothing_is_paid_out_of_scope(world: World) -> None:
    for one in world.settled:
        lines = {(line.line, line.part): line for line in one.lines}
        terms = {source.source_id: source.terms for source, _ in one.sources if source.fund is Fund.VOUCHER}
        for part in settled(one).parts:
            if part.fund is Fund.VOUCHER and (bound := terms[part.source_id]):
                line, scope = lines[part.line, part.part], bound.scope
                assert not scope.accounts or line.account_id in scope.accounts
                assert scope.tags <= line.tags
