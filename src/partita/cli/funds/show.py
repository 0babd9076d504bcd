"""`partita funds show`: what an account has and may do with it, each quota with its formula on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, shown
from partita.cli.moment import local
from partita.core.funds import Card, Explained, Figures, Part, available
from partita.core.money import Money
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.funds import FundsShown, MembersShown

Json = Annotated[bool, Parameter(name="--json")]

_LINES = (
    (Part.CASH, "cash"),
    (Part.TRANSFER_BOOK, "transfer_book"),
    (Part.REFUND_BOOK, "refund_book"),
    (Part.ACCEPTANCE_BOOK, "acceptance_book"),
    (Part.CREDIT_LIMIT, "credit_limit"),
    (Part.CREDIT_REFUNDS, "credit_refunds"),
    (Part.USAGE_THIS_MONTH, "usage_this_month"),
    (Part.USAGE_EARLIER, "usage_earlier"),
    (Part.FROZEN, "frozen"),
    (Part.OUTSTANDING, "outstanding"),
)
_TAKEN_OFF = frozenset({"usage_this_month", "usage_earlier", "frozen", "outstanding"})


def show(account: str, *, explain: bool = False, members: bool = False, as_json: Json = False) -> None:
    """Show the money of ACCOUNT: its books, and what it may use, transfer, withdraw and reclaim.

    Parameters
    ----------
    explain
        print each quota as a formula with its numbers.
    members
        show ACCOUNT and its members in one table instead.
    """
    from partita.usecases import funds  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = funds.show_members(work, account) if members else funds.show(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    one = answer
    if isinstance(one, funds.MembersShown):
        group = one
        screen.answer(_plain_members(group), as_json=as_json, render=lambda console: _render_members(console, group))
    else:
        alone = one
        screen.answer(_plain(alone), as_json=as_json, render=lambda console: _render(console, alone, explain=explain))


def _plain_members(group: MembersShown) -> dict[str, object]:
    language = screen.settings().language
    return {
        "accounts": [_figures(one) for one in group.figures],
        "left_out": [
            {"account_id": name, "refused": no.reason.name, "message": no.message(language)}
            for name, no in group.left_out.items()
        ],
    }


def _plain(one: FundsShown) -> dict[str, object]:
    return {
        **_figures(one.figures),
        "payer_id": one.payer_id,
        "on_no_bill": decimal(one.on_no_bill),
        "quotas": [_quota(quota) for quota in one.quotas],
        "reclaimable": [{"receiver": r.receiver, **_quota(r.quota)} for r in one.reclaimable],
        "freezes": [
            {"freeze_id": f.freeze_id, "amount": decimal(f.amount), "left": decimal(f.left), "note": f.note}
            for f in one.freezes
        ],
        "acceptances": [
            {
                "document_id": a.document_id,
                "face": decimal(a.face),
                "left": decimal(_left(one, a.document_id)),
                "matures_on": a.matures_on.isoformat(),
                "drawer": a.drawer,
                "state": a.state.word,
            }
            for a in one.acceptances
        ],
        "cards": [
            {
                "card_id": c.card_id,
                "face": decimal(c.face),
                "left": decimal(_left(one, c.card_id)),
                "valid_days": c.valid_days,
                "activated_at": c.activated_at,
                "expires_at": c.expires_at,
            }
            for c in one.cards
        ],
    }


def _figures(one: Figures) -> dict[str, object]:
    amounts = {name: decimal(Money(getattr(one, name), one.currency)) for _, name in _LINES}
    books = {giver: decimal(Money(left, one.currency)) for giver, left in one.transfer_books}
    result = decimal(Money(available(one).result, one.currency))
    return {
        "account_id": one.account_id,
        "currency": one.currency,
        **amounts,
        "transfer_books": books,
        "available": result,
        "overdue": one.overdue,
    }


def _quota(quota: Explained) -> dict[str, object]:
    return {
        "quota": quota.quota.name.lower(),
        "amount": decimal(Money(quota.result, quota.currency)),
        "at_most": bool(quota.withheld),
        "formula": quota.formula(screen.settings().language),
    }


def _render(console: Console, one: FundsShown, *, explain: bool) -> None:
    say, figures = screen.say, one.figures
    language = screen.settings().language
    grid = screen.table(figures.account_id, figures.currency, right=[figures.currency])
    for part, name in _LINES:
        amount = getattr(figures, name)
        if amount:
            signed = -amount if name in _TAKEN_OFF else amount
            grid.add_row(part.text(language), screen.money(signed, figures.currency))
        for giver, left in figures.transfer_books if part is Part.TRANSFER_BOOK else ():
            grid.add_row(say(f"  of {giver}", f"  来自 {giver}"), screen.money(left, figures.currency), style="dim")
    if one.on_no_bill.minor:
        beside = screen.money(-one.on_no_bill.minor, figures.currency)
        grid.add_row(say("  of it on no bill", "  其中账单以外的欠款"), beside, style="dim")
    console.print(grid)
    quotas = [*((None, quota) for quota in one.quotas), *((r.receiver, r.quota) for r in one.reclaimable)]
    for receiver, quota in quotas:
        of = "" if receiver is None else say(f" from {receiver}", f"（{receiver}）")
        amount_text = shown(Money(quota.result, quota.currency))
        if quota.withheld:
            amount_text = say(f"at most {amount_text}", f"至多 {amount_text}")
        console.print(f"{quota.quota.text(language)}{of}{say(': ', '：')}{amount_text}", markup=False)
        if explain:
            console.print(f"  {quota.formula(language)}", markup=False, style="dim")
    _render_documents(console, one)
    if one.payer_id != figures.account_id:
        console.print(
            say(
                f"{one.payer_id} pays for {figures.account_id} now.",
                f"{figures.account_id} 目前由 {one.payer_id} 代付。",
            ),
            markup=False,
        )


def _render_documents(console: Console, one: FundsShown) -> None:
    say = screen.say
    for freeze in one.freezes:
        text = f"{freeze.freeze_id} {shown(freeze.left)} {freeze.note}".rstrip()
        console.print(say(f"frozen: {text}", f"冻结：{text}"), markup=False)
    for bill in one.acceptances:
        english, chinese = bill.state.value
        left = shown(_left(one, bill.document_id))
        text = say(
            f"{bill.document_id} {shown(bill.face)} {bill.matures_on} {bill.drawer}, left {left}",
            f"{bill.document_id} {shown(bill.face)} {bill.matures_on} {bill.drawer}，余额 {left}",
        )
        console.print(say(f"acceptance bill: {text}, {english}", f"票据：{text}，{chinese}"), markup=False)
    for card in one.cards:
        state = _card_state(card, one)
        left = shown(_left(one, card.card_id))
        console.print(
            say(
                f"card: {card.card_id} {shown(card.face)}, left {left}, {state}",
                f"储值卡：{card.card_id} {shown(card.face)}，余额 {left}，{state}",
            ),
            markup=False,
        )


def _card_state(card: Card, one: FundsShown) -> str:
    """Say whether a card pays, and until when."""
    say, end = screen.say, card.expires_at
    if card.activated_at is None:
        return say("not active", "未激活")
    if end is None:
        return say("active", "已激活")
    at = local(end, one.zone)
    return (
        say(f"ended {at}", f"已于 {at} 到期") if end <= one.seen_at else say(f"active until {at}", f"已激活，{at} 到期")
    )


def _left(one: FundsShown, document: str) -> Money:
    return Money(one.left.get(document, 0), one.figures.currency)


def _render_members(console: Console, group: MembersShown) -> None:
    say = screen.say
    heads = {
        "account": say("account", "账号"),
        "currency": say("currency", "币种"),
        "cash": say("cash", "现金"),
        "transfer_book": say("transfer book", "划拨账本"),
        "credit_limit": say("credit limit", "信控额度"),
        "unsettled": say("unsettled", "未结算"),
        "available": say("available", "可用额度"),
    }
    cells = [
        {
            "account": one.account_id,
            "currency": one.currency,
            "cash": screen.money(one.cash, one.currency),
            "transfer_book": screen.money(one.transfer_book, one.currency),
            "credit_limit": screen.money(one.credit_limit, one.currency),
            "unsettled": screen.money(one.unsettled, one.currency),
            "available": screen.money(available(one).result, one.currency),
        }
        for one in group.figures
    ]
    right = [name for name in heads if name not in {"account", "currency"}]
    shown_names = screen.print_fitted(
        console, heads, cells, [list(heads), ["account", "currency", "cash", "available"]], right=right
    )
    screen.print_left_out(console, [heads[name] for name in heads if name not in shown_names])
    for name, no in group.left_out.items():
        text = no.message(screen.settings().language)
        console.print(say(f"not shown: {name}: {text}", f"未列出：{name}：{text}"), markup=False)
