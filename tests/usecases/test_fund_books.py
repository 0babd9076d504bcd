"""Freezes, refunds, acceptance bills, cards: permissions, repetitions, keys used for something else, dry runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from conftest import Clock
from partita.core.funds import Acceptance, AcceptanceState
from partita.core.money import Money
from partita.core.period import Month
from partita.core.permission import Actor, RelationPermission
from partita.core.refusal import Reason, Refused
from partita.store import catalog as catalog_store
from partita.store import funds as funds_store
from partita.usecases import adjustment, funds
from partita.usecases.funds import CardOffer, RefundOf
from partita.usecases.verify import verify as verify_books
from partita.usecases.work import Books, Work
from payers import SINCE, bill, group, open_accounts

BILL = Acceptance("acme", "d1", Money(10_000, "CNY"), date(2027, 3, 31), "ICBC")
OCTOBER = RefundOf("compute", Month(2026, 10))


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def reason(answer: object) -> Reason | None:
    return answer.reason if isinstance(answer, Refused) else None


@pytest.fixture
def acme(books: Books) -> Books:
    """Books with an account that has 100.00, and a product."""
    open_accounts(books, "acme", "bolt")
    with books.work() as work:
        catalog_store.add_products(work.tx, [catalog_store.Product("compute", "Compute", "Compute")], recorded_at=SINCE)
        funds.top_up(work, account_id="acme", amount=cny("100.00"), idempotency_key="start")
    return books


def test_a_freeze_and_its_releases(acme: Books) -> None:
    with acme.work() as work:
        dry = funds.freeze(work, account_id="acme", amount=cny("30.00"), dry_run=True)
        first = funds.freeze(work, account_id="acme", amount=cny("30.00"))
        again = funds.freeze(work, account_id="acme", amount=cny("30.00"))
        assert not isinstance(first, Refused)
        assert again == replace(first, repeated=True)
        assert dry == replace(first, dry_run=True)
        name = first.freeze_id
        answers = [
            funds.freeze(work, account_id="acme", amount=cny("31.00"), idempotency_key=first.idempotency_key),
            funds.freeze(work, account_id="acme", amount=cny("0.00")),
            funds.freeze(work, account_id="none", amount=cny("1.00")),
            funds.release(work, freeze_id="frz_0"),
            funds.release(work, freeze_id=name, amount=cny("0.00")),
            funds.release(work, freeze_id=name, note="a\nb"),
            funds.release(work, freeze_id=name, amount=cny("30.01")),
        ]
        assert [reason(one) for one in answers] == [
            Reason.IDEMPOTENCY_KEY_REUSED, Reason.AMOUNT_NOT_POSITIVE, Reason.UNKNOWN_ACCOUNT, Reason.UNKNOWN_FREEZE,
            Reason.AMOUNT_NOT_POSITIVE, Reason.BAD_TEXT, Reason.EXCEEDS_FROZEN,
        ]  # fmt: skip
        some = funds.release(work, freeze_id=name, amount=cny("10.00"), idempotency_key="r")
        same = funds.release(work, freeze_id=name, amount=cny("10.00"), idempotency_key="r")
        other = funds.release(work, freeze_id=name, amount=cny("11.00"), idempotency_key="r")
        rest = funds.release(work, freeze_id=name)
        rest_again = funds.release(work, freeze_id=name)
        nothing = funds.release(work, freeze_id=name, idempotency_key="more")
    assert not isinstance(some, Refused)
    assert same == replace(some, repeated=True)
    assert reason(other) is Reason.IDEMPOTENCY_KEY_REUSED
    assert not isinstance(rest, Refused)
    assert (str(rest.amount), str(rest.left), str(rest.frozen)) == ("20.00 CNY", "0.00 CNY", "0.00 CNY")
    assert rest_again == replace(rest, repeated=True)
    assert reason(nothing) is Reason.EXCEEDS_FROZEN


def test_only_the_operator_releases_what_it_froze(acme: Books) -> None:
    itself = replace(acme, actor=Actor(account_id="acme"))
    with acme.work() as work:
        ours = funds.freeze(work, account_id="acme", amount=cny("10.00"))
    with itself.work() as work:
        own = funds.freeze(work, account_id="acme", amount=cny("20.00"))
        assert not isinstance(ours, Refused)
        assert not isinstance(own, Refused)
        assert reason(funds.release(work, freeze_id=ours.freeze_id)) is Reason.NOT_PERMITTED
        assert reason(funds.release(work, freeze_id=own.freeze_id)) is None
        assert funds.account_of_freeze(work, ours.freeze_id) == "acme"
        assert funds.account_of_freeze(work, "frz_0") is None


def test_a_refund_is_recorded_once_per_key(acme: Books) -> None:
    bill(acme, OCTOBER.month, {"acme": cny("9.00")})
    with acme.work() as work:
        dry = funds.refund(work, account_id="acme", of=OCTOBER, amount=cny("8.00"), idempotency_key="r", dry_run=True)
        first = funds.refund(work, account_id="acme", of=OCTOBER, amount=cny("8.00"), idempotency_key="r")
        again = funds.refund(work, account_id="acme", of=OCTOBER, amount=cny("8.00"), idempotency_key="r")
        other = funds.refund(work, account_id="acme", of=OCTOBER, amount=cny("9.00"), idempotency_key="r")
        none = funds.refund(work, account_id="acme", of=OCTOBER, amount=cny("0.00"), idempotency_key="s")
        unknown = funds.refund(work, account_id="none", of=OCTOBER, amount=cny("1.00"), idempotency_key="s")
    assert not isinstance(first, Refused)
    assert again == replace(first, repeated=True)
    assert dry == replace(first, dry_run=True)
    assert [reason(one) for one in (other, none, unknown)] == [
        Reason.IDEMPOTENCY_KEY_REUSED, Reason.AMOUNT_NOT_POSITIVE, Reason.UNKNOWN_ACCOUNT,
    ]  # fmt: skip


def test_what_an_adjustment_gives_back_of_a_month_is_not_refunded_again(acme: Books) -> None:
    bill(acme, OCTOBER.month, {"acme": cny("9.00")})
    less = adjustment.Wanted("acme", "compute", cny("-5.00"), "agreed", OCTOBER.month)
    with acme.work() as work:
        assert not isinstance(adjustment.adjust(work, less, idempotency_key="a"), Refused)
        over = funds.refund(work, account_id="acme", of=OCTOBER, amount=cny("4.01"), idempotency_key="r")
        rest = funds.refund(work, account_id="acme", of=OCTOBER, amount=cny("4.00"), idempotency_key="r")
    assert reason(over) is Reason.EXCEEDS_REFUNDABLE
    assert reason(rest) is None


def test_two_refunds_at_once_never_return_more_than_was_paid(acme: Books) -> None:
    bill(acme, OCTOBER.month, {"acme": cny("10.00")})

    def refund(number: int) -> Reason | None:
        with acme.work() as work:
            key = f"r{number}"
            return reason(funds.refund(work, account_id="acme", of=OCTOBER, amount=cny("4.00"), idempotency_key=key))

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(refund, range(8)))
    assert Counter(answers) == {None: 2, Reason.EXCEEDS_REFUNDABLE: 6}
    assert all(one.holds for one in verify_books(acme))


def test_the_number_of_a_bill_is_its_key(acme: Books, clock: Clock) -> None:
    with acme.work() as work:
        dry = funds.accept(work, BILL, dry_run=True)
        first = funds.accept(work, BILL)
        assert not isinstance(first, Refused)
        assert dry == replace(first, dry_run=True)
        assert funds.accept(work, BILL) == replace(first, repeated=True)
        answers = [
            funds.accept(work, replace(BILL, face=cny("1.00"))),
            funds.accept(work, replace(BILL, payer_id="bolt")),
            funds.accept(work, replace(BILL, payer_id="none")),
            funds.accept(work, replace(BILL, document_id="d 2")),
            funds.accept(work, replace(BILL, document_id="d2", drawer="")),
            funds.accept(work, replace(BILL, document_id="d2", face=cny("0.00"))),
            funds.end(work, account_id="bolt", document_id="d1", state=AcceptanceState.DISCOUNTED),
            funds.end(work, account_id="none", document_id="d1", state=AcceptanceState.DISCOUNTED),
            funds.end(work, account_id="acme", document_id="d9", state=AcceptanceState.DISCOUNTED),
            funds.end(work, account_id="acme", document_id="d1", state=AcceptanceState.DISCOUNTED, fee=Money(1, "USD")),
        ]
    assert [reason(one) for one in answers] == [
        Reason.ACCEPTANCE_KNOWN, Reason.ACCEPTANCE_KNOWN, Reason.UNKNOWN_ACCOUNT, Reason.BAD_TEXT,
        Reason.BAD_TEXT, Reason.AMOUNT_NOT_POSITIVE, Reason.UNKNOWN_ACCEPTANCE, Reason.UNKNOWN_ACCOUNT,
        Reason.UNKNOWN_ACCEPTANCE, Reason.CURRENCY_NOT_USED,
    ]  # fmt: skip
    ended = _ended(acme, lambda work: _discount(work, "5.00"))
    assert _ended(acme, lambda work: _discount(work, "5.00")) == replace(ended, repeated=True)
    assert (str(ended.cash), str(ended.left), str(ended.fee)) == ("195.00 CNY", "0.00 CNY", "5.00 CNY")
    clock.now = clock.now.replace(year=2027, month=4)
    with acme.work() as work:
        assert reason(_discount(work, "6.00")) is Reason.ACCEPTANCE_ENDED
        late = funds.accept(work, replace(BILL, document_id="d3", matures_on=date(2027, 1, 1)))
    assert reason(late) is Reason.ACCEPTANCE_MATURED
    assert all(one.holds for one in verify_books(acme))


def _discount(work: Work, fee: str) -> funds.AcceptanceMoved | Refused:
    return funds.end(work, account_id="acme", document_id="d1", state=AcceptanceState.DISCOUNTED, fee=cny(fee))


def _ended(books: Books, end: Callable[[Work], funds.AcceptanceMoved | Refused]) -> funds.AcceptanceMoved:
    with books.work() as work:
        answer = end(work)
    assert not isinstance(answer, Refused), answer.message()
    return answer


def test_cards(acme: Books) -> None:
    itself = replace(acme, actor=Actor(account_id="acme"))
    with itself.work() as work:
        offer = CardOffer(cny("60.00"), cny("60.00"))
        dry = funds.buy_card(work, account_id="acme", offer=offer, idempotency_key="k", dry_run=True)
        first = funds.buy_card(work, account_id="acme", offer=offer, idempotency_key="k")
        assert not isinstance(first, Refused)
        assert dry == replace(first, dry_run=True)
        assert funds.buy_card(work, account_id="acme", offer=offer, idempotency_key="k") == replace(
            first, repeated=True
        )
        answers = [
            funds.buy_card(work, account_id="acme", offer=offer, idempotency_key=""),
            funds.buy_card(work, account_id="acme", offer=replace(offer, valid_days=7), idempotency_key="k"),
            funds.buy_card(work, account_id="acme", offer=replace(offer, valid_days=0), idempotency_key="l"),
            funds.buy_card(work, account_id="acme", offer=CardOffer(cny("5.00"), cny("1.00")), idempotency_key="l"),
            funds.buy_card(work, account_id="bolt", offer=offer, idempotency_key="l"),
            funds.activate_card(work, account_id="acme", card_id="card_0"),
            funds.activate_card(work, account_id="bolt", card_id=first.card.card_id),
        ]
        done = funds.activate_card(work, account_id="acme", card_id=first.card.card_id)
        again = funds.activate_card(work, account_id="acme", card_id=first.card.card_id)
        assert not isinstance(done, Refused)
        assert again == replace(done, repeated=True)
        assert (done.card.activated_at, done.card.expires_at) == (work.now, None)
    assert [reason(one) for one in answers] == [
        Reason.BAD_TEXT, Reason.IDEMPOTENCY_KEY_REUSED, Reason.BAD_DAYS, Reason.NOT_PERMITTED, Reason.NOT_PERMITTED,
        Reason.UNKNOWN_CARD, Reason.NOT_PERMITTED,
    ]  # fmt: skip
    with acme.work() as work:
        gift = funds.buy_card(
            work, account_id="acme", offer=CardOffer(cny("50.00"), cny("40.00")), idempotency_key="gift"
        )
    assert not isinstance(gift, Refused)
    assert str(gift.cash) == "0.00 CNY"
    assert all(one.holds for one in verify_books(acme))


def test_what_makes_money_of_nothing_is_the_operators(acme: Books) -> None:
    with replace(acme, actor=Actor(account_id="acme")).work() as work:
        answers = [
            funds.refund(work, account_id="acme", of=OCTOBER, amount=cny("1.00"), idempotency_key="r"),
            funds.accept(work, BILL),
            funds.end(work, account_id="acme", document_id="d1", state=AcceptanceState.COLLECTED),
        ]
    assert {reason(one) for one in answers} == {Reason.NOT_PERMITTED}


def test_show(books: Books) -> None:
    group(books, "main", "sub", "shy", codes=(RelationPermission.CHECK_FINANCE_INFO,))
    open_accounts(books, "alone")
    with books.work() as work:
        funds.top_up(work, account_id="main", amount=cny("100.00"), idempotency_key="start")
        funds.transfer(work, giver="main", receiver="sub", amount=cny("60.00"))
        shown, received = funds.show(work, "main"), funds.show(work, "sub")
        unknown = [funds.show(work, "none"), funds.show_members(work, "none")]
    assert not isinstance(shown, Refused)
    assert not isinstance(received, Refused)
    assert [(one.receiver, one.quota.result) for one in shown.reclaimable] == [("sub", 6000)]
    assert received.figures.transfer_books == (("main", 6000),)
    assert received.reclaimable == ()
    assert [reason(one) for one in unknown] == [Reason.UNKNOWN_ACCOUNT] * 2
    with replace(books, actor=Actor(account_id="main")).work() as work:
        members = funds.show_members(work, "main")
        barred = funds.show_members(work, "alone")
    assert not isinstance(members, Refused)
    assert [one.account_id for one in members.figures] == ["main", "shy", "sub"]
    assert reason(barred) is Reason.NOT_PERMITTED


def test_figures_of_many_accounts_at_once(books: Books) -> None:
    names = [f"a{number}" for number in range(20)]
    open_accounts(books, *names)
    with books.work() as work:
        funds.top_up(work, account_id="a7", amount=cny("1.00"), idempotency_key="start")
        found = funds_store.figures(work.tx, [*names, "none"], work.now)
        assert found == {name: funds.figures_of(work, name) for name in names}
    assert [one.cash for one in found.values() if one.cash] == [100]
