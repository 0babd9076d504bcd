"""Cash that comes and goes: topped up, paid in through a gateway, withdrawn. Rules: POST-1, POST-6, POST-21."""

from __future__ import annotations

from datetime import datetime

from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.posting_rules.chart import CASH_OWED, TOPPED_UP, WITHDRAWN, pair


def topped_up(
    *, payer_id: str, amount: Money, reference: str, idempotency_key: str, effective_at: datetime | None = None
) -> Draft:
    """Return the entry of money received (POST-1): bank → cash. The key is the caller's, in a space of its own."""
    return Draft(
        payer_id=payer_id,
        kind=TOPPED_UP.kind,
        description=TOPPED_UP.english,
        reference=reference,
        effective_at=effective_at,
        idempotency_key=f"{TOPPED_UP.kind}:{idempotency_key}",
        postings=pair(TOPPED_UP, amount),
    )


def paid_in(*, payer_id: str, amount: Money, payment_id: str, transaction_id: str) -> Draft:
    """Return the entry of a payment that a gateway has collected (POST-1): a top-up, once for each payment.

    The reference is the gateway's own number, by which its statement is compared.
    """
    return Draft(
        payer_id=payer_id,
        kind=TOPPED_UP.kind,
        description=f"{TOPPED_UP.english} {payment_id}",
        reference=transaction_id,
        effective_at=None,
        idempotency_key=f"paid_in:{payment_id}",
        postings=pair(TOPPED_UP, amount),
    )


def withdrawn(*, payer_id: str, amount: Money, reference: str, idempotency_key: str) -> Draft:
    """Return the entry of money paid out to the customer (POST-6): cash → bank."""
    return Draft(
        payer_id=payer_id,
        kind=WITHDRAWN.kind,
        description=WITHDRAWN.english,
        reference=reference,
        effective_at=None,
        idempotency_key=f"{WITHDRAWN.kind}:{idempotency_key}",
        postings=pair(WITHDRAWN, amount),
    )


def cash_owed(*, payer_id: str, amount: Money, reversal_id: str) -> Draft:
    """Return the entry of money that was spent and then reversed (POST-21): receivable ← cash, once a reversal."""
    return Draft(
        payer_id=payer_id,
        kind=CASH_OWED.kind,
        description=CASH_OWED.english,
        reference=reversal_id,
        effective_at=None,
        idempotency_key=f"{CASH_OWED.kind}:{reversal_id}",
        postings=pair(CASH_OWED, amount),
    )
