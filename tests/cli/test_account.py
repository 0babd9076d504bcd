"""Accounts, organisation, people and permissions on the command line, in both languages."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from command_line import ran

CODE = "91110000600037341L"


class Line:
    """The command line on one set of books."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return ran(words, self.environment)

    def said(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def refused(self, *words: str) -> dict[str, Any]:
        done = self.run(*words, "--json")
        assert done.returncode == 3, done.stdout + done.stderr
        no: dict[str, Any] = json.loads(done.stdout)
        return no


@pytest.fixture
def line(environment: dict[str, str]) -> Line:
    return Line(environment)


def test_an_account_from_first_to_last(line: Line) -> None:
    assert "Would register" in line.run("account", "register", "acme", "Acme", "--dry-run").stdout
    assert line.said("account", "register", "acme", "Acme", "--from", "2026-01-01")["new_enterprise"]
    assert line.said("account", "register", "acme", "Acme", "--from", "2026-01-01")["repeated"]
    line.said("org", "add-unit", "acme", "retail", "Retail", "--under", "acme")
    line.said("account", "register", "shop", "Shop", "--enterprise", "acme", "--unit", "retail", "--from", "2026-01-01")
    assert line.said("account", "verify", "shop", CODE, "Acme Ltd")["entity"]["number"] == CODE
    assert line.said("account", "invoice-title", "shop")["tax_number"] == CODE
    assert line.said("account", "set-tier", "shop", "basic")["tier"] == "basic"
    line.said("account", "freeze", "shop", "--reason", "moved out")
    shown = line.said("account", "show", "shop")
    assert (shown["state"], shown["tier"], shown["entity"]["name"]) == ("frozen", "basic", "Acme Ltd")
    assert shown["history"][0]["note"] == "moved out"
    assert "verified as: Acme Ltd" in line.run("account", "show", "shop").stdout
    assert "tier: basic" in line.run("account", "show", "shop").stdout
    assert line.said("account", "show", "acme")["tier"] is None
    assert "tier: none set: all capabilities" in line.run("account", "show", "acme").stdout
    assert "holds" not in line.run("account", "show", "shop").stdout
    assert [one["account_id"] for one in line.said("account", "list")["accounts"]] == ["acme", "shop"]
    line.said("funds", "top-up", "shop", "5.00")
    assert line.refused("account", "close", "shop")["refused"] == "ACCOUNT_HAS_FUNDS"
    assert "against closing: holds cash 5.00 CNY" in line.run("account", "show", "shop").stdout
    assert line.said("account", "close", "acme", "--dry-run")["state"] == "closed"
    assert line.said("account", "show", "acme")["state"] == "open"
    assert line.said("verify")["holds"]


def test_an_account_that_opens_later_is_not_open_yet(line: Line) -> None:
    line.said("account", "register", "late", "Late", "--from", "2099-12-01")
    line.said("account", "register", "now", "Now", "--from", "2026-01-01")
    shown = line.said("account", "show", "late")
    assert (shown["opens_at"], line.said("account", "show", "now")["opens_at"]) == ("2099-11-30T16:00:00Z", None)
    assert "state: opens 2099-12-01\n" in line.run("account", "show", "late").stdout
    assert "opens 2099-12-01" in line.run("account", "list").stdout
    line.environment["PARTITA_LANG"] = "zh"
    assert "状态：2099-12-01 开通" in line.run("account", "show", "late").stdout


def test_the_tree_then_and_now(line: Line) -> None:
    line.said("account", "register", "acme", "Acme", "--from", "2026-01-01")
    line.said("org", "add-unit", "acme", "labs", "Labs", "--under", "acme")
    moved = line.said("org", "move", "acme", "labs", "--from", "2026-10-01")
    assert (moved["before"], moved["effective_from"]) == ("acme", "2026-09-30T16:00:00Z")
    then, now = line.said("org", "tree", "--at", "2026-09-30"), line.said("org", "tree")
    assert [unit["accounts"] for unit in then["units"]] == [["acme"], []]
    assert [unit["accounts"] for unit in now["units"]] == [[], ["acme"]]
    assert "Labs  (labs)  1 account" in line.run("org", "tree").stdout
    assert line.refused("org", "move", "acme", "nowhere")["refused"] == "UNKNOWN_UNIT"
    assert line.refused("org", "tree", "--at", "yesterday")["refused"] == "BAD_TIME"


def test_people_see_what_their_roles_let_them(line: Line, tmp_path: Path) -> None:
    line.said("account", "register", "acme", "Acme", "--from", "2026-01-01")
    for unit in ("retail", "labs"):
        line.said("org", "add-unit", "acme", unit, unit.title(), "--under", "acme")
        line.said("account", "register", f"{unit}-1", unit, "--enterprise", "acme", "--unit", unit)
    line.said("user", "add", "li", "Li Na", "--enterprise", "acme")
    grant = line.said("user", "grant", "li", "finance", "--enterprise", "acme", "--unit", "retail")

    assert [one["account_id"] for one in line.said("--as", "li", "account", "list")["accounts"]] == ["retail-1"]
    assert line.said("--as", "li", "bill", "list")["bills"] == []
    no = line.refused("--as=li", "ledger", "statement", "labs-1")
    assert no["refused"] == "NOT_PERMITTED"
    assert "finance in acme/retail: does not reach that far" in no["message"]
    assert line.refused("--as", "li", "ledger", "statement", "no-such-account")["message"].replace(
        "no-such-account", "labs-1"
    ) == no["message"]  # fmt: skip
    for words in (
        ["setup", "show"],
        ["close", "2026-10"],
        ["rate", "2026-10"],
        ["verify"],
        ["account", "close", "labs-1"],
    ):
        assert line.refused("--as", "li", *words)["refused"] == "NOT_PERMITTED"

    why = line.said("permission", "explain", "li", "view-finances", "labs-1")
    assert not why["allowed"]
    assert line.said("permission", "explain", "li", "view-finances", "retail-1")["allowed"]
    assert line.refused("permission", "explain", "li", "fly", "retail-1")["refused"] == "UNKNOWN_ACTION"
    assert "Permitted: " in line.run("permission", "explain", "li", "view-bills", "retail-1").stdout
    assert line.run("permission", "explain", "li", "view-finances", "labs-1").stdout.startswith("NOT_PERMITTED: ")

    policy = tmp_path / "policy.csv"
    policy.write_text(line.run("permission", "list", "--csv").stdout, encoding="utf-8")
    assert line.said("permission", "replace", "acme", str(policy), "--dry-run")["repeated"] is False
    policy.write_text("action,administrator\nchange-policy,yes\n", encoding="utf-8")
    assert "view-bills" in line.said("permission", "replace", "acme", str(policy))["allowed_to_nobody"]
    assert line.refused("--as", "li", "bill", "list")["refused"] == "NOT_PERMITTED"
    assert line.refused("permission", "replace", "acme", str(tmp_path / "none.csv"))["refused"] == "FILE_NOT_FOUND"
    assert line.refused("permission", "replace", "acme", "/dev/null")["refused"] == "NOT_A_REGULAR_FILE"

    line.said("user", "revoke", grant["grant_id"])
    assert line.said("user", "list", "li")["users"][0]["grants"][0]["revoked_from"]
    assert "Li Na" in line.run("user", "list").stdout
    assert line.said("verify")["holds"]


def test_it_speaks_chinese(line: Line) -> None:
    line.environment["PARTITA_LANG"] = "zh"
    assert "已在 acme/acme 注册账号 acme。" in line.run("account", "register", "acme", "Acme").stdout
    assert "此前已如此" in line.run("account", "register", "acme", "Acme").stdout
    assert "基础客户" in line.run("account", "tiers").stdout
    assert "主账号可查看子账号的账单和费用" in line.run("permission", "list").stdout
    assert "没有权限：用户 li" in line.run("--as", "li", "account", "show", "acme").stderr
    assert "正常" in line.run("account", "show", "acme").stdout
    assert "--as 用户" in line.run("--help").stdout
