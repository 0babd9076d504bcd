"""`partita plan …`: savings plans are bought, granted and listed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.commitment import told
from partita.cli.moment import local, moment_of
from partita.cli.ways import AS_IS, Ways
from partita.core.quantity import format_price, parse_price
from partita.core.refusal import Refused
from partita.core.savings_plan import PayMode

if TYPE_CHECKING:
    from datetime import datetime

    from partita.usecases.commitment import PlanShown

Json = Annotated[bool, Parameter(name="--json")]
_MODES = {one.word: one for one in PayMode}


@Parameter(name="*")
@dataclass(frozen=True)
class Terms:
    """Under which key, for how many years a plan holds, how it is paid, when it begins and where it counts."""

    key: str
    years: Annotated[int, Parameter(name="--for")] = 1
    pay: Literal["all", "half", "none"] = "none"
    start: str | None = None
    regions: str = ""
    gift: bool = False


def grant(account: str, sku: str, commitment: str, rates: str, *, terms: Terms, ways: Ways = AS_IS) -> None:
    """Grant ACCOUNT a plan SKU that promises COMMITMENT an hour: `plan grant acme plan-1y 9.5 vm@4.75 --key s-1`.

    Usage of RATES is charged at the rates of the plan, up to the commitment of the hour; what is not used of it is
    charged too, what is more at the normal price. What is paid ahead is paid at once by the waterfall.

    Parameters
    ----------
    account
        the account that has it.
    sku
        under which SKU it is sold and charged.
    commitment
        what is promised an hour, in the currency of the account.
    rates
        SKUs with the rate of one unit, with commas between them: `vm.small@4.75,vm.large@9.50`.
    terms.key
        the order: the same key again grants no second one.
    terms.years
        for 1 or 3 years.
    terms.pay
        how much is paid ahead: all, half or none of it.
    terms.start
        a day or an instant; default: the next whole hour.
    terms.regions
        only usage of these regions, with commas between them; default: all.
    terms.gift
        what would be paid ahead is given.
    """
    from partita.usecases.commitment import PlanOffer, grant_plan  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import start_of, zone_of  # noqa: PLC0415

    promised = told.number("commitment", commitment, parse_price, ways)
    of_skus = told.rates(rates, ways)
    with screen.opened() as books, books.work() as work:
        zone = zone_of(work, account)
        start = start_of(moment_of("start", terms.start, as_json=ways.as_json), zone)
        offer = PlanOffer(
            sku, promised, of_skus, terms.years, _MODES[terms.pay], start, told.names(terms.regions), terms.gift
        )
        answer = grant_plan(work, account_id=account, offer=offer, idempotency_key=terms.key, dry_run=ways.dry_run)
    told.tell_granted(answer, zone, ways)


@Parameter(name="*")
@dataclass(frozen=True)
class Sought:
    """Under which key, for how many years a plan is bought, how it is paid, and when it begins."""

    key: str
    years: Annotated[int, Parameter(name="--for")] = 1
    pay: Literal["all", "half", "none"] = "none"
    start: str | None = None


def buy(account: str, sku: str, commitment: str, *, terms: Sought, ways: Ways = AS_IS) -> None:
    """Order the plan SKU of the catalogue for ACCOUNT, which promises COMMITMENT an hour: `plan buy acme plan-vm 95`.

    It is approved and paid like any order; whoever approves, approves the whole promise. The plan begins with the next
    whole hour after it is paid.

    Parameters
    ----------
    account
        the account that has it.
    sku
        the plan: `catalog show` tells its rates.
    commitment
        what is promised an hour, in the currency of the account.
    terms.key
        the client token: the same key again orders no second one.
    terms.years
        for 1 or 3 years.
    terms.pay
        how much is paid ahead: all, half or none of it.
    terms.start
        a day or an instant up to six months ahead; default: when it is paid.
    """
    from partita.cli.order_sheet import show_placed  # noqa: PLC0415 - a command starts fast
    from partita.usecases.commitment import PlanOffer, order_plan  # noqa: PLC0415
    from partita.usecases.moment import start_of, zone_of  # noqa: PLC0415
    from partita.usecases.order import Token  # noqa: PLC0415

    promised = told.number("commitment", commitment, parse_price, ways)
    with screen.opened() as books, books.work() as work:
        start = start_of(moment_of("start", terms.start, as_json=ways.as_json), zone_of(work, account))
        offer = PlanOffer(sku, promised, (), terms.years, _MODES[terms.pay], start)
        answer = order_plan(work, account_id=account, offer=offer, token=Token(terms.key), dry_run=ways.dry_run)
    show_placed(answer, ways)


def list_plans(account: str, *, as_json: Json = False) -> None:
    """List the savings plans of ACCOUNT: what they promise an hour, until when, and whom they serve."""
    from partita.usecases.commitment import list_plans as listed  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer, now = listed(work, account), work.now
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    plain = {"plans": [_plain(one) for one in found]}
    screen.answer(plain, as_json=as_json, render=lambda console: plan_table(console, found, now))


def _plain(one: PlanShown) -> dict[str, object]:
    plan = one.plan
    return {
        "plan_id": plan.plan_id,
        "sku_id": plan.sku_id,
        "commitment": format_price(plan.commitment_e10),
        "currency": plan.currency,
        "pay": plan.pay_mode.word,
        "rates": {sku: format_price(rate) for sku, rate in plan.rates},
        "regions": list(plan.regions),
        "starts_at": plan.valid.start,
        "ends_at": plan.valid.end,
        "state": one.state,
        "ended_at": one.ended_at,
        **told.serving_plain(one.shares, one.skips),
    }


def plan_table(console: Console, found: list[PlanShown], now: datetime) -> None:
    """Print savings plans."""
    say, language = screen.say, screen.settings().language
    if not found:
        console.print(say("No savings plans.", "没有节省计划。"))
        return
    heads = [say("plan", "节省计划"), say("an hour", "每小时承诺"), say("paid ahead", "预付"), say("rates", "计划价"),
             say("until", "到期"), say("state", "状态"), say("serves too", "共享")]  # fmt: skip
    grid = screen.table(*heads, right=heads[1:2])
    for one in found:
        plan = one.plan
        rates = ", ".join(f"{sku} {format_price(rate)}" for sku, rate in plan.rates)
        grid.add_row(
            plan.plan_id, f"{format_price(plan.commitment_e10)} {plan.currency}", plan.pay_mode.text(language), rates,
            local(plan.valid.end, plan.zone), told.state_name(one.state), told.serves(one.shares, now),
        )  # fmt: skip
    console.print(grid)
