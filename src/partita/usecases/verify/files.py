"""Proofs of the files: every file is as it was written, and holds what the manifest says (VERIFY-3)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import duckdb

from partita.columnar.tables import IMPORTED
from partita.core.money import format_scaled
from partita.core.quantity import format_quantity
from partita.formats.decimals import EXACT, plain_text
from partita.store import charge as charge_store
from partita.store import proof
from partita.store import provider_bill as import_store
from partita.store import usage as usage_store
from partita.store.charge import ChargeFile
from partita.store.files import digest_of
from partita.store.proof import BatchOutOfStep
from partita.usecases.rating import show_files, show_usage
from partita.usecases.verify.equation import Equation, Finding, attempt, counted, reading, reraise_shortage, trouble
from partita.usecases.work import Books


def untouched(books: Books) -> list[Equation]:
    """Prove that each file named in the manifest is there, byte for byte; a damaged one is named.

    Files that the manifest does not name are noted and are no fault: they never count, and a killed import leaves such.
    """
    there = proof.parquet_files(books.room)  # looked at first: what is written meanwhile is named by the time we ask
    with reading(books) as tx:
        named = [(one.path, one.digest) for one in usage_store.files(tx)]
        named += [(one.path, one.digest) for one in charge_store.every(tx)]
    findings = [
        Finding(f"file {path}: {wrong.english}", f"文件 {path}：{wrong.chinese}")
        for path, digest in named
        if (wrong := _trouble(books.room.path(path), digest)) is not None
    ]
    unnamed = sorted(set(there) - {path for path, _ in named})
    return [
        counted(
            "files",
            "files named = files with their SHA-256",
            "清单中的文件 = 摘要一致的文件",
            (len(named), len(named) - len(findings)),
            findings,
            *(_unnamed(path) for path in unnamed),
        )
    ]


def _trouble(path: Path, digest: bytes) -> Finding | None:
    if not path.exists():
        return Finding("is missing", "缺失")
    if not path.is_file():
        return Finding("is no file", "不是文件")
    try:
        same = digest_of(path) == digest
    except OSError as error:
        return Finding(f"cannot be read: {error.strerror}", f"无法读取：{error.strerror}")
    return None if same else Finding("differs from what was written", "与写入时不同")


def _unnamed(path: str) -> Finding:
    return Finding(
        f"file {path}: is not in the manifest and does not count; an import or close that was cut short leaves such",
        f"文件 {path}：不在清单中，不计入；中断的导入或出账会留下这样的文件",
    )


def batches_whole(books: Books) -> list[Equation]:
    """Prove, batch by batch, that what an import of usage accepted is what its files hold."""
    with reading(books) as tx:
        batches = proof.row_count(tx, "usage_batch")
        off = proof.batches_out_of_step(tx)
    unknown = sum(one.accepted is None for one in off)
    return [
        counted(
            "batches",
            "usage batches = batches whose files hold what they accepted",
            "用量批次 = 文件与接收数一致的批次",
            (batches + unknown, batches + unknown - len(off)),
            [_batch_off(one) for one in off],
        )
    ]


def _batch_off(one: BatchOutOfStep) -> Finding:
    if one.accepted is None:
        return Finding(
            f"batch {one.batch_id}: is not there, but its files with {one.on_file:,} records are",
            f"批次 {one.batch_id}：不存在，但有其文件（{one.on_file:,} 条）",
        )
    if one.accepted != (one.on_file or 0):
        return Finding(
            f"batch {one.batch_id}: accepted {one.accepted:,} records, its files hold {one.on_file or 0:,}",
            f"批次 {one.batch_id}：接收 {one.accepted:,} 条，文件中为 {one.on_file or 0:,} 条",
        )
    return Finding(
        f"batch {one.batch_id}: the quantity of its files is not what it accepted",
        f"批次 {one.batch_id}：文件中的用量合计与接收的不符",
    )


def usage_totals(books: Books) -> list[Equation]:
    """Prove that what was accepted is what the usage files hold, in records and in quantity."""
    with reading(books) as tx:
        accepted, quantity_e6 = proof.accepted_totals(tx)
        files = usage_store.files(tx)
    with books.engine() as engine:
        show_usage(engine, books.room, files)
        held, held_e6, unread = _asked(
            engine, "select count(*), coalesce(sum(quantity_e6), 0)::DECIMAL(38,0) from usage"
        )
    return [
        counted(
            "usage-records", "usage accepted = usage on file", "接收的用量条数 = 文件中的条数", (accepted, held), unread
        ),
        Equation(
            "usage-quantity", "quantity accepted = quantity on file", "接收的用量 = 文件中的用量",
            format_quantity(quantity_e6), format_quantity(held_e6), unread,
        ),
    ]  # fmt: skip


def import_totals(books: Books) -> list[Equation]:
    """Prove for each import: every row is charged once; file total = charges + remainder, read from its files."""
    with reading(books) as tx:
        imports = import_store.imports(tx)
        files = [one for one in charge_store.every(tx) if one.stage == "imported"]
    equations = _imports_known(imports, files)
    for one in imports:
        paths = [str(books.room.path(file.path)) for file in files if file.import_id == one.import_id]
        equations += attempt(f"import {one.file_name}", partial(_import_whole, books, one, paths))
    return equations


def _imports_known(imports: Sequence[import_store.BillImport], files: Sequence[ChargeFile]) -> list[Equation]:
    named = sorted({str(one.import_id) for one in files})
    lost = sorted(set(named) - {one.import_id for one in imports})
    if not named:
        return []
    return [
        counted(
            "imports",
            "imports that charge files name = imports recorded",
            "计费文件所属的导入 = 已登记的导入",
            (len(named), len(named) - len(lost)),
            [
                Finding(f"import {name}: is not there, but its files are", f"导入 {name}：不存在，但有其文件")
                for name in lost
            ],
        )
    ]


def _import_whole(books: Books, one: import_store.BillImport, paths: Sequence[str]) -> list[Equation]:
    with books.engine() as engine:
        show_files(engine, "charges", IMPORTED, paths)
        rows_once = _rows_once(engine, one)
        rated = "select count(*), coalesce(sum(billed_cost_e10), 0)::DECIMAL(38,0) from charges"
        _, sum_e10, unread = _asked(engine, f"{rated} where line_kind = 'imported'")
        _, line_e10, _ = _asked(engine, f"{rated} where line_kind = 'import_remainder'")
    whole = EXACT.add(one.charges_total, one.credits_charges_total)
    rest = EXACT.add(one.remainder, one.credits_remainder)
    charges, remainder = Finding("charges on file", "文件中的计费行"), Finding("remainder line on file", "文件中的尾差")
    return [
        rows_once,
        Equation(
            f"import {one.file_name}",
            f"{one.file_name}: file total = charges + remainder",
            f"{one.file_name}：文件合计 = 计费行合计 + 尾差",
            plain_text(EXACT.add(one.file_total, one.credits_total)),
            plain_text(EXACT.add(whole, rest)),
            unread
            + _differs(charges, format_scaled(sum_e10, 10), plain_text(whole))
            + _differs(remainder, format_scaled(line_e10, 10), _cut(plain_text(rest))),
        ),
    ]


def _rows_once(engine: duckdb.DuckDBPyConnection, one: import_store.BillImport) -> Equation:
    """Prove that each row of the provider's file is charged, and once: a row and its credits are different charges."""
    twice, rows, unread = _asked(
        engine,
        "select count(*) - count(distinct (row_number, record_id)), count(distinct row_number) from charges "
        "where line_kind = 'imported'",
    )
    again = Finding(f"{twice:,} charges of {one.file_name} stand twice", f"{one.file_name} 有 {twice:,} 条计费行重复")
    return counted(
        f"rows {one.file_name}",
        f"{one.file_name}: rows of the file = rows charged, once",
        f"{one.file_name}：文件行数 = 计费的行数，且不重复",
        (one.records, rows),
        unread + ((again,) if twice else ()),
    )


def _asked(engine: duckdb.DuckDBPyConnection, statement: str) -> tuple[int, int, tuple[Finding, ...]]:
    """Return (count, sum, findings); a file that cannot be read is a finding."""
    try:
        row = engine.execute(statement).fetchone()
    except duckdb.Error as error:
        reraise_shortage(error)
        return 0, 0, (trouble(error, Finding("a file", "某个文件")),)
    assert row is not None, "an aggregate without groups gives one row"
    return int(row[0]), int(row[1]), ()


def _differs(what: Finding, found: str, expected: str) -> tuple[Finding, ...]:
    if found == expected:
        return ()
    english, chinese = f"{what.english}: {found}, recorded {expected}", f"{what.chinese}：{found}，登记为 {expected}"
    return (Finding(english, chinese),)


def _cut(text: str) -> str:
    """Cut a decimal text to ten decimals and drop trailing zeros: the part that a charge line can hold."""
    whole, _, fraction = text.partition(".")
    fraction = fraction[:10].rstrip("0")
    kept = f"{whole}.{fraction}" if fraction else whole
    return "0" if kept in {"-0", ""} else kept
