"""Transfers between two payers: two balanced entries, one in each chain, that meet in the clearing. Rules: POST-7."""

from __future__ import annotations

from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.posting_rules.chart import (
    RECLAIMED_IN,
    RECLAIMED_OUT,
    TRANSFERRED_IN,
    TRANSFERRED_OUT,
    Movement,
    pair,
)


def transferred(*, giver: str, receiver: str, amount: Money, idempotency_key: str) -> tuple[Draft, Draft]:
    """Return the entries of a transfer (POST-7): the giver's cash → clearing, clearing → the receiver's book of it.

    The key counts within the giver; the receiver's entry carries it behind the giver's id, which holds no blank.
    """
    assert giver != receiver, "a transfer has two ends"
    return (
        _half(TRANSFERRED_OUT, (giver, receiver), amount, idempotency_key),
        _half(TRANSFERRED_IN, (receiver, giver), amount, f"{giver} {idempotency_key}"),
    )


def reclaimed(*, giver: str, receiver: str, amount: Money, idempotency_key: str) -> tuple[Draft, Draft]:
    """Return the entries of a reclaim (POST-7), the giver's first: clearing → its cash, the book → clearing."""
    assert giver != receiver, "a transfer has two ends"
    return (
        _half(RECLAIMED_IN, (giver, receiver), amount, idempotency_key),
        _half(RECLAIMED_OUT, (receiver, giver), amount, f"{giver} {idempotency_key}"),
    )


def _half(movement: Movement, ends: tuple[str, str], amount: Money, key: str) -> Draft:
    payer, other = ends
    return Draft(
        payer_id=payer,
        kind=movement.kind,
        description=movement.english,
        reference=other,
        effective_at=None,
        idempotency_key=f"{movement.kind}:{key}",
        postings=pair(movement, amount, other=other),
    )
