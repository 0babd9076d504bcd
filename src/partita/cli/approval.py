"""`partita approval …`: who must approve which orders, what waits, and who decided what and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, parsed
from partita.cli.moment import moment_of
from partita.cli.order_sheet import approval_plain, order_plain, render_approval, render_orders
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.approval import Cause, Rule, Verdict
from partita.core.money import Money
from partita.core.permission import Role
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.approval import Decided

Json = Annotated[bool, Parameter(name="--json")]
_RULE = re.compile(r"(?P<cause>[a-z-]+)(?::(?P<what>[^=]+))?=(?P<roles>[a-z,-]+)")
_CAUSES = {cause.word: cause for cause in Cause}
_ROLES = {role.word: role for role in Role}
_LIMITED = frozenset({Cause.ABOVE_LIMIT, Cause.OVER_BUDGET})


def policy(*rules: str, enterprise: str, take_back: bool = False, ways: Ways = AS_IS) -> None:
    """Set which orders of an enterprise need whose approval, in the order named; for orders placed from now on.

    `approval policy above-limit:10000.00=procurement,finance new-contract=legal product:gpu+hpc=finance
    over-budget:50000.00=finance --enterprise acme-group`: above a limit, of a product never ordered before, of named
    products, beyond the month's budget of the account. Amounts are in the enterprise's currency.

    Parameters
    ----------
    rules
        the rules: cause:what=role,role.
    enterprise
        the enterprise.
    take_back
        no order needs approval any more.
    """
    from partita.usecases import approval  # noqa: PLC0415 - a command starts fast

    if bool(rules) == take_back:
        screen.misuse("Give rules, or --take-back.", "请给出规则，或 --take-back。")
    with screen.opened() as books, books.work() as work:
        currency = approval.currency_of(work, enterprise)
        told = tuple(_rule(text, currency, ways) for text in rules)
        answer = approval.set_policy(work, enterprise_id=enterprise, policy=told, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {"enterprise_id": enterprise, "rules": [_rule_plain(one, currency) for one in answer.policy],
             "repeated": answer.repeated, "dry_run": answer.dry_run}  # fmt: skip
    count = len(answer.policy)
    tell(plain, ways, done=(f"{enterprise}: {screen.many(count, 'rule')} of approval.",
                            f"{enterprise}：{count} 条审批规则。"),
         would=(f"{enterprise} would have {screen.many(count, 'rule')} of approval.",
                f"{enterprise} 将有 {count} 条审批规则。"))  # fmt: skip


def show_policy(enterprise: str, *, as_json: Json = False) -> None:
    """Show the approval policy of ENTERPRISE."""
    from partita.usecases import approval  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = approval.policy_of(work, enterprise)
        currency = approval.currency_of(work, enterprise)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rules = answer

    def render(console: Console) -> None:
        language = screen.settings().language
        for one in rules:
            what = ", ".join(sorted(one.products)) or (
                screen.money(one.limit_minor, currency) if one.cause in _LIMITED else ""
            )
            roles = " → ".join(role.text(language) for role in one.roles)
            console.print(f"{one.cause.text(language)} {what}: {roles}")
        if not rules:
            console.print(screen.say("No order needs approval.", "订单无需审批。"))

    plain = {"enterprise_id": enterprise, "rules": [_rule_plain(one, currency) for one in rules]}
    screen.answer(plain, as_json=as_json, render=render)


def list_waiting(account: str, *, as_json: Json = False) -> None:
    """List the orders of ACCOUNT, and those that it pays for, that wait for an approval."""
    from partita.usecases import approval  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = approval.waiting(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer

    def render(console: Console) -> None:
        render_orders(console, [order for order, _ in found])
        for order, one in found:
            console.print(order.order_id)
            render_approval(console, one)

    plain = {"waiting": [order_plain(order) | {"approval": approval_plain(one)} for order, one in found]}
    screen.answer(plain, as_json=as_json, render=render)


def approve(order: str, *, reason: str, ways: Ways = AS_IS) -> None:
    """Approve ORDER for the role whose turn it is.

    Parameters
    ----------
    reason
        why, for the history.
    """
    _decide(order, Verdict.APPROVED, reason, ways)


def reject(order: str, *, reason: str, ways: Ways = AS_IS) -> None:
    """Reject ORDER for the role whose turn it is; it is cancelled.

    Parameters
    ----------
    reason
        why, for the history.
    """
    _decide(order, Verdict.REJECTED, reason, ways)


def _decide(order: str, verdict: Verdict, reason: str, ways: Ways) -> None:
    from partita.usecases import approval  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = approval.decide(work, order_id=order, verdict=verdict, reason=reason, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done: Decided = answer
    plain = order_plain(done.order) | {"approval": approval_plain(done.approval), "dry_run": done.dry_run}
    role, says = done.decision.role, verdict
    after = done.approval.next
    rest = (f" Next: {after.role.text()}.", f"下一步：{after.role.text('zh')}。") if after else ("", "")
    tell(plain, ways, done=(f"{order}: {says.text()} as {role.text()}.{rest[0]}",
                            f"{order}：以{role.text('zh')}身份{says.text('zh')}。{rest[1]}"),
         would=(f"{order} would be {says.text()} as {role.text()}.",
                f"{order}：将以{role.text('zh')}身份{says.text('zh')}。"))  # fmt: skip


def delegate(role: str, to: str, *, enterprise: str, until: str, reason: str = "", ways: Ways = AS_IS) -> None:
    """Lend one's own ROLE to the user TO from now until a day or instant; now takes it back. Needs --as.

    `approval delegate finance wang --enterprise acme-group --until 2026-12-31 --as li`

    Parameters
    ----------
    enterprise
        the enterprise in which the role is held.
    until
        the last day, or the instant at which it ends.
    reason
        why, for the history.
    """
    from partita.usecases import approval  # noqa: PLC0415 - a command starts fast

    if role not in _ROLES:
        known = ", ".join(_ROLES)
        screen.misuse(f"{role!r} is no role: {known}.", f"{role!r} 不是角色：{known}。")
    with screen.opened() as books, books.work() as work:
        ends = approval.end_in(work, enterprise, moment_of("until", until, as_json=ways.as_json))
        answer = approval.delegate(
            work, lent_to=(_ROLES[role], to), enterprise_id=enterprise, between=(work.now, ends),
            reason=reason, dry_run=ways.dry_run,
        )  # fmt: skip
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    one = answer.delegation
    plain = {"role": role, "user_id": one.user_id, "delegate_id": to, "from": one.effective_from,
             "until": one.effective_until, "repeated": answer.repeated, "dry_run": answer.dry_run}  # fmt: skip
    named = _ROLES[role]
    tell(plain, ways, done=(f"{to} speaks for {one.user_id} as {named.text()}.",
                            f"{to} 可代 {one.user_id} 行使{named.text('zh')}审批。"),
         would=(f"{to} would speak for {one.user_id} as {named.text()}.",
                f"{to} 将可代 {one.user_id} 行使{named.text('zh')}审批。"))  # fmt: skip


def _rule(text: str, currency: str, ways: Ways) -> Rule:
    found = _RULE.fullmatch(text)
    cause = _CAUSES.get(found["cause"]) if found else None
    roles = [_ROLES.get(word) for word in found["roles"].split(",")] if found else []
    if found is None or cause is None or None in roles:
        screen.misuse(f"{text!r} is no rule: write cause:what=role,role, such as above-limit:10000.00=finance.",
                      f"{text!r} 不是规则：请写成 原因:内容=角色,角色，如 above-limit:100.00=finance。")  # fmt: skip
    named = tuple(role for role in roles if role is not None)
    what = found["what"] or ""
    if cause not in _LIMITED:
        return Rule(cause, named, products=frozenset(filter(None, what.split("+"))))
    limit = parsed(what, currency)
    if isinstance(limit, Refused):
        screen.refuse(limit, as_json=ways.as_json)
    return Rule(cause, named, limit_minor=limit.minor)


def _rule_plain(one: Rule, currency: str) -> dict[str, object]:
    return {
        "cause": one.cause.word,
        "roles": [role.word for role in one.roles],
        "limit": decimal(Money(one.limit_minor, currency)) if one.cause in _LIMITED else None,
        "products": sorted(one.products),
    }
