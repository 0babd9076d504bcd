"""Stop and resume in the books: what can be stopped, the steps of each, and the quota as it was last seen.

Owns the SQL of `service_item`, `service_step` and `quota_watch`, and the lock under which is decided. Does not own the
settings (`control_policy`). Decides nothing. Rules: STOP-1, STOP-3, STOP-11 (`docs/rules/service_control.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core.service_control import Cause, ServiceState
from partita.store.db import Transaction

_STRIPES = 1024
_LOCK_CLASS = 5_318_008
"""Set apart the locks of decisions from other locks of the books."""


def lock_payers(tx: Transaction, payers: Iterable[str]) -> bool:
    """Wait until nobody else decides about these payers, and keep others out until the transaction ends (STOP-3).

    Taken last, after every lock of money: whoever commits last has seen what all the others did. In order of the
    stripes that payers fall into, so nobody waits in a ring. Return whether any of them may be concerned: pays for what
    can be stopped, or ever wanted to be told something; asked after the lock, in the same round trip.
    """
    asked = sorted(set(payers))
    with tx.pipeline():
        tx.execute(
            "select pg_advisory_xact_lock(%s, stripe) from (select distinct abs(hashtext(payer) %% %s) as stripe "
            "from unnest(%s::text[]) as asked (payer) order by 1) as stripes",
            (_LOCK_CLASS, _STRIPES, asked),
        )
        concerned = tx.execute(
            "select exists (select from service_item where payer_id = any(%(asked)s)) "
            "or exists (select from alert_setting where account_id = any(%(asked)s))",
            {"asked": asked},
        )
    return concerned.fetchone() == (True,)


@dataclass(frozen=True, slots=True)
class ItemUse:
    """The last use of a product by an account: who pays for it in which currency, and when it started."""

    account_id: str
    product_id: str
    payer_id: str
    currency: str
    used_at: datetime


@dataclass(frozen=True, slots=True)
class ItemRow:
    """What can be stopped, as it stands; `step` is the number of its last step, 0 before the first."""

    use: ItemUse
    step: int
    state: ServiceState
    cause: Cause
    since: datetime


def use(tx: Transaction, uses: Sequence[ItemUse]) -> None:
    """Note the last use of products; an earlier one than is known changes nothing."""
    if uses:
        tx.execute(
            "insert into service_item (account_id, product_id, payer_id, currency, used_at, step, state, cause, since) "
            "select account_id, product_id, payer_id, currency, used_at, 0, 'running', 'FIRST_USED', used_at "
            "from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[]) "
            "as new (account_id, product_id, payer_id, currency, used_at) "
            "order by 1, 2 on conflict (account_id, product_id) do update set payer_id = excluded.payer_id, "
            "currency = excluded.currency, used_at = excluded.used_at where excluded.used_at >= service_item.used_at",
            (
                [one.account_id for one in uses],
                [one.product_id for one in uses],
                [one.payer_id for one in uses],
                [one.currency for one in uses],
                [one.used_at for one in uses],
            ),
        )


_ITEM = "select account_id, product_id, payer_id, currency, used_at, step, state, cause, since from service_item"


def items_of_payers(tx: Transaction, payers: Collection[str], *, well: Collection[str] = ()) -> list[ItemRow]:
    """Return what payers pay for, as it stands.

    Of those that are `well` (their quota is there and lasts) only what does not simply run: what is not running, what
    was never decided about, and what members with a spending cap use.
    """
    rows = tx.execute(
        f"{_ITEM} where payer_id = any(%s) "
        f"union all {_ITEM} where payer_id = any(%s) and (state <> 'running' or step = 0) "
        f"union all {_ITEM} where payer_id = any(%s) and not (state <> 'running' or step = 0) "
        "and account_id in (select account_id from spending_cap) order by 1, 2",
        (sorted(set(payers) - set(well)), sorted(well), sorted(well)),
    )
    return [_item(row) for row in rows]


def items_of_account(tx: Transaction, account_id: str) -> list[ItemRow]:
    """Return the products of an account, as they stand."""
    return [_item(row) for row in tx.execute(f"{_ITEM} where account_id = %s order by product_id", (account_id,))]


def payers(tx: Transaction, account_ids: Collection[str] | None = None) -> list[str]:
    """Return who pays for what accounts (default all) use, and for what."""
    rows = tx.execute(
        "select distinct payer_id from service_item where %(asked)s::text[] is null or account_id = any(%(asked)s) "
        "or payer_id = any(%(asked)s) order by 1",
        {"asked": None if account_ids is None else sorted(account_ids)},
    )
    return [row[0] for row in rows]


def follow_payers(tx: Transaction, now: datetime) -> None:
    """Let what is stopped belong to whoever pays for its account now: it is not used, so no usage says so (STOP-3)."""
    tx.execute(
        "update service_item i set payer_id = p.payer_id from (select distinct on (account_id) account_id, payer_id "
        "from payment_relation where effective_from <= %s order by account_id, effective_from desc) as p "
        "where p.account_id = i.account_id and p.payer_id <> i.payer_id and i.state = 'suspended'",
        (now,),
    )


def with_items(tx: Transaction, payers: Collection[str]) -> set[str]:
    """Return those of these payers that pay for anything that can be stopped."""
    rows = tx.execute("select distinct payer_id from service_item where payer_id = any(%s)", (sorted(payers),))
    return {row[0] for row in rows}


def _item(row: tuple) -> ItemRow:  # type: ignore[type-arg]
    account, product, payer, currency, used_at, step, state, cause, since = row
    return ItemRow(ItemUse(account, product, payer, currency, used_at), step, _STATES[state], Cause[cause], since)


_STATES = {state.word: state for state in ServiceState}


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a product, with the figures of the decision (STOP-11).

    `pace_e10` over `pace_days` is the payer's; `spent_e10` is what the product had cost in all until then.
    """

    account_id: str
    product_id: str
    step: int
    state: ServiceState
    cause: Cause
    payer_id: str
    currency: str
    available_minor: int
    overdue_since: datetime | None
    pace_e10: int
    pace_days: int
    spent_e10: int
    recorded_by: str
    recorded_at: datetime


def add_steps(tx: Transaction, steps: Sequence[StepRow]) -> None:
    """Append steps; what they say is how the products stand."""
    if not steps:
        return
    tx.execute(
        "insert into service_step (account_id, product_id, step, state, cause, payer_id, currency, available_minor, "
        "overdue_since, pace_e10, pace_days, spent_e10, recorded_by, recorded_at) "
        "select account_id, product_id, step, state, cause, payer_id, currency, available_minor, overdue_since, "
        "pace_e10::numeric, pace_days, spent_e10::numeric, recorded_by, recorded_at "
        "from unnest(%s::text[], %s::text[], %s::integer[], %s::text[], %s::text[], %s::text[], %s::text[], "
        "%s::bigint[], %s::timestamptz[], %s::text[], %s::integer[], %s::text[], %s::text[], %s::timestamptz[]) as new "
        "(account_id, product_id, step, state, cause, payer_id, currency, available_minor, overdue_since, pace_e10, "
        "pace_days, spent_e10, recorded_by, recorded_at)",
        [list(column) for column in zip(*map(_step_values, steps), strict=True)],
    )
    tx.execute(
        "update service_item i set step = s.step, state = s.state, cause = s.cause, since = s.since "
        "from unnest(%s::text[], %s::text[], %s::integer[], %s::text[], %s::text[], %s::timestamptz[]) "
        "as s (account_id, product_id, step, state, cause, since) "
        "where i.account_id = s.account_id and i.product_id = s.product_id",
        (
            [one.account_id for one in steps],
            [one.product_id for one in steps],
            [one.step for one in steps],
            [one.state.word for one in steps],
            [one.cause.name for one in steps],
            [one.recorded_at for one in steps],
        ),
    )


def _step_values(one: StepRow) -> tuple[object, ...]:
    return (
        *(one.account_id, one.product_id, one.step, one.state.word, one.cause.name, one.payer_id, one.currency),
        *(one.available_minor, one.overdue_since, str(one.pace_e10), one.pace_days, str(one.spent_e10)),
        *(one.recorded_by, one.recorded_at),
    )


def history(tx: Transaction, account_id: str) -> list[StepRow]:
    """Return all steps of an account's products and of those that it pays for, oldest first."""
    rows = tx.execute(
        "select account_id, product_id, step, state, cause, payer_id, currency, available_minor, overdue_since, "
        "pace_e10::text, pace_days, spent_e10::text, recorded_by, recorded_at from service_step "
        "where account_id = %(account)s or payer_id = %(account)s order by recorded_at, account_id, product_id, step",
        {"account": account_id},
    )
    return [
        StepRow(
            *(account, product, step, _STATES[state], Cause[cause], payer, currency, available, overdue),
            *(int(pace), days, int(spent), by, at),
        )
        for account, product, step, state, cause, payer, currency, available, overdue, pace, days, spent, by, at in rows
    ]


@dataclass(frozen=True, slots=True)
class Watch:
    """What the available quota of a payer was when it was last looked at, in minor units, and how long it lasts."""

    payer_id: str
    currency: str
    available_minor: int
    days_left_tenths: int | None
    overdue_since: datetime | None
    seen_at: datetime


def watches(tx: Transaction, payers: Collection[str]) -> dict[str, Watch]:
    """Return what was last seen of payers."""
    rows = tx.execute(
        "select payer_id, currency, available_minor, days_left_tenths, overdue_since, seen_at from quota_watch "
        "where payer_id = any(%s)",
        (sorted(payers),),
    )
    return {row[0]: Watch(*row) for row in rows}


def see(tx: Transaction, seen: Sequence[Watch]) -> None:
    """Note what is seen of payers now."""
    if seen:
        tx.execute(
            "insert into quota_watch (payer_id, currency, available_minor, days_left_tenths, overdue_since, seen_at) "
            "select * from unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[], "
            "%s::timestamptz[]) as new order by 1, 2 on conflict (payer_id, currency) do update "
            "set available_minor = excluded.available_minor, days_left_tenths = excluded.days_left_tenths, "
            "overdue_since = excluded.overdue_since, seen_at = excluded.seen_at",
            (
                [one.payer_id for one in seen],
                [one.currency for one in seen],
                [one.available_minor for one in seen],
                [one.days_left_tenths for one in seen],
                [one.overdue_since for one in seen],
                [one.seen_at for one in seen],
            ),
        )
