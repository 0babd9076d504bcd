"""What verify says when somebody changed what views of bills read behind the books' back."""

from __future__ import annotations

import psycopg
import pytest

from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.bill_view import Bills
from steps.verify import drop_foreign_keys

STORY = """
    at 2026-09-10T00:00:00
    account acme
    account shop paid by acme
    sku vm in compute at 0.3333333333
    sku disk in storage at 1.00
    cash acme 1000.00
    buy o1 acme disk 1m@100.00
    pay o1
    at 2026-10-10T00:00:00
    buy o2 shop disk 3m@10.00
    pay o2
    usage r1 acme vm 3 2026-10-10T00:00:00+08:00
    usage r2 shop vm 10 2026-10-11T00:00:00+08:00
    adjust shop compute -1.00 k1
    at 2026-11-02T00:00:00
    close 2026-10
"""
VIEWS = ("bill views", "details", "flow", "items", "amortised")


@pytest.fixture
def billed(books: Books, owner_url: str) -> Books:
    """Books with a closed month that has usage, an adjustment and an order, and an order in the month before."""
    world = Bills(books)
    world.owner_url = owner_url
    world.play([line.split() for line in STORY.strip().splitlines()])
    return world.books


def test_each_view_of_each_month_has_its_equation(billed: Books) -> None:
    found = {one.name: one for one in verify(billed)}
    assert [name for name, one in found.items() if not one.holds] == []
    for month, total in (("2026-09", "100.00 CNY"), ("2026-10", "33.33 CNY")):
        sides = {(found[f"{view} {month} CNY"].left, found[f"{view} {month} CNY"].right) for view in VIEWS}
        assert sides == {(total, total)}


@pytest.mark.parametrize(
    ("harm", "broken", "named"),
    [
        ("delete from order_charge where month = 202609", "bill views 2026-09 CNY", "month bill of acme for 2026-09"),
        ("delete from order_charge where month = 202610", "bill views 2026-10 CNY", "month bill of acme for 2026-10"),
        ("delete from bill", "bill views 2026-10 CNY", "month bill of acme for 2026-10"),
        (
            "update order_charge set billed_cost_e10 = billed_cost_e10 - 100000000 where month = 202609",
            "bill views 2026-09 CNY",
            "month bill of acme for 2026-09: differs from what its bill and orders ask",
        ),
        ("update order_charge set month = 202610", "bill views 2026-09 CNY", "month bill of acme for 2026-09"),
        ("delete from account where account_id = 'shop'", "amortised 2026-10 CNY", ""),
        ("update bill_adjustment set amount_minor = -200", "recount 2026-10", "adj_"),
        ("delete from bill_adjustment", "recount 2026-10", "adj_"),
        ("update bill_adjustment set reason = 'another'", "rows", "bill_adjustment"),
    ],
)
def test_harm_is_named(billed: Books, owner_url: str, harm: str, broken: str, named: str) -> None:
    with psycopg.connect(owner_url) as connection:
        drop_foreign_keys(connection)
        connection.execute(harm.encode())
    found = {one.name: one for one in verify(billed)}
    assert not found[broken].holds
    assert named in " ".join(map(str, found[broken].findings))


def test_a_charge_that_is_gone_from_a_file_breaks_the_month_bill(billed: Books) -> None:
    path = next((billed.room.root / "charges").rglob("final-adjustment.parquet"))
    path.unlink()
    found = {one.name: one for one in verify(billed)}
    assert not found["files"].holds
    assert not all(one.holds for name, one in found.items() if name.startswith("bill views 2026-10"))
