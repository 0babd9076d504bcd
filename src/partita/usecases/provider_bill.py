"""Take in a provider's bill: read it once, check it, write its charges, and tie its total out.

Nothing of a file counts before all of it does: the charges lie in files that no manifest names until the one
transaction at the end. The same file again changes nothing. Rules: IMPORT-1 … IMPORT-10
(`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack

import duckdb

from partita.core.ids import derived_id
from partita.core.money import CURRENCIES
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused
from partita.formats import bill_charges
from partita.formats.bill_charges import ChargeWriting, Holding, Totals, Written
from partita.formats.bill_format import BillFormat, Layout, doubled, lay_out, missing
from partita.formats.bill_formats import BILL_FORMATS, fitting
from partita.formats.bill_rows import open_rows
from partita.formats.bill_source import BillSource, fingerprint, look_at
from partita.formats.bill_staging import stage
from partita.store import charge as charge_store
from partita.store import org as org_store
from partita.store import provider_bill as import_store
from partita.store.charge import ChargeFile
from partita.store.provider_bill import BillImport
from partita.store.usage import lock_intake
from partita.usecases.permission import operator_only
from partita.usecases.work import Books, Work

Progress = Callable[[int, int, str], object]
_Place = tuple[int, str]
"""A billing month and a payer: what one import holds, and another may stand in the place of."""
_STEPS = 4
_CHANGED = ("it changed while it was read: import it again.", "读取过程中文件被修改：请重新导入。")
_NO_COMMAS = (
    "The columns are not separated by commas: save the file as CSV with commas.",
    "各列不是以逗号分隔：请另存为逗号分隔的 CSV。",
)


@dataclass(frozen=True, slots=True)
class BillImported:
    """What an import did: its equations as exact decimals, what it holds, and what a reader should know."""

    taken: BillImport
    title: tuple[str, str]
    months: tuple[int, ...]
    payers: tuple[str, ...]
    already_imported: bool = False
    dry_run: bool = False
    replaced_by: str | None = None
    replaces: tuple[str, ...] = ()
    same_period_as: tuple[str, ...] = ()
    rows_without_cost: int = 0
    identity_broken: int = 0
    identity_says: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read and written as charges, but is in no manifest yet."""

    taken: BillImport
    written: Sequence[Written]
    held: Sequence[Holding]
    totals: Totals


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that can be read, and what tells whether it stays the same meanwhile."""

    source: BillSource
    layout: Layout
    state: tuple[int, int, int]
    digest: bytes


@dataclass(frozen=True, slots=True)
class _Order:
    """What the caller asked for."""

    path: Path
    bill_format: BillFormat
    progress: Progress
    choices: Choices

    @property
    def replace(self) -> bool:
        return self.choices.get("replace", False)

    @property
    def dry_run(self) -> bool:
        return self.choices.get("dry_run", False)

    @property
    def currency(self) -> str | None:
        return self.choices.get("currency")

    def step(self, number: int, note: str) -> None:
        self.progress(number, _STEPS, note)


class Choices(TypedDict, total=False):
    """What a caller may choose: replace earlier imports of the period, expect a currency, change nothing."""

    replace: bool
    currency: str | None
    dry_run: bool


def import_bill(
    books: Books, path: Path, *, format_name: str, progress: Progress | None = None, **choices: Unpack[Choices]
) -> BillImported | Refused:
    """Take in the bill at `path`: all of it, or nothing with the reason, the row and the column (IMPORT-7).

    Only the operator may.
    """
    if no := operator_only(books):
        return no
    bill_format = BILL_FORMATS.get(format_name)
    if bill_format is None:
        return refused(Reason.UNKNOWN_FORMAT, format=format_name, known=", ".join(BILL_FORMATS))
    expected = choices.get("currency")
    if expected is not None and expected not in CURRENCIES:
        return refused(Reason.UNKNOWN_CURRENCY, currency=expected)
    order = _Order(path, bill_format, progress or _silent, choices)
    order.step(0, "look")
    found = _look(order)
    if isinstance(found, Refused):
        return found

    with books.work() as work:
        known = import_store.find(work.tx, found.digest)
        if known is not None:
            return _again(books, work, known, order)
        bucket_count = org_store.bucket_count(work.tx)

    with books.room.incoming() as folder, books.engine() as engine:
        read = _read(engine, order, found, folder, bucket_count)
        if _state(path) != found.state:
            read = refused(Reason.FILE_UNREADABLE, format=format_name, detail=_CHANGED)
        order.step(3, "record")
        return read if isinstance(read, Refused) else _record(books, order, read)


def _look(order: _Order) -> _Found | Refused:
    """Say what the file is, where its columns are, and which file it is."""
    source = look_at(order.path, order.bill_format.name, order.bill_format.encodings)
    if isinstance(source, Refused):
        return source
    layout = _layout(order.bill_format, source)
    if isinstance(layout, Refused):
        return layout
    state, digest = _state(order.path), fingerprint(source)
    return digest if isinstance(digest, Refused) else _Found(source, layout, state, digest)


def _layout(bill_format: BillFormat, source: BillSource) -> Layout | Refused:
    """Find the columns; when required ones are missing, say which, and which format the header does fit (IMPORT-5)."""
    layout = lay_out(bill_format, source.header)
    lacking = missing(bill_format, layout)
    if not lacking:
        twins = doubled(bill_format, layout)
        return refused(Reason.COLUMN_TWICE, column=twins[0], times=twins[1]) if twins else layout
    others = [name for name in fitting(source.header) if name != bill_format.name]
    hint = ("", "")
    if others:
        use = f"--format {others[0]}"
        hint = (f"It looks like {others[0]}: use {use}.", f"看起来是 {others[0]} 格式：请使用 {use}。")
    if len(source.header) == 1 and any(mark in source.header[0] for mark in ";\t|"):
        hint = _NO_COMMAS
    return refused(Reason.WRONG_HEADER, format=bill_format.name, missing=", ".join(lacking), hint=hint)


def _read(
    engine: duckdb.DuckDBPyConnection, order: _Order, found: _Found, folder: Path, bucket_count: int
) -> _Read | Refused:
    """Read, check, and write the charges into the folder; nothing is in the books yet."""
    order.step(0, "read")
    rows = open_rows(engine, found.source, order.bill_format, found.layout, folder)
    staged = rows if isinstance(rows, Refused) else stage(engine, rows, order.currency, folder)
    if isinstance(staged, Refused):
        return staged
    order.step(1, "add up")
    totals = bill_charges.totals(engine, staged)
    held = bill_charges.holdings(engine, staged)
    order.step(2, "write")
    written = bill_charges.write_charges(engine, staged, ChargeWriting(held, totals, bucket_count, folder))
    charges_total, credits_charged = bill_charges.charged(written)
    taken = BillImport(
        import_id=derived_id("imp", order.bill_format.name, found.digest.hex()),
        format_name=order.bill_format.name,
        file_name=order.path.name,
        digest=found.digest,
        currency=staged.currency,
        records=staged.records,
        file_total=totals.file_total,
        charges_total=charges_total,
        remainder=totals.remainder,
        credits_total=totals.credits_total,
        credits_charges_total=credits_charged,
        credits_remainder=totals.credits_remainder,
    )
    return _Read(taken, written, held, totals)


def _record(books: Books, order: _Order, read: _Read) -> BillImported | Refused:
    """Move the files to their places and name them, in one transaction that keeps other importers out."""
    with books.work() as work:
        lock_intake(work.tx)
        known = import_store.find(work.tx, read.taken.digest)
        if known is not None:
            return _again(books, work, known, order)
        held = {(one.month, one.payer_id) for one in read.held}
        earlier = _earlier(books, work, read.taken, held)
        if order.replace and (no := _loses(earlier, held)):
            return no
        replaces = tuple(earlier) if order.replace else ()
        if not order.dry_run:
            files = [_kept(books, read.taken, one) for one in read.written]
            import_store.record(work.tx, read.taken, recorded_at=work.now)
            import_store.replace(work.tx, replaces, by=read.taken.import_id, recorded_at=work.now)
            charge_store.record(work.tx, files, recorded_at=work.now)
    return BillImported(
        taken=read.taken,
        title=order.bill_format.title,
        months=tuple(sorted({one.month for one in read.held})),
        payers=tuple(sorted({one.payer_id for one in read.held})),
        dry_run=order.dry_run,
        replaces=replaces,
        same_period_as=() if order.replace else tuple(earlier),
        rows_without_cost=read.totals.without_cost,
        identity_broken=read.totals.identity_broken,
        identity_says=order.bill_format.identity_says,
    )


def _earlier(books: Books, work: Work, taken: BillImport, held: set[_Place]) -> dict[str, set[_Place]]:
    """Return the other standing imports that hold a month and payer of this one, each with all it holds (IMPORT-6)."""
    found: dict[str, set[_Place]] = {}
    with books.engine() as engine:
        for one in import_store.standing(work.tx, taken.format_name, {month for month, _ in held}):
            payers = bill_charges.payers_of(engine, books.room.path(one.path))
            found.setdefault(one.import_id, set()).update((one.month, payer) for payer in payers)
    found.pop(taken.import_id, None)
    return {import_id: holds for import_id, holds in found.items() if holds & held}


def _loses(earlier: dict[str, set[_Place]], held: set[_Place]) -> Refused | None:
    """Refuse to replace an import that also holds what the file in its place does not."""
    for import_id, holds in earlier.items():
        if lost := sorted(holds - held):
            others = ", ".join(f"{payer} {Month.from_number(month)}" for month, payer in lost)
            return refused(Reason.REPLACES_TOO_MUCH, import_id=import_id, others=others)
    return None


def _kept(books: Books, taken: BillImport, one: Written) -> ChargeFile:
    path = f"charges/{taken.format_name}/{one.month}/{one.bucket}/{taken.import_id}.parquet"
    return ChargeFile(
        stage="imported",
        origin=taken.format_name,
        month=one.month,
        bucket=one.bucket,
        generation=0,
        import_id=taken.import_id,
        path=path,
        records=one.records,
        costs=one.costs,
        digest=books.room.keep(one.path, path),
    )


def _again(books: Books, work: Work, known: BillImport, order: _Order) -> BillImported | Refused:
    """Answer for a file that is in the books already: nothing comes in, and what was replaced stays so (IMPORT-6).

    With `replace` a file that counts beside others of its payers and months takes their place after all.
    """
    replaced_by = import_store.replaced_by(work.tx, known.import_id)
    if order.replace and replaced_by is not None:
        return refused(Reason.REPLACED_BEFORE, import_id=known.import_id, replaced_by=replaced_by)
    replaces = _replaced_after_all(books, work, known, order) if order.replace else ()
    if isinstance(replaces, Refused):
        return replaces
    files = [one for one in charge_store.every(work.tx) if one.import_id == known.import_id]
    return BillImported(
        taken=known,
        title=BILL_FORMATS[known.format_name].title,
        months=tuple(sorted({one.month for one in files})),
        payers=(),
        already_imported=True,
        dry_run=order.dry_run,
        replaced_by=replaced_by,
        replaces=replaces,
    )


def _replaced_after_all(books: Books, work: Work, known: BillImport, order: _Order) -> tuple[str, ...] | Refused:
    """Let an import that was counted beside others stand in their place; return them."""
    lock_intake(work.tx)
    files = [one for one in charge_store.every(work.tx) if one.import_id == known.import_id]
    with books.engine() as engine:
        held = {
            (one.month, payer) for one in files for payer in bill_charges.payers_of(engine, books.room.path(one.path))
        }
    earlier = _earlier(books, work, known, held)
    if no := _loses(earlier, held):
        return no
    if not order.dry_run:
        import_store.replace(work.tx, tuple(earlier), by=known.import_id, recorded_at=work.now)
    return tuple(earlier)


def _state(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ino


def _silent(_done: int, _total: int, _note: str) -> None:
    """Report nothing."""
