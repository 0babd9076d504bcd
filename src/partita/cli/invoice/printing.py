"""`partita invoice pdf` and `pdfs`: the documents of invoices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from partita.cli import screen
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from partita.formats.invoice import Printed

Json = Annotated[bool, Parameter(name="--json")]
Language = Literal["zh", "en"]


def pdf(invoice: str, file: Path | None = None, *, language: Language | None = None, as_json: Json = False) -> None:
    """Write the document of INVOICE, by its id or its number, to FILE: PDF/A-3b with its EN 16931 data inside.

    Without FILE it is named after the invoice's number.

    Parameters
    ----------
    file
        where it is written.
    language
        of the page: zh or en.
    """
    from partita.formats.invoice import write_pdf  # noqa: PLC0415 - a command starts fast
    from partita.usecases import invoice as usecases  # noqa: PLC0415
    from partita.wiring import tax_bureau  # noqa: PLC0415

    if file is not None and file.suffix.lower() != ".pdf":
        screen.misuse(f"{file} is no name of a PDF: it ends in .pdf.", f"{file} 不是 PDF 文件名：应以 .pdf 结尾。")
    spoken = language or screen.settings().language
    with screen.opened() as books, books.work() as work:
        notice = tax_bureau(screen.settings(), books.clock).notice
        answer = usecases.printed(work, invoice, language=spoken, bureau=notice)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    target = file or Path(f"{answer.number}.pdf")
    page = write_pdf(answer)
    if isinstance(no := _written(target, page), Refused):
        screen.refuse(no, as_json=as_json)
    result = {"invoice_id": answer.invoice.invoice_id, "number": answer.number, "file": target, "bytes": len(page)}
    said = screen.say(f"Wrote {target}.", f"已写入 {target}。")
    screen.answer(result, as_json=as_json, render=lambda console: console.print(said))


def pdfs(
    account: str,
    folder: Path,
    *,
    month: str | None = None,
    language: Language | None = None,
    as_json: Json = False,
) -> None:
    """Write the documents of all issued invoices of ACCOUNT into FOLDER, red letters too, each named by its number.

    Parameters
    ----------
    folder
        made if it is not there; documents of the same name are written anew.
    month
        only those issued in this month, such as 2026-10.
    language
        of the pages: zh or en.
    """
    from partita.cli.bill import month_of  # noqa: PLC0415 - a command starts fast
    from partita.formats.invoice import write_pdfs  # noqa: PLC0415
    from partita.usecases import invoice as usecases  # noqa: PLC0415
    from partita.wiring import tax_bureau  # noqa: PLC0415

    asked, spoken = month_of(month) if month else None, language or screen.settings().language
    with screen.opened() as books, books.work() as work:
        notice = tax_bureau(screen.settings(), books.clock).notice
        answer = usecases.all_printed(work, account_id=account, month=asked, language=spoken, bureau=notice)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found: list[Printed] = answer
    if isinstance(no := _made(folder), Refused):
        screen.refuse(no, as_json=as_json)
    with screen.progress("Writing", "写入") as progress:
        for place, (one, page) in enumerate(write_pdfs(found), 1):
            if isinstance(no := _written(folder / f"{one.number}.pdf", page), Refused):
                screen.refuse(no, as_json=as_json)
            progress(place, len(found))
    result = {"folder": folder, "numbers": [one.number for one in found]}
    said = screen.say(
        f"Wrote {screen.many(len(found), 'document')} into {folder}.", f"已向 {folder} 写入 {len(found):,} 份。"
    )
    screen.answer(result, as_json=as_json, render=lambda console: console.print(said, soft_wrap=True))


def _made(folder: Path) -> Refused | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return refused(Reason.CANNOT_WRITE, path=folder, detail=error.strerror or str(error))
    return None


def _written(target: Path, page: bytes) -> Refused | None:
    try:
        target.write_bytes(page)
    except OSError as error:
        return refused(Reason.CANNOT_WRITE, path=target, detail=error.strerror or str(error))
    return None
