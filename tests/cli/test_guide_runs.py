"""The guide runs: every command of a page, in its order, on the books that the page speaks of.

Ids that the page cuts (`vch_…`) are the last ones of their kind that a command has named. Both languages show the same
commands, so one of them is run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.test_guide import typed
from command_line import SECRET, CommandLine
from partita.core.payment import Notice, sign, write_notice
from shape.sources import ROOT
from sheets import write_sheet

GUIDE = ROOT / "docs" / "guide"
PAGES = ("accounts", "finance-modes", "funds", "vouchers", "stop-and-resume")
_CUT = re.compile(r"\b([a-z]{3,5})_…")
_ID = re.compile(r"\b([a-z]{3,5})_[0-9a-f]{26}\b")
_WHEN = "2026-11-02 12:00"
_PRICES = {"vm": ("compute", "1.00"), "gb": ("storage", "1.00"), "ecs-h": ("ecs", "1.00")}


@pytest.fixture
def line(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """The command line on the test's own books, standing in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    line = CommandLine(environment, monkeypatch, tmp_path)
    line.at(_WHEN)
    return line


class Reader:
    """Types what a page shows, and remembers the ids that are answered."""

    def __init__(self, line: CommandLine) -> None:
        self.line = line
        self.known: dict[str, str] = {}

    def type(self, words: Sequence[str]) -> None:
        given = [_CUT.sub(lambda cut: self.known.get(cut[1], cut[0]), word) for word in words]
        code, out, err = self.line.run(*given)
        self.known |= {match[1]: match[0] for match in _ID.finditer(out)}
        assert code == 0, f"partita {' '.join(given)}: {code} {out}{err}"

    def read(self, page: str, *, only: Sequence[str] = ("",), without: Sequence[str] = ()) -> None:
        for words in typed((GUIDE / f"{page}.md").read_text(encoding="utf-8")):
            text = " ".join(words)
            if text.startswith(tuple(only)) and not text.startswith(tuple(without)):
                self.type(words)


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_show_the_same_commands(page: str) -> None:
    english, chinese = (typed((GUIDE / f"{page}{end}.md").read_text(encoding="utf-8")) for end in ("", ".zh-CN"))
    assert [shape(words) for words in english] == [shape(words) for words in chinese]


def shape(words: Sequence[str]) -> tuple[list[str], list[str], int]:
    """Return the command, the options and the number of words: names and reasons speak either language."""
    return list(words[:2]), [word for word in words if word.startswith("--")], len(words)


def test_accounts(line: CommandLine) -> None:
    reader = Reader(line)
    reader.read("accounts", only=("account register", "org add-unit", "account verify", "account invoice-title"))
    Path("policy.csv").write_text(line.run("permission", "list", "--csv")[1], encoding="utf-8")
    reader.read(
        "accounts", only=("account show", "org", "report", "user", "--as", "permission"), without=("org add-unit",)
    )
    reader.read("accounts", only=("account freeze", "account close"))
    assert line.said("account", "show", "acme-shop")["state"] == "closed"


def test_finance_modes(line: CommandLine) -> None:
    members = ["shop-1", "shop-2"]
    line.set_up(["main", "shop", *members], _PRICES)
    reader = Reader(line)
    line.verify_entity("main", "shop", *members, number="91350100M000100Y43")
    credit(line, "main")
    line.said("funds", "top-up", "main", "1000.00")
    write_sheet(Path("members.xlsx"), [["main", "member"], *(["main", one] for one in members)])
    rows = {
        "permissions.csv": [
            "member,permissions",
            *(f"{one},CHECK_FINANCE_INFO SYNCHRONIZE_FINANCE_IDENTITY" for one in members),
        ],
        "transfers.csv": ["main,member,amount", *(f"main,{one},10.00" for one in members)],
        "limits.csv": ["main,member,limit", *(f"main,{one},20.00" for one in members)],
    }
    for name, lines in rows.items():
        Path(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    reader.read("finance-modes", without=("relation confirm",))  # needed only where the entities differ
    assert line.said("relation", "show", "shop")["relation"]["mode"] == "management"


def test_funds(line: CommandLine) -> None:
    group(line)
    reader = Reader(line)
    reader.read("funds", only=("funds show", "funds top-up", "funds withdraw", "payment start"))
    lie = Notice("pay_1", "tx-1", "1.00", "CNY", succeeded=True, occurred_at=datetime(2026, 11, 2, tzinfo=UTC))
    body = write_notice(lie, nonce="a")
    Path("notice.json").write_bytes(body)
    code, out, _ = line.run("payment", "notice", "notice.json", "--signature", sign(SECRET.encode(), body))
    assert code == 3, "a notice about no payment waits for a person"
    reader.known["ntc"] = _ID.search(out)[0]  # type: ignore[index]
    reader.read("funds", without=("funds show", "funds top-up", "funds withdraw", "payment start", "payment notice"))
    assert line.said("funds", "show", "acme-shop")["credit_limit"] == "8000.00"


def test_vouchers(line: CommandLine) -> None:
    group(line)
    Reader(line).read("vouchers")


def test_stop_and_resume(line: CommandLine) -> None:
    group(line)
    Path("turns.csv").write_text("member,product,turn\nacme-lab,,10\n,storage,95\n", encoding="utf-8")
    Reader(line).read("stop-and-resume")


def group(line: CommandLine) -> None:
    """Set up acme with two members under 财务管理, one legal entity, and a closed month with three products."""
    line.set_up(["acme", "acme-shop", "acme-lab"], _PRICES)
    line.verify_entity("acme", "acme-shop", "acme-lab")
    for member in ("acme-shop", "acme-lab"):
        line.said("relation", "invite", "acme", member)
    line.said("funds", "top-up", "acme", "2000.00", "--key", "first")
    line.said("funds", "top-up", "acme-shop", "500.00", "--key", "first")
    for account in ("acme", "acme-shop"):
        line.use(*(f"{account} {sku} {count} 2026-10-20 10:00" for sku, count in (("vm", 9), ("gb", 8), ("ecs-h", 90))))
    line.said("close", "2026-10")


def credit(line: CommandLine, main: str) -> None:
    """Give a main account a line of credit that counts."""
    change = line.said("credit", "request", main, "500.00", "--key", "first")["change_id"]
    line.said("credit", "approve", change)
    line.said("credit", "confirm", main, "contract-1")
