"""What `verify` asks of funds: sums that must cancel, and books, freezes and documents that do not fit.

Read-only. Rules: FUNDS-14 (`docs/rules/funds.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from partita.core.funds import Fund
from partita.store.db import Transaction

_PAIRS = """
    moved as (
        select currency, least(payer_id, other) as one, greatest(payer_id, other) as two, payer_id, amount from (
            select payer_id, currency, substr(ledger_account, 19) as other, sum(amount_minor) as amount from posting
            where starts_with(ledger_account, 'transfer_clearing/') group by 1, 2, 3) as clearing)
"""


@dataclass(frozen=True, slots=True)
class PairApart:
    """Two accounts whose halves of transfers do not cancel, and by how much in minor units."""

    one: str
    two: str
    currency: str
    difference: int


@dataclass(frozen=True, slots=True)
class BookBelowZero:
    """A fund book that is overdrawn, in minor units below zero."""

    payer_id: str
    ledger_account: str
    currency: str
    amount_minor: int


def clearing_sums(tx: Transaction) -> list[tuple[str, int, int]]:
    """Return (currency, what givers have out in the clearing, what receivers have in), both of all accounts."""
    rows = tx.execute(
        f"with {_PAIRS} select currency, coalesce(-sum(amount) filter (where amount < 0), 0)::text, "
        "coalesce(sum(amount) filter (where amount > 0), 0)::text from moved group by 1 order by 1"
    )
    return [(currency, int(out), int(into)) for currency, out, into in rows]


def pairs_apart(tx: Transaction) -> list[PairApart]:
    """Return the pairs of accounts whose clearing does not sum to zero."""
    with tx.cursor(row_factory=class_row(PairApart)) as cursor:
        return cursor.execute(
            f"with {_PAIRS} select one, two, currency, sum(amount)::bigint as difference from moved "
            "group by 1, 2, 3 having sum(amount) <> 0 order by 1, 2, 3"
        ).fetchall()


def books_below_zero(tx: Transaction) -> tuple[int, list[BookBelowZero]]:
    """Return how many fund books there are, and those below zero.

    Cash may be: a payment that bounced after it was spent.
    """
    names = [fund.value for fund in Fund if fund is not Fund.CASH]
    count = tx.execute(
        "select count(*) from balance where split_part(ledger_account, '/', 1) = any(%s)", (names,)
    ).fetchone()
    assert count is not None, "a count is one row"
    with tx.cursor(row_factory=class_row(BookBelowZero)) as cursor:
        found = cursor.execute(
            "select payer_id, ledger_account, currency, -amount_minor as amount_minor from balance "
            "where split_part(ledger_account, '/', 1) = any(%s) and amount_minor > 0 order by 1, 2, 3",
            (names,),
        ).fetchall()
    return int(count[0]), found


def freezes_exceeded(tx: Transaction) -> tuple[int, list[tuple[str, str]]]:
    """Return how many freezes there are, and (account, freeze) of those of which more was released than frozen."""
    count = tx.execute("select count(*) from fund_freeze").fetchone()
    assert count is not None, "a count is one row"
    rows = tx.execute(
        "select payer_id, freeze_id from fund_freeze f join fund_release r using (payer_id, freeze_id) "
        "group by 1, 2, f.amount_minor having sum(r.amount_minor) > f.amount_minor order by 1, 2"
    )
    return int(count[0]), [(payer, name) for payer, name in rows]


def document_sums(tx: Transaction) -> list[tuple[str, str, int, int]]:
    """Return (kind, currency, faces of documents that wait, the balance that stands for them) in minor units.

    Kinds: `acceptance` (bills that are held: notes receivable) and `card` (cards that are not active).
    """
    rows = tx.execute(
        """
        with face as (
            select 'acceptance' as kind, currency, sum(face_minor) as amount from acceptance a
            where not exists (select from acceptance_end e where e.payer_id = a.payer_id
                              and e.document_id = a.document_id) group by 2
            union all
            select 'card', currency, sum(face_minor) from stored_value_card c
            where not exists (select from stored_value_activation v where v.payer_id = c.payer_id
                              and v.card_id = c.card_id) group by 2),
        entered as (
            select case split_part(ledger_account, '/', 1) when 'notes_receivable' then 'acceptance' else 'card' end
                   as kind, currency, abs(sum(amount_minor)) as amount
            from posting where split_part(ledger_account, '/', 1) in ('notes_receivable', 'stored_value_inactive')
            group by 1, 2)
        select kind, currency, coalesce(face.amount, 0)::text, coalesce(entered.amount, 0)::text
        from face full join entered using (kind, currency) order by 1, 2
        """
    )
    return [(kind, currency, int(face), int(entered)) for kind, currency, face, entered in rows]
