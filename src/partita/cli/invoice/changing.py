"""`partita invoice void`, `return`, `red`, `issue` and `issuer`: what becomes of invoices, and who issues them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.invoice.asking import plain
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.invoice import Issuer
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.invoice import Changed, Issued


def void(invoice: str, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """Void INVOICE before it is at the tax bureau: what it said may be invoiced anew.

    Parameters
    ----------
    reason
        why.
    """
    from partita.usecases import invoice as usecases  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = usecases.void(work, invoice=invoice, note=reason, dry_run=ways.dry_run)
    _tell(answer, ways)


def return_(invoice: str, *, reason: str, certified: bool = False, form: str = "", ways: Ways = AS_IS) -> None:
    """Ask to give INVOICE back, such as `invoice return inv_0123 --reason "wrong title"`.

    The operator then writes its red letter (`invoice red`); once that is issued, `invoice reissue` applies anew.

    Parameters
    ----------
    reason
        why.
    certified
        the buyer has deducted its tax already: then --form is needed.
    form
        the number of the buyer's red-letter form, 16 digits.
    """
    from partita.usecases import invoice as usecases  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = usecases.return_(
            work, invoice=invoice, reason=reason, certified=certified, red_form=form, dry_run=ways.dry_run
        )
    _tell(answer, ways)


def red(invoice: str, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """Write the red letter of INVOICE, which is being returned, or is taken back for the reason given.

    `invoice issue` sends it to the tax bureau; from then on the invoice is reversed.

    Parameters
    ----------
    reason
        why; needed unless the invoice is being returned.
    """
    from partita.usecases import invoice as usecases  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = usecases.red(work, invoice=invoice, reason=reason, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    letter = answer.red_letter
    result = plain(letter) | {"number_of_invoice": answer.number, "repeated": answer.repeated, "dry_run": ways.dry_run}
    name, amount = answer.number or letter.red_of, f"{screen.money(letter.gross, letter.currency)} {letter.currency}"
    rest = (
        f"the red letter {letter.invoice_id} of {name}: {amount}.",
        f"{name} 的红字发票 {letter.invoice_id}：{amount}。",
    )
    tell(
        result,
        ways,
        done=(f"Wrote {rest[0]}", f"已开立 {rest[1]}"),
        would=(f"Would write {rest[0]}", f"将开立 {rest[1]}"),
    )


def issue(*, ways: Ways = AS_IS) -> None:
    """Send invoices and red letters that wait to the tax bureau, and record the numbers that it gives, or why not.

    Run it every few minutes; what the bureau has not decided yet is asked again.
    """
    from partita.usecases import invoice as usecases  # noqa: PLC0415 - a command starts fast
    from partita.wiring import tax_bureau  # noqa: PLC0415

    with screen.opened() as books:
        answer = usecases.issue(books, tax_bureau(screen.settings(), books.clock), dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done = answer
    result = {
        "issued": [plain(one) | {"number": number} for one, number in done.issued],
        "rejected": [plain(one) | {"reason": reason} for one, reason in done.rejected],
        "waiting": done.waiting,
        "clashing": [plain(one) | {"number": number} for one, number in done.clashing],
        "dry_run": ways.dry_run,
    }
    screen.answer(result, as_json=ways.as_json, render=lambda console: issued_page(console, done))


@Parameter(name="*")
@dataclass(frozen=True)
class Details:
    """What else stands on the invoices of an issuer."""

    address: str = ""
    phone: str = ""
    bank: str = ""
    bank_account: str = ""
    english_name: str = ""
    drawer: str = ""


NO_DETAILS = Details()


def issuer(name: str, tax_number: str, *, seller: str = "", details: Details = NO_DETAILS, ways: Ways = AS_IS) -> None:
    """Set who issues invoices: NAME with its TAX_NUMBER (unified social credit code), for invoices to come.

    Parameters
    ----------
    seller
        the seller of the marketplace whose invoices these are; without it, the operator's own.
    details.english_name
        the name on English documents.
    details.drawer
        the person who draws invoices up.
    """
    from partita.usecases import invoice as usecases  # noqa: PLC0415 - a command starts fast

    one = Issuer(seller, name, tax_number, **asdict(details))
    with screen.opened() as books, books.work() as work:
        answer = usecases.set_issuer(work, issuer=one, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    who = seller or screen.say("the operator", "运营方")
    tell(
        asdict(one) | {"repeated": answer.repeated, "dry_run": answer.dry_run},
        ways,
        done=(f"{name} issues the invoices of {who}.", f"{who} 的发票由 {name} 开具。"),
        would=(f"{name} would issue the invoices of {who}.", f"{who} 的发票将由 {name} 开具。"),
    )


def _tell(answer: Changed | Refused, ways: Ways) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one, language = answer.invoice, screen.settings().language
    result = plain(one) | {
        "number": answer.number,
        "state": answer.state.word,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    name, state = answer.number or one.invoice_id, answer.state.text(language)
    tell(
        result,
        ways,
        done=(f"The invoice {name} is {state}.", f"发票 {name}：{state}。"),
        would=(f"The invoice {name} would be {state}.", f"发票 {name} 将为{state}。"),
    )


def issued_page(console: Console, done: Issued) -> None:
    """Print what the tax bureau answered."""
    for one, number in done.issued:
        what = screen.say("Issued", "已开具") if not one.is_red else screen.say("Issued red letter", "已开具红字发票")
        console.print(f"{what} {number}  {one.invoice_id}  {screen.money(one.gross, one.currency)} {one.currency}")
    for one, reason in done.rejected:
        console.print(screen.say(f"Rejected {one.invoice_id}: {reason}", f"被驳回 {one.invoice_id}：{reason}"))
    if done.waiting:
        count = len(done.waiting)
        console.print(screen.say(f"{screen.many(count, 'invoice')} waiting.", f"{count:,} 张等待中。"))
    for one, number in done.clashing:
        console.print(
            screen.say(
                f"Not recorded {one.invoice_id}: the number {number} is another invoice's. Ask the tax bureau.",
                f"未记录 {one.invoice_id}：号码 {number} 已属于另一张发票，请与税务平台核对。",
            )
        )
    if not (done.issued or done.rejected or done.waiting or done.clashing):
        console.print(screen.say("Nothing waits.", "没有待开具的发票。"))
