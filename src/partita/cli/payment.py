"""`partita payment …`: start a payment, take in a gateway's notice, and decide about notices that do not fit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, money_for, shown
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.moment import local
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.payment import Payment
from partita.core.refusal import Reason, Refused, refused
from partita.formats.regular_file import refuse_path

if TYPE_CHECKING:
    from partita.store.payment import NoticeRow
    from partita.usecases.payment import NoticeTaken
    from partita.usecases.ports import PaymentGateway

Json = Annotated[bool, Parameter(name="--json")]


def start(account: str, amount: str, *, key: str, ways: Ways = AS_IS) -> None:
    """Start a payment of AMOUNT into ACCOUNT, such as `payment start acme 1000.00 --key order-7`; says where to pay.

    The money is there when the gateway's notice has been taken in: `payment notice`.

    Parameters
    ----------
    key
        the order: the same key again starts no second payment.
    """
    from partita.usecases import payment  # noqa: PLC0415 - a command starts fast

    gateway = _gateway(as_json=ways.as_json)
    with screen.opened() as books:
        with books.work() as work:
            money = money_for(work, account, amount, as_json=ways.as_json)
        answer = payment.start(
            books, gateway, account_id=account, amount=money, idempotency_key=key, dry_run=ways.dry_run
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one = answer.payment
    plain = {
        **_payment(one),
        "pay_at": answer.pay_at,
        "idempotency_key": answer.idempotency_key,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    what = (
        f"Payment {one.payment_id} of {shown(one.amount)}",
        f"支付单 {one.payment_id}，{account}，{shown(one.amount)}",
    )
    nowhere = ("PARTITA_PAYMENT_URL does not say where it is paid", "PARTITA_PAYMENT_URL 未设置支付地址")
    has_page = bool(screen.settings().payment_url)
    where = (f"pay at {answer.pay_at}", f"请前往 {answer.pay_at} 支付") if has_page else nowhere
    tell(
        plain,
        ways,
        done=(f"{what[0]} for {account}: {where[0]}", f"{what[1]}：{where[1]}"),
        would=(
            f"Would start a payment of {shown(one.amount)} for {account}.",
            f"将为 {account} 发起 {shown(one.amount)} 的支付。",
        ),
    )


def notice(file: Path, *, signature: str, ways: Ways = AS_IS) -> None:
    """Take in a notice of the payment gateway: its body, as it arrived, is in FILE.

    A payment is credited once, whatever the gateway repeats. A notice that does not fit is kept for a person
    (`payment mismatches`) and never credited; the command then leaves with 3.

    Parameters
    ----------
    signature
        what the gateway sent as its signature.
    """
    from partita.usecases import payment  # noqa: PLC0415 - a command starts fast

    gateway = _gateway(as_json=ways.as_json)
    if no := refuse_path(file):
        screen.refuse(no, as_json=ways.as_json)
    with screen.opened() as books, books.work() as work:
        answer = payment.take_notice(work, gateway, body=file.read_bytes(), signature=signature, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    taken: NoticeTaken = answer
    plain = {
        "notice_id": taken.notice_id,
        "payment_id": taken.payment_id,
        "verdict": taken.verdict.name,
        "waits_for_a_person": taken.verdict.waits,
        "entry_id": taken.entry_id,
        "repeated": taken.repeated,
        "dry_run": taken.dry_run,
        "bills_paid": plain_paid(taken.bills_paid),
    }
    english, chinese = taken.verdict.value
    rest = (f"Notice {taken.notice_id}: {english}.", f"通知 {taken.notice_id}：{chinese}。")
    tell(
        plain,
        ways,
        done=rest,
        would=(f"Would be: {rest[0]}", f"将判定：{rest[1]}"),
        more=lambda console: print_paid(console, taken.bills_paid, dry_run=taken.dry_run),
    )
    if taken.verdict.waits:
        raise SystemExit(screen.EXIT_REFUSED)


def list_payments(account: str, *, as_json: Json = False) -> None:
    """List the payments of ACCOUNT, oldest first."""
    from partita.usecases import payment  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import zone_of  # noqa: PLC0415

    with screen.opened() as books, books.work() as work:
        answer, zone = payment.list_payments(work, account), zone_of(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows = answer
    plain = {"payments": [_payment(one) for one in rows]}
    screen.answer(plain, as_json=as_json, render=lambda console: _render_payments(console, rows, zone))


def mismatches(*, as_json: Json = False) -> None:
    """List the notices that did not fit and wait for a person, oldest first."""
    from partita.usecases import payment  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import zone_of  # noqa: PLC0415

    with screen.opened() as books, books.work() as work:
        answer, zone = payment.mismatches(work), zone_of(work)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows = answer
    plain = {"mismatches": [_notice(row) for row in rows]}
    screen.answer(plain, as_json=as_json, render=lambda console: _render_mismatches(console, rows, zone))


def end_mismatch(notice: str, note: str, *, ways: Ways = AS_IS) -> None:
    """Say in a NOTE what was done about the NOTICE (ntc_…) that did not fit; it credits nothing by itself.

    Money that did arrive is recorded by `funds top-up` with the gateway's number as its reference.
    """
    from partita.usecases import payment  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = payment.end_mismatch(work, notice_id=notice, note=note, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "notice_id": answer.notice_id,
        "verdict": answer.verdict.name,
        "note": answer.note,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(
        plain,
        ways,
        done=(f"Notice {notice} waits no more.", f"通知 {notice} 已处理。"),
        would=(f"Notice {notice} would wait no more.", f"通知 {notice} 将标记为已处理。"),
    )


def _gateway(*, as_json: bool) -> PaymentGateway:
    from partita.wiring import payment_gateway  # noqa: PLC0415 - a command starts fast

    gateway = payment_gateway(screen.settings())
    if gateway is None:
        screen.refuse(refused(Reason.GATEWAY_NOT_SET_UP), as_json=as_json)
    return gateway


def _payment(one: Payment) -> dict[str, object]:
    return {
        "payment_id": one.payment_id,
        "account_id": one.payer_id,
        "amount": decimal(one.amount),
        "currency": one.amount.currency,
        "state": one.state.word,
        "transaction_id": one.transaction_id,
        "occurred_at": one.occurred_at,
    }


def _notice(row: NoticeRow) -> dict[str, object]:
    return {
        "notice_id": row.notice_id,
        "verdict": row.worth.name,
        "payment_id": row.payment_id,
        "transaction_id": row.transaction_id,
        "account_id": row.payer_id,
        "body": row.body.decode("utf-8", "replace"),
        "signature": row.signature,
        "recorded_at": row.recorded_at,
    }


def _render_payments(console: Console, rows: list[Payment], zone: str) -> None:
    say, language = screen.say, screen.settings().language
    if not rows:
        console.print(say("No payments.", "没有支付单。"))
        return
    heads = [
        say("payment", "支付单"),
        say("amount", "金额"),
        say("state", "状态"),
        say(f"at ({zone})", f"时间（{zone}）"),
    ]
    grid = screen.table(*heads, right=heads[1:2])
    for one in rows:
        at = local(one.occurred_at, zone) if one.occurred_at else "—"
        grid.add_row(one.payment_id, shown(one.amount), one.state.value[language == "zh"], at)
    console.print(grid)


def _render_mismatches(console: Console, rows: list[NoticeRow], zone: str) -> None:
    say, language = screen.say, screen.settings().language
    if not rows:
        console.print(say("No notice waits for a person.", "没有待人工处理的通知。"))
        return
    when = say(f"arrived ({zone})", f"到达时间（{zone}）")
    grid = screen.table(when, say("notice", "通知"), say("payment", "支付单"), say("why", "原因"))
    for row in rows:
        at = local(row.recorded_at, zone)
        grid.add_row(at, row.notice_id, row.payment_id or "—", row.worth.text(language))
    console.print(grid)
