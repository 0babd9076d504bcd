"""The outbox in the books: messages that a transaction leaves behind, and every try to carry them out.

Owns the SQL of `outbox`, `outbox_delivery` and `outbox_state`. Does not own when a try is due (`core.outbox`). A
message is added in the transaction that causes it, so it is there exactly when that is.
Rules: OUTBOX-1, OUTBOX-4 (`docs/rules/outbox.md`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from partita.core.outbox import RESOURCE, Attempt, Delivery, Message
from partita.store.db import Transaction

_LOCK_CLASS = 5_318_009
_NAMES = {one.name.lower(): one for one in Delivery}


def add(
    tx: Transaction,
    topic: str,
    key: str,
    payload: Mapping[str, object],
    *,
    recorded_at: datetime,
    subject: str = "",
) -> bool:
    """Leave a message; say whether it is new. The same topic and key again change nothing (OUTBOX-1)."""
    row = tx.execute(
        "insert into outbox (topic, key, subject, payload, recorded_at) values (%s, %s, %s, %s::jsonb, %s) "
        "on conflict (topic, key) do nothing returning key",
        (topic, key, subject, json.dumps(payload, ensure_ascii=False, default=str), recorded_at),
    ).fetchone()
    if row is not None:  # a statement of its own: whose it is, a tenant's row says that has to be there
        tx.execute("insert into outbox_state (topic, key, attempt, done) values (%s, %s, 0, false)", (topic, key))
    return row is not None


def last_spared(tx: Transaction, subjects: Collection[str]) -> dict[str, frozenset[str]]:
    """Return which resources the last command about each subject told the cloud to spare (STOP-5)."""
    rows = tx.execute(
        "select distinct on (subject) subject, payload->'spared' from outbox where topic = %s and subject = any(%s) "
        "order by subject, sequence desc",
        (RESOURCE, sorted(subjects)),
    )
    return {subject: frozenset(spared or ()) for subject, spared in rows}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message, what its last try came to (None = not tried yet), and whether a later one of its subject is there."""

    message: Message
    last: Attempt | None
    has_later: bool

    @property
    def next_attempt(self) -> int:
        """The number of the try to come."""
        return 1 if self.last is None else self.last.attempt + 1


_WAITING = """
    select o.sequence, o.topic, o.key, o.subject, o.payload, o.recorded_at, d.attempt, d.delivery, d.detail, d.next_at,
           o.subject <> '' and exists (select from outbox l where l.topic = o.topic and l.subject = o.subject
                                       and l.subject <> '' and l.sequence > o.sequence)
    from outbox_state s join outbox o on o.topic = s.topic and o.key = s.key
    left join outbox_delivery d on d.topic = s.topic and d.key = s.key and d.attempt = s.attempt
    where {which} order by o.sequence limit %(limit)s
"""
_DUE = "not s.done and (s.next_at is null or s.next_at <= %(now)s)"


def due(tx: Transaction, now: datetime, *, limit: int) -> list[Waiting]:
    """Return messages that are to be carried out now, in the order in which they were left."""
    return [_waiting(row) for row in tx.execute(_WAITING.format(which=_DUE), {"now": now, "limit": limit})]


def every(tx: Transaction, *, open_only: bool, limit: int) -> list[Waiting]:
    """Return messages in the order in which they were left; `open_only` = those that nothing final became of."""
    which = "not s.done" if open_only else "true"
    return [_waiting(row) for row in tx.execute(_WAITING.format(which=which), {"limit": limit})]


def claim(tx: Transaction, message: Message, now: datetime) -> Waiting | None:
    """Take a message for this transaction alone; None = somebody else has it, or it is not due any more."""
    name = f"{message.topic}\n{message.key}"
    row = tx.execute("select pg_try_advisory_xact_lock(%s, hashtext(%s))", (_LOCK_CLASS, name)).fetchone()
    if row is None or not row[0]:
        return None
    which = f"o.topic = %(topic)s and o.key = %(key)s and {_DUE}"
    values = {"topic": message.topic, "key": message.key, "now": now, "limit": 1}
    found = tx.execute(_WAITING.format(which=which), values).fetchone()
    return _waiting(found) if found else None


def record(tx: Transaction, message: Message, attempt: Attempt, *, recorded_at: datetime) -> None:
    """Append what became of a try."""
    tx.execute(
        "insert into outbox_delivery (topic, key, attempt, delivery, detail, next_at, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s)",
        (
            *(message.topic, message.key, attempt.attempt, attempt.delivery.name.lower()),
            *(attempt.detail, attempt.next_at, recorded_at),
        ),
    )
    tx.execute(
        "update outbox_state set attempt = %s, done = %s, next_at = %s where topic = %s and key = %s",
        (attempt.attempt, attempt.delivery.is_final, attempt.next_at, message.topic, message.key),
    )


def _waiting(row: tuple) -> Waiting:  # type: ignore[type-arg]
    *facts, attempt, delivery, detail, next_at, has_later = row
    last = None if attempt is None else Attempt(attempt, _NAMES[delivery], detail, next_at)
    return Waiting(Message(*facts), last, has_later)
