"""What the commands of packages and plans have in common: how terms are read, and what is said of a grant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from partita.cli import screen
from partita.cli.funds.amount import decimal, shown
from partita.cli.moment import local
from partita.cli.ways import Ways, tell
from partita.core.quantity import parse_pairs, parse_price, parse_quantity
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from datetime import datetime

    from partita.core.deduction import Sharing, Skip
    from partita.usecases.commitment import Granted


def number(name: str, text: str, read: Callable[[str], int], ways: Ways) -> int:
    """Read a quantity or a rate; leaves with BAD_TERMS when the text is none."""
    try:
        return read(text)
    except ValueError:
        screen.refuse(refused(Reason.BAD_TERMS, value=f"{name} {text}", allowed="0 … 9.999999"), as_json=ways.as_json)


def factors(text: str, ways: Ways) -> tuple[tuple[str, int], ...]:
    """Read `sku` or `sku*factor`, with commas between them; without a factor it is one. Leaves with BAD_TERMS."""
    try:
        return parse_pairs(text, "*", parse_quantity, default="1")
    except ValueError:
        screen.refuse(refused(Reason.BAD_TERMS, value=text, allowed="SKU[*FACTOR],…"), as_json=ways.as_json)


def rates(text: str, ways: Ways) -> tuple[tuple[str, int], ...]:
    """Read `sku@rate`, with commas between them: every SKU has its rate. Leaves with BAD_TERMS."""
    try:
        return parse_pairs(text, "@", parse_price)
    except ValueError:
        screen.refuse(refused(Reason.BAD_TERMS, value=text, allowed="SKU@RATE,…"), as_json=ways.as_json)


def names(text: str) -> tuple[str, ...]:
    """Read names with commas between them."""
    return tuple(one.strip() for one in text.split(",") if one.strip())


def tell_granted(answer: Granted | Refused, zone: str, ways: Ways) -> None:
    """Say which package or plan there is now, for how long, and what was paid for it."""
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    start, end = local(answer.valid.start, zone), local(answer.valid.end, zone)
    plain = {
        "commitment_id": answer.commitment_id,
        "source_id": answer.source_id,
        "account_id": answer.account_id,
        "starts_at": answer.valid.start,
        "ends_at": answer.valid.end,
        "price": decimal(answer.price),
        "currency": answer.price.currency,
        "order_id": answer.order_id,
        "waits_for": [one.role.word for one in answer.waits],
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    price = shown(answer.price)
    if answer.waits:
        _tell_waiting(answer, plain, price, ways)
        return
    rest = (
        f"{answer.source_id} of {answer.account_id}, from {start} until {end}; paid {price}.",
        f"{answer.account_id} 的 {answer.source_id}，{start} 至 {end}；已支付 {price}。",
    )
    tell(
        plain,
        ways,
        done=(f"Granted {rest[0]}", f"已开通 {rest[1]}"),
        would=(f"Would grant {rest[0]}", f"将开通 {rest[1]}"),
    )


def _tell_waiting(answer: Granted, plain: dict[str, object], price: str, ways: Ways) -> None:
    """Say that an order was placed that somebody has to approve before it is paid."""
    english = ", ".join(one.role.text() for one in answer.waits)
    chinese = "、".join(one.role.text("zh") for one in answer.waits)
    order = answer.order_id
    later = (f"Then it is paid: `partita order pay {order}`.", f"审批后支付：`partita order pay {order}`。")
    tell(
        plain,
        ways,
        done=(
            f"Order {order} of {price} for {answer.account_id} waits for approval by: {english}. {later[0]}",
            f"{answer.account_id} 的订单 {order}（{price}）待审批：{chinese}。{later[1]}",
        ),
        would=(
            f"Would place an order of {price} for {answer.account_id}, to be approved by: {english}.",
            f"将为 {answer.account_id} 提交订单 {price}，待审批：{chinese}。",
        ),
    )


def state_name(state: str) -> str:
    """Say how a package or plan stands by the clock."""
    chinese = {"waiting": "未生效", "running": "生效中", "over": "已到期", "ended": "已终止"}
    return screen.say(state, chinese[state])


def serving_plain(shares: tuple[Sharing, ...], skips: tuple[Skip, ...]) -> dict[str, object]:
    """Return whom a package or plan serves besides its owner, and what it passes over, for JSON."""
    return {
        "shares": [_span(one) for one in shares],
        "skips": [{"sku_id": one.sku_id} | _span(one) for one in skips],
    }


def _span(one: Sharing | Skip) -> dict[str, object]:
    return {"account_id": one.account_id, "from": one.effective_from, "until": one.effective_until}


def serves(shares: tuple[Sharing, ...], now: datetime) -> str:
    """Say whom a package or plan serves now besides its owner."""
    everybody = screen.say("all members", "全部成员")
    there = [
        one.account_id or everybody
        for one in shares
        if one.effective_from <= now and (one.effective_until is None or now < one.effective_until)
    ]
    return ", ".join(there) or "—"
