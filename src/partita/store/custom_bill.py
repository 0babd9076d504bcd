"""Custom bills in PostgreSQL: definitions by account and name, and which turns were delivered.

Owns the SQL of `custom_bill` and `custom_bill_delivery`; rows are only ever added, of a name the last counts. Decides
nothing. Rules: CUSTOM-2, CUSTOM-4 (`docs/rules/custom_bill.md`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partita.core.custom_bill import SCHEDULES, Definition, Schedule, Turn
from partita.core.period import Month
from partita.store.control_policy import Setting
from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class CustomBill:
    """A custom bill of an account, as it was saved last."""

    account_id: str
    name: str
    sequence: int
    definition: Definition
    schedule: Schedule
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A turn that was delivered: for which month, where the file lies, its SHA-256 and rows."""

    account_id: str
    name: str
    turn: str
    sequence: int
    month: int
    path: str
    digest: bytes
    rows: int
    recorded_at: datetime

    @property
    def label(self) -> str:
        """What was delivered, as people are told."""
        return Turn(self.turn, Month.from_number(self.month)).label


_LAST = """
    select account_id, name, sequence, definition, schedule, recorded_by, recorded_at from (
        select distinct on (account_id, name) * from custom_bill
        where %(account)s::text is null or account_id = %(account)s
        order by account_id, name, sequence desc) last
    where active order by account_id, name
"""


def saved(tx: Transaction, account_id: str | None = None) -> list[CustomBill]:
    """Return the custom bills of an account, or all, by account and name."""
    return [_custom(row) for row in tx.execute(_LAST, {"account": account_id})]


def save(
    tx: Transaction,
    name: tuple[str, str],
    definition: Definition,
    schedule: Schedule,
    *,
    setting: Setting,
    active: bool = True,
) -> None:
    """Append a custom bill of (account, name) as it is from now on, or that it is none any more."""
    tx.execute(
        "insert into custom_bill (account_id, name, sequence, definition, schedule, active, recorded_by, recorded_at) "
        "select %(account)s, %(name)s, coalesce(max(sequence), 0) + 1, %(definition)s::jsonb, %(schedule)s, "
        "%(active)s, %(by)s, %(at)s from custom_bill where account_id = %(account)s and name = %(name)s",
        {
            "account": name[0], "name": name[1], "definition": json.dumps(definition.plain(), ensure_ascii=False),
            "schedule": schedule.word, "active": active, "by": setting.by, "at": setting.at,
        },
    )  # fmt: skip


def delivered(tx: Transaction, account_id: str, name: str) -> list[DeliveryRow]:
    """Return the turns of a custom bill that were delivered, the newest first."""
    rows = tx.execute(
        "select account_id, name, turn, sequence, month, path, digest, rows, recorded_at from custom_bill_delivery "
        "where account_id = %s and name = %s order by recorded_at desc, turn desc",
        (account_id, name),
    )
    return [_delivery(row) for row in rows]


def deliver(tx: Transaction, row: DeliveryRow) -> bool:
    """Append a turn; False when it was delivered before."""
    done = tx.execute(
        "insert into custom_bill_delivery (account_id, name, turn, sequence, month, path, digest, rows, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
        (
            row.account_id, row.name, row.turn, row.sequence, row.month, row.path, row.digest, row.rows,
            row.recorded_at,
        ),
    )  # fmt: skip
    return done.rowcount == 1


def _custom(row: tuple[Any, ...]) -> CustomBill:
    account, name, sequence, definition, schedule, by, at = row
    return CustomBill(account, name, sequence, Definition.of(definition), SCHEDULES[schedule], by, at)


def _delivery(row: tuple[Any, ...]) -> DeliveryRow:
    account, name, turn, sequence, month, path, digest, rows, at = row
    return DeliveryRow(account, name, turn, sequence, month, path, bytes(digest), rows, at)
