"""Plays the cases of relations on real books.

Verbs besides those of `steps.world`, in `given` and `when`:

    entity    ACCOUNT as NAME                     verified as a legal entity with this name
    title     ACCOUNT [TITLE]                     the invoice title
    person    NAME                                an individual's account
    account   NAME at UNIT                        in a department of its own, as `account NAME` otherwise
    administrator NAME of UNIT                    a user with that role there
    by        NAME VERB …                         the user does it
    credit    MAIN AMOUNT                         a line of credit that counts
    request   MAIN AMOUNT                         a line that waits; `approve` approves it, without a contract
    limit     MAIN MEMBER AMOUNT                  a member's limit within it
    transfer | reclaim MAIN MEMBER AMOUNT
    order     ACCOUNT KIND REFERENCE              something that is under way with its orders
    at        INSTANT
    invite    MAIN MEMBER [trust] [CODE …]        `keyed KEY invite …` does it with a key, `dry invite …` as a dry run
    create    MAIN MEMBER [trust] [CODE …]
    confirm   MEMBER [CODE …]
    decline | upgrade | release MEMBER
    permit    MEMBER [CODE …]
    go-back | plan MEMBER [CODE …]
    expire    [MEMBER]
    withdraw  ACCOUNT AMOUNT                      `limit`, `transfer`: as in `given`
    why                                           both messages of the last refusal
    relation  ACCOUNT                             where it stands
    payer     ACCOUNT on INSTANT for CYCLE
    brings    [TOPIC]                             what the last command brings, topic by topic, or of one as `payment`
    tells                                         the line that the last command tells, in both languages
    topic     NAME                                how a topic stands in both modes

Codes: share-credit share-discounts no-withdrawal no-invoices see-finances see-bills do-invoices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from case_file import Case
from partita.core.account import AccountKind, EntityKind, InvoiceProfile, LegalEntity
from partita.core.finance_mode import INDEPENDENT, MATRIX, TRUSTEESHIP
from partita.core.money import Money
from partita.core.org import payer_of
from partita.core.period import Cycle
from partita.core.permission import Actor, Role
from partita.core.permission import RelationPermission as Code
from partita.core.refusal import Refused
from partita.core.relation import Consequence, Relation
from partita.store import account as account_store
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.usecases import credit, funds, relation, user
from partita.usecases.relation import Terms
from partita.usecases.work import Books, Work
from steps.world import World

CODES = {
    "share-credit": Code.SYNCHRONIZE_FINANCE_IDENTITY,
    "share-discounts": Code.SYNCHRONIZE_FINANCE_DISCOUNT_POLICY_TO_TARGET,
    "no-withdrawal": Code.FORBID_WITHDRAW_CASH,
    "no-invoices": Code.FORBID_MANAGE_INVOICE,
    "see-finances": Code.CHECK_FINANCE_INFO,
    "see-bills": Code.CHECK_TARGET_CONSUMPTION,
    "do-invoices": Code.MANAGE_TARGET_INVOICE,
}
_NAMES = {code: name for name, code in CODES.items()}
_ZONE = ZoneInfo("Asia/Shanghai")
_SINCE = datetime(2020, 1, 1, tzinfo=_ZONE)


def codes_of(words: tuple[str, ...]) -> frozenset[Code]:
    return frozenset(CODES[word] for word in words)


def terms_of(words: tuple[str, ...]) -> Terms:
    if words[:1] == ("trust",):
        return Terms(TRUSTEESHIP, codes_of(words[1:]))
    return Terms(INDEPENDENT, codes_of(words))


class Relations(World):
    """Plays what two accounts do with one another, and says what came of it."""

    def __init__(self, books: Books, owner_url: str) -> None:
        super().__init__(books)
        self.owner_url = owner_url
        self.orders: list[tuple[str, str, str]] = []
        self.last: tuple[Consequence, ...] = ()
        self.headline = ("", "")
        self.how: dict[str, Any] = {}
        self.refused: Refused | None = None
        self.change = ""

    # given
    def entity(self, name: str, _as: str, called: str) -> None:
        known = LegalEntity(EntityKind.ORGANISATION, "CN", f"number of {called}", called)
        with self.books.work() as work:
            account_store.verify(work.tx, name, known, recorded_by="case", recorded_at=work.now)

    def title(self, name: str, title: str = "Group") -> None:
        with self.books.work() as work:
            profile = InvoiceProfile(title)
            account_store.add_invoice_profile(work.tx, name, profile, recorded_by="case", recorded_at=work.now)

    def person(self, name: str) -> None:
        self.account(name)
        with self.books.work() as work:
            account_store.add_registration(
                work.tx, name, AccountKind.INDIVIDUAL, recorded_by="case", recorded_at=work.now
            )

    def credit(self, main: str, amount: str) -> None:
        total = Money.parse(amount, "CNY")
        with self.books.work() as work:
            asked = credit.request_total(work, management=main, limit=total, idempotency_key=f"total {amount}")
            assert not isinstance(asked, Refused), asked.message()
            assert not isinstance(credit.approve(work, change_id=asked.change.change_id), Refused)
            assert not isinstance(credit.confirm_contract(work, management=main, contract_id="c-1"), Refused)

    def request(self, main: str, amount: str) -> None:
        total = Money.parse(amount, "CNY")
        self.change = self.ask(
            lambda work: credit.request_total(work, management=main, limit=total, idempotency_key=f"total {amount}")
        ).change.change_id

    def approve(self) -> None:
        self.ask(lambda work: credit.approve(work, change_id=self.change))

    def limit(self, main: str, member: str, amount: str) -> None:
        limit, key = Money.parse(amount, "CNY"), f"{member} {amount} {self.books.clock()}"
        self.ask(lambda work: credit.allocate(work, management=main, member=member, limit=limit, idempotency_key=key))

    def transfer(self, main: str, member: str, amount: str) -> None:
        money = Money.parse(amount, "CNY")
        self.ask(lambda work: funds.transfer(work, giver=main, receiver=member, amount=money))

    def withdraw(self, account: str, amount: str) -> None:
        money = Money.parse(amount, "CNY")
        self.ask(lambda work: funds.withdraw(work, account_id=account, amount=money, idempotency_key=amount))

    def reclaim(self, main: str, member: str, amount: str) -> None:
        money = Money.parse(amount, "CNY")
        self.ask(lambda work: funds.reclaim(work, giver=main, receiver=member, amount=money))

    def order(self, account: str, kind: str, reference: str) -> None:
        """Let the view of open matters hold a row, as the migration that brings orders will."""
        self.orders.append((account, kind, reference))
        rows = " union all ".join(
            f"select '{one}'::text, '{what}'::text, '{name}'::text" for one, what, name in self.orders
        )
        with psycopg.connect(self.owner_url) as owner:
            owner.execute(f"create or replace view open_matter (account_id, kind, reference) as {rows}")

    def at(self, instant: str) -> None:
        now = datetime.fromisoformat(instant)
        now = now if now.tzinfo else now.replace(tzinfo=_ZONE)
        self.books = replace(self.books, clock=lambda: now)

    def account(self, name: str, *words: str) -> None:
        if words[:1] != ("at",):
            super().account(name, *words)
            return
        unit = words[1]
        self.setup("units", [["group", unit, "east", "department", unit.title()]])
        self.setup("accounts", [[name, "group", name.title(), unit, "", "2020-01-01"]])

    def administrator(self, name: str, _of: str, unit: str) -> None:
        role = user.Asked(name, Role.ADMINISTRATOR, "group", unit, _SINCE)
        self.ask(lambda work: user.add_user(work, user_id=name, name=name.title(), enterprise_id="group"))
        self.ask(lambda work: user.grant_role(work, role))

    # when
    def by(self, name: str, verb: str, *words: str) -> None:
        everybody = self.books
        self.books = replace(everybody, actor=Actor(name))
        getattr(self, verb.replace("-", "_"))(*words)
        self.books = everybody

    def ask(self, what: Callable[[Work], Any]) -> Any:
        with self.books.work() as work:
            answer = what(work)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            self.refused = answer
            return None
        return answer

    def why(self) -> None:
        assert self.refused is not None, "something was refused before"
        self.said += [f"  {_plain(self.refused.message(language))}" for language in ("en", "zh")]

    def keyed(self, key: str, verb: str, *words: str) -> None:
        self.how = {"idempotency_key": key}
        getattr(self, verb.replace("-", "_"))(*words)
        self.how = {}

    def dry(self, verb: str, *words: str) -> None:
        self.how = {"dry_run": True}
        getattr(self, verb.replace("-", "_"))(*words)
        self.how = {}

    def invite(self, main: str, member: str, *words: str) -> None:
        terms = terms_of(words)
        self._tell(lambda work: relation.invite(work, management=main, member=member, terms=terms, **self.how))

    def create(self, main: str, member: str, *words: str) -> None:
        terms, named = terms_of(words), (member, member.title())
        self._tell(
            lambda work: relation.create_member(
                work, management=main, member=named, org_unit_id=None, terms=terms, **self.how
            )
        )

    def confirm(self, member: str, *words: str) -> None:
        codes = codes_of(words)
        self._tell(lambda work: relation.confirm(work, member=member, permissions=codes, **self.how))

    def decline(self, member: str) -> None:
        self._tell(lambda work: relation.decline(work, member=member, **self.how))

    def permit(self, member: str, *words: str) -> None:
        codes = codes_of(words)
        self._tell(lambda work: relation.permit(work, member=member, permissions=codes, **self.how))

    def upgrade(self, member: str) -> None:
        self._tell(lambda work: relation.upgrade(work, member=member, **self.how))

    def release(self, member: str) -> None:
        self._tell(lambda work: relation.release(work, member=member, **self.how))

    def go_back(self, member: str, *words: str) -> None:
        codes = codes_of(words)
        self._tell(lambda work: relation.go_back(work, member=member, permissions=codes, **self.how))

    def plan(self, member: str, *words: str) -> None:
        codes = codes_of(words)
        done = self.ask(lambda work: relation.plan_go_back(work, member=member, permissions=codes))
        if done:
            self.last = done.consequences
            self.said += [f"stands against it: {one.reason.name}" for one in done.obstacles] or ["nothing against it"]

    def expire(self, *member: str) -> None:
        done = self.ask(lambda work: relation.expire(work, member=member[0] if member else None, **self.how))
        if done:
            self.said += [f"expired {one.member_id}" for one in done.relations] or ["nothing expired"]

    def relation(self, account: str) -> None:
        with self.books.work() as work:
            last = relation_store.last_of_member(work.tx, account, work.now)
        self.said.append(_stands(last) if last else f"{account} is a member of nobody")

    def payer(self, account: str, _on: str, at: str, _for: str, cycle: str) -> None:
        with self.books.work() as work:
            rows = [one for key, one in org_store.relations_of(work.tx).items() if key[0] == account]
        instant = datetime.fromisoformat(at).replace(tzinfo=_ZONE)
        payer = payer_of(rows, instant, cycle=Cycle(cycle), zone="Asia/Shanghai")
        self.said.append(f"{payer} pays")

    def brings(self, topic: str = "") -> None:
        for one in self.last:
            if topic.upper() not in {"", one.topic.name}:
                continue
            self.said.append(f"{one.topic.text()}: {_plain(one.en)}")

    def tells(self) -> None:
        self.said += [f"  {text}" for text in self.headline]

    def topic(self, name: str) -> None:
        rights = next(rights for topic, rights in MATRIX.items() if topic.text() == name)
        for word, mode in (("management", INDEPENDENT), ("trusteeship", TRUSTEESHIP)):
            one = rights[mode]
            opened = f" ({_NAMES[one.opened_by]})" if one.opened_by else ""
            entity = ", one entity" if one.same_entity else ""
            self.said.append(f"{word}, {one.holder.text()}{entity}: {_plain(one.en)}{opened}")

    def _tell(self, what: Callable[[Work], Any]) -> None:
        done = self.ask(what)
        if done:
            self.last, self.headline = done.consequences, done.headline
            again = "already " if done.repeated else "would be " if done.dry_run else ""
            self.said.append(again + _stands(done.relation))


def _stands(one: Relation) -> str:
    mode = "trusteeship" if one.mode is TRUSTEESHIP else "management"
    codes = " ".join(_NAMES[code] for code in Code if code in one.permissions)
    text = f"{one.state.value} {one.management_id} {one.member_id} {mode} {codes}".strip()
    return f"{text} until {one.expires_at.astimezone(_ZONE):%Y-%m-%d}" if one.expires_at else text


def _plain(text: str) -> str:
    """Leave the quotes out: the reader of cases takes them as its own."""
    return text.replace("'", "")


def run(case: Case, books: Books, owner_url: str) -> list[str]:
    """Play a case; what is `given` says nothing."""
    world = Relations(books, owner_url)
    world.play(verbs_of(case.given))
    world.said.clear()
    world.play(verbs_of(case.when))
    return world.said


def verbs_of(lines: list[list[str]]) -> list[list[str]]:
    return [[verb.replace("-", "_"), *words] for verb, *words in lines]
