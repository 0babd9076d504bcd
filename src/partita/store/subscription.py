"""Subscriptions in PostgreSQL: what runs until when, its steps, how it is renewed, and what was tried.

Owns the SQL of `subscription`, `subscription_step`, `subscription_setting`, `expiry_day`, `renewal_attempt` and
`paid_ahead_end`. A subscription is what its last step says. Rules: SUB-5 … SUB-8 (`docs/rules/subscription.md`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from partita.core.deduction import Subscribed
from partita.core.period import Month
from partita.core.subscription import Paid, RenewalMode, SubscriptionState, Term
from partita.store.control_policy import Setting
from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class Renewing:
    """How a subscription is renewed by itself: the mode, and by how many terms."""

    mode: RenewalMode = RenewalMode.MANUAL
    term: Term = Term.MONTH
    terms: int = 1

    @property
    def months(self) -> int:
        """How many months one renewal adds."""
        return self.terms * self.term.months


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as it stands in the books; `state` is that of its last step (by the clock: `Life.state`)."""

    account_id: str
    subscription_id: str
    product_id: str
    resource_id: str
    region: str
    payer_id: str
    sku_id: str
    quantity: int
    paid: Paid
    state: SubscriptionState
    step: int
    zone: str
    renewing: Renewing = field(default_factory=Renewing)


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step: the command, the state reached, and how the subscription is from then on."""

    step: int
    command: str
    state: SubscriptionState
    payer_id: str
    sku_id: str
    quantity: int
    paid: Paid
    order_id: str | None
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to renew: its number for this end, the order that it paid, or why there is none, in both languages."""

    ends_at: datetime
    attempt: int
    order_id: str | None
    english: str
    chinese: str
    recorded_at: datetime


_DAY = timedelta(days=1)
_STATES = {state.word: state for state in SubscriptionState}
_SUBSCRIPTION = """
    select u.account_id, u.subscription_id, u.product_id, u.resource_id, u.region, s.payer_id, s.sku_id, s.quantity,
           s.anchor_at, s.months, s.ends_at, s.state, s.step, e.zone, g.mode, g.term, g.terms
    from subscription u
    join account a on a.account_id = u.account_id join enterprise e on e.enterprise_id = a.enterprise_id
    join lateral (select * from subscription_step s where s.account_id = u.account_id
                  and s.subscription_id = u.subscription_id order by step desc limit 1) s on true
    left join lateral (select * from subscription_setting g where g.account_id = u.account_id
                       and g.subscription_id = u.subscription_id order by sequence desc limit 1) g on true
"""


def add(tx: Transaction, one: Subscription, *, recorded_at: datetime) -> None:
    """Append a subscription; its first step comes with `add_step`."""
    tx.execute(
        "insert into subscription (account_id, subscription_id, product_id, resource_id, region, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s)",
        (one.account_id, one.subscription_id, one.product_id, one.resource_id, one.region, recorded_at),
    )


def add_step(tx: Transaction, one: Subscription, command: str, order_id: str | None, setting: Setting) -> None:
    """Append a step: the subscription is as `one` says from now on; `one.step` is the step before."""
    tx.execute(
        "insert into subscription_step (account_id, subscription_id, step, command, state, payer_id, sku_id, quantity, "
        "anchor_at, months, ends_at, order_id, recorded_by, recorded_at) "
        "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            one.account_id, one.subscription_id, one.step + 1, command, one.state.word, one.payer_id, one.sku_id,
            one.quantity, one.paid.anchor, one.paid.months, one.paid.ends_at, order_id, setting.by, setting.at,
        ),
    )  # fmt: skip


def subscription(tx: Transaction, subscription_id: str) -> Subscription | None:
    """Return a subscription as it stands."""
    row = tx.execute(f"{_SUBSCRIPTION} where u.subscription_id = %s", (subscription_id,)).fetchone()
    return None if row is None else _subscription(row)


def subscriptions_of(tx: Transaction, account_id: str, *, every: bool = True) -> list[Subscription]:
    """Return the subscriptions of an account and those that it pays for, the first to end first.

    Unless `every` is asked for, those that are over are left out.
    """
    over = [] if every else [state.word for state in SubscriptionState if state.is_over]
    rows = tx.execute(
        f"{_SUBSCRIPTION} where (u.account_id = %s or s.payer_id = %s) and s.state <> all(%s) "
        "order by s.ends_at, u.subscription_id",
        (account_id, account_id, over),
    )
    return [_subscription(row) for row in rows]


def of_resource(tx: Transaction, account_id: str, product_id: str, resource_id: str) -> Subscription | None:
    """Return the subscription that a resource of an account is, unless it is over."""
    row = tx.execute(
        f"{_SUBSCRIPTION} where u.account_id = %s and u.product_id = %s and u.resource_id = %s "
        "and s.state in ('running', 'stopped') order by u.recorded_at desc limit 1",
        (account_id, product_id, resource_id),
    ).fetchone()
    return None if row is None else _subscription(row)


@dataclass(frozen=True, slots=True)
class SubscribedRow:
    """A span from the step that let a resource run to the next step, and what says whether it ended before (SUB-5).

    `ends_at`: what it was paid through; `goes_on`: the next step lets it run on without a break.
    `payers`: whoever ever paid for it.
    """

    span: Subscribed
    product_id: str
    payer_id: str
    currency: str
    ends_at: datetime
    goes_on: bool
    payers: tuple[str, ...]


def subscribed(tx: Transaction, month: Month) -> list[SubscribedRow]:
    """Return when about a month which resource was a subscription in which SKU, by its steps (DEDUCT-10)."""
    rows = tx.execute(
        "with spans as (select account_id, subscription_id, sku_id, state, payer_id, ends_at, "
        "date_trunc('second', recorded_at) as from_at, date_trunc('second', lead(recorded_at) over w) as to_at, "
        "coalesce(lead(state) over w = 'running' and lead(anchor_at) over w <= ends_at, false) as goes_on "
        "from subscription_step "
        "window w as (partition by account_id, subscription_id order by step)) "
        "select s.subscription_id, s.account_id, u.resource_id, s.sku_id, s.from_at, s.to_at, u.product_id, "
        "s.payer_id, e.currency, s.ends_at, s.goes_on, p.payers "
        "from spans s join subscription u on u.account_id = s.account_id and u.subscription_id = s.subscription_id "
        "join account a on a.account_id = s.account_id join enterprise e on e.enterprise_id = a.enterprise_id "
        "join lateral (select array_agg(distinct r.payer_id) as payers from payment_relation r "
        "where r.account_id = s.account_id) p on true "
        "where s.state = 'running' and s.from_at < %s "
        "and (s.to_at is null or (s.to_at > %s and s.to_at > s.from_at)) order by s.subscription_id, s.from_at",
        (month.period("UTC").end + _DAY, month.period("UTC").start - _DAY),
    ).fetchall()
    return [
        SubscribedRow(Subscribed(*span), product, payer, currency, ends_at, goes_on, tuple(payers))
        for *span, product, payer, currency, ends_at, goes_on, payers in rows
    ]


def ending_before(tx: Transaction, at: datetime) -> list[Subscription]:
    """Return the subscriptions that are not over and end before an instant, by payer, so that locks are in order."""
    rows = tx.execute(
        f"{_SUBSCRIPTION} where s.state in ('running', 'stopped') and s.ends_at <= %s "
        "order by s.payer_id, s.ends_at, u.subscription_id",
        (at,),
    )
    return [_subscription(row) for row in rows]


def steps_of(tx: Transaction, subscription_id: str) -> list[StepRow]:
    """Return the steps of a subscription, the first first."""
    rows = tx.execute(
        "select step, command, state, payer_id, sku_id, quantity, anchor_at, months, ends_at, order_id, recorded_by, "
        "recorded_at from subscription_step where subscription_id = %s order by step",
        (subscription_id,),
    )
    return [
        StepRow(*(*row[:2], _STATES[row[2]], *row[3:6], Paid(row[6].astimezone(UTC), row[7], row[8]), *row[9:]))
        for row in rows
    ]


def set_renewing(tx: Transaction, one: Subscription, renewing: Renewing, setting: Setting) -> None:
    """Append how a subscription is renewed; it counts from now on."""
    tx.execute(
        "insert into subscription_setting (account_id, subscription_id, sequence, mode, term, terms, recorded_by, "
        "recorded_at) select %(account)s, %(subscription)s, coalesce(max(sequence), 0) + 1, %(mode)s, %(term)s, "
        "%(terms)s, %(by)s, %(at)s from subscription_setting "
        "where account_id = %(account)s and subscription_id = %(subscription)s",
        {
            "account": one.account_id, "subscription": one.subscription_id, "mode": renewing.mode.word,
            "term": renewing.term.value, "terms": renewing.terms, "by": setting.by, "at": setting.at,
        },
    )  # fmt: skip


def renewing_set_by(tx: Transaction, subscription_id: str) -> str | None:
    """Return who set last how a subscription is renewed."""
    row = tx.execute(
        "select recorded_by from subscription_setting where subscription_id = %s order by sequence desc limit 1",
        (subscription_id,),
    ).fetchone()
    return None if row is None else str(row[0])


def expiry_day(tx: Transaction, account_id: str) -> int | None:
    """Return the unified expiry day of an account; None = it has none (SUB-4)."""
    row = tx.execute(
        "select day from expiry_day where account_id = %s order by sequence desc limit 1", (account_id,)
    ).fetchone()
    return row[0] if row else None


def set_expiry_day(tx: Transaction, account_id: str, day: int | None, setting: Setting) -> None:
    """Append the unified expiry day of an account; None = it has none any more."""
    tx.execute(
        "insert into expiry_day (account_id, sequence, day, recorded_by, recorded_at) "
        "select %(account)s, coalesce(max(sequence), 0) + 1, %(day)s::integer, %(by)s, %(at)s from expiry_day "
        "where account_id = %(account)s",
        {"account": account_id, "day": day, "by": setting.by, "at": setting.at},
    )


def attempts_of(tx: Transaction, subscription_ids: Collection[str]) -> dict[str, list[Attempt]]:
    """Return the tries to renew subscriptions, oldest first."""
    rows = tx.execute(
        "select subscription_id, ends_at, attempt, order_id, english, chinese, recorded_at from renewal_attempt "
        "where subscription_id = any(%s) order by subscription_id, ends_at, attempt",
        (sorted(subscription_ids),),
    )
    found: dict[str, list[Attempt]] = {}
    for name, *rest in rows:
        found.setdefault(name, []).append(Attempt(*rest))
    return found


def add_attempt(tx: Transaction, one: Subscription, attempt: Attempt) -> None:
    """Append a try to renew."""
    tx.execute(
        "insert into renewal_attempt (account_id, subscription_id, ends_at, attempt, order_id, english, chinese, "
        "recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            one.account_id, one.subscription_id, attempt.ends_at, attempt.attempt, attempt.order_id, attempt.english,
            attempt.chinese, attempt.recorded_at,
        ),
    )  # fmt: skip


def add_paid_ahead(tx: Transaction, one: Subscription, until: datetime, reference: str, setting: Setting) -> None:
    """Append that a resource is paid ahead from now until an end, so that it is not stopped meanwhile (SUB-8, STOP-5).

    Two that are recorded at one instant stand a microsecond apart: a start names one of them.
    """
    tx.execute(
        "insert into paid_ahead (account_id, product_id, resource_id, starts_at, ends_at, reference, recorded_by, "
        "recorded_at) select %(account)s, %(product)s, %(resource)s, "
        "coalesce(max(starts_at) + interval '1 microsecond', %(at)s), %(until)s, %(reference)s, %(by)s, %(at)s "
        "from paid_ahead where account_id = %(account)s and product_id = %(product)s and resource_id = %(resource)s "
        "and starts_at >= %(at)s and starts_at < %(at)s + interval '1 second'",
        {
            "account": one.account_id, "product": one.product_id, "resource": one.resource_id, "until": until,
            "reference": reference, "by": setting.by, "at": setting.at,
        },
    )  # fmt: skip


def end_paid_ahead(tx: Transaction, one: Subscription, at: datetime, reference: str, setting: Setting) -> None:
    """Let what is recorded as paid ahead of a resource end at an instant: what runs is cut, what follows falls away."""
    tx.execute(
        "insert into paid_ahead_end (account_id, product_id, resource_id, starts_at, ended_at, reference, recorded_at) "
        "select account_id, product_id, resource_id, starts_at, greatest(starts_at, %(at)s), %(reference)s, %(now)s "
        "from paid_ahead p where account_id = %(account)s and product_id = %(product)s and resource_id = %(resource)s "
        "and ends_at > %(at)s and not exists (select from paid_ahead_end e where e.account_id = p.account_id "
        "and e.product_id = p.product_id and e.resource_id = p.resource_id and e.starts_at = p.starts_at)",
        {
            "at": at, "reference": reference, "now": setting.at, "account": one.account_id,
            "product": one.product_id, "resource": one.resource_id,
        },
    )  # fmt: skip


def _subscription(row: tuple[Any, ...]) -> Subscription:
    *facts, payer, sku, quantity, anchor, months, ends, state, step, zone, mode, term, terms = row
    renewing = Renewing() if mode is None else Renewing(_MODES[mode], Term(term), terms)
    paid = Paid(anchor.astimezone(UTC), months, ends.astimezone(UTC))
    return Subscription(*(*facts, payer, sku, quantity, paid, _STATES[state], step, zone, renewing))


_MODES = {mode.word: mode for mode in RenewalMode}
