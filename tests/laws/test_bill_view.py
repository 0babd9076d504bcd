"""Laws of bill views: every view has the total of every other, and the bulk engine gives the rows of the core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partita.columnar import bill_view as columnar
from partita.columnar.tables import ACCOUNTS, CHARGE, MONTHS, PLACEMENTS, PRODUCTS, SKU_NAMES, arrow_schema
from partita.core.bill_view import BY, LISTS, Charge, Dimension, Figure, View, dimensions_of, gathered
from partita.core.period import Month, Period

MONTH = Month(2026, 10)
ZONE = "Asia/Shanghai"
START = MONTH.period(ZONE).start
D, F = Dimension, Figure
AMOUNTS = st.integers(-(10**15), 10**15)
SECONDS = st.integers(0, 30 * 24 * 3600)


@dataclass(frozen=True)
class Raw:
    """A charge as the books have it: of usage, an adjustment, a round-down, or of an order where `line` is not 0."""

    payer: str
    account: str
    product: str
    sku: str
    instance: str
    kind: str
    at: datetime
    usage_month: Month
    figures: Mapping[Figure, int]
    line: int = 0
    spread: Period | None = None


@st.composite
def raws(draw: st.DrawFn) -> list[Raw]:
    found = []
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(("usage", "correction", "adjustment", "round-down", "purchase", "unsubscribe")))
        ordered = kind in ("purchase", "unsubscribe")
        discount, coupon, dropped, payable = (draw(AMOUNTS) for _ in range(4))
        if kind == "round-down":
            discount = coupon = 0
            dropped = -payable
        elif not ordered:
            coupon = dropped = 0
        if kind == "adjustment":
            discount = 0
        figures = {
            F.LIST: discount + coupon + dropped + payable, F.DISCOUNT: discount, F.COUPON: coupon,
            F.ROUND_DOWN: dropped, F.PAYABLE: payable, F.QUANTITY: draw(st.integers(0, 9)) * 10**6, F.CHARGES: 1,
        }  # fmt: skip
        at = START + timedelta(seconds=draw(SECONDS))
        first = START + timedelta(days=draw(st.integers(-40, 40)), seconds=draw(SECONDS))
        spread = Period(first, first + timedelta(seconds=draw(st.integers(1, 500 * 86400)))) if ordered else None
        found.append(
            Raw(
                *(draw(st.sampled_from(("p1", "p2"))), draw(st.sampled_from(("p1", "a1", "a2")))),
                *(draw(st.sampled_from(("compute", "storage"))), draw(st.sampled_from(("vm", "gpu")))),
                *(draw(st.sampled_from(("", "i-1", "i-2"))), kind, at),
                MONTH if kind != "correction" else MONTH.previous(),
                figures,
                *((number + 1, spread) if ordered else ()),
            )
        )
    return found


def charges_of(found: Sequence[Raw]) -> Iterator[Charge]:
    for number, one in enumerate(found):
        ordered = one.line > 0
        cut = {
            D.PAYER: one.payer, D.MONTH: str(MONTH), D.ACCOUNT: one.account, D.ACCOUNT_NAME: one.account.upper(),
            D.MODE: "" if one.account == one.payer else "trusteeship", D.ORG: f"East / {one.account}",
            D.PRODUCT: one.product, D.PRODUCT_NAME: one.product.title(), D.KIND: one.kind, D.SKU: one.sku,
            D.SKU_NAME: one.sku.upper(), D.INSTANCE: one.instance, D.REGION: "cn",
            D.UNIT: "instance" if ordered else "hour", D.USAGE_MONTH: str(one.usage_month),
            D.DOCUMENT: f"ord-{one.line}" if ordered else f"bill-{one.payer}",
            D.LINE: str(one.line) if ordered else "", D.SUBSCRIPTION: "sub-1" if ordered else "",
            D.NOTE: f"because {number}" if one.kind == "adjustment" else "",
            D.CHARGED_AT: _clock(one.at) if ordered or one.kind == "adjustment" else "",
        }  # fmt: skip
        yield Charge(cut, one.figures, one.usage_month, ZONE, one.spread)


def laid_out(found: Sequence[Raw]) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    for name, schema in (
        ("charges", CHARGE), ("order_charges", columnar.ORDER_CHARGES), ("notes", columnar.NOTES),
        ("bills", columnar.BILLS), ("accounts", ACCOUNTS), ("months", MONTHS), ("products", PRODUCTS),
        ("sku_names", SKU_NAMES), ("placements", PLACEMENTS),
    ):  # fmt: skip
        columns = ", ".join(f'"{column}" {kind}' for column, kind in schema.items())
        assert arrow_schema(schema)
        engine.execute(f"create table {name} ({columns})")
    kinds = {"usage": "rated", "round-down": "round_down"}
    for number, one in enumerate(found):
        values = _charge_values(number, one, kinds) if one.line == 0 else _order_values(one)
        table = "charges" if one.line == 0 else "order_charges"
        engine.execute(f"insert into {table} by name select " + ", ".join(f"? as {name}" for name in values),
                       list(values.values()))  # fmt: skip
        if one.kind == "adjustment":
            engine.execute("insert into notes values (?, ?)", [f"r{number}", f"because {number}"])
    for account in ("p1", "p2", "a1", "a2"):
        engine.execute("insert into accounts values (?, ?, 'CNY')", [account, ZONE])
        engine.execute(
            "insert into placements by name select ? as account_id, timestamp '2020-01-01' as from_at, "
            "timestamp '9999-01-01' as to_at, ? as account_name, ? as path",
            [account, account.upper(), f"East / {account}"],
        )
    engine.execute("insert into bills values ('p1', 'CNY', 'bill-p1', null), ('p2', 'CNY', 'bill-p2', null)")
    engine.execute("insert into products select p, upper(p[1]) || p[2:], '' from unnest(['compute', 'storage']) t(p)")
    engine.execute("insert into sku_names values ('vm', 'VM'), ('gpu', 'GPU')")
    month = Month(2026, 8)
    while month < Month(2028, 8):
        period = month.period(ZONE)
        engine.execute("insert into months values (?, ?, ?, ?)", [ZONE, month.number, _plain(period.start),
                                                                  _plain(period.end)])  # fmt: skip
        month = month.next()
    engine.execute("set variable billing_month = 202610")
    engine.execute(columnar.ACCOUNT_NAMES)
    engine.execute(columnar.CHARGES)
    return engine


def _charge_values(number: int, one: Raw, kinds: Mapping[str, str]) -> dict[str, object]:
    listed = one.figures[F.PAYABLE] if one.kind == "round-down" else one.figures[F.LIST]
    return {
        "line_kind": kinds.get(one.kind, one.kind), "record_id": f"r{number}", "account_id": one.account,
        "payer_id": one.payer, "product_id": one.product, "sku_id": one.sku, "usage_month": one.usage_month.number,
        "charge_start": _plain(one.at), "charge_end": _plain(one.at + timedelta(seconds=1)),
        "quantity_e6": one.figures[F.QUANTITY], "unit": "hour", "list_cost_e10": listed,
        "contracted_cost_e10": listed - one.figures[F.DISCOUNT], "billed_cost_e10": one.figures[F.PAYABLE],
        "currency": "CNY", "resource_id": one.instance or None, "region": "cn",
    }  # fmt: skip


def _order_values(one: Raw) -> dict[str, object]:
    assert one.spread is not None
    return {
        "payer_id": one.payer, "currency": "CNY", "account_id": one.account, "product_id": one.product,
        "kind": one.kind, "document": f"ord-{one.line}", "charged_at": _plain(one.at), "month": MONTH.number,
        "subscription": "sub-1", "line": one.line, "sku_id": one.sku, "resource_id": one.instance, "region": "cn",
        "quantity": one.figures[F.QUANTITY] // 10**6, "list_e10": one.figures[F.LIST],
        "discount_e10": one.figures[F.DISCOUNT], "coupon_e10": one.figures[F.COUPON],
        "round_down_e10": one.figures[F.ROUND_DOWN], "payable_e10": one.figures[F.PAYABLE],
        "starts_at": _plain(one.spread.start), "ends_at": _plain(one.spread.end),
    }  # fmt: skip


def _clock(at: datetime) -> str:
    return at.astimezone(ZoneInfo(ZONE)).isoformat(timespec="seconds")


def _plain(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


@settings(max_examples=40, deadline=None)
@given(raws())
def test_columns_give_the_rows_of_the_core(found: list[Raw]) -> None:
    charges = list(charges_of(found))
    cuts = [LISTS[view] for view in View] + [dimensions_of(View.AMORTISED, by) for by in BY] + list(BY.values())
    with laid_out(found) as engine:
        for dimensions in cuts:
            rows = engine.execute(columnar.view_sql(dimensions)).fetchall()
            wide = len(dimensions)
            actual = {row[:wide]: tuple(int(value) for value in row[wide + 1 :]) for row in rows}
            assert len(actual) == len(rows), "no two rows stand for the same"
            wanted = {row: tuple(sums.get(one, 0) for one in F) for row, sums in gathered(charges, dimensions).items()}
            assert actual == wanted, dimensions


@settings(max_examples=60, deadline=None)
@given(raws())
def test_every_view_has_the_same_totals(found: list[Raw]) -> None:
    charges = list(charges_of(found))
    totals = {
        view: [sum(row.get(one, 0) for row in gathered(charges, LISTS[view]).values()) for one in F] for view in View
    }
    assert all(total == totals[View.MONTH] for total in totals.values())


@pytest.mark.parametrize("view", list(View))
def test_what_is_filtered_is_a_part(view: View) -> None:
    figures = {F.LIST: 5, F.PAYABLE: 5, F.QUANTITY: 0, F.CHARGES: 1}
    whole = dict.fromkeys(F, 0) | figures
    found = [
        Raw("p1", account, "compute", "vm", "", "usage", START, MONTH, whole) for account in ("p1", "a1", "a2", "a2")
    ]
    with laid_out(found) as engine:
        engine.execute("create table wanted (dimension varchar, value varchar)")
        engine.execute("insert into wanted values ('account', 'a2'), ('account', 'p1'), ('kind', 'usage')")
        rows = engine.execute(columnar.view_sql(LISTS[view], only=(D.ACCOUNT, D.KIND))).fetchall()
    assert sum(row[-1] for row in rows) == 3
