"""`partita setup`: the organisation and the catalogue, from a folder of CSV files, and what stands in the books."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.tree import Tree

from partita.cli import screen
from partita.cli.moment import local
from partita.core.org import FinanceMode, OrgUnit, PaymentRelation
from partita.core.refusal import Refused
from partita.core.setup import Setup, shown

if TYPE_CHECKING:
    from rich.console import Console

    from partita.usecases.setup import SetupApplied

Json = Annotated[bool, Parameter(name="--json")]
ACCOUNTS_SHOWN = 200
ADDITIONS_SHOWN = 20
KINDS = {
    "enterprises": ("enterprises", "企业"),
    "units": ("org units", "组织单元"),
    "accounts": ("accounts", "账号"),
    "placements": ("placements", "组织归属"),
    "relations": ("payers of accounts", "付款关系"),
    "products": ("products", "产品"),
    "skus": ("SKUs", "计费项"),
    "prices": ("price versions", "价格版本"),
    "discounts": ("contract discounts", "合同折扣"),
}


def apply(folder: Path, *, dry_run: bool = False, as_json: Json = False) -> None:
    """Take organisation and catalogue from the CSV files in FOLDER into the books: all of it, or nothing.

    The files are enterprises.csv, units.csv, accounts.csv, products.csv, skus.csv, prices.csv and discounts.csv, or
    some of them. The same folder again changes nothing. With --dry-run what would be added is shown, and nothing is.
    """
    from partita.usecases.moment import zone_of  # noqa: PLC0415 - a command starts fast
    from partita.usecases.setup import apply_setup  # noqa: PLC0415

    with screen.opened() as books, books.work() as work:
        result, zone = apply_setup(work, folder, dry_run=dry_run), zone_of(work)
    if isinstance(result, Refused):
        screen.refuse(result, as_json=as_json)
    document = {
        "dry_run": result.dry_run,
        "files": result.files,
        "ignored": result.ignored,
        "added": result.added.counts(),
        "unchanged": result.unchanged,
    }
    screen.answer(document, as_json=as_json, render=lambda console: _render_applied(console, result, zone))


def show(*, as_json: Json = False) -> None:
    """Show the organisation and the catalogue as they stand now; with --json every account."""
    from partita.usecases.setup import show_setup  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer, now = show_setup(work), work.now
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    setup: Setup = answer
    document = {"at": now, "counts": setup.counts(), "accounts": _accounts_now(setup, now)}
    screen.answer(document, as_json=as_json, render=lambda console: _render_setup(console, setup, now))


def _render_applied(console: Console, result: SetupApplied, zone: str) -> None:
    title = (
        screen.say("Would be added (dry run)", "将新增（试运行）") if result.dry_run else screen.say("Added", "已新增")
    )
    what, added, unchanged = screen.say("what", "内容"), screen.say("added", "新增"), screen.say("unchanged", "未变")
    grid = screen.table(what, added, unchanged, right=(added, unchanged), title=title)
    for kind, count in result.added.counts().items():
        if count or result.unchanged[kind]:
            grid.add_row(screen.say(*KINDS[kind]), f"{count:,}", f"{result.unchanged[kind]:,}")
    console.print(grid)
    own = next((one.zone for one in result.added.enterprises.values()), zone)
    additions = [_key_text(kind, key, own) for kind, facts in result.added.parts() for key in facts]
    if result.dry_run:
        for line in additions[:ADDITIONS_SHOWN]:
            console.print(f"+ {line}")
        if len(additions) > ADDITIONS_SHOWN:
            more = len(additions) - ADDITIONS_SHOWN
            console.print(screen.say(f"… and {more:,} more", f"……另有 {more:,} 项"))
    for name in result.ignored:
        known = screen.say("not a setup file, left aside", "不是设置文件，已忽略")
        console.print(f"{name}: {known}")


def _key_text(kind: str, key: object, zone: str) -> str:
    parts = key if isinstance(key, tuple) else (key,)
    words = (local(part, zone) if isinstance(part, datetime) else shown(part) for part in parts if part is not None)
    return f"{screen.say(*KINDS[kind])}: {' '.join(words)}"


def _render_setup(console: Console, setup: Setup, now: datetime) -> None:
    if not setup.enterprises:
        console.print(
            screen.say(
                "Nothing is set up. Try: partita setup apply FOLDER", "尚未设置。请执行：partita setup apply 文件夹"
            )
        )
        return
    accounts = _accounts_now(setup, now)
    children: dict[tuple[str, str | None], list[OrgUnit]] = {}
    for unit in setup.units.values():
        children.setdefault((unit.enterprise_id, unit.parent_id), []).append(unit)
    members: dict[tuple[str, str], list[dict[str, str]]] = {}
    for account in accounts:
        members.setdefault((account["enterprise_id"], account["org_unit_id"]), []).append(account)

    def grow(branch: Tree, enterprise_id: str, parent_id: str | None) -> None:
        for unit in children.get((enterprise_id, parent_id), ()):
            inside = members.get((enterprise_id, unit.org_unit_id), [])
            twig = branch.add(f"{unit.name}  ({unit.org_unit_id})" + _count_of(inside))
            for account in inside if len(accounts) <= ACCOUNTS_SHOWN else ():
                twig.add(_account_line(account))
            grow(twig, enterprise_id, unit.org_unit_id)

    for enterprise in setup.enterprises.values():
        root = Tree(f"{enterprise.name}  ({enterprise.enterprise_id}, {enterprise.zone}, {enterprise.currency})")
        grow(root, enterprise.enterprise_id, None)
        console.print(root)
    console.print()
    console.print(_catalogue(setup))


def _catalogue(setup: Setup) -> object:
    skus = Counter(sku.product_id for sku in setup.skus.values())
    product_of = {sku.sku_id: sku.product_id for sku in setup.skus.values()}
    prices = Counter(product_of[price.sku_id] for price in setup.prices.values())
    columns = (
        screen.say("product", "产品"),
        screen.say("name", "名称"),
        screen.say("category", "类别"),
        screen.say("SKUs", "计费项"),
        screen.say("price versions", "价格版本"),
    )
    grid = screen.table(*columns, right=columns[3:])
    for product in setup.products.values():
        count = (f"{skus[product.product_id]:,}", f"{prices[product.product_id]:,}")
        grid.add_row(product.product_id, product.name, product.service_category, *count)
    return grid


def _accounts_now(setup: Setup, now: datetime) -> list[dict[str, str]]:
    """Return each account with where it stands and who pays for it now; what starts later is not shown yet."""
    placed = {key[0]: placement for key, placement in sorted(setup.placements.items()) if key[1] <= now}
    paid = {key[0]: relation for key, relation in sorted(setup.relations.items()) if key[1] <= now}
    accounts = []
    for account in setup.accounts.values():
        placement, relation = placed.get(account.account_id), paid.get(account.account_id)
        if placement is None or relation is None:
            continue
        accounts.append(
            {
                "account_id": account.account_id,
                "name": account.name,
                "enterprise_id": account.enterprise_id,
                "org_unit_id": placement.org_unit_id,
                "payer_id": relation.payer_id,
                "finance_mode": _mode(relation),
            }
        )
    return accounts


def _mode(relation: PaymentRelation) -> str:
    return relation.mode.value


def _account_line(account: dict[str, str]) -> str:
    line = f"{account['account_id']}  {account['name']}"
    if account["finance_mode"] == FinanceMode.TRUSTEESHIP.value:
        line += screen.say(f"  ← paid by {account['payer_id']}", f"  ← 由 {account['payer_id']} 付款")
    return line


def _count_of(accounts: list[dict[str, str]]) -> str:
    if not accounts:
        return ""
    return f"  {len(accounts):,} " + screen.say("account" if len(accounts) == 1 else "accounts", "个账号")
