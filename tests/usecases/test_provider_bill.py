"""Bills of providers come in whole or not at all, exactly, once; what is wrong with a file is named."""

from __future__ import annotations

import codecs
import csv
import gzip
import json
import os
import re
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice, product
from pathlib import Path

import duckdb
import pytest

import focus_charges
from bills import HEAD, ROW, Write, charges, taken_in, writer
from partita.core.period import Month
from partita.core.refusal import Reason, Refused
from partita.store import charge as charge_store
from partita.store import provider_bill as import_store
from partita.usecases.focus import FocusExported, export_focus
from partita.usecases.provider_bill import BillImported, import_bill
from partita.usecases.work import Books


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return writer(tmp_path)


def refusal(books: Books, path: Path, format_name: str = "focus", currency: str | None = None) -> Refused:
    done = import_bill(books, path, format_name=format_name, currency=currency)
    assert isinstance(done, Refused)
    assert no_trace(books)
    assert done.message("zh") != done.message("en")
    return done


def no_trace(books: Books) -> bool:
    """Say whether nothing was taken in and nothing lies about."""
    with books.work() as work:
        known = import_store.imports(work.tx) or charge_store.every(work.tx)
    return not known and not [
        path for kind in ("charges", "incoming") for path in (books.room.root / kind).rglob("*.*")
    ]


def test_a_bill_comes_in(books: Books, write: Write) -> None:
    done = taken_in(books, write(ROW, ROW.replace("1.5", "2")))
    assert done.taken.file_total == Decimal("3.5")
    assert done.months == (202609,)
    assert done.payers == ("payer",)
    rows = charges(books, "origin, line_kind, row_number, record_id, account_id, billed_cost_e10, charge_start, tags")
    start = datetime(2026, 9, 2)  # noqa: DTZ001 - tables hold UTC without a zone
    assert rows == [
        ("focus", "imported", 2, "row-2", "payer", 15 * 10**9, start, '{"a":"b"}'),
        ("focus", "imported", 3, "row-3", "payer", 2 * 10**10, start, '{"a":"b"}'),
    ]
    with books.work() as work:
        (one,) = charge_store.counting(work.tx)
    assert one.path == f"charges/focus/202609/{one.bucket}/{done.taken.import_id}.parquet"
    assert one.records == 2
    assert one.costs.billed_cost_e10 == 35 * 10**9


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_line_ends_marks_and_quoted_line_breaks(books: Books, write: Write, end: str, mark: bytes) -> None:
    note = f'2.5,payer,USD,2026-09-01,2026-09-02,Usage,"a, ""b""{end}c"'
    raw = mark + (end.join([HEAD, note, ROW, "", ROW]) + end).encode()
    done = taken_in(books, write(raw=raw))
    assert done.taken.file_total == Decimal("5.5")
    assert [row for (row,) in charges(books, "row_number")] == [2, 3, 4]


def test_equal_names_in_a_header_do_not_matter_but_for_amounts(books: Books, write: Write) -> None:
    assert refusal(books, write(ROW + ",9", head=HEAD + ",billedcost")).reason is Reason.COLUMN_TWICE
    done = taken_in(books, write(ROW + ",9", head=HEAD + ",tags"))
    assert done.taken.file_total == Decimal("1.5")


def test_the_month_of_a_period_is_that_of_its_middle(books: Books, write: Write) -> None:
    east = ROW.replace("2026-09-01,", "2026-08-31T16:00Z,")
    assert taken_in(books, write(east)).months == (202609,)
    rows = (f"{east},2026-09-30T16:00Z", f"{ROW},2026-10-01")
    assert taken_in(books, write(*rows, head=HEAD + ",BillingPeriodEnd")).months == (202609,)


def test_an_export_of_ours_comes_in_with_the_same_months(books: Books, tmp_path: Path) -> None:
    focus_charges.keep(books, focus_charges.own())
    target = tmp_path / "october.csv"
    exported = export_focus(books, [Month(2026, 10)], target)
    assert isinstance(exported, FocusExported)
    with target.open(encoding="utf-8", newline="") as handle:
        assert "-09-30T16:00:00Z" in next(csv.DictReader(handle))["BillingPeriodStart"]
    assert taken_in(books, target).months == (202610,)


def test_a_net_cost_counts_where_a_row_states_one(books: Books, write: Write) -> None:
    head = (
        "lineItem/NetUnblendedCost,lineItem/UnblendedCost,bill/PayerAccountId,bill/BillingPeriodStartDate,"
        "lineItem/UsageAccountId,lineItem/LineItemType,lineItem/UsageStartDate,lineItem/CurrencyCode"
    )
    rest = "payer,2026-09-01,acme,Usage,2026-09-02,USD"
    done = taken_in(books, write(f"8,10,{rest}", f",5,{rest}", head=head), "aws-cur")
    assert (done.taken.file_total, done.rows_without_cost) == (Decimal(13), 0)
    assert charges(books, "billed_cost_e10, effective_cost_e10") == [(8 * 10**10,) * 2, (5 * 10**10,) * 2]


def test_a_path_is_no_pattern(books: Books, write: Write) -> None:
    write("2" + ROW, name="b.csv")
    assert taken_in(books, write(ROW, name="[b]*'.csv")).taken.file_total == Decimal("1.5")


def test_packed_and_parquet_files_hold_the_same(books: Books, write: Write, tmp_path: Path) -> None:
    plain = write(ROW)
    packed = write(raw=gzip.compress(plain.read_bytes()), name="bill.csv.gz")
    columnar = tmp_path / "bill.parquet"
    duckdb.sql(
        f"""COPY (SELECT 1.5::DECIMAL(38,17) AS BilledCost, 'payer' AS BillingAccountId, 'USD' AS BillingCurrency,
        TIMESTAMP '2026-09-01' AS BillingPeriodStart, TIMESTAMPTZ '2026-09-02 00:00:00+00' AS ChargePeriodStart,
        'Usage' AS ChargeCategory, MAP {{'a': 'b'}} AS Tags) TO '{columnar}'"""
    )
    columns = "billed_cost_e10, charge_start, tags"
    for path in (plain, packed, columnar):
        assert taken_in(books, path).taken.file_total == Decimal("1.5")
    assert len(set(charges(books, columns))) == 1


def test_a_dry_run_keeps_nothing(books: Books, write: Write) -> None:
    path = write(ROW)
    done = import_bill(books, path, format_name="focus", dry_run=True)
    assert isinstance(done, BillImported)
    assert (done.dry_run, done.taken.file_total) == (True, Decimal("1.5"))
    assert no_trace(books)


def test_months_and_payers_lie_apart(books: Books, write: Write) -> None:
    rows = [
        ROW.replace("payer", payer).replace("2026-09-01", f"2026-{month}-01")
        for payer, month in product(("p1", "p2", "p3", "p4"), ("08", "09"))
    ]
    done = taken_in(books, write(*rows))
    assert done.taken.charges_total == Decimal(12)
    with books.work() as work:
        files = charge_store.counting(work.tx)
    assert sum(one.records for one in files) == 8
    assert {one.month for one in files} == {202608, 202609}
    for one in files:
        held = duckdb.from_parquet(str(books.room.path(one.path))).project("usage_month").distinct().fetchall()
        assert held == [(one.month,)]


def test_every_row_of_a_large_bill_has_its_number(books: Books, write: Write) -> None:
    """More rows than one thread or one block of the reader takes, of different lengths, two payers."""
    count = 300_000
    rows = (f"{row},payer-{row % 2},USD,2026-09-01,2026-09-02,Usage,{'x' * (row % 97)}" for row in range(2, count + 2))
    done = taken_in(books, write(*rows))
    assert done.taken.file_total == sum(range(2, count + 2))
    assert charges(books, "count(*), count_if(row_number * 10000000000 <> billed_cost_e10)") == [(count, 0)]


def test_gb18030_is_read_for_alibaba_only(books: Books, write: Write) -> None:
    head = "账期,账号ID,产品Code,账单类型,应付金额,实例昵称"
    text = f"{head}\n202609,1234567890123456,ecs,按量付费,12.34,生产服务器\n"
    done = taken_in(books, write(raw=text.encode("gb18030")), "alibaba")
    assert (done.taken.file_total, done.taken.currency) == (Decimal("12.34"), "CNY")
    assert charges(books, "resource_name") == [("生产服务器",)]


def test_every_row_of_a_large_bill_of_alibaba_has_its_number(books: Books, write: Write) -> None:
    """The same for a format with an identity, tags of words and a conversion of times in each row."""
    count = 30_000
    rows = (f"202609,{7 + row % 2},ecs,按量付费,{row},{'器' * (row % 97)}" for row in range(2, count + 2))
    done = taken_in(books, write(*rows, head="账期,账号ID,产品Code,账单类型,应付金额,实例昵称"), "alibaba")
    assert done.taken.file_total == sum(range(2, count + 2))
    assert charges(books, "count(*), count_if(row_number * 10000000000 <> billed_cost_e10)") == [(count, 0)]


@pytest.mark.parametrize("packed", [False, True])
def test_what_is_no_gb18030_is_named_by_its_row(books: Books, write: Write, packed: bool) -> None:  # noqa: FBT001
    row = "202609,1234567890123456,ecs,按量付费,12.34,生产服务器\n".encode("gb18030")
    head = "账期,账号ID,产品Code,账单类型,应付金额,实例昵称\n".encode("gb18030")
    raw = head + row * 5000 + row.replace("生产".encode("gb18030"), b"\xff\xff") + row * 5000
    no = refusal(books, write(raw=gzip.compress(raw) if packed else raw), "alibaba")
    assert (no.reason, no.detail["row"]) == (Reason.WRONG_ENCODING_OF_TWO, 5002)


def test_an_id_that_a_spreadsheet_spoiled_is_named(books: Books, write: Write) -> None:
    head = "账期,账号ID,产品Code,账单类型,应付金额"
    no = refusal(books, write("202609,1.23457E+15,ecs,按量付费,12.34", head=head), "alibaba")
    assert (no.reason, no.detail["row"], no.detail["column"]) == (Reason.BAD_VALUE, 2, "账号ID")
    assert "电子表格" in no.message("zh")


def test_a_packed_file_that_ends_early_is_named_by_its_row(books: Books, write: Write) -> None:
    rows = [ROW.replace("a", f"{row * 7919}") for row in range(60_000)]
    whole = gzip.compress("\n".join([HEAD, *rows]).encode())
    no = refusal(books, write(raw=whole[: len(whole) // 2], name="bill.csv.gz"))
    assert no.reason is Reason.TRUNCATED_FILE
    assert 10_000 < int(str(no.detail["row"])) < 50_000


REFUSED: list[tuple[str, bytes, Reason, str]] = [
    ("empty", b"", Reason.FILE_EMPTY, ""),
    ("blank", b"\n\n", Reason.FILE_EMPTY, ""),
    ("header only", (HEAD + "\n").encode(), Reason.FILE_WITHOUT_ROWS, ""),
    ("other header", b"a,b\n1,2\n", Reason.WRONG_HEADER, "BilledCost"),
    ("semicolons", HEAD.replace(",", ";").encode() + b"\n1;2\n", Reason.WRONG_HEADER, "not separated by commas"),
    ("too few", f"{HEAD}\n{ROW}\n1,payer\n".encode(), Reason.TRUNCATED_FILE, "row 3): it has 2 fields instead of 7"),
    ("too many", f"{HEAD}\n{ROW},x\n".encode(), Reason.TRUNCATED_FILE, "row 2): it has 8 fields"),
    ("open quote", f"{HEAD}\n{ROW}\n{ROW[:-1]}".encode(), Reason.TRUNCATED_FILE, "row 3): the file ends inside"),
    ("odd quote", f'{HEAD}\n"1" 2{ROW[3:]}\n'.encode(), Reason.TRUNCATED_FILE, "row 2): text follows"),
    ("long row", f"{HEAD}\n{ROW}\n{'x' * 3_000_000}\n".encode(), Reason.TRUNCATED_FILE, "row 3)"),
    ("latin-1", f"{HEAD}\n{ROW}\n{ROW.replace('payer', 'zahlér')}\n".encode("latin-1"), Reason.WRONG_ENCODING, "row 3"),
    ("latin-1 in a column that no mapping reads", f"{HEAD},Note\n{ROW},é\n".encode("latin-1"),
     Reason.WRONG_ENCODING, "row 2"),
    ("cut letter", f"{HEAD},Note\n{ROW},é".encode()[:-1], Reason.WRONG_ENCODING, "row 2"),
    ("cut in a letter", f"{HEAD}\n{ROW}\n1,é".encode()[:-1], Reason.TRUNCATED_FILE, "row 3): it has 2 fields"),
    ("utf-16", f"{HEAD}\n{ROW}\n".encode("utf-16"), Reason.WRONG_ENCODING, "row 1"),
    ("gbk header", "账期,账号ID\n1,2\n".encode("gb18030"), Reason.WRONG_ENCODING, "row 1"),
    ("zip", b"PK\x03\x04" + b"\0" * 100, Reason.FILE_UNREADABLE, "Excel"),
    ("binary", bytes(range(256)), Reason.FILE_UNREADABLE, "binary"),
    ("cut gzip", gzip.compress(f"{HEAD}\n{ROW}\n".encode() * 9)[:-12], Reason.TRUNCATED_FILE, "ends early"),
    ("cut parquet", b"PAR1" + b"x" * 100, Reason.FILE_UNREADABLE, "Parquet"),
    ("mixed ends", f"{HEAD}\n{ROW}\r\n{ROW}\n".encode(), Reason.FILE_UNREADABLE, "two kinds"),
    ("number", f"{HEAD}\n{ROW}\n{ROW.replace('1.5', '1.5 x')}\n".encode(), Reason.BAD_VALUE, "Row 3, column Billed"),
    ("letters", f"{HEAD}\n{ROW.replace('1.5', 'EUR')}\n".encode(), Reason.BAD_VALUE, "'EUR'"),
    ("39 digits", f"{HEAD}\n{ROW.replace('1.5', '0.' + '1' * 39)}\n".encode(), Reason.BAD_VALUE, "38 digits"),
    ("too much", f"{HEAD}\n{ROW.replace('1.5', '922337204')}\n".encode(), Reason.BAD_VALUE, "922,337,203"),
    ("date", f"{HEAD}\n{ROW.replace('2026-09-02', '2026-13-02')}\n".encode(), Reason.BAD_VALUE, "ChargePeriodStart"),
    ("period", f"{HEAD}\n{ROW.replace('2026-09-01', 'September')}\n".encode(), Reason.BAD_VALUE, "BillingPeriodStart"),
    ("infinity", f"{HEAD}\n{ROW.replace('2026-09-02', 'infinity')}\n".encode(), Reason.BAD_VALUE, "2000 to 2099"),
    ("epoch", f"{HEAD}\n{ROW.replace('2026-09-01', 'epoch')}\n".encode(), Reason.BAD_VALUE, "BillingPeriodStart"),
    ("year 9999", f"{HEAD}\n{ROW.replace('2026-09-01', '9999-09-01')}\n".encode(), Reason.BAD_VALUE, "Row 2"),
    ("year 1", f"{HEAD}\n{ROW}\n{ROW.replace('2026-09-02', '0001-01-01')}\n".encode(), Reason.BAD_VALUE, "Row 3"),
    ("small usd", f"{HEAD}\n{ROW.replace('USD', 'usd')}\n".encode(), Reason.BAD_VALUE, "BillingCurrency: 'usd'"),
    ("no currency", f"{HEAD}\n{ROW.replace('USD', '')}\n".encode(), Reason.BAD_VALUE, "must not be empty"),
    ("no such currency", f"{HEAD}\n{ROW}\n{ROW.replace('USD', 'ABC')}\n".encode(), Reason.BAD_VALUE, "Row 3"),
    ("no payer", f"{HEAD}\n{ROW.replace('payer', '')}\n".encode(), Reason.BAD_VALUE, "must not be empty"),
    ("category", f"{HEAD}\n{ROW.replace('Usage', 'Usag')}\n".encode(), Reason.BAD_VALUE, "Usage, Purchase"),
    ("currencies", f"{HEAD}\n{ROW}\n{ROW.replace('USD', 'EUR')}\n".encode(), Reason.CURRENCY_DIFFERS, "Row 3"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "reason", "says"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_is_wrong_is_named(books: Books, write: Write, raw: bytes, reason: Reason, says: str) -> None:
    no = refusal(books, write(raw=raw))
    assert no.reason is reason
    assert says in no.message()
    assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", no.message("zh").replace(str(no.detail.get("path")), ""))


def test_a_zero_byte_is_found_by_its_row(books: Books, write: Write) -> None:
    no = refusal(books, write(raw=f"{HEAD}\n{ROW}\n".encode() + f"{ROW}\n".encode() * 400 + b"\0" + ROW.encode()))
    assert (no.reason, no.detail["row"]) == (Reason.TRUNCATED_FILE, 403)
    assert "zero byte" in no.message()


def test_no_file_a_folder_and_a_pipe(books: Books, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(books, tmp_path / "pipe").reason is Reason.NOT_A_REGULAR_FILE
    assert refusal(books, tmp_path / "absent.csv").reason is Reason.FILE_NOT_FOUND
    assert "folder" in refusal(books, tmp_path).message()
    assert refusal(books, tmp_path, "invoice").reason is Reason.UNKNOWN_FORMAT


def test_the_first_bad_row_is_named_then_the_first_column(books: Books, write: Write) -> None:
    both = ROW.replace("1.5", "x").replace("2026-09-02", "y")
    no = refusal(books, write(ROW, ROW.replace("2026-09-02", "y"), both))
    assert (no.detail["row"], no.detail["column"]) == (3, "ChargePeriodStart")
    no = refusal(books, write(ROW, both))
    assert (no.detail["row"], no.detail["column"]) == (3, "BilledCost")


def test_the_expected_currency_is_held(books: Books, write: Write) -> None:
    assert refusal(books, write(ROW), currency="CNY").reason is Reason.CURRENCY_DIFFERS
    assert refusal(books, write(ROW), currency="cny").reason is Reason.UNKNOWN_CURRENCY


def test_rows_without_cost_count_as_zero_and_are_told(books: Books, write: Write) -> None:
    done = taken_in(books, write(ROW, ROW.replace("1.5", "")))
    assert (done.rows_without_cost, done.taken.file_total) == (1, Decimal("1.5"))


def test_what_only_a_provider_states_is_kept(books: Books, write: Write) -> None:
    taken_in(books, write(ROW + ',"Say ""hi""",', head=HEAD + ",PublisherName,ServiceSubcategory"))
    ((kept,),) = charges(books, "provider_columns")
    assert json.loads(str(kept)) == {"PublisherName": 'Say "hi"', "ServiceSubcategory": None}


SHARED = Path(__file__).parents[2] / ".." / "shared" / "data"
SAMPLES = [
    ("focus", "focus-1.0-sample/focus_sample.csv", "BilledCost"),
    ("focus", "generated/focus-data-toolkit/focus_1_2_cost_and_usage_aws.csv", "BilledCost"),
    ("focus", "generated/focus-data-toolkit/focus_1_2_cost_and_usage_azure.csv", "BilledCost"),
    ("focus", "generated/focus-data-toolkit/focus_1_2_cost_and_usage_gcp.csv", "BilledCost"),
    ("focus", "generated/focus-data-toolkit/focus_1_3_cost_and_usage_aws.csv", "BilledCost"),
    ("aws-cur", "provider-raw/aws/cur_legacy_anonymous_1281.csv", "lineItem/UnblendedCost"),
    ("aws-cur", "generated/nise/aws_cur_10000.csv", "lineItem/UnblendedCost"),
    ("azure-ea", "provider-raw/azure/ea_export_anonymous_27.csv", "CostInBillingCurrency"),
    ("azure-ea", "generated/nise/azure_cost_240.csv", "CostInBillingCurrency"),
    ("gcp", "generated/nise/gcp_billing_8352.csv", "cost"),
    ("oci", "provider-raw/oci/oci_cost_report_506.csv", "cost/myCost"),
]


@pytest.mark.shared
@pytest.mark.parametrize(("format_name", "name", "column"), SAMPLES, ids=[name for _, name, _ in SAMPLES])
def test_bills_of_the_world_tie_out(books: Books, format_name: str, name: str, column: str) -> None:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"../shared/data/{name} is absent: the bills of the world are not tested")
    done = taken_in(books, path, format_name)
    with path.open(encoding="utf-8-sig", newline="") as handle:
        costs = [Decimal(row[column] or "0") for row in csv.DictReader(handle)]
    assert done.taken.records == len(costs)
    assert done.taken.file_total == sum(costs)
    lines = charges(books, "billed_cost_e10, line_kind, account_id, product_id, charge_start, effective_cost_e10")
    imported = sum(int(str(one[0])) for one in lines if one[1] == "imported")
    assert Decimal(imported).scaleb(-10) == done.taken.charges_total
    assert all(None not in one[:3] and one[4:] != (None, None) for one in lines)


@pytest.mark.shared
def test_the_alibaba_header_is_known(books: Books, tmp_path: Path) -> None:
    path = SHARED / "provider-raw/alibaba/oss_bill_header_zh.csv"
    if not path.exists():
        pytest.skip("../shared/data is absent: the header of the Alibaba Cloud bill is not tested")
    header = next(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    values = {
        "账期": "202609", "账号ID": "1234567890123456", "Owner账号": "dev@1234567890123456", "产品Code": "ecs",
        "账单类型": "按量付费", "消费类型": "后付费", "账单开始时间": "2026-09-30 23:00:00",
        "账单结束时间": "2026-10-01 00:00:00", "单价": "0.42", "用量": "1", "用量单位": "小时", "原价": "0.42",
        "优惠金额": "0.042", "应付金额": "0.378", "现金支付": "0.078", "代金券抵扣": "0.3", "储值卡支付金额": "0",
        "欠费金额": "0", "实例标签": "key:env value:prod;",
    }  # fmt: skip
    bill = tmp_path / "bill.csv"
    with bill.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerows([header, [values.get(name, "") for name in header]])
    done = taken_in(books, bill, "alibaba")
    assert (done.taken.file_total, done.identity_broken, done.months) == (Decimal("0.378"), 0, (202609,))
    ((start, listed, contracted, tags, account),) = charges(
        books, "charge_start, list_cost_e10, contracted_cost_e10, tags, account_id"
    )
    assert start == datetime(2026, 9, 30, 15, tzinfo=UTC).replace(tzinfo=None)
    assert (listed, contracted, tags) == (42 * 10**8, 378 * 10**7, '{"env":"prod"}')
    assert account == "dev@1234567890123456"
    assert list(islice(header, 2)) == ["账期", "财务单元"]
