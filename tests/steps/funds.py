"""Plays the cases of funds on real books.

Verbs of given and when:

    account  NAME                             an account that pays for itself
    group    MAIN MEMBER …                    a main account and members: one legal entity, under 财务管理
    relate   MAIN MEMBER MODE [CODE …]        `independent`, `trusteeship` or `released`
    verify   NAME NUMBER                      another legal entity
    product  NAME
    at       INSTANT
    usage    ACCOUNT MONTH AMOUNT             what rated usage of a month holds
    top-up   ACCOUNT AMOUNT [CURRENCY [REFERENCE [KEY]]]
    withdraw ACCOUNT AMOUNT
    transfer GIVER RECEIVER AMOUNT [KEY]      `reclaim` likewise
    freeze   ACCOUNT AMOUNT                   `release AMOUNT` releases some of the last freeze
    refund   ACCOUNT PRODUCT MONTH AMOUNT KEY
    accept   ACCOUNT DOCUMENT AMOUNT DAY      `collect`, `dishonour ACCOUNT DOCUMENT`, `discount ACCOUNT DOCUMENT FEE`
    buy-card ACCOUNT FACE [PRICE]             `activate-card ACCOUNT` activates the last card
    spend    ACCOUNT SOURCE AMOUNT            a bill that this source pays
    bill     MONTH ACCOUNT AMOUNT …           usage of these accounts, and the close that bills it
    sources  ACCOUNT · available ACCOUNT · reverse ACCOUNT KEY · verify-books
    quota    NAME PART=AMOUNT …               a quota of these figures, on the pure core
    shown    ACCOUNT NAME                     the formula of a quota, as `funds show` says it
    why                                       the formula that the last refusal names, or all that it says
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from case_file import Case
from partita.core import funds as core
from partita.core import posting_rules
from partita.core.funds import Acceptance, AcceptanceState, Explained, Figures, fund_of
from partita.core.money import Money, format_scaled
from partita.core.org import FinanceMode
from partita.core.period import Month
from partita.core.permission import RelationPermission
from partita.core.refusal import Refused
from partita.core.relation import State
from partita.core.settlement import Draw
from partita.store import catalog as catalog_store
from partita.store import hold as hold_store
from partita.store import ledger as ledger_store
from partita.usecases import funds, ledger
from partita.usecases.funds import CardOffer, RefundOf
from partita.usecases.verify import verify as verify_books
from partita.usecases.work import Books
from payers import SINCE, bill, group, open_accounts, relate, verify

QUOTAS: dict[str, Callable[[Figures], Explained]] = {
    "available": core.available,
    "transferable": core.transferable,
    "withdrawable": core.withdrawable,
    "free-cash": core.free_cash,
}


def run(case: Case, books: Books) -> list[str]:
    return Player(books).play([*case.given, *case.when])


class Player:
    """Plays verbs on books; what they answer collects in `said`."""

    refused: Refused | None = None

    def __init__(self, books: Books) -> None:
        self.books = books
        self.said: list[str] = []
        self.freeze_id = ""
        self.card_id = ""

    def play(self, lines: Sequence[Sequence[str]]) -> list[str]:
        for verb, *words in lines:
            getattr(self, "do_" + verb.replace("-", "_"))(*words)
        return self.said

    def do_account(self, name: str) -> None:
        open_accounts(self.books, name)

    def do_group(self, main: str, *members: str) -> None:
        group(self.books, main, *members)

    def do_relate(self, main: str, member: str, mode: str, *codes: str) -> None:
        if mode == "released":
            relate(self.books, main, member, state=State.RELEASED)
        else:
            relate(self.books, main, member, *(RelationPermission[code] for code in codes), mode=FinanceMode(mode))

    def do_verify(self, name: str, number: str) -> None:
        verify(self.books, name, number=number)

    def do_product(self, name: str) -> None:
        with self.books.work() as work:
            product = catalog_store.Product(name, name.title(), "Compute")
            catalog_store.add_products(work.tx, [product], recorded_at=SINCE)

    def do_at(self, instant: str) -> None:
        now = datetime.fromisoformat(instant)
        self.books = replace(self.books, clock=lambda: now)

    def do_usage(self, account: str, month: str, amount: str) -> None:
        with self.books.work() as work:
            hold_store.add(work.tx, {(account, Month.parse(month).number, "CNY"): cny(amount).minor * 10**8})

    def do_top_up(self, account: str, amount: str, currency: str = "CNY", reference: str = "", *key: str) -> None:
        with self.books.work() as work:
            answer = funds.top_up(
                work,
                account_id=account,
                amount=Money.parse(amount, currency),
                reference=reference,
                idempotency_key=key[0] if key else None,
            )
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        done = "already recorded" if answer.repeated else "topped up"
        self.said.append(f"{done} {account} balance {plain(answer.balance.minor)}")

    def do_withdraw(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            answer = funds.withdraw(work, account_id=account, amount=cny(amount))
            self._say(answer, lambda done: f"withdrawn {account} balance {plain(done.balance.minor)}")

    def do_transfer(self, giver: str, receiver: str, amount: str, *key: str) -> None:
        self._move("transferred", funds.transfer, (giver, receiver, amount), key)

    def do_reclaim(self, giver: str, receiver: str, amount: str, *key: str) -> None:
        self._move("reclaimed", funds.reclaim, (giver, receiver, amount), key)

    def do_freeze(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            answer = funds.freeze(work, account_id=account, amount=cny(amount), idempotency_key=amount)
        if not isinstance(answer, Refused):
            self.freeze_id = answer.freeze_id
        self._say(answer, lambda done: f"frozen {account} {plain(done.frozen.minor)}")

    def do_release(self, amount: str) -> None:
        with self.books.work() as work:
            answer = funds.release(work, freeze_id=self.freeze_id, amount=cny(amount))
        self._say(answer, lambda done: f"frozen {done.account_id} {plain(done.frozen.minor)}")

    def do_refund(self, account: str, product: str, month: str, amount: str, key: str) -> None:
        with self.books.work() as work:
            of = RefundOf(product, Month.parse(month))
            answer = funds.refund(work, account_id=account, of=of, amount=cny(amount), idempotency_key=key)
        self._say(answer, lambda done: f"refund book {account} {month} {plain(done.book.minor)}")

    def do_accept(self, account: str, document: str, amount: str, day: str) -> None:
        bill = Acceptance(account, document, cny(amount), date.fromisoformat(day), "ICBC")
        with self.books.work() as work:
            answer = funds.accept(work, bill)
        self._say(answer, lambda done: f"accepted {document} left {plain(done.left.minor)}")

    def do_collect(self, account: str, document: str) -> None:
        self._end(account, document, AcceptanceState.COLLECTED, "0.00")

    def do_discount(self, account: str, document: str, fee: str) -> None:
        self._end(account, document, AcceptanceState.DISCOUNTED, fee)

    def do_dishonour(self, account: str, document: str) -> None:
        self._end(account, document, AcceptanceState.DISHONOURED, "0.00")

    def do_buy_card(self, account: str, face: str, *price: str) -> None:
        offer = CardOffer(cny(face), cny(price[0] if price else face), 365)
        with self.books.work() as work:
            answer = funds.buy_card(work, account_id=account, offer=offer, idempotency_key=f"{face} {price}")
        if not isinstance(answer, Refused):
            self.card_id = answer.card.card_id
        self._say(answer, lambda done: f"bought cash {plain(done.cash.minor)}")

    def do_activate_card(self, account: str) -> None:
        with self.books.work() as work:
            answer = funds.activate_card(work, account_id=account, card_id=self.card_id)
        self._say(answer, lambda done: f"active until {done.card.expires_at:%Y-%m-%d}")

    def do_spend(self, account: str, source: str, amount: str) -> None:
        found = fund_of(source)
        assert found is not None, source
        facts = {"payer_id": account, "bill_id": f"bill_{account}_{source}_{amount}", "month": Month(2026, 10)}
        with self.books.work() as work:
            billed = posting_rules.billed(**facts, product_id="compute", payable=cny(amount), effective_at=work.now)  # type: ignore[arg-type]
            draws = [Draw(*found, cny(amount).minor)]
            settled = posting_rules.settled(**facts, currency="CNY", draws=draws, effective_at=work.now)  # type: ignore[arg-type]
            ledger_store.append(work.tx, [billed, settled], recorded_at=work.now)

    def do_bill(self, month: str, *amounts: str) -> None:
        bill(self.books, Month.parse(month), dict(zip(amounts[::2], map(cny, amounts[1::2]), strict=True)))

    def do_sources(self, account: str) -> None:
        with self.books.work() as work:
            sources = ledger_store.lock_sources(work.tx, [account], "CNY")[account]
        said = [f"source {s.fund.value} {s.source_id} {plain(s.available)}" for s in sources if s.available]
        named = [line.replace(self.card_id, "CARD") if self.card_id else line for line in said]
        self.said += named or ["no source"]

    def do_available(self, account: str) -> None:
        with self.books.work() as work:
            figures = funds.figures_of(work, account)
        overdue = " overdue" if figures.overdue else ""
        self.said.append(f"available {account} {plain(core.available(figures).result)}{overdue}")

    def do_outstanding(self, account: str) -> None:
        with self.books.work() as work:
            self.said.append(f"outstanding {account} {plain(funds.figures_of(work, account).outstanding)}")

    def do_reverse(self, account: str, kind: str) -> None:
        with self.books.work() as work:
            line = next(one for one in ledger_store.statement(work.tx, account) if one.kind == kind)
            answer = ledger.reverse(work, entry_id=line.entry_id)
        self._say(answer, lambda _: f"reversed {kind}")

    def do_verify_books(self) -> None:
        broken = [one.name for one in verify_books(self.books) if not one.holds]
        self.said += [f"broken {name}" for name in broken] or ["every equation holds"]

    def do_quota(self, name: str, *parts: str) -> None:
        quota = _quota(name, dict(part.split("=") for part in parts))
        self.said.append(f"{name} {plain(quota.result)}")

    def do_shown(self, account: str, name: str) -> None:
        with self.books.work() as work:
            shown = funds.show(work, account)
        assert not isinstance(shown, Refused)
        self.said.append(next(one.formula() for one in shown.quotas if one.quota.name.lower() == name))

    def do_formula(self, name: str, *parts: str) -> None:
        self.said.append(_quota(name, dict(part.split("=") for part in parts)).formula())

    def _move(self, word: str, move: Callable[..., object], said: tuple[str, str, str], key: Sequence[str]) -> None:
        giver, receiver, amount = said
        named = {"idempotency_key": key[0]} if key else {}
        with self.books.work() as work:
            answer = move(work, giver=giver, receiver=receiver, amount=cny(amount), **named)
        self._say(
            answer,
            lambda done: (
                f"{'already ' if done.repeated else ''}{word} {giver} {plain(done.giver_cash.minor)} "
                f"{receiver} {plain(done.receiver_book.minor)}"
            ),
        )

    def _end(self, account: str, document: str, state: AcceptanceState, fee: str) -> None:
        with self.books.work() as work:
            answer = funds.end(work, account_id=account, document_id=document, state=state, fee=cny(fee))
        self._say(answer, lambda done: f"{state.word} {document} cash {plain(done.cash.minor)}")

    def do_why(self) -> None:
        assert self.refused is not None
        self.said.append(str(self.refused.details().get("formula") or self.refused.message()))

    def _say(self, answer: object, told: Callable[..., str]) -> None:
        self.refused = answer if isinstance(answer, Refused) else None
        self.said.append(f"refused {answer.reason.name}" if isinstance(answer, Refused) else told(answer))


def _quota(name: str, parts: dict[str, str]) -> Explained:
    amounts = {part.replace("-", "_"): cny(amount).minor for part, amount in parts.items()}
    left_of_pair = amounts.pop("left_of_pair", 0)
    book = amounts.pop("transferred_in", 0)
    figures = Figures("acme", "CNY", transfer_books=(("giver", book),) if book else (), **amounts)
    if name == "reclaimable":
        return core.reclaimable(figures, giver_id="giver", left_of_pair=left_of_pair)
    return QUOTAS[name](figures)


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def plain(minor: int) -> str:
    return format_scaled(minor, 2, places=2)
