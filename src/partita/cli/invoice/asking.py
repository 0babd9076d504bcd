"""`partita invoice apply`, `reissue` and `offset`: what a customer asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.amount import amount_of
from partita.cli.funds.amount import decimal, shown
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.invoice import Invoice, InvoiceKind, InvoiceMode, Wish
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.invoice import Applied

Kind = Literal["general", "special"]
Names = Annotated[tuple[str, ...], Parameter(consume_multiple=True)]


@Parameter(name="*")
@dataclass(frozen=True)
class What:
    """What is invoiced; nothing stated = everything that may be."""

    only: Names = ()
    month: Names = ()
    amount: str | None = None
    member: Names = ()


@Parameter(name="*")
@dataclass(frozen=True)
class How:
    """How it is invoiced."""

    kind: Kind = "general"
    consolidated: bool = False
    remark: str = ""


EVERYTHING = What()
PLAINLY = How()


def apply(
    account: str, *, what: What = EVERYTHING, how: How = PLAINLY, key: str | None = None, ways: Ways = AS_IS
) -> None:
    """Apply for invoices of what ACCOUNT consumed, such as `invoice apply acme --kind special --month 2026-10`.

    Without --only, --month or --amount everything that may be invoiced is. One invoice is made for each title, seller,
    currency and tax item. What the account's members in trusteeship consumed goes to its title too.

    Parameters
    ----------
    what.only
        bills, orders, subscriptions, cards or candidates, by their ids.
    what.month
        months, such as 2026-10.
    what.amount
        how much, from the oldest consumption first.
    what.member
        members whose consumption is invoiced too, each to its own title.
    how.kind
        a general or a special VAT invoice; a special one needs a complete title.
    how.consolidated
        all to the title of ACCOUNT.
    how.remark
        what stands below the lines.
    key
        the application: the same key again applies for nothing more.
    """
    from partita.usecases import invoice  # noqa: PLC0415 - a command starts fast

    months = tuple(_month(text) for text in what.month)
    with screen.opened() as books, books.work() as work:
        minor = None if what.amount is None else amount_of(work, account, what.amount, ways).minor
        request = invoice.Request(
            account_id=account,
            kind=InvoiceKind[how.kind.upper()],
            mode=InvoiceMode.CONSOLIDATED if how.consolidated else InvoiceMode.INDEPENDENT,
            members=what.member,
            wish=Wish(what.only, months, minor),
            remark=how.remark,
        )
        answer = invoice.apply(work, request, idempotency_key=key, dry_run=ways.dry_run)
    _tell(answer, ways)


def reissue(
    invoice: str, *, kind: Kind | None = None, remark: str = "", key: str | None = None, ways: Ways = AS_IS
) -> None:
    """Apply anew for what INVOICE said, once it is void or reversed: what of it is still consumed, to the title of now.

    Parameters
    ----------
    kind
        another kind than that of the invoice.
    remark
        another remark.
    key
        the application: the same key again applies for nothing more.
    """
    from partita.usecases import invoice as usecases  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = usecases.reissue(
            work,
            invoice=invoice,
            kind=None if kind is None else InvoiceKind[kind.upper()],
            remark=remark,
            idempotency_key=key,
            dry_run=ways.dry_run,
        )
    _tell(answer, ways)


def offset(account: str, *, owed: str, against: str, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Set what OWED owes off against consumption that is not invoiced yet, such as a later bill.

    Both are named as `invoice candidates ACCOUNT` lists them. At least as much must be invoiceable as is owed.

    Parameters
    ----------
    owed
        the bill, order, subscription or candidate that owes an invoice.
    against
        the one that is not invoiced yet.
    key
        the offset: the same key again sets off nothing more.
    """
    from partita.usecases import invoice  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = invoice.offset(
            work, account_id=account, owing=owed, other=against, idempotency_key=key, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    row = answer.row
    plain = {
        "offset_id": row.offset_id,
        "payer_id": row.payer_id,
        "owed": row.reference,
        "against": row.other_reference,
        "amount": decimal(answer.amount),
        "currency": row.currency,
        "idempotency_key": row.idempotency_key,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    how = f"{shown(answer.amount)}: {row.reference} → {row.other_reference}."
    tell(plain, ways, done=(f"Set off {how}", f"已冲抵 {how}"), would=(f"Would set off {how}", f"将冲抵 {how}"))


def _month(text: str) -> int:
    try:
        return Month.parse(text).number
    except ValueError:
        screen.misuse(f"{text!r} is no month such as 2026-10.", f"{text!r} 不是账期，例如 2026-10。")


def plain(invoice: Invoice) -> dict[str, object]:
    """Return what stands on an invoice, as programs read it."""
    money = {"gross": invoice.gross, "net": invoice.net, "tax": invoice.tax}
    return {
        "invoice_id": invoice.invoice_id,
        "account_id": invoice.account_id,
        "kind": invoice.kind.word,
        "mode": invoice.mode.word,
        "seller": invoice.issuer.seller,
        "issuer": invoice.issuer.name,
        "title": invoice.title.title,
        "tax_number": invoice.title.tax_number,
        "currency": invoice.currency,
        "tax_item": invoice.tax_item.code,
        "rate_e4": invoice.tax_item.rate_e4,
        **{name: decimal(Money(minor, invoice.currency)) for name, minor in money.items()},
        "red_of": invoice.red_of,
        "replaces": invoice.replaces,
        "red_form": invoice.red_form,
        "remark": invoice.remark,
        "lines": [
            {
                "line": line.line,
                "payer_id": line.payer_id,
                "kind": line.kind.word,
                "reference": line.reference,
                "gross": decimal(Money(line.gross, invoice.currency)),
                "tax": decimal(Money(line.tax, invoice.currency)),
            }
            for line in invoice.lines
        ],
    }


def _tell(answer: Applied | Refused, ways: Ways) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done = answer
    result = {
        "invoices": [plain(one) for one in done.invoices],
        "idempotency_key": done.idempotency_key,
        "cards_left": list(done.cards_left),
        "repeated": done.repeated,
        "dry_run": done.dry_run,
    }
    screen.answer(result, as_json=ways.as_json, render=lambda console: _render(console, done))


def _render(console: Console, done: Applied) -> None:
    said = ("Would apply for:", "将申请：") if done.dry_run else ("Applied for:", "已申请：")
    console.print(screen.say(*said))
    net, tax = screen.say("Net", "金额"), screen.say("Tax", "税额")
    gross = screen.say("With tax", "价税合计")
    heads = [screen.say("Invoice", "发票"), screen.say("Title", "抬头"), screen.say("From", "销售方")]
    heads += [screen.say("What", "项目"), screen.say("Kind", "类型"), screen.say("Lines", "行数")]
    table = screen.table(*heads, net, tax, gross, right=(net, tax, gross))
    for one in done.invoices:
        figures = (screen.money(minor, one.currency) for minor in (one.net, one.tax, one.gross))
        words = one.kind.text(screen.settings().language)
        item = one.tax_item.text(screen.settings().language)
        table.add_row(one.invoice_id, one.title.title, one.issuer.name, item, words, f"{len(one.lines):,}", *figures)
    console.print(table)
    if done.cards_left:
        names = ", ".join(done.cards_left)
        text = (
            f"Not on it: {names}. A stored-value card goes on a general invoice.",
            f"未包含 {names}：储值卡只开普通发票。",
        )
        console.print(screen.say(*text), markup=False)
    if done.repeated:
        console.print(screen.say("That stood there before; nothing changed.", "此前已如此，未作任何更改。"))
