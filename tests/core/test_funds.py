"""Names of sources and back."""

from __future__ import annotations

import pytest

from partita.core.funds import Fund, fund_of, source_account


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
