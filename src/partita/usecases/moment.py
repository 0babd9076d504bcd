"""Moments as people state them: an instant, or a day, which begins and ends at midnight in a zone.

Owns nothing but this reading of days; periods and months are `core.period`. Rules: PERIOD-1, PERIOD-4, LEDGER-7.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import overload
from zoneinfo import ZoneInfo

from partita.core.period import DEFAULT_ZONE
from partita.store import funds as funds_store
from partita.store import org as org_store
from partita.usecases.work import Work

Moment = datetime | date


@overload
def start_of(moment: Moment, zone: str) -> datetime: ...
@overload
def start_of(moment: None, zone: str) -> None: ...
@overload
def start_of(moment: Moment | None, zone: str) -> datetime | None: ...
def start_of(moment: Moment | None, zone: str) -> datetime | None:
    """Return the instant at which a moment begins: a date at its midnight in `zone`."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time.min, ZoneInfo(zone)).astimezone(UTC)


def end_of(moment: Moment | None, zone: str) -> datetime | None:
    """Return the instant before which a moment lies: a date ends at the next midnight in `zone`."""
    if moment is None or isinstance(moment, datetime):
        return moment
    return start_of(moment + timedelta(days=1), zone)


def zone_of(work: Work, account_id: str | None = None) -> str:
    """Return the zone on whose clock the people of an account, or of the first enterprise, read instants (PERIOD-4).

    What spans several enterprises, and an account that does not exist, is read on the clock of the first enterprise.
    """
    holder = funds_store.holder(work.tx, account_id, work.now) if account_id else None
    return holder.zone if holder else org_store.catalogue_zone(work.tx) or DEFAULT_ZONE
