"""Share: a main account hands vouchers on to its members, and takes back what is left.

Each is two entries, one in each chain, appended together. Rules: VOUCHER-7, VOUCHER-9 (`docs/rules/voucher.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core import posting_rules
from partita.core import voucher as voucher_rules
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.period import in_zone
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.voucher import Voucher
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import relation as relation_store
from partita.store import voucher as voucher_store
from partita.usecases.funds.command import amount_at_fault, key_of_day, saved, text_at_fault
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Moved:
    """What went from one account to another: what each of both holds of the voucher now."""

    voucher: Voucher
    giver: str
    receiver: str
    amount: Money
    giver_left: Money
    receiver_left: Money
    entry_ids: tuple[str, ...]
    idempotency_key: str
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class _Ends:
    """A voucher between its owner and a member, and how much; None = all that is left."""

    voucher: Voucher
    member: str
    amount_minor: int | None


def share(
    work: Work,
    *,
    voucher_id: str,
    member_id: str,
    amount_minor: int | None = None,
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> Moved | Refused:
    """Hand some of a voucher, or all that is left, on to a member under 财务管理, once per key (VOUCHER-7).

    Without a key, the same amount to the same member on the same day is once. Refused in this order: UNKNOWN_VOUCHER,
    NOT_PERMITTED, ACCOUNT_CLOSED, ACCOUNT_FROZEN, SHARED_WITH_ITSELF, NO_MEMBER_TO_SHARE_WITH, MEMBER_IN_TRUSTEESHIP,
    AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT, IDEMPOTENCY_KEY_REUSED, VOUCHER_EXPIRED, VOUCHER_NOT_PARTED,
    VOUCHER_NOT_HELD (nothing is left, and the member never had any), EXCEEDS_VOUCHER.
    """
    voucher = voucher_store.voucher(work.tx, voucher_id)
    if voucher is None:
        return refused(Reason.UNKNOWN_VOUCHER, voucher=voucher_id)
    if isinstance(no := authorise(work, Action.SHARE_VOUCHER, voucher.account_id), Refused):
        return no
    if unfit := _no_member(work, voucher.account_id, member_id):
        return unfit
    return _moved(work, _Ends(voucher, member_id, amount_minor), idempotency_key, back=False, dry_run=dry_run)


def take_back(
    work: Work,
    *,
    voucher_id: str,
    member_id: str,
    amount_minor: int | None = None,
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> Moved | Refused:
    """Take some of a voucher, or all that a member has left of it, back to its owner (VOUCHER-7).

    It needs no relation any more, so that nothing stays behind when one ends. Refused in this order: UNKNOWN_VOUCHER,
    NOT_PERMITTED, ACCOUNT_CLOSED, ACCOUNT_FROZEN, SHARED_WITH_ITSELF, VOUCHER_NOT_HELD (it never had any, whether there
    is such an account or not), AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT, IDEMPOTENCY_KEY_REUSED, VOUCHER_NOT_PARTED,
    EXCEEDS_VOUCHER.
    """
    voucher = voucher_store.voucher(work.tx, voucher_id)
    if voucher is None:
        return refused(Reason.UNKNOWN_VOUCHER, voucher=voucher_id)
    if isinstance(no := authorise(work, Action.SHARE_VOUCHER, voucher.account_id), Refused):
        return no
    if member_id == voucher.account_id:
        return refused(Reason.SHARED_WITH_ITSELF, account=member_id)
    if not _ever_held(work, voucher, member_id):
        return refused(Reason.VOUCHER_NOT_HELD, account=member_id, voucher=voucher_id)
    return _moved(work, _Ends(voucher, member_id, amount_minor), idempotency_key, back=True, dry_run=dry_run)


def _no_member(work: Work, management_id: str, member_id: str) -> Refused | None:
    if member_id == management_id:
        return refused(Reason.SHARED_WITH_ITSELF, account=member_id)
    relation = relation_store.relation_of_member(work.tx, member_id, work.now)
    if relation is None or relation.management_id != management_id:
        return refused(Reason.NO_MEMBER_TO_SHARE_WITH, member=member_id, management=management_id)
    if relation.mode is FinanceMode.TRUSTEESHIP:
        return refused(Reason.MEMBER_IN_TRUSTEESHIP, member=member_id, management=management_id)
    return None


def _moved(work: Work, ends: _Ends, idempotency_key: str | None, *, back: bool, dry_run: bool) -> Moved | Refused:
    voucher, owner, member = ends.voucher, ends.voucher.account_id, ends.member
    currency = voucher.template.currency
    asked = None if ends.amount_minor is None else Money(ends.amount_minor, currency)
    if no := (asked and amount_at_fault(asked, currency)) or text_at_fault({"key": idempotency_key or "-"}):
        return no

    def decide() -> Moved | Refused:
        heads = ledger_store.lock_payers(work.tx, [owner, member])
        giver, receiver = (member, owner) if back else (owner, member)
        left = _usable(work, voucher, giver)
        key = idempotency_key or _key(work, ends, heads[giver][0])
        known = _moved_before(work, ends, key, back=back)
        amount = asked or known or Money(left, currency)
        drafts = _drafts(voucher, member, amount, key, back=back)
        if known is None and (no := _refused(work, ends, (giver, amount.minor, left), back=back)):
            return no
        entries = ledger_store.append(work.tx, drafts, recorded_at=work.now)
        if isinstance(entries, Refused):
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        return Moved(
            voucher=voucher,
            giver=giver,
            receiver=receiver,
            amount=amount,
            giver_left=Money(voucher_store.left_of(work.tx, giver, voucher), currency),
            receiver_left=Money(voucher_store.left_of(work.tx, receiver, voucher), currency),
            entry_ids=tuple(entry.entry_id for entry in entries),
            idempotency_key=key,
            repeated=known is not None or not drafts,
            dry_run=dry_run,
        )

    return saved(work, decide, dry_run=dry_run)


def _moved_before(work: Work, ends: _Ends, key: str, *, back: bool) -> Money | None:
    """Return what a key has moved before: all that was left then is not all that is left now."""
    voucher = ends.voucher
    named = _drafts(voucher, ends.member, Money(1, voucher.template.currency), key, back=back)[0]
    known = ledger_store.entry_by_key(work.tx, voucher.account_id, named.idempotency_key)
    return None if known is None else Money(abs(known.postings[0].amount_minor), voucher.template.currency)


def _ever_held(work: Work, voucher: Voucher, account_id: str) -> bool:
    return any(one.account_id == account_id for one in voucher_store.holders(work.tx, [voucher.voucher_id]))


def _usable(work: Work, voucher: Voucher, holder: str) -> int:
    """Return what can be moved: nothing of a voucher that was good for one use and was used."""
    found = [one for one in voucher_store.holders(work.tx, [voucher.voucher_id]) if one.account_id == holder]
    return sum(0 if one.drawn and voucher.template.kind.once else one.left_minor for one in found)


def _refused(work: Work, ends: _Ends, of: tuple[str, int, int], *, back: bool) -> Refused | None:
    """Refuse what a holder has not got to move; all that is left again, when nothing is left, is a repetition."""
    holder, amount, left = of
    voucher = ends.voucher
    currency = voucher.template.currency
    unfit = voucher_rules.take_back(voucher, amount, left)
    if not back:
        zone = funds_store.holders(work.tx, [holder], work.now)[holder].zone
        unfit = voucher_rules.share(voucher, amount, left, in_zone(work.now, zone))
    if unfit:
        return unfit
    if not amount and not _ever_held(work, voucher, ends.member):
        return refused(Reason.VOUCHER_NOT_HELD, account=holder, voucher=voucher.voucher_id)
    if amount <= left:
        return None
    return refused(
        Reason.EXCEEDS_VOUCHER,
        account=holder,
        voucher=voucher.voucher_id,
        left=Money(left, currency),
        amount=Money(amount, currency),
    )


def _key(work: Work, ends: _Ends, sequence: int) -> str:
    """Return the key where none is given: of the day for an amount; all that is left can be moved again and again."""
    if ends.amount_minor is None:
        return f"all:{sequence}"
    holder = funds_store.holder(work.tx, ends.voucher.account_id, work.now)
    assert holder is not None, "the owner of a voucher is an account"
    return key_of_day(work, holder, str(ends.amount_minor))


def _drafts(voucher: Voucher, member: str, amount: Money, key: str, *, back: bool) -> tuple[Draft, ...]:
    if not amount.minor:
        return ()
    rule = posting_rules.voucher_taken_back if back else posting_rules.voucher_shared
    ends, counted = (voucher.account_id, member), f"{voucher.voucher_id} {member} {key}"
    return rule(ends=ends, voucher_id=voucher.voucher_id, amount=amount, idempotency_key=counted)
