"""Dunning in PostgreSQL: policies, reminders, interest; the bills that are dunned and their policies.

Owns the SQL of `dunning_policy`, `dunning_reminder` and `interest_charge`; suspensions are those of `credit`. What an
order left on credit is dunned like a bill of its month, named by the order. Decides nothing.
Rules: DUN-1 … DUN-4 (`docs/rules/dunning.md`), CREDIT-7.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from partita.core.credit import Term, due_on
from partita.core.dunning import DEFAULT_POLICY, Accrued, Debt, History, Policy, history_of
from partita.core.period import Month
from partita.store.db import Transaction
from partita.store.funds import By

# The term of a payer is its own, or that of the main account whose credit it uses.
_DUNNED = """
    with asked as (
        select distinct b.payer_id from bill b where b.payable_minor > 0
          and (%(payers)s::text[] is null or b.payer_id = any(%(payers)s))
        union
        select distinct d.payer_id from order_draw d where d.fund = 'credit' and d.source_id = 'credit'
          and d.amount_minor > 0 and (%(payers)s::text[] is null or d.payer_id = any(%(payers)s))
        union
        select distinct c.payer_id from credit_suspension c where c.payer_id = any(%(payers)s)),
    of_line as (
        select a.payer_id, coalesce(
            (select t.management_id from credit_term t where t.management_id = a.payer_id limit 1),
            (select c.management_id from credit_change c where c.account_id = a.payer_id
             order by c.recorded_at desc limit 1)) as management_id
        from asked a)
    select o.payer_id, e.zone, t.cycle_months, t.days, o.management_id
    from of_line o join account a on a.account_id = o.payer_id join enterprise e using (enterprise_id)
    join lateral (select cycle_months, days from credit_term t where t.management_id = o.management_id
                  and t.recorded_at <= %(at)s order by t.sequence desc limit 1) t on true
    order by o.payer_id
"""
_PAID = """
    select d.recorded_at, d.amount_minor from draw d where d.payer_id = l.payer_id and d.bill_id = l.name
    union all
    select o.recorded_at, o.amount_minor from bill_offset o where o.payer_id = l.payer_id and o.bill_id = l.name
    union all
    select d.recorded_at, -d.amount_minor from order_draw d where d.payer_id = l.payer_id and d.order_id = l.name
      and d.fund = 'credit' and d.source_id = 'credit' and d.amount_minor < 0
"""
_DEBTS = f"""
    with debt as (
        select payer_id, bill_id as name, currency, month, payable_minor as asked,
               payable_minor - drawn_minor - set_off_minor as unpaid, closed_at as made_at
        from bill_left where payer_id = any(%(payers)s) and payable_minor > 0
        union all
        select payer_id, order_id, currency, month, asked_minor, left_minor, charged_at
        from order_debt where payer_id = any(%(payers)s) and asked_minor > 0)
    select l.payer_id, l.name, l.currency, l.month, l.asked,
           array(select p.recorded_at::text || ' ' || p.amount_minor from ({_PAID}) p),
           (select array_agg(r.mark) from dunning_reminder r where r.payer_id = l.payer_id and r.bill_id = l.name),
           i.until_day, i.exact_e20::text, i.charged, i.line
    from debt l
    left join lateral (select until_day, exact_e20, line, sum(amount_minor) over (order by line)::bigint as charged
                       from interest_charge i where i.payer_id = l.payer_id and i.bill_id = l.name
                       order by line desc limit 1) i on true
    where l.unpaid > 0 or (l.made_at > %(at)s - interval '550 days' and exists (
        select from ({_PAID}) p where p.recorded_at >= coalesce(i.until_day - 1, to_date(l.month::text, 'YYYYMM'))))
    order by l.payer_id, l.month, l.currency, l.name
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done about a bill before: the marks told, the interest counted, and how many rows that took."""

    told: frozenset[int] = frozenset()
    accrued: Accrued = field(default_factory=Accrued)
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Dunned:
    """A payer that is dunned: its day, its policies, its bills with their due days, and what was done before."""

    payer_id: str
    today: date
    history: History
    debts: tuple[Debt, ...]
    done: Mapping[str, Done]

    @property
    def policy(self) -> Policy:
        """The policy that counts now."""
        return self.history[-1][1]


def dunned(tx: Transaction, now: datetime, payer_ids: Collection[str] | None = None) -> list[Dunned]:
    """Return the payers (default all) with a credit term, and what of them is unpaid or was paid since."""
    asked = {"payers": None if payer_ids is None else sorted(payer_ids), "at": now}
    heads = tx.execute(_DUNNED, asked).fetchall()
    zones = {payer: (ZoneInfo(zone), Term(cycle, days)) for payer, zone, cycle, days, _ in heads}
    debts: dict[str, list[Debt]] = {}
    done: dict[str, dict[str, Done]] = {}
    for row in tx.execute(_DEBTS, {"payers": sorted(zones), "at": now}):
        payer, bill = row[:2]
        debts.setdefault(payer, []).append(_debt(row, *zones[payer]))
        accrued = Accrued(row[7], int(row[8] or 0), row[9] or 0)
        done.setdefault(payer, {})[bill] = Done(frozenset(row[6] or ()), accrued, row[10] or 0)
    stated = _stated(tx, {name for payer, *_, main in heads for name in (payer, main)})
    return [
        Dunned(
            payer, now.astimezone(zones[payer][0]).date(), _history(stated, (payer, main, ""), zones[payer][0]),
            tuple(debts.get(payer, ())), done.get(payer, {}),
        )
        for payer, *_, main in heads
    ]  # fmt: skip


def policy_of(tx: Transaction, account_id: str) -> Policy | None:
    """Return the policy that was set for an account, or with '' for all; None = none is."""
    rows = _stated(tx, {account_id}).get(account_id)
    return rows[-1][1] if rows else None


def set_policy(tx: Transaction, account_id: str, policy: Policy | None, by: By) -> None:
    """Append the policy of an account, or of all (''); None = its own counts no more."""
    one = policy or DEFAULT_POLICY
    tx.execute(
        "insert into dunning_policy (account_id, sequence, ended, reminders, rate_e10, free_days, cap_e10, stop_days, "
        "recorded_by, recorded_at) select %(account)s, coalesce(max(sequence), 0) + 1, %(ended)s, %(marks)s, %(rate)s, "
        "%(free)s, %(cap)s::bigint, %(stop)s::integer, %(by)s, %(at)s from dunning_policy "
        "where account_id = %(account)s",
        {
            "account": account_id, "ended": policy is None, "marks": list(one.reminders), "rate": one.rate_e10,
            "free": one.free_days, "cap": one.cap_e10, "stop": one.stop_days, "by": by.name, "at": by.at,
        },
    )  # fmt: skip


def add_reminders(tx: Transaction, rows: Sequence[tuple[str, Debt, int, int]], *, recorded_at: datetime) -> None:
    """Record reminders: (payer, bill, mark, what was left of it in minor units)."""
    with tx.cursor() as cursor:
        cursor.executemany(
            "insert into dunning_reminder (payer_id, bill_id, mark, due_on, left_minor, recorded_at) "
            "values (%s, %s, %s, %s, %s, %s)",
            [(payer, debt.bill_id, mark, debt.due_on, left, recorded_at) for payer, debt, mark, left in rows],
        )


@dataclass(frozen=True, slots=True)
class InterestRow:
    """Interest counted of a bill: the whole exact sum so far, the minor units that are new, and their entry."""

    payer_id: str
    bill_id: str
    line: int
    until: date
    exact_e20: int
    amount_minor: int
    entry_id: str | None


def add_interest(tx: Transaction, rows: Sequence[InterestRow], *, recorded_at: datetime) -> None:
    """Record interest that was counted."""
    with tx.cursor() as cursor:
        cursor.executemany(
            "insert into interest_charge (payer_id, bill_id, line, until_day, exact_e20, amount_minor, entry_id, "
            "recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    one.payer_id, one.bill_id, one.line, one.until, one.exact_e20, one.amount_minor, one.entry_id,
                    recorded_at,
                )
                for one in rows
            ],
        )  # fmt: skip


def _debt(row: tuple[Any, ...], zone: ZoneInfo, term: Term) -> Debt:
    _, bill, currency, month, payable, paid, *_ = row
    facts = (line.rsplit(" ", 1) for line in paid)
    days = tuple(sorted((datetime.fromisoformat(at).astimezone(zone).date(), int(amount)) for at, amount in facts))
    return Debt(bill, currency, payable, due_on(Month.from_number(month), term), days)


def _stated(tx: Transaction, names: Collection[str]) -> dict[str, list[tuple[datetime, Policy | None]]]:
    """Return what was set for accounts, and for all, with the instants, in order; None = it counts no more."""
    rows = tx.execute(
        "select account_id, recorded_at, ended, reminders, rate_e10, free_days, cap_e10, stop_days "
        "from dunning_policy where account_id = any(%s) order by account_id, sequence",
        (sorted({*names, ""}),),
    )
    found: dict[str, list[tuple[datetime, Policy | None]]] = {}
    for name, at, ended, marks, *rest in rows:
        found.setdefault(name, []).append((at, None if ended else Policy(tuple(marks), *rest)))
    return found


def _history(
    stated: Mapping[str, Sequence[tuple[datetime, Policy | None]]], names: Sequence[str], zone: ZoneInfo
) -> History:
    days = {name: [(at.astimezone(zone).date(), policy) for at, policy in stated.get(name, ())] for name in names}
    return history_of(days, names)
