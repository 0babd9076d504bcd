"""Running spend in bulk: new usage is priced after what came before it, and charges are added up by day.

Owns the records that stand in for the usage so far (`opening`), the calendar of days and the sums. The pricing itself
is that of a whole month (`columnar.rating`): an opening record carries what a counter shows, so what follows it is
priced as if the whole month were there. Rules: SPEND-1, SPEND-2 (`docs/rules/spend.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from partita.columnar.tables import USAGE, arrow_schema

OPENING = ""
"""The id of an opening record: no record of usage has it, for an id has at least one character."""

BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""When an opening record starts whose price does not depend on the month's total: before every price, so it is counted
and costs nothing."""

COUNTED_MODELS = frozenset({"graduated", "block", "volume"})
"""Models whose price depends on the month's counter; of others nothing need be known of earlier usage."""

DAY_SPANS = pa.schema(
    [("zone", pa.string()), ("utc_date", pa.date32()), ("from_at", pa.timestamp("us")), ("to_at", pa.timestamp("us")),
     ("day", pa.date32())]
)  # fmt: skip
"""`utc_date` is a date in UTC that the local `day` touches; `from_at`, `to_at` are the day's own instants."""

COUNTERS = "select payer_id, sku_id, account_id, sum(quantity_e6)::varchar from {usage} group by all order by all"
"""What usage adds to the counters: (payer, sku, account, quantity_e6 as text)."""

OF_COUNTED_SKUS = """
    select payer_id, sku_id, min(usage_start), bool_or(volume) from fresh
    join (select sku_id, bool_or(model = 'volume') as volume from prices
          where model in ('graduated', 'block', 'volume') group by sku_id) using (sku_id)
    group by all order by all
"""
"""Which counters new usage is priced by: (payer, sku, first new start, whether a version goes by the month's total)."""

SPEND = """
    select c.payer_id, c.account_id, c.product_id::varchar, d.day, c.currency::varchar,
           sum(c.billed_cost_e10)::decimal(38, 0) as amount_e10
    from {charges} c join (select distinct account_id, zone from accounts) a on a.account_id = c.account_id
    join day_spans d on d.zone = a.zone and d.utc_date = c.charge_start::date
        and c.charge_start >= d.from_at and c.charge_start < d.to_at
    group by all order by all
"""
"""What charges cost by day: (payer, account, product, day, currency, amount_e10)."""

LAST_USED = """
    select account_id, product_id::varchar, arg_max(payer_id, charge_start), arg_max(currency::varchar, charge_start),
           max(charge_start)
    from {charges} where record_id <> '' and line_kind in ('rated', 'covered') group by all order by all
"""
"""The last use of each product: (account, product, payer, currency, start in UTC)."""


def opening_records(rows: Iterable[tuple[str, str, str, int, datetime]]) -> pa.Table:
    """Return records that stand for the usage so far: (payer, sku, account, quantity_e6, start in UTC) (SPEND-2)."""
    schema = arrow_schema(USAGE)
    columns: dict[str, list[object]] = {name: [] for name in schema.names}
    for payer, sku, account, quantity_e6, start in rows:
        record = {
            "record_id": OPENING,
            "account_id": account,
            "payer_id": payer,
            "sku_id": sku,
            "quantity_e6": quantity_e6,
            "usage_start": start,
            "usage_end": start,
        }
        for name, column in columns.items():
            column.append(record.get(name))
    return pa.table([pa.array(columns[field.name], field.type) for field in schema], schema)


def day_spans(zones: Iterable[str], first: datetime, last: datetime) -> pa.Table:
    """Return DAY_SPANS for all days of the zones that hold an instant from `first` to `last` (UTC without zone)."""
    rows = [
        (utc_date, zone, day, start, end)
        for zone in sorted(set(zones))
        for day in _days(zone, first.replace(tzinfo=UTC), last.replace(tzinfo=UTC))
        for start, end in [_instants(zone, day)]
        for utc_date in {start.date(), (end - timedelta(microseconds=1)).date()}
    ]
    columns = {
        "zone": [row[1] for row in rows],
        "utc_date": [row[0] for row in rows],
        "from_at": [row[3] for row in rows],
        "to_at": [row[4] for row in rows],
        "day": [row[2] for row in rows],
    }
    return pa.table([pa.array(columns[field.name], field.type) for field in DAY_SPANS], DAY_SPANS)


def _days(zone: str, first: datetime, last: datetime) -> list[date]:
    day, end = first.astimezone(ZoneInfo(zone)).date(), last.astimezone(ZoneInfo(zone)).date()
    days = []
    while day <= end:
        days.append(day)
        day += timedelta(days=1)
    return days


def _instants(zone: str, day: date) -> tuple[datetime, datetime]:
    known = ZoneInfo(zone)
    start = datetime(day.year, day.month, day.day, tzinfo=known)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=known)
    return start.astimezone(UTC).replace(tzinfo=None), end.astimezone(UTC).replace(tzinfo=None)
