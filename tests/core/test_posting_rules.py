"""The chart: every movement uses accounts of the chart, and names say which row they belong to."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime

from partita.core import posting_rules
from partita.core.funds import Fund
from partita.core.ledger import Draft, Side, check
from partita.core.money import Money
from partita.core.period import Month
from partita.core.settlement import Draw

AT = datetime(2026, 11, 1, tzinfo=UTC)


def test_every_movement_moves_accounts_of_the_chart() -> None:
    names = [movement.debit for movement in posting_rules.MOVEMENTS] + [m.credit for m in posting_rules.MOVEMENTS]
    facts = defaultdict(str, product="compute", fund="cash")
    filled = [name.format_map(facts) for name in names]
    assert all(posting_rules.ledger_account(name) for name in filled)


def test_every_fund_and_what_limits_it_is_kept() -> None:
    assert {*(fund.value for fund in Fund)} <= posting_rules.KEPT
    assert {"receivable", "transfer_clearing", "credit_refund"} <= posting_rules.KEPT
    assert posting_rules.is_kept("transfer_book/acme")
    assert not posting_rules.is_kept("stored_value_inactive/card_1")
    assert not posting_rules.is_kept("revenue/compute")
    assert not posting_rules.is_kept("bank")


def test_sides() -> None:
    assert posting_rules.normal_side("bank") is Side.DEBIT
    assert posting_rules.normal_side("receivable") is Side.DEBIT
    assert posting_rules.normal_side("cash") is Side.CREDIT
    assert posting_rules.normal_side("revenue/compute") is Side.CREDIT
    assert posting_rules.normal_side("voucher/v-jan") is Side.CREDIT


PARTS = {("p", "cash", "cash"): 60, ("p", "transfer_book", "main"): 30, ("q", "credit", ""): 10}


def events() -> list[Draft]:
    month, one, two = Month(2026, 10), Money(100, "CNY"), Money(250, "CNY")
    return [
        posting_rules.topped_up(payer_id="a", amount=one, reference="", idempotency_key="k"),
        posting_rules.paid_in(payer_id="a", amount=one, payment_id="pay_1", transaction_id="t"),
        posting_rules.withdrawn(payer_id="a", amount=one, reference="", idempotency_key="k"),
        posting_rules.billed(
            payer_id="a", bill_id="b", product_id="p", month=month, payable=Money(-7, "JPY"), effective_at=AT
        ),
        posting_rules.settled(
            payer_id="a", bill_id="b", month=month, currency="CNY", draws=[Draw(Fund.CASH, "cash", 3)], effective_at=AT
        ),
        *posting_rules.transferred(giver="a", receiver="b", amount=one, idempotency_key="k"),
        *posting_rules.reclaimed(giver="a", receiver="b", amount=one, idempotency_key="k"),
        posting_rules.refunded(payer_id="a", product_id="p", month=month, amount=one, idempotency_key="k"),
        posting_rules.credit_refunded(payer_id="a", product_id="p", amount=one, idempotency_key="k"),
        posting_rules.credit_refund_applied(payer_id="a", amount=one, idempotency_key="k"),
        posting_rules.accepted(payer_id="a", document_id="d", face=two),
        posting_rules.collected(payer_id="a", document_id="d", face=two, left=one),
        posting_rules.discounted(payer_id="a", document_id="d", face=two, left=one, fee=Money(9, "CNY")),
        posting_rules.dishonoured(payer_id="a", document_id="d", face=two, left=one),
        posting_rules.card_bought(payer_id="a", card_id="c", price=one, face=two),
        posting_rules.card_activated(payer_id="a", card_id="c", face=two),
        posting_rules.card_lapsed(payer_id="a", card_id="c", left=one),
        posting_rules.order_paid(payer_id="a", order_id="o", what="purchase", currency="CNY", parts=PARTS),
        posting_rules.order_refunded(payer_id="a", order_id="o", what="unsubscribe", currency="CNY", parts=PARTS),
        posting_rules.interest_charged(payer_id="a", bill_id="b", amount=one, until=AT.date()),
        posting_rules.cash_owed(payer_id="a", amount=one, reversal_id="r"),
    ]


def test_every_event_sums_to_zero() -> None:
    assert [check(draft) for draft in events()] == [None] * len(events())
    assert {draft.kind for draft in events()} <= {movement.kind for movement in posting_rules.MOVEMENTS}
    assert len({(draft.payer_id, draft.idempotency_key) for draft in events()}) == len(events()), "no two keys meet"


def test_every_movement_but_vouchers_is_moved_by_an_event() -> None:
    """A posting pair of some event debits and credits the two accounts of each movement of money and documents."""
    moved = set()
    for draft in events():
        pairs = zip(draft.postings[::2], draft.postings[1::2], strict=True)
        moved |= {(d.ledger_account.partition("/")[0], c.ledger_account.partition("/")[0]) for d, c in pairs}
    known = {(m.debit.partition("/")[0], m.credit.partition("/")[0]) for m in posting_rules.MOVEMENTS}
    known = {tuple("cash" if name == "{fund}" else name for name in both) for both in known}
    assert {both for both in known if not any("voucher" in name for name in both)} <= moved


def test_both_halves_of_a_transfer_meet_in_the_clearing() -> None:
    out, into = posting_rules.transferred(giver="a", receiver="b", amount=Money(5, "CNY"), idempotency_key="k")
    assert [(p.ledger_account, p.amount_minor) for p in out.postings] == [("cash", 5), ("transfer_clearing/b", -5)]
    assert [(p.ledger_account, p.amount_minor) for p in into.postings] == [
        ("transfer_clearing/a", 5), ("transfer_book/a", -5),
    ]  # fmt: skip


def test_a_giver_and_its_key_never_meet_another_giver_and_its_key() -> None:
    amount = Money(1, "CNY")
    _, one = posting_rules.transferred(giver="a:b", receiver="r", amount=amount, idempotency_key="c")
    _, two = posting_rules.transferred(giver="a", receiver="r", amount=amount, idempotency_key="b:c")
    assert one.idempotency_key != two.idempotency_key


def test_a_callers_key_never_meets_a_derived_one() -> None:
    draft = posting_rules.topped_up(
        payer_id="a", amount=Money(1, "CNY"), reference="", idempotency_key="billed:bill_1:compute"
    )
    assert draft.idempotency_key == "topped_up:billed:bill_1:compute"


def test_an_order_moves_each_fund_and_credit_over_the_receivable() -> None:
    paid = posting_rules.order_paid(payer_id="a", order_id="o", what="purchase", currency="CNY", parts=PARTS)
    assert [(one.ledger_account, one.amount_minor) for one in paid.postings] == [
        ("cash", 60), ("revenue/p", -60), ("transfer_book/main", 30), ("revenue/p", -30),
        ("receivable", 10), ("revenue/q", -10),
    ]  # fmt: skip
    back = posting_rules.order_refunded(payer_id="a", order_id="o", what="unsubscribe", currency="CNY", parts=PARTS)
    assert [(one.ledger_account, one.amount_minor) for one in back.postings] == [
        ("revenue/p", 60), ("cash", -60), ("revenue/p", 30), ("transfer_book/main", -30),
        ("revenue/q", 10), ("credit_refund", -10),
    ]  # fmt: skip
    assert {paid.reference, back.reference} == {"o"}
    assert paid.idempotency_key != back.idempotency_key
