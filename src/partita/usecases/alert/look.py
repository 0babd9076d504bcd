"""Look whether anything crosses a threshold, whenever the figures of a payer move, in the same transaction.

Rules: ALERT-2, ALERT-3, ALERT-4 (`docs/rules/alert.md`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from partita.core import alert as rules
from partita.core.alert import AlertKind, AlertSetting, Told
from partita.core.money import Money, format_scaled, minor_scale_e10, truncate
from partita.core.notice import High, Low, Notice, high_notice, low_notice
from partita.core.service_control import Group
from partita.store import alert as alert_store
from partita.store.alert import ToldRow
from partita.store.service_control import Watch
from partita.usecases.notice import tell
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Seen:
    """A payer as it is looked at: its group, what was seen of it last, and what its accounts spent by day.

    `days` is the spend in `_e10` by (account, product) and day; `today` is a day of the payer's calendar.
    """

    group: Group
    before: Watch | None
    days: Mapping[tuple[str, str], Mapping[date, int]]
    today: date


def look(work: Work, seen: Sequence[Seen], settings: Sequence[AlertSetting]) -> None:
    """Tell what crosses a threshold now (ALERT-2, ALERT-3, ALERT-4), each once."""
    if not settings:
        return
    of_account: dict[str, list[AlertSetting]] = {}
    for setting in settings:
        of_account.setdefault(setting.account_id, []).append(setting)
    told = alert_store.last_told(work.tx, {one.group.payer_id for one in seen})
    found: list[Found] = []
    for one in seen:
        found += _low(work, one, of_account.get(one.group.payer_id, ()), told)
        found += _high(work, one, of_account)
    new = {(row.account_id, row.kind, row.product_id, row.key) for row in _added(work, [row for row, _ in found])}
    fresh = [notices for row, notices in found if (row.account_id, row.kind, row.product_id, row.key) in new]
    tell(work, [notice for notices in fresh for notice in notices])


Found = tuple[ToldRow, list[Notice]]
"""Something to be told: as it is recorded, and the notices of it."""


def _added(work: Work, rows: Sequence[ToldRow]) -> list[ToldRow]:
    return alert_store.add_told(work.tx, rows) if rows else []


def _low(
    work: Work, seen: Seen, settings: Iterable[AlertSetting], told: Mapping[tuple[str, AlertKind], Told]
) -> Iterator[Found]:
    """Yield what is told of a low quota, and of one that does not last; once overdue, service notices take over."""
    group = seen.group
    if group.available_minor < 0:
        return
    days_left = group.pace.days_left_tenths(group.available_minor, group.currency)
    before = seen.before
    figures = {
        AlertKind.LOW_QUOTA: (before.available_minor if before else None, group.available_minor),
        AlertKind.NEAR_OVERDUE: (_endless(before.days_left_tenths) if before else None, days_left),
    }
    for setting in settings:
        if setting.kind not in figures:
            continue
        was, now = figures[setting.kind]
        last = told.get((setting.account_id, setting.kind))
        if setting.threshold is None or now is None:
            continue
        if not rules.falls_below(setting, was, now, last, work.now):
            continue
        again = rules.told_again(last, work.now, crosses=was is not None and was >= setting.threshold)
        notice = low_notice(setting.kind, setting.account_id, _read(setting, now, group, again), work.now)
        yield ToldRow(setting.account_id, setting.kind, "", notice.key, again, now, setting.threshold), [notice]


_FOR_EVER = 10**12


def _endless(tenths: int | None) -> int:
    """Return what a quota that lasted for ever is compared as: it was above every threshold."""
    return _FOR_EVER if tenths is None else tenths


def _read(setting: AlertSetting, figure: int, group: Group, told: Told) -> Low:
    assert setting.threshold is not None, "what is switched off is not told"
    available = Money(group.available_minor, group.currency)
    if setting.kind is AlertKind.LOW_QUOTA:
        return Low(available, Money(setting.threshold, group.currency), available, told.times)
    days, wanted = (format_scaled(tenths, 1, places=1) for tenths in (figure, setting.threshold))
    return Low(days, wanted, available, told.times)


def _high(work: Work, seen: Seen, settings: Mapping[str, Sequence[AlertSetting]]) -> Iterator[Found]:
    """Yield what is told of days that cost more than wanted: today's and, for usage that came late, yesterday's."""
    days = (seen.today - timedelta(days=1), seen.today)
    watched = (
        (setting, account, product, day, truncate(spent.get(day, 0), minor_scale_e10(seen.group.currency)))
        for (account, product), spent in sorted(seen.days.items())
        for setting in settings.get(account, ())
        for day in days
        if setting.kind is AlertKind.HIGH_SPEND
    )
    for setting, account, product, day, minor in watched:
        if not rules.is_high(setting, product, minor) or setting.threshold is None:
            continue
        amounts = (Money(one, seen.group.currency) for one in (minor, setting.threshold))
        notice = high_notice(account, High(product, day.isoformat(), *amounts))
        told = Told(work.now, work.now, 1)
        row = ToldRow(account, setting.kind, product, notice.key, told, minor, setting.threshold)
        yield row, _also_to(seen.group.payer_id, notice)


def _also_to(payer_id: str, notice: Notice) -> list[Notice]:
    """Return a notice, and the same for the payer where it is another account."""
    if payer_id == notice.account_id:
        return [notice]
    return [notice, replace(notice, account_id=payer_id, key=f"{notice.key}:payer")]
