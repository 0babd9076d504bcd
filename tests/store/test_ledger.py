"""The ledger on a real database: guards, idempotency, locks, many writers at once, and the proof."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from partita.core import posting_rules
from partita.core.funds import Fund
from partita.core.ledger import GENESIS, Break, Draft, Entry, Posting, canonical_text
from partita.core.ledger import reverse as mirror_of
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Reason, Refused
from partita.core.settlement import Draw, Source
from partita.store import ledger
from partita.store.ledger.append import AT_ONCE
from partita.usecases.work import Books
from payers import open_accounts

NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)
RULES = Path(__file__).parents[2] / "docs" / "rules" / "ledger.md"


@pytest.fixture
def books(books: Books) -> Books:
    """Books with the accounts that these tests post to."""
    many = (*(f"acct_{i}" for i in range(7)), *(f"p{i}" for i in range(10)), *(f"n{i:02}" for i in range(20)))
    open_accounts(books, "acme", "bolt", "carl", "none", *many)
    return books


def top_up(payer: str, key: str, minor: int = 100, **more: str) -> Draft:
    return posting_rules.topped_up(
        payer_id=payer, amount=Money(minor, "CNY"), reference=more.get("reference", ""), idempotency_key=key
    )


def append(books: Books, drafts: Sequence[Draft]) -> list[Entry] | Refused:
    with books.work() as work:
        return ledger.append(work.tx, drafts, recorded_at=work.now)


def appended(books: Books, drafts: Sequence[Draft]) -> list[Entry]:
    entries = append(books, drafts)
    assert not isinstance(entries, Refused), entries.message()
    return entries


def proof(books: Books) -> tuple[list[Break], list[ledger.BalanceDifference]]:
    with books.work() as work:
        return ledger.verify_chain(work.tx), ledger.check_balances(work.tx)


def tamper(owner_url: str, statement: str) -> None:
    with psycopg.connect(owner_url) as connection:
        connection.execute(statement)


def billed(payer: str, name: str, minor: int) -> Draft:
    return posting_rules.billed(
        payer_id=payer, bill_id=name, product_id="p", month=Month(2026, 10), payable=Money(minor, "CNY"),
        effective_at=NOW,
    )  # fmt: skip


def test_few_entries_tell_what_their_payers_owe_now(books: Books) -> None:
    appended(books, [billed("acme", "b1", 70), billed("bolt", "b2", -5)])

    def owed(*drafts: Draft) -> dict[tuple[str, str], int] | None:
        with books.work() as work:
            heads = ledger.lock_payers(work.tx, {one.payer_id for one in drafts})
            done = ledger.append_under(work.tx, drafts, heads, recorded_at=work.now)
        assert not isinstance(done, Refused)
        return done.owed

    assert owed(top_up("acme", "k1")) == {("acme", "CNY"): 70}, "what it does not move stands as before"
    assert owed(top_up("bolt", "k1"), top_up("carl", "k1")) == {("bolt", "CNY"): -5}
    assert owed(billed("acme", "b3", 30), billed("carl", "b4", 8)) == {("acme", "CNY"): 100, ("carl", "CNY"): 8}
    assert owed(billed("acme", "b5", -100)) == {}
    assert owed(*(top_up("acme", f"m{i}") for i in range(3))) is None, "a close does not ask"


@pytest.mark.parametrize("count", [1, 2, AT_ONCE, AT_ONCE + 1, 2 * AT_ONCE + 1])
def test_append_returns_what_the_database_holds(books: Books, count: int) -> None:
    texts = ["", "plain", "制表\\t \\N \\\\x", "quotes ' \" %s {}", "充值\u3000第一笔"]
    drafts = [top_up(f"acct_{i % 7}", f"k{i}", i + 1, reference=texts[i % 5]) for i in range(count)]
    entries = appended(books, drafts)
    with books.work() as work:
        assert [ledger.entry(work.tx, one.entry_id) for one in entries] == entries
        assert ledger.entry_count(work.tx) == count
        for payer in {draft.payer_id for draft in drafts}:
            expected = -sum(draft.postings[0].amount_minor for draft in drafts if draft.payer_id == payer)
            assert ledger.balance_of(work.tx, payer, "cash", "CNY") == expected
            assert ledger.balance_of(work.tx, payer, "bank", "CNY") == -expected
    assert proof(books) == ([], [])


def test_large_and_small_batches_give_the_same_books(books: Books) -> None:
    drafts = [top_up(f"acct_{i % 3}", f"k{i}", i + 1) for i in range(AT_ONCE * 2)]
    large = appended(books, drafts)
    again = [entry for start in range(0, len(drafts), 100) for entry in appended(books, drafts[start : start + 100])]
    assert again == large


def test_nothing_to_append(books: Books) -> None:
    assert append(books, []) == []


@pytest.mark.parametrize("fill", [0, AT_ONCE])
def test_known_new_and_repeated_drafts_in_one_call(books: Books, fill: int) -> None:
    first = appended(books, [top_up("acme", "k1")])[0]
    rest = [top_up("acme", f"f{i}") for i in range(fill)]
    entries = appended(books, [top_up("acme", "k2"), top_up("acme", "k1"), top_up("acme", "k2"), *rest])
    assert entries[1] == first
    assert entries[0] == entries[2]
    assert [entry.sequence for entry in entries] == [2, 1, 2, *range(3, 3 + fill)]
    assert proof(books) == ([], [])


@pytest.mark.parametrize("fill", [0, AT_ONCE])
def test_a_reused_key_refuses_everything(books: Books, fill: int) -> None:
    appended(books, [top_up("acme", "k1")])
    rest = [top_up("acme", f"f{i}") for i in range(fill)]
    answer = append(books, [*rest, top_up("acme", "k2"), top_up("acme", "k1", 200)])
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.IDEMPOTENCY_KEY_REUSED
    with books.work() as work:
        assert ledger.entry_count(work.tx) == 1


def test_one_key_with_two_bodies_in_one_call(books: Books) -> None:
    answer = append(books, [top_up("acme", "k1"), top_up("acme", "k1", 200)])
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.IDEMPOTENCY_KEY_REUSED


def test_a_command_meaning_now_may_come_again_later(books: Books) -> None:
    with books.work() as work:
        first = ledger.append(work.tx, [top_up("acme", "k1")], recorded_at=NOW)
        second = ledger.append(work.tx, [top_up("acme", "k1")], recorded_at=NOW + timedelta(hours=1))
    assert first == second


def test_mirrors(books: Books) -> None:
    entry = appended(books, [top_up("acme", "k1")])[0]
    mirror = mirror_of(entry, description="Typed twice")
    assert isinstance(mirror, Draft)
    reversal = appended(books, [mirror])[0]
    assert appended(books, [mirror]) == [reversal], "the same command again"
    with books.work() as work:
        assert ledger.reversal_of(work.tx, entry.entry_id) == reversal
        assert ledger.balance_of(work.tx, "acme", "cash", "CNY") == 0
    other = Draft("acme", "reversed", "By another key", "", None, "other", mirror.postings, entry.entry_id)
    stranger = Draft("bolt", "reversed", "Of another payer", "", None, "k", mirror.postings, entry.entry_id)
    answers = [append(books, [draft]) for draft in (other, stranger)]
    reasons = [answer.reason for answer in answers if isinstance(answer, Refused)]
    assert reasons == [Reason.ALREADY_REVERSED, Reason.UNKNOWN_ENTRY]


def test_two_mirrors_of_one_entry_in_one_call(books: Books) -> None:
    entry = appended(books, [top_up("acme", "k1")])[0]
    mirror = mirror_of(entry, description="x")
    assert isinstance(mirror, Draft)
    twin = Draft("acme", "reversed", "x", "", None, "twin", mirror.postings, entry.entry_id)
    answer = append(books, [mirror, twin])
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.ALREADY_REVERSED


@pytest.mark.parametrize(
    "statement",
    [
        "update entry set description = 'x'", "delete from entry", "truncate entry", "update posting set line = 9",
        "delete from posting", "truncate posting", "delete from ledger_head", "delete from balance",
        "alter table posting disable trigger all", "drop trigger postings_sum_to_zero on posting",
        "truncate ledger_head",
    ],
)  # fmt: skip
def test_the_application_may_not_change_facts(books: Books, statement: str) -> None:
    appended(books, [top_up("acme", "k1")])
    with books.work() as work:
        assert work.tx.execute("select current_user").fetchone() == ("partita_app",)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), books.work() as work:
        work.tx.execute(statement)


@pytest.mark.parametrize("as_owner", [False, True])
@pytest.mark.parametrize(
    "rows",
    [
        "('acme', 1, 1, 'bank', 'CNY', 100), ('acme', 1, 2, 'cash', 'CNY', -99)",
        "('acme', 1, 1, 'bank', 'CNY', 100), ('acme', 1, 2, 'cash', 'USD', -100)",
        "('acme', 1, 1, 'bank', 'CNY', 100), ('acme', 2, 1, 'cash', 'CNY', -100)",
        "('acme', 1, 1, 'bank', 'CNY', 100), ('bolt', 1, 1, 'cash', 'CNY', -100)",
    ],
    ids=["amount", "currency", "entry", "payer"],
)
def test_the_database_refuses_what_does_not_sum_to_zero(owner_url: str, rows: str, *, as_owner: bool) -> None:
    options = "" if as_owner else "-c role=partita_app"
    with (
        psycopg.connect(owner_url, options=options) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="does not sum to zero"),
    ):
        connection.execute(f"insert into posting values {rows}")


def test_copy_is_checked_too(owner_url: str) -> None:
    """The owner's: to the application PostgreSQL does not allow it, for the table has policies (TENANT-3)."""
    with (
        pytest.raises(psycopg.errors.CheckViolation, match="does not sum to zero"),
        psycopg.connect(owner_url) as connection,
        connection.cursor().copy("copy posting from stdin") as copy,
    ):
        copy.write_row(("acme", 1, 1, "bank", "CNY", 100))


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update entry set effective_at = effective_at + interval '1 microsecond' where sequence = 2",
         Break("acme", 2, Reason.CHAIN_CONTENT_CHANGED)),
        ("update entry set hash = sha256('x') where sequence = 2", Break("acme", 2, Reason.CHAIN_CONTENT_CHANGED)),
        ("update entry set previous_hash = sha256('x') where sequence = 2", Break("acme", 2, Reason.CHAIN_LINK_WRONG)),
        ("update posting set amount_minor = amount_minor * 2 where sequence = 2",
         Break("acme", 2, Reason.CHAIN_CONTENT_CHANGED)),
        ("delete from posting where sequence = 2", Break("acme", 2, Reason.CHAIN_CONTENT_CHANGED)),
        ("insert into posting values ('acme', 2, 3, 'bank', 'CNY', 1), ('acme', 2, 4, 'cash', 'CNY', -1)",
         Break("acme", 2, Reason.CHAIN_CONTENT_CHANGED)),
        ("insert into posting values ('acme', 9, 1, 'bank', 'CNY', 1), ('acme', 9, 2, 'bank', 'CNY', -1)",
         Break("acme", 9, Reason.POSTING_WITHOUT_ENTRY)),
        ("delete from entry where sequence = 2", Break("acme", 2, Reason.CHAIN_GAP)),
        ("delete from entry where sequence = 3", Break("acme", 3, Reason.CHAIN_GAP)),
        ("delete from entry", Break("acme", 1, Reason.CHAIN_GAP)),
        ("update ledger_head set hash = sha256('x')", Break("acme", 3, Reason.CHAIN_HEAD_WRONG)),
        ("update ledger_head set sequence = 2", Break("acme", 3, Reason.CHAIN_HEAD_WRONG)),
        ("delete from ledger_head", Break("acme", 3, Reason.CHAIN_HEAD_WRONG)),
    ],
)  # fmt: skip
def test_tampering_is_found_and_named(books: Books, owner_url: str, statement: str, broken: Break) -> None:
    appended(books, [top_up("acme", f"k{i}") for i in range(3)])
    assert proof(books) == ([], [])
    tamper(owner_url, statement)
    assert proof(books)[0] == [broken]


def test_only_the_payer_concerned_is_named(books: Books, owner_url: str) -> None:
    appended(books, [top_up(f"p{i}", "k") for i in range(5)])
    tamper(owner_url, "update entry set reference = 'x' where payer_id = 'p3'")
    assert proof(books) == ([Break("p3", 1, Reason.CHAIN_CONTENT_CHANGED)], [])


def test_a_kept_balance_that_is_gone_or_invented_is_found(books: Books, owner_url: str) -> None:
    appended(books, [top_up("acme", "k1", 500)])
    tamper(owner_url, "delete from balance; insert into balance values ('bolt', 'cash', 'CNY', -7)")
    assert proof(books)[1] == [
        ledger.BalanceDifference("acme", "cash", "CNY", 0, -500),
        ledger.BalanceDifference("bolt", "cash", "CNY", -7, 0),
    ]


def test_an_auditor_can_recheck_with_sql_alone(books: Books, owner_url: str) -> None:
    """The statement of the rule page, as it stands there, agrees with the core."""
    found = re.search(r"```sql\n(.*?)```", RULES.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    entry = appended(books, [top_up("acme", "k1", reference="充值 \\ 'x'"), top_up("bolt", "k1")])[0]
    assert appended(books, [m for m in [mirror_of(entry, description="")] if isinstance(m, Draft)])
    with books.work() as work:
        assert work.tx.execute(found[1]).fetchall() == []
    tamper(owner_url, "update entry set reference = 'x' where payer_id = 'bolt'")
    with books.work() as work:
        assert work.tx.execute(found[1]).fetchall() == [("bolt", 1)]
    assert "\n" in canonical_text(entry)


def test_sources_are_locked_and_complete(books: Books) -> None:
    voucher = Draft("acme", "topped_up", "x", "", None, "v", (Posting("bank", "CNY", 5), Posting("cash", "CNY", -5)))
    appended(books, [voucher, top_up("bolt", "k1", 7)])
    with books.work() as work:
        assert ledger.lock_sources(work.tx, ["bolt", "acme", "none", "bolt"], "CNY") == {
            "acme": [Source(Fund.CASH, "cash", 5)],
            "bolt": [Source(Fund.CASH, "cash", 7)],
            "none": [],
        }
        assert ledger.lock_sources(work.tx, ["acme"], "USD") == {"acme": []}
        assert ledger.lock_payers(work.tx, ["none"]) == {"none": (0, GENESIS)}
    assert proof(books) == ([], []), "a head without entries is no break"


def test_balances_by_both_times(books: Books) -> None:
    def at(key: str, effective_at: datetime) -> Draft:
        pair = (Posting("bank", "CNY", 100), Posting("cash", "CNY", -100))
        return Draft("acme", "topped_up", "x", "", effective_at, key, pair)

    october, november = datetime(2026, 10, 15, tzinfo=UTC), datetime(2026, 11, 15, tzinfo=UTC)
    with books.work() as work:
        ledger.append(work.tx, [at("early", october)], recorded_at=october)
        ledger.append(work.tx, [at("late", october)], recorded_at=november)
        ledger.append(work.tx, [at("next", november)], recorded_at=november)

        def cash(effective_until: datetime | None, recorded_until: datetime | None) -> int:
            found = ledger.balances_at(work.tx, "acme", effective_until=effective_until, recorded_until=recorded_until)
            return sum(-one.amount_minor for one in found if one.ledger_account == "cash")

        first = datetime(2026, 11, 1, tzinfo=UTC)
        assert (cash(None, None), cash(first, None), cash(first, first), cash(None, first)) == (300, 200, 100, 100)
        assert cash(october, None) == 0, "until is half-open"
        assert cash(october + timedelta(microseconds=1), None) == 200


def test_statement_runs_on_from_what_it_does_not_show(books: Books) -> None:
    appended(books, [top_up("acme", "k1", 100), top_up("acme", "k2", 50)])
    later = NOW + timedelta(days=1)
    with books.work(later) as work:
        draft = posting_rules.settled(
            payer_id="acme", bill_id="bill_1", month=Month(2026, 10), currency="CNY",
            draws=[Draw(Fund.CASH, "cash", 30)], effective_at=later,
        )  # fmt: skip
        ledger.append(work.tx, [draft], recorded_at=later)
        whole = ledger.statement(work.tx, "acme", ledger_account="cash")
        assert [(line.amount_minor, line.balance_minor) for line in whole] == [(-100, -100), (-50, -150), (30, -120)]
        assert whole[0].counter_accounts == ["bank"]
        shown = ledger.statement(work.tx, "acme", ledger_account="cash", effective_from=later)
        assert shown == whole[2:]
        assert len(ledger.statement(work.tx, "acme")) == 6
        assert ledger.statement(work.tx, "acme", recorded_until=later) != []
        assert ledger.statement(work.tx, "none") == []


@pytest.mark.parametrize("payers", [1, 10])
def test_fifty_writers_lose_nothing_and_double_nothing(owner_url: str, books: Books, payers: int) -> None:
    """Each writer has its own connection and sends its batch twice, over payers in an order of its own."""
    writers, batch = 50, 4

    def write(writer: int) -> None:
        drafts = [top_up(f"p{(writer * 7 + i * 3) % payers}", f"w{writer}-{i}", 1 + i) for i in range(batch)] + [
            top_up(f"p{writer % payers}", "everyone", 1000)
        ]
        with psycopg.connect(owner_url, options="-c role=partita_app -c TimeZone=UTC") as connection:
            for _ in range(2):
                with connection.transaction():
                    ledger.lock_sources(connection, [draft.payer_id for draft in reversed(drafts)], "CNY")
                    answer = ledger.append(connection, drafts, recorded_at=NOW)
                assert not isinstance(answer, Refused), answer

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    with books.work() as work:
        assert ledger.entry_count(work.tx) == writers * batch + payers
        total = work.tx.execute("select sum(amount_minor) from balance where ledger_account = 'cash'").fetchone()
        assert total == (-(writers * sum(range(1, batch + 1)) + payers * 1000),)
    assert proof(books) == ([], [])


def test_writers_of_new_payers_never_wait_in_a_ring(owner_url: str, books: Books) -> None:
    """Heads come into being while others lock: half of the writers go through the payers backwards."""

    def write(writer: int) -> None:
        order = range(20) if writer % 2 else range(19, -1, -1)
        drafts = [top_up(f"n{(i + writer) % 20:02}", f"w{writer}") for i in order if (i + writer) % 3]
        with psycopg.connect(owner_url, options="-c role=partita_app -c TimeZone=UTC") as connection:
            answer = ledger.append(connection, drafts, recorded_at=NOW)
        assert not isinstance(answer, Refused), answer

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(48)))
    assert proof(books) == ([], [])


def test_only_an_account_has_a_chain(books: Books) -> None:
    with pytest.raises(AssertionError, match="only an account has a chain"), books.work() as work:
        ledger.lock_payers(work.tx, ["acme", "acmé"])
    with books.work() as work:
        assert work.tx.execute("select count(*) from ledger_head").fetchone() == (0,)
        assert set(ledger.lock_payers(work.tx, ["acme"])) == {"acme"}
