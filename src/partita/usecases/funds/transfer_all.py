"""Many transfers at once: each decided as it would be alone, in their order, but loaded and written together.

A batch of hundreds takes a dozen statements. Load → decide → save under the locks of all ends, once per key.
Rules: FUNDS-5, FUNDS-10 (`docs/rules/funds.md`), BATCH-2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import funds as funds_store
from partita.store import ledger as ledger_store
from partita.usecases.clearing import BillPaid, clear
from partita.usecases.funds.transfer import Command, checked, drafts_of, standing_of
from partita.usecases.permission import authorise
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class TransferAsked:
    """One transfer of many, with its key."""

    giver: str
    receiver: str
    amount: Money
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class TransferMade:
    """One transfer of many that happened; `repeated`: it was recorded before.

    `bills_paid`: what its receiver paid at once of what was unpaid (CLEAR-1), told with the last one to that receiver.
    """

    asked: TransferAsked
    repeated: bool
    bills_paid: tuple[BillPaid, ...] = ()


def transfer_all(work: Work, asked: Sequence[TransferAsked]) -> list[TransferMade | Refused]:
    """Transfer in the order given, each as `funds.transfer` would: a later one sees what the earlier ones took.

    Answers each; with one refusal nothing is written. Keys differ within a giver. Each is refused as `transfer` says.
    """
    commands = _checked(work, asked)
    drafts = [draft for one in commands if isinstance(one, Command) for draft in drafts_of(one)]
    heads = ledger_store.lock_payers(work.tx, {draft.payer_id for draft in drafts})
    known = ledger_store.keys_known(work.tx, [(one.payer_id, one.idempotency_key) for one in drafts[::2]])
    before = [(one.payer_id, one.idempotency_key) in known for one in drafts[::2]]
    answers = _decided(work, asked, commands, iter(before))
    if any(isinstance(one, Refused) for one in answers) or not drafts:
        return answers
    done = ledger_store.append_under(work.tx, drafts, heads, recorded_at=work.now)
    if isinstance(done, Refused):
        return [refused(Reason.IDEMPOTENCY_KEY_REUSED, key=done.detail["key"]) for _ in answers]
    moved = {draft.payer_id for place, draft in enumerate(drafts) if not before[place // 2]}
    work.touched.update(moved)
    return _with_paid(answers, clear(work, moved).paid)


def _with_paid(answers: list[TransferMade | Refused], paid: Sequence[BillPaid]) -> list[TransferMade | Refused]:
    """Tell what was paid with the last transfer to who paid it, or from whom, where it received nothing."""
    last = {name: place for place, one in enumerate(answers) for name in _ends(one, receivers=False)}
    last |= {name: place for place, one in enumerate(answers) for name in _ends(one, receivers=True)}
    told: dict[int, list[BillPaid]] = {}
    for one in paid:
        told.setdefault(last[one.payer_id], []).append(one)
    return [
        replace(one, bills_paid=tuple(told[place])) if isinstance(one, TransferMade) and place in told else one
        for place, one in enumerate(answers)
    ]


def _ends(one: TransferMade | Refused, *, receivers: bool) -> tuple[str, ...]:
    if isinstance(one, Refused) or one.repeated:
        return ()
    return (one.asked.receiver if receivers else one.asked.giver,)


def _checked(work: Work, asked: Sequence[TransferAsked]) -> list[Command | Refused]:
    """Check what can be checked without a lock; a giver is asked for once, however often it gives."""
    known = funds_store.holders(work.tx, {name for one in asked for name in (one.giver, one.receiver)}, work.now)
    givers = {one.giver: known.get(one.giver) for one in asked}
    allowed = {
        name: authorise(work, Action.TRANSFER, name, state=holder.state if holder else None)
        for name, holder in givers.items()
    }
    commands: list[Command | Refused] = []
    for one in asked:
        said = allowed[one.giver]
        command = Command(one.giver, one.receiver, one.amount, one.idempotency_key)
        commands.append(said if isinstance(said, Refused) else checked(work, command, known))
    return commands


def _decided(
    work: Work,
    asked: Sequence[TransferAsked],
    commands: Sequence[Command | Refused],
    before: Iterator[bool],
) -> list[TransferMade | Refused]:
    """Ask the rules for each in turn; what was recorded `before` (of each that is sound) is not asked about again."""
    sound = [one for one in commands if isinstance(one, Command)]
    givers = {one.giver for one in sound}
    standing = standing_of(work, givers | {one.receiver for one in sound}, givers)
    figures = standing.figures
    answers: list[TransferMade | Refused] = []
    for one, command in zip(asked, commands, strict=True):
        if isinstance(command, Refused):
            answers.append(command)
            continue
        repeated = next(before)
        if not repeated and (no := standing.may_transfer(command.giver, command.receiver, command.amount)):
            answers.append(no)
            continue
        answers.append(TransferMade(one, repeated))
        if not repeated:
            minor = command.amount.minor
            figures[command.giver] = figures[command.giver].after_giving(minor)
            if command.receiver in figures:
                figures[command.receiver] = figures[command.receiver].after_receiving(command.giver, minor)
    return answers
