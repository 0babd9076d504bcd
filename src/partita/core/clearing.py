"""Clearing (销账): what is unpaid is paid from the funds that a payer has now, oldest month first.

Owns which debts are paid first, how much of them, and which funds pay a debt after its month was billed; what credits
take off unpaid bills; the switch of automatic clearing, and the custom settlement of chosen bills. Does not own the
order of funds (`settlement`) nor the journal entry (`posting_rules`). Rules: CLEAR-1 … CLEAR-7
(`docs/rules/clearing.md`); source: enterprise-finance.md B6, B7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum

from partita.core.funds import Fund
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused
from partita.core.settlement import SAME_MONTH, WATERFALL, Draw, Source, of_month, settle

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
CLEARING_FUNDS = tuple(fund for fund in WATERFALL if fund not in SAME_MONTH)
"""What pays after the close of a month, in its order (CLEAR-2)."""


@dataclass(frozen=True, slots=True)
class Unpaid:
    """What is left to pay of a bill, in minor units, more than zero; `next_line`: the number of its next draw.

    `market`: how much of it is for products of the marketplace; `made_at`: when the bill was made (CLEAR-5).
    `is_order`: it is what an order left on credit, named by the order, and of the month in which that was paid.
    """

    bill_id: str
    month: Month
    amount: int
    next_line: int = 1
    market: int = 0
    made_at: datetime = LONG_AGO
    is_order: bool = False


@dataclass(frozen=True, slots=True)
class Debts:
    """What a payer owes in one currency, in minor units.

    `owed`: what stands on the receivable. `bills`: those that are not wholly paid and what orders left on credit, in
    any order. Credits that no bill has taken up make `owed` less; a debt that is on no bill (an acceptance bill that
    bounced) makes it more.
    """

    owed: int
    bills: tuple[Unpaid, ...]
    zone: str

    @property
    def on_no_bill(self) -> int:
        """What is owed beyond bills and orders."""
        return max(0, self.owed - sum(bill.amount for bill in self.bills))


@dataclass(frozen=True, slots=True)
class Cleared:
    """What funds paid of one bill, or with `bill` None of what is on no bill; the draws are not empty.

    `bill` says what was left of it just before.
    """

    bill: Unpaid | None
    draws: tuple[Draw, ...]

    @property
    def amount(self) -> int:
        """What was paid, in minor units."""
        return sum(draw.amount for draw in self.draws)


def clear(debts: Debts, sources: Sequence[Source], this_month: Month) -> list[Cleared]:
    """Pay the bills of the oldest month first, then what is on no bill, until the funds or the debts end.

    Within a month own products come before the marketplace, then the bill made first (CLEAR-5). No more is drawn than
    is owed (CLEAR-3). Each source gives what it has, less what an older bill took of it.
    """
    left = [source for source in sources if source.fund not in SAME_MONTH]
    owed, done = debts.owed, list[Cleared]()
    for bill, asked in _in_order(debts.bills):
        paid = settle(min(asked, owed), of_month(left, bill.month, debts.zone)).draws
        owed -= sum(draw.amount for draw in paid)
        left = _without(left, paid)
        done.append(Cleared(_as_left(bill, done), paid))
    paid = settle(min(debts.on_no_bill, owed), of_month(left, this_month, debts.zone)).draws
    return [one for one in (*done, Cleared(None, paid)) if one.draws]


def _in_order(bills: Sequence[Unpaid]) -> list[tuple[Unpaid, int]]:
    """Return the bills in the order in which they are paid, and how much at that place (CLEAR-1, CLEAR-5).

    A bill with products of the marketplace stands twice where a bill of its month comes between.
    """
    parts = [(bill, is_market, bill.market if is_market else bill.amount - bill.market)
             for bill in bills for is_market in (False, True)]  # fmt: skip
    parts.sort(key=lambda one: (one[0].month, one[1], one[0].made_at, one[0].bill_id))
    joined: list[tuple[Unpaid, int]] = []
    for bill, _, amount in parts:
        if amount and joined and joined[-1][0] is bill:
            joined[-1] = (bill, joined[-1][1] + amount)
        elif amount:
            joined.append((bill, amount))
    return joined


def _as_left(bill: Unpaid, done: Sequence[Cleared]) -> Unpaid:
    """Return a bill as the draws before left it."""
    before = [one for one in done if one.bill and one.bill.bill_id == bill.bill_id]
    paid, draws = sum(one.amount for one in before), sum(len(one.draws) for one in before)
    return replace(bill, amount=bill.amount - paid, next_line=bill.next_line + draws)


def _without(sources: Sequence[Source], draws: Sequence[Draw]) -> list[Source]:
    taken = {(draw.fund, draw.source_id): draw.amount for draw in draws}
    return [replace(one, available=one.available - taken.get((one.fund, one.source_id), 0)) for one in sources]


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
    left = {credit: credit.amount for credit in credits_}
    unpaid = {bill: bill.amount for bill in bills}
    found: dict[tuple[Unpaid, Credit], SetOff] = {}
    for bill, amount in _in_order(bills):
        rest = amount
        for credit, there in left.items():
            taken = min(rest, there)
            if taken > 0:
                before = found[bill, credit].amount if (bill, credit) in found else 0
                unpaid[bill] -= taken
                found[bill, credit] = SetOff(bill, credit, before + taken, unpaid[bill])
                left[credit] = there - taken
                rest -= taken
    return list(found.values())


def on_lines(paid: Sequence[tuple[str, str, int]], left: Sequence[tuple[int, int]]) -> list[tuple[int, str, str, int]]:
    """Lay what pays an order's debt, (fund, source, minor units), on its lines in their turn: (line, fund, source, …).

    `left`: what of each line is still on credit, own products first (CLEAR-5); at least as much as is paid.
    """
    found: list[tuple[int, str, str, int]] = []
    rest = list(left)
    for fund, source, amount in paid:
        asked = amount
        while asked:
            line, there = rest[0]
            taken = min(asked, there)
            asked -= taken
            rest = rest[1:] if taken == there else [(line, there - taken), *rest[1:]]
            found.append((line, fund, source, taken))
    return found


class Switch(Enum):
    """Automatic clearing of an account (CLEAR-6); the value is its name (English, 中文)."""

    ALWAYS_ON = ("always on", "始终开启")
    ON = ("on", "开启")
    OFF = ("off", "关闭")

    @property
    def clears(self) -> bool:
        """Whether money pays bills by itself."""
        return self is not Switch.OFF

    @property
    def word(self) -> str:
        """The name as programs write it: `always_on`."""
        return self.name.lower()

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


def switch_of(*, has_credit: bool, wanted: bool | None) -> Switch:
    """Return the state of the switch: only a customer with credit may have switched it off (CLEAR-6)."""
    if not has_credit:
        return Switch.ALWAYS_ON
    return Switch.OFF if wanted is False else Switch.ON


def may_switch(account_id: str, switch: Switch, running: Sequence[str], *, wanted: bool) -> Refused | None:
    """Refuse a change of the switch (CLEAR-6), in this order.

    CLEARING_ALWAYS_ON (no credit, to be switched off), CUSTOM_SETTLEMENT_RUNNING (to be switched on).
    """
    if switch is Switch.ALWAYS_ON and not wanted:
        return refused(Reason.CLEARING_ALWAYS_ON, account=account_id)
    if switch is Switch.OFF and wanted and running:
        return refused(Reason.CUSTOM_SETTLEMENT_RUNNING, account=account_id, settlement=running[0])
    return None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A bill that a custom settlement is to pay, and how much of it, in minor units, more than zero."""

    bill_id: str
    amount: int


def choose(unpaid: Mapping[str, Unpaid], wanted: Sequence[tuple[str, int | None]], currency: str) -> (
    tuple[Chosen, ...] | Refused
):  # fmt: skip
    """Return what a custom settlement is to pay (CLEAR-7); None = the whole bill. Refused, in the order of the bills.

    NO_BILL_CHOSEN, then BILL_NOT_UNPAID (it is paid, another payer's, or chosen twice), AMOUNT_NOT_POSITIVE,
    EXCEEDS_UNPAID.
    """
    if not wanted:
        return refused(Reason.NO_BILL_CHOSEN)
    chosen: list[Chosen] = []
    for name, amount in wanted:
        bill = unpaid.get(name)
        if bill is None or name in {one.bill_id for one in chosen}:
            return refused(Reason.BILL_NOT_UNPAID, bill=name)
        if amount is not None and amount <= 0:
            return refused(Reason.AMOUNT_NOT_POSITIVE, amount=str(Money(amount, currency)))
        if amount is not None and amount > bill.amount:
            left, asked = str(Money(bill.amount, currency)), str(Money(amount, currency))
            return refused(Reason.EXCEEDS_UNPAID, bill=name, amount=asked, left=left)
        chosen.append(Chosen(name, bill.amount if amount is None else amount))
    return tuple(chosen)


@dataclass(frozen=True, slots=True)
class Picked:
    """Funds that a custom settlement may use: a fund, or one source of it."""

    fund: Fund
    source_id: str | None = None

    def takes(self, source: Source) -> bool:
        """Say whether a source is among them."""
        return source.fund is self.fund and self.source_id in (None, source.source_id)


def may_pick(picked: Sequence[Picked]) -> Refused | None:
    """Refuse funds that pay only in the close of their month (CLEAR-2): FUND_NOT_FOR_CLEARING."""
    for one in picked:
        if one.fund not in CLEARING_FUNDS:
            known = ", ".join(fund.value for fund in CLEARING_FUNDS)
            return refused(Reason.FUND_NOT_FOR_CLEARING, fund=one.fund.value, known=known)
    return None


def clear_chosen(
    debts: Debts, chosen: Sequence[Chosen], sources: Sequence[Source], picked: Sequence[Picked]
) -> list[Cleared]:
    """Pay the chosen bills in the order given, from the picked funds (none = all), in the order of funds (CLEAR-7).

    Of each bill at most what was chosen and is still unpaid; in all no more than is owed.
    """
    bills = {bill.bill_id: bill for bill in debts.bills}
    left = [one for one in sources if one.fund in CLEARING_FUNDS and _may_use(one, picked)]
    owed, done = debts.owed, list[Cleared]()
    for bill, asked in _still_unpaid(bills, chosen):
        paid = settle(min(asked, owed), of_month(left, bill.month, debts.zone)).draws
        owed -= sum(draw.amount for draw in paid)
        left = _without(left, paid)
        done.append(Cleared(bill, paid))
    return [one for one in done if one.draws]


def _still_unpaid(bills: Mapping[str, Unpaid], chosen: Sequence[Chosen]) -> Iterator[tuple[Unpaid, int]]:
    return ((bills[one.bill_id], min(one.amount, bills[one.bill_id].amount)) for one in chosen if one.bill_id in bills)


def _may_use(source: Source, picked: Sequence[Picked]) -> bool:
    return not picked or any(one.takes(source) for one in picked)
