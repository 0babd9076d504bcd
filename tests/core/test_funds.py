"""Names of sources and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from partita.core.funds import Bought, Card, Ends, Fund, Part, fund_of, may_refund, may_share, source_account
from partita.core.funds.document import CARD_DAYS_MAX, may_sell
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Reason, Refused


@pytest.mark.parametrize(
    ("fund", "source_id", "account"),
    [
        (Fund.CASH, "cash", "cash"),
        (Fund.TRANSFER_BOOK, "transfer_book", "transfer_book"),
        (Fund.VOUCHER, "v-jan", "voucher/v-jan"),
        (Fund.REFUND, "2026-09", "refund/2026-09"),
    ],
)
def test_source_and_account_name_each_other(fund: Fund, source_id: str, account: str) -> None:
    assert source_account(fund, source_id) == account
    assert fund_of(account) == (fund, source_id)


@pytest.mark.parametrize("account", ["bank", "receivable", "revenue/compute", "cashier", ""])
def test_other_accounts_are_no_funds(account: str) -> None:
    assert fund_of(account) is None


def test_parts_and_quotas_speak_both_languages() -> None:
    assert all(part.text() != part.text("zh") for part in Part)


def test_nobody_shares_with_itself() -> None:
    answer = may_share(Ends("acme", "acme", None, "e", "e"))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.TRANSFER_TO_ITSELF


def test_the_end_of_a_card() -> None:
    price = Money(100, "CNY")
    card, at = Card("acme", "c", price, price, 30), datetime(2026, 11, 2, tzinfo=UTC)
    assert card.expires_at is None
    active = Card("acme", "c", price, price, 30, at)
    assert active.expires_at == at + timedelta(days=30)
    assert Card("acme", "c", price, price, None, at).expires_at is None
    too_long = may_sell(Card("acme", "c", price, price, CARD_DAYS_MAX + 1))
    assert isinstance(too_long, Refused)
    assert too_long.reason is Reason.BAD_DAYS
    assert may_sell(card) is None


def test_who_is_paid_for_by_another_is_told_whom_to_refund() -> None:
    no = may_refund(Bought("shop", "CNY", payer_id="acme"), "compute", Month(2026, 10), Money(100, "CNY"))
    assert isinstance(no, Refused)
    assert no.message() == (
        "shop was billed no compute in 2026-10, so nothing of it can be refunded. acme pays for shop: refund acme."
    )
    assert no.message("zh") == "shop 2026-10 没有 compute 的账单，无可退款。shop 由 acme 付款：请退款给 acme。"
