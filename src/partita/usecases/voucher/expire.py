"""Expire: what is left of vouchers that are over leaves the books of its holders. It can be run at any time.

Rules: VOUCHER-8 (`docs/rules/voucher.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from partita.core import posting_rules
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.core.voucher import is_over
from partita.store import bill as bill_store
from partita.store import ledger as ledger_store
from partita.store import org as org_store
from partita.store import voucher as voucher_store
from partita.store.voucher import Holding
from partita.usecases.funds.command import saved
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What of a voucher lapsed: how much its holder had left, and whether it went back to a pool."""

    holding: Holding
    amount: Money
    to_pool: bool


@dataclass(frozen=True, slots=True)
class Expired:
    """What lapsed now; `waiting`: vouchers that have ended and whose last month is not closed yet."""

    lapsed: list[Lapsed]
    waiting: int
    dry_run: bool


def expire(work: Work, *, dry_run: bool = False) -> Expired | Refused:
    """Take what is left of vouchers that are over out of the books (VOUCHER-8); run again it finds nothing.

    Over is a voucher that has ended, once the bill of its last month is made; and one that was good for one use and was
    used. What members hold of a voucher from a pool goes back to the pool through its owner. Refused: NOT_PERMITTED.
    """
    if isinstance(no := authorise_books(work), Refused):
        return no
    zones = {one.enterprise_id: one.zone for one in org_store.enterprises_of(work.tx).values()}
    closed = max(bill_store.closed_months(work.tx), default=None)
    through = None if closed is None else Month.from_number(closed)
    candidates = voucher_store.over(work.tx, work.now)
    ready = [one for one in candidates if _is_over(work, one, zones, through)]
    waiting = len({one.voucher.voucher_id for one in candidates} - {one.voucher.voucher_id for one in ready})

    def decide() -> Expired | Refused:
        ends = {end for one in ready for end in (one.account_id, one.voucher.account_id)}
        ledger_store.lock_payers(work.tx, ends)
        found = voucher_store.holders(work.tx, sorted({one.voucher.voucher_id for one in ready}))
        left = [one for one in found if one.left_minor > 0 and _is_over(work, one, zones, through)]
        entries = ledger_store.append(work.tx, _drafts(left), recorded_at=work.now)
        assert not isinstance(entries, Refused), f"a voucher lapses once: {entries}"
        return Expired([Lapsed(one, _left(one), one.voucher.from_pool) for one in left], waiting, dry_run)

    return saved(work, decide, dry_run=dry_run)


def _is_over(work: Work, one: Holding, zones: dict[str, str], through: Month | None) -> bool:
    template = one.voucher.template
    used = template.kind.once and one.drawn
    return used or is_over(one.voucher, zones[template.enterprise_id], through, work.now)


def _drafts(holdings: Sequence[Holding]) -> list[Draft]:
    """Return the entries: each holder's remainder lapses; of a voucher from a pool it goes back to its owner first."""
    drafts: list[Draft] = []
    to_pool: dict[str, list[Holding]] = {}
    for one in holdings:
        if one.voucher.from_pool:
            to_pool.setdefault(one.voucher.voucher_id, []).append(one)
        else:
            drafts.append(_lapse(one, _left(one)))
    for of_voucher in to_pool.values():
        voucher = of_voucher[0].voucher
        for one in of_voucher:
            if one.account_id != voucher.account_id:
                drafts += posting_rules.voucher_taken_back(
                    ends=(voucher.account_id, one.account_id),
                    voucher_id=voucher.voucher_id,
                    amount=_left(one),
                    idempotency_key=f"{voucher.voucher_id} {one.account_id} over",
                )
        whole = Money(sum(one.left_minor for one in of_voucher), voucher.template.currency)
        drafts.append(_lapse(of_voucher[0], whole))
    return drafts


def _lapse(one: Holding, amount: Money) -> Draft:
    voucher = one.voucher
    payer = voucher.account_id if voucher.from_pool else one.account_id
    return posting_rules.voucher_lapsed(
        payer_id=payer, voucher_id=voucher.voucher_id, amount=amount, to_pool=voucher.from_pool
    )


def _left(one: Holding) -> Money:
    return Money(one.left_minor, one.voucher.template.currency)
