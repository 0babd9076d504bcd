"""Settlement (结算): draw what is due from a payer's funds, in the order of the waterfall; the rest is outstanding.

Owns the order of funds, what each line of a bill asks, which source may pay which line and which month, and the draw.
Does not own which bills are paid first (`clearing`) nor the journal entry (`posting_rules.settled`). A new fund is a
new row of `WATERFALL` and new sources, not new code. The same over a whole bucket is `columnar.settlement`; a law
proves both equal. Rules: SETTLE-1 … SETTLE-9 (`docs/rules/settlement.md`); source: enterprise-finance.md B5 step 8, B7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from partita.core.bill import share_payable
from partita.core.funds import Fund
from partita.core.period import Month, Period
from partita.core.scope import Item, Occasion, Tag
from partita.core.template import Terms, stacked

WATERFALL = (
    Fund.VOUCHER,
    Fund.STORED_VALUE,
    Fund.REFUND,
    Fund.ACCEPTANCE,
    Fund.TRANSFER_BOOK,
    Fund.CASH,
)
"""Which fund pays first (enterprise-finance.md B7: the cash ledger uses transferred money before own money)."""

SAME_MONTH = frozenset({Fund.VOUCHER, Fund.STORED_VALUE})
"""Funds that pay only the bills of months in which they are valid (B7: never across months)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Money that may be drawn: its fund, its id within the fund, and what is there in minor units.

    `priority` orders the sources of one fund, smallest first: a voucher carries the numbers of its policy
    (`voucher.priority`). Sources of one fund carry priorities of one shape. `terms` bind a voucher to some lines and to
    a minimum; `valid` binds a voucher or a stored-value card to its months; None = no condition. `round` comes before
    the order of funds: 0, or where draws are laid again the number of the draw (SETTLE-9).
    """

    fund: Fund
    source_id: str
    available: int
    priority: tuple[int, ...] = ()
    terms: Terms | None = None
    valid: Period | None = None
    round: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a bill or an order, or a part of one that some templates' tags set apart: its exact cost in `_e10`.

    `part` names the part within the line ('' where a line has only one); `tags` are those that its charges carry.
    """

    line: int
    account_id: str
    product_id: str
    exact_e10: int
    part: str = ""
    tags: frozenset[Tag] = frozenset()
    occasion: Occasion = Occasion.PAY_AS_YOU_GO


@dataclass(frozen=True, slots=True)
class Due:
    """What a line asks in minor units: its share of the payable (SETTLE-6)."""

    line: Line
    amount: int

    @property
    def item(self) -> Item:
        """What a scope looks at."""
        return Item(self.line.account_id, self.line.product_id, self.line.occasion, self.line.tags)


@dataclass(frozen=True, slots=True)
class Draw:
    """An amount taken from one source (扣款), in minor units, more than zero."""

    fund: Fund
    source_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one source paid of one line, in minor units, more than zero."""

    fund: Fund
    source_id: str
    line: int
    part: str
    amount: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What was drawn, and what stays unpaid: `sum(draws) + outstanding` is the amount due (SETTLE-2).

    `parts` say which line each draw paid: they sum to the draws.
    """

    draws: tuple[Draw, ...]
    outstanding: int
    parts: tuple[Part, ...] = ()


def settle(due: int, sources: Iterable[Source]) -> Settlement:
    """Draw one amount (minor units) that is not cut into lines, from sources that pay anything (SETTLE-1 … SETTLE-4).

    A source that is empty or overdrawn gives nothing. A `due` of zero or less (a month of credits) draws nothing: all
    of it is outstanding, and an outstanding amount below zero is owed to the payer.
    """
    draws: list[Draw] = []
    rest = due
    for source in sorted(sources, key=_turn):
        assert source.terms is None, "what pays only some lines needs the lines"
        taken = min(rest, source.available)
        if taken > 0:
            draws.append(Draw(source.fund, source.source_id, taken))
            rest -= taken
    return Settlement(tuple(draws), rest)


def settle_lines(dues: Sequence[Due], sources: Iterable[Source]) -> Settlement:
    """Draw the dues of a bill, in bill order, from the sources that may pay them, in their turn (SETTLE-5).

    `dues` are those of `dues_of`, more than zero each. Each source pays the first lines that it may pay and that are
    not yet paid; nothing is optimised: the order stated is the order drawn.
    """
    rest = [due.amount for due in dues]
    draws: list[Draw] = []
    parts: list[Part] = []
    for source in _used(dues, sources):
        left = source.available
        for place, due in enumerate(dues):
            taken = min(left, rest[place]) if _pays(source, due) else 0
            if taken > 0:
                parts.append(Part(source.fund, source.source_id, due.line.line, due.line.part, taken))
                rest[place] -= taken
                left -= taken
        if left < source.available:
            draws.append(Draw(source.fund, source.source_id, source.available - left))
    return Settlement(tuple(draws), sum(rest), tuple(parts))


def of_month(sources: Iterable[Source], month: Month, zone: str) -> list[Source]:
    """Return the sources that may pay the bill of a month (SETTLE-8).

    A voucher or a card pays when it is valid at any time of that month; a refund pays its own month or a later one.
    """
    period = month.period(zone)
    return [source for source in sources if _in_month(source, month, period)]


def dues_of(products: Mapping[str, int], lines: Sequence[Line], scale_e10: int) -> list[Due]:
    """Return what each line asks, in bill order, lines that ask nothing left out (SETTLE-6, SETTLE-7).

    `products` maps each product to its share of the payable in minor units; `lines` are those of the bill, cut into
    parts or not, and their exact sums by product are what was shared. The dues add up to the payable, or to nothing
    when that is below zero.
    """
    return [due for due in _less_credits(shares_of(products, lines, scale_e10)) if due.amount > 0]


def shares_of(products: Mapping[str, int], lines: Sequence[Line], scale_e10: int) -> list[Due]:
    """Return each line's share of the payable, before credits are taken off; below zero for a credit (SETTLE-6).

    As the payable is shared among products (BILL-3), so each product's share among its lines, and each line's among its
    parts: cut down, odd units to the largest remainders, ties in bill order.
    """
    of_line: dict[tuple[str, int], int] = {}
    for line in lines:
        key = (line.product_id, line.line)
        of_line[key] = of_line.get(key, 0) + line.exact_e10
    share: dict[int, int] = {}
    for product, payable in products.items():
        exact = {number: cost for (name, number), cost in of_line.items() if name == product}
        share |= share_payable(payable, exact, scale_e10=scale_e10)
    dues: list[Due] = []
    for number in sorted(share):
        parts = {line.part: line for line in lines if line.line == number}
        exact_parts = {name: line.exact_e10 for name, line in parts.items()}
        shared = share_payable(share[number], exact_parts, scale_e10=scale_e10)
        dues += [Due(parts[name], shared[name]) for name in sorted(parts)]
    return dues


def taken_up(dues: Sequence[Due], given: int) -> dict[int, tuple[int, int]]:
    """Return of each line below zero what lines of its bill took up of it, and what other bills did, in minor units.

    `dues` are those of `shares_of`; `given` is what the bill, being below zero, paid of others (CLEAR-3). As the lines
    are lowered (SETTLE-7), so credits are used up in bill order: for lines of their product, for other lines, then for
    other bills.
    """
    left = {due.line.line: -due.amount for due in dues if due.amount < 0}
    within, rest = dict.fromkeys(left, 0), sum(max(due.amount, 0) for due in dues)
    for product in {due.line.product_id for due in dues}:
        of = [due for due in dues if due.line.product_id == product]
        charged = sum(max(due.amount, 0) for due in of)
        for number, taken in _use_up(left, [due.line.line for due in of if due.amount < 0], charged):
            within[number] += taken
            rest -= taken
    for number, taken in _use_up(left, list(left), rest):
        within[number] += taken
    outside = dict(_use_up(left, list(left), given))
    return {number: (within[number], outside[number]) for number in left}


def _use_up(left: dict[int, int], numbers: Sequence[int], amount: int) -> list[tuple[int, int]]:
    """Use credits up in the order given, until `amount` is used; return what was used of each."""
    used = []
    for number in numbers:
        taken = min(left[number], amount)
        left[number] -= taken
        amount -= taken
        used.append((number, taken))
    return used


def _less_credits(dues: Sequence[Due]) -> list[Due]:
    """Take credits off: first from the lines of their product in bill order, then from the rest (SETTLE-7)."""
    credits_of: dict[str, int] = {}
    for due in dues:
        product = due.line.product_id
        credits_of[product] = credits_of.get(product, 0) + max(-due.amount, 0)
    lowered: list[Due] = []
    for due in dues:
        taken = min(credits_of[due.line.product_id], max(due.amount, 0))
        credits_of[due.line.product_id] -= taken
        lowered.append(replace(due, amount=max(due.amount, 0) - taken))
    left = sum(credits_of.values())
    for place, due in enumerate(lowered):
        taken = min(left, due.amount)
        left -= taken
        lowered[place] = replace(due, amount=due.amount - taken)
    return lowered


def _used(dues: Sequence[Due], sources: Iterable[Source]) -> list[Source]:
    """Return the sources that are used, in their turn, each with what it gives of this bill at most (SETTLE-5).

    Sources of one fund that bear terms (vouchers) stack or do not (VOUCHER-5); the first that gives anything decides.
    """
    giving = [
        replace(source, available=given) for source in sorted(sources, key=_turn) if (given := _gives(dues, source)) > 0
    ]
    vouchers = [source for source in giving if source.terms]
    used = stacked(vouchers, lambda source: source.terms is not None and source.terms.stacks)
    return [source for source in giving if source.terms is None or source in used]


def _gives(dues: Sequence[Due], source: Source) -> int:
    if source.terms is None:
        return source.available
    eligible = sum(due.amount for due in dues if _pays(source, due))
    return source.terms.gives(eligible, source.available)


def _pays(source: Source, due: Due) -> bool:
    return source.terms is None or source.terms.scope.covers(due.item)


def _in_month(source: Source, month: Month, period: Period) -> bool:
    if source.fund is Fund.REFUND:
        return source.source_id <= str(month)
    if source.fund not in SAME_MONTH or source.valid is None:
        return True
    return source.valid.start < period.end and period.start < source.valid.end


def _turn(source: Source) -> tuple[int, int, tuple[int, ...], str]:
    """Where a source stands: round, fund, priority, id, so that the same sources are always drawn the same way."""
    return source.round, WATERFALL.index(source.fund), source.priority, source.source_id
