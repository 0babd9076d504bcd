"""The outbox: carry out what transactions left behind, at least once, and show what became of it.

Each message is claimed, carried out and recorded in a transaction of its own. A process that dies in between leaves the
message to be carried out again; who receives it knows it by its key. Rules: OUTBOX-1 … OUTBOX-5
(`docs/rules/outbox.md`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from partita.core.outbox import RESOURCE, Attempt, Delivery, Message, Sent, judge, superseded
from partita.core.refusal import Refused
from partita.store import outbox as outbox_store
from partita.store.outbox import Waiting
from partita.usecases.permission import authorise_books
from partita.usecases.work import Books, Work

AT_A_TIME = 500


class Gateway(Protocol):
    """Whatever carries messages of a topic out; it answers and never raises."""

    def send(self, message: Message) -> Sent:
        """Carry a message out."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One message and what became of it now."""

    message: Message
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a run of deliveries came to: each message tried, and how many wait for a channel that is not set up."""

    tried: tuple[Tried, ...]
    not_set_up: dict[str, int]
    dry_run: bool

    def count(self, delivery: Delivery) -> int:
        """Return how many messages came to this."""
        return sum(one.attempt.delivery is delivery for one in self.tried)


def deliver(
    books: Books, gateways: Mapping[str, Gateway], *, limit: int = AT_A_TIME, dry_run: bool = False
) -> Delivered | Refused:
    """Carry out what is due now, in the order in which it was left (OUTBOX-2, OUTBOX-4); commands to the cloud first.

    A message whose subject has a later one is superseded and not sent. With `dry_run` nothing is sent; what would be
    tried is told as delivered. Refused: NOT_PERMITTED (to all but the operator).
    """
    with books.work() as work:
        if isinstance(no := authorise_books(work), Refused):
            return no
        waiting = outbox_store.due(work.tx, work.now, limit=limit)
    waiting.sort(key=lambda one: (one.message.topic != RESOURCE, one.message.sequence))
    known = [one for one in waiting if one.message.topic in gateways]
    unknown = Counter(one.message.topic for one in waiting if one.message.topic not in gateways)
    if dry_run:
        told = tuple(Tried(one.message, _answered(one, Sent(done=True), one.message)) for one in known)
        return Delivered(told, dict(unknown), dry_run=True)
    tried = [done for one in known if (done := _try(books, gateways[one.message.topic], one.message)) is not None]
    return Delivered(tuple(tried), dict(unknown), dry_run=False)


def _try(books: Books, gateway: Gateway, message: Message) -> Tried | None:
    """Try one message; None when somebody else is at it, or it is done."""
    with books.work() as work:
        waiting = outbox_store.claim(work.tx, message, work.now)
        if waiting is None:
            return None
        if waiting.has_later:
            attempt = superseded(waiting.next_attempt)
        else:
            answer = gateway.send(message)
            attempt = judge(message, waiting.next_attempt, answer, books.clock())
        outbox_store.record(work.tx, message, attempt, recorded_at=work.now)
    return Tried(message, attempt)


def _answered(waiting: Waiting, answer: Sent, message: Message) -> Attempt:
    number = waiting.next_attempt
    return superseded(number) if waiting.has_later else judge(message, number, answer, message.recorded_at)


def show(work: Work, *, every: bool = False, limit: int = AT_A_TIME) -> list[Waiting] | Refused:
    """Return the messages that are not done, or all, in the order in which they were left. Refused: NOT_PERMITTED."""
    if isinstance(no := authorise_books(work), Refused):
        return no
    return outbox_store.every(work.tx, open_only=not every, limit=limit)
