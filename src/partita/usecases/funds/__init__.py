"""Funds: money comes in, goes out, and moves between accounts; what an account has and may do with it.

`cash` tops up and withdraws, `transfer` moves money between a main account and its members (`transfer_all`: many
transfers at once), `freeze` puts cash aside,
`refund`, `acceptance` and `card` fill the other books, `figures` shows and explains. Each command is load → decide →
save, in one transaction, once per key. Rules: FUNDS-1 … FUNDS-15 (`docs/rules/funds.md`).
"""

from partita.usecases.funds.acceptance import AcceptanceMoved, accept, end
from partita.usecases.funds.card import CardMoved, CardOffer, CardsExpired, activate_card, buy_card, expire_cards
from partita.usecases.funds.cash import CashMoved, ToppedUp, Withdrawn, currency_of, top_up, withdraw
from partita.usecases.funds.command import TEXT_MAX
from partita.usecases.funds.figures import FundsShown, MembersShown, Reclaimable, figures_of, show, show_members
from partita.usecases.funds.freeze import Frozen, account_of_freeze, freeze, release
from partita.usecases.funds.refund import RefundBooked, RefundOf, refund
from partita.usecases.funds.transfer import Transferred, ends_of, reclaim, transfer
from partita.usecases.funds.transfer_all import TransferAsked, TransferMade, transfer_all

__all__ = [
    "TEXT_MAX", "AcceptanceMoved", "CardMoved", "CardOffer", "CardsExpired", "CashMoved", "Frozen", "FundsShown",
    "MembersShown", "Reclaimable", "RefundBooked", "RefundOf", "ToppedUp", "TransferAsked", "TransferMade",
    "Transferred", "Withdrawn",
    "accept", "account_of_freeze", "activate_card", "buy_card", "currency_of", "end", "ends_of", "expire_cards",
    "figures_of", "freeze",
    "reclaim", "refund", "release", "show", "show_members", "top_up", "transfer", "transfer_all",
    "withdraw",
]  # fmt: skip
