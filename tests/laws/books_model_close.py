"""What a month close ought to do to the model: bills, and the waterfall that pays them.

All vouchers of the small world are good for whole bills, so a bill is one sum here: the voucher that ends first, then
cards, refunds of that month or before, acceptance bills, money transferred in, own cash that is not frozen. The rest is
outstanding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from laws.books_model import Model
from laws.books_nouns import E10_OF_MINOR, NUMBER_OF_PERCENT, Held
from laws.books_world import VOUCHERS, tenant_of

TERMS = {name: terms for name, _, _, terms in VOUCHERS}


def close(model: Model, month: int) -> dict[str, int]:
    """Bill a month in the model; return the payable of each payer."""
    due: dict[str, Counter[str]] = {}
    for one in model.usage:
        if not one["billed"] and one["month"] <= month:
            one["billed"] = True
            due.setdefault(one["payer"], Counter())[one["product"]] += one["e10"]
    payable = {payer: sum(exact.values()) // E10_OF_MINOR for payer, exact in due.items()}
    for payer, exact in due.items():
        model.purchases.made(payer, month, _shared(payable[payer], exact))
    used = [name for payer in sorted(payable) for name in _settle(model, payer, month, payable[payer])]
    for name in used:
        model.vouchers[name].drawn = True
    for payer, held_in in list(model.held):
        if payer in payable and held_in <= month:
            model.held[payer, held_in] = 0
    model.frozen_through = max(model.frozen_through, month)
    return payable


def _shared(payable: int, exact: Counter[str]) -> dict[str, int]:
    """Share a payable: cut down, what is left over to the largest remainders, then by name."""
    shares = {product: e10 // E10_OF_MINOR for product, e10 in exact.items()}
    for product in sorted(exact, key=lambda one: (-(exact[one] % E10_OF_MINOR), one))[: payable - sum(shares.values())]:
        shares[product] += 1
    return shares


def _settle(model: Model, payer: str, month: int, payable: int) -> list[str]:
    """Draw what a bill asks; return the vouchers that paid some of it."""
    model.charged[tenant_of(payer).currency] += payable
    model.books[payer, "receivable"] -= payable
    rest, used = payable, []
    for book, limit in _sources(model, payer, month, payable):
        taken = min(rest, limit)
        if not book.startswith(("voucher/", "stored_value/")):  # a credit saves money: no more is drawn than is owed
            taken = min(taken, -model.books[payer, "receivable"])
        if taken <= 0:
            continue
        rest -= taken
        model.books[payer, book] -= taken
        model.books[payer, "receivable"] += taken
        model.purchases.paid(payer, month, book, taken)
        kind, _, name = book.partition("/")
        if kind == "voucher":
            model.vouchers[name].left[payer] -= taken
            used.append(name)
    model.purchases.closed(payer, payable, rest)
    if rest > 0:
        model.unpaid[payer, month] = rest
    model.credits[payer] += max(0, -payable)
    set_off(model, payer)
    return used


def set_off(model: Model, payer: str) -> None:
    """Let credits pay what is unpaid, oldest month first."""
    for month in sorted(month for who, month in model.unpaid if who == payer):
        taken = min(model.credits[payer], model.unpaid[payer, month])
        model.credits[payer] -= taken
        model.unpaid[payer, month] -= taken
        model.purchases.set_off(payer, month, taken)


def _sources(model: Model, payer: str, month: int, payable: int) -> Iterator[tuple[str, int]]:
    """Yield each book that may pay, in its turn, and the most that it gives."""
    yield from _vouchers(model, payer, month, payable)
    for card, left in sorted(model.of_fund(payer, "stored_value").items()):
        _, _, days, since = model.cards[card]
        ends = since + timedelta(days=days) if days else None
        if _overlaps(payer, month, since, ends):
            yield f"stored_value/{card}", left
    yield from later_sources(model, payer, month)


def later_sources(model: Model, payer: str, month: int) -> Iterator[tuple[str, int]]:
    """Yield the books that may pay the bill of a month even after its close, in their turn."""
    for of_month, left in sorted(model.of_fund(payer, "refund").items()):
        if int(of_month.replace("-", "")) <= month:
            yield f"refund/{of_month}", left
    for fund in ("acceptance", "transfer_book"):
        for source, left in sorted(model.of_fund(payer, fund).items()):
            yield f"{fund}/{source}", left
    yield "cash", model.cash(payer) - model.frozen(payer)


def _vouchers(model: Model, payer: str, month: int, payable: int) -> Iterator[tuple[str, int]]:
    giving = [
        (name, held, gives)
        for name, held in sorted(model.vouchers.items(), key=lambda one: (one[1].ends, one[0]))
        if _overlaps(payer, month, held.starts, held.ends)
        and not (held.once and held.drawn)
        and (gives := _gives(held, payer, payable)) > 0
    ]
    first_alone = giving[:1] if giving and not TERMS[giving[0][1].template].stacks else []
    for name, held, gives in first_alone or giving:
        if first_alone or TERMS[held.template].stacks:
            yield f"voucher/{name}", gives


def _gives(held: Held, payer: str, payable: int) -> int:
    terms, left = TERMS[held.template], held.left.get(payer, 0)
    if payable < terms.minimum_minor:
        return 0
    share = payable if terms.percent_e6 is None else payable * terms.percent_e6 // NUMBER_OF_PERCENT
    return min(left, share)


def _overlaps(payer: str, month: int, starts: datetime, ends: datetime | None) -> bool:
    hours = timedelta(hours=tenant_of(payer).hours)
    year, number = divmod(month, 100)
    begins = datetime(year, number, 1, tzinfo=UTC) - hours
    after = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC) - hours
    return starts < after and (ends is None or begins < ends)
