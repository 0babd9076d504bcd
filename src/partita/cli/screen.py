"""The screen: language, tables, progress, JSON, refusals and exit codes, one way for every command.

Owns how things look; decides nothing. Results go to standard output, progress and messages to standard error, so that
`--json` can be piped. Exit codes: `EXIT_*`, documented in `docs/guide/commands.md`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from partita.core.money import AMOUNT_SCALE, format_scaled, minor_digits
from partita.core.refusal import Refused
from partita.settings import Settings

if TYPE_CHECKING:
    from partita.usecases.work import Books

EXIT_DONE, EXIT_BUG, EXIT_USAGE, EXIT_REFUSED, EXIT_DIFFERENCE, EXIT_DATABASE, EXIT_REJECTS = range(7)
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141


class Advance(Protocol):
    """Says how far a long work has come."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Report `done` of `total` parts; `note` names what is being done."""


@cache
def settings() -> Settings:
    """Return the settings of this process."""
    return Settings.from_environment()


def say(en: str, zh: str) -> str:
    """Return the text in the user's language."""
    return zh if settings().language == "zh" else en


def out() -> Console:
    """Return the console for results. Piped output is wide, so that tables are not cut."""
    console = Console(highlight=False, soft_wrap=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=max(console.width, 132))


def err() -> Console:
    """Return the console for progress and messages."""
    return Console(stderr=True, highlight=False, emoji=False)


@contextmanager
def opened() -> Iterator[Books]:
    """Open the books as the environment says."""
    from partita.wiring import open_books  # noqa: PLC0415 - a command that needs no books starts without them

    with open_books(settings()) as books:
        yield books


def answer(result: Mapping[str, object], *, as_json: bool, render: Callable[[Console], None]) -> None:
    """Print the result: as one JSON document, or as people like to read it."""
    if as_json:
        sys.stdout.write(json.dumps(result, ensure_ascii=False, indent=2, default=_plain) + "\n")
    else:
        render(out())


def refuse(no: Refused, *, as_json: bool = False) -> NoReturn:
    """Say an expected "no" and leave with `EXIT_REFUSED`."""
    if as_json:
        document = {
            "refused": no.reason.name,
            "message": no.message(settings().language),
            "detail": {name: str(value) for name, value in no.detail.items()},
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        err().print(f"[bold red]{no.reason.name}[/] ", end="")
        err().print(no.message(settings().language), markup=False)
    raise SystemExit(EXIT_REFUSED)


@contextmanager
def progress(en: str, zh: str) -> Iterator[Advance]:
    """Show a progress bar on standard error while the work goes on; nothing where no terminal looks."""
    console = err()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[note]}"),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(say(en, zh), total=None, note="")

        def advance(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield advance


def table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> Table:
    """Return an empty table whose `right` columns (figures) align at the right."""
    grid = Table(title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        grid.add_column(column, justify="right" if column in right else "left", no_wrap=column in right)
    return grid


def money(minor: int, currency: str) -> str:
    """Write minor units with thousands separators: `1,234.50`."""
    digits = minor_digits(currency)
    return grouped(format_scaled(minor, digits, places=digits))


def amount(amount_e10: int, currency: str = "CNY") -> str:
    """Write a rated amount exactly, at least with the currency's decimals: `1,234.5000000001`."""
    return grouped(format_scaled(amount_e10, AMOUNT_SCALE, places=minor_digits(currency)))


def grouped(text: str) -> str:
    """Put thousands separators into a plain decimal text."""
    whole, dot, fraction = text.partition(".")
    return f"{int(whole):,}{dot}{fraction}" if not whole.startswith("-0") else f"-{whole[1:]}{dot}{fraction}"


def _plain(value: object) -> Any:  # noqa: ANN401 - what JSON takes
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Decimal():
            return f"{value:f}"
        case Path():
            return str(value)
        case bytes():
            return value.hex()
        case set() | frozenset():
            return sorted(value)
        case _:
            return str(value)
