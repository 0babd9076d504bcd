"""Running spend set exactly: by `rate`, and wherever what is known is not complete; and released by a close.

Works on what is in view on a connection of the bulk engine: `usage` and `charges` of one month and bucket. Does not
price (`usecases.rating`). Rules: SPEND-1, SPEND-5, SPEND-6 (`docs/rules/spend.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime

import duckdb

from partita.columnar import spend as spend_sql
from partita.core.period import Month
from partita.core.spend import Spend
from partita.store import hold as hold_store
from partita.store import service_control as control_store
from partita.store import spend as spend_store
from partita.store import usage as usage_store
from partita.store.service_control import ItemUse
from partita.store.spend import CounterRow
from partita.usecases.work import Books, Work

SpendKey = tuple[str, str, str, date, str]
"""Payer, account, product, day, currency."""


def recount(books: Books, engine: duckdb.DuckDBPyConnection, place: tuple[Month, int], sequence: int) -> None:
    """Set the running figures of a month and bucket from `usage` and `charges` in view, unless more came in meanwhile.

    What came meanwhile has moved the figures itself, and the next `rate` sets them exactly. A month that is frozen is
    left to its close.
    """
    month, bucket = place
    with books.work() as work:
        usage_store.lock_intake(work.tx)
        if month.number <= usage_store.frozen_through(work.tx):
            return
        if spend_store.last_files(work.tx, month.number).get(bucket) == sequence:
            work.touched.update(set_exactly(work, engine, place, sequence))


def set_exactly(work: Work, engine: duckdb.DuckDBPyConnection, place: tuple[Month, int], sequence: int) -> set[str]:
    """Set counters, running spend and holds of an open month in a bucket from `usage` and `charges` in view (SPEND-5).

    `sequence` is the last usage file in view; the caller holds the lock of the intake and knows that there is no later
    one. Returns the payers whose figures there are.
    """
    month, bucket = place
    lay_out_days(engine, "charges")
    rows = [Spend(*key, month, amount) for key, amount in sorted(sums(engine, "charges").items())]
    earlier = spend_store.payers_of(work.tx, month.number, bucket)
    spend_store.set_month(work.tx, month, bucket, rows)
    spend_store.move_counters(work.tx, month.number, counters(engine, "usage"), anew=True)
    payers = earlier | {one.payer_id for one in rows}
    hold_store.set_to(work.tx, spend_store.totals(work.tx, [month.number], payers=payers))
    control_store.use(work.tx, used(engine, "charges"))
    spend_store.reach(work.tx, month.number, {bucket: sequence})
    return payers


def sums(engine: duckdb.DuckDBPyConnection, charges: str) -> dict[SpendKey, int]:
    """Return what charges cost by day; after `lay_out_days`."""
    rows = engine.execute(spend_sql.SPEND.format(charges=charges)).fetchall()
    return {(payer, account, product, day, currency): int(e10) for payer, account, product, day, currency, e10 in rows}


def used(engine: duckdb.DuckDBPyConnection, charges: str) -> list[ItemUse]:
    """Return the last use of each product among charges."""
    rows = engine.execute(spend_sql.LAST_USED.format(charges=charges)).fetchall()
    return [
        ItemUse(account, product, payer, currency, start.replace(tzinfo=UTC))
        for account, product, payer, currency, start in rows
    ]


def counters(engine: duckdb.DuckDBPyConnection, usage: str) -> list[CounterRow]:
    """Return what usage adds to the counters."""
    rows = engine.execute(spend_sql.COUNTERS.format(usage=usage)).fetchall()
    return [CounterRow(payer, sku, account, int(quantity)) for payer, sku, account, quantity in rows]


def lay_out_days(engine: duckdb.DuckDBPyConnection, charges: str) -> None:
    """Lay out the days of all zones that charges fall into."""
    row = engine.execute(f"select min(charge_start), max(charge_start) from {charges}").fetchone()
    assert row is not None, "an aggregate without groups gives one row"
    first, last = row if row[0] is not None else (_ANY_DAY, _ANY_DAY)
    zones = [zone for (zone,) in engine.execute("select distinct zone from accounts").fetchall()]
    engine.register("arriving", spend_sql.day_spans(zones, first, last))
    engine.execute("create or replace temp table day_spans as from arriving")
    engine.unregister("arriving")


_ANY_DAY = datetime(2000, 1, 2)  # noqa: DTZ001 - tables of the bulk engine are UTC by contract


def held(rows: Iterable[Spend]) -> dict[tuple[str, int, str], int]:
    """Return what spend holds, by payer, billing month and currency."""
    amounts: dict[tuple[str, int, str], int] = {}
    for one in rows:
        key = (one.payer_id, one.billed_in.number, one.currency)
        amounts[key] = amounts.get(key, 0) + one.amount_e10
    return amounts


def release(work: Work, payers: Collection[str], month: int) -> None:
    """Release what a close of this month has billed, in the transaction that posts the bills (SPEND-6).

    What came in after the month was frozen is held for the month after, so it stays. What follows for the payers'
    service is decided in the same transaction.
    """
    hold_store.release(work.tx, payers, month)
    work.touched.update(payers)
