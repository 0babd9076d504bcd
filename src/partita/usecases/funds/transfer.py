"""Transfers (划拨) and reclaims (回收): money from a main account to its member, or back to the one who gave it.

Load → decide → save under the locks of both ends, once per key. Rules: FUNDS-5, FUNDS-6, FUNDS-10
(`docs/rules/funds.md`), POST-7.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from partita.core import posting_rules
from partita.core.account import AccountState
from partita.core.funds import Ends, Figures, Fund, Tie, may_reclaim, may_share, may_transfer, source_account
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.permission import Action, Granted
from partita.core.refusal import Reason, Refused, refused
from partita.core.relation import Relation
from partita.store import account as account_store
from partita.store import funds as funds_store
from partita.store import relation as relation_store
from partita.store.account import AccountFacts
from partita.store.funds import Holder
from partita.usecases.clearing import BillPaid
from partita.usecases.funds.command import (
    Posted,
    amount_at_fault,
    key_of_day,
    posted,
    saved,
    text_at_fault,
)
from partita.usecases.funds.figures import figures_of
from partita.usecases.permission import at_rest, authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Transferred:
    """Money that went from a giver to a receiver, or back (`reclaimed`), and what both have after it.

    `giver_cash`: the giver's cash; `receiver_book`: what is left of the giver's money at the receiver. `repeated`: the
    same command was recorded before, and nothing happened now. `bills_paid`: what the money paid at once of what was
    unpaid (CLEAR-1).
    """

    giver: str
    receiver: str
    amount: Money
    reclaimed: bool
    entry_id: str
    receiver_entry_id: str
    giver_cash: Money
    receiver_book: Money
    idempotency_key: str
    repeated: bool
    dry_run: bool
    bills_paid: tuple[BillPaid, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked for."""

    giver: str
    receiver: str
    amount: Money
    key: str | None
    reclaim: bool = False
    dry_run: bool = False


def transfer(
    work: Work,
    *,
    giver: str,
    receiver: str,
    amount: Money,
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> Transferred | Refused:
    """Transfer cash of `giver` into the transfer book that `receiver` has of it, once per key (FUNDS-5, FUNDS-10).

    Without a key the same giver, receiver and amount on one day are one transfer. Refused in this order: what
    `authorise` says of the giver, UNKNOWN_ACCOUNT, TRANSFER_TO_ITSELF, CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE,
    BAD_AMOUNT, BAD_TEXT; then, unless the key is known, ACCOUNT_CLOSED, TRANSFER_NOT_RELATED, TRANSFER_IN_TRUSTEESHIP,
    SHARING_NOT_VERIFIED, SHARING_ENTITY_DIFFERS, SOURCE_OVERDUE, EXCEEDS_TRANSFERABLE; IDEMPOTENCY_KEY_REUSED.
    """
    command = _command(work, Command(giver, receiver, amount, idempotency_key, reclaim=False, dry_run=dry_run))
    if isinstance(command, Refused):
        return command
    return saved(work, lambda: _transferred(work, command), dry_run=dry_run)


def reclaim(
    work: Work,
    *,
    giver: str,
    receiver: str,
    amount: Money,
    idempotency_key: str | None = None,
    dry_run: bool = False,
) -> Transferred | Refused:
    """Take back into the cash of `giver` what `receiver` has not spent of its money, once per key (FUNDS-6).

    No relation is needed any more: the money is the giver's to take. Refused in this order: what `authorise` says of
    the giver, ACCOUNT_CLOSED, ACCOUNT_FROZEN (the receiver), UNKNOWN_ACCOUNT, TRANSFER_TO_ITSELF, CURRENCY_NOT_USED,
    AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT; then, unless the key is known, EXCEEDS_RECLAIMABLE;
    IDEMPOTENCY_KEY_REUSED.
    """
    command = _command(work, Command(giver, receiver, amount, idempotency_key, reclaim=True, dry_run=dry_run))
    if isinstance(command, Refused):
        return command
    return saved(work, lambda: _transferred(work, command), dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class Standing:
    """How accounts stand under their locks: states and legal entities, relations by member, figures of the givers."""

    facts: dict[str, AccountFacts]
    relations: dict[str, Relation]
    figures: dict[str, Figures]

    def ends(self, giver: str, receiver: str) -> Ends:
        """Return two of them as the ends of a transfer or of shared credit."""
        entities = (self.facts[giver].entity_id, self.facts[receiver].entity_id)
        return Ends(giver, receiver, self._tie(giver, receiver), *entities)

    def may_transfer(self, giver: str, receiver: str, amount: Money) -> Refused | None:
        """Refuse a transfer: ACCOUNT_CLOSED, then what `may_share` and `may_transfer` refuse (FUNDS-5, FUNDS-10)."""
        if self.facts[receiver].state is AccountState.CLOSED:
            return refused(Reason.ACCOUNT_CLOSED, account=receiver)
        return may_share(self.ends(giver, receiver)) or may_transfer(self.figures[giver], amount)

    def _tie(self, one: str, other: str) -> Tie | None:
        """Return the relation in which two accounts are main account and member, whichever of them is which."""
        for member, management in ((other, one), (one, other)):
            relation = self.relations.get(member)
            if relation is not None and relation.management_id == management:
                return Tie(management, member, relation.mode)
        return None


def standing_of(work: Work, accounts: Collection[str], givers: Collection[str]) -> Standing:
    """Load how accounts stand; of the givers also their figures. The caller holds the locks of all."""
    return Standing(
        account_store.facts_of(work.tx, accounts),
        relation_store.relations_of_members(work.tx, accounts, work.now),
        funds_store.figures(work.tx, givers, work.now) if givers else {},
    )


def ends_of(work: Work, giver: str, receiver: str) -> Ends:
    """Return the two ends of a transfer or of shared credit: their relation and their legal entities now."""
    return standing_of(work, (giver, receiver), ()).ends(giver, receiver)


def _command(work: Work, asked: Command) -> Command | Refused:
    """Check what can be checked without a lock."""
    giver = asked.giver
    known = funds_store.holders(work.tx, (giver, asked.receiver), work.now)
    allowed = authorise(work, Action.TRANSFER, giver, state=known[giver].state if giver in known else None)
    if isinstance(allowed, Refused):
        return allowed
    still = at_rest(work, Action.TRANSFER, asked.receiver) if asked.reclaim else None
    return still or checked(work, asked, known)


def checked(work: Work, asked: Command, known: dict[str, Holder]) -> Command | Refused:
    """Check a command that is allowed as far as it goes without a lock, and give it its key."""
    giver, receiver, amount = asked.giver, asked.receiver, asked.amount
    for account in (giver, receiver):
        if account not in known:
            return refused(Reason.UNKNOWN_ACCOUNT, account=account)
    holder, other = known[giver], known[receiver]
    if giver == receiver:
        return refused(Reason.TRANSFER_TO_ITSELF, account=giver)
    key = key_of_day(work, holder, receiver, amount) if asked.key is None else asked.key
    no = amount_at_fault(amount, holder.currency) or amount_at_fault(amount, other.currency)
    return no or text_at_fault({"key": key}) or replace(asked, key=key)


def drafts_of(command: Command) -> tuple[Draft, Draft]:
    """Return the entries of a command that has its key."""
    assert command.key is not None, "a checked command has its key"
    make = posting_rules.reclaimed if command.reclaim else posting_rules.transferred
    return make(giver=command.giver, receiver=command.receiver, amount=command.amount, idempotency_key=command.key)


def _transferred(work: Work, command: Command) -> Transferred | Refused:
    done = posted(work, drafts_of(command), command.key or "", may=lambda: _refusal(work, command))
    return done if isinstance(done, Refused) else _answer(work, command, done)


def _refusal(work: Work, command: Command) -> Refused | None:
    """Ask the rules, under the locks of both ends."""
    giver, receiver, amount = command.giver, command.receiver, command.amount
    if command.reclaim:
        left = funds_store.left_of_pair(work.tx, giver, receiver, amount.currency)
        seen = isinstance(authorise(work, Action.VIEW_FINANCES, receiver), Granted)
        figures = figures_of(work, receiver)
        return may_reclaim(figures, giver_id=giver, left_of_pair=left, amount=amount, is_seen=seen)
    return standing_of(work, (giver, receiver), (giver,)).may_transfer(giver, receiver, amount)


def _answer(work: Work, command: Command, done: Posted) -> Transferred:
    giver, receiver, currency = command.giver, command.receiver, command.amount.currency
    cash = -done.balance_of(work, giver, posting_rules.CASH, currency)
    book = -done.balance_of(work, receiver, source_account(Fund.TRANSFER_BOOK, giver), currency)
    return Transferred(
        giver=giver,
        receiver=receiver,
        amount=command.amount,
        reclaimed=command.reclaim,
        entry_id=done.entries[0].entry_id,
        receiver_entry_id=done.entries[1].entry_id,
        giver_cash=Money(cash, currency),
        receiver_book=Money(book, currency),
        idempotency_key=command.key or "",
        repeated=done.repeated,
        dry_run=command.dry_run,
        bills_paid=done.bills_paid,
    )
