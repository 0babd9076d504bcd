"""How much may be refunded (可退款金额): never more than was paid, or bought on credit, and never the same thing twice.

Owns `Bought` (what an account was billed and how it was paid) and the bounds of both kinds of refunds. Does not own the
movements (`posting_rules`). All amounts are minor units of one currency. Rules: FUNDS-16 (`docs/rules/funds.md`),
CREDIT-8 (`docs/rules/credit.md`); source: enterprise-finance.md B2, B7, B13.
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core.funds.quota import Explained, Part, Quota, Term
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused


@dataclass(frozen=True, slots=True)
class Bought:
    """What the books know of what an account bought, and what of it came back, in minor units (FUNDS-16).

    `billed`: its bills in all, those below zero taken off. `by_gifts`: what vouchers and stored-value cards paid of
    them. `left_unpaid`: what closes left unpaid, so what was bought on credit, paid since or not. `by_money`,
    `refunded_of_month`: what other funds paid of the bills of the month that is asked for, in the close or later, and
    what was refunded into its book. `products`: what stands on those bills; `payer_id`: who pays for the account now.
    `of_product`, `refunded_of_product`: what those bills ask for the product that is asked for, and what came back of
    it, in that month or in any way. `of_seller`, `refunded_of_seller`: where the month's bill has products of several
    sellers, what money paid to the product's seller and what of it came back; else None.
    """

    account_id: str
    currency: str
    billed: int = 0
    by_gifts: int = 0
    left_unpaid: int = 0
    refunded: int = 0
    refunded_as_credit: int = 0
    by_money: int = 0
    refunded_of_month: int = 0
    products: frozenset[str] = frozenset()
    payer_id: str = ""
    of_product: int = 0
    refunded_of_product: int = 0
    of_seller: int | None = None
    refunded_of_seller: int = 0


def refundable(bought: Bought) -> Explained:
    """Return what may be refunded into the book of the month (FUNDS-16): what money paid of it and did not come back.

    No more than its seller got, than the product cost, and in all than was billed and paid by no gift, whichever way
    the rest came back.
    """
    of_month = (
        Term(Part.PAID_BY_MONEY, bought.by_money),
        Term(Part.REFUNDED_OF_MONTH, bought.refunded_of_month, -1),
    )
    to_seller = (
        Term(Part.PAID_TO_SELLER, bought.of_seller or 0),
        Term(Part.REFUNDED_OF_SELLER, bought.refunded_of_seller, -1),
    )
    first = of_month if bought.of_seller is None else to_seller
    return Explained(Quota.REFUNDABLE, bought.currency, (first, _of_product(bought), _in_all(bought)))


def credit_refundable(bought: Bought) -> Explained:
    """Return what may be refunded as credit (CREDIT-8): what closes left unpaid and did not come back as credit."""
    on_credit = (
        Term(Part.LEFT_UNPAID, bought.left_unpaid),
        Term(Part.REFUNDED_AS_CREDIT, bought.refunded_as_credit, -1),
    )
    return Explained(Quota.CREDIT_REFUNDABLE, bought.currency, (on_credit, _of_product(bought), _in_all(bought)))


def may_refund(bought: Bought, product_id: str, month: Month, amount: Money) -> Refused | None:
    """Refuse to refund of a month what was not billed, or more than came of it (FUNDS-16).

    Refused in this order: PRODUCT_NOT_BILLED, EXCEEDS_REFUNDABLE.
    """
    when = (f" in {month}", f" {month} ")
    return _unbilled(bought, product_id, when) or _beyond(
        Reason.EXCEEDS_REFUNDABLE, bought, refundable(bought), amount, month=month
    )


def may_refund_credit(bought: Bought, product_id: str, amount: Money, *, had_credit: bool) -> Refused | None:
    """Refuse to refund what was not billed, or more than was bought on credit (CREDIT-8).

    `had_credit`: whether the account ever had a limit that counted. Refused in this order: PRODUCT_NOT_BILLED,
    NEVER_HAD_CREDIT, EXCEEDS_BOUGHT_ON_CREDIT.
    """
    if no := _unbilled(bought, product_id, ("", "")):
        return no
    if not had_credit:
        return refused(Reason.NEVER_HAD_CREDIT, account=bought.account_id)
    return _beyond(Reason.EXCEEDS_BOUGHT_ON_CREDIT, bought, credit_refundable(bought), amount)


def _of_product(bought: Bought) -> tuple[Term, ...]:
    return (
        Term(Part.PRODUCT_BILLED, bought.of_product),
        Term(Part.PRODUCT_REFUNDED, bought.refunded_of_product, -1),
    )


def _in_all(bought: Bought) -> tuple[Term, ...]:
    return (
        Term(Part.BILLED, bought.billed),
        Term(Part.PAID_BY_GIFTS, bought.by_gifts, -1),
        Term(Part.REFUNDED, bought.refunded, -1),
    )


def _unbilled(bought: Bought, product_id: str, when: tuple[str, str]) -> Refused | None:
    """Refuse what stands on no bill, and say whose bills it may stand on."""
    account, payer = bought.account_id, bought.payer_id
    if product_id in bought.products:
        return None
    if payer not in ("", account):
        remedy = (f"{payer} pays for {account}: refund {payer}.", f"{account} 由 {payer} 付款：请退款给 {payer}。")
    elif bought.products:
        named = sorted(bought.products)
        remedy = (f"Billed were: {', '.join(named)}.", f"已出账的产品：{'、'.join(named)}。")
    else:
        remedy = (
            "What is on no bill yet is corrected by a usage record; a gift is a voucher: `partita voucher issue`.",
            "尚未出账的用量请以用量更正记录冲减；赠送请发放代金券：`partita voucher issue`。",
        )
    return refused(Reason.PRODUCT_NOT_BILLED, account=account, product=product_id, when=when, remedy=remedy)


def _beyond(reason: Reason, bought: Bought, limit: Explained, amount: Money, **more: object) -> Refused | None:
    assert amount.currency == limit.currency, "a limit is compared in its own currency"
    if amount.minor <= limit.result:
        return None
    formula = (limit.formula("en"), limit.formula("zh"))
    return refused(reason, account=bought.account_id, amount=amount, formula=formula, **more)
