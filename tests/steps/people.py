"""People and accounts on real books: who is who, who may do what, and what they see.

Verbs besides those of `steps.world`, in `given` and `when`:

    unit      NAME under PARENT [KIND]            a department, unless another kind is named
    register  NAME at UNIT [KIND] [from DATE]     or `register NAME alone`: with an enterprise of its own
    move      ACCOUNT to UNIT on DATE
    verify    ACCOUNT REGISTER NUMBER NAME [COUNTRY]
    title     ACCOUNT [TITLE [TAX_NUMBER]]
    tier      ACCOUNT TIER
    freeze | unfreeze | shut ACCOUNT
    user      NAME
    grant     USER ROLE at UNIT [from DATE] [until DATE]       `at group` = the whole enterprise
    revoke    USER ROLE [on DATE]
    policy    ACTION=ROLE,ROLE …                  replaces the policy; `policy ACTION=` lets nobody do it
    relation  MAIN MEMBER MODE [CODE …]           an active relation as it would be recorded
    today     DATE
    as        USER [for ACCOUNT] | account ACCOUNT | operator
    may       ACTION ACCOUNT                      answers with the way, or with every way that was tried
    bills [of PAYER] | balances [of PAYER] | statement of PAYER | costs by DIMENSION [now] [of ACCOUNT] | accounts
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from case_file import Case
from partita.core.account import AccountKind, EntityKind, InvoiceProfile
from partita.core.ids import derived_id
from partita.core.org import FinanceMode, OrgUnit, UnitKind
from partita.core.permission import OPERATOR, Action, Actor, Granted, RelationPermission, Role, lacking, parsed
from partita.core.refusal import Refused
from partita.core.relation import Command, Relation, State
from partita.core.tier import Capability, Tier, can
from partita.formats.legal_entity import read_entity
from partita.formats.permission import ACTIONS, content_of, packaged, policy_of, written
from partita.store import relation as relation_store
from partita.store.relation import Step
from partita.usecases import account, analysis, bill, ledger, org, permission, registration, user
from partita.usecases.work import Books, Work
from steps.world import World

SINCE = datetime(2020, 1, 1, tzinfo=UTC)


class People(World):
    """Plays what people do, and says what came of it."""

    def ask(self, what: Callable[[Work], Any], *, quiet: bool = False) -> Any:
        """Do something in one transaction as whoever asks now; a refusal is said by its name."""
        with self.books.work() as work:
            answer = what(work)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return None
        if not quiet and getattr(answer, "repeated", False):
            self.said.append("repeated")
        return answer

    # organisation and accounts
    def unit(self, name: str, _under: str, parent: str, kind: str = "department") -> None:
        new = OrgUnit("group", name, None if parent == "group" else parent, UnitKind(kind), name.title())
        done = self.ask(lambda work: org.add_unit(work, new))
        if done:
            self.said.append(f"unit {' / '.join(done.path)}")

    def register(self, name: str, *where: str) -> None:
        alone = where[:1] == ("alone",)
        opening = date.fromisoformat(where[-1]) if "from" in where else date(2020, 1, 1)
        kind = AccountKind.INDIVIDUAL if "individual" in where else AccountKind.ENTERPRISE
        stated = registration.Registration(
            name, name.title(), kind, None if alone else "group", None if alone else where[1], opening
        )
        done = self.ask(lambda work: registration.register(work, stated))
        if done:
            one = done.registration
            self.said.append(f"registered {one.account_id} {one.kind.value} {one.enterprise_id}/{one.org_unit_id}")

    def move(self, name: str, _to: str, unit: str, _on: str, day: str) -> None:
        start = date.fromisoformat(day)
        done = self.ask(lambda work: org.move_account(work, account_id=name, org_unit_id=unit, effective_from=start))
        if done:
            self.said.append(f"moved {name} from {done.before} to {done.placement.org_unit_id}")

    def verify(self, name: str, register: str, number: str, called: str, country: str = "CN") -> None:
        entity = read_entity(EntityKind(register), number, called, country)
        if isinstance(entity, Refused):
            self.said.append(f"refused {entity.reason.name} {entity.detail['detail'][0]}")
            return
        done = self.ask(lambda work: account.verify_entity(work, account_id=name, entity=entity))
        if done:
            self.said.append(f"verified {name} {done.entity.name} {done.entity.shown_number}")

    def title(self, name: str, title: str = "", tax_number: str = "") -> None:
        stated = InvoiceProfile(title, tax_number)
        done = self.ask(lambda work: account.set_invoice_profile(work, account_id=name, profile=stated))
        if done:
            self.said.append(f"title {name} {done.profile.title} {done.profile.tax_number}".strip())

    def tier(self, name: str, tier: str) -> None:
        wanted = next(one for one in Tier if one.word == tier)
        done = self.ask(lambda work: account.set_tier(work, account_id=name, tier=wanted))
        if done:
            self.said.append(f"tier {name} {done.tier.word}")

    def freeze(self, name: str) -> None:
        self._state(account.freeze, name)

    def unfreeze(self, name: str) -> None:
        self._state(account.unfreeze, name)

    def shut(self, name: str) -> None:
        self._state(account.close_account, name)

    def _state(self, change: Callable[..., Any], name: str) -> None:
        done = self.ask(lambda work: change(work, account_id=name, note="case"))
        if done:
            self.said.append(f"state {name} {done.state.value}")

    def relation(self, main: str, member: str, mode: str, *codes: str) -> None:
        permissions = frozenset(RelationPermission[code] for code in codes)
        pair = derived_id("rel", main, member, 0)
        made = Relation(pair, main, member, FinanceMode(mode), State.ACTIVE, permissions, SINCE)
        with self.books.work() as work:
            relation_store.add_relation(work.tx, made, recorded_at=SINCE)
            relation_store.add_steps(work.tx, [Step(made, Command.INVITE, f"{main} {member}", {}, "case", SINCE)])

    # people
    def user(self, name: str) -> None:
        done = self.ask(lambda work: user.add_user(work, user_id=name, name=name.title(), enterprise_id="group"))
        if done:
            self.said.append(f"user {name}")

    def grant(self, name: str, role: str, _at: str, unit: str, *span: str) -> None:
        days = {word: date.fromisoformat(day) for word, day in zip(span[::2], span[1::2], strict=True)}
        asked = user.Asked(
            name,
            next(one for one in Role if one.word == role),
            "group",
            None if unit == "group" else unit,
            days.get("from", SINCE),
            days.get("until"),
        )
        done = self.ask(lambda work: user.grant_role(work, asked))
        if done:
            self.said.append(f"granted {done.grant.names[0]} to {name}")

    def revoke(self, name: str, role: str, *on: str) -> None:
        start = date.fromisoformat(on[1]) if on else None
        shown = self.ask(lambda work: user.list_users(work, user_id=name))
        grant = next(one for one in shown[0].grants if one.role.word == role)
        done = self.ask(lambda work: user.revoke_role(work, grant_id=grant.grant_id, effective_from=start))
        if done:
            self.said.append(f"revoked {done.grant.names[0]} from {name}")

    def policy(self, *changes: str) -> None:
        content = content_of(packaged())
        for change in changes:
            action, _, roles = change.partition("=")
            content[action] = [role for role in roles.split(",") if role]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "policy.csv"
            head = written(policy_of({})).splitlines()[0]
            lines = [
                ",".join([action, *("yes" if one.word in roles else "" for one in Role)])
                for action, roles in content.items()
            ]
            path.write_text("\n".join([head, *lines]), encoding="utf-8")
            done = self.ask(lambda work: user.replace_policy(work, enterprise_id="group", path=path))
        if done:
            self.said.append("policy replaced")

    def codes(self, *names: str) -> None:
        known, _ = parsed(names)
        lack = [f"{code.name} needs {needed.name}" for code, needed in lacking(known)]
        self.said += lack or ["nothing lacks"]

    def capabilities(self, tier: str) -> None:
        wanted = next(one for one in Tier if one.word == tier)
        self.said.append(f"{tier} {' '.join(one.word for one in Capability if can(wanted, one))}")

    def today(self, day: str) -> None:
        now = datetime.fromisoformat(f"{day}T12:00:00+08:00")
        self.books = replace(self.books, clock=lambda: now)

    # `as` is a word of Python: `play` turns it into this
    def as_(self, *words: str) -> None:
        match words:
            case ("operator",):
                actor = OPERATOR
            case ("account", main):
                actor = Actor(None, main)
            case (name, "for", main):
                actor = Actor(name, main)
            case (name,):
                actor = Actor(name)
            case _:
                raise AssertionError(words)
        self.books = replace(self.books, actor=actor)

    def may(self, action: str, name: str) -> None:
        with self.books.work() as work:
            self._decision(permission.authorise(work, ACTIONS[action], name))

    def _decision(self, answer: Granted | Refused) -> None:
        if isinstance(answer, Granted):
            self.said.append(f"granted: {answer.because[0]}")
            return
        self.said.append(f"refused {answer.reason.name}")
        tried = answer.detail.get("tried")
        if isinstance(tried, tuple):
            self.said += [line.strip() for line in tried[0].splitlines()]

    # what is seen
    def bills(self, *of: str) -> None:
        payer = of[1] if of else None
        done = self.ask(lambda work: bill.list_bills(work, payer_id=payer))
        if done is not None:
            self.said += [f"bill {one.bill.payer_id} {one.bill.payable_minor / 100:.2f}" for one in done]
            self._left_out(Action.VIEW_BILLS)

    def balances(self, *of: str) -> None:
        payer = of[1] if of else None
        done = self.ask(lambda work: ledger.balances(work, account_id=payer))
        if done is not None:
            cash = [one for one in done if one.ledger_account == "cash"]
            self.said += [f"cash {one.payer_id} {-one.amount_minor / 100:.2f}" for one in cash]
            self._left_out(Action.VIEW_FINANCES)

    def statement(self, _of: str, payer: str) -> None:
        done = self.ask(lambda work: ledger.statement(work, account_id=payer))
        if done:
            self.said.append(f"statement {payer} {len(done.lines)} lines")

    def costs(self, _by: str, dimension: str, *rest: str) -> None:
        only = [("account", rest[rest.index("of") + 1])] if "of" in rest else []
        answer = analysis.cost_report(self.books, [dimension], only=only, tree_now="now" in rest)
        if isinstance(answer, Refused):
            self.said.append(f"refused {answer.reason.name}")
            return
        self.said += [f"cost {row.keys[0] or '-'} {row.billed_e10 / 10**10:.2f}" for row in answer.rows]
        self.said += [f"left out {name} {no.reason.name}" for name, no in sorted(answer.left_out.items())]

    def accounts(self) -> None:
        done = self.ask(account.list_accounts)
        if done is not None:
            self.said.append(f"accounts {' '.join(row.account_id for row in done)}")

    def _left_out(self, action: Action) -> None:
        with self.books.work() as work:
            found = permission.left_out(work, action)
        self.said += [f"left out {name} {no.reason.name}" for name, no in sorted(found.items())]

    def play(self, lines: Any) -> None:
        super().play([["as_", *words] if verb == "as" else [verb, *words] for verb, *words in lines])


def played_by(people: People, case: Case) -> list[str]:
    """Play a case, and return what its `when` says."""
    people.play(case.given)
    people.said.clear()
    people.play(case.when)
    return [line.replace("'", "") for line in people.said]  # a case has no quotation marks


def played(case: Case, books: Books) -> list[str]:
    """Play a case with people and accounts, and return what its `when` says."""
    return played_by(People(books), case)
