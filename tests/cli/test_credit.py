"""`credit show` of members: what waits for money always stands there, and what gives them credit."""

from __future__ import annotations

import pytest

from command_line import ran
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.period import Month
from partita.core.permission import RelationPermission
from partita.usecases.work import Books
from payers import bill, group, open_accounts, relate, verify


class _Line:
    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def told(self, *words: str) -> tuple[str, str]:
        """Return what a command tells in English and in Chinese, with single blanks."""
        texts = []
        for language in ("en", "zh"):
            environment = self.environment | {"PARTITA_LANG": language, "COLUMNS": "160"}
            done = ran(words, environment)
            assert done.returncode == 0, done.stderr
            texts.append(" ".join(done.stdout.replace("│", " ").split()))
        return texts[0], texts[1]


@pytest.fixture
def line(environment: dict[str, str]) -> _Line:
    return _Line(environment)


def test_what_a_member_owes_stands_there_whosever_credit_it_uses(line: _Line, books: Books) -> None:
    group(books, "acme", "shop", codes=(RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY,))
    bill(books, Month(2026, 10), {"shop": Money(500000, "CNY")})
    english, chinese = line.told("credit", "show", "shop")
    assert "shop has a credit limit of 0: acme lets it use some of its credit by" in english
    assert "`partita credit allocate acme shop LIMIT`" in english
    assert "可由 acme 用 `partita credit allocate acme shop 额度` 分配" in chinese
    assert "has no credit" not in english
    assert "2026-10 shop 5,000.00 CNY -" in english

    line.told("credit", "request", "acme", "9000")
    change = line.told("credit", "show", "acme")[0].partition("Waits for approval: ")[2].split()[0]
    line.told("credit", "approve", change)
    line.told("credit", "confirm", "acme", "c-1")
    line.told("credit", "allocate", "acme", "shop", "6000")
    line.told("credit", "set-term", "acme", "--days", "30")
    line.told("credit", "refund", "shop", "200", "--product", "compute")
    english, chinese = line.told("credit", "show", "shop")
    assert "shop uses the credit of acme up to 6,000.00 CNY; 1,200.00 CNY can be used now." in english
    assert "has no credit" not in english
    assert "2026-10 shop 5,000.00 CNY 2026-11-30" in english, "the term of the line that it uses"
    assert "Credit refunds of shop not set off: 200.00 CNY; `partita credit apply-refund shop AMOUNT`" in english
    assert "shop 未抵扣的信控退款：200.00 CNY；可用 `partita credit apply-refund shop 金额` 抵扣未付账单" in chinese


def test_who_has_no_credit_is_told_who_asks_for_it(line: _Line, books: Books) -> None:
    open_accounts(books, "acme", "mill", "solo")
    verify(books, "acme", "mill")
    relate(books, "acme", "mill", mode=FinanceMode.TRUSTEESHIP)
    assert "solo has no credit: `partita credit request` asks for it." in line.told("credit", "show", "solo")[0]
    english, chinese = line.told("credit", "show", "mill")
    assert "mill uses the credit of acme (trusteeship), which has none: `partita credit request acme`" in english
    assert "mill 使用 acme 的信控（财务托管），而 acme 没有信控额度" in chinese


def test_a_line_of_its_own_counts_beside_the_shared_limit(line: _Line, books: Books) -> None:
    group(books, "acme", "shop", codes=(RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY,))
    for account, total in (("acme", "9000"), ("shop", "500")):
        line.told("credit", "request", account, total)
        change = line.told("credit", "show", account)[0].partition("Waits for approval: ")[2].split()[0]
        line.told("credit", "approve", change)
        line.told("credit", "confirm", account, f"c-{account}")
    line.told("credit", "allocate", "acme", "shop", "6000")
    english, chinese = line.told("credit", "show", "shop")
    assert "Its own line and the limit in the other one add up: shop may owe 6,500.00 CNY in all." in english
    assert "自有信控与共享额度累加：shop 的信控额度合计 6,500.00 CNY。" in chinese
    assert "add up" not in line.told("credit", "show", "acme")[0]
