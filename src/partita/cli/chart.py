"""Names of the chart on screens: ledger accounts, sources of funds and events, in the reader's language.

Owns how they look; what there is says `core.posting_rules`.
"""

from __future__ import annotations

from partita.cli import screen
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
    book, _, part = source_account(Fund(fund), source_id).partition("/")
    name = account_name(book)
    return screen.say(f"paid by {name} {part}", f"{name}支付 {part}").rstrip()


def event_name(kind: str) -> str:
    """Name what an entry was made of: `Settlement`, `扣款`."""
    return screen.say(*KIND_NAMES.get(kind, (kind, kind)))
