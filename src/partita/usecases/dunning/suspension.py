"""The suspension of credit: lifted in the transaction that pays the last bill that is too long past due.

Owns nothing but that moment; who suspends is `dunning.run`. Rules: DUN-4 (`docs/rules/dunning.md`).
"""

from __future__ import annotations

from collections.abc import Collection

from partita.core.dunning import suspends
from partita.store import credit as credit_store
from partita.store import dunning as dunning_store
from partita.usecases.work import Work


def lift(work: Work, payer_ids: Collection[str]) -> None:
    """Lift the suspension of those of these payers whose bills no longer ask for it. The caller holds their locks."""
    suspended = credit_store.suspended(work.tx, payer_ids)
    if not suspended:
        return
    for payer in dunning_store.dunned(work.tx, work.now, suspended):
        if suspends(payer.policy, payer.debts, payer.today) is None:
            bill = suspended[payer.payer_id]
            credit_store.suspend(
                work.tx, payer.payer_id, bill, suspended=False, recorded_by=work.actor.signature, recorded_at=work.now
            )
            work.touched.add(payer.payer_id)
