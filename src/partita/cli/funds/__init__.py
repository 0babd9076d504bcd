"""`partita funds …`: what an account has; money in, out and between accounts; freezes, documents, cards, clearing."""

from partita.cli.funds.aside import freeze, release
from partita.cli.funds.cash import top_up, withdraw
from partita.cli.funds.clearing import clear
from partita.cli.funds.documents import (
    accept,
    activate_card,
    buy_card,
    collect,
    discount,
    dishonour,
    expire_cards,
    refund,
)
from partita.cli.funds.show import show
from partita.cli.funds.transfer import reclaim, transfer

__all__ = [
    "accept", "activate_card", "buy_card", "clear", "collect", "discount", "dishonour", "expire_cards", "freeze",
    "reclaim", "refund", "release", "show", "top_up", "transfer", "withdraw",
]  # fmt: skip
