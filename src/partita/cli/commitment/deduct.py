"""`partita deduct …`: whom packages and plans serve, what they took of usage, and how well they are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.moment import local
from partita.cli.permission import print_what_is_left_out
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.deduction import Kind
from partita.core.money import format_scaled
from partita.core.period import DEFAULT_ZONE, Month
from partita.core.quantity import format_price, format_quantity
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.commitment import CoverageRow, DeductRow, Reported, Served, UtilisationRow

Json = Annotated[bool, Parameter(name="--json")]
EVERYBODY = "all"


def share(commitment: str, member: str, *, stop: bool = False, ways: Ways = AS_IS) -> None:
    """Let COMMITMENT serve MEMBER too, of the same payer, from now on: `deduct share pkg_01 acme-web`, or `all`.

    Parameters
    ----------
    commitment
        a package (pkg_…) or a plan (plan_…).
    member
        the account that it serves too, or `all` of its payer.
    stop
        it serves the member no longer.
    """
    from partita.usecases.commitment import share as shared  # noqa: PLC0415 - a command starts fast

    name = "" if member == EVERYBODY else member
    with screen.opened() as books, books.work() as work:
        answer = shared(work, commitment_id=commitment, member_id=name, shared=not stop, dry_run=ways.dry_run)
    verb = ("no longer serves", "不再共享给") if stop else ("serves", "共享给")
    _tell(answer, ways, (f"{commitment} {verb[0]} {member}.", f"{commitment} {verb[1]} {member}。"))


def skip(commitment: str, *, sku: str = "", account: str = "", stop: bool = False, ways: Ways = AS_IS) -> None:
    """Let COMMITMENT pass over usage of a SKU, of an account, or of both together: `deduct skip plan_01 --sku vm.gpu`.

    Parameters
    ----------
    commitment
        a package or a plan.
    sku
        the SKU that it passes over; default: any.
    account
        the account that it passes over; default: any.
    stop
        it passes over it no longer.
    """
    from partita.usecases.commitment import skip as skipped  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = skipped(work, commitment_id=commitment, what=(sku, account), skipped=not stop, dry_run=ways.dry_run)
    what = " ".join(one for one in (sku, account) if one)
    verb = ("no longer passes over", "不再跳过") if stop else ("passes over", "跳过")
    _tell(answer, ways, (f"{commitment} {verb[0]} {what}.", f"{commitment} {verb[1]} {what}。"))


def end(commitment: str, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """End COMMITMENT now: it covers and charges nothing more, and nothing comes back.

    `order unsubscribe` gives a package back with what nobody used of it.

    Parameters
    ----------
    commitment
        a package or a plan.
    reason
        why; it is kept.
    """
    from partita.usecases.commitment import end as ended  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = ended(work, commitment_id=commitment, reason=reason, dry_run=ways.dry_run)
    _tell(answer, ways, (f"{commitment} is ended; nothing comes back.", f"{commitment} 已终止，不退款。"))


def log(
    month: str, *, account: str | None = None, commitment: str | None = None, limit: int = 100, as_json: Json = False
) -> None:
    """List what packages and plans took of usage in MONTH, in billing-time order: `deduct log 2026-10 --account acme`.

    Parameters
    ----------
    month
        the month, such as 2026-10; rated or closed.
    account
        only usage of this account.
    commitment
        only of this package or plan.
    limit
        so many lines; the number of all is told.
    """
    from partita.usecases.commitment import deduct_log  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import zone_of  # noqa: PLC0415

    asked = _months((month,))[0]
    with screen.opened() as books:
        answer = deduct_log(books, asked, account_id=account, commitment_id=commitment, limit=limit)
        with books.work() as work:
            zone = zone_of(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    rows: list[DeductRow] = [*found.rows]  # type: ignore[list-item]
    plain = _whole(found) | {"deductions": [_deduction(one) for one in rows]}
    screen.answer(plain, as_json=as_json, render=lambda console: _render_log(console, found, rows, zone))


def utilisation(*months: str, account: str | None = None, as_json: Json = False) -> None:
    """Show how much of packages and plans was used of the windows that are over: `deduct utilisation 2026-10`.

    Of the window that runs (of an aggregate package: all its time) what is used so far.

    Parameters
    ----------
    months
        the months; default: all that are rated or closed.
    account
        only those of this account.
    """
    from partita.usecases.commitment import utilisation as used  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books:
        answer = used(books, _months(months), account_id=account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    rows: list[UtilisationRow] = [*found.rows]  # type: ignore[list-item]
    plain = _whole(found) | {"commitments": [_utilised(one) for one in rows]}
    screen.answer(plain, as_json=as_json, render=lambda console: utilisation_table(console, found))


def utilisation_table(console: Console, found: Reported) -> None:
    """Print how much of packages and plans was used."""
    say, language = screen.say, screen.settings().language
    heads = [say("source", "来源"), say("kind", "类型"), say("owner", "账号"), say("used", "已用"),
             say("unused", "未用"), say("rate", "使用率"), say("saved", "节省"),
             say("now, so far", "本周期已用")]  # fmt: skip
    grid = screen.table(*heads, right=heads[3:])
    rows: list[UtilisationRow] = [*found.rows]  # type: ignore[list-item]
    for one in rows:
        used, unused, so_far = _amounts(one)
        grid.add_row(one.source_id, one.kind.text(language), one.owner_id, f"{used} {one.unit}", unused,
                     _rate(one.rate_e4), format_price(one.saved_e10), so_far)  # fmt: skip
    console.print(grid)
    _close(console, found)


def coverage(*months: str, account: str | None = None, as_json: Json = False) -> None:
    """Show how much usage packages and plans covered, in quantity and at list price: `deduct coverage 2026-10`.

    Parameters
    ----------
    months
        the months; default: all that are rated or closed.
    account
        only usage that this account pays for.
    """
    from partita.usecases.commitment import coverage as covered  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books:
        answer = covered(books, _months(months), account_id=account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    rows: list[CoverageRow] = [*found.rows]  # type: ignore[list-item]
    plain = _whole(found) | {"skus": [_covered(one) for one in rows]}

    def render(console: Console) -> None:
        say = screen.say
        heads = [say("payer", "付款方"), "SKU", say("covered", "已抵扣"), say("of all", "总用量"),
                 say("of quantity", "用量覆盖率"), say("of cost", "费用覆盖率")]  # fmt: skip
        grid = screen.table(*heads, right=heads[2:])
        for one in rows:
            whole = f"{format_quantity(one.covered_e6 + one.charged_e6)} {one.unit}"
            grid.add_row(one.payer_id, one.sku_id, format_quantity(one.covered_e6), whole,
                         _rate(one.quantity_rate_e4), _rate(one.cost_rate_e4))  # fmt: skip
        console.print(grid)
        _close(console, found)

    screen.answer(plain, as_json=as_json, render=render)


def _tell(answer: Served | Refused, ways: Ways, did: tuple[str, str]) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "commitment_id": answer.commitment_id,
        "account_id": answer.account_id,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(plain, ways, done=did, would=(f"Nothing is saved; then: {did[0]}", f"未保存；执行后：{did[1]}"))


def _months(texts: tuple[str, ...]) -> tuple[Month, ...]:
    try:
        return tuple(Month.parse(one) for one in texts)
    except ValueError as error:
        screen.misuse(str(error), f"账期无效：{' '.join(texts)}")


def _rate(rate_e4: int | None) -> str:
    return "—" if rate_e4 is None else f"{format_scaled(rate_e4, 2, places=2)}%"


def _amounts(one: UtilisationRow) -> tuple[str, str, str]:
    """Return what was used, what was not, and what is used so far: a plan counts money, a package quantity."""
    shown = format_price if one.kind is Kind.PLAN else format_quantity
    return shown(one.used), shown(one.unused), shown(one.so_far)


def _whole(found: Reported) -> dict[str, object]:
    language = screen.settings().language
    return {
        "months": [str(one) for one in found.months],
        "count": found.count,
        "provisional": found.provisional,
        "left_out": {name: no.message(language) for name, no in found.left_out.items()},
    }


def _deduction(one: DeductRow) -> dict[str, object]:
    return {
        "record_id": one.record_id,
        "account_id": one.account_id,
        "payer_id": one.payer_id,
        "sku_id": one.sku_id,
        "charge_start": one.charge_start,
        "source_id": one.source_id,
        "quantity": format_quantity(one.quantity_e6),
        "unit": one.unit,
        "list_cost": format_price(one.list_cost_e10),
        "effective_cost": format_price(one.effective_cost_e10),
        "currency": one.currency,
        "region": one.region,
        "late": one.late,
    }


def _utilised(one: UtilisationRow) -> dict[str, object]:
    used, unused, so_far = _amounts(one)
    return {
        "source_id": one.source_id,
        "kind": one.kind.name.lower(),
        "owner_id": one.owner_id,
        "unit": one.unit,
        "used": used,
        "unused": unused,
        "used_so_far": so_far,
        "rate": _rate(one.rate_e4),
        "used_cost": format_price(one.used_cost_e10),
        "unused_cost": format_price(one.unused_cost_e10),
        "saved": format_price(one.saved_e10),
    }


def _covered(one: CoverageRow) -> dict[str, object]:
    return {
        "payer_id": one.payer_id,
        "product_id": one.product_id,
        "sku_id": one.sku_id,
        "unit": one.unit,
        "covered": format_quantity(one.covered_e6),
        "charged": format_quantity(one.charged_e6),
        "quantity_rate": _rate(one.quantity_rate_e4),
        "cost_rate": _rate(one.cost_rate_e4),
    }


def _render_log(console: Console, found: Reported, rows: list[DeductRow], zone: str) -> None:
    say = screen.say
    heads = [say("used at", "用量时间"), say("account", "账号"), "SKU", say("source", "来源"), say("quantity", "数量"),
             say("at list price", "目录价"), say("cost", "实际成本"), say("record", "用量记录")]  # fmt: skip
    grid = screen.table(*heads, right=heads[4:7])
    for one in rows:
        late = say(" late", " 迟到") if one.late else ""
        grid.add_row(
            local(one.charge_start, zone or DEFAULT_ZONE), one.account_id, one.sku_id, one.source_id,
            f"{format_quantity(one.quantity_e6)} {one.unit}", format_price(one.list_cost_e10),
            format_price(one.effective_cost_e10), one.record_id + late,
        )  # fmt: skip
    console.print(grid)
    console.print(say(f"{len(rows):,} of {found.count:,}.", f"共 {found.count:,} 条，显示 {len(rows):,} 条。"))
    _close(console, found)


def _close(console: Console, found: Reported) -> None:
    if found.provisional:
        console.print(screen.say("Some months are not closed: figures may change.", "部分账期尚未关账，数据可能变化。"))
    print_what_is_left_out(console, found.left_out)
