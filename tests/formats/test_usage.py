"""Usage files: what is refused as a whole, and that a row says the same in every form."""

from __future__ import annotations

import gzip
import os
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from partita.core.refusal import Reason, Refused
from partita.core.usage import COLUMNS, REJECT_COLUMNS, RejectReason, reason_of
from partita.formats import usage_rejects
from partita.formats.usage import Kind, UsageSource, open_usage

HEAD = "record_id,account_id,sku,quantity,start,tags"
ROW = "r1,acme,vm,1.5,2026-10-01T00:00:00Z,"
OBJECT = '{"record_id":"r1","account":"acme","sku":"vm","quantity":%s,"start":"2026-10-01T00:00:00Z","tags":%s}'


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def speaks_chinese(no: Refused) -> bool:
    """Say whether the Chinese message holds no English sentence."""
    return not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", no.message("zh"))


def opened(engine: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, content: bytes) -> UsageSource | Refused:
    path = tmp_path / name
    path.write_bytes(content)
    return open_usage(path, tmp_path, engine)


def rows(engine: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, content: bytes) -> list[dict[str, object]]:
    source = opened(engine, tmp_path, name, content)
    assert isinstance(source, UsageSource), source
    found = engine.execute(source.rows)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def text(*lines: str, end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("u.csv", b"", Reason.FILE_EMPTY),
        ("u.csv", b"\n \n", Reason.FILE_EMPTY),
        ("u.csv", text("a,b", "1,2"), Reason.WRONG_HEADER),
        ("u.csv", text(HEAD.replace("quantity", "menge"), ROW), Reason.WRONG_HEADER),
        ("u.csv", text(HEAD + ",account", ROW + ",acme"), Reason.FILE_UNREADABLE),
        ("u.csv", text(HEAD, ROW.replace("acme", "阿克")).decode().encode("gb18030"), Reason.WRONG_ENCODING),
        ("u.csv", text(HEAD, ROW).decode().encode("utf-16"), Reason.WRONG_ENCODING),
        ("u.csv.gz", gzip.compress(text(HEAD, *[ROW] * 1000))[:-20], Reason.TRUNCATED_FILE),
        ("u.csv", text(HEAD, ROW) + b"r2,acme", Reason.TRUNCATED_FILE),
        ("u.csv", text(HEAD, ROW, ROW) + ROW[:-1].encode() + b',"half a', Reason.TRUNCATED_FILE),
        ("u.ndjson", text(OBJECT % ("1", "null")) + b'{"record_id":"r', Reason.TRUNCATED_FILE),
        ("u.csv.gz", text(HEAD, ROW), Reason.FILE_UNREADABLE),
        ("u.ndjson", b"[" + (OBJECT % ("1", "null")).encode() + b"]", Reason.FILE_UNREADABLE),
        ("u.ndjson", text("hello", "world"), Reason.FILE_UNREADABLE),
        ("u.ndjson", text('{"a":1}', '{"a":2}'), Reason.WRONG_HEADER),
        ("u.parquet", text(HEAD, ROW), Reason.FILE_UNREADABLE),
        ("u.parquet", b"PAR1" + b"x" * 100, Reason.FILE_UNREADABLE),
    ],
)
def test_what_is_no_usage_file_is_refused(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path, name: str, content: bytes, reason: Reason
) -> None:
    answer = opened(engine, tmp_path, name, content)
    assert isinstance(answer, Refused)
    assert answer.reason is reason
    assert answer.message("en")
    assert speaks_chinese(answer)


def test_wrong_encoding_names_the_row(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    answer = opened(engine, tmp_path, "u.csv", text(HEAD, ROW) + ROW.replace("vm", "虚机").encode("gb18030"))
    assert isinstance(answer, Refused)
    assert answer.detail["row"] == 3


def test_a_character_cut_by_the_end_is_a_wrong_encoding(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    answer = opened(engine, tmp_path, "u.csv", text(HEAD, ROW) + "虚".encode()[:2])
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.detail["row"]) == (Reason.WRONG_ENCODING, 3)


def test_a_character_across_blocks_is_no_error(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    head = (HEAD + "\n").encode()
    filler = b" " * ((1 << 20) - len(head) - 1)
    assert len(rows(engine, tmp_path, "u.csv", head + filler + b"\n"[:0] + "虚\n".encode() + text(ROW))) == 2


def test_missing_file_and_excel_workbook(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    missing = open_usage(tmp_path / "none.csv", tmp_path, engine)
    assert isinstance(missing, Refused)
    assert missing.reason is Reason.FILE_NOT_FOUND
    with zipfile.ZipFile(tmp_path / "u.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    workbook = open_usage(tmp_path / "u.xlsx", tmp_path, engine)
    assert isinstance(workbook, Refused)
    assert "CSV" in workbook.message()
    assert speaks_chinese(workbook)


def test_a_folder_a_pipe_and_other_separators(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    folder, pipe = (open_usage(path, tmp_path, engine) for path in (tmp_path, tmp_path / "pipe"))
    semicolons = opened(engine, tmp_path, "u.csv", text(HEAD.replace(",", ";"), ROW.replace(",", ";")))
    for answer, reason, says in (
        (folder, Reason.FILE_UNREADABLE, "folder"),
        (pipe, Reason.NOT_A_REGULAR_FILE, "pipe"),
        (semicolons, Reason.WRONG_HEADER, "commas"),
    ):
        assert isinstance(answer, Refused)
        assert answer.reason is reason
        assert says in answer.message()
        assert speaks_chinese(answer)


@pytest.mark.parametrize("name", ["u*.csv", "u?.csv", "u[1].csv", "it's {a,b}.csv", "用量 (1).csv"])
def test_a_name_is_no_pattern(engine: duckdb.DuckDBPyConnection, tmp_path: Path, name: str) -> None:
    for other in ("u1.csv", "u2.csv"):
        (tmp_path / other).write_bytes(text(HEAD, *[ROW] * 5))
    assert len(rows(engine, tmp_path, name, text(HEAD, ROW))) == 1


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT"])
def test_a_floating_point_quantity_is_refused(engine: duckdb.DuckDBPyConnection, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "u.parquet"
    engine.execute(f"copy (select 'r' record_id, 'a' account, 's' sku, 1.5::{kind} quantity, '2026' start) to '{path}'")
    answer = open_usage(path, tmp_path, engine)
    assert isinstance(answer, Refused)
    assert "DECIMAL(18,6)" in answer.message()
    assert speaks_chinese(answer)


def test_a_column_with_the_name_of_the_row_number_is_named(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "u.parquet"
    row = "'r' record_id, 'a' account, 's' sku, 1 quantity, '2026' start, 7 file_row_number"
    engine.execute(f"copy (select {row}) to '{path}'")
    answer = open_usage(path, tmp_path, engine)
    assert isinstance(answer, Refused)
    assert "rename that column" in answer.message()
    assert speaks_chinese(answer)


def test_parquet_without_a_required_column_is_refused(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "u.parquet"
    engine.execute(f"copy (select 'r' record_id, 'a' account, 1 quantity, '2026' start) to '{path}'")
    answer = open_usage(path, tmp_path, engine)
    assert isinstance(answer, Refused)
    assert (answer.reason, answer.detail["missing"]) == (Reason.WRONG_HEADER, "sku_id")


def test_the_same_row_in_every_form(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    plain = text(HEAD, ROW + '"{""env"":""prod""}"')
    table = pa.table(
        {
            "record_id": ["r1"], "account": ["acme"], "SKU": ["vm"], "quantity": pa.array([Decimal("1.5")]),
            "start": pa.array(["2026-10-01T00:00:00Z"]),
            "tags": pa.array([[("env", "prod")]], pa.map_(pa.string(), pa.string())),
        }
    )  # fmt: skip
    pq.write_table(table, tmp_path / "source.parquet")
    forms = {
        "a.csv": plain,
        "b.csv": plain.replace(b"\n", b"\r\n"),
        "c.csv": b"\xef\xbb\xbf\r\n" + plain.replace(b"\n", b"\r", 1),
        "d.csv.gz": gzip.compress(plain),
        "e.unknown": gzip.compress((OBJECT % ("1.5", '{"env":"prod"}')).encode()),
        "f.jsonl": (OBJECT % ('"1.5"', '{"env":"prod"}')).encode(),
        "g.parquet": (tmp_path / "source.parquet").read_bytes(),
    }
    for name, content in forms.items():
        assert rows(engine, tmp_path, name, content) == [
            dict.fromkeys(COLUMNS)
            | {"record_id": "r1", "account_id": "acme", "sku_id": "vm", "quantity": "1.5", "damaged": False}
            | {"start": "2026-10-01T00:00:00Z", "tags": '{"env":"prod"}'}
        ], name


def test_the_digest_is_of_the_content(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    plain = opened(engine, tmp_path, "a.csv", text(HEAD, ROW))
    packed = opened(engine, tmp_path, "a.csv.gz", gzip.compress(text(HEAD, ROW)))
    assert isinstance(plain, UsageSource)
    assert isinstance(packed, UsageSource)
    assert plain.digest == packed.digest
    assert plain.kind is packed.kind is Kind.CSV


def test_parquet_types_become_text(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    path = tmp_path / "u.parquet"
    engine.execute(
        "copy (select 7 as record_id, 'a' as account_id, 's' as sku_id, 12.500::decimal(18,3) as quantity, "
        "timestamptz '2026-10-01 08:00:00+08' as usage_start, timestamp '2026-10-01 09:00:00.5' as usage_end, "
        f"{{'env': 'prod', 'none': null::varchar}} as tags, 1 as noise) to '{path}'"
    )
    source = open_usage(path, tmp_path, engine)
    assert isinstance(source, UsageSource)
    assert source.ignored == ("noise",)
    assert engine.execute(f'select record_id, quantity, "start", "end", tags from ({source.rows})').fetchall() == [
        ("7", "12.500", "2026-10-01 00:00:00+00", "2026-10-01 09:00:00.5", '{"env":"prod","none":null}')
    ]
    assert engine.execute(f"select row, original[1] from ({source.numbered})").fetchall() == [(1, "7")]


@pytest.mark.parametrize(
    "number", ["1", "0", "12.5", "123456789012.123456", "9223372036854.775807", "1.10", "1e2", "0.10000000000000000555"]
)
def test_json_numbers_are_read_to_the_letter(engine: duckdb.DuckDBPyConnection, tmp_path: Path, number: str) -> None:
    (found,) = rows(engine, tmp_path, "u.ndjson", (OBJECT % (number, '{"quantity":7.25,"n":"1\\"2"}')).encode())
    assert Decimal(str(found["quantity"])) == Decimal(number)
    assert found["tags"] == '{"quantity":7.25,"n":"1\\"2"}'


def test_rows_are_numbered_as_an_editor_does(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    source = opened(engine, tmp_path, "u.csv", text("", HEAD, ROW, "", "  ", ROW.replace("r1", "r2"), "r3"))
    assert isinstance(source, UsageSource)
    found = engine.execute(f"select row, record_id, damaged, line, original from ({source.numbered})").fetchall()
    original = [["r1", "acme", "vm", "1.5", "2026-10-01T00:00:00Z", None]]
    assert [one[:3] for one in found] == [(3, "r1", False), (6, "r2", False), (7, "r3", True)]
    assert [found[0][4]] == original
    assert found[2][3:] == ("r3", [])
    objects = opened(engine, tmp_path, "u.ndjson", text("", OBJECT % ("1", "{}"), "{", '"text"', "{}"))
    assert isinstance(objects, UsageSource)
    assert engine.execute(f"select row, damaged from ({objects.numbered})").fetchall() == [
        (2, False), (3, True), (4, True), (5, False)
    ]  # fmt: skip


def test_unknown_columns_and_those_of_a_rejects_file(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    head = ",".join(REJECT_COLUMNS) + "," + HEAD + ",cluster"
    source = opened(engine, tmp_path, "u.csv", text(head, ",".join("123456") + "," + ROW + ",c1"))
    assert isinstance(source, UsageSource)
    assert source.ignored == ("cluster",)
    assert source.header == (*HEAD.split(","), "cluster")
    objects = opened(engine, tmp_path, "u.ndjson", text((OBJECT % ("1", "{}"))[:-1] + ',"cluster":"c1"}'))
    assert isinstance(objects, UsageSource)
    assert objects.ignored == ("cluster",)


_FIELDS = st.sampled_from(
    ["a", "a b", '"x"', '"x,y"', '"x""y"', '""', "", ' "q"', '"q" ', 'a"b', 'a""b', '"a"b', '"', '"x', 'x"', " ",
     ' "q', '"a,""b"""', "é", "\\", '"\\"', "部门"]
)  # fmt: skip
_LINES = st.lists(st.lists(_FIELDS, min_size=5, max_size=7).map(",".join), min_size=1, max_size=5)


@example(lines=['a,a,a,a,a,a,""', "a,a,a,a,a,a, ,"], end="\n")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=_LINES, end=st.sampled_from(["\n", "\r\n"]))
def test_both_ways_to_read_csv_agree(
    engine: duckdb.DuckDBPyConnection, tmp_path: Path, lines: list[str], end: str
) -> None:
    """The fast way either says no, or gives what reading line by line gives."""
    source = opened(engine, tmp_path, "u.csv", text(HEAD, *lines, end=end))
    assert isinstance(source, UsageSource)
    assert source.at_once is not None
    one_by_one = engine.execute(source.rows).fetchall()
    width = len(COLUMNS) + 1
    assert [row[:width] for row in engine.execute(source.numbered).fetchall()] == one_by_one
    assert engine.execute(source.lines or "").fetchall() == [(len(one_by_one),)]
    try:
        at_once = engine.execute(source.at_once).fetchall()
    except duckdb.Error:
        return
    if len(at_once) == len(one_by_one):
        assert at_once == one_by_one


def test_a_damaged_row_damages_nothing_but_itself(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found = rows(engine, tmp_path, "u.csv", text(HEAD, ROW, 'r2,acme,"vm,1,2026-10-01T00:00:00Z,', ROW))
    assert [row["damaged"] for row in found] == [False, True, False]


def test_a_whole_last_row_needs_no_line_end(engine: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    found = rows(engine, tmp_path, "u.csv", text(HEAD, "r2,acme", ROW)[:-1])
    assert [row["damaged"] for row in found] == [True, False]


def test_only_a_rejects_file_is_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(",".join(REJECT_COLUMNS) + ",record_id\n")
    assert usage_rejects.is_rejects_file(path)
    path.write_text("something else\n")
    assert not usage_rejects.is_rejects_file(path)
    assert usage_rejects.default_path(path).name == "x.csv.rejects.csv"


def test_every_reason_has_a_code_and_two_texts() -> None:
    for reason in RejectReason:
        assert reason_of(reason.code) is reason
        assert reason.text("en") != reason.text("zh")
