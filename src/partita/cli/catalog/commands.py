"""`partita catalog …`: check, compare, try and apply a catalogue as a folder; show it; import a price list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from partita.cli import screen
from partita.cli.bill import month_of
from partita.cli.catalog import changes, stock
from partita.cli.moment import moment_of
from partita.cli.ways import AS_IS, Ways
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from partita.usecases.work import Books

Json = Annotated[bool, Parameter(name="--json")]
ROWS = 40
"""Rows that a screen is given; --limit 0 and --json give all."""
DIMENSIONS = ("payer", "account", "product", "sku")
WAYS = ("usage", "month", "year")


def validate(folder: Path, *, as_json: Json = False) -> None:
    """Check the catalogue in FOLDER against itself and the books; nothing is changed.

    The documents are products, skus, prices, subscription_prices and promotions, each as .csv or .yaml, or some of
    them. Every fault is named with file, row and column.
    """
    from partita.usecases.catalog import validate as check  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books:
        answer = check(books, folder)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    plain = {"stated": found.stated, "new": found.new, "files": found.files, "ignored": found.ignored}
    title = screen.say("The catalogue is sound", "价目无误")
    screen.answer(
        plain,
        as_json=as_json,
        render=lambda console: changes.print_counts(console, title, (found.stated, found.new), found.ignored),
    )


def diff(folder: Path, *, limit: int = ROWS, as_json: Json = False) -> None:
    """Say what the catalogue in FOLDER would change: each new price with the one in force before it.

    Parameters
    ----------
    limit
        rows to print; 0 = all.
    """
    from partita.usecases.catalog import compare  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books:
        answer = compare(books, folder, limit=None if as_json or not limit else limit)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    screen.answer(
        changes.compared_plain(found), as_json=as_json, render=lambda console: changes.print_compared(console, found)
    )


@Parameter(name="*")
@dataclass(frozen=True)
class What:
    """What prices are tried on, which of them, and how the answer is grouped."""

    month: str | None = None
    at: str | None = None
    by: str = "payer,account"
    limit: int = ROWS


LAST_MONTH = What()


def try_prices(folder: Path, *, what: What = LAST_MONTH, as_json: Json = False) -> None:
    """Say what the new prices in FOLDER would have cost in a month, and whom, to the last decimal; nothing is changed.

    The usage of the month is priced as it was and as it would have been, with the prices of FOLDER throughout.

    Parameters
    ----------
    what.month
        the month, such as 2026-10; default: last month.
    what.at
        try the prices that count on this day or instant; default: when the last of them has started.
    what.by
        payer, account, product, sku, or several with commas between.
    what.limit
        rows to print; 0 = all.
    """
    from partita.usecases.catalog import try_prices as try_them  # noqa: PLC0415 - a command starts fast
    from partita.usecases.catalog.trial import Trial  # noqa: PLC0415

    by = tuple(one.strip() for one in what.by.split(",") if one.strip())
    if not by or not set(by) <= set(DIMENSIONS) or len(set(by)) < len(by):
        known = ", ".join(DIMENSIONS)
        screen.misuse(f"--by {what.by!r}: write some of {known}.", f"--by {what.by!r}：可用值为 {known}。")
    month = month_of(what.month) if what.month else None
    with screen.opened() as books:
        trial = Trial(month, _instant(books, "at", what.at, as_json=as_json), by)
        answer = try_them(books, folder, trial)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    screen.answer(
        changes.tried_plain(found),
        as_json=as_json,
        render=lambda console: changes.print_tried(console, found, what.limit or len(found.rows)),
    )


def apply(folder: Path, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """Take the catalogue in FOLDER into the books: all of it, or nothing. The same folder again changes nothing.

    Who applied what, when and why stays in the books.

    Parameters
    ----------
    reason
        why, for the history.
    """
    from partita.usecases.catalog import apply as take_in  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books:
        answer = take_in(books, folder, reason=reason, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    found = answer
    title = screen.say(*(("Would be added (dry run)", "将新增（试运行）") if ways.dry_run else ("Added", "已新增")))
    screen.answer(
        changes.applied_plain(found),
        as_json=ways.as_json,
        render=lambda console: changes.print_counts(console, title, (found.stated, found.new), found.ignored),
    )


def show(sku: str = "", *, as_json: Json = False) -> None:
    """Show the catalogue, or one SKU with every price that it had, has and will have, and who recorded it.

    Parameters
    ----------
    sku
        the SKU; default: all products, promotions and the last changes.
    """
    from partita.usecases.catalog import show_catalogue, show_sku  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        if not sku:
            whole = show_catalogue(work)
            plain = stock.catalogue_plain(whole)
            screen.answer(plain, as_json=as_json, render=lambda console: stock.print_catalogue(console, whole))
            return
        answer = show_sku(work, sku)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    screen.answer(stock.sku_plain(found), as_json=as_json, render=lambda console: stock.print_sku(console, found))


@Parameter(name="*")
@dataclass(frozen=True)
class Which:
    """Which prices."""

    product: str = ""
    sku: str = ""
    region: str = ""
    currency: str = ""
    way: str = ""
    on: str | None = None
    limit: int = ROWS


EVERY = Which()


def prices(*, which: Which = EVERY, as_json: Json = False) -> None:
    """List the prices in force now, or at another time: `catalog prices --product compute --region cn-east`.

    Parameters
    ----------
    which.product
        of a product.
    which.sku
        of a SKU.
    which.region
        of a region.
    which.currency
        in a currency.
    which.way
        usage, month or year: how it is sold.
    which.on
        at a day or an instant; default: now.
    which.limit
        rows to print; 0 = all.
    """
    from partita.usecases.catalog import show_prices  # noqa: PLC0415 - a command starts fast
    from partita.usecases.catalog.show import Sought  # noqa: PLC0415

    if which.way and which.way not in WAYS:
        known = ", ".join(WAYS)
        screen.misuse(f"--way {which.way!r}: write one of {known}.", f"--way {which.way!r}：可用值为 {known}。")
    sought = Sought(which.product, which.sku, which.region, which.currency.upper(), which.way)
    with screen.opened() as books:
        at = _instant(books, "on", which.on, as_json=as_json)
        with books.work() as work:
            answer = show_prices(work, sought, at=at, limit=None if as_json or not which.limit else which.limit)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    screen.answer(stock.prices_plain(found), as_json=as_json, render=lambda console: stock.print_prices(console, found))


@Parameter(name="*")
@dataclass(frozen=True)
class Listed:
    """What the list does not say itself."""

    currency: str = "USD"
    start: Annotated[str, Parameter(name="--from")] = "1970-01-01"
    without_free: bool = False


AS_LISTED = Listed()


def import_prices(file: Path, folder: Path, *, listed: Listed = AS_LISTED, ways: Ways = AS_IS) -> None:
    """Write a public price list as a catalogue: `catalog import pricing.json prices --currency USD --from 2026-01-01`.

    FILE is in the JSON form of apache-libcloud's pricing file. Nothing goes into the books: look at FOLDER, then
    `catalog apply` it. Prices are taken to the letter; what ten decimals cannot hold is left out and counted.

    Parameters
    ----------
    listed.currency
        the currency of the list.
    listed.start
        from when its prices hold: a day, or an instant.
    listed.without_free
        leave prices of zero out.
    """
    from partita.usecases.catalog import import_price_list  # noqa: PLC0415 - a command starts fast

    answer = import_price_list(
        file,
        folder,
        currency=listed.currency,
        effective_from=listed.start,
        without_free=listed.without_free,
        dry_run=ways.dry_run,
    )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    found = answer
    screen.answer(
        changes.imported_plain(found),
        as_json=ways.as_json,
        render=lambda console: changes.print_imported(console, found, folder),
    )


def _instant(books: Books, name: str, text: str | None, *, as_json: bool) -> datetime | None:
    """Read a moment of an option; a day begins at midnight in the zone of the catalogue."""
    from partita.usecases.catalog.show import zone_of  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import start_of  # noqa: PLC0415

    moment = moment_of(name, text, as_json=as_json)
    if moment is None:
        return None
    with books.work() as work:
        return start_of(moment, zone_of(work))
