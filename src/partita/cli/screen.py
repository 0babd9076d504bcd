"""The screen: language, tables, progress, JSON, refusals and exit codes, one way for every command.

Owns how things look; decides nothing. Results go to standard output, progress and messages to standard error, so that
`--json` can be piped. Exit codes: `EXIT_*`, documented in `docs/guide/commands.md`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from partita.core.money import AMOUNT_SCALE, format_scaled, grouped, minor_digits
from partita.core.refusal import Refused
from partita.settings import Settings

if TYPE_CHECKING:
    from partita.usecases.work import Books

EXIT_DONE, EXIT_BUG, EXIT_USAGE, EXIT_REFUSED, EXIT_DIFFERENCE, EXIT_DATABASE, EXIT_REJECTS = range(7)
EXIT_NO_SPACE = 7
EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
PIPE_WIDTH = 1000
"""Columns where no terminal looks: wide enough for every table, which takes only what it needs."""
_WIDE = 110
_BARS = ((_WIDE, 30), (72, 12))


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
    """Return the console for results: it prints text as it is. Piped output has no width, so nothing is cut there."""
    return _console(stderr=False)


def err() -> Console:
    """Return the console for progress and messages: it prints text as it is."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    return console


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
    language = settings().language
    detail = {
        name: _plain(value) if isinstance(value, datetime) else str(value)
        for name, value in no.details(language).items()
    }
    complain(no.reason.name, no.message(language), detail, as_json=as_json)
    raise SystemExit(EXIT_REFUSED)


def misuse(en: str, zh: str) -> NoReturn:
    """Say that the command line is wrong and leave with `EXIT_USAGE`."""
    tell_misuse(say(en, zh))
    raise SystemExit(EXIT_USAGE)


def tell_misuse(message: str) -> None:
    """Say what is wrong with the command line; as one JSON document where `--json` was given."""
    complain("WRONG_USAGE", message, as_json=json_wanted())


def json_wanted() -> bool:
    """Tell whether the user asked for JSON, even where the command line as a whole cannot be read."""
    return "--json" in sys.argv[1:]


def complain(name: str, message: str, detail: Mapping[str, str] | None = None, *, as_json: bool) -> None:
    """Say what is wrong: its name and the sentence, on standard error; or as one JSON document."""
    if as_json:
        document = {"refused": name, "message": message, "detail": detail or {}}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    else:
        err().print(Text.assemble((name, "bold red"), " ", message))


@contextmanager
def progress(en: str, zh: str) -> Iterator[Advance]:
    """Show a progress bar on standard error while the work goes on; nothing where no terminal looks."""
    console = err()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", style="dim", markup=False),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task(say(en, zh), total=None, note="")

        def advance(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=_note(note))

        yield advance


def table(*columns: str, right: Sequence[str] = (), title: str | None = None) -> Table:
    """Return an empty table whose `right` columns (figures) align at the right."""
    grid = Table(title=title, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        figures = column in right
        grid.add_column(column, justify="right" if figures else "left", no_wrap=figures, overflow="fold")
    return grid


def print_fitted(
    console: Console,
    heads: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    layouts: Sequence[Sequence[str]],
    *,
    right: Sequence[str] = (),
    title: str | None = None,
) -> Sequence[str]:
    """Print a table in the first of `layouts` (names of columns, the widest first) that folds no line; return it.

    `heads` and each row have a text for every name of a column. Where even the last layout is too wide, it folds.
    """
    for names in layouts:
        grid = table(*(heads[name] for name in names), right=[heads[name] for name in right], title=title)
        for row in rows:
            grid.add_row(*(row[name] for name in names))
        if Measurement.get(console, console.options.update_width(PIPE_WIDTH), grid).maximum <= console.width:
            break
    console.print(grid)
    return names


def print_left_out(console: Console, heads: Iterable[str]) -> None:
    """Say which columns had no room."""
    names = say(", ", "、").join(heads)
    if names:
        text = say("A wider screen, a pipe or --json also shows", "更宽的屏幕、管道或 --json 还会显示")
        console.print(f"{text}{say(': ', '：')}{names}", style="dim")


def bar_width(console: Console) -> int:
    """Return how long a bar may be, so that it pushes no figure out: none at all on a very narrow screen."""
    return next((width for least, width in _BARS if console.width >= least), 0)


def bar(value: int, most: int, width: int) -> Text:
    """Return a bar of block characters, as long as `value` is of `most`; it is never folded."""
    if most <= 0 or value <= 0 or width <= 0:
        return Text("")
    whole, part = divmod(value * width * 8 // most, 8)
    return Text("█" * whole + (" ▏▎▍▌▋▊▉"[part] if part else ""), no_wrap=True)


def is_wide(console: Console) -> bool:
    """Tell whether a table of many columns fits."""
    return console.width >= _WIDE


def money(minor: int, currency: str) -> str:
    """Write minor units with thousands separators: `1,234.50`."""
    digits = minor_digits(currency)
    return grouped(format_scaled(minor, digits, places=digits))


def amount(amount_e10: int, currency: str = "CNY") -> str:
    """Write a rated amount exactly, at least with the currency's decimals: `1,234.5000000001`."""
    return grouped(format_scaled(amount_e10, AMOUNT_SCALE, places=minor_digits(currency)))


def amounts(amounts_e10: Sequence[int], currency: str) -> list[str]:
    """Write the amounts of a column exactly, with as many decimals as the longest needs: their points align."""
    return amounts_of((one, currency) for one in amounts_e10)


def amounts_of(amounts_e10: Iterable[tuple[int, str]]) -> list[str]:
    """Write the amounts of a column, each in its currency, exactly and with as many decimals as the longest needs."""
    rows = list(amounts_e10)
    plain = [format_scaled(one, AMOUNT_SCALE, places=minor_digits(currency)) for one, currency in rows]
    places = max((len(text.partition(".")[2]) for text in plain), default=0)
    return [grouped(format_scaled(one, AMOUNT_SCALE, places=places)) for one, _ in rows]


def pointed(texts: Sequence[str]) -> list[str]:
    """Pad decimals with blanks on the right so that their points stand under each other."""
    tails = [len(dot + fraction) for _, dot, fraction in (text.partition(".") for text in texts)]
    longest = max(tails, default=0)
    return [text + " " * (longest - tail) for text, tail in zip(texts, tails, strict=True)]


def who(signature: str) -> str:
    """Say who did something, as the books sign it: `operator`, `li`, `li for acme`."""
    user, acting, account = signature.partition(" for ")
    if signature == "operator":
        return say(signature, "运营方")
    return say(signature, f"{user}（以 {account} 的名义）") if acting else signature


def many(count: int, noun: str) -> str:
    """Count something in English: `1 bill`, `2 bills`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


_NOTES = {
    "open": "开始", "rating": "批价", "settling": "结算", "billed": "出账", "posted": "入账", "closed": "完成",
    "look": "查看文件", "read": "读取", "add up": "合计", "write": "写入", "record": "登记",
    "files": "文件", "rows": "数据行", "usage": "用量", "batches": "批次", "payers": "付款方",
    "imports": "导入", "ledger": "总账",
    "chain": "链", "balances": "余额", "months": "账期", "bills": "账单", "bill-parts": "账单分片",
    "transfers": "划拨", "fund-books": "资金账本", "documents": "票据与储值卡", "payments": "支付", "credit": "信控",
    "holds": "冻结", "counters": "累计用量", "services": "停复机",
    "invoices": "发票", "invoice-parts": "发票明细",
    "settled": "结算", "settlement": "结算", "overpaid": "不多付",
    "receivables": "欠款", "offsets": "抵扣", "vouchers": "代金券", "vouchers-shared": "代金券划拨", "draws": "扣款",
    "once": "不重复计费", "recount": "重算",
}  # fmt: skip


def _note(note: str) -> str:
    """Put the steps that a note names into Chinese where that is spoken; ids and months stay."""
    if settings().language != "zh":
        return note
    return _NOTES.get(note) or " ".join(_NOTES.get(word, word) for word in note.split(" "))


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
