"""Bills and the close in PostgreSQL: runs, steps, bills, lines, draws.

Owns the SQL of `close_run`, `close_step`, `bill`, `bill_line`, `bill_product` and `draw`. Rows are only ever added.
Rules: BILL-4, BILL-5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from psycopg.rows import class_row

from partita.core.bill import CLOSE_STATES, Bill
from partita.core.ledger import instant_text
from partita.core.money import minor_scale_e10
from partita.store import rows as rows_store
from partita.store.db import Transaction

_CLOSE_LOCK = 0x7061_7274_0002
"""One close at a time; the lock goes with the connection, so a killed close never blocks the next."""
POSTED = CLOSE_STATES.index("posted")
"""The step from which on the bills of a bucket are on their payers' receivables."""


@dataclass(frozen=True, slots=True)
class CloseRun:
    """A month frozen: usage up to `usage_through` counts, and every row of the close carries `closed_at`."""

    month: int
    usage_through: int
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill as it is shown and posted. Sums are exact `_e10`, the payable is minor units."""

    payer_id: str
    month: int
    currency: str
    bill_id: str
    bucket: int
    list_cost_e10: int
    contracted_cost_e10: int
    billed_cost_e10: int
    round_down_e10: int
    payable_minor: int
    charges: int
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class BillLineRow:
    """One line of a bill: the charges of an account, SKU and usage month."""

    line: int
    kind: str
    account_id: str
    product_id: str
    sku_id: str
    usage_month: int
    unit: str
    charges: int
    quantity_e6: int
    list_cost_e10: int
    contracted_cost_e10: int
    billed_cost_e10: int


@dataclass(frozen=True, slots=True)
class DrawRow:
    """What a fund paid towards a bill."""

    payer_id: str
    bill_id: str
    line: int
    fund: str
    source_id: str
    amount_minor: int
    entry_id: str


def try_close_lock(tx: Transaction) -> bool:
    """Take the lock of the close for this connection; False when another process has it."""
    row = tx.execute("select pg_try_advisory_lock(%s)", (_CLOSE_LOCK,)).fetchone()
    return row is not None and bool(row[0])


def release_close_lock(tx: Transaction) -> None:
    """Give the lock of the close back."""
    tx.execute("select pg_advisory_unlock(%s)", (_CLOSE_LOCK,))


def runs(tx: Transaction) -> list[CloseRun]:
    """Return every close begun, by month."""
    with tx.cursor(row_factory=class_row(CloseRun)) as cursor:
        return cursor.execute("select month, usage_through, closed_at from close_run order by month").fetchall()


def begin(tx: Transaction, run: CloseRun, buckets: int) -> None:
    """Freeze a month: record the run and the first state of each bucket."""
    tx.execute(
        "insert into close_run (month, usage_through, closed_at) values (%s, %s, %s)",
        (run.month, run.usage_through, run.closed_at),
    )
    for bucket in range(buckets):
        reach(tx, run, bucket, CLOSE_STATES[0])


def reach(tx: Transaction, run: CloseRun, bucket: int, state: str) -> None:
    """Record that a bucket reached a state; the row carries the instant of the run, so that a rerun writes the same."""
    tx.execute(
        "insert into close_step (month, bucket, step, state, recorded_at) values (%s, %s, %s, %s, %s)",
        (run.month, bucket, CLOSE_STATES.index(state), state, run.closed_at),
    )


def states(tx: Transaction, month: int) -> dict[int, str]:
    """Return the last state reached by each bucket of a month."""
    rows = tx.execute(
        "select distinct on (bucket) bucket, state from close_step where month = %s order by bucket, step desc",
        (month,),
    )
    return dict(rows.fetchall())


def closed_months(tx: Transaction) -> set[int]:
    """Return the months whose every bucket is closed."""
    rows = tx.execute(
        "select month from close_step group by month "
        "having count(distinct bucket) = count(distinct bucket) filter (where state = 'closed')"
    )
    return {month for (month,) in rows}


def save(tx: Transaction, run: CloseRun, bucket: int, bills: Sequence[Bill], lines: pa.Table) -> None:
    """Save the bills of a bucket with their lines (`columnar.bill.LINES` as Arrow, in bill order)."""
    sums = _sums_by_payer(lines)
    with tx.cursor() as cursor:
        cursor.executemany(
            "insert into bill (payer_id, month, currency, bill_id, bucket, list_cost_e10, contracted_cost_e10, "
            "billed_cost_e10, round_down_e10, payable_minor, minor_scale_e10, charges, closed_at) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [_bill_values(run, bucket, one, sums[one.payer_id, one.currency]) for one in bills],
        )
    by_key = {(one.payer_id, one.currency): one.bill_id for one in bills}
    rows_store.add(tx, f"bill_line ({', '.join(_LINE_COLUMNS)})", _line_values(lines, by_key))
    rows_store.add(tx, f"bill_product ({_PRODUCT_COLUMNS})", _product_values(lines, bills))


_LINE_COLUMNS = (
    "payer_id", "bill_id", "line", "kind", "account_id", "product_id", "sku_id", "usage_month", "unit", "charges",
    "quantity_e6", "list_cost_e10", "contracted_cost_e10", "billed_cost_e10",
)  # fmt: skip
_PRODUCT_COLUMNS = "payer_id, bill_id, product_id, billed_cost_e10, payable_minor"


def _sums_by_payer(lines: pa.Table) -> dict[tuple[str, str], tuple[int, int, int]]:
    sums: dict[tuple[str, str], tuple[int, int, int]] = {}
    names = ("payer_id", "currency", "list_cost_e10", "contracted_cost_e10", "charges")
    for payer, currency, listed, contracted, charges in _rows(lines, names):
        before = sums.get((payer, currency), (0, 0, 0))
        sums[payer, currency] = (before[0] + int(listed), before[1] + int(contracted), before[2] + charges)
    return sums


def _bill_values(run: CloseRun, bucket: int, one: Bill, sums: tuple[int, int, int]) -> tuple[object, ...]:
    return (
        one.payer_id, one.month.number, one.currency, one.bill_id, bucket, sums[0], sums[1], one.billed_cost_e10,
        one.round_down_e10, one.payable_minor, minor_scale_e10(one.currency), sums[2], run.closed_at,
    )  # fmt: skip


def _line_values(lines: pa.Table, bill_ids: dict[tuple[str, str], str]) -> Iterable[tuple[object, ...]]:
    number: dict[str, int] = {}
    for payer, currency, *rest in _rows(lines, ("payer_id", "currency", *_LINE_COLUMNS[3:])):
        bill = bill_ids[payer, currency]
        number[bill] = number.get(bill, 0) + 1
        yield (payer, bill, number[bill], *rest)


def _product_values(lines: pa.Table, bills: Sequence[Bill]) -> Iterable[tuple[object, ...]]:
    exact: dict[tuple[str, str, str], int] = {}
    for payer, currency, product, cost in _rows(lines, ("payer_id", "currency", "product_id", "billed_cost_e10")):
        exact[payer, currency, product] = exact.get((payer, currency, product), 0) + int(cost)
    for one in bills:
        for product, payable in sorted(one.products.items()):
            yield (one.payer_id, one.bill_id, product, exact[one.payer_id, one.currency, product], payable)


def _rows(table: pa.Table, names: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    return zip(*(table.column(name).to_pylist() for name in names), strict=True)


def save_draws(tx: Transaction, draws: Sequence[DrawRow], *, recorded_at: datetime) -> None:
    """Save what funds paid towards bills."""
    at = instant_text(recorded_at)
    rows_store.add(
        tx,
        "draw (payer_id, bill_id, line, fund, source_id, amount_minor, entry_id, recorded_at)",
        (
            (one.payer_id, one.bill_id, one.line, one.fund, one.source_id, one.amount_minor, one.entry_id, at)
            for one in draws
        ),
    )


def payers(tx: Transaction, *, month: int, bucket: int) -> list[str]:
    """Return the payers that have a bill of a month and bucket, sorted."""
    rows = tx.execute("select distinct payer_id from bill where month = %s and bucket = %s order by 1", (month, bucket))
    return [payer for (payer,) in rows]


_BILL_COLUMNS = (
    "payer_id, month, currency, bill_id, bucket, list_cost_e10::text, contracted_cost_e10::text, "
    "billed_cost_e10::text, round_down_e10::text, payable_minor, charges, closed_at"
)


def bills(tx: Transaction, *, month: int | None = None, payer_id: str | None = None,
          bucket: int | None = None) -> list[BillRow]:  # fmt: skip
    """Return bills by month, payer or bucket, in order of month, payer and currency."""
    rows = tx.execute(
        f"select {_BILL_COLUMNS} from bill where (%(month)s::integer is null or month = %(month)s) "
        "and (%(payer)s::text is null or payer_id = %(payer)s) "
        "and (%(bucket)s::integer is null or bucket = %(bucket)s) "
        "order by month, payer_id, currency",
        {"month": month, "payer": payer_id, "bucket": bucket},
    )
    return [BillRow(*row[:5], *(int(exact) for exact in row[5:9]), *row[9:]) for row in rows]


def bill_of(tx: Transaction, bill_id: str) -> BillRow | None:
    """Return a bill by its id."""
    row = tx.execute("select payer_id, month from bill where bill_id = %s", (bill_id,)).fetchone()
    if row is None:
        return None
    return next(one for one in bills(tx, month=row[1], payer_id=row[0]) if one.bill_id == bill_id)


def products_of(tx: Transaction, bill_id: str) -> dict[str, int]:
    """Return what each product of a bill asks, in minor units."""
    rows = tx.execute("select product_id, payable_minor from bill_product where bill_id = %s order by 1", (bill_id,))
    return dict(rows.fetchall())


def lines(tx: Transaction, bill_id: str) -> list[BillLineRow]:
    """Return the lines of a bill in bill order."""
    rows = tx.execute(
        "select line, kind, account_id, product_id, sku_id, usage_month, unit, charges, quantity_e6::text, "
        "list_cost_e10::text, contracted_cost_e10::text, billed_cost_e10::text from bill_line where bill_id = %s "
        "order by line",
        (bill_id,),
    )
    return [BillLineRow(*row[:8], *(int(exact) for exact in row[8:])) for row in rows]


def products(tx: Transaction, *, month: int, bucket: int) -> list[tuple[str, str, str, str, int]]:
    """Return (payer, bill, currency, product, payable in minor units) of a month and bucket, in posting order."""
    rows = tx.execute(
        "select b.payer_id, b.bill_id, b.currency, p.product_id, p.payable_minor from bill b "
        "join bill_product p on p.payer_id = b.payer_id and p.bill_id = b.bill_id "
        "where b.month = %s and b.bucket = %s order by b.payer_id, b.currency, p.product_id",
        (month, bucket),
    )
    return rows.fetchall()


def draws(tx: Transaction, bill_ids: Sequence[str]) -> list[DrawRow]:
    """Return the draws of bills, in the order they were made."""
    rows = tx.execute(
        "select payer_id, bill_id, line, fund, source_id, amount_minor, entry_id from draw where bill_id = any(%s) "
        "order by payer_id, bill_id, line",
        (list(bill_ids),),
    )
    return [DrawRow(*row) for row in rows]
