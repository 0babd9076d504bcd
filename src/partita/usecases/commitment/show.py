"""Show the packages and plans of an account, with what is left of them. Rules: PKG-1, PLAN-1, DEDUCT-2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from partita.core import resource_package as rules
from partita.core.deduction import Commitment, Sharing, Skip
from partita.core.period import Period
from partita.core.permission import Action
from partita.core.refusal import Refused
from partita.core.resource_package import ResourcePackage, Stretch
from partita.core.savings_plan import SavingsPlan
from partita.store import commitment as commitment_store
from partita.usecases.funds.command import holder_for
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class StretchShown:
    """A stretch with what its present window gives and what is left of it (`_e6`), as the last rating knows it."""

    stretch: Stretch
    quota_e6: int
    left_e6: int
    state: str


@dataclass(frozen=True, slots=True)
class PackageShown:
    """A package of an account: its stretches, whom it serves, and when it was ended early, if it was."""

    package: ResourcePackage
    stretches: tuple[StretchShown, ...]
    shares: tuple[Sharing, ...]
    skips: tuple[Skip, ...]
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlanShown:
    """A plan of an account: what it promises, whom it serves, its state, and when it was ended early, if it was."""

    plan: SavingsPlan
    shares: tuple[Sharing, ...]
    skips: tuple[Skip, ...]
    state: str
    ended_at: datetime | None


def list_packages(work: Work, account_id: str) -> list[PackageShown] | Refused:
    """Return the packages of an account. Refused: what `authorise` says, UNKNOWN_ACCOUNT."""
    holder = holder_for(work, Action.VIEW_FINANCES, account_id)
    if isinstance(holder, Refused):
        return holder
    rows = commitment_store.packages_of(work.tx, [account_id])
    names = [row.package.package_id for row in rows]
    shares, skips, ends = (
        commitment_store.shares_of(work.tx, names),
        commitment_store.skips_of(work.tx, names),
        commitment_store.end_of(work.tx, names),
    )
    deducting = {one.source_id: one for row in rows for one in _commitments(row.package, row.stretches)}
    left = left_of(work, list(deducting.values()))
    return [
        PackageShown(
            row.package,
            tuple(
                StretchShown(
                    one,
                    deducting[one.source_id].capacity_of(_present(work, deducting[one.source_id])),
                    left[one.source_id],
                    state(one.valid.start, one.valid.end, ends.get(name), work.now),
                )
                for one in row.stretches
            ),
            tuple(shares.get(name, ())),
            tuple(skips.get(name, ())),
            ends.get(name),
        )
        for row, name in zip(rows, names, strict=True)
    ]


def list_plans(work: Work, account_id: str) -> list[PlanShown] | Refused:
    """Return the savings plans of an account. Refused: what `authorise` says, UNKNOWN_ACCOUNT."""
    holder = holder_for(work, Action.VIEW_FINANCES, account_id)
    if isinstance(holder, Refused):
        return holder
    plans = [row.plan for row in commitment_store.plans_of(work.tx, [account_id])]
    names = [one.plan_id for one in plans]
    shares, skips, ends = (
        commitment_store.shares_of(work.tx, names),
        commitment_store.skips_of(work.tx, names),
        commitment_store.end_of(work.tx, names),
    )
    return [
        PlanShown(
            one, tuple(shares.get(name, ())), tuple(skips.get(name, ())),
            state(one.valid.start, one.valid.end, ends.get(name), work.now), ends.get(name),
        )
        for one, name in zip(plans, names, strict=True)
    ]  # fmt: skip


def state(start: datetime, end: datetime, ended_at: datetime | None, now: datetime) -> str:
    """Return how it stands by the clock: `waiting`, `running`, `over` or `ended`."""
    if ended_at is not None and ended_at <= now and ended_at < end:
        return "ended"
    if now < start:
        return "waiting"
    return "running" if now < end else "over"


def left_of(work: Work, commitments: Sequence[Commitment]) -> dict[str, int]:
    """Return what is left of the present window of packages, `_e6`: after all closes and what open months took."""
    names = [one.source_id for one in commitments]
    closed, running = commitment_store.taken_in_all(work.tx, names), commitment_store.running_of(work.tx, names)
    found: dict[str, int] = {}
    for one in commitments:
        window = _present(work, one)
        open_months = sum(taken for _, at, taken in running.get(one.source_id, []) if at == window.start)
        taken = open_months + (closed.get(one.source_id, 0) if one.cycle is None else 0)
        found[one.source_id] = rules.left_e6(one.capacity_of(window), taken)
    return found


def _present(work: Work, one: Commitment) -> Period:
    """Return the present window of a package; before it starts its first."""
    return one.window(max(work.now, one.valid.start))


def _commitments(package: ResourcePackage, stretches: Sequence[Stretch]) -> list[Commitment]:
    return [rules.commitment(package, one, package.owner_id) for one in stretches]
