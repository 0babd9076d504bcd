"""Custom bills: saved by an account, run at any time, and delivered by schedule: a file, and a notice of it.

A delivery is a file in the room of the books, a row that says which, and a notice through the channels of the account,
in one transaction: so each turn is delivered once. Does not own the file (`bill_file`) nor how a notice travels
(`outbox`). Rules: CUSTOM-1 … CUSTOM-4 (`docs/rules/custom_bill.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from partita.core.custom_bill import Definition, Schedule, Turn, at_fault, turn_of, unknown_word
from partita.core.money import AMOUNT_SCALE, format_scaled, minor_digits
from partita.core.notice import bill_notice
from partita.core.period import Month
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.store import bill as bill_store
from partita.store import custom_bill as custom_store
from partita.store import funds as funds_store
from partita.store.control_policy import Setting
from partita.store.custom_bill import CustomBill, DeliveryRow
from partita.usecases.bill_file import BillFile, export
from partita.usecases.bill_view import Asked, Rows, view
from partita.usecases.funds.command import holder_for
from partita.usecases.notice import tell
from partita.usecases.permission import authorise, operator_only
from partita.usecases.work import Books, Work


@dataclass(frozen=True, slots=True)
class Saved:
    """A custom bill as it stands; `active` False = it is none any more; `repeated`: so it stood before."""

    account_id: str
    name: str
    definition: Definition
    schedule: Schedule
    active: bool
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A custom bill with the turns that were delivered, the newest first."""

    custom: CustomBill
    delivered: tuple[DeliveryRow, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A turn that was delivered now, or why it was not."""

    account_id: str
    name: str
    turn: Turn
    rows: int
    path: str
    refusal: Refused | None = None


def save(
    work: Work, name: tuple[str, str], definition: Definition, schedule: Schedule, *, dry_run: bool = False
) -> Saved | Refused:
    """Save a custom bill of (account, name), or change the one of that name (CUSTOM-2).

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, BAD_COLUMN, BAD_CUSTOM_BILL.
    """
    holder = holder_for(work, Action.SAVE_CUSTOM_BILL, name[0])
    if isinstance(holder, Refused):
        return holder
    if (wrong := unknown_word(definition)) is not None:
        return refused(Reason.BAD_COLUMN, what=wrong.what, name=wrong.name, known=", ".join(wrong.known))
    if (fault := at_fault(name[1], definition)) is not None:
        return refused(Reason.BAD_CUSTOM_BILL, detail=fault)
    known = _found(work, *name)
    repeated = known is not None and (known.definition, known.schedule) == (definition, schedule)
    if not repeated and not dry_run:
        setting = Setting(work.actor.signature, work.now)
        custom_store.save(work.tx, name, definition, schedule, setting=setting)
    return Saved(*name, definition, schedule, active=True, repeated=repeated, dry_run=dry_run)


def take_off(work: Work, name: tuple[str, str], *, dry_run: bool = False) -> Saved | Refused:
    """Let a custom bill be none any more; what was delivered stays.

    Refused in this order: what `authorise` says, UNKNOWN_CUSTOM_BILL.
    """
    if isinstance(no := authorise(work, Action.SAVE_CUSTOM_BILL, name[0]), Refused):
        return no
    known = _found(work, *name)
    if known is None:
        return refused(Reason.UNKNOWN_CUSTOM_BILL, account=name[0], name=name[1])
    if not dry_run:
        setting = Setting(work.actor.signature, work.now)
        custom_store.save(work.tx, name, known.definition, known.schedule, setting=setting, active=False)
    return Saved(*name, known.definition, known.schedule, active=False, repeated=False, dry_run=dry_run)


def list_custom(work: Work, account_id: str) -> list[Shown] | Refused:
    """Return the custom bills of an account, by name. Refused: what `authorise` says."""
    if isinstance(no := authorise(work, Action.VIEW_BILLS, account_id), Refused):
        return no
    return [
        Shown(one, tuple(custom_store.delivered(work.tx, account_id, one.name)))
        for one in custom_store.saved(work.tx, account_id)
    ]


def run(books: Books, name: tuple[str, str], month: Month) -> tuple[CustomBill, Rows] | Refused:
    """Return the rows of a custom bill for a month. Refused: what `authorise` says, UNKNOWN_CUSTOM_BILL, as `view`."""
    found = _one(books, name)
    if isinstance(found, Refused):
        return found
    rows = view(books, Asked(month, name[0]), found.definition.dimensions, found.definition.filters)
    return rows if isinstance(rows, Refused) else (found, rows)


def run_to_file(
    books: Books, name: tuple[str, str], month: Month, target: Path, *, dry_run: bool = False
) -> BillFile | Refused:
    """Write a custom bill for a month to a file. Refused: what `authorise` says, UNKNOWN_CUSTOM_BILL, as `export`."""
    found = _one(books, name)
    if isinstance(found, Refused):
        return found
    return export(books, Asked(month, name[0]), found.definition, target, dry_run=dry_run)


def deliver(books: Books, *, dry_run: bool = False) -> list[Sent] | Refused:
    """Deliver every turn that is due and was not delivered (CUSTOM-4): a file in the room, and a notice of it.

    What is refused (nothing is charged yet, say) is told and tried again next time. With `dry_run` nothing is written.
    Refused: NOT_PERMITTED (to all but the operator).
    """
    if no := operator_only(books):
        return no
    with books.work() as work:
        due = _due(work)
    return [_deliver(books, one, turn, dry_run=dry_run) for one, turn in due]


def _due(work: Work) -> list[tuple[CustomBill, Turn]]:
    found = custom_store.saved(work.tx)
    closed = max(bill_store.closed_months(work.tx), default=None)
    last = None if closed is None else Month.from_number(closed)
    holders = funds_store.holders(work.tx, {one.account_id for one in found}, work.now)
    due = []
    for one in found:
        turn = turn_of(one.schedule, work.now, holders[one.account_id].zone, last)
        done = {row.turn for row in custom_store.delivered(work.tx, one.account_id, one.name)}
        if turn is not None and turn.key not in done:
            due.append((one, turn))
    return due


def _deliver(books: Books, one: CustomBill, turn: Turn, *, dry_run: bool) -> Sent:
    relative = f"bills/{one.account_id}/{one.name.replace('/', '_')}-{turn.label}.{one.definition.file}"
    asked = Asked(turn.month, one.account_id)
    with books.room.incoming() as folder:
        target = folder / f"bill.{one.definition.file}"
        done = export(books, asked, one.definition, target, dry_run=dry_run)
        if isinstance(done, Refused):
            return Sent(one.account_id, one.name, turn, 0, relative, done)
        if dry_run:
            return Sent(one.account_id, one.name, turn, done.rows, relative)
        digest = books.room.keep(target, relative)
    with books.work() as work:
        row = DeliveryRow(
            one.account_id, one.name, turn.key, one.sequence, turn.month.number, relative, digest, done.rows, work.now
        )
        if custom_store.deliver(work.tx, row):
            figures = {
                "month": str(turn.month), "file": relative, "sha256": digest.hex(), "rows": done.rows,
                "payable": [_money(amount, currency) for currency, amount in sorted(done.sums.items())],
            }  # fmt: skip
            tell(work, [bill_notice(one.account_id, one.name, turn.key, figures)])
    return Sent(one.account_id, one.name, turn, done.rows, relative)


def _money(amount_e10: int, currency: str) -> str:
    return f"{format_scaled(amount_e10, AMOUNT_SCALE, places=minor_digits(currency))} {currency}"


def _one(books: Books, name: tuple[str, str]) -> CustomBill | Refused:
    with books.work() as work:
        if isinstance(no := authorise(work, Action.VIEW_BILLS, name[0]), Refused):
            return no
        return _found(work, *name) or refused(Reason.UNKNOWN_CUSTOM_BILL, account=name[0], name=name[1])


def _found(work: Work, account_id: str, name: str) -> CustomBill | None:
    return next((one for one in custom_store.saved(work.tx, account_id) if one.name == name), None)
