"""The waterfall on the command line: one bill paid by every book in turn, and one line told to the journal entry."""

from __future__ import annotations

from command_line import CommandLine


def every_book_is_filled(line: CommandLine) -> None:
    """A card of 200.00, 300.00 transferred in, an acceptance bill of 150.00, a voucher of 100.00, 120.00 of cash."""
    line.at("2026-09-01 10:00")
    line.set_up(["main", "shop"], {"vm": ("compute", "1.00"), "disk": ("storage", "1.00")})
    line.verify_entity("main", "shop")
    line.said("relation", "invite", "main", "shop")
    line.said("funds", "top-up", "main", "300.00")
    # 320.00 come in; 200.00 of them buy a card
    line.said("funds", "top-up", "shop", "320.00")
    card = line.said("funds", "buy-card", "shop", "200.00", "--key", "card")["card_id"]
    line.said("funds", "activate-card", "shop", card)
    line.said("funds", "transfer", "main", "shop", "300.00")
    line.said("funds", "accept", "shop", "1-301-5577", "150.00", "2027-03-31", "--drawer", "ICBC")
    # a voucher of 100.00 for compute alone, of the main account, shared
    line.said("voucher", "template", "spring", "cash", "100.00", "--only", "compute", "--until", "2026-12-31")
    voucher = line.said("voucher", "issue", "spring", "main")["voucher_id"]
    line.said("voucher", "share", voucher, "shop")


def test_every_book_pays_in_turn(line: CommandLine) -> None:
    every_book_is_filled(line)
    # a coupon of a tenth for purchases: it lowers an order and pays nothing
    line.said(
        "coupon", "template", "tenth", "percentage", "50.00", "--percent", "10", "--on", "purchase", "--days", "30"
    )
    line.said("coupon", "issue", "tenth", "shop")
    assert line.said("coupon", "quote", "shop", "compute=400.00")["payable"] == "360.00"

    # August first, so that there is something to refund: 50.00 from its bill into the book of August
    line.use("shop disk 60 2026-08-20 10:00")
    line.said("close", "2026-08")
    line.said("funds", "refund", "shop", "50.00", "--product", "storage", "--month", "2026-08", "--key", "return")
    # the card is active from September on, so the acceptance bill paid August's 60.00: 90.00 of it are left
    assert [(one["fund"], one["amount"]) for one in line.bill("shop", "2026-08")["draws"]] == [("acceptance", "60.00")]
    line.use("shop vm 900 2026-09-10 10:00", "shop disk 40 2026-09-10 10:00")
    line.at("2026-10-01 12:00")
    line.said("close", "2026-09")

    # 940.00 = voucher 100 + card 200 + refund 50 + acceptance 90 + transfer 300 + cash 120 + outstanding 80
    bill = line.bill("shop", "2026-09")
    drawn = [(one["fund"], one["amount"]) for one in bill["draws"]]
    assert drawn == [
        ("voucher", "100.00"), ("stored_value", "200.00"), ("refund", "50.00"), ("acceptance", "90.00"),
        ("transfer_book", "300.00"), ("cash", "120.00"),
    ]  # fmt: skip
    assert (bill["payable"], bill["outstanding"]) == ("940.00", "80.00")

    # the line of compute: 900.00, of which the voucher paid 100.00; its parts and the rest make up its share
    [number] = [one["line"] for one in bill["lines"] if one["product_id"] == "compute"]
    story = line.said("bill", "explain", bill["bill_id"], str(number))
    assert story["draws"][0]["fund"] == "voucher"
    cents = sum(round(float(one["amount"]) * 100) for one in story["draws"])
    assert cents + round(float(story["outstanding"]) * 100) == round(float(story["share"]) * 100) == 90_000
    assert {one["entry_id"] for one in story["draws"]} <= {one["entry_id"] for one in story["entries"]}
    assert [one["records"] for one in story["usage_files"]] == [1]
    _named_in_both_languages(line, bill["bill_id"], number)
    line.proves()


def _named_in_both_languages(line: CommandLine, bill_id: str, number: int) -> None:
    """Every source is named with its id, giver, month or document, and the story speaks the reader's language."""
    voucher, card = (line.bill("shop", "2026-09")["draws"][turn]["source_id"] for turn in (0, 1))
    english, chinese = (line.shown("bill", "show", "shop", "2026-09", language=one) for one in ("en", "zh"))
    for source in (f"voucher {voucher}", f"stored-value card {card}", "refund book 2026-08", "transfer book main"):
        assert f"paid by {source}" in english
    assert "paid by acceptance book 1-301-5577" in english
    assert "paid by cash " in english
    for source in (f"代金券支付 {voucher}", f"储值卡支付 {card}", "退款账本支付 2026-08", "划拨账本支付 main"):
        assert source in chinese
    assert "客户现金余额支付" in chinese
    story, chinese_story = (line.shown("bill", "explain", bill_id, str(number), language=one) for one in ("en", "zh"))
    assert "(Asia/Shanghai)" in story
    assert "2026-09-10 10:00  " in story
    assert "Settlement  ent_" in story
    assert "扣款  ent_" in chinese_story
    assert "单价  1" in chinese_story
    for page in (english, story, chinese_story):
        assert not any(word in page for word in ("stored_value", "transfer_book", "00Z", "+00:00", "settled "))
