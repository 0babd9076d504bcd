"""What remains of relations: who may ask, two at once, refusals that leave no trace, and the plan of each change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from conftest import Clock
from partita.core.finance_mode import TRUSTEESHIP, Topic
from partita.core.permission import Actor
from partita.core.permission import RelationPermission as Code
from partita.core.refusal import Reason, Refused
from partita.core.relation import State
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.usecases import relation
from partita.usecases.relation import Related, Terms
from partita.usecases.work import Books
from steps.relation import Relations

SEES_BILLS = frozenset({Code.CHECK_TARGET_CONSUMPTION})
PAIR = [
    ["sku", "vm-hour", "in", "vm", "at", "1.00"],
    ["account", "main"],
    ["account", "shop"],
    ["account", "labs"],
    ["entity", "main", "as", "Acme Ltd"],
    ["entity", "shop", "as", "Acme Ltd"],
    ["entity", "labs", "as", "Labs Ltd"],
    ["title", "main"],
    ["title", "shop"],
    ["credit", "main", "500.00"],
]


@pytest.fixture
def world(books: Books, owner_url: str) -> Relations:
    world = Relations(books, owner_url)
    world.play(PAIR)
    assert world.said == []
    return world


def snapshot(owner_url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table of the books."""
    with psycopg.connect(owner_url) as owner:
        names = [row[0] for row in owner.execute("select tablename from pg_tables where schemaname = 'public'")]
        return {name: sorted(owner.execute(f'select * from "{name}"').fetchall(), key=str) for name in names}


def test_a_refusal_and_a_dry_run_leave_the_books_as_they_were(world: Relations, owner_url: str) -> None:
    before = snapshot(owner_url)
    world.play([
        ["invite", "main", "labs", "trust"],
        ["invite", "main", "shop", "share-credit"],
        ["dry", "invite", "main", "shop", "trust"],
        ["dry", "create", "main", "new", "see-bills"],
        ["create", "labs", "other", "trust"],
        ["go_back", "shop"],
        ["release", "shop"],
        ["confirm", "shop"],
        ["upgrade", "nobody"],
    ])  # fmt: skip
    assert [line.split()[:2] for line in world.said] == [
        ["refused", "TRUST_NEEDS_SAME_ENTITY"],
        ["refused", "PERMISSION_NEEDS_ANOTHER"],
        ["would", "be"],
        ["would", "be"],
        ["refused", "TRUST_NEEDS_INVOICE_TITLE"],
        ["refused", "NOT_RELATED"],
        ["refused", "NOT_RELATED"],
        ["refused", "NO_INVITATION"],
        ["refused", "UNKNOWN_ACCOUNT"],
    ]
    assert snapshot(owner_url) == before


def test_of_many_who_invite_one_account_at_once_one_gets_it(world: Relations) -> None:
    mains = [f"main-{number}" for number in range(8)]
    world.play([["account", name] for name in mains])

    def invite(main: str) -> Related | Refused:
        with world.books.work() as work:
            return relation.invite(work, management=main, member="labs", terms=Terms(permissions=SEES_BILLS))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(invite, mains))
    refusals = [one.reason for one in answers if isinstance(one, Refused)]
    assert refusals == [Reason.INVITED_ALREADY] * 7


def test_a_pair_that_changes_at_once_from_both_sides_ends_in_one_state(world: Relations) -> None:
    world.play([["invite", "main", "labs", "see-bills"]])

    def answer(number: int) -> Related | Refused:
        with world.books.work() as work:
            if number % 2:
                return relation.decline(work, member="labs")
            return relation.confirm(work, member="labs", permissions=SEES_BILLS)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, range(16)))
    with world.books.work() as work:
        last = relation_store.last_of_member(work.tx, "labs", work.now)
        assert last is not None
        assert last.state in {State.ACTIVE, State.DECLINED}
        assert len(relation_store.steps(work.tx, last.relation_id)) == 2


def as_account(world: Relations, account_id: str) -> Books:
    return replace(world.books, actor=Actor(account_id=account_id))


def test_only_the_two_sides_may_ask_and_each_for_its_own(world: Relations) -> None:
    world.play([["invite", "main", "labs", "see-bills"]])
    for books, wanted in (
        (as_account(world, "main"), Reason.NOT_PERMITTED),
        (as_account(world, "shop"), Reason.NOT_PERMITTED),
    ):
        with books.work() as work:
            answer = relation.confirm(work, member="labs", permissions=SEES_BILLS)
        assert isinstance(answer, Refused)
        assert answer.reason is wanted
    with as_account(world, "labs").work() as work:
        assert isinstance(relation.confirm(work, member="labs", permissions=SEES_BILLS), Related)


def test_a_burden_is_the_members_to_give_and_a_right_the_main_accounts_to_give_up(world: Relations) -> None:
    world.play([["invite", "main", "labs", "see-bills"], ["confirm", "labs", "see-bills"]])
    more = frozenset({Code.CHECK_TARGET_CONSUMPTION, Code.FORBID_WITHDRAW_CASH})

    def permitted(side: str, codes: frozenset[Code]) -> bool:
        with as_account(world, side).work() as work:
            return isinstance(relation.permit(work, member="labs", permissions=codes), Related)

    assert not permitted("main", more)
    assert permitted("labs", more)
    assert not permitted("labs", SEES_BILLS)
    assert permitted("main", SEES_BILLS)
    world.play([["invite", "main", "shop"]])
    with as_account(world, "main").work() as work:  # one entity: the main account decides
        assert isinstance(relation.permit(work, member="shop", permissions=more), Related)


def test_a_member_leaves_management_by_itself_and_never_a_trusteeship(world: Relations) -> None:
    world.play([["invite", "main", "shop"]])
    with as_account(world, "shop").work() as work:
        assert isinstance(relation.release(work, member="shop"), Related)
    world.play([["invite", "main", "shop", "trust"]])
    with as_account(world, "shop").work() as work:
        answer = relation.release(work, member="shop")
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.NOT_PERMITTED
    with as_account(world, "main").work() as work:
        assert isinstance(relation.release(work, member="shop"), Related)


def test_what_one_sees_is_ones_own(world: Relations) -> None:
    world.play([["invite", "main", "shop"], ["invite", "main", "labs", "see-bills"]])
    with world.books.work() as work:
        everything = relation.relations(work)
        assert not isinstance(everything, Refused)
        assert [one.member_id for one in everything] == ["labs", "shop"]
    with as_account(world, "labs").work() as work:
        own = relation.relations(work)
        assert not isinstance(own, Refused)
        assert [one.member_id for one in own] == ["labs"]
        assert isinstance(relation.story(work, "shop"), Refused)
    with as_account(world, "main").work() as work:
        story = relation.story(work, "main")
        assert not isinstance(story, Refused)
        assert [one.member_id for one in story.members] == ["labs", "shop"]
        assert [step.command.value for step in story.steps] == ["invite", "invite"]


def test_the_past_stays_as_it_was(world: Relations, clock: Clock) -> None:
    first = world.books.clock()
    world.play([["invite", "main", "shop", "see-bills"]])
    clock.now = first + timedelta(days=10)
    world.play([["upgrade", "shop"]])
    clock.now = first + timedelta(days=20)
    world.play([["go_back", "shop", "see-finances"]])
    with world.books.work() as work:
        then = [
            relation_store.relation_of_member(work.tx, "shop", first + timedelta(days=days)) for days in (5, 15, 25)
        ]
        before = relation_store.relation_of_member(work.tx, "shop", first - timedelta(days=1))
    assert before is None
    modes = [(one.mode.value, len(one.permissions)) for one in then if one]
    assert modes == [("independent", 1), ("trusteeship", 0), ("independent", 1)]


def test_an_upgrade_and_a_release_in_one_instant_leave_the_member_paying(world: Relations) -> None:
    world.play(
        [["invite", "main", "shop"], ["upgrade", "shop"], ["release", "shop"], ["invite", "main", "shop", "trust"]]
    )
    world.play([["release", "shop"]])
    with world.books.work() as work:
        last = org_store.last_payer(work.tx, "shop")
        assert last is not None
        assert last.payer_id == "shop"
        assert relation_store.live_of_member(work.tx, "shop", work.now) is None


def test_a_payer_stated_for_later_keeps_a_trusteeship_away(world: Relations) -> None:
    world.setup("accounts", [["shop", "group", "Shop", "east", "labs", "2027-01-01"]])
    world.play([["invite", "main", "shop", "trust"], ["invite", "main", "shop"]])
    assert world.said[0] == "refused PAYER_STATED_AHEAD"


def test_setup_files_do_not_change_who_pays_behind_a_relation(world: Relations) -> None:
    world.play([["invite", "main", "shop"]])
    world.setup("accounts", [["shop", "group", "Shop", "east", "main", "2027-01-01"]])
    assert world.said[-1] == "refused SETUP_AT_FAULT"
    world.setup("accounts", [["shop", "group", "Shop", "east", "", "2020-01-01"]])
    assert len(world.said) == 2, "what is recorded already can be stated again"


def test_a_plan_tells_every_topic_that_changes(world: Relations) -> None:
    with world.books.work() as work:
        answer = relation.invite(work, management="main", member="shop", terms=Terms(TRUSTEESHIP), dry_run=True)
    assert isinstance(answer, Related)
    told = [one.topic for one in answer.consequences]
    same = {Topic.VERIFICATION, Topic.CONFIRMATION, Topic.WITHDRAWAL}
    assert told == [topic for topic in Topic if topic not in same]
    payment = answer.consequences[0]
    assert payment.at == datetime(2026, 11, 2, 4, tzinfo=UTC), "it is just noon, so the next hour begins now"
    for one in answer.consequences:
        assert one.en
        assert one.zh
