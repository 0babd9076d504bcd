"""Tell what ends soon: vouchers, stored-value cards, packages, plans, and bills that are due by the terms of credit.

Rules: ALERT-5 (`docs/rules/alert.md`).
"""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from partita.core import alert as rules
from partita.core.alert import AlertKind, AlertSetting, Ending, Expiring, Told
from partita.core.credit import due_on
from partita.core.notice import Notice, expiry_notice
from partita.core.period import Month
from partita.store import alert as alert_store
from partita.store import ending as ending_store
from partita.store import funds as funds_store
from partita.store.alert import ToldRow
from partita.store.funds import Holder
from partita.usecases.credit.term import term_in_use
from partita.usecases.notice import tell
from partita.usecases.work import Work


def tell_endings(work: Work) -> int:
    """Tell every account that asks for it what ends soon, once for each mark of days; return how many are told now."""
    settings = {
        one.account_id: one for one in alert_store.settings(work.tx) if one.kind is AlertKind.EXPIRY and one.threshold
    }
    if not settings:
        return 0
    holders = funds_store.holders(work.tx, settings, work.now)
    days = {name: work.now.astimezone(ZoneInfo(one.zone)).date() for name, one in holders.items()}
    expiring: dict[str, list[Expiring]] = {}
    for one in (*_documents(work, holders), *_credit(work, holders)):
        expiring.setdefault(one.account_id, []).append(one)

    found: list[tuple[ToldRow, Notice]] = []
    for name, setting in sorted(settings.items()):
        found += _due(work, setting, expiring.get(name, []), days[name])
    rows = alert_store.add_told(work.tx, [row for row, _ in found])
    new = {(row.account_id, row.key) for row in rows}
    return tell(work, [notice for row, notice in found if (row.account_id, row.key) in new])


def _due(work: Work, setting: AlertSetting, expiring: list[Expiring], today: date) -> list[tuple[ToldRow, Notice]]:
    found = []
    for ending, mark in rules.due_notices(setting, expiring, today):
        notice = expiry_notice(setting.account_id, ending, mark)
        told = Told(work.now, work.now, 1)
        left = (ending.ends_on - today).days
        found.append((ToldRow(setting.account_id, setting.kind, "", notice.key, told, left, mark), notice))
    return found


def _documents(work: Work, holders: dict[str, Holder]) -> list[Expiring]:
    """Return vouchers, cards, packages and plans; the last day on which they serve is the one on which they end."""
    return [
        Expiring(
            Ending[one.what.upper()],
            one.name,
            one.account_id,
            (one.ends_at - _LAST_INSTANT).astimezone(ZoneInfo(holders[one.account_id].zone)).date(),
            one.left_minor,
            one.currency,
        )
        for one in ending_store.documents(work.tx, holders)
    ]


_LAST_INSTANT = timedelta(microseconds=1)


def _credit(work: Work, holders: dict[str, Holder]) -> list[Expiring]:
    """Return the days on which unpaid bills are due by the terms of credit; what is left is what is unpaid."""
    bills = ending_store.unpaid_bills(work.tx, holders)
    terms = {name: term_in_use(work, name) for name in sorted({one.payer_id for one in bills})}
    return [
        Expiring(
            Ending.CREDIT,
            str(Month.from_number(one.month)),
            one.payer_id,
            due_on(Month.from_number(one.month), term),
            one.unpaid_minor,
            one.currency,
        )
        for one in bills
        if (term := terms[one.payer_id]) is not None
    ]
