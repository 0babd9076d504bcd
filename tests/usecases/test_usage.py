"""Taking usage in: rejects, dry runs, refusals that change nothing, late usage, changes meanwhile, two processes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from partita.core.refusal import Reason, Refused
from partita.core.usage import RejectReason
from partita.store import usage as usage_store
from partita.usecases.usage import UsageImported, import_usage
from partita.usecases.work import Books
from steps.world import World

HEAD = "record_id,account,sku,quantity,start,end,tags,cluster"
START = "2026-10-01T00:00:00+08:00"


@pytest.fixture
def world(books: Books) -> World:
    made = World(books)
    made.play([["account", "acme"], ["account", "shop", "paid", "by", "acme"], "sku vm in compute at 1.5".split()])
    return made


def written(path: Path, *rows: str, head: str = HEAD) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def row(record_id: str, quantity: str = "1", *, account: str = "acme", sku: str = "vm", start: str = START) -> str:
    return f"{record_id},{account},{sku},{quantity},{start},,env=prod,c1"


def taken(answer: UsageImported | Refused) -> UsageImported:
    assert isinstance(answer, UsageImported), answer
    assert answer.records == answer.accepted + answer.duplicates + answer.rejected
    return answer


def stored(books: Books) -> list[tuple[str, str, int]]:
    with books.work() as work:
        files = usage_store.files(work.tx)
    for one in files:
        table = duckdb.read_parquet(str(books.room.path(one.path))).aggregate("count(*), sum(quantity_e6)").fetchall()
        assert table == [(one.records, one.quantity_e6)]
    paths = [str(books.room.path(one.path)) for one in files]
    if not paths:
        return []
    return sorted(duckdb.read_parquet(paths).project("account_id, record_id, quantity_e6").fetchall())


def test_a_rejects_file_is_corrected_and_imported(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "u.csv", row("r1"), row("r2", "n/a"), row("r3", account="nobody"), "r4,acme")
    answer = taken(import_usage(world.books, path))
    assert (answer.accepted, answer.rejected, answer.ignored) == (1, 3, ("cluster",))
    assert [(one.row, one.column, one.reason) for one in answer.rejections] == [
        (3, "quantity", RejectReason.BAD_NUMBER),
        (4, "account_id", RejectReason.UNKNOWN_ACCOUNT),
        (5, "", RejectReason.DAMAGED_ROW),
    ]
    assert answer.rejects == tmp_path / "u.csv.rejects.csv"

    with answer.rejects.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert rows[0]["cluster"] == "c1"
    assert rows[0]["reject_text_zh"]
    rows[0]["quantity"] = "5"
    rows[1]["account"] = "shop"
    with answer.rejects.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.DictWriter(handle, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    again = taken(import_usage(world.books, answer.rejects))
    assert (again.accepted, again.rejected, again.ignored) == (2, 1, ("cluster",))
    assert stored(world.books) == [("acme", "r1", 1_000_000), ("acme", "r2", 5_000_000), ("shop", "r3", 1_000_000)]


def test_an_old_rejects_file_goes_when_nothing_is_rejected(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "u.csv", row("r1", "x"))
    answer = taken(import_usage(world.books, path))
    assert answer.rejects is not None
    written(path, row("r1", "2"))
    assert taken(import_usage(world.books, path)).rejects is None
    assert not answer.rejects.exists()


@pytest.mark.parametrize("place", ["u.csv", "precious.csv", "no/such/folder.csv", "."])
def test_rejects_never_overwrite_anything_else(world: World, tmp_path: Path, place: str) -> None:
    path = written(tmp_path / "u.csv", row("r1"), row("r2", "x"))
    (tmp_path / "precious.csv").write_text("my only copy\n")
    answer = import_usage(world.books, path, rejects=tmp_path / place)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.REJECTS_NOT_WRITABLE
    assert (tmp_path / "precious.csv").read_text() == "my only copy\n"
    assert stored(world.books) == []


def test_a_dry_run_checks_everything_and_writes_nothing(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "u.csv", row("r1"), row("r2", "x"))
    answer = taken(import_usage(world.books, path, dry_run=True))
    assert (answer.accepted, answer.rejected, len(answer.rejections), answer.rejects) == (1, 1, 1, None)
    assert not (tmp_path / "u.csv.rejects.csv").exists()
    assert stored(world.books) == []
    assert taken(import_usage(world.books, path)).already_imported is False


def test_a_refused_file_leaves_nothing(world: World, tmp_path: Path) -> None:
    path = tmp_path / "u.csv"
    path.write_bytes(f"{HEAD}\n{row('r1')}\n".encode() + b"\xff\xfe\n")
    answer = import_usage(world.books, path)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.detail["row"]) == (Reason.WRONG_ENCODING, 3)
    missing = import_usage(world.books, tmp_path / "none.csv")
    assert isinstance(missing, Refused)
    assert missing.reason is Reason.FILE_NOT_FOUND
    assert stored(world.books) == []
    assert [one for one in world.books.room.root.rglob("*") if one.is_file() and "lock" not in one.name] == []


def test_damaged_and_cut_parquet(world: World, tmp_path: Path) -> None:
    table = pa.table({"record_id": ["r1"], "account": ["acme"], "sku": ["vm"], "quantity": [1], "start": [START]})
    whole = tmp_path / "u.parquet"
    pq.write_table(table, whole)
    content = whole.read_bytes()
    for broken in (content[: len(content) // 2], content[:-4] + b"XXXX", content[:4] + b"\0" * 60 + content[64:]):
        whole.write_bytes(broken)
        answer = import_usage(world.books, whole)
        assert isinstance(answer, Refused), broken
        assert answer.reason is Reason.FILE_UNREADABLE
    whole.write_bytes(content)
    assert taken(import_usage(world.books, whole)).accepted == 1


def test_a_file_that_changes_while_it_is_read_is_refused(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "u.csv", row("r1"))

    def meddle(_done: int, _total: int, note: str) -> None:
        if note == "check":
            written(path, row("r1"), row("r2"))

    answer = import_usage(world.books, path, progress=meddle)
    assert isinstance(answer, Refused)
    assert stored(world.books) == []


def test_a_file_that_goes_while_it_is_read_is_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "u.csv"

    def remove(_done: int, _total: int, note: str) -> None:
        if note == at:
            path.unlink()

    for at in ("check", "compare", "reject"):
        written(path, row("r1"), row("r2", "x"))
        if at == "compare":
            world.play([["account", "new"]])
        answer = import_usage(world.books, path, progress=remove)
        assert isinstance(answer, Refused), at
        assert answer.reason is Reason.FILE_UNREADABLE
    assert stored(world.books) == []


def test_rows_that_change_before_the_rejects_are_written_are_refused(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "u.csv", row("r1"), row("r2", "x"))

    def mend(_done: int, _total: int, note: str) -> None:
        if note == "reject":
            written(path, row("r1"), row("r2", "2"))

    assert isinstance(import_usage(world.books, path, progress=mend), Refused)
    assert stored(world.books) == []


def test_set_up_meanwhile_and_gone(world: World, tmp_path: Path) -> None:
    """A change of the set-up has the file checked once more: it has to be there still."""
    path = written(tmp_path / "u.csv", row("r1"))

    def meddle(_done: int, _total: int, note: str) -> None:
        if note == "compare":
            world.play([["sku", "new", "in", "compute", "at", "1.00"]])
            path.unlink()

    assert isinstance(import_usage(world.books, path, progress=meddle), Refused)


def test_the_same_content_taken_in_meanwhile(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "u.csv", row("r1"))

    def faster(_done: int, _total: int, note: str) -> None:
        if note == "compare":
            assert taken(import_usage(world.books, path)).accepted == 1

    assert taken(import_usage(world.books, path, progress=faster)).already_imported
    assert stored(world.books) == [("acme", "r1", 1_000_000)]


def test_too_little_memory_is_no_fault_of_the_file(world: World, tmp_path: Path) -> None:
    def tiny() -> duckdb.DuckDBPyConnection:
        engine = world.books.engine()
        engine.execute("set temp_directory = ''; set memory_limit = '12MB'; set threads = 1")
        return engine

    one = {"account": "acme", "sku": "vm", "quantity": 1, "start": START}
    path = tmp_path / "u.ndjson"
    path.write_text("".join(json.dumps(one | {"record_id": f"{number:060d}"}) + "\n" for number in range(100_000)))
    with pytest.raises(duckdb.OutOfMemoryException):
        import_usage(replace(world.books, engine=tiny), path)
    assert stored(world.books) == []


def test_an_account_set_up_meanwhile_is_known(world: World, tmp_path: Path) -> None:
    path = written(tmp_path / "u.csv", row("r1", account="late"))

    def set_up(_done: int, _total: int, note: str) -> None:
        if note == "compare":
            world.play([["account", "late"]])

    assert taken(import_usage(world.books, path, progress=set_up)).accepted == 1


def test_late_usage_is_told(world: World, tmp_path: Path) -> None:
    assert taken(import_usage(world.books, written(tmp_path / "a.csv", row("r1", start="2026-09-03")))).accepted == 1
    world.play([["close", "2026-09"]])
    rows = (row("r2", "2", start="2026-09-04"), row("r3", "4", start="2026-10-04"))
    answer = taken(import_usage(world.books, written(tmp_path / "b.csv", *rows)))
    assert [(one.month, one.records, one.late) for one in answer.months] == [(202609, 1, True), (202610, 1, False)]


def test_a_record_is_known_across_payers_of_a_month(world: World, tmp_path: Path) -> None:
    """The same id with another time may lie in the bucket of another payer; it is still a conflict."""
    payers = [f"payer-{number}" for number in range(6)]
    world.play([["account", name] for name in payers])
    start = ["2026-01-01", *(f"2026-10-{day:02d}" for day in range(5, 30, 5))]
    for payer, day in zip(payers, start, strict=True):
        world.setup("accounts", [["roamer", "group", "Roamer", "east", payer, day]])
    first = row("r1", account="roamer", start="2026-10-01")
    assert taken(import_usage(world.books, written(tmp_path / "a.csv", first))).accepted == 1
    later = [row("r1", account="roamer", start=f"2026-10-{day}") for day in (6, 11, 16, 21, 26)]
    for number, one in enumerate(later):
        text = one.replace("2026-10-6", "2026-10-06")
        answer = taken(import_usage(world.books, written(tmp_path / f"{number}.csv", text)))
        assert (answer.accepted, answer.rejected) == (0, 1)
        assert answer.rejections[0].reason is RejectReason.CONFLICTING_RECORD


def test_rejects_of_ndjson_and_parquet_are_csv(world: World, tmp_path: Path) -> None:
    objects = tmp_path / "u.ndjson"
    one = {"record_id": "r1", "account": "acme", "sku": "vm", "quantity": -1, "start": START, "tags": {"note": "a\nb"}}
    objects.write_text(json.dumps(one) + "\n{broken\n" + json.dumps(one | {"quantity": 2, "resource": "a\nb"}) + "\n")
    answer = taken(import_usage(world.books, objects))
    assert (answer.rejected, answer.rejects) == (3, tmp_path / "u.ndjson.rejects.csv")
    again = taken(import_usage(world.books, tmp_path / "u.ndjson.rejects.csv"))
    assert [(one.row, one.reason) for one in again.rejections] == [
        (2, RejectReason.NEGATIVE_QUANTITY),
        (3, RejectReason.MISSING_VALUE),
    ]
    table = pa.table({"record_id": ["r3", "r4"], "account": ["acme"] * 2, "sku": ["vm", "tape"],
                      "quantity": [1, 2], "start": [START] * 2})  # fmt: skip
    pq.write_table(table, tmp_path / "u.parquet")
    answer = taken(import_usage(world.books, tmp_path / "u.parquet"))
    assert [(one.row, one.column, one.value) for one in answer.rejections] == [(2, "sku_id", "tape")]


def test_all_rows_known_makes_an_empty_batch(world: World, tmp_path: Path) -> None:
    import_usage(world.books, written(tmp_path / "a.csv", row("r1"), row("r2")))
    answer = taken(import_usage(world.books, written(tmp_path / "b.csv", row("r2"), row("r1"))))
    assert (answer.accepted, answer.duplicates, answer.months) == (0, 2, ())
    with world.books.work() as work:
        assert sorted(one.file_name for one in usage_store.batches(work.tx)) == ["a.csv", "b.csv"]
        assert usage_store.latest_sequence(work.tx) == max(one.sequence for one in usage_store.files(work.tx))


def test_records_lie_sorted(world: World, tmp_path: Path) -> None:
    rows = [row(f"r{number:03d}", account=("acme", "shop")[number % 2]) for number in range(50)]
    import_usage(world.books, written(tmp_path / "a.csv", *reversed(rows)))
    with world.books.work() as work:
        (file,) = usage_store.files(work.tx, month=202610)
        assert usage_store.files(work.tx, through=file.sequence) == [file]
        assert usage_store.files(work.tx, through=file.sequence - 1) == []
    found = duckdb.read_parquet(str(world.books.room.path(file.path))).project("account_id, record_id").fetchall()
    assert found == sorted(found)


def test_a_small_engine_spills(world: World, tmp_path: Path) -> None:
    """More rows than fit into the memory of the engine are taken in all the same."""

    def small() -> duckdb.DuckDBPyConnection:
        engine = world.books.engine()
        engine.execute("set memory_limit = '64MB'; set threads = 1")
        return engine

    def rows() -> Iterator[str]:
        for number in range(120_000):
            yield row(f"record-{number:09d}-{number * 7919:012d}", start=f"2026-10-{number % 28 + 1:02d}")

    answer = taken(import_usage(replace(world.books, engine=small), written(tmp_path / "big.csv", *rows())))
    assert answer.accepted == 120_000


@contextmanager
def processes(environment: dict[str, str], *commands: Sequence[str]) -> Iterator[list[subprocess.Popen[str]]]:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "partita.cli", *command], env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for command in commands
    ]  # fmt: skip
    try:
        yield started
    finally:
        for one in started:
            one.kill()
            one.communicate()


def test_two_processes_store_no_record_twice(world: World, environment: dict[str, str], tmp_path: Path) -> None:
    rows = [row(f"r{number:04d}") for number in range(3000)]
    files = [written(tmp_path / "a.csv", *rows[:2000]), written(tmp_path / "b.csv", *rows[1000:])]
    with processes(environment, *(["import", "usage", str(path), "--json"] for path in files)) as running:
        answers = [json.loads(one.communicate(timeout=120)[0]) for one in running]
    assert sum(one["accepted"] for one in answers) == 3000
    assert sum(one["duplicates"] for one in answers) == 1000
    assert len(stored(world.books)) == len(set(stored(world.books))) == 3000


def test_the_command_line(world: World, environment: dict[str, str], tmp_path: Path) -> None:
    path = written(tmp_path / "u.csv", row("r1", "1.5"), row("r2", "[bold]x"))
    command = [sys.executable, "-m", "partita.cli", "import", "usage", str(path)]
    for language, words in (
        ("en", "1 accepted + 0 duplicates + 1 rejected = 2 rows"),
        ("zh", "接受 1 + 重复 0 + 拒绝 1 = 2 行"),
    ):
        done = subprocess.run(
            command, env=environment | {"PARTITA_LANG": language}, text=True, capture_output=True, check=False
        )
        assert done.returncode == 6, done.stderr
        assert words in done.stdout
        assert "[bold]x" in done.stdout
    document = json.loads(
        subprocess.run([*command, "--json"], env=environment, text=True, capture_output=True, check=False).stdout
    )
    assert document["already_imported"] is True
    assert document["accepted_quantity"] == "1.5"
    assert document["rejections"][0]["reason"] == "bad_number"
    refused = subprocess.run(
        [*command[:-1], str(tmp_path), "--json"], env=environment, text=True, capture_output=True, check=False
    )
    assert (refused.returncode, json.loads(refused.stdout)["refused"]) == (3, "FILE_UNREADABLE")
    assert (tmp_path / "u.csv.rejects.csv").exists()
    assert stored(world.books) == [("acme", "r1", 1_500_000)]
