"""What is taken off usage: by subscriptions first, then by commitments, one pass after the other.

Rules: DEDUCT-1, DEDUCT-3, DEDUCT-5, DEDUCT-6, DEDUCT-10.
"""

from __future__ import annotations

import duckdb

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

RUNNING = """select c.payer_id, d.source_id, d.window_at, sum(d.taken)::decimal(38, 0) as taken
from deducted d join commitments c on c.source_id = d.source_id group by c.payer_id, d.source_id, d.window_at
qualify row_number() over (partition by d.source_id order by d.window_at desc) = 1 order by all"""
"""What the usage took of the last window of each commitment that it touched."""
