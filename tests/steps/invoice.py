"""Plays the cases of invoices on real books.

Verbs besides those of `steps.order` and `steps.world`; an invoice is called by the name it is applied for with, what is
invoiced by its month (`2026-09`, of the account that pays), by the token of its order (`o1`), or by `card`.

    issuer    [SELLER]                        who issues: the operator, or a seller of the marketplace
    title     ACCOUNT [bare|person|bank=NUMBER]    a whole title, one without a bank, that of a person, a wrong number
    related   MAIN MEMBER [trust] [CODE …]    codes as in `steps.relation`; both are one legal entity
    entity    ACCOUNT NUMBER                  another legal entity
    seller    PRODUCT NAME
    bounced   ACCOUNT AMOUNT                  the top-up of that amount is reversed, and what is on no bill then
    refund    ACCOUNT PRODUCT MONTH AMOUNT · card ACCOUNT AMOUNT [DAYS] · withdraw ACCOUNT AMOUNT
    as        USER|operator|account ACCOUNT|USER for ACCOUNT
    tax       RATE AMOUNT …                   the lines of an invoice, with their tax
    words     AMOUNT [CURRENCY]
    candidates ACCOUNT [MEMBER …]
    apply     NAME ACCOUNT [special] [consolidated] [member=M] [only=WHAT,…] [month=M] [amount=A] [key=K]
    bureau    [late] [lost] [unheard] [spot-check] [delay=N] [numbers=N]      what it does from now on
    forgetful                                 another bureau, which knows no number that was given
    issue · void NAME · return NAME [certified] [form=N] · red NAME [REASON] · reissue NEW NAME [general|special]
    offset    ACCOUNT OWED AGAINST
    invoice   NAME                            where it stands
    prints    NAME zh|en                      what stands on its page
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from case_file import Case
from partita.core.account import EntityKind, InvoiceProfile, LegalEntity
from partita.core.bill import bill_id
from partita.core.ids import derived_id
from partita.core.invoice import (
    Candidate,
    CandidateKind,
    InvoiceKind,
    InvoiceMode,
    Issuer,
    Wish,
    amount_in_chinese,
    amount_in_english,
    taxed,
)
from partita.core.money import Money, format_scaled, parse_scaled
from partita.core.org import FinanceMode
from partita.core.period import Month
from partita.core.permission import OPERATOR, Actor
from partita.core.refusal import Refused
from partita.gateways.tax_invoice import BureauTrouble, NumberRange, SimulatedBureau
from partita.store import account as account_store
from partita.store import clearing as clearing_store
from partita.store.funds import By
from partita.usecases import account, funds, invoice, ledger
from partita.usecases.clearing import on_no_bill
from partita.usecases.funds import CardOffer, RefundOf
from partita.usecases.work import Books
from payers import SINCE, relate
from payers import verify as verify_accounts
from steps.order import Orders
from steps.order_scene import cny
from steps.relation import codes_of

NUMBER = "91110000600037341L"
BUYER = "91350100M000100Y43"
VERBS = {"return": "return_", "as": "as_"}


def run(case: Case, books: Books) -> list[str]:
    world = Invoices(books)
    world.play([[VERBS.get(verb, verb), *words] for verb, *words in case.given])
    world.said.clear()
    world.play([[VERBS.get(verb, verb), *words] for verb, *words in case.when])
    return world.said


def plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)


class Invoices(Orders):
    """Plays what becomes of invoices, and says it."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self.invoices: dict[str, str] = {}
        self.tax_bureau = SimulatedBureau(self._now)

    def _now(self) -> datetime:
        return self.books.clock()

    def as_(self, *words: str) -> None:
        actors = {
            1: lambda: OPERATOR if words[0] == "operator" else Actor(words[0]),
            2: lambda: Actor(None, words[1]),
            3: lambda: Actor(words[0], words[2]),
        }
        self.books = replace(self.books, actor=actors[len(words)]())

    def issuer(self, seller: str = "") -> None:
        name = "云账科技有限公司" if not seller else f"{seller}有限公司"
        one = Issuer(seller, name, NUMBER, "杭州市文三路", "0571-1", "工商银行", "1202 0206", "Cloud Ltd", "李书雯")
        self.done(lambda work: invoice.set_issuer(work, issuer=one))

    def title(self, name: str, how: str = "whole") -> None:
        whole = InvoiceProfile(f"{name.title()} 有限公司", BUYER, "上海市世纪大道", "021-1", "招商银行", "1219 0000")
        bare = InvoiceProfile(f"{name.title()} 有限公司", BUYER)
        profiles = {"whole": whole, "bare": bare, "person": InvoiceProfile("李雷")}
        profile = profiles.get(how) or InvoiceProfile(bare.title, BUYER, bank_account=how.partition("=")[2])
        self.done(lambda work: account.set_invoice_profile(work, account_id=name, profile=profile))

    def related(self, main: str, member: str, *words: str) -> None:
        trust = "trust" in words
        verify_accounts(self.books, main, member)
        mode = FinanceMode.TRUSTEESHIP if trust else FinanceMode.INDEPENDENT
        codes = codes_of(tuple(word for word in words if word != "trust"))
        relate(self.books, main, member, *codes, mode=mode)

    def entity(self, name: str, number: str) -> None:
        entity = LegalEntity(EntityKind.ORGANISATION, "CN", number, number)
        self.done(lambda work: account_store.verify(work.tx, name, entity, recorded_by="test", recorded_at=SINCE))

    def seller(self, product: str, name: str) -> None:
        self.done(lambda work: clearing_store.add_seller(work.tx, product, name, By("test", work.now)))

    def refund(self, name: str, product: str, month: str, amount: str) -> None:
        of = RefundOf(product, Month.parse(month))
        self.ask(
            lambda work: funds.refund(work, account_id=name, of=of, amount=cny(amount), idempotency_key=f"{of}{amount}")
        )

    def bounced(self, name: str, amount: str) -> None:
        entry = derived_id("ent", name, f"topped_up:{name} {amount}")
        done = self.done(lambda work: ledger.reverse(work, entry_id=entry))
        with self.books.work() as work:
            self.said.append(f"{name} owes {done.owed or 'nothing'} again, {on_no_bill(work, name, 'CNY')} on no bill")

    def card(self, name: str, amount: str, days: str = "") -> None:
        made = self.done(
            lambda work: funds.buy_card(
                work,
                account_id=name,
                offer=CardOffer(cny(amount), cny(amount), int(days) if days else None),
                idempotency_key=f"card {amount}",
            )
        )
        self.subscriptions["card"] = made.card.card_id
        self.done(lambda work: funds.activate_card(work, account_id=name, card_id=made.card.card_id))

    def withdraw(self, name: str, amount: str) -> None:
        answer = self.ask(lambda work: funds.withdraw(work, account_id=name, amount=cny(amount)))
        if answer is not None:
            self.said.append(f"withdrawn {amount}")

    def tax(self, rate: str, *amounts: str) -> None:
        lines = taxed([parse_scaled(one, 2) for one in amounts], parse_scaled(rate, 2))
        self.said += [f"{plain(one.gross)} = {plain(one.net)} + {plain(one.tax)}" for one in lines]
        self.said.append(f"tax {plain(sum(one.tax for one in lines))}")

    def words(self, amount: str, currency: str = "CNY") -> None:
        money = Money.parse(amount, currency)
        self.said += [amount_in_chinese(money), amount_in_english(money)]

    def candidates(self, name: str, *members: str) -> None:
        answer = self.ask(lambda work: invoice.candidates(work, account_id=name, members=members))
        if answer is None:
            return
        self.said += [self._candidate(one) for one in answer.candidates] or ["none"]

    def _candidate(self, one: Candidate) -> str:
        months = f"{one.month // 100}-{one.month % 100:02}"
        named = {
            identity: token for token, identity in self.subscriptions.items() if one.kind is not CandidateKind.BILL
        }
        what = months if one.kind is CandidateKind.BILL else named.get(one.reference, one.reference)
        owed = f" owed {plain(one.owed)}" if one.owed else ""
        ahead = f" ahead {plain(one.ahead)}" if one.ahead else ""
        held = f" - held {plain(one.held)}" if one.held else ""
        said = (plain(one.original), plain(one.offset), plain(one.invoiced))
        formula = f"{' - '.join(said)}{held} = {plain(one.invoiceable)}"
        return f"{one.payer_id} {what} {one.seller or 'own'} {formula}{owed}{ahead}"

    def apply(self, name: str, account_id: str, *words: str) -> None:
        options = dict(word.split("=", 1) for word in words if "=" in word)
        only = tuple(self._name(account_id, one) for one in options.get("only", "").split(",") if one)
        months = (Month.parse(options["month"]).number,) if "month" in options else ()
        amount = cny(options["amount"]).minor if "amount" in options else None
        request = invoice.Request(
            account_id,
            InvoiceKind.SPECIAL if "special" in words else InvoiceKind.GENERAL,
            InvoiceMode.CONSOLIDATED if "consolidated" in words else InvoiceMode.INDEPENDENT,
            tuple(filter(None, options.get("member", "").split(","))),
            Wish(only, months, amount),
        )
        self._applied(name, lambda work: invoice.apply(work, request, idempotency_key=options.get("key")))

    def reissue(self, name: str, old: str, kind: str = "") -> None:
        wanted = InvoiceKind[kind.upper()] if kind else None
        self._applied(name, lambda work: invoice.reissue(work, invoice=self._id(old), kind=wanted))

    def _applied(self, name: str, what: Any) -> None:
        answer = self.ask(what)
        if answer is None:
            return
        many = len(answer.invoices) > 1
        for number, one in enumerate(answer.invoices, 1):
            called = f"{name}.{number}" if many else name
            self.invoices[called] = one.invoice_id
            self.said.append(
                f"{called} {one.kind.word} to {one.account_id} from {one.issuer.seller or 'own'}: {plain(one.gross)} "
                f"= {plain(one.net)} + {plain(one.tax)}, lines {len(one.lines)}"
            )
        if answer.repeated:
            self.said.append("applied for before")

    def bureau(self, *words: str) -> None:
        options = dict(word.split("=", 1) for word in words if "=" in word)
        troubles = [BureauTrouble[word.upper().replace("-", "_")] for word in words if "=" not in word]
        kept = self.tax_bureau
        ranges = {NUMBER: NumberRange(900, 899 + int(options["numbers"]))} if "numbers" in options else kept.ranges
        self.tax_bureau = SimulatedBureau(
            kept.clock,
            troubles,
            int(options.get("delay", 0)),
            ranges,
            looked=kept.looked,
            asked=kept.asked,
            used=kept.used,
        )

    def forgetful(self) -> None:
        self.tax_bureau = SimulatedBureau(self._now)

    def issue(self, *_: str) -> None:  # type: ignore[override]
        answer = invoice.issue(self.books, self.tax_bureau)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        names = {identity: name for name, identity in self.invoices.items()}
        for one, number in answer.issued:
            self.said.append(f"{names.get(one.invoice_id, 'red letter')} has {number}")
        for one, reason in answer.rejected:
            self.said.append(f"{names.get(one.invoice_id, 'red letter')} rejected: {reason}")
        for one, number in answer.clashing:
            self.said.append(f"{names[one.invoice_id]} not recorded: {number} is known of another")
        if answer.waiting:
            self.said.append(f"waiting {len(answer.waiting)}")

    def void(self, name: str) -> None:
        self._changed(name, lambda work: invoice.void(work, invoice=self._id(name)))

    def return_(self, name: str, *words: str) -> None:
        form = next((word.partition("=")[2] for word in words if word.startswith("form=")), "")
        self._changed(
            name,
            lambda work: invoice.return_(
                work, invoice=self._id(name), reason="wrong title", certified="certified" in words, red_form=form
            ),
        )

    def red(self, name: str, reason: str = "") -> None:
        answer = self.ask(lambda work: invoice.red(work, invoice=self._id(name), reason=reason))
        if answer is None:
            return
        self.invoices[f"{name}.red"] = answer.red_letter.invoice_id
        again = " again" if answer.repeated else ""
        self.said.append(f"red letter of {name}{again}: {plain(answer.red_letter.gross)}")

    def _changed(self, name: str, what: Any) -> None:
        answer = self.ask(what)
        if answer is not None:
            self.said.append(f"{name} is {answer.state.word}{' already' if answer.repeated else ''}")

    def offset(self, name: str, owed: str, against: str) -> None:
        answer = self.ask(
            lambda work: invoice.offset(
                work, account_id=name, owing=self._name(name, owed), other=self._name(name, against)
            )
        )
        if answer is not None:
            again = " before" if answer.repeated else ""
            self.said.append(f"set off{again} {plain(answer.amount.minor)}: {owed} against {against}")

    def invoice(self, name: str) -> None:
        answer = self.ask(lambda work: invoice.show(work, self._id(name)))
        if answer is not None:
            steps = ", ".join(step.command.word for step in answer.steps)
            self.said.append(f"{name} {answer.kept.state.word}: {steps}")

    def prints(self, name: str, language: str) -> None:
        answer = self.ask(lambda work: invoice.printed(work, self._id(name), language=language))
        if answer is None:
            return
        self.said += [answer.title, f"{answer.number} {answer.issued_on}", answer.in_words, *answer.notes()]
        self.said += [
            f"{answer.line_text(line, short=True)} {answer.amount(line.net)} {answer.rate} {answer.amount(line.tax)}"
            for line in answer.invoice.lines
            if line.kind is CandidateKind.BILL
        ]

    def _id(self, name: str) -> str:
        return self.invoices.get(name, name)

    def _name(self, account_id: str, what: str) -> str:
        if what[:2] == "20":
            payer, _, month = what.rpartition("/")
            return bill_id(payer or account_id, Month.parse(month), "CNY")
        return self.orders.get(what) or self.subscriptions.get(what, what)
