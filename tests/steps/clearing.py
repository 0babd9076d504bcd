"""Plays the cases of clearing: on the pure core, and on real books with closes and money that comes later.

On the core (`given` begins with `owed`): `owed AMOUNT`, `bill MONTH UNPAID [NAME] [market=AMOUNT] [made=DAY]`,
`credit KIND SOURCE AMOUNT`, `FUND SOURCE AMOUNT`; when `clear`, `set off`, `choose BILL[=AMOUNT] … [from FUND[/SOURCE]
…]`. Or (`given` begins with `switch`): `switch credit|no-credit on|off|unset`; when `to on|off [while SETTLEMENT]`.

On real books, verbs besides those of `steps.world`, in `given` and `when`:

    refund    ACCOUNT PRODUCT MONTH AMOUNT
    freeze    ACCOUNT AMOUNT · release
    accept    ACCOUNT DOCUMENT AMOUNT DAY · dishonour ACCOUNT DOCUMENT
    at        INSTANT
    clear     ACCOUNT                         `dry clear ACCOUNT` says what would be paid
    bills     ACCOUNT                         what is outstanding of each, and what paid it
    has       ACCOUNT                         cash, and what is owed
    owes      ACCOUNT                         what is owed, bill by bill and on none
    paid      MONTH of ACCOUNT                which source paid how much of which line
    volume    SKU in PRODUCT 10:1.00 -:0.50   a price for all by how much there is, so that late usage may lower it
    seller    PRODUCT NAME                    a product of the marketplace
    limit     ACCOUNT AMOUNT                  a confirmed credit limit
    give      ACCOUNT AMOUNT                  a credit refund · apply ACCOUNT AMOUNT: it is set off
    lines     MONTH of ACCOUNT                what of each line was set off, by which entry, and what is outstanding
    card      ACCOUNT AMOUNT                  bought and activated
    switch    ACCOUNT on|off
    settle    ACCOUNT MONTH[=AMOUNT] … [from FUND …] · resume · end
    verify
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from case_file import Case
from partita.core.bill import bill_id
from partita.core.clearing import (
    LONG_AGO,
    Cleared,
    Credit,
    CreditKind,
    Debts,
    Picked,
    Unpaid,
    choose,
    clear,
    clear_chosen,
    may_pick,
    may_switch,
    set_off,
    switch_of,
)
from partita.core.funds import Acceptance, AcceptanceState, Fund
from partita.core.money import Money, format_scaled
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.core.settlement import Source
from partita.store import bill as bill_store
from partita.store import clearing as clearing_store
from partita.usecases import credit, funds
from partita.usecases.bill import list_bills
from partita.usecases.bill_line import explain, paid_parts
from partita.usecases.clearing import clear_bills, custom
from partita.usecases.clearing import switch as clearing
from partita.usecases.clearing.custom import Choice
from partita.usecases.funds import CardOffer, RefundOf
from partita.usecases.verify import verify
from partita.usecases.work import Books
from steps.world import World

ZONE = "Asia/Shanghai"


def run(case: Case, books: Books) -> list[str]:
    on_core = {"owed": _on_core, "switch": _switched}.get(case.given[0][0])
    if on_core:
        return on_core(case)
    world = Clearings(books)
    world.play(case.given)
    world.said.clear()
    world.play(case.when)
    return world.said


def _on_core(case: Case) -> list[str]:
    bills = tuple(_bill(*words[1:]) for words in case.given if words[0] == "bill")
    given = [
        Credit(CreditKind(words[1]), words[2], cny(words[3]).minor) for words in case.given if words[0] == "credit"
    ]
    funds_given = [words for words in case.given if words[0] not in ("owed", "bill", "credit")]
    sources = [Source(Fund(fund), name, cny(amount).minor) for fund, name, amount in funds_given]
    debts = Debts(cny(case.given[0][1]).minor, bills, ZONE)
    said: list[str] = []
    for verb, *words in case.when:
        match verb:
            case "clear":
                said += _cleared(clear(debts, sources, Month(2026, 11)))
            case "set":
                said += [
                    f"{one.bill.bill_id} {plain(one.amount)} of {one.credit.kind.value} {one.credit.source_id}"
                    for one in set_off(bills, given)
                ]
            case "choose":
                said += _chosen(debts, sources, words)
    return said


def _bill(month: str, amount: str, *rest: str) -> Unpaid:
    option = dict(one.split("=", 1) for one in rest if "=" in one)
    name = next((one for one in rest if "=" not in one), f"bill-{month}")
    made = datetime.fromisoformat(option["made"]).replace(tzinfo=ZoneInfo(ZONE)) if "made" in option else LONG_AGO
    market = cny(option.get("market", "0")).minor
    return Unpaid(name, Month.parse(month), cny(amount).minor, market=market, made_at=made)


def _cleared(done: Sequence[Cleared]) -> list[str]:
    return [
        f"{_name(one.bill)} {draw.fund.value} {draw.source_id} {plain(draw.amount)}"
        for one in done
        for draw in one.draws
    ]


def _name(bill: Unpaid | None) -> str:
    return bill.bill_id.removeprefix("bill-") if bill else "no-bill"


def _chosen(debts: Debts, sources: Sequence[Source], words: Sequence[str]) -> list[str]:
    split = words.index("from") if "from" in words else len(words)
    wanted = [
        (name, cny(amount).minor if amount else None) for name, _, amount in (w.partition("=") for w in words[:split])
    ]
    picked = [Picked(Fund(fund), source or None) for fund, _, source in (w.partition("/") for w in words[split + 1 :])]
    chosen = may_pick(picked) or choose({bill.bill_id: bill for bill in debts.bills}, wanted, "CNY")
    if isinstance(chosen, Refused):
        return [f"refused {chosen.reason.name}"]
    return _cleared(clear_chosen(debts, chosen, sources, picked))


def _switched(case: Case) -> list[str]:
    wanted = {"on": True, "off": False, "unset": None}
    said = []
    for _, customer, state in case.given:
        switch = switch_of(has_credit=customer == "credit", wanted=wanted[state])
        answers = (may_switch("acme", switch, words[2:], wanted=words[0] == "on") for _, *words in case.when)
        said.append(f"{switch.word}: " + ", ".join(f"refused {no.reason.name}" if no else "done" for no in answers))
    return said


class Clearings(World):
    """Plays debts and the money that pays them."""

    freeze_id = ""
    settlement = ""

    def at(self, instant: str) -> None:
        now = datetime.fromisoformat(instant).replace(tzinfo=ZoneInfo(ZONE))
        self.books = replace(self.books, clock=lambda: now)

    def _did(self, answer: Any) -> Any:
        assert not isinstance(answer, Refused), answer.message()
        return answer

    def refund(self, account: str, product: str, month: str, amount: str) -> None:
        of = RefundOf(product, Month.parse(month))
        with self.books.work() as work:
            self._did(funds.refund(work, account_id=account, of=of, amount=cny(amount), idempotency_key=month))

    def freeze(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            self.freeze_id = self._did(funds.freeze(work, account_id=account, amount=cny(amount))).freeze_id

    def release(self) -> None:
        with self.books.work() as work:
            self._did(funds.release(work, freeze_id=self.freeze_id))

    def accept(self, account: str, document: str, amount: str, day: str) -> None:
        with self.books.work() as work:
            self._did(funds.accept(work, Acceptance(account, document, cny(amount), date.fromisoformat(day), "ICBC")))

    def dishonour(self, account: str, document: str) -> None:
        with self.books.work() as work:
            self._did(funds.end(work, account_id=account, document_id=document, state=AcceptanceState.DISHONOURED))

    def dry(self, _clear: str, account: str) -> None:
        self.clear(account, dry=True)

    def clear(self, account: str, *, dry: bool = False) -> None:
        with self.books.work() as work:
            answer = clear_bills(work, account_id=account, dry_run=dry)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        word = "would pay" if dry else "paid"
        paid = [f"{word} {one.month or 'no-bill'} {plain(one.amount.minor)}" for one in answer.paid]
        self.said += paid or ["nothing to pay"]

    def bills(self, account: str) -> None:
        with self.books.work() as work:
            for one in self._did(list_bills(work, payer_id=account)):
                self.said.append(f"{Month.from_number(one.bill.month)} outstanding {plain(one.outstanding_minor)}")
                self.said += [
                    f"draw {draw.fund} {draw.source_id} {plain(draw.amount_minor)}"
                    for draw in bill_store.draws(work.tx, [one.bill.bill_id])
                ]
                self.said += [
                    f"set off {each.kind.value} {plain(each.amount_minor)}"
                    for each in clearing_store.offsets(work.tx, [one.bill.bill_id])
                ]

    def has(self, account: str) -> None:
        with self.books.work() as work:
            figures = funds.figures_of(work, account)
        self.said.append(f"cash {plain(figures.cash)} outstanding {plain(figures.outstanding)}")

    def owes(self, account: str) -> None:
        with self.books.work() as work:
            money, line = self._did(funds.show(work, account)), self._did(credit.show(work, account))
        assert money.on_no_bill == line.on_no_bill
        bills = [f"{one.month} {plain(one.outstanding.minor)}" for one in line.unpaid]
        beside = f"on no bill {plain(money.on_no_bill.minor)}"
        self.said.append(f"owes {plain(money.figures.outstanding)}: {', '.join([*bills, beside])}")

    def paid(self, month: str, _of: str, account: str) -> None:
        with self.books.work() as work:
            (bill,) = bill_store.bills(work.tx, month=Month.parse(month).number, payer_id=account)
        parts = paid_parts(self.books, bill)
        self.said += [f"line {line} {fund} {source} {plain(amount)}" for fund, source, line, amount in parts]

    def lines(self, month: str, _of: str, account: str) -> None:
        with self.books.work() as work:
            (bill,) = bill_store.bills(work.tx, month=Month.parse(month).number, payer_id=account)
            numbers = [one.line for one in bill_store.lines(work.tx, bill.bill_id)]
        for number in numbers:
            story = self._did(explain(self.books, bill.bill_id, number))
            self.said += [
                f"line {number} {one.fund} {plain(one.amount_minor)} by {' '.join(entry.kind for entry in one.entries)}"
                for one in story.paid
            ]
            credit_ = f" lines took up {plain(-story.credit_minor)}" if story.credit_minor < 0 else ""
            credit_ += f" bills took up {plain(story.given_minor)}" if story.given_minor else ""
            self.said.append(
                f"line {number} {plain(story.share_minor)}{credit_} outstanding {plain(story.outstanding_minor)}"
            )

    def volume(self, name: str, _in: str, product: str, *tiers: str) -> None:
        self._item(name, product)
        pairs = [tier.split(":") for tier in tiers]
        rows = [[name, "CNY", "2020-01-01", "volume", "account", end.strip("-"), price, ""] for end, price in pairs]
        self.setup("prices", rows)

    def seller(self, product: str, name: str) -> None:
        with self.books.work() as work:
            self._told(clearing.set_seller(work, product_id=product, seller=name))

    def limit(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            made = self._did(credit.request_total(work, management=account, limit=cny(amount), idempotency_key=amount))
            if made.change.state.word == "pending":
                self._did(credit.approve(work, change_id=made.change.change_id))
            self._did(credit.confirm_contract(work, management=account, contract_id="contract-1"))

    def card(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            offer = CardOffer(cny(amount), cny(amount))
            made = self._did(funds.buy_card(work, account_id=account, offer=offer, idempotency_key=amount))
            self._did(funds.activate_card(work, account_id=account, card_id=made.card.card_id))

    def give(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            self._did(
                credit.refund_credit(
                    work, account_id=account, product_id="compute", amount=cny(amount), idempotency_key=amount
                )
            )

    def apply(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            done = self._did(credit.apply_refund(work, account_id=account, amount=cny(amount), idempotency_key=amount))
        self.said += [
            f"set off {plain(one.amount.minor)} of {one.month}, left {plain(one.left.minor)}" for one in done.bills_paid
        ]

    def switch(self, account: str, state: str) -> None:
        with self.books.work() as work:
            done = self._told(clearing.switch(work, account_id=account, automatic=state == "on"))
        if done is not None:
            self.said.append(f"switch {done.switch.word}")
            self.said += [f"paid {one.month} {plain(one.amount.minor)}" for one in done.paid]

    def settle(self, account: str, *words: str) -> None:
        split = words.index("from") if "from" in words else len(words)
        asked = [word.partition("=") for word in words[:split]]
        bills = tuple(
            (bill_id(account, Month.parse(month), "CNY"), cny(amount).minor if amount else None)
            for month, _, amount in asked
        )
        choice = Choice(bills, words[split + 1 :])
        with self.books.work() as work:
            answer = custom.settle(work, account_id=account, choice=choice, idempotency_key=" ".join(words))
        self._settled(answer)

    def resume(self) -> None:
        with self.books.work() as work:
            self._settled(custom.resume(work, settlement_id=self.settlement))

    def end(self) -> None:
        with self.books.work() as work:
            self._settled(custom.end(work, settlement_id=self.settlement))

    def _settled(self, answer: Any) -> None:
        done = self._told(answer)
        if done is not None:
            self.settlement = done.settlement.settlement_id
            self.said.append(f"settlement {done.settlement.state}")
            self.said += [f"paid {one.month} {plain(one.amount.minor)}" for one in done.paid]

    def _told(self, answer: Any) -> Any:
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return None
        return answer

    def verify(self) -> None:
        broken = [one.name for one in verify(self.books) if not one.holds]
        self.said += [f"broken {name}" for name in broken] or ["every equation holds"]


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)
