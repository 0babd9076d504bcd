"""Bank transfers in PostgreSQL: who may be meant, whose a transfer seemed to be, and what became of it.

Owns the SQL of `bank_transfer` and `bank_transfer_end`. Decides nothing. Rules: BANK-2, BANK-3
(`docs/rules/bank_transfer.md`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import class_row

from partita.core.bank_transfer import Judgement, Payee
from partita.core.ledger import instant_text
from partita.store import rows as rows_store
from partita.store.db import Transaction
from partita.store.funds import By

_PAYEES = """
    select a.account_id,
           array_remove(array[
               (select e2.name from verification v join legal_entity e2 using (entity_id)
                where v.account_id = a.account_id order by v.sequence desc limit 1),
               (select i.title from invoice_profile i where i.account_id = a.account_id
                order by i.sequence desc limit 1)], null),
           coalesce((select b.amount_minor from balance b where b.payer_id = a.account_id and b.currency = %(currency)s
                     and b.ledger_account = 'receivable'), 0),
           array(select l.payable_minor - l.drawn_minor - l.set_off_minor from bill_left l
                 where l.payer_id = a.account_id and l.currency = %(currency)s
                   and l.payable_minor > l.drawn_minor + l.set_off_minor),
           coalesce((select s.state from account_step s where s.account_id = a.account_id order by s.step desc limit 1),
                    'open') <> 'closed'
    from account a join enterprise e using (enterprise_id) where e.currency = %(currency)s order by 1
"""
# A sender is known for an account when somebody, or the account's own reference, said so before.
_SENDERS = """
    select distinct l.sender_account, e.account_id from bank_transfer_end e join statement_line l using (line_id)
    where e.account_id is not null and l.sender_account <> '' and l.sender_account = any(%s)
"""
_TRANSFERS = """
    select l.source_id, l.line_id, l.day, l.amount_minor, s.currency, l.reference, l.sender, l.sender_account, l.text,
           t.score, t.doubt, t.candidates, e.account_id, e.entry_id, e.note
    from bank_transfer t join statement_line l using (line_id) join statement_source s using (source_id)
    left join bank_transfer_end e using (line_id)
"""


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer with the line it stands on, whose it seemed to be, and what became of it (all None = it waits).

    `candidates`: the accounts with their scores and signs, the likeliest first; `doubt` '' = certain.
    """

    source_id: str
    line_id: str
    day: date
    amount_minor: int
    currency: str
    reference: str
    sender: str
    sender_account: str
    text: str
    score: int
    doubt: str
    candidates: list[dict[str, Any]]
    account_id: str | None
    entry_id: str | None
    note: str | None

    @property
    def waits(self) -> bool:
        """Whether a person has to decide."""
        return self.note is None


def payees(tx: Transaction, currency: str) -> list[Payee]:
    """Return the accounts that may be meant by a transfer in a currency."""
    rows = tx.execute(_PAYEES, {"currency": currency})
    return [
        Payee(account, currency, frozenset(names), owed, frozenset(bills), is_open)
        for account, names, owed, bills, is_open in rows
    ]


def senders(tx: Transaction, numbers: Collection[str]) -> dict[str, frozenset[str]]:
    """Return for which accounts these bank accounts paid before (BANK-2)."""
    found: dict[str, set[str]] = {}
    for number, account in tx.execute(_SENDERS, (sorted(numbers),)):
        found.setdefault(number, set()).add(account)
    return {number: frozenset(accounts) for number, accounts in found.items()}


def add_judged(tx: Transaction, judged: Sequence[tuple[str, Judgement]], *, recorded_at: datetime) -> None:
    """Record whose transfers seemed to be."""
    at = instant_text(recorded_at)
    rows_store.add(
        tx,
        "bank_transfer (line_id, score, doubt, candidates, recorded_at)",
        (
            (name, one.score, one.doubt.word if one.doubt else "", json.dumps(_candidates(one)), at)
            for name, one in judged
        ),
    )


def end_transfers(tx: Transaction, ends: Sequence[tuple[str, str | None, str | None, str]], by: By) -> None:
    """Record what became of transfers: (line, account and entry or None, note)."""
    with tx.cursor() as cursor:
        cursor.executemany(
            "insert into bank_transfer_end (line_id, account_id, entry_id, note, recorded_by, recorded_at) "
            "values (%s, %s, %s, %s, %s, %s)",
            [(*end, by.name, by.at) for end in ends],
        )


def transfer(tx: Transaction, line_id: str) -> TransferRow | None:
    """Return a transfer by the line it stands on."""
    with tx.cursor(row_factory=class_row(TransferRow)) as cursor:
        return cursor.execute(f"{_TRANSFERS} where t.line_id = %s", (line_id,)).fetchone()


def transfers(tx: Transaction, source_id: str | None, *, waiting: bool) -> list[TransferRow]:
    """Return the transfers of a source (None = of all), by day; with `waiting` only those for a person."""
    with tx.cursor(row_factory=class_row(TransferRow)) as cursor:
        return cursor.execute(
            f"{_TRANSFERS} where (%(source)s::text is null or l.source_id = %(source)s) "
            "and (not %(waiting)s or e.line_id is null) order by l.day, l.line_id",
            {"source": source_id, "waiting": waiting},
        ).fetchall()


def known_references(tx: Transaction, currency: str, references: Collection[str]) -> set[str]:
    """Return those of these references under which money from the bank stands in the ledger already."""
    rows = tx.execute(
        "select distinct e.reference from posting p "
        "join entry e on e.payer_id = p.payer_id and e.sequence = p.sequence "
        "where p.ledger_account = 'bank' and p.currency = %s and e.reference = any(%s)",
        (currency, sorted(references)),
    )
    return {reference for (reference,) in rows}


def bare_top_ups(tx: Transaction, currency: str, zone: str, days: Collection[date]) -> set[tuple[date, int]]:
    """Return (day, amount) of money that somebody may have topped up by hand for these days of a statement (BANK-3).

    Entered up to three days before or after, for people enter the day on which they see the money; without a reference
    or with one that no statement knows.
    """
    if not days:
        return set()
    rows = tx.execute(
        "with entered as materialized ("
        "select (e.effective_at at time zone %(zone)s)::date as day, p.amount_minor from posting p "
        "join entry e on e.payer_id = p.payer_id and e.sequence = p.sequence "
        "where p.ledger_account = 'bank' and p.currency = %(currency)s and p.amount_minor > 0 "
        "and (e.effective_at at time zone %(zone)s)::date between %(first)s::date - 3 and %(last)s::date + 3 "
        "and starts_with(e.idempotency_key, 'topped_up:') and not starts_with(e.idempotency_key, %(key)s) "
        "and (e.reference = '' or not exists (select from statement_line l where l.reference = e.reference)) "
        "and not exists (select from entry m where m.reverses = e.entry_id)) "
        "select distinct d.day, e.amount_minor from entered e "
        "join unnest(%(days)s::date[]) d (day) on e.day between d.day - 3 and d.day + 3",
        {
            "zone": zone, "currency": currency, "days": sorted(days), "first": min(days), "last": max(days),
            "key": ENTRY_KEY,
        },
    )  # fmt: skip
    return {(day, amount) for day, amount in rows}


def ended_sums(tx: Transaction) -> list[tuple[str, str, int, int]]:
    """Return (line, currency, what the transfer was, what its entry topped up) in minor units, for `verify`."""
    rows = tx.execute(
        """
        with given as (
            select e.line_id, e.entry_id, s.currency, l.amount_minor from bank_transfer_end e
            join statement_line l using (line_id) join statement_source s using (source_id)
            where e.entry_id is not null),
        entered as (
            select e.entry_id, substr(e.idempotency_key, %(cut)s) as line_id, p.currency, p.amount_minor
            from entry e join posting p on p.payer_id = e.payer_id and p.sequence = e.sequence
            where starts_with(e.idempotency_key, %(key)s) and p.ledger_account = 'bank')
        select coalesce(g.line_id, t.line_id), coalesce(g.currency, t.currency), coalesce(g.amount_minor, 0),
               coalesce(t.amount_minor, 0)
        from given g full join entered t on t.entry_id = g.entry_id and t.line_id = g.line_id
             and t.currency = g.currency
        order by 2, 1
        """,
        {"key": ENTRY_KEY, "cut": len(ENTRY_KEY) + 1},
    )
    return rows.fetchall()


TRANSFER_KEY = "transfer:"
ENTRY_KEY = f"topped_up:{TRANSFER_KEY}"
"""How the key of the top-up of a transfer begins; the line follows."""


def _candidates(one: Judgement) -> list[dict[str, object]]:
    return [
        {"account": each.account_id, "score": each.score, "signs": [sign.word for sign in each.signs]}
        for each in one.candidates
    ]
