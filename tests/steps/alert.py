"""Plays the cases of alerts on real books.

Verbs beside those of stop and resume:

alert    ACCOUNT KIND THRESHOLD [PRODUCT]   amounts for low-quota and high-spend, days for the others; `off`
members  ACCOUNT KIND THRESHOLD             the same for each member
address  ACCOUNT CHANNEL ADDRESS LANGUAGE
voucher  ACCOUNT AMOUNT DAYS                a voucher that is valid for so many days from now
told     ACCOUNT                            what an account was told
messages                                    notices in the outbox: channel, title
"""

from __future__ import annotations

from case_file import Case
from partita.core.alert import AlertKind, AlertSetting
from partita.core.money import Money, format_scaled
from partita.core.notice import Channel
from partita.core.outbox import RESOURCE
from partita.core.refusal import Refused
from partita.store import outbox as outbox_store
from partita.store.notice import Address
from partita.usecases import alert as alerts
from partita.usecases.funds import CardOffer, activate_card, buy_card
from partita.usecases.work import Books
from steps.service_control import Controlled

KINDS = {kind.word: kind for kind in AlertKind}


class _Alerted(Controlled):
    def card(self, account: str, face: str, days: str) -> None:
        """`card ACCOUNT FACE DAYS`: a stored-value card that is active from now on."""
        amount = Money.parse(face, "CNY")
        with self.books.work() as work:
            offer = CardOffer(amount, amount, int(days))
            bought = buy_card(work, account_id=account, offer=offer, idempotency_key="card")
            assert not isinstance(bought, Refused), bought.message()
            activate_card(work, account_id=account, card_id=bought.card.card_id)

    def alert(self, account: str, kind: str, threshold: str, product: str = "") -> None:
        setting = self.setting(account, kind, threshold, product)
        self.do(lambda work: alerts.set_alert(work, setting))

    def members(self, account: str, kind: str, threshold: str) -> None:
        setting = self.setting(account, kind, threshold, "")
        self.do(lambda work: alerts.set_for_members(work, account, setting))

    def setting(self, account: str, kind: str, threshold: str, product: str) -> AlertSetting:
        if threshold == "off":
            value = None
        elif kind == "near-overdue":
            value = int(threshold) * 10
        elif kind in {"expiry", "low-package"}:
            value = int(threshold)
        else:
            value = Money.parse(threshold, "CNY").minor
        return AlertSetting(account, KINDS[kind], product, value)

    def address(self, account: str, channel: str, address: str, language: str = "en") -> None:
        one = Address(account, Channel(channel), address, language)
        self.do(lambda work: alerts.set_address(work, one))

    def told(self, account: str) -> None:
        with self.books.work() as work:
            shown = alerts.show(work, account)
        assert not isinstance(shown, Refused)
        for row in shown.told:
            if row.kind in {AlertKind.LOW_QUOTA, AlertKind.HIGH_SPEND}:
                figure = format_scaled(row.figure, 2, places=2)
            else:
                figure = (
                    format_scaled(row.figure, 1, places=1) if row.kind is AlertKind.NEAR_OVERDUE else f"{row.figure}"
                )
            product = f" {row.product_id}" if row.product_id else ""
            self.said.append(f"told {account} {row.kind.word}{product} {figure} times {row.told.times}")

    def messages(self) -> None:
        with self.books.work() as work:
            rows = outbox_store.every(work.tx, open_only=False, limit=1000)
        self.said += [
            f"{one.message.topic} {one.message.payload['address']}: {one.message.payload['title']}"
            for one in rows
            if one.message.topic != RESOURCE
        ]


def run(case: Case, books: Books) -> list[str]:
    return _Alerted(books).play_all(case)
