"""Statements as files: CAMT.053 of several versions, CSV in two languages and encodings, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from partita.core.reconciliation import SourceKind, Statement, StatementLine, StatementSource
from partita.core.refusal import Reason, Refused
from partita.formats import statement

BANK = StatementSource("icbc", SourceKind.BANK, "CNY", "Asia/Shanghai")
EURO = StatementSource("bank", SourceKind.BANK, "EUR", "Europe/Berlin")


def read(content: str | bytes, source: StatementSource = BANK, days: tuple[date, date] | None = None) -> Statement:
    data = content if isinstance(content, bytes) else content.encode()
    answer = statement.read(data, "file", source, days)
    assert not isinstance(answer, Refused), answer.message()
    return answer


def refusal(content: str | bytes, source: StatementSource = BANK) -> Reason:
    answer = statement.read(content if isinstance(content, bytes) else content.encode(), "file", source)
    assert isinstance(answer, Refused)
    answer.message("zh")
    return answer.reason


def camt(entries: str, *, version: str = "08", opening: str = "100.00", closing: str = "100.00") -> str:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><GrpHdr/><Stmt>
<Id>1</Id><CreDtTm>2026-10-06T01:00:00+02:00</CreDtTm>
<FrToDt><FrDtTm>2026-10-05T00:00:00+02:00</FrDtTm><ToDtTm>2026-10-05T23:59:59+02:00</ToDtTm></FrToDt>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{opening}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-10-05</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-10-05</Dt></Dt></Bal>
{entries}</Stmt></BkToCstmrStmt></Document>"""


OTHER = "<Stmt><Acct><Id><IBAN>X</IBAN></Id></Acct><CreDtTm>2026-10-05</CreDtTm></Stmt>"


def entry(
    amount: str, inner: str = "", *, way: str = "CRDT", status: str = "<Cd>BOOK</Cd>", reference: str = "B1"
) -> str:
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>{status}</Sts>'
        f"<BookgDt><Dt>2026-10-05</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>{inner}</Ntry>"
    )


def details(amount: str, end_to_end: str, name: str) -> str:
    return (
        f'<TxDtls><Refs><EndToEndId>{end_to_end}</EndToEndId></Refs><Amt Ccy="EUR">{amount}</Amt>'
        f"<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr>"
        "<DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct></RltdPties>"
        "<RmtInf><Ustrd>October,</Ustrd><Ustrd>thanks</Ustrd></RmtInf></TxDtls>"
    )


def test_camt_says_who_sent_what() -> None:
    one = f"<NtryDtls>{details('25.50', 'NOTPROVIDED', 'Acme &amp; Co')}</NtryDtls>"
    found = read(camt(entry("25.50", one), closing="125.50"), EURO)
    assert found.account == "DE89370400440532013000"
    assert (found.first_day, found.last_day, found.opening, found.closing) == (
        date(2026, 10, 5), date(2026, 10, 5), 10_000, 12_550,
    )  # fmt: skip
    assert found.lines == (
        StatementLine(date(2026, 10, 5), 2550, "B1", "Acme & Co", "DE02120300000000202051", "October, thanks"),
    )


def test_a_batch_is_its_payments_where_they_add_up() -> None:
    two = f"<NtryDtls>{details('20.00', 'E1', 'One')}{details('10.00', 'E2', 'Two')}</NtryDtls>"
    found = read(camt(entry("30.00", two), closing="130.00"), EURO)
    assert [(line.amount, line.reference, line.sender) for line in found.lines] == [
        (2000, "E1", "One"),
        (1000, "E2", "Two"),
    ]
    apart = read(camt(entry("31.00", two), closing="131.00"), EURO)
    assert [(line.amount, line.reference) for line in apart.lines] == [(3100, "B1")]


def test_what_went_out_is_below_zero_and_what_is_not_booked_is_left_out() -> None:
    pending = entry("5.00", status="PDNG", reference="B2")
    old = entry("7.00", way="DBIT", status="BOOK")
    found = read(camt(old + pending, version="02", closing="93.00"), EURO)
    assert [(line.amount, line.reference) for line in found.lines] == [(-700, "B1")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (camt(entry("5.00"), closing="100.00"), Reason.STATEMENT_DOES_NOT_ADD_UP),
        (camt(entry("5.00"))[:-40], Reason.FILE_UNREADABLE),
        ("<!DOCTYPE a>" + camt(""), Reason.FILE_UNREADABLE),
        ("<html/>", Reason.FILE_UNREADABLE),
        (camt(entry("five")), Reason.FILE_UNREADABLE),
        (camt("").replace("</Stmt>", f"</Stmt>{OTHER}"), Reason.FILE_UNREADABLE),
    ],
)
def test_camt_that_is_refused(content: str, reason: Reason) -> None:
    assert refusal(content, EURO) is reason


def test_a_statement_in_another_currency_is_refused() -> None:
    assert refusal(camt(""), BANK) is Reason.STATEMENT_OF_ANOTHER
    assert refusal("day,amount,currency\n2026-10-05,1.00,USD") is Reason.STATEMENT_OF_ANOTHER


CHINESE = """#某银行流水
记账日期,收入金额,支出金额,币种,流水号,对方户名,对方账号,摘要
2026年10月5日,"1,000.00",,人民币,N1,艾克米（北京）有限公司,6222,RF65 十月
20261006,,￥12.00,人民币,N2,,,手续费
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_of_a_bank_in_china(encoding: str) -> None:
    found = read(CHINESE.encode(encoding))
    assert found.lines == (
        StatementLine(date(2026, 10, 5), 100_000, "N1", "艾克米（北京）有限公司", "6222", "RF65 十月"),
        StatementLine(date(2026, 10, 6), -1200, "N2", "", "", "手续费"),
    )
    assert (found.first_day, found.last_day) == (date(2026, 10, 5), date(2026, 10, 6))


def test_csv_with_signed_amounts_and_instants_of_another_zone() -> None:
    found = read("Date,Amount,Transaction_ID\n2026-10-05T17:00:00Z,-3.5,T1\n2026/10/5 10:00:00,4,T2\n")
    assert [(line.day, line.amount) for line in found.lines] == [(date(2026, 10, 6), -350), (date(2026, 10, 5), 400)]


def test_days_without_lines_are_covered_when_said() -> None:
    found = read("day,amount\n", days=(date(2026, 10, 1), date(2026, 10, 2)))
    assert (found.first_day, found.last_day, found.lines) == (date(2026, 10, 1), date(2026, 10, 2), ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (" \n", Reason.FILE_EMPTY),
        ("day,amount\n", Reason.FILE_WITHOUT_ROWS),
        ("day,sum\n2026-10-05,1", Reason.WRONG_HEADER),
        ("day,date,amount\n2026-10-05,2026-10-05,1", Reason.COLUMN_TWICE),
        ("day,amount\n2026-13-05,1", Reason.BAD_VALUE),
        ("day,amount\n2026-10-05,1.234", Reason.BAD_VALUE),
        ('day,amount\n2026-10-05,"1,5"', Reason.BAD_VALUE),
        ("day,amount\n2026-10-05,0", Reason.BAD_VALUE),
        ("day,amount\n2026-10-05,999999999999999999999", Reason.BAD_VALUE),
        ("day,amount\n2026-10-05,-10000000000000.01", Reason.BAD_VALUE),
        ("day,credit,debit\n2026-10-05,1,2", Reason.BAD_VALUE),
        ("day,amount\n2026-10-05", Reason.TRUNCATED_FILE),
        (b"day,amount\n2026-10-05,\xff\xff", Reason.WRONG_ENCODING_OF_TWO),
    ],
)
def test_csv_that_is_refused(content: str | bytes, reason: Reason) -> None:
    assert refusal(content) is reason
