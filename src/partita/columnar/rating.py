"""Rating in bulk (批价): all usage of a bucket → charges, in one SQL text. The fast twin of `core.rating`.

Owns the statement. It uses only equality and range joins, window sums, CASE and integer arithmetic, so that another
engine can run it (`//` is integer division, HUGEINT is DECIMAL(38,0) elsewhere). Only records whose price depends on
the month's counter pass a window (graduated, block) or a total (volume); flat and unit go straight through. Does not
own what the prices mean (`core.pricing`): a law proves both equal, record by record. Rules: RATE-1 … RATE-4.

On speed: 128-bit division costs ten times what a join costs, so products are taken apart into 64-bit pieces, exactly;
what does not fit raises.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from partita.columnar.tables import CHARGE, typed_columns

USAGE_ORDER = "account_id, sku_id, usage_start, record_id"
"""The order of a file of usage. Two records of a month never tie."""

ORDER = "account_id, sku_id, charge_start, record_id"
"""The order of charges: that of their usage, which makes it cheap."""

_MOST = "CAST(9223372036854775807 AS HUGEINT)"
_NO_END = "99999999999999999999999999999999999999"
_ONE = "1000000000000000000"  # three factors of one, each at e6


def _product(quantity: str, price: str, carried: str = "0") -> str:
    """Return SQL for (quantity_e6 × price_e10 + carried_e16) // 10^6 with `carried` < 10^6, in 64 bits, exactly.

    With q = Q·10^6 + r and p = P·10^6 + s the product is Q·p + r·P + (r·s + carried) // 10^6. All pieces are positive,
    so one that overflows (and raises) means that the whole does not fit.
    """
    q, p = quantity, price
    rest = f"(({q} % 1000000) * ({p} % 1000000) + {carried}) // 1000000"
    return f"(({q} // 1000000) * {p} + ({q} % 1000000) * ({p} // 1000000) + {rest})"


def _discounted(amount: str) -> str:
    """Return SQL for amount × factors, cut once; three factors of up to six decimals together mostly have six."""
    short = "(factor_e18 // 1000000000000)"
    exact = f"({amount} // 1000000) * {short} + ({amount} % 1000000) * {short} // 1000000"
    return (
        f"CASE WHEN factor_e18 = {_ONE} THEN {amount} WHEN factor_e18 % 1000000000000 = 0 THEN {exact} "
        f"ELSE CAST(CAST({amount} AS HUGEINT) * factor_e18 // {_ONE} AS BIGINT) END"
    )


def _is_exact(price: str) -> str:
    """Return SQL for: ten decimals hold price × factors."""
    return (
        f"CASE WHEN factor_e18 = {_ONE} THEN {price} IS NOT NULL WHEN factor_e18 % 1000000000000 = 0 "
        f"THEN ({price} % 1000000) * (factor_e18 // 1000000000000) % 1000000 = 0 "
        f"ELSE CAST({price} AS HUGEINT) * factor_e18 % {_ONE} = 0 END"
    )


_RECORD = """u.record_id, u.account_id, u.payer_id, u.sku_id, u.quantity_e6, u.usage_start, u.usage_end, u.resource_id,
    u.region, u.tags, u.place"""

# One row per tier with what it belongs to. A tier starts after its start, but the first one also holds zero.
_TIERS = f"""SELECT p.price_id, p.sku_id, p.currency, p.from_at, p.to_at, p.model, p.counter, p.price_e10, p.block_e6,
    p.tier_from_e6, CASE WHEN p.tier = 0 THEN -1 ELSE p.tier_from_e6 END AS after_e6,
    COALESCE(CAST(p.tier_to_e6 AS HUGEINT), {_NO_END}) AS through_e6,
    CAST(COALESCE(p.tier_base_e16, 0) AS HUGEINT) AS base_e16,
    CAST(CAST(COALESCE(p.tier_base_e16, 0) AS HUGEINT) % 1000000 AS BIGINT) AS base_rest,
    s.product_id, s.unit
  FROM prices p JOIN skus s ON s.sku_id = p.sku_id"""

_ACCOUNT = "JOIN accounts a ON a.account_id = u.account_id"
# The CASE ties the currency to the record: an engine that may join accounts and prices by currency alone might
# first pair all accounts with all prices.
_VERSION = """p.sku_id = u.sku_id AND p.currency = CASE WHEN u.account_id = a.account_id THEN a.currency END
    AND u.usage_start >= p.from_at AND u.usage_start < p.to_at"""
_PRICED = f"{_RECORD}, p.currency, p.product_id, p.unit, p.price_id"

_STRAIGHT = f"""SELECT {_PRICED},
    CASE p.model WHEN 'unit' THEN p.price_e10 END AS list_unit_price_e10,
    CASE p.model WHEN 'unit' THEN {_product("u.quantity_e6", "p.price_e10")} ELSE p.price_e10 END AS list_cost_e10
  FROM {{part}} u {_ACCOUNT} JOIN tiers p ON p.model IN ('flat', 'unit') AND {_VERSION}"""

# Versions of one SKU may count differently, so a record is counted once for each way that its SKU is counted in. Only
# what counting needs passes the window; the record joins again by its place.
_REACH = """SELECT u.place, k.counter, SUM(u.quantity_e6) OVER (
    PARTITION BY CASE k.counter WHEN 'account' THEN u.account_id END, u.sku_id, u.payer_id, k.counter
    ORDER BY u.usage_start, u.place ROWS UNBOUNDED PRECEDING) AS after_e6
  FROM usage u
  JOIN (SELECT DISTINCT sku_id, counter FROM prices WHERE model IN ('graduated', 'block')) k ON k.sku_id = u.sku_id"""

# The sum of a month so far, modulo 10^6: all that a record within one tier needs of it (see `_graduated`).
_PHASE = """CASE WHEN u.before_e6 - p.tier_from_e6 <= 9223372036854775807
      THEN CAST(u.before_e6 - p.tier_from_e6 AS BIGINT) % 1000000
      ELSE CAST((u.before_e6 - p.tier_from_e6) % 1000000 AS BIGINT) END"""


def _graduated() -> str:
    """Return SQL for F(after) // 10^6 − F(before) // 10^6, F being the cumulative price in e16 (PRICING-3).

    Within one tier F(after) = F(before) + quantity × price, so only F(before) modulo 10^6 matters.
    """
    carried = f"(p.base_rest + ({_PHASE}) * (p.price_e10 % 1000000)) % 1000000"
    return f"""CASE WHEN u.before_e6 >= p.tier_from_e6 THEN {_product("u.quantity_e6", "p.price_e10", carried)}
      ELSE CAST((p.base_e16 + (u.after_e6 - p.tier_from_e6) * p.price_e10) // 1000000
        - (b.base_e16 + (u.before_e6 - b.tier_from_e6) * b.price_e10) // 1000000 AS BIGINT) END"""


def _blocks(quantity: str) -> str:
    """Return SQL for the number of blocks that a cumulative quantity has started."""
    up = f"{quantity} + (p.block_e6 - 1)"
    return (
        f"CASE WHEN {up} <= 9223372036854775807 THEN CAST({up} AS BIGINT) // p.block_e6 ELSE ({up}) // p.block_e6 END"
    )


_BY_COUNTER = f"""SELECT {_PRICED},
    CASE WHEN p.model = 'graduated' AND u.before_e6 >= p.tier_from_e6 THEN p.price_e10 END AS list_unit_price_e10,
    CASE p.model WHEN 'graduated' THEN {_graduated()}
      ELSE CAST(({_blocks("u.after_e6")}) - ({_blocks("u.before_e6")}) AS BIGINT) * p.price_e10 END AS list_cost_e10
  FROM (SELECT u.*, r.counter, r.after_e6, r.after_e6 - u.quantity_e6 AS before_e6
    FROM {{part}} u JOIN {{reach}} r ON r.place = u.place) u {_ACCOUNT}
  JOIN tiers p ON p.model IN ('graduated', 'block') AND p.counter = u.counter AND {_VERSION}
    AND u.after_e6 > p.after_e6 AND u.after_e6 <= p.through_e6
  JOIN tiers b ON b.price_id = p.price_id AND u.before_e6 > b.after_e6 AND u.before_e6 <= b.through_e6"""

_TOTALS = """SELECT u.payer_id, u.sku_id, k.counter,
    CASE k.counter WHEN 'account' THEN u.account_id ELSE '' END AS account_id,
    SUM(u.quantity_e6) AS month_e6
  FROM usage u JOIN (SELECT DISTINCT sku_id, counter FROM prices WHERE model = 'volume') k ON k.sku_id = u.sku_id
  GROUP BY u.payer_id, u.sku_id, k.counter, CASE k.counter WHEN 'account' THEN u.account_id ELSE '' END"""

_BY_TOTAL = f"""SELECT {_PRICED}, p.price_e10 AS list_unit_price_e10,
    {_product("u.quantity_e6", "p.price_e10")} AS list_cost_e10
  FROM {{part}} u {_ACCOUNT} JOIN tiers p ON p.model = 'volume' AND {_VERSION}
  JOIN totals t ON t.sku_id = u.sku_id AND t.payer_id = u.payer_id AND t.counter = p.counter
    AND t.account_id = CASE p.counter WHEN 'account' THEN u.account_id ELSE '' END
    AND t.month_e6 > p.after_e6 AND t.month_e6 <= p.through_e6"""

_BRANCHES: tuple[tuple[frozenset[str], dict[str, str], str], ...] = (
    (frozenset({"flat", "unit"}), {}, _STRAIGHT),
    (frozenset({"graduated", "block"}), {"reach": _REACH}, _BY_COUNTER),
    (frozenset({"volume"}), {"totals": _TOTALS}, _BY_TOTAL),
)
"""Models, what they need to know of all usage, and the statement that prices them: branch once per kind."""


def _factor(kind: str, target: str) -> str:
    on_target = f" AND d_{kind}.target_id = {target}" if target else ""
    return f"""LEFT JOIN discounts d_{kind}
    ON d_{kind}.target_kind = '{kind}' AND d_{kind}.payer_id = l.payer_id{on_target}
    AND l.usage_start >= d_{kind}.from_at AND l.usage_start < d_{kind}.to_at"""


# What is sorted: the columns that differ from line to line; those that are the same or follow are added afterwards,
# for a sort costs by the byte. It sorts by a number: comparing the columns of the order costs as much again. (An engine
# that does not keep the order of a subquery has to sort once more.)
_SORTED = """record_id, account_id, payer_id, product_id, sku_id, price_id, usage_start, usage_end, quantity_e6, unit,
  list_unit_price_e10, factor_e18, list_cost_e10, contracted_cost_e10, currency, resource_id, region, tags"""

# The stack of core.discount.DISCOUNT_STACK; an exclusive discount stops it after itself (DISCOUNT-3).
_DISCOUNTED = f"""factored AS (
  SELECT l.*, COALESCE(d_sku.factor_e6, 1000000)
    * CASE WHEN d_sku.exclusive THEN 1000000 ELSE COALESCE(d_product.factor_e6, 1000000) END
    * CASE WHEN d_sku.exclusive OR d_product.exclusive THEN 1000000 ELSE COALESCE(d_all.factor_e6, 1000000) END
    AS factor_e18
  FROM lines l {_factor("sku", "l.sku_id")} {_factor("product", "l.product_id")} {_factor("all", "")}),
contracted AS (SELECT *, {_discounted("list_cost_e10")} AS contracted_cost_e10 FROM factored),
ordered AS (SELECT {_SORTED} FROM contracted ORDER BY place)"""


def charges_sql(month: int, models: frozenset[str]) -> str:
    """Return the SELECT that prices `usage` into the columns of `tables.CHARGE`, in order, sorted by `ORDER`.

    The connection holds `usage, skus, prices, discounts, accounts` (schemas in `columnar.tables`), `usage` with a
    further column `place` that numbers its records in `USAGE_ORDER` (`placed_sql`, or the row number in a file).
    `month` is YYYYMM; `models` are those that occur in `prices`: branches for others are left out. A record without a
    price in force gives no row, so ask `unpriced_sql` first. A cost beyond 64 bits raises.
    """
    first = ",\n".join(f"{name} AS ({select})" for name, select in first_sql(models).items())
    return _priced(month, models, first, part="usage", reach="reach")


def first_sql(models: frozenset[str]) -> dict[str, str]:
    """Return the tables, by name, that must be made of all usage before a part of it is priced (`part_sql`)."""
    needed = (tables for kinds, tables, _ in _BRANCHES if kinds & models)
    return {"tiers": _TIERS} | {name: select for tables in needed for name, select in tables.items()}


def part_sql(month: int, models: frozenset[str]) -> str:
    """Return the SELECT that prices `part`, some records of `usage`: the rows of `charges_sql` for these records.

    The connection holds the tables of `first_sql` too, and `part_reach`: the rows of `reach` for the places of `part`.
    """
    return _priced(month, models, "", part="part", reach="part_reach")


def _priced(month: int, models: frozenset[str], first: str, *, part: str, reach: str) -> str:
    branches = [lines.format(part=part, reach=reach) for kinds, _, lines in _BRANCHES if kinds & models]
    if not branches:
        nothing = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in CHARGE.items())
        return f"SELECT {nothing} WHERE FALSE"
    lines = "\n  UNION ALL\n  ".join(branches)
    return f"""WITH {first}{"," if first else ""}
lines AS ({lines}),
{_DISCOUNTED}
SELECT 'own' AS origin, 'Usage' AS category, CAST(NULL AS VARCHAR) AS class, 'rated' AS line_kind, record_id,
  account_id, payer_id, product_id, sku_id, price_id, CAST({month:d} AS INTEGER) AS usage_month,
  usage_start AS charge_start, usage_end AS charge_end, quantity_e6, unit, list_unit_price_e10,
  CASE WHEN {_is_exact("list_unit_price_e10")} THEN {_discounted("list_unit_price_e10")} END
    AS contracted_unit_price_e10,
  list_cost_e10, contracted_cost_e10, contracted_cost_e10 AS billed_cost_e10,
  contracted_cost_e10 AS effective_cost_e10, currency, resource_id, region, tags
FROM ordered"""


def placed_sql(usage: str) -> str:
    """Return the SELECT that adds the column `place` to a table of usage."""
    return f"SELECT *, row_number() OVER (ORDER BY {USAGE_ORDER}) AS place FROM {usage}"


def unpriced_sql() -> str:
    """Return the SELECT of usage without a price in force: (sku_id, currency, first usage_start, count), by name."""
    return f"""SELECT u.sku_id, a.currency, MIN(u.usage_start) AS first_start, COUNT(*) AS records
FROM usage u LEFT {_ACCOUNT}
LEFT JOIN (SELECT p.* FROM prices p JOIN skus s ON s.sku_id = p.sku_id WHERE p.tier = 0) p ON {_VERSION}
WHERE p.price_id IS NULL
GROUP BY u.sku_id, a.currency
ORDER BY u.sku_id, a.currency"""


def too_large_sql() -> str:
    """Return the SELECT of one record whose cost no line can hold: (account, record, sku_id, currency, quantity_e6).

    No row = all can be rated. Only records beyond the least quantity that could be too much for the dearest price are
    priced one by one, so that the check costs a scan of one column.
    """
    cost = """CASE p.model WHEN 'flat' THEN 0
    WHEN 'block' THEN (CAST(u.quantity_e6 AS HUGEINT) // p.block_e6 + 1) * p.price_e10
    ELSE CAST(u.quantity_e6 AS HUGEINT) * p.price_e10 // 1000000 END"""
    return f"""WITH dearest AS (
  SELECT MAX(price_e10) AS price_e10, MIN(LEAST(COALESCE(block_e6, 1000000), 1000000)) AS unit_e6,
    MAX(COALESCE(block_e6, 0)) AS block_e6 FROM prices)
SELECT u.account_id, u.record_id, u.sku_id, a.currency, u.quantity_e6
FROM dearest d JOIN usage u ON u.quantity_e6 > {_MOST} // GREATEST(d.price_e10, 1) * d.unit_e6 - d.block_e6
{_ACCOUNT}
JOIN (SELECT sku_id, currency, from_at, to_at, model, MAX(price_e10) AS price_e10, MAX(block_e6) AS block_e6
  FROM prices GROUP BY sku_id, currency, from_at, to_at, model) p ON {_VERSION}
WHERE {cost} > {_MOST}
ORDER BY u.quantity_e6 DESC, u.account_id, u.record_id LIMIT 1"""


def rate(  # noqa: PLR0917 - the five tables have one order everywhere
    usage: pa.Table, skus: pa.Table, prices: pa.Table, discounts: pa.Table, accounts: pa.Table, month: int
) -> pa.Table:
    """Price a table of usage in memory; return a table of `tables.CHARGE` (for small work and for the laws)."""
    models = frozenset(prices.column("model").to_pylist())
    with duckdb.connect() as engine:
        engine.register("arrived", usage)
        engine.execute(f"CREATE TEMP TABLE usage AS {placed_sql('arrived')}")
        engine.register("skus", skus)
        engine.register("prices", prices)
        engine.register("discounts", discounts)
        engine.register("accounts", accounts)
        engine.execute(f"CREATE TABLE charge ({typed_columns(CHARGE)})")
        engine.execute(f"INSERT INTO charge {charges_sql(month, models)}")
        return engine.table("charge").to_arrow_table()
