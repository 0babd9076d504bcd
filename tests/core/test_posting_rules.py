"""The chart: every movement uses accounts of the chart, and names say which row they belong to."""

from __future__ import annotations

from datetime import UTC, datetime

from partita.core import posting_rules
from partita.core.funds import Fund
from partita.core.ledger import Side, check
from partita.core.money import Money
from partita.core.period import Month
from partita.core.settlement import Draw

AT = datetime(2026, 11, 1, tzinfo=UTC)


def test_every_movement_moves_accounts_of_the_chart() -> None:
    names = [movement.debit for movement in posting_rules.MOVEMENTS] + [m.credit for m in posting_rules.MOVEMENTS]
    filled = [name.format(product="compute", fund="cash") for name in names]
    assert all(posting_rules.ledger_account(name) for name in filled)


def test_kept_are_cash_and_receivable() -> None:
    assert frozenset({"cash", "receivable"}) == posting_rules.KEPT
    assert posting_rules.is_kept("cash")
    assert not posting_rules.is_kept("revenue/compute")
    assert not posting_rules.is_kept("bank")


def test_sides() -> None:
    assert posting_rules.normal_side("bank") is Side.DEBIT
    assert posting_rules.normal_side("receivable") is Side.DEBIT
    assert posting_rules.normal_side("cash") is Side.CREDIT
    assert posting_rules.normal_side("revenue/compute") is Side.CREDIT
    assert posting_rules.normal_side("voucher/v-jan") is Side.CREDIT


def test_every_event_sums_to_zero() -> None:
    month = Month(2026, 10)
    drafts = [
        posting_rules.topped_up(payer_id="a", amount=Money(1, "CNY"), reference="", idempotency_key="k"),
        posting_rules.billed(
            payer_id="a", bill_id="b", product_id="p", month=month, payable=Money(-7, "JPY"), effective_at=AT
        ),
        posting_rules.settled(
            payer_id="a", bill_id="b", month=month, currency="CNY", draws=[Draw(Fund.CASH, "cash", 3)], effective_at=AT
        ),
    ]
    assert [check(draft) for draft in drafts] == [None, None, None]
    assert [draft.kind for draft in drafts] == [movement.kind for movement in posting_rules.MOVEMENTS]


def test_a_callers_key_never_meets_a_derived_one() -> None:
    draft = posting_rules.topped_up(
        payer_id="a", amount=Money(1, "CNY"), reference="", idempotency_key="billed:bill_1:compute"
    )
    assert draft.idempotency_key == "topped_up:billed:bill_1:compute"
