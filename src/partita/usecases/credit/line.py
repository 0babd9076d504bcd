"""The line of a main account: its total, its contract, what of it each member may use, and approvals.

Every change is decided under the locks of the accounts whose limits it moves, once per key. Rules: CREDIT-1 … CREDIT-6,
CREDIT-10 (`docs/rules/credit.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core import credit as rules
from partita.core.credit import Change, ChangeState, Line
from partita.core.funds import AMOUNT_MINOR_MAX, one_entity
from partita.core.ids import derived_id, is_name
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.permission import Action, RelationPermission, needs
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import Relation
from partita.store import credit as credit_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import relation as relation_store
from partita.store.funds import Holder
from partita.usecases.funds import ends_of, figures_of
from partita.usecases.funds.command import by, holder_for, key_of_day, saved, text_at_fault
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class CreditChanged:
    """A change of a line and where it stands, and the line after it."""

    change: Change
    line: Line
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class ContractConfirmed:
    """A line that counts from now on, by this contract."""

    line: Line
    contract_id: str
    repeated: bool
    dry_run: bool


def allocate(
    work: Work,
    *,
    management: str,
    member: str,
    limit: Money,
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> CreditChanged | Refused:
    """Let `limit` be what a member may use of the line of its main account, once per key (CREDIT-2, CREDIT-3).

    Without a key what the last change said is not changed again on its day (CREDIT-10). Refused in this order: what
    `authorise` says of the main account, UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, BAD_AMOUNT, BAD_TEXT; then, unless the
    key is known (IDEMPOTENCY_KEY_REUSED for other content), when the limit rises CREDIT_NOT_RELATED,
    CREDIT_IN_TRUSTEESHIP, CREDIT_NOT_SHARED, SHARING_NOT_VERIFIED, SHARING_ENTITY_DIFFERS, NO_CREDIT_LINE;
    LIMIT_BELOW_ZERO, EXIST_APPROVING_PROCESS, EXCEEDS_UNALLOCATED, LIMIT_IN_USE.
    """
    if management == member:
        return refused(Reason.CREDIT_NOT_RELATED, management=management, member=member)
    ends = (management, member)
    holder = _asked(work, Action.ALLOCATE_CREDIT, ends, limit, idempotency_key)
    if isinstance(holder, Refused):
        return holder

    def may(line: Line) -> Refused | None:
        rises = limit.minor > line.stated(member)
        no = _may_have_credit(work, line, member) if rises else None
        return no or rules.may_allocate(line, figures_of(work, member), limit.minor, figures_of(work, management))

    def decide() -> CreditChanged | Refused:
        ledger_store.lock_payers(work.tx, [management, member])
        line = credit_store.line_of(work.tx, management, limit.currency, work.now)
        key, known = _key(work, ends, limit, idempotency_key, holder)
        change = _change(work, ends, limit, key, asks_approval=False)
        if known is not None:
            return _known(work, known, change, idempotency_key, dry_run=dry_run)
        if no := may(line):
            return no
        credit_store.add_change(work.tx, change, key=key)
        _end(work, change, ChangeState.APPLIED, "")
        return _changed(work, change.change_id, repeated=False, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def request_total(
    work: Work,
    *,
    management: str,
    limit: Money,
    idempotency_key: str | None = None,
    note: str = "",
    dry_run: bool = False,
) -> CreditChanged | Refused:
    """Ask for another total of a line, once per key (CREDIT-1, CREDIT-5).

    A higher one waits for approval; a lower one counts at once. Without a key what the last change said is not
    asked for again on its day, unless it was rejected (CREDIT-10). Refused in this order: what `authorise` says,
    UNKNOWN_ACCOUNT, CURRENCY_NOT_USED, BAD_AMOUNT, BAD_TEXT; then, unless the key is known (IDEMPOTENCY_KEY_REUSED
    for other content), LIMIT_BELOW_ZERO, EXIST_APPROVING_PROCESS, TOTAL_BELOW_ALLOCATED, LIMIT_IN_USE.
    """
    ends = (management, management)
    holder = _asked(work, Action.ALLOCATE_CREDIT, ends, limit, idempotency_key, note=note)
    if isinstance(holder, Refused):
        return holder

    def decide() -> CreditChanged | Refused:
        ledger_store.lock_payers(work.tx, [management])
        line = credit_store.line_of(work.tx, management, limit.currency, work.now)
        rises = limit.minor > line.total
        key, known = _key(work, ends, limit, idempotency_key, holder, note=note)
        change = _change(work, ends, limit, key, asks_approval=rises, note=note)
        if known is not None:
            return _known(work, known, change, idempotency_key, dry_run=dry_run)
        if no := rules.may_set_total(line, limit.minor, figures_of(work, management)):
            return no
        credit_store.add_change(work.tx, change, key=key)
        if not rises:
            _end(work, change, ChangeState.APPLIED, "")
        return _changed(work, change.change_id, repeated=False, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def approve(work: Work, *, change_id: str, note: str = "", dry_run: bool = False) -> CreditChanged | Refused:
    """Let a change that waits count (CREDIT-5). Again: the same answer.

    Refused in this order: UNKNOWN_CREDIT_CHANGE, what `authorise` says, BAD_TEXT, CREDIT_CHANGE_ENDED (rejected).
    """
    return _decided(work, change_id, ChangeState.APPLIED, note, dry_run=dry_run)


def reject(work: Work, *, change_id: str, note: str = "", dry_run: bool = False) -> CreditChanged | Refused:
    """Put a change that waits aside (CREDIT-5). Again: the same answer.

    Refused in this order: UNKNOWN_CREDIT_CHANGE, what `authorise` says, BAD_TEXT, CREDIT_CHANGE_ENDED (applied).
    """
    return _decided(work, change_id, ChangeState.REJECTED, note, dry_run=dry_run)


def confirm_contract(
    work: Work, *, management: str, contract_id: str, dry_run: bool = False
) -> ContractConfirmed | Refused:
    """Confirm the contract of a line: from now on its limits count, the main account's and its members' (CREDIT-4).

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, BAD_TEXT, EXIST_APPROVING_PROCESS (the first total
    waits), NO_CREDIT_LINE, CONTRACT_KNOWN (another).
    """
    holder = holder_for(work, Action.CONFIRM_CREDIT, management)
    if isinstance(holder, Refused):
        return holder
    if not is_name(contract_id):
        return refused(Reason.BAD_TEXT, name="contract", limit=128)

    def decide() -> ContractConfirmed | Refused:
        ledger_store.lock_payers(work.tx, [management])
        line = credit_store.line_of(work.tx, management, holder.currency, work.now)
        if no := rules.may_confirm(line, contract_id):
            return no
        if line.contract_id is None:
            who = by(work)
            credit_store.confirm_contract(work.tx, management, contract_id, recorded_by=who.name, recorded_at=who.at)
        after = credit_store.line_of(work.tx, management, holder.currency, work.now)
        work.touched.update(() if line.contract_id is not None else [management, *after.allocated])
        return ContractConfirmed(after, contract_id, line.contract_id is not None, dry_run)

    return saved(work, decide, dry_run=dry_run)


def _asked(
    work: Work, action: Action, ends: tuple[str, str], limit: Money, key: str | None, *, note: str = ""
) -> Holder | Refused:
    """Refuse what makes no sense whatever the line is; return the main account as the holder that it is."""
    holder = holder_for(work, action, ends[0])
    if isinstance(holder, Refused):
        return holder
    other = funds_store.holder(work.tx, ends[1], work.now)
    if other is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=ends[1])
    for currency in (holder.currency, other.currency):
        if limit.currency != currency:
            return refused(Reason.CURRENCY_NOT_USED, currency=limit.currency, known=currency)
    if limit.minor > AMOUNT_MINOR_MAX:
        most = Money(AMOUNT_MINOR_MAX, limit.currency).grouped
        detail = (f"more than {most}.", f"超过 {most}。")
        return refused(Reason.BAD_AMOUNT, amount=limit, currency=limit.currency, detail=detail)
    return text_at_fault({"note": note} | ({} if key is None else {"key": key})) or holder


def _may_have_credit(work: Work, line: Line, member: str) -> Refused | None:
    """Refuse a limit that rises where credit may not be shared (CREDIT-6)."""
    main = line.management_id
    relation = relation_store.relation_of_member(work.tx, member, work.now)
    if relation is None or relation.management_id != main:
        return refused(Reason.CREDIT_NOT_RELATED, management=main, member=member)
    if relation.mode is FinanceMode.TRUSTEESHIP:
        return refused(Reason.CREDIT_IN_TRUSTEESHIP, management=main, member=member)
    if RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY not in relation.permissions:
        return refused(Reason.CREDIT_NOT_SHARED, management=main, member=member, codes=_codes_to_share(relation))
    if no := one_entity(ends_of(work, main, member)):
        return no
    none = line.total == 0 and line.pending is None
    return refused(Reason.NO_CREDIT_LINE, management=main) if none else None


def _codes_to_share(relation: Relation) -> str:
    """Return the codes that a relation needs to share credit too, as `relation permit` takes them."""
    shares = RelationPermission.SYNCHRONIZE_FINANCE_IDENTITY
    codes = relation.permissions | {shares} | needs(shares)
    return " ".join(code.name for code in RelationPermission if code in codes)


def _decided(work: Work, change_id: str, state: ChangeState, note: str, *, dry_run: bool) -> CreditChanged | Refused:
    change = credit_store.change(work.tx, change_id)
    if change is None:
        return refused(Reason.UNKNOWN_CREDIT_CHANGE, change=change_id)
    allowed = authorise(work, Action.GRANT_CREDIT, change.management_id)
    if isinstance(allowed, Refused):
        return allowed
    if no := text_at_fault({"note": note}):
        return no

    def decide() -> CreditChanged | Refused:
        ledger_store.lock_payers(work.tx, [change.management_id])
        now = credit_store.change(work.tx, change_id)
        assert now is not None, "a change is never taken away"
        if no := rules.may_end(now, state):
            return no
        if now.state is ChangeState.PENDING:
            _end(work, now, state, note)
        return _changed(work, change_id, repeated=now.state is state, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def _change(
    work: Work, ends: tuple[str, str], limit: Money, key: str, *, asks_approval: bool, note: str = ""
) -> Change:
    management, account = ends
    who = by(work)
    name = derived_id("crc", management, key)
    return Change(management, name, account, limit, asks_approval, note, who.name, who.at)


def _key(
    work: Work, ends: tuple[str, str], limit: Money, given: str | None, holder: Holder, *, note: str = ""
) -> tuple[str, Change | None]:
    """Return the key of a change as it is kept, and the change that it stands for, if there is one (CREDIT-10).

    It counts for the account whose limit it sets; no id holds a blank. The caller holds the lock of the line.
    """
    management, account = ends
    key = given
    if key is None:
        earlier = [one for one in credit_store.changes(work.tx, management) if one.account_id == account]
        key = key_of_day(work, holder, limit, len(earlier))
        if earlier and rules.is_again(earlier[-1], limit, note, now=work.now, zone=holder.zone):
            return f"{account} {key}", earlier[-1]
    stored = f"{account} {key}"
    return stored, credit_store.change_by_key(work.tx, management, stored)


def _known(work: Work, known: Change, asked: Change, key: str | None, *, dry_run: bool) -> CreditChanged | Refused:
    if (known.account_id, known.limit, known.note) != (asked.account_id, asked.limit, asked.note):
        return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
    return _changed(work, known.change_id, repeated=True, dry_run=dry_run)


def _end(work: Work, change: Change, state: ChangeState, note: str) -> None:
    who = by(work)
    credit_store.end_change(work.tx, change, state, note=note, recorded_by=who.name, recorded_at=who.at)


def _changed(work: Work, change_id: str, *, repeated: bool, dry_run: bool) -> CreditChanged:
    change = credit_store.change(work.tx, change_id)
    assert change is not None, "it was recorded a moment ago"
    line = credit_store.line_of(work.tx, change.management_id, change.limit.currency, work.now)
    work.touched.update(() if repeated else [change.account_id, line.management_id, *line.allocated])
    return CreditChanged(change, line, repeated, dry_run)
