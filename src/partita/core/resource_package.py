"""Resource packages (资源包): a quantity bought ahead that usage takes before it is priced.

Owns the two types (recurring, aggregate), how the catalogue offers one, stretches (bought, renewed, upgraded), when one
may start, what is left, and the alerts on a low quota and a near end. Does not own how usage takes it (`deduction`) nor
who pays (`settlement`).
Rules: PKG-1 … PKG-8 (`docs/rules/resource_package.md`); source: enterprise-finance.md A5, B4, B9.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from partita.core.deduction import Commitment, Kind, Sharing, Skip
from partita.core.money import minor_scale_e10
from partita.core.period import Cycle, Period, in_zone
from partita.core.quantity import E6, FACTOR_ONE, INT64_MAX, format_quantity, parse_pairs, parse_quantity
from partita.core.refusal import Reason, Refused, refused
from partita.core.subscription import months_after

AHEAD_MOST = timedelta(days=183)
"""A package may start up to six months later than it is bought (A5)."""
MONTHS_MOST = 60
"""Nothing is paid more than five years ahead."""


class StretchKind(Enum):
    """How a stretch of a package came to be (PKG-3): bought, renewed at its end, or upgraded from now on."""

    NEW = ("new", "新购")
    RENEW = ("renew", "续费")
    UPGRADE = ("upgrade", "升配")

    @property
    def word(self) -> str:
        """The name as the books keep it."""
        return str(self.value[0])

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


@dataclass(frozen=True, slots=True)
class ResourcePackage:
    """What a package is and whom it serves; its quotas are its stretches.

    `sku_id` is under what it is sold. `factors`: SKUs that it covers, with how much one unit takes of it, `_e6`.
    `cycle` None = aggregate (总量递减), else the quota resets each hour, day or month (周期恒定). Empty regions = all.
    """

    package_id: str
    owner_id: str
    sku_id: str
    currency: str
    zone: str
    unit: str
    cycle: Cycle | None
    factors: tuple[tuple[str, int], ...]
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageOffer:
    """What is granted or ordered: the SKU under which it is sold, its quota `_e6`, what it covers, for how long.

    `cycle` None = aggregate. `start` None = now. `factors`: SKU → how much one unit takes, `_e6`. `price_minor`: as the
    operator states it, 0 = given; what is ordered costs what its order says.
    """

    sku_id: str
    quota_e6: int
    factors: tuple[tuple[str, int], ...]
    months: int
    price_minor: int = 0
    cycle: Cycle | None = None
    start: datetime | None = None
    regions: tuple[str, ...] = ()

    def words(self) -> tuple[str, ...]:
        """Return what people typed of it: quota, months and factors."""
        factors = (f"{sku}*{format_quantity(factor)}" for sku, factor in self.factors)
        return format_quantity(self.quota_e6), f"{self.months} (months)", ",".join(factors)

    def plain(self) -> tuple[object, ...]:
        """Return it as plain values, for the hash of a key."""
        cycle = self.cycle.value if self.cycle else None
        start = self.start.isoformat() if self.start else None
        return (
            self.sku_id, self.quota_e6, sorted(self.factors), self.months, self.price_minor, cycle, start,
            sorted(self.regions),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PackageChange:
    """What is ordered of a package that is there: to renew it for `months`, or (0 months) to add a quota `_e6`."""

    package_id: str
    months: int = 0
    more_e6: int = 0


OFFER_ATTRIBUTES = ("quota", "covers", "each", "regions")
"""The attributes by which a SKU of the catalogue is a package (PKG-7): the first two it must have."""


def offered(sku_id: str, attributes: Mapping[str, str], months: int = 1) -> PackageOffer | None:
    """Return the package that a SKU of the catalogue is, for so many months; None where it is none (PKG-7).

    `quota` 1000, `covers` `vm.small,vm.large*4`, `each` hour, day or month, `regions` with commas. Raises ValueError
    with the name of the attribute that is at fault.
    """
    if not {"quota", "covers"} <= set(attributes):
        return None
    at = "quota"
    try:
        quota = parse_quantity(attributes[at])
        at = "covers"
        factors = parse_pairs(attributes[at], "*", parse_quantity, default="1")
        at = "each"
        cycle = Cycle(attributes[at]) if attributes.get(at) else None
    except ValueError:
        raise ValueError(at) from None
    if not factors or check_quota(quota, 1, factors) or len(dict(factors)) < len(factors):
        raise ValueError("quota" if check_quota(quota, 1, ()) else "covers")
    regions = tuple(one.strip() for one in attributes.get("regions", "").split(",") if one.strip())
    return PackageOffer(sku_id, quota, factors, months, cycle=cycle, regions=regions)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One paid part of a package: its quota `_e6` of one window, when it holds, and its price in minor units."""

    package_id: str
    number: int
    kind: StretchKind
    valid: Period
    quota_e6: int
    price_minor: int

    @property
    def source_id(self) -> str:
        """The name under which it deducts: that of the package, and its number from the second on."""
        return self.package_id if self.number == 1 else f"{self.package_id}/{self.number}"


def commitment(
    package: ResourcePackage,
    stretch: Stretch,
    payer_id: str,
    shares: Iterable[Sharing] = (),
    skips: Iterable[Skip] = (),
) -> Commitment:
    """Return a stretch as it deducts for a payer (PKG-1); its price is spread over its windows (DEDUCT-4).

    A window that the validity cuts gives its part of the quota, and bears its part of the price.
    """
    price = stretch.price_minor * minor_scale_e10(package.currency)
    first, last = (window_quota(stretch, package.cycle, package.zone, at) for at in _ends(stretch.valid))
    count, quota = window_count(stretch.valid, package.cycle, package.zone), stretch.quota_e6
    whole = last if count == 1 else first + (count - 2) * quota + last
    each, of_first = price * quota // whole, price * first // whole
    of_last = price if count == 1 else price - of_first - (count - 2) * each
    return Commitment(
        source_id=stretch.source_id,
        kind=Kind.PACKAGE,
        owner_id=package.owner_id,
        payer_id=payer_id,
        sku_id=package.sku_id,
        zone=package.zone,
        currency=package.currency,
        valid=stretch.valid,
        cycle=package.cycle,
        capacity=stretch.quota_e6,
        cost_e10=each,
        last_cost_e10=of_last,
        weights=dict(package.factors),
        regions=frozenset(package.regions),
        shares=tuple(shares),
        skips=tuple(skips),
        last_capacity=None if last == quota else last,
        first_capacity=None if first == quota else first,
        first_cost_e10=None if first == quota else of_first,
    )


def window_quota(one: Stretch, cycle: Cycle | None, zone: str, at: datetime) -> int:
    """Return the quota of the window that holds an instant, `_e6`: of one that the validity cuts its part by time.

    So whoever buys n months gets n quotas, whenever in the month (PKG-1); at least a millionth, which bears its price.
    """
    if cycle is None:
        return one.quota_e6
    window = cycle.period(at, zone)
    held = min(window.end, one.valid.end) - max(window.start, one.valid.start)
    return max(1, one.quota_e6 * (held // _INSTANT) // ((window.end - window.start) // _INSTANT))


def _ends(valid: Period) -> tuple[datetime, datetime]:
    return valid.start, valid.end - _INSTANT


def spread_cost(one: Commitment) -> int:
    """Return what all windows of a commitment cost together, in `_e10`."""
    count = window_count(one.valid, one.cycle, one.zone)
    if count == 1:
        return one.last_cost_e10
    first, last = (one.cost_of(one.window(at)) for at in _ends(one.valid))
    return first + (count - 2) * one.cost_e10 + last


def window_count(valid: Period, cycle: Cycle | None, zone: str) -> int:
    """Return how many windows a validity touches: one without a cycle, else its hours, days or months."""
    if cycle is None:
        return 1
    if cycle is Cycle.HOUR:
        first, last = cycle.period(valid.start, zone), cycle.period(valid.end - _INSTANT, zone)
        return (last.end - first.start) // timedelta(hours=1)
    count, at = 0, valid.start
    while at < valid.end:
        count, at = count + 1, cycle.period(at, zone).end
    return count


_INSTANT = timedelta(microseconds=1)


def valid_for(start: datetime, months: int, zone: str) -> Period:
    """Return the validity of so many calendar months from an instant (SUB-1)."""
    return Period(start, months_after(start, months, zone))


def may_start(start: datetime, now: datetime, zone: str) -> Refused | None:
    """Refuse a start in the past or more than six months ahead (PKG-2): COMMITMENT_START, by the clock of `zone`."""
    latest = now + AHEAD_MOST
    if now <= start <= latest:
        return None
    return refused(
        Reason.COMMITMENT_START, start=in_zone(start, zone), now=in_zone(now, zone), latest=in_zone(latest, zone)
    )


def renewed(stretches: Iterable[Stretch], months: int, price_minor: int, zone: str) -> Stretch:
    """Return the stretch that a renewal adds: from the end on, with the quota as it was upgraded until then (PKG-4)."""
    known = sorted(stretches, key=lambda one: one.number)
    start = max(one.valid.end for one in known)
    quota = sum(one.quota_e6 for one in known if one.valid.end == start)
    valid = Period(start, months_after(start, months, zone))
    return Stretch(known[0].package_id, known[-1].number + 1, StretchKind.RENEW, valid, quota, price_minor)


def upgraded(stretches: Iterable[Stretch], more_e6: int, price_minor: int, now: datetime) -> Stretch | Refused:
    """Return the stretch that an upgrade adds: so much more quota from now to the end of what runs (PKG-5).

    Refused: PACKAGE_NOT_RUNNING.
    """
    known = sorted(stretches, key=lambda one: one.number)
    running = [one for one in known if now in one.valid and one.kind is not StretchKind.UPGRADE]
    if not running:
        return refused(Reason.PACKAGE_NOT_RUNNING, package=known[0].package_id)
    valid = Period(now, running[-1].valid.end)
    return Stretch(known[0].package_id, known[-1].number + 1, StretchKind.UPGRADE, valid, more_e6, price_minor)


def used_up(one: Stretch, cycle: Cycle | None, zone: str, taken: int, at: datetime) -> int:
    """Return how much of the quota of the window that is running is paid for when a stretch is given up, `_e6` (PKG-8).

    What was taken of it (`taken` in base units × 10^6), of a window that resets at least its part by time: so nobody
    uses a quota and gives it back. Of an aggregate quota time does not count.
    """
    quota = window_quota(one, cycle, zone, at)
    used = quota - left_e6(quota, taken)
    if cycle is None:
        return used
    held = _held(one, cycle, zone, at)
    return max(used, quota * _seconds(held.start, at) // _seconds(held.start, held.end))


def unused_part(one: Stretch, cycle: Cycle | None, zone: str, taken: int, at: datetime) -> tuple[int, int]:
    """Return which part of a stretch nobody has used when it is given up, as a ratio (PKG-8).

    Of an aggregate quota what is left of it (`taken` in base units × 10^6); of one that resets what is left of its
    time, where more of the running window was taken than is over of it, so much less; of one that has not started
    all of it.
    """
    if at < one.valid.start:
        return 1, 1
    if cycle is None:
        return left_e6(one.quota_e6, taken), one.quota_e6
    whole = _seconds(one.valid.start, one.valid.end)
    if at >= one.valid.end:
        return 0, whole
    held, quota = _held(one, cycle, zone, at), window_quota(one, cycle, zone, at)
    used = quota - left_e6(quota, taken)
    if used * _seconds(held.start, held.end) <= quota * _seconds(held.start, at):
        return _seconds(at, one.valid.end), whole
    rest = _seconds(held.start, one.valid.end) * quota - _seconds(held.start, held.end) * used
    return rest, whole * quota


def _held(one: Stretch, cycle: Cycle, zone: str, at: datetime) -> Period:
    """Return as much of the window that holds an instant as is in the validity."""
    window = cycle.period(at, zone)
    return Period(max(window.start, one.valid.start), min(window.end, one.valid.end))


def _seconds(start: datetime, end: datetime) -> int:
    return (end - start) // _SECOND


_SECOND = timedelta(seconds=1)


def check_quota(quota_e6: int, months: int, factors: Iterable[tuple[str, int]]) -> str | None:
    """Say what is wrong with a quota (`_e6`), a duration in months or factors (`_e6`), or None."""
    if not 0 < quota_e6 <= INT64_MAX:
        return "0.000001 … 9223372036854.775807"
    if not 1 <= months <= MONTHS_MOST:
        return f"1 … {MONTHS_MOST} (month)"
    if any(not 0 < factor <= 1000 * FACTOR_ONE for _, factor in factors):
        return "0.000001 … 1000 (factor)"
    return None


def left_e6(quota_e6: int, taken: int) -> int:
    """Return what is left of a window's quota, `_e6`: what is only partly used counts as used."""
    return max(quota_e6 - -(-taken // E6), 0)


LOW_PERCENT = 20
"""A quota is low when a fifth or less of it is left (B9), unless the account says otherwise."""


def is_low(quota_e6: int, left: int, low_percent: int = LOW_PERCENT) -> bool:
    """Say whether so little of a quota is left (both `_e6`) that its owner is told (PKG-6)."""
    return left * 100 <= quota_e6 * low_percent


def lasts(cycle: Cycle | None) -> bool:
    """Say whether a window is worth an alert: the whole validity or a month; hours and days are soon full again."""
    return cycle in {None, Cycle.MONTH}
