"""The settings of stop and resume in the books: policies, orders of stopping, spending caps, and what is paid ahead.

Owns the SQL of `control_policy`, `stop_order`, `spending_cap` and `paid_ahead`: rows are added, the last one counts.
Rules: STOP-2, STOP-5, STOP-8, STOP-9 (`docs/rules/service_control.md`).
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from partita.core.money import Money
from partita.core.service_control import Grace, Policy, PolicyRow
from partita.core.stop_order import StopOrder, Turn
from partita.store.db import Transaction


def policies(tx: Transaction) -> list[PolicyRow]:
    """Return the policies that are set, the last of each place."""
    rows = tx.execute(
        "select distinct on (account_id, product_id) account_id, product_id, stops, grace_amount_minor, currency, "
        "grace_seconds, warning_seconds, retention_seconds from control_policy "
        "order by account_id, product_id, sequence desc"
    )
    return [
        PolicyRow(
            account,
            product,
            Policy(
                grace=Grace(None if amount is None else Money(amount, currency), _span(grace)),
                warning=timedelta(seconds=warning),
                retention=_span(retention),
                stops=stops,
            ),
        )
        for account, product, stops, amount, currency, grace, warning, retention in rows
        if stops is not None
    ]


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else span // timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Setting:
    """Who sets something, and when."""

    by: str
    at: datetime


def set_policy(tx: Transaction, row: PolicyRow, setting: Setting, *, taken_back: bool = False) -> None:
    """Append a policy, or that the one of this place is taken back."""
    policy = row.policy
    amount = policy.grace.amount
    tx.execute(
        "insert into control_policy (account_id, product_id, sequence, stops, grace_amount_minor, currency, "
        "grace_seconds, warning_seconds, retention_seconds, recorded_by, recorded_at) "
        "select %(account)s, %(product)s, coalesce(max(sequence), 0) + 1, %(stops)s, %(amount)s::bigint, "
        "%(currency)s::text, %(grace)s::bigint, %(warning)s, %(retention)s::bigint, %(by)s, %(at)s "
        "from control_policy where account_id = %(account)s and product_id = %(product)s",
        {
            "account": row.account_id,
            "product": row.product_id,
            "stops": None if taken_back else policy.stops,
            "amount": amount.minor if amount else None,
            "currency": amount.currency if amount else None,
            "grace": _seconds(policy.grace.duration),
            "warning": _seconds(policy.warning),
            "retention": _seconds(policy.retention),
            "by": setting.by,
            "at": setting.at,
        },
    )


def orders(tx: Transaction, payers: Collection[str]) -> dict[str, StopOrder]:
    """Return the orders of stopping that payers have set."""
    rows = tx.execute(
        "select distinct on (payer_id) payer_id, allowance_minor, horizon_days, turns from stop_order "
        "where payer_id = any(%s) order by payer_id, sequence desc",
        (sorted(payers),),
    )
    return {
        payer: StopOrder(tuple(Turn(one["member"], one["product"], one["turn"]) for one in turns), allowance, horizon)
        for payer, allowance, horizon, turns in rows
        if allowance is not None
    }


def set_order(tx: Transaction, payer_id: str, order: StopOrder | None, setting: Setting) -> None:
    """Append an order of stopping; None = there is none any more."""
    listed = () if order is None else order.turns
    turns = [{"member": one.member_id, "product": one.product_id, "turn": one.turn} for one in listed]
    tx.execute(
        "insert into stop_order (payer_id, sequence, allowance_minor, horizon_days, turns, recorded_by, recorded_at) "
        "select %(payer)s, coalesce(max(sequence), 0) + 1, %(allowance)s::bigint, %(horizon)s::integer, "
        "%(turns)s::jsonb, %(by)s, %(at)s from stop_order where payer_id = %(payer)s",
        {
            "payer": payer_id,
            "allowance": order.allowance_minor if order else None,
            "horizon": order.horizon_days if order else None,
            "turns": json.dumps(turns),
            "by": setting.by,
            "at": setting.at,
        },
    )


def caps(tx: Transaction, payers: Collection[str]) -> dict[str, int]:
    """Return the spending caps a month, in minor units, of all accounts that these payers pay for."""
    rows = tx.execute(
        "select distinct on (c.account_id) c.account_id, c.amount_minor from spending_cap c "
        "where exists (select from service_item i where i.account_id = c.account_id and i.payer_id = any(%s)) "
        "order by c.account_id, c.sequence desc",
        (sorted(payers),),
    )
    return {account: amount for account, amount in rows if amount is not None}


def cap_of(tx: Transaction, account_id: str) -> int | None:
    """Return the spending cap of an account a month, in minor units; None = none is set."""
    row = tx.execute(
        "select amount_minor from spending_cap where account_id = %s order by sequence desc limit 1", (account_id,)
    ).fetchone()
    return row[0] if row else None


def set_cap(tx: Transaction, account_id: str, amount_minor: int | None, setting: Setting) -> None:
    """Append a spending cap in minor units a month; None = there is none any more."""
    tx.execute(
        "insert into spending_cap (account_id, sequence, amount_minor, recorded_by, recorded_at) "
        "select %(account)s, coalesce(max(sequence), 0) + 1, %(amount)s::bigint, %(by)s, %(at)s "
        "from spending_cap where account_id = %(account)s",
        {"account": account_id, "amount": amount_minor, "by": setting.by, "at": setting.at},
    )


@dataclass(frozen=True, slots=True)
class PaidAhead:
    """A subscription that runs: what is paid ahead is not stopped. `resource_id` '' = the whole product (STOP-5)."""

    account_id: str
    product_id: str
    resource_id: str
    starts_at: datetime
    ends_at: datetime
    reference: str


def paid_ahead(tx: Transaction, accounts: Collection[str], at: datetime) -> list[PaidAhead]:
    """Return what accounts have paid ahead and that runs at an instant."""
    rows = tx.execute(
        "select p.account_id, p.product_id, p.resource_id, p.starts_at, least(p.ends_at, e.ended_at), p.reference "
        "from paid_ahead p left join paid_ahead_end e using (account_id, product_id, resource_id, starts_at) "
        "where p.account_id = any(%s) and p.starts_at <= %s and least(p.ends_at, e.ended_at) > %s order by 1, 2, 3, 4",
        (sorted(accounts), at, at),
    )
    return [PaidAhead(*row) for row in rows]


def add_paid_ahead(tx: Transaction, paid: PaidAhead, setting: Setting) -> PaidAhead | None:
    """Append what is paid ahead; return what stands there already for that start, if anything does."""
    found = tx.execute(
        "select account_id, product_id, resource_id, starts_at, ends_at, reference from paid_ahead "
        "where account_id = %s and product_id = %s and resource_id = %s and starts_at = %s",
        (paid.account_id, paid.product_id, paid.resource_id, paid.starts_at),
    ).fetchone()
    if found:
        return PaidAhead(*found)
    tx.execute(
        "insert into paid_ahead (account_id, product_id, resource_id, starts_at, ends_at, reference, recorded_by, "
        "recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(paid.account_id, paid.product_id, paid.resource_id, paid.starts_at, paid.ends_at, paid.reference),
            *(setting.by, setting.at),
        ),
    )
    return None
