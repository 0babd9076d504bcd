"""Running spend set exactly: by `rate`, and wherever what is known is not complete; and released by a close.

Works on what is in view on a connection of the bulk engine: `usage` and `charges` of one month and bucket. Does not
price (`usecases.rating`). Rules: SPEND-1, SPEND-5, SPEND-6 (`docs/rules/spend.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date

import duckdb

from partita.columnar import spend as spend_sql
from partita.core.period import Month
from partita.core.spend import Spend
from partita.store import commitment as commitment_store
from partita.store import hold as hold_store
from partita.store import service_control as control_store
from partita.store import spend as spend_store
from partita.store import usage as usage_store
from partita.store.commitment import Taken
from partita.store.service_control import ItemUse
from partita.store.spend import CounterRow
from partita.usecases.spend.adjusted import with_adjustments
from partita.usecases.work import Books, Work

SpendKey = tuple[str, str, str, date, str]
"""Payer, account, product, day, currency."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What usage of a month and bucket comes to, through a usage file: its spend, its counters, its last uses.

    `taken`: what it took of packages and plans.
    """

    month: Month
    bucket: int
    sequence: int
    spend: list[Spend]
    counters: list[CounterRow]
    uses: list[ItemUse]
    taken: Sequence[Taken] = ()


def counted(
    engine: duckdb.DuckDBPyConnection, place: tuple[Month, int], sequence: int, taken: Sequence[Taken] = ()
) -> Counted:
    """Count what is in view: `usage` of a month and bucket through a usage file, and its `charges`."""
    month, bucket = place
    lay_out_days(engine, "charges")
    spend = [Spend(*key, month, amount) for key, amount in sorted(sums(engine, "charges").items())]
    return Counted(month, bucket, sequence, spend, counters(engine, "usage"), used(engine, "charges"), taken)


def recount(books: Books, anew: Counted) -> None:
    """Set the running figures of a month and bucket as they were counted, unless more came in meanwhile.

    What came meanwhile has moved the figures itself, and the next `rate` sets them exactly. A month that is frozen is
    left to its close.
    """
    with books.work() as work:
        usage_store.lock_intake(work.tx)
        if anew.month.number <= usage_store.frozen_through(work.tx):
            return
        if spend_store.last_files(work.tx, anew.month.number).get(anew.bucket, 0) == anew.sequence:
            work.touched.update(set_exactly(work, anew))


def set_exactly(work: Work, anew: Counted) -> set[str]:
    """Set counters, running spend and holds of an open month in a bucket as they were counted (SPEND-5).

    The caller holds the lock of the intake and knows that there is no later usage file. Returns the payers whose
    figures these are.
    """
    month = anew.month.number
    spend = with_adjustments(work.tx, anew.spend, (anew.month, anew.bucket))
    payers = spend_store.payers_of(work.tx, month, anew.bucket) | {one.payer_id for one in spend}
    spend_store.set_month(work.tx, anew.month, anew.bucket, spend)
    spend_store.move_counters(work.tx, month, anew.counters, anew=True)
    hold_store.set_to(work.tx, spend_store.totals(work.tx, [month], payers=payers))
    control_store.use(work.tx, anew.uses)
    commitment_store.set_running(work.tx, month, anew.bucket, anew.taken)
    if anew.sequence:
        spend_store.reach(work.tx, month, {anew.bucket: anew.sequence})
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
    first, last = row
    homes = engine.execute("select distinct zone from accounts").fetchall()
    zones = [] if first is None else [zone for (zone,) in homes]
    engine.register("arriving", spend_sql.day_spans(zones, first or spend_sql.BEFORE_ALL, last or spend_sql.BEFORE_ALL))
    engine.execute("create or replace temp table day_spans as from arriving")
    engine.unregister("arriving")


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
