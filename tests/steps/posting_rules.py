"""Plays the cases of posting rules on the pure core: an event, and the postings and key that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from case_file import Case
from partita.core import posting_rules
from partita.core.clearing import Cleared, Unpaid
from partita.core.funds import Fund
from partita.core.ledger import Draft
from partita.core.money import Money, format_scaled
from partita.core.period import Month
from partita.core.settlement import Draw

AT = datetime(2026, 11, 1, tzinfo=UTC)


def run(case: Case) -> list[str]:
    return [line for words in case.when for draft in drafts_of(words) for line in _lines(draft)]


def drafts_of(words: Sequence[str]) -> tuple[Draft, ...]:
    """Return the entries of an event: two where two payers are part of it."""
    match words:
        case ["transferred" | "reclaimed" as event, giver, receiver, amount, key]:
            make = posting_rules.transferred if event == "transferred" else posting_rules.reclaimed
            return make(giver=giver, receiver=receiver, amount=_cny(amount), idempotency_key=key)
        case ["withdrawn", payer, amount, key]:
            return (posting_rules.withdrawn(payer_id=payer, amount=_cny(amount), reference="", idempotency_key=key),)
        case ["refunded", payer, product, month, amount, key]:
            return (
                posting_rules.refunded(
                    payer_id=payer,
                    product_id=product,
                    month=Month.parse(month),
                    amount=_cny(amount),
                    idempotency_key=key,
                ),
            )
        case ["credit_refunded", payer, product, amount, key]:
            return (
                posting_rules.credit_refunded(
                    payer_id=payer, product_id=product, amount=_cny(amount), idempotency_key=key
                ),
            )
        case ["credit_refund_applied", payer, amount, key]:
            return (posting_rules.credit_refund_applied(payer_id=payer, amount=_cny(amount), idempotency_key=key),)
        case _:
            return _of_document(words) or (draft_of(words),)


def _of_document(words: Sequence[str]) -> tuple[Draft, ...]:  # noqa: PLR0911 - one return an event
    match words:
        case ["order_paid" | "order_refunded" as event, payer, order, *parts]:
            make_order = posting_rules.order_paid if event == "order_paid" else posting_rules.order_refunded
            named = {(p, fund, source): _cny(amount).minor for p, fund, source, amount in (x.split(":") for x in parts)}
            return (make_order(payer_id=payer, order_id=order, what="order", currency="CNY", parts=named),)
        case ["interest", payer, bill, amount, day]:
            until = date.fromisoformat(day)
            return (posting_rules.interest_charged(payer_id=payer, bill_id=bill, amount=_cny(amount), until=until),)
        case ["accepted", payer, document, face]:
            return (posting_rules.accepted(payer_id=payer, document_id=document, face=_cny(face)),)
        case ["collected" | "dishonoured" as event, payer, document, face, left]:
            make = posting_rules.collected if event == "collected" else posting_rules.dishonoured
            return (make(payer_id=payer, document_id=document, face=_cny(face), left=_cny(left)),)
        case ["discounted", payer, document, face, left, fee]:
            return (
                posting_rules.discounted(
                    payer_id=payer, document_id=document, face=_cny(face), left=_cny(left), fee=_cny(fee)
                ),
            )
        case ["card_bought", payer, card, price, face]:
            return (posting_rules.card_bought(payer_id=payer, card_id=card, price=_cny(price), face=_cny(face)),)
        case ["card_lapsed", payer, card, left]:
            return (posting_rules.card_lapsed(payer_id=payer, card_id=card, left=_cny(left)),)
        case ["card_activated", payer, card, face]:
            return (posting_rules.card_activated(payer_id=payer, card_id=card, face=_cny(face)),)
        case _:
            return ()


def _cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def draft_of(words: Sequence[str]) -> Draft:
    match words:
        case ["topped_up", payer, amount, "key", key]:
            return posting_rules.topped_up(
                payer_id=payer, amount=Money.parse(amount, "CNY"), reference="", idempotency_key=key
            )
        case ["billed", payer, bill, product, month, payable]:
            return posting_rules.billed(
                payer_id=payer,
                bill_id=bill,
                product_id=product,
                month=Month.parse(month),
                payable=Money.parse(payable, "CNY"),
                effective_at=AT,
            )
        case ["settled", payer, bill, month, *draws]:
            return posting_rules.settled(
                payer_id=payer,
                bill_id=bill,
                month=Month.parse(month),
                currency="CNY",
                draws=[_draw(*draw.split(":")) for draw in draws],
                effective_at=AT,
            )
        case ["cleared", payer, "no-bill", *draws]:
            done = Cleared(None, tuple(_draw(*draw.split(":")) for draw in draws))
            return posting_rules.cleared(payer_id=payer, currency="CNY", cleared=done, sequence=7)
        case ["cleared", payer, bill, month, *draws]:
            kind, _, name = bill.rpartition(":")
            unpaid = Unpaid(name, Month.parse(month), 1, next_line=3, is_order=kind == "order")
            done = Cleared(unpaid, tuple(_draw(*draw.split(":")) for draw in draws))
            return posting_rules.cleared(payer_id=payer, currency="CNY", cleared=done, sequence=7)
        case _:
            raise AssertionError(f"no such event: {words}")


def _draw(fund: str, source: str, amount: str) -> Draw:
    return Draw(Fund(fund), source, Money.parse(amount, "CNY").minor)


def _lines(draft: Draft) -> list[str]:
    said = []
    for posting in draft.postings:
        side = "debit" if posting.amount_minor > 0 else "credit"
        said.append(f"{side} {posting.ledger_account} {format_scaled(abs(posting.amount_minor), 2, places=2)}")
    return [*said, f"key {draft.idempotency_key}"]
