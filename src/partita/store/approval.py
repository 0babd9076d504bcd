"""Approval in PostgreSQL: the policy of an enterprise, what orders need, what was decided, and what is lent to whom.

Owns the SQL of `approval_policy`, `approval_need`, `approval_decision` and `approval_delegation`. Rows are only ever
added. Rules: APPROVE-1 … APPROVE-6 (`docs/rules/approval.md`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from partita.core.approval import NO_POLICY, Approval, Cause, Decision, Delegation, Need, Policy, Rule, Verdict
from partita.core.order import Order
from partita.core.permission import Role
from partita.store.control_policy import Setting
from partita.store.db import Transaction


def policy_of(tx: Transaction, enterprise_id: str) -> Policy:
    """Return the approval policy of an enterprise: the last one set, or none."""
    row = tx.execute(
        "select rules from approval_policy where enterprise_id = %s order by sequence desc limit 1", (enterprise_id,)
    ).fetchone()
    if row is None:
        return NO_POLICY
    return tuple(
        Rule(Cause[one["cause"]], tuple(Role[role] for role in one["roles"]), one["limit"], frozenset(one["products"]))
        for one in row[0]
    )


def set_policy(tx: Transaction, enterprise_id: str, policy: Policy, setting: Setting) -> None:
    """Append the approval policy of an enterprise; it counts for orders that are placed from now on."""
    rules = [
        {
            "cause": one.cause.name,
            "roles": [role.name for role in one.roles],
            "limit": one.limit_minor,
            "products": sorted(one.products),
        }
        for one in policy
    ]
    tx.execute(
        "insert into approval_policy (enterprise_id, sequence, rules, recorded_by, recorded_at) "
        "select %(enterprise)s, coalesce(max(sequence), 0) + 1, %(rules)s::jsonb, %(by)s, %(at)s "
        "from approval_policy where enterprise_id = %(enterprise)s",
        {"enterprise": enterprise_id, "rules": json.dumps(rules), "by": setting.by, "at": setting.at},
    )


def add_needs(tx: Transaction, order: Order, needs: Sequence[Need]) -> None:
    """Append what an order needs, in its order."""
    for place, need in enumerate(needs, 1):
        tx.execute(
            "insert into approval_need (payer_id, order_id, place, role, causes, recorded_at) "
            "values (%s, %s, %s, %s, %s, %s)",
            (
                order.payer_id, order.order_id, place, need.role.name, [cause.name for cause in need.causes],
                order.placed_at,
            ),
        )  # fmt: skip


def add_decision(tx: Transaction, order: Order, one: Decision) -> None:
    """Append what somebody decided."""
    tx.execute(
        "insert into approval_decision (payer_id, order_id, role, verdict, reason, decided_by, on_behalf_of, "
        "recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            order.payer_id, order.order_id, one.role.name, one.verdict.word, one.reason, one.decided_by,
            one.on_behalf_of, one.decided_at,
        ),
    )  # fmt: skip


def approval_of(tx: Transaction, order: Order) -> Approval:
    """Return what an order needs and what was decided."""
    return approvals_of(tx, [order])[order.order_id]


def approvals_of(tx: Transaction, orders: Collection[Order]) -> dict[str, Approval]:
    """Return what orders need and what was decided, by order."""
    asked = sorted(order.order_id for order in orders)
    needs: dict[str, list[Need]] = {}
    for name, role, causes in tx.execute(
        "select order_id, role, causes from approval_need where order_id = any(%s) order by order_id, place", (asked,)
    ):
        needs.setdefault(name, []).append(Need(Role[role], tuple(Cause[cause] for cause in causes)))
    decisions: dict[str, list[Decision]] = {}
    for name, role, verdict, *rest in tx.execute(
        "select d.order_id, d.role, d.verdict, d.reason, d.decided_by, d.on_behalf_of, d.recorded_at "
        "from approval_decision d join approval_need n using (payer_id, order_id, role) "
        "where d.order_id = any(%s) order by d.order_id, n.place",
        (asked,),
    ):
        decisions.setdefault(name, []).append(Decision(Role[role], Verdict[verdict.upper()], *rest))
    return {
        one.order_id: Approval(
            one.order_id, one.placed_by, tuple(needs.get(one.order_id, ())), tuple(decisions.get(one.order_id, ()))
        )
        for one in orders
    }


@dataclass(frozen=True, slots=True)
class Lent:
    """A delegation as it was recorded, and why."""

    delegation: Delegation
    reason: str


def delegations(tx: Transaction, enterprise_id: str) -> list[Lent]:
    """Return the delegations of an enterprise that count: of user, role and delegate the last one recorded."""
    rows = tx.execute(
        "select distinct on (user_id, role, delegate_id) role, user_id, delegate_id, effective_from, effective_until, "
        "reason from approval_delegation where enterprise_id = %s order by user_id, role, delegate_id, sequence desc",
        (enterprise_id,),
    )
    return [Lent(Delegation(Role[row[0]], *row[1:5]), row[5]) for row in rows]


def add_delegation(tx: Transaction, enterprise_id: str, one: Lent, setting: Setting) -> None:
    """Append a delegation; one that ends where it starts takes an earlier one back."""
    lent = one.delegation
    tx.execute(
        "insert into approval_delegation (enterprise_id, user_id, role, delegate_id, sequence, effective_from, "
        "effective_until, reason, recorded_by, recorded_at) "
        "select %(enterprise)s, %(user)s, %(role)s, %(delegate)s, coalesce(max(sequence), 0) + 1, %(from)s, %(until)s, "
        "%(reason)s, %(by)s, %(at)s from approval_delegation "
        "where enterprise_id = %(enterprise)s and user_id = %(user)s and role = %(role)s "
        "and delegate_id = %(delegate)s",
        {
            "enterprise": enterprise_id, "user": lent.user_id, "role": lent.role.name, "delegate": lent.delegate_id,
            "from": lent.effective_from, "until": lent.effective_until, "reason": one.reason, "by": setting.by,
            "at": setting.at,
        },
    )  # fmt: skip
