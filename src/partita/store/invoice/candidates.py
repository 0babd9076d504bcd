"""What may be invoiced, and what was set off.

Owns the SQL of `invoice_offset` and reads the view `invoice_candidate`, which lies over `cash_consumption`: the one
place that knows what customers consume. Rules: INVOICE-1, INVOICE-2, INVOICE-9, INVOICE-10.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from partita.core.invoice import Candidate, CandidateKind
from partita.core.posting_rules import KINDS_BOUNCED
from partita.store.db import Transaction, named, planned_once

_KINDS = {kind.word: kind for kind in CandidateKind}
_CANDIDATES = """
    select payer_id, kind, reference, seller, currency, consumed_at, original_minor, refunded_minor, taken_minor,
           given_minor, invoiced_minor, month
    from invoice_candidate where payer_id = any(%s) order by consumed_at, payer_id, kind, reference, seller
"""
_ORDERS = """
    select c.payer_id, c.subscription_id, c.order_id, sum(d.amount_minor)::bigint
    from order_charge c
    join order_draw d on d.payer_id = c.payer_id and d.order_id = c.order_id and d.line = c.line
    where c.payer_id = any(%s) and d.amount_minor > 0 and d.fund in ('cash', 'transfer_book', 'acceptance', 'refund')
    group by 1, 2, 3
"""
# Only what an invoice says can be owed: of whoever has none nothing is summed.
_OWED = """
    select payer_id, currency,
           sum(least(greatest(-net, 0), greatest(covered, 0)))::bigint
    from (select payer_id, currency, invoiced_minor + taken_minor - given_minor as covered,
                 original_minor - refunded_minor - taken_minor + given_minor - invoiced_minor as net
          from invoice_candidate where payer_id = any(%s)) c
    where net < 0 group by 1, 2
"""
_BOUNCED = """
    with late as materialized (
        select distinct payer_id from entry where payer_id {payers} and kind in ({bounced}))
    select e.payer_id, p.currency,
           least(sum(p.amount_minor) filter (where e.kind in ({bounced})), sum(p.amount_minor))::bigint
    from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
    where e.payer_id in (select payer_id from late) and p.ledger_account = 'receivable'
      and e.kind not in ('billed', 'settled', 'cleared', 'credit_refund_applied', 'order_paid', 'order_cleared')
    group by 1, 2
"""


@dataclass(frozen=True, slots=True)
class OffsetRow:
    """What one candidate owed that was set off against another of the same payer, seller and currency."""

    payer_id: str
    offset_id: str
    kind: CandidateKind
    reference: str
    other_kind: CandidateKind
    other_reference: str
    seller: str
    currency: str
    amount_minor: int
    idempotency_key: str


def candidates(tx: Transaction, payer_ids: Collection[str]) -> list[Candidate]:
    """Return what payers consumed, with what invoices say of it, the oldest first."""
    asked = sorted(payer_ids)
    orders: dict[tuple[str, str], dict[str, int]] = {}
    with planned_once(tx):
        for payer, subscription, order, amount in tx.execute(_ORDERS, (asked,), prepare=True):
            orders.setdefault((payer, subscription), {})[order] = amount
        rows = tx.execute(_CANDIDATES, (asked,), prepare=True).fetchall()
    facts = [
        (payer, CandidateKind[kind.upper()], *rest, orders.get((payer, rest[0]), {})) for payer, kind, *rest in rows
    ]
    return [Candidate(*one) for one in facts]


def owed(tx: Transaction, payer_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """Return what invoices are owed: (payer, currency) → minor units, more than zero (INVOICE-10)."""
    with planned_once(tx):
        rows = tx.execute(_OWED, (sorted(payer_ids),), prepare=True)
    return {(payer, currency): amount for payer, currency, amount in rows if amount}


def bounced(tx: Transaction, payer_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """Return what payers owe again because what paid was reversed or dishonoured: (payer, currency) → minor units.

    What is owed on no bill is paid in one sum (CLEAR-4), so as long as some of it is left, it counts as this.
    """
    which, values = named(payer_ids)
    kinds = ", ".join(f"'{kind}'" for kind in sorted(KINDS_BOUNCED))
    rows = tx.execute(_BOUNCED.format(payers=which, bounced=kinds), values)
    return {(payer, currency): amount for payer, currency, amount in rows if amount > 0}


def add_offset(tx: Transaction, row: OffsetRow, *, recorded_by: str, recorded_at: datetime) -> None:
    """Append an offset."""
    tx.execute(
        "insert into invoice_offset (payer_id, offset_id, kind, reference, other_kind, other_reference, seller, "
        "currency, amount_minor, idempotency_key, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            row.payer_id, row.offset_id, row.kind.word, row.reference, row.other_kind.word, row.other_reference,
            row.seller, row.currency, row.amount_minor, row.idempotency_key, recorded_by, recorded_at,
        ),
    )  # fmt: skip


def offset_by_key(tx: Transaction, payer_id: str, idempotency_key: str) -> OffsetRow | None:
    """Return the offset that was recorded with a key."""
    row = tx.execute(
        "select payer_id, offset_id, kind, reference, other_kind, other_reference, seller, currency, amount_minor, "
        "idempotency_key from invoice_offset where payer_id = %s and idempotency_key = %s",
        (payer_id, idempotency_key),
    ).fetchone()
    if row is None:
        return None
    return OffsetRow(row[0], row[1], _KINDS[row[2]], row[3], _KINDS[row[4]], *row[5:])
