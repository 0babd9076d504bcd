"""The commands of the stateful test, as plain data that can be pasted, and how each is carried out on books.

A command is its name, who gives it, when, and its arguments: texts, numbers, lists. `carry_out` gives it to the use
case that an operator or a customer would call. `replay` plays a list of commands on fresh books.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from conftest import Clock
from laws.books_world import actor_of, tenant_of
from partita.core.funds import Acceptance, AcceptanceState
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.payment import Notice, sign, write_notice
from partita.core.period import Month
from partita.core.permission import RelationPermission as Code
from partita.core.service_control import Grace, Policy, PolicyRow
from partita.core.stop_order import StopOrder, Turn
from partita.gateways.payment import SignedGateway
from partita.store.control_policy import PaidAhead
from partita.usecases import coupon, credit, funds, payment, relation, service_control, voucher
from partita.usecases.close import close_month
from partita.usecases.funds import CardOffer, RefundOf
from partita.usecases.rating import rate_month
from partita.usecases.relation import Terms
from partita.usecases.usage import import_usage
from partita.usecases.voucher import Wanted
from partita.usecases.work import Books, Work
from steps.world import USAGE_HEAD

Args = dict[str, Any]
Run = Callable[[Books, Args, bool], Any]
SECRET = b"the secret of the gateway"
GATEWAY = SignedGateway(SECRET)


@dataclass(frozen=True)
class Command:
    """A command as plain data; its text can be pasted into a list for `replay`."""

    name: str
    who: str
    at: str
    args: Args

    def __repr__(self) -> str:
        return f"Command({self.name!r}, {self.who!r}, {self.at!r}, {self.args!r})"


def carry_out(books: Books, command: Command, *, dry_run: bool = False) -> Any:
    """Give a command to its use case as whoever gives it; return the answer."""
    return RUNS[command.name](replace(books, actor=actor_of(command.who)), command.args, dry_run)


def replay(books: Books, clock: Clock, commands: Iterable[Command]) -> list[Any]:
    """Play commands on books, each at its instant; return the answers."""
    answers = []
    for command in commands:
        clock.now = datetime.fromisoformat(command.at)
        answers.append(carry_out(books, command))
    return answers


def delivery(args: Args) -> tuple[bytes, str]:
    """Return the body and the signature of a payment notice."""
    notice = Notice(
        args["payment"], args["tx"], args["amount"], args["currency"], args["paid"], datetime.fromisoformat(args["on"])
    )
    body = write_notice(notice, nonce=args["nonce"]) + b" " * args["padding"]
    signature = sign(SECRET if args["genuine"] else b"another", body)
    return (body[: len(body) // 2] if args["cut"] else body), signature


def usage_file(room: Path, args: Args) -> Path:
    """Write the usage of a command as a meter would send it; beside the room, for it is none of its files."""
    path = room.parent / "inbox" / f"{args['file']}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as handle:
        head = USAGE_HEAD if args["whole"] else USAGE_HEAD.replace("quantity", "count")
        rows = [[*row, row[-1], "", ""] for row in args["rows"]]
        csv.writer(handle).writerows([head.split(","), *rows])
    return path


def _in(run: Callable[[Work, Args, dict[str, Any]], Any]) -> Run:
    """Return how a command is run that is one transaction."""

    def within(books: Books, args: Args, dry_run: bool) -> Any:  # noqa: FBT001 - the one form of all commands
        with books.work() as work:
            return run(work, args, {"dry_run": dry_run})

    return within


def _money(args: Args, name: str = "minor") -> Money:
    return Money(args[name], args["currency"])


def _keyed(args: Args, how: dict[str, Any]) -> dict[str, Any]:
    return how | {"idempotency_key": args["key"]}


def _codes(args: Args) -> frozenset[Code]:
    return frozenset(Code[name] for name in args["codes"])


def _of_cash(use: Callable[..., Any]) -> Run:
    return _in(lambda work, a, how: use(work, account_id=a["account"], amount=_money(a), **_keyed(a, how)))


def _of_pair(use: Callable[..., Any]) -> Run:
    return _in(
        lambda work, a, how: use(work, giver=a["giver"], receiver=a["receiver"], amount=_money(a), **_keyed(a, how))
    )


def _of_voucher(use: Callable[..., Any]) -> Run:
    return _in(
        lambda work, a, how: use(
            work, voucher_id=a["voucher"], member_id=a["member"], amount_minor=a["minor"], **_keyed(a, how)
        )
    )


def _of_member(use: Callable[..., Any]) -> Run:
    return _in(lambda work, a, how: use(work, member=a["member"], **_keyed(a, how)))


def _with_codes(use: Callable[..., Any]) -> Run:
    return _in(lambda work, a, how: use(work, member=a["member"], permissions=_codes(a), **_keyed(a, how)))


def _accept(work: Work, args: Args, how: dict[str, Any]) -> Any:
    face, matures = _money(args), date.fromisoformat(args["matures"])
    return funds.accept(work, Acceptance(args["account"], args["document"], face, matures, "Bank"), **how)


def _end_acceptance(work: Work, args: Args, how: dict[str, Any]) -> Any:
    named = {"account_id": args["account"], "document_id": args["document"]}
    return funds.end(work, **named, state=AcceptanceState[args["state"]], fee=_money(args, "fee"), **how)


def _buy_card(work: Work, args: Args, how: dict[str, Any]) -> Any:
    offer = CardOffer(_money(args, "face"), _money(args, "price"), args["days"])
    return funds.buy_card(work, account_id=args["account"], offer=offer, **_keyed(args, how))


def _refund(work: Work, args: Args, how: dict[str, Any]) -> Any:
    of = RefundOf(args["product"], Month.parse(args["month"]))
    return funds.refund(work, account_id=args["account"], of=of, amount=_money(args), **_keyed(args, how))


def _refund_credit(work: Work, args: Args, how: dict[str, Any]) -> Any:
    named = {"account_id": args["account"], "product_id": args["product"]}
    return credit.refund_credit(work, **named, amount=_money(args), **_keyed(args, how))


def _release(work: Work, args: Args, how: dict[str, Any]) -> Any:
    amount = None if args["minor"] is None else _money(args)
    return funds.release(work, freeze_id=args["freeze"], amount=amount, **_keyed(args, how))


def _start_payment(books: Books, args: Args, dry_run: bool) -> Any:  # noqa: FBT001 - the one form of all commands
    named = {"account_id": args["account"], "amount": _money(args), "idempotency_key": args["key"]}
    return payment.start(books, GATEWAY, **named, dry_run=dry_run)


def _notice(work: Work, args: Args, how: dict[str, Any]) -> Any:
    body, signature = delivery(args)
    return payment.take_notice(work, GATEWAY, body=body, signature=signature, **how)


def _allocate(work: Work, args: Args, how: dict[str, Any]) -> Any:
    named = {"management": args["main"], "member": args["member"], "limit": _money(args)}
    return credit.allocate(work, **named, **_keyed(args, how))


def _request_total(work: Work, args: Args, how: dict[str, Any]) -> Any:
    return credit.request_total(work, management=args["main"], limit=_money(args), **_keyed(args, how))


def _issue(work: Work, args: Args, how: dict[str, Any]) -> Any:
    wanted = Wanted(args["account"], args["template"], args["minor"], args["pool"])
    return voucher.issue(work, wanted, **_keyed(args, how))


def _invite(work: Work, args: Args, how: dict[str, Any]) -> Any:
    terms = Terms(FinanceMode(args["mode"]), _codes(args))
    return relation.invite(work, management=args["main"], member=args["member"], terms=terms, **_keyed(args, how))


def _create(work: Work, args: Args, how: dict[str, Any]) -> Any:
    terms, member = Terms(FinanceMode(args["mode"]), _codes(args)), (args["member"], "Created")
    return relation.create_member(work, management=args["main"], member=member, org_unit_id=None, terms=terms, **how)


def _import_usage(books: Books, args: Args, dry_run: bool) -> Any:  # noqa: FBT001 - the one form of all commands
    return import_usage(books, usage_file(books.room.root, args), dry_run=dry_run)


def _set_policy(work: Work, args: Args, how: dict[str, Any]) -> Any:
    grace, retention = timedelta(hours=args["grace"]), timedelta(days=args["retention"])
    policy = Policy(Grace(duration=grace), retention=retention, stops=args["stops"])
    return service_control.set_policy(work, PolicyRow(args["account"], args["product"], policy), **how)


def _set_cap(work: Work, args: Args, how: dict[str, Any]) -> Any:
    cap = None if args["minor"] is None else _money(args)
    return service_control.set_cap(work, args["account"], cap, **how)


def _set_order(work: Work, args: Args, how: dict[str, Any]) -> Any:
    order = StopOrder(tuple(Turn(*turn) for turn in args["turns"]), args["allowance"])
    return service_control.set_order(work, args["account"], order, **how)


def _pay_ahead(work: Work, args: Args, how: dict[str, Any]) -> Any:
    starts = datetime.fromisoformat(args["starts"])
    ends = starts + timedelta(days=args["days"])
    return service_control.pay_ahead(work, PaidAhead(args["account"], args["product"], "", starts, ends, ""), **how)


RUNS: dict[str, Run] = {
    "top_up": _of_cash(funds.top_up),
    "withdraw": _of_cash(funds.withdraw),
    "transfer": _of_pair(funds.transfer),
    "reclaim": _of_pair(funds.reclaim),
    "freeze": _of_cash(funds.freeze),
    "release_freeze": _in(_release),
    "accept": _in(_accept),
    "end_acceptance": _in(_end_acceptance),
    "buy_card": _in(_buy_card),
    "activate_card": _in(
        lambda work, a, how: funds.activate_card(work, account_id=a["account"], card_id=a["card"], **how)
    ),
    "expire_cards": _in(lambda work, _, how: funds.expire_cards(work, **how)),
    "refund": _in(_refund),
    "refund_credit": _in(_refund_credit),
    "apply_refund": _of_cash(credit.apply_refund),
    "start_payment": _start_payment,
    "notice": _in(_notice),
    "request_total": _in(_request_total),
    "approve": _in(lambda work, a, how: credit.approve(work, change_id=a["change"], **how)),
    "reject": _in(lambda work, a, how: credit.reject(work, change_id=a["change"], **how)),
    "confirm_contract": _in(
        lambda work, a, how: credit.confirm_contract(work, management=a["main"], contract_id=a["contract"], **how)
    ),
    "allocate": _in(_allocate),
    "issue_voucher": _in(_issue),
    "grant_pool": _of_cash(voucher.grant_pool),
    "share_voucher": _of_voucher(voucher.share),
    "take_back_voucher": _of_voucher(voucher.take_back),
    "expire_vouchers": _in(lambda work, _, how: voucher.expire(work, **how)),
    "issue_coupon": _in(
        lambda work, a, how: coupon.issue(work, account_id=a["account"], template_id=a["template"], **_keyed(a, how))
    ),
    "invite": _in(_invite),
    "confirm": _with_codes(relation.confirm),
    "decline": _of_member(relation.decline),
    "permit": _with_codes(relation.permit),
    "upgrade": _of_member(relation.upgrade),
    "release": _of_member(relation.release),
    "go_back": _with_codes(relation.go_back),
    "create_member": _in(_create),
    "expire_invitation": _in(lambda work, a, how: relation.expire(work, member=a["member"], **how)),
    "import_usage": _import_usage,
    "rate": lambda books, a, dry_run: rate_month(books, Month.parse(a["month"]), dry_run=dry_run),
    "close": lambda books, a, dry_run: close_month(books, Month.parse(a["month"]), dry_run=dry_run),
    "set_policy": _in(_set_policy),
    "set_cap": _in(_set_cap),
    "set_order": _in(_set_order),
    "pay_ahead": _in(_pay_ahead),
    "run_control": lambda books, _, dry_run: service_control.run(books, dry_run=dry_run),
}
"""Every command of the machine by its name."""

OF_THE_OPERATOR = frozenset(
    {
        "top_up", "accept", "end_acceptance", "refund", "refund_credit", "apply_refund", "approve", "reject",
        "issue_voucher", "grant_pool", "expire_vouchers", "expire_cards", "issue_coupon", "import_usage", "rate",
        "close", "set_policy", "pay_ahead", "run_control", "notice",
    }
)  # fmt: skip
"""What nobody but the operator of the books may do, in the natural course of things."""


def tenants_named(value: object) -> set[str]:
    """Return the tenants whose accounts, users or documents the arguments of a command name."""
    if isinstance(value, dict):
        return set().union(*map(tenants_named, value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(tenants_named, value))
    is_name = isinstance(value, str) and value.partition("-")[0] in {"north", "south"}
    return {tenant_of(str(value)).name} if is_name else set()


def instant(moment: datetime) -> str:
    """Write an instant as commands have it."""
    return moment.astimezone(UTC).isoformat()
