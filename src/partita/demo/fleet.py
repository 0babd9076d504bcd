"""The fleet of the demo: which resources exist, whose they are, when they live, and how large they are.

Drawn one after another with dice that are hashes of the seed: the same seed always gives the same fleet, and a larger
fleet begins with the smaller one. Does not own what an hour of a resource looks like (`usage`).
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from partita.demo.catalogue import Meter, meters
from partita.demo.group import RUNAWAY_ACCOUNT, Profile, profiles

FLEET_LEAST = 480
"""Fewer lines than this fleet makes in an hour are made by measuring it less often, not by a smaller fleet."""
INTERVALS = (24, 12, 8, 6, 4, 3, 2, 1)
_SPARE = 104
_PREFIX = {
    "compute": "i", "block-storage": "d", "object-storage": "oss", "database": "db",
    "network": "net", "container": "c", "ai": "ai", "messaging": "mq",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource: hours count from the start of the story; `base_e6` is what it uses in a mean hour."""

    number: int
    resource_id: str
    account_id: str
    sku_id: str
    region: str
    tags: str | None
    first_hour: int
    last_hour: int
    interval: int
    base_e6: int
    rhythm: str
    growth: int
    is_whole: bool
    works_office_hours: bool
    runs_away: bool


def fleet(seed: int, lines: int, hours: int) -> list[Resource]:
    """Return the resources that make at least so many usage lines in so many hours, and not many more.

    A small number of lines is reached by measuring the least fleet every few hours, a large one by a larger fleet.
    """
    wanted = lines * _SPARE // 100
    draw = _Draw(seed, hours)
    least = [draw.resource(number, 1) for number in range(FLEET_LEAST)]
    for interval in INTERVALS:
        measured = [draw.resource(number, interval) for number in range(FLEET_LEAST)] if interval > 1 else least
        if sum(map(_lines_of, measured)) >= wanted:
            return measured
    made = sum(map(_lines_of, least))
    while made < wanted:
        least.append(draw.resource(len(least), 1))
        made += _lines_of(least[-1])
    return least


def _lines_of(resource: Resource) -> int:
    """Return about how many lines a resource makes; never more than it does by much."""
    made = (resource.last_hour - resource.first_hour) // resource.interval
    return made * 2 // 7 if resource.works_office_hours else made


class _Draw:
    """Draws resources: the pairs of account and SKU by weight, and the dice."""

    def __init__(self, seed: int, hours: int) -> None:
        self.seed = seed
        self.hours = hours
        self.meters = meters()
        self.profiles = profiles()
        self.pairs = list(_pairs(self.profiles, self.meters))
        self.ends = list(accumulate(weight for weight, _, _ in self.pairs))

    def resource(self, number: int, interval: int) -> Resource:
        """Return the resource with this number. The first ones make sure that every SKU and account is used."""
        dice = _Dice(self.seed, number)
        meter, profile = self._pair(number, dice)
        department = profile.department
        first, last = self._life(dice) if number >= len(self.meters) else (0, self.hours)
        project = department.projects[dice.roll(len(department.projects))]
        tags = {"cost-centre": department.cost_centre, "env": profile.environment, "project": project}
        share = dice.roll(1000)
        size = meter.least_e6 + (meter.most_e6 - meter.least_e6) * share * share // 1_000_000
        return Resource(
            number=number,
            resource_id=f"{_PREFIX[meter.product_id]}-{dice.name()}",
            account_id=profile.account_id,
            sku_id=meter.sku_id,
            region=department.region,
            tags=None if dice.roll(100) < 8 else json.dumps(tags | {"team": department.name}, separators=(",", ":")),  # noqa: PLR2004 - eight in a hundred are untagged
            first_hour=first,
            last_hour=last,
            interval=24 if meter.rhythm == "daily" else interval,
            base_e6=size * (10 if profile.environment == "prod" else 4) // 10,
            rhythm=meter.rhythm,
            growth=meter.growth,
            is_whole=meter.most_e6 <= 40_000_000 or meter.product_id == "messaging",  # noqa: PLR2004 - instances come whole
            works_office_hours=profile.environment == "dev" and meter.product_id in {"compute", "ai"} and interval == 1,
            runs_away=profile.account_id == RUNAWAY_ACCOUNT and meter.sku_id.startswith("ai.max"),
        )

    def _pair(self, number: int, dice: _Dice) -> tuple[Meter, Profile]:
        if number < len(self.meters):
            meter = self.meters[number]
            keenest = sorted(self.profiles, key=lambda one: -one.weight * one.department.taste.get(meter.product_id, 1))
            return meter, keenest[dice.roll(4)]
        if number < len(self.meters) + len(self.profiles):
            return self.meters[0], self.profiles[number - len(self.meters)]
        _, meter, profile = self.pairs[bisect_right(self.ends, dice.roll(self.ends[-1]))]
        return meter, profile

    def _life(self, dice: _Dice) -> tuple[int, int]:
        """Most resources live all the time; some come later, some go, some live for days only."""
        kind, at = dice.roll(100), dice.roll(self.hours)
        if kind < 64:  # noqa: PLR2004 - of a hundred
            return 0, self.hours
        if kind < 84:  # noqa: PLR2004
            return at, self.hours
        if kind < 91:  # noqa: PLR2004
            return 0, max(at, 24)
        return at, min(at + 48 + dice.roll(700), self.hours)


def _pairs(accounts: list[Profile], skus: list[Meter]) -> Iterator[tuple[int, Meter, Profile]]:
    for profile in accounts:
        for meter in skus:
            yield profile.weight * profile.department.taste.get(meter.product_id, 1) * meter.weight, meter, profile


class _Dice:
    """Dice that always fall alike for one seed and one resource."""

    def __init__(self, seed: int, number: int) -> None:
        self.seed = f"{seed}/{number}"
        self.rolls = 0

    def roll(self, sides: int) -> int:
        """Return a number from 0 up to, and not including, `sides`."""
        self.rolls += 1
        digest = hashlib.sha256(f"{self.seed}/{self.rolls}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % sides

    def name(self) -> str:
        """Return twelve letters and digits that no other resource has."""
        return hashlib.sha256(f"{self.seed}/name".encode()).hexdigest()[:12]
