"""What people are told when service is warned of, stopped or resumed. Rules: STOP-9, OUTBOX-5; source: B8."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from partita.core.ledger import instant_text
from partita.core.money import Money, format_scaled
from partita.core.notice.message import Notice, Text
from partita.core.service_control import Cause, Change, Group, ServiceState

SHOWN = 12
"""So many products are named in a notice; of more, the number is told."""


def service_notices(group: Group, changes: Iterable[Change]) -> tuple[Notice, ...]:
    """Return what a payer, and each member concerned, is told of changes: one notice for each state and cause.

    A warning that ends and a first use are not told. Service that comes back to a warning says both (STOP-6).
    """
    told: dict[tuple[str, str, str, str], list[Change]] = {}
    for change in changes:
        if change.state is ServiceState.RUNNING and change.item.state not in _HELD:
            continue
        for account in dict.fromkeys((group.payer_id, change.item.account_id)):
            kind = (account, change.state.word, change.cause.name, _came_back_from(change))
            told.setdefault(kind, []).append(change)
    return tuple(_service_notice(kind[0], group, of_kind) for kind, of_kind in sorted(told.items()))


_HELD = frozenset({ServiceState.SUSPENDED, ServiceState.GRACE})


def _came_back_from(change: Change) -> str:
    """Return from where service came back to a warning; '' where it did not: what runs again without one says so."""
    return change.item.state.word if change.state is ServiceState.WARNED and change.item.state in _HELD else ""


_HEADLINES: dict[ServiceState, Text] = {
    ServiceState.RUNNING: ("{account}: service runs again", "{account}：服务已恢复"),
    ServiceState.WARNED: ("{account}: money runs low, service stops soon", "{account}：额度即将耗尽，服务可能停机"),
    ServiceState.GRACE: ("{account}: overdue, the grace runs", "{account}：已欠费，进入延停"),
    ServiceState.SUSPENDED: ("{account}: service is stopped", "{account}：服务已停机"),
    ServiceState.RELEASED: ("{account}: stopped resources are released", "{account}：停机资源已释放"),
}
_NEXT: dict[ServiceState, Text] = {
    ServiceState.RUNNING: ("Nothing is to be done.", "无需操作。"),
    ServiceState.WARNED: (
        "Top up {payer} or transfer money to it before the quota is gone.",
        "请在额度耗尽前为 {payer} 充值或划拨资金。",
    ),
    ServiceState.GRACE: (
        "Usage goes on and is billed. Top up {payer} before the grace ends.",
        "服务继续运行并照常计费。请在延停结束前为 {payer} 充值。",
    ),
    ServiceState.SUSPENDED: (
        "Service resumes by itself as soon as the available quota of {payer} is above zero.",
        "{payer} 的可用额度大于零后，服务将自动恢复。",
    ),
    ServiceState.RELEASED: ("What is released cannot be brought back.", "已释放的资源无法恢复。"),
}
_HEADLINE_SPARED: Text = (
    "{account}: overdue beyond the grace, spared by the stop order",
    "{account}：欠费已超出延停，按停机顺序暂缓停机",
)
_NEXT_SPARED: Text = (
    "It goes on within the daily allowance of the stop order, and is billed. Top up {payer}.",
    "在停机顺序的每日保留额度内继续运行并照常计费。请为 {payer} 充值。",
)
_HEADLINES_BACK: dict[str, Text] = {
    ServiceState.SUSPENDED.word: (
        "{account}: service runs again, but money is still low",
        "{account}：服务已恢复，但额度仍即将耗尽",
    ),
    ServiceState.GRACE.word: (
        "{account}: no longer overdue, but money is still low",
        "{account}：已不再欠费，但额度仍即将耗尽",
    ),
}
_NEXT_OF_CAP: Text = (
    "The member goes on in the next month, or when its spending cap is raised.",
    "子账号将在下个自然月或提高消费上限后恢复。",
)


def _service_notice(account: str, group: Group, changes: Sequence[Change]) -> Notice:
    state, cause = changes[0].state, changes[0].cause
    named = [f"{one.item.account_id} / {one.item.product_id}" for one in changes]
    after = {Cause.CAP_REACHED: _NEXT_OF_CAP, Cause.SPARED: _NEXT_SPARED}.get(cause, _NEXT[state])
    back = _came_back_from(changes[0])
    headline = _HEADLINE_SPARED if cause is Cause.SPARED else _HEADLINES_BACK.get(back, _HEADLINES[state])
    body: list[str] = []
    for language, said in enumerate(("en", "zh")):
        lines = [
            (f"Why: {cause.text(said)}.", f"原因：{cause.text(said)}。")[language],
            *(_quota_lines(group, language) if account == group.payer_id else ()),
            (f"Products: {_list(named, language)}", f"产品：{_list(named, language)}")[language],
            after[language].format(payer=group.payer_id),
        ]
        body.append("\n".join(lines))
    return Notice(
        account_id=account,
        key=":".join(
            [
                "service",
                account,
                group.payer_id,
                state.word,
                *([back] if back else []),
                cause.name.lower(),
                instant_text(group.now),
            ]
        ),
        kind=f"service.{state.word}",
        title=(headline[0].format(account=account), headline[1].format(account=account)),
        body=(body[0], body[1]),
        figures={
            "account": account,
            "payer": group.payer_id,
            "state": state.word,
            "cause": cause.name.lower(),
            "available": str(Money(group.available_minor, group.currency)) if account == group.payer_id else None,
            "products": [one.item.subject for one in changes],
        },
    )


def _quota_lines(group: Group, language: int) -> list[str]:
    """Return the quota of the payer and how long it lasts; figures that are told to the payer alone (STOP-11)."""
    quota = Money(group.available_minor, group.currency).grouped
    said = (f"Available quota of {group.payer_id}: {quota}", f"{group.payer_id} 的可用额度：{quota}")[language]
    return [said, *_lasts(group, language)]


def _lasts(group: Group, language: int) -> list[str]:
    tenths = group.pace.days_left_tenths(group.available_minor, group.currency)
    if tenths is None or group.available_minor < 0:
        return []
    days = format_scaled(tenths, 1, places=1)
    return [(f"It lasts {days} days at the present pace.", f"按当前消费速度可用 {days} 天。")[language]]


def _list(named: Sequence[str], language: int) -> str:
    shown = (", ", "、")[language].join(named[:SHOWN])
    more = len(named) - SHOWN
    return f"{shown}{(f' and {more} more', f' 等，另有 {more} 项')[language]}" if more > 0 else shown
