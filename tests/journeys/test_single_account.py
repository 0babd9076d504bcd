"""The customer with one account on the command line: registered, verified, paid in, used, billed; basic tier."""

from __future__ import annotations

from datetime import UTC, datetime

from command_line import SECRET, CommandLine
from partita.core.payment import Notice, sign, write_notice


def test_register_pay_use_and_be_billed(line: CommandLine) -> None:
    line.at("2026-09-01 10:00")
    line.set_up(["other"], {"vm": ("compute", "0.48")})
    made = line.said("account", "register", "lin", "Lin Photo", "--kind", "individual")
    assert made["enterprise_id"] == "lin"
    line.said("account", "verify", "lin", "110105198904122019", "林一帆", "--register", "person")
    line.said("account", "set-tier", "lin", "basic")
    line.said("user", "add", "fan", "林一帆", "--enterprise", "lin")
    line.said("user", "grant", "fan", "business-owner", "--enterprise", "lin")

    # 100.00 through the gateway: credited once, however often it is told; a lie is credited never
    payment = line.said("payment", "start", "lin", "100.00", "--key", "order-1")["payment_id"]
    true = Notice(payment, "tx-1", "100.00", "CNY", succeeded=True, occurred_at=datetime(2026, 9, 1, 1, tzinfo=UTC))
    for nonce in ("a", "b"):
        body = write_notice(true, nonce=nonce)
        path = line.file("notice.json", body.decode().rstrip("\n"))
        body = line.folder.joinpath(path).read_bytes()
        line.said("payment", "notice", path, "--signature", sign(SECRET.encode(), body))
    assert line.run("payment", "notice", path, "--signature", "00")[0] == 3
    assert line.said("funds", "show", "lin")["cash"] == "100.00"

    # 24 hours × 0.48 = 11.52 a day; two days
    line.use("lin vm 24 2026-09-02 00:00", "lin vm 24 2026-09-03 00:00")
    assert line.available("lin") == "76.96"
    line.at("2026-10-01 12:00")
    line.said("close", "2026-09")
    bill = line.bill("lin", "2026-09")
    assert (bill["payable"], bill["paid"], bill["outstanding"]) == ("23.04", "23.04", "0.00")

    # the one who owns the budget sees the bill and moves no money; the tier has one account
    assert line.said("--as", "fan", "bill", "list", "--payer", "lin")["bills"][0]["payable"] == "23.04"
    assert line.refused("--as", "fan", "funds", "withdraw", "lin", "1.00") == "NOT_PERMITTED"
    assert line.refused("--in-name-of", "lin", "relation", "invite", "lin", "other") == "TIER_LACKS"
    line.said("funds", "withdraw", "lin", "76.96")
    assert line.available("lin") == "0.00"
    line.proves()
