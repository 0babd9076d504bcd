"""Grant, renew and upgrade resource packages. Rules: PKG-1 … PKG-5 (`docs/rules/resource_package.md`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from partita.core import resource_package as rules
from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.order import OrderKind
from partita.core.period import Cycle
from partita.core.permission import Action
from partita.core.quantity import format_quantity
from partita.core.refusal import Reason, Refused, refused
from partita.core.resource_package import ResourcePackage, Stretch, StretchKind
from partita.core.subscription import whole_second
from partita.store import commitment as commitment_store
from partita.store import ledger as ledger_store
from partita.store.commitment import PackageRow
from partita.store.funds import Holder
from partita.usecases.commitment.buying import Granted, Sale, bought
from partita.usecases.commitment.terms import priced_at_fault, skus_at_fault, terms_at_fault
from partita.usecases.funds.command import holder_for, saved, text_at_fault
from partita.usecases.order.token import body_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class PackageOffer:
    """What is granted: the SKU under which it is sold, its quota `_e6`, what it covers, for how long, at which price.

    `cycle` None = aggregate. `start` None = now. `factors`: SKU → how much one unit takes, `_e6`. Price 0 = given.
    """

    sku_id: str
    quota_e6: int
    factors: tuple[tuple[str, int], ...]
    months: int
    price_minor: int = 0
    cycle: Cycle | None = None
    start: datetime | None = None
    regions: tuple[str, ...] = ()

    def words(self) -> tuple[str, ...]:
        """Return what people typed of it: quota, months and factors."""
        factors = (f"{sku}*{format_quantity(factor)}" for sku, factor in self.factors)
        return format_quantity(self.quota_e6), f"{self.months} (months)", ",".join(factors)

    def plain(self) -> tuple[object, ...]:
        """Return it as plain values, for the hash of a key."""
        cycle = self.cycle.value if self.cycle else None
        start = self.start.isoformat() if self.start else None
        return (
            self.sku_id, self.quota_e6, sorted(self.factors), self.months, self.price_minor, cycle, start,
            sorted(self.regions),
        )  # fmt: skip


def grant_package(
    work: Work, *, account_id: str, offer: PackageOffer, idempotency_key: str, dry_run: bool = False
) -> Granted | Refused:
    """Grant a package to an account, once per key: bought at a price and paid at once, or given (PKG-3).

    It belongs to the account, and is paid by whoever pays for it now. Refused in this order: what `authorise` says,
    UNKNOWN_ACCOUNT, BAD_TEXT, UNKNOWN_SKU, BAD_TERMS, BAD_AMOUNT; then, unless the key is known
    (IDEMPOTENCY_KEY_REUSED for other content), COMMITMENT_START, COMMITMENT_FUNDS_SHORT.
    """
    holder = holder_for(work, Action.GRANT_COMMITMENT, account_id)
    if isinstance(holder, Refused):
        return holder
    no = (
        text_at_fault({"key": idempotency_key})
        or skus_at_fault(work, offer.sku_id, [sku for sku, _ in offer.factors])
        or terms_at_fault(rules.check_quota(offer.quota_e6, offer.months, offer.factors), offer.words())
        or priced_at_fault(Money(offer.price_minor, holder.currency))
    )
    if no:
        return no
    package_id = derived_id("pkg", account_id, idempotency_key)
    package = ResourcePackage(
        package_id, account_id, offer.sku_id, holder.currency, holder.zone, "", offer.cycle,
        tuple(sorted(offer.factors)), tuple(sorted(offer.regions)),
    )  # fmt: skip

    def fresh() -> Stretch | Refused:
        start = whole_second(offer.start or work.now)
        if offer.start is not None and (late := rules.may_start(offer.start, work.now)):
            return late
        valid = rules.valid_for(start, offer.months, holder.zone)
        return Stretch(package_id, 1, StretchKind.NEW, valid, offer.quota_e6, offer.price_minor)

    asking = _Asking(holder, package, (idempotency_key, ("grant", *offer.plain())), OrderKind.PURCHASE, offer.months)
    return _granted(work, asking, fresh, dry_run=dry_run)


def renew_package(
    work: Work, *, package_id: str, months: int, price_minor: int, idempotency_key: str, dry_run: bool = False
) -> Granted | Refused:
    """Renew a package by the same quota from its end on, once per key (PKG-4).

    Refused in this order: UNKNOWN_PACKAGE, what `authorise` says, BAD_TEXT, BAD_TERMS, BAD_AMOUNT; then, unless the key
    is known (IDEMPOTENCY_KEY_REUSED), COMMITMENT_OVER, COMMITMENT_FUNDS_SHORT.
    """
    found = _found(work, package_id)
    if isinstance(found, Refused):
        return found
    row, holder = found
    no = (
        text_at_fault({"key": idempotency_key})
        or terms_at_fault(rules.check_quota(1, months, ()), (months,))
        or priced_at_fault(Money(price_minor, holder.currency))
    )
    if no:
        return no

    def fresh() -> Stretch | Refused:
        now = _row(work, package_id)
        if over := _over(work, now):
            return over
        return rules.renewed(now.stretches, months, price_minor, row.package.zone)

    body = (idempotency_key, ("renew", package_id, months, price_minor))
    return _granted(work, _Asking(holder, row.package, body, OrderKind.RENEW, months), fresh, dry_run=dry_run)


def upgrade_package(
    work: Work, *, package_id: str, more_e6: int, price_minor: int, idempotency_key: str, dry_run: bool = False
) -> Granted | Refused:
    """Add quota to a package from now to the end of what runs, once per key (PKG-5).

    Refused in this order: UNKNOWN_PACKAGE, what `authorise` says, BAD_TEXT, BAD_TERMS, BAD_AMOUNT; then, unless the key
    is known (IDEMPOTENCY_KEY_REUSED), COMMITMENT_OVER, PACKAGE_NOT_RUNNING, COMMITMENT_FUNDS_SHORT.
    """
    found = _found(work, package_id)
    if isinstance(found, Refused):
        return found
    row, holder = found
    no = (
        text_at_fault({"key": idempotency_key})
        or terms_at_fault(rules.check_quota(more_e6, 1, ()), (more_e6,))
        or priced_at_fault(Money(price_minor, holder.currency))
    )
    if no:
        return no

    def fresh() -> Stretch | Refused:
        now = _row(work, package_id)
        return _over(work, now) or rules.upgraded(now.stretches, more_e6, price_minor, whole_second(work.now))

    body = (idempotency_key, ("upgrade", package_id, more_e6, price_minor))
    return _granted(work, _Asking(holder, row.package, body, OrderKind.UPGRADE, 1), fresh, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is asked for: whose package, the key and the content, and as which kind of order it is paid."""

    holder: Holder
    package: ResourcePackage
    asked: tuple[str, object]
    kind: OrderKind
    months: int


def _granted(
    work: Work, asking: _Asking, fresh: Callable[[], Stretch | Refused], *, dry_run: bool
) -> Granted | Refused:
    holder, package, (key, body) = asking.holder, asking.package, asking.asked

    def decide() -> Granted | Refused:
        ledger_store.lock_payers(work.tx, {holder.payer_id, holder.account_id})
        known = commitment_store.package_by_key(work.tx, holder.account_id, key)
        if known is not None:
            if known.body_hash != body_of(body):
                return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
            return _answer(holder, known.stretch, known.order_id, (True, dry_run))
        stretch = fresh()
        if isinstance(stretch, Refused):
            return stretch
        sale = Sale(asking.kind, package.package_id, package.sku_id, stretch.valid, asking.months, stretch.price_minor)
        done = bought(work, holder, sale, (key, body))
        if isinstance(done, Refused):
            return done
        if stretch.kind is StretchKind.NEW:
            commitment_store.add_package(work.tx, package, done)
        commitment_store.add_stretch(work.tx, package.owner_id, stretch, done)
        return _answer(holder, stretch, done.order_id, (False, dry_run))

    return saved(work, decide, dry_run=dry_run)


def _answer(holder: Holder, one: Stretch, order_id: str | None, how: tuple[bool, bool]) -> Granted:
    repeated, dry_run = how
    paid = Money(one.price_minor, holder.currency)
    return Granted(
        one.package_id, one.source_id, holder.account_id, one.valid, paid, order_id, repeated=repeated, dry_run=dry_run
    )


def _found(work: Work, package_id: str) -> tuple[PackageRow, Holder] | Refused:
    row = commitment_store.package_of(work.tx, package_id)
    if row is None:
        return refused(Reason.UNKNOWN_PACKAGE, package=package_id)
    holder = holder_for(work, Action.GRANT_COMMITMENT, row.package.owner_id)
    return holder if isinstance(holder, Refused) else (row, holder)


def _row(work: Work, package_id: str) -> PackageRow:
    row = commitment_store.package_of(work.tx, package_id)
    assert row is not None, "packages are never taken away"
    return row


def _over(work: Work, row: PackageRow) -> Refused | None:
    """Refuse to go on with a package that is over: its end has come, or it was ended."""
    name = row.package.package_id
    ended = commitment_store.ends_at(work.tx, name)
    return None if work.now < ended else refused(Reason.COMMITMENT_OVER, source=name, ended=ended)
