"""Set what accounts are told, and where it goes; list both. The same setting again changes nothing.

Rules: ALERT-1 (`docs/rules/alert.md`), OUTBOX-5 (`docs/rules/outbox.md`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from partita.core import alert as rules
from partita.core.alert import AlertKind, AlertSetting
from partita.core.notice import Channel
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.gateways import notify
from partita.store import alert as alert_store
from partita.store import catalog as catalog_store
from partita.store import funds as funds_store
from partita.store import notice as notice_store
from partita.store import relation as relation_store
from partita.store.alert import ToldRow
from partita.store.notice import Address
from partita.usecases.permission import authorise
from partita.usecases.work import Work

_OF_THE_PAYER = frozenset({AlertKind.LOW_QUOTA, AlertKind.NEAR_OVERDUE})
"""What is about a quota, and therefore about the payer's."""
_HINTS = {
    Channel.MAIL: ("write it like finance@acme.example.", "请写成 finance@acme.example 的形式。"),
    Channel.WEBHOOK: (
        "give an https address, without login, that is reachable from outside (http only on this machine).",
        "请给出可从外部访问、不含登录信息的 https 地址（仅本机可用 http）。",
    ),
    Channel.APPRISE: (
        "give the address of a room as apprise writes it: dingtalk://, feishu://, lark:// or wecombot://.",
        "请按 apprise 的写法给出群机器人地址：dingtalk://、feishu://、lark:// 或 wecombot://。",
    ),
    Channel.FILE: (
        "give a name of letters, digits, - and _; the file is PARTITA_HOME/notices/NAME.ndjson.",
        "请给出由字母、数字、- 和 _ 组成的名称；文件为 PARTITA_HOME/notices/名称.ndjson。",
    ),
}


@dataclass(frozen=True, slots=True)
class AlertSet:
    """An alert as it is set now; `before` is what it was, None = it was not set."""

    setting: AlertSetting
    before: AlertSetting | None
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class AddressSet:
    """Where notices of an account go now, or (not `active`) go no longer."""

    address: Address
    active: bool
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class AlertsShown:
    """What an account is told, where it goes, and what it was told so far."""

    account_id: str
    currency: str
    zone: str
    settings: tuple[AlertSetting, ...]
    addresses: tuple[Address, ...]
    told: tuple[ToldRow, ...]


def set_alert(work: Work, setting: AlertSetting, *, dry_run: bool = False) -> AlertSet | Refused:
    """Set what an account wants to be told, or switch it off (ALERT-1).

    Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT, UNKNOWN_PRODUCT, ALERT_OF_THE_PAYER (another pays for the
    account, so its quota decides), ALERT_PRODUCTS_MOST.
    """
    if isinstance(no := authorise(work, Action.SET_ALERT, setting.account_id), Refused):
        return no
    known = {(one.kind, one.product_id): one for one in alert_store.settings(work.tx, [setting.account_id])}
    if (unfit := _unfit(work, setting, list(known.values()))) is not None:
        return unfit
    before = known.get((setting.kind, setting.product_id))
    repeated = setting == before if setting.threshold is not None else before is None
    if not repeated and not dry_run:
        alert_store.set_alert(work.tx, setting, by=work.actor.signature, recorded_at=work.now)
        # What is switched on below its threshold is not told; the figure is looked at now, so that it can cross later.
        work.touched.add(setting.account_id)
    return AlertSet(setting, before, repeated, dry_run)


def _unfit(work: Work, setting: AlertSetting, known: Sequence[AlertSetting]) -> Refused | None:
    holder = funds_store.holder(work.tx, setting.account_id, work.now)
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=setting.account_id)
    if setting.product_id and setting.product_id not in catalog_store.products_of(work.tx):
        return refused(Reason.UNKNOWN_PRODUCT, product=setting.product_id)
    if setting.threshold is None:
        return None
    if holder.payer_id != holder.account_id and setting.kind in _OF_THE_PAYER:
        kind = (setting.kind.text(), setting.kind.text("zh"))
        return refused(Reason.ALERT_OF_THE_PAYER, account=holder.account_id, payer=holder.payer_id, kind=kind)
    watched = {one.product_id for one in known if one.product_id} | {setting.product_id}
    if len(watched - {""}) > rules.PRODUCTS_MOST:
        return refused(Reason.ALERT_PRODUCTS_MOST, most=rules.PRODUCTS_MOST)
    return None


def set_for_members(
    work: Work, management_id: str, setting: AlertSetting, *, dry_run: bool = False
) -> list[AlertSet] | Refused:
    """Set an alert for every member of a main account, all or none (ALERT-1); the account of `setting` is replaced.

    Refused in this order: NOT_PERMITTED, NO_MEMBERS, then what `set_alert` refuses for the first member that cannot.
    """
    if isinstance(no := authorise(work, Action.SET_ALERT, management_id), Refused):
        return no
    members = sorted(one.member_id for one in relation_store.members_of(work.tx, management_id, work.now))
    if not members:
        return refused(Reason.NO_MEMBERS, account=management_id)
    for member in members:
        trial = set_alert(work, replace(setting, account_id=member), dry_run=True)
        if isinstance(trial, Refused):
            return trial
    done = [set_alert(work, replace(setting, account_id=member), dry_run=dry_run) for member in members]
    return [one for one in done if not isinstance(one, Refused)]


def set_address(work: Work, address: Address, *, active: bool = True, dry_run: bool = False) -> AddressSet | Refused:
    """Let notices of an account go to an address, or no longer (OUTBOX-5).

    Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT, BAD_NOTICE_ADDRESS, NO_SUCH_ADDRESS (to be taken off).
    """
    if isinstance(no := authorise(work, Action.SET_ALERT, address.account_id), Refused):
        return no
    if funds_store.holder(work.tx, address.account_id, work.now) is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=address.account_id)
    channel = address.channel
    if active and not notify.fits(channel, address.address, here=work.actor.is_operator):
        detail = _HINTS[channel]
        return refused(Reason.BAD_NOTICE_ADDRESS, address=address.address, channel=channel.value, detail=detail)
    known = notice_store.addresses(work.tx, [address.account_id]).get(address.account_id, [])
    before = next((one for one in known if (one.channel, one.address) == (channel, address.address)), None)
    if not active and before is None:
        return refused(
            Reason.NO_SUCH_ADDRESS,
            account=address.account_id,
            address=notify.shown(channel, address.address),
            channel=channel.value,
        )
    repeated = active and before == address
    if not repeated and not dry_run:
        notice_store.set_address(work.tx, address, active=active, by=work.actor.signature, recorded_at=work.now)
    return AddressSet(address, active, repeated, dry_run)


def show(work: Work, account_id: str) -> AlertsShown | Refused:
    """Return what an account is told and where it goes. Refused in this order: NOT_PERMITTED, UNKNOWN_ACCOUNT."""
    if isinstance(no := authorise(work, Action.VIEW_CONTROL, account_id), Refused):
        return no
    holder = funds_store.holder(work.tx, account_id, work.now)
    if holder is None:
        return refused(Reason.UNKNOWN_ACCOUNT, account=account_id)
    return AlertsShown(
        account_id,
        holder.currency,
        holder.zone,
        tuple(alert_store.settings(work.tx, [account_id])),
        tuple(notice_store.addresses(work.tx, [account_id]).get(account_id, [])),
        tuple(alert_store.history(work.tx, account_id)),
    )
