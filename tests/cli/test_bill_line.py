"""`bill explain` beside `bill show`: the same sums, in the same rows."""

from __future__ import annotations

import json

from command_line import ran
from partita.core.money import Money
from partita.core.period import Month
from partita.usecases.work import Books
from payers import bill, open_accounts


def _said(environment: dict[str, str], *words: str) -> str:
    done = ran(words, environment)
    assert done.returncode == 0, done.stderr
    return " ".join(done.stdout.replace("│", " ").split())


def test_what_one_source_paid_at_two_times_is_one_row(books: Books, environment: dict[str, str]) -> None:
    open_accounts(books, "acme")
    _said(environment, "funds", "top-up", "acme", "300")
    bill(books, Month(2026, 10), {"acme": Money(100000, "CNY")})
    _said(environment, "funds", "top-up", "acme", "400")

    shown = _said(environment, "bill", "show", "acme", "2026-10")
    bill_id = json.loads(_said(environment, "bill", "show", "acme", "2026-10", "--json"))["bills"][0]["bill_id"]
    told = _said(environment, "bill", "explain", bill_id, "1")
    chinese = _said(environment | {"PARTITA_LANG": "zh"}, "bill", "explain", bill_id, "1")
    story = json.loads(_said(environment, "bill", "explain", bill_id, "1", "--json"))

    assert "paid by cash -700.00 CNY" in shown
    assert "paid by cash (2 times) -700.00 CNY outstanding 300.00 CNY" in told
    assert "现金余额支付（共 2 次） -700.00 CNY" in chinese
    assert [one["amount"] for one in story["draws"]] == ["300.00", "400.00"], "the JSON has every draw with its entry"
