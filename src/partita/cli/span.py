"""Spans of time on the command line: `90m`, `12h`, `3d`."""

from __future__ import annotations

import re
from datetime import timedelta

from partita.cli import screen
from partita.core.refusal import Reason, refused

_SPAN = re.compile(r"(\d{1,5})([mhd])\Z", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def span_of(name: str, text: str, *, as_json: bool = False) -> timedelta:
    """Read the span of an option; leaves with BAD_SPAN when the text is none."""
    match = _SPAN.match(text)
    if match is None:
        screen.refuse(refused(Reason.BAD_SPAN, name=name, value=text), as_json=as_json)
    return int(match[1]) * _UNITS[match[2]]


def spoken(span: timedelta | None, *, none: tuple[str, str]) -> str:
    """Write a span in the largest unit that holds it exactly; `none` where there is none."""
    if span is None:
        return screen.say(*none)
    for unit, name in (("d", ("d", " 天")), ("h", ("h", " 小时")), ("m", ("min", " 分钟"))):
        count, rest = divmod(span, _UNITS[unit])
        if not rest:
            return f"{count}{screen.say(*name)}"
    return str(span)
