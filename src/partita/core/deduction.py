"""Deduction (抵扣): what packages and savings plans take off usage before it is priced, record by record.

Owns the chain: which record a subscription has paid for, which commitment covers which record, its windows, who is
first, how much it takes and what that cost once what was paid ahead is spread over it. Does not own what a package
(`resource_package`) or a plan (`savings_plan`) is, nor the price of what is left (`rating`). This is the reference that
`columnar.deduction` must equal, row by row. Rules: DEDUCT-1 … DEDUCT-7, DEDUCT-10 (`docs/rules/deduction.md`); source:
enterprise-finance.md B4, B5, B17.3; FOCUS 1.2 (commitment discounts).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from partita.core.catalog import Model
from partita.core.period import Cycle, Period
from partita.core.quantity import E6
from partita.core.rating import PriceBook, UsageRecord, currency_of, price_of


class Kind(Enum):
    """What deducts, in the order of the chain (DEDUCT-1): a package takes quantity, then a plan takes money."""

    PACKAGE = "package"
    PLAN = "plan"

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return {"package": ("resource package", "资源包"), "plan": ("savings plan", "节省计划")}[self.value][
            language == "zh"
        ]


@dataclass(frozen=True, slots=True)
class Sharing:
    """A span in which an account beside the owner is covered too; None = every account of the same payer; no end."""

    account_id: str | None
    effective_from: datetime
    effective_until: datetime | None = None

    def includes(self, account_id: str, at: datetime) -> bool:
        """Say whether an account is covered at an instant."""
        return self.account_id in {None, account_id} and _within(self.effective_from, self.effective_until, at)


@dataclass(frozen=True, slots=True)
class Skip:
    """A span in which usage of a SKU, of an account or of both is passed over, though it could be covered."""

    sku_id: str | None
    account_id: str | None
    effective_from: datetime
    effective_until: datetime | None = None

    def __post_init__(self) -> None:
        assert self.sku_id or self.account_id, "a skip rule names what is skipped"

    def includes(self, record: UsageRecord) -> bool:
        """Say whether a record is passed over."""
        named = self.sku_id in {None, record.sku_id} and self.account_id in {None, record.account_id}
        return named and _within(self.effective_from, self.effective_until, record.usage_start)


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a package or a plan gives to the usage of one payer: so much in each window, to these SKUs (DEDUCT-2).

    `capacity` is that of one window in base units: quantity `_e6` of a package, money `_e10` of a plan. One unit of a
    SKU takes its weight: the factor `_e6`, or the plan rate `_e10`. `cycle` None = one window, the whole validity.
    `cost_e10` is what one window costs, spread from what was paid; the last window costs `last_cost_e10`. `fee_e10` is
    charged for every window, used or not. `first_capacity` with `first_cost_e10`, and `last_capacity`: those of the
    first and last window where they are others, because the validity cuts them (PKG-1) or the rest was given back
    (PKG-8); then it may be nothing.
    """

    source_id: str
    kind: Kind
    owner_id: str
    payer_id: str
    sku_id: str
    zone: str
    currency: str
    valid: Period
    cycle: Cycle | None
    capacity: int
    cost_e10: int
    last_cost_e10: int
    weights: Mapping[str, int] = field(hash=False)
    regions: frozenset[str] = frozenset()
    shares: tuple[Sharing, ...] = ()
    skips: tuple[Skip, ...] = ()
    fee_e10: int = 0
    last_capacity: int | None = None
    first_capacity: int | None = None
    first_cost_e10: int | None = None

    def __post_init__(self) -> None:
        assert self.capacity > 0, "a commitment gives something"
        assert self.weights, "a commitment names what it covers"
        assert min(self.weights.values()) > 0, "nothing is covered for nothing"

    @property
    def turn(self) -> tuple[bool, datetime, bool, datetime, str]:
        """Where it stands among those of a payer (DEDUCT-3): first to expire first; ties by a fixed order."""
        return self.kind is Kind.PLAN, self.valid.end, self.cycle is None, self.valid.start, self.source_id

    def window(self, at: datetime) -> Period:
        """Return the window that holds an instant: a whole hour, day or month of its zone, or the validity."""
        return self.valid if self.cycle is None else self.cycle.period(at, self.zone)

    def capacity_of(self, window: Period) -> int:
        """Return what a window gives, in base units."""
        if window.end >= self.valid.end:
            return self.capacity if self.last_capacity is None else self.last_capacity
        is_first = self.first_capacity is not None and window.start <= self.valid.start
        return self.first_capacity if is_first and self.first_capacity is not None else self.capacity

    def cost_of(self, window: Period) -> int:
        """Return what a window costs, in `_e10`: what rounding dropped before is in the last one (DEDUCT-4)."""
        if window.end >= self.valid.end:
            return self.last_cost_e10
        is_first = self.first_cost_e10 is not None and window.start <= self.valid.start
        return self.first_cost_e10 if is_first and self.first_cost_e10 is not None else self.cost_e10

    def spread(self, window: Period, taken: int) -> int:
        """Return what the first part of a window costs, in `_e10`: `taken` in base units × 10^6, cut (DEDUCT-4)."""
        capacity = self.capacity_of(window)
        return int(taken // E6) * self.cost_of(window) // capacity if capacity else 0

    def covers(self, record: UsageRecord) -> bool:
        """Say whether usage is in its scope (DEDUCT-5); its currency and zone are looked at by `deduct`."""
        return (
            record.payer_id == self.payer_id
            and record.usage_start in self.valid
            and record.sku_id in self.weights
            and (not self.regions or record.region in self.regions)
            and (
                record.account_id == self.owner_id
                or any(one.includes(record.account_id, record.usage_start) for one in self.shares)
            )
            and not any(one.includes(record) for one in self.skips)
        )


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A span in which a resource of an account is a subscription in one SKU: its usage is paid ahead (DEDUCT-10)."""

    subscription_id: str
    account_id: str
    resource_id: str
    sku_id: str
    effective_from: datetime
    effective_until: datetime | None = None

    def pays(self, record: UsageRecord) -> bool:
        """Say whether a record is usage of it."""
        own = (self.account_id, self.resource_id, self.sku_id)
        named = own == (record.account_id, record.resource_id, record.sku_id)
        return named and _within(self.effective_from, self.effective_until, record.usage_start)


def given_back(one: Commitment, at: datetime, paid: int) -> Commitment:
    """Return a commitment that was given back in its course (PKG-8): `paid` base units of its last window are paid."""
    window = one.window(at)
    if window.start == at:
        return ended_at(one, at)
    cost = one.cost_of(window) * paid // one.capacity_of(window)
    return replace(one, valid=Period(one.valid.start, at), last_capacity=paid, last_cost_e10=cost)


def ended_at(one: Commitment, at: datetime) -> Commitment:
    """Return a commitment that ends in its course, and nothing of it comes back: its last window stays as it was."""
    last = one.window(at - _INSTANT)
    return replace(
        one, valid=Period(one.valid.start, at), last_capacity=one.capacity_of(last), last_cost_e10=one.cost_of(last)
    )


_INSTANT = timedelta(microseconds=1)


def ended_by(one: Subscribed, at: datetime) -> Subscribed | None:
    """Return a span as it is when it is over at an instant at the latest; None when that is before it begins."""
    until = at if one.effective_until is None else min(at, one.effective_until)
    return replace(one, effective_until=until) if until > one.effective_from else None


WindowKey = tuple[str, datetime]
"""Source, and where the window starts."""


@dataclass(frozen=True, slots=True)
class Deduction:
    """What one commitment took of one record: a quantity `_e6`, and its part of the window (base units × 10^6).

    `list_cost_e10` is what the quantity would have cost at the list price, `effective_cost_e10` what it cost of what
    was paid ahead (FOCUS: a covered charge, billed at nothing).
    """

    commitment: Commitment
    record: UsageRecord
    window: Period
    quantity_e6: int
    taken: int
    list_unit_price_e10: int | None
    effective_cost_e10: int

    @property
    def list_cost_e10(self) -> int:
        """What the quantity would have cost at the list price; where there is none per unit, what it cost."""
        if self.list_unit_price_e10 is None:
            return self.effective_cost_e10
        return int(self.quantity_e6 * self.list_unit_price_e10 // E6)


@dataclass(frozen=True, slots=True)
class Unused:
    """What nobody used of a window that is over: base units, and what they cost (DEDUCT-4)."""

    commitment: Commitment
    window: Period
    left: int
    effective_cost_e10: int


@dataclass(slots=True)
class _State:
    """What is taken of a window (base units × 10^6), and whether a record did not fit any more."""

    taken: int = 0
    over: bool = False


def deduct(
    records: Iterable[UsageRecord],
    commitments: Iterable[Commitment],
    book: PriceBook,
    zones: Mapping[str, str],
    before: Mapping[WindowKey, int] | None = None,
) -> list[Deduction]:
    """Take what commitments cover off usage, in billing-time order (DEDUCT-1 … DEDUCT-5): start, account, SKU, record.

    `zones`: that of each account. `before`: what was taken of windows in earlier passes (base units × 10^6). A record
    at a flat price has no quantity to take. Every record has a price in force.
    """
    ordered = sorted(commitments, key=lambda one: one.turn)
    states = {key: _State(taken) for key, taken in (before or {}).items()}
    found: list[Deduction] = []
    for record in sorted(records, key=lambda one: (one.usage_start, one.account_id, one.sku_id, one.record_id)):
        price = price_of(record, book)
        assert price is not None, "usage without a price is refused before anything is deducted"
        if price.model is Model.FLAT:
            continue
        place = (currency_of(record, book), zones[record.account_id])
        unit_price = None if price.model is Model.BLOCK else price.tiers[0].price_e10
        left = record.quantity_e6
        for one in ordered:
            if left and place == (one.currency, one.zone) and one.covers(record):
                part = _take(one, record, left, states)
                found += [replace(part, list_unit_price_e10=unit_price)] if part else []
                left -= part.quantity_e6 if part else 0
    return found


def _take(one: Commitment, record: UsageRecord, left: int, states: dict[WindowKey, _State]) -> Deduction | None:
    """Take what the window still gives (DEDUCT-2): all that is left, or the last part, after which it is over."""
    window = one.window(record.usage_start)
    state = states.setdefault((one.source_id, window.start), _State())
    weight, room = one.weights[record.sku_id], one.capacity_of(window) * E6 - state.taken
    if state.over:
        return None
    quantity = left if left * weight <= room else room // weight
    state.over = quantity < left
    if not quantity:
        return None
    before = one.spread(window, state.taken)
    state.taken += quantity * weight
    cost = one.spread(window, state.taken) - before
    return Deduction(one, record, window, quantity, quantity * weight, None, cost)


def paid_ahead(
    records: Iterable[UsageRecord], subscribed: Collection[Subscribed], book: PriceBook
) -> dict[tuple[str, str], str]:
    """Return which usage a subscription has paid for, before anything else (DEDUCT-10): (account, record) → its name.

    A record at a flat price has no quantity to take.
    """
    found: dict[tuple[str, str], str] = {}
    for record in records:
        price = price_of(record, book)
        names = sorted(one.subscription_id for one in subscribed if one.pays(record))
        if names and record.quantity_e6 and price is not None and price.model is not Model.FLAT:
            found[record.account_id, record.record_id] = names[0]
    return found


def left_of(records: Iterable[UsageRecord], deductions: Iterable[Deduction]) -> list[UsageRecord]:
    """Return the usage as it is priced (DEDUCT-1): each record with the quantity that nothing took off it."""
    taken: dict[tuple[str, str], int] = {}
    for one in deductions:
        key = (one.record.account_id, one.record.record_id)
        taken[key] = taken.get(key, 0) + one.quantity_e6
    return [
        replace(one, quantity_e6=one.quantity_e6 - taken.get((one.account_id, one.record_id), 0)) for one in records
    ]


def taken_by_window(
    deductions: Iterable[Deduction], before: Mapping[WindowKey, int] | None = None
) -> dict[WindowKey, int]:
    """Return what is taken of each window, with what was taken before (base units × 10^6)."""
    taken = dict(before or {})
    for one in deductions:
        key = (one.commitment.source_id, one.window.start)
        taken[key] = taken.get(key, 0) + one.taken
    return taken


def windows_over(one: Commitment, within: Period) -> Iterator[Period]:
    """Yield the windows of a commitment that are over after the start of a period and by its end, in order."""
    if one.cycle is None:
        if within.start < one.valid.end <= within.end:
            yield one.valid
        return
    at = max(one.valid.start, within.start)
    while at < min(one.valid.end, within.end):
        window = one.window(at)
        if within.start < min(window.end, one.valid.end) <= within.end:
            yield window
        at = window.end


def unused(commitments: Iterable[Commitment], taken: Mapping[WindowKey, int], within: Period) -> list[Unused]:
    """Return what nobody used of the windows that are over within a period (DEDUCT-4)."""
    found: list[Unused] = []
    for one in sorted(commitments, key=lambda one: one.turn):
        for window in windows_over(one, within):
            of_window = taken.get((one.source_id, window.start), 0)
            left = one.capacity_of(window) - of_window // E6
            if left:
                cost = one.cost_of(window) - one.spread(window, of_window)
                found.append(Unused(one, window, left, cost))
    return found


def passes(commitments: Collection[Commitment]) -> dict[str, int]:
    """Return in which pass each commitment may take, so that those of one pass never meet at a record (DEDUCT-3).

    Two that cover a SKU for one payer at one time take in their turn, the later in a later pass. Whole passes one after
    the other give what records one after the other give: a commitment takes by what its forerunners left.
    """
    reached: dict[tuple[str, str], list[tuple[Period, int]]] = {}
    found: dict[str, int] = {}
    for one in sorted(commitments, key=lambda one: one.turn):
        keys = [(one.payer_id, sku) for sku in one.weights]
        met = [number for key in keys for period, number in reached.get(key, ()) if _meet(period, one.valid)]
        found[one.source_id] = max(met, default=0) + 1
        for key in keys:
            reached.setdefault(key, []).append((one.valid, found[one.source_id]))
    return found


def _meet(one: Period, other: Period) -> bool:
    return one.start < other.end and other.start < one.end


def _within(start: datetime, end: datetime | None, at: datetime) -> bool:
    return start <= at and (end is None or at < end)
