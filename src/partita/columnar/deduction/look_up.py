"""The look-up tables of deduction: commitments, whom and what they cover, their windows, and subscriptions.

Rules: DEDUCT-2, DEDUCT-5, DEDUCT-10.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from partita.columnar.tables import (
    COMMITMENTS,
    REGIONS,
    SHARES,
    SKIPS,
    SUBSCRIBED,
    TAKEN_BEFORE,
    WEIGHTS,
    WINDOWS,
    arrow_schema,
)
from partita.core.deduction import Commitment, Subscribed, WindowKey, passes
from partita.core.discount import OPEN_END
from partita.core.period import Cycle, Month, Period

PERIODS = {"zone": "VARCHAR", "start_at": "TIMESTAMP", "end_at": "TIMESTAMP"}
"""For each zone the month, as far as it is over."""

_HOUR = timedelta(hours=1)


def tables_of(
    commitments: Collection[Commitment],
    month: Month,
    before: Mapping[WindowKey, int],
    *,
    through: datetime | None = None,
    ended: Month | None = None,
    subscribed: Collection[Subscribed] = (),
) -> dict[str, pa.Table]:
    """Return the look-up tables of a month by name.

    `through`: how far it is over (None = all of it); `ended`: the later month whose close takes up its late usage.
    """
    number = passes(commitments)
    zones = sorted({one.zone for one in commitments})
    ends = {
        zone: (month.period(zone).start, _over(month.period(zone).start, (ended or month).period(zone).end, through))
        for zone in zones
    }
    return {
        "commitments": _table(COMMITMENTS, (_row(one, number[one.source_id]) for one in commitments)),
        "weights": _table(WEIGHTS, ((one.source_id, *pair) for one in commitments for pair in one.weights.items())),
        "regions": _table(REGIONS, ((one.source_id, name) for one in commitments for name in sorted(one.regions))),
        "shares": _table(SHARES, (row for one in commitments for row in _shares(one))),
        "skips": _table(
            SKIPS,
            (
                (one.source_id, skip.sku_id, skip.account_id, skip.effective_from, skip.effective_until or OPEN_END)
                for one in commitments
                for skip in one.skips
            ),
        ),
        "windows": _table(WINDOWS, _windows(commitments, month)),
        "taken_before": _table(TAKEN_BEFORE, ((source, start, taken) for (source, start), taken in before.items())),
        "subscribed": _table(
            SUBSCRIBED,
            (
                (
                    one.subscription_id,
                    one.account_id,
                    one.resource_id,
                    one.sku_id,
                    one.effective_from,
                    one.effective_until or OPEN_END,
                )
                for one in subscribed
            ),
        ),
        "periods": _table(PERIODS, ((zone, *ends[zone]) for zone in zones)),
    }


def _row(one: Commitment, number: int) -> tuple[object, ...]:
    return (
        one.source_id, one.kind.value, number, one.owner_id, one.payer_id, one.sku_id, one.zone, one.currency,
        one.valid.start, one.valid.end, one.cycle.value if one.cycle else None, one.capacity, one.cost_e10,
        one.last_cost_e10, _or(one.last_capacity, one.capacity), _or(one.first_cost_e10, one.cost_e10),
        _or(one.first_capacity, one.capacity), one.fee_e10, not one.regions,
    )  # fmt: skip


def of_window(name: str, row: str) -> str:
    """Return the SQL of a figure of a window, `capacity` or `cost_e10`: the last, the first or any other (DEDUCT-2).

    `row` is the alias of the commitment; `n` that of its window, without one for a quota that does not reset.
    """
    return (
        f"case when coalesce(n.window_end, {row}.to_at) >= {row}.to_at then {row}.last_{name} "
        f"when n.window_at <= {row}.from_at then {row}.first_{name} else {row}.{name} end"
    )


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def _shares(one: Commitment) -> Iterator[tuple[object, ...]]:
    yield one.source_id, one.owner_id, one.valid.start, OPEN_END
    for share in one.shares:
        yield one.source_id, share.account_id, share.effective_from, share.effective_until or OPEN_END


def _over(start: datetime, end: datetime, through: datetime | None) -> datetime:
    return end if through is None else max(start, min(end, through))


def _windows(commitments: Collection[Commitment], month: Month) -> Iterator[tuple[object, ...]]:
    for zone, name in sorted({(one.zone, one.cycle.value) for one in commitments if one.cycle}):
        period, cycle = month.period(zone), Cycle(name)
        at = period.start
        while at < period.end:
            window = cycle.period(at, zone)
            for hour in _hours(window):
                yield zone, name, hour, window.start, window.end
            at = window.end


def _hours(window: Period) -> Iterator[datetime]:
    hour = window.start.replace(minute=0, second=0, microsecond=0)
    while hour < window.end:
        yield hour
        hour += _HOUR


def _table(schema: dict[str, str], rows: Iterator[tuple[object, ...]]) -> pa.Table:
    fields = arrow_schema(schema)
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    arrays = [pa.array(map(_plain, column), field.type) for column, field in zip(columns, fields, strict=True)]
    return pa.table(arrays, fields)


def _plain(value: object) -> object:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def lay_out(engine: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> None:
    """Create the look-up tables on a connection, beside `measured, skus, prices, accounts`."""
    for name, table in tables.items():
        engine.register("arriving", table)
        engine.execute(f"create or replace temp table {name} as from arriving")
        engine.unregister("arriving")
