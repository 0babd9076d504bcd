"""Create a member account: registered, verified as its main account is, and related, in one transaction.

Rules: REL-4 (`docs/rules/relation.md`), ACCOUNT-1; source: enterprise-finance.md B1.1.
"""

from __future__ import annotations

from dataclasses import replace

from partita.core.finance_mode import TRUSTEESHIP
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import Command
from partita.store import account as account_store
from partita.store import org as org_store
from partita.store import placement as placement_store
from partita.store import relation as relation_store
from partita.store.db import attempt
from partita.usecases.permission import authorise
from partita.usecases.registration import Registration, register
from partita.usecases.relation.change import Asked, Related, Terms, as_it_was, done
from partita.usecases.work import Work


def create_member(
    work: Work,
    *,
    management: str,
    member: tuple[str, str],
    org_unit_id: str | None,
    terms: Terms,
    dry_run: bool = False,
) -> Related | Refused:
    """Create the account `member` (id, name) at a unit (None = where its main account stands), and relate it (REL-4).

    It inherits kind, verification and invoice title, so it confirms nothing. In trusteeship its main account pays for
    it from its opening: it has no money that could. The id is the key: the same command again changes nothing, whatever
    became of the relation since. An account that was not created so is not taken over: it is invited. Refused in this
    order: NOT_PERMITTED …, UNKNOWN_ACCOUNT, NOT_VERIFIED, what refuses a registration, ACCOUNT_EXISTS, then the checks
    of CREATE.
    """
    if isinstance(no := authorise(work, Action.INVITE_MEMBER, management), Refused):
        return no
    if not org_store.is_account(work.tx, management):
        return refused(Reason.UNKNOWN_ACCOUNT, account=management)
    if account_store.entity_of(work.tx, management) is None:
        return refused(Reason.NOT_VERIFIED, account=management)

    asked = Asked(Command.CREATE, management, member[0], terms.mode, terms.permissions, None)
    return attempt(
        work.tx,
        lambda: _opened(work, asked, member[1], org_unit_id, dry_run=dry_run) or done(work, asked, dry_run=dry_run),
        keep=lambda answer: not dry_run and not isinstance(answer, Refused),
    )


def _opened(work: Work, asked: Asked, name: str, org_unit_id: str | None, *, dry_run: bool) -> Related | Refused | None:
    """Open the account; return what the same command left before, or a refusal, when it is there already."""
    tx, management, account_id = work.tx, asked.management_id, asked.member_id
    row = account_store.rows(tx, work.now, management)[0]
    unit = org_unit_id
    if unit is None:
        places = placement_store.placements_of(tx, management)
        unit = [one for one in places if one.effective_from <= work.now][-1].org_unit_id
    payer = management if asked.mode is TRUSTEESHIP else None
    registered = register(work, Registration(account_id, name, row.kind, row.enterprise_id, unit, payer_id=payer))
    if isinstance(registered, Refused):
        return registered
    if registered.repeated:
        return _created_before(work, asked, dry_run=dry_run)
    by, now = work.actor.signature, work.now
    entity = account_store.entity_of(tx, management)
    assert entity is not None, "that the main account is verified is checked before"
    account_store.verify(tx, account_id, entity, recorded_by=by, recorded_at=now)
    if profile := account_store.invoice_profile_of(tx, management):
        account_store.add_invoice_profile(tx, account_id, profile, recorded_by=by, recorded_at=now)
    return None


def _created_before(work: Work, asked: Asked, *, dry_run: bool) -> Related | Refused:
    """Return what the same command left before; an account that came otherwise, or with other terms, is refused."""
    relations = relation_store.states(work.tx, work.now, [asked.member_id])
    created = [one for one in relations if one.member_id == asked.member_id and one.origin == "created"]
    first = relation_store.steps(work.tx, created[0].relation_id)[0] if created else None
    if first is None or first.body != asked.body:
        return refused(Reason.ACCOUNT_EXISTS, account=asked.member_id, differs=("relation", "关联关系"))
    return replace(as_it_was(created[0], asked), dry_run=dry_run)
