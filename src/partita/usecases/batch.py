"""Batches: link, permit, transfer or set limits for many accounts from one file, wholly or not at all.

Every row is tried in its order, under the locks of all accounts, as the command that it is; only when none is refused
is anything kept. Does not own what is done for a row and what is wrong with it (`batch_row`) nor how a file is read
(`formats.batch`). Rules: BATCH-1 … BATCH-3 (`docs/rules/batch.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from partita.core.fault import Problem
from partita.core.ids import derived_id
from partita.core.period import DEFAULT_ZONE
from partita.core.refusal import Reason, Refused, refused
from partita.formats.batch import BatchKind, BatchLine, read_batch
from partita.formats.regular_file import refuse_path
from partita.store import batch as batch_store
from partita.store import funds as funds_store
from partita.store import org as org_store
from partita.store import relation as relation_store
from partita.store.batch import Batch, BatchRow
from partita.store.funds import Holder
from partita.usecases.batch_row import Row, answers_of, may, refused_row
from partita.usecases.clearing import BillPaid
from partita.usecases.funds.command import saved
from partita.usecases.relation.standing import locked
from partita.usecases.work import Work

PROBLEMS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class BatchDone:
    """What a batch did, row by row. `repeated`: the same batch was applied before, and nothing happened now.

    `bills_paid`: what the money of its transfers paid at once of what was unpaid (CLEAR-1).
    """

    batch: Batch
    repeated: bool
    dry_run: bool
    bills_paid: tuple[BillPaid, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for: a file of a kind, and the batch that it is."""

    path: Path
    kind: BatchKind
    batch_id: str
    digest: bytes
    key: str | None


def run_batch(
    work: Work, path: Path, kind: BatchKind, *, idempotency_key: str | None = None, dry_run: bool = False
) -> BatchDone | Refused:
    """Apply a file, once per key (BATCH-1 … BATCH-3). A dry run tries every row and keeps nothing.

    Without a key the same rows on one day are one batch, whatever file they stand in. Refused in this order:
    FILE_NOT_FOUND, NOT_A_REGULAR_FILE; for a batch that is known BATCH_AT_FAULT (what may not be asked for any more)
    and IDEMPOTENCY_KEY_REUSED; BATCH_AT_FAULT: what cannot be read, together with what the commands refuse of the other
    rows, each fault named by row and column.
    """
    if no := refuse_path(path):
        return no
    lines, problems = read_batch(path, kind)
    if not lines:
        return _at_fault(path, problems)
    digest = sha256("\n".join("\x1f".join(line.content) for line in sorted(lines, key=_by_member)).encode()).digest()
    # a key counts in its enterprise: others may use the same one
    whose = batch_store.enterprises_of(work.tx, {name for line in lines for name in (line.main, line.member)})
    batch_id = derived_id("bch", kind.word, idempotency_key or f"{_day(work)}:{digest.hex()}", *whose)
    what = _Asked(path, kind, batch_id, digest, idempotency_key)
    return saved(work, lambda: _applied(work, what, lines, problems, dry_run=dry_run), dry_run=dry_run)


def _applied(
    work: Work, what: _Asked, lines: Sequence[BatchLine], unread: Sequence[Problem], *, dry_run: bool
) -> BatchDone | Refused:
    """Try every row. With rows that could not be read wholly it is tried only to name every fault at once."""
    known = funds_store.holders(work.tx, _accounts(work, lines), work.now)
    unlocked = locked(work, *known)
    assert unlocked is None, "only accounts that there are are locked"
    asked = [
        Row(what.kind, line, f"{what.batch_id}:{line.member}", _currency(line, known), frozenset(known))
        for line in lines
    ]
    before = batch_store.batch(work.tx, what.batch_id)
    if before and not unread:
        return _known(work, what, before, asked, dry_run=dry_run)
    said = list(zip(lines, answers_of(work, what.kind, asked), strict=True))
    problems = [*unread, *(one for _, answer in said if isinstance(answer, list) for one in answer)]
    if problems:
        return _at_fault(what.path, sorted(problems, key=lambda one: one.origin.row))
    rows = [
        BatchRow(line.origin.row, answer.repeated, line.member, answer.english, answer.chinese)
        for line, answer in said
        if not isinstance(answer, list)
    ]
    paid = tuple(one for _, answer in said if not isinstance(answer, list) for one in answer.bills_paid)
    name, signature = what.path.name, work.actor.signature
    done = Batch(what.batch_id, what.kind.word, what.digest, name, tuple(rows), signature, work.now)
    batch_store.add(work.tx, done)
    return BatchDone(done, repeated=False, dry_run=dry_run, bills_paid=paid)


def _known(work: Work, what: _Asked, before: Batch, asked: Sequence[Row], *, dry_run: bool) -> BatchDone | Refused:
    """Answer again what was applied before, to whoever may still ask for it: every command authorises first."""
    decisions = {about: may(work, what.kind, about) for about in {row.line.main or row.line.member for row in asked}}
    said = ((row, decisions[row.line.main or row.line.member]) for row in asked)
    if problems := [refused_row(row, no) for row, no in said if isinstance(no, Refused)]:
        return _at_fault(what.path, problems)
    if (before.kind, before.digest) != (what.kind.word, what.digest):
        return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=what.key)
    return BatchDone(before, repeated=True, dry_run=dry_run)


def _accounts(work: Work, lines: Sequence[BatchLine]) -> set[str]:
    """Return every account that the commands will lock: all at once, so that two batches never wait in a ring."""
    accounts = {name for line in lines for name in (line.main, line.member) if name}
    unnamed = {line.member for line in lines if not line.main}
    states = relation_store.states(work.tx, work.now, unnamed) if unnamed else []
    return accounts | {one.management_id for one in states if one.member_id in unnamed}


def _currency(line: BatchLine, known: dict[str, Holder]) -> str:
    """Return the money of the accounts of a row; that there are none is said by the command."""
    return next((known[name].currency for name in (line.member, line.main) if name in known), "CNY")


def _by_member(line: BatchLine) -> str:
    return line.member


def _day(work: Work) -> str:
    zone = org_store.catalogue_zone(work.tx) or DEFAULT_ZONE
    return work.now.astimezone(ZoneInfo(zone)).date().isoformat()


def _at_fault(path: Path, problems: Sequence[Problem]) -> Refused:
    shown, more = problems[:PROBLEMS_SHOWN], len(problems) - PROBLEMS_SHOWN
    english = [problem.message("en") for problem in shown] + ([f"… and {more} more"] if more > 0 else [])
    chinese = [problem.message("zh") for problem in shown] + ([f"……另有 {more} 处"] if more > 0 else [])
    return refused(
        Reason.BATCH_AT_FAULT,
        path=path,
        count=len(problems),
        problems="\n".join(f"  {line}" for line in english),
        problems_zh="\n".join(f"  {line}" for line in chinese),
    )
