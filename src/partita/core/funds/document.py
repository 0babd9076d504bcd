"""Acceptance bills (票据) and stored-value cards (储值卡): documents that bring money into a book of their own.

Owns what may happen to a document, and when. Does not own the entries (`posting_rules.documents`).
Rules: FUNDS-12, FUNDS-13 (`docs/rules/funds.md`); source: enterprise-finance.md B3, B7.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused

CARD_DAYS_MAX = 3660
"""A stored-value card is valid for ten years at most, counted from its activation."""


class AcceptanceState(Enum):
    """What became of an acceptance bill; the value is its name (English, 中文)."""

    HELD = ("held", "持有")
    COLLECTED = ("collected", "已兑付")
    DISCOUNTED = ("discounted", "已贴现")
    DISHONOURED = ("dishonoured", "已拒付")

    @property
    def word(self) -> str:
        """The name as tables and commands write it: `collected`."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A bank's acceptance bill that a customer handed in (FUNDS-12): the bank pays its face on `matures_on`."""

    payer_id: str
    document_id: str
    face: Money
    matures_on: date
    drawer: str
    state: AcceptanceState = AcceptanceState.HELD


@dataclass(frozen=True, slots=True)
class Card:
    """A stored-value card (FUNDS-13): its face pays bills of the months in which it is active.

    `valid_days`: how long it is valid once activated; None = without end. `activated_at` None = not active yet.
    """

    payer_id: str
    card_id: str
    face: Money
    price: Money
    valid_days: int | None
    activated_at: datetime | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When it stops paying; None while it is not active, or where it has no end."""
        if self.activated_at is None or self.valid_days is None:
            return None
        return self.activated_at + timedelta(days=self.valid_days)

    def is_over(self, zone: str, closed_through: Month | None, now: datetime) -> bool:
        """Say whether what is left on it lapses (FUNDS-15): it has ended, and its last month is billed.

        The close of that month still draws on it; the month is that of its last instant in the `zone` of its holder.
        """
        end = self.expires_at
        if end is None or now < end or closed_through is None:
            return False
        return Month.of(end - timedelta(microseconds=1), zone) <= closed_through


def may_accept(acceptance: Acceptance, today: date) -> Refused | None:
    """Refuse a bill that is due already: ACCEPTANCE_MATURED (FUNDS-12)."""
    if acceptance.matures_on <= today:
        return refused(
            Reason.ACCEPTANCE_MATURED, document=acceptance.document_id, matures_on=acceptance.matures_on.isoformat()
        )
    return None


def may_end(acceptance: Acceptance, end: AcceptanceState, today: date) -> Refused | None:
    """Refuse an end of a bill that has ended (ACCEPTANCE_ENDED), or one before its time (ACCEPTANCE_NOT_DUE).

    It is discounted before its maturity or later, collected or dishonoured from that day on (FUNDS-12).
    """
    if acceptance.state is not AcceptanceState.HELD:
        return refused(Reason.ACCEPTANCE_ENDED, document=acceptance.document_id, state=acceptance.state.value)
    if end is not AcceptanceState.DISCOUNTED and today < acceptance.matures_on:
        return refused(
            Reason.ACCEPTANCE_NOT_DUE,
            account=acceptance.payer_id,
            document=acceptance.document_id,
            matures_on=acceptance.matures_on.isoformat(),
        )
    return None


def may_discount(acceptance: Acceptance, *, fee: Money, left: Money) -> Refused | None:
    """Refuse a fee that is not borne by what is left of the bill's book: EXCEEDS_ACCEPTANCE_LEFT (FUNDS-12)."""
    if fee.minor > left.minor:
        return refused(Reason.EXCEEDS_ACCEPTANCE_LEFT, amount=fee, document=acceptance.document_id, left=left)
    return None


def may_sell(card: Card) -> Refused | None:
    """Refuse a card that costs more than is on it, or is valid for no sensible time (FUNDS-13)."""
    if card.price.minor > card.face.minor:
        return refused(Reason.CARD_PRICE_ABOVE_FACE, price=str(card.price), face=str(card.face))
    if card.valid_days is not None and not 1 <= card.valid_days <= CARD_DAYS_MAX:
        return refused(Reason.BAD_DAYS, days=card.valid_days, most=CARD_DAYS_MAX)
    return None
