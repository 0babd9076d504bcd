"""Acceptance bills and stored-value cards: what a document brings into the books. Rules: POST-10, POST-11, POST-14.

The keys follow from the document: each of these happens to it once.
"""

from __future__ import annotations

from partita.core.ledger import Draft, Posting
from partita.core.money import Money
from partita.core.posting_rules.chart import (
    ACCEPTANCE_TO_CASH,
    ACCEPTED,
    CARD_ACTIVATED,
    CARD_BOUGHT,
    CARD_GIFT,
    CARD_LAPSED,
    COLLECTED,
    DISCOUNT_FEE,
    DISCOUNTED,
    DISHONOURED,
    DISHONOURED_SPENT,
    Movement,
    pair,
)

Pairs = tuple[tuple[Posting, Posting] | tuple[()], ...]


def accepted(*, payer_id: str, document_id: str, face: Money) -> Draft:
    """Return the entry of an acceptance bill taken in (POST-10): notes_receivable → acceptance/<document>."""
    return _entry(ACCEPTED, payer_id, document_id, (pair(ACCEPTED, face, document=document_id),))


def collected(*, payer_id: str, document_id: str, face: Money, left: Money) -> Draft:
    """Return the entry of a bill that the bank has paid (POST-10); what is `left` of its book becomes cash."""
    pairs = (_some(COLLECTED, face, document_id), _some(ACCEPTANCE_TO_CASH, left, document_id))
    return _entry(COLLECTED, payer_id, document_id, pairs)


def discounted(*, payer_id: str, document_id: str, face: Money, left: Money, fee: Money) -> Draft:
    """Return the entry of a bill sold to the bank before it is due (POST-10).

    The customer bears the bank's `fee`, at most what is `left` of the book; the rest of the book becomes cash.
    """
    pairs = (
        _some(DISCOUNTED, face - fee, document_id),
        _some(DISCOUNT_FEE, fee, document_id),
        _some(ACCEPTANCE_TO_CASH, left - fee, document_id),
    )
    return _entry(DISCOUNTED, payer_id, document_id, pairs)


def dishonoured(*, payer_id: str, document_id: str, face: Money, left: Money) -> Draft:
    """Return the entry of a bill that the bank does not pay (POST-10): what was spent of it is owed again."""
    pairs = (_some(DISHONOURED, left, document_id), _some(DISHONOURED_SPENT, face - left, document_id))
    return _entry(DISHONOURED, payer_id, document_id, pairs)


def card_bought(*, payer_id: str, card_id: str, price: Money, face: Money) -> Draft:
    """Return the entry of a card bought (POST-11): cash → the inactive card; what the face is above the price is given.

    `face` is at least `price`.
    """
    pairs: Pairs = (
        pair(CARD_BOUGHT, price, card=card_id),
        pair(CARD_GIFT, face - price, card=card_id) if face != price else (),
    )
    return _entry(CARD_BOUGHT, payer_id, card_id, pairs)


def card_activated(*, payer_id: str, card_id: str, face: Money) -> Draft:
    """Return the entry of a card that is activated (POST-11): the inactive card → stored_value/<card>."""
    return _entry(CARD_ACTIVATED, payer_id, card_id, (pair(CARD_ACTIVATED, face, card=card_id),))


def card_lapsed(*, payer_id: str, card_id: str, left: Money) -> Draft:
    """Return the entry of a card that is over with something left on it (POST-14): stored_value/<card> → lapsed."""
    return _entry(CARD_LAPSED, payer_id, card_id, (pair(CARD_LAPSED, left, card=card_id),))


def _some(movement: Movement, amount: Money, document_id: str) -> tuple[Posting, Posting] | tuple[()]:
    return pair(movement, amount, document=document_id) if amount.minor else ()


def _entry(movement: Movement, payer_id: str, document_id: str, pairs: Pairs) -> Draft:
    return Draft(
        payer_id=payer_id,
        kind=movement.kind,
        description=f"{movement.english} {document_id}",
        reference=document_id,
        effective_at=None,
        idempotency_key=f"{movement.kind}:{document_id}",
        postings=tuple(posting for both in pairs for posting in both),
    )
