"""What every command that moves money has in common: what it may say, its key, and that a refusal leaves no trace.

Rules: FUNDS-2, FUNDS-3 (`docs/rules/funds.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from partita.core.funds import AMOUNT_MINOR_MAX
from partita.core.ledger import Draft, Entry, is_line
from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.store.db import attempt
from partita.store.funds import By, Holder
from partita.usecases.clearing import BillPaid, clear
from partita.usecases.permission import authorise
from partita.usecases.work import Work

TEXT_MAX = 200
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Posted:
    """The entries of a command, and whether it was recorded before (nothing happened now then).

    `balances`: what the balances are now that it moved; `bills_paid`: what its money paid at once (CLEAR-1).
    """

    entries: tuple[Entry, ...]
    repeated: bool
    balances: dict[tuple[str, str, str], int]
    bills_paid: tuple[BillPaid, ...] = ()

    def balance_of(self, work: Work, payer_id: str, ledger_account: str, currency: str) -> int:
        """Return what a balance is now, in minor units; it is asked for only where the command did not move it."""
        name = (payer_id, ledger_account, currency)
        return self.balances[name] if name in self.balances else ledger_store.balance_of(work.tx, *name)


def holder_for(work: Work, action: Action, account_id: str) -> Holder | Refused:
    """Return the holder of funds that an account is, if the actor may do this: what `authorise` says, UNKNOWN_ACCOUNT.

    Every use case of funds begins with it.
    """
    found = funds_store.holder(work.tx, account_id, work.now)
    allowed = authorise(work, action, account_id, state=found.state if found else None)
    if isinstance(allowed, Refused):
        return allowed
    return found or refused(Reason.UNKNOWN_ACCOUNT, account=account_id)


def amount_at_fault(amount: Money, currency: str) -> Refused | None:
    """Refuse an amount (FUNDS-2): CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT (more than ten trillion)."""
    if amount.currency != currency:
        return refused(Reason.CURRENCY_NOT_USED, currency=amount.currency, known=currency)
    if amount.minor <= 0:
        return refused(Reason.AMOUNT_NOT_POSITIVE, amount=amount)
    if amount.minor > AMOUNT_MINOR_MAX:
        most = Money(AMOUNT_MINOR_MAX, amount.currency).grouped
        limit = (f"more than {most}, the most at a time.", f"超过一次的上限 {most}。")
        return refused(Reason.BAD_AMOUNT, amount=amount, currency=amount.currency, detail=limit)
    return None


def text_at_fault(texts: Mapping[str, str], *, needed: frozenset[str] = frozenset({"key"})) -> Refused | None:
    """Refuse a text that is no single line of at most 200 characters, or is needed and empty: BAD_TEXT."""
    for name, text in texts.items():
        if not is_line(text) or len(text) > TEXT_MAX or (name in needed and not text):
            return refused(Reason.BAD_TEXT, name=name, limit=TEXT_MAX)
    return None


def key_of_day(work: Work, holder: Holder, *facts: object) -> str:
    """Return the key of a command that has none (FUNDS-3): its facts and the day in the account's zone."""
    day = work.now.astimezone(ZoneInfo(holder.zone)).date()
    return ":".join([day.isoformat(), *map(str, facts)])


def saved(work: Work, decide: Callable[[], Answer | Refused], *, dry_run: bool) -> Answer | Refused:
    """Return what `decide` answers and keep what it wrote, unless it refuses or this is a dry run.

    What is not kept touches nobody: no service is decided about because of it.
    """
    touched = set(work.touched)
    answer = attempt(work.tx, decide, keep=lambda answer: not dry_run and not isinstance(answer, Refused))
    if dry_run or isinstance(answer, Refused):
        work.touched.intersection_update(touched)
    return answer


def posted(
    work: Work,
    drafts: tuple[Draft, ...],
    key: str,
    *,
    may: Callable[[], Refused | None],
    also: Callable[[], None] | None = None,
) -> Posted | Refused:
    """Append the entries of a command under the locks of their payers, once per key.

    What `may` refuses counts only when the key is new: a command that was recorded stays recorded, whatever became of
    the account. `also` records what belongs to the entries. What its payers owe is then paid from what they have
    (CLEAR-1). Refused: what `may` says, IDEMPOTENCY_KEY_REUSED.
    """
    heads = ledger_store.lock_payers(work.tx, [draft.payer_id for draft in drafts])
    no, first = may(), drafts[0]
    if no and not ledger_store.is_known(work.tx, first.payer_id, first.idempotency_key):
        return no
    done = ledger_store.append_under(work.tx, drafts, heads, recorded_at=work.now)
    if isinstance(done, Refused):
        return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
    if done.repeated:
        return Posted(tuple(done.entries), repeated=True, balances=done.balances)
    if also:
        also()
    work.touched.update(heads)
    cleared = clear(work, heads, owed=None if also else done.owed)
    return Posted(tuple(done.entries), False, done.balances | cleared.balances, cleared.paid)  # noqa: FBT003


def by(work: Work) -> By:
    """Return who records a fact now, and when."""
    return By(work.actor.signature, work.now)
