"""`partita voucher …`: templates, issue, the pool, sharing with members, expiry, and what an account holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli import template as templates_of
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.moment import local
from partita.cli.template import USUAL, Terms
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.money import Money
from partita.core.refusal import Refused
from partita.core.template import Instrument

if TYPE_CHECKING:
    from partita.usecases.voucher import Expired, Moved, Wallet

Json = Annotated[bool, Parameter(name="--json")]


def template(name: str, kind: str, amount: str, *, terms: Terms = USUAL, ways: Ways = AS_IS) -> None:
    """Define what vouchers are made by: `voucher template spring cash 100.00 --only compute --until 2026-12-31`.

    KIND is cash (used until it is used up), threshold (its amount from --minimum on, once) or percentage (--percent of
    what is due, AMOUNT being the cap, once). A template never changes. Lists have commas between.

    Parameters
    ----------
    name
        the name of the template, by which vouchers are issued.
    terms.minimum
        what must be due within the scope for it to be good.
    terms.percent
        of a percentage: the share that it pays, such as 30.
    terms.only
        the only products that it pays.
    terms.excluding
        products that it does not pay.
    terms.accounts
        the only accounts whose lines it pays.
    terms.tags
        tags that charges must carry, such as team=web.
    terms.on
        what it is good for: pay-as-you-go (the month's bill), purchase, renew, resize; default: all.
    terms.stacks
        whether it is used together with others; default: yes.
    terms.start
        the first day, or an instant; default: from the issue on.
    terms.until
        the last day, or the instant at which it ends.
    terms.days
        for how many days it is valid, instead of --until.
    terms.title
        what people call it.
    terms.enterprise
        the enterprise, where there are several.
    """
    templates_of.define(Instrument.VOUCHER, (name, kind, amount), terms, ways)


def templates(*, enterprise: str | None = None, as_json: Json = False) -> None:
    """List the templates of vouchers, of one --enterprise where there are several."""
    templates_of.show_all(Instrument.VOUCHER, enterprise, as_json=as_json)


def priority(*keys: str, enterprise: str | None = None, ways: Ways = AS_IS) -> None:
    """Set which voucher goes first: `voucher priority expiry dedicated`, the most important first.

    Parameters
    ----------
    keys
        expiry (the one that ends first), dedicated (for named products, accounts or tags before general ones), balance
        (most left), issue (issued first).
    enterprise
        the enterprise, where there are several.
    """
    templates_of.set_order(Instrument.VOUCHER, keys, enterprise, ways)


def issue(
    template: str,
    account: str,
    amount: str | None = None,
    *,
    from_pool: bool = False,
    key: str | None = None,
    ways: Ways = AS_IS,
) -> None:
    """Issue a voucher by TEMPLATE to ACCOUNT: `voucher issue spring acme`, or `voucher issue spring acme 50.00`.

    AMOUNT is for cash templates; else it is the template's. Issued once per key; without --key, the same on the same
    day is one voucher.

    Parameters
    ----------
    from_pool
        take it from the pool of ACCOUNT instead of issuing it anew.
    key
        the key: the same key again issues nothing more.
    """
    from partita.usecases import voucher  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        minor = None if amount is None else money_for(work, account, amount, as_json=ways.as_json).minor
        wanted = voucher.Wanted(account, template, minor, from_pool)
        answer = voucher.issue(work, wanted, idempotency_key=key, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one = answer.voucher
    money = Money(one.amount_minor, one.template.currency)
    plain = {
        "voucher_id": one.voucher_id,
        "account_id": one.account_id,
        "template_id": one.template.template_id,
        "amount": decimal(money),
        "currency": money.currency,
        "valid_from": one.valid.start,
        "valid_until": one.valid.end,
        "from_pool": one.from_pool,
        "pool": decimal(answer.pool) if answer.pool else None,
        "entry_id": answer.entry_id,
        "idempotency_key": answer.idempotency_key,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    said = f"{one.voucher_id} {shown(money)}"
    tell(plain, ways, done=(f"Issued {said} to {account}.", f"已向 {account} 发放 {said}。"),
         would=(f"Would issue {shown(money)} to {account}.", f"将向 {account} 发放 {shown(money)}。"))  # fmt: skip


def grant_pool(account: str, amount: str, *, reference: str = "", key: str | None = None, ways: Ways = AS_IS) -> None:
    """Grant AMOUNT to the voucher pool of the main account ACCOUNT: `voucher grant-pool acme 10000.00`.

    Granted once per key; without --key, the same amount and reference on the same day is once.

    Parameters
    ----------
    reference
        why, such as the number of a contract.
    key
        the key: the same key again grants nothing more.
    """
    from partita.usecases import voucher  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        money = money_for(work, account, amount, as_json=ways.as_json)
        answer = voucher.grant_pool(
            work, account_id=account, amount=money, idempotency_key=key, reference=reference, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "account_id": account,
        "amount": decimal(answer.amount),
        "pool": decimal(answer.pool),
        "currency": money.currency,
        "entry_id": answer.entry_id,
        "idempotency_key": answer.idempotency_key,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    pool = shown(answer.pool)
    tell(plain, ways, done=(f"The pool of {account} holds {pool}.", f"{account} 的代金券额度池余额为 {pool}。"),
         would=(f"The pool of {account} would hold {pool}.", f"{account} 的代金券额度池余额将为 {pool}。"))  # fmt: skip


def share(voucher: str, member: str, amount: str | None = None, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Hand AMOUNT of VOUCHER (vch_…) on to MEMBER, all that is left without AMOUNT: `voucher share vch_… shop 40.00`.

    For members that pay for themselves: where the main account pays, its vouchers pay the member's lines anyway.

    Parameters
    ----------
    key
        the key; without one, the same amount on the same day is once.
    """
    from partita.usecases import voucher as vouchers  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        minor = None if amount is None else money_for(work, member, amount, as_json=ways.as_json).minor
        answer = vouchers.share(
            work, voucher_id=voucher, member_id=member, amount_minor=minor, idempotency_key=key, dry_run=ways.dry_run
        )
    _tell_moved(answer, ways)


def take_back(
    voucher: str, member: str, amount: str | None = None, *, key: str | None = None, ways: Ways = AS_IS
) -> None:
    """Take AMOUNT of VOUCHER (vch_…) back from MEMBER, all that it has left without AMOUNT.

    Parameters
    ----------
    key
        the key; without one, the same amount on the same day is once.
    """
    from partita.usecases import voucher as vouchers  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        minor = None if amount is None else money_for(work, member, amount, as_json=ways.as_json).minor
        answer = vouchers.take_back(
            work, voucher_id=voucher, member_id=member, amount_minor=minor, idempotency_key=key, dry_run=ways.dry_run
        )
    _tell_moved(answer, ways)


def _tell_moved(answer: Moved | Refused, ways: Ways) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "voucher_id": answer.voucher.voucher_id,
        "from": answer.giver,
        "to": answer.receiver,
        "amount": decimal(answer.amount),
        "currency": answer.amount.currency,
        "from_left": decimal(answer.giver_left),
        "to_left": decimal(answer.receiver_left),
        "entry_ids": list(answer.entry_ids),
        "idempotency_key": answer.idempotency_key,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    amount, left = shown(answer.amount), f"{answer.giver} {shown(answer.giver_left)}"
    left = f"{left}, {answer.receiver} {shown(answer.receiver_left)}"
    tell(plain, ways, done=(f"Moved {amount}; left: {left}.", f"已转移 {amount}；余额：{left}。"),
         would=(f"Would move {amount}; left: {left}.", f"将转移 {amount}；余额：{left}。"))  # fmt: skip


def expire(*, ways: Ways = AS_IS) -> None:
    """Book what is left of vouchers that are over: ended and their last month closed, or good for one use and used.

    Run it daily; run again it finds nothing. A voucher that has ended waits until the bill of its last month is made.
    """
    from partita.usecases import voucher  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = voucher.expire(work, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done: Expired = answer
    plain = {
        "lapsed": [
            {
                "voucher_id": one.holding.voucher.voucher_id,
                "account_id": one.holding.account_id,
                "amount": decimal(one.amount),
                "currency": one.amount.currency,
                "to_pool": one.to_pool,
            }
            for one in done.lapsed
        ],
        "waiting": done.waiting,
        "dry_run": done.dry_run,
    }

    def render(console: Console) -> None:
        console.print(
            screen.say(
                f"{screen.many(len(done.lapsed), 'remainder')} lapsed; {screen.many(done.waiting, 'voucher')} waiting "
                "for the close of the last month.",
                f"{len(done.lapsed)} 笔余额失效；{done.waiting} 张代金券等待最后账期出账。",
            )
        )

    screen.answer(plain, as_json=ways.as_json, render=render)


def list_vouchers(account: str, *, as_json: Json = False) -> None:
    """List the vouchers of ACCOUNT in the order in which they are used, and what its pool holds."""
    from partita.usecases import voucher  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = voucher.wallet(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found: Wallet = answer
    screen.answer(_plain(found), as_json=as_json, render=lambda console: _render(console, found))


def _plain(found: Wallet) -> dict[str, object]:
    return {
        "account_id": found.account_id,
        "priority": [key.value for key in found.policy],
        "pool": decimal(found.pool),
        "currency": found.pool.currency,
        "vouchers": [
            {
                "voucher_id": one.holding.voucher.voucher_id,
                "issued_to": one.holding.voucher.account_id,
                "template": templates_of.template_plain(one.holding.voucher.template),
                "left": decimal(one.left),
                "state": one.state.value[0],
                "valid_from": one.holding.voucher.valid.start,
                "valid_until": one.holding.voucher.valid.end,
            }
            for one in found.vouchers
        ],
    }


def _render(console: Console, found: Wallet) -> None:
    if found.vouchers:
        left = screen.say("left", "余额")
        grid = screen.table(screen.say("voucher", "代金券"), left, screen.say("state", "状态"),
                            screen.say("until", "到期"), screen.say("terms", "条款"), right=(left,))  # fmt: skip
        for one in found.vouchers:
            voucher = one.holding.voucher
            grid.add_row(
                voucher.voucher_id, shown(one.left), one.state.text(screen.settings().language),
                local(voucher.valid.end, found.zone), templates_of.template_line(voucher.template, found.zone),
            )  # fmt: skip
        console.print(grid)
    else:
        console.print(screen.say("No vouchers.", "没有代金券。"))
    order = templates_of.policy_line(found.policy)
    console.print(screen.say(f"Used by {order}.", f"使用次序：{order}。"))
    if found.pool.minor:
        console.print(screen.say(f"Pool: {shown(found.pool)}", f"额度池：{shown(found.pool)}"))
    if found.payer_id != found.account_id:
        console.print(
            screen.say(
                f"Note: {found.payer_id} pays for {found.account_id} now; these vouchers pay its own bills only.",
                f"注意：{found.account_id} 目前由 {found.payer_id} 代付；这些代金券只用于其自己的账单。",
            ),
            markup=False,
        )
