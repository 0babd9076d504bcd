"""A relation on the command line: invited, confirmed, permitted, upgraded, led back with a plan, released."""

from __future__ import annotations

import re

from command_line import CommandLine

SEES = ("CHECK_FINANCE_INFO", "CHECK_TARGET_CONSUMPTION")


def a_main_account_and_another(line: CommandLine) -> None:
    """The main account is verified and has credit; the other one is not verified. Products are billed by the day."""
    line.at("2026-03-10 10:15")
    line.set_up(["main", "shop"], {"vm": ("compute", "1.00")}, cycles="day")
    line.verify_entity("main")
    for account in ("main", "shop"):
        line.said("funds", "top-up", account, "100.00")
    change = line.said("credit", "request", "main", "50.00", "--key", "first")["change_id"]
    line.said("credit", "approve", change)
    line.said("credit", "confirm", "main", "contract-1")


def test_from_the_invitation_to_the_release(line: CommandLine) -> None:
    a_main_account_and_another(line)
    # nobody has verified the member: it has to confirm, and exactly what is offered
    invited = line.said("relation", "invite", "main", "shop", "--permit", *SEES)
    assert invited["state"] == "invited"
    assert line.refused("relation", "confirm", "shop", "--permit", SEES[0]) == "NOT_WHAT_WAS_OFFERED"
    assert line.refused("--in-name-of", "main", "bill", "list", "--payer", "shop") == "NOT_PERMITTED"
    assert line.said("relation", "confirm", "shop", "--permit", *SEES)["state"] == "active"
    assert line.said("--in-name-of", "main", "bill", "list", "--payer", "shop")["bills"] == []

    # the member takes a right back: a refusal, not an empty list
    line.said("relation", "permit", "shop", SEES[0])
    assert line.refused("--in-name-of", "main", "bill", "list", "--payer", "shop") == "NOT_PERMITTED"

    # upgraded, from the next billing cycle of the product on: tomorrow
    assert line.refused("relation", "upgrade", "shop") == "TRUST_NEEDS_VERIFICATION"
    line.verify_entity("shop")
    plan = line.said("relation", "upgrade", "shop", "--dry-run")
    [payment] = [one["text"] for one in plan["consequences"] if one["topic"] == "PAYMENT"]
    assert "2026-03-11 00:00" in payment
    assert line.said("relation", "show", "shop")["relation"]["mode"] == "management"
    assert line.said("relation", "upgrade", "shop")["mode"] == "trusteeship"
    line.at("2026-03-20 10:00")
    line.use("shop vm 3 2026-03-10 12:00", "shop vm 5 2026-03-11 00:00", "shop vm 7 2026-03-19 23:00")

    # led back by one command, which says everything beforehand and changes nothing then
    page = line.shown("relation", "go-back", "shop", "--permit", *SEES, "--dry-run")
    for topic in ("funds", "credit", "orders", "resources", "alerts"):
        assert re.search(rf"^(\w[^,]*, )*{topic}\b", page, re.MULTILINE), topic
    assert "2026-03-21 00:00" in page
    assert line.said("relation", "show", "shop")["relation"]["mode"] == "trusteeship"
    back = line.said("relation", "go-back", "shop", "--permit", *SEES)
    assert (back["released"]["state"], back["relation"]["mode"]) == ("released", "management")
    line.at("2026-03-25 10:00")
    line.use("shop vm 11 2026-03-20 23:00", "shop vm 13 2026-03-21 00:00")

    # released: nothing of the group is left
    assert line.said("relation", "release", "shop")["state"] == "released"
    assert line.said("relation", "list")["relations"] == []

    # main: 5 + 7 + 11 = 23.00; shop: 3 + 13 = 16.00
    line.at("2026-04-01 12:00")
    line.said("close", "2026-03")
    assert line.bill("main", "2026-03")["payable"] == "23.00"
    assert line.bill("shop", "2026-03")["payable"] == "16.00"
    line.proves()
