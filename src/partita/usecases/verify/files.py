"""Proofs of the files: every file is as it was written, and holds what the manifest says (VERIFY-3)."""

from __future__ import annotations

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
from partita.store.files import digest_of
from partita.usecases.rating import show_files, show_usage
from partita.usecases.verify.equation import Equation
from partita.usecases.work import Books


def untouched(books: Books) -> list[Equation]:
    """Prove that each file named in the manifest is there, byte for byte; a damaged one is named."""
    with books.work() as work:
        named = [(one.path, one.digest) for one in usage_store.files(work.tx)]
        named += [(one.path, one.digest) for one in charge_store.every(work.tx)]
    findings = [
        f"file {path}: {trouble}"
        for path, digest in named
        if (trouble := _trouble(books.room.path(path), digest)) is not None
    ]
    return [
        Equation(
            name="files",
            english="files named = files with their SHA-256",
            chinese="清单中的文件 = 摘要一致的文件",
            left=f"{len(named):,}",
            right=f"{len(named) - len(findings):,}",
            findings=tuple(findings),
        )
    ]


def _trouble(path: Path, digest: bytes) -> str | None:
    if not path.exists():
        return "is missing"
    return None if digest_of(path) == digest else "differs from what was written"


def usage_totals(books: Books) -> list[Equation]:
    """Prove that what was accepted is what the usage files hold, in records and in quantity."""
    with books.work() as work:
        accepted, quantity_e6 = proof.accepted_totals(work.tx)
        files = usage_store.files(work.tx)
    engine = books.engine()
    try:
        show_usage(engine, books.room, files)
        held, held_e6, trouble = _asked(
            engine, "select count(*), coalesce(sum(quantity_e6), 0)::DECIMAL(38,0) from usage"
        )
    finally:
        engine.close()
    return [
        Equation(
            "usage-records", "usage accepted = usage on file", "接收的用量条数 = 文件中的条数",
            f"{accepted:,}", f"{held:,}", trouble,
        ),
        Equation(
            "usage-quantity", "quantity accepted = quantity on file", "接收的用量 = 文件中的用量",
            format_quantity(quantity_e6), format_quantity(held_e6), trouble,
        ),
    ]  # fmt: skip


def import_totals(books: Books) -> list[Equation]:
    """Prove file total = sum of charges + import remainder for each import, the charges read from their files."""
    with books.work() as work:
        imports = import_store.imports(work.tx)
        files = charge_store.every(work.tx)
    equations: list[Equation] = []
    engine = books.engine()
    try:
        for one in imports:
            paths = [str(books.room.path(file.path)) for file in files if file.import_id == one.import_id]
            show_files(engine, "charges", IMPORTED, paths)
            equations.append(_rows_once(engine, one))
            rated = "select count(*), coalesce(sum(billed_cost_e10), 0)::DECIMAL(38,0) from charges"
            _, sum_e10, trouble = _asked(engine, f"{rated} where line_kind = 'imported'")
            _, line_e10, _ = _asked(engine, f"{rated} where line_kind = 'import_remainder'")
            whole = EXACT.add(one.charges_total, one.credits_charges_total)
            rest = EXACT.add(one.remainder, one.credits_remainder)
            equations.append(
                Equation(
                    f"import {one.file_name}",
                    f"{one.file_name}: file total = charges + remainder",
                    f"{one.file_name}：文件合计 = 计费行合计 + 尾差",
                    plain_text(EXACT.add(one.file_total, one.credits_total)),
                    plain_text(EXACT.add(whole, rest)),
                    trouble + _differs("charges on file", format_scaled(sum_e10, 10), plain_text(whole))
                    + _differs("remainder line on file", format_scaled(line_e10, 10), _cut(plain_text(rest))),
                )
            )  # fmt: skip
    finally:
        engine.close()
    return equations


def _rows_once(engine: duckdb.DuckDBPyConnection, one: import_store.BillImport) -> Equation:
    """Prove that each row of the provider's file is charged, and once: a row and its credits are different charges."""
    twice, rows, trouble = _asked(
        engine,
        "select count(*) - count(distinct (row_number, record_id)), count(distinct row_number) from charges "
        "where line_kind = 'imported'",
    )
    return Equation(
        f"rows {one.file_name}",
        f"{one.file_name}: rows of the file = rows charged, once",
        f"{one.file_name}：文件行数 = 计费的行数，且不重复",
        f"{one.records:,}",
        f"{rows:,}",
        trouble + ((f"{twice:,} charges of {one.file_name} stand twice",) if twice else ()),
    )


def _asked(engine: duckdb.DuckDBPyConnection, statement: str) -> tuple[int, int, tuple[str, ...]]:
    """Return (count, sum, findings); a file that cannot be read is a finding."""
    try:
        row = engine.execute(statement).fetchone()
    except duckdb.Error as error:
        return 0, 0, (f"a file cannot be read: {str(error).splitlines()[0]}",)
    assert row is not None, "an aggregate without groups gives one row"
    return int(row[0]), int(row[1]), ()


def _differs(what: str, found: str, expected: str) -> tuple[str, ...]:
    return () if found == expected else (f"{what}: {found}, recorded {expected}",)


def _cut(text: str) -> str:
    """Cut a decimal text to ten decimals and drop trailing zeros: the part that a charge line can hold."""
    whole, _, fraction = text.partition(".")
    fraction = fraction[:10].rstrip("0")
    kept = f"{whole}.{fraction}" if fraction else whole
    return "0" if kept in {"-0", ""} else kept
