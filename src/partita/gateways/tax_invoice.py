"""The tax bureau: a simulated one that takes its time, looks at what it gets, and numbers by ranges.

It is told what goes wrong, and keeps what it issued in memory or in a file. Its numbers have the form of those of the
fully digital invoice (20 digits: year, region of the seller, platform, running number), but they are no tax document,
and what is printed with them says so. A real bureau is another class behind the same port. Rules: INVOICE-12.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from partita.core.invoice import BureauAnswer, BureauRequest, Invoice, InvoiceKind, Verdict, included_tax
from partita.formats.legal_entity import is_tax_number

_PLATFORM = "20"
_RUNNING_DIGITS = 14
_REGION = slice(2, 4)


class BureauTrouble(Enum):
    """What may go wrong with an invoice that is sent."""

    NONE = "it is looked at and answered"
    LATE = "it is taken, and not yet looked at"
    LOST = "it does not arrive"
    UNHEARD = "it is looked at, but the answer does not arrive"
    SPOT_CHECK = "it is rejected by a spot check"


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The running numbers that a seller may use in a year, both included."""

    first: int = 1
    last: int = 10**_RUNNING_DIGITS - 1


@dataclass(frozen=True, slots=True)
class Looked:
    """What the bureau made of an invoice: its number, or why not; whether a red letter has taken it back since."""

    content: str
    number: str = ""
    issued_at: str = ""
    reason: str = ""
    gross: int = 0
    tax: int = 0
    reversed: bool = False


def rehearsed(text: str) -> tuple[tuple[BureauTrouble, ...], int, int | None]:
    """Read what a simulated bureau is to do: `late, spot-check, delay=2, numbers=100`; troubles come in order.

    Returns troubles, delay, and how many numbers a seller has (None: all). Raises ValueError with the word at fault.
    """
    troubles: list[BureauTrouble] = []
    figures: dict[str, int] = {}
    for word in text.replace(",", " ").split():
        name, has_number, number = word.partition("=")
        if has_number and name in ("delay", "numbers") and number.isdecimal():
            figures[name] = int(number)
        elif not has_number and name.upper().replace("-", "_") in BureauTrouble.__members__:
            troubles.append(BureauTrouble[name.upper().replace("-", "_")])
        else:
            raise ValueError(word)
    return tuple(troubles), figures.get("delay", 0), figures.get("numbers")


@dataclass
class SimulatedBureau:
    """A bureau in memory, or in a file so that it outlives a process; what goes wrong comes from `troubles`, in order.

    `delay`: how often it answers that it is waiting before it looks at an invoice. `ranges`: numbers by tax number of
    the seller; whoever has none of its own has the first `numbers`, or all of them.
    """

    clock: Callable[[], datetime]
    troubles: Iterable[BureauTrouble] = ()
    delay: int = 0
    ranges: Mapping[str, NumberRange] = field(default_factory=dict)
    file: Path | None = None
    notice: tuple[str, str] = (
        "The number is from the simulated tax bureau: this is no tax document.",
        "号码由模拟税务平台分配，不作为税务凭证。",
    )
    numbers: int | None = None
    looked: dict[str, Looked] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    _ahead: Iterator[BureauTrouble] = field(init=False)

    def __post_init__(self) -> None:
        self._ahead = iter(self.troubles)
        if self.file is not None and self.file.exists():
            self._read(self.file)

    def _read(self, file: Path) -> None:
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            self.looked = {name: Looked(**one) for name, one in kept["looked"].items()}
            self.asked, self.used = kept["asked"], kept["used"]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{file} is damaged ({error}): put it back from a backup") from error

    def issue(self, request: BureauRequest) -> BureauAnswer:
        """Take an invoice on, once for each id, and say how it stands."""
        name, trouble = request.invoice.invoice_id, next(self._ahead, BureauTrouble.NONE)
        if trouble is BureauTrouble.LOST:
            return BureauAnswer(Verdict.WAITING)
        self.asked[name] = self.asked.get(name, 0) + 1
        if name not in self.looked and (trouble is BureauTrouble.LATE or self.asked[name] <= self.delay):
            self._keep()
            return BureauAnswer(Verdict.WAITING)
        if name not in self.looked:
            spot = "the spot check did not let it pass" if trouble is BureauTrouble.SPOT_CHECK else ""
            self._look(request, spot)
        self._keep()
        if trouble is BureauTrouble.UNHEARD:
            return BureauAnswer(Verdict.WAITING)
        return self._answer(self.looked[name], _content(request))

    def _answer(self, one: Looked, content: str) -> BureauAnswer:
        if one.content != content:
            return BureauAnswer(Verdict.REJECTED, reason="another invoice was sent under this id")
        if one.reason:
            return BureauAnswer(Verdict.REJECTED, reason=one.reason)
        return BureauAnswer(Verdict.ISSUED, one.number, datetime.fromisoformat(one.issued_at))

    def _look(self, request: BureauRequest, spot: str) -> None:
        invoice, content = request.invoice, _content(request)
        reason = spot or _at_fault(invoice) or self._red_at_fault(request)
        number = "" if reason else self._number(invoice)
        if not number:
            reason = reason or "the range of numbers of the seller is used up"
            self.looked[invoice.invoice_id] = Looked(content, reason=reason)
            return
        at = self.clock().astimezone(UTC).isoformat()
        self.looked[invoice.invoice_id] = Looked(content, number, at, gross=invoice.gross, tax=invoice.tax)
        if request.red_number:
            name, one = self._of_number(request.red_number)
            self.looked[name] = Looked(**asdict(one) | {"reversed": True})

    def _red_at_fault(self, request: BureauRequest) -> str:
        """Say why a red letter is not issued: it must mirror an invoice that stands."""
        invoice = request.invoice
        if not invoice.is_red:
            return ""
        known = [one for one in self.looked.values() if one.number and one.number == request.red_number]
        if not known:
            return f"there is no invoice {request.red_number or '(no number)'}"
        if known[0].reversed:
            return f"{request.red_number} was taken back already"
        if (invoice.gross, invoice.tax) != (-known[0].gross, -known[0].tax):
            return f"it does not mirror {request.red_number}"
        return ""

    def _of_number(self, number: str) -> tuple[str, Looked]:
        return next((name, one) for name, one in self.looked.items() if one.number == number)

    def _number(self, invoice: Invoice) -> str:
        """Return the next number of the seller's range; nothing where it is used up."""
        seller, year = invoice.issuer.tax_number, f"{self.clock().astimezone(UTC):%y}"
        within = self.ranges.get(seller, NumberRange() if self.numbers is None else NumberRange(1, self.numbers))
        place = f"{year}{seller[_REGION]}{_PLATFORM}"
        counted = f"{place} {seller}" if seller in self.ranges else place
        running = self.used.get(counted, within.first - 1) + 1
        if running > within.last:
            return ""
        self.used[counted] = running
        return f"{place}{running:0{_RUNNING_DIGITS}}"

    def _keep(self) -> None:
        if self.file is None:
            return
        kept = {
            "looked": {name: asdict(one) for name, one in self.looked.items()},
            "asked": self.asked,
            "used": self.used,
        }
        self.file.parent.mkdir(parents=True, exist_ok=True)
        beside = self.file.with_suffix(".new")
        beside.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        beside.replace(self.file)


def _content(request: BureauRequest) -> str:
    """Return what tells an invoice from another under the same id."""
    invoice = request.invoice
    return f"{invoice.kind.word} {invoice.gross} {invoice.tax} {invoice.title.title} {request.red_number}"


def _at_fault(invoice: Invoice) -> str:
    """Say what is wrong with an invoice in itself."""
    if not is_tax_number(invoice.issuer.tax_number):
        return f"the seller {invoice.issuer.tax_number} is not registered"
    if invoice.kind is InvoiceKind.SPECIAL and not is_tax_number(invoice.title.tax_number):
        return f"the buyer {invoice.title.tax_number} is not registered"
    if invoice.tax != included_tax(invoice.gross, invoice.tax_item.rate_e4):
        return "the tax does not fit the amount"
    rate = invoice.tax_item.rate_e4
    if any(abs(line.tax - included_tax(line.gross, rate)) > 1 for line in invoice.lines):
        return "the tax of a line does not fit its amount"
    return ""
