"""A small world on real books: accounts, prices, cash, usage, closes, played through the use cases.

Verbs of `given` and `when`:

    account  NAME [paid by PAYER]             an account of the one enterprise (Asia/Shanghai, CNY)
    product  NAME billed by day               its billing cycle (before its first SKU; without: hour)
    sku      NAME in PRODUCT at PRICE         a unit price from 2020 on; with `from DATE` a later version
    tiers    NAME in PRODUCT 10:1.00 -:0.80   a graduated price: up to 10 at 1.00, then 0.80
    discount PAYER FACTOR                     a contract discount on all
    cash     ACCOUNT AMOUNT                   a top-up
    usage    ID ACCOUNT SKU QUANTITY START [TAGS] [resource=ID]
    close    MONTH                            `close again MONTH` says whether anything changed, `close dry MONTH`
                                              what would be billed
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from case_file import Case
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.usecases.close import Closed, close_month
from partita.usecases.funds import top_up
from partita.usecases.setup import apply_setup
from partita.usecases.usage import import_usage
from partita.usecases.work import Books

HEADS = {
    "enterprises": "enterprise_id,name,zone,currency",
    "units": "enterprise_id,org_unit_id,parent_id,kind,name",
    "accounts": "account_id,enterprise_id,name,org_unit_id,payer_id,effective_from",
    "products": "product_id,name,service_category,cycle",
    "skus": "sku_id,product_id,name,unit",
    "prices": "sku_id,currency,effective_from,model,counter,tier_to,price,block_size",
    "discounts": "payer_id,target_kind,target_id,effective_from,factor,exclusive",
}
USAGE_HEAD = "record_id,account_id,sku,quantity,start,end,tags,resource"


class World:
    """Plays verbs on books; what they answer collects in `said`."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.said: list[str] = []
        self.batches = 0
        self.cycles: dict[str, str] = {}
        self.setup("enterprises", [["group", "Group", "Asia/Shanghai", "CNY"]])
        self.setup("units", [["group", "east", "", "company", "East"]])

    def play(self, lines: Iterable[Sequence[str]]) -> None:
        """Play lines in order; neighbouring usage lines are one file, as a meter would send them."""
        waiting: list[list[str]] = []
        for verb, *words in lines:
            if verb == "usage":
                waiting.append(words)
                continue
            self.take_in(waiting)
            waiting = []
            getattr(self, verb)(*words)
        self.take_in(waiting)

    def setup(self, file: str, rows: Sequence[Sequence[str]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            _write(Path(folder) / f"{file}.csv", HEADS[file], rows)
            with self.books.work() as work:
                applied = apply_setup(work, Path(folder))
        if isinstance(applied, Refused):
            self.said.append(f"refused {applied.reason.name}")

    def account(self, name: str, *paid_by: str) -> None:
        payer = paid_by[2] if paid_by else ""
        self.setup("accounts", [[name, "group", name.title(), "east", payer, "2020-01-01"]])

    def sku(self, name: str, _in: str, product: str, _at: str, price: str, *since: str) -> None:
        self._item(name, product)
        start = since[1] if since else "2020-01-01"
        self.setup("prices", [[name, "CNY", start, "unit", "account", "", price, ""]])

    def tiers(self, name: str, _in: str, product: str, *tiers: str) -> None:
        self._item(name, product)
        pairs = [tier.split(":") for tier in tiers]
        rows = [[name, "CNY", "2020-01-01", "graduated", "account", end.strip("-"), price, ""] for end, price in pairs]
        self.setup("prices", rows)

    def product(self, name: str, _billed: str, _by: str, cycle: str) -> None:
        self.cycles[name] = cycle

    def _item(self, name: str, product: str) -> None:
        self.setup("products", [[product, product, "Compute", self.cycles.get(product, "")]])
        self.setup("skus", [[name, product, name, "hour"]])

    def discount(self, payer: str, factor: str) -> None:
        self.setup("discounts", [[payer, "all", "", "2020-01-01", factor, "false"]])

    def cash(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            money = Money.parse(amount, "CNY")
            answer = top_up(work, account_id=account, amount=money, idempotency_key=f"{account} {amount}")
        assert not isinstance(answer, Refused), answer.message()

    def take_in(self, rows: Sequence[Sequence[str]]) -> None:
        if not rows:
            return
        self.batches += 1
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"usage-{self.batches}.csv"
            whole = [_measured(*row) for row in rows]
            _write(path, USAGE_HEAD, whole)
            answer = import_usage(self.books, path)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")

    def close(self, *words: str) -> None:
        again, dry, month = words[0] == "again", words[0] == "dry", Month.parse(words[-1])
        answer = close_month(self.books, month, dry_run=dry)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
        elif dry and not answer.already_closed:
            self.said.append(f"{month} would bill {answer.bills} bills")
        elif again or dry:
            self.said.append(f"{month} {'already closed' if answer.already_closed else 'closed'}")
        else:
            assert isinstance(answer, Closed)


def _measured(*words: str) -> list[str]:
    *record, start = words[:5]
    resource = next((word.partition("=")[2] for word in words[5:] if word.startswith("resource=")), "")
    tags = next((word for word in words[5:] if not word.startswith("resource=")), "")
    return [*record, start, start, tags, resource]


def _write(path: Path, head: str, rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(head.split(","))
        writer.writerows(rows)


def world_of(case: Case, books: Books) -> World:
    """Build the world of a case and play its `given` and `when`."""
    world = World(books)
    world.play([*case.given, *case.when])
    return world
