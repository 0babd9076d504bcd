"""`partita funds accept`, `collect`, `discount`, `dishonour`, `buy-card`, `activate-card`, `refund`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from partita.cli import screen
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.funds import Acceptance, AcceptanceState
from partita.core.money import Money
from partita.core.period import Month
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from partita.usecases.funds import AcceptanceMoved, CardMoved, RefundBooked


def accept(account: str, document: str, amount: str, matures_on: str, *, drawer: str, ways: Ways = AS_IS) -> None:
    """Take in an acceptance bill of AMOUNT, such as `funds accept acme 1-301 5000.00 2027-03-31 --drawer ICBC`.

    Its amount can be spent from now on. On MATURES_ON (a day) the bank pays it: `funds collect`; before, it can be sold
    to the bank: `funds discount`. DOCUMENT is the number of the bill: it is taken in once.

    Parameters
    ----------
    drawer
        the bank that pays it.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    try:
        day = date.fromisoformat(matures_on)
    except ValueError:
        screen.refuse(refused(Reason.BAD_TIME, name="matures-on", value=matures_on), as_json=ways.as_json)
    with screen.opened() as books, books.work() as work:
        face = money_for(work, account, amount, as_json=ways.as_json)
        answer = funds.accept(work, Acceptance(account, document, face, day, drawer), dry_run=ways.dry_run)
    _tell_acceptance(answer, ways)


def collect(account: str, document: str, *, ways: Ways = AS_IS) -> None:
    """Say that the bank has paid the acceptance bill DOCUMENT: what is left of its book becomes cash of ACCOUNT."""
    _end(account, document, AcceptanceState.COLLECTED, None, ways)


def discount(account: str, document: str, *, fee: str = "0", ways: Ways = AS_IS) -> None:
    """Sell the acceptance bill DOCUMENT to the bank before it is due: what is left of its book, less FEE, becomes cash.

    Parameters
    ----------
    fee
        what the bank keeps; ACCOUNT bears it.
    """
    _end(account, document, AcceptanceState.DISCOUNTED, fee, ways)


def dishonour(account: str, document: str, *, ways: Ways = AS_IS) -> None:
    """Say that the bank does not pay the acceptance bill DOCUMENT: what was spent of it is owed by ACCOUNT again."""
    _end(account, document, AcceptanceState.DISHONOURED, None, ways)


def buy_card(
    account: str,
    amount: str,
    *,
    key: str,
    price: str | None = None,
    valid_days: int | None = None,
    ways: Ways = AS_IS,
) -> None:
    """Buy a stored-value card with AMOUNT on it, such as `funds buy-card acme 1000.00 --key order-7 --valid-days 365`.

    It is paid with free cash and pays nothing until `funds activate-card`.

    Parameters
    ----------
    key
        the order: the same key again buys no second card.
    price
        what it costs, where that is less than what is on it; only the operator may give that.
    valid_days
        for how many days it is valid once active; default: without end.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        face = money_for(work, account, amount, as_json=ways.as_json)
        cost = face if price is None else money_for(work, account, price, as_json=ways.as_json)
        offer = funds.CardOffer(face, cost, valid_days)
        answer = funds.buy_card(work, account_id=account, offer=offer, idempotency_key=key, dry_run=ways.dry_run)
    _tell_card(answer, ways, ("Bought", "已购买", "Would buy", "将购买"))


def activate_card(account: str, card: str, *, ways: Ways = AS_IS) -> None:
    """Activate CARD (card_…) of ACCOUNT: from now on it pays bills, and its days run."""
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = funds.activate_card(work, account_id=account, card_id=card, dry_run=ways.dry_run)
    _tell_card(answer, ways, ("Activated", "已激活", "Would activate", "将激活"))


def expire_cards(*, ways: Ways = AS_IS) -> None:
    """Book what is left on cards that are over: ended, and the bill of their last month made.

    Run it daily; run again it finds nothing. A card that has ended waits until the bill of its last month is made.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = funds.expire_cards(work, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    lapsed = [
        {"card_id": card.card_id, "account_id": card.payer_id, "amount": decimal(left), "currency": left.currency}
        for card, left in answer.lapsed
    ]
    many, waiting = len(lapsed), screen.many(answer.waiting, "card")
    tell(
        {"lapsed": lapsed, "waiting": waiting, "dry_run": answer.dry_run},
        ways,
        done=(
            f"{screen.many(many, 'card')} lapsed; {waiting} waiting for the close of the last month.",
            f"{many} 张储值卡余额失效；{answer.waiting} 张等待最后账期出账。",
        ),
        would=(
            f"{screen.many(many, 'card')} would lapse; {waiting} waiting for the close of the last month.",
            f"{many} 张储值卡余额将失效；{answer.waiting} 张等待最后账期出账。",
        ),
    )


def refund(account: str, amount: str, *, product: str, month: str, key: str, ways: Ways = AS_IS) -> None:
    """Refund AMOUNT into the refund book of ACCOUNT: it pays bills of that month or later ones, and is never withdrawn.

    Such as `funds refund acme 80.00 --product ecs --month 2026-10 --key r1`.

    Parameters
    ----------
    product
        the product that is refunded.
    month
        the month to which the refund belongs.
    key
        the order or the refund: the same key again refunds nothing more.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    try:
        of = funds.RefundOf(product, Month.parse(month))
    except ValueError as error:
        screen.misuse(str(error), f"账期无效：{month}")
    with screen.opened() as books, books.work() as work:
        money = money_for(work, account, amount, as_json=ways.as_json)
        answer = funds.refund(work, account_id=account, of=of, amount=money, idempotency_key=key, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    _tell_refund(answer, ways)


def _tell_refund(answer: RefundBooked, ways: Ways) -> None:
    plain = {
        "account_id": answer.account_id,
        "product_id": answer.of.product_id,
        "month": str(answer.of.month),
        "amount": decimal(answer.amount),
        "currency": answer.amount.currency,
        "book": decimal(answer.book),
        "entry_id": answer.entry_id,
        "idempotency_key": answer.idempotency_key,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
        "bills_paid": plain_paid(answer.bills_paid),
    }
    account, month, book = answer.account_id, answer.of.month, shown(answer.book)
    tell(
        plain,
        ways,
        done=(
            f"Refunded {shown(answer.amount)} to {account}; its refund book of {month}: {book}.",
            f"已向 {account} 退款 {shown(answer.amount)}；{month} 退款账本：{book}。",
        ),
        would=(
            f"Would refund {shown(answer.amount)} to {account}; its refund book of {month}: {book}.",
            f"将向 {account} 退款 {shown(answer.amount)}；{month} 退款账本：{book}。",
        ),
        more=lambda console: print_paid(console, answer.bills_paid, dry_run=answer.dry_run),
    )


def _end(account: str, document: str, state: AcceptanceState, fee: str | None, ways: Ways) -> None:
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        taken: Money | None = None if fee is None else money_for(work, account, fee, as_json=ways.as_json)
        answer = funds.end(work, account_id=account, document_id=document, state=state, fee=taken, dry_run=ways.dry_run)
    _tell_acceptance(answer, ways)


def _tell_acceptance(answer: AcceptanceMoved | Refused, ways: Ways) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one = answer.acceptance
    plain = {
        "account_id": one.payer_id,
        "document_id": one.document_id,
        "face": decimal(one.face),
        "currency": one.face.currency,
        "matures_on": one.matures_on.isoformat(),
        "drawer": one.drawer,
        "state": one.state.word,
        "left": decimal(answer.left),
        "fee": decimal(answer.fee),
        "cash": decimal(answer.cash),
        "entry_id": answer.entry_id,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
        "bills_paid": plain_paid(answer.bills_paid),
    }
    english, chinese = one.state.value
    left, cash = shown(answer.left), shown(answer.cash)
    rest = (
        f"{one.document_id} of {one.payer_id}: {english}. Left of it: {left}; cash: {cash}.",
        f"{one.payer_id} 的票据 {one.document_id}：{chinese}。票据余额：{left}；现金：{cash}。",
    )
    tell(
        plain,
        ways,
        done=(f"Acceptance bill {rest[0]}", rest[1]),
        would=(f"It would be: acceptance bill {rest[0]}", f"将成为：{rest[1]}"),
        more=lambda console: print_paid(console, answer.bills_paid, dry_run=answer.dry_run),
    )


def _tell_card(answer: CardMoved | Refused, ways: Ways, words: tuple[str, str, str, str]) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    card = answer.card
    plain = {
        "account_id": card.payer_id,
        "card_id": card.card_id,
        "face": decimal(card.face),
        "price": decimal(card.price),
        "currency": card.face.currency,
        "valid_days": card.valid_days,
        "activated_at": card.activated_at,
        "expires_at": card.expires_at,
        "cash": decimal(answer.cash),
        "entry_id": answer.entry_id,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
        "bills_paid": plain_paid(answer.bills_paid),
    }
    rest = (
        f"the card {card.card_id} of {card.payer_id} with {shown(card.face)} on it. Cash: {shown(answer.cash)}.",
        f"{card.payer_id} 的储值卡 {card.card_id}，面值 {shown(card.face)}。现金：{shown(answer.cash)}。",
    )
    done, zh_done, would, zh_would = words
    tell(
        plain,
        ways,
        done=(f"{done} {rest[0]}", f"{zh_done} {rest[1]}"),
        would=(f"{would} {rest[0]}", f"{zh_would} {rest[1]}"),
        more=lambda console: print_paid(console, answer.bills_paid, dry_run=answer.dry_run),
    )
