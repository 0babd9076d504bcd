"""Shared discounts on real books: they follow the relation, from the instant of the permission until it ends."""

from __future__ import annotations

from datetime import datetime

import pytest

from partita.core.money import format_scaled
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.store import discount as discount_store
from partita.usecases.rating import rate_month
from partita.usecases.work import Books
from steps.relation import Relations

OCTOBER = Month(2026, 10)


@pytest.fixture
def world(books: Books, owner_url: str) -> Relations:
    """A main account with ten percent off, a member of the same entity, and one record an hour on some days."""
    made = Relations(books, owner_url)
    made.at("2026-10-01T00:00")
    for name in ("main", "shop"):
        made.account(name)
        made.entity(name, "as", "Group")
        made.title(name)
    made.sku("vm", "in", "compute", "at", "100.00")
    made.discount("main", "0.9")
    made.credit("main", "1000.00")
    return made


def cost_of(world: Relations, day: int) -> str:
    """Take in one record of shop at noon of a day, and return what it adds to what shop owes."""
    before = owed(world)
    world.play([["usage", f"r{day}", "shop", "vm", "1", f"2026-10-{day:02d}T12:00:00+08:00"]])
    return format_scaled(owed(world) - before, 10)


def owed(world: Relations) -> int:
    rated = rate_month(world.books, OCTOBER)
    assert not isinstance(rated, Refused)
    return sum(one.billed_cost_e10 for one in rated.payers if one.payer_id == "shop")


def test_a_discount_is_shared_while_the_relation_permits_it(world: Relations) -> None:
    assert cost_of(world, 1) == "100"
    world.at("2026-10-05T00:00")
    world.invite("main", "shop", "share-discounts")
    assert cost_of(world, 2) == "100"
    world.confirm("shop", "share-discounts")
    assert cost_of(world, 6) == "90"
    assert cost_of(world, 4) == "100"
    world.at("2026-10-10T00:00")
    world.permit("shop")
    assert cost_of(world, 11) == "100"
    assert cost_of(world, 7) == "90"
    world.at("2026-10-12T00:00")
    world.permit("shop", "share-discounts")
    assert cost_of(world, 13) == "90"
    world.at("2026-10-15T00:00")
    world.release("shop")
    assert cost_of(world, 16) == "100"


def test_whoever_goes_over_to_trusteeship_keeps_what_was_shared_until_the_main_account_pays(world: Relations) -> None:
    world.at("2026-10-05T00:00")
    world.invite("main", "shop", "share-discounts")
    world.confirm("shop", "share-discounts")
    world.at("2026-10-10T11:30")
    world.upgrade("shop")
    assert not [line for line in world.said if line.startswith("refused")], world.said
    with world.books.work() as work:
        shares = discount_store.shares(work.tx)
    assert len({one.effective_from for one in shares}) == len(shares)
    assert any(one.covers(datetime.fromisoformat("2026-10-10T11:45+08:00")) for one in shares)
