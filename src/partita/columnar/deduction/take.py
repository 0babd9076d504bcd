"""What is taken off usage: by subscriptions first, then by commitments, one pass after the other.

Rules: DEDUCT-1, DEDUCT-3, DEDUCT-5, DEDUCT-6, DEDUCT-10.
"""

from __future__ import annotations

import duckdb

from partita.columnar.deduction.look_up import of_window

# The usage of resources that are subscriptions (DEDUCT-10): taken whole, before anything else, so that no other looks
# at it.
_PAID_AHEAD = """
create or replace temp table paid_ahead as
select u.place, u.quantity_e6, min(s.source_id) as source_id, min(s.from_at) as from_at,
  min(case p.model when 'block' then null else p.price_e10 end) as list_price_e10
from measured u join subscribed s on s.account_id = u.account_id and s.resource_id = u.resource_id
  and s.sku_id = u.sku_id and u.usage_start >= s.from_at and u.usage_start < s.to_at
join accounts a on a.account_id = u.account_id
join prices p on p.sku_id = u.sku_id and p.tier = 0 and p.model <> 'flat'
  and p.currency = case when u.account_id = a.account_id then a.currency end
  and u.usage_start >= p.from_at and u.usage_start < p.to_at
where u.quantity_e6 > 0 {only}
group by u.place, u.quantity_e6
"""

_ONLY_LATE = """and not exists (
  select 1 from charged b where b.account_id = u.account_id and b.record_id = u.record_id)"""

# What could take of which usage (DEDUCT-5), with the list price that holds for it. Commitments come together with the
# SKUs that they name and their prices first, so that each record meets only what may cover it. A record at a flat price
# has no quantity to take; records that a close charged before (`charged`) keep what they have. A place numbers the
# records by account, SKU, start and record, so start and place are the billing-time order, without a sort of their
# texts; sources are numbered for the same reason.
_CANDIDATE = """
create or replace temp table candidate as
with serving as materialized (
  select c.*, w.weight, w.sku_id as covers, case p.model when 'block' then null else p.price_e10 end as list_price_e10,
    greatest(c.from_at, p.from_at) as since, least(c.to_at, p.to_at) as until
  from numbered c join weights w on w.source_id = c.source_id
  join prices p on p.sku_id = w.sku_id and p.currency = c.currency and p.tier = 0 and p.model <> 'flat'),
met as (
  select c.*, u.place, u.account_id, u.region, u.usage_start, u.quantity_e6 as asked_e6
  from measured u join serving c on c.payer_id = u.payer_id and c.covers = u.sku_id
    and u.usage_start >= c.since and u.usage_start < c.until
  join accounts a on a.account_id = u.account_id and a.zone = c.zone and a.currency = c.currency
  where u.quantity_e6 > 0 and not exists (select 1 from paid_ahead h where h.place = u.place) {only}),
served as (
  select * from met m semi join shares h on h.source_id = m.source_id
    and (h.account_id is null or h.account_id = m.account_id)
    and m.usage_start >= h.from_at and m.usage_start < h.to_at),
kept as (
  select * from served m anti join skips k on k.source_id = m.source_id
    and (k.sku_id is null or k.sku_id = m.covers) and (k.account_id is null or k.account_id = m.account_id)
    and m.usage_start >= k.from_at and m.usage_start < k.to_at)
select m.place, m.usage_start, m.asked_e6, m.list_price_e10, m.number, m.pass, m.weight,
  coalesce(n.window_at, m.from_at) as window_at,
  {capacity} as capacity, {cost} as cost_e10,
  coalesce(b.taken, 0)::hugeint as taken_before
from kept m left join windows n on n.zone = m.zone and n.cycle = m.cycle
  and n.utc_hour = date_trunc('hour', m.usage_start)
  and m.usage_start >= n.window_at and m.usage_start < n.window_end
left join taken_before b on b.source_id = m.source_id and b.window_at = coalesce(n.window_at, m.from_at)
where m.every_region or exists (select 1 from regions r where r.source_id = m.source_id and r.region = m.region)
"""

_NUMBERED = """
create or replace temp table numbered as
select *, row_number() over (order by source_id)::integer as number from commitments
"""

_TAKE = """
insert into deducted
with reached as (
  select *, capacity::hugeint * 1000000 - taken_before as room,
    sum(left_e6::hugeint * weight) over (partition by number, window_at order by usage_start, place
      rows unbounded preceding) as after
  from ({left})),
fitted as (
  select *, after - left_e6::hugeint * weight as before from reached),
given as (
  select *, case when after <= room then left_e6 when before < room then ((room - before) // weight)::bigint
    else 0 end as quantity_e6
  from fitted where before < room)
select c.source_id, place, window_at, list_price_e10, quantity_e6, quantity_e6::hugeint * weight as taken,
  (((taken_before + before + quantity_e6::hugeint * weight) // 1000000 * cost_e10 // capacity)
    - ((taken_before + before) // 1000000 * cost_e10 // capacity))::bigint as effective_cost_e10
from given join (select number, source_id from numbered) c using (number) where quantity_e6 > 0
"""

_FIRST = "select c.*, c.asked_e6 as left_e6 from candidate c where c.pass = {number}"
_LATER = """select c.*, c.asked_e6 - coalesce(t.quantity_e6, 0) as left_e6
from candidate c left join taken_off t on t.place = c.place
where c.pass = {number} and c.asked_e6 > coalesce(t.quantity_e6, 0)"""
"""The candidates of a pass, with what those before have left of their records."""

_NOTHING = (
    "create or replace temp table deducted (source_id varchar, place bigint, window_at timestamp, "
    "list_price_e10 bigint, quantity_e6 bigint, taken hugeint, effective_cost_e10 bigint)"
)
_TAKEN_OFF = (
    "create or replace temp table taken_off as select place, sum(quantity_e6)::bigint as quantity_e6 "
    "from deducted group by place"
)


def deduct(engine: duckdb.DuckDBPyConnection, *, late: bool = False) -> None:
    """Take what commitments cover off `measured` (usage with `place`); leaves `deducted` and `taken_off` (DEDUCT-3).

    After `lay_out`. `late`: only usage that stands in no row of `charged` is offered (DEDUCT-6).
    """
    only = _ONLY_LATE if late else ""
    engine.execute(_PAID_AHEAD.format(only=only))
    engine.execute(_NUMBERED)
    window = {"capacity": of_window("capacity", "m"), "cost": of_window("cost_e10", "m")}
    engine.execute(_CANDIDATE.format(only=only, **window))
    engine.execute(_NOTHING)
    numbers = engine.execute("select distinct pass from candidate order by 1").fetchall()
    for at, (number,) in enumerate(numbers):
        if at:
            engine.execute(_TAKEN_OFF)
        engine.execute(_TAKE.format(left=(_LATER if at else _FIRST).format(number=number)))
    engine.execute(
        "insert into deducted select source_id, place, from_at, list_price_e10, quantity_e6, 0, 0 from paid_ahead"
    )
    engine.execute(_TAKEN_OFF)
    for name in ("candidate", "numbered", "paid_ahead"):
        engine.execute(f"drop table {name}")


LEFT = """select u.* replace (u.quantity_e6 - coalesce(t.quantity_e6, 0) as quantity_e6)
from measured u left join taken_off t on t.place = u.place"""
"""The usage as it is priced (DEDUCT-1), after `deduct`: what was measured less what was taken."""

LEFT_LATE = """select u.* replace (coalesce(b.quantity_e6, u.quantity_e6 - coalesce(t.quantity_e6, 0)) as quantity_e6)
from measured u left join taken_off t on t.place = u.place
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
