"""`partita export focus`, `partita focus check`: our charges in the open format, and its official rules on any file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from partita.cli import screen
from partita.cli.bill import months_of
from partita.cli.permission import print_what_is_left_out
from partita.cli.ways import AS_IS, Ways
from partita.core.money import AMOUNT_SCALE, format_scaled
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.formats.focus_rules import Result, RuleReport
    from partita.usecases.focus import Equation, FocusExported

READINGS = ("official", "strict", "ascii")
Json = Annotated[bool, Parameter(name="--json")]


@Parameter(name="*")
@dataclass(frozen=True)
class What:
    """Which charges an export holds, and who issues our bills."""

    only: Literal["all", "own", "imported"] = "all"
    payer: str | None = None
    issuer: str = "partita"


EVERYTHING = What()


def export_focus(to: Path, *, month: str | None = None, what: What = EVERYTHING, ways: Ways = AS_IS) -> None:
    """Export charges as a FOCUS 1.2 dataset (57 columns), and prove that the file holds the same money.

    Parameters
    ----------
    to
        the file to write; it ends in .parquet or .csv. A file of that name is replaced when the new one is complete.
    month
        one month (2026-10) or a span (2026-08..2026-10); default: all.
    what.only
        all, own (rated here) or imported (from provider bills).
    what.payer
        only what this account pays.
    what.issuer
        who issues our bills: ProviderName and InvoiceIssuerName of our own charges.
    """
    from partita.usecases import focus  # noqa: PLC0415 - a command starts fast

    held = focus.What(focus.Only(what.only), what.payer, what.issuer)
    with screen.opened() as books:
        exported = focus.export_focus(books, months_of(month), to, what=held, dry_run=ways.dry_run)
    if isinstance(exported, Refused):
        screen.refuse(exported, as_json=ways.as_json)
    done: FocusExported = exported
    screen.answer(_exported_plain(done), as_json=ways.as_json, render=lambda console: _show_exported(console, done))


def check(
    file: Path,
    *,
    rules: Path,
    currencies: Path | None = None,
    criteria: str = "ALL",
    reading: str = "official",
    as_json: Json = False,
) -> None:
    """Check FILE (Parquet or CSV) against the official FOCUS rules; ends with 4 when a rule fails that should not.

    Parameters
    ----------
    file
        the dataset. Parquet is better: a CSV has no types, so ids that look like numbers fail as no text.
    rules
        the official rule model, such as model-1.2.0.1.json.
    currencies
        a CSV of ISO 4217 codes; without it any three capitals are a currency.
    criteria
        what the provider supports: ALL, none, or names with commas.
    reading
        official (as the official validator reads the rules, but with Unicode, as the specification demands),
        strict (every rule to the letter, row by row) or ascii (as the official validator, text beyond ASCII fails).
    """
    from partita.formats.focus_rules import Reading  # noqa: PLC0415 - a command starts fast
    from partita.usecases.focus import check_focus  # noqa: PLC0415

    if reading not in READINGS:
        known = ", ".join(READINGS)
        screen.misuse(f"--reading takes one of: {known}.", f"--reading 可用：{known}。")
    how = Reading(strict=reading == "strict", ascii_only=reading == "ascii")
    memory = screen.settings().memory
    checked = check_focus(file, rules, criteria=criteria, currencies=currencies, reading=how, memory=memory)
    if isinstance(checked, Refused):
        screen.refuse(checked, as_json=as_json)
    report: RuleReport = checked
    screen.answer(_report_plain(report), as_json=as_json, render=lambda console: _show_report(console, report))
    if report.unexplained:
        raise SystemExit(screen.EXIT_DIFFERENCE)


def _exported_plain(done: FocusExported) -> dict[str, object]:
    return {
        "file": None if done.dry_run else str(done.target),
        "months": [str(month) for month in done.months],
        "rows": done.rows,
        "columns": done.columns,
        "provisional": done.provisional,
        "dry_run": done.dry_run,
        "left_out": sorted(done.left_out),
        "equations": [_equation_plain(one, dry_run=done.dry_run) for one in done.equations],
    }


def _equation_plain(one: Equation, *, dry_run: bool) -> dict[str, object]:
    known = {
        "currency": one.currency,
        "charges": one.charges,
        "charges_billed": format_scaled(one.charges_billed_e10, AMOUNT_SCALE),
    }
    if dry_run:
        return known
    exported = format_scaled(one.exported_billed_e10, AMOUNT_SCALE)
    return known | {"exported": one.exported, "exported_billed": exported, "holds": one.holds}


def _show_exported(console: Console, done: FocusExported) -> None:
    months = _span([str(month) for month in done.months])
    if done.dry_run:
        console.print(
            screen.say(
                f"Would export {screen.many(done.rows, 'charge')} of {months}.",
                f"将导出 {months} 的 {done.rows:,} 条费用。",
            )
        )
    else:
        console.print(
            screen.say(
                f"Exported {screen.many(done.rows, 'charge')} of {months}, {done.columns} columns: {done.target}",
                f"已导出 {months} 的 {done.rows:,} 条费用，{done.columns} 列：{done.target}",
            ),
            soft_wrap=True,
        )
    for one in done.equations:
        left = screen.amount(one.charges_billed_e10, one.currency)
        right = "" if done.dry_run else f" = {screen.amount(one.exported_billed_e10, one.currency)}"
        names = screen.say("sum of charges = BilledCost of the file", "费用合计 = 文件 BilledCost 合计")
        console.print(Text.assemble(f"  {one.currency}  {left}{right}  ", (names, "dim")), soft_wrap=True)
    if done.provisional:
        console.print(
            screen.say(
                "A month in it is not closed: its figures are provisional.",
                "其中有账期尚未关账，金额为暂估。",
            ),
            style="yellow",
        )
    print_what_is_left_out(console, done.left_out)


def _span(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]}..{names[-1]}"


def _report_plain(report: RuleReport) -> dict[str, object]:
    from partita.formats.focus_rules import Status  # noqa: PLC0415

    return {
        "file": str(report.path),
        "model_version": report.model_version,
        "rows": report.rows,
        "rules": len(report.results),
        **{
            f"{status.value}ed" if status is not Status.SKIPPED else "skipped": report.count(status)
            for status in Status
        },
        "unexplained": [one.rule_id for one in report.unexplained],
        "failing": [_result_plain(one) for one in report.failing],
        "skipped_rules": {one.rule_id: one.because for one in report.results if one.status is Status.SKIPPED},
    }


def _result_plain(one: Result) -> dict[str, object]:
    return {
        "rule": one.rule_id,
        "keyword": one.keyword,
        "text": one.text,
        "because": one.because,
        "violations": one.violations,
        "example": one.example,
        "known_defect": one.known.en if one.known else None,
    }


def _show_report(console: Console, report: RuleReport) -> None:
    from partita.formats.focus_rules import Status  # noqa: PLC0415

    passed, failed, skipped = (report.count(status) for status in Status)
    console.print(
        screen.say(
            f"{len(report.results)} rules of FOCUS {report.model_version} on {screen.many(report.rows, 'row')}: "
            f"{passed} pass, {failed} fail, {skipped} skipped.",
            f"FOCUS {report.model_version} 共 {len(report.results)} 条规则，{report.rows:,} 行数据："
            f"通过 {passed}，失败 {failed}，跳过 {skipped}。",
        )
    )
    if report.failing:
        console.print(_failing_table(report.failing))
    verdict = (
        screen.say(
            f"{screen.many(len(report.unexplained), 'rule')} failed that should not.",
            f"{len(report.unexplained)} 条规则不应失败却失败。",
        )
        if report.unexplained
        else screen.say(
            "Nothing is wrong with the file: what fails is known to fail on correct data.",
            "文件没有问题：失败的规则均为官方规则自身的已知缺陷。",
        )
    )
    console.print(verdict, style="bold red" if report.unexplained else "green")


def _failing_table(failing: Sequence[Result]) -> object:
    rule, rows, text, why = (
        screen.say("rule", "规则"), screen.say("rows", "行数"), screen.say("what it says", "内容"),
        screen.say("first row, or why it is known to fail", "首个违规行，或已知缺陷的原因"),
    )  # fmt: skip
    grid = screen.table(rule, rows, text, why, right=(rows,))
    for one in failing:
        shown = ", ".join(
            f"{name}={value!r}" if name != "row" else f"row {value}" for name, value in (one.example or {}).items()
        )
        count = f"{one.violations:,}" if one.violations else ""
        reason = Text(screen.say(*one.known), style="dim") if one.known else Text(shown or one.because)
        grid.add_row(one.rule_id, count, one.text, reason)
    return grid
