"""Look at payers: what their available quota means for what they use, decided where the quota moved.

Whoever moves money or usage marks the payers (`Work.touched`); before that transaction commits they are looked at here,
so a decision and what caused it are there together, or neither is. Looking again with the same figures changes nothing.
Rules: STOP-1 … STOP-11 (`docs/rules/service_control.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from partita.core.alert import AlertKind
from partita.core.funds import available
from partita.core.money import Money, minor_scale_e10, truncate
from partita.core.notice import Notice, cap_notice, service_notices
from partita.core.outbox import RESOURCE
from partita.core.period import Month
from partita.core.service_control import (
    Change,
    Group,
    Item,
    Policy,
    ServiceState,
    decide,
    is_well,
    policies_in,
    policy_for,
    subject_of,
)
from partita.core.spend import PACE_DAYS, Pace, pace_of
from partita.core.stop_order import StopOrder, turn_of
from partita.store import alert as alert_store
from partita.store import control_policy as policy_store
from partita.store import funds as funds_store
from partita.store import outbox as outbox_store
from partita.store import service_control as control_store
from partita.store import spend as spend_store
from partita.store.control_policy import PaidAhead
from partita.store.service_control import ItemRow, StepRow, Watch
from partita.store.spend import Days
from partita.usecases import alert
from partita.usecases.alert import Seen
from partita.usecases.notice import tell
from partita.usecases.work import Work

CAP_NEAR_PERCENT = 80
"""A member and its payer are told when so much of its spending cap is used."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the books know that all payers at hand are judged by."""

    payers: dict[str, _Payer]
    items: dict[str, list[ItemRow]]
    of_items: dict[str, dict[tuple[str, str], Days]]
    caps: dict[str, int]
    spent: dict[str, int]
    paid: list[PaidAhead]
    paid_products: frozenset[tuple[str, str]]
    told_spared: dict[str, frozenset[str]]
    watches: dict[str, Watch]


@dataclass(frozen=True, slots=True)
class _Payer:
    """One payer: its available quota, its calendar, its pace, and the settings that hold for it."""

    payer_id: str
    currency: str
    available_minor: int
    zone: str
    today: date
    pace: Pace
    policies: dict[tuple[str, str], Policy]
    order: StopOrder | None

    @property
    def is_well(self) -> bool:
        """Whether whatever runs simply goes on."""
        return is_well(self.available_minor, self.currency, self.pace, self.policies.values())


def watch(work: Work) -> None:
    """Decide about the accounts that a transaction touched, before it commits."""
    work.changes.extend(look(work, work.touched))


def look(work: Work, payers: Iterable[str]) -> tuple[Change, ...]:
    """Decide about all that these payers pay for; save steps, commands, notices and what was seen.

    Payers for whom nothing runs and nobody wants to be told cost one round trip; those whose quota is there and lasts
    are not asked for everything that runs.
    """
    asked = sorted(set(payers))
    if not control_store.lock_payers(work.tx, asked):
        return ()
    settings = alert_store.settings_of_payers(work.tx, asked)
    watched = control_store.with_items(work.tx, asked) | ({one.account_id for one in settings} & set(asked))
    if not watched:
        return ()

    known = _load(work, watched, {one.account_id for one in settings if one.kind is AlertKind.HIGH_SPEND})
    seen = [_seen(work, payer, known) for payer in known.payers.values()]
    decided = [(one.group, decide(one.group)) for one in seen]

    _save(work, decided, known)
    tell(work, _notices(decided, known))
    alert.look(work, seen, settings)
    control_store.see(work.tx, [_watch(one.group) for one in seen])
    return tuple(change for _, changes in decided for change in changes)


def _load(work: Work, watched: Collection[str], told_of_spend: Collection[str]) -> _Known:
    tx = work.tx
    payers = _payers(work, watched)
    well = {name for name, one in payers.items() if one.is_well}
    rows = control_store.items_of_payers(tx, payers, well=well)
    items: dict[str, list[ItemRow]] = {}
    for row in rows:
        items.setdefault(row.use.payer_id, []).append(row)
    caps = policy_store.caps(tx, payers)
    homes = {row.use.account_id: payers[row.use.payer_id].zone for row in rows}
    paid = policy_store.paid_ahead(tx, homes, work.now)
    stopped = [
        subject_of(row.use.account_id, row.use.product_id) for row in rows if row.state is ServiceState.SUSPENDED
    ]
    return _Known(
        payers=payers,
        items=items,
        of_items=_of_items(work, payers, told_of_spend),
        caps=caps,
        spent=_spent(work, {account: homes[account] for account in caps if account in homes}),
        paid=paid,
        paid_products=frozenset((one.account_id, one.product_id) for one in paid if not one.resource_id),
        told_spared=outbox_store.last_spared(tx, stopped) if stopped else {},
        watches=control_store.watches(tx, payers),
    )


def _spared(known: _Known, account_id: str, product_id: str) -> frozenset[str]:
    """Return the single resources of a product that are paid ahead now (STOP-5)."""
    return frozenset(
        one.resource_id
        for one in known.paid
        if one.resource_id and (one.account_id, one.product_id) == (account_id, product_id)
    )


def _payers(work: Work, watched: Collection[str]) -> dict[str, _Payer]:
    figures = funds_store.figures(work.tx, watched, work.now)
    holders = funds_store.holders(work.tx, watched, work.now)
    policies = policy_store.policies(work.tx)
    in_currency = {currency: policies_in(policies, currency) for currency in {one.currency for one in holders.values()}}
    orders = policy_store.orders(work.tx, watched)
    days = {name: work.now.astimezone(ZoneInfo(one.zone)).date() for name, one in holders.items()}
    spent = spend_store.by_day(work.tx, watched, min(days.values()) - timedelta(days=PACE_DAYS))
    return {
        name: _Payer(
            payer_id=name,
            currency=one.currency,
            available_minor=available(figures[name]).result,
            zone=one.zone,
            today=days[name],
            pace=pace_of(spent.get(name, {}), days[name]),
            policies=in_currency[one.currency],
            order=orders.get(name),
        )
        for name, one in sorted(holders.items())
    }


def _of_items(
    work: Work, payers: dict[str, _Payer], told_of_spend: Collection[str]
) -> dict[str, dict[tuple[str, str], Days]]:
    """Return the spend of single products where it is needed: to stop in order, and to tell of high days."""
    first = min(one.today for one in payers.values()) - timedelta(days=PACE_DAYS)
    ordered = {name for name, one in payers.items() if one.order and one.available_minor < 0}
    found = spend_store.of_items_by_day(work.tx, ordered, first) if ordered else {}
    others = set(payers) - ordered
    if told_of_spend and others:
        found |= spend_store.of_items_by_day(work.tx, others, first, accounts=told_of_spend)
    return found


def _spent(work: Work, zones: dict[str, str]) -> dict[str, int]:
    """Return what capped members have spent this month, in `_e10`, each in the calendar of its payer."""
    by_month: dict[Month, list[str]] = {}
    for account, zone in zones.items():
        by_month.setdefault(Month.of(work.now, zone), []).append(account)
    spent: dict[str, int] = {}
    for month, members in by_month.items():
        after = month.next()
        last = date(after.year, after.month, 1) - timedelta(days=1)
        spent |= spend_store.of_members(work.tx, members, date(month.year, month.month, 1), last)
    return spent


def _seen(work: Work, payer: _Payer, known: _Known) -> Seen:
    """Put together what is known of a payer now."""
    rows, days = known.items.get(payer.payer_id, []), known.of_items.get(payer.payer_id, {})
    before = known.watches.get(payer.payer_id)
    since = before.overdue_since if before and before.overdue_since else work.now
    places = payer.order.places if payer.order else {}
    group = Group(
        payer_id=payer.payer_id,
        currency=payer.currency,
        available_minor=payer.available_minor,
        overdue_since=since if payer.available_minor < 0 else None,
        pace=payer.pace,
        items=tuple(_item(row, payer, days, known, places) for row in rows),
        now=work.now,
        over_cap=frozenset(_over_cap(rows, known, payer.currency)),
        order=payer.order,
    )
    return Seen(group, before, days, payer.today)


def _item(
    row: ItemRow, payer: _Payer, days: dict[tuple[str, str], Days], known: _Known, places: dict[tuple[str, str], int]
) -> Item:
    account, product = row.use.account_id, row.use.product_id
    told = known.told_spared.get(subject_of(account, product))
    return Item(
        account_id=account,
        product_id=product,
        state=row.state,
        cause=row.cause,
        since=row.since,
        used_at=row.use.used_at,
        pace=pace_of(days.get((account, product), {}), payer.today),
        policy=policy_for(payer.policies, account, payer.payer_id, product),
        paid_ahead=(account, product) in known.paid_products,
        turn=turn_of(places, account, product),
        spares_others=told is not None and told != _spared(known, account, product),
    )


def _over_cap(rows: Iterable[ItemRow], known: _Known, currency: str) -> Iterator[str]:
    scale = minor_scale_e10(currency)
    for account in {row.use.account_id for row in rows} & set(known.caps):
        if known.spent.get(account, 0) >= known.caps[account] * scale:
            yield account


Decided = Sequence[tuple[Group, tuple[Change, ...]]]


def _save(work: Work, decided: Decided, known: _Known) -> None:
    """Append a step for each change and for each first use, and leave the commands to the cloud (STOP-10, STOP-11)."""
    rows = {(row.use.account_id, row.use.product_id): row for of_payer in known.items.values() for row in of_payer}
    changed = {(one.item.account_id, one.item.product_id): (group, one) for group, of in decided for one in of}
    first = {
        (item.account_id, item.product_id): (group, Change(item, item.state, item.cause))
        for group, _ in decided
        for item in group.items
        if rows[item.account_id, item.product_id].step == 0
    }
    steps = first | changed
    if not steps:
        return
    cost = spend_store.of_items(work.tx, steps)
    written = [
        _step(work, group, change, rows[key].step + 1, cost.get(key, 0)) for key, (group, change) in steps.items()
    ]
    control_store.add_steps(work.tx, sorted(written, key=lambda one: (one.account_id, one.product_id)))
    for key, (group, change) in changed.items():
        _command(work, group, change, step=rows[key].step + 1, known=known)


def _step(work: Work, group: Group, change: Change, step: int, spent_e10: int) -> StepRow:
    return StepRow(
        account_id=change.item.account_id,
        product_id=change.item.product_id,
        step=step,
        state=change.state,
        cause=change.cause,
        payer_id=group.payer_id,
        currency=group.currency,
        available_minor=group.available_minor,
        overdue_since=group.overdue_since,
        pace_e10=group.pace.amount_e10,
        pace_days=group.pace.days,
        spent_e10=spent_e10,
        recorded_by=work.actor.signature,
        recorded_at=work.now,
    )


def _command(work: Work, group: Group, change: Change, *, step: int, known: _Known) -> None:
    """Leave what the cloud has to do; what is paid ahead by single resources is named as the exception (STOP-5)."""
    if change.order is None:
        return
    item = change.item
    spared = sorted(_spared(known, item.account_id, item.product_id))
    payload = {
        "order": change.order.word,
        "account": item.account_id,
        "product": item.product_id,
        "step": step,
        "spared": spared,
        "payer": group.payer_id,
        "cause": change.cause.name.lower(),
        "at": work.now.isoformat(),
    }
    outbox_store.add(work.tx, RESOURCE, f"{item.subject}#{step}", payload, recorded_at=work.now, subject=item.subject)


def _notices(decided: Decided, known: _Known) -> list[Notice]:
    notices: list[Notice] = []
    for group, changes in decided:
        notices += service_notices(group, changes)
        notices += _near_caps(group, known)
    return notices


def _near_caps(group: Group, known: _Known) -> Iterator[Notice]:
    """Tell of caps that are near; one that is reached stops the member, who is told of that instead (STOP-9)."""
    month = str(Month.of(group.now, known.payers[group.payer_id].zone))
    scale = minor_scale_e10(group.currency)
    for account in sorted({item.account_id for item in group.items} & set(known.caps)):
        cap, spent = known.caps[account], known.spent.get(account, 0)
        if cap and cap * scale * CAP_NEAR_PERCENT <= spent * 100 < cap * scale * 100:
            figures = Money(truncate(spent, scale), group.currency), Money(cap, group.currency)
            notice = cap_notice(account, group.payer_id, month, *figures)
            yield notice
            if account != group.payer_id:
                yield replace(notice, account_id=group.payer_id, key=f"{notice.key}:payer")


def _watch(group: Group) -> Watch:
    return Watch(
        payer_id=group.payer_id,
        currency=group.currency,
        available_minor=group.available_minor,
        days_left_tenths=group.pace.days_left_tenths(group.available_minor, group.currency),
        overdue_since=group.overdue_since,
        seen_at=group.now,
    )
