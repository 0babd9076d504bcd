"""The same bill again, a newer one beside it or in its place: each charge counts once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bills import ROW, Write, charges, taken_in, writer
from partita.core.refusal import Reason, Refused
from partita.usecases.provider_bill import BillImported, import_bill
from partita.usecases.work import Books


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return writer(tmp_path)


def test_the_same_file_again_changes_nothing(books: Books, write: Write) -> None:
    path = write(ROW)
    first = taken_in(books, path)
    files = sorted(books.room.root.rglob("*.parquet"))
    again = taken_in(books, path.rename(path.with_name("other-name.csv")))
    assert again.already_imported
    assert again.taken == first.taken
    assert sorted(books.room.root.rglob("*.parquet")) == files


def test_a_replaced_file_stays_replaced(books: Books, write: Write) -> None:
    old, new = write(ROW, name="old.csv"), write(ROW, ROW, name="new.csv")
    first = taken_in(books, old)
    second = import_bill(books, new, format_name="focus", replace=True)
    assert isinstance(second, BillImported)
    assert second.replaces == (first.taken.import_id,)
    assert taken_in(books, old).replaced_by == second.taken.import_id
    no = import_bill(books, old, format_name="focus", replace=True)
    assert isinstance(no, Refused)
    assert no.reason is Reason.REPLACED_BEFORE
    assert len(charges(books, "row_number")) == 2


def test_a_file_counted_beside_others_takes_their_place_after_all(books: Books, write: Write) -> None:
    path = write(ROW, name="a.csv")
    one, two = taken_in(books, path), taken_in(books, write("2" + ROW, name="b.csv"))
    assert two.same_period_as == (one.taken.import_id,)
    for dry_run, left in ((True, 2), (False, 1)):
        done = import_bill(books, path, format_name="focus", replace=True, dry_run=dry_run)
        assert isinstance(done, BillImported)
        assert (done.already_imported, done.replaces) == (True, (two.taken.import_id,))
        assert len(charges(books, "row_number")) == left
    again = import_bill(books, path, format_name="focus", replace=True)
    assert isinstance(again, BillImported)
    assert again.replaces == ()


def test_a_file_known_already_replaces_no_more_than_it_holds(books: Books, write: Write) -> None:
    path = write(ROW, name="a.csv")
    taken_in(books, path)
    more = taken_in(books, write(ROW, ROW.replace("payer", "other"), name="b.csv"))
    no = import_bill(books, path, format_name="focus", replace=True)
    assert isinstance(no, Refused)
    assert (no.reason, no.detail["import_id"]) == (Reason.REPLACES_TOO_MUCH, more.taken.import_id)
    assert len(charges(books, "row_number")) == 3
