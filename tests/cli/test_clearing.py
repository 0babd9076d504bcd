"""Every command that brings money in says at once which unpaid bills it paid (CLEAR-1), in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from command_line import SECRET, CommandLine
from partita.core.money import Money
from partita.core.payment import Notice, sign, write_notice
from partita.core.period import Month
from partita.usecases.work import Books
from payers import bill, group


@pytest.fixture
def line(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    return CommandLine(environment, monkeypatch, tmp_path)


def test_what_comes_in_says_what_it_paid(line: CommandLine, books: Books, tmp_path: Path) -> None:
    group(books, "main", "acme")
    line.said("funds", "top-up", "main", "500.00")
    line.said("funds", "top-up", "acme", "50.00")
    frozen = line.said("funds", "freeze", "acme", "50.00")
    bill(books, Month(2026, 9), {"acme": Money(100_00, "CNY")})
    bill(books, Month(2026, 10), {"acme": Money(900_00, "CNY")})

    def paid(*command: str) -> list[tuple[str, str, str]]:
        would = line.said(*command, "--dry-run")["bills_paid"]
        done = line.said(*command)["bills_paid"]
        assert [one["amount"] for one in would] == [one["amount"] for one in done]
        return [(one["month"], one["amount"], one["left"]) for one in done]

    assert paid("funds", "release", frozen["freeze_id"]) == [("2026-09", "50.00", "50.00")]
    assert paid("funds", "accept", "acme", "d1", "60", "2027-03-31", "--drawer", "ICBC") == [
        ("2026-09", "50.00", "0.00"),
        ("2026-10", "10.00", "890.00"),
    ]
    refund = ("funds", "refund", "acme", "8", "--product", "compute", "--month", "2026-10", "--key", "r1")
    assert paid(*refund) == [("2026-10", "8.00", "882.00")]
    assert line.said(*refund)["bills_paid"] == [], "given again it pays nothing"

    rows = tmp_path / "transfers.csv"
    rows.write_text("main,member,amount\nmain,acme,82.00\n", encoding="utf-8")
    assert paid("batch", "transfer", str(rows)) == [("2026-10", "82.00", "800.00")]

    started = line.said("payment", "start", "acme", "100.00", "--key", "o1")
    file = tmp_path / "notice.json"
    at = datetime(2026, 11, 2, 3, tzinfo=UTC)
    file.write_bytes(write_notice(Notice(started["payment_id"], "t1", "100.00", "CNY", True, at), nonce="1"))  # noqa: FBT003
    signed = ("payment", "notice", str(file), "--signature", sign(SECRET.encode(), file.read_bytes()))
    assert paid(*signed) == [("2026-10", "100.00", "700.00")]
    more = ("funds", "accept", "acme", "d2", "5", "2027-03-31", "--drawer", "ICBC", "--dry-run")
    assert "Would pay 5.00 CNY of the unpaid bill 2026-10 of acme, 695.00 CNY left." in line.shown(*more)
    assert "将支付 acme 账期 2026-10 的未结清账单 5.00 CNY，仍欠 695.00 CNY。" in line.shown(*more, language="zh")
    line.proves()
