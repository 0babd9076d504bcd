"""Tell whose resource packages are nearly used up. Rules: PKG-6 (`docs/rules/resource_package.md`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from partita.core import resource_package as rules
from partita.core.alert import AlertKind, Told
from partita.core.deduction import Commitment, Kind
from partita.core.notice import Notice, Package, package_notice
from partita.core.quantity import format_quantity
from partita.store import alert as alert_store
from partita.store import catalog as catalog_store
from partita.store import commitment as commitment_store
from partita.store.alert import ToldRow
from partita.usecases.commitment import left_of
from partita.usecases.notice import tell
from partita.usecases.work import Work

_LAST_INSTANT = timedelta(microseconds=1)


def tell_low_packages(work: Work) -> int:
    """Tell the owners of packages of which little is left, once for each window; return how many are told now.

    A fifth counts as little unless the owner set another part, or switched it off. Hourly and daily quotas are not
    told: they are full again before anybody can act.
    """
    running = [
        one
        for one in commitment_store.known(work.tx)
        if one.kind is Kind.PACKAGE and rules.lasts(one.cycle) and work.now in one.valid
    ]
    if not running:
        return 0
    found = list(_low(work, running))
    rows = alert_store.add_told(work.tx, [row for row, _ in found])
    new = {(row.account_id, row.key) for row in rows}
    return tell(work, [notice for row, notice in found if (row.account_id, row.key) in new])


def _low(work: Work, running: Iterable[Commitment]) -> Iterator[tuple[ToldRow, Notice]]:
    owned = list(running)
    asked = {
        one.account_id: one.threshold
        for one in alert_store.settings(work.tx, {one.owner_id for one in owned})
        if one.kind is AlertKind.LOW_PACKAGE
    }
    left = left_of(work, owned)
    skus = catalog_store.skus_of(work.tx)
    for one in sorted(owned, key=lambda each: (each.owner_id, each.source_id)):
        percent = asked.get(one.owner_id, rules.LOW_PERCENT)
        remains = left[one.source_id]
        if percent is None or not rules.is_low(one.capacity_of(one.window(work.now)), remains, percent):
            continue
        low = _said(work, one, remains, skus[one.sku_id].unit)
        notice = package_notice(one.owner_id, low)
        told = Told(work.now, work.now, 1)
        yield ToldRow(one.owner_id, AlertKind.LOW_PACKAGE, "", notice.key, told, low.percent, percent), notice


def _said(work: Work, one: Commitment, left: int, unit: str) -> Package:
    """Return how little is left of a window, in words; both days are of the account's calendar and still counted."""
    window = one.window(work.now)
    zone = ZoneInfo(one.zone)
    since = max(window.start, one.valid.start).astimezone(zone).date()
    until = (min(window.end, one.valid.end) - _LAST_INSTANT).astimezone(zone).date()
    whole = one.capacity_of(window)
    remaining, quota = (f"{format_quantity(quantity)} {unit}" for quantity in (left, whole))
    percent = left * 100 // whole
    return Package(one.source_id, remaining, quota, percent, since.isoformat(), until.isoformat())
