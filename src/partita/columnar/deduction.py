"""Deduction in bulk (抵扣): what packages and plans take off all usage of a bucket. The fast twin of `core.deduction`.

Owns the look-up tables and the statements: which usage is offered to which commitment, one pass after the other, the
charges that cover it, the unused rest of windows and the fees of plans. A pass is a window sum: a commitment takes from
the usage in its order until its window is full. There are as many passes as commitments of one payer that cover the
same SKU at the same time. Does not own the price of what is left (`columnar.rating`). Rules: DEDUCT-1 … DEDUCT-6,
DEDUCT-10.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa

from partita.columnar.tables import (
    CHARGE,
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
        one.last_cost_e10, one.fee_e10, not one.regions,
    )  # fmt: skip


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


# The usage of resources that are subscriptions (DEDUCT-10): taken whole, before anything else, so that no other looks
# at it. Its turns are below zero, those of what is offered above.
_PAID_AHEAD = """
create or replace temp table paid_ahead as
select -row_number() over (order by u.usage_start, u.account_id, u.record_id) as turn, u.place, u.quantity_e6,
  min(s.source_id) as source_id, min(s.from_at) as from_at,
  min(case p.model when 'block' then null else p.price_e10 end) as list_price_e10
from measured u join subscribed s on s.account_id = u.account_id and s.resource_id = u.resource_id
  and s.sku_id = u.sku_id and u.usage_start >= s.from_at and u.usage_start < s.to_at
join accounts a on a.account_id = u.account_id
join prices p on p.sku_id = u.sku_id and p.tier = 0 and p.model <> 'flat'
  and p.currency = case when u.account_id = a.account_id then a.currency end
  and u.usage_start >= p.from_at and u.usage_start < p.to_at
where u.quantity_e6 > 0 {only}
group by u.place, u.usage_start, u.account_id, u.record_id, u.quantity_e6
"""

# The usage that may be covered at all, in billing-time order, with the list price that holds for it (DEDUCT-5). A
# record at a flat price has no quantity to take; records that a close charged before (`charged`) keep what they have.
_OFFERED = """
create or replace temp table offered as
select u.place, u.payer_id, u.account_id, u.sku_id, u.region, u.usage_start, u.quantity_e6, a.zone,
  a.currency::varchar as currency, case p.model when 'block' then null else p.price_e10 end as list_price_e10,
  row_number() over (order by u.usage_start, u.account_id, u.record_id) as turn
from measured u join accounts a on a.account_id = u.account_id
join (select distinct c.payer_id, w.sku_id from commitments c join weights w on w.source_id = c.source_id) k
  on k.payer_id = u.payer_id and k.sku_id = u.sku_id
join prices p on p.sku_id = u.sku_id and p.tier = 0 and p.model <> 'flat'
  and p.currency = case when u.account_id = a.account_id then a.currency end
  and u.usage_start >= p.from_at and u.usage_start < p.to_at
where u.quantity_e6 > 0 and not exists (select 1 from paid_ahead h where h.place = u.place) {only}
"""

_ONLY_LATE = """and not exists (
  select 1 from charged b where b.account_id = u.account_id and b.record_id = u.record_id)"""

_CANDIDATE = """
create or replace temp table candidate as
select o.turn, o.place, o.list_price_e10, c.source_id, c.pass, w.weight, coalesce(n.window_at, c.from_at) as window_at,
  c.capacity, case when coalesce(n.window_end, c.to_at) >= c.to_at then c.last_cost_e10 else c.cost_e10 end as cost_e10,
  coalesce(b.taken, 0)::hugeint as taken_before
from offered o join commitments c on c.payer_id = o.payer_id and c.zone = o.zone and c.currency = o.currency
  and o.usage_start >= c.from_at and o.usage_start < c.to_at
join weights w on w.source_id = c.source_id and w.sku_id = o.sku_id
left join windows n on n.zone = c.zone and n.cycle = c.cycle and n.utc_hour = date_trunc('hour', o.usage_start)
  and o.usage_start >= n.window_at and o.usage_start < n.window_end
left join taken_before b on b.source_id = c.source_id and b.window_at = coalesce(n.window_at, c.from_at)
where exists (select 1 from shares h where h.source_id = c.source_id
    and (h.account_id is null or h.account_id = o.account_id)
    and o.usage_start >= h.from_at and o.usage_start < h.to_at)
  and (c.every_region or exists (select 1 from regions r where r.source_id = c.source_id and r.region = o.region))
  and not exists (select 1 from skips k where k.source_id = c.source_id
    and (k.sku_id is null or k.sku_id = o.sku_id) and (k.account_id is null or k.account_id = o.account_id)
    and o.usage_start >= k.from_at and o.usage_start < k.to_at)
"""

_TAKE = """
create or replace temp table turn_taken as
with reached as (
  select c.*, l.left_e6, c.capacity::hugeint * 1000000 - c.taken_before as room,
    sum(l.left_e6::hugeint * c.weight) over (partition by c.source_id, c.window_at order by c.turn
      rows unbounded preceding) as after
  from candidate c join left_over l on l.turn = c.turn where c.pass = ? and l.left_e6 > 0),
fitted as (
  select *, after - left_e6::hugeint * weight as before from reached),
given as (
  select *, case when after <= room then left_e6 when before < room then ((room - before) // weight)::bigint
    else 0 end as quantity_e6
  from fitted where before < room)
select source_id, turn, place, window_at, list_price_e10, quantity_e6, quantity_e6::hugeint * weight as taken,
  (((taken_before + before + quantity_e6::hugeint * weight) // 1000000 * cost_e10 // capacity)
    - ((taken_before + before) // 1000000 * cost_e10 // capacity))::bigint as effective_cost_e10
from given where quantity_e6 > 0
"""

_NOTHING = (
    "create or replace temp table deducted (source_id varchar, turn bigint, place bigint, window_at timestamp, "
    "list_price_e10 bigint, quantity_e6 bigint, taken hugeint, effective_cost_e10 bigint)"
)


def deduct(engine: duckdb.DuckDBPyConnection, *, late: bool = False) -> None:
    """Take what commitments cover off `measured` (usage with `place`); leaves `deducted` and `left_over` (DEDUCT-3).

    After `lay_out`. `late`: only usage that stands in no row of `charged` is offered (DEDUCT-6).
    """
    only = _ONLY_LATE if late else ""
    engine.execute(_PAID_AHEAD.format(only=only))
    engine.execute(_OFFERED.format(only=only))
    engine.execute(_CANDIDATE)
    engine.execute(
        "create or replace temp table left_over as select turn, place, quantity_e6 as left_e6 from offered "
        "union all select turn, place, 0 from paid_ahead"
    )
    engine.execute(_NOTHING)
    engine.execute(
        "insert into deducted select source_id, turn, place, from_at, list_price_e10, quantity_e6, 0, 0 from paid_ahead"
    )
    numbers = engine.execute("select distinct pass from candidate order by 1").fetchall()
    for (number,) in numbers:
        engine.execute(_TAKE, [number])
        engine.execute("insert into deducted from turn_taken")
        engine.execute(
            "update left_over set left_e6 = left_e6 - p.quantity_e6 from turn_taken p where p.turn = left_over.turn"
        )


LEFT = """select u.* replace (coalesce(l.left_e6, u.quantity_e6) as quantity_e6)
from measured u left join left_over l on l.place = u.place"""
"""The usage as it is priced (DEDUCT-1), after `deduct`: what was measured less what was taken."""

LEFT_LATE = """select u.* replace (coalesce(b.quantity_e6, l.left_e6, u.quantity_e6) as quantity_e6)
from measured u left join left_over l on l.place = u.place
left join charged b on b.account_id = u.account_id and b.record_id = u.record_id"""
"""The same where records that a close charged before keep the quantity that it left them (DEDUCT-6)."""

CHARGED = """select account_id, record_id, sum(quantity_e6)::bigint as quantity_e6 from billed
where line_kind in ('rated', 'correction') group by all"""
"""What closes charged of each record of a month; `billed` are all its final charges."""

CHARGED_WINDOWS = """select c.source_id, coalesce(n.window_at, c.from_at) as window_at,
  sum(b.quantity_e6::hugeint * w.weight)::decimal(38, 0) as taken
from billed b join commitments c on c.source_id = b.price_id and c.cycle is not null
join weights w on w.source_id = c.source_id and w.sku_id = b.sku_id
join windows n on n.zone = c.zone and n.cycle = c.cycle and n.utc_hour = date_trunc('hour', b.charge_start)
  and b.charge_start >= n.window_at and b.charge_start < n.window_end
where b.line_kind = 'covered' group by all"""
"""What closes took of the windows of a month that reset: `TAKEN_BEFORE` of its late usage (DEDUCT-6)."""

TAKEN = """select c.payer_id, d.source_id, d.window_at, sum(d.taken)::decimal(38, 0) as taken
from deducted d join commitments c on c.source_id = d.source_id
where c.cycle is null group by all order by all"""
"""What the usage took of windows that go on beyond a month: those of aggregate packages."""

RUNNING = """select c.payer_id, d.source_id, d.window_at, sum(d.taken)::decimal(38, 0) as taken
from deducted d join commitments c on c.source_id = d.source_id group by c.payer_id, d.source_id, d.window_at
qualify row_number() over (partition by d.source_id order by d.window_at desc) = 1 order by all"""
"""What the usage took of the last window of each commitment that it touched."""


def covered_sql(month: int, *, late: bool = False) -> str:
    """Return the charges that cover usage, as `tables.CHARGE`: billed at nothing, they cost what was paid ahead."""
    return _charges({
        "category": "'Usage'",
        "class": "'Correction'" if late else "null",
        "line_kind": "'covered'",
        "record_id": "u.record_id",
        "account_id": "u.account_id",
        "payer_id": "u.payer_id",
        "product_id": "s.product_id",
        "sku_id": "u.sku_id",
        "price_id": "d.source_id",
        "usage_month": str(month),
        "charge_start": "u.usage_start",
        "charge_end": "u.usage_end",
        "quantity_e6": "d.quantity_e6",
        "unit": "s.unit",
        "list_unit_price_e10": "d.list_price_e10",
        "list_cost_e10": (
            "coalesce(d.quantity_e6::hugeint * d.list_price_e10 // 1000000, d.effective_cost_e10)"
        ),
        "contracted_cost_e10": "d.effective_cost_e10",
        "billed_cost_e10": "0",
        "effective_cost_e10": "d.effective_cost_e10",
        "currency": "a.currency",
        "resource_id": "u.resource_id",
        "region": "u.region",
        "tags": "u.tags",
    }, "from deducted d join measured u on u.place = d.place join skus s on s.sku_id = u.sku_id "
       "join accounts a on a.account_id = u.account_id", "d.turn, d.source_id")  # fmt: skip


# A window that is over, with what was taken of it in all passes (DEDUCT-4).
_OVER = """(
  select c.*, coalesce(n.window_at, c.from_at) as window_at, least(coalesce(n.window_end, c.to_at), c.to_at) as over_at,
    case when coalesce(n.window_end, c.to_at) >= c.to_at then c.last_cost_e10 else c.cost_e10 end as window_cost_e10
  from commitments c left join (select distinct zone, cycle, window_at, window_end from windows) n
    on n.zone = c.zone and n.cycle = c.cycle and n.window_at < c.to_at and n.window_end > c.from_at
  where c.cycle is null or n.window_at is not null)"""

_TAKEN_IN_ALL = """(
  select source_id, window_at, sum(taken)::hugeint as taken from (
    select source_id, window_at, taken from deducted
    union all select source_id, window_at, taken::hugeint from taken_before) group by all)"""


def unused_sql(month: int) -> str:
    """Return the charges of what nobody used of the windows that are over: billed at nothing, as `tables.CHARGE`.

    The quantity of a plan is money, its unit the currency (FOCUS: CommitmentDiscountQuantity).
    """
    left = "(o.capacity - coalesce(t.taken, 0) // 1000000)"
    lost = "o.window_cost_e10 - coalesce(t.taken, 0) // 1000000 * o.window_cost_e10 // o.capacity"
    return _charges(
        _of_window("'unused'", month, lost, billed="0") | {
            "quantity_e6": f"case o.kind when 'plan' then {left} // 10000 else {left} end",
            "unit": "case o.kind when 'plan' then o.currency else s.unit end",
        },
        f"from {_OVER} o join periods m on m.zone = o.zone and o.over_at > m.start_at and o.over_at <= m.end_at "
        f"left join {_TAKEN_IN_ALL} t on t.source_id = o.source_id and t.window_at = o.window_at "
        f"join skus s on s.sku_id = o.sku_id where {left} > 0",
        "o.source_id, o.window_at",
    )  # fmt: skip


def newly_used_sql(month: int) -> str:
    """Return the charges that take back what late usage used of windows that were charged as unused (DEDUCT-6)."""
    cost = "-d.effective_cost_e10"
    units = "(t.taken + d.taken) // 1000000 - t.taken // 1000000"
    return _charges(
        _of_window("'unused'", month, cost, billed="0") | {
            "class": "'Correction'",
            "quantity_e6": f"case o.kind when 'plan' then -(({units}) // 10000) else -({units}) end",
            "unit": "case o.kind when 'plan' then o.currency else s.unit end",
        },
        f"from (select source_id, window_at, sum(taken)::hugeint as taken, "
        f"sum(effective_cost_e10)::bigint as effective_cost_e10 from deducted group by all) d "
        f"join {_OVER} o on o.source_id = d.source_id and o.window_at = d.window_at "
        f"join periods m on m.zone = o.zone and o.over_at <= m.end_at "
        f"left join (select source_id, window_at, taken::hugeint as taken from taken_before) b "
        f"on b.source_id = d.source_id and b.window_at = d.window_at, "
        f"lateral (select coalesce(b.taken, 0)::hugeint as taken) t join skus s on s.sku_id = o.sku_id",
        "o.source_id, o.window_at",
    )  # fmt: skip


def fees_sql(month: int) -> str:
    """Return what plans charge for the hours that are over, used or not: purchases, as `tables.CHARGE` (PLAN-2)."""
    return _charges(
        _of_window("'commitment'", month, "o.fee_e10", billed="o.fee_e10") | {
            "category": "'Purchase'",
            "effective_cost_e10": "0",
            "quantity_e6": "1000000",
            "list_unit_price_e10": "o.fee_e10",
            "contracted_unit_price_e10": "o.fee_e10",
        },
        f"from {_OVER} o join periods m on m.zone = o.zone and o.over_at > m.start_at and o.over_at <= m.end_at "
        "join skus s on s.sku_id = o.sku_id where o.fee_e10 > 0",
        "o.source_id, o.window_at",
    )  # fmt: skip


def _of_window(line_kind: str, month: int, cost: str, *, billed: str) -> dict[str, str]:
    return {
        "category": "'Usage'",
        "line_kind": line_kind,
        "record_id": f"o.source_id || ' ' || {line_kind} || ' ' || strftime(o.window_at, '%Y-%m-%dT%H:%M')",
        "account_id": "o.owner_id",
        "payer_id": "o.payer_id",
        "product_id": "s.product_id",
        "sku_id": "o.sku_id",
        "price_id": "o.source_id",
        "usage_month": str(month),
        "charge_start": "greatest(o.window_at, o.from_at)",
        "charge_end": "o.over_at",
        "unit": "s.unit",
        "list_cost_e10": cost,
        "contracted_cost_e10": cost,
        "billed_cost_e10": billed,
        "effective_cost_e10": cost,
        "currency": "o.currency",
    }


def _charges(columns: Mapping[str, str], source: str, order: str) -> str:
    known = {"origin": "'own'", **columns}
    shown = ", ".join(f'cast({known.get(name, "null")} as {kind}) as "{name}"' for name, kind in CHARGE.items())
    return f"select {shown} {source} order by {order}"
