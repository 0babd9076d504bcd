"""Names of the chart on screens: ledger accounts, sources of funds and events, in the reader's language.

Owns how they look; what there is says `core.posting_rules`.
"""

from __future__ import annotations

from partita.cli import screen
from partita.core.clearing import CreditKind
from partita.core.funds import Fund, source_account
from partita.core.posting_rules import KIND_NAMES, ledger_account


def account_name(name: str) -> str:
    """Name a ledger account: `transfer book/acme`, `划拨账本/acme`."""
    account = ledger_account(name)
    if account is None:
        return name
    _, slash, part = name.partition("/")
    return f"{account.text(screen.settings().language)}{slash}{part}"


def paid_by(fund: str, source_id: str) -> str:
    """Say which source paid: `paid by voucher vch_…`, `划拨账本支付 acme`, `paid by cash`."""
    if fund in {one.value for one in CreditKind}:
        return set_off_by(fund, source_id)
    book, _, part = source_account(Fund(fund), source_id).partition("/")
    name = account_name(book)
    return screen.say(f"paid by {name} {part}", f"{name}支付 {part}").rstrip()


def set_off_by(kind: str, source_id: str) -> str:
    """Say which credit paid: `paid by credit refund ent_…`, `负数账单冲抵 bill_…`."""
    name, zh_name = _CREDITS[CreditKind(kind)]
    return screen.say(f"paid by {name} {source_id}", f"{zh_name}冲抵 {source_id}")


_CREDITS = {
    CreditKind.BILL: ("the bill below zero", "负数账单"),
    CreditKind.CREDIT_REFUND: ("the credit refund", "信控退款"),
}


def event_name(kind: str) -> str:
    """Name what an entry was made of: `Settlement`, `扣款`."""
    return screen.say(*KIND_NAMES.get(kind, (kind, kind)))
