"""What is shown of accounts: one, many, the table of tiers; as people read it and as JSON.

Owns how accounts look; decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from partita.cli import screen
from partita.cli.chart import account_name
from partita.cli.moment import local
from partita.core.account import AccountState, InvoiceProfile, LegalEntity
from partita.core.period import clock
from partita.core.tier import Capability, Tier, can

if TYPE_CHECKING:
    from partita.store.account import AccountRow
    from partita.usecases.account import AccountShown

_STATES = {"open": ("open", "正常"), "frozen": ("frozen", "已冻结"), "closed": ("closed", "已注销")}
_UNTIERED = ("none set: all capabilities", "未设置：具备全部能力")
_AGAINST = {
    "relations": ("related to ", "关联："),
    "pays_for": ("pays for ", "代付："),
    "paid_by": ("paid for by ", "由其代付："),
    "unbilled": ("usage without a bill in ", "未出账用量："),
    "debts": ("owes ", "欠款："),
    "funds": ("holds ", "资金："),
}
_KINDS = {"individual": ("individual", "个人"), "enterprise": ("enterprise", "企业")}


def show_tiers(console: Console) -> None:
    """Print what a customer of each tier can do."""
    language = screen.settings().language
    heads = [screen.say("A customer can", "客户能力"), *(tier.text(language) for tier in Tier)]
    grid = screen.table(*heads)
    for capability in Capability:
        marks = ("✓" if can(tier, capability) else "" for tier in Tier)
        grid.add_row(capability.text(language), *marks)
    console.print(grid)


def plain(found: AccountShown) -> dict[str, object]:
    """Return all of an account for JSON."""
    return row_plain(found.row) | {
        "entity": entity_plain(found.entity) if found.entity else None,
        "invoice_profile": profile_plain(found.profile) if found.profile else None,
        "tier": found.tier.word if found.tier else None,
        "history": [
            {"state": one.state.value, "note": one.note, "by": one.recorded_by, "at": one.recorded_at}
            for one in found.steps
        ],
        "ties": _ties(found),
    }


def _ties(found: AccountShown, *, named: bool = False) -> dict[str, list[str]]:
    """Return what stands against closing, each kind with its names or amounts; `named`: books as people call them."""
    ties = found.ties

    def amounts(of: Sequence[tuple[str, str, int]]) -> list[str]:
        return [
            f"{account_name(book) if named else book} {screen.money(minor, currency)} {currency}"
            for book, currency, minor in of
        ]

    return {
        "relations": list(ties.relations),
        "pays_for": list(ties.pays_for),
        "paid_by": list(ties.paid_by),
        "unbilled": list(ties.unbilled),
        "debts": amounts(ties.debts),
        "funds": amounts(ties.funds),
    }


def row_plain(row: AccountRow) -> dict[str, object]:
    """Return an account as it is listed, for JSON."""
    return {
        "account_id": row.account_id,
        "name": row.name,
        "enterprise_id": row.enterprise_id,
        "kind": row.kind.value,
        "state": row.state.value,
        "opens_at": row.opens_at,
        "payer_id": row.payer_id,
        "entity_name": row.entity_name,
    }


def entity_plain(entity: LegalEntity) -> dict[str, object]:
    """Return a legal entity for JSON; of a person's number only the ends."""
    return {
        "entity_id": entity.entity_id,
        "kind": entity.kind.value,
        "country": entity.country,
        "number": entity.shown_number,
        "name": entity.name,
    }


def profile_plain(profile: InvoiceProfile) -> dict[str, object]:
    """Return an invoice title for JSON."""
    return {
        "title": profile.title,
        "tax_number": profile.tax_number,
        "address": profile.address,
        "phone": profile.phone,
        "bank": profile.bank,
        "bank_account": profile.bank_account,
    }


def show(console: Console, found: AccountShown) -> None:
    """Print all of an account."""
    say, row, language = screen.say, found.row, screen.settings().language
    entity, profile = found.entity, found.profile
    lines = {
        say("account", "账号"): f"{row.account_id}  {row.name}",
        say("enterprise", "企业"): row.enterprise_id,
        say("kind", "类型"): say(*_KINDS[row.kind.value]),
        say("state", "状态"): state_of(row),
        say("payer", "付款方"): row.payer_id or "—",
        say("verified as", "实名主体"): f"{entity.name}  {entity.shown_number} ({entity.country})" if entity else "—",
        say("invoice title", "发票抬头"): f"{profile.title}  {profile.tax_number}".strip() if profile else "—",
        say("tier", "客户等级"): found.tier.text(language) if found.tier else say(*_UNTIERED),
    }
    for name, value in lines.items():
        console.print(f"{name}{say(': ', '：')}{value}", markup=False)
    for step in found.steps:
        note = f"  {step.note}" if step.note else ""
        state = say(*_STATES[step.state.value])
        console.print(
            f"  {local(step.recorded_at, row.zone)}  {state}  {screen.who(step.recorded_by)}{note}", markup=False
        )
    against = [
        say(*_AGAINST[kind]) + say(", ", "、").join(texts) for kind, texts in _ties(found, named=True).items() if texts
    ]
    if against:
        console.print(say("against closing: ", "注销前须处理：") + say("; ", "；").join(against), markup=False)


def state_of(row: AccountRow) -> str:
    """Say how an account stands: one whose opening is still to come is not open yet."""
    if row.opens_at is None or row.state is not AccountState.OPEN:
        return screen.say(*_STATES[row.state.value])
    opens = clock(row.opens_at).removesuffix(" 00:00")
    return screen.say(f"opens {opens}", f"{opens} 开通")


def show_rows(console: Console, rows: list[AccountRow]) -> None:
    """Print a list of accounts."""
    say = screen.say
    names = {
        "account": say("account", "账号"),
        "name": say("name", "名称"),
        "enterprise": say("enterprise", "企业"),
        "kind": say("kind", "类型"),
        "state": say("state", "状态"),
        "payer": say("payer", "付款方"),
        "entity": say("verified as", "实名主体"),
    }
    cells = [
        {
            "account": row.account_id,
            "name": row.name,
            "enterprise": row.enterprise_id,
            "kind": say(*_KINDS[row.kind.value]),
            "state": state_of(row),
            "payer": row.payer_id or "—",
            "entity": row.entity_name or "—",
        }
        for row in rows
    ]
    layouts = (tuple(names), ("account", "name", "state", "payer", "entity"), ("account", "name", "state"))
    screen.print_fitted(console, names, cells, layouts)
