"""Create a member account: registered, verified as its main account is, and related, in one transaction.

Rules: REL-4 (`docs/rules/relation.md`), ACCOUNT-1; source: enterprise-finance.md B1.1.
"""

from __future__ import annotations

from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import Command
from partita.store import account as account_store
from partita.store import org as org_store
from partita.store import placement as placement_store
from partita.store.db import attempt
from partita.usecases.permission import authorise
from partita.usecases.registration import Registration, register
from partita.usecases.relation.change import Asked, Related, Terms, done
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

    It inherits kind, verification and invoice title, so it confirms nothing. The id is the key: the same command again
    changes nothing. Refused in this order: NOT_PERMITTED …, UNKNOWN_ACCOUNT, NOT_VERIFIED, what refuses a registration,
    then the checks of CREATE.
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
        lambda: _opened(work, management, member, org_unit_id) or done(work, asked, dry_run=dry_run),
        keep=lambda answer: not dry_run and not isinstance(answer, Refused),
    )


def _opened(work: Work, management: str, member: tuple[str, str], org_unit_id: str | None) -> Refused | None:
    tx, (account_id, name) = work.tx, member
    row = account_store.rows(tx, work.now, management)[0]
    unit = org_unit_id
    if unit is None:
        places = placement_store.placements_of(tx, management)
        unit = [one for one in places if one.effective_from <= work.now][-1].org_unit_id
    registered = register(work, Registration(account_id, name, row.kind, row.enterprise_id, unit, effective_from=None))
    if isinstance(registered, Refused):
        return registered
    if registered.repeated:
        return None
    by, now = work.actor.signature, work.now
    entity = account_store.entity_of(tx, management)
    assert entity is not None, "that the main account is verified is checked before"
    account_store.verify(tx, account_id, entity, recorded_by=by, recorded_at=now)
    if profile := account_store.invoice_profile_of(tx, management):
        account_store.add_invoice_profile(tx, account_id, profile, recorded_by=by, recorded_at=now)
    return None
