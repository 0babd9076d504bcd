"""Say whom a package or plan serves: shared, skipped, ended before its time. Rules: DEDUCT-5, PKG-5.

All of it counts from now on, so that what was deducted stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import catalog as catalog_store
from partita.store import commitment as commitment_store
from partita.store import ledger as ledger_store
from partita.store.commitment import Owned
from partita.store.control_policy import Setting
from partita.store.funds import Holder
from partita.usecases.funds.command import holder_for, saved, text_at_fault
from partita.usecases.order.commitment import over
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Served:
    """Whom a package or plan serves now; `repeated`: it was so before, and nothing happened."""

    commitment_id: str
    account_id: str
    repeated: bool
    dry_run: bool


def owner_of(work: Work, commitment_id: str) -> str | None:
    """Return the account that has a package or plan, in whose currency its amounts are."""
    return commitment_store.owner_of(work.tx, commitment_id)


def share(
    work: Work, *, commitment_id: str, member_id: str, shared: bool = True, dry_run: bool = False
) -> Served | Refused:
    """Let a package or plan serve another account of the same payer from now on, or no longer (DEDUCT-5).

    `member_id` '' = every account that the payer of the owner pays for. Refused in this order: UNKNOWN_COMMITMENT, what
    `authorise` says (for the owner, then for the member), UNKNOWN_ACCOUNT, COMMITMENT_OTHER_ZONE, COMMITMENT_OVER,
    SHARED_WITH_OTHER_PAYER.
    """
    found = _found(work, commitment_id, Action.SHARE_COMMITMENT)
    if isinstance(found, Refused):
        return found
    owned, holder = found
    if member_id and shared and (no := _unfit(work, holder, member_id)):
        return no

    def decide() -> Served | Refused:
        ledger_store.lock_payers(work.tx, [owned.account_id])
        if no := over(work, commitment_id):
            return no
        spans = commitment_store.shares_of(work.tx, [commitment_id]).get(commitment_id, [])
        is_shared = any(one.account_id == (member_id or None) and one.effective_until is None for one in spans)
        if is_shared != shared:
            commitment_store.add_share(work.tx, owned, member_id, shared=shared, setting=_setting(work))
        return Served(commitment_id, owned.account_id, is_shared == shared, dry_run)

    return saved(work, decide, dry_run=dry_run)


def skip(
    work: Work, *, commitment_id: str, what: tuple[str, str], skipped: bool = True, dry_run: bool = False
) -> Served | Refused:
    """Let a package or plan pass over usage of (SKU, account), '' = any, from now on, or no longer (DEDUCT-5).

    Refused in this order: UNKNOWN_COMMITMENT, what `authorise` says, BAD_TERMS (nothing named), UNKNOWN_SKU,
    COMMITMENT_OVER.
    """
    found = _found(work, commitment_id, Action.SHARE_COMMITMENT)
    if isinstance(found, Refused):
        return found
    owned, _ = found
    sku, account = what
    if not sku and not account:
        return refused(Reason.BAD_TERMS, value="''", allowed="SKU | ACCOUNT")
    if sku and sku not in catalog_store.skus_of(work.tx):
        return refused(Reason.UNKNOWN_SKU, sku=sku)
    if account and isinstance(no := authorise(work, Action.SHARE_COMMITMENT, account), Refused):
        return no

    def decide() -> Served | Refused:
        ledger_store.lock_payers(work.tx, [owned.account_id])
        if no := over(work, commitment_id):
            return no
        rules = commitment_store.skips_of(work.tx, [commitment_id]).get(commitment_id, [])
        known = any((one.sku_id or "", one.account_id or "") == what and one.effective_until is None for one in rules)
        if known != skipped:
            commitment_store.add_skip(work.tx, owned, what, skipped=skipped, setting=_setting(work))
        return Served(commitment_id, owned.account_id, known == skipped, dry_run)

    return saved(work, decide, dry_run=dry_run)


def end(work: Work, *, commitment_id: str, reason: str, dry_run: bool = False) -> Served | Refused:
    """End a package or plan now, before its time: it covers and charges nothing more. What was paid is another matter.

    Refused in this order: UNKNOWN_COMMITMENT, what `authorise` says, BAD_TEXT, COMMITMENT_OVER.
    """
    found = _found(work, commitment_id, Action.GRANT_COMMITMENT)
    if isinstance(found, Refused):
        return found
    owned, _ = found
    if no := text_at_fault({"reason": reason}, needed=frozenset()):
        return no

    def decide() -> Served | Refused:
        ledger_store.lock_payers(work.tx, [owned.account_id])
        repeated = commitment_id in commitment_store.end_of(work.tx, [commitment_id])
        if not repeated and (no := over(work, commitment_id)):
            return no
        if not repeated:
            commitment_store.add_end(work.tx, owned, reason, _setting(work))
        return Served(commitment_id, owned.account_id, repeated, dry_run)

    return saved(work, decide, dry_run=dry_run)


def _found(work: Work, commitment_id: str, action: Action) -> tuple[Owned, Holder] | Refused:
    owner = commitment_store.owner_of(work.tx, commitment_id)
    if owner is None:
        return refused(Reason.UNKNOWN_COMMITMENT, name=commitment_id)
    holder = holder_for(work, action, owner)
    return holder if isinstance(holder, Refused) else (Owned(owner, commitment_id), holder)


def _unfit(work: Work, owner: Holder, member_id: str) -> Refused | None:
    member = holder_for(work, Action.SHARE_COMMITMENT, member_id)
    if isinstance(member, Refused):
        return member
    if (member.zone, member.currency) != (owner.zone, owner.currency):
        return refused(Reason.COMMITMENT_OTHER_ZONE, account=member_id, owner=owner.account_id)
    if member.payer_id != owner.payer_id:
        return refused(
            Reason.SHARED_WITH_OTHER_PAYER, account=member_id, payer=member.payer_id, owner=owner.account_id,
            owner_payer=owner.payer_id,
        )  # fmt: skip
    return None


def _setting(work: Work) -> Setting:
    return Setting(work.actor.signature, work.now)
