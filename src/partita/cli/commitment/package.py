"""`partita package …`: resource packages are granted, renewed, upgraded and listed; `order buy` buys them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.commitment import told
from partita.cli.funds.amount import money_for
from partita.cli.moment import local, moment_of
from partita.cli.ways import AS_IS, Ways
from partita.core.money import Money
from partita.core.period import Cycle
from partita.core.quantity import format_quantity, parse_quantity
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from partita.usecases.commitment import PackageChange, PackageShown

Json = Annotated[bool, Parameter(name="--json")]
Months = Annotated[int, Parameter(name="--for")]


@Parameter(name="*")
@dataclass(frozen=True)
class Terms:
    """Its key, for how long a package holds, at which price, how its quota resets, when it begins, where it counts."""

    key: str
    months: Months = 1
    price: str = "0"
    each: Literal["hour", "day", "month"] | None = None
    start: str | None = None
    regions: str = ""


def grant(account: str, sku: str, quota: str, covers: str, *, terms: Terms, ways: Ways = AS_IS) -> None:
    """Grant ACCOUNT a package SKU with QUOTA: `package grant acme pack 1000 vm.small,vm.large*4 --for 3 --key p-1`.

    The operator does so at a price of his own, paid at once by the waterfall or as soon as it is approved; without a
    price it is given. Customers order packages of the catalogue: `order buy`. It covers usage of COVERS: SKUs with
    commas between them, each with how much of the quota one unit takes (1 where nothing is said).

    Parameters
    ----------
    account
        the account that has it.
    sku
        under which SKU it is sold.
    quota
        how much it covers: of each window, or in all.
    covers
        the SKUs that it covers.
    terms.key
        the order: the same key again grants no second one.
    terms.months
        for how many months.
    terms.price
        what it costs; default: it is given.
    terms.each
        the quota resets each hour, day or month; default: it is for the whole time.
    terms.start
        a day or an instant up to six months ahead; default: now.
    terms.regions
        only usage of these regions, with commas between them; default: all.
    """
    from partita.usecases import commitment  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import start_of, zone_of  # noqa: PLC0415

    factors = told.factors(covers, ways)
    size = told.number("quota", quota, parse_quantity, ways)
    with screen.opened() as books, books.work() as work:
        zone = zone_of(work, account)
        offer = commitment.PackageOffer(
            sku, size, factors, terms.months, money_for(work, account, terms.price, as_json=ways.as_json).minor,
            Cycle(terms.each) if terms.each else None,
            start_of(moment_of("start", terms.start, as_json=ways.as_json), zone), told.names(terms.regions),
        )  # fmt: skip
        answer = commitment.grant_package(
            work, account_id=account, offer=offer, idempotency_key=terms.key, dry_run=ways.dry_run
        )
    told.tell_granted(answer, zone, ways)


def renew(package: str, *, key: str, months: Months = 1, price: str | None = None, ways: Ways = AS_IS) -> None:
    """Renew PACKAGE (pkg_…) by the same quota from its end on: `package renew pkg_01 --for 3 --key p-2`.

    This is an order at the price of the catalogue, which is then paid (`order pay`).

    Parameters
    ----------
    package
        the package; an upgrade of it is renewed with it.
    key
        the order: the same key again renews nothing more.
    months
        for how many months.
    price
        what the operator renews it for, paid at once; 0 = it is given.
    """
    from partita.usecases import commitment  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import zone_of  # noqa: PLC0415

    if price is None:
        _order(commitment.PackageChange(package, months=months), key, ways)
        return
    with screen.opened() as books, books.work() as work:
        owner = commitment.owner_of(work, package) or ""
        zone, cost = zone_of(work, owner), money_for(work, owner, price, as_json=ways.as_json)
        answer = commitment.renew_package(
            work, package_id=package, months=months, price_minor=cost.minor, idempotency_key=key, dry_run=ways.dry_run
        )
    told.tell_granted(answer, zone, ways)


def _order(change: PackageChange, key: str, ways: Ways) -> None:
    """Order a change of a package by the price of the catalogue."""
    from partita.cli.order_sheet import show_placed  # noqa: PLC0415 - a command starts fast
    from partita.usecases import commitment  # noqa: PLC0415
    from partita.usecases.order import Token  # noqa: PLC0415

    with screen.opened() as books, books.work() as work:
        answer = commitment.order_change(work, change=change, token=Token(key), dry_run=ways.dry_run)
    show_placed(answer, ways)


def upgrade(package: str, more: str, *, key: str, price: str | None = None, ways: Ways = AS_IS) -> None:
    """Add MORE quota to PACKAGE from now to its end: `package upgrade pkg_01 500 --key p-3`.

    This is an order at the price of the catalogue, which is then paid (`order pay`).

    Parameters
    ----------
    package
        the package.
    more
        how much more it covers: of each window, or in all.
    key
        the order: the same key again adds nothing more.
    price
        what the operator adds it for, paid at once; 0 = it is given.
    """
    from partita.usecases import commitment  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import zone_of  # noqa: PLC0415

    size = told.number("more", more, parse_quantity, ways)
    if price is None:
        _order(commitment.PackageChange(package, more_e6=size), key, ways)
        return
    with screen.opened() as books, books.work() as work:
        owner = commitment.owner_of(work, package) or ""
        zone, cost = zone_of(work, owner), money_for(work, owner, price, as_json=ways.as_json)
        answer = commitment.upgrade_package(
            work, package_id=package, more_e6=size, price_minor=cost.minor, idempotency_key=key, dry_run=ways.dry_run
        )
    told.tell_granted(answer, zone, ways)


def list_packages(account: str, *, as_json: Json = False) -> None:
    """List the packages of ACCOUNT: what is left of them, until when, and whom they serve."""
    from partita.usecases import commitment  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer, now = commitment.list_packages(work, account), work.now
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    plain = {"packages": [_plain(one) for one in found]}
    screen.answer(plain, as_json=as_json, render=lambda console: package_table(console, found, now))


def _plain(one: PackageShown) -> dict[str, object]:
    package = one.package
    return {
        "package_id": package.package_id,
        "sku_id": package.sku_id,
        "each": package.cycle.value if package.cycle else None,
        "unit": package.unit,
        "covers": {sku: format_quantity(factor) for sku, factor in package.factors},
        "regions": list(package.regions),
        "ended_at": one.ended_at,
        "stretches": [
            {
                "source_id": each.stretch.source_id,
                "quota": format_quantity(each.stretch.quota_e6),
                "window_quota": format_quantity(each.quota_e6),
                "left": format_quantity(each.left_e6),
                "price": str(Money(each.stretch.price_minor, package.currency)),
                "starts_at": each.stretch.valid.start,
                "ends_at": each.stretch.valid.end,
                "state": each.state,
            }
            for each in one.stretches
        ],
        **told.serving_plain(one.shares, one.skips),
    }


def package_table(console: Console, found: list[PackageShown], now: datetime) -> None:
    """Print packages with what is left of each stretch."""
    say = screen.say
    if not found:
        console.print(say("No packages.", "没有资源包。"))
        return
    heads = [say("package", "资源包"), say("covers", "抵扣"), say("left", "剩余"), say("quota", "总量"),
             say("each", "周期"), say("until", "到期"), say("state", "状态"), say("serves too", "共享")]  # fmt: skip
    grid = screen.table(*heads, right=heads[2:4])
    for one in found:
        cycle = one.package.cycle
        each = say(cycle.value, {"hour": "小时", "day": "天", "month": "月"}[cycle.value]) if cycle else "—"
        for part in one.stretches:
            grid.add_row(
                part.stretch.source_id, ", ".join(sku for sku, _ in one.package.factors),
                format_quantity(part.left_e6), f"{format_quantity(part.quota_e6)} {one.package.unit}", each,
                local(part.stretch.valid.end, one.package.zone), told.state_name(part.state),
                told.serves(one.shares, now),
            )  # fmt: skip
    console.print(grid)
