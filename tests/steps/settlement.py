"""Plays the cases of settlement on the pure core: `FUND SOURCE AMOUNT [PRIORITY …]`, then `settle AMOUNT`."""

from __future__ import annotations

from case_file import Case
from partita.core.funds import Fund
from partita.core.money import Money, format_scaled
from partita.core.settlement import Source, settle


def run(case: Case) -> list[str]:
    sources = [
        Source(Fund(fund), source, Money.parse(amount, "CNY").minor, tuple(priority))
        for fund, source, amount, *priority in case.given
    ]
    said = []
    for _, due in case.when:
        settlement = settle(Money.parse(due, "CNY").minor, sources)
        said += [f"draw {d.fund.value} {d.source_id} {_plain(d.amount)}" for d in settlement.draws]
        said.append(f"outstanding {_plain(settlement.outstanding)}")
    return said


def _plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)
