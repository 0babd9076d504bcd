"""What the books ought to hold, kept by an independent model: plain dictionaries that each command moves.

It shares no code with the package but the names of things. It believes an answer only where something is named by it
(the id of a card); what is held where, who pays and what a bill draws it works out itself. All amounts are minor units
of the tenant's currency, usage is exact (`_e10`). The month close is `books_model_close`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from laws.books_model_refund import Purchases
from laws.books_nouns import E10_OF_MINOR, E10_OF_TENTH, Held, Line, Tied
from laws.books_world import ACCOUNTS, CASH, CREDIT, FOUNDED, PRICES, PRODUCTS, SHARED, TENANTS, VOUCHERS, tenant_of

Args = dict[str, Any]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC) - timedelta(days=1)
INSTANT = timedelta(microseconds=1)


class Model:
    """The books as they ought to be, moved by `follow` with each command that was done."""

    def __init__(self) -> None:
        self.now = FOUNDED
        self.books: Counter[tuple[str, str]] = Counter()
        """(payer, ledger account) → what we owe the payer there; below zero the payer owes."""
        self.came_in: Counter[str] = Counter()
        self.went_out: Counter[str] = Counter()
        self.charged: Counter[str] = Counter()
        self.accounts: list[str] = []
        self.entity: dict[str, str | None] = {}
        self.payers: dict[str, list[tuple[datetime, str]]] = {}
        self.ties: dict[str, Tied] = {}
        self.lines: dict[str, Line] = defaultdict(Line)
        self.changes: dict[str, tuple[str, int]] = {}
        self.had_credit: set[str] = set()
        self.freezes: dict[str, list[Any]] = {}
        self.notes: dict[str, tuple[str, int]] = {}
        self.cards: dict[str, list[Any]] = {}
        self.vouchers: dict[str, Held] = {}
        self.payments: dict[str, list[Any]] = {}
        self.usage: list[Args] = []
        self.records: dict[str, list[Any]] = {}
        self.held: Counter[tuple[str, int]] = Counter()
        self.frozen_through = 0
        self.unpaid: Counter[tuple[str, int]] = Counter()
        """(payer, month) → what its bill still asks."""
        self.credits: Counter[str] = Counter()
        """What credits (bills below zero, credit refunds set off) no bill has taken up, by payer."""
        self.purchases = Purchases()
        for tenant in TENANTS:
            for role in ACCOUNTS:
                self._open(tenant.named(role), verified=role != "free")
                self._in(tenant.named(role), "cash", CASH)
            main = tenant.named("main")
            self.lines[main] = Line(CREDIT, contract=f"contract-{tenant.name}")
            self.had_credit.add(main)
            shared = frozenset(code.name for code in SHARED)
            self.ties[tenant.named("member")] = Tied(main, "independent", "ACTIVE", shared)
            self.ties[tenant.named("trust")] = Tied(main, "trusteeship", "ACTIVE")
            self._pays(tenant.named("trust"), main)

    def follow(self, name: str, args: Args, answer: Any, now: datetime) -> None:
        """Move as a command that was done ought to move the books."""
        self.now = now
        move = getattr(self, f"_{name}", None)
        if move is not None and not getattr(answer, "repeated", False):
            move(args, answer)

    # what is asked of the model
    def cash(self, account: str) -> int:
        """Return the cash of an account."""
        return self.books[account, "cash"]

    def frozen(self, account: str) -> int:
        """Return what of it is put aside."""
        return sum(left for payer, left in self.freezes.values() if payer == account)

    def limit(self, account: str) -> int:
        """Return the credit limit that counts for an account."""
        return sum(line.limit_of(main, account) for main, line in self.lines.items() if line.contract)

    def usage_held(self, account: str) -> dict[int, int]:
        """Return what usage holds, by month, each cut to minor units."""
        return {month: held // E10_OF_MINOR for (payer, month), held in self.held.items() if payer == account}

    def of_fund(self, account: str, fund: str) -> dict[str, int]:
        """Return what an account has in the books of a fund, by source."""
        mine = {name: left for (payer, name), left in self.books.items() if payer == account and left}
        return {name.partition("/")[2]: left for name, left in mine.items() if name.partition("/")[0] == fund}

    def available(self, account: str) -> int:
        """Return the available quota: funds and credit, less what is held, frozen and outstanding."""
        funds = sum(sum(self.of_fund(account, fund).values()) for fund in ("transfer_book", "refund", "acceptance"))
        plain = sum(self.books[account, name] for name in ("cash", "credit_refund", "receivable"))
        held = sum(self.usage_held(account).values())
        return plain + funds + self.limit(account) - held - self.frozen(account)

    def members(self, main: str, mode: str) -> list[str]:
        """Return the members of a main account in a mode."""
        return [name for name, tie in self.ties.items() if (tie.main, tie.mode, tie.state) == (main, mode, "ACTIVE")]

    # money in and out of the books, and between them
    def _in(self, account: str, book: str, minor: int) -> None:
        self.books[account, book] += minor
        self.came_in[tenant_of(account).currency] += minor

    def _out(self, account: str, book: str, minor: int) -> None:
        self.books[account, book] -= minor
        self.went_out[tenant_of(account).currency] += minor

    def _move(self, source: tuple[str, str], target: tuple[str, str], minor: int) -> None:
        self.books[source] -= minor
        self.books[target] += minor

    def _between(self, ends: tuple[str, str], books: tuple[str, str], minor: int, clearing: str) -> None:
        """Move money from one payer to another; each half meets the other in the clearing."""
        (giver, receiver), (out_of, into) = ends, books
        self._move((giver, out_of), (giver, f"{clearing}/{receiver}"), minor)
        self._move((receiver, f"{clearing}/{giver}"), (receiver, into), minor)

    def _open(self, account: str, *, verified: bool) -> None:
        self.accounts.append(account)
        self.entity[account] = tenant_of(account).name if verified else None
        self.payers[account] = [(LONG_AGO, account)]

    def _pays(self, account: str, payer: str) -> None:
        since, before = self.payers[account][-1]
        if before != payer:
            self.payers[account].append((max(self.now, since), payer))

    # funds
    def _top_up(self, a: Args, _: Any) -> None:
        self._in(a["account"], "cash", a["minor"])

    def _withdraw(self, a: Args, _: Any) -> None:
        self._out(a["account"], "cash", a["minor"])
        self._stays_well(a["account"])

    def _transfer(self, a: Args, _: Any) -> None:
        books = ("cash", f"transfer_book/{a['giver']}")
        self._between((a["giver"], a["receiver"]), books, a["minor"], "transfer_clearing")
        self._stays_well(a["giver"])

    def _reclaim(self, a: Args, _: Any) -> None:
        books = (f"transfer_book/{a['giver']}", "cash")
        self._between((a["receiver"], a["giver"]), books, a["minor"], "transfer_clearing")
        assert self.available(a["receiver"]) >= 0, "a reclaim leaves nobody in debt"

    def _freeze(self, a: Args, answer: Any) -> None:
        self.freezes[answer.freeze_id] = [a["account"], a["minor"]]
        self._stays_well(a["account"])

    def _release_freeze(self, a: Args, _: Any) -> None:
        left = self.freezes[a["freeze"]][1]
        self.freezes[a["freeze"]][1] = 0 if a["minor"] is None else left - a["minor"]

    def _stays_well(self, account: str) -> None:
        assert self.available(account) >= 0, f"{account} is left in debt"
        assert self.cash(account) >= self.frozen(account), f"of {account} what is frozen has left"

    def _accept(self, a: Args, _: Any) -> None:
        self.notes[a["document"]] = (a["account"], a["minor"])
        self._in(a["account"], f"acceptance/{a['document']}", a["minor"])

    def _end_acceptance(self, a: Args, _: Any) -> None:
        account, face = self.notes.pop(a["document"])
        book = f"acceptance/{a['document']}"
        left = self.books[account, book]
        if a["state"] == "DISHONOURED":
            self.books[account, book] = 0
            self.books[account, "receivable"] -= face - left
            self.came_in[tenant_of(account).currency] -= face
            return
        fee = a["fee"] if a["state"] == "DISCOUNTED" else 0
        self._out(account, book, fee)
        self._move((account, book), (account, "cash"), left - fee)

    def _buy_card(self, a: Args, answer: Any) -> None:
        account, card = a["account"], answer.card.card_id
        self.cards[card] = [account, a["face"], a["days"], None]
        self._move((account, "cash"), (account, f"stored_value_inactive/{card}"), a["price"])
        self._in(account, f"stored_value_inactive/{card}", a["face"] - a["price"])
        self._stays_well(account)

    def _activate_card(self, a: Args, _: Any) -> None:
        account, face = self.cards[a["card"]][:2]
        self.cards[a["card"]][3] = self.now
        self._move((account, f"stored_value_inactive/{a['card']}"), (account, f"stored_value/{a['card']}"), face)

    def _expire_cards(self, _: Args, __: Any) -> None:
        for card, (account, _face, days, since) in self.cards.items():
            ends = since + timedelta(days=days) if since and days else None
            if ends and ends <= self.now and self.month_of(account, ends - INSTANT) <= self.frozen_through:
                self._out(account, f"stored_value/{card}", self.books[account, f"stored_value/{card}"])

    def _give_back(self, account: str, book: str, minor: int) -> None:
        self.books[account, book] += minor
        self.charged[tenant_of(account).currency] -= minor

    def _refund(self, a: Args, _: Any) -> None:
        year, month = map(int, a["month"].split("-"))
        assert year * 100 + month <= self.month_of(a["account"], self.now), "no refund belongs to a month ahead"
        self.purchases.refund(a["account"], year * 100 + month, a["product"], a["minor"])
        self._give_back(a["account"], f"refund/{a['month']}", a["minor"])

    def _refund_credit(self, a: Args, _: Any) -> None:
        assert a["account"] in self.had_credit, "who never had credit bought nothing on it"
        self.purchases.refund_credit(a["account"], a["product"], a["minor"])
        self._give_back(a["account"], "credit_refund", a["minor"])

    def _apply_refund(self, a: Args, _: Any) -> None:
        self._move((a["account"], "credit_refund"), (a["account"], "receivable"), a["minor"])
        assert self.books[a["account"], "receivable"] <= 0, "no more is set off than is outstanding"

    # payments
    def _start_payment(self, a: Args, answer: Any) -> None:
        self.payments[answer.payment.payment_id] = [a["account"], a["minor"], None]

    def _notice(self, a: Args, answer: Any) -> None:
        known = self.payments.get(a["payment"])
        fits = known is not None and a["genuine"] and not a["cut"] and a["paid"] and not a["lies"]
        credited = known is not None and fits and known[2] is None
        assert (answer.verdict.name == "CREDITED") is credited, answer
        if known is not None and credited:
            known[2] = a["tx"]
            self._in(known[0], "cash", known[1])

    # credit
    def _request_total(self, a: Args, answer: Any) -> None:
        line, change = self.lines[a["main"]], answer.change.change_id
        self.changes[change] = (a["main"], a["minor"])
        if a["minor"] > line.total:
            line.pending = change
        else:
            line.total = a["minor"]

    def _approve(self, a: Args, _: Any) -> None:
        main, minor = self.changes[a["change"]]
        self.lines[main].total, self.lines[main].pending = minor, None

    def _reject(self, a: Args, _: Any) -> None:
        self.lines[self.changes[a["change"]][0]].pending = None

    def _confirm_contract(self, a: Args, _: Any) -> None:
        self.lines[a["main"]].contract = a["contract"]

    def _allocate(self, a: Args, answer: Any) -> None:
        line = self.lines[a["main"]]
        self.changes[answer.change.change_id] = (a["main"], a["minor"])
        line.allocated[a["member"]] = a["minor"]
        self.had_credit |= {a["member"]} if a["minor"] else set()
        assert line.limit_of(a["main"], a["main"]) >= 0, "no more is allocated than there is"

    # vouchers
    def _issue_voucher(self, a: Args, answer: Any) -> None:
        voucher = answer.voucher
        fixed = {name: amount for name, _, amount, _ in VOUCHERS}
        minor = fixed[a["template"]] if a["minor"] is None else a["minor"]
        ends = (voucher.valid.start, voucher.valid.end)
        self.vouchers[voucher.voucher_id] = Held(a["account"], a["template"], *ends, a["pool"], {a["account"]: minor})
        book = f"voucher/{voucher.voucher_id}"
        if a["pool"]:
            self._move((a["account"], "voucher_pool"), (a["account"], book), minor)
        else:
            self._in(a["account"], book, minor)

    def _grant_pool(self, a: Args, _: Any) -> None:
        self._in(a["account"], "voucher_pool", a["minor"])

    def _share_voucher(self, a: Args, _: Any) -> None:
        self._hand_on(a["voucher"], self.vouchers[a["voucher"]].owner, a["member"], a["minor"])

    def _take_back_voucher(self, a: Args, _: Any) -> None:
        self._hand_on(a["voucher"], a["member"], self.vouchers[a["voucher"]].owner, a["minor"])

    def _hand_on(self, name: str, giver: str, receiver: str, asked: int | None) -> None:
        held, book = self.vouchers[name], f"voucher/{name}"
        minor = held.left[giver] if asked is None else asked
        held.left[giver] -= minor
        held.left[receiver] = held.left.get(receiver, 0) + minor
        self._between((giver, receiver), (book, book), minor, "voucher_clearing")

    def _expire_vouchers(self, _: Args, __: Any) -> None:
        for name, held in self.vouchers.items():
            last = self.month_of(held.owner, held.ends - INSTANT)
            over = held.ends <= self.now and last <= self.frozen_through
            if over or (held.once and held.drawn):
                self._lapse(name, held)

    def _lapse(self, name: str, held: Held) -> None:
        book = f"voucher/{name}"
        for account, left in list(held.left.items()):
            if held.from_pool and account != held.owner:
                self._hand_on(name, account, held.owner, left)
            elif not held.from_pool:
                self._out(account, book, left)
                held.left[account] = 0
        if held.from_pool:
            self._move((held.owner, book), (held.owner, "voucher_pool"), held.left[held.owner])
            held.left[held.owner] = 0

    # relations
    def _invite(self, a: Args, _: Any) -> None:
        main, member = a["main"], a["member"]
        one = self.entity[main] is not None and self.entity[main] == self.entity[member]
        until = None if one else self.now + timedelta(days=7)
        self.ties[member] = Tied(main, a["mode"], "ACTIVE" if one else "INVITED", frozenset(a["codes"]), until)
        if one and a["mode"] == "trusteeship":
            self._pays(member, main)

    def _confirm(self, a: Args, _: Any) -> None:
        self.ties[a["member"]].state = "ACTIVE"
        assert self.ties[a["member"]].mode == "independent", "trusteeship needs one entity, so it is never confirmed"

    def _decline(self, a: Args, _: Any) -> None:
        self.ties[a["member"]].state = "DECLINED"

    def _expire_invitation(self, _: Args, answer: Any) -> None:
        for one in answer.relations:
            self.ties[one.member_id].state = "EXPIRED"

    def _permit(self, a: Args, _: Any) -> None:
        self.ties[a["member"]].codes = frozenset(a["codes"])

    def _upgrade(self, a: Args, _: Any) -> None:
        tie = self.ties[a["member"]]
        tie.mode, tie.codes = "trusteeship", frozenset()
        self._pays(a["member"], tie.main)

    def _release(self, a: Args, _: Any) -> None:
        tie = self.ties[a["member"]]
        tie.state = "RELEASED"
        if tie.mode == "trusteeship":
            self._pays(a["member"], a["member"])
            self.lines[tie.main].allocated.pop(a["member"], None)

    def _go_back(self, a: Args, answer: Any) -> None:
        self._release(a, answer)
        self._invite(a | {"main": self.ties[a["member"]].main, "mode": "independent"}, answer)

    def _create_member(self, a: Args, answer: Any) -> None:
        self._open(a["member"], verified=True)
        first = a["main"] if a["mode"] == "trusteeship" else a["member"]
        self.payers[a["member"]] = [(self.now, first)]
        self._invite(a, answer)

    # usage
    def _import_usage(self, a: Args, answer: Any) -> None:
        fresh = [row for row in a["rows"] if self._is_good(row) and row[0] not in self.records]
        expected = 0 if answer.already_imported else len(fresh)
        assert answer.already_imported or answer.accepted == expected, (answer, fresh)
        for row in fresh:
            self.records[row[0]] = row
            self._take_up(*row)

    def _is_good(self, row: list[Any]) -> bool:
        _, account, sku, _, start = row
        return sku in PRICES and account in self.payers and datetime.fromisoformat(start) >= self.payers[account][0][0]

    def _take_up(self, _: str, account: str, sku: str, quantity: int, start: str) -> None:
        product, tenths = PRICES[sku]
        at = datetime.fromisoformat(start)
        month = self.month_of(account, at)
        held_in = month if month > self.frozen_through else _next(self.frozen_through)
        cost, payer = quantity * tenths * E10_OF_TENTH, self.payer_at(account, at, product)
        of = {"payer": payer, "month": month, "product": product}
        self.usage.append(of | {"held_in": held_in, "e10": cost, "billed": False})
        self.held[payer, held_in] += cost

    def payer_at(self, account: str, at: datetime, product: str) -> str:
        """Return who pays for usage that starts at an instant: a payer begins with the product's next cycle."""
        first, *later = self.payers[account]
        known = [first, *((self._cycle_start(account, since, product), payer) for since, payer in later)]
        return [payer for since, payer in known if since <= at][-1]

    def _cycle_start(self, account: str, instant: datetime, product: str) -> datetime:
        length = timedelta(days=1) if PRODUCTS[product] == "day" else timedelta(hours=1)
        local = instant + timedelta(hours=tenant_of(account).hours) - datetime(2000, 1, 1, tzinfo=UTC)
        past = local % length
        return instant if not past else instant - past + length

    def month_of(self, account: str, instant: datetime) -> int:
        """Return the month of an instant in the calendar of an account, as 202610."""
        local = instant.astimezone(UTC) + timedelta(hours=tenant_of(account).hours)
        return local.year * 100 + local.month


def _next(month: int) -> int:
    return month + 1 if month % 100 < 12 else month + 89
