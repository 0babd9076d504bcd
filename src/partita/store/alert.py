"""Alerts in the books: what accounts want to be told, and what they have been told.

Owns the SQL of `alert_setting` and `alert_told`: rows are added, the last one counts. Decides nothing.
Rules: ALERT-1, ALERT-2 (`docs/rules/alert.md`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from partita.core.alert import AlertKind, AlertSetting, Told
from partita.store.db import Transaction

_KINDS = {kind.word: kind for kind in AlertKind}


def settings(tx: Transaction, accounts: Collection[str] | None = None) -> list[AlertSetting]:
    """Return what accounts (default all) want to be told; what is switched off is left out."""
    asked: dict[str, object] = {"asked": None if accounts is None else sorted(accounts)}
    return _settings(tx, "where %(asked)s::text[] is null or account_id = any(%(asked)s)", asked)


def settings_of_payers(tx: Transaction, payers: Collection[str]) -> list[AlertSetting]:
    """Return what payers, and the accounts that they pay for, want to be told."""
    which = (
        "where account_id = any(%(asked)s) or exists (select from service_item i "
        "where i.account_id = alert_setting.account_id and i.payer_id = any(%(asked)s))"
    )
    return _settings(tx, which, {"asked": sorted(payers)})


def _settings(tx: Transaction, which: str, asked: dict[str, object]) -> list[AlertSetting]:
    rows = tx.execute(
        "select distinct on (account_id, kind, product_id) account_id, kind, product_id, threshold, quiet_seconds "
        f"from alert_setting {which} order by account_id, kind, product_id, sequence desc",
        asked,
    )
    return [
        AlertSetting(account, _KINDS[kind], product, threshold, timedelta(seconds=quiet))
        for account, kind, product, threshold, quiet in rows
        if threshold is not None
    ]


def set_alert(tx: Transaction, one: AlertSetting, *, by: str, recorded_at: datetime) -> None:
    """Append what an account wants to be told."""
    tx.execute(
        "insert into alert_setting (account_id, kind, product_id, sequence, threshold, quiet_seconds, recorded_by, "
        "recorded_at) select %(account)s, %(kind)s, %(product)s, coalesce(max(sequence), 0) + 1, "
        "%(threshold)s::bigint, %(quiet)s, %(by)s, %(at)s from alert_setting "
        "where account_id = %(account)s and kind = %(kind)s and product_id = %(product)s",
        {
            "account": one.account_id,
            "kind": one.kind.word,
            "product": one.product_id,
            "threshold": one.threshold,
            "quiet": one.quiet // timedelta(seconds=1),
            "by": by,
            "at": recorded_at,
        },
    )


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One time that an account was told something: the key of the notice, the figure and the threshold then."""

    account_id: str
    kind: AlertKind
    product_id: str
    key: str
    told: Told
    figure: int
    threshold: int


def last_told(tx: Transaction, accounts: Collection[str]) -> dict[tuple[str, AlertKind], Told]:
    """Return how low figures of accounts were told last."""
    rows = tx.execute(
        "select distinct on (account_id, kind) account_id, kind, crossed_at, recorded_at, times from alert_told "
        "where account_id = any(%s) and kind in ('low-quota', 'near-overdue') "
        "order by account_id, kind, recorded_at desc, times desc",
        (sorted(accounts),),
    )
    return {(account, _KINDS[kind]): Told(crossed, at, times) for account, kind, crossed, at, times in rows}


def add_told(tx: Transaction, rows: Sequence[ToldRow]) -> list[ToldRow]:
    """Append what is told; return those that were not told before under their keys."""
    new = []
    for one in rows:
        found = tx.execute(
            "insert into alert_told (account_id, kind, product_id, key, crossed_at, times, figure, threshold, "
            "recorded_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning key",
            (
                *(one.account_id, one.kind.word, one.product_id, one.key, one.told.crossed_at, one.told.times),
                *(one.figure, one.threshold, one.told.told_at),
            ),
        ).fetchone()
        if found:
            new.append(one)
    return new


def history(tx: Transaction, account_id: str) -> list[ToldRow]:
    """Return what an account was told, oldest first."""
    rows = tx.execute(
        "select account_id, kind, product_id, key, crossed_at, recorded_at, times, figure, threshold from alert_told "
        "where account_id = %s order by recorded_at, kind, product_id, key",
        (account_id,),
    )
    return [
        ToldRow(account, _KINDS[kind], product, key, Told(crossed, at, times), figure, threshold)
        for account, kind, product, key, crossed, at, times, figure, threshold in rows
    ]
