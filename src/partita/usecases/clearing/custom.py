"""Custom settlements: chosen bills are paid, in part or whole, from chosen funds, until they are paid or it is ended.

Rules: CLEAR-7 (`docs/rules/clearing.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from partita.core import clearing as rules
from partita.core.clearing import CLEARING_FUNDS, Chosen, Picked
from partita.core.funds import Fund
from partita.core.ids import derived_id
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import clearing as clearing_store
from partita.store import ledger as ledger_store
from partita.store.clearing import CustomRow
from partita.store.funds import Holder
from partita.usecases.clearing.automatic import BillPaid, post
from partita.usecases.clearing.switch import switch_of
from partita.usecases.funds.command import by, holder_for, saved, text_at_fault
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class CustomSettled:
    """A custom settlement as it stands now, and what was paid just now."""

    settlement: CustomRow
    paid: tuple[BillPaid, ...]
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose: bills with amounts (None = whole), and funds (`cash`, `transfer_book/main`; none = all)."""

    bills: tuple[tuple[str, int | None], ...]
    funds: tuple[str, ...] = ()


def settle(
    work: Work, *, account_id: str, choice: Choice, idempotency_key: str, dry_run: bool = False
) -> CustomSettled | Refused:
    """Start a custom settlement of chosen bills and pay what there is money for, once per key (CLEAR-7).

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, BAD_TEXT, BAD_FUND, FUND_NOT_FOR_CLEARING; then,
    unless the key is known, CLEARING_IS_AUTOMATIC, CUSTOM_SETTLEMENT_RUNNING, what `choose` says;
    IDEMPOTENCY_KEY_REUSED.
    """
    holder = holder_for(work, Action.SET_CLEARING, account_id)
    if isinstance(holder, Refused):
        return holder
    picked = _picked(choice.funds)
    no = text_at_fault({"key": idempotency_key}) or (picked if isinstance(picked, Refused) else rules.may_pick(picked))
    if no:
        return no

    def decide() -> CustomSettled | Refused:
        ledger_store.lock_payers(work.tx, [account_id])
        known = clearing_store.custom_by_key(work.tx, account_id, idempotency_key)
        if known is not None:
            return _again(known, choice, dry_run=dry_run)
        made = _made(work, holder, choice, idempotency_key)
        if isinstance(made, Refused):
            return made
        clearing_store.add_custom(work.tx, made, by(work))
        return _paid(work, made, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def resume(work: Work, *, settlement_id: str, dry_run: bool = False) -> CustomSettled | Refused:
    """Pay what a custom settlement still asks, as far as there is money now (CLEAR-7).

    Refused in this order: UNKNOWN_CUSTOM_SETTLEMENT, what `authorise` says, CUSTOM_SETTLEMENT_ENDED.
    """
    found = _running(work, settlement_id)
    if isinstance(found, Refused):
        return found

    def decide() -> CustomSettled | Refused:
        ledger_store.lock_payers(work.tx, [found.payer_id])
        now = clearing_store.custom(work.tx, settlement_id)
        assert now is not None, "what was there stays there"
        return _paid(work, now, dry_run=dry_run) if now.is_running else CustomSettled(now, (), True, dry_run)  # noqa: FBT003

    return saved(work, decide, dry_run=dry_run)


def end(work: Work, *, settlement_id: str, dry_run: bool = False) -> CustomSettled | Refused:
    """End a custom settlement; what it has not paid stays unpaid (CLEAR-7).

    Refused in this order: UNKNOWN_CUSTOM_SETTLEMENT, what `authorise` says, CUSTOM_SETTLEMENT_ENDED (it is settled).
    """
    found = _running(work, settlement_id, or_state="ended")
    if isinstance(found, Refused):
        return found

    def decide() -> CustomSettled | Refused:
        ledger_store.lock_payers(work.tx, [found.payer_id])
        now = clearing_store.custom(work.tx, settlement_id)
        assert now is not None, "what was there stays there"
        if now.is_running:
            clearing_store.end_custom(work.tx, now, "ended", by(work))
        return CustomSettled(replace(now, state="ended"), (), not now.is_running, dry_run)

    return saved(work, decide, dry_run=dry_run)


_STATES = {"running": ("running", "进行中"), "settled": ("settled", "完成"), "ended": ("ended", "结束")}


def state_text(state: str, language: str = "en") -> str:
    """Name the state of a custom settlement in `en` or `zh`."""
    return _STATES[state][language == "zh"]


def _picked(funds: Sequence[str]) -> list[Picked] | Refused:
    known = {fund.value: fund for fund in Fund}
    found = []
    for name in funds:
        fund, _, source = name.partition("/")
        if fund not in known:
            names = ", ".join(one.value for one in CLEARING_FUNDS)
            return refused(Reason.BAD_FUND, fund=name, known=names)
        found.append(Picked(known[fund], source or None))
    return found


def _again(known: CustomRow, choice: Choice, *, dry_run: bool) -> CustomSettled | Refused:
    asked = dict(choice.bills)
    same = list(asked) == [one.bill_id for one in known.chosen] and choice.funds == known.funds
    if not same or any(asked[one.bill_id] not in (None, one.amount) for one in known.chosen):
        return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=known.key)
    return CustomSettled(known, (), True, dry_run)  # noqa: FBT003


def _made(work: Work, holder: Holder, choice: Choice, key: str) -> CustomRow | Refused:
    account, currency = holder.account_id, holder.currency
    state = switch_of(work, account)
    if state.clears:
        return refused(Reason.CLEARING_IS_AUTOMATIC, account=account, switch=state.value)
    running = [one for one in clearing_store.customs_of(work.tx, account) if one.is_running]
    if running:
        return refused(Reason.CUSTOM_SETTLEMENT_RUNNING, account=account, settlement=running[0].settlement_id)
    unpaid = clearing_store.unpaid(work.tx, [account]).get((account, currency), [])
    chosen = rules.choose({one.bill_id: one for one in unpaid}, choice.bills, currency)
    if isinstance(chosen, Refused):
        return chosen
    name = derived_id("stl", account, key)
    return CustomRow(account, name, currency, choice.funds, key, work.now, "running", chosen, {})


def _running(work: Work, settlement_id: str, *, or_state: str = "running") -> CustomRow | Refused:
    found = clearing_store.custom(work.tx, settlement_id)
    if found is None:
        return refused(Reason.UNKNOWN_CUSTOM_SETTLEMENT, settlement=settlement_id)
    holder = holder_for(work, Action.SET_CLEARING, found.payer_id)
    if isinstance(holder, Refused):
        return holder
    if found.state not in ("running", or_state):
        return refused(Reason.CUSTOM_SETTLEMENT_ENDED, settlement=settlement_id, state=_STATES[found.state])
    return found


def _paid(work: Work, one: CustomRow, *, dry_run: bool) -> CustomSettled:
    """Pay what a settlement still asks; the caller holds the lock of its account."""
    owed = clearing_store.owing(work.tx, [one.payer_id])
    found = (
        [asked for asked in clearing_store.to_clear(work.tx, owed) if asked.currency == one.currency] if owed else []
    )
    picked = _picked(one.funds)
    assert not isinstance(picked, Refused), "what was kept was checked"
    decided = [
        (asked, part) for asked in found for part in rules.clear_chosen(asked.debts, one.left, asked.sources, picked)
    ]
    done = post(work, decided)
    paid = [(part.bill_id, part.amount.minor, part.entry_id) for part in done.paid if part.bill_id]
    clearing_store.add_payments(work.tx, one, paid, work.now)
    after = replace(one, paid=_added(one, paid))
    if not _open(work, after):
        clearing_store.end_custom(work.tx, after, "settled", by(work))
        after = replace(after, state="settled")
    work.touched.update([one.payer_id] if done.paid else ())
    return CustomSettled(after, done.paid, repeated=False, dry_run=dry_run)


def _added(one: CustomRow, paid: Sequence[tuple[str, int, str]]) -> dict[str, int]:
    sums = dict(one.paid)
    for bill, amount, _ in paid:
        sums[bill] = sums.get(bill, 0) + amount
    return sums


def _open(work: Work, one: CustomRow) -> list[Chosen]:
    """Return what of a settlement is still to be paid: what another way has paid meanwhile is not."""
    unpaid = {
        bill.bill_id for bill in clearing_store.unpaid(work.tx, [one.payer_id]).get((one.payer_id, one.currency), [])
    }
    return [chosen for chosen in one.left if chosen.bill_id in unpaid]
