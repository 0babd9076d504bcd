"""The chart of an available quota over the days: a column a day, red below zero, and marks for what became of service.

Owns how it looks; the figures come from the books. Every mark is a plain letter or sign, so that it reads without
colour and takes one place in every font.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from rich.text import Text

from partita.cli import screen
from partita.core.service_control import ServiceState

if TYPE_CHECKING:
    from rich.console import Console

_ROWS = 6
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_MARKS = {
    ServiceState.RUNNING: (" ", "green"),
    ServiceState.WARNED: ("!", "yellow"),
    ServiceState.GRACE: ("~", "dark_orange"),
    ServiceState.SUSPENDED: ("x", "red"),
    ServiceState.RELEASED: ("x", "red"),
}
_BACK = ("^", "bold green")


@dataclass(frozen=True, slots=True)
class Day:
    """The end of a day: the available quota in minor units, and the worst state of what is used."""

    day: date
    available: int
    state: ServiceState


def quota_chart(console: Console, days: Sequence[Day], *, currency: str) -> None:
    """Print the quota of the days as columns on a line of zero, with the states below them."""
    most = max(1, *(one.available for one in days))
    label = screen.money(most, currency)
    margin = len(label)
    for row in range(_ROWS, 0, -1):
        line = Text((label if row == _ROWS else "").rjust(margin) + " │")
        for one in days:
            line.append(_cell(one.available, most, row), _MARKS[one.state][1])
        console.print(line, no_wrap=True)
    zero = Text("0".rjust(margin) + " ┼")
    for one in days:
        zero.append("▔" if one.available < 0 else "─", "red" if one.available < 0 else "dim")
    console.print(zero, no_wrap=True)
    marks = Text(" " * (margin + 2))
    before = ServiceState.RUNNING
    for one in days:
        back = one.state is ServiceState.RUNNING and before not in {ServiceState.RUNNING, ServiceState.WARNED}
        marks.append(*(_BACK if back else _MARKS[one.state]))
        before = one.state
    console.print(marks, no_wrap=True)
    console.print(Text(" " * (margin + 2) + _scale(days), style="dim"), no_wrap=True)
    console.print(_legend(margin + 2))


def _cell(available: int, most: int, row: int) -> str:
    eighths = available * _ROWS * 8 // most - (row - 1) * 8
    return _EIGHTHS[max(0, min(8, eighths))]


def _scale(days: Sequence[Day]) -> str:
    """Return the days below the columns: the first of the month and every fifth, as far as there is room."""
    text = ""
    for place, one in enumerate(days):
        wanted = f"{one.day:%m-%d}" if place == 0 or one.day.day == 1 else str(one.day.day)
        if place >= len(text) + (1 if text else 0) and (place == 0 or one.day.day % 5 == 0 or one.day.day == 1):
            text = text.ljust(place) + wanted
    return text


def _legend(margin: int) -> Text:
    names = [
        (_MARKS[ServiceState.WARNED], ("warned", "预警")),
        (_MARKS[ServiceState.GRACE], ("grace", "延停")),
        (_MARKS[ServiceState.SUSPENDED], ("stopped", "停机")),
        (_BACK, ("resumed", "复机")),
    ]
    text = Text(" " * margin)
    for (sign, style), pair in names:
        text.append(sign, style)
        text.append(f" {screen.say(*pair)}   ")
    return text
