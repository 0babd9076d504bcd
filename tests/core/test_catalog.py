"""The catalogue: which version is in force, and which make sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from partita.core.catalog import Counter, Model, PriceVersion, Tier, check_price, price_in_force

JANUARY, JULY = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
UNIT = PriceVersion("prc-1", "vm", "CNY", JANUARY, Model.UNIT, Counter.ACCOUNT, (Tier(None, 5),))
GRADUATED = replace(UNIT, model=Model.GRADUATED, tiers=(Tier(10, 5), Tier(20, 4), Tier(None, 3)))
BLOCK = replace(UNIT, model=Model.BLOCK, block_e6=1_000_000)


def test_the_latest_that_has_started_is_in_force() -> None:
    versions = [replace(UNIT, price_id="prc-2", effective_from=JULY), UNIT]
    in_force = [
        price_in_force(versions, at)
        for at in (datetime(2025, 12, 31, tzinfo=UTC), JANUARY, datetime(2026, 6, 30, tzinfo=UTC), JULY)
    ]
    assert [one and one.price_id for one in in_force] == [None, "prc-1", "prc-1", "prc-2"]


@pytest.mark.parametrize("version", [UNIT, GRADUATED, BLOCK, replace(UNIT, model=Model.FLAT, tiers=(Tier(None, 0),))])
def test_versions_that_make_sense(version: PriceVersion) -> None:
    assert check_price(version) is None


@pytest.mark.parametrize(
    ("version", "says"),
    [
        (replace(UNIT, currency="yuan"), "ISO 4217"),
        (replace(UNIT, tiers=()), "at least one tier"),
        (replace(UNIT, tiers=(Tier(10, 5), Tier(None, 4))), "a unit price has one price, not 2 tiers"),
        (replace(UNIT, block_e6=5), "a unit price has no block size"),
        (replace(BLOCK, block_e6=None), "needs a block size"),
        (replace(BLOCK, block_e6=0), "more than zero"),
        (replace(BLOCK, block_e6=2**63), "more than zero"),
        (replace(GRADUATED, tiers=(Tier(10, -5), Tier(None, 4))), "price of tier 1 is below zero"),
        (replace(UNIT, tiers=(Tier(None, 2**63),)), "price of tier 1 is more than"),
        (replace(GRADUATED, tiers=(Tier(10, 5), Tier(20, 4))), "last tier has no end"),
        (replace(GRADUATED, tiers=(Tier(None, 5), Tier(None, 4))), "tier 1 has no end"),
        (replace(GRADUATED, tiers=(Tier(0, 5), Tier(None, 4))), "tier 1 ends where"),
        (replace(GRADUATED, tiers=(Tier(10, 5), Tier(10, 4), Tier(None, 3))), "tier 2 ends where"),
        (replace(GRADUATED, tiers=(Tier(2**63, 5), Tier(None, 4))), "tier 1 ends where"),
    ],
)
def test_versions_that_make_none(version: PriceVersion, says: str) -> None:
    problem = check_price(version)
    assert problem is not None
    assert says in problem


def test_a_version_starts_at_an_aware_instant() -> None:
    with pytest.raises(AssertionError, match="zone"):
        replace(UNIT, effective_from=JANUARY.replace(tzinfo=None))
