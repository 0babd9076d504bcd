"""财务管理 on the command line: one member runs dry, is warned, stopped, helped by a transfer and resumed."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import CommandLine
from partita.settings import Settings

KINDS = ["alert.near-overdue", "alert.low-quota", "service.warned", "service.grace", "service.suspended"]


def notices(home: Path, name: str) -> list[str]:
    lines = (home / "notices" / f"{name}.ndjson").read_text(encoding="utf-8").splitlines()
    return [json.loads(one)["kind"] for one in lines]


def two_members(line: CommandLine) -> None:
    """Two members under 财务管理; one has 100.00 and wants to be told when it gets tight."""
    line.at("2026-10-01 10:00")
    line.set_up(["main", "shop", "labs"], {"cpu": ("compute", "1.00"), "disk": ("storage", "1.00")})
    line.verify_entity("main", "shop", "labs")
    for member in ("shop", "labs"):
        assert line.said("relation", "invite", "main", member)["state"] == "active"
    for account, amount in (("main", "1000.00"), ("shop", "100.00"), ("labs", "500.00")):
        line.said("funds", "top-up", account, amount)
    line.said("alert", "set", "shop", "low-quota", "40.00")
    line.said("alert", "set", "shop", "near-overdue", "4")
    line.said("alert", "address", "shop", "file", "shop", "--language", "en")


def test_warned_stopped_transferred_to_and_resumed(line: CommandLine, settings: Settings) -> None:
    two_members(line)
    # 25.00 a day: after three days 25.00 are left, for one day
    for day in (5, 6, 7):
        line.at(f"2026-10-0{day} 12:00")
        line.use(f"shop cpu 25 2026-10-0{day} 10:00", f"labs cpu 20 2026-10-0{day} 10:00")
    assert line.available("shop") == "25.00"
    assert line.states("shop") == {"shop/compute": "warned"}
    assert line.states("labs") == {"labs/compute": "running"}

    # 40.00 more than there is: overdue, and a day later stopped; the other member runs on
    line.at("2026-10-08 12:00")
    line.use("shop cpu 40 2026-10-08 10:00", "labs disk 5 2026-10-08 10:00")
    assert line.available("shop") == "-15.00"
    line.at("2026-10-09 12:00")
    line.said("control", "run")
    line.said("outbox", "deliver")
    assert line.states("shop") == {"shop/compute": "suspended"}
    assert line.states("labs") == {"labs/compute": "running", "labs/storage": "running"}
    assert set(KINDS) <= set(notices(settings.home, "shop"))
    assert json.loads((settings.home / "simulated-cloud.json").read_text())["shop/compute"]["order"] == "suspend"

    # the main account transfers: resumed in that very transaction, and carried out
    planned = line.said("funds", "transfer", "main", "shop", "500.00", "--dry-run")
    assert planned["dry_run"]
    assert line.states("shop") == {"shop/compute": "suspended"}
    line.said("funds", "transfer", "main", "shop", "500.00")
    assert line.states("shop") == {"shop/compute": "running"}
    assert line.available("shop") == "485.00"
    line.said("outbox", "deliver")
    assert line.said("outbox", "show")["messages"] == []
    assert json.loads((settings.home / "simulated-cloud.json").read_text())["shop/compute"]["order"] == "resume"
    line.use("shop cpu 10 2026-10-09 11:00")
    assert line.history("shop") == [
        ("running", "first_used"), ("warned", "quota_low"), ("grace", "overdue"), ("suspended", "grace_over"),
        ("running", "quota_back"),
    ]  # fmt: skip
    assert line.history("labs") == [("running", "first_used"), ("running", "first_used")]

    # 3 × 25 + 40 + 10 = 125.00, paid by what was transferred; 3 × 20 + 5 = 65.00 by the other's cash
    line.at("2026-11-02 12:00")
    line.said("close", "2026-10")
    shop, labs = line.bill("shop", "2026-10"), line.bill("labs", "2026-10")
    assert (shop["payable"], shop["outstanding"]) == ("125.00", "0.00")
    assert [(one["fund"], one["amount"]) for one in shop["draws"]] == [("transfer_book", "125.00")]
    assert [(one["fund"], one["amount"]) for one in labs["draws"]] == [("cash", "65.00")]
    # the giver takes back what is left: 500.00 − 125.00
    assert line.refused("funds", "reclaim", "main", "shop", "375.01") == "EXCEEDS_RECLAIMABLE"
    assert line.said("funds", "reclaim", "main", "shop", "375.00")["giver_cash"] == "875.00"
    line.proves()
