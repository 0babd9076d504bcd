"""Verify: every harm is found and named, none of them stops the other proofs, and a close under way is no harm."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from partita.cli import screen
from partita.cli import verify as verify_page
from partita.core.period import Month
from partita.usecases import rating
from partita.usecases.close import steps as close_steps
from partita.usecases.close.freeze import Plan, freeze, plan_of
from partita.usecases.verify import Equation, verify
from partita.usecases.work import Books
from steps.verify import drop_foreign_keys
from steps.world import World

Harm = Callable[[str], None]


@pytest.fixture
def world(books: Books) -> World:
    """A closed October: acme pays part of its bill from cash, and owes the rest."""
    made = World(books)
    made.account("acme")
    made.account("beta")
    made.sku("vm", "in", "compute", "at", "2.00")
    made.cash("acme", "1.00")
    made.play(
        [
            ["usage", "r1", "acme", "vm", "1.333333", "2026-10-03T08:00:00+08:00"],
            ["usage", "r2", "beta", "vm", "3", "2026-10-04T08:00:00+08:00"],
            ["close", "2026-10"],
        ]
    )
    assert made.said == []
    return made


@pytest.fixture
def harm(owner_url: str) -> Harm:
    """Run a statement as the owner of the database, past guards and foreign keys."""

    def run(statement: str) -> None:
        with psycopg.connect(owner_url) as connection:
            drop_foreign_keys(connection)
            connection.execute(statement.encode())

    return run


def broken(books: Books) -> dict[str, Equation]:
    return {one.name: one for one in verify(books) if not one.holds}


def named(equation: Equation) -> str:
    return "\n".join(finding.english for finding in equation.findings)


def test_books_in_order_hold(world: World) -> None:
    equations = verify(world.books)
    assert [one for one in equations if not one.holds] == []
    assert [note for one in equations for note in one.notes] == []
    assert len({one.name for one in equations}) == len(equations)


def test_a_bucket_that_its_close_cut_otherwise_holds(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """The size of parts may change between versions; then all parts of a bucket are compared at once."""
    made = World(books)
    made.account("acme")
    made.sku("vm", "in", "compute", "at", "2.00")
    usage = [["usage", f"r{n}", "acme", "vm", "1", "2026-10-03T08:00:00+08:00"] for n in range(5)]
    with monkeypatch.context() as patched:
        patched.setattr(rating, "PART_LINES", 2)
        made.play([*usage, ["close", "2026-10"]])
    parts = sorted(path.name for path in books.room.root.rglob("final-rated*"))
    assert parts == ["final-rated-0002.parquet", "final-rated-0003.parquet", "final-rated.parquet"]
    assert broken(books) == {}


def test_a_differing_charge_is_named_by_record_and_account(world: World, harm: Harm) -> None:
    harm('update price set tiers = \'[{"to": null, "price": 30000000000}]\'')
    found = broken(world.books)
    assert "record r1 of acme (2.666666 CNY) is on file but does not follow" in named(found["recount 2026-10"])
    assert "record r1 of acme (3.999999 CNY) follows from the usage" in named(found["recount 2026-10"])
    assert found["recount 2026-10 CNY"].left == "8.66 CNY"


def test_the_recount_has_one_equation_for_each_currency(world: World) -> None:
    world.setup("enterprises", [["abroad", "Abroad", "UTC", "USD"]])
    world.setup("units", [["abroad", "west", "", "company", "West"]])
    world.setup("accounts", [["zed", "abroad", "Zed", "west", "", "2020-01-01"]])
    world.setup("prices", [["vm", "USD", "2020-01-01", "unit", "account", "", "0.50", ""]])
    world.play([["usage", "z", "zed", "vm", "4", "2026-09-04T08:00:00Z"]])
    sums = {one.name: one for one in verify(world.books)}
    assert "recount 2026-10 USD" not in sums
    assert sums["recount 2026-10 CNY"].right == "8.66 CNY"


DELETIONS = (
    ("delete from bill", {"bill-parts", "billed", "receivable 2026-10 CNY"}, "is not there, but rows of bill_line"),
    ("delete from bill where payer_id = 'beta'", {"bill-parts", "billed"}, "entry beta #1: posts the bill"),
    ("delete from bill_line where payer_id = 'beta'", {"charges 2026-10 CNY"}, "of beta: differs from its lines"),
    ("delete from draw", {"settled"}, "of acme, entry #3: the draws of the entry are not there"),
    ("delete from close_run", {"months"}, "month 2026-10: has charges, bills or steps"),
    ("delete from close_step", {"months"}, "month 2026-10, bucket 0: its step 'open' is missing"),
    ("delete from close_step where step = 3", {"months"}, "bucket 0: its step 'billed' is missing"),
    ("delete from close_step; delete from close_run", {"months"}, "month 2026-10: has charges, bills or steps"),
    ("delete from charge_file", {"recount 2026-10", "months"}, "2026-10, bucket "),
    ("delete from usage_file", {"batches", "usage-records"}, "accepted 2 records, its files hold 0"),
    ("delete from usage_batch", {"batches", "usage-records"}, "is not there, but its files with 2 records are"),
    (
        (
            "delete from posting where ledger_account = 'receivable' and amount_minor > 0; "
            "delete from entry where kind = 'billed'"
        ),
        {"chain", "billed", "receivable 2026-10 CNY"},
        "no entry posts it",
    ),
    ("delete from entry where kind = 'settled'", {"chain", "settled"}, "has draws that no entry settles"),
)


@pytest.mark.parametrize(("statement", "equations", "text"), DELETIONS, ids=[one[0][:60] for one in DELETIONS])
def test_what_is_deleted_is_missed_by_name(
    world: World, harm: Harm, statement: str, equations: set[str], text: str
) -> None:
    for part in statement.split("; "):
        harm(part)
    found = broken(world.books)
    assert equations <= set(found)
    assert text in "\n".join(named(one) for one in found.values())


def test_one_uneven_bill_is_named_in_its_currency_only(world: World, harm: Harm) -> None:
    harm(
        "insert into bill select payer_id, month, 'USD', 'other', bucket, 0, 0, 0, 0, 0, minor_scale_e10, 0, "
        "closed_at, row_hash from bill where payer_id = 'acme'"
    )
    found = broken(world.books)
    assert "charges 2026-10 CNY" not in found
    assert "bill other of acme" in named(found["charges 2026-10 USD"])


@pytest.mark.parametrize(
    ("statement", "wanted"),
    [
        ("update posting set currency = 'rubbish'", "chain"),
        ("update enterprise set zone = 'Nowhere/Land'", "rows"),
        ("update account set enterprise_id = 'nobody'", "rows"),
        ("update bill set month = 202699, closed_at = closed_at", "months"),
        ("update bill set currency = 'x'", "rows"),
    ],
)
def test_rubbish_in_a_row_never_stops_the_other_proofs(world: World, harm: Harm, statement: str, wanted: str) -> None:
    before = {one.name for one in verify(world.books)}
    harm(statement)
    equations = verify(world.books)
    assert wanted in {one.name for one in equations if not one.holds}
    assert {one for one in before if one.split()[0] in {"files", "rows", "balances", "chain", "usage-records"}} <= {
        one.name for one in equations
    }


def test_a_folder_in_the_place_of_a_file_is_named(world: World) -> None:
    path = min((world.books.room.root / "charges").rglob("*.parquet"))
    path.unlink()
    path.mkdir()
    found = broken(world.books)
    assert f"{path.relative_to(world.books.room.root)}: is no file" in named(found["files"])
    assert "recount 2026-10" in found
    assert "chain" not in found


def test_a_file_that_nobody_names_is_told_and_is_no_fault(world: World) -> None:
    path = min((world.books.room.root / "usage").rglob("*.parquet"))
    shutil.copy(path, path.with_name("left.parquet"))
    equations = {one.name: one for one in verify(world.books)}
    assert all(one.holds for one in equations.values())
    assert "left.parquet: is not in the manifest" in equations["files"].notes[0].english


@pytest.mark.parametrize("killed_after", [0, 1, 2, 3, 4])
def test_a_close_cut_short_is_told_and_is_no_fault(world: World, killed_after: int) -> None:
    world.play([["usage", "r3", "acme", "vm", "2", "2026-11-01T08:00:00+08:00"]])
    october = next(one for one in verify(world.books) if one.name == "settlement CNY")
    november = Month(2026, 11)
    later = _in_december(world.books)
    run = freeze(later, november, dry_run=False)
    plan = plan_of(later, run)  # type: ignore[arg-type]
    steps = list(close_steps._STEPS.values())[:killed_after]  # noqa: SLF001 - the steps that a kill lets through
    bucket = next(one.bucket for one in plan.files if one.month == november.number)
    _work(plan, bucket, steps)
    equations = {one.name: one for one in verify(world.books)}
    assert [one for one in equations.values() if not one.holds] == []
    assert "run `partita close 2026-11`" in equations["months"].notes[0].english
    assert "请运行 `partita close 2026-11`" in equations["months"].notes[0].chinese
    assert (equations["settlement CNY"].left == october.left) == (killed_after < 4)
    close_steps.work_off(plan, lambda *_: None)
    assert all(one.holds and not one.notes for one in verify(world.books))


def _in_december(books: Books) -> Books:
    return replace(books, clock=lambda: datetime(2026, 12, 2, tzinfo=UTC))


def _work(plan: Plan, bucket: int, steps: list[Callable[..., None]]) -> None:
    with close_steps.engine_of(plan) as engine:
        for step in steps:
            step(plan, bucket, engine)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_findings_are_told_in_the_language_of_the_reader(
    world: World, harm: Harm, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    text = {"en": "its draws do not sum", "zh": "扣款合计与分录不符"}[language]
    harm("update draw set amount_minor = amount_minor + 1")
    harm("update balance set amount_minor = amount_minor + 1 where payer_id = 'acme' and ledger_account like 'cash%'")
    harm("update entry set description = 'x' where payer_id = 'acme' and sequence = 1")
    monkeypatch.setattr(screen, "say", lambda en, zh: zh if language == "zh" else en)
    equations = verify(world.books)
    verify_page.equation_table(screen.out(), equations)
    shown = capsys.readouterr().out
    assert text in shown.replace("\n", " " if language == "en" else "")
    assert "Break(" not in shown
    assert "BalanceDifference" not in shown
    assert all(finding.english and finding.chinese for one in equations for finding in one.findings)
    json.dumps([str(finding) for one in equations for finding in one.findings])


def test_the_first_findings_are_named_and_the_rest_counted(world: World) -> None:
    folder = world.books.room.root / "usage"
    for number in range(25):
        (folder / f"left-{number:02d}.parquet").write_bytes(b"")
    notes = next(one for one in verify(world.books) if one.name == "files").notes
    assert len(notes) == 21
    assert notes[-1].english == "and 5 more"
