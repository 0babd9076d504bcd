"""The story of one bill line, from usage to money: nothing in it is kept, everything is found again in the books.

Usage files and records → price versions and discounts → four costs → share of the payable and of what rounding
dropped → draws that paid it → journal entries with their hashes. Does not own any of these. Rules: BILL-7, SETTLE-9.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import duckdb

from partita.columnar import bill as bill_sql
from partita.columnar import settlement as settlement_sql
from partita.columnar.tables import CHARGE
from partita.core.adjustment import LINE_KIND
from partita.core.catalog import PriceVersion
from partita.core.charge import Costs
from partita.core.clearing import CreditKind
from partita.core.discount import Charged, Discount, DiscountShare, stack
from partita.core.ledger import Entry
from partita.core.money import minor_scale_e10
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.settlement import Line, dues_of, shares_of, taken_up
from partita.formats.quoting import literal
from partita.store import bill as bill_store
from partita.store import catalog as catalog_store
from partita.store import charge as charge_store
from partita.store import clearing as clearing_store
from partita.store import discount as discount_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import usage as usage_store
from partita.store.bill import BillLineRow, BillRow, CloseRun, DrawRow
from partita.store.clearing import OffsetRow
from partita.usecases.close.settling import bills_of, lay_draws
from partita.usecases.permission import authorise
from partita.usecases.rating import show_files
from partita.usecases.work import Books, Work

SAMPLES = 5
"""How many records a story shows."""


@dataclass(frozen=True, slots=True)
class UsageFrom:
    """A file of usage with records of the line: where it lies, from which batch and file it came, its SHA-256."""

    path: str
    batch_id: str
    file_name: str
    digest: bytes
    records: int
    quantity_e6: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One charge of the line; prices and costs are `_e10`."""

    record_id: str
    charge_start: datetime
    charge_end: datetime
    quantity_e6: int
    price_id: str
    list_unit_price_e10: int | None
    contracted_unit_price_e10: int | None
    costs: Costs
    resource_id: str | None
    region: str | None
    tags: str | None


@dataclass(frozen=True, slots=True)
class PricedBy:
    """A price version that rated some of the line's charges, and what they came to."""

    price: PriceVersion
    charges: int
    quantity_e6: int
    list_cost_e10: int
    contracted_cost_e10: int


@dataclass(frozen=True, slots=True)
class Discounted:
    """The discounts that applied from an instant on; none where nothing was taken off."""

    since: datetime
    applied: tuple[Discount, ...]


@dataclass(frozen=True, slots=True)
class Paid:
    """What a source paid of the line, in minor units, and the entries that say so.

    `fund`: a fund's name, or that of a credit (`core.clearing.CreditKind`); a bill below zero has an entry a product.
    """

    fund: str
    source_id: str
    amount_minor: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class LineStory:
    """The whole story of a line.

    `zone` is that of its payer. `share_minor` is its part of the payable; `credit_minor` is what credits of the bill
    took off it, or, of a line below zero, minus what it took off others; `given_minor` is what it paid of other bills.
    `paid` and `outstanding_minor` add up to what is left.
    """

    bill: BillRow
    line: BillLineRow
    zone: str
    files: list[UsageFrom]
    records: int
    samples: list[Sample]
    prices: list[PricedBy]
    discounts: list[Discounted]
    costs: Costs
    share_minor: int
    credit_minor: int
    given_minor: int
    billed_by: Entry | None
    paid: list[Paid]

    @property
    def round_down_e10(self) -> int:
        """The line's part of what was rounded down (or up, where it got an odd unit): cost less share."""
        return self.line.billed_cost_e10 - self.share_minor * minor_scale_e10(self.bill.currency)

    @property
    def outstanding_minor(self) -> int:
        """What no source has paid of it; below zero: a credit that neither a line nor another bill has taken up."""
        return self.share_minor - self.credit_minor + self.given_minor - sum(one.amount_minor for one in self.paid)


def explain(books: Books, bill_id: str, line: int) -> LineStory | Refused:
    """Tell the story of one line of a bill. Refused in this order: UNKNOWN_BILL, NOT_PERMITTED, NO_BILL_LINE."""
    with books.work() as work, _engine(books) as engine:
        bill = bill_store.bill_of(work.tx, bill_id)
        if bill is None:
            return refused(Reason.UNKNOWN_BILL, bill=bill_id)
        if isinstance(no := authorise(work, Action.VIEW_BILLS, bill.payer_id), Refused):
            return no
        lines = bill_store.lines(work.tx, bill_id)
        found = next((one for one in lines if one.line == line), None)
        if found is None:
            month = f"{bill.month // 100}-{bill.month % 100:02d}"
            return refused(
                Reason.NO_BILL_LINE, bill=bill_id, line=line, lines=len(lines), payer=bill.payer_id, month=month
            )
        return _story(books, work, engine, (bill, found, lines))


def paid_parts(books: Books, bill: BillRow) -> list[tuple[str, str, int, int]]:
    """Return (fund, source, line, minor units) of what each source paid of each line of a bill, in order (SETTLE-9)."""
    with books.work() as work, _engine(books) as engine:
        return [part[1:] for part in _parts(books, work, engine, bill)]


def _story(
    books: Books, work: Work, engine: duckdb.DuckDBPyConnection, of: tuple[BillRow, BillLineRow, Sequence[BillLineRow]]
) -> LineStory:
    bill, line, lines = of
    run = next(one for one in bill_store.runs(work.tx) if one.month == bill.month)
    _show_charges(books, work, engine, bill, line)
    versions = {one.price_id: one for one in catalog_store.prices_of(work.tx).values()}
    priced = engine.execute(bill_sql.PRICED_BY).fetchall()
    files = _files(books, work, engine, (run, bill, line))
    share, credit, given = _share(work, bill, lines, line.line)
    holder = funds_store.holder(work.tx, bill.payer_id, work.now)
    assert holder is not None, "who is billed is an account"
    (costs,) = engine.execute(bill_sql.COSTS).fetchall()
    return LineStory(
        bill=bill,
        line=line,
        zone=holder.zone,
        files=files,
        records=sum(one.records for one in files),
        samples=[_sample(row) for row in engine.execute(bill_sql.SAMPLES, [SAMPLES]).fetchall()],
        prices=[PricedBy(versions[row[0]], row[1], *map(int, row[2:5])) for row in priced if row[0] in versions],
        discounts=_discounts(work, bill, line, (min(row[5] for row in priced), max(row[6] for row in priced))),
        costs=Costs(*map(int, costs)),
        share_minor=share,
        credit_minor=credit,
        given_minor=given,
        billed_by=ledger_store.entry_by_key(work.tx, bill.payer_id, f"billed:{bill.bill_id}:{line.product_id}"),
        paid=_paid(books, work, engine, bill, line.line),
    )


@contextmanager
def _engine(books: Books) -> Iterator[duckdb.DuckDBPyConnection]:
    engine = books.engine()
    try:
        yield engine
    finally:
        engine.close()


def _show_charges(
    books: Books, work: Work, engine: duckdb.DuckDBPyConnection, bill: BillRow, line: BillLineRow
) -> None:
    counting = charge_store.counting(work.tx, bill.month)
    finals = [one for one in counting if one.stage == "final" and one.bucket == bill.bucket]
    show_files(engine, "charges", CHARGE, [str(books.room.path(one.path)) for one in finals])
    key = [bill.payer_id, bill.currency, line.account_id, line.product_id, line.sku_id, line.usage_month, line.unit]
    engine.execute(f"create or replace temp table of_line as {bill_sql.OF_LINE}", [*key, line.kind])


def _files(
    books: Books, work: Work, engine: duckdb.DuckDBPyConnection, of: tuple[CloseRun, BillRow, BillLineRow]
) -> list[UsageFrom]:
    run, bill, line = of
    through = usage_store.files(work.tx, month=line.usage_month, through=run.usage_through)
    known = {str(books.room.path(one.path)): one for one in through if one.bucket == bill.bucket}
    if not known:
        return []  # the fees of a plan are charged without usage
    batches = {one.batch_id: one.file_name for one in usage_store.batches(work.tx)}
    names = ", ".join(literal(path) for path in known)
    engine.execute(
        "create or replace temp view usage_by_file as select account_id, record_id, quantity_e6, filename as path "
        f"from read_parquet([{names}], filename=true) where account_id = {literal(line.account_id)}"
    )
    rows = engine.execute(bill_sql.USAGE_OF_LINE).fetchall()
    return [
        UsageFrom(known[path].path, known[path].batch_id, batches[known[path].batch_id], known[path].digest, records,
                  int(quantity))
        for path, records, quantity in rows
    ]  # fmt: skip


def _share(work: Work, bill: BillRow, lines: Sequence[BillLineRow], number: int) -> tuple[int, int, int]:
    """Return the line's share of the payable, what the bill's credits took off it, and what it gave to other bills.

    Rules: SETTLE-6, SETTLE-7, CLEAR-3.
    """
    products = bill_store.products_of(work.tx, bill.bill_id)
    facts = [Line(one.line, one.account_id, one.product_id, one.billed_cost_e10) for one in lines]
    scale = minor_scale_e10(bill.currency)
    shares = shares_of(products, facts, scale)
    share = next(one.amount for one in shares if one.line.line == number)
    if share < 0:
        given = sum(one.amount_minor for one in clearing_store.given(work.tx, [bill.bill_id]))
        within, outside = taken_up(shares, given)[number]
        return share, -within, outside
    due = next((one.amount for one in dues_of(products, facts, scale) if one.line.line == number), 0)
    return share, share - due, 0


def _discounts(work: Work, bill: BillRow, line: BillLineRow, span: tuple[datetime, datetime]) -> list[Discounted]:
    """Return which discounts applied to the line's charges, from its first to its last, where that changes."""
    if line.kind == LINE_KIND:
        return []  # an adjustment is an amount as it stands
    first, last = (one.replace(tzinfo=UTC) for one in span)
    discounts = list(catalog_store.discounts_of(work.tx).values())
    shares: list[DiscountShare] = discount_store.shares(work.tx)
    edges = {one.effective_from for one in discounts}
    edges |= {edge for one in shares for edge in (one.effective_from, one.effective_until) if edge}
    found: list[Discounted] = []
    for at in [first, *sorted(edge for edge in edges if first < edge <= last)]:
        applied = stack(discounts, Charged(bill.payer_id, line.sku_id, line.product_id, at), shares)
        if not found or found[-1].applied != applied:
            found.append(Discounted(at, applied))
    return found


def _paid(books: Books, work: Work, engine: duckdb.DuckDBPyConnection, bill: BillRow, number: int) -> list[Paid]:
    draws = bill_store.draws(work.tx, [bill.bill_id])
    offsets = clearing_store.offsets(work.tx, [bill.bill_id])
    # in the order in which they paid: what was set off after so many draws stands behind them
    placed: list[tuple[int, int, DrawRow | OffsetRow]] = [(place, 0, draw) for place, draw in enumerate(draws, 1)]
    placed += [(one.after_draws, place, one) for place, one in enumerate(offsets, 1)]
    payments = [one for *_, one in sorted(placed, key=itemgetter(0, 1))]
    return [
        Paid(fund, source, amount, _entries_of(work, payments[turn - 1]))
        for turn, fund, source, line, amount in _parts(books, work, engine, bill)
        if line == number
    ]


def _entries_of(work: Work, one: DrawRow | OffsetRow) -> tuple[Entry, ...]:
    """Return the entries of a payment: one, or those that posted the bill below zero that pays."""
    if isinstance(one, OffsetRow) and one.kind is CreditKind.BILL:
        keys = [f"billed:{one.source_id}:{product}" for product in bill_store.products_of(work.tx, one.source_id)]
        found = [ledger_store.entry_by_key(work.tx, one.payer_id, key) for key in keys]
    else:
        found = [ledger_store.entry(work.tx, one.entry_id if isinstance(one, DrawRow) else one.source_id)]
        assert found[0] is not None, "a draw refers to its entry"
    return tuple(entry for entry in found if entry)


def _parts(
    books: Books, work: Work, engine: duckdb.DuckDBPyConnection, bill: BillRow
) -> list[tuple[int, str, str, int, int]]:
    """Return (turn, fund, source, line, minor units): every draw and credit pays, so its turn is its place."""
    run = next(one for one in bill_store.runs(work.tx) if one.month == bill.month)
    with engine.cursor() as connection:
        lay_draws(work.tx, books.room, connection, bills_of(work.tx, run, bill.bucket, bill.bill_id))
        rows = connection.execute(
            f"select turn, fund, source_id, line, sum(amount_minor)::BIGINT from ({settlement_sql.parts_sql()}) "
            "group by turn, fund, source_id, line order by turn, line"
        ).fetchall()
    return [(turn, fund, source, line, amount) for turn, fund, source, line, amount in rows]


def _sample(row: tuple[Any, ...]) -> Sample:
    record, start, end, quantity, price, listed, contracted, *rest = row
    costs, (resource, region, tags) = Costs(*rest[:4]), rest[4:]
    return Sample(
        record, start.replace(tzinfo=UTC), end.replace(tzinfo=UTC), quantity, price, listed, contracted, costs,
        resource, region, tags,
    )  # fmt: skip
