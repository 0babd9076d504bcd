"""Cost analysis in columns: measures by dimensions over charges, own and imported together.

Owns the dimensions and measures a report may ask for, as data, and the one statement that answers it. Works on a view
`charges` (`tables.CHARGE` plus `billing_month INTEGER`), the tables `placements` (who stood where in the organisation,
and when) and `seen` (`SEEN`). Costs follow the tree as it was when the usage happened, or, on
request, as it is at one instant. Rules: ANALYSIS-1 … ANALYSIS-5 (`docs/rules/analysis.md`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_LINE = "case c.line_kind when 'round_down' then 'round-down' when 'import_remainder' then 'import-remainder' end"
"""Lines that belong to no product say what they are."""

DIMENSIONS: dict[str, str] = {
    "month": "printf('%04d-%02d', c.billing_month // 100, c.billing_month % 100)",
    "usage-month": "printf('%04d-%02d', c.usage_month // 100, c.usage_month % 100)",
    "enterprise": "coalesce(p.enterprise_name, c.payer_id)",
    "company": "p.company",
    "department": "p.department",
    "team": "p.team",
    "path": "p.path",
    "account": "c.account_id",
    "payer": "c.payer_id",
    "product": f"coalesce(c.product_id, {_LINE})",
    "sku": f"coalesce(c.sku_id, {_LINE})",
    "region": "c.region",
    "resource": "c.resource_id",
    "origin": "c.origin",
    "category": "c.category",
    "kind": "c.line_kind",
    "unit": "c.unit",
}
"""What a report can be cut by (ANALYSIS-1); `tag:KEY` besides."""

SEEN = {"account_id": "VARCHAR"}
"""The accounts that whoever asks may see; used only where that is not all of them (ANALYSIS-5)."""

_STOOD_AT = "case c.line_kind when 'round_down' then c.charge_end - interval 1 microsecond else c.charge_start end"
"""When a charge happened to its account: a round-down, cut from a whole month, in the last instant of that month.

It is no usage: a payer that was placed in the middle of the month stands nowhere at its start (ANALYSIS-4)."""

TREE_AT = "tree_at"
"""The engine's variable that holds the instant of the tree (TIMESTAMP, UTC) where one is asked for (ANALYSIS-4)."""

MEASURES: dict[str, str] = {
    "billed": "billed_cost_e10",
    "list": "list_cost_e10",
    "contracted": "contracted_cost_e10",
    "effective": "effective_cost_e10",
}
"""The four costs of FOCUS; a report shows one and can sort by it."""

_TAG = re.compile(r"tag:([^\x00-\x1f\x7f]{1,128})\Z")


def is_dimension(name: str) -> bool:
    """Say whether a report can be cut by `name`."""
    return name in DIMENSIONS or _TAG.match(name) is not None


def dimension_sql(name: str) -> str:
    """Return the expression of a dimension over `c` (charges), `p` (placements); absent values are NULL."""
    tag = _TAG.match(name)
    if tag is None:
        return DIMENSIONS[name]
    pointer = tag[1].replace("~", "~0").replace("/", "~1").replace("'", "''")
    return f"json_extract_string(c.tags, '/{pointer}')"


def cost_sql(by: Sequence[str], only: Sequence[str] = (), *, at_one_instant: bool = False, seen: bool = False) -> str:
    """Return the statement of a cost report: the dimensions, currency, charges, and the four exact sums (ANALYSIS-2).

    Every charge is in exactly one row, so the rows add up to the total of the charges in each currency. Each dimension
    in `only` is compared with one bound value, in order. `at_one_instant`: by the tree at `TREE_AT`, whenever the usage
    was (ANALYSIS-4). `seen`: only charges whose account or payer is in `seen` (ANALYSIS-5).
    """
    keys = "".join(f"{dimension_sql(name)} as d{number}, " for number, name in enumerate(by))
    sums = ", ".join(f"sum(c.{column})::DECIMAL(38,0) as {name}" for name, column in MEASURES.items())
    placed = any("p." in dimension_sql(name) for name in (*by, *only))
    at = f"getvariable('{TREE_AT}')" if at_one_instant else _STOOD_AT
    join = f"""
    left join placements p on p.account_id = c.account_id and {at} >= p.from_at and {at} < p.to_at"""
    where = [f"{dimension_sql(name)} = ?" for name in only]
    if seen:
        where.append("(c.account_id in (select account_id from seen) or c.payer_id in (select account_id from seen))")
    order = "".join(f", d{number}" for number in range(len(by)))
    return f"""
    select {keys}c.currency, count(*) as charges, {sums}
    from charges c{join if placed else ""}
    {"where " + " and ".join(where) if where else ""}
    group by all
    order by c.currency, billed desc{order}
    """
