"""Exact decimals in SQL: what a provider writes as text, as scaled integers, without a float in between.

Owns the macros of the bulk engine that read decimal text: `plain_decimal` unfolds `5.2E-9`, `is_amount` and
`is_decimal` say whether a text is one, `e10` cuts at ten decimals toward zero, `beyond_e10` is what the cut leaves at
scale 38, and `e6` reads a quantity. `exact_total` sums a column by another way than the cut, so that the two can be
held against each other. Does not own which columns are decimals (`bill_format`). Rules: IMPORT-1, IMPORT-2
(`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Context, Decimal

import duckdb

DIGITS_MAX = 38
"""A number carries at most 38 digits, before and after the point together; more is refused, never rounded."""
BEYOND_SCALE = 38
_HALF = 10**19
EXACT = Context(prec=100)
"""Sums of bills are exact: a hundred digits hold any."""

_MANTISSA = "ltrim(split_part(lower(x), 'e', 1), '+-')"
_DIGITS = f"replace({_MANTISSA}, '.', '')"
_SIGN = "CASE WHEN starts_with(x, '-') THEN '-' ELSE '' END"
_POINT = f"(strlen(split_part({_MANTISSA}, '.', 1)) + TRY_CAST(split_part(lower(x), 'e', 2) AS INTEGER))"
_E_NOTATION = r"[-+]?\d{1,18}(\.\d{0,38})?[eE][-+]?\d{1,2}"

_MACROS: dict[str, str] = {
    # 5.2E-9 → 0.0000000052; what is no number stays as it is, for the check to name it
    "plain_decimal(x)": f"""
        CASE WHEN contains(x, 'E') OR contains(x, 'e') THEN
            CASE WHEN NOT regexp_full_match(x, '{_E_NOTATION}') THEN x
                 WHEN {_POINT} <= 0 THEN {_SIGN} || '0.' || repeat('0', -{_POINT}) || {_DIGITS}
                 WHEN {_POINT} >= strlen({_DIGITS})
                 THEN {_SIGN} || {_DIGITS} || repeat('0', {_POINT} - strlen({_DIGITS}))
                 ELSE {_SIGN} || left({_DIGITS}, {_POINT}) || '.' || substr({_DIGITS}, {_POINT} + 1) END
        ELSE x END""",
    "is_decimal(x)": r"regexp_full_match(x, '[-+]?(\d+(\.\d*)?|\.\d+)')",
    # the text whose integer value is the amount at ten decimals
    "e10_text(x)": """
        CASE WHEN strpos(x, '.') = 0 THEN x || '0000000000'
             ELSE left(x, strpos(x, '.') - 1) || rpad(substr(x, strpos(x, '.') + 1, 10), 10, '0') END""",
    "e6_text(x)": """
        CASE WHEN strpos(x, '.') = 0 THEN x || '000000'
             ELSE left(x, strpos(x, '.') - 1) || rpad(substr(x, strpos(x, '.') + 1, 6), 6, '0') END""",
    "is_amount(x)": f"""
        CASE WHEN NOT is_decimal(x) OR strlen(x) > {DIGITS_MAX} + 1 THEN false
             WHEN strpos(x, '.') BETWEEN 1 AND 9 OR strlen(x) <= 8 THEN true
             ELSE TRY_CAST(e10_text(x) AS BIGINT) IS NOT NULL END""",
    "e10(x)": "CAST(e10_text(x) AS BIGINT)",
    "price_e10(x)": "TRY_CAST(e10_text(x) AS BIGINT)",
    "e6(x)": "TRY_CAST(e6_text(x) AS BIGINT)",
    # quantity × unit price at ten decimals, cut toward zero; a block of units may carry the price
    "times_e10(x, y, block)": """
        TRY_CAST(TRY_CAST(e10_text(x) AS HUGEINT) * TRY_CAST(e10_text(y) AS HUGEINT)
                 // (10000000000::HUGEINT * block) AS BIGINT)""",
    "beyond_e10(x)": f"""
        CASE WHEN strpos(x, '.') > 0 AND strlen(x) - strpos(x, '.') > 10
             THEN CAST({_SIGN} || rpad(substr(x, strpos(x, '.') + 11), {BEYOND_SCALE - 10}, '0') AS HUGEINT)
             ELSE 0::HUGEINT END""",
}


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros of this module on a connection."""
    for signature, body in _MACROS.items():
        connection.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS ({body})")


def exact_total(connection: duckdb.DuckDBPyConnection, column: str, source: str) -> Decimal:
    """Sum a column of plain decimal text exactly, whatever its number of decimals; absent values count as zero.

    Sums the digits as integers per number of decimals, so it shares nothing with the cut of `e10` and `beyond_e10`.
    """
    digits = f"replace({column}, '.', '')"
    rows = connection.execute(
        f"""
        SELECT CASE WHEN strpos({column}, '.') = 0 THEN 0 ELSE strlen({column}) - strpos({column}, '.') END AS places,
               sum(CASE WHEN strlen({column}) <= 18 THEN CAST({digits} AS BIGINT) ELSE 0 END)::VARCHAR,
               sum(CASE WHEN strlen({column}) > 18 THEN CAST({digits} AS HUGEINT) // {_HALF} ELSE 0 END)::VARCHAR,
               sum(CASE WHEN strlen({column}) > 18 THEN CAST({digits} AS HUGEINT) % {_HALF} ELSE 0 END)::VARCHAR
        FROM {source} WHERE {column} IS NOT NULL GROUP BY places
        """
    ).fetchall()
    return _summed((int(short) + int(high) * _HALF + int(low), places) for places, short, high, low in rows)


def scaled(value: int, scale: int) -> Decimal:
    """Return an integer at `scale` decimals as an exact decimal."""
    return EXACT.scaleb(EXACT.create_decimal(value), -scale)


def plain_text(value: Decimal) -> str:
    """Write a decimal as plain text without exponent and without trailing zeros: `0.0000000052`."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _summed(parts: Iterable[tuple[int, int]]) -> Decimal:
    total = Decimal(0)
    for value, places in parts:
        total = EXACT.add(total, scaled(value, places))
    return total
