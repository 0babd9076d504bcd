"""Refusals: every expected "no" is a value with a name and a message in two languages.

Owns `Refused`; `reason` lists all reasons, the texts stand in one module for each area. A refusal is returned, never
raised, from core and use cases; a broken assumption is an assertion. A new reason is a text in the module of its area
and a line in `reason`. Rules: REFUSE-1 (`docs/rules/refusal.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from partita.core.money import Money
from partita.core.period import clock
from partita.core.refusal.reason import Reason

__all__ = ["Reason", "Refused", "refused", "said"]


@dataclass(frozen=True, slots=True)
class Refused:
    """An expected "no": the reason and the details that its message names."""

    reason: Reason
    detail: dict[str, object] = field(default_factory=dict)

    def message(self, language: str = "en") -> str:
        """Return the message in `en` or `zh`."""
        text = self.reason.value[language == "zh"]
        return text.format(**said(self.details(language))).strip()

    def details(self, language: str = "en") -> dict[str, object]:
        """Return the details in `en` or `zh`: a pair of texts is (English, 中文)."""
        return {
            name: value[language == "zh"] if isinstance(value, tuple) else value for name, value in self.detail.items()
        }


def said(detail: Mapping[str, object]) -> dict[str, object]:
    """Return details as a message says them: an instant as a clock shows it (PERIOD-4), money grouped (MONEY-6)."""
    return {name: _word(one) for name, one in detail.items()}


def _word(value: object) -> object:
    if isinstance(value, Money):
        return value.grouped
    return clock(value) if isinstance(value, datetime) else value


def refused(reason: Reason, **detail: object) -> Refused:
    """Build a refusal: `refused(Reason.NO_BILL, payer="acme", month="2026-10")`."""
    return Refused(reason, detail)
