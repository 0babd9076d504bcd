"""Accounts: register, verify, freeze, close, invoice title, tier. Load → decide → save, once.

Each fact is its own key: the same command again answers that it was done before (`repeated`), other content is refused
or becomes a newer fact. Rules: ACCOUNT-1 … ACCOUNT-7 (`docs/rules/account.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partita.core import account as account_core
from partita.core.account import AccountKind, AccountState, EntityKind, InvoiceProfile, LegalEntity
from partita.core.funds import fund_of
from partita.core.ledger import is_line
from partita.core.period import DEFAULT_ZONE, Month, in_zone
from partita.core.permission import OPERATOR, Action
from partita.core.posting_rules import RECEIVABLE
from partita.core.refusal import Reason, Refused, refused
from partita.core.tier import Tier
from partita.formats.legal_entity import HOME, is_tax_number
from partita.store import account as account_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import usage as usage_store
from partita.store.account import AccountRow, AccountStep
from partita.store.db import attempt
from partita.usecases.moment import Moment, start_of
from partita.usecases.permission import authorise, permitted, related_to, sight
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Verified:
    """An account verified as a legal entity (实名认证); `before` is the one that it was verified as until now."""

    account_id: str
    entity: LegalEntity
    before: LegalEntity | None
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The state that an account has now."""

    account_id: str
    before: AccountState
    state: AccountState
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class InvoiceProfileSet:
    """The invoice title that an account has now."""

    account_id: str
    profile: InvoiceProfile
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class TierSet:
    """The tier of a customer from an instant on."""

    account_id: str
    tier: Tier
    effective_from: datetime
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class AccountShown:
    """Everything that the books know of an account as such; `tier` None = none is set (ACCOUNT-7)."""

    row: AccountRow
    entity: LegalEntity | None
    profile: InvoiceProfile | None
    tier: Tier | None
    steps: list[AccountStep]
    ties: account_core.Ties


def verify_entity(work: Work, *, account_id: str, entity: LegalEntity, dry_run: bool = False) -> Verified | Refused:
    """Verify an account as a legal entity (ACCOUNT-2), whose number `formats.legal_entity` has read.

    Refused in this order: NOT_PERMITTED, ACCOUNT_CLOSED, ACCOUNT_FROZEN, UNKNOWN_ACCOUNT, WRONG_ENTITY_KIND,
    ENTITY_NAME_DIFFERS, VERIFIED_WHILE_RELATED.
    """
    if isinstance(no := _changeable(work, Action.VERIFY_ENTITY, account_id), Refused):
        return no
    before = account_store.entity_of(work.tx, account_id)
    known = account_store.entity(work.tx, entity.entity_id)
    if no := account_core.verified_as(account_store.kind_of(work.tx, account_id), entity):
        return no
    if known is not None and known.name != entity.name:
        return refused(Reason.ENTITY_NAME_DIFFERS, number=known.shown_number, known=known.name, name=entity.name)
    repeated = before == entity
    if before is not None and not repeated and (others := related_to(work, account_id)):
        return refused(Reason.VERIFIED_WHILE_RELATED, account=account_id, others=", ".join(others))

    def decide() -> Verified | Refused:
        if not repeated:
            account_store.verify(work.tx, account_id, entity, recorded_by=work.actor.signature, recorded_at=work.now)
        if account_store.entity_of(work.tx, account_id) == entity:
            return Verified(account_id, entity, before, repeated, dry_run)
        # known in another enterprise, which the actor does not see: that it is, but not how it is called there
        unseen = ("another", "其他名称")
        return refused(Reason.ENTITY_NAME_DIFFERS, number=entity.shown_number, known=unseen, name=entity.name)

    return attempt(work.tx, decide, keep=lambda answer: not dry_run and not isinstance(answer, Refused))


def set_invoice_profile(
    work: Work, *, account_id: str, profile: InvoiceProfile, dry_run: bool = False
) -> InvoiceProfileSet | Refused:
    """Set the invoice title of an account (ACCOUNT-3). An empty title is the name of the legal entity.

    The tax number of an organisation that is verified in China is its unified social credit code, unless another is
    given. Refused in this order: NOT_PERMITTED, ACCOUNT_CLOSED, ACCOUNT_FROZEN, UNKNOWN_ACCOUNT, NOT_VERIFIED (no title
    given), BAD_TEXT, INVOICE_PROFILE_INCOMPLETE, ENTITY_NAME_DIFFERS (the number is that of the entity,
    the title is not), BAD_REGISTER_NUMBER.
    """
    if isinstance(no := _changeable(work, Action.SET_INVOICE_PROFILE, account_id), Refused):
        return no
    entity = account_store.entity_of(work.tx, account_id)
    whole = account_core.completed(profile, entity)
    if not whole.title:
        return refused(Reason.NOT_VERIFIED, account=account_id)
    if no := _profile_at_fault(whole, account_store.kind_of(work.tx, account_id), entity):
        return no

    repeated = account_store.invoice_profile_of(work.tx, account_id) == whole
    with work.tx.transaction(force_rollback=dry_run):
        if not repeated:
            account_store.add_invoice_profile(
                work.tx, account_id, whole, recorded_by=work.actor.signature, recorded_at=work.now
            )
    return InvoiceProfileSet(account_id, whole, repeated, dry_run)


def freeze(work: Work, *, account_id: str, note: str = "", dry_run: bool = False) -> StateChanged | Refused:
    """Freeze an account (ACCOUNT-4): its people change nothing, its products run on and are billed.

    Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT, BAD_TEXT, ACCOUNT_CLOSED, FROZEN_BY_OPERATOR.
    """
    return _change_state(work, Action.FREEZE_ACCOUNT, account_id, AccountState.FROZEN, note, dry_run=dry_run)


def unfreeze(work: Work, *, account_id: str, note: str = "", dry_run: bool = False) -> StateChanged | Refused:
    """Open a frozen account again (ACCOUNT-4). Refused as `freeze`."""
    return _change_state(work, Action.FREEZE_ACCOUNT, account_id, AccountState.OPEN, note, dry_run=dry_run)


def close_account(work: Work, *, account_id: str, note: str = "", dry_run: bool = False) -> StateChanged | Refused:
    """Close an account for ever (ACCOUNT-5). Usage that is late is still billed; nothing else changes any more.

    Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT, BAD_TEXT, FROZEN_BY_OPERATOR, then what ties it
    (`core.account.against_closing`).
    """
    return _change_state(work, Action.CLOSE_ACCOUNT, account_id, AccountState.CLOSED, note, dry_run=dry_run)


def set_tier(
    work: Work, *, account_id: str, tier: Tier, effective_from: Moment | None = None, dry_run: bool = False
) -> TierSet | Refused:
    """Set the tier of a customer from an instant on (ACCOUNT-7); only the operator may.

    Refused in this order: NOT_PERMITTED, ACCOUNT_CLOSED, UNKNOWN_ACCOUNT, IDEMPOTENCY_KEY_REUSED (another tier starts
    at that very instant).
    """
    if isinstance(no := _changeable(work, Action.SET_TIER, account_id), Refused):
        return no
    holder = funds_store.holder(work.tx, account_id, work.now)
    start = start_of(effective_from, holder.zone if holder else DEFAULT_ZONE) or work.now
    tiers = account_store.tiers_of(work.tx, account_id)
    repeated = tiers.get(start) is tier or (effective_from is None and tiers and list(tiers.values())[-1] is tier)
    if start in tiers and not repeated:
        return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=in_zone(start, holder.zone if holder else DEFAULT_ZONE))
    with work.tx.transaction(force_rollback=dry_run):
        if not repeated:
            account_store.add_tier(
                work.tx, account_id, tier, start, recorded_by=work.actor.signature, recorded_at=work.now
            )
    return TierSet(account_id, tier, start, bool(repeated), dry_run)


def show_account(work: Work, account_id: str) -> AccountShown | Refused:
    """Return all that is known of an account as such. Refused: NOT_PERMITTED, UNKNOWN_ACCOUNT."""
    if isinstance(no := authorise(work, Action.VIEW_ACCOUNT, account_id), Refused):
        return no
    rows = account_store.rows(work.tx, work.now, account_id)
    if not rows:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    return AccountShown(
        row=rows[0],
        entity=account_store.entity_of(work.tx, account_id),
        profile=account_store.invoice_profile_of(work.tx, account_id),
        tier=account_store.set_tier_of(work.tx, account_id, work.now),
        steps=account_store.steps_of(work.tx, account_id),
        ties=ties_of(work, account_id),
    )


def list_accounts(work: Work) -> list[AccountRow] | Refused:
    """Return the accounts that the actor may see. Refused: NOT_PERMITTED when there is none."""
    seen = sight(work, Action.VIEW_ACCOUNT)
    if isinstance(seen, Refused):
        return seen
    return [row for row in account_store.rows(work.tx, work.now) if seen.sees(row.account_id)]


def ties_of(work: Work, account_id: str) -> account_core.Ties:
    """Return what ties an account now (ACCOUNT-5)."""
    pays_for, paid_by = account_store.payment_ties(work.tx, account_id, work.now)
    balances = [one for one in ledger_store.balances_at(work.tx, account_id) if one.amount_minor]
    owed = [one for one in balances if one.ledger_account == RECEIVABLE]
    return account_core.Ties(
        relations=related_to(work, account_id),
        pays_for=pays_for,
        paid_by=paid_by,
        debts=tuple((b.ledger_account, b.currency, b.amount_minor) for b in owed if b.amount_minor > 0),
        funds=tuple(
            (b.ledger_account, b.currency, -b.amount_minor)
            for b in balances
            if fund_of(b.ledger_account) or (b in owed and b.amount_minor < 0)
        ),
        unbilled=_unbilled(work, account_id),
    )


def _unbilled(work: Work, account_id: str) -> tuple[str, ...]:
    """Return the month of the account's latest usage, if no close has frozen it."""
    reach = usage_store.reach_of(work.tx, [account_id]).get(account_id)
    holder = funds_store.holder(work.tx, account_id, work.now)
    if reach is None or holder is None:
        return ()
    month = Month.of(reach, holder.zone)
    return (str(month),) if month.number > usage_store.frozen_through(work.tx) else ()


def _changeable(work: Work, action: Action, account_id: str) -> Refused | None:
    """Ask for permission, lock the account and see that it is there."""
    if isinstance(no := authorise(work, action, account_id), Refused):
        return no
    return _locked(work, account_id)


def _locked(work: Work, account_id: str) -> Refused | None:
    if not account_store.rows(work.tx, work.now, account_id):
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    ledger_store.lock_payers(work.tx, [account_id])
    return None


def _change_state(
    work: Work, action: Action, account_id: str, wanted: AccountState, note: str, *, dry_run: bool
) -> StateChanged | Refused:
    if isinstance(allowed := permitted(work, action, account_id), Refused):
        return allowed
    if no := _locked(work, account_id):
        return no
    if not is_line(note) or len(note) > account_core.TEXT_MAX:
        return refused(Reason.BAD_TEXT, name="note", limit=account_core.TEXT_MAX)
    before = account_store.state_of(work.tx, account_id)
    state = _next_state(work, account_id, before, wanted)
    if isinstance(state, Refused):
        return state
    with work.tx.transaction(force_rollback=dry_run):
        if state is not None:
            step = AccountStep(state, note, work.actor.signature, work.now)
            account_store.add_step(work.tx, account_id, step)
    return StateChanged(account_id, before, wanted, state is None, dry_run)


def _next_state(
    work: Work, account_id: str, before: AccountState, wanted: AccountState
) -> AccountState | Refused | None:
    """Return the state to write down, None when it is reached already, or what stands against it."""
    state = account_core.next_state(account_id, before, wanted)
    if state is None and wanted is AccountState.FROZEN and work.actor.is_operator:
        # The operator freezes what somebody else froze: from then on only the operator unfreezes it.
        return None if _frozen_by(work, account_id) == OPERATOR.signature else wanted
    if state is None or isinstance(state, Refused):
        return state
    if no := _frozen_by_operator(work, account_id, before):
        return no
    tied = account_core.against_closing(account_id, ties_of(work, account_id)) if state is AccountState.CLOSED else None
    return tied or state


def _frozen_by_operator(work: Work, account_id: str, before: AccountState) -> Refused | None:
    """What the operator froze, only the operator changes (ACCOUNT-4)."""
    if before is not AccountState.FROZEN or work.actor.is_operator:
        return None
    last = account_store.steps_of(work.tx, account_id)[-1]
    theirs = last.recorded_by == OPERATOR.signature
    return refused(Reason.FROZEN_BY_OPERATOR, account=account_id, note=last.note or "-") if theirs else None


def _frozen_by(work: Work, account_id: str) -> str:
    return account_store.steps_of(work.tx, account_id)[-1].recorded_by


def _profile_at_fault(profile: InvoiceProfile, kind: AccountKind, entity: LegalEntity | None) -> Refused | None:
    for name in ("title", "tax_number", "address", "phone", "bank", "bank_account"):
        text = getattr(profile, name)
        if not is_line(text) or len(text) > account_core.TEXT_MAX:
            return refused(Reason.BAD_TEXT, name=name.replace("_", "-"), limit=account_core.TEXT_MAX)
    if kind is AccountKind.INDIVIDUAL:
        return None
    if not profile.tax_number:
        return refused(Reason.INVOICE_PROFILE_INCOMPLETE)
    if entity is not None and profile.tax_number == entity.number and profile.title != entity.name:
        return refused(Reason.ENTITY_NAME_DIFFERS, number=entity.number, known=entity.name, name=profile.title)
    foreign = entity is not None and entity.kind is EntityKind.FOREIGN and entity.country != HOME
    if foreign or is_tax_number(profile.tax_number):
        return None
    kind_text = ("unified social credit code", "统一社会信用代码")
    detail = ("an organisation's tax number is this code.", "企业税号即为该代码。")
    return refused(Reason.BAD_REGISTER_NUMBER, number=profile.tax_number, kind=kind_text, detail=detail)
