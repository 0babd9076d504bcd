"""`partita import bill`: take in a provider's bill and print its equation.

Owns how an import looks; decides nothing. Rules: IMPORT-1 … IMPORT-9 (`docs/rules/provider_bill.md`).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from partita.cli import screen
from partita.cli.screen import say
from partita.core.refusal import Refused
from partita.formats.decimals import plain_text

if TYPE_CHECKING:
    from rich.console import Console

    from partita.usecases.provider_bill import BillImported

FormatName = Literal["focus", "aws-cur", "azure-ea", "gcp", "oci", "alibaba"]


def import_bill(
    file: Path,
    *,
    format: Annotated[FormatName, Parameter(name="--format")],  # noqa: A002 - the word users know
    currency: str | None = None,
    replace: bool = False,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Take in a provider's bill: all of it, or nothing.

    The same file again changes nothing. Prints file total = charges + remainder, exactly.

    Parameters
    ----------
    file
        the bill as the provider wrote it: CSV, CSV.gz, or Parquet.
    format
        whose bill it is.
    currency
        refuse rows of any other currency; Alibaba bills state none, CNY is meant unless given here.
    replace
        let it stand in the place of earlier imports of the same payer and month.
    dry_run
        read, check and add up, but keep nothing.
    json
        print one JSON document.
    """
    from partita.usecases import provider_bill  # noqa: PLC0415 - commands start fast

    with screen.opened() as books, screen.progress("Importing the bill", "正在导入账单") as advance:
        done = provider_bill.import_bill(
            books, file, format_name=format, progress=advance, replace=replace, currency=currency, dry_run=dry_run
        )
    if isinstance(done, Refused):
        screen.refuse(done, as_json=json)
    screen.answer(_document(done), as_json=json, render=lambda console: bill_imported_page(console, done))


def _document(done: BillImported) -> dict[str, object]:
    taken = done.taken
    return {
        "import_id": taken.import_id,
        "format": taken.format_name,
        "file": taken.file_name,
        "currency": taken.currency,
        "rows": taken.records,
        "months": [_month(month) for month in done.months],
        "payers": list(done.payers),
        "file_total": plain_text(taken.file_total),
        "charges_total": plain_text(taken.charges_total),
        "remainder": plain_text(taken.remainder),
        "credits_total": plain_text(taken.credits_total),
        "credits_charges_total": plain_text(taken.credits_charges_total),
        "credits_remainder": plain_text(taken.credits_remainder),
        "already_imported": done.already_imported,
        "dry_run": done.dry_run,
        "replaces": list(done.replaces),
        "replaced_by": done.replaced_by,
        "same_period_as": list(done.same_period_as),
        "warnings": _warnings(done),
    }


def bill_imported_page(console: Console, done: BillImported) -> None:
    """Print what an import holds, its equation, and what a reader should know."""
    taken = done.taken
    months = ", ".join(_month(month) for month in done.months)
    console.print(
        say(
            f"{taken.file_name}: {done.title[0]}, {screen.many(taken.records, 'row')}, {months}, {taken.currency}",
            f"{taken.file_name}：{done.title[1]}，{taken.records:,} 行，账期 {months}，{taken.currency}",
        ),
    )
    lines = [
        (say("file total", "文件合计"), taken.file_total, ""),
        (say("= charges", "= 计费行合计"), taken.charges_total, ""),
        (say("+ import remainder", "+ 导入尾差"), taken.remainder, say("beyond ten decimals", "十位小数之后")),
    ]
    if taken.credits_total:
        lines += [
            (say("credits total", "抵免合计"), taken.credits_total, ""),
            (say("= credit rows", "= 抵免行合计"), taken.credits_charges_total, ""),
            (say("+ credits remainder", "+ 抵免尾差"), taken.credits_remainder, ""),
        ]
    grid = screen.table("", taken.currency, "", right=(taken.currency,))
    texts = screen.pointed([plain_text(value) for _, value, _ in lines])
    for (label, _, note), text in zip(lines, texts, strict=True):
        grid.add_row(label, text, note)
    console.print(grid)
    console.print(_outcome(done))
    for warning in _warnings(done):
        console.print(f"! {warning}")


def _outcome(done: BillImported) -> str:
    import_id = done.taken.import_id
    if done.already_imported and done.replaces and not done.dry_run:
        return say(
            f"Imported before as {import_id}: now it counts alone.", f"此前已导入（{import_id}）：现在仅以它为准。"
        )
    if done.already_imported and not done.replaces:
        return say(f"Imported before as {import_id}: nothing changed.", f"此前已导入（{import_id}）：没有变化。")
    if done.dry_run:
        return say("Dry run: everything fits, nothing was kept.", "试运行：检查通过，未保存任何内容。")
    return say(f"Imported as {import_id}.", f"已导入：{import_id}。")


def _warnings(done: BillImported) -> list[str]:
    """Say what a reader should know, in the order of its weight."""
    found = []
    if done.same_period_as:
        names = ", ".join(done.same_period_as)
        found.append(
            say(
                f"Counted beside {names}, which holds the same payer and month. If this file is a newer version of it, "
                "import it with --replace.",
                f"同一付款方、同一账期已有导入 {names}，两者都计入。若本文件是它的新版本，请加 --replace 导入。",
            )
        )
    if done.replaces:
        names = ", ".join(done.replaces)
        stands = ("It would stand", "将替换") if done.dry_run else ("It stands", "已替换")
        found.append(say(f"{stands[0]} in the place of {names}.", f"{stands[1]}先前的导入 {names}。"))
    if done.replaced_by:
        found.append(say(f"It was replaced by {done.replaced_by}.", f"它已被 {done.replaced_by} 替换。"))
    if done.rows_without_cost:
        count = done.rows_without_cost
        rows = screen.many(count, "row")
        found.append(say(f"Without a cost, counted as zero: {rows}.", f"{count:,} 行没有费用，按零计。"))
    if done.identity_broken:
        count, (en, zh) = done.identity_broken, done.identity_says
        found.append(
            say(f"{en[:1].upper()}{en[1:]}: not so in {screen.many(count, 'row')}.", f"{count:,} 行不满足：{zh}。")
        )
    return found


def _month(number: int) -> str:
    return f"{number // 100:04d}-{number % 100:02d}"
