"""`partita ledger statement | balances | reverse`: the books as an accountant reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.chart import account_name, event_name
from partita.cli.funds.amount import decimal
from partita.cli.funds.clearing import plain_paid, print_paid
from partita.cli.moment import local, moment_of
from partita.cli.permission import print_what_is_left_out
from partita.core.ledger import Side, instant_text
from partita.core.money import format_scaled, minor_digits
from partita.core.permission import Action
from partita.core.posting_rules import CHART, ledger_account, normal_side
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.store.ledger import Balance, StatementLine
    from partita.usecases.ledger import AsOf, Reversed, Statement

Json = Annotated[bool, Parameter(name="--json")]
Only = Annotated[str | None, Parameter(name="--ledger-account")]
_STATEMENT = {
    "effective": ("Effective", "生效时间"), "recorded": ("Recorded", "记录时间"), "event": ("Event", "业务"),
    "account": ("Account", "科目"), "counter": ("Counter-account", "对方科目"), "debit": ("Debit", "借方"),
    "credit": ("Credit", "贷方"), "balance": ("Balance", "余额"), "side": ("Side", "方向"),
    "reference": ("Reference", "参考"), "entry": ("Entry", "分录"),
}  # fmt: skip
_SHORT = {"day": ("Effective", "生效日"), "amount": ("Amount", "金额"), "stand": ("Balance", "余额")}
"""What stands in for the time, for debit and credit, and for balance and side on a narrow screen."""
_LAYOUTS: tuple[tuple[str, ...], ...] = (
    tuple(_STATEMENT),
    tuple(name for name in _STATEMENT if name not in {"counter", "reference"}),
    ("effective", "event", "account", "debit", "credit", "balance", "side"),
    ("day", "event", "account", "debit", "credit", "balance", "side"),
    ("day", "event", "account", "amount", "stand"),
    ("day", "account", "amount", "stand"),
)
_FIGURES = ("debit", "credit", "balance", "amount", "stand")
_MAY_LACK = ("recorded", "event", "counter", "reference", "entry")
SIDES = {Side.DEBIT: ("Dr", "借"), Side.CREDIT: ("Cr", "贷")}


def statement(
    account: str,
    *,
    only: Only = None,
    effective_from: str | None = None,
    effective_until: str | None = None,
    recorded_until: str | None = None,
    as_json: Json = False,
) -> None:
    """Show the statement of ACCOUNT: every posting in order of its effective time, with the balance after it.

    --ledger-account narrows it to `cash`, `receivable`, `bank` or `revenue`. A time is a day such as 2026-10-31, which
    is in as a whole, or an instant such as 2026-10-31T12:00+08:00, before which it looks. --recorded-until shows what
    the books said then.
    """
    from partita.usecases import ledger  # noqa: PLC0415 - a command starts fast

    if only is not None and ledger_account(only) is None:
        known = ", ".join(account.name for account in CHART)
        screen.misuse(f"--ledger-account takes one of: {known}.", f"--ledger-account 可用：{known}。")
    as_of = _as_of(effective_from, effective_until, recorded_until, as_json=as_json)
    with screen.opened() as books, books.work() as work:
        answer = ledger.statement(work, account_id=account, ledger_account=only, as_of=as_of)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found: Statement = answer
    plain = {"account_id": found.account_id, "lines": [_line_plain(line) for line in found.lines]}
    screen.answer(plain, as_json=as_json, render=lambda console: _show_statement(console, found))


def balances(
    account: str | None = None,
    *,
    effective_until: str | None = None,
    recorded_until: str | None = None,
    as_json: Json = False,
) -> None:
    """Show all balances of ACCOUNT, or of every payer, now or as of two times.

    --effective-until says until when things happened, --recorded-until until when they were written down. A day such as
    2026-10-31 is in as a whole; before an instant such as 2026-10-31T12:00+08:00 it looks.
    """
    from partita.usecases import ledger  # noqa: PLC0415 - a command starts fast
    from partita.usecases.permission import left_out  # noqa: PLC0415

    as_of = _as_of(None, effective_until, recorded_until, as_json=as_json)
    with screen.opened() as books, books.work() as work:
        found = ledger.balances(work, account_id=account, as_of=as_of)
        lacking = {} if account else left_out(work, Action.VIEW_FINANCES)
    if isinstance(found, Refused):
        screen.refuse(found, as_json=as_json)
    rows: list[Balance] = found
    plain = {"balances": [_balance_plain(row) for row in rows], "left_out": sorted(lacking)}

    def render(console: Console) -> None:
        _show_balances(console, rows)
        print_what_is_left_out(console, lacking)

    screen.answer(plain, as_json=as_json, render=render)


def reverse(entry: str, *, reason: str = "", dry_run: bool = False, as_json: Json = False) -> None:
    """Reverse ENTRY (ent_…): add its mirror, once, linked to it. Nothing is ever edited or removed.

    Entries of a bill are not reversed by hand: the next bill corrects them. With --dry-run nothing is saved.
    """
    from partita.usecases import ledger  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = ledger.reverse(work, entry_id=entry, reason=reason, dry_run=dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    done: Reversed = answer
    plain = {
        "reversed": done.original.entry_id,
        "entry_id": done.mirror.entry_id,
        "payer_id": done.mirror.payer_id,
        "description": done.mirror.description,
        "effective_at": done.mirror.effective_at,
        "dry_run": dry_run,
        "postings": [
            {"ledger_account": p.ledger_account, "currency": p.currency, **_sides(p.amount_minor, p.currency)}
            for p in done.mirror.postings
        ],
        "bills_paid": plain_paid(done.bills_paid),
        "owed_again": decimal(done.owed) if done.owed else None,
    }
    screen.answer(plain, as_json=as_json, render=lambda console: _show_reversed(console, done))


def _as_of(first: str | None, until: str | None, recorded: str | None, *, as_json: bool) -> AsOf:
    from partita.usecases.ledger import AsOf  # noqa: PLC0415 - a command starts fast

    told = (("effective-from", first), ("effective-until", until), ("recorded-until", recorded))
    return AsOf(*(moment_of(name, text, as_json=as_json) for name, text in told))


def _line_plain(line: StatementLine) -> dict[str, object]:
    return {
        "effective_at": instant_text(line.effective_at),
        "recorded_at": instant_text(line.recorded_at),
        "entry_id": line.entry_id,
        "sequence": line.sequence,
        "kind": line.kind,
        "description": line.description,
        "reference": line.reference,
        "reverses": line.reverses,
        "ledger_account": line.ledger_account,
        "counter_accounts": line.counter_accounts,
        "currency": line.currency,
        **_sides(line.amount_minor, line.currency),
        "balance": _in_normal_side(line.ledger_account, line.balance_minor, line.currency),
    }


def _balance_plain(row: Balance) -> dict[str, object]:
    return {
        "payer_id": row.payer_id,
        "ledger_account": row.ledger_account,
        "currency": row.currency,
        **_sides(row.amount_minor, row.currency),
        "balance": _in_normal_side(row.ledger_account, row.amount_minor, row.currency),
    }


def _sides(amount_minor: int, currency: str) -> dict[str, str]:
    """Write an amount as debit and credit: one of them is zero."""
    return {
        "debit": _decimal(max(amount_minor, 0), currency),
        "credit": _decimal(max(-amount_minor, 0), currency),
    }


def _in_normal_side(account: str, amount_minor: int, currency: str) -> str:
    """Write a balance as the account normally stands: cash of 100.00 is 100.00, although it is a credit."""
    return _decimal(amount_minor * normal_side(account).value, currency)


def _decimal(minor: int, currency: str) -> str:
    digits = minor_digits(currency)
    return format_scaled(minor, digits, places=digits)


def _show_statement(console: Console, found: Statement) -> None:
    say = screen.say
    if not found.lines:
        console.print(say(f"No postings of {found.account_id}.", f"{found.account_id} 没有记账。"))
        return
    heads = {name: say(*pair) for name, pair in (_STATEMENT | _SHORT).items()}
    rows = [_cells(line, found.zone) for line in found.lines]
    title = f"{found.account_id} ({found.zone})"
    shown = screen.print_fitted(console, heads, rows, _LAYOUTS, right=_FIGURES, title=title)
    screen.print_left_out(console, [heads[name] for name in _MAY_LACK if name not in shown])


def _cells(line: StatementLine, zone: str) -> dict[str, str]:
    effective, recorded = local(line.effective_at, zone), local(line.recorded_at, zone)
    debit, credit, balance, side = _figures(line.amount_minor, line.balance_minor, line.currency)
    return {
        "day": effective.partition(" ")[0],
        "amount": f"{debit or credit} {screen.say(*SIDES[Side.DEBIT if debit else Side.CREDIT])}",
        "stand": f"{balance} {side}",
        "effective": effective,
        "recorded": "" if recorded == effective else recorded,
        "event": event_name(line.kind),
        "account": account_name(line.ledger_account),
        "counter": screen.say(", ", "、").join(account_name(name) for name in line.counter_accounts),
        "debit": debit,
        "credit": credit,
        "balance": balance,
        "side": side,
        "reference": line.reference or line.description,
        "entry": line.entry_id,
    }


def _show_balances(console: Console, rows: list[Balance]) -> None:
    say = screen.say
    if not rows:
        console.print(say("No postings.", "没有记账。"))
        return
    heads = [
        say("Payer", "付款方"),
        say("Account", "科目"),
        say("Balance", "余额"),
        say("Side", "方向"),
        say("Currency", "币种"),
    ]
    grid = screen.table(*heads, right=[heads[2]])
    for row in rows:
        _, _, balance, side = _figures(0, row.amount_minor, row.currency)
        grid.add_row(row.payer_id, account_name(row.ledger_account), balance, side, row.currency)
    console.print(grid)


def _show_reversed(console: Console, done: Reversed) -> None:
    say, original, mirror = screen.say, done.original.entry_id, done.mirror.entry_id
    if done.dry_run:
        console.print(say(f"Would reverse {original} by {mirror}:", f"将以 {mirror} 冲销 {original}："))
    else:
        console.print(say(f"Reversed {original} by {mirror}:", f"已以 {mirror} 冲销 {original}："))
    heads = [say("Account", "科目"), say("Debit", "借方"), say("Credit", "贷方"), say("Currency", "币种")]
    grid = screen.table(*heads, right=heads[1:3])
    for posting in done.mirror.postings:
        debit, credit, _, _ = _figures(posting.amount_minor, 0, posting.currency)
        grid.add_row(account_name(posting.ledger_account), debit, credit, posting.currency)
    console.print(grid)
    print_owed(console, done, dry_run=done.dry_run)


def print_owed(console: Console, done: Reversed, *, dry_run: bool) -> None:
    """Say what was spent of the money that is reversed, and what money that came back paid."""
    if done.owed:
        amount, payer = screen.money(done.owed.minor, done.owed.currency), done.mirror.payer_id
        verb = ("would owe", "将") if dry_run else ("owes", "")
        english = f"{amount} {done.owed.currency} of it was spent: {payer} {verb[0]} it again, on no bill, and so much "
        english += "less may be invoiced until it is paid."
        chinese = (
            f"其中 {amount} {done.owed.currency} 已使用：{payer} {verb[1]}重新欠付，不属于任何账单；付清之前不可开票。"
        )
        console.print(screen.say(english, chinese))
    print_paid(console, done.bills_paid, dry_run=dry_run)


def _figures(amount_minor: int, balance_minor: int, currency: str) -> tuple[str, str, str, str]:
    """Return debit, credit, balance and its side, as they stand in a ledger page (三栏账)."""
    debit = screen.money(amount_minor, currency) if amount_minor > 0 else ""
    credit = screen.money(-amount_minor, currency) if amount_minor < 0 else ""
    side = (
        screen.say(*SIDES[Side.DEBIT if balance_minor > 0 else Side.CREDIT]) if balance_minor else screen.say("-", "平")
    )
    return debit, credit, screen.money(abs(balance_minor), currency), side
