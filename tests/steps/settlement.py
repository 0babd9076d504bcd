"""Plays the cases of settlement on the pure core, and in bulk by the columnar statement.

Given `FUND SOURCE AMOUNT [OPTION …]`, options: a date and 0 or 1 (the priority of a voucher), `only=compute`,
`not=disk`, `accounts=shop`, `tag=team:web`, `min=50.00`, `percent=30`, `alone`, `valid=2026-10-01..2026-11-01`;
`line NUMBER ACCOUNT PRODUCT COST [tag=team:web]` for the lines of a bill.

When `settle AMOUNT`, `dues`, `settle lines [MONTH]`, `settle in bulk [MONTH]`, `lay the draws again` (what was drawn is
all that the sources hold, in the order of the draws); the month is 2026-10 otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from case_file import Case
from partita.columnar import settlement as columnar
from partita.core.bill import Bill, make_bill
from partita.core.funds import Fund
from partita.core.money import Money, format_scaled, minor_scale_e10, parse_scaled
from partita.core.period import Month, Period
from partita.core.quantity import FACTOR_ONE
from partita.core.scope import Listing, Scope, Tag
from partita.core.settlement import Line, Source, dues_of, of_month, settle, settle_lines
from partita.core.template import Terms
from settlement_worlds import Settled, World, tables

ZONE = "Asia/Shanghai"
OCTOBER = Month(2026, 10)


def run(case: Case) -> list[str]:
    sources = [_source(words) for words in case.given if words[0] != "line"]
    lines = [_line(words) for words in case.given if words[0] == "line"]
    said: list[str] = []
    for words in case.when:
        month = Month.parse(words[-1]) if len(words[-1]) == 7 and words[-1][4] == "-" else OCTOBER
        match words:
            case ["settle", "lines", *_]:
                said += _settled(lines, of_month(sources, month, ZONE), month)
            case ["settle", "in", "bulk", *_]:
                said += _in_bulk(lines, sources, month)
            case ["lay", "the", "draws", "again"]:
                said += _settled(lines, _drawn(lines, of_month(sources, month, ZONE)), month)
            case ["dues"]:
                said += [f"due {one.line.line} {_plain(one.amount)}" for one in _dues(lines)]
            case [_, due]:
                settlement = settle(Money.parse(due, "CNY").minor, sources)
                said += [f"draw {d.fund.value} {d.source_id} {_plain(d.amount)}" for d in settlement.draws]
                said.append(f"outstanding {_plain(settlement.outstanding)}")
    return said


def _source(words: list[str]) -> Source:
    fund, name, amount, *rest = words
    option = dict(one.split("=", 1) for one in rest if "=" in one)
    priority = tuple(int(one.replace("-", "")) for one in rest if one.replace("-", "").isdigit())
    listing = Listing.WHITE if "only" in option else Listing.BLACK if "not" in option else Listing.ALL
    products = frozenset((option.get("only") or option.get("not") or "").split(",")) - {""}
    accounts = frozenset(option.get("accounts", "").split(",")) - {""}
    scope = Scope(listing, products, accounts, frozenset(), _tags(option))
    percent = int(option["percent"]) * FACTOR_ONE // 100 if "percent" in option else None
    minimum = Money.parse(option.get("min", "0"), "CNY").minor
    bound = {*option, *rest} & {"only", "not", "accounts", "tag", "percent", "min", "alone"}
    return Source(
        fund=Fund(fund),
        source_id=name,
        available=Money.parse(amount, "CNY").minor,
        priority=priority,
        terms=Terms(scope, minimum, percent, "alone" not in rest) if bound else None,
        valid=_period(option["valid"]) if "valid" in option else None,
    )


def _line(words: list[str]) -> Line:
    _, number, account, product, cost, *rest = words
    option = dict(one.split("=", 1) for one in rest)
    return Line(int(number), account, product, parse_scaled(cost, 10), option.get("tag", ""), _tags(option))


def _tags(option: dict[str, str]) -> frozenset[Tag]:
    pairs = (one.split(":") for one in option.get("tag", "").split(",") if one)
    return frozenset((key, value) for key, value in pairs)


def _period(text: str) -> Period:
    start, end = (datetime.fromisoformat(one).replace(tzinfo=ZoneInfo(ZONE)) for one in text.split(".."))
    return Period(start, end)


def _bill(lines: list[Line], month: Month = OCTOBER) -> Bill:
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.product_id] = sums.get(line.product_id, 0) + line.exact_e10
    return make_bill("acme", month, "CNY", sums)


def _dues(lines: list[Line], month: Month = OCTOBER):  # noqa: ANN202 - a list of dues
    return dues_of(_bill(lines, month).products, lines, minor_scale_e10("CNY"))


def _settled(lines: list[Line], sources: list[Source], month: Month) -> list[str]:
    settlement = settle_lines(_dues(lines, month), sources)
    said = [_paid(one.fund.value, one.source_id, one.line, one.amount) for one in settlement.parts]
    return [*said, f"outstanding {_plain(settlement.outstanding)}"]


def _drawn(lines: list[Line], sources: list[Source]) -> list[Source]:
    draws = settle_lines(_dues(lines), sources).draws
    has = {(one.fund, one.source_id): one for one in sources}
    return [
        replace(has[one.fund, one.source_id], available=one.amount, priority=(place,))
        for place, one in enumerate(draws)
    ]


def _in_bulk(lines: list[Line], sources: list[Source], month: Month) -> list[str]:
    assert month == OCTOBER, "the tables of the laws are of October"
    templates = {one.source_id: one.terms for one in sources if one.terms}
    of_bill = tuple((one, one.source_id if one.terms else None) for one in sources)
    bill = _bill(lines)
    world = World((Settled(bill, tuple(lines), of_bill),), templates)
    rows = columnar.settle(tables(world)).to_pylist()
    said = [_paid(row["fund"], row["source_id"], row["line"], row["amount_minor"]) for row in rows]
    return [*said, f"outstanding {_plain(bill.payable_minor - sum(row['amount_minor'] for row in rows))}"]


def _paid(fund: str, source: str, line: int, amount: int) -> str:
    return f"{fund} {source} pays {_plain(amount)} of line {line}"


def _plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)
