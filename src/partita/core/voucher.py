"""Vouchers (代金券): money of one kind for some products, until a day; which goes first, and what becomes of it.

Owns the voucher, the policy of priority, and the decisions to share, take back and expire. Does not own the terms
(`template`, `scope`), the draw (`settlement`) nor the movements (`posting_rules`). A voucher is a ledger account of
each account that holds some of it; its pool (代金券额度池) is one of the main account. Rules: VOUCHER-3 … VOUCHER-9
(`docs/rules/voucher.md`); source: enterprise-finance.md B1.2, B3, B7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from partita.core.period import Month, Period
from partita.core.posting_rules.chart import (
    VOUCHER_GIVEN_BACK,
    VOUCHER_LAPSED,
    VOUCHER_SHARED,
    VOUCHER_TO_POOL,
)
from partita.core.refusal import Reason, Refused, refused
from partita.core.template import Template

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Priority(Enum):
    """What may decide which voucher goes first; the smaller number does (VOUCHER-4)."""

    EXPIRY = "expiry"  # the one that expires first
    DEDICATED = "dedicated"  # one for named products, accounts or tags before a general one
    BALANCE = "balance"  # the one with the most left
    ISSUE = "issue"  # the one issued first


Policy = tuple[Priority, ...]
DEFAULT_POLICY: Policy = (Priority.EXPIRY, Priority.DEDICATED)
"""Earliest expiry first, then dedicated before general (enterprise-finance.md B7); an enterprise may set another."""
PRIORITIES_MAX = len(Priority)


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as it was issued: to whom, by which template, how much in minor units, and when it is valid.

    `from_pool`: it came out of the pool of the account it was issued to, and what lapses goes back there.
    """

    voucher_id: str
    account_id: str
    template: Template
    amount_minor: int
    valid: Period
    issued_at: datetime
    from_pool: bool = False


class State(Enum):
    """What can be done with what an account holds of a voucher; what is in use stands first."""

    USABLE = ("usable", "可用")
    UPCOMING = ("upcoming", "未生效")
    USED_UP = ("used up", "已用完")
    SHARED = ("shared", "已共享")
    TAKEN_BACK = ("taken back", "已收回")
    ENDED = ("ended", "已到期")

    def text(self, language: str = "en") -> str:
        """Say it in `en` or `zh`."""
        return self.value[language == "zh"]


_EMPTIED = {
    VOUCHER_SHARED.kind: State.SHARED,
    VOUCHER_GIVEN_BACK.kind: State.TAKEN_BACK,
    VOUCHER_LAPSED.kind: State.ENDED,
    VOUCHER_TO_POOL.kind: State.ENDED,
}


def state(voucher: Voucher, left: int, now: datetime, *, drawn: bool, emptied_by: str | None = None) -> State:
    """Return the state of a voucher with `left` on it; one that is good for one use is used up by the first.

    `emptied_by`: the kind of the entry that took the last of it, where nothing is left.
    """
    if drawn and voucher.template.kind.once:
        return State.USED_UP
    if left <= 0:
        return _EMPTIED.get(emptied_by or "", State.USED_UP)
    if now >= voucher.valid.end:
        return State.ENDED
    return State.USABLE if now >= voucher.valid.start else State.UPCOMING


def check_policy(policy: Sequence[Priority]) -> bool:
    """Say whether a policy makes sense: something decides, and nothing twice (VOUCHER-4)."""
    return bool(policy) and len(set(policy)) == len(policy)


def priority(voucher: Voucher, left: int, policy: Policy) -> tuple[int, ...]:
    """Return the numbers that say when a voucher's turn comes, smallest first; `left` is on it (VOUCHER-4)."""
    number = {
        Priority.EXPIRY: microseconds(voucher.valid.end),
        Priority.DEDICATED: 0 if voucher.template.terms.scope.is_dedicated else 1,
        Priority.BALANCE: -left,
        Priority.ISSUE: microseconds(voucher.issued_at),
    }
    return tuple(number[one] for one in policy)


def microseconds(instant: datetime) -> int:
    """Return an instant as microseconds since 1970, as tables hold it."""
    return (instant - _EPOCH) // _MICROSECOND


def last_month(valid: Period, zone: str) -> Month:
    """Return the last month whose bill it may pay: that of its last instant, in the zone of its holder (VOUCHER-3)."""
    return Month.of(valid.end - _MICROSECOND, zone)


def share(voucher: Voucher, amount: int, left: int, now: datetime) -> Refused | None:
    """Refuse to hand `amount` of a voucher on, of which `left` is there, if it is over or would be parted (VOUCHER-7).

    In this order: it has ended (told by the calendar of `now`); it is for one use and not all of it is handed on.
    """
    if now >= voucher.valid.end:
        ended = voucher.valid.end.astimezone(now.tzinfo)
        return refused(Reason.VOUCHER_EXPIRED, voucher=voucher.voucher_id, ended=ended)
    return take_back(voucher, amount, left)


def take_back(voucher: Voucher, amount: int, left: int) -> Refused | None:
    """Refuse to take back part of what is left of a voucher for one use: two parts would be used twice (VOUCHER-7)."""
    if voucher.template.kind.once and amount < left:
        return refused(Reason.VOUCHER_NOT_PARTED, voucher=voucher.voucher_id)
    return None


def is_over(voucher: Voucher, zone: str, closed_through: Month | None, now: datetime) -> bool:
    """Say whether what is left of a voucher may lapse (VOUCHER-8).

    It has ended, and the bill of the last month that it may pay is made: the close of that month still draws on it.
    """
    if now < voucher.valid.end or closed_through is None:
        return False
    return last_month(voucher.valid, zone) <= closed_through
