"""What verify says when somebody changed what credits paid of bills behind the books' back."""

from __future__ import annotations

import psycopg
import pytest

from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.clearing import Clearings
from steps.verify import drop_foreign_keys

STORY = """
    account acme
    sku vm in compute at 1.00
    limit acme 100.00
    usage r1 acme vm 20 2026-08-03T08:00:00+08:00
    close 2026-08
    give acme 12.00
    apply acme 12.00
"""


@pytest.fixture
def used(books: Books) -> Books:
    """Books with a bill of 20.00 of which a credit refund paid 12.00."""
    world = Clearings(books)
    world.play([line.split() for line in STORY.strip().splitlines()])
    return world.books


@pytest.mark.parametrize(
    ("harm", "broken", "named"),
    [
        ("delete from bill_offset", "receivables CNY", "acme: has unpaid bills although credits of 12.00 CNY are left"),
        ("update bill_offset set amount_minor = 1100", "receivables CNY", "credits of 1.00 CNY are left"),
        ("update bill_offset set amount_minor = 1300", "offsets", "paid more of bills than it is worth"),
        ("update bill_offset set amount_minor = 2100", "overpaid", "asks 20.00 CNY, but 21.00 CNY paid it"),
        ("update bill_offset set source_id = 'ent_x'", "offsets", "credit_refund ent_x of acme"),
        ("update bill_offset set amount_minor = 1300", "rows", "bill_offset"),
        ("delete from bill", "bill-parts", "bill_offset"),
    ],
)
def test_harm_is_named(used: Books, owner_url: str, harm: str, broken: str, named: str) -> None:
    assert all(one.holds for one in verify(used))
    with psycopg.connect(owner_url) as connection:
        drop_foreign_keys(connection)
        connection.execute(harm.encode())
    found = {one.name: one for one in verify(used)}
    assert not found[broken].holds
    assert named in " ".join(map(str, found[broken].findings))
