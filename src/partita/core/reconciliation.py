"""Reconciliation (对账): what a bank or a payment channel says of our money, against what the ledger says.

Owns a line of a statement, a posting of ours, how they are paired, what a difference is, and when a day may be closed.
Does not own how a statement is written (`formats.statement`) nor whose a transfer is (`bank_transfer`). `compare` is
the reference; the same over all lines at once is SQL (`store.reconciliation`), and a test proves both equal.
Rules: RECON-1 … RECON-5 (`docs/rules/reconciliation.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import zip_longest

from partita.core.refusal import Reason, Refused, refused


class SourceKind(Enum):
    """Who writes the statement (RECON-1); the value is its name (English, 中文)."""

    BANK = ("bank", "银行")
    CHANNEL = ("payment channel", "支付渠道")

    @property
    def word(self) -> str:
        """The name as tables and commands write it: `bank`."""
        return self.name.lower()

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


@dataclass(frozen=True, slots=True)
class StatementSource:
    """Whose statements are compared with which postings (RECON-1): one for each kind and currency.

    `zone` is the calendar in which the bank or the channel counts its days; our postings are put into it.
    """

    source_id: str
    kind: SourceKind
    currency: str
    zone: str


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A line of a statement, in minor units: more than zero came in, less than zero went out (RECON-2).

    `reference`: the number by which the bank or the channel knows it, '' where it gives none. `text`: what was written
    on it; `sender` and `sender_account`: the other side.
    """

    day: date
    amount: int
    reference: str = ""
    sender: str = ""
    sender_account: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as a file holds it: its days, first and last, and its balances where it gives them, in minor units.

    With both balances, opening + lines = closing, or it is not taken in.
    """

    account: str
    currency: str
    first_day: date
    last_day: date
    lines: tuple[StatementLine, ...]
    opening: int | None = None
    closing: int | None = None

    @property
    def adds_up(self) -> bool:
        """Whether its lines lead from the opening to the closing balance."""
        if self.opening is None or self.closing is None:
            return True
        return self.opening + sum(line.amount for line in self.lines) == self.closing


class DifferenceKind(Enum):
    """How statement and ledger differ (RECON-4); the value is its name (English, 中文)."""

    MISSING_HERE = ("on the statement, not in the ledger", "对账单有、账簿无")
    MISSING_THERE = ("in the ledger, not on the statement", "账簿有、对账单无")
    AMOUNT_DIFFERS = ("another amount", "金额不符")
    TWICE_THERE = ("twice on the statement", "对账单重复")
    TWICE_HERE = ("twice in the ledger", "账簿重复")

    @property
    def word(self) -> str:
        """The name as tables and programs write it: `missing_here`."""
        return self.name.lower()

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the things that are paired: a line of a statement, or a posting of ours; `name` is its id.

    `undoes`: the posting that it reverses, if it is a mirror.
    """

    name: str
    day: date
    amount: int
    reference: str = ""
    undoes: str = ""


Key = Callable[[Side], tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not fit (RECON-4): the line, the posting, or both where only the amount is another one."""

    kind: DifferenceKind
    line: Side | None
    posting: Side | None

    @property
    def day(self) -> date:
        """The day on which it stands: that of the line, else of the posting."""
        side = self.line or self.posting
        assert side is not None, "a difference has a side"
        return side.day

    @property
    def delta(self) -> int:
        """What the statement has more than the ledger, in minor units."""
        return (self.line.amount if self.line else 0) - (self.posting.amount if self.posting else 0)


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared: the pairs (line, posting) that fit, and the differences; each side is in one of them."""

    pairs: tuple[tuple[Side, Side], ...]
    differences: tuple[Difference, ...]


def compare(lines: Iterable[Side], postings: Iterable[Side]) -> Compared:
    """Pair lines and postings (RECON-3), and say what differs (RECON-4).

    First by reference and amount. Then an entry and its mirror, of which no line speaks, cancel out. What is left under
    a reference that both sides have has another amount, or is there twice. What is left beside is paired, by day and
    amount, with postings that have no reference.
    """
    named = [line for line in lines if line.reference]
    pairs, rest, free = _paired(named, postings, key=lambda one: (one.reference, one.amount))
    free = _standing(free)
    met = {line.reference for line, _ in pairs} | {one.reference for one in rest} & {one.reference for one in free}
    differences = [
        found
        for reference in sorted(met - {""})
        for found in _under_one_reference(
            [one for one in rest if one.reference == reference], [one for one in free if one.reference == reference]
        )
    ]
    loose = [one for one in rest if one.reference not in met] + [line for line in lines if not line.reference]
    fit, missing, extra = _paired(
        loose, [one for one in free if not one.reference], key=lambda one: (one.day, one.amount)
    )
    differences += [Difference(DifferenceKind.MISSING_HERE, one, None) for one in missing]
    alone = [*extra, *(one for one in free if one.reference and one.reference not in met)]
    differences += [Difference(DifferenceKind.MISSING_THERE, None, one) for one in alone]
    return Compared((*pairs, *fit), tuple(sorted(differences, key=_turn)))


def _standing(postings: Sequence[Side]) -> list[Side]:
    """Return postings without those that were reversed, and their mirrors."""
    names = {one.name for one in postings}
    undone = {one.undoes for one in postings} & names
    return [one for one in postings if one.name not in undone and one.undoes not in undone]


def _under_one_reference(lines: Sequence[Side], postings: Sequence[Side]) -> Iterator[Difference]:
    for line, posting in zip_longest(lines, postings):
        if line is None:
            yield Difference(DifferenceKind.TWICE_HERE, None, posting)
        elif posting is None:
            yield Difference(DifferenceKind.TWICE_THERE, line, None)
        else:
            yield Difference(DifferenceKind.AMOUNT_DIFFERS, line, posting)


def _paired(
    lines: Iterable[Side], postings: Iterable[Side], *, key: Key
) -> tuple[list[tuple[Side, Side]], list[Side], list[Side]]:
    """Pair sides of the same key, the first with the first; return pairs, and what is left of both, in order."""
    waiting: dict[tuple[object, ...], list[Side]] = {}
    for posting in sorted(postings, key=_place):
        waiting.setdefault(key(posting), []).append(posting)
    pairs, rest = [], []
    for line in sorted(lines, key=_place):
        if found := waiting.get(key(line)):
            pairs.append((line, found.pop(0)))
        else:
            rest.append(line)
    return pairs, rest, sorted((one for left in waiting.values() for one in left), key=_place)


def _place(side: Side) -> tuple[date, str]:
    return side.day, side.name


def _turn(one: Difference) -> tuple[date, str, str, str]:
    return one.day, one.kind.word, one.line.name if one.line else "", one.posting.name if one.posting else ""


@dataclass(frozen=True, slots=True)
class DayStanding:
    """How a day of a source stands: whether it is over, covered by a statement, and what is not resolved."""

    source_id: str
    day: date
    is_over: bool
    is_covered: bool
    is_closed: bool
    open_differences: int
    open_transfers: int


def days_at_fault(statement: Statement, asked: tuple[date, date] | None, *, today: date) -> Refused | None:
    """Refuse a statement of days that are yet to come, or with lines outside the days asked for (RECON-2).

    `asked`: the first and the last day, where somebody says them. Refused: STATEMENT_AHEAD, LINE_OUTSIDE_DAYS.
    """
    days = sorted({line.day for line in statement.lines} | ({asked[1]} if asked else set()))
    if days and days[-1] > today:
        return refused(Reason.STATEMENT_AHEAD, day=days[-1], today=today)
    outside = [line.day for line in statement.lines if asked and not asked[0] <= line.day <= asked[1]]
    if asked and outside:
        return refused(Reason.LINE_OUTSIDE_DAYS, first=asked[0], last=asked[1], day=min(outside))
    return None


def may_close(standing: DayStanding) -> Refused | None:
    """Refuse to close a day (RECON-5), in this order.

    DAY_NOT_OVER, DAY_NOT_COVERED (no statement of it), DIFFERENCES_OPEN, TRANSFERS_OPEN (they wait for a person).
    """
    facts = {"source": standing.source_id, "day": standing.day}
    if not standing.is_over:
        return refused(Reason.DAY_NOT_OVER, **facts)
    if not standing.is_covered:
        return refused(Reason.DAY_NOT_COVERED, **facts)
    if standing.open_differences:
        return refused(Reason.DIFFERENCES_OPEN, count=standing.open_differences, **facts)
    if standing.open_transfers:
        return refused(Reason.TRANSFERS_OPEN, count=standing.open_transfers, **facts)
    return None
