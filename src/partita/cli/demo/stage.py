"""The stage of the demo: its open books, a clock that moves, what stands in for the world, and how chapters look."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from partita.cli import screen
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.demo import Generated
    from partita.gateways.payment import SimulatedGateway
    from partita.gateways.resource_control import SimulatedCloud
    from partita.usecases.outbox import Gateway, Tried
    from partita.usecases.work import Books, Work

OFFSET = "+08:00"
"""The clocks of the group: China has one zone, without daylight saving."""
WIDTH = 100

Answer = TypeVar("Answer")


@dataclass
class Clock:
    """The clock of the demo: it stands until the story goes on."""

    now: datetime

    def __call__(self) -> datetime:
        """Return the present instant of the story."""
        return self.now

    def at(self, moment: str) -> None:
        """Go on to a moment of the group's clocks, such as `2026-09-01 12:00`."""
        self.now = datetime.fromisoformat(f"{moment}{OFFSET}")


@dataclass
class Stage:
    """All that a chapter may reach: the books, the clock, the files, and the simulated world around them.

    `tried` gathers every attempt to carry a message out.
    """

    console: Console
    books: Books
    clock: Clock
    made: Generated
    home: Path
    payments: SimulatedGateway
    cloud: SimulatedCloud
    gateways: dict[str, Gateway]
    tried: list[Tried] = field(default_factory=list)

    def do(self, what: Callable[[Work], Answer | Refused]) -> Answer:
        """Do one thing in a transaction of its own; the demo ends when it is refused."""
        with self.books.work() as work:
            answer = what(work)
        return sure(answer)

    @contextmanager
    def chapter(self, en: str, zh: str) -> Iterator[None]:
        """Put a headline above what follows, and how long it took below."""
        with chapter(self.console, en, zh):
            yield


@contextmanager
def chapter(console: Console, en: str, zh: str) -> Iterator[None]:
    """Put a headline above what follows, and how long it took below."""
    console.print(Rule(Text(screen.say(en, zh), style="bold"), align="left"), width=rule_width(console))
    started = time.monotonic()
    yield
    console.print(f"{time.monotonic() - started:.1f} s", style="dim")


def rule_width(console: Console) -> int:
    """Return how long a rule is: as wide as the screen, but no wider than a page."""
    return min(console.width, WIDTH)


def sure(answer: Answer | Refused) -> Answer:
    """Return the answer; a refusal ends the demo with its message."""
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=screen.json_wanted())
    return answer
