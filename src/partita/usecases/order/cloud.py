"""Commands to the cloud about single resources: stopped, resumed, released, through the outbox like all others.

Rules: SUB-5, SUB-8 (`docs/rules/subscription.md`), STOP-10, OUTBOX-1.
"""

from __future__ import annotations

from partita.core.outbox import RESOURCE
from partita.core.voucher import microseconds
from partita.store import outbox as outbox_store
from partita.store.subscription import Subscription
from partita.usecases.work import Work


def tell_cloud(work: Work, one: Subscription, order: str, cause: str) -> None:
    """Leave a command about the resource of a subscription; a later one about it takes its place (OUTBOX-4).

    Its step is the instant: a resource may be bought anew after its release, and the cloud carries out what is later.
    """
    subject = f"{one.account_id}/{one.product_id}/{one.resource_id}"
    payload = {
        "order": order,
        "account": one.account_id,
        "product": one.product_id,
        "resource": one.resource_id,
        "subscription": one.subscription_id,
        "step": microseconds(work.now),
        "payer": one.payer_id,
        "cause": cause,
        "at": work.now.isoformat(),
    }
    key = f"{subject}#{one.subscription_id}#{one.step}"
    outbox_store.add(work.tx, RESOURCE, key, payload, recorded_at=work.now, subject=subject)
