"""What proofs ask of the running state: holds, counters, how service stands, which messages are done.

Owns read-only SQL across nouns: the state that is kept for speed, beside the facts that it follows from.
Rules: VERIFY-2, SPEND-1, STOP-11, OUTBOX-2.
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class HeldAndSpent:
    """What is held for a payer and month, and what of its running spend no bill has settled, both in `_e10`."""

    payer_id: str
    month: int
    currency: str
    held_e10: int
    spent_e10: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What the counters of a month show, and what its usage files hold, in `_e6`; `complete` = they should agree."""

    month: int
    complete: bool
    counters_e6: int
    files_e6: int


def held_and_spent(tx: Transaction) -> list[HeldAndSpent]:
    """Return holds beside running spend; spend that a posted close has billed is left out."""
    rows = tx.execute(
        """
        with spent as (
            select s.payer_id, s.billed_in as month, s.currency, sum(s.amount_e10) as amount from running_spend s
            where not exists (select from close_step c where c.bucket = s.bucket and c.state = 'posted'
                              and c.month >= s.billed_in)
            group by 1, 2, 3)
        select payer_id, month, currency, coalesce(h.amount_e10, 0)::text, coalesce(s.amount, 0)::text
        from hold h full join spent s using (payer_id, month, currency) order by 1, 2, 3
        """
    )
    return [HeldAndSpent(payer, month, currency, int(held), int(spent)) for payer, month, currency, held, spent in rows]


def counted(tx: Transaction) -> list[Counted]:
    """Return counters beside usage files, by month; complete when the figures of every bucket with files are."""
    rows = tx.execute(
        """
        with file as (select month, bucket, sum(quantity_e6) as quantity, max(sequence) as last from usage_file
                      group by 1, 2),
        of_month as (
            select file.month, sum(file.quantity) as quantity,
                   bool_and(c.sequence is not distinct from file.last) as complete
            from file left join counted_through c on c.month = file.month and c.bucket = file.bucket group by 1),
        counter as (select month, sum(quantity_e6) as quantity from usage_counter group by 1)
        select month, coalesce(complete, true), coalesce(counter.quantity, 0)::text,
               coalesce(of_month.quantity, 0)::text
        from of_month full join counter using (month) order by month
        """
    )
    return [Counted(month, complete, int(counters), int(files)) for month, complete, counters, files in rows]


def services(tx: Transaction) -> tuple[int, list[str]]:
    """Return how many products have steps, and which do not stand as their last step says."""
    rows = tx.execute(
        """
        with last as (select distinct on (account_id, product_id) account_id, product_id, step, state, cause
                      from service_step order by account_id, product_id, step desc)
        select account_id || '/' || product_id,
               (i.step, i.state, i.cause) is not distinct from (last.step, last.state, last.cause)
        from last full join (select * from service_item where step > 0) i using (account_id, product_id) order by 1
        """
    ).fetchall()
    return len(rows), [name for name, same in rows if not same]


def messages(tx: Transaction) -> tuple[int, list[str]]:
    """Return how many messages there are, and which are not known to be as done as their last try says."""
    rows = tx.execute(
        """
        with last as (select distinct on (topic, key) topic, key, attempt, delivery from outbox_delivery
                      order by topic, key, attempt desc)
        select o.topic || ' ' || o.key, s.attempt is not distinct from coalesce(last.attempt, 0)
               and s.done is not distinct from coalesce(last.delivery <> 'failed', false)
        from outbox o left join last using (topic, key) left join outbox_state s using (topic, key) order by 1
        """
    ).fetchall()
    return len(rows), [name for name, same in rows if not same]
