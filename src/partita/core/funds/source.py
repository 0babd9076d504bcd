"""The kinds of money, and the ledger account that holds each source of it. Rules: FUNDS-1."""

from __future__ import annotations

from enum import Enum

AMOUNT_MINOR_MAX = 10**15
"""The most that one command moves (ten trillion yuan): more is a slip, and sums stay far from the database's limit."""


class Fund(Enum):
    """A kind of money; the value is the name of its ledger account."""

    VOUCHER = "voucher"  # 代金券
    STORED_VALUE = "stored_value"  # 储值卡
    REFUND = "refund"  # 退款账本: a sub-book for each month
    ACCEPTANCE = "acceptance"  # 票据账本: a sub-book for each acceptance bill
    TRANSFER_BOOK = "transfer_book"  # 划拨账本: a sub-book for each giver; spend only
    CASH = "cash"  # 现金余额


def source_account(fund: Fund, source_id: str) -> str:
    """Return the ledger account that a source is kept in: `cash`, or `voucher/v-jan` where a fund has many (FUNDS-1).

    A fund that is one book, such as cash, has one source whose id is the name of the fund.
    """
    return fund.value if source_id == fund.value else f"{fund.value}/{source_id}"


def fund_of(ledger_account: str) -> tuple[Fund, str] | None:
    """Return fund and source id of a ledger account that holds a source; None for any other account (FUNDS-1)."""
    name, slash, source_id = ledger_account.partition("/")
    if name not in _NAMES:
        return None
    return Fund(name), source_id if slash else name


_NAMES = frozenset(fund.value for fund in Fund)
