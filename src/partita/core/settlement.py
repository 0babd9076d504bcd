"""Settlement (结算): draw one due amount from a payer's funds, in the order of the waterfall; the rest is outstanding.

Owns the order of funds and the draw. Does not own which bills are paid first (`clearing`) nor the journal entry
(`posting_rules.settled`). A new fund is a new row of `WATERFALL` and new sources, not new code.
Rules: SETTLE-1 … SETTLE-4 (`docs/rules/settlement.md`); source: enterprise-finance.md B5 step 8, B7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from partita.core.funds import Fund

WATERFALL = (
    Fund.VOUCHER,
    Fund.STORED_VALUE,
    Fund.REFUND,
    Fund.ACCEPTANCE,
    Fund.TRANSFER_BOOK,
    Fund.CASH,
)
"""Which fund pays first (enterprise-finance.md B7: the cash ledger uses transferred money before own money)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Money that may be drawn: its fund, its id within the fund, and what is there in minor units.

    `priority` orders the sources of one fund, smallest first: a voucher carries its expiry date, then `0` for a
    dedicated and `1` for a general one (enterprise-finance.md B7). Sources of one fund carry priorities of one shape.
    """

    fund: Fund
    source_id: str
    available: int
    priority: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draw:
    """An amount taken from one source (扣款), in minor units, more than zero."""

    fund: Fund
    source_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was drawn, and what stays unpaid: `sum(draws) + outstanding` is the amount due (SETTLE-2)."""

    draws: tuple[Draw, ...]
    outstanding: int


def settle(due: int, sources: Iterable[Source]) -> Settlement:
    """Draw `due` (minor units) from `sources` in the order of the waterfall (SETTLE-1 … SETTLE-4).

    A source that is empty or overdrawn gives nothing. A `due` of zero or less (a month of credits) draws nothing: all
    of it is outstanding, and an outstanding amount below zero is owed to the payer.
    """
    draws: list[Draw] = []
    rest = due
    for source in sorted(sources, key=_turn):
        taken = min(rest, source.available)
        if taken > 0:
            draws.append(Draw(source.fund, source.source_id, taken))
            rest -= taken
    return Settlement(tuple(draws), rest)


def _turn(source: Source) -> tuple[int, tuple[str, ...], str]:
    """Where a source stands: fund, then priority, then id, so that the same sources are always drawn the same way."""
    return WATERFALL.index(source.fund), source.priority, source.source_id
