"""Accounts and people on real books: dry runs save nothing, two enterprises see nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from psycopg import sql

from partita.core.account import AccountState, EntityKind, InvoiceProfile, LegalEntity
from partita.core.money import Money
from partita.core.org import OrgUnit, UnitKind
from partita.core.permission import Action, Actor, Door, Granted, Role
from partita.core.refusal import Reason, Refused
from partita.core.tier import Tier
from partita.usecases import account, analysis, bill, funds, ledger, org, permission, registration, user
from partita.usecases.permission import operator_only
from partita.usecases.work import Books, Work

ENTITY = LegalEntity(EntityKind.ORGANISATION, "CN", "91110000600037341L", "Acme Ltd")
TABLES = (
    "enterprise", "org_unit", "account", "placement", "payment_relation", "account_registration", "account_step",
    "legal_entity", "verification", "invoice_profile", "customer_tier", "books_user", "role_grant", "role_revocation",
    "permission_policy",
)  # fmt: skip


def do(books: Books, what: Callable[[Work], Any]) -> Any:
    with books.work() as work:
        return what(work)


def counts(books: Books) -> dict[str, int]:
    with books.work() as work:
        rows = {
            name: work.tx.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(name))).fetchone()
            for name in TABLES
        }
    return {name: row[0] for name, row in rows.items() if row}


def as_user(books: Books, name: str, main: str | None = None, door: Door = Door.CONSOLE) -> Books:
    return replace(books, actor=Actor(name, main, door))


@pytest.fixture
def two(books: Books) -> Books:
    """Two enterprises, red and blue, each with one account, one user and its administrator's role."""
    for name, who in (("red", "rosa"), ("blue", "bao")):
        stated = registration.Registration(name, name.title(), effective_from=date(2026, 1, 1))
        do(books, lambda work, stated=stated: registration.register(work, stated))
        do(books, lambda work, who=who, name=name: user.add_user(work, user_id=who, name=who, enterprise_id=name))
        asked = user.Asked(who, Role.ADMINISTRATOR, name, effective_from=date(2026, 1, 1))
        do(books, lambda work, asked=asked: user.grant_role(work, asked))
        do(books, lambda work, name=name: funds.top_up(work, account_id=name, amount=Money(1000, "CNY")))
    return books


DRY: dict[str, Callable[[Work], Any]] = {
    "register": lambda work: registration.register(work, registration.Registration("new", "New"), dry_run=True),
    "verify": lambda work: account.verify_entity(work, account_id="red", entity=ENTITY, dry_run=True),
    "title": lambda work: account.set_invoice_profile(
        work, account_id="red", profile=InvoiceProfile("Acme", ENTITY.number), dry_run=True
    ),
    "freeze": lambda work: account.freeze(work, account_id="red", dry_run=True),
    "tier": lambda work: account.set_tier(work, account_id="red", tier=Tier.BASIC, dry_run=True),
    "unit": lambda work: org.add_unit(work, OrgUnit("red", "labs", "red", UnitKind.TEAM, "Labs"), dry_run=True),
    "user": lambda work: user.add_user(work, user_id="li", name="Li", enterprise_id="red", dry_run=True),
    "grant": lambda work: user.grant_role(work, user.Asked("rosa", Role.LEGAL, "red"), dry_run=True),
    "revoke": lambda work: user.revoke_role(work, grant_id=grant_of(work, "rosa"), dry_run=True),
}


def grant_of(work: Work, name: str) -> str:
    shown = user.list_users(work, user_id=name)
    assert not isinstance(shown, Refused)
    return shown[0].grants[0].grant_id


@pytest.mark.parametrize("command", DRY)
def test_a_dry_run_answers_the_same_and_saves_nothing(two: Books, command: str) -> None:
    before = counts(two)
    answer = do(two, DRY[command])
    assert not isinstance(answer, Refused)
    assert answer.dry_run
    assert counts(two) == before


def test_a_currency_of_its_own_is_one_of_iso_4217(books: Books) -> None:
    stated = registration.Registration("green", "Green", effective_from=date(2026, 1, 1))
    for code in ("RMB", "XYZ", "usd", "XAU"):
        own = registration.Founded(currency=code)
        no = do(books, lambda work, own=own: registration.register(work, stated, founded=own))
        assert no.reason is Reason.UNKNOWN_CURRENCY
    own = registration.Founded(currency="KWD")
    assert do(books, lambda work: registration.register(work, stated, founded=own)).enterprise.currency == "KWD"


def test_two_enterprises_see_nothing_of_each_other(two: Books) -> None:
    rosa = as_user(two, "rosa")
    for what in (
        lambda work: bill.list_bills(work, payer_id="blue"),
        lambda work: ledger.statement(work, account_id="blue"),
        lambda work: ledger.balances(work, account_id="blue"),
        lambda work: account.show_account(work, "blue"),
        lambda work: account.freeze(work, account_id="blue"),
        lambda work: user.policy_in(work, "blue"),
        lambda work: org.add_unit(work, OrgUnit("blue", "x", None, UnitKind.TEAM, "X")),
        lambda work: user.add_user(work, user_id="spy", name="Spy", enterprise_id="blue"),
        lambda work: user.grant_role(work, user.Asked("rosa", Role.FINANCE, "blue")),
        lambda work: permission.explain(work, user_id="bao", action="view-bills", account_id="blue"),
    ):
        answer = do(rosa, what)
        assert isinstance(answer, Refused)
        assert answer.reason is Reason.NOT_PERMITTED
    assert [row.account_id for row in do(rosa, account.list_accounts)] == ["red"]
    assert {row.payer_id for row in do(rosa, ledger.balances)} == {"red"}
    assert [one.enterprise_id for one in do(rosa, org.tree).enterprises] == ["red"]
    assert [one.user.user_id for one in do(rosa, user.list_users)] == ["rosa"]
    theirs = analysis.cost_report(rosa, ["account"], only=[("account", "blue")])
    assert isinstance(theirs, Refused)


def test_a_user_of_another_enterprise_is_unknown_to_administrators(two: Books) -> None:
    answer = do(as_user(two, "rosa"), lambda work: user.grant_role(work, user.Asked("bao", Role.FINANCE, "red")))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.UNKNOWN_USER
    answer = do(as_user(two, "rosa"), lambda work: user.revoke_role(work, grant_id=grant_of(work, "rosa")))
    assert answer.grant.revoked_from is not None
    answer = do(two, lambda work: user.grant_role(work, user.Asked("bao", Role.FINANCE, "red")))
    assert not isinstance(answer, Refused), "the operator gives roles to anybody"


def test_a_grant_is_given_once(two: Books) -> None:
    asked = user.Asked("rosa", Role.LEGAL, "red")
    first = do(two, lambda work: user.grant_role(work, asked))
    again = do(two, lambda work: user.grant_role(work, asked))
    assert (first.repeated, again.repeated) == (False, True)
    assert again.grant == first.grant
    ended = replace(asked, effective_from=first.grant.effective_from, effective_until=date(2027, 1, 1))
    answer = do(two, lambda work: user.grant_role(work, ended))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.IDEMPOTENCY_KEY_REUSED
    backwards = user.Asked("rosa", Role.LEGAL, "red", None, date(2027, 2, 1), date(2027, 1, 1))
    answer = do(two, lambda work: user.grant_role(work, backwards))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.ENDS_BEFORE_START


def test_a_developer_comes_in_by_the_door_for_programs(two: Books) -> None:
    do(two, lambda work: user.add_user(work, user_id="dev", name="Dev", enterprise_id="red"))
    do(two, lambda work: user.grant_role(work, user.Asked("dev", Role.DEVELOPER, "red")))
    do(two, lambda work: account.set_tier(work, account_id="red", tier=Tier.ADVANCED))
    see = Action.VIEW_BILLS
    person, program = as_user(two, "dev"), as_user(two, "dev", door=Door.API)
    assert isinstance(do(person, lambda work: permission.authorise(work, see, "red")), Refused)
    answer = do(program, lambda work: permission.authorise(work, see, "red"))
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.TIER_LACKS
    do(two, lambda work: account.set_tier(work, account_id="red", tier=Tier.SELF_SERVICE, effective_from=two.clock()))
    assert isinstance(answer, Refused)


def test_the_books_as_a_whole_are_the_operators(two: Books) -> None:
    assert operator_only(two) is None
    no = operator_only(as_user(two, "rosa"))
    assert isinstance(no, Refused)
    assert isinstance(do(two, lambda work: permission.authorise(work, Action.RUN_BOOKS, "red")), Granted)


def test_a_tier_counts_from_its_start(two: Books) -> None:
    later = datetime(2027, 1, 1, tzinfo=UTC)
    do(two, lambda work: account.set_tier(work, account_id="red", tier=Tier.BASIC, effective_from=later))
    rosa = as_user(two, "rosa")
    may = lambda work: permission.authorise(work, Action.ANALYSE_COSTS, "red")  # noqa: E731 - asked twice
    assert isinstance(do(rosa, may), Granted)
    in_time = replace(rosa, clock=lambda: later)
    answer = do(in_time, may)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.TIER_LACKS
    assert "self-service" in answer.message()
    report = analysis.cost_report(in_time, ["account"])
    assert isinstance(report, Refused)
    assert report.reason is Reason.TIER_LACKS
    clash = do(two, lambda work: account.set_tier(work, account_id="red", tier=Tier.ADVANCED, effective_from=later))
    assert isinstance(clash, Refused)
    assert clash.reason is Reason.IDEMPOTENCY_KEY_REUSED


def test_a_state_has_its_history(two: Books) -> None:
    for change in (account.freeze, account.unfreeze, account.freeze):
        do(two, lambda work, change=change: change(work, account_id="red", note="why"))
    shown = do(as_user(two, "rosa"), lambda work: account.show_account(work, "red"))
    assert [step.state for step in shown.steps] == [AccountState.FROZEN, AccountState.OPEN, AccountState.FROZEN]
    assert {(step.note, step.recorded_by) for step in shown.steps} == {("why", "operator")}
    bad = do(two, lambda work: account.freeze(work, account_id="red", note="two\nlines"))
    assert isinstance(bad, Refused)
    assert bad.reason is Reason.BAD_TEXT
