"""How commands are drawn: from a few bytes and what the model knows, so that about as many are refused as are done.

Amounts lie at the limits that the model knows (all of the cash, one more, half), names are mostly those that fit.
`Dice` hands the bytes out one by one; where they end everything is the first choice, so that examples shrink.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from laws.books_commands import OF_THE_OPERATOR, instant
from laws.books_model import Args, Model
from laws.books_nouns import Held
from laws.books_world import PRICES, PRODUCTS, VOUCHERS, Tenant, other
from partita.core.permission import RelationPermission as Code

T = TypeVar("T")
CODES = [code.name for code in Code]
TEMPLATES = [name for name, *_ in VOUCHERS]
TOO_MUCH = 10**15 + 1


class Dice:
    """A few bytes, each of which decides one thing."""

    def __init__(self, numbers: bytes, serial: int) -> None:
        self._numbers = iter(numbers)
        self.serial = serial

    def below(self, most: int) -> int:
        """Return a number from zero up to, and not with, `most` (at most 65 536)."""
        number = next(self._numbers, 0)
        return number % most if most <= 256 else (number * 256 + next(self._numbers, 0)) % most

    def of(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.below(len(choices))]

    def happens(self, of: int) -> bool:
        """Return whether something happens that does so once in `of` times; never where the bytes end."""
        return self.below(of) == of - 1

    def key(self) -> str:
        """Return a key that no other command has."""
        return f"k{self.serial}"

    def minor(self, limit: int) -> int:
        """Return an amount in minor units, near a limit that the books have, or beside all sense."""
        around = (100, limit, limit + 1, limit // 2, 1 + limit // 7, 37 + self.below(5_000), 2 * limit + 9, 1_234)
        return -self.below(2) * 5 if self.happens(20) else TOO_MUCH if self.happens(60) else self.of(around)


def who(dice: Dice, name: str, tenant: Tenant) -> str:
    """Return who gives a command: mostly who may, sometimes who may not, sometimes the other tenant."""
    if name == "notice":
        return "operator"
    may = ["operator"] if name in OF_THE_OPERATOR else ["operator", tenant.named("admin"), tenant.named("admin")]
    may_not = [tenant.named("auditor"), tenant.named("nobody"), "nobody-at-all"]
    foreign = [other(tenant).named("admin"), f"{other(tenant).named('main')} itself"]
    luck = dice.below(16)
    return dice.of(may) if luck < 13 else dice.of(may_not) if luck == 13 else dice.of(foreign)


def is_stranger(who: str, tenant: Tenant) -> bool:
    """Return whether nothing that changes this tenant's books may be done by somebody."""
    if who == "operator":
        return False
    return not who.startswith(tenant.name) or who in {tenant.named("auditor"), tenant.named("nobody")}


def account(dice: Dice, model: Model, tenant: Tenant) -> str:
    """Return an account of a tenant; once in a while one that does not exist."""
    mine = [name for name in model.accounts if name.startswith(tenant.name)]
    return tenant.named("missing") if dice.happens(30) else dice.of(mine)


def member(dice: Dice, model: Model, tenant: Tenant) -> str:
    """Return an account that is no main account; once in a while another one, perhaps the other tenant's."""
    mine = [name for name in model.accounts if name.startswith(tenant.name) and name != tenant.named("main")]
    if dice.happens(12):
        return dice.of([tenant.named("main"), other(tenant).named("member"), tenant.named("missing")])
    tied = [name for name in mine if name in model.members(tenant.named("main"), "independent")]
    return dice.of(tied) if tied and not dice.happens(3) else dice.of(mine)


def _of_tenant(known: dict[str, Any], tenant: Tenant, account_of: Callable[[Any], str]) -> list[str]:
    return [name for name, value in known.items() if account_of(value).startswith(tenant.name)]


def _named(dice: Dice, names: Sequence[str]) -> str:
    """Return one of the last names that are known; once in a while one that is not."""
    return "none-such" if not names or dice.happens(12) else dice.of(list(reversed(names[-6:])))


def _cash(dice: Dice, model: Model, tenant: Tenant, limit: Callable[[str], int]) -> Args:
    fit = [name for name in model.accounts if name.startswith(tenant.name) and limit(name) > 0]
    name = dice.of(fit) if fit and not dice.happens(6) else account(dice, model, tenant)
    currency = other(tenant).currency if dice.happens(40) else tenant.currency
    return {"account": name, "minor": dice.minor(max(0, limit(name))), "currency": currency, "key": dice.key()}


def top_up(dice: Dice, model: Model, tenant: Tenant) -> Args:
    return _cash(dice, model, tenant, lambda _: 10_000)


def from_cash(dice: Dice, model: Model, tenant: Tenant) -> Args:
    def free(name: str) -> int:
        return min(model.cash(name) - model.frozen(name), model.available(name))

    return _cash(dice, model, tenant, free)


def set_off(dice: Dice, model: Model, tenant: Tenant) -> Args:
    return _cash(
        dice, model, tenant, lambda name: min(model.books[name, "credit_refund"], -model.books[name, "receivable"])
    )


def transfer(dice: Dice, model: Model, tenant: Tenant) -> Args:
    giver, receiver = tenant.named("main"), member(dice, model, tenant)
    if dice.happens(6):
        giver, receiver = receiver, giver
    limit = min(model.cash(giver) - model.frozen(giver), model.available(giver))
    minor = dice.minor(max(0, limit))
    return {"giver": giver, "receiver": receiver, "minor": minor, "currency": tenant.currency, "key": dice.key()}


def reclaim(dice: Dice, model: Model, tenant: Tenant) -> Args:
    given = [
        (giver.partition("/")[2], name)
        for (name, giver), left in model.books.items()
        if giver.startswith("transfer_book/") and left and name.startswith(tenant.name)
    ]
    pair = (tenant.named("main"), member(dice, model, tenant))
    giver, receiver = dice.of(given) if given and not dice.happens(6) else pair
    minor = dice.minor(model.books[receiver, f"transfer_book/{giver}"])
    return {"giver": giver, "receiver": receiver, "minor": minor, "currency": tenant.currency, "key": dice.key()}


def release_freeze(dice: Dice, model: Model, tenant: Tenant) -> Args:
    name = _named(dice, _of_tenant(model.freezes, tenant, lambda value: value[0]))
    left = model.freezes.get(name, ["", 0])[1]
    minor = None if dice.happens(3) else dice.minor(left)
    return {"freeze": name, "minor": minor, "currency": tenant.currency, "key": dice.key()}


def accept(dice: Dice, model: Model, tenant: Tenant) -> Args:
    matures = (model.now + timedelta(days=dice.below(20) - 2)).date().isoformat()
    said = _cash(dice, model, tenant, lambda _: 5_000)
    del said["key"]
    return said | {"document": f"{tenant.name}-bill-{dice.serial}", "matures": matures}


def end_acceptance(dice: Dice, model: Model, tenant: Tenant) -> Args:
    document = _named(dice, _of_tenant(model.notes, tenant, lambda value: value[0]))
    name = model.notes.get(document, (tenant.named("main"), 0))[0]
    left = model.books[name, f"acceptance/{document}"]
    state = dice.of(["DISCOUNTED", "COLLECTED", "DISHONOURED"])
    fee = max(0, min(dice.minor(left), 10**9)) if state == "DISCOUNTED" else 0
    return {"account": name, "document": document, "state": state, "fee": fee, "currency": tenant.currency}


def buy_card(dice: Dice, model: Model, tenant: Tenant) -> Args:
    said = from_cash(dice, model, tenant)
    price = said.pop("minor")
    face = price + dice.of([0, 0, 0, 500, -1])
    return said | {"price": price, "face": face, "days": dice.of([30, None, 1, 400, 0])}


def activate_card(dice: Dice, model: Model, tenant: Tenant) -> Args:
    card = _named(dice, _of_tenant(model.cards, tenant, lambda value: value[0]))
    return {"account": model.cards[card][0] if card in model.cards else tenant.named("main"), "card": card}


def refund(dice: Dice, model: Model, tenant: Tenant) -> Args:
    paid = sorted({month for name, month in model.purchases.refundable() if name.startswith(tenant.name)})
    other = model.month_of(tenant.named("main"), model.now + timedelta(days=dice.of([0, -31, 31])))
    month = dice.of(paid) if paid and not dice.happens(5) else other
    product = _product(dice)
    said = _cash(dice, model, tenant, lambda name: model.purchases.most(name, month, product))
    return said | {"product": product, "month": f"{month // 100}-{month % 100:02d}"}


def refund_credit(dice: Dice, model: Model, tenant: Tenant) -> Args:
    product = _product(dice)

    def most(name: str) -> int:
        return model.purchases.most_as_credit(name, product) if name in model.had_credit else 0

    return _cash(dice, model, tenant, most) | {"product": product}


def _product(dice: Dice) -> str:
    return "none-such" if dice.happens(10) else dice.of(list(PRODUCTS))


def notice(dice: Dice, model: Model, tenant: Tenant) -> Args:
    name = _named(dice, _of_tenant(model.payments, tenant, lambda value: value[0]))
    minor = model.payments.get(name, ["", 1_000])[1]
    lie = dice.of([""] * 6 + ["amount", "currency", "genuine", "cut", "tx", "paid"])
    minor = minor + 100 if lie == "amount" else minor
    return {
        "payment": name,
        "tx": f"tx2-{name}" if lie == "tx" else f"tx-{name}",
        "amount": f"{minor // 100}.{minor % 100:02d}",
        "currency": other(tenant).currency if lie == "currency" else tenant.currency,
        "paid": lie != "paid",
        "on": instant(model.now),
        "nonce": f"{dice.below(3)}",
        "genuine": lie != "genuine",
        "cut": lie == "cut",
        "lies": lie in {"amount", "currency"},
        "padding": 5_000 if dice.happens(4) else 0,
    }


def request_total(dice: Dice, model: Model, tenant: Tenant) -> Args:
    main = tenant.named("main")
    line = model.lines[main]
    minor = dice.of([line.total + 5_000, dice.minor(sum(line.allocated.values())), line.total // 2, -1])
    return {"main": main, "minor": minor, "currency": tenant.currency, "key": dice.key()}


def of_change(dice: Dice, model: Model, tenant: Tenant) -> Args:
    pending = model.lines[tenant.named("main")].pending
    known = _of_tenant(model.changes, tenant, lambda value: value[0])
    return {"change": pending if pending and not dice.happens(4) else _named(dice, known)}


def confirm_contract(dice: Dice, _: Model, tenant: Tenant) -> Args:
    main = tenant.named("main")
    return {"main": main, "contract": "another" if dice.happens(2) else f"contract-{tenant.name}"}


def allocate(dice: Dice, model: Model, tenant: Tenant) -> Args:
    main, name = tenant.named("main"), member(dice, model, tenant)
    line = model.lines[main]
    most = line.limit_of(main, main) + line.allocated.get(name, 0)
    minor = 0 if dice.happens(5) else dice.minor(max(0, most) // 3)
    return {"main": main, "member": name, "minor": minor, "currency": tenant.currency, "key": dice.key()}


def issue_voucher(dice: Dice, model: Model, tenant: Tenant) -> Args:
    name, template = account(dice, model, tenant), dice.of(TEMPLATES)
    name = tenant.named("main") if dice.happens(2) else name
    minor = dice.minor(2_000) if dice.happens(4) else None
    pool = model.books[name, "voucher_pool"] > 0 and dice.happens(2)
    return {"account": name, "template": template, "minor": minor, "pool": pool, "key": dice.key()}


def issue_coupon(dice: Dice, model: Model, tenant: Tenant) -> Args:
    template = dice.of(["coupon", "coupon", "cash", "none-such"])
    return {"account": account(dice, model, tenant), "template": template, "key": dice.key()}


def move_voucher(dice: Dice, model: Model, tenant: Tenant, *, back: bool) -> Args:
    mine = {name: one for name, one in model.vouchers.items() if one.owner.startswith(tenant.name)}
    held = [(name, to) for name, one in mine.items() for to in one.left if to != one.owner or not back]
    good = [(name, to) for name, to in held if mine[name].left[to] and (back or _is_shareable(model, mine[name]))]
    held = good if good and not dice.happens(6) else held
    name, holder = dice.of(held[-6:]) if held and not dice.happens(12) else ("none-such", tenant.named("member"))
    to = holder if back else member(dice, model, tenant)
    left = model.vouchers[name].left.get(holder, 0) if held and name in model.vouchers else 0
    return {"voucher": name, "member": to, "minor": None if dice.happens(2) else dice.minor(left), "key": dice.key()}


def _is_shareable(model: Model, one: Held) -> bool:
    return one.owner.endswith("-main") and one.ends > model.now


def usage(dice: Dice, model: Model, tenant: Tenant) -> Args:
    rows = [_usage_row(dice, model, tenant, number) for number in range(1 + dice.below(4))]
    if model.records and dice.happens(4):
        rows.append(dice.of(list(model.records.values())))
    return {"file": f"usage-{dice.serial}", "rows": rows, "whole": not dice.happens(12)}


def _usage_row(dice: Dice, model: Model, tenant: Tenant, number: int) -> list[Any]:
    hours = dice.of([-1, -5, -26, -49, 2, -24 * 30])
    start = (model.now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
    sku = "none-such" if dice.happens(30) else dice.of(list(PRICES))
    name = account(dice, model, tenant)
    return [f"r{dice.serial}-{number}", name, sku, 1 + dice.below(256), instant(start)]
