"""Plays the cases of posting rules on the pure core: an event, and the postings and key that it makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from case_file import Case
from partita.core import posting_rules
from partita.core.funds import Fund
from partita.core.ledger import Draft
from partita.core.money import Money, format_scaled
from partita.core.period import Month
from partita.core.settlement import Draw

AT = datetime(2026, 11, 1, tzinfo=UTC)


def run(case: Case) -> list[str]:
    return [line for words in case.when for line in _lines(draft_of(words))]


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
