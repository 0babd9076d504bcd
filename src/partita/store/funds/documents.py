"""Acceptance bills and stored-value cards in PostgreSQL.

Owns the SQL of `acceptance`, `acceptance_end`, `stored_value_card` and `stored_value_activation`. Decides nothing.
Rules: FUNDS-12, FUNDS-13, FUNDS-15 (`docs/rules/funds.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partita.core.funds import Acceptance, AcceptanceState, Card
from partita.core.money import Money
from partita.store.db import Transaction
from partita.store.funds.holder import By

_ACCEPTANCES = """
    select a.payer_id, a.document_id, a.face_minor, a.currency, a.matures_on, a.drawer, coalesce(e.state, 'held')
    from acceptance a left join acceptance_end e using (payer_id, document_id)
"""
_CARDS = """
    select c.payer_id, c.card_id, c.face_minor, c.currency, c.price_minor, c.valid_days, v.activated_at
    from stored_value_card c left join stored_value_activation v using (payer_id, card_id)
"""


@dataclass(frozen=True, slots=True)
class End:
    """What became of an acceptance bill, and in minor units what was left of its book and what the bank took."""

    state: AcceptanceState
    left_minor: int
    fee_minor: int


def acceptance(tx: Transaction, document_id: str) -> Acceptance | None:
    """Return an acceptance bill by its number, whoever handed it in."""
    row = tx.execute(f"{_ACCEPTANCES} where a.document_id = %s", (document_id,)).fetchone()
    return None if row is None else _acceptance(row)


def acceptances(tx: Transaction, payer_id: str) -> list[Acceptance]:
    """Return the acceptance bills of a payer, the first to mature first."""
    rows = tx.execute(f"{_ACCEPTANCES} where a.payer_id = %s order by a.matures_on, a.document_id", (payer_id,))
    return [_acceptance(row) for row in rows]


def end_of(tx: Transaction, document_id: str) -> End | None:
    """Return what became of an acceptance bill; None while it is held."""
    row = tx.execute(
        "select state, left_minor, fee_minor from acceptance_end where document_id = %s", (document_id,)
    ).fetchone()
    return None if row is None else End(AcceptanceState[row[0].upper()], row[1], row[2])


def add_acceptance(tx: Transaction, one: Acceptance, by: By) -> None:
    """Take in an acceptance bill."""
    tx.execute(
        "insert into acceptance (payer_id, document_id, currency, face_minor, matures_on, drawer, recorded_by, "
        "recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (one.payer_id, one.document_id, one.face.currency, one.face.minor, one.matures_on, one.drawer, by.name, by.at),
    )


def end_acceptance(tx: Transaction, one: Acceptance, end: End, by: By) -> None:
    """Say what became of an acceptance bill."""
    tx.execute(
        "insert into acceptance_end (payer_id, document_id, state, left_minor, fee_minor, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s)",
        (one.payer_id, one.document_id, end.state.word, end.left_minor, end.fee_minor, by.name, by.at),
    )


def cards(tx: Transaction, payer_ids: Collection[str]) -> list[Card]:
    """Return the stored-value cards of payers, in the order of payer and card."""
    rows = tx.execute(f"{_CARDS} where c.payer_id = any(%s) order by c.payer_id, c.card_id", (sorted(payer_ids),))
    return [_card(row) for row in rows]


def ended_cards(tx: Transaction, now: datetime) -> list[tuple[Card, int, str]]:
    """Return the cards that have ended with something left: each with that (minor units) and the zone of its holder."""
    rows = tx.execute(
        """
        select c.payer_id, c.card_id, c.face_minor, c.currency, c.price_minor, c.valid_days, v.activated_at,
               -b.amount_minor, e.zone
        from stored_value_card c join stored_value_activation v using (payer_id, card_id)
        join balance b on b.payer_id = c.payer_id and b.ledger_account = 'stored_value/' || c.card_id
        join account a on a.account_id = c.payer_id join enterprise e using (enterprise_id)
        where b.amount_minor < 0 and v.activated_at + c.valid_days * interval '1 day' <= %s
        order by c.payer_id, c.card_id
        """,
        (now,),
    )
    return [(_card(row[:7]), row[7], row[8]) for row in rows]


def card(tx: Transaction, payer_id: str, card_id: str) -> Card | None:
    """Return a card of a payer."""
    row = tx.execute(f"{_CARDS} where c.payer_id = %s and c.card_id = %s", (payer_id, card_id)).fetchone()
    return None if row is None else _card(row)


def card_by_key(tx: Transaction, payer_id: str, key: str) -> Card | None:
    """Return the card that a key of a payer bought."""
    row = tx.execute(f"{_CARDS} where c.payer_id = %s and c.idempotency_key = %s", (payer_id, key)).fetchone()
    return None if row is None else _card(row)


def add_card(tx: Transaction, one: Card, *, key: str, by: By) -> None:
    """Record a card that was bought."""
    tx.execute(
        "insert into stored_value_card (payer_id, card_id, currency, face_minor, price_minor, valid_days, "
        "idempotency_key, recorded_by, recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            one.payer_id, one.card_id, one.face.currency, one.face.minor, one.price.minor, one.valid_days, key,
            by.name, by.at,
        ),
    )  # fmt: skip


def activate_card(tx: Transaction, one: Card, by: By) -> None:
    """Record that a card is active from now on."""
    tx.execute(
        "insert into stored_value_activation (payer_id, card_id, activated_at, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s)",
        (one.payer_id, one.card_id, by.at, by.name, by.at),
    )


def _acceptance(row: tuple[Any, ...]) -> Acceptance:
    payer, document, face, currency, matures_on, drawer, state = row
    return Acceptance(payer, document, Money(face, currency), matures_on, drawer, AcceptanceState[state.upper()])


def _card(row: tuple[Any, ...]) -> Card:
    payer, card_id, face, currency, price, valid_days, activated_at = row
    return Card(payer, card_id, Money(face, currency), Money(price, currency), valid_days, activated_at)
