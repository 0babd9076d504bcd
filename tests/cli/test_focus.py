"""`export focus` and `focus check` as a user meets them: a bill in, the open format out, the official rules on it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from command_line import ran

BILL = """\
BilledCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,\
ServiceName,ServiceCategory,SkuId,SkuPriceId,PricingQuantity,PricingUnit,ProviderName,InvoiceIssuerName,Tags
1.25,acme,CNY,2026-09-01T00:00:00Z,2026-09-03T00:00:00Z,2026-09-03T01:00:00Z,Usage,\
对象存储,Storage,oss,oss-1,5,GB·月,云厂商,云厂商,"{""env"":""prod""}"
0.1000000001,acme,CNY,2026-09-01T00:00:00Z,2026-09-04T00:00:00Z,2026-09-04T01:00:00Z,Usage,\
对象存储,Storage,oss,oss-1,1,GB·月,云厂商,云厂商,
"""
MODEL = {
    "Details": {"ModelVersion": "0.1", "FOCUSVersion": "0"}, "ApplicabilityCriteria": {},
    "ModelDatasets": {"CostAndUsage": {"ModelRules": ["Cost-001"]}},
    "ModelRules": {"Cost-001": {
        "Function": "Validation", "Type": "Static", "Reference": "BilledCost", "ApplicabilityCriteria": [],
        "ValidationCriteria": {
            "MustSatisfy": "BilledCost MUST be 1.25.", "Keyword": "MUST", "Condition": {}, "Dependencies": [],
            "Requirement": {"CheckFunction": "CheckValue", "ColumnName": "BilledCost", "Value": 1.25},
        },
    }},
}  # fmt: skip


def partita(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return ran(words, environment)


@pytest.fixture
def september(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """An environment whose books hold one imported bill of September."""
    bill = tmp_path / "bill.csv"
    bill.write_text(BILL, encoding="utf-8")
    done = partita(environment, "import", "bill", str(bill), "--format", "focus")
    assert done.returncode == 0, done.stderr
    return environment


def test_export_and_check(september: dict[str, str], tmp_path: Path) -> None:
    target, model = tmp_path / "september.csv", tmp_path / "model.json"
    dry = partita(september, "export", "focus", str(target), "--dry-run", "--json")
    assert json.loads(dry.stdout)["equations"] == [{"currency": "CNY", "charges": 2, "charges_billed": "1.3500000001"}]
    assert not target.exists()

    done = partita(september, "export", "focus", "--month", "2026-09", "--to", str(target))
    assert done.returncode == 0, done.stderr
    assert "1.3500000001 = 1.3500000001" in done.stdout
    text = target.read_text(encoding="utf-8")
    assert "对象存储" in text
    assert "GB-Months" in text

    model.write_text(json.dumps(MODEL), encoding="utf-8")
    checked = partita(september, "focus", "check", str(target), "--rules", str(model), "--json")
    found = json.loads(checked.stdout)
    assert checked.returncode == 4
    assert found["unexplained"] == ["Cost-001"]
    assert found["failing"][0]["example"] == {"row": "2", "BilledCost": "0.1000000001"}
    shown = partita(september | {"PARTITA_LANG": "zh"}, "focus", "check", str(target), "--rules", str(model))
    assert "1 条规则不应失败却失败" in shown.stdout


def test_what_cannot_be_done_says_what_to_do(september: dict[str, str], tmp_path: Path) -> None:
    nothing = partita(september, "export", "focus", str(tmp_path / "a.csv"), "--month", "2026-08")
    assert (nothing.returncode, "NO_CHARGES" in nothing.stderr) == (3, True)
    kind = partita(september, "export", "focus", str(tmp_path / "a.xlsx"))
    assert (kind.returncode, "let it end in .parquet / .csv" in kind.stderr) == (3, True)
    only = partita(september, "export", "focus", str(tmp_path / "a.csv"), "--only", "mine")
    assert only.returncode == 2
    missing = partita(september, "focus", "check", str(tmp_path / "a.csv"), "--rules", "model.json", "--json")
    assert json.loads(missing.stdout)["refused"] == "FILE_NOT_FOUND"
    reading = partita(september, "focus", "check", str(tmp_path / "a.csv"), "--rules", "model.json", "--reading", "x")
    assert reading.returncode == 2
