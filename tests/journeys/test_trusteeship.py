"""A trusteeship from its first to its last hour: who is billed for what, whatever comes late, and the proof."""

from __future__ import annotations

from partita.core.money import format_scaled
from partita.store import bill as bill_store
from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.relation import Relations

GROUP = """
    product disk billed by day
    product line billed by month
    sku     vm-h in vm at 1.00
    sku     disk-d in disk at 1.00
    sku     line-m in line at 1.00
    account main
    account shop
    account labs
    cash    main 1000.00
    cash    shop 1000.00
    cash    labs 1000.00
"""
MARCH = """
    usage  a1 shop vm-h 1 2026-03-10T09:00:00
    usage  a2 shop vm-h 1 2026-03-10T10:10:00
    usage  a3 labs vm-h 1 2026-03-10T10:10:00
"""
LATER_IN_MARCH = """
    usage  b1 shop vm-h 1 2026-03-10T10:59:59
    usage  b2 shop vm-h 1 2026-03-10T11:00:00
    usage  b3 shop vm-h 1 2026-03-20T00:00:00
    usage  b4 shop disk-d 1 2026-03-10T23:59:59
    usage  b5 shop disk-d 1 2026-03-11T00:00:00
    usage  b6 shop line-m 1 2026-03-10T12:00:00
    usage  b7 shop line-m 1 2026-03-31T23:59:59
"""
APRIL = """
    usage  c1 shop vm-h 1 2026-03-10T10:30:00
    usage  c2 shop vm-h 1 2026-04-20T08:29:00
    usage  c3 shop line-m 1 2026-04-01T00:00:00
"""
AFTER_THE_RELEASE = """
    usage  d1 shop vm-h 1 2026-04-20T08:59:59
    usage  d2 shop vm-h 1 2026-04-20T09:00:00
    usage  d3 shop disk-d 1 2026-04-20T23:59:59
    usage  d4 shop disk-d 1 2026-04-21T00:00:00
    usage  d5 shop line-m 1 2026-04-30T23:59:59
    usage  d6 shop line-m 1 2026-05-01T00:00:00
"""


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


def bills(books: Books, month: int) -> dict[str, str]:
    with books.work() as work:
        return {
            one.payer_id: format_scaled(one.payable_minor, 2, places=2)
            for one in bill_store.bills(work.tx)
            if one.month == month
        }


def test_each_cycle_has_one_payer_from_the_first_hour_to_the_last(books: Books, owner_url: str) -> None:
    world = Relations(books, owner_url)
    world.play([["at", "2026-03-10T10:00"], *lines(GROUP)])
    for name in ("main", "shop", "labs"):
        world.play([["entity", name, "as", "Acme Ltd"], ["title", name]])
    world.play([["credit", "main", "500.00"], *lines(MARCH)])

    world.play([["at", "2026-03-10T10:15"], ["invite", "main", "shop", "trust"]])
    assert world.said[-1] == "active main shop trusteeship"
    world.play([["at", "2026-04-01T00:05"], *lines(LATER_IN_MARCH), ["close", "2026-03"]])
    assert bills(world.books, 202603) == {"shop": "6.00", "main": "3.00", "labs": "1.00"}

    world.play([["at", "2026-04-20T08:30"], *lines(APRIL), ["go_back", "shop", "see-bills"]])
    assert world.said[-1] == "active main shop management see-bills"
    world.play([["at", "2026-05-02T00:00"], *lines(AFTER_THE_RELEASE), ["close", "2026-04"]])
    assert bills(world.books, 202604) == {"main": "5.00", "shop": "3.00"}

    world.play([["at", "2026-06-01T12:00"], ["close", "2026-05"]])
    assert bills(world.books, 202605) == {"shop": "1.00"}
    assert [line for line in world.said if line.startswith("refused")] == []
    assert [one.name for one in verify(world.books) if not one.holds] == []
