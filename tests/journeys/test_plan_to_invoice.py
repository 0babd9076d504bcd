"""From the plan to the invoice on the command line, in both modes: quoted, approved, ordered, billed, invoiced."""

from __future__ import annotations

from command_line import CommandLine

SETUP = {"vm": ("compute", "1.00"), "pack": ("packs", "0"), "promise": ("packs", "0")}
CATALOGUE = {
    "subscription_prices.csv": "sku_id,currency,term,effective_from,price\nvm,CNY,month,2026-08-01,300.00\n"
    "vm,CNY,year,2026-08-01,3000.00\n",
    "promotions.csv": "promotion_id,name,effective_from,factor,products,orders,months\n"
    "autumn,Autumn sale,2026-08-15,0.90,compute,purchase,3\n",
}
LETTERS = ["red", "issued", "issued"]
"""The invoice, which was taken back, its red letter, and the invoice that is written anew."""
PEOPLE = {"wang": "business-owner", "zhao": "procurement", "qian": "finance"}


def test_members_with_money_of_their_own(line: CommandLine) -> None:
    """财务管理: the member orders, pays, is billed and invoiced itself; the main account's people approve."""
    _group(line, "management")
    order = _ordered(line, "shop", payer="shop")
    line.said("package", "grant", "shop", "pack", "100", "vm", "--price", "80.00", "--each", "month", "--for", "2",
              "--key", "p")  # fmt: skip
    _promised(line, "shop")
    _month_passes(line, "shop")

    # the month: subscription, package and what was used beyond them; paid by the member, the main account has nothing
    assert _states(line, "shop", "2026-09") == {"cleared"}
    assert line.said("bill", "list", "--payer", "main")["bills"] == []
    letters = _invoiced(line, "shop", order)
    assert letters == LETTERS
    line.proves()


def test_members_that_spend_the_money_of_the_main_account(line: CommandLine) -> None:
    """财务托管: the member orders, the main account pays, is billed once, and its title is on every invoice."""
    _group(line, "trusteeship")
    order = _ordered(line, "shop", payer="main")
    package = line.said("package", "grant", "main", "pack", "100", "vm", "--price", "80.00", "--each", "month",
                        "--for", "2", "--key", "p")  # fmt: skip
    line.said("deduct", "share", package["commitment_id"], "shop")
    plan = _promised(line, "main")
    line.said("deduct", "share", plan["commitment_id"], "all")
    _month_passes(line, "shop")
    assert _states(line, "main", "2026-09") == {"cleared"}
    assert line.said("bill", "list", "--payer", "shop")["bills"] == []
    assert line.refused("invoice", "apply", "shop") == "INVOICE_BY_MAIN"
    assert _invoiced(line, "main", order) == LETTERS
    line.proves()


def _group(line: CommandLine, mode: str) -> None:
    """A main account and a member, people with roles, a catalogue with prices that came later, and cash."""
    line.at("2026-08-01 12:00")
    line.set_up(["main"], SETUP)
    line.verify_entity("main")
    if mode == "trusteeship":
        change = line.said("credit", "request", "main", "1000.00", "--key", "c")["change_id"]
        line.said("credit", "approve", change)
        line.said("credit", "confirm", "main", "C-2026")
    codes = () if mode == "trusteeship" else ("--permit", "CHECK_FINANCE_INFO")
    line.said("relation", "create", "main", "shop", "Shop", "--mode", mode, *codes)
    line.said("invoice", "issuer", "Cloud Ltd", "91110000600037341L", "--drawer", "Li")
    folder = line.folder / "catalogue"
    folder.mkdir()
    for name, text in CATALOGUE.items():
        (folder / name).write_text(text, encoding="utf-8")
    line.said("catalog", "apply", str(folder), "--reason", "list of autumn")
    for name, role in PEOPLE.items():
        line.said("user", "add", name, name.title(), "--enterprise", "group")
        line.said("user", "grant", name, role, "--enterprise", "group")
    line.said("approval", "policy", "above-limit:500.00=procurement,finance", "--enterprise", "group")
    for account in ("main", "shop") if mode == "management" else ("main",):
        line.said("funds", "top-up", account, "2000.00")


def _ordered(line: CommandLine, member: str, *, payer: str) -> dict[str, str]:
    """The member's business owner quotes and orders; procurement and finance approve in turn; finance pays."""
    line.at("2026-09-01 09:00")
    quoted = line.said("--as", "wang", "quote", member, "vm=3m")
    assert (quoted["payable"], quoted["payer_id"]) == ("810.00", payer)
    order = line.said("--as", "wang", "order", "buy", member, "vm=3m", "--key", "o")
    assert order["needs_approval_of"] == ["procurement", "finance"]
    name = order["order_id"]
    assert line.refused("--as", "qian", "order", "pay", name) == "ORDER_AWAITS_APPROVAL"
    assert line.refused("--as", "qian", "approval", "approve", name, "--reason", "in budget") == "APPROVAL_NOT_YOURS"
    assert line.refused("--as", "wang", "approval", "approve", name, "--reason", "mine") == "APPROVAL_NOT_YOURS"
    line.said("--as", "zhao", "approval", "approve", name, "--reason", "contract price")
    line.said("--as", "qian", "approval", "approve", name, "--reason", "in budget")
    paid = line.said("--as", "qian", "order", "pay", name)
    assert paid["payer_id"] == payer
    assert line.said("--as", "wang", "order", "buy", member, "vm=3m", "--key", "o")["repeated"]
    [one] = line.said("order", "show", name)["lines"]
    return {"order": name, "subscription": one["subscription_id"]}


def _promised(line: CommandLine, account: str) -> dict[str, str]:
    """A plan of 4,380.00 a year, nothing paid ahead: procurement and finance agree to the promise before it begins."""
    plan = line.said("plan", "grant", account, "promise", "0.50", "vm@0.50", "--pay", "none", "--key", "s")
    for name in ("zhao", "qian"):
        line.said("--as", name, "approval", "approve", plan["order_id"], "--reason", "cheaper by the hour")
    line.said("order", "pay", plan["order_id"])
    return {"commitment_id": plan["commitment_id"]}


def _month_passes(line: CommandLine, member: str) -> None:
    """September: 250 hours; 98.75 by the package, from 09:00 of the 1st on; half a yuan of each hour by the plan."""
    line.use(
        f"{member} vm 90 2026-09-02 10:00", f"{member} vm 10 2026-09-03 10:00", f"{member} vm 150 2026-09-04 10:00"
    )
    line.at("2026-10-01 12:00")
    line.said("close", "2026-09")


def _states(line: CommandLine, payer: str, month: str) -> set[str]:
    return {one["state"] for one in line.said("bill", "month", payer, month)["bills"]}


def _invoiced(line: CommandLine, account: str, order: dict[str, str]) -> list[str]:
    """All is invoiced; the subscription is given back, so that an invoice is owed; it is returned and written anew."""
    found = line.said("invoice", "candidates", account)["candidates"]
    assert [one["invoiceable"] for one in found] == ["80.00", "810.00", "504.75"]
    [first] = [one["invoice_id"] for one in line.said("invoice", "apply", account)["invoices"]]
    line.said("invoice", "issue")
    page = line.folder / "invoice.pdf"
    line.said("invoice", "pdf", first, str(page))
    assert page.read_bytes().startswith(b"%PDF-1.7")

    # 60 days and 21 hours of 91 days are not used
    back = line.said("order", "unsubscribe", order["subscription"], "--key", "back")
    assert back["refund"] == "541.85"
    owed = {one["owed"] for one in line.said("invoice", "candidates", account)["candidates"]}
    assert owed == {"0.00", "541.85"}
    line.said("invoice", "return", first, "--reason", "a subscription was given back")
    letter = line.said("invoice", "red", first)["invoice_id"]
    line.said("invoice", "issue")
    again = line.said("invoice", "reissue", first)["invoices"][0]["invoice_id"]
    line.said("invoice", "issue")
    left = line.said("invoice", "candidates", account)["candidates"]
    assert {(one["invoiceable"], one["owed"]) for one in left} == {("0.00", "0.00")}
    shown = [line.said("invoice", "show", name) for name in (first, letter, again)]
    assert [one["gross"] for one in shown] == ["1394.75", "-1394.75", "852.90"]
    line.said("invoice", "pdf", letter, str(line.folder / "red-letter.pdf"), "--language", "en")
    written = line.said("invoice", "pdfs", account, str(line.folder / "pages"))["numbers"]
    assert written == sorted(one["number"] for one in shown)
    assert {one.name for one in (line.folder / "pages").iterdir()} == {f"{number}.pdf" for number in written}
    return [one["state"] for one in shown]
