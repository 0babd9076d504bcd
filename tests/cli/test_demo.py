"""`partita demo` as a user types it: the whole story on few lines, its last equation, and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import ROUND_DOWN, Decimal
from pathlib import Path
from typing import Any

import pytest

from partita.store import postgres


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    home = tmp_path_factory.mktemp("demo") / "home"
    done = partita(home, "demo", "--lines", "50000", "--json")
    postgres.stop(home / "demo")
    assert done.returncode == 0, done.stderr
    return home, json.loads(done.stdout)


def partita(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    source = str(Path(postgres.__file__).parents[2])
    environment |= {"PARTITA_HOME": str(home), "PARTITA_LANG": "en", "PYTHONPATH": source}
    command = [sys.executable, "-m", "partita.cli", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_it_ends_with_equations_that_hold(played: tuple[Path, dict[str, Any]]) -> None:
    told = played[1]
    assert told["months"] == ["2026-08", "2026-09", "2026-10"]
    assert told["lines"] >= 50_000
    assert {bill["month"] for bill in told["bills"]} == {"2026-08", "2026-09", "2026-10", "2026-11"}
    assert len(told["equations"]) > 35
    assert told["holds"] is True
    assert all(one["holds"] for one in told["equations"])


def test_members_are_linked_in_both_modes_and_pay_through_the_gateway(played: tuple[Path, dict[str, Any]]) -> None:
    told = played[1]
    assert told["relations"]["by_main"]["voyage-main"] == {"independent": 2, "trusteeship": 3}
    assert told["relations"]["active"] == 37 + 5
    assert len(told["relations"]["confirmed"]) == 3
    assert told["upgraded"]["mode"] == "trusteeship"
    notices = told["money"]["notices"]
    assert notices["CREDITED"] == told["money"]["payments"]
    assert notices["REPEATED"] > 0
    assert any(name in notices for name in ("AMOUNT_DIFFERS", "SIGNATURE_WRONG", "UNKNOWN_PAYMENT"))
    assert told["money"]["coupon_quote"] == {"order": "1200.00", "reduction": "120.00"}


def test_one_member_runs_dry_and_the_others_run_on(played: tuple[Path, dict[str, Any]]) -> None:
    told = played[1]["managed"]
    events = [(one["at"][:10], one["state"], one["cause"]) for one in told["events"]]
    assert events == [
        ("2026-09-15", "warned", "quota_low"), ("2026-09-18", "grace", "overdue"),
        ("2026-09-19", "suspended", "grace_over"), ("2026-09-22", "running", "quota_back"),
    ]  # fmt: skip
    assert told["others_changed"] == []
    tries = [(one["order"], one["attempt"], one["delivery"]) for one in told["commands"]]
    assert ("suspend", 1, "failed") in tries, "the cloud fails once"
    assert ("suspend", 2, "delivered") in tries
    assert tries[-1] == ("resume", 1, "delivered")
    quota = {one["day"]: one["available"] for one in told["quota"]}
    # of 30,000.00 August takes 31 days of 16 servers and a database, September 18 days of 20, 22, … 52, 52 servers:
    # 14,617.63 = 31 × 0.9 × 24 × (16 × 0.9744 + 6.24), and 16,401.34 = 0.9 × 24 × (664 × 0.9744 + 18 × 6.24), both cut
    assert sum(min(52, 20 + 2 * day) for day in range(18)) == 664
    spent = Decimal("21.6") * (664 * Decimal("0.9744") + 18 * Decimal("6.24"))
    assert spent.quantize(Decimal("0.01"), ROUND_DOWN) == Decimal("16401.34")
    assert quota["2026-09-18"] == "-1018.97"
    kinds = {one["kind"] for one in played[1]["notices"]}
    assert {"alert.low-quota", "alert.near-overdue", "service.warned", "service.suspended", "service.running"} <= kinds


def test_members_in_trusteeship_share_one_quota(played: tuple[Path, dict[str, Any]]) -> None:
    events = [(one["account"], one["state"], one["cause"]) for one in played[1]["trusted"]["events"]]
    assert events[0] == ("voyage-lab", "suspended", "cap_reached")
    assert events[-1] == ("voyage-lab", "running", "cap_lifted")
    stopped = [one[0] for one in events if one[1] == "suspended"]
    assert stopped == ["voyage-lab", "voyage-nightly"], "the order of stopping spares the app"
    payers = {bill["payer_id"] for bill in played[1]["bills"]}
    assert "voyage-main" in payers
    assert not payers & {"voyage-app", "voyage-lab", "voyage-nightly"}


def test_one_line_is_told_from_usage_to_money(played: tuple[Path, dict[str, Any]]) -> None:
    told = played[1]["explained"]
    assert [one["fund"] for one in told["draws"]] == ["voucher", "transfer_book", "cash"]
    assert [one["amount"] for one in told["draws"]][:2] == ["600.00", "20000.00"]
    assert sum(Decimal(one["amount"]) for one in told["draws"]) == Decimal(told["share"])
    assert {one["entry_id"] for one in told["draws"]} <= {one["entry_id"] for one in told["entries"]}
    single = played[1]["single"]
    # 30 days × 24 h × 0.4872
    assert (single["payable"], single["tier"], single["refused"]) == ("350.78", "basic", "TIER_LACKS")


def test_the_bill_of_another_provider_is_taken_in_and_proved(played: tuple[Path, dict[str, Any]]) -> None:
    proofs = [one for one in played[1]["equations"] if one["equation"].startswith("nimbus-2026-09.csv")]
    assert [one["equation"].partition(": ")[2] for one in proofs] == [
        "rows of the file = rows charged, once",
        "file total = charges + remainder",
    ]
    assert proofs[1]["left"] == proofs[1]["right"]
    assert len(proofs[1]["left"].partition(".")[2]) > 10, "the file has decimals that a line does not hold"


def test_a_dry_run_says_what_would_make_room(played: tuple[Path, dict[str, Any]]) -> None:
    home, _ = played
    before = sorted((home / "demo").iterdir())
    said = partita(home, "demo", "--dry-run")
    assert "the books of the last demo there would be removed" in said.stdout
    assert json.loads(partita(home, "demo", "--dry-run", "--json").stdout)["replaces"] is True
    assert sorted((home / "demo").iterdir()) == before


def test_the_books_can_be_left_out(tmp_path: Path) -> None:
    done = partita(tmp_path, "demo", "--lines", "20000", "--no-keep-files")
    assert done.returncode == 0, done.stderr
    assert "equations hold." in done.stdout
    assert "Look around" not in done.stdout
    assert not (tmp_path / "demo").exists()


def test_the_story_goes_on_from_the_plan_to_the_red_letter(played: tuple[Path, dict[str, Any]]) -> None:
    told = played[1]
    trusted, managed = told["bought"]["orders"]
    # 4 servers for 3 months at 420.00, the promotion × 0.9 and the contract × 0.9, approved in turn
    assert (trusted["payer"], trusted["payable"]) == ("voyage-main", "4082.40")
    assert trusted["approved_by"] == ["procurement", "finance"]
    assert (managed["payer"], managed["payable"], managed["approved_by"]) == ("voyage-maps", "225.00", [])
    assert {one["state"] for one in told["cleared"]["bills"]} == {"cleared"}
    assert told["cleared"]["was"] == ["uncleared", "cleared"]
    invoiced = told["invoiced"]
    first, letter, again = (Decimal(one["gross"]) for one in invoiced["invoices"])
    assert sorted(one["state"] for one in invoiced["invoices"]) == ["issued", "issued", "red"]
    assert first + letter + again == max(first, again) - Decimal(invoiced["refund"])
    pages = [Path(name) for name in invoiced["documents"]]
    assert len(pages) == len({page.name for page in pages}) == 3 * len(("zh", "en"))
    assert all(page.read_bytes().startswith(b"%PDF-1.7") for page in pages)
