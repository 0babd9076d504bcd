"""What each tenant sees: every list and every sheet, asked for by its people, shows nothing of the other tenant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from laws.books_world import Tenant, actor_of, other
from partita.core.refusal import Refused
from partita.usecases import (
    account,
    alert,
    analysis,
    bill,
    coupon,
    credit,
    funds,
    ledger,
    org,
    payment,
    permission,
    relation,
    service_control,
    template,
    user,
    voucher,
)
from partita.usecases.work import Books, Work

LISTS: dict[str, Callable[[Work], Any]] = {
    "accounts": account.list_accounts,
    "bills": bill.list_bills,
    "balances": ledger.balances,
    "relations": relation.relations,
    "ended relations": lambda work: relation.relations(work, ended=True),
    "tree": org.tree,
    "users": user.list_users,
    "policies": service_control.policies,
    "mismatches": payment.mismatches,
}
SHEETS: dict[str, Callable[[Work, str], Any]] = {
    "account": account.show_account,
    "statement": lambda work, name: ledger.statement(work, account_id=name),
    "balances": lambda work, name: ledger.balances(work, account_id=name),
    "bills": lambda work, name: bill.list_bills(work, payer_id=name),
    "funds": funds.show,
    "members": funds.show_members,
    "wallet": voucher.wallet,
    "coupons": coupon.coupons,
    "credit": credit.show,
    "story": relation.story,
    "relations": lambda work, name: relation.relations(work, account_id=name),
    "payments": payment.list_payments,
    "control": service_control.show,
    "history": service_control.history,
    "alerts": alert.show,
    "templates": lambda work, name: template.templates(work, name.partition("-")[0]),
    "policy": lambda work, name: user.policy_in(work, name.partition("-")[0]),
    "permission": lambda work, name: permission.explain(
        work, user_id=f"{name.partition('-')[0]}-admin", action="withdraw", account_id=name
    ),
}
"""Sheets about one account, or about the enterprise of one."""


def look(books: Books, who: str, tenant: Tenant, numbers: tuple[int, int]) -> str:
    """Ask for a list and for a sheet of the other tenant's account, as one of `tenant`; say what was asked."""
    asking, strange = replace(books, actor=actor_of(who)), other(tenant)
    title, read = list(LISTS.items())[numbers[0] % len(LISTS)]
    with asking.work() as work:
        seen = read(work)
    assert isinstance(seen, Refused) or f"{strange.name}-" not in repr(seen), f"{who} sees {title} of {strange.name}"
    title, sheet = list(SHEETS.items())[numbers[1] % len(SHEETS)]
    with asking.work() as work:
        shown = sheet(work, strange.named("main"))
    assert isinstance(shown, Refused), f"{who} sees {title} of {strange.name}"
    return title


def look_at_costs(books: Books, who: str, tenant: Tenant) -> None:
    """Ask for all costs by account: none of the other tenant's is among them."""
    report = analysis.cost_report(replace(books, actor=actor_of(who)), ["account"])
    assert isinstance(report, Refused) or f"{other(tenant).name}-" not in repr(report.rows), report
