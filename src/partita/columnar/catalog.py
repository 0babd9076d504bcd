"""The catalogue over tables: what a folder states, against itself and against the books, whatever its size.

Owns the SQL that finds what rows contradict, what they refer to and nobody knows, what would change a closed month,
what is new, and what was in force before. Decides as `core.setup` does fact by fact: a law proves both equal. Does not
own the reading of documents (`formats.catalog`) nor how a fault is worded (`core.fault`). Rules: CATALOG-4, CATALOG-7,
CATALOG-8, CATALOG-9, SETUP-2, SETUP-3.

The connection holds the tables of `STATED` and `BOOKS`. Each check is a SELECT of (fault, file, row, column, detail),
`detail` a JSON object of the values that the fault names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_PLACE = {"file": "VARCHAR", "row": "INTEGER"}

PRODUCT = {"product_id": "VARCHAR", "name": "VARCHAR", "service_category": "VARCHAR", "cycle": "VARCHAR"}
SKU = {"sku_id": "VARCHAR", "product_id": "VARCHAR", "name": "VARCHAR", "unit": "VARCHAR"}
DETAIL = {"sku_id": "VARCHAR", "region": "VARCHAR", "attributes": "VARCHAR"}  # a JSON object with sorted keys
PRICE = {
    "sku_id": "VARCHAR",
    "currency": "VARCHAR",
    "effective_from": "TIMESTAMP",
    "model": "VARCHAR",
    "counter": "VARCHAR",
    "tiers": "VARCHAR",  # [{"to": quantity_e6 or null, "price": price_e10}, …]
    "block_e6": "BIGINT",
}
SUBSCRIPTION = {
    "sku_id": "VARCHAR",
    "currency": "VARCHAR",
    "term": "VARCHAR",
    "effective_from": "TIMESTAMP",
    "price_e10": "BIGINT",
}
TIER = {
    "sku_id": "VARCHAR",
    "currency": "VARCHAR",
    "effective_from": "TIMESTAMP",
    "model": "VARCHAR",
    "counter": "VARCHAR",
    "tier_to_e6": "BIGINT",
    "price_e10": "BIGINT",
    "block_e6": "BIGINT",
}

STATED: dict[str, dict[str, str]] = {
    "stated_product": PRODUCT | _PLACE,
    "stated_sku": SKU | _PLACE,
    "stated_detail": DETAIL | _PLACE,
    "stated_tier": TIER | _PLACE,  # one row for each tier of a usage price
    "stated_subscription": SUBSCRIPTION | _PLACE,
}
"""What a folder states, and where."""

BOOKS: dict[str, dict[str, str]] = {
    "book_product": PRODUCT,
    "book_sku": SKU,
    "book_detail": DETAIL,
    "book_price": PRICE,
    "book_subscription": SUBSCRIPTION,
    "frozen": {"month": "VARCHAR", "from_at": "TIMESTAMP", "to_at": "TIMESTAMP"},  # closed months, their widest span
}
"""What the books hold."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fact: its table (`stated_…`, `book_…`, `new_…`), key, values, how it is called, and if it is dated."""

    name: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    noun: str
    dated: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Key and values."""
        return (*self.key, *self.values)


KINDS = (
    Kind("product", ("product_id",), ("name", "service_category", "cycle"), "product"),
    Kind("sku", ("sku_id",), ("product_id", "name", "unit"), "SKU"),
    Kind("detail", ("sku_id",), ("region", "attributes"), "SKU"),
    Kind(
        "price",
        ("sku_id", "currency", "effective_from"),
        ("model", "counter", "tiers", "block_e6"),
        "price",
        dated=True,
    ),
    Kind("subscription", ("sku_id", "currency", "term", "effective_from"), ("price_e10",), "price", dated=True),
)
"""The kinds of facts that are decided set by set, in the order in which they build on one another."""

_OF_PRICE = "PARTITION BY sku_id, currency, effective_from"

PRICES_STATED = """
CREATE OR REPLACE TEMP TABLE stated_price AS
SELECT sku_id, currency, effective_from, first(model ORDER BY row) AS model, first(counter ORDER BY row) AS counter,
  '[' || string_agg('{"to": ' || COALESCE(CAST(tier_to_e6 AS VARCHAR), 'null') || ', "price": ' || price_e10 || '}',
                    ', ' ORDER BY row) || ']' AS tiers,
  first(block_e6 ORDER BY row) AS block_e6, min(file) AS file, min(row) AS row
FROM stated_tier GROUP BY sku_id, currency, effective_from"""
"""Makes `stated_price`: the rows of one price together, tiers in the order of the rows."""


def tier_checks() -> Iterator[str]:
    """Yield the checks of the tiers of each price, in the order of CATALOG-4."""
    for column, value in (("model", "model"), ("counter", "counter"), ("block_size", "block_e6")):
        told = _json(value=_text(value), other=_text(f"first_{value}"), row="CAST(first_row AS VARCHAR)")
        yield _tiers("ROWS_DISAGREE", column, f"{value} IS DISTINCT FROM first_{value}", told)
    yield _tiers("BLOCK_SIZE_MISSING", "block_size", "number = 1 AND model = 'block' AND block_e6 IS NULL")
    needless = "number = 1 AND model <> 'block' AND block_e6 IS NOT NULL"
    yield _tiers("BLOCK_SIZE_NEEDLESS", "block_size", needless, _json(model="model"))
    yield _tiers("LAST_TIER_ENDS", "tier_to", "number = tiers AND tier_to_e6 IS NOT NULL", _json(value="tier_to_e6"))
    one = "number = 2 AND first_model NOT IN ('graduated', 'volume')"
    yield _tiers("ONE_PRICE_ONLY", "model", one, _json(model="first_model"))
    many = "first_model IN ('graduated', 'volume') AND number < tiers"
    yield _tiers("TIER_WITHOUT_END", "tier_to", f"{many} AND tier_to_e6 IS NULL")
    rising = _json(value="tier_to_e6", other="before_e6")
    yield _tiers("TIERS_DO_NOT_RISE", "tier_to", f"{many} AND tier_to_e6 <= before_e6", rising)


def _tiers(fault: str, column: str, condition: str, detail: str = "'{}'") -> str:
    return f"""SELECT '{fault}' AS fault, file, row, '{column}' AS "column", {detail} AS detail FROM (
  SELECT *, first_value(model) OVER w AS first_model, first_value(counter) OVER w AS first_counter,
    first_value(block_e6) OVER w AS first_block_e6, first_value(row) OVER w AS first_row, row_number() OVER w AS number,
    lag(tier_to_e6) OVER w AS before_e6, count(*) OVER ({_OF_PRICE}) AS tiers
  FROM stated_tier WINDOW w AS ({_OF_PRICE} ORDER BY row))
WHERE {condition}"""


def contradictions() -> Iterator[str]:
    """Yield the checks of rows against rows before them, and against the books (SETUP-2)."""
    for kind in KINDS:
        key = ", ".join(kind.key)
        first = ", ".join(f"first_value({one}) OVER w AS other_{one}" for one in kind.values)
        rows = f"""SELECT *, {first}, first_value(row) OVER w AS other_row FROM stated_{kind.name}
          WINDOW w AS (PARTITION BY {key} ORDER BY row)"""
        yield _differing(kind, rows, "CONTRADICTS_ROW", {"row": "CAST(other_row AS VARCHAR)"})
    for kind in KINDS:
        others = ", ".join(f"b.{one} AS other_{one}" for one in kind.values)
        matched = " AND ".join(f"b.{one} = s.{one}" for one in kind.key)
        rows = f"SELECT s.*, {others} FROM stated_{kind.name} s JOIN book_{kind.name} b ON {matched}"
        yield _differing(kind, rows, "CONTRADICTS_BOOKS_FROM" if kind.dated else "CONTRADICTS_BOOKS", {})


def _differing(kind: Kind, rows: str, fault: str, more: dict[str, str]) -> str:
    """Return the check of rows whose values differ from the other ones beside them: the first that differs is named."""
    differs = [f"{one} IS DISTINCT FROM other_{one}" for one in kind.values]
    column = _first(kind, differs, [f"'{one}'" for one in kind.values])
    value = _first(kind, differs, [_text(one) for one in kind.values])
    other = _first(kind, differs, [_text(f"other_{one}") for one in kind.values])
    detail = _json(what=f"'{kind.noun} ' || {kind.key[0]}", value=value, other=other, **more)
    return f"""SELECT '{fault}' AS fault, file, row, {column} AS "column", {detail} AS detail FROM ({rows})
WHERE {" OR ".join(differs)}"""


def _first(kind: Kind, differs: Sequence[str], results: Sequence[str]) -> str:
    cases = " ".join(f"WHEN {one} THEN {result}" for one, result in zip(differs, results, strict=True))
    assert len(differs) == len(kind.values), "each value is looked at"
    return f"CASE {cases} END"


def references() -> Iterator[str]:
    """Yield the checks of what names something that neither the folder nor the books know."""
    for name, column, of, document in (
        ("sku", "product_id", "product", "products"),
        ("tier", "sku_id", "sku", "skus"),
        ("subscription", "sku_id", "sku", "skus"),
    ):
        detail = _json(kind=f"'{column}'", value=column, file=f"'{document}'")
        yield f"""SELECT 'UNKNOWN_REFERENCE' AS fault, file, row, '{column}' AS "column", {detail} AS detail
FROM stated_{name} s WHERE NOT EXISTS (SELECT 1 FROM stated_{of} o WHERE o.{column} = s.{column})
  AND NOT EXISTS (SELECT 1 FROM book_{of} o WHERE o.{column} = s.{column})"""


def news() -> Iterator[str]:
    """Yield the statements that make `new_<kind>`: each fact that is stated and not in the books, once, sorted."""
    for kind in KINDS:
        columns = ", ".join(kind.columns)
        matched = " AND ".join(f"b.{one} = s.{one}" for one in kind.key)
        yield f"""CREATE OR REPLACE TEMP TABLE new_{kind.name} AS
SELECT {columns}, min(file) AS file, min(row) AS row FROM stated_{kind.name} s
WHERE NOT EXISTS (SELECT 1 FROM book_{kind.name} b WHERE {matched})
GROUP BY {columns} ORDER BY {", ".join(kind.key)}"""


_CLOSED_MONTHS = """
WITH known AS (SELECT sku_id, currency, effective_from FROM book_price
               UNION ALL SELECT sku_id, currency, effective_from FROM new_price),
spans AS (SELECT *, lead(effective_from) OVER (PARTITION BY sku_id, currency ORDER BY effective_from) AS ends
          FROM known),
later AS (SELECT n.*, s.ends FROM new_price n JOIN spans s USING (sku_id, currency, effective_from)
          WHERE EXISTS (SELECT 1 FROM book_price b WHERE b.sku_id = n.sku_id AND b.currency = n.currency
                        AND b.effective_from < n.effective_from)),
touched AS (SELECT l.file, l.row, l.effective_from, min(f.month) AS month FROM later l
            JOIN frozen f ON l.effective_from < f.to_at AND (l.ends IS NULL OR l.ends > f.from_at)
            GROUP BY l.file, l.row, l.effective_from)
SELECT 'CLOSED_MONTH' AS fault, file, row, 'effective_from' AS "column",
  {detail} AS detail FROM touched"""


def closed_months() -> str:
    """Return the check of new usage prices that would change money of a closed month (SETUP-3).

    A first price changes nothing there: without it nothing was rated.
    """
    at = "strftime(effective_from, '%Y-%m-%dT%H:%M:%S+00:00')"
    return _CLOSED_MONTHS.format(detail=_json(on=at, month="month"))


CHANGES = """
WITH both_kinds AS (
  SELECT 'usage' AS way, sku_id, currency, effective_from, model, counter, tiers, block_e6, FALSE AS new FROM book_price
  UNION ALL SELECT 'usage', sku_id, currency, effective_from, model, counter, tiers, block_e6, TRUE FROM new_price
  UNION ALL SELECT term, sku_id, currency, effective_from, 'unit', NULL,
    '[{"to": null, "price": ' || price_e10 || '}]', NULL, FALSE FROM book_subscription
  UNION ALL SELECT term, sku_id, currency, effective_from, 'unit', NULL,
    '[{"to": null, "price": ' || price_e10 || '}]', NULL, TRUE FROM new_subscription),
followed AS (
  SELECT *, lag(model) OVER w AS before_model, lag(tiers) OVER w AS before_tiers,
    lag(block_e6) OVER w AS before_block_e6
  FROM both_kinds WINDOW w AS (PARTITION BY way, sku_id, currency ORDER BY effective_from))
SELECT f.way, COALESCE(n.product_id, b.product_id) AS product_id, f.sku_id, f.currency, f.effective_from,
  f.before_model, f.before_tiers, f.before_block_e6, f.model, f.tiers, f.block_e6
FROM followed f LEFT JOIN new_sku n USING (sku_id) LEFT JOIN book_sku b USING (sku_id)
WHERE f.new ORDER BY product_id, f.sku_id, f.way, f.currency, f.effective_from"""
"""Each price version that is new, with the version in force before it, where there is one."""

TRIED = """
CREATE OR REPLACE TABLE tried AS
SELECT sku_id, currency, effective_from, model, counter, tiers, block_e6 FROM (
  SELECT sku_id, currency, effective_from, model, counter, tiers, block_e6, FALSE AS new FROM book_price
  UNION ALL SELECT sku_id, currency, effective_from, model, counter, tiers, block_e6, TRUE FROM new_price)
WHERE effective_from <= CAST($at AS TIMESTAMP)
QUALIFY row_number() OVER (PARTITION BY sku_id, currency ORDER BY effective_from DESC) = 1 AND new"""
"""Makes `tried`: the prices that count at the instant `at`, where that is a new one (CATALOG-9)."""

TRIED_PRICES = """
WITH step AS (
  SELECT t.sku_id, t.currency, t.model, t.counter, t.block_e6, s.number,
    CAST(json_extract_string(s.tier, '$.to') AS BIGINT) AS to_e6,
    CAST(json_extract_string(s.tier, '$.price') AS BIGINT) AS price_e10
  FROM tried t, LATERAL (SELECT unnest(json_extract(t.tiers, '$[*]')) AS tier,
                                generate_subscripts(json_extract(t.tiers, '$[*]'), 1) - 1 AS number) s),
tier AS (SELECT *, COALESCE(lag(to_e6) OVER w, 0) AS start_e6 FROM step
         WINDOW w AS (PARTITION BY sku_id, currency ORDER BY number))
SELECT 'trial ' || sku_id || ' ' || currency AS price_id, sku_id, currency, TIMESTAMP '1970-01-01' AS from_at,
  TIMESTAMP '9999-01-01' AS to_at, model, counter, CAST(number AS INTEGER) AS tier, start_e6 AS tier_from_e6,
  to_e6 AS tier_to_e6,
  CASE model WHEN 'graduated' THEN CAST(COALESCE(
    sum((CAST(to_e6 AS HUGEINT) - start_e6) * price_e10)
      OVER (PARTITION BY sku_id, currency ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
    AS DECIMAL(38, 0)) END AS tier_base_e16,
  price_e10, block_e6
FROM tier"""
"""The prices that are tried, as `tables.PRICES`, in force throughout."""

TRIED_BEFORE = "SELECT p.* FROM all_prices p JOIN tried t ON t.sku_id = p.sku_id AND t.currency = p.currency"
"""The prices of the book (`all_prices`) in whose place they would be."""


def cost_sql(charges: str) -> str:
    """Return the SELECT that adds charges up by all that a trial can be grouped by."""
    return f"""SELECT payer_id, account_id, product_id, sku_id, currency, COUNT(*) AS records,
  SUM(list_cost_e10) AS list_e10, SUM(contracted_cost_e10) AS contracted_e10
FROM ({charges}) GROUP BY payer_id, account_id, product_id, sku_id, currency"""


COSTS_COMPARED = """SELECT a.payer_id, a.account_id, a.product_id, a.sku_id, a.currency, a.records,
  COALESCE(b.records, 0) AS records_before, CAST(COALESCE(b.list_e10, 0) AS DECIMAL(38, 0)) AS list_before,
  CAST(a.list_e10 AS DECIMAL(38, 0)) AS list_after,
  CAST(COALESCE(b.contracted_e10, 0) AS DECIMAL(38, 0)) AS contracted_before,
  CAST(a.contracted_e10 AS DECIMAL(38, 0)) AS contracted_after
FROM cost_after a LEFT JOIN cost_before b USING (payer_id, account_id, product_id, sku_id, currency)"""
"""What each account's use of each SKU cost and would have cost: a price that is tried prices all records of its SKU."""


def _text(value: str) -> str:
    return f"CAST({value} AS VARCHAR)"


def _json(**values: str) -> str:
    pairs = ", ".join(f"'{name}', {sql}" for name, sql in values.items())
    return f"CAST(json_object({pairs}) AS VARCHAR)"
