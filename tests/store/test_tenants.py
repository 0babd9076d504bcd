"""No enterprise sees or writes rows of another: PostgreSQL holds it, whatever the program asks for (TENANT-1 … 3)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from partita.core.permission import Actor
from partita.store.db import Transaction
from partita.usecases.work import Books
from store.tenant_rows import (
    MAY_ADD,
    MAY_CHANGE,
    NEVER_READ,
    NOBODYS,
    ONLY,
    OPERATOR_ONLY,
    PRODUCT,
    SHARED,
    TENANT_HELD,
    inserts,
)

DENIED = psycopg.errors.InsufficientPrivilege


@pytest.fixture
def two(books: Books, owner_url: str) -> Books:
    """Books with a row of each of two enterprises in every table that holds rows of enterprises."""
    with psycopg.connect(owner_url) as owner:
        owner.execute(PRODUCT)
        for enterprise in ("red", "blue"):
            for _, statement in inserts(enterprise, 1):
                owner.execute(statement)
    return books


@contextmanager
def tenant(books: Books, user: str = "red-user1") -> Iterator[Transaction]:
    """A transaction of a user, as a use case gets it."""
    with replace(books, actor=Actor(user)).work() as work:
        yield work.tx


def tables(tx: Transaction) -> dict[str, bool]:
    rows = tx.execute(
        "select relname, relrowsecurity from pg_class where relnamespace = 'public'::regnamespace "
        "and relkind in ('r', 'p', 'm', 'f')"
    )
    return dict(rows.fetchall())


def refused(tx: Transaction, statement: str) -> None:
    with pytest.raises(DENIED), tx.transaction():
        tx.execute(statement.encode())


def seen(tx: Transaction, table: str) -> list[str]:
    """The rows of a table as text, as far as a tenant may read them."""
    what = sql.SQL(ONLY.get(table, "t::text"))
    return [row[0] for row in tx.execute(sql.SQL("select {} from {} t").format(what, sql.Identifier(table)))]


def _columns(books: Books, table: str) -> list[str]:
    with books.work() as work:
        rows = work.tx.execute(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum", (table,)
        ).fetchall()
    return [name for (name,) in rows]


# what the tables are --------------------------------------------------------------------------------------------------


def test_every_table_is_somebodys_or_shared_or_the_operators(books: Books) -> None:
    with books.work() as work:
        found = tables(work.tx)
    assert set(found) == SHARED | OPERATOR_ONLY | TENANT_HELD, "say in the migration and here whose the new table is"
    assert all(found.values()), "enable row level security on the new table"


def test_every_right_of_a_tenant_is_one_that_is_meant(books: Books) -> None:
    with books.work() as work:
        rows = work.tx.execute(
            "select relname, right_, has_table_privilege('partita_tenant', c.oid, right_) or (right_ = 'select' and "
            "has_any_column_privilege('partita_tenant', c.oid, right_)) from pg_class c, "
            "unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as right_ "
            "where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm', 'f')"
        ).fetchall()
    granted: dict[str, set[str]] = {}
    for table, right, has in rows:
        granted.setdefault(right, set()).update([table] if has else [])
    assert granted.pop("select") == SHARED | TENANT_HELD - NEVER_READ
    assert granted.pop("insert") == MAY_ADD
    assert granted.pop("update") == MAY_CHANGE
    assert not any(granted.values())


def test_every_policy_of_a_tenant_asks_for_the_ticket(books: Books) -> None:
    with books.work() as work:
        rows = work.tx.execute(
            "select tablename, coalesce(qual, with_check) from pg_policies where 'partita_tenant' = any(roles) "
            "or 'public' = any(roles)"
        ).fetchall()
    by_way_of = {"account", "role_grant", "batch_row", "verification", "relation", "outbox"}
    direct = {table for table, text in rows if "tenants()" in text}
    assert by_way_of <= direct | {"batch_row", "verification", "outbox"}
    for table, text in rows:
        assert "tenants()" in text or any(f"FROM {name} " in text for name in by_way_of), (table, text)


def test_every_view_shows_what_the_asker_may_see(books: Books) -> None:
    with books.work() as work:
        rows = work.tx.execute(
            "select relname, coalesce('security_invoker=true' = any(reloptions), false) from pg_class "
            "where relnamespace = 'public'::regnamespace and relkind = 'v'"
        ).fetchall()
    assert rows
    assert all(invoker for _, invoker in rows), "with (security_invoker = true)"


# two enterprises ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mine", "theirs"), [("red", "blue"), ("blue", "red")])
def test_a_tenant_sees_all_of_its_own_and_nothing_of_others(two: Books, owner_url: str, mine: str, theirs: str) -> None:
    with psycopg.connect(owner_url) as owner, tenant(two, f"{mine}-user1") as tx:
        for table in sorted(TENANT_HELD - NEVER_READ):
            rows = seen(tx, table)
            there = [row for row in seen(owner, table) if mine in row]
            assert there, f"there is a row of {mine} in {table}"
            assert sorted(rows) == sorted(there), table
            assert not [row for row in rows if theirs in row], table


def test_nothing_of_another_enterprise_is_added(two: Books) -> None:
    with tenant(two) as tx:
        for table, statement in inserts("blue", 2):
            if table in NOBODYS:
                tx.execute(statement.encode())
            else:
                refused(tx, statement)
                refused(tx, f"{statement} on conflict do nothing")
            assert "blue" not in " ".join([] if table in NEVER_READ else seen(tx, table))


def test_its_own_is_added_where_a_user_may(two: Books) -> None:
    """The refusals of the test before are no accident of the rows: the same ones of the own enterprise go in."""
    with tenant(two) as tx:
        for table, statement in inserts("red", 2):
            if table in MAY_ADD:
                tx.execute(statement.encode())
            else:
                refused(tx, statement)


@pytest.mark.parametrize(("table", "column"), [
    ("payment_relation", "payer_id"), ("relation", "member_id"), ("relation", "management_id"),
    ("credit_change", "account_id"), ("service_step", "payer_id"), ("voucher", "enterprise_id"),
    ("placement", "enterprise_id"), ("relation", "enterprise_id"),
])  # fmt: skip
def test_no_row_of_ones_own_names_an_account_of_another(two: Books, table: str, column: str) -> None:
    """Every column that names an account or an enterprise counts, not only the one by which a row is found."""
    statement = dict(inserts("red", 2))[table]
    place = _columns(two, table).index(column)
    values = statement.partition("values (")[2].split(", ")
    values[place] = values[place].replace("red", "blue")
    with tenant(two) as tx:
        for name, own in inserts("red", 2):
            if name == table:
                refused(tx, f"insert into {table} values ({', '.join(values)}")
                return
            if name in MAY_ADD:
                tx.execute(own.encode())


def test_no_draw_pays_a_bill_of_another(two: Books) -> None:
    """A draw names its bill too: a foreign one would look paid, an own one of another payer would be."""
    own = dict(inserts("red", 2))
    with tenant(two) as tx:
        tx.execute(own["entry"].encode())
        refused(tx, own["draw"].replace("red-bill", "blue-bill"))
        refused(tx, own["draw"].replace("red-acct1", "red-shop1"))


def test_nothing_of_another_enterprise_is_changed_or_taken_away(two: Books, owner_url: str) -> None:
    with psycopg.connect(owner_url) as owner:
        before = {table: seen(owner, table) for table in TENANT_HELD}
    with tenant(two) as tx:
        for table in sorted(TENANT_HELD):
            refused(tx, f"delete from {table}")
            refused(tx, f"truncate {table}")
            if table not in MAY_CHANGE:
                column = _columns(two, table)[0]
                refused(tx, f"update {table} set {column} = {column}")
        for table in sorted(MAY_CHANGE):
            theirs = tx.execute(f"update {table} set payer_id = payer_id where payer_id like 'blue%'".encode())
            assert theirs.rowcount == 0
            refused(tx, f"update {table} set payer_id = 'blue-acct1'")
            assert tx.execute(f"select from {table} where payer_id like 'blue%' for update".encode()).rowcount == 0
    with psycopg.connect(owner_url) as owner:
        after = {table: seen(owner, table) for table in TENANT_HELD}
    assert after == before


def test_functions_that_tell_are_asked_about_nothing_of_others(two: Books) -> None:
    """A cheap function in a `where` runs before a costly one, but never before the policy."""
    told: list[str] = []
    tell = "'begin raise notice ''%'', $1; return true; end'"
    with two.work() as work:
        work.tx.execute(
            f"create function pg_temp.tell(text) returns boolean language plpgsql cost 0.0000001 as {tell}".encode()
        )
        work.tx.add_notice_handler(lambda notice: told.append(notice.message_primary or ""))
        tx = work.tx
        tx.execute("select set_config('partita.tenant', tenant_ticket('{red}'), true)")
        tx.execute("set local role partita_tenant")
        for table in sorted(TENANT_HELD - NEVER_READ - set(ONLY)):
            tx.execute(f"select from {table} t where pg_temp.tell(t::text)".encode())
            refused(tx, f"copy {table} to program 'cat'")
        for table, column in ONLY.items():
            tx.execute(f"select from {table} t where pg_temp.tell({column})".encode())
            refused(tx, f"select t::text from {table} t")
    assert any("red" in one for one in told)
    assert not [one for one in told if "blue" in one]


def test_copy_shows_no_more_than_select(two: Books) -> None:
    with tenant(two) as tx, tx.cursor() as cursor, cursor.copy("copy bill to stdout") as copy:
        text = b"".join(bytes(block) for block in copy).decode()
    assert "red-bill1" in text
    assert "blue" not in text


# whose an actor is ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("actor", "enterprises"), [
    (Actor("red-user1"), ["red"]),
    (Actor("red-user1", "blue-acct1"), ["red"]),
    (Actor(None, "blue-acct1"), ["blue"]),
    (Actor(None, "no-such-account"), []),
    (Actor("nobody"), []),
])  # fmt: skip
def test_what_an_actor_reaches(two: Books, actor: Actor, enterprises: list[str]) -> None:
    with replace(two, actor=actor).work() as work:
        row = work.tx.execute("select current_user::text, tenants()").fetchone()
        assert row == ("partita_tenant", enterprises)
        assert [text.partition(",")[0] for text in seen(work.tx, "enterprise")] == [f"({one}" for one in enterprises]
    with two.work() as work:
        assert work.tx.execute("select current_user::text").fetchone() == ("partita_app",)


def test_a_role_elsewhere_reaches_there_while_it_is_in_force(two: Books, owner_url: str) -> None:
    give = "insert into role_grant values ({!r}, 'red-user1', 'AUDITOR', 'blue', null, '2026-01-01', {}, 'x', now())"
    with psycopg.connect(owner_url) as owner:
        owner.execute(give.format("over", "'2026-01-02'").encode())
        owner.execute(give.format("elsewhere", "null").encode())
    with tenant(two) as tx:
        assert tx.execute("select tenants()").fetchone() == (["blue", "red"],)
    with psycopg.connect(owner_url) as owner:
        owner.execute("insert into role_revocation values ('elsewhere', '2026-01-01', 'x', now())")
    with tenant(two) as tx:
        assert tx.execute("select tenants()").fetchone() == (["red"],)
