"""Grant savings plans. Rules: PLAN-1, PLAN-4 (`docs/rules/savings_plan.md`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partita.core import savings_plan as rules
from partita.core.ids import derived_id
from partita.core.money import Money
from partita.core.order import OrderKind
from partita.core.permission import Action
from partita.core.quantity import format_price
from partita.core.refusal import Reason, Refused, refused
from partita.core.resource_package import may_start
from partita.core.savings_plan import PayMode, SavingsPlan
from partita.core.subscription import MONTHS_OF_A_YEAR
from partita.store import commitment as commitment_store
from partita.store import ledger as ledger_store
from partita.usecases.commitment.buying import Granted, Sale, bought
from partita.usecases.commitment.terms import priced_at_fault, skus_at_fault, terms_at_fault
from partita.usecases.funds.command import holder_for, saved, text_at_fault
from partita.usecases.order.token import body_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """What is granted: the SKU under which it is sold and charged, what it promises an hour, its rates, its payment.

    `start` None = now; it begins with the next whole hour. `rates`: SKU → rate of one unit, `_e10`. `gift`: what would
    be paid ahead is given.
    """

    sku_id: str
    commitment_e10: int
    rates: tuple[tuple[str, int], ...]
    years: int
    pay_mode: PayMode
    start: datetime | None = None
    regions: tuple[str, ...] = ()
    gift: bool = False

    def words(self) -> tuple[str, ...]:
        """Return what people typed of it: commitment, years and rates."""
        rates = (f"{sku}@{format_price(rate)}" for sku, rate in self.rates)
        return format_price(self.commitment_e10), f"{self.years} (years)", ",".join(rates)

    def plain(self) -> tuple[object, ...]:
        """Return it as plain values, for the hash of a key."""
        start = self.start.isoformat() if self.start else None
        return (
            self.sku_id, self.commitment_e10, sorted(self.rates), self.years, self.pay_mode.word, start,
            sorted(self.regions), self.gift,
        )  # fmt: skip


def grant_plan(
    work: Work, *, account_id: str, offer: PlanOffer, idempotency_key: str, dry_run: bool = False
) -> Granted | Refused:
    """Grant a plan to an account, once per key; what is to be paid ahead is paid at once, or given (PLAN-1).

    Refused in this order: what `authorise` says, UNKNOWN_ACCOUNT, BAD_TEXT, UNKNOWN_SKU, BAD_TERMS; then, unless the
    key is known (IDEMPOTENCY_KEY_REUSED for other content), COMMITMENT_START, BAD_AMOUNT, COMMITMENT_FUNDS_SHORT.
    """
    holder = holder_for(work, Action.GRANT_COMMITMENT, account_id)
    if isinstance(holder, Refused):
        return holder
    no = (
        text_at_fault({"key": idempotency_key})
        or skus_at_fault(work, offer.sku_id, [sku for sku, _ in offer.rates])
        or terms_at_fault(rules.check_terms(offer.commitment_e10, offer.years, offer.rates), offer.words())
    )
    if no:
        return no
    body = ("plan", *offer.plain())

    def decide() -> Granted | Refused:
        ledger_store.lock_payers(work.tx, {holder.payer_id, account_id})
        known = commitment_store.plan_by_key(work.tx, account_id, idempotency_key)
        if known is not None:
            if known[1] != body_of(body):
                return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=idempotency_key)
            return _answer(known[0].plan, known[0].order_id, repeated=True, dry_run=dry_run)
        if offer.start is not None and (late := may_start(offer.start, work.now)):
            return late
        plan = SavingsPlan(
            derived_id("plan", account_id, idempotency_key), account_id, offer.sku_id, holder.currency, holder.zone,
            offer.commitment_e10, rules.term(offer.start or work.now, offer.years, holder.zone), offer.pay_mode,
            tuple(sorted(offer.rates)), tuple(sorted(offer.regions)), offer.gift,
        )  # fmt: skip
        price = 0 if offer.gift else plan.upfront_minor
        if beyond := priced_at_fault(Money(price, plan.currency)):
            return beyond
        months = offer.years * MONTHS_OF_A_YEAR
        sale = Sale(OrderKind.PURCHASE, plan.plan_id, plan.sku_id, plan.valid, months, price)
        done = bought(work, holder, sale, (idempotency_key, body))
        if isinstance(done, Refused):
            return done
        commitment_store.add_plan(work.tx, plan, done)
        return _answer(plan, done.order_id, repeated=False, dry_run=dry_run)

    return saved(work, decide, dry_run=dry_run)


def _answer(plan: SavingsPlan, order_id: str | None, *, repeated: bool, dry_run: bool) -> Granted:
    paid = Money(plan.upfront_minor if order_id else 0, plan.currency)
    return Granted(plan.plan_id, plan.plan_id, plan.owner_id, plan.valid, paid, order_id, repeated, dry_run)
