"""Where notices go: the channels of accounts. Rules: OUTBOX-5 (`docs/rules/outbox.md`).

Owns the SQL of `notice_channel`: rows are added, the last one of an address counts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from partita.core.notice import Channel
from partita.store.db import Transaction


@dataclass(frozen=True, slots=True)
class Address:
    """Where notices of an account go, and in which language (`en` or `zh`)."""

    account_id: str
    channel: Channel
    address: str
    language: str


def addresses(tx: Transaction, accounts: Collection[str]) -> dict[str, list[Address]]:
    """Return where notices of accounts go; accounts without an address are left out."""
    rows = tx.execute(
        "select distinct on (account_id, channel, address) account_id, channel, address, language, active "
        "from notice_channel where account_id = any(%s) order by account_id, channel, address, sequence desc",
        (sorted(accounts),),
    )
    found: dict[str, list[Address]] = {}
    for account, channel, address, language, active in rows:
        if active:
            found.setdefault(account, []).append(Address(account, Channel(channel), address, language))
    return found


def set_address(tx: Transaction, one: Address, *, active: bool, by: str, recorded_at: datetime) -> None:
    """Append an address, or that it is one no longer."""
    tx.execute(
        "insert into notice_channel (account_id, channel, address, sequence, language, active, recorded_by, "
        "recorded_at) select %(account)s, %(channel)s, %(address)s, coalesce(max(sequence), 0) + 1, %(language)s, "
        "%(active)s, %(by)s, %(at)s from notice_channel "
        "where account_id = %(account)s and channel = %(channel)s and address = %(address)s",
        {
            "account": one.account_id,
            "channel": one.channel.value,
            "address": one.address,
            "language": one.language,
            "active": active,
            "by": by,
            "at": recorded_at,
        },
    )
