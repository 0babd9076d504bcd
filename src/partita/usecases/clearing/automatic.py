"""Automatic clearing: what a payer owes is paid as soon as there is money for it, and on demand.

Whoever brings money into an account clears it in the same transaction, under the locks that it has. Does not own what
is paid first (`core.clearing`) nor the settlement of a month (`close`). Rules: CLEAR-1 … CLEAR-6
(`docs/rules/clearing.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from partita.core import clearing as rules
from partita.core import posting_rules
from partita.core.clearing import Cleared
from partita.core.ledger import Entry
from partita.core.money import Money
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.unsubscribe import CREDIT
from partita.store import bill as bill_store
from partita.store import clearing as clearing_store
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store.bill import DrawRow
from partita.store.clearing import Payer, ToClear
from partita.store.db import attempt
from partita.store.order import DrawRow as DebtRow
from partita.usecases.dunning.suspension import lift
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class BillPaid:
    """What a clearing paid of one bill or order, and what is left of it; without one: of a debt that is on none."""

    payer_id: str
    bill_id: str | None
    month: Month | None
    amount: Money
    left: Money
    entry_id: str


@dataclass(frozen=True, slots=True)
class Clearing:
    """What clearings paid, oldest month first within a payer; `balances`: what the balances that they moved are now."""

    paid: tuple[BillPaid, ...] = ()
    balances: dict[tuple[str, str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BillsCleared:
    """What was paid of the bills of an account, and what it still owes; `on_no_bill`: how much of that is on none."""

    account_id: str
    paid: tuple[BillPaid, ...]
    outstanding: Money
    on_no_bill: Money
    dry_run: bool


def clear(
    work: Work, payer_ids: Collection[str], *, owed: Mapping[Payer, int] | None = None, by_hand: bool = False
) -> Clearing:
    """Pay what payers owe from what they have (CLEAR-1 … CLEAR-4). The caller holds the locks of all of them.

    Payers who switched automatic clearing off are passed over, unless a person asks for it (CLEAR-6). What pays the
    last bill that suspended an account's credit lifts that (DUN-4). `owed`: what stands on the receivables of all of
    them now, where that is known; None = it is asked for.
    """
    told = clearing_store.owing(work.tx, payer_ids) if owed is None else owed
    owing = {place: amount for place, amount in sorted(told.items()) if amount > 0}
    if owing and not by_hand:
        off = clearing_store.switched_off(work.tx, {payer for payer, _ in owing}, work.now)
        owing = {key: amount for key, amount in owing.items() if key[0] not in off}
    if not owing:
        return Clearing()
    return post(work, [(one, part) for one in clearing_store.to_clear(work.tx, owing) for part in _parts(work, one)])


def post(work: Work, done: Sequence[tuple[ToClear, Cleared]]) -> Clearing:
    """Post what was decided to be paid, and keep its draws. The caller holds the locks of all payers."""
    if not done:
        return Clearing()
    heads = ledger_store.lock_payers(work.tx, {one.payer_id for one, _ in done})
    drafts = [
        posting_rules.cleared(
            payer_id=one.payer_id, currency=one.currency, cleared=part, sequence=heads[one.payer_id][0]
        )
        for one, part in done
    ]
    posted = ledger_store.append_under(work.tx, drafts, heads, recorded_at=work.now)
    assert not isinstance(posted, Refused), f"clearing posts what it found unpaid: {posted}"
    cleared = [(*pair, entry) for pair, entry in zip(done, posted.entries, strict=True)]
    bill_store.save_draws(work.tx, [row for one in cleared for row in _draws(*one)], recorded_at=work.now)
    for one, part, entry in cleared:
        if part.bill is not None and part.bill.is_order:
            parts = [(draw.fund.value, draw.source_id, draw.amount) for draw in part.draws]
            _keep_of_order(work, (one.payer_id, part.bill.bill_id), parts, entry.entry_id)
    lift(work, heads)
    return Clearing(tuple(_paid(*one) for one in cleared), posted.balances)


def _keep_of_order(work: Work, of: tuple[str, str], parts: Sequence[tuple[str, str, int]], entry_id: str) -> None:
    """Keep what paid of an order's credit; `of`: payer and order."""
    payer, order = of
    rows = [DebtRow(*one) for one in rules.on_lines(parts, order_store.on_credit(work.tx, order))]
    order_store.add_cleared(work.tx, payer, order, rows, entry_id=entry_id, at=work.now)


def set_off(work: Work, payer_ids: Collection[str]) -> tuple[BillPaid, ...]:
    """Lay credits that no bill took up against what is unpaid (CLEAR-3). The caller holds the locks of all payers.

    The entry of what was paid is the credit's: the one that set a refund off, or the bill below zero.
    """
    credits_ = clearing_store.credits_left(work.tx, payer_ids)
    if not credits_:
        return ()
    bills = clearing_store.unpaid(work.tx, {payer for payer, _ in credits_})
    done = [(key, one) for key, of in credits_.items() for one in rules.set_off(bills.get(key, ()), of)]
    of_bills = [(payer, one) for (payer, _), one in done if not one.bill.is_order]
    clearing_store.save_offsets(work.tx, of_bills, recorded_at=work.now)
    for (payer, _), one in done:
        if one.bill.is_order:
            part = (CREDIT, one.credit.source_id, one.amount)
            _keep_of_order(work, (payer, one.bill.bill_id), [part], one.credit.source_id)
    lift(work, {payer for (payer, _), _ in done})
    return tuple(
        BillPaid(payer, one.bill.bill_id, one.bill.month, Money(one.amount, currency), Money(one.left, currency),
                 one.credit.source_id)
        for (payer, currency), one in done
    )  # fmt: skip


def on_no_bill(work: Work, account_id: str, currency: str) -> Money:
    """Return what an account owes beside bills and orders, such as what a bounced acceptance bill paid (CLEAR-4)."""
    receivable = ledger_store.balance_of(work.tx, account_id, posting_rules.RECEIVABLE, currency)
    place = (account_id, currency)
    bills = sum(one.amount for one in clearing_store.unpaid(work.tx, [account_id]).get(place, ()))
    credits_ = sum(one.amount for one in clearing_store.credits_left(work.tx, [account_id]).get(place, ()))
    return Money(max(0, receivable - bills + credits_), currency)


def clear_bills(work: Work, *, account_id: str, dry_run: bool = False) -> BillsCleared | Refused:
    """Pay the unpaid bills of an account from its funds, oldest month first (CLEAR-1).

    Incoming money does so by itself: this is for what became free otherwise, and for who switched that off. Cleared
    again, nothing happens. Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT.
    """
    holder = funds_store.holder(work.tx, account_id, work.now)
    allowed = authorise(work, Action.CLEAR_BILLS, account_id, state=holder.state if holder else None)
    if isinstance(allowed, Refused):
        return allowed
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)

    def decide() -> BillsCleared:
        ledger_store.lock_payers(work.tx, [account_id])
        done = clear(work, [account_id], by_hand=True)
        left = ledger_store.balance_of(work.tx, account_id, posting_rules.RECEIVABLE, holder.currency)
        beside = on_no_bill(work, account_id, holder.currency)
        return BillsCleared(account_id, done.paid, Money(left, holder.currency), beside, dry_run)

    touched = set(work.touched)
    answer = attempt(work.tx, decide, keep=lambda _: not dry_run)
    if dry_run:
        work.touched.intersection_update(touched)
    else:
        work.touched.update([account_id] if answer.paid else ())
    return answer


def _parts(work: Work, one: ToClear) -> list[Cleared]:
    return rules.clear(one.debts, one.sources, Month.of(work.now, one.debts.zone))


def _draws(one: ToClear, part: Cleared, entry: Entry) -> list[DrawRow]:
    if part.bill is None or part.bill.is_order:
        return []
    return [
        DrawRow(one.payer_id, part.bill.bill_id, line, draw.fund.value, draw.source_id, draw.amount, entry.entry_id)
        for line, draw in enumerate(part.draws, part.bill.next_line)
    ]


def _paid(one: ToClear, part: Cleared, entry: Entry) -> BillPaid:
    whole = part.bill.amount if part.bill else one.debts.on_no_bill
    return BillPaid(
        payer_id=one.payer_id,
        bill_id=part.bill.bill_id if part.bill else None,
        month=part.bill.month if part.bill else None,
        amount=Money(part.amount, one.currency),
        left=Money(whole - part.amount, one.currency),
        entry_id=entry.entry_id,
    )
