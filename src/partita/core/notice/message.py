"""A notice and the channels that it may travel by. Rules: OUTBOX-5, ALERT-6."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

Text: TypeAlias = tuple[str, str]
"""The same in English and in Chinese."""


class Channel(Enum):
    """How a notice may travel; the value is its topic in the outbox."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    APPRISE = "apprise"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell an account: `key` tells it apart for ever, `figures` are for programs."""

    account_id: str
    key: str
    kind: str
    title: Text
    body: Text
    figures: Mapping[str, object]
