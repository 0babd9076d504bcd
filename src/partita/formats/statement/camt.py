"""CAMT.053 (ISO 20022, bank to customer statement), of any version: booked entries, batches as their payments.

Owns how the XML is read. A file with a document type is refused: no statement needs one, and entities can be made to
blow up. Does not own what a statement is (`core.reconciliation`). Rules: RECON-2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from xml.etree import ElementTree as ET

from partita.core.reconciliation import Statement, StatementLine, StatementSource
from partita.core.refusal import Reason, Refused, refused
from partita.formats.statement.value import currency_of, day_of, line_of, minor_of

_NAMESPACE = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d{2}")
_HEAD = 4096
_NOT_GIVEN = "NOTPROVIDED"
_DOCTYPE = (
    "it has a document type, which no statement needs.",
    "文件含有文档类型声明（DOCTYPE），对账单不需要它。",
)
_NO_STATEMENT = ("it holds no statement (Stmt).", "其中没有对账单（Stmt）。")
_SEVERAL = (
    "it holds statements of several accounts or currencies: split it.",
    "其中含有多个账户或币种的对账单：请拆分。",
)


def is_camt(content: bytes) -> bool:
    """Say whether a file is XML, and so a CAMT.053 or nothing."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def read(content: bytes, source: StatementSource, days: tuple[date, date] | None) -> Statement | Refused:
    """Read the statements of a file as one; they are of one account and currency and follow one another.

    Refused: FILE_UNREADABLE, with what is wrong.
    """
    why = _DOCTYPE if b"<!DOCTYPE" in content or b"<!ENTITY" in content else None
    if why or not _NAMESPACE.search(content[:_HEAD]):
        return _unreadable(why or _NO_STATEMENT)
    try:
        root = ET.fromstring(content)  # noqa: S314 - without a document type there are no entities to blow up
        found = [_statement(one, source, days) for one in _all(root, "BkToCstmrStmt/Stmt")]
    except (ET.ParseError, ValueError) as error:
        return _unreadable((f"{error}.", f"{error}。"))
    if len({(one.account, one.currency) for one in found}) != 1:
        return _unreadable(_SEVERAL if found else _NO_STATEMENT)
    return _joined(found)


def _joined(found: list[Statement]) -> Statement:
    """Return statements that follow one another as one, in order of their days."""
    parts = sorted(found, key=lambda one: (one.first_day, one.last_day))
    return Statement(
        account=parts[0].account,
        currency=parts[0].currency,
        first_day=parts[0].first_day,
        last_day=max(one.last_day for one in parts),
        lines=tuple(line for one in parts for line in one.lines),
        opening=parts[0].opening,
        closing=parts[-1].closing,
    )


def _statement(stmt: ET.Element, source: StatementSource, days: tuple[date, date] | None) -> Statement:
    account = _text(stmt, "Acct/Id/IBAN") or _text(stmt, "Acct/Id/Othr/Id")
    currency = _text(stmt, "Acct/Ccy") or _currency(stmt) or source.currency
    lines = tuple(line for entry in _all(stmt, "Ntry") for line in _lines(entry, currency, source.zone))
    balances = {_text(one, "Tp/CdOrPrtry/Cd"): one for one in _all(stmt, "Bal")}
    first, last = days or _days(stmt, lines, source.zone)
    opening = balances.get("OPBD", balances.get("PRCD"))
    return Statement(
        line_of(account), currency_of(currency), first, last, lines,
        _signed(opening, currency) if opening is not None else None,
        _signed(balances["CLBD"], currency) if "CLBD" in balances else None,
    )  # fmt: skip


def _days(stmt: ET.Element, lines: tuple[StatementLine, ...], zone: str) -> tuple[date, date]:
    start, end = _text(stmt, "FrToDt/FrDtTm"), _text(stmt, "FrToDt/ToDtTm")
    if start and end:
        return day_of(start, zone), day_of(end, zone)
    dated = [
        day_of(text, zone)
        for text in (_text(one, "Dt/Dt") or _text(one, "Dt/DtTm") for one in _all(stmt, "Bal"))
        if text
    ]
    known = [line.day for line in lines] + dated[-1:]
    if not known:
        known = [day_of(_text(stmt, "CreDtTm"), zone)]
    return min(known), max(known)


def _lines(entry: ET.Element, currency: str, zone: str) -> Iterator[StatementLine]:
    """Yield the payments of a booked entry: one, or those of a batch where they add up to it."""
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status not in ("", "BOOK"):
        return
    day = day_of(_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm"), zone)
    whole = _signed(entry, currency)
    details = list(_all(entry, "NtryDtls/TxDtls"))
    sign = -1 if whole < 0 else 1
    amounts = [_amount_of(one, currency) for one in details]
    if len(details) > 1 and None not in amounts and sum(one or 0 for one in amounts) == abs(whole):
        for one, amount in zip(details, amounts, strict=True):
            yield _line(entry, one, day, sign * (amount or 0))
    else:
        yield _line(entry, details[0] if len(details) == 1 else None, day, whole)


def _line(entry: ET.Element, details: ET.Element | None, day: date, amount: int) -> StatementLine:
    of = entry if details is None else details
    other = "Dbtr" if amount > 0 else "Cdtr"
    end_to_end = _text(of, "Refs/EndToEndId")
    own = _text(of, "Refs/AcctSvcrRef") or (
        "" if details is not None and _is_batch(entry) else _text(entry, "AcctSvcrRef")
    )
    reference = own or ("" if end_to_end == _NOT_GIVEN else end_to_end)
    said = [
        *(part.text or "" for part in _all(of, "RmtInf/Ustrd")),
        *(part.text or "" for part in _all(of, "RmtInf/Strd/CdtrRefInf/Ref")),
        "" if end_to_end in (_NOT_GIVEN, reference) else end_to_end,
        "" if details is not None else _text(entry, "AddtlNtryInf"),
    ]
    party = f"RltdPties/{other}"
    return StatementLine(
        day=day,
        amount=amount,
        reference=line_of(reference),
        sender=line_of(_text(of, f"{party}/Nm") or _text(of, f"{party}/Pty/Nm")),
        sender_account=line_of(_text(of, f"{party}Acct/Id/IBAN") or _text(of, f"{party}Acct/Id/Othr/Id")),
        text=line_of(" ".join(said)),
    )


def _is_batch(entry: ET.Element) -> bool:
    return len(list(_all(entry, "NtryDtls/TxDtls"))) > 1


def _amount_of(details: ET.Element, currency: str) -> int | None:
    text = _text(details, "Amt") or _text(details, "AmtDtls/TxAmt/Amt")
    return minor_of(text, currency) if text else None


def _signed(of: ET.Element, currency: str) -> int:
    minor = minor_of(_text(of, "Amt"), currency)
    return -minor if _text(of, "CdtDbtInd") == "DBIT" else minor


def _currency(stmt: ET.Element) -> str:
    return next((one.get("Ccy", "") for one in _all(stmt, "Bal/Amt")), "")


def _all(of: ET.Element, path: str) -> Iterator[ET.Element]:
    """Yield the elements at a path of local names: the namespace, and with it the version, does not matter."""
    name, _, rest = path.partition("/")
    for child in of:
        if child.tag.rpartition("}")[2] == name:
            yield from _all(child, rest) if rest else (child,)


def _text(of: ET.Element, path: str) -> str:
    found = next(_all(of, path), None)
    return (found.text or "").strip() if found is not None else ""


def _unreadable(detail: tuple[str, str]) -> Refused:
    return refused(Reason.FILE_UNREADABLE, format="CAMT.053", detail=detail)
