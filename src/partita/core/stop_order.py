"""The order of stopping (停机顺序): what a group stops first when the money is gone, so that not everything stops.

Owns the turns, the daily allowance, and the choice of the fewest. Does not own when something must stop
(`service_control`). Rules: STOP-8 (`docs/rules/service_control.md`); source: enterprise-finance.md B8, B15 (a main
account that is short stops all members: the group may choose better).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from partita.core.money import minor_scale_e10

FIRST_TURN, LAST_TURN, USUAL_TURN = 1, 99, 50
"""Turns: the lower is stopped the sooner; what is not listed has the usual one."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn of a member's product; '' = all members, all products. The most particular counts, member first."""

    member_id: str
    product_id: str
    turn: int

    def __post_init__(self) -> None:
        assert FIRST_TURN <= self.turn <= LAST_TURN, "a turn is a number from 1 to 99"


@dataclass(frozen=True, slots=True)
class StopOrder:
    """How a group stops (STOP-8): in which turns, and what may go on although the quota is below zero.

    `allowance_minor` is what may be spent a day while overdue, beyond the grace. With `horizon_days` the rest of the
    tolerated debt is made to last that many days, by stopping the first in turn already within the grace.
    """

    turns: tuple[Turn, ...] = ()
    allowance_minor: int = 0
    horizon_days: int | None = None

    def __post_init__(self) -> None:
        assert self.allowance_minor >= 0, "an allowance is not below zero"
        assert self.horizon_days is None or self.horizon_days > 0, "a horizon is at least a day"

    @property
    def places(self) -> dict[tuple[str, str], int]:
        """The turns by member or '' and product or ''."""
        return {(one.member_id, one.product_id): one.turn for one in self.turns}

    def allowance_e10(self, currency: str) -> int:
        """What may be spent a day beyond the grace, in `_e10`."""
        return self.allowance_minor * minor_scale_e10(currency)

    def allowed_e10(self, room_minor: int, currency: str) -> int:
        """What may be spent a day within the grace, so that `room_minor` lasts as long as set, in `_e10`."""
        lasting = 0 if self.horizon_days is None else room_minor * minor_scale_e10(currency) // self.horizon_days
        return max(self.allowance_e10(currency), lasting)


def turn_of(places: Mapping[tuple[str, str], int], member_id: str, product_id: str) -> int:
    """Return the turn of a product: as set for member and product, member, product, or all; or the usual one."""
    asked = ((member_id, product_id), (member_id, ""), ("", product_id), ("", ""))
    return next((places[place] for place in asked if place in places), USUAL_TURN)


@dataclass(frozen=True, slots=True)
class Burning:
    """Something that spends: its name, its turn, and what it spends a day in `_e10`."""

    subject: str
    turn: int
    per_day_e10: int


def to_stop(burning: Iterable[Burning], allowed_e10: int) -> tuple[str, ...]:
    """Return what to stop so that the rest spends at most `allowed_e10` a day: in turn, and the fewest (STOP-8).

    In one turn the largest goes first. Then whoever was taken although a later, larger stop makes up for it is let go
    again, the last in turn first. What spends nothing is never stopped.
    """
    ordered = sorted(burning, key=lambda one: (one.turn, -one.per_day_e10, one.subject))
    rest = sum(one.per_day_e10 for one in ordered)
    taken: list[Burning] = []
    for one in ordered:
        if rest <= allowed_e10:
            break
        if one.per_day_e10:
            taken.append(one)
            rest -= one.per_day_e10
    for one in reversed(taken):
        if rest + one.per_day_e10 <= allowed_e10:
            taken = [other for other in taken if other is not one]
            rest += one.per_day_e10
    return tuple(one.subject for one in taken)
