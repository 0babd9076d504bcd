"""Decimal text becomes scaled integers exactly: against Python's decimals, on any input."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, Context, Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partita.formats import decimals

EXACT = Context(prec=120)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        decimals.create_macros(connection)
        yield connection


def amounts() -> st.SearchStrategy[str]:
    """Texts of amounts as bills write them: signs, missing zeros, many decimals, E notation."""
    plain = st.from_regex(r"[-+]?[0-9]{1,8}(\.[0-9]{0,29})?", fullmatch=True)
    bare = st.from_regex(r"-?\.[0-9]{1,38}", fullmatch=True)
    scientific = st.from_regex(r"[-+]?[0-9]{1,3}(\.[0-9]{0,15})?[eE][-]?[0-9]", fullmatch=True)
    return st.one_of(plain, bare, scientific)


@settings(deadline=None, max_examples=50)
@given(texts=st.lists(amounts(), min_size=1, max_size=40))
def test_cut_and_rest_and_total_are_exact(engine: duckdb.DuckDBPyConnection, texts: list[str]) -> None:
    engine.execute("CREATE OR REPLACE TEMP TABLE texts AS SELECT unnest(?::VARCHAR[]) AS x", [texts])
    rows = engine.execute(
        "SELECT x, e10(plain_decimal(x)), beyond_e10(plain_decimal(x))::VARCHAR FROM texts "
        "WHERE is_amount(plain_decimal(x))"
    ).fetchall()
    for text, line, beyond in rows:
        exact = Decimal(text)
        assert decimals.scaled(line, 10) == exact.quantize(Decimal("1E-10"), ROUND_DOWN, EXACT)
        assert EXACT.add(decimals.scaled(line, 10), decimals.scaled(int(beyond), 38)) == exact
    source = "(SELECT plain_decimal(x) AS x FROM texts WHERE is_amount(plain_decimal(x)))"
    expected = Decimal(0)
    for text, _, _ in rows:
        expected = EXACT.add(expected, Decimal(text))
    assert decimals.exact_total(engine, "x", source) == expected


@pytest.mark.parametrize(("text", "plain"), [
    ("5.2E-9", "0.0000000052"), ("-1.5e-7", "-0.00000015"), ("5.0E3", "5000"), ("1.2345e2", "123.45"),
    ("0E-10", "0.0000000000"),
    ("1", "1"), ("None", "None"), ("1e999", "1e999"), ("EUR", "EUR"),
])  # fmt: skip
def test_e_notation_is_unfolded_and_the_rest_is_left_alone(
    engine: duckdb.DuckDBPyConnection, text: str, plain: str
) -> None:
    assert engine.execute("SELECT plain_decimal(?)", [text]).fetchone() == (plain,)


@pytest.mark.parametrize("text", [
    "", "-", ".", "+.", "1.2.3", "1,000.00", "1 000", " 1", "1_000", "0x1F", "NaN", "inf", "1-", "--1", "1e5x",
    "£1", "１",
    "1000000000", "922337203.6854775808", "0." + "1" * 39,
])  # fmt: skip
def test_what_is_no_amount_is_found(engine: duckdb.DuckDBPyConnection, text: str) -> None:
    assert engine.execute("SELECT is_amount(plain_decimal(?))", [text]).fetchone() == (False,)


@pytest.mark.parametrize("text", [
    "0", "-0", "922337203.6854775807", "-922337203.6854775808", ".5", "5.", "+1", "0." + "1" * 37,
])  # fmt: skip
def test_what_fits_a_line_is_an_amount(engine: duckdb.DuckDBPyConnection, text: str) -> None:
    row = engine.execute("SELECT is_amount(plain_decimal($1)), e10(plain_decimal($1))", [text]).fetchone()
    assert row == (True, int(Decimal(text).scaleb(10, EXACT)))


def test_a_quantity_that_does_not_fit_is_absent_not_wrong(engine: duckdb.DuckDBPyConnection) -> None:
    assert engine.execute("SELECT e6('386547056640000'), e6('12.3456789')").fetchone() == (None, 12_345_678)


def test_plain_text_has_no_exponent() -> None:
    assert decimals.plain_text(Decimal("-1.000E-11")) == "-0.00000000001"
    assert decimals.plain_text(Decimal("0E-38")) == "0"
    assert decimals.plain_text(Decimal(1200)) == "1200"
