"""Rating: version by the start of usage, counters over the month, all columns of the charge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from partita.core.catalog import Counter, Model, PriceVersion, Sku, Tier
from partita.core.charge import RatedCharge, own_usage_costs
from partita.core.discount import Discount, Target
from partita.core.period import Month
from partita.core.rating import AccountCurrency, PriceBook, UsageRecord, rate, unpriced
from partita.core.refusal import Reason, refused

MONTH = Month(2026, 10)
START = datetime(2026, 10, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ONE, E6 = 10**10, 10**6
GRADUATED = PriceVersion(
    "prc-1", "traffic", "CNY", LONG_AGO, Model.GRADUATED, Counter.PAYER, (Tier(10 * E6, 2 * ONE), Tier(None, ONE))
)
BOOK = PriceBook(
    (Sku("traffic", "network", "Traffic", "GB"),),
    (GRADUATED,),
    (Discount("acme", Target.ALL, None, LONG_AGO, 900_000),),
    (AccountCurrency("shop", "CNY"), AccountCurrency("labs", "CNY")),
)


def used(record: str, units: int, day: int = 0, account: str = "shop") -> UsageRecord:
    start = START + timedelta(days=day)
    return UsageRecord(record, account, "acme", "traffic", units * E6, start, start + timedelta(hours=1))


def costs(*records: UsageRecord, book: PriceBook = BOOK) -> dict[str, int]:
    return {charge.record_id: charge.costs.list_cost_e10 // ONE for charge in rate(records, book, MONTH)}


def test_a_charge_says_everything() -> None:
    record = replace(used("r1", 3), resource_id="lb-1", region="cn-north", tags='{"env":"prod"}')
    (charge,) = rate([record], BOOK, MONTH)
    assert charge == RatedCharge(
        record_id="r1",
        account_id="shop",
        payer_id="acme",
        product_id="network",
        sku_id="traffic",
        price_id="prc-1",
        usage_month=MONTH,
        charge_start=record.usage_start,
        charge_end=record.usage_end,
        quantity_e6=3 * E6,
        unit="GB",
        list_unit_price_e10=2 * ONE,
        contracted_unit_price_e10=18 * 10**9,
        costs=own_usage_costs(6 * ONE, 54 * 10**9),
        currency="CNY",
        resource_id="lb-1",
        region="cn-north",
        tags='{"env":"prod"}',
    )


def test_a_payer_counter_counts_all_its_accounts_in_order_of_time() -> None:
    assert costs(used("late", 4, day=2), used("early", 8, account="labs")) == {"early": 16, "late": 2 * 2 + 2}


def test_equal_starts_are_counted_by_account_and_record() -> None:
    records = [used("b", 8), used("a", 8), used("z", 8, account="labs")]
    assert costs(*records) == {"z": 16, "a": 2 * 2 + 6, "b": 8}


def test_an_account_counter_counts_each_for_itself() -> None:
    book = replace(BOOK, prices=(replace(GRADUATED, counter=Counter.ACCOUNT),))
    assert costs(used("late", 4, day=2), used("early", 8, account="labs"), book=book) == {"early": 16, "late": 8}


def test_counting_goes_on_when_a_new_version_starts() -> None:
    second = replace(
        GRADUATED,
        price_id="prc-2",
        effective_from=START + timedelta(days=5),
        tiers=(Tier(10 * E6, 5 * ONE), Tier(None, 3 * ONE)),
    )
    book = replace(BOOK, prices=(GRADUATED, second))
    assert costs(used("old", 8), used("new", 4, day=5), book=book) == {"old": 16, "new": 2 * 5 + 2 * 3}


def test_the_currency_is_that_of_the_account() -> None:
    dollars = replace(GRADUATED, price_id="prc-usd", currency="USD", tiers=(Tier(None, ONE),))
    currencies = (AccountCurrency("shop", "USD"), AccountCurrency("labs", "CNY"))
    book = replace(BOOK, prices=(GRADUATED, dollars), currencies=currencies)
    charges = rate([used("a", 1), used("b", 1, account="labs")], book, MONTH)
    assert [charge.currency for charge in charges] == ["CNY", "USD"]  # labs comes first


def test_usage_without_a_price_is_refused_by_name() -> None:
    book = replace(BOOK, prices=(replace(GRADUATED, effective_from=START + timedelta(days=1)),))
    records = [used("b", 1), used("a", 1), used("fine", 1, day=1)]
    assert unpriced(records, book) == refused(
        Reason.NO_PRICE_IN_FORCE, sku="traffic", currency="CNY", on=START, records=2
    )
    assert unpriced(records[2:], book) is None
    with pytest.raises(AssertionError, match="refused before"):
        rate(records, book, MONTH)


def test_an_account_that_nobody_knows_is_a_broken_assumption() -> None:
    with pytest.raises(AssertionError, match="one enterprise"):
        rate([used("a", 1, account="nobody")], BOOK, MONTH)


def test_a_line_that_does_not_fit_raises() -> None:
    with pytest.raises(OverflowError, match="r1"):
        rate([used("r1", 10**9)], BOOK, MONTH)


def test_records_are_aware_and_not_negative() -> None:
    with pytest.raises(AssertionError, match="negative"):
        used("r1", -1)
    with pytest.raises(AssertionError, match="zone"):
        replace(used("r1", 1), usage_start=datetime(2026, 10, 1))  # noqa: DTZ001
