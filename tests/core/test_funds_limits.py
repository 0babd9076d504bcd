"""Quotas and refusals of funds in figures, with the formulas that people read, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from partita.core.funds import (
    Acceptance,
    AcceptanceState,
    Bought,
    Card,
    Ends,
    Explained,
    Figures,
    Part,
    Quota,
    Term,
    Tie,
    available,
    credit_refundable,
    free_cash,
    may_put_aside,
    may_reclaim,
    may_refund,
    may_refund_credit,
    may_share,
    may_transfer,
    may_withdraw,
    one_entity,
    reclaimable,
    refundable,
    transferable,
    withdrawable,
)
from partita.core.funds.document import CARD_DAYS_MAX, may_accept, may_discount, may_end, may_sell
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused

FULL = Figures(
    "acme", "CNY", cash=1000_00, transfer_books=(("main", 300_00), ("other", 50_00)), refund_book=20_00,
    acceptance_book=40_00, credit_limit=500_00, credit_refunds=5_00, usage_this_month=100_00, usage_earlier=10_00,
    frozen=30_00, outstanding=60_00, owed_invoices=7_00,
)  # fmt: skip
POOR = Figures("acme", "CNY", cash=10_00, outstanding=10_01)
AVAILABLE = (
    "available quota = cash 1,000.00 + transfer book 350.00 + refund book 20.00 + acceptance book 40.00"
    " + credit limit 500.00 + credit refunds 5.00 − unsettled usage of this month 100.00"
    " − unsettled usage of earlier months 10.00 − frozen 30.00 − outstanding bills 60.00 = 1,715.00 CNY"
)
OWN = "cash with what was transferred in 1,350.00 − transferred in 350.00 − frozen 30.00"


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def formulas(limit: Explained) -> tuple[str, str]:
    return limit.formula("en"), limit.formula("zh")


def test_the_available_quota_adds_funds_and_credit_and_takes_off_what_is_held() -> None:
    assert (available(FULL).result, available(FULL).formula()) == (1715_00, AVAILABLE)
    assert available(FULL).formula("zh").startswith("可用额度 = 现金 1,000.00 + 划拨账本 350.00 + 退款账本 20.00")
    assert available(POOR).result == -1
    assert available(POOR).formula().endswith(" = −0.01 CNY")
    assert (POOR.overdue, FULL.overdue, Figures("a", "CNY").overdue) == (True, False, False)


def test_what_may_be_transferred_is_own_cash_within_the_quota() -> None:
    formula = f"transferable = max(0; min({OWN}; available quota 1,715.00)) = 970.00 CNY"
    assert (transferable(FULL).result, transferable(FULL).formula()) == (970_00, formula)
    assert transferable(replace(FULL, usage_this_month=1000_00)).result == 815_00
    assert transferable(POOR).result == 0
    barred = transferable(FULL, in_trusteeship=True)
    assert (barred.result, barred.legs[2]) == (0, (Term(Part.IN_TRUSTEESHIP, 0),))
    assert "in trusteeship nothing is transferred 0.00" in barred.formula()
    assert free_cash(FULL).formula() == formula.replace("transferable", "free cash")
    assert free_cash(FULL).result == 970_00


def test_what_may_be_reclaimed_leaves_no_debt() -> None:
    found = reclaimable(FULL, giver_id="main", left_of_pair=250_00)
    legs = "left in the receiver's book 300.00; transferred and not reclaimed 250.00"
    assert found.formula() == f"reclaimable = max(0; min({legs}; available quota 1,715.00)) = 250.00 CNY"
    unseen = reclaimable(FULL, giver_id="main", left_of_pair=250_00, is_seen=False)
    assert unseen.formula() == f"reclaimable = max(0; min({legs}; available quota (not shown))) ≤ 250.00 CNY"
    assert "可用额度（不予显示）" in unseen.formula("zh")
    assert reclaimable(FULL, giver_id="nobody", left_of_pair=9).result == 0
    assert reclaimable(FULL, giver_id="other", left_of_pair=99_00).result == 50_00


def test_what_may_be_withdrawn_is_own_cash_that_nothing_needs() -> None:
    found = withdrawable(replace(FULL, usage_this_month=400_00))
    assert found.result == 1000_00 - 7_00 - 120_00 - 30_00
    assert found.formula() == (
        "withdrawable = max(0; cash with what was transferred in 1,350.00 − transferred in 350.00 − owed invoices 7.00"
        " − unsettled beyond the transfer book 120.00 (= max(0; unsettled usage of earlier months 10.00"
        " + outstanding bills 60.00 + unsettled usage of this month 400.00 − transferred in 350.00)) − frozen 30.00)"
        " = 843.00 CNY"
    )
    assert withdrawable(FULL).result == 963_00  # what was transferred in and is too much never becomes cash


def test_figures_follow_a_transfer() -> None:
    assert FULL.after_giving(1).cash == 999_99
    assert FULL.after_receiving("aaa", 5).transfer_books == (("aaa", 5), ("main", 300_00), ("other", 50_00))
    assert FULL.after_receiving("main", 5).book_of("main") == 300_05
    assert (FULL.book_of("nobody"), FULL.transfer_book, FULL.unsettled) == (0, 350_00, 170_00)


def test_yen_have_no_decimals() -> None:
    yen = Figures("acme", "JPY", cash=1_234_567)
    assert free_cash(yen).formula().endswith("= 1,234,567 JPY")


TIE = Tie("main", "acme", FinanceMode.INDEPENDENT)
ENDS = Ends("main", "acme", TIE, "e1", "e1")


@pytest.mark.parametrize(
    ("ends", "no"),
    [
        (ENDS, None),
        (replace(ENDS, receiver_id="main"), refused(Reason.TRANSFER_TO_ITSELF, account="main")),
        (replace(ENDS, tie=None), refused(Reason.TRANSFER_NOT_RELATED, giver="main", receiver="acme")),
        (
            replace(ENDS, tie=replace(TIE, mode=FinanceMode.TRUSTEESHIP), giver_entity=None),
            refused(Reason.TRANSFER_IN_TRUSTEESHIP, member="acme", management="main"),
        ),
        (replace(ENDS, giver_entity=None), refused(Reason.SHARING_NOT_VERIFIED, account="main")),
        (replace(ENDS, receiver_entity=None), refused(Reason.SHARING_NOT_VERIFIED, account="acme")),
        (replace(ENDS, receiver_entity="e2"), refused(Reason.SHARING_ENTITY_DIFFERS, giver="main", receiver="acme")),
    ],
)
def test_who_may_share_money(ends: Ends, no: Refused | None) -> None:
    assert may_share(ends) == no


def test_one_entity_needs_no_relation() -> None:
    assert one_entity(replace(ENDS, tie=None)) is None


OVERDUE = refused(Reason.SOURCE_OVERDUE, account="acme", formula=formulas(available(POOR)))


def test_a_transfer_stays_within_what_may_be_transferred() -> None:
    assert may_transfer(FULL, cny(970_00)) is None
    more = cny(970_01)
    assert may_transfer(FULL, more) == refused(
        Reason.EXCEEDS_TRANSFERABLE, account="acme", amount=more, formula=formulas(transferable(FULL))
    )
    assert may_transfer(POOR, cny(1)) == OVERDUE
    with pytest.raises(AssertionError, match=r"^a limit is compared in its own currency"):
        may_transfer(FULL, Money(1, "USD"))


def test_a_reclaim_tells_only_what_may_be_seen() -> None:
    pair = {"giver_id": "main", "left_of_pair": 250_00}
    no = refused(
        Reason.EXCEEDS_RECLAIMABLE, account="acme", amount=cny(250_01), giver="main",
        formula=formulas(reclaimable(FULL, giver_id="main", left_of_pair=250_00)),
    )  # fmt: skip
    assert may_reclaim(FULL, giver_id="main", left_of_pair=250_00, amount=cny(250_00)) is None
    assert may_reclaim(FULL, giver_id="main", left_of_pair=250_00, amount=cny(250_01)) == no
    assert may_reclaim(FULL, giver_id="main", left_of_pair=250_00, amount=cny(250_00), is_seen=False) is None
    unseen = formulas(reclaimable(FULL, giver_id="main", left_of_pair=250_00, is_seen=False))
    found = may_reclaim(FULL, giver_id="main", left_of_pair=250_00, amount=cny(250_01), is_seen=False)
    assert found == replace(no, detail=no.detail | {"formula": unseen}), pair


def test_a_withdrawal_says_whether_invoices_are_owed() -> None:
    assert may_withdraw(FULL, cny(963_00), forbidden_by=None) is None
    limit = formulas(withdrawable(FULL))
    for amount in (963_01, 970_00):
        assert may_withdraw(FULL, cny(amount), forbidden_by=None) == refused(
            Reason.INVOICES_OWED, account="acme", amount=cny(amount), formula=limit, owed="7.00 CNY"
        )
    assert may_withdraw(FULL, cny(970_01), forbidden_by=None) == refused(
        Reason.EXCEEDS_WITHDRAWABLE, account="acme", amount=cny(970_01), formula=limit
    )
    free = replace(FULL, owed_invoices=0)
    assert may_withdraw(free, cny(970_01), forbidden_by=None) == refused(
        Reason.EXCEEDS_WITHDRAWABLE, account="acme", amount=cny(970_01), formula=formulas(withdrawable(free))
    )
    assert may_withdraw(FULL, cny(1), forbidden_by="main") == refused(
        Reason.WITHDRAWAL_FORBIDDEN, account="acme", management="main"
    )
    assert may_withdraw(POOR, cny(1), forbidden_by=None) == OVERDUE
    one_owed = replace(POOR, cash=10_00, outstanding=0, owed_invoices=1)
    assert may_withdraw(one_owed, cny(10_00), forbidden_by=None) == refused(
        Reason.INVOICES_OWED, account="acme", amount=cny(10_00), formula=formulas(withdrawable(one_owed)),
        owed="0.01 CNY",
    )  # fmt: skip
    poor = replace(POOR, owed_invoices=5_00, usage_this_month=0, outstanding=0, frozen=10_01)
    assert may_withdraw(poor, cny(1), forbidden_by=None) == refused(
        Reason.SOURCE_OVERDUE, account="acme", formula=formulas(available(poor))
    )


def test_what_is_put_aside_is_free_cash() -> None:
    assert may_put_aside(FULL, cny(970_00)) is None
    assert may_put_aside(FULL, cny(970_01)) == refused(
        Reason.EXCEEDS_FREE_CASH, account="acme", amount=cny(970_01), formula=formulas(free_cash(FULL))
    )
    assert may_put_aside(POOR, cny(1)) == OVERDUE


BOUGHT = Bought(
    "acme", "CNY", billed=1000_00, by_gifts=100_00, left_unpaid=300_00, refunded=50_00, refunded_as_credit=20_00,
    by_money=400_00, refunded_of_month=30_00, products=frozenset({"compute"}),
    of_product=600_00, refunded_of_product=25_00,
)  # fmt: skip
MONTH = Month(2026, 9)


def test_no_more_is_refunded_than_was_paid_by_money() -> None:
    of_product = "billed for the product 600.00 − refunded of it 25.00"
    in_all = f"{of_product}; billed in all 1,000.00 − paid by vouchers and cards 100.00 − refunded in all 50.00"
    assert refundable(BOUGHT).formula() == (
        f"refundable = max(0; min(paid by money for that month 400.00 − refunded of that month 30.00; {in_all}))"
        " = 370.00 CNY"
    )
    assert credit_refundable(BOUGHT).formula() == (
        f"refundable as credit = max(0; min(left unpaid by closes 300.00 − refunded as credit 20.00; {in_all}))"
        " = 280.00 CNY"
    )
    assert refundable(replace(BOUGHT, refunded=700_00)).result == 200_00
    assert credit_refundable(replace(BOUGHT, refunded=700_00)).result == 200_00
    dear = replace(BOUGHT, of_product=100_00)
    assert refundable(dear).result == credit_refundable(dear).result == 75_00
    assert refundable(replace(BOUGHT, of_seller=90_00, refunded_of_seller=20_00)).formula() == (
        "refundable = max(0; min(paid by money for its seller's products of that month 90.00 − refunded of them 20.00; "
        f"{in_all})) = 70.00 CNY"
    )
    assert may_refund(BOUGHT, "compute", MONTH, cny(370_00)) is None
    assert may_refund(BOUGHT, "compute", MONTH, cny(370_01)) == refused(
        Reason.EXCEEDS_REFUNDABLE, account="acme", amount=cny(370_01), formula=formulas(refundable(BOUGHT)), month=MONTH
    )
    assert may_refund_credit(BOUGHT, "compute", cny(280_00), had_credit=True) is None
    assert may_refund_credit(BOUGHT, "compute", cny(280_01), had_credit=True) == refused(
        Reason.EXCEEDS_BOUGHT_ON_CREDIT, account="acme", amount=cny(280_01), formula=formulas(credit_refundable(BOUGHT))
    )
    with pytest.raises(AssertionError, match=r"^a limit is compared in its own currency"):
        may_refund_credit(BOUGHT, "compute", Money(1, "USD"), had_credit=True)


DUE = date(2026, 12, 1)
DRAFT = Acceptance("acme", "doc", cny(100_00), DUE, "drawer")


def test_an_acceptance_bill_is_taken_before_it_is_due() -> None:
    assert may_accept(DRAFT, DUE - timedelta(1)) is None
    for day in (DUE, DUE + timedelta(1)):
        assert may_accept(DRAFT, day) == refused(Reason.ACCEPTANCE_MATURED, document="doc", matures_on="2026-12-01")


def test_an_acceptance_bill_ends_once_and_in_its_time() -> None:
    early = refused(Reason.ACCEPTANCE_NOT_DUE, account="acme", document="doc", matures_on="2026-12-01")
    for end in (AcceptanceState.COLLECTED, AcceptanceState.DISHONOURED):
        assert may_end(DRAFT, end, DUE - timedelta(1)) == early
        assert may_end(DRAFT, end, DUE) is None
    assert may_end(DRAFT, AcceptanceState.DISCOUNTED, DUE - timedelta(1)) is None
    over = replace(DRAFT, state=AcceptanceState.COLLECTED)
    ended = refused(Reason.ACCEPTANCE_ENDED, document="doc", state=("collected", "已兑付"))
    assert may_end(over, AcceptanceState.DISCOUNTED, DUE) == ended
    assert [one.word for one in AcceptanceState] == ["held", "collected", "discounted", "dishonoured"]


def test_a_fee_is_borne_by_what_is_left() -> None:
    assert may_discount(DRAFT, fee=cny(5), left=cny(5)) is None
    assert may_discount(DRAFT, fee=cny(6), left=cny(5)) == refused(
        Reason.EXCEEDS_ACCEPTANCE_LEFT, amount=cny(6), document="doc", left=cny(5)
    )


def test_a_card_costs_no_more_than_is_on_it() -> None:
    card = Card("acme", "c", cny(100), cny(100), 1)
    assert may_sell(card) is None
    assert may_sell(replace(card, valid_days=CARD_DAYS_MAX)) is None
    assert may_sell(replace(card, valid_days=None)) is None
    assert may_sell(replace(card, price=cny(101))) == refused(
        Reason.CARD_PRICE_ABOVE_FACE, price="1.01 CNY", face="1.00 CNY"
    )
    for days in (0, CARD_DAYS_MAX + 1):
        assert may_sell(replace(card, valid_days=days)) == refused(Reason.BAD_DAYS, days=days, most=CARD_DAYS_MAX)


def test_a_card_lapses_once_its_last_month_is_billed() -> None:
    end = datetime(2026, 10, 31, 16, tzinfo=UTC)  # midnight in Shanghai: its last instant is of October
    card = Card("acme", "c", cny(100), cny(100), 30, end - timedelta(days=30))
    zone, october, september = "Asia/Shanghai", Month(2026, 10), Month(2026, 9)
    assert card.is_over(zone, october, end)
    assert not card.is_over(zone, october, end - timedelta(seconds=1))
    assert not card.is_over(zone, september, end)
    assert not card.is_over(zone, None, end)
    assert not replace(card, activated_at=None).is_over(zone, october, end)
    assert not replace(card, valid_days=None).is_over(zone, october, end)


def test_quotas_and_parts_have_names_in_both_languages() -> None:
    assert (
        [one.text() for one in Quota][:2]
        == [one.text("en") for one in Quota][:2]
        == ["available quota", "transferable"]
    )
    assert Quota.WITHDRAWABLE.text("zh") == "可提现金额"
    assert Part.CASH.text() == Part.CASH.text("en") == "cash"
    assert Part.OWED_INVOICES.text("zh") == "欠票"
