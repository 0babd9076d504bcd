"""Import a public price list: a file of another's prices → the documents of a catalogue, to be looked at and applied.

Nothing goes into the books: `apply` does that. Rules: CATALOG-10 (`docs/rules/catalog.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from partita.core.money import is_currency
from partita.core.refusal import Reason, Refused, refused
from partita.formats.catalog.price_list import PriceList, read_price_list, write_catalogue
from partita.formats.setup.rows import instant


@dataclass(frozen=True, slots=True)
class Imported:
    """What a price list became: its rows, what was left out, and the documents written (none of a dry run)."""

    found: PriceList
    written: tuple[Path, ...]


def import_price_list(
    file: Path, folder: Path, *, currency: str, effective_from: str, without_free: bool = False, dry_run: bool = False
) -> Imported | Refused:
    """Write a price list as a catalogue (CATALOG-10); the folder must be new or empty.

    Refused in this order: UNKNOWN_CURRENCY_CODE, BAD_TIME, FILE_NOT_FOUND, NO_PRICE_LIST, FOLDER_NOT_EMPTY,
    CANNOT_WRITE.
    """
    if no := _asked_at_fault(file, currency, effective_from):
        return no
    try:
        text = file.read_text(encoding="utf-8")
        found = read_price_list(text, currency=currency, effective_from=effective_from, without_free=without_free)
    except (OSError, ValueError) as error:
        return refused(Reason.NO_PRICE_LIST, path=file, detail=str(error))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        return refused(Reason.FOLDER_NOT_EMPTY, path=folder)
    if dry_run:
        return Imported(found, ())
    try:
        return Imported(found, tuple(write_catalogue(found, folder)))
    except OSError as error:
        return refused(Reason.CANNOT_WRITE, path=folder, detail=error.strerror or str(error))


def _asked_at_fault(file: Path, currency: str, effective_from: str) -> Refused | None:
    if not is_currency(currency):
        return refused(Reason.UNKNOWN_CURRENCY_CODE, currency=currency)
    try:
        instant(effective_from, "UTC")
    except ValueError:
        return refused(Reason.BAD_TIME, name="from", value=effective_from)
    return None if file.is_file() else refused(Reason.FILE_NOT_FOUND, path=file)
