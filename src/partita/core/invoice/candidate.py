"""Candidates: the consumption that invoices are made of, what may be invoiced of it, what is owed, and what is set off.

Owns the formula invoiceable = original − offset − invoiced, its mirror 欠票 (owed invoice), the choice of what is
invoiced, and the offset of what is owed. Does not own where consumption comes from (`store.invoice`). Amounts are minor
units of the candidate's currency. Rules: INVOICE-1, INVOICE-2, INVOICE-5, INVOICE-6, INVOICE-9; source:
enterprise-finance.md B12.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from partita.core.ids import derived_id
from partita.core.invoice.tax import CARD_SALE, CLOUD_SERVICE, TaxItem
from partita.core.money import Money
from partita.core.refusal import Reason, Refused, refused


class CandidateKind(Enum):
    """What was consumed: a month's bill, a subscription with its orders, a stored-value card (English, 中文)."""

    BILL = ("bill", "账单")
    SUBSCRIPTION = ("subscription", "包年包月")
    CARD = ("stored-value card", "储值卡")

    @property
    def word(self) -> str:
        """The name as tables and commands write it."""
        return self.name.lower()

    @property
    def tax_item(self) -> TaxItem:
        """What the tax authority calls it."""
        return CARD_SALE if self is CandidateKind.CARD else CLOUD_SERVICE

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]

    def of(self, reference: str, language: str = "en") -> str:
        """Say what was consumed by its kind and name: an order's may be a package or a plan too."""
        bought = _BOUGHT.get(reference.partition("_")[0]) if self is CandidateKind.SUBSCRIPTION else None
        return bought[language == "zh"] if bought else self.text(language)


_BOUGHT = {"pkg": ("resource package", "资源包"), "plan": ("savings plan", "节省计划")}


def candidate_id(payer_id: str, kind: CandidateKind, reference: str, seller: str, currency: str) -> str:
    """Return the id that these facts always have."""
    return derived_id("ivc", payer_id, kind.word, reference, seller, currency)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a payer paid in cash for a bill, a subscription or a card of one seller, and what invoices say of it.

    `original`: what cash and its like paid. `refunded`: what of it came back. `taken`: what others owed that was set
    off against it. `given`: what it owed that was set off against others. `invoiced`: what invoices that stand say.
    `orders`: what each order of a subscription paid of it. `held`: what is held back, for money that paid turned out
    not to be there and is owed again (INVOICE-2).
    """

    payer_id: str
    kind: CandidateKind
    reference: str
    seller: str
    currency: str
    consumed_at: datetime
    original: int
    refunded: int = 0
    taken: int = 0
    given: int = 0
    invoiced: int = 0
    month: int = 0
    orders: Mapping[str, int] = field(default_factory=dict)
    held: int = 0

    @property
    def candidate_id(self) -> str:
        """The id that these facts always have."""
        return candidate_id(self.payer_id, self.kind, self.reference, self.seller, self.currency)

    @property
    def offset(self) -> int:
        """What does not count as consumption any more: refunds, and what was set off (INVOICE-2)."""
        return self.refunded + self.taken - self.given

    @property
    def net(self) -> int:
        """Original − offset − invoiced; below zero more was invoiced or came back than was consumed."""
        return self.original - self.offset - self.invoiced

    @property
    def covered(self) -> int:
        """What invoices stand for it: its own, and, by an offset, those of others instead of theirs."""
        return self.invoiced + self.taken - self.given

    @property
    def invoiceable(self) -> int:
        """What may still be invoiced (可开票金额)."""
        return max(0, self.net - self.held)

    @property
    def owed(self) -> int:
        """What was invoiced and is not consumed any more (欠票): at most what invoices stand for (INVOICE-5)."""
        return min(max(0, -self.net), max(0, self.covered))

    @property
    def ahead(self) -> int:
        """What came back although it was neither consumed nor invoiced yet: the consumption to come is less."""
        return max(0, -self.net) - self.owed

    def names(self) -> frozenset[str]:
        """By what it may be chosen: its id, its bill, subscription or card, and its orders."""
        return frozenset((self.candidate_id, self.reference, *self.orders))


def held_back(candidates: Iterable[Candidate], bounced: Mapping[tuple[str, str], int]) -> list[Candidate]:
    """Return the candidates with what is held back of each, the newest consumption first (INVOICE-2).

    `bounced`: what payers owe again in a currency, because what paid was reversed or dishonoured.
    """
    left = dict(bounced)
    found: list[Candidate] = []
    for one in sorted(candidates, key=_age, reverse=True):
        key = (one.payer_id, one.currency)
        held = min(one.invoiceable, left.get(key, 0))
        left[key] = left.get(key, 0) - held
        found.append(replace(one, held=held) if held else one)
    return sorted(found, key=_age)


@dataclass(frozen=True, slots=True)
class Portion:
    """How much of a candidate goes into an invoice, more than zero."""

    candidate: Candidate
    amount: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be invoiced: by name (candidates, bills, subscriptions, orders, cards), by month, by amount, or all.

    `amount` (minor units) is taken from the oldest consumption first, of a bill from own products first. `months` are
    numbers such as 202610. `most`: how much of a candidate at most, by its id, and of no other one.
    """

    names: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    amount: int | None = None
    most: Mapping[str, int] | None = None


def choose(candidates: Sequence[Candidate], wish: Wish) -> list[Portion] | Refused:
    """Return what of which candidates is invoiced, the oldest consumption first (INVOICE-6).

    Refused in this order: NOT_A_CANDIDATE (a name that none has), NOTHING_TO_INVOICE, AMOUNT_NOT_POSITIVE,
    EXCEEDS_INVOICEABLE.
    """
    known = {name for one in candidates for name in one.names()}
    for name in wish.names:
        if name not in known:
            return refused(Reason.NOT_A_CANDIDATE, name=name)
    portions = [Portion(one, asked) for one in sorted(candidates, key=_age) if (asked := _asked(one, wish)) > 0]
    if not portions:
        return refused(Reason.NOTHING_TO_INVOICE)
    if wish.amount is None:
        return portions
    currency, there = portions[0].candidate.currency, sum(one.amount for one in portions)
    amount = str(Money(wish.amount, currency))
    if wish.amount <= 0:
        return refused(Reason.AMOUNT_NOT_POSITIVE, amount=amount)
    if wish.amount > there:
        return refused(Reason.EXCEEDS_INVOICEABLE, amount=amount, left=str(Money(there, currency)))
    return list(_up_to(portions, wish.amount))


def _age(one: Candidate) -> tuple[object, ...]:
    return one.consumed_at, one.payer_id, one.kind.word, one.reference, one.seller


def _asked(one: Candidate, wish: Wish) -> int:
    """Return how much of a candidate is asked for, at most what may be invoiced of it."""
    if wish.months and one.month not in wish.months:
        return 0
    if wish.most is not None:
        return min(one.invoiceable, wish.most.get(one.candidate_id, 0))
    chosen = one.names().intersection(wish.names)
    if wish.names and not chosen:
        return 0
    if chosen and chosen <= set(one.orders):
        return min(one.invoiceable, sum(one.orders[order] for order in chosen))
    return one.invoiceable


def _up_to(portions: Iterable[Portion], amount: int) -> Iterable[Portion]:
    rest = amount
    for one in portions:
        taken = min(rest, one.amount)
        if taken > 0:
            yield Portion(one.candidate, taken)
            rest -= taken


Group = tuple[str, str, str, str]
"""Title account, seller, currency, tax code: what one invoice is for."""


def grouped(portions: Sequence[Portion], titles: Mapping[str, str]) -> dict[Group, list[Portion]]:
    """Return the portions by the invoice on which they go (INVOICE-6): title, seller, currency and tax item.

    `titles` maps each payer to the account whose title its consumption is invoiced to.
    """
    found: dict[Group, list[Portion]] = {}
    for one in portions:
        candidate = one.candidate
        key = (titles[candidate.payer_id], candidate.seller, candidate.currency, candidate.kind.tax_item.code)
        found.setdefault(key, []).append(one)
    return dict(sorted(found.items()))


def offset_pair(owing: Sequence[Candidate], others: Sequence[Candidate]) -> tuple[Candidate, Candidate]:
    """Return which of the candidates of two names are set off: a bill has one for each seller (INVOICE-9).

    The one that owes most, and of the others the one with most to invoice of its kind, if any is. Neither is empty.
    """
    one = max(owing, key=lambda each: (each.owed, each.given, each.candidate_id))
    return one, max(others, key=lambda each: (_kind_of(each) == _kind_of(one), each.invoiceable, each.candidate_id))


def may_offset(owing: Candidate, other: Candidate) -> Refused | None:
    """Refuse to set what is owed off against another consumption (INVOICE-9), in this order.

    NOTHING_OWED; OFFSET_DIFFERS (itself, or of another payer, seller, currency, tax item or rate); OFFSET_TOO_SMALL
    (less than what is owed may be invoiced of it).
    """
    if not owing.owed:
        return refused(Reason.NOTHING_OWED, candidate=owing.reference)
    if owing.candidate_id == other.candidate_id or _kind_of(owing) != _kind_of(other):
        return refused(Reason.OFFSET_DIFFERS, candidate=owing.reference, other=other.reference)
    if other.invoiceable < owing.owed:
        left, owed = str(Money(other.invoiceable, other.currency)), str(Money(owing.owed, owing.currency))
        return refused(Reason.OFFSET_TOO_SMALL, other=other.reference, left=left, owed=owed)
    return None


def _kind_of(one: Candidate) -> tuple[str, str, str, TaxItem]:
    return one.payer_id, one.seller, one.currency, one.kind.tax_item


def owed_in_all(candidates: Iterable[Candidate], currency: str) -> int:
    """Return what is owed of a currency: it cannot be withdrawn (FUNDS-7, INVOICE-10)."""
    return sum(one.owed for one in candidates if one.currency == currency)
