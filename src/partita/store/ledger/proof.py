"""Proof: recompute the chains and the kept balances from what is stored, trusting nothing.

Every entry is hashed again from its own columns and its postings, with the function that wrote it; rows stream, so a
ledger of any size is checked in little memory. Rules: LEDGER-2, LEDGER-3 (`docs/rules/ledger.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from psycopg.rows import class_row

from partita.core.ledger import BEGINNING, Break, End, walk
from partita.core.posting_rules import KEPT
from partita.core.refusal import Reason
from partita.store.db import Transaction
from partita.store.ledger.read import ENTRY, entry_of

_BATCH = 5_000
_HEADS = "select payer_id, sequence, hash from ledger_head"
_ORPHANS = """
    select distinct on (p.payer_id) p.payer_id, p.sequence from posting p
    where not exists (select from entry e where e.payer_id = p.payer_id and e.sequence = p.sequence)
    order by p.payer_id, p.sequence
"""
_BALANCES = """
    select coalesce(s.payer_id, b.payer_id) as payer_id, coalesce(s.ledger_account, b.ledger_account) as ledger_account,
           coalesce(s.currency, b.currency) as currency, coalesce(b.amount_minor, 0) as kept_minor,
           coalesce(s.amount_minor, 0)::bigint as postings_minor
    from balance b full join (
        select payer_id, ledger_account, currency, sum(amount_minor) as amount_minor from posting
        where split_part(ledger_account, '/', 1) = any(%s) group by payer_id, ledger_account, currency
    ) s on s.payer_id = b.payer_id and s.ledger_account = b.ledger_account and s.currency = b.currency
    where coalesce(b.amount_minor, 0) <> coalesce(s.amount_minor, 0)
    order by 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class BalanceDifference:
    """A kept balance that is not the sum of its postings; minor units, more than zero = debit."""

    payer_id: str
    ledger_account: str
    currency: str
    kept_minor: int
    postings_minor: int


def verify_chain(tx: Transaction) -> list[Break]:
    """Recheck every chain; return the first break of each payer, sorted by payer, none when all is well (LEDGER-3).

    Found and named: an entry that is missing, changed, or out of its chain; postings changed, added or gone; a chain
    that does not end where its head says.
    """
    heads = {payer: End(sequence, hash_) for payer, sequence, hash_ in tx.execute(_HEADS)}
    ends: dict[str, End | Break] = dict.fromkeys(heads, BEGINNING)
    with tx.cursor(name="ledger_chain") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(ENTRY + "order by e.payer_id, e.sequence")
        ends |= {payer: walk(entry_of(row) for row in rows) for payer, rows in groupby(cursor, key=itemgetter(0))}
    breaks = {payer: found for payer, end in ends.items() if (found := _break_at_end(payer, end, heads.get(payer)))}
    for payer, sequence in tx.execute(_ORPHANS):
        if payer not in breaks or sequence < breaks[payer].sequence:
            breaks[payer] = Break(payer, sequence, Reason.POSTING_WITHOUT_ENTRY)
    return [breaks[payer] for payer in sorted(breaks)]


def _break_at_end(payer: str, end: End | Break, head: End | None) -> Break | None:
    if isinstance(end, Break):
        return end
    if head is not None and end.sequence < head.sequence:
        return Break(payer, end.sequence + 1, Reason.CHAIN_GAP)
    return None if end == head else Break(payer, end.sequence, Reason.CHAIN_HEAD_WRONG)


def check_balances(tx: Transaction) -> list[BalanceDifference]:
    """Return the kept balances that differ from the sum of their postings; none when all is well (LEDGER-2)."""
    with tx.cursor(row_factory=class_row(BalanceDifference)) as cursor:
        return cursor.execute(_BALANCES, (sorted(KEPT),)).fetchall()
