"""What order lines cost: as the catalogue quotes them (`core.quote`), or as the operator states for a customer (议价).

A stated price is final, and counts for renewals by the same term until another is stated. Rules: ORDER-4, SUB-4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from partita.core import order as rules
from partita.core import quote as quote_rules
from partita.core.money import Money, minor_scale_e10
from partita.core.order import OrderKind, PricedLine
from partita.core.period import Period
from partita.core.quote import Buyer, Shelf, Span, quote_line
from partita.core.refusal import Reason, Refused, refused
from partita.core.scope import Tag
from partita.core.subscription import Renewal, Term, for_part
from partita.store import order as order_store
from partita.store import quote as quote_store
from partita.store.funds import Holder
from partita.store.subscription import Subscription
from partita.usecases.permission import authorise_books
from partita.usecases.work import Work

STATED = "stated"
"""What the id of a stated price begins with; term and `_e10` follow, so that a renewal finds it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A line that is asked for. `price`: of one term and instance, as the operator states it; None = the catalogue's.

    `resource_id` '' = it is known by its subscription. `subscription_id`: of what is renewed or resized. `start`: from
    when on a package covers usage; None = when it is paid.
    """

    sku_id: str = ""
    quantity: int = 1
    term: Term = Term.MONTH
    terms: int = 1
    resource_id: str = ""
    tags: frozenset[Tag] = frozenset()
    price: Money | None = None
    subscription_id: str = ""
    start: datetime | None = None

    def of(self, one: Subscription) -> Asked:
        """Return these terms for a subscription as it is."""
        return replace(
            self, sku_id=one.sku_id, quantity=one.quantity, resource_id=one.resource_id,
            subscription_id=one.subscription_id,
        )  # fmt: skip

    def plain(self) -> tuple[object, ...]:
        """Return it as plain values, for the hash of a client token."""
        price = str(self.price) if self.price else None
        terms = (self.term.value, self.terms)
        start = [self.start.isoformat()] if self.start else []
        return (self.sku_id, self.quantity, *terms, self.resource_id, sorted(self.tags), price, *start)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A line with its price for all its instances and terms, and the configuration of its SKU."""

    asked: Asked
    priced: PricedLine
    attributes: tuple[tuple[str, str], ...] = ()

    def plus(self, odd: PricedLine) -> Quoted:
        """Return the line with the odd time up to the unified day on it."""
        both = replace(
            self.priced,
            list_cost_e10=self.priced.list_cost_e10 + odd.list_cost_e10,
            contracted_cost_e10=self.priced.contracted_cost_e10 + odd.contracted_cost_e10,
            refundable=self.priced.refundable and odd.refundable,
        )
        return replace(self, priced=both)


def quoted(work: Work, holder: Holder, kind: OrderKind, asked: Sequence[Asked]) -> list[Quoted] | Refused:
    """Price lines for an account now.

    Refused in this order, line by line: UNKNOWN_SKU, BAD_QUANTITY (instances, terms), NOT_PERMITTED (to state a price:
    all but the operator), CURRENCY_NOT_USED, AMOUNT_NOT_POSITIVE, NO_SUBSCRIPTION_PRICE.
    """
    shelves = quote_store.shelves(work.tx, {one.sku_id for one in asked}, holder.payer_id)
    found: list[Quoted] = []
    for one in asked:
        if one.sku_id not in shelves:
            return refused(Reason.UNKNOWN_SKU, sku=one.sku_id)
        if no := _asked_at_fault(work, holder, one):
            return no
        line = _line(work, holder, kind, one, shelves[one.sku_id])
        if isinstance(line, Refused):
            return line
        found.append(Quoted(one, line, shelves[one.sku_id].attributes))
    return found


def odd_time(
    work: Work, holder: Holder, again: Asked, added: Renewal, *, kind: OrderKind = OrderKind.RENEW
) -> PricedLine | Refused:
    """Return what the odd time up to the unified day costs: its part of a month, by seconds (SUB-4).

    A price that is stated by the month is that of the month; else it is quoted. Refuses what `quoted` refuses.
    """
    assert added.odd_month is not None, "there is odd time"
    stated = again.price if again.term is Term.MONTH else None
    month = quoted(work, holder, kind, [replace(again, term=Term.MONTH, terms=1, price=stated)])
    if isinstance(month, Refused):
        return month
    odd = Period(added.terms_end, added.period.end)
    priced = month[0].priced
    return replace(
        priced,
        list_cost_e10=for_part(priced.list_cost_e10, odd, added.odd_month),
        contracted_cost_e10=for_part(priced.contracted_cost_e10, odd, added.odd_month),
    )


def _asked_at_fault(work: Work, holder: Holder, one: Asked) -> Refused | None:
    if not 1 <= one.quantity <= rules.QUANTITY_MAX:
        named = ("the quantity", "数量")
        return refused(Reason.BAD_QUANTITY, name=named, allowed=f"1 … {rules.QUANTITY_MAX}", value=one.quantity)
    most = rules.TERMS_MAX[one.term.value]
    if not 1 <= one.terms <= most:
        named = (f"the number of {one.term.value}s", "期数")
        return refused(Reason.BAD_QUANTITY, name=named, allowed=f"1 … {most}", value=one.terms)
    if one.price is None:
        return None
    if isinstance(no := authorise_books(work), Refused):
        return no
    if one.price.currency != holder.currency:
        return refused(Reason.CURRENCY_NOT_USED, currency=one.price.currency, known=holder.currency)
    return refused(Reason.AMOUNT_NOT_POSITIVE, amount=str(one.price)) if one.price.minor <= 0 else None


def _line(work: Work, holder: Holder, kind: OrderKind, one: Asked, shelf: Shelf) -> PricedLine | Refused:
    """Price one line: as stated, which is final, or as the catalogue quotes it."""
    price_id, price_e10 = _stated(work, one)
    if price_e10 is not None:
        cost, product = price_e10 * one.quantity * one.terms, shelf.sku.product_id
        return PricedLine(product, one.sku_id, shelf.region, one.quantity, cost, cost, price_id, tags=one.tags)
    buyer = Buyer(holder.account_id, holder.payer_id, holder.currency, kind, work.now)
    asked = quote_rules.Asked(one.sku_id, one.quantity, one.tags)
    found = quote_line(asked, Span(one.term, one.terms), buyer, shelf)
    return found if isinstance(found, Refused) else found.priced


def _stated(work: Work, one: Asked) -> tuple[str, int | None]:
    """Return the price that was stated: with the line, or for the subscription before (for the same term)."""
    if one.price is not None:
        price_e10 = one.price.minor * minor_scale_e10(one.price.currency)
        return f"{STATED}:{one.term.value}:{price_e10}", price_e10
    before = order_store.last_price(work.tx, one.subscription_id, one.sku_id, f"{STATED}:{one.term.value}:")
    return (before, int(before.rpartition(":")[2])) if before else ("", None)
