"""Invoices in figures: what may be invoiced and what is owed, what is chosen, grouped, set off, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from partita.core.account import AccountKind, InvoiceProfile
from partita.core.ids import derived_id
from partita.core.invoice import (
    CARD_SALE,
    CLOUD_SERVICE,
    Candidate,
    CandidateKind,
    Invoice,
    InvoiceCommand,
    InvoiceKind,
    InvoiceLine,
    InvoiceMode,
    InvoiceState,
    Issuer,
    Portion,
    Wish,
    amount_in_chinese,
    amount_in_english,
    choose,
    grouped,
    held_back,
    included_tax,
    invoice_id,
    made,
    may_become,
    may_offset,
    mirrored,
    offset_pair,
    owed_in_all,
    red_form_at_fault,
    taxed,
    title_at_fault,
)
from partita.core.money import Money
from partita.core.refusal import Reason, Refused, refused

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
BILL = Candidate("acme", CandidateKind.BILL, "bill_1", "", "CNY", NOW, 100_00, month=202610)
SUB = Candidate(
    "acme", CandidateKind.SUBSCRIPTION, "sub_1", "", "CNY", NOW - DAY, 60_00, month=202609,
    orders={"ord_1": 40_00, "ord_2": 15_00, "ord_3": 5_00},
)  # fmt: skip
CARD = Candidate("acme", CandidateKind.CARD, "card_1", "", "CNY", NOW + DAY, 50_00, month=202611)


@pytest.mark.parametrize(
    ("so_far", "left"),
    [
        ((0, 0, 0, 0), (100, 0, 0)),
        ((10, 0, 0, 20), (70, 0, 0)),
        ((10, 5, 2, 20), (67, 0, 0)),
        ((30, 0, 0, 100), (0, 30, 0)),
        ((30, 0, 10, 100), (0, 20, 0)),
        ((30, 0, 0, 70), (0, 0, 0)),
        ((110, 0, 0, 0), (0, 0, 10)),
        ((110, 0, 0, 4), (0, 4, 10)),
        ((60, 50, 0, 0), (0, 10, 0)),
        ((100, 0, 6, 3), (3, 0, 0)),
    ],
)
def test_what_may_be_invoiced_is_owed_or_came_back_too_early(
    so_far: tuple[int, int, int, int], left: tuple[int, int, int]
) -> None:
    refunded, taken, given, invoiced = so_far
    one = replace(BILL, original=100, refunded=refunded, taken=taken, given=given, invoiced=invoiced)
    assert (one.invoiceable, one.owed, one.ahead) == left


def test_a_candidate_goes_by_several_names() -> None:
    assert SUB.names() == {SUB.candidate_id, "sub_1", "ord_1", "ord_2", "ord_3"}
    others = [replace(SUB, payer_id="x"), replace(SUB, kind=CandidateKind.BILL), replace(SUB, reference="x"),
              replace(SUB, seller="x"), replace(SUB, currency="USD")]  # fmt: skip
    assert len({one.candidate_id for one in (SUB, *others)}) == 6
    assert replace(SUB, original=1, month=1).candidate_id == SUB.candidate_id


def chosen(wish: Wish, *candidates: Candidate) -> list[tuple[str, int]]:
    found = choose(candidates or (CARD, BILL, SUB), wish)
    assert not isinstance(found, Refused), found
    return [(one.candidate.reference, one.amount) for one in found]


@pytest.mark.parametrize(
    ("wish", "portions"),
    [
        (Wish(), [("sub_1", 60_00), ("bill_1", 100_00), ("card_1", 50_00)]),
        (Wish(amount=60_01), [("sub_1", 60_00), ("bill_1", 1)]),
        (Wish(amount=210_00), [("sub_1", 60_00), ("bill_1", 100_00), ("card_1", 50_00)]),
        (Wish(amount=160_00), [("sub_1", 60_00), ("bill_1", 100_00)]),
        (Wish(months=(202610, 202611)), [("bill_1", 100_00), ("card_1", 50_00)]),
        (Wish(names=("bill_1",)), [("bill_1", 100_00)]),
        (Wish(names=("ord_2", "ord_3", "bill_1")), [("sub_1", 20_00), ("bill_1", 100_00)]),
        (Wish(names=("ord_2", "sub_1")), [("sub_1", 60_00)]),
        (Wish(names=("ord_2", "card_1"), amount=16_00), [("sub_1", 15_00), ("card_1", 1_00)]),
        (Wish(names=("sub_1", "bill_1"), months=(202610,)), [("bill_1", 100_00)]),
        (Wish(most={BILL.candidate_id: 70_00, CARD.candidate_id: 99_00}), [("bill_1", 70_00), ("card_1", 50_00)]),
    ],
)
def test_what_is_invoiced_is_the_oldest_of_what_is_wished(wish: Wish, portions: list[tuple[str, int]]) -> None:
    assert chosen(wish) == portions


def test_orders_are_invoiced_at_most_for_what_is_left() -> None:
    assert chosen(Wish(names=("ord_1",)), replace(SUB, invoiced=30_00)) == [("sub_1", 30_00)]


def test_the_same_day_goes_by_payer_and_id() -> None:
    same = [replace(BILL, reference=name) for name in "abc"]
    other = replace(BILL, payer_id="aaa")
    found = choose([*reversed(same), other], Wish())
    assert not isinstance(found, Refused)
    assert [one.candidate for one in found] == [other, *same]


@pytest.mark.parametrize(
    ("wish", "no"),
    [
        (Wish(names=("bill_1", "nobody"), amount=0), refused(Reason.NOT_A_CANDIDATE, name="nobody")),
        (Wish(months=(202601,), amount=0), refused(Reason.NOTHING_TO_INVOICE)),
        (Wish(amount=0), refused(Reason.AMOUNT_NOT_POSITIVE, amount="0.00 CNY")),
        (Wish(amount=-1), refused(Reason.AMOUNT_NOT_POSITIVE, amount="-0.01 CNY")),
        (Wish(amount=210_01), refused(Reason.EXCEEDS_INVOICEABLE, amount="210.01 CNY", left="210.00 CNY")),
        (Wish(names=("bill_1",), amount=100_01),
         refused(Reason.EXCEEDS_INVOICEABLE, amount="100.01 CNY", left="100.00 CNY")),
    ],
)  # fmt: skip
def test_what_cannot_be_invoiced_is_refused_with_figures(wish: Wish, no: Refused) -> None:
    assert choose([CARD, BILL, SUB], wish) == no


def test_one_cent_is_invoiced_and_nothing_is_not() -> None:
    assert chosen(Wish(), replace(BILL, original=1)) == [("bill_1", 1)]
    assert choose([replace(BILL, original=0)], Wish()) == refused(Reason.NOTHING_TO_INVOICE)


def test_an_invoice_is_for_one_title_seller_currency_and_tax_item() -> None:
    dollars, market = replace(BILL, currency="USD"), replace(BILL, seller="shop")
    member = replace(SUB, payer_id="member")
    portions = [Portion(one, 1) for one in (market, CARD, BILL, dollars, member, SUB)]
    found = grouped(portions, {"acme": "main", "member": "main"})
    cloud, card = CLOUD_SERVICE.code, CARD_SALE.code
    assert list(found.items()) == [
        (("main", "", "CNY", cloud), [portions[2], portions[4], portions[5]]),
        (("main", "", "CNY", card), [portions[1]]),
        (("main", "", "USD", cloud), [portions[3]]),
        (("main", "shop", "CNY", cloud), [portions[0]]),
    ]
    assert set(grouped(portions[4:], {"acme": "main", "member": "member"})) == {
        ("main", "", "CNY", cloud), ("member", "", "CNY", cloud),
    }  # fmt: skip


OWING = replace(SUB, refunded=30_00, invoiced=60_00)


def test_what_is_owed_is_set_off_whole_against_its_like() -> None:
    assert may_offset(OWING, BILL) is None
    assert may_offset(OWING, replace(BILL, original=30_00)) is None
    small = refused(Reason.OFFSET_TOO_SMALL, other="bill_1", left="29.99 CNY", owed="30.00 CNY")
    assert may_offset(OWING, replace(BILL, original=29_99)) == small
    assert may_offset(SUB, BILL) == refused(Reason.NOTHING_OWED, candidate="sub_1")
    for other in (OWING, CARD, replace(BILL, payer_id="x"), replace(BILL, seller="x"), replace(BILL, currency="USD")):
        differs = refused(Reason.OFFSET_DIFFERS, candidate="sub_1", other=other.reference)
        assert may_offset(OWING, other) == differs, other


def test_what_is_owed_is_summed_by_currency() -> None:
    owing = [OWING, replace(OWING, reference="x", invoiced=50_00), replace(OWING, currency="USD"), BILL]
    assert (owed_in_all(owing, "CNY"), owed_in_all(owing, "USD"), owed_in_all([], "CNY")) == (50_00, 30_00, 0)


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [(106, 600, 6), (100, 600, 6), (1, 600, 0), (9, 600, 1), (8, 600, 0), (100, 0, 0), (21, 500, 1), (3, 2000, 1),
     (-9, 600, -1), (0, 600, 0)],
)  # fmt: skip
def test_included_tax_goes_to_the_nearest(gross: int, rate: int, tax: int) -> None:
    assert included_tax(gross, rate) == tax


def test_taxes_add_up_and_lines_ask_something() -> None:
    assert [(one.gross, one.tax, one.net) for one in taxed([5, 4, 91], 600)] == [(5, 0, 5), (4, 0, 4), (91, 6, 85)]
    for lines, said in (([], "^an invoice has a line"), ([1, 0], "^a line asks something")):
        with pytest.raises(AssertionError, match=said):
            taxed(lines, 600)
    assert taxed([1], 0)[0].tax == 0
    with pytest.raises(AssertionError, match=r"^a rate is no credit"):
        included_tax(1, -1)


TITLE = InvoiceProfile("Acme", "91110000600037341L")
ISSUER = Issuer("shop", "Cloud", "91110000600037341L")
EMPTY = Invoice("inv_1", "acme", InvoiceKind.SPECIAL, InvoiceMode.INDEPENDENT, "CNY", CLOUD_SERVICE, TITLE, ISSUER, ())


def test_an_invoice_has_a_line_for_each_portion_and_a_red_letter_turns_them() -> None:
    blue = replace(made([Portion(BILL, 10_600), Portion(SUB, 33)], EMPTY), replaces="inv_0", remark="r")
    assert blue.lines == (
        InvoiceLine(1, "acme", CandidateKind.BILL, "bill_1", 202610, 10_600, 600),
        InvoiceLine(2, "acme", CandidateKind.SUBSCRIPTION, "sub_1", 202609, 33, 2),
    )
    assert blue.candidate_of(blue.lines[0]) == replace(BILL, seller="shop").candidate_id
    red = mirrored(blue, red_form="1" * 16, remark="back")
    assert red.lines == tuple(replace(line, gross=-line.gross, tax=-line.tax) for line in blue.lines)
    same = replace(blue, invoice_id=red.invoice_id, lines=red.lines, red_of="inv_1", replaces=None)
    assert red == replace(same, red_form="1" * 16, remark="back")
    assert (mirrored(blue).red_form, mirrored(blue).remark) == ("", "")
    assert mirrored(blue).invoice_id == mirrored(blue, attempt=1).invoice_id
    assert (
        red.invoice_id == derived_id("inv", "red", "inv_1", 1) != mirrored(replace(blue, invoice_id="inv_2")).invoice_id
    )
    assert (blue.is_red, red.is_red) == (False, True)
    with pytest.raises(AssertionError, match=r"^a red letter has no red letter"):
        mirrored(red)


def test_a_command_needs_its_state() -> None:
    no = refused(Reason.INVOICE_NOT_SO, invoice="inv_1", state=("issued", "已开票"), needed=("being issued", "开票中"))
    assert may_become("inv_1", InvoiceState.ISSUED, InvoiceCommand.VOID, sent=True) == no
    at_bureau = refused(Reason.INVOICE_AT_BUREAU, invoice="inv_1")
    assert may_become("inv_1", InvoiceState.APPLIED, InvoiceCommand.VOID, sent=True) == at_bureau
    assert may_become("inv_1", InvoiceState.APPLIED, InvoiceCommand.VOID, sent=False) is None
    assert may_become("inv_1", InvoiceState.APPLIED, InvoiceCommand.ISSUE, sent=True) is None


def test_a_special_invoice_that_was_deducted_is_taken_back_by_a_form() -> None:
    form = "1234567890123456"
    missing = refused(Reason.RED_FORM_MISSING, invoice="inv_1")
    assert red_form_at_fault(EMPTY, certified=True, red_form="") == missing
    assert red_form_at_fault(EMPTY, certified=True, red_form=form) is None
    assert red_form_at_fault(EMPTY, certified=False, red_form="") is None
    general = replace(EMPTY, kind=InvoiceKind.GENERAL)
    unfit = refused(Reason.CERTIFIED_NOT_SPECIAL, invoice="inv_1")
    assert red_form_at_fault(general, certified=True, red_form="") == unfit
    assert red_form_at_fault(general, certified=False, red_form=form) == unfit
    assert red_form_at_fault(general, certified=False, red_form="") is None
    for bad in (form[1:], form + "1", "x" + form[1:]):
        assert red_form_at_fault(EMPTY, certified=False, red_form=bad) == refused(Reason.BAD_RED_FORM, form=bad)


def test_titles_say_what_is_lacking() -> None:
    special, firm = InvoiceKind.SPECIAL, AccountKind.ENTERPRISE
    no_title = refused(Reason.INVOICE_TITLE_MISSING, account="acme")
    assert title_at_fault("acme", None, special, firm, taxable=True) == no_title
    assert title_at_fault("acme", InvoiceProfile(""), special, firm, taxable=True) == no_title
    bad = refused(Reason.BAD_BANK_ACCOUNT, account="acme", number="12x")
    assert title_at_fault("acme", InvoiceProfile("A", bank_account="12x"), special, firm, taxable=True) == bad
    person = refused(Reason.SPECIAL_NEEDS_ENTERPRISE, account="acme")
    assert title_at_fault("acme", TITLE, special, AccountKind.INDIVIDUAL, taxable=True) == person
    assert title_at_fault("acme", TITLE, special, firm, taxable=False) == person
    lacking = ("address, phone, bank, bank account", "地址、电话、开户行、银行账号")
    incomplete = refused(Reason.SPECIAL_TITLE_INCOMPLETE, account="acme", lacking=lacking)
    assert title_at_fault("acme", TITLE, special, firm, taxable=True) == incomplete
    without = refused(
        Reason.SPECIAL_TITLE_INCOMPLETE, account="acme",
        lacking=(f"tax number, {lacking[0]}", f"税号、{lacking[1]}"),
    )  # fmt: skip
    assert title_at_fault("acme", InvoiceProfile("A"), special, firm, taxable=False) == without


@pytest.mark.parametrize(
    ("minor", "words"),
    [
        (1, "壹分"), (10, "壹角整"), (11, "壹角壹分"), (100, "壹圆整"), (101, "壹圆零壹分"), (110, "壹圆壹角整"),
        (1000, "壹拾圆整"), (10100, "壹佰零壹圆整"), (100100, "壹仟零壹圆整"), (101000, "壹仟零壹拾圆整"),
        (1000000, "壹万圆整"), (10010000, "壹拾万零壹佰圆整"), (11000000, "壹拾壹万圆整"), (1100000, "壹万壹仟圆整"),
        (10000000000, "壹亿圆整"), (10000000100, "壹亿零壹圆整"), (11000000000, "壹亿壹仟万圆整"),
        (1000000000100, "壹佰亿零壹圆整"), (100000000, "壹佰万圆整"), (-110, "（负数）壹圆壹角整"),
    ],
)  # fmt: skip
def test_amounts_are_read_in_upper_case(minor: int, words: str) -> None:
    assert amount_in_chinese(Money(minor, "CNY")) == words


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(5, "JPY"), "伍圆整"),
        (Money(0, "JPY"), "零圆整"),
        (Money(1005, "KWD"), "壹圆零伍厘"),
        (Money(1050, "KWD"), "壹圆零伍分整"),
        (Money(1123, "KWD"), "壹圆壹角贰分叁厘"),
    ],
)
def test_other_coins_are_read_too(money: Money, words: str) -> None:
    assert amount_in_chinese(money) == words


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(20, "JPY"), "twenty JPY"),
        (Money(19, "JPY"), "nineteen JPY"),
        (Money(21, "JPY"), "twenty-one JPY"),
        (Money(90, "JPY"), "ninety JPY"),
        (Money(100, "JPY"), "one hundred JPY"),
        (Money(999, "JPY"), "nine hundred ninety-nine JPY"),
        (Money(1_000, "JPY"), "one thousand JPY"),
        (Money(1_001_000_000, "JPY"), "one billion one million JPY"),
        (Money(2_000_000_000_000, "JPY"), "two trillion JPY"),
        (Money(5, "CNY"), "zero and 05/100 CNY"),
        (Money(-1234, "KWD"), "minus one and 234/1000 KWD"),
    ],
)
def test_amounts_are_read_in_english(money: Money, words: str) -> None:
    assert amount_in_english(money) == words


def test_kinds_modes_states_and_commands_have_names() -> None:
    for found in (CandidateKind, InvoiceKind, InvoiceMode, InvoiceState):
        for one in found:
            assert (one.text(), one.text("en"), one.text("zh")) == (one.value[0], *one.value), one
    for command in InvoiceCommand:
        assert (command.text(), command.text("en"), command.text("zh")) == (command.value[1], *command.value[1:])
    assert (CARD_SALE.text(), CARD_SALE.text("en")) == ("Sale of stored-value cards",) * 2
    assert CLOUD_SERVICE.text("zh") == "*信息技术服务*云服务费"


def test_all_orders_of_a_subscription_are_no_more_than_they_paid() -> None:
    more = replace(SUB, original=100_00)
    assert chosen(Wish(names=("ord_1", "ord_2", "ord_3")), more) == [("sub_1", 60_00)]


def test_an_invoice_has_one_id_for_what_it_is_asked_by() -> None:
    assert invoice_id("acme", "k", "CNY") == invoice_id("acme", "k", "CNY") == derived_id("inv", "acme", "k", "CNY")
    others = {invoice_id("acme", "k", "CNY"), invoice_id("acme", "k"), invoice_id("acme", "x", "CNY")}
    assert len(others | {invoice_id("beta", "k", "CNY")}) == 4


def test_of_a_bill_own_products_are_chosen_before_those_of_sellers() -> None:
    own, market = BILL, replace(BILL, seller="safe", original=50_00)
    older = replace(BILL, reference="bill_0", seller="safe", consumed_at=NOW - DAY, original=5_00)
    for given in ([market, own, older], [older, own, market], [own, market, older]):
        portions = choose(given, Wish(amount=110_00))
        assert portions == [Portion(older, 5_00), Portion(own, 100_00), Portion(market, 5_00)]


def test_what_bounced_is_held_back_of_the_newest_first() -> None:
    other = replace(BILL, payer_id="shop", consumed_at=NOW + 2 * DAY)
    dollars = replace(BILL, currency="USD", reference="bill_2", consumed_at=NOW + 3 * DAY)
    there = [BILL, SUB, CARD, other, dollars]
    found = held_back(there, {("acme", "CNY"): 155_00})
    assert [(one.reference, one.held, one.invoiceable) for one in found] == [
        ("sub_1", 5_00, 55_00), ("bill_1", 100_00, 0), ("card_1", 50_00, 0), ("bill_1", 0, 100_00),
        ("bill_2", 0, 100_00),
    ]  # fmt: skip
    assert {one.owed for one in found} == {0}, "what is held back owes no invoice"
    assert [one.held for one in held_back([BILL, SUB], {("acme", "CNY"): 999_00})] == [60_00, 100_00]
    half = replace(BILL, invoiced=70_00)
    assert [one.held for one in held_back([half], {("acme", "CNY"): 40_00})] == [30_00], "no more than is invoiceable"
    assert held_back(there, {}) == sorted(there, key=lambda one: one.consumed_at)


def test_of_two_bills_of_several_sellers_those_are_set_off_that_belong_together() -> None:
    owing = replace(BILL, original=0, invoiced=10_00, seller="safe")
    beside = replace(BILL, original=90_00)
    fit, unfit = replace(BILL, reference="bill_2", seller="safe"), replace(BILL, reference="bill_2", original=900_00)
    for first in ([owing, beside], [beside, owing]):
        for second in ([fit, unfit], [unfit, fit]):
            assert offset_pair(first, second) == (owing, fit)
    assert offset_pair([owing], [unfit]) == (owing, unfit), "which is then refused"
    more = replace(owing, invoiced=20_00, seller="")
    assert offset_pair([owing, more], [fit, unfit]) == (more, unfit)
    done = replace(owing, given=10_00)
    assert offset_pair([beside, done], [unfit, fit]) == (done, fit), "asked again, it is the same pair"
