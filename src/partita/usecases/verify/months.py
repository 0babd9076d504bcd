"""Proof of the months: every month with charges, bills or entries was closed whole, or is being closed (VERIFY-5).

Owns which months are still under way: what of them is not there yet is no fault. Does not own the states and their
order (`core.bill`) nor the close (`usecases.close`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from partita.core.bill import CLOSE_STATES
from partita.core.period import Month
from partita.store import proof
from partita.store.db import Transaction
from partita.store.proof import BucketTrace
from partita.usecases.verify.equation import Equation, Finding, counted, reading
from partita.usecases.work import Books

_CLOSED = len(CLOSE_STATES) - 1


@dataclass(frozen=True, slots=True)
class Months:
    """What the traces of all closes say: the months, what is wrong with them, and which are under way at what state."""

    all: tuple[int, ...]
    findings: dict[int, list[Finding]]
    under_way: dict[int, tuple[int, str]]


def whole(books: Books) -> list[Equation]:
    """Prove that each month that left a trace has a run and all its steps; one under way is told, and is no fault."""
    with reading(books) as tx:
        months = look(tx)
    return [
        counted(
            "months",
            "months with final charges, bills or steps = months whose close is whole or under way",
            "有最终计费、账单或步骤的账期 = 出账完整或进行中的账期",
            (len(months.all), len(months.all) - len(months.findings)),
            [finding for found in months.findings.values() for finding in found],
            *(_under_way(month, *at) for month, at in months.under_way.items()),
        )
    ]


def look(tx: Transaction) -> Months:
    """Read the traces of all closes. A month under way is one without any fault whose buckets are not all closed."""
    findings: dict[int, list[Finding]] = {}
    under_way: dict[int, tuple[int, str]] = {}
    traces = {month: list(found) for month, found in groupby(proof.bucket_traces(tx), key=lambda one: one.month)}
    for month, buckets in traces.items():
        found = _faults(buckets, last=month == max(traces))
        slowest = min(buckets, key=lambda one: one.reached)
        if found:
            findings[month] = found
        elif slowest.reached < _CLOSED:
            under_way[month] = (slowest.bucket, CLOSE_STATES[slowest.reached])
    return Months(tuple(traces), findings, under_way)


def _faults(buckets: list[BucketTrace], *, last: bool) -> list[Finding]:
    month = month_text(buckets[0].month)
    if not buckets[0].frozen:
        return [
            Finding(
                f"month {month}: has charges, bills or steps, but the row of its close is not there",
                f"账期 {month}：有计费、账单或步骤，但缺少出账记录",
            )
        ]
    found = [finding for one in buckets for finding in _faults_of(month, one)]
    closed = {one.bucket for one in buckets if one.reached == _CLOSED}
    if closed and not any(one.charged for one in buckets):
        found.append(
            Finding(
                f"month {month}: is closed, but no file of its charges is in the manifest",
                f"账期 {month}：已出账，但清单中没有其计费文件",
            )
        )
    waiting = [one.bucket for one in buckets if one.bucket not in closed]
    if waiting and (closed or not last):
        found += [
            Finding(
                f"month {month}, bucket {bucket}: has no step 'closed', although the close went on",
                f"账期 {month}，分桶 {bucket}：出账已继续，却没有 closed 步骤",
            )
            for bucket in waiting
        ]
    return found


def _faults_of(month: str, one: BucketTrace) -> list[Finding]:
    missing = sorted(set(range(one.reached + 1)) - set(one.steps))
    if not one.steps:
        missing = [0]
    found = [
        Finding(
            f"month {month}, bucket {one.bucket}: its step '{CLOSE_STATES[step]}' is missing",
            f"账期 {month}，分桶 {one.bucket}：缺少步骤 {CLOSE_STATES[step]}",
        )
        for step in missing
    ]
    for there, state, english, chinese in (
        (one.charged, "settling", "final charges", "最终计费"),
        (one.billed, "billed", "bills", "账单"),
        (one.posted, "posted", "entries", "分录"),
    ):
        if there and one.reached < CLOSE_STATES.index(state):
            found.append(
                Finding(
                    f"month {month}, bucket {one.bucket}: has {english}, but no step '{state}'",
                    f"账期 {month}，分桶 {one.bucket}：有{chinese}，却没有步骤 {state}",
                )
            )
    return found


def month_text(number: int) -> str:
    """Write a month number; one that is no month is written as it is."""
    return str(Month.from_number(number)) if 1 <= number % 100 <= 12 and 1 <= number // 100 <= 9999 else str(number)  # noqa: PLR2004


def _under_way(month: int, bucket: int, state: str) -> Finding:
    name = month_text(month)
    return Finding(
        f"{name} is being closed (bucket {bucket} at {state}): unless a close is running, run `partita close {name}`",
        f"{name} 正在出账（分桶 {bucket} 处于 {state}）：若没有出账在运行，请运行 `partita close {name}`",
    )
