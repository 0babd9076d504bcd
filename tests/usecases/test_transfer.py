"""Transfers and reclaims on real books: who may, how much, and once per key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from partita.core.account import AccountState
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.permission import Actor, RelationPermission
from partita.core.refusal import Reason, Refused
from partita.core.relation import State
from partita.store import account as account_store
from partita.store import ledger as ledger_store
from partita.store.account import AccountStep
from partita.usecases import funds, relation
from partita.usecases.account import freeze
from partita.usecases.funds import Transferred
from partita.usecases.verify import verify as verify_books
from partita.usecases.work import Books
from payers import SINCE, group, open_accounts, relate, verify

PLANNED_ANEW = 5
"""How often PostgreSQL plans a prepared statement for its values before it compares that with a plan for all."""


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def top_up(books: Books, account: str, amount: str) -> None:
    with books.work() as work:
        done = funds.top_up(work, account_id=account, amount=cny(amount), idempotency_key=f"top {account} {amount}")
    assert not isinstance(done, Refused), done.message()


def transfer(books: Books, giver: str, receiver: str, amount: str, **more: object) -> Transferred | Refused:
    with books.work() as work:
        return funds.transfer(work, giver=giver, receiver=receiver, amount=cny(amount), **more)  # type: ignore[arg-type]


def reclaim(books: Books, giver: str, receiver: str, amount: str, **more: object) -> Transferred | Refused:
    with books.work() as work:
        return funds.reclaim(work, giver=giver, receiver=receiver, amount=cny(amount), **more)  # type: ignore[arg-type]


def reason(answer: object) -> Reason | None:
    return answer.reason if isinstance(answer, Refused) else None


def state(books: Books) -> list[object]:
    """All that the books hold that a command could change."""
    tables = ("entry", "posting", "balance", "ledger_head", "fund_freeze", "fund_release")
    with books.work() as work:
        return [work.tx.execute(f"select * from {table} order by 1, 2, 3").fetchall() for table in tables]


def test_a_transfer_and_its_way_back(books: Books) -> None:
    group(books, "main", "sub")
    top_up(books, "main", "100.00")
    done = transfer(books, "main", "sub", "60.00", idempotency_key="k")
    assert not isinstance(done, Refused)
    assert (str(done.giver_cash), str(done.receiver_book), done.repeated) == ("40.00 CNY", "60.00 CNY", False)
    again = transfer(books, "main", "sub", "60.00", idempotency_key="k")
    assert not isinstance(again, Refused)
    assert again == replace(done, repeated=True)
    assert reason(transfer(books, "main", "sub", "61.00", idempotency_key="k")) is Reason.IDEMPOTENCY_KEY_REUSED
    back = reclaim(books, "main", "sub", "25.00", idempotency_key="k")
    assert not isinstance(back, Refused)
    assert (str(back.giver_cash), str(back.receiver_book)) == ("65.00 CNY", "35.00 CNY")
    assert reason(reclaim(books, "main", "sub", "35.01", idempotency_key="k2")) is Reason.EXCEEDS_RECLAIMABLE
    assert all(one.holds for one in verify_books(books))


def test_a_giver_is_told_of_the_receiver_what_it_may_see(books: Books) -> None:
    group(books, "main", "shy")
    group(books, "head", "open", codes=(RelationPermission.CHECK_FINANCE_INFO,))
    for main, member in (("main", "shy"), ("head", "open")):
        top_up(books, main, "100.00")
        transfer(books, main, member, "60.00")
        _hold(books, member, 202611, "51.00")
        as_main = replace(books, actor=Actor(account_id=main))
        no = reclaim(as_main, main, member, "9.01")
        assert isinstance(no, Refused)
        assert no.reason is Reason.EXCEEDS_RECLAIMABLE
        with as_main.work() as work:
            shown = funds.show(work, main)
        assert not isinstance(shown, Refused)
        quota = shown.reclaimable[0].quota
        said = [no.message("en"), no.message("zh"), quota.formula("en"), quota.formula("zh")]
        tells = member == "open"
        assert ["9.00" in text for text in said] == [tells] * 4, said
        assert ["≤ 60.00 CNY" in text for text in said] == [not tells] * 4, said
        assert quota.result == (900 if tells else 6000)
        assert reason(reclaim(as_main, main, member, "9.00")) is None


def test_received_money_is_spend_only(books: Books) -> None:
    group(books, "main", "sub")
    top_up(books, "main", "100.00")
    transfer(books, "main", "sub", "60.00")
    with books.work() as work:
        answer = funds.withdraw(work, account_id="sub", amount=cny("0.01"))
    assert reason(answer) is Reason.EXCEEDS_WITHDRAWABLE
    assert reason(transfer(books, "sub", "main", "0.01")) is Reason.EXCEEDS_TRANSFERABLE
    top_up(books, "sub", "5.00")
    assert reason(transfer(books, "sub", "main", "5.01")) is Reason.EXCEEDS_TRANSFERABLE
    assert reason(transfer(books, "sub", "main", "5.00")) is None, "own cash may go up as well"


def test_only_its_source_reclaims(books: Books) -> None:
    group(books, "main", "sub")
    open_accounts(books, "other")
    top_up(books, "main", "100.00")
    transfer(books, "main", "sub", "60.00")
    assert reason(reclaim(books, "other", "sub", "1.00")) is Reason.EXCEEDS_RECLAIMABLE


def test_a_reclaim_needs_no_relation_any_more(books: Books) -> None:
    group(books, "main", "sub")
    top_up(books, "main", "100.00")
    transfer(books, "main", "sub", "60.00")
    relate(books, "main", "sub", state=State.RELEASED)
    assert reason(transfer(books, "main", "sub", "1.00")) is Reason.TRANSFER_NOT_RELATED
    assert reason(reclaim(books, "main", "sub", "60.00")) is None


def test_refusals_in_their_order_leave_no_trace(books: Books) -> None:
    open_accounts(books, "main", "sub")
    open_accounts(books, "abroad", currency="USD")
    before = state(books)
    asked = [
        (("nobody", "sub", "1.00"), Reason.UNKNOWN_ACCOUNT),
        (("main", "nobody", "1.00"), Reason.UNKNOWN_ACCOUNT),
        (("main", "main", "0.00"), Reason.TRANSFER_TO_ITSELF),
        (("main", "abroad", "1.00"), Reason.CURRENCY_NOT_USED),
        (("main", "sub", "0.00"), Reason.AMOUNT_NOT_POSITIVE),
        (("main", "sub", "99999999999999.00"), Reason.BAD_AMOUNT),
        (("main", "sub", "1.00"), Reason.TRANSFER_NOT_RELATED),
    ]
    assert [reason(transfer(books, *words)) for words, _ in asked] == [expected for _, expected in asked]
    assert reason(transfer(books, "main", "sub", "1.00", idempotency_key="a\nb")) is Reason.BAD_TEXT
    relate(books, "main", "sub")
    assert reason(transfer(books, "main", "sub", "1.00")) is Reason.SHARING_NOT_VERIFIED
    verify(books, "main")
    assert reason(transfer(books, "main", "sub", "1.00")) is Reason.SHARING_NOT_VERIFIED
    verify(books, "sub", number="91310000607221336J")
    assert reason(transfer(books, "main", "sub", "1.00")) is Reason.SHARING_ENTITY_DIFFERS
    verify_same = [row.entity_name for row in _rows(books)]
    assert verify_same
    assert state(books) == before, "a refusal leaves not even the head of a payer"


def _rows(books: Books) -> list[account_store.AccountRow]:
    with books.work() as work:
        return account_store.rows(work.tx, work.now)


def test_no_money_for_members_under_trusteeship(books: Books) -> None:
    group(books, "main", "sub")
    top_up(books, "main", "100.00")
    transfer(books, "main", "sub", "60.00")
    relate(books, "main", "sub", mode=FinanceMode.TRUSTEESHIP)
    assert reason(transfer(books, "main", "sub", "1.00")) is Reason.TRANSFER_IN_TRUSTEESHIP
    assert reason(reclaim(books, "main", "sub", "60.00")) is None, "what was transferred before can be taken back"


def test_an_overdue_source_and_a_closed_receiver(books: Books) -> None:
    group(books, "main", "sub")
    top_up(books, "main", "100.00")
    _hold(books, "main", 202611, "100.01")
    assert reason(transfer(books, "main", "sub", "1.00")) is Reason.SOURCE_OVERDUE
    _hold(books, "main", 202611, "-0.01")
    assert reason(transfer(books, "main", "sub", "1.00")) is Reason.EXCEEDS_TRANSFERABLE
    with books.work() as work:
        step = AccountStep(AccountState.CLOSED, "gone", "test", SINCE)
        account_store.add_step(work.tx, "sub", step)
    assert reason(transfer(books, "main", "sub", "1.00")) is Reason.ACCOUNT_CLOSED


def _hold(books: Books, payer: str, month: int, amount: str) -> None:
    with books.work() as work:
        work.tx.execute(
            "insert into hold (payer_id, month, currency, amount_e10) values (%s, %s, 'CNY', %s) "
            "on conflict (payer_id, month, currency) do update set amount_e10 = hold.amount_e10 + excluded.amount_e10",
            (payer, month, cny(amount).minor * 10**8),
        )


def test_a_reclaim_leaves_no_debt(books: Books) -> None:
    group(books, "main", "sub")
    top_up(books, "main", "100.00")
    transfer(books, "main", "sub", "60.00")
    _hold(books, "sub", 202611, "45.00")
    assert reason(reclaim(books, "main", "sub", "15.01")) is Reason.EXCEEDS_RECLAIMABLE
    assert reason(reclaim(books, "main", "sub", "15.00")) is None


def test_a_dry_run_answers_the_same_and_saves_nothing(books: Books) -> None:
    group(books, "main", "sub")
    top_up(books, "main", "100.00")
    before = state(books)
    dry = transfer(books, "main", "sub", "60.00", idempotency_key="k", dry_run=True)
    assert state(books) == before
    done = transfer(books, "main", "sub", "60.00", idempotency_key="k")
    assert isinstance(dry, Transferred)
    assert replace(dry, dry_run=False) == done


def test_a_main_account_acts_for_itself_only(books: Books) -> None:
    group(books, "main", "sub")
    top_up(books, "main", "100.00")
    as_main = replace(books, actor=Actor(account_id="main"))
    as_sub = replace(books, actor=Actor(account_id="sub"))
    assert reason(transfer(as_main, "main", "sub", "60.00")) is None
    assert reason(transfer(as_sub, "main", "sub", "1.00")) is Reason.NOT_PERMITTED
    assert reason(reclaim(as_sub, "main", "sub", "1.00")) is Reason.NOT_PERMITTED


@pytest.mark.parametrize("codes", [(), (RelationPermission.FORBID_WITHDRAW_CASH,)])
def test_withdrawal_and_the_permission_that_forbids_it(books: Books, codes: tuple[RelationPermission, ...]) -> None:
    group(books, "main", "sub", codes=codes)
    top_up(books, "sub", "10.00")
    with books.work() as work:
        answer = funds.withdraw(work, account_id="sub", amount=cny("10.00"))
    assert reason(answer) is (Reason.WITHDRAWAL_FORBIDDEN if codes else None)


def test_withdrawals(books: Books) -> None:
    open_accounts(books, "acme")
    top_up(books, "acme", "10.00")
    with books.work() as work:
        first = funds.withdraw(work, account_id="acme", amount=cny("4.00"), reference="out")
        again = funds.withdraw(work, account_id="acme", amount=cny("4.00"), reference="out")
        more = funds.withdraw(work, account_id="acme", amount=cny("6.01"))
        balance = ledger_store.balance_of(work.tx, "acme", "bank", "CNY")
    assert not isinstance(first, Refused)
    assert again == replace(first, repeated=True)
    assert str(first.balance) == "6.00 CNY"
    assert reason(more) is Reason.EXCEEDS_WITHDRAWABLE
    assert balance == 600


def test_many_at_once_are_answered_as_each_alone_would_be(books: Books) -> None:
    group(books, "main", "sub", "shop")
    open_accounts(books, "stranger")
    top_up(books, "main", "100.00")
    ends = [
        ("main", "sub", "60.00"),
        ("main", "shop", "50.00"),
        ("main", "main", "1.00"),
        ("main", "nobody", "1.00"),
        ("nobody", "main", "1.00"),
        ("main", "stranger", "1.00"),
        ("main", "shop", "40.00"),
        ("sub", "main", "1.00"),
        ("main", "shop", "0.00"),
    ]
    asked = [
        funds.TransferAsked(giver, receiver, cny(amount), f"k{n}") for n, (giver, receiver, amount) in enumerate(ends)
    ]
    before = state(books)
    with books.work() as work:
        many = funds.transfer_all(work, asked)
    assert state(books)[0] == before[0], "with one refusal nothing is written"
    alone = [
        transfer(books, one.giver, one.receiver, str(one.amount).split()[0], idempotency_key=one.idempotency_key)
        for one in asked
    ]
    assert [reason(one) for one in many] == [reason(one) for one in alone]
    assert [reason(one) for one in alone].count(None) == 2

    again = [asked[0], funds.TransferAsked("main", "sub", cny("0.00"), "new"), asked[6]]
    with books.work() as work:
        answers = funds.transfer_all(work, again)
    assert [reason(one) for one in answers] == [None, Reason.AMOUNT_NOT_POSITIVE, None]
    with books.work() as work:
        answers = funds.transfer_all(
            work, [asked[0], asked[6], funds.TransferAsked("main", "sub", cny("0.00"), "k")][:2]
        )
    assert [isinstance(one, funds.TransferMade) and one.repeated for one in answers] == [True, True]
    assert all(one.holds for one in verify_books(books))


def test_many_at_once_move_what_they_say(books: Books) -> None:
    group(books, "main", "sub", "shop")
    top_up(books, "main", "100.00")
    asked = [
        funds.TransferAsked("main", "sub", cny("30.00"), "a"),
        funds.TransferAsked("main", "shop", cny("70.00"), "b"),
    ]
    with books.work() as work:
        answers = funds.transfer_all(work, asked)
        figures = [funds.figures_of(work, name) for name in ("main", "sub", "shop")]
    assert [isinstance(one, funds.TransferMade) and one.repeated for one in answers] == [False, False]
    assert [(one.cash, one.transfer_book) for one in figures] == [(0, 0), (0, 3000), (0, 7000)]
    with books.work() as work:
        reused = funds.transfer_all(work, [funds.TransferAsked("main", "sub", cny("31.00"), "a")])
    assert [reason(one) for one in reused] == [Reason.IDEMPOTENCY_KEY_REUSED]
    assert all(one.holds for one in verify_books(books))


def test_nothing_leaves_an_account_that_the_operator_froze(books: Books) -> None:
    group(books, "main", "shop")
    top_up(books, "main", "100")
    assert not isinstance(transfer(books, "main", "shop", "50"), Refused)
    with books.work() as work:
        freeze(work, account_id="shop", note="court")
    as_main = replace(books, actor=Actor(None, "main"))
    answers: list[object] = [reclaim(as_main, "main", "shop", "10")]
    with as_main.work() as work:
        answers += [
            relation.permit(work, member="shop", permissions=frozenset()),
            relation.upgrade(work, member="shop"),
            relation.release(work, member="shop"),
        ]
    assert [one.reason for one in answers if isinstance(one, Refused)] == [Reason.ACCOUNT_FROZEN] * 4
    assert not isinstance(reclaim(books, "main", "shop", "10"), Refused)


def test_a_transfer_is_planned_once(books: Books) -> None:
    group(books, "main", "sub")
    top_up(books, "main", "100.00")
    for number in range(4 * PLANNED_ANEW):
        transfer(books, "main", "sub", "1.00", idempotency_key=f"k{number}")
    with books.pool.connection() as connection:
        planned = connection.execute("select custom_plans, statement from pg_prepared_statements").fetchall()
    anew = [statement for custom, statement in planned if custom > PLANNED_ANEW]
    assert planned, "the transfers used the one connection"
    assert not anew, "these are planned anew for every transfer: see `store.db.named`"
