"""Bills as files: a view or a custom bill of a month, as CSV, Excel or Parquet, of any number of rows.

The file appears when it is whole and holds the same money as the bill (CUSTOM-3). Does not own what it holds
(`core.custom_bill`) nor how a file is written (`formats.bill_file`). Rules: CUSTOM-3 (`docs/rules/custom_bill.md`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from partita.columnar.bill_view import said_sql
from partita.core.custom_bill import Definition, unknown_word
from partita.core.money import AMOUNT_SCALE, format_scaled
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.formats import bill_file
from partita.formats.bill_file import KINDS, Sheet
from partita.usecases.bill_view import Asked, Reading, is_provisional, prepared, read
from partita.usecases.work import Books


@dataclass(frozen=True, slots=True)
class BillFile:
    """A written file: its rows and columns, and the payable in it by currency in `_e10`; None = no such column.

    A dry run writes nothing. `left_out`: members that the actor may not see.
    """

    target: Path
    month: Month
    rows: int
    columns: int
    sums: Mapping[str, int]
    in_file: Mapping[str, int] | None
    provisional: bool
    dry_run: bool
    left_out: Mapping[str, Refused] = field(default_factory=dict)


def export(books: Books, asked: Asked, what: Definition, target: Path, *, dry_run: bool = False) -> BillFile | Refused:
    """Write a bill to a file; its name says which kind it is. One of the same name is replaced when it is whole.

    Refused in this order: UNKNOWN_FILE_KIND, BAD_COLUMN, what `authorise` says, UNKNOWN_ACCOUNT, NO_PRICE_IN_FORCE,
    NOTHING_CHARGED, CANNOT_WRITE, BILL_FILE_DIFFERS.
    """
    if target.suffix.lower() not in KINDS:
        return refused(Reason.UNKNOWN_FILE_KIND, path=target, known=" / ".join(KINDS))
    if (wrong := unknown_word(what)) is not None:
        return refused(Reason.BAD_COLUMN, what=wrong.what, name=wrong.name, known=", ".join(wrong.known))
    with read(books, replace(asked, action=Action.EXPORT_CHARGES)) as reading:
        if isinstance(reading, Refused):
            return reading
        return write(reading, what, target, dry_run=dry_run)


def write(reading: Reading, what: Definition, target: Path, *, dry_run: bool = False) -> BillFile | Refused:
    """Write a bill whose charges are laid out. Refused: CANNOT_WRITE, BILL_FILE_DIFFERS."""
    engine = reading.engine
    engine.execute(f"create or replace temp table viewed as {prepared(reading, what.dimensions, what.filters)}")
    found = engine.execute("select currency, sum(payable_e10)::varchar, count(*) from viewed group by 1").fetchall()
    sums, rows = {currency: int(amount) for currency, amount, _ in found}, sum(count for *_, count in found)
    if not what.wanted and (odd := _differs(_charged(reading), sums)):
        return odd
    done = BillFile(
        target, reading.month, rows, len(what.columns), sums, None, is_provisional(reading), dry_run, reading.left_out
    )
    if dry_run:
        return done
    sheet = Sheet(what.columns, what.language, {"zh": "账单"}.get(what.language, "Bill"))
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
            made = Path(folder) / target.name
            bill_file.write(engine, said_sql("from viewed", what.dimensions, what.language), sheet, made)
            in_file = bill_file.sums_of_file(engine, sheet, made)
            if in_file is not None and (odd := _differs(sums, in_file)):
                return odd
            made.replace(target)
    except (OSError, duckdb.IOException) as error:
        detail = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
        return refused(Reason.CANNOT_WRITE, path=target, detail=detail)
    return replace(done, in_file=in_file)


def _charged(reading: Reading) -> dict[str, int]:
    sums: dict[str, int] = {}
    for (_, currency), amount in reading.totals.items():
        sums[currency] = sums.get(currency, 0) + amount
    return sums


def _differs(bill: Mapping[str, int], file: Mapping[str, int]) -> Refused | None:
    for currency in sorted({*bill, *file}):
        left, right = bill.get(currency, 0), file.get(currency, 0)
        if left != right:
            texts = (format_scaled(one, AMOUNT_SCALE) for one in (left, right))
            return refused(
                Reason.BILL_FILE_DIFFERS, currency=currency, **dict(zip(("bill", "file"), texts, strict=True))
            )
    return None
