"""Freeze a month: may it close, which usage counts for ever, and the plan that follows from that.

Owns the refusals of a close and their order, and `Plan`. Everything in a plan follows from the frozen run, never from
the clock, so that a rerun and `verify` work with the same. Rules: BILL-5, BILL-6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from partita.core.adjustment import Adjustment
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused
from partita.store import adjustment as adjustment_store
from partita.store import bill as bill_store
from partita.store import clearing as clearing_store
from partita.store import commitment as commitment_store
from partita.store import org as org_store
from partita.store import usage as usage_store
from partita.store.bill import CloseRun
from partita.store.usage import UsageFile
from partita.usecases import deduction
from partita.usecases.deduction import Deducting
from partita.usecases.rating import RatingTables, lay_out, load_tables, show_usage, unrateable
from partita.usecases.work import Books, Work


@dataclass(frozen=True, slots=True)
class Plan:
    """What a frozen run works with; everything follows from the run, never from the clock.

    `market`: the products of the marketplace. `met`: what the usage of the month meets, by bucket. `adjusted`: the
    adjustments that its bills take up, by bucket.
    """

    books: Books
    run: CloseRun
    previous_through: int
    buckets: int
    zones: dict[str, str]
    tables: RatingTables
    files: tuple[UsageFile, ...]
    market: frozenset[str] = frozenset()
    met: dict[int, Deducting] = field(default_factory=dict)
    adjusted: dict[int, tuple[Adjustment, ...]] = field(default_factory=dict)

    @property
    def month(self) -> Month:
        """The month that the run closes."""
        return Month.from_number(self.run.month)

    def usage(self, month: int, bucket: int) -> list[UsageFile]:
        """Return the usage files of a month and bucket that count in this run."""
        return [one for one in self.files if one.month == month and one.bucket == bucket]

    def late_months(self, bucket: int) -> list[int]:
        """The earlier months that got usage after their close and before this one froze (BILL-6)."""
        return sorted(
            {
                one.month
                for one in self.files
                if one.bucket == bucket and one.month < self.run.month and one.sequence > self.previous_through
            }
        )


def freeze(books: Books, month: Month, *, dry_run: bool) -> CloseRun | Refused:
    """Return the run of a month, freezing it when it is new: from here on the same usage counts for ever."""
    with books.work() as work:
        usage_store.lock_intake(work.tx)
        runs = {run.month: run for run in bill_store.runs(work.tx)}
        if month.number in runs:
            return runs[month.number]
        if (no := _may_close(work, month, runs)) is not None:
            return no
        through = max((run.usage_through for run in runs.values()), default=0)
        # Late usage of earlier months is priced by this close too: without a price it would be charged at nothing.
        files = [
            one
            for one in usage_store.files(work.tx)
            if one.month == month.number or (one.month < month.number and one.sequence > through)
        ]
        if (no := _no_price(books, work, files)) is not None:
            return no
        run = CloseRun(month.number, usage_store.latest_sequence(work.tx), work.now)
        if not dry_run:
            bill_store.begin(work.tx, run, org_store.bucket_count(work.tx))
        return run


def _may_close(work: Work, month: Month, runs: dict[int, CloseRun]) -> Refused | None:
    if any(work.now < month.period(zone).end for zone in org_store.zones(work.tx)):
        return refused(Reason.MONTH_NOT_OVER, month=month)
    files = usage_store.files(work.tx)
    last = max(runs, default=0)
    charging = commitment_store.charging_months(work.tx, last, month.number)
    charging |= adjustment_store.months(work.tx, last, month.number)
    earlier = {one.month for one in files if last < one.month < month.number} | (charging - {month.number})
    unfinished = set(runs) - bill_store.closed_months(work.tx)
    waiting = sorted(earlier | unfinished)
    if waiting:
        return refused(Reason.EARLIER_MONTH_OPEN, earlier=Month.from_number(waiting[0]), month=month)
    if month.number < last:
        return refused(Reason.MONTH_PASSED_OVER, month=month, last=Month.from_number(last))
    through = max((run.usage_through for run in runs.values()), default=0)
    if month.number not in charging and not any(
        one.month == month.number or (one.month < month.number and one.sequence > through) for one in files
    ):
        return refused(Reason.NOTHING_TO_CLOSE, month=month)
    return None


def _no_price(books: Books, work: Work, files: Sequence[UsageFile]) -> Refused | None:
    engine = books.engine()
    try:
        lay_out(engine, load_tables(work.tx))
        show_usage(engine, books.room, files)
        return unrateable(engine)
    finally:
        engine.close()


def plan_of(books: Books, run: CloseRun) -> Plan:
    """Return the plan of a run: what it works with, loaded from the books."""
    with books.work() as work:
        earlier = [one.usage_through for one in bill_store.runs(work.tx) if one.month < run.month]
        return Plan(
            books=books,
            run=run,
            previous_through=max(earlier, default=0),
            buckets=org_store.bucket_count(work.tx),
            zones=_zones(work),
            tables=load_tables(work.tx),
            files=tuple(usage_store.files(work.tx, through=run.usage_through)),
            market=frozenset(clearing_store.market_products(work.tx, run.closed_at)),
            met=deduction.closing_month(work.tx, Month.from_number(run.month)),
            adjusted=adjustment_store.by_bucket(work.tx, run.month, org_store.bucket_count(work.tx)),
        )


def _zones(work: Work) -> dict[str, str]:
    """Return the zone of each account: that of its enterprise."""
    enterprises = org_store.enterprises_of(work.tx)
    accounts = org_store.accounts_of(work.tx)
    return {name: enterprises[account.enterprise_id].zone for name, account in accounts.items()}
