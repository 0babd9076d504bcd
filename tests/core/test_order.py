"""Orders in figures: what a line costs, the one coupon, how long it may be paid, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from partita.core.coupon import Coupon, Reduction, Unused
from partita.core.order import (
    Order,
    OrderKind,
    OrderLine,
    OrderState,
    PricedLine,
    Terms,
    Wanted,
    check_quantity,
    dues,
    expires_at,
    may_cancel,
    may_pay,
    price,
    state_now,
    with_periods,
)
from partita.core.period import Period
from partita.core.refusal import Reason, refused
from partita.core.scope import Item, Listing, Occasion, Scope, Tag
from partita.core.settlement import Due, Line
from partita.core.template import Instrument, Kind, Template
from partita.core.template import Terms as CouponTerms
from partita.core.voucher import Priority

NOW = datetime(2026, 10, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)
CENT = 10**8
PROD: Tag = ("env", "prod")


def line(cost_e10: int, product: str = "compute", *, before: int | None = None) -> Wanted:
    listed = cost_e10 if before is None else before
    priced = PricedLine(product, "vm", "east", 1, listed, cost_e10, "p1", tags=frozenset({PROD}))
    return Wanted(priced, f"sub-{product}", Period(NOW, NOW + 30 * DAY))


def coupon(name: str, minor: int, *, ends: int = 30, terms: CouponTerms | None = None) -> Coupon:
    template = Template(
        "t", "acme", Instrument.COUPON, Kind.CASH, name, "CNY", minor, terms or CouponTerms(), days=ends
    )
    return Coupon(name, "acme", template, Period(NOW - DAY, NOW + ends * DAY), NOW - DAY)


def terms(*coupons: Coupon, kind: OrderKind = OrderKind.PURCHASE) -> Terms:
    return Terms("acme", kind, "CNY", NOW, coupons, (Priority.EXPIRY,))


def test_the_sum_is_cut_once_and_shared() -> None:
    wanted = [line(10_005 * CENT // 10, before=2000 * CENT + 7), line(10_005 * CENT // 10), line(5, "disk", before=9)]
    found = price(wanted, terms())
    assert [one.price for one in found.lines] == [1001, 1000, 0]
    assert [one.payable for one in found.lines] == [1001, 1000, 0]
    assert [one.original for one in found.lines] == [2000, 1000, 0]
    assert [one.line for one in found.lines] == [1, 2, 3]
    assert [one.priced for one in found.lines] == [one.priced for one in wanted]
    assert {one.subscription_id for one in found.lines} == {"sub-compute", "sub-disk"}
    assert {one.period for one in found.lines} == {Period(NOW, NOW + 30 * DAY)}
    assert (found.contracted_cost_e10, found.round_down_e10) == (2001 * CENT + 5, 5)
    assert found.list_cost_e10 == 2000 * CENT + 7 + 10_005 * CENT // 10 + 9
    assert (found.payable, found.reduction, found.unused) == (2001, None, ())


def test_the_scale_is_that_of_the_currency() -> None:
    found = price([line(15 * 10**9)], replace(terms(), currency="JPY"))
    assert (found.payable, found.round_down_e10) == (1, 5 * 10**9)
    assert [one.original for one in found.lines] == [1]


def test_the_first_coupon_that_takes_anything_off_is_used_alone() -> None:
    late, early = coupon("late", 500, ends=20), coupon("early", 301, ends=10)
    useless = coupon("useless", 9, ends=1, terms=CouponTerms(minimum_minor=10**9))
    found = price([line(100 * CENT), line(200 * CENT)], terms(late, useless, early))
    assert found.reduction == Reduction(early, (100, 200))
    assert [one.payable for one in found.lines] == [0, 0]
    assert [one.price for one in found.lines] == [100, 200]
    assert {one.coupon.coupon_id: one.why[0] for one in found.unused} == {
        "useless": "the order is below its minimum spend",
        "late": "those before it leave nothing that it could take off",
    }


def test_of_two_that_would_stack_the_other_is_named_with_the_reason() -> None:
    first, second = coupon("first", 30, ends=10), coupon("second", 50, ends=20)
    found = price([line(100 * CENT), line(200 * CENT)], terms(second, first))
    assert found.reduction == Reduction(first, (10, 20))
    why = ("an order takes one coupon, and another comes first", "每个订单只能使用一张优惠券，已选用其他优惠券")
    assert found.unused == (Unused(second, why),)
    assert [one.payable for one in found.lines] == [90, 180]
    assert found.payable == 270


@pytest.mark.parametrize(
    ("scope", "off"),
    [
        (Scope(Listing.WHITE, frozenset({"disk"})), (0, 30)),
        (Scope(accounts=frozenset({"acme"})), (10, 20)),
        (Scope(accounts=frozenset({"other"})), None),
        (Scope(tags=frozenset({PROD})), (10, 20)),
        (Scope(occasions=frozenset({Occasion.RENEW})), (10, 20)),
        (Scope(occasions=frozenset({Occasion.PURCHASE})), None),
    ],
)
def test_a_coupon_looks_at_account_product_occasion_and_tags(scope: Scope, off: tuple[int, ...] | None) -> None:
    one = coupon("c", 30, terms=CouponTerms(scope))
    found = price([line(100 * CENT), line(200 * CENT, "disk")], terms(one, kind=OrderKind.RENEW))
    assert found.reduction == (Reduction(one, off) if off else None)
    assert [unused.coupon for unused in found.unused] == ([] if off else [one])


def test_a_coupon_is_good_at_the_instant_of_the_order() -> None:
    one = coupon("c", 30)
    at_end = replace(terms(one), at=one.valid.end)
    assert price([line(100 * CENT)], at_end).unused == (Unused(one, ("expired", "已过期")),)
    assert price([line(100 * CENT)], replace(at_end, at=one.valid.end - timedelta(seconds=1))).payable == 70


def test_dues_are_the_lines_that_ask_anything() -> None:
    lines = price([line(100 * CENT), line(0, "disk"), line(CENT, "net")], terms()).lines
    found = dues("acme", OrderKind.UPGRADE, lines)
    tags = frozenset({PROD})
    assert found == [
        Due(Line(1, "acme", "compute", 0, tags=tags, occasion=Occasion.RESIZE), 100),
        Due(Line(3, "acme", "net", 0, tags=tags, occasion=Occasion.RESIZE), 1),
    ]
    assert found[0].item == Item("acme", "compute", Occasion.RESIZE, tags)


def test_periods_come_with_the_payment() -> None:
    lines = price([replace(line(100 * CENT), period=None), line(CENT)], terms()).lines
    period = Period(NOW, NOW + DAY)
    first, second = with_periods(lines, {1: period})
    assert (first, second) == (replace(lines[0], period=period), lines[1])
    assert isinstance(first, OrderLine)


def order(kind: OrderKind = OrderKind.PURCHASE, state: OrderState = OrderState.UNPAID) -> Order:
    until = expires_at(kind, NOW, needs_approval=False)
    return Order("ord_1", "payer", "acme", kind, "CNY", 100, state, NOW, until, "ann")


@pytest.mark.parametrize(
    ("kind", "slow", "days"),
    [
        (OrderKind.PURCHASE, False, 3),
        (OrderKind.PURCHASE, True, 15),
        (OrderKind.RENEW, False, 3),
        (OrderKind.UPGRADE, False, 1),
        (OrderKind.UPGRADE, True, 1),
    ],
)
def test_an_unpaid_order_expires(kind: OrderKind, slow: bool, days: int) -> None:  # noqa: FBT001
    until = expires_at(kind, NOW, needs_approval=slow)
    assert until == NOW + days * DAY
    one = replace(order(kind), expires_at=until)
    assert state_now(one, until - timedelta(microseconds=1)) is OrderState.UNPAID
    assert state_now(one, until) is OrderState.EXPIRED
    assert state_now(replace(one, state=OrderState.PAID), until) is OrderState.PAID


def test_only_an_unpaid_order_is_paid_and_by_who_ordered() -> None:
    assert may_pay(order(), NOW, payer_now="payer") is None
    for state in (OrderState.PAID, OrderState.CANCELLED, OrderState.EXPIRED):
        no = refused(Reason.ORDER_NOT_UNPAID, order="ord_1", state=(state.text(), state.text("zh")))
        assert may_pay(order(state=state), NOW, payer_now="other") == no
        assert may_cancel(order(state=state), NOW) == no
    changed = refused(Reason.ORDER_PAYER_CHANGED, order="ord_1", account="acme", payer="other", before="payer")
    assert may_pay(order(), NOW, payer_now="other") == changed
    expired = refused(Reason.ORDER_NOT_UNPAID, order="ord_1", state=("expired", "已过期"))
    assert may_pay(order(), NOW + 3 * DAY, payer_now="payer") == expired
    assert may_cancel(order(), NOW + 3 * DAY) == expired
    assert may_cancel(order(), NOW + 3 * DAY - timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("quantity", "term", "count", "wrong"),
    [
        (1, "month", 1, None),
        (10_000, "month", 60, None),
        (1, "year", 5, None),
        (0, "month", 1, "1 … 10000"),
        (10_001, "month", 1, "1 … 10000"),
        (1, "month", 0, "1 … 60 (month)"),
        (1, "month", 61, "1 … 60 (month)"),
        (1, "year", 6, "1 … 5 (year)"),
    ],
)
def test_what_is_asked_for_has_bounds(quantity: int, term: str, count: int, wrong: str | None) -> None:
    assert check_quantity(quantity, term, count) == wrong


def test_kinds_and_states_have_names() -> None:
    assert [one.word for one in OrderKind if one.gives_back] == ["downgrade", "to-usage", "unsubscribe"]
    assert OrderKind.TO_USAGE.text() == OrderKind.TO_USAGE.text("en") == "convert to pay-as-you-go"
    assert OrderKind.TO_USAGE.text("zh") == "转按量付费"
    assert [one.occasion for one in OrderKind][:4] == [
        Occasion.PURCHASE,
        Occasion.RENEW,
        Occasion.RESIZE,
        Occasion.RESIZE,
    ]
    assert {one.occasion for one in list(OrderKind)[4:]} == {Occasion.PURCHASE}
    assert [one.word for one in OrderState] == ["unpaid", "paid", "cancelled", "expired"]
    assert [one.text() for one in OrderState] == ["unpaid", "paid", "cancelled", "expired"]
    assert OrderState.UNPAID.text("zh") == "未支付"
