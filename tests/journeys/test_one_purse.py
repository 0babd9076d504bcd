"""财务托管 on the command line: members share the main account's quota; a cap, an order of stopping, one bill."""

from __future__ import annotations

from command_line import CommandLine


def one_purse_for_three(line: CommandLine) -> None:
    """300.00 of cash and 100.00 of credit for lab, which has a cap, web, and nightly, which is stopped first."""
    line.at("2026-10-01 10:00")
    line.set_up(["main", "lab", "web", "nightly"], {"cpu": ("compute", "1.00"), "batch": ("jobs", "1.00")})
    line.verify_entity("main", "lab", "web", "nightly")
    line.said("funds", "top-up", "main", "300.00")
    assert line.refused("relation", "invite", "main", "lab", "--mode", "trusteeship") == "TRUST_NEEDS_CREDIT"
    change = line.said("credit", "request", "main", "100.00", "--key", "first")["change_id"]
    line.said("credit", "approve", change)
    line.said("credit", "confirm", "main", "contract-1")
    for member in ("lab", "web", "nightly"):
        assert line.said("relation", "invite", "main", member, "--mode", "trusteeship")["mode"] == "trusteeship"
    line.said("control", "cap", "lab", "60.00")
    turns = line.file("turns.csv", "member,product,turn", "nightly,,1", ",compute,90")
    line.said("control", "order", "main", turns, "--allowance", "45.00")


def test_members_share_one_quota(line: CommandLine) -> None:
    one_purse_for_three(line)
    assert line.available("main") == "400.00"
    assert line.refused("funds", "transfer", "main", "web", "1.00") == "TRANSFER_IN_TRUSTEESHIP"

    # 40 + 30 + 20 = 90.00 a day: after three days 130.00 are left, and lab has spent its 60.00: it stops alone
    for day in (5, 6, 7):
        line.at(f"2026-10-0{day} 12:00")
        line.use(
            f"web cpu 40 2026-10-0{day} 10:00", f"nightly batch 30 2026-10-0{day} 10:00",
            f"lab cpu 20 2026-10-0{day} 10:00",
        )  # fmt: skip
    assert line.available("main") == "130.00"
    assert line.states("main")["lab/compute"] == "suspended"
    assert line.history("lab")[-1] == ("suspended", "cap_reached")

    # two days of 70.00 more: −10.00; when the grace is over only what comes first in turn is stopped
    for day in (8, 9):
        line.at(f"2026-10-0{day} 12:00")
        line.use(f"web cpu 40 2026-10-0{day} 10:00", f"nightly batch 30 2026-10-0{day} 10:00")
    assert line.available("main") == "-10.00"
    line.at("2026-10-10 12:00")
    line.said("control", "run")
    states = line.states("main")
    assert (states["nightly/jobs"], states["web/compute"]) == ("suspended", "grace")

    # the main account pays in: what the order stopped is resumed, what the cap stopped is not; in November it is
    line.said("funds", "top-up", "main", "500.00", "--key", "second")
    states = line.states("main")
    assert states == {"lab/compute": "suspended", "web/compute": "running", "nightly/jobs": "running"}
    line.at("2026-11-01 00:30")
    line.said("control", "run")
    assert line.states("main")["lab/compute"] == "running"

    # one bill: lab 3 × 20, web 5 × 40, nightly 5 × 30 = 410.00; 800.00 − 410.00 of cash stay
    line.at("2026-11-02 12:00")
    line.said("close", "2026-10")
    bill = line.bill("main", "2026-10")
    sums = {one["account_id"]: one["billed_cost"] for one in bill["lines"]}
    assert {name: f"{float(amount):.2f}" for name, amount in sums.items()} == {
        "lab": "60.00", "web": "200.00", "nightly": "150.00",
    }  # fmt: skip
    assert (bill["payable"], bill["paid"], bill["outstanding"]) == ("410.00", "410.00", "0.00")
    assert [one["payer_id"] for one in line.said("bill", "list")["bills"]] == ["main"]
    assert line.available("main") == "490.00"
    line.proves()
