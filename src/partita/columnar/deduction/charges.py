"""The charges that follow from deduction: what is covered, what nobody used, the fees of plans.

Rules: DEDUCT-1, DEDUCT-4, DEDUCT-6, PLAN-2.
"""

from __future__ import annotations

from collections.abc import Mapping

from partita.columnar.deduction.look_up import of_window
from partita.columnar.tables import CHARGE


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
       "join accounts a on a.account_id = u.account_id", "u.usage_start, d.place, d.source_id")  # fmt: skip


# A window that is over, with what was taken of it in all passes (DEDUCT-4).
_OVER = f"""(
  select c.* replace ({of_window("capacity", "c")} as capacity),
    coalesce(n.window_at, c.from_at) as window_at, least(coalesce(n.window_end, c.to_at), c.to_at) as over_at,
    {of_window("cost_e10", "c")} as window_cost_e10
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
