"""Statements as CSV: the columns of banks and payment channels, in English or Chinese, in UTF-8 or GB18030.

Owns the names of columns and the sign of an amount. Lines that begin with `#` before the header are remarks. Does not
own what a statement is (`core.reconciliation`). Rules: RECON-2.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from io import StringIO

from partita.core.reconciliation import Statement, StatementLine, StatementSource
from partita.core.refusal import Reason, Refused, refused
from partita.formats.statement.value import currency_of, day_of, line_of, minor_of

FORMAT = "CSV"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "day": (
        "day", "date", "booking_date", "记账日期", "入账日期", "交易日期", "日期", "交易时间", "入账时间", "支付时间",
    ),
    "amount": ("amount", "金额", "交易金额", "发生额"),
    "in": ("credit", "money_in", "收入", "收入金额", "贷方金额", "贷方发生额"),
    "out": ("debit", "money_out", "支出", "支出金额", "借方金额", "借方发生额"),
    "currency": ("currency", "币种"),
    "reference": (
        "reference", "transaction_id", "bank_reference", "流水号", "交易流水号", "银行流水号", "业务流水号",
        "支付宝交易号", "微信支付订单号",
    ),
    "sender": ("sender", "counterparty", "name", "对方户名", "对方名称"),
    "sender_account": ("sender_account", "counterparty_account", "对方账号", "对方账户"),
    "text": ("text", "remittance", "purpose", "摘要", "附言", "备注", "用途"),
}  # fmt: skip
_KNOWN = {name: column for column, names in COLUMNS.items() for name in names}
_HINT = (
    "Known columns: day, amount (or credit and debit), currency, reference, sender, sender_account, text.",
    "可用列：日期、金额（或收入、支出）、币种、流水号、对方户名、对方账号、摘要。",
)
_BOTH = ("money came in or went out, not both.", "收入与支出只能有一项。")
_NO_DAY = ("write a day such as 2026-10-05.", "请写日期，例如 2026-10-05。")
_NO_AMOUNT = ("write a plain amount such as 1000.00, which is not zero.", "请写不为零的金额，例如 1000.00。")
_SHORT = ("it has fewer values than the header.", "该行的值少于表头。")


def read(content: bytes, path: str, source: StatementSource, days: tuple[date, date] | None) -> Statement | Refused:
    """Read a CSV. Refused: WRONG_ENCODING_OF_TWO, WRONG_HEADER, COLUMN_TWICE, BAD_VALUE, FILE_WITHOUT_ROWS."""
    text = _decoded(content)
    if isinstance(text, Refused):
        return text
    rows = list(_rows(text))
    header = _header(rows[0][1] if rows else ())
    if isinstance(header, Refused):
        return header
    lines: list[StatementLine] = []
    currencies: dict[str, None] = {}
    for number, row in rows[1:]:
        line = _line(number, row, header, source)
        if isinstance(line, Refused):
            return _as_written(line, rows[0][1], header)
        lines.append(line[0])
        currencies[line[1]] = None
    if not lines and days is None:
        return refused(Reason.FILE_WITHOUT_ROWS, path=path)
    first, last = days or (min(one.day for one in lines), max(one.day for one in lines))
    currency = next((one for one in currencies if one != source.currency), source.currency)
    return Statement("", currency, first, last, tuple(lines))


def _decoded(content: bytes) -> str | Refused:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            row = content[: error.start].count(b"\n") + 1
    return refused(Reason.WRONG_ENCODING_OF_TWO, row=row)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows with their numbers; blank ones and remarks are left out."""
    reader = csv.reader(StringIO(text))
    for row in reader:
        if any(value.strip() for value in row) and not row[0].lstrip().startswith("#"):
            yield reader.line_num, [value.strip() for value in row]


def _header(row: Sequence[str]) -> dict[str, int] | Refused:
    names = [_KNOWN.get(name.strip().lower(), _KNOWN.get(name.strip(), "")) for name in row]
    count = Counter(name for name in names if name)
    twice = next((name for name, times in count.items() if times > 1), None)
    if twice:
        return refused(Reason.COLUMN_TWICE, column=twice, times=count[twice])
    missing = [name for name in ("day",) if name not in count]
    if "amount" not in count and not count.keys() & {"in", "out"}:
        missing.append("amount")
    if missing:
        return refused(Reason.WRONG_HEADER, format=FORMAT, missing=", ".join(missing), hint=_HINT)
    return {name: place for place, name in enumerate(names) if name}


def _line(
    number: int, row: Sequence[str], header: Mapping[str, int], source: StatementSource
) -> tuple[StatementLine, str] | Refused:
    """Return a line and its currency."""
    if len(row) <= max(header.values()):
        return refused(Reason.TRUNCATED_FILE, row=number, detail=_SHORT)
    value = {name: row[place] for name, place in header.items()}
    currency = currency_of(value["currency"]) if value.get("currency") else source.currency
    try:
        day = day_of(value["day"], source.zone)
    except ValueError:
        return _bad(number, "day", value["day"], _NO_DAY)
    amount = _amount(number, value, source.currency)
    if isinstance(amount, Refused):
        return amount
    texts = {name: line_of(value.get(name)) for name in ("reference", "sender", "sender_account", "text")}
    return StatementLine(day, amount, **texts), currency


def _amount(number: int, value: Mapping[str, str], currency: str) -> int | Refused:
    """Return the amount: as it stands, or what came in less what went out, of which only one is given."""
    given = [(name, value[name]) for name in ("amount", "in", "out") if value.get(name, "") not in ("", "-", "--")]
    found: dict[str, int] = {}
    for name, text in given:
        try:
            found[name] = minor_of(text, currency)
        except ValueError:
            return _bad(number, name, text, _NO_AMOUNT)
    if found.get("in") and found.get("out"):
        return _bad(number, "out", value["out"], _BOTH)
    minor = found.get("amount", found.get("in", 0) - abs(found.get("out", 0)))
    return minor or _bad(number, "amount", value.get("amount", ""), _NO_AMOUNT)


def _as_written(no: Refused, names: Sequence[str], header: Mapping[str, int]) -> Refused:
    """Return a refusal that names a column as the file does."""
    place = header.get(str(no.detail.get("column")))
    return no if place is None else refused(no.reason, **{**no.detail, "column": names[place]})


def _bad(row: int, column: str, value: str, detail: tuple[str, str]) -> Refused:
    return refused(Reason.BAD_VALUE, row=row, column=column, value=value, detail=detail)
