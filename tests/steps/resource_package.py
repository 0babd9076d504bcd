"""Plays packages and plans on real books: the words of `steps.world`, and beside them the verbs of `Bought`.

at       INSTANT                                    the clock of the books, Shanghai time
package  KEY ACCOUNT QUOTA [each hour|day|month] SKU[*FACTOR]… for MONTHS [price AMOUNT] [start DATE] [region R]
renew    KEY PACKAGE for MONTHS [price AMOUNT]       PACKAGE is the key by which it was granted
upgrade  KEY PACKAGE QUOTA [price AMOUNT]
plan     KEY ACCOUNT COMMITMENT all|half|none SKU@RATE… for YEARS [gift] [start DATE]
share | unshare   KEY ACCOUNT|all
skip | unskip     KEY SKU|ACCOUNT:NAME
end      KEY
payer    ACCOUNT PAYER from DATE                     who pays for it from then on
rate     MONTH
charges  MONTH [LINE_KIND…]     log MONTH      left ACCOUNT     used      coverage
alert    ACCOUNT low-package|expiry PERCENT|DAYS|off
remind                                               a round by the clock, and what is told in it
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from case_file import Case
from conftest import Clock
from partita.core.alert import AlertKind, AlertSetting
from partita.core.money import Money
from partita.core.period import DEFAULT_ZONE, Cycle, Month
from partita.core.quantity import format_quantity, parse_price, parse_quantity
from partita.core.refusal import Refused
from partita.core.savings_plan import PayMode
from partita.store import charge as charge_store
from partita.store import ledger as ledger_store
from partita.store import outbox as outbox_store
from partita.usecases import alert as alerts
from partita.usecases import commitment, service_control
from partita.usecases.commitment import Granted, PackageOffer, PlanOffer
from partita.usecases.rating import rate_month
from partita.usecases.verify import verify
from partita.usecases.work import Books, Work
from steps.commitments import amount
from steps.pricebook import Words, instant
from steps.world import World

_OPTIONS = ("each", "for", "price", "start", "region", "from")
_MODES = {mode.word: mode for mode in PayMode}


class Bought(World):
    """Plays the verbs; a grant is named by its key."""

    def __init__(self, books: Books, clock: Clock) -> None:
        super().__init__(books)
        self.clock = clock
        self.names: dict[str, str] = {}
        self.told: set[str] = set()
        self.setup("products", [["packs", "Packs", "Compute", ""]])
        self.setup("skus", [["pack", "packs", "Pack", "pack"], ["promise", "packs", "Promise", "hour"]])

    def at(self, text: str) -> None:
        self.clock.now = instant(text)

    def ask(self, what: Callable[[Work], Any]) -> Any:
        with self.books.work() as work:
            answer = what(work)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return None
        return answer

    def package(self, key: str, account: str, quota: str, *rest: str) -> None:
        words = Words(rest, _OPTIONS)
        pairs = [sku.partition("*") for sku in words.plain]
        offer = PackageOffer(
            "pack",
            parse_quantity(quota),
            tuple((sku, parse_quantity(factor or "1")) for sku, _, factor in pairs),
            int(words.option["for"]),
            cents(words),
            Cycle(words.option["each"]) if "each" in words.option else None,
            instant(words.option["start"]) if "start" in words.option else None,
            tuple(words.option["region"].split(",")) if "region" in words.option else (),
        )
        self.granted(key, lambda work: commitment.grant_package(
            work, account_id=account, offer=offer, idempotency_key=key))  # fmt: skip

    def plan(self, key: str, account: str, promise: str, mode: str, *rest: str) -> None:
        words = Words(rest, _OPTIONS)
        rates = tuple(word.partition("@")[::2] for word in words.plain if "@" in word)
        offer = PlanOffer(
            "promise",
            parse_price(promise),
            tuple((sku, parse_price(rate)) for sku, rate in rates),
            int(words.option["for"]),
            _MODES[mode],
            instant(words.option["start"]) if "start" in words.option else None,
            gift="gift" in words.plain,
        )
        self.granted(key, lambda work: commitment.grant_plan(
            work, account_id=account, offer=offer, idempotency_key=key))  # fmt: skip

    def renew(self, key: str, package: str, *rest: str) -> None:
        words = Words(rest, _OPTIONS)
        self.granted(key, lambda work: commitment.renew_package(
            work, package_id=self.names[package], months=int(words.option["for"]), price_minor=cents(words),
            idempotency_key=key))  # fmt: skip

    def upgrade(self, key: str, package: str, quota: str, *rest: str) -> None:
        words = Words(rest, _OPTIONS)
        self.granted(key, lambda work: commitment.upgrade_package(
            work, package_id=self.names[package], more_e6=parse_quantity(quota), price_minor=cents(words),
            idempotency_key=key))  # fmt: skip

    def granted(self, key: str, what: Callable[[Work], Any]) -> None:
        found = self.ask(what)
        if isinstance(found, Granted):
            self.names.setdefault(key, found.commitment_id)
            start, end = (local(at) for at in (found.valid.start, found.valid.end))
            again = " again" if found.repeated else ""
            self.said.append(f"{key}{again} from {start} until {end} paid {found.price}")

    def share(self, key: str, account: str) -> None:
        self._serve(key, account, shared=True)

    def unshare(self, key: str, account: str) -> None:
        self._serve(key, account, shared=False)

    def _serve(self, key: str, account: str, *, shared: bool) -> None:
        member = "" if account == "all" else account
        self.ask(lambda work: commitment.share(
            work, commitment_id=self.names[key], member_id=member, shared=shared))  # fmt: skip

    def skip(self, key: str, what: str) -> None:
        self._skip(key, what, skipped=True)

    def unskip(self, key: str, what: str) -> None:
        self._skip(key, what, skipped=False)

    def _skip(self, key: str, what: str, *, skipped: bool) -> None:
        named = ("", what.partition(":")[2]) if what.startswith("ACCOUNT:") else (what, "")
        self.ask(lambda work: commitment.skip(
            work, commitment_id=self.names[key], what=named, skipped=skipped))  # fmt: skip

    def end(self, key: str) -> None:
        self.ask(lambda work: commitment.end(work, commitment_id=self.names[key], reason=""))

    def payer(self, account: str, payer: str, _from: str, day: str) -> None:
        with self.books.work() as work:
            work.tx.execute(
                "insert into payment_relation (account_id, effective_from, payer_id, recorded_at) "
                "values (%s, %s, %s, %s)",
                (account, instant(day), payer, work.now),
            )

    def rate(self, month: str) -> None:
        rated = rate_month(self.books, Month.parse(month))
        if isinstance(rated, Refused):
            self.said.append(f"refused {rated.reason.name}")

    def charges(self, month: str, *kinds: str) -> None:
        with self.books.work() as work:
            files = charge_store.counting(work.tx, Month.parse(month).number)
        paths = [str(self.books.room.path(one.path)) for one in files]
        if not paths:
            return
        wanted = kinds or ("rated", "covered", "unused", "commitment", "correction")
        names = {name: key for key, name in self.names.items()}
        rows = duckdb.sql(
            f"select line_kind, record_id, account_id, quantity_e6, billed_cost_e10, effective_cost_e10, price_id "
            f"from read_parquet({paths}, union_by_name=true) where line_kind in {(*wanted, '')} "
            "order by list_position(['rated', 'covered', 'unused', 'commitment', 'correction'], line_kind), "
            "charge_start, account_id, record_id"
        ).fetchall()
        for kind, record, account, quantity, billed, effective, price in rows:
            source, _, stretch = str(price).partition("/")
            by = f" by {names[source]}{'/' if stretch else ''}{stretch}" if source in names else ""
            what = record if kind in {"rated", "covered", "correction"} else ""
            self.said.append(
                f"{kind} {what} {account} {format_quantity(quantity)}{by} billed {amount(billed)} "
                f"effective {amount(effective)}"
            )

    def log(self, month: str) -> None:
        found = commitment.deduct_log(self.books, Month.parse(month))
        if isinstance(found, Refused):
            self.said.append(f"refused {found.reason.name}")
            return
        names = {name: key for key, name in self.names.items()}
        for row in found.rows:
            late = " late" if row.late else ""
            self.said.append(
                f"{row.record_id} {row.account_id} {row.sku_id} {format_quantity(row.quantity_e6)} by "
                f"{names[row.source_id.partition('/')[0]]} list {amount(row.list_cost_e10)} effective "
                f"{amount(row.effective_cost_e10)}{late}"
            )

    def left(self, account: str) -> None:
        names = {name: key for key, name in self.names.items()}
        for one in self.ask(lambda work: commitment.list_packages(work, account)) or []:
            for each in one.stretches:
                number = "" if each.stretch.number == 1 else f"/{each.stretch.number}"
                self.said.append(
                    f"{names[one.package.package_id]}{number} {each.state} left {format_quantity(each.left_e6)}"
                )

    def used(self) -> None:
        found = commitment.utilisation(self.books)
        assert not isinstance(found, Refused)
        names = {name: key for key, name in self.names.items()}
        for row in found.rows:
            is_plan = row.kind.value == "plan"
            used, lost = (amount(n) if is_plan else format_quantity(n) for n in (row.used, row.unused))
            self.said.append(
                f"{names[row.source_id.partition('/')[0]]} used {used} unused {lost} {percent(row.rate_e4)}"
            )

    def alert(self, account: str, kind: str, threshold: str) -> None:
        limit = None if threshold == "off" else int(threshold)
        setting = AlertSetting(account, next(one for one in AlertKind if one.word == kind), "", limit)
        self.ask(lambda work: alerts.set_alert(work, setting))

    def remind(self) -> None:
        done = service_control.run(self.books)
        assert not isinstance(done, Refused), done.message()
        names = {name: key for key, name in self.names.items()}
        with self.books.work() as work:
            told = outbox_store.every(work.tx, open_only=False, limit=1000)
        new = [one.message.payload for one in told if one.message.key not in self.told]
        self.told |= {one.message.key for one in told}
        for one in new:
            figures = one["figures"]
            name = figures.get("package") or figures["name"]
            source, _, stretch = str(name).partition("/")
            what = f"{figures['left']} of {figures['quota']}" if "package" in figures else figures["ends_on"]
            self.said.append(f"told {figures['account']} {names[source]}{'/' if stretch else ''}{stretch} {what}")
        if not new:
            self.said.append("told nothing")

    def coverage(self) -> None:
        found = commitment.coverage(self.books)
        assert not isinstance(found, Refused)
        for row in found.rows:
            self.said.append(
                f"{row.payer_id} {row.sku_id} covered {format_quantity(row.covered_e6)} of "
                f"{format_quantity(row.covered_e6 + row.charged_e6)} {percent(row.quantity_rate_e4)} "
                f"cost {percent(row.cost_rate_e4)}"
            )

    def has(self, account: str) -> None:
        with self.books.work() as work:
            cash = -ledger_store.balance_of(work.tx, account, "cash", "CNY")
        self.said.append(f"{account} has {Money(cash, 'CNY')}")

    def verify(self) -> None:
        broken = [one.name for one in verify(self.books) if not one.holds]
        self.said.append(f"verify {' '.join(broken) or 'holds'}")


def cents(words: Words) -> int:
    return int(parse_quantity(words.option.get("price", "0")) // 10_000)


def percent(rate_e4: int | None) -> str:
    return "none" if rate_e4 is None else f"{rate_e4 // 100}.{rate_e4 % 100:02d}%"


def local(at: Any) -> str:
    text = at.astimezone(ZoneInfo(DEFAULT_ZONE)).isoformat(timespec="minutes")[:16]
    return str(text.removesuffix("T00:00"))


def run(case: Case, books: Books, clock: Clock) -> list[str]:
    bought = Bought(books, clock)
    bought.play([*case.given, *case.when])
    return bought.said
