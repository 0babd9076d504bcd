"""Credit on the command line: asked for, approved, confirmed, allocated, changed, used, refunded and due."""

from __future__ import annotations

from command_line import CommandLine


def test_a_line_of_credit(line: CommandLine) -> None:
    line.at("2026-09-01 10:00")
    line.set_up(["main", "shop", "labs"], {"vm": ("compute", "1.00")})
    line.verify_entity("main", "shop", "labs")
    for member in ("shop", "labs"):
        line.said(
            "relation", "invite", "main", member, "--permit", "CHECK_FINANCE_INFO", "SYNCHRONIZE_FINANCE_IDENTITY"
        )

    # a change that waits blocks the next one; what is rejected counts for nothing; a contract activates
    asked = line.said("credit", "request", "main", "900.00", "--key", "first")
    assert line.refused("credit", "request", "main", "800.00", "--key", "second") == "EXIST_APPROVING_PROCESS"
    line.said("credit", "reject", asked["change_id"], "--reason", "too much")
    asked = line.said("credit", "request", "main", "500.00", "--key", "second")
    assert line.refused("credit", "allocate", "main", "shop", "1.00", "--key", "a") == "EXIST_APPROVING_PROCESS"
    line.said("credit", "approve", asked["change_id"])
    assert line.available("main") == "0.00"
    line.said("credit", "confirm", "main", "contract-7")
    assert line.available("main") == "500.00"
    line.said("credit", "set-term", "main", "--days", "30")

    # within the total, and never below what is used
    line.said("credit", "allocate", "main", "shop", "200.00", "--key", "a")
    assert line.said("credit", "allocate", "main", "shop", "200.00", "--key", "a")["repeated"]
    line.said("credit", "allocate", "main", "labs", "300.00", "--key", "b")
    assert line.refused("credit", "allocate", "main", "labs", "300.01", "--key", "c") == "EXCEEDS_UNALLOCATED"
    line.use("shop vm 150 2026-09-02 10:00")
    assert (line.available("main"), line.available("shop"), line.available("labs")) == ("0.00", "50.00", "300.00")
    assert line.refused("credit", "allocate", "main", "shop", "150.00", "--key", "d") == "LIMIT_IN_USE"
    line.said("credit", "allocate", "main", "shop", "160.00", "--key", "e")
    assert (line.available("main"), line.available("shop")) == ("40.00", "10.00")
    assert line.refused("credit", "request", "main", "459.99", "--key", "f") == "TOTAL_BELOW_ALLOCATED"

    # what no book pays is outstanding and held against the limit; it is due thirty days after September
    line.at("2026-10-01 12:00")
    line.said("close", "2026-09")
    bill = line.bill("shop", "2026-09")
    assert (bill["payable"], bill["paid"], bill["outstanding"]) == ("150.00", "0.00", "150.00")
    [unpaid] = line.said("credit", "show", "main")["unpaid"]
    assert (unpaid["payer_id"], unpaid["outstanding"], unpaid["due_on"]) == ("shop", "150.00", "2026-10-30")

    # a credit refund is a component of its own: 160.00 + 40.00 − 150.00 = 50.00 can be used
    line.said("credit", "refund", "shop", "40.00", "--product", "compute", "--key", "r")
    assert line.available("shop") == "50.00"
    line.said("credit", "apply-refund", "shop", "40.00", "--key", "s")
    [unpaid] = line.said("credit", "show", "main")["unpaid"]
    assert (unpaid["outstanding"], line.available("shop")) == ("110.00", "50.00")
    assert line.refused("funds", "withdraw", "shop", "0.01") == "EXCEEDS_WITHDRAWABLE"
    _is_told_before_the_day(line)
    line.proves()


def _is_told_before_the_day(line: CommandLine) -> None:
    """The member has no term of its own: it is told by that of its main account."""
    line.said("alert", "set", "shop", "expiry", "14")
    line.at("2026-10-20 12:00")
    line.said("control", "run")
    [told] = line.said("alert", "list", "shop")["told"]
    assert (told["kind"], told["figure"]) == ("expiry", "10 days")
