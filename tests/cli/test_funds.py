"""Funds, payments and credit on the command line, in both languages."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from command_line import ran
from partita.core.money import Money
from partita.core.payment import Notice, sign, write_notice
from partita.core.period import Month
from partita.core.permission import RelationPermission
from partita.store import catalog as catalog_store
from partita.usecases.work import Books
from payers import SINCE, bill, group

SECRET = "the secret of the gateway"  # noqa: S105 - of the test


class Line:
    """The command line on one set of books."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment | {
            "PARTITA_PAYMENT_SECRET": SECRET,
            "PARTITA_PAYMENT_URL": "https://pay.example",
        }

    def run(self, *words: str, language: str = "en") -> subprocess.CompletedProcess[str]:
        environment = self.environment | {"PARTITA_LANG": language}
        return ran(words, environment)

    def said(self, *words: str) -> Any:
        done = self.run(*words, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def refused(self, *words: str) -> str:
        done = self.run(*words, "--json")
        assert done.returncode == 3, done.stdout + done.stderr
        name: str = json.loads(done.stdout)["refused"]
        return name

    def told(self, *words: str) -> tuple[str, str]:
        """What a command says to people, in English and in Chinese."""
        said = [self.run(*words, language=language) for language in ("en", "zh")]
        assert {one.returncode for one in said} == {0}, said[0].stdout + said[0].stderr
        return said[0].stdout, said[1].stdout


@pytest.fixture
def line(books: Books, environment: dict[str, str]) -> Line:
    group(books, "acme", "shop", codes=(RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY,))
    with books.work() as work:
        catalog_store.add_products(work.tx, [catalog_store.Product("compute", "Compute", "Compute")], recorded_at=SINCE)
    return Line(environment)


def test_money_in_the_group(line: Line) -> None:
    line.said("funds", "top-up", "acme", "1,000.00")
    assert line.refused("funds", "top-up", "acme", "1", "--currency", "RMB") == "UNKNOWN_CURRENCY"
    assert line.refused("funds", "top-up", "acme", "1", "--currency", "USD") == "CURRENCY_NOT_USED"
    dry = line.told("funds", "transfer", "acme", "shop", "300", "--dry-run")
    assert "Would transfer 300.00 CNY from acme to shop." in dry[0]
    assert "将划拨 300.00 CNY：acme → shop。" in dry[1]
    done = line.said("funds", "transfer", "acme", "shop", "300", "--key", "k")
    assert (done["giver_cash"], done["receiver_book"], done["repeated"]) == ("700.00", "300.00", False)
    assert line.said("funds", "transfer", "acme", "shop", "300", "--key", "k")["repeated"]
    assert "Already recorded" in line.told("funds", "transfer", "acme", "shop", "300", "--key", "k")[0]
    assert line.refused("funds", "transfer", "acme", "shop", "700.01") == "EXCEEDS_TRANSFERABLE"
    assert line.said("funds", "reclaim", "acme", "shop", "100")["receiver_book"] == "200.00"
    assert line.said("funds", "withdraw", "acme", "50")["balance"] == "750.00"
    assert line.refused("funds", "withdraw", "shop", "0.01") == "EXCEEDS_WITHDRAWABLE"
    frozen = line.said("funds", "freeze", "acme", "20", "--reason", "dispute 12")
    assert line.said("funds", "release", frozen["freeze_id"], "5")["left"] == "15.00"
    assert line.refused("funds", "release", "frz_0", "5") == "UNKNOWN_FREEZE"
    english, chinese = line.told("funds", "show", "acme", "--explain")
    assert "transferable: 735.00 CNY" in english
    assert "transferable = max(0; min(cash with what was transferred in 750.00" in english
    assert "reclaimable from shop: 200.00 CNY" in english
    assert "可回收金额（shop）：200.00 CNY" in chinese
    shown = line.said("funds", "show", "acme")
    assert (shown["available"], shown["frozen"], shown["overdue"]) == ("735.00", "15.00", False)
    assert shown["reclaimable"][0]["receiver"] == "shop"
    members = line.said("funds", "show", "acme", "--members")
    assert [one["account_id"] for one in members["accounts"]] == ["acme", "shop"]
    assert line.said("verify")["holds"]


def test_a_main_account_sees_only_what_members_let_it_see(line: Line) -> None:
    shown = line.said("funds", "show", "acme", "--members", "--in-name-of", "acme")
    assert [one["account_id"] for one in shown["accounts"]] == ["acme"]
    assert [(one["account_id"], one["refused"]) for one in shown["left_out"]] == [("shop", "NOT_PERMITTED")]
    assert "not shown: shop" in line.told("funds", "show", "acme", "--members", "--in-name-of", "acme")[0]
    assert line.refused("funds", "show", "shop", "--in-name-of", "acme") == "NOT_PERMITTED"


def test_documents(line: Line, books: Books) -> None:
    line.said("funds", "top-up", "acme", "100.00")
    taken = line.said("funds", "accept", "acme", "d1", "500", "2027-03-31", "--drawer", "ICBC")
    assert (taken["state"], taken["left"]) == ("held", "500.00")
    assert line.refused("funds", "accept", "acme", "d2", "500", "soon", "--drawer", "ICBC") == "BAD_TIME"
    assert line.refused("funds", "collect", "acme", "d1") == "ACCEPTANCE_NOT_DUE"
    assert line.said("funds", "discount", "acme", "d1", "--fee", "12.50")["cash"] == "587.50"
    assert line.refused("funds", "dishonour", "acme", "d1") == "ACCEPTANCE_ENDED"
    card = line.said("funds", "buy-card", "acme", "80", "--key", "o1", "--price", "75", "--valid-days", "30")
    assert (card["cash"], card["activated_at"]) == ("512.50", None)
    active = line.said("funds", "activate-card", "acme", card["card_id"])
    assert active["expires_at"] == "2026-12-02T04:00:00Z"
    bill(books, Month(2026, 10), {"acme": Money(800, "CNY")})
    more = ("funds", "refund", "acme", "8.01", "--product", "compute", "--month", "2026-10", "--key", "r1")
    assert line.refused(*more) == "EXCEEDS_REFUNDABLE"
    refund = line.said("funds", "refund", "acme", "8", "--product", "compute", "--month", "2026-10", "--key", "r1")
    assert refund["book"] == "8.00"
    english, chinese = line.told("funds", "show", "acme")
    assert f"card: {card['card_id']} 80.00 CNY, left 80.00 CNY, active" in english
    assert "票据：d1 500.00 CNY 2027-03-31 ICBC，余额 0.00 CNY，已贴现" in chinese
    assert line.said("verify")["holds"]


def test_a_payment(line: Line, tmp_path: Path) -> None:
    started = line.said("payment", "start", "acme", "100.00", "--key", "o1")
    assert started["pay_at"].startswith("https://pay.example?payment=pay_")
    at = datetime(2026, 11, 2, 4, tzinfo=UTC)
    file = tmp_path / "notice.json"
    true = Notice(started["payment_id"], "t1", "100.00", "CNY", succeeded=True, occurred_at=at)
    file.write_bytes(write_notice(true, nonce="1"))
    wrong = line.run("payment", "notice", str(file), "--signature", "0" * 64)
    assert wrong.returncode == 3
    assert "its signature is wrong" in wrong.stdout
    taken = line.said("payment", "notice", str(file), "--signature", sign(SECRET.encode(), file.read_bytes()))
    assert (taken["verdict"], taken["waits_for_a_person"]) == ("CREDITED", False)
    assert line.said("payment", "list", "acme")["payments"][0]["state"] == "paid"
    assert line.said("funds", "show", "acme")["cash"] == "100.00"
    waiting = line.said("payment", "mismatches")["mismatches"]
    assert [one["verdict"] for one in waiting] == ["SIGNATURE_WRONG"]
    assert "签名错误" in line.told("payment", "mismatches")[1]
    assert "到达时间（Asia/Shanghai）" in line.told("payment", "mismatches")[1]
    line.said("payment", "end-mismatch", waiting[0]["notice_id"], "forged")
    assert line.told("payment", "mismatches") == ("No notice waits for a person.\n", "没有待人工处理的通知。\n")
    assert line.told("payment", "list", "shop") == ("No payments.\n", "没有支付单。\n")
    assert "2026" in line.told("payment", "list", "acme")[0]
    assert line.refused("payment", "notice", "/dev/null", "--signature", "0") == "NOT_A_REGULAR_FILE"
    line.environment.pop("PARTITA_PAYMENT_SECRET")
    assert line.refused("payment", "start", "acme", "1", "--key", "o2") == "GATEWAY_NOT_SET_UP"


def test_credit(line: Line, books: Books) -> None:
    assert "没有信控额度" in line.told("credit", "show", "acme")[1]
    asked = line.said("credit", "request", "acme", "1000", "--key", "a")
    assert (asked["state"], asked["active"]) == ("pending", False)
    assert line.refused("credit", "allocate", "acme", "shop", "1", "--key", "s") == "EXIST_APPROVING_PROCESS"
    barred = line.refused("credit", "approve", asked["change_id"], "--in-name-of", "acme")
    assert barred == "NOT_PERMITTED"
    assert line.said("credit", "approve", asked["change_id"])["state"] == "applied"
    assert "It counts once the contract is confirmed" in line.told("credit", "approve", asked["change_id"])[0]
    assert line.said("credit", "confirm", "acme", "c-1")["total"] == "1000.00"
    assert line.said("credit", "allocate", "acme", "shop", "300", "--key", "s")["unallocated"] == "700.00"
    assert line.said("credit", "set-term", "acme", "--days", "30")["days"] == 30
    bill(books, Month(2026, 10), {"acme": Money(500, "CNY")})
    too_much = line.run("credit", "refund", "acme", "5.01", "--product", "compute")
    assert too_much.returncode == 3
    assert "5.01 CNY is more than can be refunded to acme as credit" in " ".join(too_much.stderr.split())
    assert line.said("credit", "refund", "acme", "5", "--product", "compute", "--key", "r")["credit_refunds"] == "5.00"
    assert line.refused("credit", "apply-refund", "acme", "6", "--key", "r") == "EXCEEDS_CREDIT_REFUND"
    english, chinese = line.told("credit", "show", "acme")
    assert "Credit of acme: total 1,000.00 CNY, not allocated 700.00 CNY; active." in english
    assert "每 1 个月结算，之后 30 天到期。" in chinese
    assert line.said("credit", "show", "acme")["allocations"][0]["limit"] == "300.00"
    english, chinese = line.told("credit", "show", "shop")
    assert "shop uses the credit of acme up to 300.00 CNY; 300.00 CNY can be used now." in english
    assert "shop 使用 acme 的信控，上限 300.00 CNY；目前可用 300.00 CNY。" in chinese
    assert line.said("credit", "show", "shop")["shared"][0]["usable"] == "300.00"
    again = line.said("credit", "request", "acme", "2000", "--key", "b")
    assert line.said("credit", "reject", again["change_id"], "--reason", "too much")["state"] == "rejected"
    assert line.said("funds", "show", "shop")["credit_limit"] == "300.00"
