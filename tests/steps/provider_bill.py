"""Plays the cases of provider bills: rows of a bill in, and what the books make of it.

`bill FORMAT` starts a bill whose required columns have plain values; `row COLUMN VALUE …` adds a row with these values
set; `without COLUMN` leaves a column out; `text FIELDS` adds a raw line; `clear` drops the rows.
`import NAME [as FORMAT] [replace] [expect CURRENCY]` takes the bill in under a name. `charges COLUMN …` lists columns
of the charges that count.
"""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import duckdb

from case_file import Case
from partita.core.money import format_scaled
from partita.core.refusal import Refused
from partita.formats.decimals import plain_text
from partita.store import charge as charge_store
from partita.usecases.provider_bill import BillImported, import_bill
from partita.usecases.work import Books

PLAIN: dict[str, dict[str, str]] = {
    "focus": {
        "BilledCost": "1", "BillingAccountId": "payer", "BillingCurrency": "USD", "BillingPeriodStart": "2026-09-01",
        "ChargePeriodStart": "2026-09-02", "ChargeCategory": "Usage", "SubAccountId": "acme",
    },
    "aws-cur": {
        "lineItem/UnblendedCost": "1", "bill/PayerAccountId": "payer", "lineItem/UsageAccountId": "acme",
        "bill/BillingPeriodStartDate": "2026-09-01T00:00:00Z", "lineItem/LineItemType": "Usage",
        "lineItem/UsageStartDate": "2026-09-02T00:00:00Z", "lineItem/CurrencyCode": "USD",
    },
    "azure-ea": {
        "CostInBillingCurrency": "1", "BillingAccountId": "payer", "BillingCurrencyCode": "USD",
        "BillingPeriodStartDate": "9/1/2026", "SubscriptionId": "acme", "Date": "9/2/2026", "ChargeType": "Usage",
        "PricingModel": "OnDemand",
    },
    "gcp": {
        "cost": "1", "billing_account_id": "payer", "currency": "USD", "invoice.month": "202609",
        "usage_start_time": "2026-09-02T00:00:00", "project.id": "acme", "cost_type": "regular", "credits": "[]",
    },
    "alibaba": {
        "应付金额": "1", "账号ID": "payer", "账期": "202609", "产品Code": "ecs", "账单类型": "PayAsYouGoBill",
        "Owner账号": "acme", "现金支付": "1",
    },
}  # fmt: skip


class _Bills:
    def __init__(self, books: Books, folder: Path) -> None:
        self.books, self.folder = books, folder
        self.format_name = "focus"
        self.columns: dict[str, str] = {}
        self.rows: list[dict[str, str] | str] = []
        self.said: list[str] = []
        self.names: dict[str, str] = {}

    def bill(self, format_name: str) -> None:
        self.format_name, self.columns, self.rows = format_name, dict(PLAIN[format_name]), []

    def row(self, *words: str) -> None:
        values = dict(zip(words[::2], words[1::2], strict=True))
        self.columns |= {name: "" for name in values if name not in self.columns}
        self.rows.append(values)

    def text(self, line: str) -> None:
        self.rows.append(line)

    def without(self, *columns: str) -> None:
        for name in columns:
            del self.columns[name]

    def clear(self) -> None:
        self.rows = []

    def import_(self, name: str, *words: str) -> None:
        path = self.folder / f"{name}.csv"
        path.write_text(self._csv(), encoding="utf-8")
        expected = words[words.index("expect") + 1] if "expect" in words else None
        format_name = words[words.index("as") + 1] if "as" in words else self.format_name
        done = import_bill(self.books, path, format_name=format_name, replace="replace" in words, currency=expected)
        self.said += self._refusal(done) if isinstance(done, Refused) else self._imported(name, done)

    def charges(self, *columns: str) -> None:
        with self.books.work() as work:
            paths = [str(self.books.room.path(one.path)) for one in charge_store.counting(work.tx)]
        if not paths:
            self.said.append("no charges")
            return
        found = duckdb.from_parquet(paths, union_by_name=True).order("row_number nulls last, record_id")
        for row in found.project(", ".join(columns)).fetchall():
            cells = [
                format_scaled(cell, 10) if name.endswith("_e10") and cell is not None else str(cell)
                for name, cell in zip(columns, row, strict=True)
            ]
            self.said.append("charge " + " ".join("-" if cell == "None" else cell for cell in cells))

    def _csv(self) -> str:
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        for row in self.rows:
            if isinstance(row, str):
                out.write(row + "\n")
            else:
                writer.writerow([(self.columns | row)[name] for name in self.columns])
        return out.getvalue()

    def _imported(self, name: str, done: BillImported) -> list[str]:
        taken = done.taken
        self.names[taken.import_id] = name
        verb = "again" if done.already_imported else "imported"
        parts = f"{plain_text(taken.charges_total)} + {plain_text(taken.remainder)} {taken.currency}"
        said = [f"{verb} {name}: {plain_text(taken.file_total)} = {parts}"]
        if taken.credits_total:
            said.append(
                f"credits {name}: {plain_text(taken.credits_total)} = {plain_text(taken.credits_charges_total)} + "
                f"{plain_text(taken.credits_remainder)}"
            )
        said += [f"counted beside {self.names[one]}" for one in done.same_period_as]
        said += [f"in the place of {self.names[one]}" for one in done.replaces]
        said += [f"rows that break the identity: {done.identity_broken}"] if done.identity_broken else []
        return said

    def _refusal(self, no: Refused) -> list[str]:
        text = no.message().replace("'", "").replace(f"{self.folder}/", "")
        for import_id, name in self.names.items():
            text = text.replace(import_id, name)
        return [f"refused: {text}"]


def run(case: Case, books: Books) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        bills = _Bills(books, Path(folder))
        for verb, *words in (*case.given, *case.when):
            getattr(bills, "import_" if verb == "import" else verb)(*words)
        return bills.said
