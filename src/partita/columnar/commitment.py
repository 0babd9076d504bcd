"""What packages and plans did, out of charges: the log of deductions, utilisation and coverage.

Works on a view `charges` (`tables.CHARGE` plus `billing_month`), the tables `sources` (`SOURCES`), `weights`
(`tables.WEIGHTS`), `covered_skus` (`COVERED_SKUS`) and `seen` (account_id). Rules: DEDUCT-8, DEDUCT-9.
"""

from __future__ import annotations

SOURCES: dict[str, str] = {
    "source_id": "VARCHAR",
    "kind": "VARCHAR",
    "owner_id": "VARCHAR",
    "unit": "VARCHAR",  # of a package that of its SKU, of a plan its currency
    "open_at": "TIMESTAMP",  # where its present window starts: not over yet, so it does not count; NULL = none
}
"""The packages and plans that a report is about."""

COVERED_SKUS: dict[str, str] = {"payer_id": "VARCHAR", "sku_id": "VARCHAR"}
"""What the commitments of a payer name."""

_SEEN = "($seen_all or c.account_id in (select account_id from seen) or c.payer_id in (select account_id from seen))"

_LOGGED = f"""from charges c where c.line_kind = 'covered' and {_SEEN}
  and ($account is null or c.account_id = $account)
  and ($source is null or c.price_id = $source or starts_with(c.price_id, $source || '/'))"""

LOG = f"""select c.record_id, c.account_id, c.payer_id, c.sku_id, c.charge_start, c.price_id, c.quantity_e6, c.unit,
  c.list_cost_e10, c.effective_cost_e10, c.currency, c.region, c.class {_LOGGED}
order by c.charge_start, c.account_id, c.record_id, c.price_id limit $limit"""
"""The first deductions, in billing-time order (DEDUCT-8)."""

LOG_SUMS = f"""select count(*), coalesce(sum(c.list_cost_e10), 0)::decimal(38, 0),
  coalesce(sum(c.effective_cost_e10), 0)::decimal(38, 0) {_LOGGED}"""

UTILISATION = """
with used as (
  select c.price_id as source_id, sum(c.quantity_e6::hugeint * w.weight) // 1000000 as base,
    sum(c.effective_cost_e10)::hugeint as cost, sum(c.list_cost_e10)::hugeint as listed
  from charges c join sources s on s.source_id = c.price_id
  join weights w on w.source_id = c.price_id and w.sku_id = c.sku_id
  where c.line_kind = 'covered' and (s.open_at is null or c.charge_start < s.open_at) group by all),
present as (
  select c.price_id as source_id, sum(c.quantity_e6::hugeint * w.weight) // 1000000 as base
  from charges c join sources s on s.source_id = c.price_id
  join weights w on w.source_id = c.price_id and w.sku_id = c.sku_id
  where c.line_kind = 'covered' and c.charge_start >= s.open_at group by all),
lost as (
  select c.price_id as source_id, sum(c.quantity_e6)::hugeint * case s.kind when 'plan' then 10000 else 1 end as base,
    sum(c.effective_cost_e10)::hugeint as cost
  from charges c join sources s on s.source_id = c.price_id where c.line_kind = 'unused' group by c.price_id, s.kind)
select s.source_id, s.kind, s.owner_id, s.unit,
  coalesce(u.base, 0)::decimal(38, 0), coalesce(l.base, 0)::decimal(38, 0),
  coalesce(u.cost, 0)::decimal(38, 0), coalesce(l.cost, 0)::decimal(38, 0), coalesce(u.listed, 0)::decimal(38, 0),
  coalesce(p.base, 0)::decimal(38, 0)
from sources s left join present p on p.source_id = s.source_id
left join used u on u.source_id = s.source_id left join lost l on l.source_id = s.source_id
order by s.owner_id, s.source_id
"""
"""What was used and what was not of the windows that are over, in base units and in what it cost (DEDUCT-9).

Last, what was used of the present window so far."""

COVERAGE = f"""
select c.payer_id, c.product_id, c.sku_id, c.unit, c.currency,
  coalesce(sum(c.quantity_e6) filter (where c.line_kind = 'covered'), 0)::decimal(38, 0),
  coalesce(sum(c.quantity_e6) filter (where c.line_kind <> 'covered'), 0)::decimal(38, 0),
  coalesce(sum(c.list_cost_e10) filter (where c.line_kind = 'covered'), 0)::decimal(38, 0),
  coalesce(sum(c.list_cost_e10) filter (where c.line_kind <> 'covered'), 0)::decimal(38, 0)
from charges c join covered_skus k on k.payer_id = c.payer_id and k.sku_id = c.sku_id
where c.line_kind in ('rated', 'covered', 'correction') and not starts_with(c.price_id, 'sub_') and {_SEEN}
group by all order by all
"""
"""How much of the usage that could be covered was: quantity and list cost, covered and charged (DEDUCT-9).

What a subscription has paid for could not be (DEDUCT-10)."""
