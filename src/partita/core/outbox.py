"""The outbox (发件箱): what the books tell the outside world, once the transaction that caused it has committed.

Owns a message, its states, and when the next try is due. Does not own who carries it out (`gateways`) nor what it says
(`service_control`, `alert`). Delivery is at least once: who receives it knows a repetition by its key.
Rules: OUTBOX-1 … OUTBOX-5 (`docs/rules/outbox.md`); source: enterprise-finance.md B8, B9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

RESOURCE = "resource"
"""The topic of commands to the cloud; every other topic is a channel of notices."""

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
PATIENCE = timedelta(days=3)
"""For how long a notice is tried. A command to the cloud is tried until it is done or another takes its place."""


class Delivery(Enum):
    """What became of one try (OUTBOX-2). All but `FAILED` are final."""

    DELIVERED = ("delivered", "已送达")
    FAILED = ("failed, to be tried again", "失败，将重试")
    GIVEN_UP = ("given up", "已放弃")
    SUPERSEDED = ("superseded by a later one", "已被后续消息取代")

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]

    @property
    def is_final(self) -> bool:
        """Whether nothing more is tried."""
        return self is not Delivery.FAILED


@dataclass(frozen=True, slots=True)
class Message:
    """One message (OUTBOX-1): `topic` says who carries it out, `key` tells it apart for ever.

    Of messages with one `subject` the last counts: an earlier one that is not delivered yet is superseded by it. An
    empty subject = every message counts. `sequence` is the order of recording.
    """

    sequence: int
    topic: str
    key: str
    subject: str
    payload: Mapping[str, object]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """What the outside world answered: done, or not yet with the reason; `permanent` = no use in trying again."""

    done: bool
    detail: str = ""
    permanent: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a message: its number from one on, what became of it, and when the next is due."""

    attempt: int
    delivery: Delivery
    detail: str
    next_at: datetime | None


def judge(message: Message, attempt: int, answer: Sent, now: datetime) -> Attempt:
    """Return what an answer means for a message (OUTBOX-2, OUTBOX-3).

    Pauses double from half a minute up to an hour. A notice is given up when trying again is of no use or after three
    days; a command to the cloud never is, for the state must converge.
    """
    if answer.done:
        return Attempt(attempt, Delivery.DELIVERED, answer.detail, None)
    hopeless = answer.permanent or now - message.recorded_at >= PATIENCE
    if hopeless and message.topic != RESOURCE:
        return Attempt(attempt, Delivery.GIVEN_UP, answer.detail, None)
    return Attempt(attempt, Delivery.FAILED, answer.detail, now + pause(attempt))


def superseded(attempt: int) -> Attempt:
    """Return the end of a message whose place a later one has taken (OUTBOX-4)."""
    return Attempt(attempt, Delivery.SUPERSEDED, "", None)


def pause(attempt: int) -> timedelta:
    """Return how long to wait after a failed try, the first being number one (OUTBOX-3)."""
    assert attempt > 0, "tries are counted from one"
    doublings = min(attempt - 1, 16)
    return min(FIRST_PAUSE * int(2**doublings), LONGEST_PAUSE)
