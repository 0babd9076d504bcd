"""`partita invoice candidates`, `list` and `show`: what may be invoiced, and what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal
from partita.cli.invoice.asking import Names
from partita.cli.invoice.asking import plain as plain_invoice
from partita.cli.moment import local
from partita.core.invoice import Candidate, InvoiceState
from partita.core.money import Money
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.store.invoice import Kept
    from partita.usecases.invoice import CandidatesShown, InvoiceShown

Json = Annotated[bool, Parameter(name="--json")]
_FIGURES = ("original", "offset", "invoiced", "invoiceable", "owed")


def candidates(account: str, *, member: Names = (), group: bool = False, as_json: Json = False) -> None:
    """Show what ACCOUNT may have invoiced, and why: original − offset − invoiced; and what invoices it owes.

    Parameters
    ----------
    member
        members whose consumption is shown too.
    group
        all members that permit it.
    """
    from partita.usecases import invoice  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = invoice.candidates(work, account_id=account, members=member, group=group)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    result = {
        "candidates": [_plain_candidate(one) for one in found.candidates],
        "left_out": {name: no.message(screen.settings().language) for name, no in found.left_out.items()},
    }
    screen.answer(result, as_json=as_json, render=lambda console: candidates_page(console, found))


def _plain_candidate(one: Candidate) -> dict[str, object]:
    names = (*_FIGURES, "refunded", "taken", "given", "held")
    return {
        "candidate_id": one.candidate_id,
        "payer_id": one.payer_id,
        "kind": one.kind.word,
        "reference": one.reference,
        "orders": sorted(one.orders),
        "seller": one.seller,
        "month": one.month,
        "consumed_at": one.consumed_at,
        "currency": one.currency,
        **{name: decimal(Money(getattr(one, name), one.currency)) for name in names},
    }


def candidates_page(console: Console, found: CandidatesShown) -> None:
    """Print what may be invoiced with its formula, and what is owed."""
    language = screen.settings().language
    heads = {
        "payer": screen.say("Account", "账号"), "what": screen.say("What", "消费"),
        "seller": screen.say("Seller", "销售方"),
        "month": screen.say("Month", "账期"), "reference": screen.say("Reference", "编号"),
        "original": screen.say("Original", "实付"), "offset": screen.say("Offset", "冲抵"),
        "invoiced": screen.say("Invoiced", "已开票"), "invoiceable": screen.say("Invoiceable", "可开票"),
        "owed": screen.say("Owed", "欠票"),
    }  # fmt: skip
    rows = [
        {
            "payer": one.payer_id,
            "what": one.kind.of(one.reference, language),
            "seller": one.seller or screen.say("own", "自营"),
            "month": f"{one.month // 100}-{one.month % 100:02}",
            "reference": one.reference,
            **{name: screen.money(getattr(one, name), one.currency) for name in _FIGURES},
        }
        for one in found.candidates
    ]  # fmt: skip
    if not rows:
        console.print(screen.say("Nothing was paid in cash yet.", "尚无现金支付的消费。"))
    else:
        one_seller = len({one.seller for one in found.candidates}) == 1
        whole = [name for name in heads if name != "seller" or not one_seller]
        narrow = [name for name in whole if name not in ("payer", "what")]
        shown = screen.print_fitted(
            console, {name: heads[name] for name in whole}, rows, [whole, narrow], right=_FIGURES
        )
        screen.print_left_out(console, [heads[name] for name in whole if name not in shown])
    for currency in sorted({one.currency for one in found.candidates}):
        _print_sums(console, [one for one in found.candidates if one.currency == currency], currency)
    for name, no in found.left_out.items():
        console.print(f"{name}: {no.message(language)}", style="dim")


def _print_sums(console: Console, found: Sequence[Candidate], currency: str) -> None:
    there, owed, held = (
        screen.money(sum(getattr(one, name) for one in found), currency) for name in ("invoiceable", "owed", "held")
    )
    text = f"May be invoiced: {there} {currency}; owed: {owed} {currency}."
    console.print(screen.say(text, f"可开票金额：{there} {currency}；欠票：{owed} {currency}。"))
    if any(one.held for one in found):
        why = (
            f"Held back: {held} {currency}: what paid it was reversed or dishonoured, and is owed again.",
            f"暂缓开票：{held} {currency}，其付款已冲销或拒付，重新欠付。",
        )
        console.print(screen.say(*why))


def list_invoices(
    account: str,
    *,
    state: Literal["applied", "issued", "void", "returning", "red"] | None = None,
    as_json: Json = False,
) -> None:
    """List the invoices of ACCOUNT, and those to other titles that say what it consumed, the newest first.

    Parameters
    ----------
    state
        only those in this state.
    """
    from partita.usecases import invoice  # noqa: PLC0415 - a command starts fast

    wanted = None if state is None else InvoiceState[state.upper()]
    with screen.opened() as books, books.work() as work:
        answer = invoice.listed(work, account_id=account, state=wanted)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    result = {"invoices": [_plain_kept(one) for one in found]}
    screen.answer(result, as_json=as_json, render=lambda console: invoice_table(console, found))


def _plain_kept(one: Kept) -> dict[str, object]:
    return plain_invoice(one.invoice) | {
        "state": one.state.word,
        "number": one.number,
        "issued_at": one.issued_at,
        "applied_by": one.asked.by,
        "applied_at": one.asked.at,
    }


def invoice_table(console: Console, found: list[Kept]) -> None:
    """Print invoices, a row each."""
    if not found:
        console.print(screen.say("There are no invoices.", "没有发票。"))
        return
    language = screen.settings().language
    heads = {
        "invoice": screen.say("Invoice", "发票"), "number": screen.say("Number", "发票号码"),
        "title": screen.say("Title", "抬头"), "issuer": screen.say("From", "销售方"),
        "kind": screen.say("Kind", "类型"), "state": screen.say("State", "状态"),
        "gross": screen.say("With tax", "价税合计"),
    }  # fmt: skip
    rows = [
        {
            "invoice": one.invoice.invoice_id, "number": one.number or "-", "title": one.invoice.title.title,
            "issuer": one.invoice.issuer.name, "kind": _kind(one), "state": one.state.text(language),
            "gross": screen.money(one.invoice.gross, one.invoice.currency),
        }
        for one in found
    ]  # fmt: skip
    narrower = [name for name in heads if name not in ("title", "kind")]
    layouts = [list(heads), narrower, [name for name in narrower if name != "issuer"]]
    shown = screen.print_fitted(console, heads, rows, layouts, right=("gross",))
    screen.print_left_out(console, [heads[name] for name in heads if name not in shown])


def _kind(one: Kept) -> str:
    word = one.invoice.kind.text(screen.settings().language)
    return screen.say(f"{word}, red letter", f"{word}（红字）") if one.invoice.is_red else word


def show(invoice: str, *, as_json: Json = False) -> None:
    """Show INVOICE, by its id or its number: what stands on it, and everything that was done to it."""
    from partita.usecases import invoice as usecases  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = usecases.show(work, invoice)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    one = answer
    result = _plain_kept(one.kept) | {
        "steps": [
            {
                "command": step.command.word, "state": step.command.state.word, "reason": step.reason,
                "number": step.number, "red_form": step.red_form, "by": step.recorded_by, "at": step.recorded_at,
            }
            for step in one.steps
        ],
        "red_letters": [_plain_kept(letter) for letter in one.red_letters],
    }  # fmt: skip
    screen.answer(result, as_json=as_json, render=lambda console: invoice_page(console, one))


def invoice_page(console: Console, one: InvoiceShown) -> None:
    """Print an invoice with its lines and steps."""
    language, invoice = screen.settings().language, one.kept.invoice
    console.print(
        f"{_kind(one.kept)} {one.kept.number or invoice.invoice_id}: {one.kept.state.text(language)}", style="bold"
    )
    buyer = f"{invoice.title.title} {invoice.title.tax_number}".strip()
    console.print(f"{screen.say('To', '购买方')}: {buyer}")
    console.print(f"{screen.say('From', '销售方')}: {invoice.issuer.name} {invoice.issuer.tax_number}")
    net, tax, gross = screen.say("Net", "金额"), screen.say("Tax", "税额"), screen.say("With tax", "价税合计")
    heads = (screen.say("Account", "账号"), screen.say("What", "消费"), screen.say("Reference", "编号"))
    table = screen.table("#", *heads, net, tax, gross, right=("#", net, tax, gross))
    for line in invoice.lines:
        figures = (screen.money(minor, invoice.currency) for minor in (line.net, line.tax, line.gross))
        table.add_row(str(line.line), line.payer_id, line.kind.of(line.reference, language), line.reference, *figures)
    sums = (screen.money(minor, invoice.currency) for minor in (invoice.net, invoice.tax, invoice.gross))
    table.add_section()
    table.add_row("", screen.say("Total", "合计"), "", "", *sums)
    console.print(table)
    for step in one.steps:
        rest = " ".join(filter(None, (step.number, step.red_form, step.reason)))
        console.print(f"{local(step.recorded_at, one.zone)}  {step.command.text(language)}  {step.recorded_by}  {rest}")
    for letter in one.red_letters:
        name = letter.number or letter.invoice.invoice_id
        console.print(f"{screen.say('Red letter', '红字发票')} {name}: {letter.state.text(language)}")
