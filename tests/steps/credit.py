"""Plays the cases of credit on real books.

Verbs: those of funds (`group`, `account`, `relate`, `usage`, `top-up`, `product`, `available`, `verify-books` …), and

    request  MAIN AMOUNT [KEY]                 `approve`, `reject`: the last change
    confirm  MAIN CONTRACT
    allocate MAIN MEMBER AMOUNT [KEY]
    way      request … | allocate …            what the refusal says is possible
    limit    ACCOUNT · line MAIN · bounds MAIN MEMBER · cap ACCOUNT AMOUNT
    shares   ACCOUNT [as USER-ACCOUNT]         whose credit it uses, up to what, and what is left
    in-all   ACCOUNT                           what `credit show` says that it may owe in all
    refund-credit ACCOUNT PRODUCT AMOUNT [KEY] · apply-refund ACCOUNT AMOUNT [KEY]
                                               a KEY of `-`: no key (CREDIT-10); of changes without KEY it is the amount
    due      MONTH CYCLE DAYS                  on the pure core
"""

from __future__ import annotations

from dataclasses import replace

from case_file import Case
from partita.core import credit as core
from partita.core.credit import Term
from partita.core.period import Month
from partita.core.permission import Actor
from partita.core.refusal import Refused
from partita.store import credit as credit_store
from partita.usecases import credit, service_control
from partita.usecases.credit import CreditChanged
from partita.usecases.work import Books
from steps import funds
from steps.funds import cny, plain


def run(case: Case, books: Books) -> list[str]:
    return Player(books).play([*case.given, *case.when])


def _key(key: tuple[str, ...], otherwise: str) -> str | None:
    """Return the key that a line gives; `-` is none."""
    given = key[0] if key else otherwise
    return None if given == "-" else given


class Player(funds.Player):
    """Plays verbs of funds and of credit."""

    change_id = ""

    def do_request(self, main: str, amount: str, *key: str) -> None:
        with self.books.work() as work:
            answer = credit.request_total(work, management=main, limit=cny(amount), idempotency_key=_key(key, amount))
        self._tell(answer)

    def do_approve(self) -> None:
        with self.books.work() as work:
            self._tell(credit.approve(work, change_id=self.change_id))

    def do_reject(self) -> None:
        with self.books.work() as work:
            self._tell(credit.reject(work, change_id=self.change_id))

    def do_confirm(self, main: str, contract: str) -> None:
        with self.books.work() as work:
            answer = credit.confirm_contract(work, management=main, contract_id=contract)
        self._say(answer, lambda done: f"active {plain(done.line.total)}")

    def do_allocate(self, main: str, member: str, amount: str, *key: str) -> None:
        with self.books.work() as work:
            answer = credit.allocate(
                work,
                management=main,
                member=member,
                limit=cny(amount),
                idempotency_key=_key(key, f"{member} {amount}"),
            )
        self._tell(answer)

    def do_way(self, verb: str, *words: str) -> None:
        {"request": self.do_request, "allocate": self.do_allocate}[verb](*words)
        assert self.refused is not None
        self.said[-1] = str(self.refused.details()["way"])

    def do_credit(self, main: str, total: str) -> None:
        """Grant, approve and confirm in one, for cases about something else."""
        self.do_request(main, total)
        self.do_approve()
        self.do_confirm(main, "contract-1")
        self.said.clear()

    def do_limit(self, account: str) -> None:
        with self.books.work() as work:
            self.said.append(f"limit {account} {plain(credit_store.limit_of(work.tx, account, work.now))}")

    def do_bounds(self, main: str, member: str) -> None:
        with self.books.work() as work:
            shown = credit.show(work, main)
        assert not isinstance(shown, Refused)
        one = next(a for a in shown.allocations if a.figures.account_id == member)
        self.said.append(f"bounds {member} {plain(one.least)} {plain(one.most)}")

    def do_cap(self, account: str, amount: str) -> None:
        with self.books.work() as work:
            assert not isinstance(service_control.set_cap(work, account, cny(amount)), Refused)

    def do_shares(self, account: str, _as: str = "", who: str = "") -> None:
        actor = Actor(account_id=who) if who else self.books.actor
        with replace(self.books, actor=actor).work() as work:
            answer = credit.show(work, account)
        assert not isinstance(answer, Refused)
        for one in answer.shared:
            texts = ["-" if minor is None else plain(minor) for minor in (one.cap, one.usable, one.spending_cap)]
            counts = "counts" if one.counts else "does not count"
            self.said.append(
                f"{account} of {one.management_id} {counts}: cap {texts[0]} left {texts[1]} month {texts[2]}"
            )
        if not answer.shared:
            self.said.append(f"{account} shares nothing")

    def do_in_all(self, account: str) -> None:
        with self.books.work() as work:
            answer = credit.show(work, account)
        assert not isinstance(answer, Refused)
        self.said.append(f"in all {account} {plain(answer.main.credit_limit)}")

    def do_refund_credit(self, account: str, product: str, amount: str, *key: str) -> None:
        with self.books.work() as work:
            answer = credit.refund_credit(
                work, account_id=account, product_id=product, amount=cny(amount), idempotency_key=_key(key, "-")
            )
        self._say(answer, lambda done: f"credit refunds {plain(done.refunds.minor)}")

    def do_apply_refund(self, account: str, amount: str, *key: str) -> None:
        with self.books.work() as work:
            answer = credit.apply_refund(work, account_id=account, amount=cny(amount), idempotency_key=_key(key, "-"))
        self._say(
            answer,
            lambda done: f"credit refunds {plain(done.refunds.minor)} outstanding {plain(done.outstanding.minor)}",
        )

    def do_due(self, month: str, cycle: str, days: str) -> None:
        self.said.append(f"due {core.due_on(Month.parse(month), Term(int(cycle), int(days)))}")

    def _tell(self, answer: CreditChanged | Refused) -> None:
        self.refused = answer if isinstance(answer, Refused) else None
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        self.change_id = answer.change.change_id
        again = "already " if answer.repeated else ""
        one = answer.change
        self.said.append(f"{again}{one.state.word} {one.account_id} {plain(one.limit.minor)}")
