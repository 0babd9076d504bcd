"""Views of a month bill: read the charges of usage, adjustments and orders together, five ways or as one likes.

Owns how charge files, orders and look-ups come together in the bulk engine for one month; exports, custom bills and
`verify` read through the same functions. Does not own the rows (`columnar.bill_view`) nor what an open month would bill
(`proforma`). Rules: VIEW-1 … VIEW-7 (`docs/rules/bill_view.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import duckdb
import pyarrow as pa

from partita.columnar import bill_view as view_sql
from partita.columnar.tables import CHARGE
from partita.core.bill import CLOSE_STATES, bill_id
from partita.core.bill_view import Dimension, Figure, State, state_of
from partita.core.charge import OWN
from partita.core.ids import bucket_of
from partita.core.money import minor_scale_e10
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.settlement import WATERFALL
from partita.core.unsubscribe import CREDIT
from partita.store import adjustment as adjustment_store
from partita.store import bill as bill_store
from partita.store import bill_view as view_store
from partita.store import catalog as catalog_store
from partita.store import charge as charge_store
from partita.store import org as org_store
from partita.store import usage as usage_store
from partita.store.org import table_of
from partita.usecases.permission import Sight, authorise, sight
from partita.usecases.proforma import bill_now, plan_now
from partita.usecases.rating import show_files
from partita.usecases.work import Books, Work

Key = tuple[str, str]
"""A payer and a currency."""

Place = tuple[duckdb.DuckDBPyConnection, Path]
"""A connection of the bulk engine, and a folder for what is written on the way."""

_BILLED = CLOSE_STATES.index("billed")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose bill of which month; `payer_id` None = of all payers that the actor may see."""

    month: Month
    payer_id: str | None = None
    action: Action = Action.VIEW_BILLS


@dataclass(frozen=True, slots=True)
class Reading:
    """The charges of a month laid out on a connection of the bulk engine: `columnar.bill_view` reads them.

    `payers` None = all. `states`: how far the close of each bucket has come; of a bucket that is not there it is open.
    `totals`: exact sum in `_e10` by payer and currency. `passed_over`: a later month is closed and this one had nothing
    to close, so only orders stand in it. `left_out`: members that the actor may not see.
    """

    engine: duckdb.DuckDBPyConnection
    month: Month
    payers: frozenset[str] | None
    buckets: int
    states: Mapping[int, str]
    totals: Mapping[Key, int]
    charges: int
    passed_over: bool = False
    left_out: Mapping[str, Refused] = field(default_factory=dict)

    def is_final(self, payer_id: str) -> bool:
        """Say whether the charges of a payer are final: its bucket has been billed."""
        state = self.states.get(bucket_of(payer_id, self.buckets), CLOSE_STATES[0])
        return self.passed_over or CLOSE_STATES.index(state) >= _BILLED

    def is_posted(self, payer_id: str) -> bool:
        """Say whether the bill of a payer has been asked of its funds."""
        state = self.states.get(bucket_of(payer_id, self.buckets), CLOSE_STATES[0])
        return self.passed_over or CLOSE_STATES.index(state) > _BILLED


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a view as a table: a text column for each dimension, `currency`, and the figures as integers."""

    dimensions: tuple[Dimension, ...]
    table: pa.Table
    month: Month
    provisional: bool
    totals: Mapping[Key, int]
    left_out: Mapping[str, Refused] = field(default_factory=dict)

    @property
    def sums(self) -> dict[str, int]:
        """The exact total by currency in `_e10`, from the charges themselves."""
        found: dict[str, int] = {}
        for (_, currency), amount in self.totals.items():
            found[currency] = found.get(currency, 0) + amount
        return found


@dataclass(frozen=True, slots=True)
class MonthBill:
    """The month bill of a payer in one currency: how it stands, its figures, and who paid (VIEW-3, VIEW-5).

    `figures`: exact amounts in `_e10`. `paid`: minor units by fund; `set_off_minor`: by credits of other bills.
    """

    payer_id: str
    month: Month
    currency: str
    bill_id: str
    state: State
    figures: Mapping[Figure, int]
    paid: Mapping[str, int]
    set_off_minor: int
    outstanding_minor: int

    @property
    def unsettled_minor(self) -> int:
        """What of an open month nothing has settled yet: its bill does when the month closes."""
        paid = sum(amount for fund, amount in self.paid.items() if fund != CREDIT)
        return self.payable_minor - paid - self.set_off_minor - self.outstanding_minor

    @property
    def payable_minor(self) -> int:
        """What is payable, in minor units: every bill and order is rounded down to them."""
        return self.figures[Figure.PAYABLE] // minor_scale_e10(self.currency)


def view(
    books: Books, asked: Asked, dimensions: Sequence[Dimension], wanted: Mapping[Dimension, Sequence[str]] | None = None
) -> Rows | Refused:
    """Return the rows of a bill summed up by these dimensions, of those charges that have the wanted values (VIEW-2).

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, NO_PRICE_IN_FORCE, NOTHING_CHARGED.
    """
    with read(books, asked) as reading:
        if isinstance(reading, Refused):
            return reading
        table = rows_of(reading, dimensions, wanted or {})
        totals = _sums_of(table) if wanted else dict(reading.totals)
        return Rows(tuple(dimensions), table, asked.month, is_provisional(reading), totals, reading.left_out)


def _sums_of(table: pa.Table) -> dict[Key, int]:
    """Return what the rows of a part of a bill add up to, by currency: its total is that of the part (CUSTOM-1)."""
    amount = view_sql.column(Figure.PAYABLE)
    summed = table.group_by("currency").aggregate([(amount, "sum")]).to_pylist()
    return {("", row["currency"]): int(row[f"{amount}_sum"]) for row in summed}


def rows_of(reading: Reading, dimensions: Sequence[Dimension], wanted: Mapping[Dimension, Sequence[str]]) -> pa.Table:
    """Return the rows of a view over charges that are laid out."""
    table: pa.Table = reading.engine.sql(prepared(reading, dimensions, wanted)).to_arrow_table()
    return table


def prepared(reading: Reading, dimensions: Sequence[Dimension], wanted: Mapping[Dimension, Sequence[str]]) -> str:
    """Lay out the wanted values, and return the statement of the rows."""
    pairs = [(one.word, value) for one, values in wanted.items() for value in values]
    _put(reading.engine, "wanted", table_of({"dimension": "VARCHAR", "value": "VARCHAR"}, pairs))
    return view_sql.view_sql(dimensions, only=tuple(wanted))


def is_provisional(reading: Reading) -> bool:
    """Say whether any charge in it may still change: the month is open."""
    return any(not reading.is_final(payer) for payer, _ in reading.totals)


def month_bills(books: Books, asked: Asked) -> list[MonthBill] | Refused:
    """Return the month bill of each payer and currency: state, figures, who paid (VIEW-5). Refused as `view`."""
    with read(books, asked) as reading:
        if isinstance(reading, Refused):
            return reading
        table = rows_of(reading, (Dimension.PAYER,), {})
        with books.work() as work:
            return _with_payments(work, reading, table)


def _with_payments(work: Work, reading: Reading, table: pa.Table) -> list[MonthBill]:
    month, payers = reading.month, None if reading.payers is None else reading.payers
    drawn = view_store.drawn(work.tx, month.number, payers)
    set_off = view_store.set_off(work.tx, month.number, payers)
    credit = view_store.on_credit(work.tx, month.number, payers)
    found = []
    for row in table.to_pylist():
        key = (row["payer"], row["currency"])
        on_credit = credit.get(key, 0)
        off, left = set_off.get(key, (0, 0))
        paid = {fund: amount for fund, amount in sorted(drawn.get(key, {}).items(), key=_turn) if amount}
        found.append(
            MonthBill(
                payer_id=key[0],
                month=month,
                currency=key[1],
                bill_id=bill_id(key[0], month, key[1]),
                state=state_of(
                    closed=reading.is_final(key[0]), posted=reading.is_posted(key[0]), outstanding=left + on_credit
                ),
                figures={one: int(row[view_sql.column(one)]) for one in Figure},
                paid=paid,
                set_off_minor=off,
                outstanding_minor=left + on_credit,
            )
        )
    return found


@contextmanager
def read(books: Books, asked: Asked) -> Iterator[Reading | Refused]:
    """Lay the charges of a month out on a connection of the bulk engine, as long as the caller reads them.

    Of a bucket whose bills are made these are its final charges; of another, what its close would charge now (VIEW-7).
    """
    with books.work() as work:
        seen = _seen(work, asked)
    if isinstance(seen, Refused):
        yield seen
        return
    with books.engine() as engine, books.room.incoming() as folder:
        yield _laid_out(books, asked, (engine, folder), seen)


def _seen(work: Work, asked: Asked) -> Sight | Refused:
    if asked.payer_id is None:
        return sight(work, asked.action)
    allowed = authorise(work, asked.action, asked.payer_id)
    if isinstance(allowed, Refused):
        return allowed
    if asked.payer_id not in org_store.accounts_of(work.tx):
        return refused(Reason.UNKNOWN_ACCOUNT, account=asked.payer_id)
    return Sight.of(asked.payer_id)


def _laid_out(books: Books, asked: Asked, place: Place, seen: Sight) -> Reading | Refused:
    engine, folder = place
    payers = None if seen.everything else frozenset(seen.accounts)
    with books.work() as work:
        buckets = org_store.bucket_count(work.tx)
        states = bill_store.states(work.tx, asked.month.number)
        wanted = sorted({bucket_of(payer, buckets) for payer in payers}) if payers is not None else range(buckets)
        final = [one for one in wanted if CLOSE_STATES.index(states.get(one, CLOSE_STATES[0])) >= _BILLED]
        paths = [
            str(books.room.path(one.path))
            for one in charge_store.counting(work.tx, asked.month.number)
            if one.stage == "final" and one.origin == OWN and one.bucket in final
        ]
        orders = view_store.order_charges(work.tx, asked.month.number, payers)
        notes = sorted(adjustment_store.reasons(work.tx, asked.month.number, payers).items())
        passed_over = not states and asked.month.number < usage_store.frozen_through(work.tx)
    running = [] if passed_over else [one for one in wanted if one not in final]
    made = _running(books, asked.month, running, (engine, folder))
    if isinstance(made, Refused):
        return made
    _show(engine, [*paths, *made], payers)
    _put(engine, "order_charges", orders)
    _put(engine, "notes", table_of(view_sql.NOTES, notes))
    engine.execute(f"set variable billing_month = {asked.month.number}")
    engine.execute(view_sql.CHARGES)
    totals = engine.execute(view_sql.TOTALS).fetchall()
    if not totals and not seen.everything:
        payer = asked.payer_id or next(iter(sorted(seen.accounts)), "")
        return refused(Reason.NOTHING_CHARGED, payer=payer, month=asked.month)
    with books.work() as work:
        _look_up(work, engine, asked.month, {(payer, currency) for payer, currency, *_ in totals})
    return Reading(
        engine,
        asked.month,
        payers,
        buckets,
        states,
        {(payer, currency): int(amount) for payer, currency, amount, _ in totals},
        sum(count for *_, count in totals),
        passed_over,
        seen.left_out,
    )


def _running(books: Books, month: Month, buckets: Sequence[int], place: Place) -> list[str] | Refused:
    """Write what the close of these buckets would charge now; return the files."""
    if not buckets:
        return []
    (engine, folder), plan = place, plan_now(books, month)
    made: list[str] = []
    for bucket in buckets:
        own = folder / f"{bucket:04d}"
        own.mkdir()
        done = bill_now(plan, bucket, engine, own)
        if isinstance(done, Refused):
            return done
        made += [str(path) for path in done[0]]
    return made


def _show(engine: duckdb.DuckDBPyConnection, paths: Sequence[str], payers: frozenset[str] | None) -> None:
    show_files(engine, "every_charge", CHARGE, paths)
    _put(engine, "seen", table_of({"payer_id": "VARCHAR"}, [(one,) for one in sorted(payers or ())]))
    only = " where payer_id in (select payer_id from seen)" if payers is not None else ""
    if payers is not None and len(payers) == 1:
        only = f" where payer_id = '{next(iter(payers)).replace(chr(39), chr(39) * 2)}'"
    engine.execute(f"create or replace temp view charges as from every_charge{only}")


def _look_up(work: Work, engine: duckdb.DuckDBPyConnection, month: Month, keys: set[Key]) -> None:
    """Lay out what stands beside the charges: names, places, calendars, and the bill of each payer."""
    closed = {one.bill_id: one.closed_at for one in bill_store.bills(work.tx, month=month.number)}
    bills = []
    for payer, currency in sorted(keys):
        name = bill_id(payer, month, currency)
        at = closed.get(name)
        bills.append((payer, currency, name, at.astimezone(UTC).replace(tzinfo=None) if at else None))
    _put(engine, "bills", table_of(view_sql.BILLS, bills))
    _put(engine, "accounts", org_store.accounts_table(work.tx))
    _put(engine, "placements", org_store.placements_table(work.tx))
    _put(engine, "products", catalog_store.products_table(work.tx))
    _put(engine, "sku_names", catalog_store.sku_names_table(work.tx))
    engine.execute(view_sql.ACCOUNT_NAMES)
    ((first, last),) = engine.execute("select min(starts_at), max(ends_at) from order_charges").fetchall()
    start = Month(first.year, first.month).previous() if first else month
    end = Month(last.year, last.month).next() if last else month
    _put(engine, "months", org_store.months_table(org_store.zones(work.tx), start, end))


def _put(engine: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    engine.register("arriving", table)
    engine.execute(f"create or replace temp table {name} as from arriving")
    engine.unregister("arriving")


_TURNS = {fund.value: place for place, fund in enumerate(WATERFALL)}


def _turn(paid: tuple[str, int]) -> int:
    """Return the place of a fund in the order of the waterfall (SETTLE-1); credit comes last."""
    return _TURNS.get(paid[0], len(_TURNS))
