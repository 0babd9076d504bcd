"""Show how service stands, and everything that became of it: who, when, why, with the figures, and what it cost.

Rules: STOP-3, STOP-11 (`docs/rules/service_control.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from partita.core.funds import Explained, available
from partita.core.money import Money
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.service_control import DEFAULT_POLICY, Policy, PolicyRow, policies_in, policy_for
from partita.core.spend import PACE_DAYS, Pace, pace_of
from partita.core.stop_order import StopOrder
from partita.store import control_policy as policy_store
from partita.store import funds as funds_store
from partita.store import service_control as control_store
from partita.store import spend as spend_store
from partita.store.control_policy import PaidAhead
from partita.store.funds import Holder
from partita.store.service_control import ItemRow, StepRow, Watch
from partita.usecases.permission import authorise, authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class ItemShown:
    """One product of an account: how it stands, its pace, and the policy that holds for it."""

    row: ItemRow
    pace: Pace
    policy: Policy
    paid_ahead: tuple[PaidAhead, ...]


@dataclass(frozen=True, slots=True)
class QuotaShown:
    """The quota that decides: that of the account that pays, its pace, and how long it lasts."""

    available: Explained
    pace: Pace
    days_left_tenths: int | None
    watch: Watch | None


@dataclass(frozen=True, slots=True)
class ControlShown:
    """How the service of an account stands: whose quota decides about it, and by what settings.

    `payer_id` pays for the account now, so its quota decides (STOP-3); `quota` None = the asker may not see it.
    `spent_e10` is what the account has cost this month, against `cap` if it has one.
    """

    account_id: str
    currency: str
    payer_id: str
    quota: QuotaShown | None
    items: tuple[ItemShown, ...]
    order: StopOrder | None
    cap: Money | None
    spent_e10: int


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step, and what the product cost until the next one (or until now), in `_e10`.

    `shows_quota`: whether the asker may see the figures of the account that paid then.
    """

    row: StepRow
    cost_e10: int
    shows_quota: bool


def show(work: Work, account_id: str) -> ControlShown | Refused:
    """Return how the service of an account stands: its own products, and those that it pays for.

    Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT.
    """
    if isinstance(no := authorise(work, Action.VIEW_CONTROL, account_id), Refused):
        return no
    tx = work.tx
    holder = funds_store.holder(tx, account_id, work.now)
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    today = work.now.astimezone(ZoneInfo(holder.zone)).date()
    rows = {(one.use.account_id, one.use.product_id): one for one in control_store.items_of_payers(tx, [account_id])}
    rows |= {(one.use.account_id, one.use.product_id): one for one in control_store.items_of_account(tx, account_id)}
    payers = {one.use.payer_id for one in rows.values()} | {account_id}
    first = today - timedelta(days=PACE_DAYS)
    days = spend_store.of_items_by_day(tx, payers, first)
    policies = policies_in(policy_store.policies(tx), holder.currency)
    paid = policy_store.paid_ahead(tx, {account for account, _ in rows}, work.now)
    cap = policy_store.cap_of(tx, account_id)
    month = Month.of(work.now, holder.zone)
    spent = spend_store.of_members(tx, [account_id], date(month.year, month.month, 1), today)
    return ControlShown(
        account_id=account_id,
        currency=holder.currency,
        payer_id=holder.payer_id,
        quota=_quota(work, account_id, holder, today),
        items=tuple(
            ItemShown(
                row=row,
                pace=pace_of(days.get(row.use.payer_id, {}).get(key, {}), today),
                policy=policy_for(policies, key[0], row.use.payer_id, key[1]),
                paid_ahead=tuple(one for one in paid if (one.account_id, one.product_id) == key),
            )
            for key, row in sorted(rows.items())
        ),
        order=policy_store.orders(tx, [account_id]).get(account_id),
        cap=None if cap is None else Money(cap, holder.currency),
        spent_e10=spent.get(account_id, 0),
    )


def _quota(work: Work, account_id: str, holder: Holder, today: date) -> QuotaShown | None:
    """Return the quota that decides about an account, if the asker may see it: that of the account that pays."""
    payer = holder.payer_id
    if payer != account_id and isinstance(authorise(work, Action.VIEW_CONTROL, payer), Refused):
        return None
    quota = available(funds_store.figures(work.tx, [payer], work.now)[payer])
    pace = pace_of(spend_store.by_day(work.tx, [payer], today - timedelta(days=PACE_DAYS)).get(payer, {}), today)
    lasts = pace.days_left_tenths(quota.result, holder.currency)
    return QuotaShown(quota, pace, lasts, control_store.watches(work.tx, [payer]).get(payer))


def history(work: Work, account_id: str) -> list[StepShown] | Refused:
    """Return everything that became of an account's products and of those that it pays for, oldest first (STOP-11).

    Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT.
    """
    if isinstance(no := authorise(work, Action.VIEW_CONTROL, account_id), Refused):
        return no
    if funds_store.holder(work.tx, account_id, work.now) is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    rows = control_store.history(work.tx, account_id)
    until = spend_store.of_items(work.tx, {(one.account_id, one.product_id) for one in rows})
    payers = {one.payer_id for one in rows}
    seen = {
        one for one in payers if one == account_id or not isinstance(authorise(work, Action.VIEW_CONTROL, one), Refused)
    }
    shown: list[StepShown] = []
    for row in reversed(rows):
        key = (row.account_id, row.product_id)
        # the first step is written with the usage that began it, which belongs to it
        cost = until.get(key, 0) - (row.spent_e10 if row.step > 1 else 0)
        shown.append(StepShown(row, cost, row.payer_id in seen))
        until[key] = row.spent_e10
    return shown[::-1]


def policies(work: Work) -> list[PolicyRow] | Refused:
    """Return the policies that are set, and the one where nothing is set. Refused: NOT_PERMITTED."""
    if isinstance(no := authorise_books(work), Refused):
        return no
    known = policy_store.policies(work.tx)
    everywhere = any(not one.account_id and not one.product_id for one in known)
    return known if everywhere else [*known, PolicyRow("", "", DEFAULT_POLICY)]
