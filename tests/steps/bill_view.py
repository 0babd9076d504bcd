"""Plays the cases of bill views, adjustments and custom bills on real books; on the core where nothing is `given`.

Verbs besides those of `steps.order`, in `given` and `when`:

    adjust    ACCOUNT PRODUCT AMOUNT KEY [about=MONTH] [sku=NAME] [instance=NAME] [because WORDS]
    month     PAYER|all MONTH                 the month bill: state, figures, who paid, what is outstanding
    details|flow|items|amortised PAYER|all MONTH [by=WORD] [show=WORD,WORD]   rows: shown columns and payable
    metered   RECORD ACCOUNT SKU QUANTITY START RESOURCE    usage of a resource
    figures   VIEW PAYER MONTH                what each row stands for, and its figures
    totals    PAYER|all MONTH                 the total of each view
    export    VIEW PAYER MONTH csv|xlsx|parquet    rows and payable of the file, read again
    focus     PAYER MONTH COLUMN…             the rows of a FOCUS export
    custom    NAME ACCOUNT COLUMN,COLUMN [only=WORD:VALUE,…] [group=WORD,…] [schedule=WORD] [file=KIND]
    customs   ACCOUNT · take-off NAME ACCOUNT · custom-run NAME ACCOUNT MONTH · deliver
    quota     ACCOUNT · bills
    line      PAYER MONTH NUMBER              the story of a bill line

On the core (no `given`): `state open|closed posted|- OUTSTANDING`,
`credit OWED MONTH=AMOUNT …`, `spread AMOUNT DAY DAY`, `goes ABOUT after FROZEN`, `turn SCHEDULE INSTANT [MONTH]`.
"""

from __future__ import annotations

import csv
import tempfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from case_file import Case
from partita.columnar.bill_view import column
from partita.core.adjustment import bill_month
from partita.core.bill_view import FIGURES, MONEY, VIEWS, State, View, dimensions_of, state_of
from partita.core.custom_bill import SCHEDULES, Definition, of_view, turn_of
from partita.core.funds import available
from partita.core.ids import derived_id
from partita.core.money import format_scaled
from partita.core.period import Month, Period
from partita.core.refusal import Refused
from partita.core.subscription import amortise
from partita.store import bill as bill_store
from partita.usecases import adjustment, custom_bill
from partita.usecases.bill_file import export
from partita.usecases.bill_line import explain
from partita.usecases.bill_view import Asked, Rows, month_bills, view
from partita.usecases.focus import What, export_focus
from partita.usecases.funds import figures_of
from partita.usecases.usage import import_usage
from partita.usecases.work import Books
from steps.order import Orders
from steps.order_scene import ZONE, cny, plain

VERBS = {"take-off": "take_off", "custom-run": "custom_run"}


def run(case: Case, books: Books, owner_url: str) -> list[str]:
    if not case.given:
        return [said for verb, *words in case.when for said in CORE[verb](*words)]
    world = Bills(books)
    world.owner_url = owner_url
    world.play(case.given)
    world.said.clear()
    world.play(case.when)
    return world.said


class Bills(Orders):
    """Plays what bills show."""

    def adjust(self, account: str, product: str, amount: str, key: str, *words: str) -> None:
        known = dict(word.split("=", 1) for word in words if "=" in word)
        reason = " ".join(words[words.index("because") + 1 :]) if "because" in words else "agreed"
        wanted = adjustment.Wanted(
            *(account, product, cny(amount), reason, Month.parse(known["about"]) if "about" in known else None),
            *(known.get("sku", ""), known.get("instance", "")),
        )
        answer = self.ask(lambda work: adjustment.adjust(work, wanted, idempotency_key=key))
        if answer:
            one = answer.adjustment
            word = "already on" if answer.repeated else "on"
            self.said.append(f"{plain(one.amount.minor)} {word} the bill of {one.payer_id} for {one.month}")

    def month(self, payer: str, month: str) -> None:
        answer = month_bills(self.books, self._asked(payer, month))
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        for one in answer:
            figures = " ".join(
                f"{word} {exact(one.figures[figure])}"
                for word, figure in FIGURES.items()
                if figure in one.figures and word not in ("quantity", "charges") and one.figures[figure]
            )
            paid = "".join(f", {fund} {plain(amount)}" for fund, amount in sorted(one.paid.items()))
            off = f", set off {plain(one.set_off_minor)}" if one.set_off_minor else ""
            left = f", outstanding {plain(one.outstanding_minor)}" if one.outstanding_minor else ""
            self.said.append(f"{one.payer_id} {one.month} {one.state.word}: {figures}{paid}{off}{left}")

    def details(self, payer: str, month: str, *words: str, name: View = View.DETAILS) -> None:
        known = dict(word.split("=", 1) for word in words)
        by = known.get("by")
        answer = view(self.books, self._asked(payer, month), dimensions_of(name, by))
        self._rows(answer, known.get("show"))

    def flow(self, *words: str) -> None:
        self.details(*words, name=View.FLOW)

    def items(self, *words: str) -> None:
        self.details(*words, name=View.ITEMS)

    def amortised(self, *words: str) -> None:
        self.details(*words, name=View.AMORTISED)

    def metered(self, *row: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "usage.csv"
            head = "record_id,account_id,sku,quantity,start,end,resource_id"
            path.write_text(f"{head}\n{','.join((*row[:5], row[4], row[5]))}\n", encoding="utf-8")
            answer = import_usage(self.books, path)
        assert not isinstance(answer, Refused), answer.message()

    def figures(self, name: str, payer: str, month: str) -> None:
        answer = view(self.books, self._asked(payer, month), dimensions_of(VIEWS[name], None))
        assert isinstance(answer, Rows), answer
        for row in answer.table.to_pylist():
            amounts = (f"{one.word} {exact(int(row[column(one)]))}" for one in MONEY if row[column(one)])
            self.said.append(f"{row['kind']}: {' '.join(amounts)}")

    def totals(self, payer: str, month: str) -> None:
        for one in View:
            answer = view(self.books, self._asked(payer, month), dimensions_of(one, None))
            assert isinstance(answer, Rows), answer
            total = sum(int(amount) for amount in answer.table.column("payable_e10").to_pylist())
            self.said.append(f"{one.word} {exact(total)}")

    def export(self, name: str, payer: str, month: str, kind: str) -> None:
        what = of_view(VIEWS[name], None, file=kind, language="en")
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / f"bill.{kind}"
            answer = export(self.books, self._asked(payer, month), what, target)
            if isinstance(answer, Refused):
                self.said.append(f"refused {answer.reason.name}")
                return
            rows = read_again(target)
            total = sum((Decimal(str(row["payable"])) for row in rows), Decimal(0))
            self.said.append(f"{kind} {len(rows)} rows {total.quantize(Decimal('0.01'))}")

    def focus(self, payer: str, month: str, *columns: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "focus.csv"
            answer = export_focus(self.books, [Month.parse(month)], target, what=What(payer_id=payer))
            assert not isinstance(answer, Refused), answer.message()
            rows = sorted(" ".join(row[name] or "-" for name in columns) for row in read_again(target))
        self.said += rows
        self.said += [f"in all {exact(one.exported_billed_e10)}" for one in answer.equations]

    def custom(self, name: str, account: str, columns: str, *words: str) -> None:
        known = dict(word.split("=", 1) for word in words)
        wanted: dict[str, tuple[str, ...]] = {}
        for pair in filter(None, known.get("only", "").split(",")):
            word, _, value = pair.partition(":")
            wanted[word] = (*wanted.get(word, ()), value)
        definition = Definition(
            tuple(columns.split(",")),
            tuple(wanted.items()),
            tuple(filter(None, known.get("group", "").split(","))),
            known.get("file", "csv"),
        )
        schedule = SCHEDULES[known.get("schedule", "none")]
        answer = self.ask(lambda work: custom_bill.save(work, (account, name), definition, schedule))
        if answer:
            self.said.append(f"{'already saved' if answer.repeated else 'saved'} {name}")

    def take_off(self, name: str, account: str) -> None:
        if self.ask(lambda work: custom_bill.take_off(work, (account, name))):
            self.said.append(f"taken off {name}")

    def customs(self, account: str) -> None:
        for one in self.ask(lambda work: custom_bill.list_custom(work, account)) or ["none"]:
            self.said.append(one if isinstance(one, str) else f"{one.custom.name} {one.custom.schedule.word}")

    def custom_run(self, name: str, account: str, month: str) -> None:
        answer = custom_bill.run(self.books, (account, name), Month.parse(month))
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        self._rows(answer[1], ",".join(one.word for one in answer[1].dimensions))

    def deliver(self) -> None:
        answer = custom_bill.deliver(self.books)
        assert not isinstance(answer, Refused)
        for one in answer:
            what = f"refused {one.refusal.reason.name}" if one.refusal else f"{one.rows} rows in {Path(one.path).name}"
            self.said.append(f"{one.account_id} {one.name} {one.turn.key}: {what}")
            if one.refusal is None:
                with self.books.room.path(one.path).open(encoding="utf-8") as handle:
                    self.said.append(f"file {handle.read().splitlines()[0]}")
        if not answer:
            self.said.append("nothing is due")

    def line(self, payer: str, month: str, number: str) -> None:
        answer = explain(self.books, derived_id("bill", payer, Month.parse(month), "CNY"), int(number))
        assert not isinstance(answer, Refused), answer.message()
        self.said.append(
            f"{answer.line.kind} {exact(answer.line.billed_cost_e10)} by {answer.samples[0].record_id[:4]}"
        )

    def quota(self, account: str) -> None:
        with self.books.work() as work:
            one = figures_of(work, account)
        self.said.append(f"{account} has {plain(available(one).result)}")

    def bills(self) -> None:
        with self.books.work() as work:
            for one in bill_store.bills(work.tx):
                self.said.append(f"bill {one.payer_id} {Month.from_number(one.month)} {plain(one.payable_minor)}")

    def play(self, lines: Any) -> None:
        super().play([[VERBS.get(line[0], line[0]), *line[1:]] for line in lines])

    def _asked(self, payer: str, month: str) -> Asked:
        return Asked(Month.parse(month), None if payer == "all" else payer)

    def _rows(self, answer: Rows | Refused, show: str | None) -> None:
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        shown = show.split(",") if show else [one.word for one in answer.dimensions]
        orders = {name: token for token, name in self.orders.items()}
        for row in answer.table.to_pylist():
            words = [orders.get(row[word], row[word]) or "-" for word in shown]
            self.said.append(f"{' '.join(words)} {exact(int(row['payable_e10']))}")


def read_again(path: Path) -> list[dict[str, Any]]:
    """Read a written file with another reader than the one that wrote it."""
    match path.suffix:
        case ".parquet":
            return list(pq.read_table(path).to_pylist())
        case ".xlsx":
            head, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
            return [dict(zip(head, row, strict=True)) for row in rows]
        case _:
            with path.open(encoding="utf-8", newline="") as handle:
                return list(csv.DictReader(handle))


def exact(amount_e10: int) -> str:
    return format_scaled(amount_e10, 10, places=2)


def _state(closed: str, posted: str, outstanding: str) -> list[str]:
    found: State = state_of(closed=closed == "closed", posted=posted == "posted", outstanding=cny(outstanding).minor)
    return [f"{closed} {posted} {outstanding} {found.word}"]


def _spread(amount: str, first: str, last: str) -> list[str]:
    start, end = (datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(ZONE)) for day in (first, last))
    return [f"{one.month} {plain(one.amount)}" for one in amortise(cny(amount).minor, Period(start, end), ZONE)]


def _goes(about: str, _after: str, frozen: str) -> list[str]:
    last = 0 if frozen == "none" else Month.parse(frozen).number
    return [f"{about} after {frozen}: {bill_month(Month.parse(about), frozen_through=last)}"]


def _turn(schedule: str, instant: str, *closed: str) -> list[str]:
    now = datetime.fromisoformat(instant).replace(tzinfo=ZoneInfo(ZONE))
    turn = turn_of(SCHEDULES[schedule], now, ZONE, Month.parse(closed[0]) if closed else None)
    return [f"{schedule} {turn.key} of {turn.month}" if turn else f"{schedule} none"]


CORE: dict[str, Any] = {"state": _state, "spread": _spread, "goes": _goes, "turn": _turn}
