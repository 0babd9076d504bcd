"""Clearing (销账): what is unpaid is paid from the funds that a payer has now, oldest month first.

Owns which debts are paid first, how much of them, and which funds pay a debt after its month was billed; what credits
take off unpaid bills. Does not own the order of funds (`settlement`) nor the journal entry (`posting_rules`). Rules:
CLEAR-1 … CLEAR-4 (`docs/rules/clearing.md`); source: enterprise-finance.md B6, B7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from partita.core.period import Month
from partita.core.settlement import SAME_MONTH, Draw, Source, of_month, settle


@dataclass(frozen=True, slots=True)
class Unpaid:
    """What is left to pay of a bill, in minor units, more than zero; `next_line`: the number of its next draw."""

    bill_id: str
    month: Month
    amount: int
    next_line: int = 1


@dataclass(frozen=True, slots=True)
class Debts:
    """What a payer owes in one currency, in minor units.

    `owed`: what stands on the receivable. `bills`: those that are not wholly paid, in any order. Credits that no bill
    has taken up make `owed` less; a debt that is on no bill (an acceptance bill that bounced) makes it more.
    """

    owed: int
    bills: tuple[Unpaid, ...]
    zone: str

    @property
    def on_no_bill(self) -> int:
        """What is owed beyond the bills."""
        return max(0, self.owed - sum(bill.amount for bill in self.bills))


@dataclass(frozen=True, slots=True)
class Cleared:
    """What funds paid of one bill, or with `bill` None of what is on no bill; the draws are not empty."""

    bill: Unpaid | None
    draws: tuple[Draw, ...]

    @property
    def amount(self) -> int:
        """What was paid, in minor units."""
        return sum(draw.amount for draw in self.draws)


def clear(debts: Debts, sources: Sequence[Source], this_month: Month) -> list[Cleared]:
    """Pay the bills of the oldest month first, then what is on no bill, until the funds or the debts end.

    No more is drawn than is owed (CLEAR-3). Each source gives what it has, less what an older bill took of it.
    """
    left = [source for source in sources if source.fund not in SAME_MONTH]
    owed, done = debts.owed, []
    for bill in _in_order(debts.bills):
        paid = settle(min(bill.amount, owed), of_month(left, bill.month, debts.zone)).draws
        owed -= sum(draw.amount for draw in paid)
        left = _without(left, paid)
        done.append(Cleared(bill, paid))
    paid = settle(min(debts.on_no_bill, owed), of_month(left, this_month, debts.zone)).draws
    return [one for one in (*done, Cleared(None, paid)) if one.draws]


class CreditKind(Enum):
    """What lowers what is owed without money (CLEAR-3); the value is what tables and commands write."""

    BILL = "bill"
    CREDIT_REFUND = "credit_refund"


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of a credit, in minor units, more than zero: a bill below zero, or a credit refund that was set off.

    `source_id`: the bill, or the entry that set the refund off.
    """

    kind: CreditKind
    source_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class SetOff:
    """What a credit pays of a bill, in minor units, more than zero: no money moves.

    `bill`: as it was found unpaid; `left`: what is left to pay of it afterwards.
    """

    bill: Unpaid
    credit: Credit
    amount: int
    left: int


def set_off(bills: Sequence[Unpaid], credits_: Sequence[Credit]) -> list[SetOff]:
    """Lay credits, first to last, against unpaid bills in the order in which money would pay them (CLEAR-3).

    Afterwards no bill is unpaid or no credit is left, so that nothing stays unpaid when nothing is owed.
    """
    left = [credit.amount for credit in credits_]
    found: list[SetOff] = []
    for bill in _in_order(bills):
        rest = bill.amount
        for place, credit in enumerate(credits_):
            taken = min(rest, left[place])
            rest -= taken
            left[place] -= taken
            found += [SetOff(bill, credit, taken, rest)] if taken else []
    return found


def _in_order(bills: Sequence[Unpaid]) -> list[Unpaid]:
    return sorted(bills, key=lambda one: (one.month, one.bill_id))


def _without(sources: Sequence[Source], draws: Sequence[Draw]) -> list[Source]:
    taken = {(draw.fund, draw.source_id): draw.amount for draw in draws}
    return [replace(one, available=one.available - taken.get((one.fund, one.source_id), 0)) for one in sources]
