"""Settlement in bulk (结算): the bills of a whole bucket → draws, in one SQL text. The fast twin of `core.settlement`.

Owns the statement and the schemas of its tables. It uses equality joins, window sums, CASE and integer arithmetic, and
one recursion: sources that pay only some lines (vouchers with a narrow scope) are drawn one after the other, the first
of all bills at once, then the second of all bills, and so on. All others are laid against the dues as spans of running
sums. Does not own what the rules mean: a law proves both equal. Rules: SETTLE-1 … SETTLE-9.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import duckdb
import pyarrow as pa

from partita.core.funds import Fund
from partita.core.settlement import SAME_MONTH, WATERFALL

BILLS: dict[str, str] = {
    "payer_id": "VARCHAR",
    "bill_id": "VARCHAR",  # one for each payer and currency
    "currency": "VARCHAR",
    "month": "VARCHAR",  # 2026-10
    "scale_e10": "BIGINT",  # how many e10 one minor unit holds
    "from_at": "TIMESTAMP",  # the month's period in the payer's zone
    "to_at": "TIMESTAMP",
    "payable_minor": "BIGINT",
    "by_line": "BOOLEAN",  # no: nothing asks for its lines, and the payable is one line, which `lay_out` adds
}
PRODUCTS: dict[str, str] = {"bill_id": "VARCHAR", "product_id": "VARCHAR", "payable_minor": "BIGINT"}
LINES: dict[str, str] = {
    "bill_id": "VARCHAR",
    "line": "INTEGER",
    "part": "VARCHAR",  # '', or '|a|b|' where the charges carry the tags of the templates a and b
    "account_id": "VARCHAR",
    "product_id": "VARCHAR",
    "exact_e10": "DECIMAL(38,0)",
}
SOURCES: dict[str, str] = {
    "payer_id": "VARCHAR",
    "currency": "VARCHAR",
    "fund": "VARCHAR",
    "source_id": "VARCHAR",
    "available": "BIGINT",
    "valid_from": "TIMESTAMP",  # both NULL: always
    "valid_until": "TIMESTAMP",
    "template_id": "VARCHAR",  # NULL: pays anything
    "round": "INTEGER",  # 0; where draws are laid again, the number of the draw: it comes before the order of funds
    "key_1": "BIGINT",  # what decides within a fund, smallest first (core.voucher.priority); 0 where nothing does
    "key_2": "BIGINT",
    "key_3": "BIGINT",
    "key_4": "BIGINT",
}
TEMPLATES: dict[str, str] = {
    "template_id": "VARCHAR",
    "listing": "VARCHAR",  # all | white | black
    "by_account": "BOOLEAN",
    "by_tag": "BOOLEAN",
    "minimum_minor": "BIGINT",
    "percent_e6": "BIGINT",  # NULL: the worth does not depend on the amount
    "stacks": "BOOLEAN",
}
TEMPLATE_PRODUCTS: dict[str, str] = {"template_id": "VARCHAR", "product_id": "VARCHAR"}
TEMPLATE_ACCOUNTS: dict[str, str] = {"template_id": "VARCHAR", "account_id": "VARCHAR"}

TABLES: Mapping[str, dict[str, str]] = MappingProxyType(
    {
        "bills": BILLS,
        "products": PRODUCTS,
        "lines": LINES,
        "sources": SOURCES,
        "templates": TEMPLATES,
        "template_products": TEMPLATE_PRODUCTS,
        "template_accounts": TEMPLATE_ACCOUNTS,
    }
)
"""What the statement reads; templates are those good for bills of pay-as-you-go, and their products and accounts."""

WISHES: dict[str, str] = {
    "payer_id": "VARCHAR",
    "currency": "VARCHAR",
    "template_id": "VARCHAR",
    "tag_key": "VARCHAR",  # of characters that need no quoting in a JSON path
    "tag_value": "VARCHAR",
    "tags": "BIGINT",  # how many tags the template asks for
}
"""Tags that the vouchers of a payer ask for: what sets parts of its lines apart."""
LINE_NUMBERS: dict[str, str] = {
    "payer_id": "VARCHAR",
    "currency": "VARCHAR",
    "bill_id": "VARCHAR",
    "line": "INTEGER",
    "kind": "VARCHAR",
    "account_id": "VARCHAR",
    "product_id": "VARCHAR",
    "sku_id": "VARCHAR",
    "usage_month": "INTEGER",
    "unit": "VARCHAR",
}
"""What a line of a bill is known by among the charges."""

PARTS: dict[str, str] = {
    "bill_id": "VARCHAR",
    "turn": "INTEGER",  # the place of the source among those used for this bill
    "fund": "VARCHAR",
    "source_id": "VARCHAR",
    "line": "INTEGER",
    "part": "VARCHAR",
    "amount_minor": "BIGINT",
}
"""What `parts_sql` gives: what each source paid of each line. `draws_sql` gives its sums, without line and part."""


def _shared(name: str, source: str, total: str, within: str, by: str) -> str:
    """Return two steps that share `total` by exact sums: cut down, odd units to the largest remainders (SETTLE-6)."""
    return f"""{name}_cut AS (
  SELECT *, (exact_e10 % scale_e10 + scale_e10) % scale_e10 AS remainder FROM {source}),
{name} AS (
  SELECT *, (exact_e10 - remainder) // scale_e10
    + CASE WHEN ROW_NUMBER() OVER (PARTITION BY {within} ORDER BY remainder DESC, {by})
        <= {total} - SUM((exact_e10 - remainder) // scale_e10) OVER (PARTITION BY {within}) THEN 1 ELSE 0 END AS share
  FROM {name}_cut)"""


_BILL_ORDER = "PARTITION BY bill_id ORDER BY line, part ROWS UNBOUNDED PRECEDING"

_DUES = f"""whole_lines AS (
  SELECT l.bill_id, l.product_id, l.line, b.scale_e10, p.payable_minor, CAST(SUM(l.exact_e10) AS HUGEINT) AS exact_e10
  FROM lines l JOIN bills b ON b.bill_id = l.bill_id
  JOIN products p ON p.bill_id = l.bill_id AND p.product_id = l.product_id
  GROUP BY l.bill_id, l.product_id, l.line, b.scale_e10, p.payable_minor),
{_shared("of_line", "whole_lines", "payable_minor", "bill_id, product_id", "line")},
line_parts AS (
  SELECT l.bill_id, l.line, l.part, l.account_id, l.product_id,
    CAST(l.exact_e10 AS HUGEINT) AS exact_e10, o.scale_e10, o.share AS of_line
  FROM lines l JOIN of_line o ON o.bill_id = l.bill_id AND o.line = l.line),
{_shared("of_part", "line_parts", "of_line", "bill_id, line", "part")},
within_product AS (
  SELECT bill_id, line, part, account_id, product_id, share,
    SUM(GREATEST(share, 0)) OVER (PARTITION BY bill_id, product_id ORDER BY line, part ROWS UNBOUNDED PRECEDING)
      AS upto,
    SUM(GREATEST(share, 0)) OVER (PARTITION BY bill_id, product_id) AS charged,
    SUM(GREATEST(-share, 0)) OVER (PARTITION BY bill_id, product_id) AS credit,
    ROW_NUMBER() OVER (PARTITION BY bill_id, product_id ORDER BY line, part) AS place
  FROM of_part),
lowered AS (
  SELECT bill_id, line, part, account_id, product_id, GREATEST(0, LEAST(share, upto - credit)) AS share,
    SUM(CASE WHEN place = 1 THEN GREATEST(0, credit - charged) ELSE 0 END) OVER (PARTITION BY bill_id) AS credit
  FROM within_product),
dues AS (
  SELECT * FROM (
    SELECT bill_id, line, part, account_id, product_id,
      GREATEST(0, LEAST(share, SUM(share) OVER ({_BILL_ORDER}) - credit)) AS due
    FROM lowered) d WHERE due > 0)"""
"""What each line asks: core.settlement.dues_of."""

_PLACE = " ".join(f"WHEN '{fund.value}' THEN {place}" for place, fund in enumerate(WATERFALL))
_MONEY = ", ".join(f"'{fund.value}'" for fund in WATERFALL if fund not in SAME_MONTH)
_SAME = ", ".join(f"'{fund.value}'" for fund in WATERFALL if fund in SAME_MONTH)

_USED = f"""in_month AS (
  SELECT b.bill_id, s.fund, s.source_id, s.available, s.template_id, CASE s.fund {_PLACE} END AS fund_place,
    s.round, s.key_1, s.key_2, s.key_3, s.key_4, t.listing, t.by_account, t.by_tag, t.minimum_minor, t.percent_e6,
    COALESCE(t.stacks, TRUE) AS stacks,
    COALESCE(t.listing <> 'all' OR t.by_account OR t.by_tag, FALSE) AS narrow
  FROM sources s JOIN bills b ON b.payer_id = s.payer_id AND b.currency = s.currency
  LEFT JOIN templates t ON t.template_id = s.template_id
  WHERE s.available > 0 AND (s.template_id IS NULL OR t.template_id IS NOT NULL)
    AND (s.fund <> '{Fund.REFUND.value}' OR s.source_id <= b.month)
    AND (s.fund NOT IN ({_SAME}) OR s.valid_from IS NULL OR (s.valid_from < b.to_at AND s.valid_until > b.from_at))),
reach AS (
  SELECT s.bill_id, s.source_id, d.line, d.part, d.due
  FROM in_month s JOIN dues d ON d.bill_id = s.bill_id
  LEFT JOIN template_products p ON p.template_id = s.template_id AND p.product_id = d.product_id
  LEFT JOIN template_accounts a ON a.template_id = s.template_id AND a.account_id = d.account_id
  WHERE s.template_id IS NOT NULL
    AND CASE s.listing WHEN 'white' THEN p.product_id IS NOT NULL WHEN 'black' THEN p.product_id IS NULL ELSE TRUE END
    AND (NOT s.by_account OR a.account_id IS NOT NULL)
    AND (NOT s.by_tag OR STRPOS(d.part, '|' || s.template_id || '|') > 0)),
eligible AS (SELECT bill_id, source_id, SUM(due) AS due FROM reach GROUP BY bill_id, source_id),
giving AS (
  SELECT s.*, CASE WHEN s.template_id IS NULL THEN s.available
      ELSE LEAST(s.available, CASE WHEN s.percent_e6 IS NULL THEN e.due ELSE e.due * s.percent_e6 // 1000000 END)
    END AS gives
  FROM in_month s LEFT JOIN eligible e ON e.bill_id = s.bill_id AND e.source_id = s.source_id
    AND s.template_id IS NOT NULL
  WHERE s.template_id IS NULL OR e.due >= s.minimum_minor),
in_turn AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY bill_id, template_id IS NULL ORDER BY {{order}}) AS among,
    FIRST_VALUE(stacks) OVER (PARTITION BY bill_id, template_id IS NULL ORDER BY {{order}}) AS first_stacks
  FROM giving WHERE gives > 0),
used AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY bill_id ORDER BY {{order}}) AS turn
  FROM in_turn WHERE template_id IS NULL OR CASE WHEN first_stacks THEN stacks ELSE among = 1 END),
narrow_last AS (SELECT bill_id, MAX(turn) AS turn FROM used WHERE narrow GROUP BY bill_id)""".format(
    order="round, fund_place, key_1, key_2, key_3, key_4, source_id"
)
"""Which sources are used for a bill, in their turn, and what each gives at most: core.settlement._used."""

_ONE_BY_ONE = f"""walk AS (
  SELECT d.bill_id, d.line, d.part, CAST(d.due AS HUGEINT) AS rest, CAST(0 AS HUGEINT) AS taken,
    CAST(0 AS BIGINT) AS turn
  FROM dues d JOIN narrow_last n ON n.bill_id = d.bill_id
  UNION ALL
  SELECT bill_id, line, part, rest - taken AS rest, taken, turn FROM (
    SELECT bill_id, line, part, rest, turn,
      GREATEST(0, LEAST(payable, gives - (SUM(payable) OVER ({_BILL_ORDER}) - payable))) AS taken
    FROM (
      SELECT w.bill_id, w.line, w.part, w.rest, u.turn, u.gives,
        CASE WHEN u.narrow AND r.source_id IS NULL THEN 0 ELSE w.rest END AS payable
      FROM walk w JOIN narrow_last n ON n.bill_id = w.bill_id AND w.turn < n.turn
      JOIN used u ON u.bill_id = w.bill_id AND u.turn = w.turn + 1
      LEFT JOIN reach r ON r.bill_id = w.bill_id AND r.source_id = u.source_id AND r.line = w.line AND r.part = w.part
        AND u.narrow) payables) taken_now)"""
"""Turn by turn, up to the last source with a narrow scope: what is left of each line after it."""

_AT_ONCE = f"""rests AS (
  SELECT d.bill_id, d.line, d.part, d.due AS rest FROM dues d
  WHERE NOT EXISTS (SELECT 1 FROM narrow_last n WHERE n.bill_id = d.bill_id)
  UNION ALL
  SELECT w.bill_id, w.line, w.part, w.rest FROM walk w JOIN narrow_last n ON n.bill_id = w.bill_id AND n.turn = w.turn
  WHERE w.rest > 0),
due_spans AS (SELECT *, SUM(rest) OVER ({_BILL_ORDER}) AS upto FROM rests),
source_spans AS (
  SELECT u.bill_id, u.turn, u.gives,
    SUM(u.gives) OVER (PARTITION BY u.bill_id ORDER BY u.turn ROWS UNBOUNDED PRECEDING) AS upto
  FROM used u LEFT JOIN narrow_last n ON n.bill_id = u.bill_id WHERE u.turn > COALESCE(n.turn, 0)),
crossings AS (
  SELECT d.bill_id, s.turn, d.line, d.part, LEAST(d.upto, s.upto) - GREATEST(d.upto - d.rest, s.upto - s.gives) AS taken
  FROM due_spans d JOIN source_spans s ON s.bill_id = d.bill_id
    AND s.upto - s.gives < d.upto AND d.upto - d.rest < s.upto),
taken AS (
  SELECT bill_id, turn, line, part, taken FROM walk WHERE taken > 0
  UNION ALL SELECT bill_id, turn, line, part, taken FROM crossings)"""
"""The sources after that pay anything: where their spans meet the spans of what is left, they pay."""


def parts_sql() -> str:
    """Return the SELECT of what each source pays of each line (`PARTS`), in order of bill, turn and bill order.

    The connection holds the tables of `TABLES`.
    """
    return f"""{_with()}
SELECT t.bill_id, CAST(t.turn AS INTEGER) AS turn, u.fund, u.source_id, t.line, t.part,
  CAST(t.taken AS BIGINT) AS amount_minor
FROM taken t JOIN used u ON u.bill_id = t.bill_id AND u.turn = t.turn
ORDER BY t.bill_id, t.turn, t.line, t.part"""


def draws_sql() -> str:
    """Return the SELECT of what each source pays of each bill: (bill_id, turn, fund, source_id, amount_minor)."""
    return f"""{_with()}
SELECT t.bill_id, CAST(t.turn AS INTEGER) AS turn, u.fund, u.source_id, CAST(SUM(t.taken) AS BIGINT) AS amount_minor
FROM taken t JOIN used u ON u.bill_id = t.bill_id AND u.turn = t.turn
GROUP BY t.bill_id, t.turn, u.fund, u.source_id
ORDER BY t.bill_id, t.turn"""


_WHOSE = """whose AS (
  SELECT p.bill_id, p.product_id, COALESCE(s.seller, '') AS seller
  FROM products p LEFT JOIN sellers s ON s.product_id = p.product_id WHERE p.product_id <> ''),
several AS (SELECT bill_id FROM whose GROUP BY bill_id HAVING COUNT(DISTINCT seller) > 1)"""


def paid_to_sellers_sql() -> str:
    """Return the SELECT of what money paid to each seller of bills of several, line by line: (bill_id, seller, amount).

    The connection holds what `sellers_sql` reads; credits that were set off are no money.
    """
    return f"""WITH {_WHOSE}
SELECT p.bill_id, w.seller, CAST(SUM(p.amount_minor) AS BIGINT) AS amount
FROM paid_parts p JOIN several USING (bill_id)
JOIN lines l ON l.bill_id = p.bill_id AND l.line = p.line AND l.part = p.part
JOIN whose w ON w.bill_id = l.bill_id AND w.product_id = l.product_id
WHERE p.fund IN ({_MONEY}) GROUP BY p.bill_id, w.seller ORDER BY p.bill_id, w.seller"""


def sellers_sql() -> str:
    """Return the SELECT of the lines of bills of several sellers, joined where one seller's follow each other.

    (bill_id, place, seller, due, same_month): what they ask, and what of it vouchers and cards paid. The connection
    holds `TABLES`, `sellers` (product_id, seller), and `paid_parts`, the rows of `parts_sql`. Rule: CLEAR-5.
    """
    return f"""WITH {_DUES},
{_WHOSE},
asked AS (
  SELECT d.bill_id, d.line, w.seller, SUM(d.due) AS due
  FROM dues d JOIN several USING (bill_id) JOIN whose w ON w.bill_id = d.bill_id AND w.product_id = d.product_id
  GROUP BY d.bill_id, d.line, w.seller),
early AS (
  SELECT bill_id, line, SUM(amount_minor) AS paid FROM paid_parts WHERE fund IN ({_SAME}) GROUP BY bill_id, line),
changes AS (
  SELECT a.*, COALESCE(e.paid, 0) AS paid,
    a.seller IS DISTINCT FROM LAG(a.seller) OVER (PARTITION BY a.bill_id ORDER BY a.line) AS is_first
  FROM asked a LEFT JOIN early e ON e.bill_id = a.bill_id AND e.line = a.line),
placed AS (
  SELECT *, COUNT(*) FILTER (WHERE is_first) OVER (PARTITION BY bill_id ORDER BY line) AS place FROM changes)
SELECT bill_id, CAST(place AS INTEGER) AS place, seller, CAST(SUM(due) AS BIGINT) AS due,
  CAST(SUM(paid) AS BIGINT) AS same_month
FROM placed GROUP BY bill_id, place, seller ORDER BY bill_id, place"""


def parted_sql() -> str:
    """Return the SELECT of `LINES` with the lines of payers in `wishes` cut into parts by tags (VOUCHER-2).

    The connection holds `lines`, `wishes`, `line_numbers` and `charges` (schema `tables.CHARGE`). A charge belongs to
    the part of all templates whose tags it carries.
    """
    return """WITH carried AS (
  SELECT DISTINCT c.payer_id, c.currency, c.tags
  FROM charges c JOIN (SELECT DISTINCT payer_id, currency FROM wishes) w
    ON w.payer_id = c.payer_id AND w.currency = c.currency WHERE c.tags IS NOT NULL),
met AS (
  SELECT t.payer_id, t.currency, t.tags, w.template_id
  FROM carried t JOIN wishes w ON w.payer_id = t.payer_id AND w.currency = t.currency
    AND json_extract_string(t.tags, '$."' || w.tag_key || '"') = w.tag_value
  GROUP BY t.payer_id, t.currency, t.tags, w.template_id, w.tags HAVING COUNT(*) = w.tags),
parts AS (
  SELECT payer_id, currency, tags, '|' || STRING_AGG(template_id, '|' ORDER BY template_id) || '|' AS part
  FROM met GROUP BY payer_id, currency, tags),
numbered AS (
  SELECT n.* FROM line_numbers n JOIN (SELECT DISTINCT payer_id, currency FROM wishes) w
    ON w.payer_id = n.payer_id AND w.currency = n.currency)
SELECT bill_id, line, part, account_id, product_id, exact_e10 FROM lines
WHERE bill_id NOT IN (SELECT bill_id FROM numbered)
UNION ALL
SELECT n.bill_id, n.line, COALESCE(p.part, '') AS part, n.account_id, n.product_id,
  CAST(SUM(c.billed_cost_e10) AS DECIMAL(38,0)) AS exact_e10
FROM charges c JOIN numbered n ON n.payer_id = c.payer_id AND n.currency = c.currency
  AND n.kind = CASE WHEN c.line_kind IN ('correction', 'adjustment') THEN c.line_kind ELSE 'usage' END
  AND n.account_id = c.account_id AND n.product_id = c.product_id AND n.sku_id = COALESCE(c.sku_id, '')
  AND n.usage_month = c.usage_month AND n.unit = COALESCE(c.unit, '')
LEFT JOIN parts p ON p.payer_id = c.payer_id AND p.currency = c.currency AND p.tags = c.tags
WHERE c.line_kind <> 'round_down'
GROUP BY n.bill_id, n.line, COALESCE(p.part, ''), n.account_id, n.product_id"""


def cut(engine: duckdb.DuckDBPyConnection, wishes: pa.Table, line_numbers: pa.Table) -> None:
    """Cut the lines on a connection into parts; it holds a view `charges` of the bills' charges."""
    for name, table in (("wishes", wishes), ("line_numbers", line_numbers)):
        engine.register("arriving", table)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM arriving")
        engine.unregister("arriving")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE parted AS {parted_sql()}")
    engine.execute("CREATE OR REPLACE TEMP TABLE lines AS FROM parted")


def dues_sql() -> str:
    """Return the SELECT of what each line asks: (bill_id, line, part, account_id, product_id, due) in bill order."""
    return f"""WITH {_DUES}
SELECT bill_id, line, part, account_id, product_id, CAST(due AS BIGINT) AS due FROM dues ORDER BY bill_id, line, part"""


def _with() -> str:
    return f"WITH RECURSIVE {_DUES},\n{_USED},\n{_ONE_BY_ONE},\n{_AT_ONCE}"


def lay_out(engine: duckdb.DuckDBPyConnection, facts: Mapping[str, pa.Table]) -> None:
    """Make the tables of `TABLES` on a connection; a table that is not given is empty.

    A bill that is not looked at line by line gets one line of its own: the whole payable, of no account and product.
    """
    for name, schema in TABLES.items():
        columns = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in schema.items())
        if name in facts:
            engine.register("arriving", facts[name])
            engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {columns} FROM arriving")
            engine.unregister("arriving")
        else:
            nothing = ", ".join(f'CAST(NULL AS {kind}) AS "{column}"' for column, kind in schema.items())
            engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {nothing} WHERE FALSE")
    engine.execute("INSERT INTO products SELECT bill_id, '', payable_minor FROM bills WHERE NOT by_line")
    engine.execute(
        "INSERT INTO lines SELECT bill_id, 0, '', '', '', CAST(payable_minor AS HUGEINT) * scale_e10 "
        "FROM bills WHERE NOT by_line AND payable_minor > 0"
    )


def settle(facts: Mapping[str, pa.Table]) -> pa.Table:
    """Settle bills in memory; return a table of `PARTS` (for small work and for the laws)."""
    with duckdb.connect() as engine:
        lay_out(engine, facts)
        engine.execute(f"CREATE TEMP TABLE parts AS {parts_sql()}")
        return engine.table("parts").to_arrow_table()
