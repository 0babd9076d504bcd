"""Notices: each goes into the outbox once for every address of the account that it is for.

An account without an address is told in the local file of notices, so that nothing is lost unseen.
Rules: OUTBOX-5 (`docs/rules/outbox.md`).
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from partita.core.notice import Channel, Notice
from partita.store import notice as notice_store
from partita.store import outbox as outbox_store
from partita.store.notice import Address
from partita.usecases.work import Work

LOCAL = "notices"
"""The address of the local file of notices."""


def tell(work: Work, notices: Iterable[Notice]) -> int:
    """Leave notices in the outbox, in the transaction that caused them; return how many messages are new."""
    told = list(notices)
    known = notice_store.addresses(work.tx, {one.account_id for one in told}) if told else {}
    count = 0
    for one in told:
        places = known.get(one.account_id) or [Address(one.account_id, Channel.FILE, LOCAL, "zh")]
        count += sum(_leave(work, one, place) for place in places)
    return count


def _leave(work: Work, one: Notice, place: Address) -> bool:
    chinese = place.language == "zh"
    payload = {
        "account": one.account_id,
        "kind": one.kind,
        "key": one.key,
        "address": place.address,
        "language": place.language,
        "title": one.title[chinese],
        "titles": {"en": one.title[0], "zh": one.title[1]},
        "body": one.body[chinese],
        "figures": one.figures,
        "at": work.now.isoformat(),
    }
    mark = sha256(place.address.encode()).hexdigest()[:12]
    return outbox_store.add(work.tx, place.channel.value, f"{one.key}@{mark}", payload, recorded_at=work.now)
