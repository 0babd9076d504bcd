"""Bills in columns: gather charges into bill lines, find corrections, and write the round-down lines.

Owns the SQL over tables named `charges` (schema `tables.CHARGE`), `rated` and `billed`. Does not own the payable: that
is `core.bill`. Rules: BILL-1 … BILL-6 (`docs/rules/bill.md`).
"""

from __future__ import annotations

from partita.columnar.tables import CHARGE, column_list

LINES = """
    select * replace (coalesce(sku_id, '') as sku_id, coalesce(unit, '') as unit) from (
    select payer_id, currency,
           case when line_kind in ('correction', 'adjustment') then line_kind else 'usage' end as kind,
           account_id, product_id, sku_id, usage_month, unit, count(*) as charges,
           coalesce(sum(quantity_e6), 0)::DECIMAL(38,0) as quantity_e6,
           sum(list_cost_e10)::DECIMAL(38,0) as list_cost_e10,
           sum(contracted_cost_e10)::DECIMAL(38,0) as contracted_cost_e10,
           sum(billed_cost_e10)::DECIMAL(38,0) as billed_cost_e10
    from charges
    where line_kind not in ('covered', 'unused')
    group by all)
    order by payer_id, currency, list_contains(?::VARCHAR[], product_id), kind desc, account_id, product_id, sku_id,
             usage_month, unit
"""
"""Bill lines from `charges`: one per payer, currency, kind, account, product, SKU and usage month, in bill order.

The parameter names the products of the marketplace, which come last (CLEAR-5). What was paid ahead covers usage without
standing on the bill (DEDUCT-1). An adjustment may be of no SKU, and its line says '' then.
"""

OF_LINE = """
    select * from charges
    where payer_id = ? and currency = ? and account_id = ? and product_id = ? and coalesce(sku_id, '') = ?
      and usage_month = ? and coalesce(unit, '') = ?
      and line_kind in ('rated', 'commitment', 'correction', 'adjustment')
      and case when line_kind in ('correction', 'adjustment') then line_kind else 'usage' end = ?
    order by charge_start, record_id
"""
"""The charges of one bill line, by what LINES groups by."""

PRICED_BY = """
    select price_id, count(*) as charges, coalesce(sum(quantity_e6), 0)::DECIMAL(38,0) as quantity_e6,
           sum(list_cost_e10)::DECIMAL(38,0) as list_cost_e10,
           sum(contracted_cost_e10)::DECIMAL(38,0) as contracted_cost_e10,
           min(charge_start) as first_start, max(charge_start) as last_start
    from of_line group by price_id order by first_start, price_id
"""
"""The price versions that rated a line, and what each came to."""

SAMPLES = """
    select record_id, charge_start, charge_end, coalesce(quantity_e6, 0), coalesce(price_id, ''), list_unit_price_e10,
           contracted_unit_price_e10,
           list_cost_e10, contracted_cost_e10, billed_cost_e10, effective_cost_e10, resource_id, region, tags
    from of_line order by charge_start, record_id limit ?
"""
"""The first charges of a line."""

COSTS = """
    select coalesce(sum(list_cost_e10), 0)::DECIMAL(38,0), coalesce(sum(contracted_cost_e10), 0)::DECIMAL(38,0),
           coalesce(sum(billed_cost_e10), 0)::DECIMAL(38,0), coalesce(sum(effective_cost_e10), 0)::DECIMAL(38,0)
    from of_line
"""
"""The four costs of a line."""

USAGE_OF_LINE = """
    select u.path, count(*) as records, sum(u.quantity_e6)::DECIMAL(38,0) as quantity_e6
    from usage_by_file u join (select distinct account_id, record_id from of_line) l
      on l.account_id = u.account_id and l.record_id = u.record_id
    group by u.path order by u.path
"""
"""The files of usage that hold the records of a line; `usage_by_file` is the usage with the path of its file."""

TOTALS = """
    select count(*) as records,
           coalesce(sum(list_cost_e10), 0)::DECIMAL(38,0) as list_cost_e10,
           coalesce(sum(contracted_cost_e10), 0)::DECIMAL(38,0) as contracted_cost_e10,
           coalesce(sum(billed_cost_e10), 0)::DECIMAL(38,0) as billed_cost_e10,
           coalesce(sum(effective_cost_e10), 0)::DECIMAL(38,0) as effective_cost_e10
    from charges
"""
"""Record count and the four exact sums of `charges`, one row."""

_DELTAS = {
    "quantity_e6", "list_cost_e10", "contracted_cost_e10", "billed_cost_e10", "effective_cost_e10",
}  # fmt: skip


def corrections_sql() -> str:
    """Return the correction rows (tables.CHARGE) that turn what was `billed` for a month into what is now `rated`.

    `rated` holds the month rated anew with its late usage, `billed` all final charges of that usage month. A record
    that was billed before keeps only the difference; one that was not is charged whole (BILL-6).
    """
    columns = ",\n           ".join(_correction_column(name) for name in CHARGE)
    return f"""
    select {columns}
    from rated r
    left join (
        select account_id, record_id, sum(quantity_e6) as quantity_e6, sum(list_cost_e10) as list_cost_e10,
               sum(contracted_cost_e10) as contracted_cost_e10, sum(billed_cost_e10) as billed_cost_e10,
               sum(effective_cost_e10) as effective_cost_e10
        from billed where line_kind in ('rated', 'correction') group by account_id, record_id
    ) b on b.account_id = r.account_id and b.record_id = r.record_id
    where b.record_id is null or r.list_cost_e10 <> b.list_cost_e10 or r.billed_cost_e10 <> b.billed_cost_e10
    order by r.account_id, r.sku_id, r.charge_start, r.record_id
    """


def _correction_column(name: str) -> str:
    if name in _DELTAS:
        return f'cast(r."{name}" - coalesce(b."{name}", 0) as BIGINT) as "{name}"'
    match name:
        case "class":
            return "'Correction' as \"class\""
        case "line_kind":
            return "'correction' as line_kind"
        case "list_unit_price_e10" | "contracted_unit_price_e10":
            # A difference of costs has no unit price of its own; only a record charged whole keeps it.
            return f'case when b.record_id is null then r."{name}" end as "{name}"'
        case _:
            return f'r."{name}"'


def round_downs_sql() -> str:
    """Return the round-down charges (抹零) from a table `round_downs`, as tables.CHARGE rows (BILL-2).

    `round_downs` has payer_id, record_id, currency, month, charge_start, charge_end, amount_e10 (what is taken off:
    the exact sum less the payable). The line lowers what is billed, so its sign is the opposite.
    """
    cost = "cast(-amount_e10 as BIGINT)"
    known = {
        "origin": "'own'", "category": "'Adjustment'", "line_kind": "'round_down'", "record_id": "record_id",
        "account_id": "payer_id", "payer_id": "payer_id", "usage_month": "month", "charge_start": "charge_start",
        "charge_end": "charge_end", "list_cost_e10": cost, "contracted_cost_e10": cost, "billed_cost_e10": cost,
        "effective_cost_e10": cost, "currency": "currency",
    }  # fmt: skip
    columns = ", ".join(f'cast({known.get(name, "null")} as {kind}) as "{name}"' for name, kind in CHARGE.items())
    return f"select {columns} from round_downs order by payer_id, currency"


def difference_sql(left: str, right: str) -> str:
    """Return the rows of table `left` that `right` lacks, counting repeats, all CHARGE columns."""
    columns = column_list(CHARGE)
    return f"select {columns} from {left} except all select {columns} from {right}"
