"""Plays the cases of vouchers on real books.

Verbs besides those of `steps.relation` and `steps.world`; a voucher is called by the name that its issue gives it:

    template  NAME cash|threshold|percentage AMOUNT [OPTION …]
              options: min=500.00 percent=30 only=compute,disk not=disk accounts=shop tag=team:web alone
              occasions=pay-as-you-go until=2026-11-01 from=2026-10-01 days=30 (until 2027 when none is given)
    issue     VOUCHER TEMPLATE ACCOUNT [AMOUNT] [pool]       `dry issue …` as a dry run
    pool      ACCOUNT AMOUNT                                 quota for the pool
    share | take-back VOUCHER MEMBER [AMOUNT]
    lapse                                                    `partita voucher expire`
    priority  KEY …
    card      ACCOUNT AMOUNT [DAYS]                          bought with cash and activated
    expire_cards                                             `partita funds expire-cards`
    refund    ACCOUNT AMOUNT of PRODUCT in MONTH
    freeze    ACCOUNT AMOUNT                                 of its cash
    holds     ACCOUNT                                        its vouchers in their turn, and its pool
    paid      ACCOUNT MONTH                                  which source paid how much of which line
    entries   ACCOUNT KIND                                   the entries of a kind
    harm      "SQL"                                          by the owner of the database, past all guards
    verify                                                   what breaks, with its findings
    story     ACCOUNT MONTH LINE                             one line from usage to money
"""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg

from case_file import Case
from partita.core.money import Money, format_scaled
from partita.core.period import Month
from partita.core.quantity import FACTOR_ONE, format_quantity
from partita.core.refusal import Refused
from partita.core.scope import Listing, Occasion, Scope
from partita.core.template import Instrument, Kind, Template, Terms
from partita.core.voucher import Priority
from partita.store import bill as bill_store
from partita.store import ledger as ledger_store
from partita.usecases import funds, voucher
from partita.usecases import template as template_use
from partita.usecases.bill_line import explain, paid_parts
from partita.usecases.verify import verify
from partita.usecases.voucher import Moved, Wanted
from partita.usecases.work import Books
from steps.relation import Relations, verbs_of

_ZONE = ZoneInfo("Asia/Shanghai")


def midnight(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_ZONE)


def template_of(instrument: Instrument, words: tuple[str, ...]) -> Template:
    """Build a template from words: NAME KIND AMOUNT [OPTION …]."""
    name, kind, amount, *rest = words
    option = dict(one.split("=", 1) for one in rest if "=" in one)
    listing = Listing.WHITE if "only" in option else Listing.BLACK if "not" in option else Listing.ALL
    scope = Scope(
        listing=listing,
        products=_names(option.get("only") or option.get("not")),
        accounts=_names(option.get("accounts")),
        occasions=frozenset(Occasion(one) for one in _names(option.get("occasions"))),
        tags=frozenset((one.split(":")[0], one.split(":")[1]) for one in _names(option.get("tag"))),
    )
    percent = int(option["percent"]) * FACTOR_ONE // 100 if "percent" in option else None
    terms = Terms(scope, Money.parse(option.get("min", "0"), "CNY").minor, percent, "alone" not in rest)
    days = int(option["days"]) if "days" in option else None
    ends = None if days else midnight(option.get("until", "2027-01-01"))
    starts = midnight(option["from"]) if "from" in option else None
    minor = Money.parse(amount, "CNY").minor
    return Template(name, "group", instrument, Kind(kind), name, "CNY", minor, terms, starts, ends, days)


def _names(text: str | None) -> frozenset[str]:
    return frozenset(text.split(",")) if text else frozenset()


class Vouchers(Relations):
    """Plays what becomes of vouchers, and calls each by the name of its issue."""

    def __init__(self, books: Books, owner_url: str) -> None:
        super().__init__(books, owner_url)
        self.ids: dict[str, str] = {}

    def template(self, *words: str) -> None:
        done = self.ask(lambda work: template_use.define_template(work, template_of(Instrument.VOUCHER, words)))
        if done and done.repeated:
            self.said.append(f"already defined {done.template.template_id}")

    def issue(self, name: str, template: str, account: str, *rest: str) -> None:
        amount = next((Money.parse(word, "CNY").minor for word in rest if word != "pool"), None)
        wanted = Wanted(account, template, amount, "pool" in rest)
        done = self.ask(lambda work: voucher.issue(work, wanted, idempotency_key=name, **self.how))
        if done:
            self.ids[done.voucher.voucher_id] = name
            again = "already " if done.repeated else "would be " if done.dry_run else ""
            valid = done.voucher.valid
            span = " to ".join(f"{one.astimezone(_ZONE):%Y-%m-%d}" for one in (valid.start, valid.end))
            self.said.append(f"{again}issued {name} {_plain(done.voucher.amount_minor)} valid {span}")

    def pool(self, account: str, amount: str) -> None:
        money = Money.parse(amount, "CNY")
        done = self.ask(lambda work: voucher.grant_pool(work, account_id=account, amount=money))
        if done:
            self.said.append(f"pool {account} {_plain(done.pool.minor)}")

    def share(self, name: str, member: str, *amount: str) -> None:
        self._move(name, member, amount, back=False)

    def take_back(self, name: str, member: str, *amount: str) -> None:
        self._move(name, member, amount, back=True)

    def _move(self, name: str, member: str, amount: tuple[str, ...], *, back: bool) -> None:
        minor = Money.parse(amount[0], "CNY").minor if amount else None
        move = voucher.take_back if back else voucher.share
        named = self._id(name)
        done: Moved | None = self.ask(
            lambda work: move(work, voucher_id=named, member_id=member, amount_minor=minor, **self.how)
        )
        if done:
            again = "already " if done.repeated else ""
            ends = f"{done.giver} to {done.receiver}"
            left = f"left {_plain(done.giver_left.minor)} and {_plain(done.receiver_left.minor)}"
            self.said.append(f"{again}moved {_plain(done.amount.minor)} {ends} {left}")

    def lapse(self) -> None:
        done = self.ask(lambda work: voucher.expire(work, **self.how))
        if done:
            self.said += [
                f"lapsed {self.ids[one.holding.voucher.voucher_id]} of {one.holding.account_id} "
                f"{_plain(one.amount.minor)}{' to the pool' if one.to_pool else ''}"
                for one in done.lapsed
            ] or ["nothing lapsed"]
            self.said += [f"waiting {done.waiting}"] if done.waiting else []

    def expire_cards(self) -> None:
        done = self.ask(lambda work: funds.expire_cards(work, **self.how))
        if done:
            self.said += [
                f"lapsed {self.ids[card.card_id]} of {card.payer_id} {_plain(left.minor)}" for card, left in done.lapsed
            ] or ["nothing lapsed"]
            self.said += [f"waiting {done.waiting}"] if done.waiting else []

    def priority(self, *keys: str) -> None:
        wanted = tuple(map(Priority, keys))
        self.ask(
            lambda work: template_use.set_priority(
                work, enterprise_id="group", instrument=Instrument.VOUCHER, keys=wanted
            )
        )

    def card(self, account: str, amount: str, *days: str) -> None:
        money = Money.parse(amount, "CNY")
        offer = funds.CardOffer(money, money, int(days[0]) if days else None)
        bought = self.ask(lambda work: funds.buy_card(work, account_id=account, offer=offer, idempotency_key=amount))
        if bought:
            card = bought.card.card_id
            self.ids[card] = "card"
            self.ask(lambda work: funds.activate_card(work, account_id=account, card_id=card))

    def refund(self, account: str, amount: str, _of: str, product: str, _in: str, month: str) -> None:
        of = funds.RefundOf(product, Month.parse(month))
        money = Money.parse(amount, "CNY")
        self.ask(lambda work: funds.refund(work, account_id=account, of=of, amount=money, idempotency_key=amount))

    def freeze(self, account: str, amount: str) -> None:
        money = Money.parse(amount, "CNY")
        self.ask(lambda work: funds.freeze(work, account_id=account, amount=money, note="case", idempotency_key=amount))

    def holds(self, account: str) -> None:
        wallet = self.ask(lambda work: voucher.wallet(work, account))
        if wallet:
            self.said += [
                f"{account} {self.ids[one.holding.voucher.voucher_id]} {_plain(one.left.minor)} {one.state.text()}"
                for one in wallet.vouchers
            ]
            self.said += [f"{account} pool {_plain(wallet.pool.minor)}"] if wallet.pool.minor else []

    def paid(self, account: str, month: str) -> None:
        with self.books.work() as work:
            (bill,) = bill_store.bills(work.tx, month=Month.parse(month).number, payer_id=account)
            lines = {one.line: one for one in bill_store.lines(work.tx, bill.bill_id)}
            draws = bill_store.draws(work.tx, [bill.bill_id])
        for fund, source, number, amount in paid_parts(self.books, bill):
            line = lines[number]
            name = self.ids.get(source, "" if source == fund else source)
            self.said.append(
                f"{fund} {name} pays {_plain(amount)} of {line.account_id} {line.product_id} {line.sku_id}"
            )
        left = bill.payable_minor - sum(draw.amount_minor for draw in draws)
        self.said.append(f"outstanding {_plain(left)}")

    def entries(self, account: str, kind: str) -> None:
        with self.books.work() as work:
            lines = ledger_store.statement(work.tx, account)
        for one in lines:
            if one.kind == kind and one.amount_minor > 0:
                (other,) = one.counter_accounts
                self.said.append(
                    f"{self._named(one.ledger_account)} to {self._named(other)} {_plain(one.amount_minor)}"
                )

    def harm(self, statement: str) -> None:
        with psycopg.connect(self.owner_url) as owner:
            owner.execute(statement.encode())

    def verify(self) -> None:
        broken = [one for one in verify(self.books) if not one.holds]
        for one in broken:
            self.said.append(f"broken {one.name.split()[0]}")
            if one.name.split()[0] in {"vouchers", "vouchers-shared", "draws"}:
                self.said += [self._told(finding.english) for finding in one.findings]
        if not broken:
            self.said.append("all holds")

    def _told(self, text: str) -> str:
        for known, name in self.ids.items():
            text = text.replace(known, name)
        return re.sub(r"bill_\w+", "…", text).replace(",", "")

    def story(self, account: str, month: str, line: str) -> None:
        with self.books.work() as work:
            (bill,) = bill_store.bills(work.tx, month=Month.parse(month).number, payer_id=account)
        told = explain(self.books, bill.bill_id, int(line))
        if isinstance(told, Refused):
            self.said.append(f"refused {told.reason.name}")
            return
        self.said += [f"file {one.file_name} {one.records}" for one in told.files]
        self.said += [f"record {one.record_id} {format_quantity(one.quantity_e6)}" for one in told.samples]
        self.said += [f"price {one.price.model.value} of {one.charges}" for one in told.prices]
        for one in told.discounts:
            factors = " ".join(str(discount.factor_e6) for discount in one.applied)
            self.said.append(f"discounts since {one.since.astimezone(_ZONE):%Y-%m-%d} {factors}")
        costs = told.costs
        self.said.append(f"costs {' '.join(_exact(getattr(costs, name)) for name in costs.__slots__)}")
        self.said.append(f"share {_plain(told.share_minor)} round-down {_exact(-told.round_down_e10)}")
        self.said.append(f"credits {_plain(told.credit_minor)}")
        assert told.billed_by is not None
        self.said.append(f"billed by entry {told.billed_by.sequence}")
        for paid in told.paid:
            name = self.ids.get(paid.source_id, paid.source_id)
            self.said.append(f"{paid.fund} {name} {_plain(paid.amount_minor)} entry {paid.entries[0].sequence}")
        self.said.append(f"outstanding {_plain(told.outstanding_minor)}")

    def _named(self, ledger_account: str) -> str:
        root, slash, name = ledger_account.partition("/")
        return f"{root}{slash}{self.ids.get(name, name)}"

    def _id(self, name: str) -> str:
        return next((one for one, known in self.ids.items() if known == name), name)


def _exact(amount_e10: int) -> str:
    return format_scaled(amount_e10, 10, places=2)


def _plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)


def run(case: Case, books: Books, owner_url: str) -> list[str]:
    """Play a case; what is `given` says nothing."""
    world = Vouchers(books, owner_url)
    world.play(verbs_of(case.given))
    world.said.clear()
    world.play(verbs_of(case.when))
    return world.said
