"""The checker against the official validator's recorded results, and against small models of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from partita.formats import focus_rules
from partita.formats.focus_rules import (
    KNOWN_DEFECTS,
    ModelUnreadable,
    Reading,
    RowsUnreadable,
    RuleReport,
    Status,
    check_file,
)

SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
RULES = SHARED / "focus-1.2-rules"
OFFICIAL = json.loads((Path(__file__).parent / "focus_official.json").read_text(encoding="utf-8"))
shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the shared data is not at {SHARED}")


def official(path: Path, criteria: str = "ALL", reading: Reading | None = None) -> RuleReport:
    model = focus_rules.read_model(RULES / "model-1.2.0.1.json")
    wanted = {"ALL": model.criteria, "none": ()}.get(criteria, tuple(criteria.split(",")))
    currencies = focus_rules.read_currencies(RULES / "currency_codes.csv")
    return check_file(path, model, criteria=wanted, currencies=currencies, reading=reading)


def ids(report: RuleReport, status: Status) -> list[str]:
    return sorted(one.rule_id for one in report.results if one.status is status)


@shared
@pytest.mark.shared
@pytest.mark.parametrize("run", OFFICIAL["runs"], ids=lambda run: f"{Path(run['file']).stem}-{run['criteria'][:6]}")
def test_every_rule_has_the_official_result(run: dict[str, Any]) -> None:
    report = official(SHARED / run["file"], run["criteria"])
    assert len(report.results) == OFFICIAL["rules"]
    assert ids(report, Status.FAILED) == run["failing"]
    assert ids(report, Status.SKIPPED) == OFFICIAL["skipped"][run["criteria"]]


@shared
@pytest.mark.shared
@pytest.mark.parametrize("provider", ["azure", "gcp", "aws"])
def test_from_parquet_only_the_known_defects_fail(provider: str, tmp_path: Path) -> None:
    source = SHARED / f"generated/focus-data-toolkit/focus_1_2_cost_and_usage_{provider}.csv"
    target = tmp_path / "bill.parquet"
    duckdb.execute(f"COPY (SELECT * FROM read_csv('{source}', all_varchar = true)) TO '{target}' (FORMAT parquet)")
    report = official(target)
    assert [report.count(status) for status in Status] == [357, 11, 210]
    assert ids(report, Status.FAILED) == sorted(KNOWN_DEFECTS)
    assert report.unexplained == ()
    assert official(target, reading=Reading(strict=True)).unexplained == ()


def model(tmp_path: Path, *rules: dict[str, Any]) -> Path:
    path = tmp_path / "model.json"
    names = [rule["id"] for rule in rules]
    document = {
        "Details": {"ModelVersion": "0.1", "FOCUSVersion": "0"},
        "ApplicabilityCriteria": {"REGIONS": {}},
        "ModelDatasets": {"CostAndUsage": {"ModelRules": names}},
        "ModelRules": {rule["id"]: _rule(rule) for rule in rules},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "Function": rule.get("function", "Validation"), "Type": rule.get("type", "Static"), "Reference": "Thing",
        "ApplicabilityCriteria": rule.get("criteria", []),
        "ValidationCriteria": {
            "MustSatisfy": f"{rule['id']} must hold.", "Keyword": rule.get("keyword", "MUST"),
            "Requirement": rule["check"], "Condition": rule.get("when", {}), "Dependencies": rule.get("after", []),
        },
    }  # fmt: skip


def table(tmp_path: Path, columns: str, *rows: str) -> Path:
    path = tmp_path / "rows.parquet"
    duckdb.execute(f"COPY (SELECT * FROM (VALUES {', '.join(rows)}) t({columns})) TO '{path}' (FORMAT parquet)")
    return path


def judged(tmp_path: Path, data: Path, *rules: dict[str, Any], strict: bool = False) -> dict[str, Any]:
    loaded = focus_rules.read_model(model(tmp_path, *rules))
    report = check_file(data, loaded, criteria=(), reading=Reading(strict=strict))
    return {one.rule_id: one for one in report.results}


def value(column: str, wanted: object, function: str = "CheckValue") -> dict[str, Any]:
    return {"CheckFunction": function, "ColumnName": column, "Value": wanted}


def test_a_failing_rule_shows_its_rows(tmp_path: Path) -> None:
    data = table(tmp_path, "A, B", "('x', 1)", "('y', 2)", "('y', 3)")
    found = judged(tmp_path, data, {"id": "A-1", "check": value("A", "x"), "when": value("B", 3, "CheckNotValue")})
    assert found["A-1"].status is Status.FAILED
    assert found["A-1"].violations == 1
    assert found["A-1"].example == {"row": "2", "A": "y", "B": "2"}


def test_a_missing_column_fails_and_is_named(tmp_path: Path) -> None:
    data = table(tmp_path, "A", "('x')")
    present = {"CheckFunction": "ColumnPresent", "ColumnName": "B"}
    found = judged(tmp_path, data, {"id": "B-1", "check": present}, {"id": "B-2", "check": value("B", None)})
    assert [one.because for one in found.values()] == ["the column B is missing"] * 2


def test_a_parent_fails_with_its_child_and_passes_its_condition_down(tmp_path: Path) -> None:
    data = table(tmp_path, "A, B", "(NULL, 'x')", "(1, 'y')")
    parent = {
        "id": "A-0", "function": "Composite", "when": value("B", "y"), "after": ["A-1"],
        "check": {"CheckFunction": "AND", "Items": [{"CheckFunction": "CheckModelRule", "ModelRuleId": "A-1"}]},
    }  # fmt: skip
    child = {"id": "A-1", "check": value("A", None, "CheckNotValue")}
    assert judged(tmp_path, data, parent, child)["A-0"].status is Status.PASSED
    wider = parent | {"when": {}}
    found = judged(tmp_path, data, wider, child)
    assert [found[name].status for name in ("A-0", "A-1")] == [Status.FAILED, Status.FAILED]
    assert found["A-0"].because == "A-1"


def test_what_does_not_apply_is_skipped_with_what_rests_on_it(tmp_path: Path) -> None:
    data = table(tmp_path, "A", "(1)")
    found = judged(
        tmp_path, data,
        {"id": "A-1", "check": value("A", 2), "criteria": ["REGIONS"]},
        {"id": "A-2", "check": value("A", 2), "after": ["A-1"]},
        {"id": "A-3", "check": value("A", 2), "type": "Dynamic"},
        {"id": "A-4", "check": value("A", 2), "keyword": "MAY"},
        {"id": "A-5", "check": {"CheckFunction": "CheckTheStars", "ColumnName": "A"}},
        {"id": "A-6", "check": value("A", 1), "after": ["A-3"]},
    )  # fmt: skip
    assert {one.status for one in found.values()} == {Status.SKIPPED}


def test_the_strict_reading_asks_every_row(tmp_path: Path) -> None:
    data = table(tmp_path, "A, B", "('x', NULL)", "('bad', NULL)")
    either = {"CheckFunction": "OR", "Items": [value("A", "x"), value("A", "y")]}
    rules = (
        {"id": "A-1", "check": either},
        {"id": "A-2", "check": value("A", "x"), "when": value("B", "z", "CheckNotValue")},
    )
    lenient, strict = judged(tmp_path, data, *rules), judged(tmp_path, data, *rules, strict=True)
    assert [one.status for one in lenient.values()] == [Status.PASSED, Status.PASSED]
    assert [one.violations for one in strict.values()] == [1, 1]


@pytest.mark.parametrize(("function", "good", "bad"), [
    ("FormatUnit", "GB-Hours", "GB--Hours"), ("FormatCurrency", "CNY", "cny"), ("CheckNationalCurrency", "CNY", "yuan"),
    ("FormatNumeric", "-1.5E-7", "1,5"), ("FormatDateTime", "2026-10-01T00:00:00Z", "2026-10-01 00:00"),
    ("TypeDateTime", "2026-10-01T00:00:00Z", "2026-10-01T00:00:00"), ("TypeDecimal", "12.50", "twelve"),
    ("FormatKeyValue", '{"a":1}', "a=1"), ("FormatString", "数据", "�"),
])  # fmt: skip
def test_formats_of_text(function: str, good: str, bad: str, tmp_path: Path) -> None:
    data = table(tmp_path, "A", f"('{good}')", f"('{bad}')", "(NULL)")
    found = judged(tmp_path, data, {"id": "A-1", "check": {"CheckFunction": function, "ColumnName": "A"}})
    assert found["A-1"].violations == 1
    assert found["A-1"].example == {"row": "2", "A": bad}


def test_types_of_columns(tmp_path: Path) -> None:
    data = table(tmp_path, "A, B, C", "(1, 1.5::DECIMAL(38,10), TIMESTAMP '2026-10-01 00:00:00')")
    checks = [
        ("A", "TypeString"),
        ("A", "TypeDecimal"),
        ("B", "TypeDecimal"),
        ("C", "TypeDateTime"),
        ("C", "TypeString"),
    ]
    rules = [{"id": f"R-{n}", "check": {"CheckFunction": f, "ColumnName": c}} for n, (c, f) in enumerate(checks)]
    assert [one.violations for one in judged(tmp_path, data, *rules).values()] == [1, 0, 0, 0, 1]


def test_a_product_is_checked_with_the_official_tolerance(tmp_path: Path) -> None:
    data = table(tmp_path, "P, Q, C", "(0.1, 3, 0.3)", "(0.1, 3, 0.30000001)", "(1e8, 1e8, 1e16)", "(NULL, 3, 5)")
    product = {"CheckFunction": "ColumnByColumnEqualsColumnValue", "ColumnAName": "P", "ColumnBName": "Q", "ResultColumnName": "C"}  # noqa: E501  # fmt: skip
    found = judged(tmp_path, data, {"id": "C-1", "check": product})
    assert (found["C-1"].violations, found["C-1"].example["row"]) == (1, "2")


def test_one_value_for_each(tmp_path: Path) -> None:
    data = table(tmp_path, "A, B", "('s', 'x')", "('s', 'y')", "('t', 'x')")
    check = {"CheckFunction": "CheckDistinctCount", "ColumnAName": "A", "ColumnBName": "B", "ExpectedCount": 1}
    found = judged(tmp_path, data, {"id": "A-1", "check": check})
    assert (found["A-1"].violations, found["A-1"].example) == (1, {"A": "s", "B": "x … y"})


def test_a_composite_is_excused_only_while_nothing_else_below_it_fails(tmp_path: Path) -> None:
    data = table(tmp_path, "A", "(1)")
    names = ("InvoiceId-C-004-C", "Other-C-001-M")
    below = [{"id": name, "check": value("A", 2)} for name in names]
    items = [{"CheckFunction": "CheckModelRule", "ModelRuleId": name} for name in names]
    parent = {"id": "CostAndUsage-D-002-M", "function": "Composite", "after": [*names]}
    one = parent | {"check": {"CheckFunction": "AND", "Items": items[:1]}}
    both = parent | {"check": {"CheckFunction": "AND", "Items": items}}
    assert judged(tmp_path, data, *below, one)["CostAndUsage-D-002-M"].known is not None
    assert judged(tmp_path, data, *below, both)["CostAndUsage-D-002-M"].known is None


def test_what_is_no_model_and_no_dataset_says_why(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"rules": []}', encoding="utf-8")
    with pytest.raises(ModelUnreadable, match="ModelRules"):
        focus_rules.read_model(wrong)
    wrong.write_text("not json", encoding="utf-8")
    with pytest.raises(ModelUnreadable):
        focus_rules.read_model(wrong)
    with pytest.raises(ModelUnreadable, match="currency"):
        focus_rules.read_currencies(wrong)
    loaded = focus_rules.read_model(model(tmp_path, {"id": "A-1", "check": value("A", 1)}))
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1 but nothing else")
    with pytest.raises(RowsUnreadable):
        check_file(broken, loaded, criteria=())
