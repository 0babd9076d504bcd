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
    what was refunded into its book.
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


def refundable(bought: Bought) -> Explained:
    """Return what may be refunded into the book of the month (FUNDS-16): what money paid of it and did not come back.

    And in all no more than was billed and paid by no gift, whichever way the rest came back.
    """
    of_month = (
        Term(Part.PAID_BY_MONEY, bought.by_money),
        Term(Part.REFUNDED_OF_MONTH, bought.refunded_of_month, -1),
    )
    return Explained(Quota.REFUNDABLE, bought.currency, (of_month, _in_all(bought)))


def credit_refundable(bought: Bought) -> Explained:
    """Return what may be refunded as credit (CREDIT-8): what closes left unpaid and did not come back as credit."""
    on_credit = (
        Term(Part.LEFT_UNPAID, bought.left_unpaid),
        Term(Part.REFUNDED_AS_CREDIT, bought.refunded_as_credit, -1),
    )
    return Explained(Quota.CREDIT_REFUNDABLE, bought.currency, (on_credit, _in_all(bought)))


def may_refund(bought: Bought, month: Month, amount: Money) -> Refused | None:
    """Refuse to refund of a month more than came of it: EXCEEDS_REFUNDABLE (FUNDS-16)."""
    return _beyond(Reason.EXCEEDS_REFUNDABLE, bought, refundable(bought), amount, month=month)


def may_refund_credit(bought: Bought, amount: Money) -> Refused | None:
    """Refuse to refund more than was bought on credit: EXCEEDS_BOUGHT_ON_CREDIT (CREDIT-8)."""
    return _beyond(Reason.EXCEEDS_BOUGHT_ON_CREDIT, bought, credit_refundable(bought), amount)


def _in_all(bought: Bought) -> tuple[Term, ...]:
    return (
        Term(Part.BILLED, bought.billed),
        Term(Part.PAID_BY_GIFTS, bought.by_gifts, -1),
        Term(Part.REFUNDED, bought.refunded, -1),
    )


def _beyond(reason: Reason, bought: Bought, limit: Explained, amount: Money, **more: object) -> Refused | None:
    assert amount.currency == limit.currency, "a limit is compared in its own currency"
    if amount.minor <= limit.result:
        return None
    formula = (limit.formula("en"), limit.formula("zh"))
    return refused(reason, account=bought.account_id, amount=amount, formula=formula, **more)
