"""`partita dunning …`: how accounts are dunned, and what is due today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.clearing import beside_bills
from partita.cli.funds.amount import decimal, shown
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.dunning import DAYS_MAX, MARKS_MOST, RATE_SCALE, Policy
from partita.core.money import format_scaled, parse_scaled
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from partita.usecases.dunning.policy import DunningShown
    from partita.usecases.dunning.run import DunningRun

Json = Annotated[bool, Parameter(name="--json")]
ALL = "all"


@Parameter(name="*")
@dataclass(frozen=True)
class Terms:
    """What a policy says."""

    reminders: str = "-3,0,7,15,30"
    rate: str = "0"
    free_days: int = 0
    cap: str | None = None
    stop_days: int | None = None


DEFAULTS = Terms()


def policy(account: str, *, terms: Terms = DEFAULTS, take_back: bool = False, ways: Ways = AS_IS) -> None:
    """Set how ACCOUNT is dunned, or with `all` everybody: `dunning policy all --rate 0.0005 --cap 0.2 --stop-days 30`.

    Days count from the day on which a bill is due by the credit term, before it below zero.

    Parameters
    ----------
    account
        the account, or `all`.
    terms.reminders
        on which days it is told, in rising order.
    terms.rate
        interest a day as a part of what is unpaid, such as 0.0005.
    terms.free_days
        days past due without interest.
    terms.cap
        the most interest of a bill as a part of what it asked, such as 0.2; default: no end.
    terms.stop_days
        so many days past due the credit is suspended; default: never.
    take_back
        what was set for the account counts no more.
    """
    from partita.usecases.dunning.policy import set_policy  # noqa: PLC0415 - a command starts fast

    made = None if take_back else _read(terms)
    if isinstance(made, Refused):
        screen.refuse(made, as_json=ways.as_json)
    with screen.opened() as books, books.work() as work:
        name = "" if account == ALL else account
        answer = set_policy(work, account_id=name, policy=made, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "account": account,
        "policy": _plain(made) if made else None,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(
        plain,
        ways,
        done=(f"The dunning policy of {account} is set.", f"{account} 的催收策略已设置。"),
        would=(f"The dunning policy of {account} would be set.", f"将设置 {account} 的催收策略。"),
    )


def show(account: str, *, as_json: Json = False) -> None:
    """Show how ACCOUNT is dunned: its policy, unpaid bills with their due days, reminders told, and interest."""
    from partita.usecases.dunning.policy import show as use_case  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = use_case(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    done: DunningShown = answer
    plain = {
        "account_id": done.account_id,
        "has_term": done.has_term,
        "policy": _plain(done.policy),
        "suspended_by": done.suspended_by,
        "on_no_bill": decimal(done.on_no_bill),
        "bills": [
            {
                "bill_id": one.bill_id,
                "due_on": one.due_on,
                "days_past": one.days_past,
                "left": decimal(one.left),
                "interest": decimal(one.interest),
                "currency": one.left.currency,
                "told": list(one.told),
            }
            for one in done.bills
        ],
    }
    screen.answer(plain, as_json=as_json, render=lambda console: _render(console, done))


def run(*, ways: Ways = AS_IS) -> None:
    """Do what is due today: reminders, interest, and the credit of whoever is too long past due; once a day is enough.

    Run again on the same day, nothing changes.
    """
    from partita.usecases.dunning.run import run as use_case  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books:
        answer = use_case(books, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done: DunningRun = answer
    plain = {
        "reminded": [
            {"account_id": one.payer_id, "bill_id": one.bill_id, "due_on": one.due_on, "mark": one.mark,
             "left": decimal(one.left), "currency": one.left.currency}
            for one in done.reminded
        ],
        "charged": [
            {"account_id": one.payer_id, "bill_id": one.bill_id, "amount": decimal(one.amount),
             "currency": one.amount.currency, "entry_id": one.entry_id}
            for one in done.charged
        ],
        "suspended": done.suspended,
        "lifted": done.lifted,
        "dry_run": done.dry_run,
    }  # fmt: skip
    counts = (len(done.reminded), len(done.charged), len(done.suspended), len(done.lifted))
    rest = (
        f"{counts[0]} reminded, {counts[1]} charged interest, {counts[2]} suspended, {counts[3]} given back.",
        f"提醒 {counts[0]}，计息 {counts[1]}，暂停信控 {counts[2]}，恢复 {counts[3]}。",
    )
    tell(plain, ways, done=rest, would=(f"Would be: {rest[0]}", f"将为：{rest[1]}"))


def _read(terms: Terms) -> Policy | Refused:
    try:
        marks = tuple(int(mark) for mark in terms.reminders.split(",") if mark.strip())
        cap = None if terms.cap is None else parse_scaled(terms.cap, RATE_SCALE)
        return Policy(marks, parse_scaled(terms.rate, RATE_SCALE), terms.free_days, cap, terms.stop_days)
    except ValueError:
        return refused(Reason.BAD_DUNNING_POLICY, most=MARKS_MOST, days=DAYS_MAX)


def _plain(one: Policy) -> dict[str, object]:
    return {
        "reminders": list(one.reminders),
        "rate": one.rate_text,
        "free_days": one.free_days,
        "cap": None if one.cap_e10 is None else format_scaled(one.cap_e10, RATE_SCALE),
        "stop_days": one.stop_days,
    }


def _render(console: Console, done: DunningShown) -> None:
    say = screen.say
    if not done.has_term:
        console.print(
            say("It has no credit term, or nothing that it owes: it is not dunned.", "无信控账期或无欠款，不催收。")
        )
        return
    console.print(say(*_policy_text(done.policy)), markup=False)
    if done.on_no_bill.minor:
        console.print(say(*beside_bills(done.on_no_bill)), markup=False)
    if done.suspended_by:
        console.print(
            say(f"The credit is suspended by {done.suspended_by}.", f"信控因 {done.suspended_by} 暂停。"), markup=False
        )
    heads = (
        say("bill", "账单"),
        say("due", "到期日"),
        say("unpaid", "未结清"),
        say("interest", "利息"),
        say("told", "已提醒"),
    )
    grid = screen.table(*heads, right=[heads[2], heads[3]])
    for one in done.bills:
        told = ", ".join(map(str, one.told))
        grid.add_row(one.bill_id, str(one.due_on), shown(one.left), shown(one.interest), told)
    console.print(grid)


def _policy_text(one: Policy) -> tuple[str, str]:
    """Say a policy whole: when it reminds, what interest it takes and up to what, when credit is suspended."""
    marks = ", ".join(map(str, one.reminders)) or "-"
    parts = [(f"Reminders on days {marks}", f"提醒日：{marks}")]
    if one.rate_e10:
        free = (f", {one.free_days} days free", f"，免息 {one.free_days} 天") if one.free_days else ("", "")
        cap = format_scaled(one.cap_e10, RATE_SCALE) if one.cap_e10 is not None else ""
        most = (f", at most {cap} of the bill", f"，上限为账单的 {cap}") if cap else (", without a cap", "，无上限")
        parts.append((f"interest {one.rate_text} a day{free[0]}{most[0]}", f"日利率 {one.rate_text}{free[1]}{most[1]}"))
    else:
        parts.append(("no interest", "不计利息"))
    if one.stop_days is None:
        parts.append(("credit is never suspended", "不暂停信控"))
    else:
        days = one.stop_days
        parts.append((f"credit suspended after {days} days past due", f"逾期超过 {days} 天暂停信控"))
    return "; ".join(english for english, _ in parts), "；".join(chinese for _, chinese in parts)
