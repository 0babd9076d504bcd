"""The policy of dunning: set by the operator, for one account or for all; and what an account's dunning looks like.

Rules: DUN-1 (`docs/rules/dunning.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from partita.core import dunning as rules
from partita.core.dunning import Policy
from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import credit as credit_store
from partita.store import dunning as dunning_store
from partita.store import funds as funds_store
from partita.usecases.clearing import on_no_bill
from partita.usecases.funds.command import by, holder_for, saved
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The policy of an account, or of all (''); None = its own counts no more."""

    account_id: str
    policy: Policy | None
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class DunnedBill:
    """A bill that is dunned: what is unpaid, when it is due, which marks were told, and the interest so far."""

    bill_id: str
    due_on: date
    days_past: int
    left: Money
    told: tuple[int, ...]
    interest: Money


@dataclass(frozen=True, slots=True)
class DunningShown:
    """How an account is dunned; `has_term` False = it has no credit term, so it is not.

    `on_no_bill`: what it owes beside its bills, interest among it; stop control asks for that, not dunning (CLEAR-4).
    """

    account_id: str
    policy: Policy
    has_term: bool
    suspended_by: str | None
    bills: tuple[DunnedBill, ...]
    on_no_bill: Money


def set_policy(work: Work, *, account_id: str, policy: Policy | None, dry_run: bool = False) -> PolicySet | Refused:
    """Set how an account, or with '' everybody, is dunned; None takes back what was set (DUN-1).

    Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT, BAD_DUNNING_POLICY.
    """
    if isinstance(no := authorise_books(work, Action.SET_DUNNING), Refused):
        return no
    if account_id and funds_store.holder(work.tx, account_id, work.now) is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    if policy is not None and (bad := rules.may_set(policy)):
        return bad

    def decide() -> PolicySet | Refused:
        repeated = dunning_store.policy_of(work.tx, account_id) == policy
        if not repeated:
            dunning_store.set_policy(work.tx, account_id, policy, by(work))
        return PolicySet(account_id, policy, repeated, dry_run)

    return saved(work, decide, dry_run=dry_run)


def show(work: Work, account_id: str) -> DunningShown | Refused:
    """Return how an account is dunned now. Refused: what `authorise` says, UNKNOWN_ACCOUNT."""
    holder = holder_for(work, Action.VIEW_FINANCES, account_id)
    if isinstance(holder, Refused):
        return holder
    found = next(iter(dunning_store.dunned(work.tx, work.now, [account_id])), None)
    beside = on_no_bill(work, account_id, holder.currency)
    suspended = credit_store.suspended(work.tx, [account_id]).get(account_id)
    if found is None:
        policy = dunning_store.policy_of(work.tx, account_id) or dunning_store.policy_of(work.tx, "")
        return DunningShown(account_id, policy or rules.DEFAULT_POLICY, False, suspended, (), beside)  # noqa: FBT003
    bills = (
        DunnedBill(
            debt.bill_id, debt.due_on, debt.days_past(found.today), Money(debt.left_on(found.today), debt.currency),
            tuple(sorted(found.done[debt.bill_id].told)),
            Money(found.done[debt.bill_id].accrued.minor, debt.currency),
        )
        for debt in found.debts
        if debt.left_on(found.today) > 0 or found.done[debt.bill_id].accrued.minor
    )  # fmt: skip
    return DunningShown(account_id, found.policy, True, suspended, tuple(bills), beside)  # noqa: FBT003
