"""Moments on the command line: a day such as 2026-10-31, or an instant with its zone.

Owns how they are read and written; what a day means is `usecases.moment`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from partita.cli import screen
from partita.core.period import in_zone
from partita.core.refusal import Reason, refused

if TYPE_CHECKING:
    from partita.usecases.moment import Moment

_DAY = len("2026-10-31")


def moment_of(name: str, text: str | None, *, as_json: bool = False) -> Moment | None:
    """Read the moment of an option; leaves with BAD_TIME when the text is none."""
    if text is None:
        return None
    try:
        if len(text) <= _DAY:
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
    except ValueError:
        screen.refuse(refused(Reason.BAD_TIME, name=name, value=text), as_json=as_json)
    if instant.tzinfo is None:
        screen.refuse(refused(Reason.BAD_TIME, name=name, value=text), as_json=as_json)
    return instant


def local(instant: datetime, zone: str) -> str:
    """Write an instant as a clock in `zone` shows it."""
    return f"{in_zone(instant, zone):%Y-%m-%d %H:%M}"
