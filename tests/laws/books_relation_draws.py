"""How commands on relations, on service and on months are drawn; and the table of all commands by family.

A family is one rule of the machine, so that a family of many commands is not drawn more often than one of few.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from laws import books_draws as draws
from laws.books_commands import instant
from laws.books_draws import CODES, Dice, account, member
from laws.books_model import Args, Model
from laws.books_nouns import Tied
from laws.books_world import PRODUCTS, Tenant, other

Draw = Callable[[Dice, Model, Tenant], Args]
USUAL = ["CHECK_FINANCE_INFO", "SYNCHRONIZE_FINANCE_IDENTITY"]


def _codes(dice: Dice) -> list[str]:
    some = [code for code in CODES if dice.happens(4)]
    return sorted(dice.of([USUAL, [], some, USUAL[:1]]))


def invite(dice: Dice, model: Model, tenant: Tenant) -> Args:
    mine = [one for one in model.accounts if one.startswith(tenant.name) and one != tenant.named("main")]
    free = [one for one in mine if not _is_tied(model, one)]
    strangers = [one for one in free if model.entity[one] is None]
    free = strangers if strangers and dice.happens(2) else free
    name = dice.of(free) if free and not dice.happens(5) else member(dice, model, tenant)
    mode = dice.of(["independent", "independent", "independent", "trusteeship"])
    codes = [] if mode == "trusteeship" and not dice.happens(8) else _codes(dice)
    codes = USUAL[:1] if name in strangers and not dice.happens(4) else codes
    return {"main": tenant.named("main"), "member": name, "mode": mode, "codes": codes, "key": dice.key()}


def _is_tied(model: Model, name: str) -> bool:
    tie = model.ties.get(name)
    return tie is not None and (tie.state == "ACTIVE" or tie.is_open(model.now))


def _in_state(dice: Dice, model: Model, tenant: Tenant, state: str, mode: str = "") -> str:
    fit = [
        name
        for name, tie in model.ties.items()
        if name.startswith(tenant.name) and tie.state == state and mode in {"", tie.mode} and _waits(model, tie)
    ]
    return dice.of(fit) if fit and not dice.happens(5) else member(dice, model, tenant)


def _waits(model: Model, tie: Tied) -> bool:
    return tie.state != "INVITED" or tie.is_open(model.now)


def confirm(dice: Dice, model: Model, tenant: Tenant) -> Args:
    name = _in_state(dice, model, tenant, "INVITED")
    offered = sorted(model.ties[name].codes) if name in model.ties else []
    return {"member": name, "codes": _codes(dice) if dice.happens(4) else offered, "key": dice.key()}


def decline(dice: Dice, model: Model, tenant: Tenant) -> Args:
    return {"member": _in_state(dice, model, tenant, "INVITED"), "key": dice.key()}


def permit(dice: Dice, model: Model, tenant: Tenant) -> Args:
    name = _in_state(dice, model, tenant, "ACTIVE", dice.of(["independent", ""]))
    return {"member": name, "codes": _codes(dice), "key": dice.key()}


def upgrade(dice: Dice, model: Model, tenant: Tenant) -> Args:
    return {"member": _in_state(dice, model, tenant, "ACTIVE", "independent"), "key": dice.key()}


def release(dice: Dice, model: Model, tenant: Tenant) -> Args:
    return {"member": _in_state(dice, model, tenant, "ACTIVE"), "key": dice.key()}


def go_back(dice: Dice, model: Model, tenant: Tenant) -> Args:
    name = _in_state(dice, model, tenant, "ACTIVE", "trusteeship")
    return {"member": name, "codes": _codes(dice), "key": dice.key()}


def create_member(dice: Dice, model: Model, tenant: Tenant) -> Args:
    said = invite(dice, model, tenant)
    del said["key"]
    taken = model.accounts[-1] if dice.happens(6) else tenant.named(f"new-{dice.serial}")
    return said | {"member": taken}


def expire_invitation(dice: Dice, model: Model, tenant: Tenant) -> Args:
    return {"member": None if dice.happens(4) else _in_state(dice, model, tenant, "INVITED")}


def month(dice: Dice, model: Model, tenant: Tenant) -> Args:
    now = model.month_of(tenant.named("main"), model.now)
    before = model.month_of(tenant.named("main"), model.now - timedelta(days=31))
    waiting = sorted({one["month"] for one in model.usage if not one["billed"]})
    number = dice.of([*waiting[:1] * 4, before, now])
    return {"month": f"{number // 100}-{number % 100:02d}"}


def set_policy(dice: Dice, model: Model, tenant: Tenant) -> Args:
    name = "" if dice.happens(6) else account(dice, model, tenant)
    product = dice.of(["", *PRODUCTS, "none-such"])
    return {
        "account": name, "product": product, "grace": dice.of([24, 0, 2]), "retention": dice.of([15, 1]),
        "stops": not dice.happens(5),
    }  # fmt: skip


def set_cap(dice: Dice, model: Model, tenant: Tenant) -> Args:
    minor = dice.of([None, 5_000, 500, 0, -1])
    return {"account": account(dice, model, tenant), "minor": minor, "currency": tenant.currency}


def set_order(dice: Dice, model: Model, tenant: Tenant) -> Args:
    name = other(tenant).named("member") if dice.happens(8) else member(dice, model, tenant)
    turns = [[name, dice.of(["", "compute", "none-such"]), 1 + dice.below(99)]]
    return {"account": tenant.named("main"), "turns": turns, "allowance": dice.of([0, 300])}


def pay_ahead(dice: Dice, model: Model, tenant: Tenant) -> Args:
    product = dice.of([*PRODUCTS, "none-such"])
    days = dice.of([10, 1, 0])
    return {"account": account(dice, model, tenant), "product": product, "starts": instant(model.now), "days": days}


def nothing(_: Dice, __: Model, ___: Tenant) -> Args:
    return {}


FAMILIES: dict[str, dict[str, Draw]] = {
    "cash": {"top_up": draws.top_up, "withdraw": draws.from_cash},
    "transfers": {"transfer": draws.transfer, "reclaim": draws.reclaim},
    "freezes": {"freeze": draws.from_cash, "release_freeze": draws.release_freeze},
    "acceptances": {"accept": draws.accept, "end_acceptance": draws.end_acceptance},
    "cards": {"buy_card": draws.buy_card, "activate_card": draws.activate_card},
    "refunds": {"refund": draws.refund, "refund_credit": draws.refund_credit, "apply_refund": draws.set_off},
    "payments": {"start_payment": draws.top_up, "notice": draws.notice},
    "credit": {
        "request_total": draws.request_total,
        "approve": draws.of_change,
        "reject": draws.of_change,
        "confirm_contract": draws.confirm_contract,
        "allocate": draws.allocate,
    },
    "vouchers": {
        "issue_voucher": draws.issue_voucher,
        "grant_pool": draws.top_up,
        "issue_coupon": draws.issue_coupon,
    },
    "shares": {
        "share_voucher": partial(draws.move_voucher, back=False),
        "take_back_voucher": partial(draws.move_voucher, back=True),
    },
    "invitations": {
        "invite": invite,
        "confirm": confirm,
        "decline": decline,
        "expire_invitation": expire_invitation,
        "create_member": create_member,
    },
    "relations": {"permit": permit, "upgrade": upgrade, "release": release, "go_back": go_back},
    "months": {"import_usage": draws.usage, "close": month, "expire_vouchers": nothing, "expire_cards": nothing},
    "control": {
        "set_policy": set_policy,
        "set_cap": set_cap,
        "set_order": set_order,
        "pay_ahead": pay_ahead,
        "run_control": nothing,
        "rate": month,
    },
}
"""Every command of the machine with how its arguments are drawn, in families."""

Knows = Callable[[Model, Tenant], bool]


def _knows(kind: str, place: int = 0) -> Knows:
    """Return whether the model knows something of a tenant that is kept by id, its account first."""
    return lambda model, tenant: any(one[place].startswith(tenant.name) for one in getattr(model, kind).values())


def _has(book: str) -> Knows:
    """Return whether somebody of a tenant has something in a book."""
    return lambda model, tenant: any(
        left and name.startswith(book) and payer.startswith(tenant.name) for (payer, name), left in model.books.items()
    )


def _owes(model: Model, tenant: Tenant) -> bool:
    mine = [name for name in model.accounts if name.startswith(tenant.name)]
    return any(model.books[name, "credit_refund"] > 0 > model.books[name, "receivable"] for name in mine)


def _paid(model: Model, tenant: Tenant) -> bool:
    return any(name.startswith(tenant.name) for name, _ in model.purchases.refundable())


def _bought_on_credit(model: Model, tenant: Tenant) -> bool:
    return any(model.purchases.most_as_credit(name) for name in model.had_credit if name.startswith(tenant.name))


def _is_invited(model: Model, tenant: Tenant) -> bool:
    return any(name.startswith(tenant.name) and tie.is_open(model.now) for name, tie in model.ties.items())


def _is_pending(model: Model, tenant: Tenant) -> bool:
    return model.lines[tenant.named("main")].pending is not None


NEEDS: dict[str, tuple[Knows, str]] = {
    "release_freeze": (_knows("freezes"), "freeze"),
    "end_acceptance": (_knows("notes"), "accept"),
    "activate_card": (_knows("cards"), "buy_card"),
    "reclaim": (_has("transfer_book/"), "transfer"),
    "apply_refund": (_owes, "refund_credit"),
    "refund": (_paid, "close"),
    "refund_credit": (_bought_on_credit, "import_usage"),
    "notice": (_knows("payments"), "start_payment"),
    "share_voucher": (_has("voucher/"), "issue_voucher"),
    "take_back_voucher": (_has("voucher_clearing/"), "share_voucher"),
    "approve": (_is_pending, "request_total"),
    "reject": (_is_pending, "request_total"),
    "confirm": (_is_invited, "invite"),
    "decline": (_is_invited, "invite"),
}
"""What makes sense only after something else: whether that was done, and what is mostly given instead."""


def sensible(name: str, model: Model, tenant: Tenant) -> str:
    """Return the command that a name leads to: itself, or what has to come before."""
    while name in NEEDS and not NEEDS[name][0](model, tenant):
        name = NEEDS[name][1]
    return name
