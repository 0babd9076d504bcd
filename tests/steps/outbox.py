"""Plays the cases of the outbox on real books.

at       INSTANT
leave    TOPIC KEY [SUBJECT]       leave a message; `leave again` says whether it was new
undone   TOPIC KEY                 leave a message in a transaction that is rolled back
deliver  [ANSWER …]                try what is due; answers: done, no (try again), never (no use)
show                               what is not done
channel  CHANNEL ADDRESS           whether an address fits its channel
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from case_file import Case
from partita.core.notice import Channel
from partita.core.outbox import Message, Sent
from partita.core.refusal import Refused
from partita.gateways.notify import fits
from partita.store import outbox as outbox_store
from partita.usecases.outbox import Tried, deliver
from partita.usecases.work import Books

ANSWERS = {
    "done": Sent(done=True),
    "no": Sent(done=False, detail="not now"),
    "never": Sent(done=False, detail="never", permanent=True),
}


@dataclass
class _World:
    """The outside world: it answers as it is told, and then that all is done."""

    answers: list[str] = field(default_factory=list)

    def send(self, message: Message) -> Sent:
        del message
        return ANSWERS[self.answers.pop(0) if self.answers else "done"]


def run(case: Case, books: Books) -> list[str]:
    said: list[str] = []
    for words in [*case.given, *case.when]:
        match words:
            case ["at", instant]:
                now = datetime.fromisoformat(instant)
                books = replace(books, clock=lambda now=now: now)
            case ["leave", topic, key, *subject]:
                said.append(_leave(books, topic, key, "".join(subject)))
            case ["undone", topic, key]:
                with books.work() as work, work.tx.transaction(force_rollback=True):
                    outbox_store.add(work.tx, topic, key, {}, recorded_at=work.now)
            case ["deliver", *answers]:
                world = _World(answers)
                answer = deliver(books, {"resource": world, "mail": world})
                assert not isinstance(answer, Refused)
                said += [_tried(one) for one in answer.tried]
            case ["show"]:
                with books.work() as work:
                    rows = outbox_store.every(work.tx, open_only=True, limit=100)
                said += [f"open {one.message.topic} {one.message.key}" for one in rows] or ["nothing open"]
            case ["channel", channel, address]:
                said.append(
                    f"{channel} {address} {'fits' if fits(Channel(channel), address, here=True) else 'does not fit'}"
                )
            case _:
                raise AssertionError(f"no such step: {words}")
    return said


def _leave(books: Books, topic: str, key: str, subject: str) -> str:
    with books.work() as work:
        new = outbox_store.add(work.tx, topic, key, {"say": key}, recorded_at=work.now, subject=subject)
    return f"{topic} {key} {'left' if new else 'was there'}"


def _tried(one: Tried) -> str:
    attempt = one.attempt
    again = "" if attempt.next_at is None else f" again at {attempt.next_at:%Y-%m-%d %H:%M:%S}"
    return f"{one.message.topic} {one.message.key} try {attempt.attempt} {attempt.delivery.name.lower()}{again}"
