"""Savings plans. Owns the SQL of `savings_plan`. Rules: PLAN-1."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from partita.core.period import Period
from partita.core.savings_plan import PayMode, SavingsPlan
from partita.store.commitment.packages import Bought
from partita.store.db import Transaction

_MODES = {mode.word: mode for mode in PayMode}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan with its order (None = given) and when it was bought."""

    plan: SavingsPlan
    order_id: str | None
    recorded_at: datetime


_PLAN = """
    select plan_id, account_id, sku_id, currency, zone, commitment_e10, starts_at, ends_at, pay_mode, rates, regions,
           gift, order_id, recorded_at
    from savings_plan
"""


def add_plan(tx: Transaction, plan: SavingsPlan, bought: Bought) -> None:
    """Append a plan."""
    tx.execute(
        "insert into savings_plan (account_id, plan_id, sku_id, currency, zone, commitment_e10, starts_at, ends_at, "
        "pay_mode, rates, regions, gift, order_id, idempotency_key, body_hash, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            plan.owner_id, plan.plan_id, plan.sku_id, plan.currency, plan.zone, plan.commitment_e10, plan.valid.start,
            plan.valid.end, plan.pay_mode.word, json.dumps(plan.rates), list(plan.regions), plan.gift,
            bought.order_id, bought.idempotency_key, bought.body_hash, bought.recorded_by, bought.recorded_at,
        ),
    )  # fmt: skip


def plan_of(tx: Transaction, plan_id: str) -> PlanRow | None:
    """Return a plan by its id."""
    row = tx.execute(f"{_PLAN} where plan_id = %s", (plan_id,)).fetchone()
    return None if row is None else _plan(row)


def plans_of(tx: Transaction, account_ids: Iterable[str] | None = None) -> list[PlanRow]:
    """Return the plans of accounts (default all), by account and id."""
    asked = None if account_ids is None else sorted(account_ids)
    rows = tx.execute(
        f"{_PLAN} where %(asked)s::text[] is null or account_id = any(%(asked)s) order by account_id, plan_id",
        {"asked": asked},
    )
    return [_plan(row) for row in rows]


def by_key(tx: Transaction, account_id: str, idempotency_key: str) -> tuple[PlanRow, bytes] | None:
    """Return the plan that a key of an account stands for, and the hash of what was asked for."""
    row = tx.execute(
        f"{_PLAN.replace('recorded_at', 'recorded_at, body_hash')} where account_id = %s and idempotency_key = %s",
        (account_id, idempotency_key),
    ).fetchone()
    return None if row is None else (_plan(row[:-1]), bytes(row[-1]))


def _plan(row: tuple[Any, ...]) -> PlanRow:
    name, owner, sku, currency, zone, commitment, start, end, mode, rates, regions, gift, order_id, recorded_at = row
    pairs = tuple((covered, int(rate)) for covered, rate in rates)
    valid = Period(start, end)
    plan = SavingsPlan(name, owner, sku, currency, zone, commitment, valid, _MODES[mode], pairs, tuple(regions), gift)
    return PlanRow(plan, order_id, recorded_at)
