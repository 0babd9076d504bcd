"""Plays the cases of usage: rows in, and what became of each.

row     ID ACCOUNT SKU QUANTITY START [TAGS]   a row; `end TIME` sets its end
line    TEXT                                   a line as it is
file    NAME [as csv|gz|ndjson]                write the rows and lines so far to a file
take    NAME                                   import a file: what became of its rows
rejects NAME                                   its rejects file: row, column, value, reason
stored                                         the books: id, account, payer, month, quantity, start in UTC, tags
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
from itertools import pairwise
from pathlib import Path

import duckdb

from case_file import Case
from partita.core.period import Month
from partita.core.quantity import format_quantity
from partita.core.refusal import Refused
from partita.store import usage as usage_store
from partita.usecases.usage import UsageImported, import_usage
from partita.usecases.work import Books
from steps.world import World

HEAD = ("record_id", "account_id", "sku", "quantity", "start", "end", "tags")


class _Usage(World):
    def __init__(self, books: Books, folder: Path) -> None:
        super().__init__(books)
        self.folder = folder
        self.rows: list[list[str]] = []

    def account(self, name: str, *paid_by: str) -> None:
        """`account NAME [paid by PAYER] [from DATE]`."""
        words = dict(pairwise(paid_by))
        start = words.get("from", "2020-01-01")
        self.setup("accounts", [[name, "group", name.title(), "east", words.get("by", ""), start]])

    def row(self, *words: str) -> None:
        record_id, account, sku, quantity, start, *tags = words
        self.rows.append([record_id, account, sku, quantity, start, "", tags[0] if tags else ""])

    def end(self, text: str) -> None:
        self.rows[-1][5] = text

    def line(self, text: str) -> None:
        self.rows.append([text])

    def file(self, name: str, *_as: str) -> None:
        (self.folder / name).write_bytes(_written(self.rows, _as[-1] if _as else "csv"))
        self.rows = []

    def take(self, name: str) -> None:
        self.told(import_usage(self.books, self.folder / name))

    def rejects(self, name: str) -> None:
        found = self.folder / f"{name}.rejects.csv"
        if not found.exists():
            self.said.append(f"no rejects of {name}")
            return
        with found.open(newline="", encoding="utf-8") as handle:
            for one in csv.DictReader(handle):
                said = [
                    one["reject_row"],
                    one["reject_column"] or "-",
                    one["reject_value"] or "-",
                    one["reject_reason"],
                ]
                self.said.append(f"reject row {' '.join(said)}")

    def stored(self) -> None:
        with self.books.work() as work:
            files = usage_store.files(work.tx)
        rows = []
        for one in files:
            source = duckdb.read_parquet(str(self.books.room.path(one.path)))
            for record in source.project("record_id, account_id, payer_id, quantity_e6, usage_start, tags").fetchall():
                *names, quantity, start, tags = record
                month = Month.from_number(one.month)
                rows.append(
                    f"{' '.join(names)} {month} {format_quantity(quantity)} {start:%Y-%m-%dT%H:%MZ} {tags or '-'}"
                )
        self.said += [f"record {row}" for row in sorted(rows)]

    def told(self, answer: UsageImported | Refused) -> None:
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        state = "imported before" if answer.already_imported else "imported"
        counts = f"{answer.accepted} accepted + {answer.duplicates} duplicates + {answer.rejected} rejected"
        self.said.append(f"{state}: {counts} = {answer.records}; quantity {format_quantity(answer.quantity_e6)}")
        self.said += [f"late {Month.from_number(one.month)} {one.records}" for one in answer.months if one.late]


def _written(rows: list[list[str]], form: str) -> bytes:
    if form == "ndjson":
        # a quantity stands as a bare number, to the letter
        lines = [
            row[0] if len(row) == 1 else json.dumps(dict(zip(HEAD, row, strict=True))).replace(
                f'"quantity": "{row[3]}"', f'"quantity": {row[3]}')
            for row in rows
        ]  # fmt: skip
        return "".join(f"{line}\n" for line in lines).encode()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    for row in rows:
        if len(row) == 1:
            text.write(row[0] + "\n")
        else:
            writer.writerow(row)
    content = text.getvalue().encode()
    return gzip.compress(content, mtime=0) if form == "gz" else content


def run(case: Case, books: Books) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        world = _Usage(books, Path(folder))
        world.play([*case.given, *case.when])
        # a case knows quotes only as what holds words together
        return [line.replace('"', "") for line in world.said]
