"""Take usage in: read a file, check every row, and store what is new, wholly or not at all.

The long part (reading, checking) happens before the lock of the intake is taken, the comparison with what is stored
and the naming of the new files under it, in one transaction. Does not own what a valid row is (`columnar.usage`) nor
what a file looks like (`formats.usage`). Rules: USAGE-1 … USAGE-9 (`docs/rules/usage.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from partita.columnar import usage as columns
from partita.columnar.tables import USAGE, column_list
from partita.columnar.usage import Counts, LookUps, Part
from partita.core.ids import derived_id
from partita.core.refusal import Reason, Refused, refused
from partita.core.usage import Rejection
from partita.formats import usage_rejects
from partita.formats.quoting import literal
from partita.formats.usage import UsageSource, open_usage, refuse_path
from partita.store import catalog as catalog_store
from partita.store import org as org_store
from partita.store import usage as usage_store
from partita.store.db import Transaction
from partita.store.engine import leave_room
from partita.store.files import FileRoom
from partita.store.usage import UsageBatch, UsageFile
from partita.usecases.permission import operator_only
from partita.usecases.spend.take_up import Accepted, take_up
from partita.usecases.stored_usage import merge, stored_sql
from partita.usecases.work import Books, Work

Progress = Callable[[int, int, str], object]

REJECTIONS_SHOWN = 20
AT_ONCE_MOST = 100_000
"""Of so many new records it is known at once what they cost; of more `rate` says it (SPEND-2)."""
_STEPS = 5
_CHANGED = ("it changed while it was read: import it again.", "读取过程中文件被修改：请重新导入。")
_SAME_FILE = ("it is the usage file itself or a folder.", "它就是用量文件本身，或是文件夹。")
_OTHER_FILE = ("it exists and is no rejects file.", "该文件已存在，且不是拒绝文件。")
_NO_FOLDER = ("there is no such folder.", "没有此文件夹。")
_OURS = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.InternalException,
    duckdb.OutOfMemoryException,
    duckdb.ParserException,
)
"""What the engine raises for no fault of the file; a damaged file may raise anything else."""


@dataclass(frozen=True, slots=True)
class MonthTaken:
    """What came in for one month; `late` = the month's usage was frozen by a close, so it becomes a correction."""

    month: int
    records: int
    quantity_e6: int
    late: bool


@dataclass(frozen=True, slots=True)
class UsageImported:
    """What became of the rows of a file: accepted + duplicates + rejected = records (USAGE-6).

    With `already_imported` nothing changed and the figures are those of the earlier import. `rejections` are the first
    of the rejected rows; all of them are in the file `rejects`.
    """

    batch_id: str
    file_name: str
    records: int
    accepted: int
    duplicates: int
    rejected: int
    quantity_e6: int
    months: tuple[MonthTaken, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    rejects: Path | None = None
    ignored: tuple[str, ...] = ()
    already_imported: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Intake:
    """One file on its way in: the engine that holds its rows, and what the caller asked for."""

    engine: duckdb.DuckDBPyConnection
    source: UsageSource
    name: str
    rejects: Path
    dry_run: bool
    step: Callable[[int, str], object]
    only: list[str] | None


def import_usage(
    books: Books,
    path: Path,
    *,
    name: str | None = None,
    rejects: Path | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> UsageImported | Refused:
    """Take in the usage of a file (CSV, NDJSON, Parquet; the first two also gzipped).

    The same content again changes nothing (USAGE-2), whatever file it comes in. Rows that cannot be taken in are
    written to `rejects` (default `<file>.rejects.csv`), the others are stored; a file that is none is refused and
    nothing of it taken in. `name` is what the batch is called (default: the file's name). A dry run writes nothing.
    Only the operator may.
    """
    if no := operator_only(books) or refuse_path(path):
        return no
    rejects = rejects or usage_rejects.default_path(path)
    if no := _refuse_rejects(path, rejects):
        return no
    report = progress or (lambda _done, _total, _note: None)

    def step(done: int, note: str) -> None:
        report(done, _STEPS, note)

    with books.room.incoming() as folder, books.engine() as engine:
        leave_room(engine)
        step(0, "read")
        seen = _state(path)
        source = open_usage(path, folder, engine)
        if isinstance(source, Refused):
            return source
        only = _accounts_in(engine, source, path)
        with books.work() as work:
            known = usage_store.batches_of(work.tx, source.digest)
            look_ups = _load(work.tx, only)
        if known and _best(known).rejected == 0:
            return _again(_best(known), source, rejects, dry_run=dry_run)

        intake = _Intake(engine, source, name or path.name, rejects, dry_run, step, only)
        failed = _stage(intake, look_ups)
        if failed is None and _state(path) != seen:
            failed = _changed(source)
        if failed is not None:
            return failed
        answer = _take_in(books, intake, look_ups, folder)
        if isinstance(answer, UsageImported) and answer.months and not dry_run:
            merge(books, engine, _places(engine))
        return answer


def _refuse_rejects(path: Path, rejects: Path) -> Refused | None:
    """Refuse a place for the rejects that cannot be written, or where something else would be lost."""
    if rejects.resolve() == path.resolve() or rejects.is_dir():
        return refused(Reason.REJECTS_NOT_WRITABLE, path=rejects, detail=_SAME_FILE)
    if rejects.exists() and rejects.stat().st_size and not usage_rejects.is_rejects_file(rejects):
        return refused(Reason.REJECTS_NOT_WRITABLE, path=rejects, detail=_OTHER_FILE)
    if not rejects.parent.is_dir():
        return refused(Reason.REJECTS_NOT_WRITABLE, path=rejects, detail=_NO_FOLDER)
    return None


_SMALL_BYTES = 2**20
"""Of a file no larger it is worth knowing first which accounts it is about: looking up all takes longer."""


def _accounts_in(engine: duckdb.DuckDBPyConnection, source: UsageSource, path: Path) -> list[str] | None:
    """Return the accounts that a small file names; None = look all of them up."""
    if path.stat().st_size > _SMALL_BYTES:
        return None
    try:
        rows = engine.execute(f"select distinct account_id from ({source.at_once or source.rows})").fetchall()
    except duckdb.Error:
        return None  # a damaged file is told of when its rows are read
    return sorted(str(account) for (account,) in rows if account is not None)


def _load(tx: Transaction, only: list[str] | None) -> LookUps:
    accounts, payers = org_store.accounts_table(tx, only), org_store.payers_table(tx, only)
    return LookUps(accounts, payers, catalog_store.cycles_table(tx))


def _state(path: Path) -> tuple[int, int] | None:
    found = path.stat() if path.is_file() else None
    return (found.st_size, found.st_mtime_ns) if found else None


def _changed(source: UsageSource) -> Refused:
    return refused(Reason.FILE_UNREADABLE, format=source.kind.value, detail=_CHANGED)


def _best(known: Sequence[UsageBatch]) -> UsageBatch:
    """Of the imports of one content, the one that rejected least: later ones knew more accounts and SKUs."""
    return min(known, key=lambda batch: (batch.rejected, batch.batch_id))


def _again(batch: UsageBatch, source: UsageSource, rejects: Path, *, dry_run: bool) -> UsageImported:
    """Answer for content that was taken in before."""
    if not dry_run and not batch.rejected:
        _remove_old(rejects)
    return replace(_figures(batch, source, dry_run=dry_run), already_imported=True)


def _figures(batch: UsageBatch, source: UsageSource, *, dry_run: bool) -> UsageImported:
    return UsageImported(
        batch.batch_id,
        batch.file_name,
        batch.records,
        batch.accepted,
        batch.duplicates,
        batch.rejected,
        batch.quantity_e6,
        ignored=source.ignored,
        dry_run=dry_run,
    )


def _stage(intake: _Intake, look_ups: LookUps) -> Refused | None:
    """Check all rows of the file: at once where no row is damaged, line by line otherwise."""
    engine, source = intake.engine, intake.source
    intake.step(1, "check")
    columns.lay_out(engine, look_ups)
    if source.at_once is not None and _stage_at_once(engine, source):
        return None
    try:
        columns.stage(engine, source.rows)
    except _OURS:
        raise
    except duckdb.Error as error:
        said = f"{str(error).splitlines()[0].rstrip('.')}."
        return refused(Reason.FILE_UNREADABLE, format=source.kind.value, detail=(said, said))
    return None


def _stage_at_once(engine: duckdb.DuckDBPyConnection, source: UsageSource) -> bool:
    """Stage a CSV file the fast way; say whether it had no damaged row, so that the way does not matter."""
    assert source.at_once is not None, "only CSV can be read at once"
    try:
        columns.stage(engine, source.at_once)
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
        return False
    return engine.execute("select count(*) from staged").fetchone() == engine.execute(source.lines or "").fetchone()


def _take_in(books: Books, intake: _Intake, look_ups: LookUps, folder: Path) -> UsageImported | Refused:
    """Compare with what is stored, write what is new, and name it, in one transaction (FILE-1)."""
    with books.work() as work:
        intake.step(2, "compare")
        usage_store.lock_intake(work.tx)
        now_known = _load(work.tx, intake.only)
        if not look_ups.same_as(now_known) and (failed := _stage(intake, now_known)):
            return failed
        known = usage_store.batches_of(work.tx, intake.source.digest)
        if known and _best(known).rejected == 0:
            return _again(_best(known), intake.source, intake.rejects, dry_run=intake.dry_run)
        columns.compare(intake.engine, stored_sql(work.tx, books.room, intake.engine))
        counts = columns.count(intake.engine)

        rejections = _reject(intake, counts)
        if isinstance(rejections, Refused):
            return rejections
        if known and not counts.accepted:
            again = _again(_best(known), intake.source, intake.rejects, dry_run=intake.dry_run)
            return _with_rejections(again, intake, rejections)
        facts = (counts.records, counts.accepted, counts.duplicates, counts.rejected, counts.quantity_e6)
        batch_id = derived_id("bat", intake.source.digest.hex(), len(known))
        batch = UsageBatch(batch_id, intake.name, intake.source.digest, *facts)
        parts = columns.settle_fresh(intake.engine)
        if not intake.dry_run:
            files = _write(books.room, intake, batch_id, parts, folder)
            usage_store.record(work.tx, batch, files, recorded_at=work.now)
            usage_store.reach(work.tx, columns.reached(intake.engine))
            if batch.accepted <= AT_ONCE_MOST:
                work.touched.update(take_up(work, intake.engine, _accepted(intake, batch_id, books.room)))
        return _with_rejections(_answer(work, intake, batch, parts), intake, rejections)


def _places(engine: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    rows = engine.execute("select distinct month, bucket from fresh order by all").fetchall()
    return [(int(month), int(bucket)) for month, bucket in rows]


def _accepted(intake: _Intake, batch_id: str, room: FileRoom) -> Accepted:
    fresh = intake.engine.sql(f"select {column_list(USAGE)}, month, bucket from fresh").to_arrow_table()
    return Accepted(batch_id, fresh, room)


def _reject(intake: _Intake, counts: Counts) -> tuple[Rejection, ...] | Refused:
    """Write the rejects file, or remove the one of an earlier try; return the first rejected rows.

    The file is read a second time, for the numbers of the rows: refused when it does not say the same any more.
    """
    if not counts.rejected:
        if not intake.dry_run:
            _remove_old(intake.rejects)
        return ()
    intake.step(3, "reject")
    try:
        found = columns.find_rejects(intake.engine, intake.source.numbered)
    except duckdb.IOException:
        return _changed(intake.source)
    if found != counts.rejected:
        return _changed(intake.source)
    if not intake.dry_run:
        usage_rejects.write_rejects(intake.engine, columns.REJECTS, intake.source.header, intake.rejects)
    return usage_rejects.first_rejections(intake.engine, columns.REJECTS, REJECTIONS_SHOWN)


def _remove_old(rejects: Path) -> None:
    if rejects.is_file():
        rejects.unlink()


def _write(room: FileRoom, intake: _Intake, batch_id: str, parts: Sequence[Part], folder: Path) -> list[UsageFile]:
    """Write the new records, one file for each month and bucket, and move them to their places (FILE-1)."""
    intake.step(4, "write")
    files = []
    for part in parts:
        making = folder / f"{part.month}-{part.bucket}.parquet"
        intake.engine.execute(f"copy ({part.sql}) to {literal(making)} (format parquet, compression zstd)")
        place = f"usage/{part.month}/{part.bucket}/{batch_id}.parquet"
        digest = room.keep(making, place)
        files.append(UsageFile(0, batch_id, part.month, part.bucket, place, part.records, part.quantity_e6, digest))
    intake.step(_STEPS, "record")
    return files


def _answer(work: Work, intake: _Intake, batch: UsageBatch, parts: Sequence[Part]) -> UsageImported:
    frozen = usage_store.frozen_through(work.tx)
    months = tuple(
        MonthTaken(
            month,
            sum(part.records for part in parts if part.month == month),
            sum(part.quantity_e6 for part in parts if part.month == month),
            month <= frozen,
        )
        for month in sorted({part.month for part in parts})
    )
    return replace(_figures(batch, intake.source, dry_run=intake.dry_run), months=months)


def _with_rejections(answer: UsageImported, intake: _Intake, rejections: tuple[Rejection, ...]) -> UsageImported:
    written = None if intake.dry_run or not rejections else intake.rejects
    return replace(answer, rejections=rejections, rejects=written)
