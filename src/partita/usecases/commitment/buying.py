"""Buy a package or a plan: an order that is paid at once by the waterfall, or nothing where it is given.

The order is one like any other: its money and its charge stand where those of all orders do. Its charge has no
effective cost: that is spread over what it covers. Rules: PKG-3 (`docs/rules/resource_package.md`), PLAN-1, ORDER-6.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from partita.core import order as rules
from partita.core import posting_rules
from partita.core.ids import derived_id
from partita.core.money import Money, minor_scale_e10
from partita.core.order import Order, OrderKind, OrderState, PricedLine, Terms, Wanted
from partita.core.period import Period
from partita.core.refusal import Reason, Refused, refused
from partita.core.subscription import Term
from partita.store import catalog as catalog_store
from partita.store import ledger as ledger_store
from partita.store import order as order_store
from partita.store.commitment import Bought
from partita.store.funds import Holder
from partita.store.order import KeptLine, KeptOrder, StepRow
from partita.usecases.clearing import clear
from partita.usecases.order.fulfilment import charge
from partita.usecases.order.payment import planned
from partita.usecases.order.token import body_of
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Granted:
    """A package or plan that an account has now: under which name it deducts, and what was paid for it.

    `order_id` None: it was given. `repeated`: it had it before, and nothing happened.
    """

    commitment_id: str
    source_id: str
    account_id: str
    valid: Period
    paid: Money
    order_id: str | None
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Sale:
    """What is sold: under which SKU, for which commitment, when it holds, at which price in minor units."""

    kind: OrderKind
    commitment_id: str
    sku_id: str
    valid: Period
    months: int
    price_minor: int


def bought(work: Work, holder: Holder, sale: Sale, asked: tuple[str, object]) -> Bought | Refused:
    """Return how a sale stands in the books: paid now by an order, or given where it costs nothing (PKG-3).

    `asked`: the key, and what was asked for. The caller has locked the payer. Refused: COMMITMENT_FUNDS_SHORT.
    """
    key, body = asked
    order_id = None
    if sale.price_minor:
        order = _ordered(work, holder, sale, (key, body_of(body)))
        no = _paid(work, holder, order)
        if no:
            return no
        order_id = order.order_id
    return Bought(order_id, key, body_of(body), work.actor.signature, work.now)


def _ordered(work: Work, holder: Holder, sale: Sale, asked: tuple[str, bytes]) -> Order:
    product = catalog_store.skus_of(work.tx)[sale.sku_id].product_id
    cost = sale.price_minor * minor_scale_e10(holder.currency)
    line = PricedLine(product, sale.sku_id, "", 1, cost, cost, "stated", refundable=False)
    terms = Terms(holder.account_id, sale.kind, holder.currency, work.now)
    priced = rules.price([Wanted(line, sale.commitment_id, sale.valid)], terms)
    order = Order(
        order_id=derived_id("ord", holder.account_id, sale.commitment_id, asked[0]),
        payer_id=holder.payer_id,
        account_id=holder.account_id,
        kind=sale.kind,
        currency=holder.currency,
        payable=priced.payable,
        state=OrderState.UNPAID,
        placed_at=work.now,
        expires_at=rules.expires_at(sale.kind, work.now, needs_approval=False),
        placed_by=work.actor.signature,
    )
    kept = KeptLine(priced.lines[0], sale.commitment_id, Term.MONTH, sale.months)
    key = f"{sale.commitment_id} {asked[0]}"
    order_store.add(work.tx, KeptOrder(order, cost, cost, priced.round_down_e10, 0, (kept,), key, asked[1]))
    return order


def _paid(work: Work, holder: Holder, order: Order) -> Refused | None:
    """Pay an order that was placed just now from its payer's funds in the order of the waterfall (ORDER-6)."""
    plan, draws = planned(work, order, holder)
    if plan.short:
        return refused(
            Reason.COMMITMENT_FUNDS_SHORT,
            payer=order.payer_id,
            available=str(Money(plan.available, order.currency)),
            needed=str(Money(order.payable, order.currency)),
            short=str(Money(plan.short, order.currency)),
        )
    (kept,) = order_store.lines_of(work.tx, order.order_id)
    product = kept.line.priced.product_id
    parts: dict[tuple[str, str, str], int] = {}
    for one in draws:
        place = (product, one.fund, one.source_id)
        parts[place] = parts.get(place, 0) + one.amount_minor
    draft = posting_rules.order_paid(
        payer_id=order.payer_id, order_id=order.order_id, what=order.kind.text(), currency=order.currency, parts=parts
    )
    posted = ledger_store.append(work.tx, [draft], recorded_at=work.now)
    assert not isinstance(posted, Refused), f"an order is paid once: {posted}"
    entry = derived_id("ent", order.payer_id, draft.idempotency_key)
    order_store.add_draws(work.tx, order, draws, entry_id=entry, at=work.now)
    order_store.add_step(work.tx, order, StepRow(OrderState.PAID, "", entry, work.actor.signature, work.now))
    # The period of what is bought for later is known; that of the charge is when it holds.
    row = replace(charge(work, order, kept), effective_cost_e10=0)
    order_store.add_charges(work.tx, [row], at=work.now)
    work.touched.add(order.payer_id)
    clear(work, [order.payer_id])
    return None
