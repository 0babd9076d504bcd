"""The story of 星河云游 (Galaxy Voyage), the youngest company of the group: what its accounts use, day by day.

Under 财务管理 `voyage-booking`, whose travel season empties its purse in September, and `voyage-maps`, which lives on
credit; under 财务托管 `voyage-app`, `voyage-lab` and `voyage-nightly`, which share the quota of `voyage-main`. Beside
the group a customer of the basic tier with one account. The same every time; what the cloud has stopped uses nothing.
Does not own what is done about money (the demo's chapters).
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

MAIN = "voyage-main"
BOOKING, MAPS = "voyage-booking", "voyage-maps"
APP, LAB, NIGHTLY = "voyage-app", "voyage-lab", "voyage-nightly"
MANAGED = (BOOKING, MAPS)
TRUSTED = (APP, LAB, NIGHTLY)
SINGLE = "lin-photo"
"""The customer with one account: a photographer's shop in an enterprise of its own."""
SINGLE_NAME, SINGLE_PERSON, SINGLE_NUMBER = "林间照相馆 Lin Photo", "林一帆", "110105198904122019"

_SEASON = (date(2026, 9, 1), 20, 2, 52)
"""When the season begins, with how many servers, how many more a day, and how many at most."""
_LAB_GROWS = date(2026, 10, 1)
_HOURS = 24

Use = tuple[str, str, str, int]
"""A day's use of one resource: account, product, SKU, quantity (hours of all its instances)."""


def uses(day: date) -> Iterator[Use]:
    """Return what is used on a day by whom, nothing being stopped."""
    yield BOOKING, "compute", "vm.g8.xlarge", _HOURS * _season(day)
    yield BOOKING, "database", "db.mysql.8c32g", _HOURS
    yield MAPS, "compute", "vm.g8.large", _HOURS * 5
    yield APP, "compute", "vm.c8.xlarge", _HOURS * 20
    yield APP, "database", "db.redis.16g", _HOURS * 2
    yield LAB, "compute", "gpu.l20.1x", _HOURS if day >= _LAB_GROWS else 4
    yield NIGHTLY, "compute", "vm.spot.xlarge", _HOURS * 30
    yield SINGLE, "compute", "vm.g8.large", _HOURS


def _season(day: date) -> int:
    """Return how many servers the booking site runs: more every day of the season, and then as many as it needs."""
    begins, first, more, most = _SEASON
    return 16 if day < begins else min(most, first + more * (day - begins).days)


def write_usage(
    folder: Path, days: Iterable[date], stopped: Collection[str] = (), hourly: Collection[str] = ()
) -> Path:
    """Write the usage of some days as a CSV file, without what is `stopped` (`account/product`). Returns its path.

    Accounts in `hourly` are metered hour by hour, the others once a day.
    """
    known = list(days)
    path = folder / f"voyage-{known[0]}.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(("record_id", "account_id", "sku_id", "quantity", "start", "end", "resource", "region"))
        running = ((day, use) for day in known for use in uses(day) if f"{use[0]}/{use[1]}" not in stopped)
        for day, use in running:
            writer.writerows(_hours_of(day, use) if use[0] in hourly else [_record(day, use)])
    return path


def _record(day: date, use: Use) -> tuple[str | int, ...]:
    account, product, sku, quantity = use
    start, end = (f"{one}T00:00:00+08:00" for one in (day, day + timedelta(days=1)))
    resource = f"{account}-{product}"
    return f"{resource}/{day}", account, sku, quantity, start, end, resource, "cn-hangzhou"


def _hours_of(day: date, use: Use) -> Iterator[tuple[str | int, ...]]:
    """Yield a day's use in 24 equal hours."""
    account, product, sku, quantity = use
    resource = f"{account}-{product}"
    midnight = datetime.combine(day, time())
    for hour in range(_HOURS):
        start, end = (f"{midnight + timedelta(hours=one):%Y-%m-%dT%H:%M:%S}+08:00" for one in (hour, hour + 1))
        yield f"{resource}/{day}/{hour:02d}", account, sku, quantity // _HOURS, start, end, resource, "cn-hangzhou"
