"""What money that comes in ought to do to the model: it pays what closes left unpaid, oldest month first.

What is owed beyond the bills (an acceptance bill that bounced) comes last; credit refunds that are set off pay before.
"""

from __future__ import annotations

from typing import Any

from laws.books_model import Model
from laws.books_model_close import later_sources, set_off

_BY_ACCOUNT = (
    "top_up", "withdraw", "accept", "end_acceptance", "buy_card", "activate_card", "refund", "refund_credit",
    "apply_refund", "grant_pool",
)  # fmt: skip


def after(model: Model, name: str, args: dict[str, Any], answer: Any) -> None:
    """Clear whom a command that was done touched."""
    if getattr(answer, "repeated", False):
        return
    for account in _touched(model, name, args, answer):
        if name == "apply_refund":
            model.credits[account] += args["minor"]
            set_off(model, account)
        _clear(model, account)


def _touched(model: Model, name: str, args: dict[str, Any], answer: Any) -> list[str]:
    if name in _BY_ACCOUNT:
        return [args["account"]]
    if name in ("transfer", "reclaim"):
        return [args["giver"], args["receiver"]]
    if name == "release_freeze":
        return [model.freezes[args["freeze"]][0]]
    if name == "notice" and answer.verdict.name == "CREDITED":
        return [model.payments[args["payment"]][0]]
    return []


def _clear(model: Model, payer: str) -> None:
    owed = -model.books[payer, "receivable"]
    months = sorted(month for who, month in model.unpaid if who == payer)
    on_no_bill = owed - sum(model.unpaid[payer, month] for month in months)
    for month in months:
        paid = _draw(model, payer, month, min(model.unpaid[payer, month], owed), of_bill=True)
        model.unpaid[payer, month] -= paid
        owed -= paid
    _draw(model, payer, model.month_of(payer, model.now), min(on_no_bill, owed))


def _draw(model: Model, payer: str, month: int, due: int, *, of_bill: bool = False) -> int:
    rest = due
    for book, limit in later_sources(model, payer, month):
        taken = max(0, min(rest, limit))
        rest -= taken
        model.books[payer, book] -= taken
        model.books[payer, "receivable"] += taken
        model.purchases.paid(payer, month, book, taken if of_bill else 0)
    return due - rest if due > 0 else 0
