"""Bench of invoices: a thousand bills applied for, sent to the tax bureau, and written as PDF/A with EN 16931 inside.

Each round invoices the bills of another month, one for each of a thousand accounts. The reference is typst alone: the
same pages set by the same compiler as plain PDF, without the books, the bureau, the XML, and PDF/A.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ground import Ground, books_at, sized
from measure import Row, Table, finish, seconds_of

from partita.core.account import EntityKind, InvoiceProfile, LegalEntity
from partita.core.invoice import Issuer, Wish
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.formats.invoice import Printed, write_pdfs
from partita.formats.invoice.pdf import write_plain
from partita.gateways.tax_invoice import SimulatedBureau
from partita.usecases import account, invoice
from partita.usecases.close import close_month
from partita.usecases.funds import top_up
from partita.usecases.setup import apply_setup
from partita.usecases.usage import import_usage

NOW = datetime.fromisoformat("2026-10-05T00:00:00+08:00")
MONTHS = tuple(Month(2026, number) for number in (7, 8, 9))
INVOICES = sized(1_000, 6)
NUMBER = "91110000600037341L"
NAMES = [f"a{at:04d}" for at in range(INVOICES)]
FILES = {
    "enterprises": ["enterprise_id,name,zone,currency", "g,G,Asia/Shanghai,CNY"],
    "units": ["enterprise_id,org_unit_id,parent_id,kind,name", "g,east,,company,East"],
    "accounts": [
        "account_id,enterprise_id,name,org_unit_id,payer_id,effective_from",
        *(f"{name},g,{name},east,,2020-01-01" for name in NAMES),
    ],
    "products": ["product_id,name,service_category", "compute,Compute,Compute"],
    "skus": ["sku_id,product_id,name,unit", "vm,compute,VM,Hour"],
    "prices": [
        "sku_id,currency,effective_from,model,counter,tier_to,price,block_size",
        "vm,CNY,2020-01-01,unit,account,,0.37,",
    ],
}  # fmt: skip


def main() -> None:
    table = Table(
        "Invoices",
        f"{INVOICES:,} accounts with a bill each: applied for one by one, issued by the simulated tax bureau, written "
        "as PDF/A-3b with embedded fonts and EN 16931 data; median of three months.",
    )
    with books_at(NOW) as ground:
        _build(ground)
        bureau = SimulatedBureau(ground.books.clock)
        rounds = [_round(ground, bureau, month) for month in MONTHS]
    *columns, plain = (statistics.median(column) for column in zip(*rounds, strict=True))
    whole = sum(columns)
    for name, seconds in zip(("applied for", "issued", "written as PDF"), columns, strict=True):
        table.add(Row(name, INVOICES, seconds))
    table.add(Row("applied for, issued and written", INVOICES, whole, "typst alone", plain, "≥ 50/s"))
    finish(table)


def _build(ground: Ground) -> None:
    folder = ground.folder / "setup"
    folder.mkdir()
    for name, rows in FILES.items():
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    entity = LegalEntity(EntityKind.ORGANISATION, "CN", NUMBER, "Acme 有限公司")
    with ground.books.work() as work:
        _sure(apply_setup(work, folder))
        _sure(invoice.set_issuer(work, issuer=Issuer("", "云账有限公司", NUMBER, drawer="李")))
        for name in NAMES:
            _sure(account.verify_entity(work, account_id=name, entity=entity))
            _sure(account.set_invoice_profile(work, account_id=name, profile=InvoiceProfile("")))
            _sure(top_up(work, account_id=name, amount=Money(10**9, "CNY"), idempotency_key="bench"))
    for month in MONTHS:
        rows = [f"{name}-{month},{name},vm,{100 + at},{month}-10T00:00:00+08:00" for at, name in enumerate(NAMES)]
        path = ground.folder / f"{month}.csv"
        path.write_text("\n".join(["record_id,account_id,sku,quantity,start", *rows]) + "\n", encoding="utf-8")
        _sure(import_usage(ground.books, path))
        _sure(close_month(ground.books, month))


def _round(ground: Ground, bureau: SimulatedBureau, month: Month) -> list[float]:
    """Invoice the bills of a month; return how long each step took, and how long typst alone with the same pages.

    The compiler keeps what it has set, so typst alone sets pages with other numbers.
    """
    applied = seconds_of(lambda: _apply(ground, month))
    names: list[str] = []
    issued = seconds_of(lambda: names.extend(_issued(ground, bureau)))
    pages: list[Printed] = []
    folder = ground.folder / f"invoices-{month}"
    folder.mkdir()
    written = seconds_of(lambda: pages.extend(_write(ground, folder, names, bureau)))
    others = [replace(one, number=f"9{one.number[1:]}") for one in pages]
    return [applied, issued, written, seconds_of(lambda: [write_plain(one) for one in others])]


def _apply(ground: Ground, month: Month) -> None:
    for name in NAMES:
        with ground.books.work() as work:
            _sure(invoice.apply(work, invoice.Request(name, wish=Wish(months=(month.number,)))))


def _issued(ground: Ground, bureau: SimulatedBureau) -> list[str]:
    done = invoice.issue(ground.books, bureau)
    assert not isinstance(done, Refused), done.message()
    assert len(done.issued) == INVOICES
    return [one.invoice_id for one, _ in done.issued]


def _write(ground: Ground, folder: Path, names: Sequence[str], bureau: SimulatedBureau) -> list[Printed]:
    pages = []
    for name in names:
        with ground.books.work() as work:
            page = invoice.printed(work, name, bureau=bureau.notice)
        assert not isinstance(page, Refused), page.message()
        pages.append(page)
    for page, document in write_pdfs(pages):
        (folder / f"{page.number}.pdf").write_bytes(document)
    return pages


def _sure(answer: object) -> None:
    assert not isinstance(answer, Refused), answer.message()


if __name__ == "__main__":
    main()
