"""`partita subscription …`: what runs until when, how it is renewed, and what the clock does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal
from partita.cli.moment import local
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.money import Money, format_scaled
from partita.core.quantity import parse_factor
from partita.core.refusal import Refused
from partita.core.subscription import RenewalMode, SubscriptionState, Term
from partita.core.unsubscribe import RefundPolicy

if TYPE_CHECKING:
    from partita.store.subscription import Subscription
    from partita.usecases.subscription import Ran, Shown

Json = Annotated[bool, Parameter(name="--json")]
_TERMS = re.compile(r"(\d+)([my])")
_OF = {"m": Term.MONTH, "y": Term.YEAR}


def list_subscriptions(account: str, *, every: bool = False, as_json: Json = False) -> None:
    """List the subscriptions of ACCOUNT and those that it pays for, the first to end first.

    Parameters
    ----------
    every
        those that are over too.
    """
    from partita.usecases import subscription  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = subscription.list_subscriptions(work, account, every=every)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer

    def render(console: Console) -> None:
        heads = [screen.say("subscription", "包年包月实例"), screen.say("resource", "资源"), "SKU",
                 screen.say("number", "数量"), screen.say("state", "状态"), screen.say("until", "到期"),
                 screen.say("renewal", "续费")]  # fmt: skip
        grid = screen.table(*heads)
        language = screen.settings().language
        for one, state in found:
            grid.add_row(one.subscription_id, one.resource_id, one.sku_id, str(one.quantity), state.text(language),
                         local(one.paid.ends_at, one.zone), one.renewing.mode.text(language))  # fmt: skip
        console.print(grid)

    plain = {"subscriptions": [_plain(one, state) for one, state in found]}
    screen.answer(plain, as_json=as_json, render=render)


def show(subscription: str, *, as_json: Json = False) -> None:
    """Show SUBSCRIPTION: how it stands, every step, what was paid by month, and every try to renew it."""
    from partita.usecases import subscription as subscription_use  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = subscription_use.show(work, subscription)
        currency = _currency(work, answer)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer
    screen.answer(
        _shown_plain(found, currency), as_json=as_json, render=lambda console: _render(console, found, currency)
    )


def auto(
    subscription: str, *, terms: str | None = None, off: bool = False, not_renewed: bool = False, ways: Ways = AS_IS
) -> None:
    """Let SUBSCRIPTION renew by itself: `subscription auto sub_1 --terms 1y`, or set it back with --off.

    It is tried from nine days before the end, each day from 08:00 on, until it is released.

    Parameters
    ----------
    terms
        for how many months (m) or years (y) each time; default: 1m.
    off
        it is renewed by hand, with reminders.
    not_renewed
        it is not to be renewed: one reminder.
    """
    from partita.store.subscription import Renewing  # noqa: PLC0415 - a command starts fast
    from partita.usecases import subscription as subscription_use  # noqa: PLC0415 - a command starts fast

    found = _TERMS.fullmatch(terms or "1m")
    if found is None:
        screen.misuse(f"{terms!r} is no time: write 3m or 1y.", f"{terms!r} 不是时长：请写成 3m 或 1y。")
    mode = RenewalMode.NONE if not_renewed else RenewalMode.MANUAL if off else RenewalMode.AUTO
    renewing = Renewing(mode, _OF[found[2]], int(found[1]))
    with screen.opened() as books, books.work() as work:
        answer = subscription_use.set_renewing(
            work, subscription_id=subscription, renewing=renewing, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "subscription_id": subscription,
        "mode": mode.word,
        "terms": f"{renewing.terms} {renewing.term.value}",
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(plain, ways, done=(f"{subscription}: renewal {mode.text()}.", f"{subscription}：{mode.text('zh')}。"),
         would=(f"{subscription}: would be {mode.text()}.", f"{subscription}：将设为{mode.text('zh')}。"))  # fmt: skip


def expiry_day(account: str, day: int | None = None, *, take_back: bool = False, ways: Ways = AS_IS) -> None:
    """Let renewals of ACCOUNT end on one DAY of the month: `subscription expiry-day acme 15`.

    Parameters
    ----------
    day
        1 to 31; a month without it ends on its last day.
    take_back
        there is no such day any more.
    """
    from partita.usecases import subscription  # noqa: PLC0415 - a command starts fast

    if (day is None) != take_back:
        screen.misuse("Give a day, or --take-back.", "请给出日期，或 --take-back。")
    with screen.opened() as books, books.work() as work:
        answer = subscription.set_expiry_day(work, account_id=account, day=day, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {"account_id": account, "day": day, "repeated": answer.repeated, "dry_run": answer.dry_run}
    said = f"{day}" if day else screen.say("none", "无")
    tell(plain, ways, done=(f"Unified expiry day of {account}: {said}.", f"{account} 的统一到期日：{said}。"),
         would=(f"Would set the day of {account}: {said}.", f"将设置 {account} 的统一到期日：{said}。"))  # fmt: skip


def refund_policy(product: str, *, no_five_day: bool = False, ladder: str = "", ways: Ways = AS_IS) -> None:
    """Set how PRODUCT is refunded: `subscription refund-policy compute --ladder 3=0.95,12=0.85`.

    Parameters
    ----------
    no_five_day
        what was just bought is not refunded in full.
    ladder
        by which discount what was used is priced, from so many months on; default: the order's own.
    """
    from partita.usecases import subscription  # noqa: PLC0415 - a command starts fast

    policy = RefundPolicy(not no_five_day, tuple(_step(text) for text in ladder.split(",") if text))
    with screen.opened() as books, books.work() as work:
        answer = subscription.set_refund_policy(work, product_id=product, policy=policy, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "product_id": product,
        "five_day": policy.five_day,
        "ladder": [{"months": months, "factor": format_scaled(factor, 6)} for months, factor in policy.ladder],
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(plain, ways, done=(f"Set how {product} is refunded.", f"已设置 {product} 的退订规则。"),
         would=(f"Would set how {product} is refunded.", f"将设置 {product} 的退订规则。"))  # fmt: skip


def run(*, ways: Ways = AS_IS) -> None:
    """Do what the clock asks: renew, remind, stop after the grace, release after the retention; for a timer."""
    from partita.usecases import subscription  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books:
        answer = subscription.run(books, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    ran: Ran = answer
    plain = {
        "renewed": list(ran.renewed),
        "failed": [{"subscription_id": name, "reason": no.reason.name} for name, no in ran.failed],
        "reminded": list(ran.reminded),
        "stopped": list(ran.stopped),
        "released": list(ran.released),
        "dry_run": ran.dry_run,
    }
    counts = (len(ran.renewed), len(ran.failed), len(ran.reminded), len(ran.stopped), len(ran.released))
    en = "renewed {}, not renewed {}, reminded {}, stopped {}, released {}".format(*counts)
    zh = "续费 {}，续费失败 {}，提醒 {}，停机 {}，释放 {}".format(*counts)
    tell(plain, ways, done=(f"Subscriptions: {en}.", f"包年包月：{zh}。"),
         would=(f"Subscriptions would be: {en}.", f"包年包月将：{zh}。"))  # fmt: skip


def _step(text: str) -> tuple[int, int]:
    months, equals, factor = text.partition("=")
    try:
        return int(months), parse_factor(factor if equals else "")
    except ValueError:
        screen.misuse(f"{text!r} is no step: write months=factor, such as 12=0.85.",
                      f"{text!r} 不是阶梯：请写成 月数=折扣，例如 12=0.85。")  # fmt: skip


def _currency(work: Any, answer: Shown | Refused) -> str:  # noqa: ANN401 - the type is imported late
    from partita.usecases.funds import currency_of  # noqa: PLC0415 - a command starts fast

    if isinstance(answer, Refused):
        return "CNY"
    found = currency_of(work, answer.subscription.account_id)
    assert not isinstance(found, Refused), "the account of a subscription is there"
    return found


def _plain(one: Subscription, state: SubscriptionState) -> dict[str, Any]:
    return {
        "subscription_id": one.subscription_id,
        "account_id": one.account_id,
        "payer_id": one.payer_id,
        "product_id": one.product_id,
        "resource_id": one.resource_id,
        "region": one.region,
        "sku_id": one.sku_id,
        "quantity": one.quantity,
        "state": state.word,
        "ends_at": one.paid.ends_at,
        "renewal": one.renewing.mode.word,
        "renewal_terms": f"{one.renewing.terms} {one.renewing.term.value}",
    }


def _shown_plain(found: Shown, currency: str) -> dict[str, Any]:
    return _plain(found.subscription, found.state) | {
        "steps": [
            {"command": step.command, "state": step.state.word, "sku_id": step.sku_id, "quantity": step.quantity,
             "ends_at": step.paid.ends_at, "order_id": step.order_id, "by": step.recorded_by, "at": step.recorded_at}
            for step in found.steps
        ],
        "months": [
            {"month": str(share.month), "from": share.period.start, "until": share.period.end,
             "amount": decimal(Money(share.amount, currency))}
            for share in found.months
        ],
        "attempts": [
            {"attempt": one.attempt, "ends_at": one.ends_at, "order_id": one.order_id,
             "why": screen.say(one.english, one.chinese), "at": one.recorded_at}
            for one in found.attempts
        ],
    }  # fmt: skip


_STEPS_ZH = {
    "start": "开通", "renew": "续费", "resize": "升降配", "take-back": "退回续费", "stop": "停机", "release": "释放",
    "unsubscribe": "退订", "convert": "转按量付费",
}  # fmt: skip


def _step_name(command: str) -> str:
    return screen.say(command, _STEPS_ZH.get(command, command))


def _render(console: Console, found: Shown, currency: str) -> None:
    one, language = found.subscription, screen.settings().language
    console.print(f"{one.subscription_id}: {one.quantity} × {one.sku_id}, {found.state.text(language)}, "
                  f"{local(one.paid.ends_at, one.zone)}")  # fmt: skip
    for step in found.steps:
        at, until = local(step.recorded_at, one.zone), local(step.paid.ends_at, one.zone)
        console.print(
            f"  {at} {_step_name(step.command)} {step.sku_id} × {step.quantity} → {until} {step.order_id or ''}"
        )
    amount = screen.say("amortised", "摊销")
    grid = screen.table(screen.say("month", "账期"), amount, right=(amount,))
    for share in found.months:
        grid.add_row(str(share.month), screen.money(share.amount, currency))
    console.print(grid)
    for attempt in found.attempts:
        why = screen.say(attempt.english, attempt.chinese) or attempt.order_id
        console.print(f"  {attempt.attempt}. {local(attempt.recorded_at, one.zone)} {why}", markup=False)
