"""Plays the cases of catalogues as folders, on real books.

Verbs besides those of `steps.world`:

    doc    FILE VALUES…      a row of a document of the folder; `-` is an empty value. The columns are all that it may
                             have, of skus.csv also attributes.vcpu
    offer  SKU NAME=VALUE…   a SKU that is a package or a plan
    folder                   begins another folder
    now    INSTANT
    apply  [dry] [REASON]    `validate`, `diff`: what they answer
    try    MONTH [BY]        as `catalog try`
    show   SKU               every price, with who recorded it why
    history                  every change of the catalogue
    list   JSON              a public price list: what it becomes
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from case_file import Case
from partita.core.money import format_scaled
from partita.core.period import Month
from partita.core.quantity import format_price
from partita.core.refusal import Refused
from partita.formats.catalog import DOCUMENTS
from partita.formats.catalog.price_list import read_price_list
from partita.store import catalog_change
from partita.usecases import catalog
from partita.usecases.catalog.examine import tiers_text
from partita.usecases.catalog.trial import Trial
from partita.usecases.work import Books
from steps.world import World

_ZONE = ZoneInfo("Asia/Shanghai")
_OFFERS = ("quota", "covers", "each", "rates", "years")
_ATTRIBUTES = [f"attributes.{name}" for name in ("vcpu", *_OFFERS)]


class Catalogues(World):
    """Writes documents and plays what becomes of them."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.rows: dict[str, list[Sequence[str]]] = {}

    def doc(self, file: str, *values: str) -> None:
        self.rows.setdefault(file, []).append(["" if value == "-" else value for value in values])

    def offer(self, sku: str, *words: str) -> None:
        """A SKU of `skus.csv` that is a package or a plan, by its attributes."""
        attributes = dict(word.split("=", 1) for word in words)
        self.doc("skus.csv", sku, "compute", sku, "Hour", "-", "-", *(attributes.get(name, "-") for name in _OFFERS))

    def folder(self) -> None:
        self.rows.clear()

    def now(self, instant: str) -> None:
        at = datetime.fromisoformat(instant).replace(tzinfo=_ZONE)
        self.books = replace(self.books, clock=lambda: at)

    def _in_folder(self, ask: Any) -> Any:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "list"
            folder.mkdir()
            for file, rows in self.rows.items():
                layout = DOCUMENTS[file.removesuffix(".csv")]
                columns = (*layout.needed, *layout.optional, *(_ATTRIBUTES if layout.attributes else []))
                with (folder / file).open("w", newline="", encoding="utf-8") as handle:
                    writer = csv.writer(handle)
                    writer.writerow(columns)
                    writer.writerows([[*row, *[""] * (len(columns) - len(row))] for row in rows])
            answer = ask(folder)
        if isinstance(answer, Refused):
            told = [line.strip() for line in answer.message().splitlines()[1:]]
            self.said += [f"refused {answer.reason.name}", *(line.replace("'", "") for line in told)]
            return None
        return answer

    def validate(self) -> None:
        found = self._in_folder(lambda folder: catalog.validate(self.books, folder))
        if found:
            self.said.append(f"sound: states {_counts(found.stated)}; new {_counts(found.new)}")

    def apply(self, *words: str) -> None:
        dry = words[:1] == ("dry",)
        reason = " ".join(words[1:] if dry else words)
        found = self._in_folder(lambda folder: catalog.apply(self.books, folder, reason=reason, dry_run=dry))
        if found:
            self.said.append(f"{'would add' if dry else 'added'} {_counts(found.new)}")

    def diff(self) -> None:
        found = self._in_folder(lambda folder: catalog.compare(self.books, folder))
        for one in found.changes if found else ():
            before, after = (tiers_text(_json(tiers)) if tiers else "nothing" for tiers in (one.before, one.after))
            start = one.effective_from.astimezone(_ZONE)
            self.said.append(f"{one.sku_id} by {one.way} from {start:%Y-%m-%d}: {before} to {after} {one.currency}")

    def try_(self, month: str, by: str = "payer,account") -> None:
        trial = Trial(Month.parse(month), None, tuple(by.split(",")))
        found = self._in_folder(lambda folder: catalog.try_prices(self.books, folder, trial))
        if found:
            self.said.append(f"tried {found.prices} on {found.records} records")
            self.said += [
                f"{' '.join(one.names)} list {_e10(one.list_before_e10)} to {_e10(one.list_after_e10)} "
                f"costs {_e10(one.contracted_before_e10)} to {_e10(one.contracted_after_e10)} "
                f"difference {_e10(one.difference_e10)}"
                for one in found.rows
            ]

    def show(self, sku: str) -> None:
        with self.books.work() as work:
            found = catalog.show_sku(work, sku)
        if isinstance(found, Refused):
            self.said.append(f"refused {found.reason.name}")
            return
        detail = found.detail
        if detail:
            attributes = " ".join(f"{name}={value}" for name, value in detail.attributes)
            self.said.append(f"{sku} {detail.region} {attributes}".strip())
        for one in found.prices:
            change = found.changes[found.recorded[one.price_id]]
            start = one.effective_from.astimezone(_ZONE)
            price = format_price(one.tiers[0].price_e10)
            self.said.append(f"{price} from {start:%Y-%m-%d} by {change.recorded_by} {change.reason}".strip())

    def history(self) -> None:
        with self.books.work() as work:
            found = catalog_change.changes(work.tx)
        for one in found:
            at = one.recorded_at.astimezone(_ZONE)
            self.said.append(f"{at:%Y-%m-%d} {one.recorded_by} {one.source} {_counts(one.added)} {one.reason}".strip())

    def list(self, text: str) -> None:
        found = read_price_list(text, currency="USD", effective_from="2026-01-01")
        for sku, price in zip(found.skus, found.prices, strict=True):
            self.said.append(f"{sku[0]} in {sku[4] or 'everywhere'} at {price[3]} {price[1]}")
        self.said += [f"left out {where} {price}: {why[0]}" for where, price, why in found.left_out]
        self.said.append(f"free {found.free}")


def run(case: Case, books: Books) -> list[str]:
    world = Catalogues(books)
    world.play([["try_" if verb == "try" else verb, *words] for verb, *words in case.given])
    world.said.clear()
    world.play([["try_" if verb == "try" else verb, *words] for verb, *words in case.when])
    return world.said


def _counts(counts: Any) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()) if count) or "nothing"


def _json(tiers: Any) -> str:
    steps = [f'{{"to": {"null" if one.to_e6 is None else one.to_e6}, "price": {one.price_e10}}}' for one in tiers]
    return f"[{', '.join(steps)}]"


def _e10(amount: int) -> str:
    return format_scaled(amount, 10, places=2)
