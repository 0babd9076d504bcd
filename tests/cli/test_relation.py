from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from command_line import ran
from partita.usecases.work import Books
from steps.relation import Relations


def partita(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return ran(words, environment)


@pytest.fixture
def world(books: Books, owner_url: str) -> Relations:
    world = Relations(books, owner_url)
    world.play(
        [["sku", "vm-hour", "in", "vm", "at", "1.00"], ["account", "main"], ["account", "shop"], ["account", "labs"]]
    )
    for name in ("main", "shop"):
        world.play([["entity", name, "as", "Acme Ltd"], ["title", name]])
    world.play([["credit", "main", "500.00"]])
    return world


@pytest.mark.usefixtures("world")
def test_from_invitation_to_going_back(environment: dict[str, str]) -> None:
    invited = partita(environment, "relation", "invite", "main", "shop", "--permit", "CHECK_FINANCE_INFO")
    upgraded = json.loads(partita(environment, "relation", "upgrade", "shop", "--json").stdout)
    plan = partita(environment, "relation", "go-back", "shop", "--permit", "CHECK_FINANCE_INFO", "--dry-run")
    chinese = partita(environment | {"PARTITA_LANG": "zh"}, "relation", "go-back", "shop", "--dry-run").stdout
    back = json.loads(partita(environment, "relation", "go-back", "shop", "--json").stdout)
    listed = json.loads(partita(environment, "relation", "list", "--json").stdout)
    shown = partita(environment, "relation", "show", "shop")

    assert invited.returncode == 0, invited.stderr
    assert "main → shop: not related → financial management; permissions: CHECK_FINANCE_INFO" in invited.stdout
    assert (upgraded["mode"], upgraded["state"]) == ("trusteeship", "active")
    assert plan.returncode == 0
    assert "vm (billed by hour): shop pays for the hour that runs now and for all later ones." in plan.stdout
    assert "without refund value" in plan.stdout
    assert "Nothing stands against it. Nothing was saved." in plan.stdout
    assert "没有障碍。未保存任何内容。" in chinese
    assert "main → shop：财务托管 → 财务管理；权限：无" in chinese
    assert (back["released"]["state"], back["relation"]["mode"]) == ("released", "management")
    assert [one["member"] for one in listed["relations"]] == ["shop"]
    assert "release" in shown.stdout


def test_a_plan_with_obstacles_is_refused(world: Relations, environment: dict[str, str]) -> None:
    world.play([["invite", "main", "shop", "trust"], ["order", "shop", "unpaid order", "o-7"]])
    plan = partita(environment, "relation", "go-back", "shop", "--dry-run", "--json")

    assert plan.returncode == 3
    document = json.loads(plan.stdout)
    assert [one["refused"] for one in document["obstacles"]] == ["MEMBER_HAS_ORDER"]
    assert {"PAYMENT", "FUNDS", "CREDIT", "ORDERS", "RESOURCES", "BILLS", "ALERTS"} <= {
        one["topic"] for one in document["consequences"]
    }


@pytest.mark.usefixtures("world")
def test_what_is_wrong_says_what_to_do(environment: dict[str, str]) -> None:
    unknown = partita(environment, "relation", "invite", "main", "shop", "--permit", "SEE_ALL")
    nobody = partita(environment, "relation", "release", "labs")
    odd = partita(environment, "relation", "invite", "main", "shop", "--mode", "both")

    assert unknown.returncode == nobody.returncode == 3
    assert "UNKNOWN_PERMISSION" in unknown.stderr
    assert "CHECK_FINANCE_INFO" in unknown.stderr
    assert "NOT_RELATED" in nobody.stderr
    assert odd.returncode == 2


def test_the_modes_are_explained_without_books(environment: dict[str, str]) -> None:
    modes = partita(environment | {"PARTITA_LANG": "zh"}, "relation", "modes")
    assert "主账号的可用额度决定全部托管子账号的停复机" in modes.stdout.replace("\n", "")
    assert len(json.loads(partita(environment, "relation", "modes", "--json").stdout)["modes"]) == 18


@pytest.mark.usefixtures("world")
def test_a_batch_is_tried_then_done_then_known(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text("main,member,permissions\nmain,shop,CHECK_FINANCE_INFO\nmain,nobody,\n", encoding="utf-8")
    faulty = partita(environment, "batch", "link", str(file))
    file.write_text("main,member,permissions\nmain,shop,CHECK_FINANCE_INFO\nmain,labs,\n", encoding="utf-8")
    dry = partita(environment, "batch", "link", str(file), "--dry-run")
    done = json.loads(partita(environment, "batch", "link", str(file), "--json").stdout)
    again = partita(environment, "batch", "link", str(file))

    assert faulty.returncode == 3
    assert "members.csv row 3, column member: UNKNOWN_ACCOUNT" in faulty.stderr
    assert "Would do 2 rows; nothing was saved." in dry.stdout
    assert [(one["row"], one["account_id"]) for one in done["rows"]] == [(2, "shop"), (3, "labs")]
    assert "Applied before" in again.stdout
