"""Plays the cases of FOCUS: what a charge becomes in an export, and what a rule says about a table.

Verbs of `given` for an export: `account NAME`, `sku NAME in PRODUCT as NAME per UNIT` (its category: `category PRODUCT
CATEGORY`), `charge KIND ACCOUNT SKU [KEY VALUE]…` with the keys quantity, price (as stated), list, contracted, billed,
start, end, unit; KIND is rated, correction, round_down, or `imported` with the keys of its columns.
Verbs for a check: `columns NAME…`, `row VALUE…` (`-` = null), `rule ID KEYWORD is|not|any COLUMN VALUE…`, with `when
COLUMN is|not VALUE`, `of ID…` for a composite rule, `needs CRITERION`.
`export MONTH COLUMN…` shows these columns of each row; `check [strict]` shows the result of each rule.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

import focus_charges
from case_file import Case
from partita.columnar.tables import CHARGE, IMPORTED
from partita.core.money import format_scaled
from partita.core.period import Month
from partita.core.quantity import parse_price, parse_quantity
from partita.core.refusal import Refused
from partita.formats.focus_rules import Reading
from partita.usecases.focus import check_focus, export_focus
from partita.usecases.setup import apply_setup
from partita.usecases.work import Books

_AMOUNTS = {"list": "list_cost_e10", "contracted": "contracted_cost_e10", "billed": "billed_cost_e10",
            "effective": "effective_cost_e10"}  # fmt: skip
_FILES = {
    "enterprises": "enterprise_id,name,zone,currency\ngroup,Group,Asia/Shanghai,CNY\n",
    "units": "enterprise_id,org_unit_id,parent_id,kind,name\ngroup,east,,company,East\n",
    "accounts": "account_id,enterprise_id,name,org_unit_id,payer_id,effective_from\n",
    "products": "product_id,name,service_category\n",
    "skus": "sku_id,product_id,name,unit\n",
}


def run(case: Case, books: Books) -> list[str]:
    said: list[str] = []
    _set_up(books, case.given)
    for verb, *words in case.when:
        if verb == "export":
            said += _export(books, case.given, Month.parse(words[0]), words[1:])
        else:
            said += _check(case.given, words)
    return said


def _set_up(books: Books, given: Sequence[Sequence[str]]) -> None:
    files = dict(_FILES)
    categories = {words[0]: " ".join(words[1:]) for verb, *words in given if verb == "category"}
    for verb, *words in given:
        if verb == "account":
            files["accounts"] += f"{words[0]},group,{words[0].title()},east,,2020-01-01\n"
        elif verb == "sku":
            name, _, product, _, title, _, unit = words
            files["products"] += f"{product},{product.title()},{categories.get(product, 'Compute')}\n"
            files["skus"] += f"{name},{product},{title},{unit}\n"
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            if text.count("\n") > 1:
                lines = list(dict.fromkeys(text.splitlines()))
                (Path(folder) / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        with books.work() as work:
            applied = apply_setup(work, Path(folder))
        assert not isinstance(applied, Refused), applied.message()


def _export(books: Books, given: Sequence[Sequence[str]], month: Month, columns: Sequence[str]) -> list[str]:
    skus = {words[0]: (words[2], words[6]) for verb, *words in given if verb == "sku"}
    charges = [_charge(words, skus, number) for number, (verb, *words) in enumerate(given) if verb == "charge"]
    for own in (True, False):
        rows = [row for row in charges if (row["origin"] == "own") is own]
        if rows:
            schema = CHARGE if own else IMPORTED
            kept = [{name: row.get(name) for name in schema} for row in rows]
            focus_charges.keep(books, kept, month=month.number, stage="final" if own else "imported")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.csv"
        answer = export_focus(books, [month], target)
        if isinstance(answer, Refused):
            return [f"refused {answer.reason.name}"]
        shown = ", ".join(f"coalesce(\"{name}\", '-')" for name in columns)
        source = f"read_csv('{target}', all_varchar = true, header = true)"
        order = "CAST(ChargePeriodStart AS TIMESTAMP), ChargeDescription"
        rows = duckdb.sql(f"SELECT {shown or 'NULL'} FROM {source} ORDER BY {order}").fetchall() if columns else []
        said = [f"row {' | '.join(row)}" for row in rows]
    return said + [
        f"{one.currency} {one.charges} charges {format_scaled(one.charges_billed_e10, 10)} "
        f"= {one.exported} rows {format_scaled(one.exported_billed_e10, 10)}"
        for one in answer.equations
        if not columns
    ]


def _charge(words: Sequence[str], skus: dict[str, tuple[str, str]], number: int) -> dict[str, Any]:
    kind, account, sku, *pairs = words
    keys = dict(zip(pairs[::2], pairs[1::2], strict=True))
    start = datetime.fromisoformat(keys.pop("start", "2026-10-01")) + timedelta(seconds=number)
    end = datetime.fromisoformat(keys.pop("end")) if "end" in keys else start + timedelta(hours=1)
    product, unit = skus.get(sku, (None, None))
    row: dict[str, Any] = {
        "origin": keys.pop("origin", "own"), "category": "Adjustment" if kind == "round_down" else "Usage",
        "class": "Correction" if kind == "correction" else None, "line_kind": kind, "record_id": f"r{number}",
        "account_id": account, "payer_id": account, "product_id": product, "usage_month": 202610,
        "sku_id": None if sku == "-" else sku, "price_id": None if sku == "-" else f"price-of-{sku}", "unit": unit,
        "charge_start": start, "charge_end": end, "currency": "CNY",
    }  # fmt: skip
    if "quantity" in keys:
        row["quantity_e6"] = parse_quantity(keys.pop("quantity"))
    if "price" in keys:
        row["list_unit_price_e10"] = row["contracted_unit_price_e10"] = parse_price(keys.pop("price"))
    listed = keys.pop("list", "0")
    contracted = keys.pop("contracted", listed)
    costs = {"list": listed, "contracted": contracted, "billed": keys.pop("billed", contracted)}
    costs["effective"] = keys.pop("effective", costs["billed"])
    return row | {_AMOUNTS[name]: parse_price(text) for name, text in costs.items()} | keys


def _check(given: Sequence[Sequence[str]], words: Sequence[str]) -> list[str]:
    names = next(words for verb, *words in given if verb == "columns")
    rows = [dict(zip(names, values, strict=True)) for verb, *values in given if verb == "row"]
    table = pa.table({name: [None if row[name] == "-" else row[name] for row in rows] for name in names})
    rules = {words[0]: _rule(words) for verb, *words in given if verb == "rule"}
    with tempfile.TemporaryDirectory() as folder:
        data, model = Path(folder) / "data.parquet", Path(folder) / "model.json"
        pq.write_table(table, data)
        model.write_text(json.dumps(_model(rules)), encoding="utf-8")
        report = check_focus(data, model, criteria="none", reading=Reading(strict="strict" in words))
    assert not isinstance(report, Refused), report.message()
    said = []
    for one in report.results:
        example = " ".join(f"{name} {value or '-'}" for name, value in (one.example or {}).items())
        known = " known" if one.known else ""
        said.append(f"{one.rule_id} {one.status.value}{known} {example or one.because}")
    return said


def _model(rules: dict[str, Any]) -> dict[str, Any]:
    return {
        "Details": {"ModelVersion": "0.1", "FOCUSVersion": "0"}, "ApplicabilityCriteria": {"REGIONS": {}},
        "ModelDatasets": {"CostAndUsage": {"ModelRules": list(rules)}}, "ModelRules": rules,
    }  # fmt: skip


def _rule(words: Sequence[str]) -> dict[str, Any]:
    _, keyword, check, *rest = words
    when = rest[rest.index("when") + 1 :] if "when" in rest else []
    rest = rest[: rest.index("when")] if when else list(rest)
    criteria = [rest.pop() for _ in range(rest.count("needs"))]
    rest = [word for word in rest if word != "needs"]
    if check == "of":
        items = [{"CheckFunction": "CheckModelRule", "ModelRuleId": name} for name in rest]
        requirement: dict[str, Any] = {"CheckFunction": "AND", "Items": items}
    elif check == "any":
        items = [_value(rest[0], "is", one) for one in rest[1:]]
        requirement = {"CheckFunction": "OR", "Items": items}
    else:
        requirement = _value(rest[0], check, " ".join(rest[1:]))
    return {
        "Function": "Composite" if check == "of" else "Validation", "Type": "Static", "Reference": "Thing",
        "ApplicabilityCriteria": criteria,
        "ValidationCriteria": {
            "MustSatisfy": " ".join(words), "Keyword": keyword, "Requirement": requirement,
            "Condition": _value(when[0], when[1], when[2]) if when else {},
            "Dependencies": rest if check == "of" else [],
        },
    }  # fmt: skip


def _value(column: str, check: str, value: str) -> dict[str, Any]:
    function = "CheckNotValue" if check == "not" else "CheckValue"
    return {"CheckFunction": function, "ColumnName": column, "Value": None if value == "null" else value}
