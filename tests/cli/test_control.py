"""Stop and resume, alerts and the outbox on the command line, in both languages."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from command_line import ran
from partita.usecases.work import Books
from steps.world import World

ZH = {"PARTITA_LANG": "zh"}


class Line:
    """The command line on one set of books."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return ran(words, self.environment | more)

    def said(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def refused(self, *words: str) -> str:
        done = self.run(*words, "--json")
        assert done.returncode in {2, 3}, done.stdout + done.stderr
        return str(json.loads(done.stdout)["refused"])


@pytest.fixture
def line(books: Books, environment: dict[str, str]) -> Line:
    """Books in which acme has a little money left; it is 2026-11-02."""
    world = World(books)
    world.play([["account", "acme"], ["account", "web", "paid", "by", "acme"], ["account", "bolt"]])
    world.play([["sku", "cpu", "in", "compute", "at", "1.00"], ["cash", "acme", "100.00"], ["cash", "bolt", "10.00"]])
    return Line(environment)


def usage(folder: Path, *rows: str) -> str:
    path = folder / f"usage-{len(list(folder.iterdir()))}.csv"
    path.write_text("\n".join(["record_id,account_id,sku,quantity,start", *rows]) + "\n")
    return str(path)


def test_stop_resume_and_history(line: Line, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    assert line.said("control", "policy", "--grace", "none")["grace_seconds"] is None
    assert line.said("control", "policy", "--grace", "none")["repeated"]
    line.said("import", "usage", usage(folder, "r1,web,cpu,120,2026-11-01T10:00:00+08:00"))
    shown = line.said("control", "show", "acme")
    assert (shown["available"], shown["products"][0]["state"]) == ("-20.00", "suspended")
    assert "停机" in line.run("control", "show", "acme", **ZH).stdout
    assert line.said("outbox", "show")["messages"][0]["order"] == "suspend"
    english, chinese = line.run("outbox", "show").stdout, line.run("outbox", "show", **ZH).stdout
    for page, order, title in ((english, "suspend web/compute", "acme: service is stopped"),
                               (chinese, "停机 web/compute", "acme：服务已停机")):  # fmt: skip
        assert "Asia/Shanghai" in page
        assert order in page
        assert title in page  # in the reader's language, although it is sent in Chinese
    assert ("Chinese" in english, "中文" in chinese) == (True, True)
    assert line.said("outbox", "deliver", "--dry-run")["dry_run"]
    sent = line.said("outbox", "deliver")["tried"]
    assert {one["delivery"] for one in sent} == {"delivered"}
    assert line.said("outbox", "show")["messages"] == []
    assert len(line.said("outbox", "show", "--all")["messages"]) == len(sent)
    line.said("funds", "top-up", "acme", "500.00")
    history = line.said("control", "history", "web")["steps"]
    assert [one["state"] for one in history] == ["suspended", "running"]
    assert "quota" in line.run("control", "history", "acme").stdout
    line.run("outbox", "deliver")
    cloud = json.loads((Path(line.environment["PARTITA_HOME"]) / "simulated-cloud.json").read_text())
    assert cloud["web/compute"]["order"] == "resume"
    assert line.said("control", "run")["changes"] == []
    assert line.said("verify")["holds"]


def test_settings_of_a_group(line: Line, tmp_path: Path) -> None:
    turns = tmp_path / "turns.csv"
    turns.write_text("member,product,turn\nweb,,10\n,compute,90\n")
    assert line.said("control", "order", "acme", str(turns), "--allowance", "50.00")["allowance_minor"] == 5000
    assert line.said("control", "show", "acme")["order"]["turns"][1] == {"member": "web", "product": "", "turn": 10}
    assert line.said("control", "order", "acme", "--take-back")["taken_back"]
    turns.write_text("member,product,turn\nweb,,100\n")
    assert line.refused("control", "order", "acme", str(turns)) == "BAD_STOP_ORDER"
    assert line.said("control", "cap", "web", "200.00")["cap"] == "200.00 CNY"
    assert "每月最多消费" in line.run("control", "cap", "web", "300.00", **ZH).stdout
    assert line.said("control", "cap", "web", "none")["cap"] is None
    paid = ("control", "paid-ahead", "web", "compute", "--until", "2026-12-31")
    assert line.said(*paid)["ends_at"] == "2026-12-31T16:00:00Z"
    assert line.refused(*paid, "--reference", "other") == "PAID_AHEAD_DIFFERS"
    line.said("control", "policy", "acme", "--grace", "48h", "--grace-amount", "100.00", "--retention", "none")
    assert [one["account_id"] for one in line.said("control", "policies")["policies"]] == ["acme", None]
    assert "永久保留" in line.run("control", "policies", **ZH).stdout
    assert line.said("control", "policy", "acme", "--take-back")["taken_back"]
    assert line.refused("control", "policy", "acme", "--grace", "soon") == "BAD_SPAN"
    assert line.refused("control", "policy", "--grace-amount", "5") == "WRONG_USAGE"
    assert line.refused("control", "show", "nobody") == "UNKNOWN_ACCOUNT"


def test_alerts_and_addresses(line: Line, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    line.said("import", "usage", usage(folder, "r1,acme,cpu,1,2026-11-01T10:00:00+08:00"))
    assert line.said("alert", "set", "acme", "low-quota", "90.00")["alerts"][0]["threshold"] == "90.00 CNY"
    assert line.said("alert", "set", "acme", "low-quota", "90.00")["repeated"]
    assert line.said("alert", "set", "acme", "near-overdue", "3")["alerts"][0]["threshold"] == "3.0 days"
    whole = line.said("alert", "set", "acme", "high-spend", "5.00", "--product", "compute", "--members", "--dry-run")
    assert [one["account_id"] for one in whole["alerts"]] == ["web"]
    assert line.refused("alert", "set", "acme", "expiry", "soon") == "BAD_THRESHOLD"
    assert line.refused("alert", "set", "acme", "low-quota", "5.00", "--product", "compute") == "WRONG_USAGE"
    line.said("alert", "address", "acme", "mail", "finance@acme.example", "--language", "en")
    line.said("alert", "address", "acme", "file", "ops")
    assert line.refused("alert", "address", "acme", "mail", "finance") == "BAD_NOTICE_ADDRESS"
    line.said("import", "usage", usage(folder, "r2,acme,cpu,20,2026-11-02T10:00:00+08:00"))
    shown = line.said("alert", "list", "acme")
    assert [one["kind"] for one in shown["told"]] == ["low-quota"]
    assert "已通知（Asia/Shanghai）" in line.run("alert", "list", "acme", **ZH).stdout
    done = line.said("outbox", "deliver")
    assert done["not_set_up"] == {"mail": 1}
    told = (Path(line.environment["PARTITA_HOME"]) / "notices" / "ops.ndjson").read_text(encoding="utf-8")
    assert "可用额度预警" in told
    assert "titles" not in told
    assert "PARTITA_SMTP" in line.run("outbox", "deliver").stdout
    line.said("alert", "address", "acme", "mail", "finance@acme.example", "--off")
    assert line.refused("alert", "address", "acme", "mail", "finance@acme.example", "--off") == "NO_SUCH_ADDRESS"
    assert line.said("alert", "set", "acme", "low-quota", "off")["alerts"][0]["threshold"] is None
