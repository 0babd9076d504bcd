"""What is held: by rated usage that no bill has settled, and as cash that was put aside (frozen).

Owns the SQL of `fund_freeze` and `fund_release`. Decides nothing. Does not own `hold`, which usage
moves (`store.hold`). Rules: FUNDS-4, FUNDS-9 (`docs/rules/funds.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from partita.core.money import Money
from partita.store.db import Transaction
from partita.store.funds.holder import By

_FREEZES = """
    select f.payer_id, f.freeze_id, f.currency, f.amount_minor,
           (f.amount_minor - coalesce(sum(r.amount_minor), 0))::bigint as left_minor, f.note, f.recorded_by,
           f.recorded_at
    from fund_freeze f left join fund_release r using (payer_id, freeze_id)
    where f.payer_id = %(payer)s or f.freeze_id = %(freeze)s
    group by f.payer_id, f.freeze_id order by f.payer_id, f.recorded_at, f.freeze_id
"""
_FROZEN = """
    select payer_id, currency, sum(amount_minor)::bigint from (
        select payer_id, currency, amount_minor from fund_freeze where payer_id = any(%(payers)s)
        union all
        select r.payer_id, f.currency, -r.amount_minor
        from fund_release r join fund_freeze f using (payer_id, freeze_id) where r.payer_id = any(%(payers)s)
    ) as moved group by payer_id, currency
"""


@dataclass(frozen=True, slots=True)
class Freeze:
    """Cash that was put aside, and what is left of it in minor units."""

    payer_id: str
    freeze_id: str
    currency: str
    amount_minor: int
    left_minor: int
    note: str
    recorded_by: str
    recorded_at: datetime

    @property
    def amount(self) -> Money:
        """What was put aside."""
        return Money(self.amount_minor, self.currency)

    @property
    def left(self) -> Money:
        """What still is."""
        return Money(self.left_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact that a command recorded under its key: its amount and what was said of it, to tell a repetition."""

    fact_id: str
    amount: Money
    note: str


def frozen_of(tx: Transaction, payer_ids: Collection[str]) -> dict[tuple[str, str], int]:
    """Return what is frozen by payer and currency, in minor units."""
    rows = tx.execute(_FROZEN, {"payers": sorted(payer_ids)})
    return {(payer, currency): int(amount) for payer, currency, amount in rows}


def freezes(tx: Transaction, payer_id: str) -> list[Freeze]:
    """Return the freezes of a payer, oldest first."""
    return [Freeze(*row) for row in tx.execute(_FREEZES, {"payer": payer_id, "freeze": None})]


def freeze_of(tx: Transaction, freeze_id: str) -> Freeze | None:
    """Return a freeze by its id."""
    row = tx.execute(_FREEZES, {"payer": None, "freeze": freeze_id}).fetchone()
    return None if row is None else Freeze(*row)


def freeze_by_key(tx: Transaction, payer_id: str, key: str) -> Recorded | None:
    """Return the freeze that a key of a payer stands for."""
    row = tx.execute(
        "select freeze_id, amount_minor, currency, note from fund_freeze where payer_id = %s and idempotency_key = %s",
        (payer_id, key),
    ).fetchone()
    return None if row is None else Recorded(row[0], Money(row[1], row[2]), row[3])


def release_by_key(tx: Transaction, payer_id: str, key: str) -> Recorded | None:
    """Return the release that a key of a payer stands for; its `fact_id` is the freeze."""
    row = tx.execute(
        "select r.freeze_id, r.amount_minor, f.currency, r.note from fund_release r "
        "join fund_freeze f using (payer_id, freeze_id) where r.payer_id = %s and r.idempotency_key = %s",
        (payer_id, key),
    ).fetchone()
    return None if row is None else Recorded(row[0], Money(row[1], row[2]), row[3])


def add_freeze(tx: Transaction, one: Freeze, *, key: str) -> None:
    """Put cash aside."""
    tx.execute(
        "insert into fund_freeze (payer_id, freeze_id, currency, amount_minor, note, idempotency_key, recorded_by, "
        "recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (one.payer_id, one.freeze_id, one.currency, one.amount_minor, one.note, key, one.recorded_by, one.recorded_at),
    )


def add_release(tx: Transaction, one: Recorded, *, payer_id: str, key: str, by: By) -> None:
    """Release some of a freeze. The caller holds the lock of the payer."""
    tx.execute(
        "insert into fund_release (payer_id, freeze_id, line, amount_minor, note, idempotency_key, recorded_by, "
        "recorded_at) select %(payer)s, %(freeze)s, coalesce(max(line), 0) + 1, %(amount)s, %(note)s, %(key)s, "
        "%(by)s, %(at)s from fund_release where payer_id = %(payer)s and freeze_id = %(freeze)s",
        {
            "payer": payer_id, "freeze": one.fact_id, "amount": one.amount.minor, "note": one.note, "key": key,
            "by": by.name, "at": by.at,
        },
    )  # fmt: skip
