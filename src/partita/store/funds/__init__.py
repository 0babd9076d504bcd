"""Funds in PostgreSQL: who holds them, the figures of an account, holds, acceptance bills and cards.

The sources themselves are kept balances (`store.ledger.lock_sources`). Rules: FUNDS-1 … FUNDS-13
(`docs/rules/funds.md`).
"""

from partita.store.funds.documents import (
    End,
    acceptance,
    acceptances,
    activate_card,
    add_acceptance,
    add_card,
    card,
    card_by_key,
    cards,
    end_acceptance,
    end_of,
    ended_cards,
)
from partita.store.funds.figures import figures, given_by, left_of, left_of_pair
from partita.store.funds.holder import By, Holder, holder, holders
from partita.store.funds.holds import (
    Freeze,
    Recorded,
    add_freeze,
    add_release,
    freeze_by_key,
    freeze_of,
    freezes,
    frozen_of,
    release_by_key,
)
from partita.store.funds.refund import bought

__all__ = [
    "By", "End", "Freeze", "Holder", "Recorded",
    "acceptance", "acceptances", "activate_card", "add_acceptance", "add_card", "add_freeze", "add_release", "bought",
    "card", "card_by_key", "cards", "end_acceptance", "end_of", "ended_cards", "figures", "freeze_by_key", "freeze_of",
    "freezes", "frozen_of", "given_by", "holder", "holders", "left_of", "left_of_pair", "release_by_key",
]  # fmt: skip
