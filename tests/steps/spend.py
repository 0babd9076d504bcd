"""Plays the cases of running spend on real books.

Verbs beside those of stop and resume:

held   PAYER      what is held for usage, by month
spent  ACCOUNT    what its usage cost, by product, day and billing month
pace   PAYER      the pace a day, the quota, and how long it lasts
tiers-from DATE NAME TIER …   a later version of a graduated price
"""

from __future__ import annotations

from case_file import Case
from partita.core.money import format_scaled
from partita.core.period import Month
from partita.core.refusal import Refused
from partita.usecases import service_control
from partita.usecases.work import Books
from steps.service_control import Controlled, money


class _Spending(Controlled):
    def tiers_from(self, start: str, name: str, *tiers: str) -> None:
        pairs = [tier.split(":") for tier in tiers]
        self.setup("prices", [[name, "CNY", start, "graduated", "account", end.strip("-"), price, ""]
                              for end, price in pairs])  # fmt: skip

    def held(self, payer: str) -> None:
        self.rows(
            "select 'held ' || payer_id, month, amount_e10::text from hold where payer_id = %s and amount_e10 <> 0 "
            "order by month",
            payer,
        )

    def spent(self, account: str) -> None:
        self.rows(
            "select 'spent ' || product_id || ' ' || day, billed_in, amount_e10::text from running_spend "
            "where account_id = %s order by product_id, day, billed_in",
            account,
        )

    def rows(self, query: str, name: str) -> None:
        with self.books.work() as work:
            rows = work.tx.execute(query, (name,)).fetchall()
        self.said += [
            f"{said} {Month.from_number(month)} {format_scaled(int(amount), 10, places=2)}"
            for said, month, amount in rows
        ]

    def pace(self, payer: str) -> None:
        with self.books.work() as work:
            shown = service_control.show(work, payer)
        assert not isinstance(shown, Refused)
        assert shown.quota is not None
        left = shown.quota.days_left_tenths
        lasts = "for ever" if left is None else f"{format_scaled(left, 1, places=1)} days"
        pace, quota = money(shown.quota.pace.per_day_minor("CNY")), money(shown.quota.available.result)
        self.said.append(f"pace {pace} available {quota} lasts {lasts}")


def run(case: Case, books: Books) -> list[str]:
    return _Spending(books).play_all(case)
