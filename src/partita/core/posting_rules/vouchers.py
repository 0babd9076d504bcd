"""Vouchers: issued, made from the pool, shared with members, taken back, lapsed. Rules: POST-12, POST-13.

Sharing is two entries, one in each chain, that meet in `voucher_clearing/<other account>`.
"""

from __future__ import annotations

from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.posting_rules.chart import (
    POOL_GRANTED,
    VOUCHER_GIVEN_BACK,
    VOUCHER_ISSUED,
    VOUCHER_LAPSED,
    VOUCHER_MADE,
    VOUCHER_RECEIVED,
    VOUCHER_SHARED,
    VOUCHER_TAKEN_BACK,
    VOUCHER_TO_POOL,
    Movement,
    pair,
)

Both = tuple[Draft, Draft]


def pool_granted(*, payer_id: str, amount: Money, reference: str, idempotency_key: str) -> Draft:
    """Return the entry of quota granted to a voucher pool (POST-12): promotion → voucher_pool."""
    postings = pair(POOL_GRANTED, amount)
    key = f"{POOL_GRANTED.kind}:{idempotency_key}"
    return Draft(payer_id, POOL_GRANTED.kind, POOL_GRANTED.english, reference, None, key, postings)


def voucher_issued(*, payer_id: str, voucher_id: str, amount: Money) -> Draft:
    """Return the entry of a voucher that the operator issues (POST-12): promotion → voucher/<voucher>."""
    return _entry(VOUCHER_ISSUED, payer_id, voucher_id, amount, voucher_id)


def voucher_made(*, payer_id: str, voucher_id: str, amount: Money) -> Draft:
    """Return the entry of a voucher made from the pool (POST-12): voucher_pool → voucher/<voucher>."""
    return _entry(VOUCHER_MADE, payer_id, voucher_id, amount, voucher_id)


def voucher_lapsed(*, payer_id: str, voucher_id: str, amount: Money, to_pool: bool) -> Draft:
    """Return the entry of what is left of a voucher that is over (POST-12): back to the pool, or to promotion."""
    return _entry(VOUCHER_TO_POOL if to_pool else VOUCHER_LAPSED, payer_id, voucher_id, amount, voucher_id)


def voucher_shared(*, ends: tuple[str, str], voucher_id: str, amount: Money, idempotency_key: str) -> Both:
    """Return the entries of a voucher shared (POST-13): out of the first end's, into the second's.

    The key counts within the giver; the receiver's entry carries it behind the giver's id, which holds no blank.
    """
    giver, receiver = ends
    return (
        _entry(VOUCHER_SHARED, giver, voucher_id, amount, idempotency_key, other=receiver),
        _entry(VOUCHER_RECEIVED, receiver, voucher_id, amount, f"{giver} {idempotency_key}", other=giver),
    )


def voucher_taken_back(*, ends: tuple[str, str], voucher_id: str, amount: Money, idempotency_key: str) -> Both:
    """Return the entries of a voucher taken back (POST-13), the one who shared it being the first end."""
    giver, receiver = ends
    return (
        _entry(VOUCHER_TAKEN_BACK, giver, voucher_id, amount, idempotency_key, other=receiver),
        _entry(VOUCHER_GIVEN_BACK, receiver, voucher_id, amount, f"{giver} {idempotency_key}", other=giver),
    )


def _entry(movement: Movement, payer_id: str, voucher_id: str, amount: Money, key: str, **names: str) -> Draft:
    return Draft(
        payer_id=payer_id,
        kind=movement.kind,
        description=f"{movement.english} {voucher_id}",
        reference=names.get("other", voucher_id),
        effective_at=None,
        idempotency_key=f"{movement.kind}:{key}",
        postings=pair(movement, amount, voucher=voucher_id, **names),
    )
