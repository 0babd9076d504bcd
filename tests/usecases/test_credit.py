"""Credit on real books: who may ask, allocate and approve; dry runs; limits as of an instant; unpaid bills."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from conftest import Clock
from partita.core import posting_rules
from partita.core.credit import Term
from partita.core.money import Money
from partita.core.period import Month
from partita.core.permission import Actor, RelationPermission
from partita.core.refusal import Reason, Refused
from partita.store import credit as credit_store
from partita.store import ledger as ledger_store
from partita.usecases import credit
from partita.usecases.credit import CreditChanged
from partita.usecases.verify import verify as verify_books
from partita.usecases.work import Books
from payers import group, open_accounts
from steps.world import World

SHARED = (RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY, RelationPermission.CHECK_FINANCE_INFO)


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def line(books: Books, main: str, total: str) -> None:
    """Give an account a line that counts."""
    with books.work() as work:
        asked = credit.request_total(work, management=main, limit=cny(total), idempotency_key="line")
        assert isinstance(asked, CreditChanged)
        credit.approve(work, change_id=asked.change.change_id)
        assert not isinstance(credit.confirm_contract(work, management=main, contract_id="c-1"), Refused)


def allocate(books: Books, limit: str, **more: object) -> CreditChanged | Refused:
    with books.work() as work:
        return credit.allocate(
            work, management="main", member="sub", limit=cny(limit), **{"idempotency_key": limit, **more}
        )  # type: ignore[arg-type]


def limit(books: Books, account: str) -> int:
    with books.work() as work:
        return credit_store.limit_of(work.tx, account, work.now)


def reason(answer: object) -> Reason | None:
    return answer.reason if isinstance(answer, Refused) else None


def test_who_may_do_what(books: Books) -> None:
    group(books, "main", "sub", codes=SHARED)
    line(books, "main", "1000.00")
    main, sub = (replace(books, actor=Actor(account_id=name)) for name in ("main", "sub"))
    assert reason(allocate(main, "100.00")) is None
    assert reason(allocate(sub, "200.00")) is Reason.NOT_PERMITTED
    with main.work() as work:
        asked = credit.request_total(work, management="main", limit=cny("2000.00"), idempotency_key="more")
        assert isinstance(asked, CreditChanged)
        barred = [
            credit.approve(work, change_id=asked.change.change_id),
            credit.reject(work, change_id=asked.change.change_id),
            credit.agree_term(work, management="main", term=Term(1, 30)),
            credit.refund_credit(work, account_id="main", product_id="p", amount=cny("1.00"), idempotency_key="k"),
        ]
    assert {reason(one) for one in barred} == {Reason.NOT_PERMITTED}
    with sub.work() as work:
        assert reason(credit.show(work, "main")) is Reason.NOT_PERMITTED


def test_dry_runs_answer_the_same_and_save_nothing(books: Books) -> None:
    group(books, "main", "sub", codes=SHARED)
    line(books, "main", "1000.00")
    dry = allocate(books, "300.00", dry_run=True)
    assert limit(books, "sub") == 0
    done = allocate(books, "300.00")
    assert isinstance(dry, CreditChanged)
    assert replace(dry, dry_run=False) == done
    with books.work() as work:
        asked = credit.request_total(
            work, management="main", limit=cny("2000.00"), idempotency_key="more", dry_run=True
        )
        assert isinstance(asked, CreditChanged)
        assert reason(credit.approve(work, change_id=asked.change.change_id)) is Reason.UNKNOWN_CREDIT_CHANGE
        term = credit.agree_term(work, management="main", term=Term(1, 30), dry_run=True)
        assert not isinstance(term, Refused)
        assert credit_store.term_of(work.tx, "main", work.now) is None


def test_a_limit_as_of_an_instant(books: Books, clock: Clock) -> None:
    group(books, "main", "sub", codes=SHARED)
    before = clock.now
    clock.now += timedelta(hours=1)
    line(books, "main", "1000.00")
    allocate(books, "300.00")
    clock.now += timedelta(hours=1)
    allocate(books, "200.00")
    with books.work() as work:
        limits = [
            (credit_store.limit_of(work.tx, "main", at), credit_store.limit_of(work.tx, "sub", at))
            for at in (before, before + timedelta(hours=1), clock.now)
        ]
        every = credit_store.limits_of(work.tx, ["main", "sub", "none"], clock.now)
    assert limits == [(0, 0), (70_000, 30_000), (80_000, 20_000)]
    assert every == {"main": 80_000, "sub": 20_000}


def test_refusals_of_what_makes_no_sense(books: Books) -> None:
    group(books, "main", "sub", codes=SHARED)
    open_accounts(books, "abroad", currency="USD")
    with books.work() as work:
        asked = [
            credit.request_total(work, management="none", limit=cny("1.00"), idempotency_key="k"),
            credit.request_total(work, management="main", limit=Money(1, "USD"), idempotency_key="k"),
            credit.request_total(work, management="main", limit=Money(10**16, "CNY"), idempotency_key="k"),
            credit.request_total(work, management="main", limit=cny("1.00"), idempotency_key=""),
            credit.request_total(work, management="main", limit=cny("-1.00"), idempotency_key="k"),
            credit.allocate(work, management="main", member="main", limit=cny("1.00"), idempotency_key="k"),
            credit.allocate(work, management="main", member="none", limit=cny("1.00"), idempotency_key="k"),
            credit.allocate(work, management="main", member="abroad", limit=cny("1.00"), idempotency_key="k"),
            credit.allocate(work, management="main", member="sub", limit=cny("1.00"), idempotency_key="k"),
            credit.confirm_contract(work, management="main", contract_id="no name"),
            credit.agree_term(work, management="main", term=Term(5, 30)),
            credit.agree_term(work, management="main", term=Term(1, -1)),
            credit.approve(work, change_id="crc_0"),
        ]
    assert [reason(one) for one in asked] == [
        Reason.UNKNOWN_ACCOUNT, Reason.CURRENCY_NOT_USED, Reason.BAD_AMOUNT, Reason.BAD_TEXT, Reason.LIMIT_BELOW_ZERO,
        Reason.CREDIT_NOT_RELATED, Reason.UNKNOWN_ACCOUNT, Reason.CURRENCY_NOT_USED, Reason.NO_CREDIT_LINE,
        Reason.BAD_TEXT, Reason.BAD_TERM, Reason.BAD_TERM, Reason.UNKNOWN_CREDIT_CHANGE,
    ]  # fmt: skip


def test_what_is_owed_stays_owed_and_is_no_fund(books: Books) -> None:
    open_accounts(books, "main")
    line(books, "main", "1000.00")
    with books.work() as work:
        draft = posting_rules.billed(
            payer_id="main", bill_id="b", product_id="p", month=Month(2026, 10), payable=cny("1.00"),
            effective_at=work.now,
        )  # fmt: skip
        ledger_store.append(work.tx, [draft], recorded_at=work.now)
        sources = ledger_store.lock_sources(work.tx, ["main"], "CNY")
    assert sources == {"main": []}


def test_show_without_a_line(books: Books) -> None:
    open_accounts(books, "main")
    with books.work() as work:
        shown = credit.show(work, "main")
    assert not isinstance(shown, Refused)
    assert (shown.line.total, shown.line.active, shown.allocations, shown.changes, shown.unpaid) == (
        0,
        False,
        (),
        (),
        (),
    )


def test_unpaid_bills_with_their_due_dates(books: Books, clock: Clock) -> None:
    world = World(books)
    world.play(
        [
            ["account", "acme"],
            ["sku", "vm", "in", "compute", "at", "2.00"],
            ["usage", "r1", "acme", "vm", "30", "2026-09-03T08:00:00+08:00"],
            ["usage", "r2", "acme", "vm", "20", "2026-10-03T08:00:00+08:00"],
            ["close", "2026-09"],
            ["close", "2026-10"],
        ]
    )
    line(books, "acme", "1000.00")
    with books.work() as work:
        before = credit.show(work, "acme")
        credit.agree_term(work, management="acme", term=Term(1, 30))
        again = credit.agree_term(work, management="acme", term=Term(1, 30))
        for key, amount in (("r1", "70.00"), ("r2", "0.50")):
            refund = credit.refund_credit(
                work, account_id="acme", product_id="compute", amount=cny(amount), idempotency_key=key
            )
            assert not isinstance(refund, Refused)
        applied = credit.apply_refund(work, account_id="acme", amount=cny("70.00"), idempotency_key="a")
        after = credit.show(work, "acme")
    assert not isinstance(before, Refused)
    assert not isinstance(after, Refused)
    assert not isinstance(again, Refused)
    assert not isinstance(applied, Refused)
    assert [(str(one.month), str(one.outstanding), one.due_on) for one in before.unpaid] == [
        ("2026-09", "60.00 CNY", None), ("2026-10", "40.00 CNY", None),
    ]  # fmt: skip
    assert again.repeated
    assert str(applied.outstanding) == "30.00 CNY"
    assert [(str(one.month), str(one.outstanding), str(one.due_on)) for one in after.unpaid] == [
        ("2026-10", "30.00 CNY", "2026-11-30")
    ], "what is set off pays the oldest bill first"
    clock.now += timedelta(days=30)
    with books.work() as work:
        late = credit.show(work, "acme")
        assert not isinstance(late, Refused)
        assert [one.past_due for one in late.unpaid] == [True]
    assert all(one.holds for one in verify_books(books))


def test_refusals_of_refunds(books: Books) -> None:
    open_accounts(books, "main")
    with books.work() as work:
        asked = [
            credit.refund_credit(work, account_id="none", product_id="p", amount=cny("1.00"), idempotency_key="k"),
            credit.refund_credit(work, account_id="main", product_id="p", amount=cny("1.00"), idempotency_key="k"),
            credit.apply_refund(work, account_id="none", amount=cny("1.00"), idempotency_key="k"),
            credit.apply_refund(work, account_id="main", amount=cny("0.00"), idempotency_key="k"),
            credit.apply_refund(work, account_id="main", amount=cny("1.00"), idempotency_key="k"),
        ]
    assert [reason(one) for one in asked] == [
        Reason.UNKNOWN_ACCOUNT, Reason.UNKNOWN_PRODUCT, Reason.UNKNOWN_ACCOUNT, Reason.AMOUNT_NOT_POSITIVE,
        Reason.EXCEEDS_CREDIT_REFUND,
    ]  # fmt: skip


def test_a_key_of_another_change_is_refused(books: Books) -> None:
    open_accounts(books, "main")
    with books.work() as work:
        first = credit.request_total(work, management="main", limit=cny("1.00"), idempotency_key="k")
        again = credit.request_total(work, management="main", limit=cny("1.00"), idempotency_key="k")
        other = credit.request_total(work, management="main", limit=cny("2.00"), idempotency_key="k")
        assert isinstance(first, CreditChanged)
        bad = credit.approve(work, change_id=first.change.change_id, note="a\nb")
    assert again == replace(first, repeated=True)
    assert [reason(other), reason(bad)] == [Reason.IDEMPOTENCY_KEY_REUSED, Reason.BAD_TEXT]
