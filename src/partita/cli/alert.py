"""`partita alert …`: what an account is told, where it goes, and what it was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.amount import amount_of
from partita.cli.moment import local
from partita.cli.span import span_of, spoken
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.alert import AlertKind, AlertSetting
from partita.core.money import Money, format_scaled, parse_scaled
from partita.core.notice import Channel
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from partita.usecases.alert import AlertSet, AlertsShown
    from partita.usecases.work import Work

Kind = Literal["low-quota", "high-spend", "near-overdue", "expiry", "low-package"]
Way = Literal["mail", "webhook", "apprise", "file"]
Language = Literal["en", "zh"]
OFF = "off"
_KINDS = {kind.word: kind for kind in AlertKind}


@Parameter(name="*")
@dataclass(frozen=True)
class Scope:
    """What an alert is about, and how often it speaks."""

    product: str = ""
    quiet: str = "24h"
    members: bool = False


EACH = Scope()


def set_alert(account: str, kind: Kind, threshold: str, *, scope: Scope = EACH, ways: Ways = AS_IS) -> None:
    """Tell ACCOUNT when a figure passes THRESHOLD: `alert set acme low-quota 1000.00`, `alert set acme near-overdue 3`.

    A low quota is told when it falls below, not when the alert is switched on below it; then once a quiet period, five
    times in all, until it is overdue.

    Parameters
    ----------
    account
        the account.
    kind
        low-quota: the available quota; high-spend: what a product costs on a day; near-overdue: the days that the quota
        lasts at the pace of the last seven; expiry: the days until a voucher, card, package or plan ends or a credit
        bill is due; low-package: the percent of a resource package that are left (20 unless set).
    threshold
        an amount, a number of days, or a percentage; `off` switches the alert off.
    scope.product
        high-spend of this product; default: each product by itself.
    scope.quiet
        how long the same is not told again.
    scope.members
        set it for each member of ACCOUNT instead, all or none.
    """
    if scope.product and kind != AlertKind.HIGH_SPEND.word:
        screen.misuse("--product is for high-spend.", "--product 仅用于 high-spend。")
    pause = span_of("quiet", scope.quiet, as_json=ways.as_json)
    if not pause:
        screen.misuse("--quiet takes some time.", "--quiet 须大于零。")
    with screen.opened() as books, books.work() as work:
        limit = _threshold(work, account, kind, threshold, ways)
        answer = _set(work, AlertSetting(account, _KINDS[kind], scope.product, limit, pause), scope, ways)
        currency = _currency(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done = answer
    plain = {
        "alerts": [_setting_plain(one.setting, currency) | {"repeated": one.repeated} for one in done],
        "repeated": all(one.repeated for one in done),
        "dry_run": ways.dry_run,
    }
    said, whom = _setting_line(done[0].setting, currency), ", ".join(one.setting.account_id for one in done)
    would = (f"Would set {whom}: {said}", f"将设置 {whom}：{said}")
    tell(plain, ways, done=(f"{whom}: {said}", f"{whom}：{said}"), would=would)


def _set(work: Work, stated: AlertSetting, scope: Scope, ways: Ways) -> list[AlertSet] | Refused:
    """Set an alert for the account, or for each of its members."""
    from partita.usecases import alert as alerts  # noqa: PLC0415 - a command starts fast

    if scope.members:
        return alerts.set_for_members(work, stated.account_id, stated, dry_run=ways.dry_run)
    one = alerts.set_alert(work, stated, dry_run=ways.dry_run)
    return one if isinstance(one, Refused) else [one]


def _threshold(work: Work, account: str, kind: str, text: str, ways: Ways) -> int | None:
    """Read a threshold: minor units, tenths of days, days, or percent; leaves with BAD_THRESHOLD."""
    if text == OFF:
        return None
    if kind in {AlertKind.LOW_QUOTA.word, AlertKind.HIGH_SPEND.word}:
        minor = amount_of(work, account, text, ways).minor
        if minor >= 0:
            return minor
        detail = ("give an amount from zero up.", "请给出不小于零的金额。")
        screen.refuse(refused(Reason.BAD_THRESHOLD, value=text, kind=kind, detail=detail), as_json=ways.as_json)
    if kind == AlertKind.LOW_PACKAGE.word:
        return _percent(text, ways)
    places = 1 if kind == AlertKind.NEAR_OVERDUE.word else 0
    most = 3650 * 10**places
    try:
        days = parse_scaled(text, places)
    except ValueError:
        days = 0
    if not 0 < days <= most:
        detail = ("give a number of days, such as 3.", "请给出天数，例如 3。")
        screen.refuse(refused(Reason.BAD_THRESHOLD, value=text, kind=kind, detail=detail), as_json=ways.as_json)
    return days


def _percent(text: str, ways: Ways) -> int:
    bare = text.removesuffix("%")
    if not (bare.isascii() and bare.isdigit() and 1 <= int(bare) <= _WHOLE):
        detail = ("give a percentage from 1 to 100, such as 20.", "请给出 1 到 100 的百分比，例如 20。")
        kind = AlertKind.LOW_PACKAGE.word
        screen.refuse(refused(Reason.BAD_THRESHOLD, value=text, kind=kind, detail=detail), as_json=ways.as_json)
    return int(bare)


_WHOLE = 100


def _currency(work: Work, account: str) -> str:
    from partita.usecases.funds import currency_of  # noqa: PLC0415 - a command starts fast

    known = currency_of(work, account)
    return "CNY" if isinstance(known, Refused) else known


def address(
    account: str, channel: Way, address: str, *, language: Language = "zh", off: bool = False, ways: Ways = AS_IS
) -> None:
    """Let notices of ACCOUNT go to ADDRESS: `alert address acme mail finance@acme.example --language en`.

    Without any address they go to the local file PARTITA_HOME/notices/notices.ndjson.

    Parameters
    ----------
    account
        the account.
    channel
        mail; webhook (signed by Standard Webhooks); apprise (rooms of DingTalk, Feishu, Lark, WeCom); file.
    address
        where to: an address of mail, an https address, an address of apprise, or the name of a local file.
    language
        the language of the notices.
    off
        notices no longer go there.
    """
    from partita.gateways.notify import shown  # noqa: PLC0415 - a command starts fast
    from partita.store.notice import Address  # noqa: PLC0415
    from partita.usecases.alert import set_address  # noqa: PLC0415

    stated = Address(account, Channel(channel), address, language)
    with screen.opened() as books, books.work() as work:
        answer = set_address(work, stated, active=not off, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    where = shown(stated.channel, address)
    plain = {
        "account_id": account,
        "channel": channel,
        "address": where,
        "language": language,
        "active": not off,
        "repeated": answer.repeated,
        "dry_run": ways.dry_run,
    }
    if off:
        done = (f"Notices of {account} no longer go to {where}.", f"{account} 的通知不再发往 {where}。")
        would = (f"Would stop notices of {account} to {where}.", f"将停止向 {where} 发送 {account} 的通知。")
    else:
        done = (f"Notices of {account} go to {where}.", f"{account} 的通知将发往 {where}。")
        would = (f"Would send notices of {account} to {where}.", f"将向 {where} 发送 {account} 的通知。")
    tell(plain, ways, done=done, would=would)


def list_alerts(account: str, *, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """List what ACCOUNT is told, where it goes, and what it was told.

    Parameters
    ----------
    account
        the account.
    """
    from partita.usecases.alert import show  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = show(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    shown = answer
    screen.answer(_plain(shown), as_json=as_json, render=lambda console: _render(console, shown))


def _plain(one: AlertsShown) -> dict[str, object]:
    from partita.gateways.notify import shown  # noqa: PLC0415 - a command starts fast

    return {
        "account_id": one.account_id,
        "alerts": [_setting_plain(setting, one.currency) for setting in one.settings],
        "addresses": [
            {"channel": to.channel.value, "address": shown(to.channel, to.address), "language": to.language}
            for to in one.addresses
        ],
        "told": [
            {
                "at": row.told.told_at,
                "kind": row.kind.word,
                "product_id": row.product_id or None,
                "figure": _figure(row.kind, row.figure, one.currency),
                "threshold": _figure(row.kind, row.threshold, one.currency),
                "times": row.told.times,
            }
            for row in one.told
        ],
    }


def _render(console: Console, one: AlertsShown) -> None:
    from partita.gateways.notify import shown  # noqa: PLC0415 - a command starts fast

    say = screen.say
    if not one.settings:
        console.print(
            say(
                f"{one.account_id} is told nothing yet: `partita alert set`.",
                f"{one.account_id} 尚未设置预警：`partita alert set`。",
            )
        )
    for setting in one.settings:
        console.print(_setting_line(setting, one.currency))
    for to in one.addresses:
        console.print(say(f"to {to.channel.value} {shown(to.channel, to.address)} ({to.language})",
                          f"发往 {to.channel.value} {shown(to.channel, to.address)}（{to.language}）"))  # fmt: skip
    if not one.addresses:
        console.print(say("to the local file notices.ndjson", "写入本地文件 notices.ndjson"))
    if one.told:
        _render_told(console, one)


def _render_told(console: Console, one: AlertsShown) -> None:
    say, language, currency = screen.say, screen.settings().language, one.currency
    figure, threshold = say("figure", "数值"), say("threshold", "阈值")
    grid = screen.table(
        say("told at", "通知时间"), say("alert", "预警"), say("product", "产品"), figure, threshold,
        right=(figure, threshold), title=say(f"Told so far ({one.zone})", f"已通知（{one.zone}）"),
    )  # fmt: skip
    for row in one.told:
        grid.add_row(
            local(row.told.told_at, one.zone), row.kind.text(language), row.product_id or "",
            _shown(row.kind, row.figure, currency), _shown(row.kind, row.threshold, currency),
        )  # fmt: skip
    console.print(grid)


def _setting_plain(one: AlertSetting, currency: str) -> dict[str, object]:
    return {
        "account_id": one.account_id,
        "kind": one.kind.word,
        "product_id": one.product_id or None,
        "threshold": None if one.threshold is None else _figure(one.kind, one.threshold, currency),
        "quiet_seconds": int(one.quiet.total_seconds()),
    }


def _setting_line(one: AlertSetting, currency: str) -> str:
    name = one.kind.text(screen.settings().language) + (f" / {one.product_id}" if one.product_id else "")
    if one.threshold is None:
        return screen.say(f"{name}: off", f"{name}：关闭")
    quiet = spoken(one.quiet, none=("", ""))
    limit = _shown(one.kind, one.threshold, currency)
    return screen.say(f"{name}: {limit}, quiet for {quiet}", f"{name}：{limit}，静默 {quiet}")


def _shown(kind: AlertKind, value: int, currency: str) -> str:
    """Write a figure for people: money with thousands separators."""
    if kind in {AlertKind.LOW_QUOTA, AlertKind.HIGH_SPEND}:
        return f"{screen.money(value, currency)} {currency}"
    return _figure(kind, value, currency)


def _figure(kind: AlertKind, value: int, currency: str) -> str:
    if kind in {AlertKind.LOW_QUOTA, AlertKind.HIGH_SPEND}:
        return str(Money(value, currency))
    if kind is AlertKind.LOW_PACKAGE:
        return f"{value} %"
    days = format_scaled(value, 1, places=1) if kind is AlertKind.NEAR_OVERDUE else str(value)
    return screen.say(f"{days} days", f"{days} 天")
