"""The verbs of orders that are about packages and plans.

offer        SKU in PRODUCT PRICE|- quota=… covers=… [each=…] | rates=… [years=…]     as the catalogue sells it
more         TOKEN OF QUOTA
renew-package TOKEN OF MONTHS
plan         TOKEN ACCOUNT SKU PROMISE all|half|none YEARS
grant        TOKEN ACCOUNT SKU QUOTA COVERS PRICE
promise      TOKEN ACCOUNT SKU PROMISE RATES all|half|none         a plan for a year, sold by the operator
commitments  ACCOUNT
spread       ACCOUNT MONTH
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from partita.core.money import format_scaled
from partita.core.period import Month
from partita.core.quantity import format_price, format_quantity, parse_pairs, parse_price, parse_quantity
from partita.core.resource_package import PackageChange, PackageOffer
from partita.core.savings_plan import PayMode, PlanOffer
from partita.store import charge as charge_store
from partita.store import order as order_store
from partita.usecases import commitment
from partita.usecases.analysis import show_charges
from partita.usecases.order import Token
from steps.order_scene import ZONE, Scene, cny


class Commitments(Scene):
    """Plays what becomes of packages and plans that are ordered."""

    def more(self, token: str, of: str, quota: str) -> None:
        change = PackageChange(self.subscriptions.get(of, of), more_e6=parse_quantity(quota))
        self._placed(token, self.ask(lambda work: commitment.order_change(work, change=change, token=Token(token))))

    def renew_package(self, token: str, of: str, months: str) -> None:
        change = PackageChange(self.subscriptions.get(of, of), months=int(months))
        self._placed(token, self.ask(lambda work: commitment.order_change(work, change=change, token=Token(token))))

    def plan(self, token: str, account: str, sku: str, *terms: str) -> None:
        promise, pay, years = terms
        offer = PlanOffer(sku, parse_price(promise), (), int(years), PayMode[pay.upper()])
        self._placed(
            token,
            self.ask(lambda work: commitment.order_plan(work, account_id=account, offer=offer, token=Token(token))),
        )

    def grant(self, token: str, account: str, sku: str, *terms: str) -> None:
        """Sell a package for a month as the operator, at a stated price."""
        quota, covers, price = terms
        factors = parse_pairs(covers, "*", parse_quantity, default="1")
        offer = PackageOffer(sku, parse_quantity(quota), factors, 1, cny(price).minor)
        answer = self.ask(
            lambda work: commitment.grant_package(work, account_id=account, offer=offer, idempotency_key=token)
        )
        self._granted(token, answer)

    def promise(self, token: str, account: str, sku: str, *terms: str) -> None:
        promise, rates, pay = terms
        pairs = parse_pairs(rates, "@", parse_price)
        offer = PlanOffer(sku, parse_price(promise), pairs, 1, PayMode[pay.upper()])
        self._granted(
            token,
            self.ask(lambda work: commitment.grant_plan(work, account_id=account, offer=offer, idempotency_key=token)),
        )

    def _granted(self, token: str, answer: commitment.Granted | None) -> None:
        if answer:
            self.subscriptions[token] = answer.commitment_id
            self.orders[token] = answer.order_id or ""
            waits = f", needs {', '.join(need.role.word for need in answer.waits)}" if answer.waits else ""
            again = "again " if answer.repeated else ""
            self.said.append(f"granted {again}{token} for {answer.price}{waits}")

    def commitments(self, account: str) -> None:
        """Say which packages and plans an account has, with what is left of them."""
        names = {name: token for token, name in self.subscriptions.items()}
        found = [
            (names[one.package.package_id], part.stretch.valid, part.state,
             f"{format_quantity(part.left_e6)} of {format_quantity(part.stretch.quota_e6)}")
            for one in self.ask(lambda work: commitment.list_packages(work, account))
            for part in one.stretches
        ]  # fmt: skip
        found += [
            (names[one.plan.plan_id], one.plan.valid, one.state, f"{format_price(one.plan.commitment_e10)} an hour")
            for one in self.ask(lambda work: commitment.list_plans(work, account))
        ]
        for token, valid, state, what in sorted(found, key=lambda one: (one[0], one[1].start)):
            start, end = (f"{at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}" for at in (valid.start, valid.end))
            self.said.append(f"{token} {what} {start}..{end} {state}")

    def spread(self, account: str, month: str) -> None:
        """Say what usage and orders were billed in all, and what they cost once it is spread (amortised)."""
        with self.books.work() as work:
            files = charge_store.counting(work.tx, Month.parse(month).number)
            orders = [one for one in order_store.charges(work.tx) if one.account_id == account]
        with self.books.engine() as engine:
            show_charges(engine, self.books.room, files)
            ((billed, effective),) = engine.execute(
                "select sum(billed_cost_e10)::hugeint, sum(effective_cost_e10)::hugeint from charges "
                "where account_id = ?",
                [account],
            ).fetchall()
        billed += sum(one.billed_cost_e10 for one in orders)
        effective += sum(one.effective_cost_e10 for one in orders)
        self.said.append(f"billed {format_scaled(billed, 10)}, spread {format_scaled(effective, 10)}")
