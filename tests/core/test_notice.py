"""What notices say, and to whom they tell which figures."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from partita.core.alert import Ending, Expiring
from partita.core.notice import expiry_notice, service_notices
from partita.core.service_control import Cause, Change, Group, Item, ServiceState
from partita.core.spend import Pace

NOW = datetime(2026, 10, 10, 4, tzinfo=UTC)


def item(state: ServiceState = ServiceState.GRACE, cause: Cause = Cause.OVERDUE) -> Item:
    return Item("web", "compute", state, cause, NOW - timedelta(days=1), NOW, Pace(10**11, 7))


def group(minor: int = -12_345) -> Group:
    return Group("acme", "CNY", minor, NOW if minor < 0 else None, Pace(10**11, 7), (item(),), NOW)


@pytest.mark.parametrize("minor", [-12_345, 12_345])
def test_the_figures_of_a_payer_are_told_to_the_payer_alone(minor: int) -> None:
    state, cause = (ServiceState.SUSPENDED, Cause.GRACE_OVER) if minor < 0 else (ServiceState.RUNNING, Cause.QUOTA_BACK)
    told = {one.account_id: one for one in service_notices(group(minor), [Change(item(), state, cause)])}
    assert set(told) == {"acme", "web"}
    for account, one in told.items():
        says = ["123.45" in text for text in (*one.body, str(one.figures))]
        assert says == [account == "acme"] * 3, one
        assert "web / compute" in one.body[0]
    assert "lasts" not in told["web"].body[0]
    assert "可用额度：" not in told["web"].body[1]


def test_what_a_stop_order_spares_is_told_in_its_own_words() -> None:
    payer, _ = service_notices(group(), [Change(item(), ServiceState.GRACE, Cause.SPARED)])
    assert payer.title == (
        "acme: overdue beyond the grace, spared by the stop order",
        "acme：欠费已超出延停，按停机顺序暂缓停机",
    )
    assert "within the daily allowance of the stop order" in payer.body[0]
    assert "每日保留额度" in payer.body[1]
    assert payer.figures["cause"] == "spared"


def test_a_bill_that_is_due_is_to_be_paid_and_a_card_that_ends_has_something_left() -> None:
    due = expiry_notice("acme", Expiring(Ending.CREDIT, "2026-09", "acme", date(2026, 10, 20), 3500, "CNY"), 14)
    assert due.title == ("acme: the bill of 2026-09 is due soon", "acme：2026-09 账单即将到还款日")
    assert due.body[0] == "35.00 CNY of the bill of 2026-09 are to be paid by 2026-10-20. Top up to pay it."
    assert due.body[1] == "2026-09 账单还有 35.00 CNY 须在 2026-10-20 前还款。请充值以清偿。"
    card = expiry_notice("acme", Expiring(Ending.CARD, "card_1", "acme", date(2026, 10, 20), 1000, "CNY"), 7)
    assert card.title == ("acme: stored-value card card_1 ends soon", "acme：储值卡 card_1 即将到期")
    assert card.body[0] == "Stored-value card card_1 ends on 2026-10-20 with 10.00 CNY left."


@pytest.mark.parametrize(
    ("before", "english", "chinese"),
    [
        (ServiceState.SUSPENDED, "service runs again, but money is still low", "服务已恢复，但额度仍即将耗尽"),
        (ServiceState.GRACE, "no longer overdue, but money is still low", "已不再欠费，但额度仍即将耗尽"),
        (ServiceState.RUNNING, "money runs low, service stops soon", "额度即将耗尽，服务可能停机"),
    ],
)
def test_service_that_comes_back_to_a_warning_says_both(before: ServiceState, english: str, chinese: str) -> None:
    payer, _ = service_notices(group(1), [Change(item(before), ServiceState.WARNED, Cause.QUOTA_LOW)])
    assert payer.title == (f"acme: {english}", f"acme：{chinese}")
    assert "Top up acme or transfer money to it before the quota is gone." in payer.body[0]


def test_one_that_was_stopped_and_one_that_was_not_are_told_apart() -> None:
    changes = [Change(item(state), ServiceState.WARNED, Cause.QUOTA_LOW) for state in ServiceState]
    told = [one for one in service_notices(group(1), changes) if one.account_id == "acme"]
    assert len(told) == len({one.key for one in told}) == 3
