"""What the clock does to subscriptions: renew by themselves, remind, stop after the grace, release after the retention.

Each subscription in a transaction of its own, so that one that cannot be renewed holds nobody up. Run again at the same
instant it does nothing more. Rules: SUB-5 … SUB-8 (`docs/rules/subscription.md`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from partita.core.notice import Notice, subscription_notice
from partita.core.period import in_zone
from partita.core.refusal import Reason, Refused
from partita.core.subscription import (
    FIRST_ATTEMPT_DAYS,
    NOTICE_DAYS,
    RenewalMode,
    SubscriptionState,
    attempt_due,
    notice_day,
)
from partita.store import funds as funds_store
from partita.store import order as order_store
from partita.store import subscription as subscription_store
from partita.store.subscription import Attempt, Subscription
from partita.usecases.funds.command import saved
from partita.usecases.notice import tell
from partita.usecases.order import Asked, OrderPaid, Token, pay, renew
from partita.usecases.order.cloud import tell_cloud
from partita.usecases.order.ending import cancelled
from partita.usecases.order.fulfilment import by
from partita.usecases.order.life import state_of
from partita.usecases.permission import operator_only
from partita.usecases.work import Books, Work

LOOK_AHEAD = timedelta(days=max(FIRST_ATTEMPT_DAYS, *NOTICE_DAYS) + 1)


@dataclass(frozen=True, slots=True)
class Ran:
    """What the clock did: subscriptions renewed, those that could not be, reminded of, stopped and released."""

    renewed: tuple[str, ...] = ()
    failed: tuple[tuple[str, Refused], ...] = ()
    reminded: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    dry_run: bool = False


def run(books: Books, *, dry_run: bool = False) -> Ran | Refused:
    """Do what is due now. Refused: NOT_PERMITTED (to all but the operator)."""
    if (no := operator_only(books)) is not None:
        return no
    with books.work() as work:
        near = subscription_store.ending_before(work.tx, work.now + LOOK_AHEAD)
    done: dict[str, list[str]] = {name: [] for name in ("renewed", "reminded", "stopped", "released")}
    failed: list[tuple[str, Refused]] = []
    for one in near:
        for what, answer in _one(books, one.subscription_id, dry_run=dry_run):
            if isinstance(answer, Refused):
                failed.append((one.subscription_id, answer))
            else:
                done[what].append(one.subscription_id)
    return Ran(**{name: tuple(names) for name, names in done.items()}, failed=tuple(failed), dry_run=dry_run)


Outcome = tuple[str, Refused | None]


def _one(books: Books, name: str, *, dry_run: bool) -> list[Outcome]:
    """Do what is due for one subscription: first renew, then what follows from how it stands after that."""
    with books.work() as work:
        found: list[Outcome] = []

        def decide() -> list[Outcome] | Refused:
            found.extend(_renewals(work, name))
            found.extend(_ends(work, name))
            return found

        saved(work, decide, dry_run=dry_run)
    return found


def _renewals(work: Work, name: str) -> Iterator[Outcome]:
    one = subscription_store.subscription(work.tx, name)
    assert one is not None, "subscriptions are never taken away"
    if one.renewing.mode is not RenewalMode.AUTO:
        if _reminded(work, one):
            yield "reminded", None
        return
    tries = [one_try for one_try in _tries(work, one) if one_try.ends_at == one.paid.ends_at]
    last = tries[-1].recorded_at if tries else None
    if state_of(work, one).is_over or not attempt_due(one.paid.ends_at, last, work.now, one.zone):
        return
    answer = _renew(work, one)
    number = len(tries) + 1
    order_id = None if isinstance(answer, Refused) else answer.order.order_id
    texts = (answer.message("en"), answer.message("zh")) if isinstance(answer, Refused) else ("", "")
    attempt = Attempt(one.paid.ends_at, number, order_id, *texts, work.now)
    subscription_store.add_attempt(work.tx, one, attempt)
    if isinstance(answer, Refused):
        tell(work, _notices(work, one, "renewal-failed", str(number), texts))
        yield "failed", answer
    else:
        tell(work, _notices(work, one, "renewed", answer.order.order_id, ("", "")))
        yield "renewed", None


def _tries(work: Work, one: Subscription) -> list[Attempt]:
    return subscription_store.attempts_of(work.tx, [one.subscription_id]).get(one.subscription_id, [])


def _renew(work: Work, one: Subscription) -> OrderPaid | Refused:
    """Order and pay a renewal, or pay the one that waited for approval; what cannot be paid leaves no order behind.

    An unpaid order of the customer's own is never paid by the clock: the try fails, and says which one is in the way.
    """
    name = one.subscription_id
    waiting = order_store.open_on(work.tx, [name], work.now).get(name)
    if waiting is not None and waiting in _own_orders(work, one):
        return pay(work, order_id=waiting)
    wished_by = subscription_store.renewing_set_by(work.tx, name)
    token = Token(_key(one, len(_tries(work, one)) + 1), wished_by=wished_by)
    asked = Asked(term=one.renewing.term, terms=one.renewing.terms)
    placed = renew(work, subscription_ids=[name], asked=asked, token=token)
    if isinstance(placed, Refused):
        return placed
    answer = pay(work, order_id=placed.order.order_id)
    if isinstance(answer, Refused) and answer.reason is not Reason.ORDER_AWAITS_APPROVAL:
        cancelled(work, placed.order, answer.reason.name)
        if answer.reason is Reason.ORDER_FUNDS_SHORT:
            return Refused(Reason.RENEWAL_FUNDS_SHORT, answer.detail | {"subscription": name})
    return answer


def _key(one: Subscription, number: int) -> str:
    return f"auto:{one.subscription_id}:{one.paid.ends_at.isoformat()}:{number}"


def _own_orders(work: Work, one: Subscription) -> set[str]:
    """Return the orders that the clock placed to renew a subscription at its end."""
    keys = (_key(one, number) for number in range(1, len(_tries(work, one)) + 1))
    placed = (order_store.by_key(work.tx, one.account_id, key) for key in keys)
    return {found[0].order_id for found in placed if found is not None}


def _reminded(work: Work, one: Subscription) -> bool:
    """Remind of an end that comes near, once for each of the days (SUB-7)."""
    if state_of(work, one).is_over:
        return False
    day = notice_day(one.paid.ends_at, one.renewing.mode, work.now, one.zone)
    if day is None:
        return False
    kind = "not-renewed" if one.renewing.mode is RenewalMode.NONE else "renew"
    return tell(work, _notices(work, one, kind, str(day), ("", ""))) > 0


def _ends(work: Work, name: str) -> Iterator[Outcome]:
    """Stop what has used up its grace, release what was kept as long as promised (SUB-5)."""
    one = subscription_store.subscription(work.tx, name)
    assert one is not None, "subscriptions are never taken away"
    state = state_of(work, one)
    if state is one.state or state not in _COMMANDS:
        return
    command, order = _COMMANDS[state]
    after = replace(one, state=state)
    subscription_store.add_step(work.tx, after, command, None, by(work))
    tell_cloud(work, replace(after, step=one.step + 1), order, "ended")
    tell(work, _notices(work, one, command, one.paid.ends_at.isoformat(), ("", "")))
    yield ("stopped" if state is SubscriptionState.STOPPED else "released"), None


_COMMANDS = {
    SubscriptionState.STOPPED: ("stop", "suspend"),
    SubscriptionState.RELEASED: ("release", "release"),
}


def _notices(work: Work, one: Subscription, kind: str, mark: str, why: tuple[str, str]) -> list[Notice]:
    """Return what the account, and whoever pays for it, is told."""
    holder = funds_store.holder(work.tx, one.account_id, work.now)
    payer = holder.payer_id if holder else one.payer_id
    facts = (one.subscription_id, one.product_id, one.resource_id)
    return [
        subscription_notice(account, kind, mark, facts, ends_at=in_zone(one.paid.ends_at, one.zone), why=why)
        for account in dict.fromkeys((one.account_id, payer))
    ]
