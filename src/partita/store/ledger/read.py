"""Read: entries, balances by both times, the sources of a payer, the statement.

"Until" is half-open everywhere: an entry effective (or recorded) at that very instant is not in. Rules: LEDGER-2,
LEDGER-7 (`docs/rules/ledger.md`), FUNDS-1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from partita.core import posting_rules
from partita.core.funds import fund_of
from partita.core.ledger import Entry, Posting
from partita.core.settlement import Source
from partita.store.db import Transaction
from partita.store.ledger.heads import lock_payers

ENTRY = """
    select e.payer_id, e.sequence, e.entry_id, e.kind, e.description, e.reference, e.effective_at, e.recorded_at,
           e.idempotency_key, e.body_hash, e.reverses, e.previous_hash, e.hash,
           array(select p.ledger_account || ' ' || p.currency || ' ' || p.amount_minor from posting p
                 where p.payer_id = e.payer_id and p.sequence = e.sequence order by p.line) as postings
    from entry e
"""
_STATEMENT = """
    with line as (
        select e.payer_id, e.sequence, p.line, e.entry_id, e.kind, e.description, e.reference, e.reverses,
               e.effective_at, e.recorded_at, p.ledger_account, p.currency, p.amount_minor,
               sum(p.amount_minor) over (partition by p.ledger_account, p.currency
                                         order by e.effective_at, e.sequence, p.line) as balance_minor
        from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
        where e.payer_id = %(payer)s
          and (%(account)s::text is null or p.ledger_account = %(account)s
               or starts_with(p.ledger_account, %(account)s || '/'))
          and (%(effective_until)s::timestamptz is null or e.effective_at < %(effective_until)s)
          and (%(recorded_until)s::timestamptz is null or e.recorded_at < %(recorded_until)s)
    )
    select effective_at, recorded_at, entry_id, sequence, kind, description, reference, reverses, ledger_account,
           currency, amount_minor, balance_minor::bigint as balance_minor,
           array(select distinct c.ledger_account from posting c
                 where c.payer_id = line.payer_id and c.sequence = line.sequence and c.currency = line.currency
                   and sign(c.amount_minor) <> sign(line.amount_minor) order by 1) as counter_accounts
    from line
    where %(effective_from)s::timestamptz is null or effective_at >= %(effective_from)s
    order by effective_at, sequence, line.line
"""
_BALANCES_AT = """
    select e.payer_id, p.ledger_account, p.currency, sum(p.amount_minor)::bigint as amount_minor
    from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
    where (%(payer)s::text is null or e.payer_id = %(payer)s)
      and (%(effective_until)s::timestamptz is null or e.effective_at < %(effective_until)s)
      and (%(recorded_until)s::timestamptz is null or e.recorded_at < %(recorded_until)s)
    group by e.payer_id, p.ledger_account, p.currency order by e.payer_id, p.ledger_account, p.currency
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """What one ledger account of a payer sums to, in minor units; more than zero = debit."""

    payer_id: str
    ledger_account: str
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting of a statement (收支明细) and the balance of its ledger account after it."""

    effective_at: datetime
    recorded_at: datetime
    entry_id: str
    sequence: int
    kind: str
    description: str
    reference: str
    reverses: str | None
    ledger_account: str
    currency: str
    amount_minor: int
    balance_minor: int
    counter_accounts: list[str]


def entry(tx: Transaction, entry_id: str) -> Entry | None:
    """Return an entry by its id."""
    return next(_entries(tx, "where e.entry_id = %s", (entry_id,)), None)


def entry_by_key(tx: Transaction, payer_id: str, idempotency_key: str) -> Entry | None:
    """Return the entry that a key of a payer stands for (LEDGER-4)."""
    return entries_by_key(tx, [(payer_id, idempotency_key)]).get((payer_id, idempotency_key))


def is_known(tx: Transaction, payer_id: str, idempotency_key: str) -> bool:
    """Say whether a key of a payer stands for an entry (LEDGER-4)."""
    row = tx.execute("select from entry where payer_id = %s and idempotency_key = %s", (payer_id, idempotency_key))
    return row.fetchone() is not None


def keys_known(tx: Transaction, keys: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of many (payer, key) that stand for an entry (LEDGER-4)."""
    rows = tx.execute(
        "select e.payer_id, e.idempotency_key from entry e join unnest(%s::text[], %s::text[]) as asked (p, k) "
        "on e.payer_id = asked.p and e.idempotency_key = asked.k",
        ([payer for payer, _ in keys], [key for _, key in keys]),
    )
    return set(rows.fetchall())


def entries_by_key(tx: Transaction, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Entry]:
    """Return the entries of many (payer, key) at once; keys that are not known are left out."""
    asked = (
        "join unnest(%s::text[], %s::text[]) as asked (p, k) on e.payer_id = asked.p and e.idempotency_key = asked.k"
    )
    found = _entries(tx, asked, ([payer for payer, _ in keys], [key for _, key in keys]))
    return {(one.payer_id, one.idempotency_key): one for one in found}


def reversal_of(tx: Transaction, entry_id: str) -> Entry | None:
    """Return the mirror of an entry, if it was reversed (LEDGER-5)."""
    return next(_entries(tx, "where e.reverses = %s", (entry_id,)), None)


def entry_count(tx: Transaction) -> int:
    """Return how many entries the books hold."""
    row = tx.execute("select count(*) from entry").fetchone()
    assert row is not None, "a count is one row"
    return int(row[0])


def balance_of(tx: Transaction, payer_id: str, ledger_account: str, currency: str) -> int:
    """Return the present balance in minor units; more than zero = debit. Kept where it is kept, else summed."""
    kept = "select amount_minor from balance where payer_id = %s and ledger_account = %s and currency = %s"
    summed = (
        "select coalesce(sum(amount_minor), 0)::bigint from posting "
        "where payer_id = %s and ledger_account = %s and currency = %s"
    )
    query = kept if posting_rules.is_kept(ledger_account) else summed
    row = tx.execute(query, (payer_id, ledger_account, currency)).fetchone()
    return int(row[0]) if row else 0


def balances_at(
    tx: Transaction,
    payer_id: str | None,
    *,
    effective_until: datetime | None = None,
    recorded_until: datetime | None = None,
) -> list[Balance]:
    """Return all balances of a payer, or of all payers, as of both times (LEDGER-7).

    What was effective before `effective_until`, as far as it was recorded before `recorded_until`; None = all.
    """
    asked = {"payer": payer_id, "effective_until": effective_until, "recorded_until": recorded_until}
    with tx.cursor(row_factory=class_row(Balance)) as cursor:
        return cursor.execute(_BALANCES_AT, asked).fetchall()


def statement(
    tx: Transaction,
    payer_id: str,
    *,
    ledger_account: str | None = None,
    effective_from: datetime | None = None,
    effective_until: datetime | None = None,
    recorded_until: datetime | None = None,
) -> list[StatementLine]:
    """Return the statement of a payer, chronological by effective time, with a running balance a ledger account.

    `ledger_account` narrows it (`revenue` takes all of `revenue/…`). The balance of a line counts all lines before it,
    shown or not.
    """
    asked = {
        "payer": payer_id,
        "account": ledger_account,
        "effective_from": effective_from,
        "effective_until": effective_until,
        "recorded_until": recorded_until,
    }
    with tx.cursor(row_factory=class_row(StatementLine)) as cursor:
        return cursor.execute(_STATEMENT, asked).fetchall()


def lock_sources(tx: Transaction, payer_ids: Iterable[str], currency: str) -> dict[str, list[Source]]:
    """Lock payers, then their balances, both in sorted order; return what each may draw from (FUNDS-1, SETTLE-4).

    Every asked payer is in the answer. The heads come first because whoever appends takes them first.
    """
    payers = sorted(set(payer_ids))
    lock_payers(tx, payers)
    rows = tx.execute(
        "select payer_id, ledger_account, amount_minor from balance where payer_id = any(%s) and currency = %s "
        "order by payer_id, ledger_account, currency for update",
        (payers, currency),
    )
    sources: dict[str, list[Source]] = {payer: [] for payer in payers}
    for payer, account, amount_minor in rows:
        if found := fund_of(account):
            # A fund is the customer's money that we owe, so it stands on the credit side.
            sources[payer].append(Source(*found, available=-amount_minor))
    return sources


def entry_of(row: tuple[Any, ...]) -> Entry:
    """Build an entry from a row of `ENTRY`."""
    facts: list[Any] = [*row[:-1], tuple(_posting(line) for line in row[-1])]
    return Entry(*facts)


def _entries(tx: Transaction, where: str, values: tuple[object, ...]) -> Iterator[Entry]:
    return (entry_of(row) for row in tx.execute(ENTRY + where, values))


def _posting(line: str) -> Posting:
    ledger_account, currency, amount_minor = line.rsplit(" ", 2)
    return Posting(ledger_account, currency, int(amount_minor))
