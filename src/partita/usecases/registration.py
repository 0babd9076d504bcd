"""Registration: a new account in an enterprise, or with an enterprise of its own. Load → decide → save, once.

The account id is the key: the same registration again changes nothing. Does not own verification (`account`) nor
relations. Rules: ACCOUNT-1 (`docs/rules/account.md`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import available_timezones

from partita.core.account import TEXT_MAX, AccountKind
from partita.core.ids import is_name
from partita.core.ledger import is_line
from partita.core.money import is_currency
from partita.core.org import Account, Enterprise, OrgUnit, PaymentRelation, Placement, UnitKind
from partita.core.period import DEFAULT_ZONE
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import account as account_store
from partita.store import org as org_store
from partita.store import placement as placement_store
from partita.usecases.moment import Moment, start_of
from partita.usecases.permission import authorise_books, authorise_in
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Registration:
    """What is stated of a new account.

    `enterprise_id` None = an enterprise of its own, with the account's id and name and one company, in `zone` and
    `currency`; otherwise it stands at `org_unit_id` of that enterprise, whose zone and currency count. From
    `effective_from` on (None = now) `payer_id` pays (None = it pays for itself): usage from before is not taken in.
    """

    account_id: str
    name: str
    kind: AccountKind = AccountKind.ENTERPRISE
    enterprise_id: str | None = None
    org_unit_id: str | None = None
    effective_from: Moment | None = None
    payer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Founded:
    """The calendar and the money of an enterprise that comes with its first account."""

    zone: str = "Asia/Shanghai"
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class Registered:
    """An account that is registered, whole, and the enterprise that came with it, if one did."""

    registration: Registration
    enterprise: Enterprise | None
    repeated: bool
    dry_run: bool


CHINA = Founded()


def register(
    work: Work, registration: Registration, *, founded: Founded = CHINA, dry_run: bool = False
) -> Registered | Refused:
    """Register an account (ACCOUNT-1). Only the operator registers an account with an enterprise of its own.

    Refused in this order: NOT_PERMITTED, TIER_LACKS, BAD_NAME, BAD_TEXT, UNKNOWN_ZONE, UNKNOWN_CURRENCY,
    UNKNOWN_ENTERPRISE, UNKNOWN_UNIT, ACCOUNT_EXISTS.
    """
    own = registration.enterprise_id is None
    allowed = (
        authorise_books(work, Action.REGISTER_ACCOUNT)
        if registration.enterprise_id is None
        else authorise_in(work, Action.REGISTER_ACCOUNT, registration.enterprise_id, registration.org_unit_id)
    )
    if isinstance(allowed, Refused):
        return allowed
    if no := _malformed(registration, founded):
        return no
    placement_store.lock_tree(work.tx)
    zone = founded.zone if own else _zone(work, registration)
    whole = replace(
        registration,
        effective_from=start_of(registration.effective_from, zone),
        enterprise_id=registration.enterprise_id or registration.account_id,
        org_unit_id=registration.account_id if own else registration.org_unit_id,
    )
    if known := _known(work, whole):
        return known if isinstance(known, Refused) else replace(known, dry_run=dry_run)
    if not own and (no := _no_place(work, whole)):
        return no

    enterprise = Enterprise(whole.account_id, whole.name, founded.zone, founded.currency) if own else None
    if enterprise is not None and enterprise.enterprise_id in org_store.enterprises_of(work.tx):
        return refused(Reason.ACCOUNT_EXISTS, account=whole.account_id, differs=("enterprise", "企业"))
    whole = replace(whole, effective_from=whole.effective_from or work.now)
    with work.tx.transaction(force_rollback=dry_run):
        free = _save(work, whole, enterprise)
    taken = refused(Reason.ACCOUNT_EXISTS, account=whole.account_id, differs=("enterprise", "企业"))
    return Registered(whole, enterprise, repeated=False, dry_run=dry_run) if free else taken


def _zone(work: Work, registration: Registration) -> str:
    """Return the zone of the enterprise; of one that does not exist no time is ever read."""
    known = org_store.enterprises_of(work.tx).get(registration.enterprise_id or "")
    return known.zone if known else DEFAULT_ZONE


def _malformed(registration: Registration, founded: Founded) -> Refused | None:
    if not is_name(registration.account_id):
        return refused(Reason.BAD_NAME, value=registration.account_id)
    name = registration.name
    if not name.strip() or not is_line(name) or len(name) > TEXT_MAX:
        return refused(Reason.BAD_TEXT, name="name", limit=TEXT_MAX)
    if founded.zone not in available_timezones():
        return refused(Reason.UNKNOWN_ZONE, zone=founded.zone)
    if not is_currency(founded.currency):
        return refused(Reason.UNKNOWN_CURRENCY, currency=founded.currency)
    return None


def _known(work: Work, whole: Registration) -> Registered | Refused | None:
    """Return what came of an earlier registration of this id: the same again, or another that stands in the way."""
    rows = account_store.rows(work.tx, work.now, whole.account_id)
    if not rows:
        return None
    row = rows[0]
    first = next(iter(placement_store.placements_of(work.tx, whole.account_id)), None)
    stated = {
        ("name", "名称"): row.name == whole.name,
        ("kind", "类型"): row.kind is whole.kind,
        ("enterprise", "企业"): row.enterprise_id == whole.enterprise_id,
        ("place", "归属"): first is not None and first.org_unit_id == whole.org_unit_id,
        ("start", "生效时间"): first is not None and whole.effective_from in {None, first.effective_from},
    }
    for differs, same in stated.items():
        if not same:
            return refused(Reason.ACCOUNT_EXISTS, account=whole.account_id, differs=differs)
    assert first is not None, "an account that is the same stands somewhere"
    return Registered(replace(whole, effective_from=first.effective_from), None, repeated=True, dry_run=False)


def _no_place(work: Work, whole: Registration) -> Refused | None:
    if whole.enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=whole.enterprise_id)
    if whole.org_unit_id is None or (whole.enterprise_id, whole.org_unit_id) not in org_store.units_of(work.tx):
        return refused(Reason.UNKNOWN_UNIT, enterprise=whole.enterprise_id, unit=whole.org_unit_id or "-")
    return None


def _save(work: Work, whole: Registration, enterprise: Enterprise | None) -> bool:
    """Save a registration; say whether the id was free, for it may be taken where the actor sees nothing (TENANT-4)."""
    assert whole.enterprise_id is not None, "a whole registration has its place"
    assert whole.org_unit_id is not None, "a whole registration has its place"
    assert isinstance(whole.effective_from, datetime), "a whole registration starts at an instant"
    tx, account_id, start = work.tx, whole.account_id, whole.effective_from
    if enterprise is not None:
        org_store.found(tx, recorded_at=work.now)
        org_store.add_enterprises(tx, [enterprise], recorded_at=work.now)
        unit = OrgUnit(whole.enterprise_id, whole.org_unit_id, None, UnitKind.COMPANY, whole.name)
        org_store.add_units(tx, [unit], recorded_at=work.now)
    if not org_store.add_account(tx, Account(account_id, whole.enterprise_id, whole.name), recorded_at=work.now):
        return False
    placement = Placement(account_id, start, whole.enterprise_id, whole.org_unit_id)
    org_store.add_placements(tx, [placement], recorded_at=work.now)
    payer = PaymentRelation(account_id, start, whole.payer_id or account_id)
    org_store.add_relations(tx, [payer], recorded_at=work.now)
    account_store.add_registration(tx, account_id, whole.kind, recorded_by=work.actor.signature, recorded_at=work.now)
    return True
