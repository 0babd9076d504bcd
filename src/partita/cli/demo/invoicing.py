"""Chapters of the demo: the month passes and is billed and cleared; one invoice, a refund, its red letter, the PDFs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from partita.cli import screen
from partita.cli.demo.linking import yuan
from partita.cli.demo.months import close
from partita.cli.demo.purse import pay
from partita.cli.demo.stage import Stage, sure
from partita.cli.demo.travel import batches, use
from partita.core.money import format_scaled
from partita.core.period import Month
from partita.core.permission import RelationPermission

if TYPE_CHECKING:
    from partita.usecases.bill_view import MonthBill
    from partita.usecases.invoice import Issued

_BATCHES_END = (10, 20, 30)
_PAID_IN = 30_000
"""What the main account pays in to clear its bill, in whole yuan."""
_REASON = "退订 Subscription given back"


def bill_and_clear(stage: Stage, month: Month) -> dict[str, Any]:
    """Let the month pass, close it and the one before, and clear what is unpaid; return what `--json` tells."""
    from partita.cli.bill_view import print_bills  # noqa: PLC0415 - a command starts fast
    from partita.demo.voyage import MAIN, MAPS  # noqa: PLC0415

    with stage.chapter(
        f"{month}: subscriptions, package, plan and usage in one month", f"{month}：包年包月、资源包、节省计划与用量"
    ):
        for batch in batches(month.year, month.month, _BATCHES_END):
            use(stage, batch, hourly=(MAPS,))
        stage.clock.at(f"{month.next()}-01 12:00")
        close(stage, month.previous())
        close(stage, month)
        _deducted(stage, month)
    with stage.chapter("Bills are cleared as money comes in", "来款即销账"):
        before = [*_bills(stage, MAIN, month), *_bills(stage, MAPS, month)]
        print_bills(stage.console, before)
        pay(stage, {MAIN: yuan(_PAID_IN)}, "clearing")
        after = [*_bills(stage, MAIN, month), *_bills(stage, MAPS, month)]
        for was, now in zip(before, after, strict=True):
            states = [screen.say(one.state.text(), one.state.text("zh")) for one in (was, now)]
            stage.console.print(f"{now.payer_id}: {' → '.join(states)}")
    return {
        "was": [one.state.word for one in before],
        "bills": [{"payer": one.payer_id, "state": one.state.word} for one in after],
    }


def _bills(stage: Stage, payer: str, month: Month) -> list[MonthBill]:
    from partita.usecases.bill_view import Asked, month_bills  # noqa: PLC0415 - a command starts fast

    return sure(month_bills(stage.books, Asked(month, payer)))


def _deducted(stage: Stage, month: Month) -> None:
    from partita.cli.commitment.deduct import utilisation_table  # noqa: PLC0415 - a command starts fast
    from partita.usecases.commitment import utilisation  # noqa: PLC0415

    utilisation_table(stage.console, sure(utilisation(stage.books, [month])))


def invoice(stage: Stage, month: Month, subscription: str) -> dict[str, Any]:
    """Issue one invoice for the group, give a subscription back, and write the red letter and the invoice anew."""
    from partita.cli.invoice.seeing import candidates_page, invoice_table  # noqa: PLC0415 - a command starts fast
    from partita.core.invoice import InvoiceMode, Wish  # noqa: PLC0415
    from partita.demo.voyage import MAIN, MAPS  # noqa: PLC0415
    from partita.usecases import invoice as usecases  # noqa: PLC0415
    from partita.usecases import order  # noqa: PLC0415

    _prepare(stage, MAPS)
    with stage.chapter(
        "One invoice for the group: the main account's title, members in both modes",
        "集团合并开票：主账号抬头，两种模式的成员",
    ):
        wish = Wish(months=(month.number,))
        request = usecases.Request(MAIN, mode=InvoiceMode.CONSOLIDATED, members=(MAPS,), wish=wish)
        candidates_page(stage.console, stage.do(lambda work: usecases.candidates(work, account_id=MAIN, group=True)))
        [first] = stage.do(lambda work: usecases.apply(work, request)).invoices
        pages = _issue(stage)
    with stage.chapter("A subscription is given back: red letter, and invoiced anew", "退订：红冲并重开"):
        stage.clock.at(f"{month.next()}-05 10:00")
        back = stage.do(lambda work: order.unsubscribe(work, subscription_id=subscription, key="demo-back"))
        candidates_page(stage.console, stage.do(lambda work: usecases.candidates(work, account_id=MAIN)))
        stage.do(lambda work: usecases.return_(work, invoice=first.invoice_id, reason=_REASON))
        stage.do(lambda work: usecases.red(work, invoice=first.invoice_id))
        pages += _issue(stage)
        stage.do(lambda work: usecases.reissue(work, invoice=first.invoice_id))
        pages += _issue(stage)
        found = stage.do(lambda work: usecases.listed(work, account_id=MAIN))
        invoice_table(stage.console, found)
        for page in pages:
            stage.console.print(str(page), soft_wrap=True)
    return {
        "refund": format_scaled(-back.order.payable, 2, places=2),
        "invoices": [
            {
                "invoice_id": one.invoice.invoice_id,
                "gross": format_scaled(one.invoice.gross, 2, places=2),
                "state": one.state.word,
            }
            for one in found
        ],
        "documents": pages,
    }


def _prepare(stage: Stage, member: str) -> None:
    """Set up who issues, and let the main account handle the invoices of a member that has funds of its own."""
    from partita.core.invoice import Issuer  # noqa: PLC0415 - a command starts fast
    from partita.usecases import invoice as usecases  # noqa: PLC0415
    from partita.usecases import relation  # noqa: PLC0415

    issuer = Issuer(
        "", "云账科技（示例）有限公司", "91110108MA01MRTJ0A", "北京市海淀区示例路 1 号", "010-55550100", "示例银行",
        "1100 0000 2026", "Cloud Ledger (Sample) Ltd", "李书雯",
    )  # fmt: skip
    with stage.books.work() as work:
        sure(usecases.set_issuer(work, issuer=issuer))
        [now] = [one for one in sure(relation.relations(work)) if one.member_id == member and one.is_active]
        codes = now.permissions | {RelationPermission.MANAGE_TARGET_INVOICE}
        sure(relation.permit(work, member=member, permissions=codes))


def _issue(stage: Stage) -> list[Path]:
    """Send what waits to the simulated tax bureau; write the documents of what it numbered."""
    from partita.gateways.tax_invoice import SimulatedBureau  # noqa: PLC0415 - a command starts fast
    from partita.store.files import private_folder  # noqa: PLC0415
    from partita.usecases import invoice as usecases  # noqa: PLC0415

    bureau = SimulatedBureau(stage.clock, file=stage.home / "simulated-tax-bureau.json")
    done: Issued = sure(usecases.issue(stage.books, bureau))
    folder = private_folder(stage.home / "invoices")
    return [
        _written(stage, folder / f"{number}-{language}.pdf", one.invoice_id, bureau.notice)
        for one, number in done.issued
        for language in ("zh", "en")
    ]


def _written(stage: Stage, path: Path, name: str, notice: tuple[str, str]) -> Path:
    from partita.formats.invoice import write_pdf  # noqa: PLC0415 - a command starts fast
    from partita.usecases.invoice import printed  # noqa: PLC0415

    language = path.stem.rpartition("-")[2]
    page = stage.do(lambda work: printed(work, name, language=language, bureau=notice))
    path.write_bytes(write_pdf(page))
    return path
