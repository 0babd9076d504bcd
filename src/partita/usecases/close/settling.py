"""Settling in a close: the bills of a bucket are paid from their payers' funds, all at once, and posted.

Owns how facts, the columnar statement and the ledger come together. `verify` and the story of a bill line lay the
draws against the lines again through the same functions (`lay_draws`). Does not own the order of funds nor which
source may pay what (`core.settlement`, `columnar.settlement`). Rules: SETTLE-1 … SETTLE-9.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb
import pyarrow as pa

from partita.columnar import settlement as settlement_sql
from partita.columnar.tables import CHARGE
from partita.core import posting_rules
from partita.core.funds import Fund
from partita.core.ids import derived_id
from partita.core.ledger import Draft
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.core.settlement import SAME_MONTH, Draw
from partita.store import bill as bill_store
from partita.store import charge as charge_store
from partita.store import clearing as clearing_store
from partita.store import ledger as ledger_store
from partita.store import org as org_store
from partita.store import settlement as settlement_store
from partita.store.bill import CloseRun, DrawRow
from partita.store.db import Transaction
from partita.store.files import FileRoom
from partita.store.settlement import Of
from partita.usecases.rating import show_files
from partita.usecases.work import Work


def settle_bucket(work: Work, room: FileRoom, engine: duckdb.DuckDBPyConnection, run: CloseRun, bucket: int) -> None:
    """Draw what the bills of a bucket ask, post it, keep the draws (SETTLE-1 … SETTLE-8).

    The caller has locked the payers, so what is read of their funds stays true until the transaction ends. The money
    of payers who switched automatic clearing off stays where it is (CLEAR-6).
    """
    payers = bill_store.payers(work.tx, month=run.month, bucket=bucket)
    kept_back = frozenset(clearing_store.switched_off(work.tx, payers, run.closed_at))
    of = replace(bills_of(work.tx, run, bucket), kept_back=kept_back)
    with engine.cursor() as connection:
        settlement_sql.lay_out(connection, settlement_store.to_settle(work.tx, of))
        cut_by_tags(work.tx, room, connection, of)
        connection.execute(f"create or replace temp table paid_parts as {settlement_sql.parts_sql()}")
        drawn = connection.execute(
            "select b.payer_id, b.currency, p.bill_id, p.fund, p.source_id, sum(p.amount_minor)::BIGINT "
            "from paid_parts p join bills b on b.bill_id = p.bill_id "
            "group by b.payer_id, b.currency, p.bill_id, p.turn, p.fund, p.source_id order by p.bill_id, p.turn"
        ).fetchall()
        _keep_sellers(work, connection, run)
    drafts, draws = _posted(run, _within_owed(work, payers, drawn))
    posted = ledger_store.append(work.tx, drafts, recorded_at=work.now)
    assert not isinstance(posted, Refused), f"a close settles what it planned: {posted}"
    bill_store.save_draws(work.tx, draws, recorded_at=work.now)


def _within_owed(work: Work, payers: Collection[str], drawn: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the draws without the money that a credit saves (CLEAR-3): the last of each payer give less.

    What is owed is what stands on the receivable; vouchers and cards, which pay in the close alone, pay all they may.
    """
    owed = clearing_store.owing(work.tx, payers)
    asked: dict[tuple[str, str], int] = {}
    for payer, currency, *_, amount in drawn:
        asked[payer, currency] = asked.get((payer, currency), 0) + amount
    spared = {place: amount - owed.get(place, 0) for place, amount in asked.items() if amount > owed.get(place, 0)}
    if not spared:
        return drawn
    kept: list[tuple[Any, ...]] = []
    for *place, fund, source, amount in reversed(drawn):
        key = (place[0], place[1])
        less = 0 if Fund(fund) in SAME_MONTH else min(amount, spared.get(key, 0))
        spared[key] = spared.get(key, 0) - less
        kept += [(*place, fund, source, amount - less)] if amount > less else []
    return kept[::-1]


def _keep_sellers(work: Work, engine: duckdb.DuckDBPyConnection, run: CloseRun) -> None:
    """Keep whose lines vouchers and cards paid, where a bill has several sellers: money pays the rest (CLEAR-5)."""
    sellers = clearing_store.market_products(work.tx, run.closed_at)
    if not sellers:
        return
    show_sellers(engine, sellers)
    rows = engine.execute(
        f"select b.payer_id, s.* from ({settlement_sql.sellers_sql()}) s join bills b on b.bill_id = s.bill_id "
        "order by s.bill_id, s.place"
    ).fetchall()
    settlement_store.save_sellers(work.tx, rows, recorded_at=work.now)


def show_sellers(engine: duckdb.DuckDBPyConnection, sellers: Mapping[str, str]) -> None:
    """Lay out who sells the products of the marketplace, as `columnar.settlement.sellers_sql` reads it."""
    engine.register("arriving", pa.table({"product_id": list(sellers), "seller": list(sellers.values())}))
    engine.execute("create or replace temp table sellers as from arriving")
    engine.unregister("arriving")


def lay_draws(tx: Transaction, room: FileRoom, engine: duckdb.DuckDBPyConnection, of: Of) -> None:
    """Lay the draws of bills out as sources, so that `columnar.settlement.parts_sql` says which lines they paid.

    All lines of one bill; of many bills only the lines of those that vouchers paid.
    """
    of = replace(of, lines="all" if of.bill_id else "drawn")
    settlement_sql.lay_out(engine, settlement_store.settled(tx, of))
    cut_by_tags(tx, room, engine, of)


def cut_by_tags(tx: Transaction, room: FileRoom, engine: duckdb.DuckDBPyConnection, of: Of) -> None:
    """Cut the lines of payers whose vouchers ask for tags into parts, by the tags of their charges (VOUCHER-2)."""
    wishes = settlement_store.wishes(tx, of)
    if not wishes.num_rows:
        return
    files = [one for one in charge_store.counting(tx, of.month) if one.stage == "final" and one.bucket == of.bucket]
    show_files(engine, "charges", CHARGE, [str(room.path(one.path)) for one in files])
    settlement_sql.cut(engine, wishes, settlement_store.line_numbers(tx, of))


def bills_of(tx: Transaction, run: CloseRun, bucket: int, bill_id: str | None = None) -> Of:
    """Name the bills of a run and bucket, or one of them, with the month's period in each zone."""
    month = Month.from_number(run.month)
    periods = {zone: month.period(zone) for zone in org_store.zones(tx)}
    return Of(run.month, bucket, periods, run.closed_at, bill_id)


def _posted(run: CloseRun, drawn: list[tuple[Any, ...]]) -> tuple[list[Draft], list[DrawRow]]:
    """Return the entries that pay bills, and the draws that they hold; `drawn` is in order of bill and turn."""
    drafts: list[Draft] = []
    rows: list[DrawRow] = []
    month = Month.from_number(run.month)
    for (payer, currency, bill_id), draws in _by_bill(drawn):
        draft = posting_rules.settled(
            payer_id=payer, bill_id=bill_id, month=month, currency=currency, draws=draws, effective_at=run.closed_at
        )
        drafts.append(draft)
        entry = derived_id("ent", payer, draft.idempotency_key)
        rows += [
            DrawRow(payer, bill_id, line, draw.fund.value, draw.source_id, draw.amount, entry)
            for line, draw in enumerate(draws, 1)
        ]
    return drafts, rows


def _by_bill(drawn: list[tuple[Any, ...]]) -> Iterator[tuple[tuple[str, str, str], list[Draw]]]:
    for key, rows in groupby(drawn, key=itemgetter(0, 1, 2)):
        yield key, [Draw(Fund(fund), source, amount) for *_, fund, source, amount in rows]
