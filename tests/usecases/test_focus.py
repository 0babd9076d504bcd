"""Exports from real books, and checks of what was exported."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

import focus_charges
from partita.core.period import Month
from partita.core.refusal import Reason, Refused
from partita.formats.focus_rules import KNOWN_DEFECTS, STRICT_DEFECTS, Reading, Status
from partita.usecases.focus import FocusExported, Only, What, check_focus, export_focus
from partita.usecases.work import Books

OCTOBER = Month(2026, 10)
RULES = Path(__file__).parents[2] / ".." / "shared" / "data" / "focus-1.2-rules"
shared = pytest.mark.skipif(not RULES.is_dir(), reason=f"the rule model is not at {RULES}")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """An empty folder for exports."""
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def october(books: Books) -> Books:
    """Books with a month of own charges and an imported bill."""
    focus_charges.keep(books, focus_charges.own())
    focus_charges.keep(books, focus_charges.imported(), stage="imported")
    return books


def done(answer: FocusExported | Refused) -> FocusExported:
    assert isinstance(answer, FocusExported), answer
    return answer


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_the_file_holds_the_same_money(october: Books, ending: str, out: Path) -> None:
    target = out / f"october.{ending}"
    exported = done(export_focus(october, [OCTOBER], target))
    assert [one.currency for one in exported.equations] == ["CNY", "USD"]
    assert all(one.holds for one in exported.equations)
    wanted = sum(int(str(row["billed_cost_e10"])) for row in (*focus_charges.own(), *focus_charges.imported()))
    if ending == "csv":
        with target.open(encoding="utf-8", newline="") as handle:
            billed = [Decimal(row["BilledCost"]) for row in csv.DictReader(handle)]
        assert sum(billed) * 10**10 == wanted
    assert sum(one.exported_billed_e10 for one in exported.equations) == wanted
    assert (exported.rows, exported.columns) == (65, 57)
    assert [path.name for path in out.iterdir()] == [target.name]


def test_again_gives_the_same_rows(october: Books, out: Path) -> None:
    first, again = out / "first.csv", out / "again.csv"
    for target in (first, again, again):
        done(export_focus(october, [OCTOBER], target))
    texts = [sorted(path.read_text(encoding="utf-8").splitlines()) for path in (first, again)]
    assert texts[0] == texts[1]


def test_only_own_or_imported(october: Books, out: Path) -> None:
    own = done(export_focus(october, [], out / "own.csv", what=What(Only.OWN)))
    imported = done(export_focus(october, [], out / "imported.csv", what=What(Only.IMPORTED, issuer="Acme IT")))
    assert (own.rows, imported.rows) == (56, 9)


def test_a_dry_run_writes_nothing(october: Books, out: Path) -> None:
    exported = done(export_focus(october, [OCTOBER], out / "dry.parquet", dry_run=True))
    assert (exported.rows, exported.dry_run, list(out.iterdir())) == (65, True, [])


def test_months_without_charges_are_refused(october: Books, out: Path) -> None:
    answer = export_focus(october, [Month(2026, 9)], out / "september.parquet")
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.NO_CHARGES
    assert "2026-09" in answer.message("zh")


def test_a_file_that_cannot_be_written_is_refused(october: Books, out: Path) -> None:
    for target, reason in (
        (out / "october.xlsx", Reason.UNKNOWN_FILE_KIND),
        (out / "no" / "folder.csv", Reason.CANNOT_WRITE),
    ):
        answer = export_focus(october, [OCTOBER], target)
        assert isinstance(answer, Refused)
        assert answer.reason is reason


def test_a_changed_charge_file_is_not_exported(october: Books, out: Path) -> None:
    one = focus_charges.keep(october, focus_charges.own(1), month=202611)
    rows = focus_charges.own(1)
    rows[0]["billed_cost_e10"] = int(str(rows[0]["billed_cost_e10"])) + 1
    focus_charges.write(rows, october.room.path(one.path), focus_charges.CHARGE)
    answer = export_focus(october, [Month(2026, 11)], out / "november.parquet")
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.EXPORT_DIFFERS
    assert list(out.iterdir()) == []


@shared
@pytest.mark.shared
@pytest.mark.parametrize("ending", ["parquet", "csv"])
@pytest.mark.parametrize("strict", [0, 1], ids=["official", "strict"])
def test_only_known_defects_fail_on_our_export(october: Books, ending: str, strict: int, out: Path) -> None:
    target = out / f"october.{ending}"
    done(export_focus(october, [OCTOBER], target))
    report = check_focus(
        target,
        RULES / "model-1.2.0.1.json",
        currencies=RULES / "currency_codes.csv",
        reading=Reading(strict=bool(strict)),
    )
    assert not isinstance(report, Refused)
    assert report.unexplained == ()
    assert {one.rule_id for one in report.failing} <= set(KNOWN_DEFECTS) | (set(STRICT_DEFECTS) if strict else set())
    assert report.count(Status.PASSED) >= 357
    assert report.rows == 65


@shared
@pytest.mark.shared
def test_a_check_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    model, data = RULES / "model-1.2.0.1.json", tmp_path / "data.csv"
    data.write_text("BilledCost\n1.0\n", encoding="utf-8")
    answers = {
        Reason.FILE_NOT_FOUND: check_focus(tmp_path / "none.csv", model),
        Reason.FILE_UNREADABLE: check_focus(data, data),
        Reason.UNKNOWN_CRITERION: check_focus(data, model, criteria="FLYING_SUPPORTED"),
    }
    for reason, answer in answers.items():
        assert isinstance(answer, Refused)
        assert answer.reason is reason
        assert answer.message("en")
