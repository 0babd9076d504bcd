"""Vouchers (代金券): issue, pool, share, take back, expire, show.

Each in a module of its own; the names below are the whole of it. Rules: VOUCHER-1 … VOUCHER-9
(`docs/rules/voucher.md`).
"""

from partita.usecases.voucher.expire import Expired, Lapsed, expire
from partita.usecases.voucher.issue import Issued, PoolGranted, Wanted, grant_pool, issue
from partita.usecases.voucher.share import Moved, share, take_back
from partita.usecases.voucher.show import VoucherShown, Wallet, wallet

__all__ = [
    "Expired", "Issued", "Lapsed", "Moved", "PoolGranted", "VoucherShown", "Wallet", "Wanted",
    "expire", "grant_pool", "issue", "share", "take_back", "wallet",
]  # fmt: skip
