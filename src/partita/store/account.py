"""Accounts in PostgreSQL: registration, state, legal entity, invoice title, tier.

Owns the SQL of `account_registration`, `account_step`, `legal_entity`, `verification`, `invoice_profile` and
`customer_tier`. The last row of an account counts. Decides nothing. Rules: ACCOUNT-1 … ACCOUNT-7.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import astuple, dataclass
from datetime import datetime

from partita.core.account import AccountKind, AccountState, EntityKind, InvoiceProfile, LegalEntity
from partita.core.period import in_zone
from partita.core.tier import UNTIERED, Tier
from partita.store.db import Transaction, named

_TIERS = {tier.word: tier for tier in Tier}
_ENTITY = "select e.kind, e.country, e.number, e.name from legal_entity e"


@dataclass(frozen=True, slots=True)
class AccountStep:
    """A state that an account reached: when, by whom, and what was said of it."""

    state: AccountState
    note: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as it is listed: where it belongs, its kind and state, who pays for it now, as whom it is verified.

    `opens_at`: when it opens, where that is still to come (by the calendar of its enterprise); `zone` is that of its
    enterprise.
    """

    account_id: str
    name: str
    enterprise_id: str
    kind: AccountKind
    state: AccountState
    payer_id: str | None
    entity_name: str | None
    zone: str
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What commands between accounts ask of each: its state, and as which legal entity it is verified, if it is."""

    state: AccountState
    entity_id: str | None


_ROWS = """
    select a.account_id, a.name, a.enterprise_id, coalesce(r.kind, 'enterprise'),
           coalesce((select s.state from account_step s where s.account_id = a.account_id order by s.step desc limit 1),
                    'open'),
           (select p.payer_id from payment_relation p where p.account_id = a.account_id
            and p.effective_from <= %(at)s order by p.effective_from desc limit 1),
           (select e.name from verification v join legal_entity e using (entity_id)
            where v.account_id = a.account_id order by v.sequence desc limit 1),
           e.zone,
           (select min(p.effective_from) from payment_relation p where p.account_id = a.account_id
            having min(p.effective_from) > %(at)s)
    from account a join enterprise e using (enterprise_id) left join account_registration r using (account_id)
    where %(account)s::text is null or a.account_id = %(account)s
    order by a.account_id
"""


_PAYS = """
    select account_id, payer_id
    from (select account_id, payer_id,
                 lead(effective_from) over (partition by account_id order by effective_from) as ends
          from payment_relation) as relation
    where account_id <> payer_id and (ends is null or ends > %(at)s)
      and %(account)s in (account_id, payer_id)
    order by account_id, payer_id
"""


def rows(tx: Transaction, at: datetime, account_id: str | None = None) -> list[AccountRow]:
    """Return all accounts, or one, as they are listed at an instant, by id."""
    return [
        AccountRow(
            *(row[0], row[1], row[2], AccountKind(row[3]), AccountState(row[4]), row[5], row[6], row[7]),
            opens_at=None if row[8] is None else in_zone(row[8], row[7]),
        )
        for row in tx.execute(_ROWS, {"at": at, "account": account_id})
    ]


def kind_of(tx: Transaction, account_id: str) -> AccountKind:
    """Return the kind of an account; one that was not registered (but set up) is an enterprise's."""
    row = tx.execute("select kind from account_registration where account_id = %s", (account_id,)).fetchone()
    return AccountKind.ENTERPRISE if row is None else AccountKind(row[0])


def state_of(tx: Transaction, account_id: str) -> AccountState:
    """Return the state of an account; an account without a step is open."""
    row = tx.execute(
        "select state from account_step where account_id = %s order by step desc limit 1", (account_id,)
    ).fetchone()
    return AccountState.OPEN if row is None else AccountState(row[0])


def facts_of(tx: Transaction, account_ids: Collection[str]) -> dict[str, AccountFacts]:
    """Return the states and legal entities of accounts; unknown accounts are left out."""
    which, values = named(account_ids)
    rows = tx.execute(
        "select a.account_id, coalesce((select s.state from account_step s where s.account_id = a.account_id "
        "order by s.step desc limit 1), 'open'), (select v.entity_id from verification v "
        "where v.account_id = a.account_id order by v.sequence desc limit 1) "
        f"from account a where a.account_id {which}",
        values,
    )
    return {account: AccountFacts(AccountState(state), entity_id) for account, state, entity_id in rows}


def steps_of(tx: Transaction, account_id: str) -> list[AccountStep]:
    """Return the states that an account went through, in order."""
    found = tx.execute(
        "select state, note, recorded_by, recorded_at from account_step where account_id = %s order by step",
        (account_id,),
    )
    return [AccountStep(AccountState(row[0]), *row[1:]) for row in found]


def entity_of(tx: Transaction, account_id: str) -> LegalEntity | None:
    """Return the legal entity that an account is verified as; None = not verified."""
    return _entity(
        tx,
        f"{_ENTITY} join verification v using (entity_id) where v.account_id = %s order by v.sequence desc limit 1",
        account_id,
    )


def entity(tx: Transaction, entity_id: str) -> LegalEntity | None:
    """Return a legal entity by its id."""
    return _entity(tx, f"{_ENTITY} where e.entity_id = %s", entity_id)


def invoice_profile_of(tx: Transaction, account_id: str) -> InvoiceProfile | None:
    """Return the invoice title of an account, if one was set."""
    row = tx.execute(
        "select title, tax_number, address, phone, bank, bank_account from invoice_profile where account_id = %s "
        "order by sequence desc limit 1",
        (account_id,),
    ).fetchone()
    return None if row is None else InvoiceProfile(*row)


def tier_of(tx: Transaction, account_id: str, at: datetime) -> Tier:
    """Return the tier of a customer at an instant; without one it has every capability (ACCOUNT-7)."""
    return set_tier_of(tx, account_id, at) or UNTIERED


def set_tier_of(tx: Transaction, account_id: str, at: datetime) -> Tier | None:
    """Return the tier that was set for a customer at an instant, if one was."""
    row = tx.execute(
        "select tier from customer_tier where account_id = %s and effective_from <= %s "
        "order by effective_from desc limit 1",
        (account_id, at),
    ).fetchone()
    return None if row is None else _TIERS[row[0]]


def tiers_of(tx: Transaction, account_id: str) -> dict[datetime, Tier]:
    """Return all tiers of a customer by start."""
    found = tx.execute(
        "select effective_from, tier from customer_tier where account_id = %s order by effective_from", (account_id,)
    )
    return {start: _TIERS[word] for start, word in found}


def payment_ties(tx: Transaction, account_id: str, at: datetime) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the accounts that this one pays for, and those that pay for it, at an instant or later."""
    found = tx.execute(_PAYS, {"account": account_id, "at": at}).fetchall()
    pays_for = dict.fromkeys(account for account, payer in found if payer == account_id)
    paid_by = dict.fromkeys(payer for account, payer in found if account == account_id)
    return tuple(pays_for), tuple(paid_by)


def tiered(tx: Transaction) -> frozenset[str]:
    """Return the accounts for which a tier was ever set."""
    return frozenset(row[0] for row in tx.execute("select distinct account_id from customer_tier"))


def add_registration(
    tx: Transaction, account_id: str, kind: AccountKind, *, recorded_by: str, recorded_at: datetime
) -> None:
    """Append the registration of an account."""
    tx.execute(
        "insert into account_registration (account_id, kind, registered_by, recorded_at) values (%s, %s, %s, %s)",
        (account_id, kind.value, recorded_by, recorded_at),
    )


def add_step(tx: Transaction, account_id: str, step: AccountStep) -> None:
    """Append a state reached. The caller holds the lock of the account."""
    tx.execute(
        "insert into account_step (account_id, step, state, note, recorded_by, recorded_at) "
        "select %(account)s, count(*) + 1, %(state)s, %(note)s, %(by)s, %(at)s from account_step "
        "where account_id = %(account)s",
        {
            "account": account_id,
            "state": step.state.value,
            "note": step.note,
            "by": step.recorded_by,
            "at": step.recorded_at,
        },
    )


def verify(tx: Transaction, account_id: str, known: LegalEntity, *, recorded_by: str, recorded_at: datetime) -> None:
    """Append a verification, and the entity when it is new. The caller holds the lock of the account."""
    tx.execute(
        "insert into legal_entity (entity_id, kind, country, number, name, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
        (known.entity_id, known.kind.value, known.country, known.number, known.name, recorded_at),
    )
    tx.execute(
        "insert into verification (account_id, sequence, entity_id, recorded_by, recorded_at) "
        "select %(account)s, count(*) + 1, %(entity)s, %(by)s, %(at)s from verification where account_id = %(account)s",
        {"account": account_id, "entity": known.entity_id, "by": recorded_by, "at": recorded_at},
    )


def add_invoice_profile(
    tx: Transaction, account_id: str, profile: InvoiceProfile, *, recorded_by: str, recorded_at: datetime
) -> None:
    """Append an invoice title. The caller holds the lock of the account."""
    tx.execute(
        "insert into invoice_profile (account_id, sequence, title, tax_number, address, phone, bank, bank_account, "
        "recorded_by, recorded_at) select %s, 1 + (select count(*) from invoice_profile where account_id = %s), "
        "%s, %s, %s, %s, %s, %s, %s, %s",
        (account_id, account_id, *astuple(profile), recorded_by, recorded_at),
    )


def add_tier(
    tx: Transaction, account_id: str, tier: Tier, effective_from: datetime, *, recorded_by: str, recorded_at: datetime
) -> None:
    """Append a tier from an instant on."""
    tx.execute(
        "insert into customer_tier (account_id, effective_from, tier, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s)",
        (account_id, effective_from, tier.word, recorded_by, recorded_at),
    )


def _entity(tx: Transaction, statement: str, key: str) -> LegalEntity | None:
    row = tx.execute(statement, (key,)).fetchone()
    return None if row is None else LegalEntity(EntityKind(row[0]), *row[1:])
