"""Custom settlements in PostgreSQL: which bills were chosen, what has been paid of them, and how they ended.

Owns the SQL of `custom_settlement`, `custom_settlement_bill`, `custom_settlement_payment` and `custom_settlement_end`.
Rules: CLEAR-7 (`docs/rules/clearing.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core.clearing import Chosen
from partita.store.db import Transaction
from partita.store.funds import By

_ROWS = """
    select c.payer_id, c.settlement_id, c.currency, c.funds, c.idempotency_key, c.recorded_at,
           coalesce(e.state, 'running'),
           array(select b.bill_id || ' ' || b.amount_minor from custom_settlement_bill b where b.payer_id = c.payer_id
                 and b.settlement_id = c.settlement_id order by b.place),
           array(select p.bill_id || ' ' || sum(p.amount_minor) from custom_settlement_payment p
                 where p.payer_id = c.payer_id and p.settlement_id = c.settlement_id group by p.bill_id order by 1)
    from custom_settlement c left join custom_settlement_end e using (payer_id, settlement_id)
"""


@dataclass(frozen=True, slots=True)
class CustomRow:
    """A custom settlement: what was chosen, what was paid by bill (minor units), and its state.

    `funds`: as they were picked (`cash`, `transfer_book/main`); none = all. `state`: running | settled | ended.
    """

    payer_id: str
    settlement_id: str
    currency: str
    funds: tuple[str, ...]
    key: str
    recorded_at: datetime
    state: str
    chosen: tuple[Chosen, ...]
    paid: dict[str, int]

    @property
    def is_running(self) -> bool:
        """Whether it waits for money."""
        return self.state == "running"

    @property
    def left(self) -> tuple[Chosen, ...]:
        """What of the chosen bills it has not paid yet."""
        rest = (Chosen(one.bill_id, one.amount - self.paid.get(one.bill_id, 0)) for one in self.chosen)
        return tuple(one for one in rest if one.amount > 0)


def custom(tx: Transaction, settlement_id: str) -> CustomRow | None:
    """Return a custom settlement by its id."""
    row = tx.execute(f"{_ROWS} where c.settlement_id = %s", (settlement_id,)).fetchone()
    return None if row is None else _row(row)


def custom_by_key(tx: Transaction, payer_id: str, key: str) -> CustomRow | None:
    """Return the custom settlement that a key of an account stands for."""
    row = tx.execute(f"{_ROWS} where c.payer_id = %s and c.idempotency_key = %s", (payer_id, key)).fetchone()
    return None if row is None else _row(row)


def customs_of(tx: Transaction, payer_id: str) -> list[CustomRow]:
    """Return the custom settlements of an account, oldest first."""
    rows = tx.execute(f"{_ROWS} where c.payer_id = %s order by c.recorded_at, c.settlement_id", (payer_id,))
    return [_row(row) for row in rows]


def add_custom(tx: Transaction, one: CustomRow, by: By) -> None:
    """Record a custom settlement with the bills that were chosen. The caller holds the lock of the account."""
    tx.execute(
        "insert into custom_settlement (payer_id, settlement_id, currency, funds, idempotency_key, recorded_by, "
        "recorded_at) values (%s, %s, %s, %s, %s, %s, %s)",
        (one.payer_id, one.settlement_id, one.currency, list(one.funds), one.key, by.name, by.at),
    )
    with tx.cursor() as cursor:
        cursor.executemany(
            "insert into custom_settlement_bill (payer_id, settlement_id, place, bill_id, amount_minor, recorded_at) "
            "values (%s, %s, %s, %s, %s, %s)",
            [
                (one.payer_id, one.settlement_id, place, bill.bill_id, bill.amount, by.at)
                for place, bill in enumerate(one.chosen, 1)
            ],
        )


def add_payments(tx: Transaction, one: CustomRow, paid: Sequence[tuple[str, int, str]], at: datetime) -> None:
    """Record what a custom settlement paid: (bill, minor units, entry)."""
    with tx.cursor() as cursor:
        cursor.executemany(
            "insert into custom_settlement_payment (payer_id, settlement_id, bill_id, amount_minor, entry_id, "
            "recorded_at) values (%s, %s, %s, %s, %s, %s)",
            [(one.payer_id, one.settlement_id, bill, amount, entry, at) for bill, amount, entry in paid],
        )


def end_custom(tx: Transaction, one: CustomRow, state: str, by: By) -> None:
    """Record that a custom settlement is settled, or was ended."""
    tx.execute(
        "insert into custom_settlement_end (payer_id, settlement_id, state, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s)",
        (one.payer_id, one.settlement_id, state, by.name, by.at),
    )


def _row(row: tuple) -> CustomRow:  # type: ignore[type-arg]
    payer, name, currency, funds, key, at, state, chosen, paid = row
    bills = (line.rsplit(" ", 1) for line in chosen)
    sums = (line.rsplit(" ", 1) for line in paid)
    return CustomRow(
        payer, name, currency, tuple(funds), key, at, state,
        tuple(Chosen(bill, int(amount)) for bill, amount in bills), {bill: int(amount) for bill, amount in sums},
    )  # fmt: skip
