"""What remains of batches: hundreds of accounts, two files at once, and a refusal that leaves no trace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from partita.core.finance_mode import INDEPENDENT
from partita.core.permission import Actor, RelationPermission
from partita.core.refusal import Reason, Refused
from partita.core.relation import Command
from partita.formats.batch import BatchKind
from partita.store import funds as funds_store
from partita.store import relation as relation_store
from partita.usecases.batch import BatchDone, run_batch
from partita.usecases.relation.standing import proposal_of
from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.relation import Relations

MANY = 300


@pytest.fixture
def world(books: Books, owner_url: str) -> Relations:
    """A main account with funds and many accounts of the same legal entity."""
    world = Relations(books, owner_url)
    names = [f"m{number:03d}" for number in range(MANY)]
    world.setup("accounts", [[name, "group", name, "east", "", "2020-01-01"] for name in ("main", *names)])
    world.play([["entity", "main", "as", "Acme Ltd"], ["cash", "main", "1000.00"]])
    with psycopg.connect(owner_url) as owner:
        owner.execute(
            "insert into verification (account_id, sequence, entity_id, recorded_by, recorded_at) "
            "select account_id, 1, entity_id, 'case', now() from account, legal_entity where account_id <> 'main'"
        )
    return world


def file_of(folder: Path, name: str, head: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return path


def run(world: Relations, path: Path, kind: BatchKind) -> BatchDone | Refused:
    with world.books.work() as work:
        return run_batch(work, path, kind)


def test_hundreds_of_accounts_are_linked_and_funded_and_proved(world: Relations, tmp_path: Path) -> None:
    members = [f"main,m{number:03d}" for number in range(MANY)]
    linked = run(world, file_of(tmp_path, "link.csv", "main,member", members), BatchKind.LINK)
    assert isinstance(linked, BatchDone)
    rows = [f"{member},3.00" for member in members]
    funded = run(world, file_of(tmp_path, "funds.csv", "main,member,amount", rows), BatchKind.TRANSFER)
    assert isinstance(funded, BatchDone)
    with world.books.work() as work:
        assert len(relation_store.members_of(work.tx, "main", work.now)) == MANY
        figures = funds_store.figures(work.tx, ["main", *(f"m{number:03d}" for number in range(MANY))], work.now)
    assert figures["main"].cash == 100_000 - MANY * 300
    assert sum(one.transfer_book for one in figures.values()) == MANY * 300
    assert [one.name for one in verify(world.books) if not one.holds] == []


def test_a_row_is_linked_without_a_look_at_all_the_members_of_its_main_account(
    world: Relations, tmp_path: Path
) -> None:
    members = [f"main,m{number:03d}" for number in range(20)]
    assert isinstance(run(world, file_of(tmp_path, "link.csv", "main,member", members), BatchKind.LINK), BatchDone)
    with world.books.work() as work:
        terms = (INDEPENDENT, frozenset[RelationPermission]())
        next_one = proposal_of(work, Command.INVITE, ("main", "m299"), terms, None)
        upwards = proposal_of(work, Command.INVITE, ("m299", "main"), terms, None)
    assert (next_one.management.members, next_one.management.relation) == ((), None)
    assert len(upwards.member.members) == 20
    assert upwards.management.relation is None


def test_with_one_fault_nothing_is_done(world: Relations, tmp_path: Path, owner_url: str) -> None:
    rows = [f"main,m{number:03d}" for number in range(50)]
    path = file_of(tmp_path, "link.csv", "main,member,permissions", [*(f"{row}," for row in rows), "main,main,"])
    answer = run(world, path, BatchKind.LINK)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.BATCH_AT_FAULT
    assert "row 52" in str(answer.detail["problems"])
    assert "RELATED_TO_ITSELF" in str(answer.detail["problems"])
    with psycopg.connect(owner_url) as owner:
        tables = ("relation", "relation_step", "batch", "batch_row")
        counts = [owner.execute(f"select count(*) from {table}").fetchone() for table in tables]
    assert counts == [(0,)] * len(tables)


def test_two_files_over_the_same_accounts_never_wait_in_a_ring(world: Relations, tmp_path: Path) -> None:
    rows = [f"main,m{number:03d},1.00" for number in range(40)]
    linked = [row.rpartition(",")[0] for row in rows]
    assert isinstance(run(world, file_of(tmp_path, "l.csv", "main,member", linked), BatchKind.LINK), BatchDone)
    up = file_of(tmp_path, "up.csv", "main,member,amount", rows)
    down = file_of(tmp_path, "down.csv", "main,member,amount", [row.replace("1.00", "2.00") for row in reversed(rows)])
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda path: run(world, path, BatchKind.TRANSFER), [up, down, up, down]))
    done = [one for one in answers if isinstance(one, BatchDone)]
    assert len(done) == 4
    assert sorted(one.repeated for one in done) == [False, False, True, True]
    with world.books.work() as work:
        assert funds_store.figures(work.tx, ["main"], work.now)["main"].cash == 100_000 - 40 * 300


def test_what_was_done_is_told_again_to_whoever_may_ask_for_it(world: Relations, tmp_path: Path) -> None:
    link = file_of(tmp_path, "link.csv", "main,member", ["main,m000", "main,m001"])
    permit = file_of(tmp_path, "permit.csv", "member,permissions", ["m000,CHECK_FINANCE_INFO", "m001,"])
    transfer = file_of(tmp_path, "transfer.csv", "main,member,amount", ["main,m000,1.00"])
    other = file_of(tmp_path, "other.csv", "main,member,amount", ["main,m000,2.00"])
    files = ((link, BatchKind.LINK), (permit, BatchKind.PERMIT), (transfer, BatchKind.TRANSFER))
    for path, kind in files:
        with world.books.work() as work:
            assert isinstance(run_batch(work, path, kind, idempotency_key="k"), BatchDone)
    for actor, may in ((Actor(account_id="main"), True), (Actor(account_id="m002"), False)):
        for path, kind in files:
            with replace(world.books, actor=actor).work() as work:
                answer = run_batch(work, path, kind, idempotency_key="k")
            assert isinstance(answer, BatchDone) is may, answer
            assert may or "NOT_PERMITTED" in str(answer.detail["problems"])  # type: ignore[union-attr]
    for actor, says in ((Actor(account_id="main"), "IDEMPOTENCY_KEY_REUSED"), (Actor(account_id="m002"), "AT_FAULT")):
        with replace(world.books, actor=actor).work() as work:
            reused = run_batch(work, other, BatchKind.TRANSFER, idempotency_key="k")
        assert isinstance(reused, Refused)
        assert says in reused.reason.name


def test_what_is_no_file_is_named(world: Relations, tmp_path: Path) -> None:
    for path, reason in (
        (tmp_path / "none.csv", Reason.FILE_NOT_FOUND),
        (tmp_path, Reason.NOT_A_REGULAR_FILE),
        (Path("/dev/null"), Reason.NOT_A_REGULAR_FILE),
    ):
        answer = run(world, path, BatchKind.LINK)
        assert isinstance(answer, Refused)
        assert answer.reason is reason
