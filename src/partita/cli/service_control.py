"""`partita control …`: set how service is stopped and resumed, and run it by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from partita.cli import screen
from partita.cli.amount import amount_of
from partita.cli.funds.amount import shown
from partita.cli.moment import moment_of
from partita.cli.span import span_of, spoken
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.refusal import Refused
from partita.core.service_control import DEFAULT_POLICY, Grace, Policy, PolicyRow
from partita.core.stop_order import StopOrder

if TYPE_CHECKING:
    from partita.usecases.service_control import OrderSet, PaidAheadSet
    from partita.usecases.work import Work

NOTHING = "none"
_ALL = ("all", "全部")


@Parameter(name="*")
@dataclass(frozen=True)
class Terms:
    """How a product is controlled, as people write it."""

    grace: str = "24h"
    grace_amount: str | None = None
    warning: str = "3d"
    retention: str = "15d"
    never_stop: bool = False


USUAL = Terms()


def policy(
    account: str | None = None,
    *,
    product: str = "",
    terms: Terms = USUAL,
    take_back: bool = False,
    ways: Ways = AS_IS,
) -> None:
    """Set how the products of ACCOUNT, or of all, are controlled: `control policy acme --product compute --grace 48h`.

    Without ACCOUNT it holds for all accounts, without --product for all products; the most particular policy counts.
    A policy says everything anew: what is not given is as the defaults say.

    Parameters
    ----------
    account
        the account, or the payer for all its members; default: all.
    product
        the product; default: all.
    terms.grace
        how long service goes on although the quota is below zero, such as 90m, 24h or 7d; `none` for no limit of
        time where there is an amount, and no grace at all where there is none.
    terms.grace_amount
        how much debt is tolerated meanwhile; it needs ACCOUNT. It is no cap on the debt.
    terms.warning
        how long before the quota is gone is warned.
    terms.retention
        how long what is stopped is kept before it is released; `none` = for ever.
    terms.never_stop
        let it go on whatever happens.
    take_back
        let the next more general policy count again.
    """
    from partita.usecases.service_control import set_policy  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        row = PolicyRow(account or "", product, _policy(work, account, terms, ways))
        answer = set_policy(work, row, taken_back=take_back, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = policy_plain(row) | {"taken_back": take_back, "repeated": answer.repeated, "dry_run": ways.dry_run}
    place = f"{account or screen.say(*_ALL)} / {product or screen.say(*_ALL)}"
    if take_back:
        tell(plain, ways, done=(f"Took back the policy of {place}.", f"已撤销 {place} 的策略。"),
             would=(f"Would take back the policy of {place}.", f"将撤销 {place} 的策略。"))  # fmt: skip
        return
    said = policy_line(row.policy)
    tell(plain, ways, done=(f"{place}: {said}", f"{place}：{said}"),
         would=(f"Would set {place}: {said}", f"将设置 {place}：{said}"))  # fmt: skip


def _policy(work: Work, account: str | None, terms: Terms, ways: Ways) -> Policy:
    amount = None
    if terms.grace_amount is not None:
        if account is None:
            screen.misuse(
                "--grace-amount needs an ACCOUNT: its currency is that of the amount.",
                "--grace-amount 需要给出账号：金额以其币种计。",
            )
        amount = amount_of(work, account, terms.grace_amount, ways)
    return Policy(
        grace=Grace(amount, _span("grace", terms.grace, ways)),
        warning=span_of("warning", terms.warning, as_json=ways.as_json),
        retention=_span("retention", terms.retention, ways),
        stops=not terms.never_stop,
    )


def _span(name: str, text: str, ways: Ways):  # type: ignore[no-untyped-def] # noqa: ANN202 - a span or None
    return None if text == NOTHING else span_of(name, text, as_json=ways.as_json)


def policy_line(one: Policy) -> str:
    """Say a policy in a line."""
    if not one.stops:
        return screen.say("never stopped", "永不停机")
    no_grace, for_ever = ("no grace", "无延停"), ("kept for ever", "永久保留")
    graces = [] if one.grace.amount is None else [str(one.grace.amount)]
    graces += [] if one.grace.duration is None else [spoken(one.grace.duration, none=no_grace)]
    grace = screen.say(" and ", "、").join(graces) or screen.say(*no_grace)
    warning = spoken(one.warning, none=no_grace)
    kept = spoken(one.retention, none=for_ever)
    return screen.say(
        f"warned {warning} before, grace {grace}, kept {kept} after the stop",
        f"提前 {warning}预警，延停 {grace}，停机后保留 {kept}",
    )


def policy_plain(row: PolicyRow) -> dict[str, object]:
    """Return a policy as JSON has it."""
    one = row.policy
    return {
        "account_id": row.account_id or None,
        "product_id": row.product_id or None,
        "stops": one.stops,
        "grace_amount": None if one.grace.amount is None else str(one.grace.amount),
        "grace_seconds": None if one.grace.duration is None else int(one.grace.duration.total_seconds()),
        "warning_seconds": int(one.warning.total_seconds()),
        "retention_seconds": None if one.retention is None else int(one.retention.total_seconds()),
    }


def policies(*, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """List the policies that are set; the most particular one counts, and where none is set the usual one."""
    from partita.usecases import service_control  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = service_control.policies(work)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows = answer
    account, product, how = screen.say("account", "账号"), screen.say("product", "产品"), screen.say("policy", "策略")
    grid = screen.table(account, product, how)
    for row in rows:
        usual = screen.say(" (usual)", "（默认）") if row.policy == DEFAULT_POLICY else ""
        everybody = screen.say(*_ALL)
        grid.add_row(row.account_id or everybody, row.product_id or everybody, f"{policy_line(row.policy)}{usual}")
    screen.answer(
        {"policies": [policy_plain(row) for row in rows]}, as_json=as_json, render=lambda console: console.print(grid)
    )


def order(
    payer: str,
    file: Path | None = None,
    *,
    allowance: str = "0",
    horizon: int | None = None,
    take_back: bool = False,
    ways: Ways = AS_IS,
) -> None:
    """Set what the group of PAYER stops first: `control order acme turns.csv --allowance 500.00`.

    FILE is CSV with member, product and turn (1 is stopped first, 99 last, 50 where nothing is said); an empty member
    or product means all. Not everything stops then: the fewest, in turn, until what is spent a day fits.

    Parameters
    ----------
    payer
        the account that pays: a main account, or one that pays for itself.
    file
        the turns; without it all have the same, and the largest is stopped first.
    allowance
        what may be spent a day although the quota is below zero and the grace is over.
    horizon
        let what is left of a tolerated debt last so many days, by stopping the first in turn within the grace already.
    take_back
        stop everything at once again.
    """
    from partita.formats.stop_order import read_turns  # noqa: PLC0415 - a command starts fast
    from partita.usecases.service_control import set_order  # noqa: PLC0415

    if horizon is not None and horizon < 1:
        screen.misuse("--horizon is a number of days from one up.", "--horizon 须为不小于 1 的天数。")
    turns = () if file is None else read_turns(file)
    if isinstance(turns, Refused):
        screen.refuse(turns, as_json=ways.as_json)
    with screen.opened() as books, books.work() as work:
        minor = amount_of(work, payer, allowance, ways).minor
        if minor < 0:
            screen.misuse("--allowance is not below zero.", "--allowance 不能小于零。")
        stated = None if take_back else StopOrder(turns, minor, horizon)
        answer = set_order(work, payer, stated, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    _tell_order(answer, ways)


def _tell_order(answer: OrderSet, ways: Ways) -> None:
    order, payer = answer.order, answer.payer_id
    turns = () if order is None else order.turns
    plain = {
        "payer_id": payer,
        "turns": [{"member": one.member_id, "product": one.product_id, "turn": one.turn} for one in turns],
        "allowance_minor": None if order is None else order.allowance_minor,
        "horizon_days": None if order is None else order.horizon_days,
        "taken_back": order is None,
        "repeated": answer.repeated,
        "dry_run": ways.dry_run,
    }
    if order is None:
        done = (f"Took back the order of {payer}.", f"已撤销 {payer} 的停机次序。")
        would = (f"Would take back the order of {payer}.", f"将撤销 {payer} 的停机次序。")
    else:
        count = screen.many(len(turns), "turn")
        done = (f"Set {count} for {payer}.", f"已为 {payer} 设置 {len(turns)} 条停机次序。")
        would = (f"Would set {count} for {payer}.", f"将为 {payer} 设置 {len(turns)} 条停机次序。")
    tell(plain, ways, done=done, would=would)


def cap(account: str, amount: str, *, ways: Ways = AS_IS) -> None:
    """Let ACCOUNT spend at most AMOUNT a month: `control cap acme-lab 2000.00`; `none` takes the cap back.

    At the cap its service stops until the next month or a higher cap, so that one member cannot stop the others.

    Parameters
    ----------
    account
        the member, or any account.
    amount
        the most a calendar month, or `none`.
    """
    from partita.usecases.service_control import set_cap  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        limit = None if amount == NOTHING else amount_of(work, account, amount, ways)
        answer = set_cap(work, account, limit, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "account_id": account,
        "cap": None if limit is None else str(limit),
        "repeated": answer.repeated,
        "dry_run": ways.dry_run,
    }
    if limit is None:
        tell(plain, ways, done=(f"{account} has no spending cap.", f"{account} 没有消费上限。"),
             would=(f"Would take back the cap of {account}.", f"将撤销 {account} 的消费上限。"))  # fmt: skip
        return
    most = shown(limit)
    tell(plain, ways, done=(f"{account} may spend {most} a month.", f"{account} 每月最多消费 {most}。"),
         would=(f"Would let {account} spend {most} a month.", f"将限制 {account} 每月最多消费 {most}。"))  # fmt: skip


@Parameter(name="*")
@dataclass(frozen=True)
class Span:
    """What is paid ahead, and for how long."""

    until: str
    start: Annotated[str | None, Parameter(name="--from")] = None
    resource: str = ""
    reference: str = ""


def paid_ahead(account: str, product: str, *, span: Span, ways: Ways = AS_IS) -> None:
    """Record that PRODUCT of ACCOUNT is paid ahead: `control paid-ahead acme compute --until 2027-01-31`.

    What is paid ahead goes on until its end, whatever the quota is; with --resource only that resource does.

    Parameters
    ----------
    account
        the account.
    product
        the product.
    span.until
        the last day, or the instant of the end.
    span.start
        the first day, or the instant of the start; default: now.
    span.resource
        the resource; default: all of the product.
    span.reference
        the order, say.
    """
    from partita.store.control_policy import PaidAhead  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import end_of, start_of  # noqa: PLC0415
    from partita.usecases.service_control import pay_ahead, zone_of  # noqa: PLC0415

    until = moment_of("until", span.until, as_json=ways.as_json)
    start = moment_of("from", span.start, as_json=ways.as_json)
    assert until is not None, "an option that is required was given"
    with screen.opened() as books, books.work() as work:
        zone = zone_of(work, account)
        if isinstance(zone, Refused):
            screen.refuse(zone, as_json=ways.as_json)
        ends = end_of(until, zone)
        assert ends is not None, "a moment has an end"
        stated = PaidAhead(account, product, span.resource, start_of(start, zone) or work.now, ends, span.reference)
        answer = pay_ahead(work, stated, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    _tell_paid(answer, ways)


def _tell_paid(answer: PaidAheadSet, ways: Ways) -> None:
    one = answer.paid
    plain = {
        "account_id": one.account_id,
        "product_id": one.product_id,
        "resource_id": one.resource_id or None,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "reference": one.reference,
        "repeated": answer.repeated,
        "dry_run": ways.dry_run,
    }
    what = f"{one.account_id} / {one.product_id}" + (f" / {one.resource_id}" if one.resource_id else "")
    done = (f"{what} is paid ahead and is not stopped.", f"{what} 已预付，不会停机。")
    tell(plain, ways, done=done, would=(f"Would record {what} as paid ahead.", f"将记录 {what} 为预付。"))


def run(*, ways: Ways = AS_IS) -> None:
    """Look at all payers by the clock: graces and retentions end, months begin, vouchers expire.

    Usage and money are looked at where they move; this is for time. Run it every few minutes; it may be run at any
    time and again.
    """
    from partita.cli.service_control_sheet import changes_plain, show_changes  # noqa: PLC0415 - a command starts fast
    from partita.usecases.service_control import run as go_round  # noqa: PLC0415

    with screen.opened() as books, screen.progress("Looking at all payers", "检查所有付款方") as progress:
        answer = go_round(books, dry_run=ways.dry_run, progress=progress)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done = answer
    plain = {
        "payers": done.payers,
        "changes": changes_plain(done.changes),
        "endings_told": done.endings,
        "low_packages_told": done.low_packages,
        "dry_run": done.dry_run,
    }
    screen.answer(plain, as_json=ways.as_json, render=lambda console: show_changes(console, done))
