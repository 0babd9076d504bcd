"""Vouchers at their edges; what they do is in the cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from partita.core.period import Month, Period
from partita.core.refusal import Reason
from partita.core.template import Instrument, Kind, Template, Terms
from partita.core.voucher import (
    DEFAULT_POLICY,
    Priority,
    State,
    Voucher,
    check_policy,
    is_over,
    last_month,
    microseconds,
    priority,
    share,
    state,
)

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 10, 5, tzinfo=UTC)
NOVEMBER = datetime(2026, 10, 31, 16, tzinfo=UTC)
"""The first instant of November in Shanghai."""
CASH = Template("t", "group", Instrument.VOUCHER, Kind.CASH, "", "CNY", 100, Terms(), ends=NOVEMBER)
GIFT = Voucher("v", "acme", CASH, 100, Period(NOW, NOVEMBER), NOW)
ONCE = replace(GIFT, template=replace(CASH, kind=Kind.THRESHOLD))


def test_the_last_month_is_that_of_the_last_instant() -> None:
    assert last_month(GIFT.valid, ZONE) == Month(2026, 10)
    assert last_month(Period(NOW, NOVEMBER + timedelta(microseconds=1)), ZONE) == Month(2026, 11)


def test_a_voucher_is_over_when_its_last_month_is_closed() -> None:
    assert not is_over(GIFT, ZONE, Month(2026, 10), NOW)
    assert not is_over(GIFT, ZONE, None, NOVEMBER)
    assert not is_over(GIFT, ZONE, Month(2026, 9), NOVEMBER)
    assert is_over(GIFT, ZONE, Month(2026, 10), NOVEMBER)
    assert is_over(GIFT, ZONE, Month(2026, 12), NOVEMBER)


def test_what_can_be_done_with_it() -> None:
    assert state(GIFT, 5, NOW, drawn=True) is State.USABLE
    assert state(GIFT, 5, NOW - timedelta(days=1), drawn=False) is State.UPCOMING
    assert state(GIFT, 5, NOVEMBER, drawn=False) is State.ENDED
    assert state(GIFT, 0, NOW, drawn=True) is State.USED_UP
    assert state(ONCE, 5, NOW, drawn=True) is State.USED_UP
    assert state(ONCE, 0, NOW, drawn=True, emptied_by="voucher_lapsed") is State.USED_UP
    assert state(GIFT, 0, NOVEMBER, drawn=True, emptied_by="voucher_lapsed") is State.ENDED
    assert state(GIFT, 0, NOVEMBER, drawn=False, emptied_by="voucher_to_pool") is State.ENDED
    assert state(GIFT, 0, NOW, drawn=False, emptied_by="voucher_shared") is State.SHARED
    assert state(GIFT, 0, NOW, drawn=True, emptied_by="voucher_given_back") is State.TAKEN_BACK
    assert [one.text("zh") for one in State] == ["可用", "未生效", "已用完", "已共享", "已收回", "已到期"]


def test_one_for_a_single_use_is_handed_on_whole() -> None:
    assert share(GIFT, 1, 5, NOW) is None
    assert share(ONCE, 5, 5, NOW) is None
    parted, ended = share(ONCE, 1, 5, NOW), share(GIFT, 5, 5, NOVEMBER)
    assert parted is not None
    assert parted.reason is Reason.VOUCHER_NOT_PARTED
    assert ended is not None
    assert ended.reason is Reason.VOUCHER_EXPIRED


def test_the_numbers_of_a_turn() -> None:
    assert priority(GIFT, 7, DEFAULT_POLICY) == (microseconds(NOVEMBER), 1)
    assert priority(GIFT, 7, (Priority.BALANCE, Priority.ISSUE)) == (-7, microseconds(NOW))
    assert microseconds(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC)) == 1_000_005


def test_an_order_names_something_and_nothing_twice() -> None:
    assert check_policy(DEFAULT_POLICY)
    assert not check_policy(())
    assert not check_policy((Priority.EXPIRY, Priority.EXPIRY))
