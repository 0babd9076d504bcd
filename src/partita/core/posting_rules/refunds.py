"""Refunds: into the refund book of a month, or, of what credit bought, into its own book. Rules: POST-8, POST-9."""

from __future__ import annotations

from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.period import Month
from partita.core.posting_rules.chart import CREDIT_REFUND_APPLIED, CREDIT_REFUNDED, REFUNDED, pair


def refunded(*, payer_id: str, product_id: str, month: Month, amount: Money, idempotency_key: str) -> Draft:
    """Return the entry of a refund (POST-8): revenue/<product> → refund/<month>, to be spent in that month or later."""
    return Draft(
        payer_id=payer_id,
        kind=REFUNDED.kind,
        description=f"{REFUNDED.english} {product_id} {month}",
        reference=product_id,
        effective_at=None,
        idempotency_key=f"{REFUNDED.kind}:{idempotency_key}",
        postings=pair(REFUNDED, amount, product=product_id, month=str(month)),
    )


def credit_refunded(*, payer_id: str, product_id: str, amount: Money, idempotency_key: str) -> Draft:
    """Return the entry of a refund of what was bought on credit (POST-9): revenue/<product> → credit_refund."""
    return Draft(
        payer_id=payer_id,
        kind=CREDIT_REFUNDED.kind,
        description=f"{CREDIT_REFUNDED.english} {product_id}",
        reference=product_id,
        effective_at=None,
        idempotency_key=f"{CREDIT_REFUNDED.kind}:{idempotency_key}",
        postings=pair(CREDIT_REFUNDED, amount, product=product_id),
    )


def credit_refund_applied(*, payer_id: str, amount: Money, idempotency_key: str) -> Draft:
    """Return the entry that lets a credit refund lower what is outstanding (POST-9): credit_refund → receivable."""
    return Draft(
        payer_id=payer_id,
        kind=CREDIT_REFUND_APPLIED.kind,
        description=CREDIT_REFUND_APPLIED.english,
        reference="",
        effective_at=None,
        idempotency_key=f"{CREDIT_REFUND_APPLIED.kind}:{idempotency_key}",
        postings=pair(CREDIT_REFUND_APPLIED, amount),
    )
