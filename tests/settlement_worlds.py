"""Random bills, funds and templates for the laws of settlement, and the same as tables of the bulk engine.

Small pools of names and amounts on purpose: scopes overlap, priorities tie, funds run dry in the middle of a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from partita.columnar import settlement as columnar
from partita.columnar.tables import arrow_schema
from partita.core.bill import Bill, make_bill
from partita.core.funds import Fund
from partita.core.money import minor_scale_e10
from partita.core.period import Month, Period
from partita.core.scope import Listing, Occasion, Scope
from partita.core.settlement import SAME_MONTH, Line, Source
from partita.core.template import Terms

MONTH = Month(2026, 10)
ZONE = "Asia/Shanghai"
PRODUCTS = ("compute", "disk", "net")
ACCOUNTS = ("a", "b")
CENT = 10**8
PRIORITIES = 2


@dataclass(frozen=True, slots=True)
class Settled:
    """A bill, its lines, and what its payer has."""

    bill: Bill
    lines: tuple[Line, ...]
    sources: tuple[tuple[Source, str | None], ...]

    @property
    def by_line(self) -> bool:
        """Say whether anything looks at the lines: without vouchers the payable may be one line."""
        return any(template for _, template in self.sources)


@dataclass(frozen=True, slots=True)
class World:
    """Bills of a bucket, and the templates of their vouchers by name."""

    settled: tuple[Settled, ...]
    templates: dict[str, Terms]


costs = st.one_of(
    st.sampled_from([0, CENT, -CENT, 100 * CENT, 1, -1, CENT // 2]),
    st.integers(-50 * CENT, 200 * CENT),
    st.integers(-50, 200).map(lambda cents: cents * CENT),
)
amounts = st.one_of(st.sampled_from([0, 1, 50, 100, -5]), st.integers(-10, 300))


@st.composite
def scopes(draw: st.DrawFn, number: int) -> Scope:
    listing = draw(st.sampled_from(Listing))
    products = draw(st.sets(st.sampled_from(PRODUCTS), min_size=1)) if listing is not Listing.ALL else set()
    accounts = draw(st.sampled_from([set(), set(), {"a"}, {"a", "b"}]))
    occasions = draw(st.sampled_from([set(), set(), {Occasion.PAY_AS_YOU_GO}, {Occasion.PURCHASE}]))
    tags = draw(st.sampled_from([set(), set(), {("team", str(number))}]))
    return Scope(listing, *map(frozenset, (products, accounts, occasions, tags)))  # type: ignore[arg-type]


@st.composite
def terms(draw: st.DrawFn, number: int) -> Terms:
    minimum = draw(st.sampled_from([0, 0, 1, 100, 250]))
    percent = draw(st.sampled_from([None, None, 300_000, 1, 1_000_000]))
    return Terms(draw(scopes(number)), minimum, percent, draw(st.sampled_from([True, True, True, False])))


@st.composite
def lines(draw: st.DrawFn, templates: dict[str, Terms]) -> tuple[Line, ...]:
    found: list[Line] = []
    tagged = [name for name, one in templates.items() if one.scope.tags]
    for number in range(1, draw(st.integers(1, 5)) + 1):
        account, product = draw(st.sampled_from(ACCOUNTS)), draw(st.sampled_from(PRODUCTS))
        for met in draw(st.sets(st.sets(st.sampled_from(tagged or [""])).map(frozenset), min_size=1, max_size=3)):
            names = sorted(met) if tagged else []
            part = f"|{'|'.join(names)}|" if names else ""
            tags = frozenset(tag for name in names for tag in templates[name].scope.tags)
            if not any(one.line == number and one.part == part for one in found):
                found.append(Line(number, account, product, draw(costs), part, tags))
    return tuple(found)


@st.composite
def sources(draw: st.DrawFn, templates: dict[str, Terms]) -> tuple[tuple[Source, str | None], ...]:
    found: dict[tuple[Fund, str], tuple[Source, str | None]] = {}
    for number in range(draw(st.integers(0, 8))):
        fund = draw(st.sampled_from([*Fund, *(3 * [Fund.VOUCHER])]))
        months = st.sampled_from(["2026-09", "2026-10", "2026-11"])
        name = draw(months) if fund is Fund.REFUND else f"{fund.value}-{number}"
        template = draw(st.sampled_from(sorted(templates))) if fund is Fund.VOUCHER else None
        key = tuple(draw(st.integers(0, 2)) for _ in range(PRIORITIES)) if template else ()
        source = Source(
            fund=fund,
            source_id=name,
            available=draw(amounts),
            priority=key,
            terms=templates[template] if template else None,
            valid=draw(validities) if fund in SAME_MONTH else None,
        )
        found[fund, name] = (source, template)
    return tuple(found.values())


def _period(first: int, last: int) -> Period:
    return Period(*(datetime(2026, month, day, 16, tzinfo=UTC) for month, day in ((first, 1), (last, 30))))


_EDGE = MONTH.period(ZONE)
validities = st.sampled_from(
    [
        None,
        _period(1, 12),
        _period(8, 9),  # ends with the first instant of October in Shanghai
        _period(10, 10),
        Period(_period(1, 12).start, _EDGE.start),
        Period(_EDGE.end, _period(1, 12).end),
    ]
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to three bills with up to eight sources each, and three templates."""
    templates = {f"t{number}": draw(terms(number)) for number in range(3)}
    settled = []
    for number in range(draw(st.integers(1, 3))):
        of_bill = draw(lines(templates))
        sums: dict[str, int] = {}
        for line in of_bill:
            sums[line.product_id] = sums.get(line.product_id, 0) + line.exact_e10
        bill = make_bill(f"payer-{number}", MONTH, "CNY", sums)
        settled.append(Settled(bill, of_bill, draw(sources(templates))))
    return World(tuple(settled), templates)


def tables(world: World) -> dict[str, pa.Table]:
    """Return a world as the tables that the statement reads."""
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in columnar.TABLES}
    for name, one in world.templates.items():
        scope = one.scope
        if not scope.serves(Occasion.PAY_AS_YOU_GO):
            continue
        flags = (bool(scope.accounts), bool(scope.tags))
        rows["templates"].append((name, scope.listing.value, *flags, one.minimum_minor, one.percent_e6, one.stacks))
        rows["template_products"] += [(name, product) for product in scope.products]
        rows["template_accounts"] += [(name, account) for account in scope.accounts]
    for one_settled in world.settled:
        bill = one_settled.bill
        scale = minor_scale_e10(bill.currency)
        span = map(_plain, _span(_EDGE))
        rows["bills"].append(
            (bill.payer_id, bill.bill_id, "CNY", str(MONTH), scale, *span, bill.payable_minor, one_settled.by_line)
        )
        if one_settled.by_line:
            rows["products"] += [(bill.bill_id, product, share) for product, share in bill.products.items()]
            rows["lines"] += [
                (bill.bill_id, one.line, one.part, one.account_id, one.product_id, one.exact_e10)
                for one in one_settled.lines
            ]
        rows["sources"] += [_source_row(bill.payer_id, *pair) for pair in one_settled.sources]
    return {name: _table(columnar.TABLES[name], found) for name, found in rows.items()}


def _source_row(payer: str, source: Source, template: str | None) -> tuple[Any, ...]:
    span = _span(source.valid) if source.valid else (None, None)
    keys = [*source.priority, *([0] * (4 - len(source.priority)))]
    return (
        payer,
        "CNY",
        source.fund.value,
        source.source_id,
        source.available,
        *map(_plain, span),
        template,
        source.round,
        *keys,
    )


def _span(period: Period) -> tuple[datetime, datetime]:
    return period.start, period.end


def _plain(instant: datetime | None) -> datetime | None:
    return instant.astimezone(UTC).replace(tzinfo=None) if instant else None


def _table(schema: dict[str, str], rows: list[tuple[Any, ...]]) -> pa.Table:
    arrow = arrow_schema(schema)
    columns = list(zip(*rows, strict=True)) or [() for _ in arrow]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, arrow.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=arrow)
