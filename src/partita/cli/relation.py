"""`partita relation`: a main account and its members."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import Parameter
from rich.console import Console

from partita.cli import relation_sheet, screen
from partita.cli.ways import AS_IS, Ways
from partita.core.org import FinanceMode
from partita.core.permission import RelationPermission, parsed
from partita.core.refusal import Reason, Refused, refused

if TYPE_CHECKING:
    from partita.core.relation import Consequence, Relation
    from partita.usecases.relation import GoBackPlan, GoneBack, Related, Terms
    from partita.usecases.work import Work

Answer = TypeVar("Answer")


class Mode(Enum):
    """How a member stands to its main account."""

    MANAGEMENT = "management"
    TRUSTEESHIP = "trusteeship"


Codes = Annotated[tuple[str, ...], Parameter(name="--permit", consume_multiple=True)]


@Parameter(name="*")
@dataclass(frozen=True)
class Offer:
    """What a relation is offered as."""

    mode: Mode = Mode.MANAGEMENT
    permit: Codes = ()


AS_MANAGEMENT = Offer()


def invite(main: str, member: str, *, offer: Offer = AS_MANAGEMENT, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Invite the account MEMBER to be a member of MAIN: `relation invite main shop --permit CHECK_FINANCE_INFO`.

    Within one verified legal entity it is a member at once, if you may answer for it too; otherwise it has to confirm
    exactly these permissions within seven days. `relation modes` explains both modes. The answer says what the relation
    brings, with dates.
    """
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    terms = _terms(offer, ways)
    _change(
        lambda work: relation.invite(
            work, management=main, member=member, terms=terms, idempotency_key=key, dry_run=ways.dry_run
        ),
        ways,
    )


def create(
    main: str,
    member: str,
    name: str,
    *,
    unit: str | None = None,
    offer: Offer = AS_MANAGEMENT,
    ways: Ways = AS_IS,
) -> None:
    """Create the account MEMBER with the name NAME, related to MAIN.

    It inherits the verification and the invoice title, and stands at UNIT, or where MAIN stands.

    Parameters
    ----------
    name
        the name of the new account.
    """
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    terms = _terms(offer, ways)
    _change(
        lambda work: relation.create_member(
            work, management=main, member=(member, name), org_unit_id=unit, terms=terms, dry_run=ways.dry_run
        ),
        ways,
    )


def confirm(member: str, *, permit: Codes = (), key: str | None = None, ways: Ways = AS_IS) -> None:
    """Confirm the invitation of MEMBER, with exactly the permissions that it offers (`relation show MEMBER`)."""
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    codes = _codes(permit, ways)
    _change(
        lambda work: relation.confirm(
            work, member=member, permissions=codes, idempotency_key=key, dry_run=ways.dry_run
        ),
        ways,
    )


def decline(member: str, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Decline the invitation of MEMBER."""
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    _change(lambda work: relation.decline(work, member=member, idempotency_key=key, dry_run=ways.dry_run), ways)


def permit(member: str, codes: tuple[str, ...] = (), *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Set what the relation of MEMBER permits to exactly these CODES; none takes all back."""
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    known = _codes(codes, ways)
    _change(
        lambda work: relation.permit(work, member=member, permissions=known, idempotency_key=key, dry_run=ways.dry_run),
        ways,
    )


def upgrade(member: str, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """Upgrade financial management of MEMBER to trusteeship; --dry-run shows what that brings, with dates."""
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    _change(lambda work: relation.upgrade(work, member=member, idempotency_key=key, dry_run=ways.dry_run), ways)


def release(member: str, *, key: str | None = None, ways: Ways = AS_IS) -> None:
    """End the relation of MEMBER; --dry-run shows what that brings, with dates."""
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    _change(lambda work: relation.release(work, member=member, idempotency_key=key, dry_run=ways.dry_run), ways)


def go_back(member: str, *, permit: Codes = (), key: str | None = None, ways: Ways = AS_IS) -> None:
    """Lead MEMBER from trusteeship back to financial management: release and relate anew, as one command.

    With --dry-run it shows the whole plan: what becomes of funds, credit, orders, resources, bills and alerts, with
    dates, and everything that stands against it.
    """
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    codes = _codes(permit, ways)
    if ways.dry_run:
        plan = _asked(lambda work: relation.plan_go_back(work, member=member, permissions=codes), ways)
        screen.answer(_plan(plan), as_json=ways.as_json, render=lambda console: relation_sheet.show_plan(console, plan))
        if plan.obstacles:
            raise SystemExit(screen.EXIT_REFUSED)
        return
    done: GoneBack = _asked(
        lambda work: relation.go_back(work, member=member, permissions=codes, idempotency_key=key), ways
    )
    screen.answer(_gone(done), as_json=ways.as_json, render=lambda console: relation_sheet.show_gone(console, done))


def expire(member: str | None = None, *, ways: Ways = AS_IS) -> None:
    """Take back the invitation of MEMBER; without it, write down every invitation that has run out."""
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    done = _asked(lambda work: relation.expire(work, member=member, dry_run=ways.dry_run), ways)
    result = {"expired": [_relation(one) for one in done.relations], "dry_run": done.dry_run}
    names = ", ".join(one.member_id for one in done.relations)

    def render(console: Console) -> None:
        count = len(done.relations)
        what = screen.many(count, "invitation") + (f": {names}" if names else "")
        zh = f"{count} 个邀请" + (f"：{names}" if names else "")
        if done.dry_run:
            console.print(screen.say(f"Would end {what}.", f"将结束 {zh}。"))
        else:
            console.print(screen.say(f"Ended {what}.", f"已结束 {zh}。"))

    screen.answer(result, as_json=ways.as_json, render=render)


def list_relations(
    account: str | None = None,
    *,
    ended: bool = False,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:
    """List the relations of ACCOUNT, on either side, or all that you may see; with --ended also those that are over."""
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    found, zone = _on_its_clock(
        lambda work: relation.relations(work, account_id=account, ended=ended), lambda _: account, as_json=as_json
    )
    result = {"relations": [_relation(one) for one in found]}
    screen.answer(result, as_json=as_json, render=lambda console: relation_sheet.show_list(console, found, zone))


def show(account: str, *, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Show the relations of ACCOUNT and every step that they went through."""
    from partita.usecases import relation  # noqa: PLC0415 - a command starts fast

    story, zone = _on_its_clock(lambda work: relation.story(work, account), lambda _: account, as_json=as_json)
    steps: list[dict[str, object]] = [
        _relation(step.relation)
        | {"command": step.command.value, "recorded_by": step.recorded_by, "recorded_at": step.recorded_at}
        for step in story.steps
    ]
    result = {
        "account_id": account,
        "relation": _relation(story.relation) if story.relation else None,
        "members": [_relation(one) for one in story.members],
        "steps": steps,
    }

    def render(console: Console) -> None:
        live = [*([story.relation] if story.relation else []), *story.members]
        relation_sheet.show_list(console, live, zone)
        if steps:
            relation_sheet.show_steps(console, story.steps, zone)

    screen.answer(result, as_json=as_json, render=render)


def modes(*, as_json: Annotated[bool, Parameter(name="--json")] = False) -> None:
    """Show what financial management and financial trusteeship mean, topic by topic."""
    from partita.core.finance_mode import INDEPENDENT, MATRIX, TRUSTEESHIP  # noqa: PLC0415 - a command starts fast

    language = screen.settings().language
    rows = [
        (topic.text(language), rights[INDEPENDENT].text(language), rights[TRUSTEESHIP].text(language))
        for topic, rights in MATRIX.items()
    ]
    names = ("topic", "management", "trusteeship")
    result = {"modes": [dict(zip(names, row, strict=True)) for row in rows]}

    def render(console: Console) -> None:
        say = screen.say
        table = screen.table(say("topic", "事项"), say("management", "财务管理"), say("trusteeship", "财务托管"))
        for row in rows:
            table.add_row(*row)
        console.print(table)

    screen.answer(result, as_json=as_json, render=render)


def _terms(offer: Offer, ways: Ways) -> Terms:
    from partita.core.finance_mode import INDEPENDENT, TRUSTEESHIP  # noqa: PLC0415 - a command starts fast
    from partita.usecases.relation import Terms  # noqa: PLC0415

    return Terms(TRUSTEESHIP if offer.mode is Mode.TRUSTEESHIP else INDEPENDENT, _codes(offer.permit, ways))


def _codes(names: Sequence[str], ways: Ways) -> frozenset[RelationPermission]:
    codes, unknown = parsed(name for text in names for name in text.replace(",", " ").split())
    if unknown:
        known = ", ".join(code.name for code in RelationPermission)
        screen.refuse(refused(Reason.UNKNOWN_PERMISSION, names=", ".join(unknown), known=known), as_json=ways.as_json)
    return codes


def _asked(ask: Callable[[Work], Answer | Refused], ways: Ways) -> Answer:
    return _on_its_clock(ask, lambda _: None, as_json=ways.as_json)[0]


def _on_its_clock(
    ask: Callable[[Work], Answer | Refused], account: Callable[[Answer], str | None], *, as_json: bool
) -> tuple[Answer, str]:
    """Return an answer, and the zone of the account on whose clock it is shown."""
    from partita.usecases.moment import zone_of  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = ask(work)
        zone = "" if isinstance(answer, Refused) else zone_of(work, account(answer))
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    return answer, zone


def _change(ask: Callable[[Work], Related | Refused], ways: Ways) -> None:
    done, zone = _on_its_clock(ask, lambda one: one.relation.member_id, as_json=ways.as_json)
    result = _relation(done.relation) | {
        "consequences": _consequences(done.consequences),
        "repeated": done.repeated,
        "dry_run": done.dry_run,
    }
    screen.answer(result, as_json=ways.as_json, render=lambda console: relation_sheet.show_change(console, done, zone))


def _relation(one: Relation) -> dict[str, object]:
    return {
        "relation_id": one.relation_id,
        "main": one.management_id,
        "member": one.member_id,
        "mode": (Mode.MANAGEMENT if one.mode is FinanceMode.INDEPENDENT else Mode.TRUSTEESHIP).value,
        "state": one.state.value,
        "permissions": [code.name for code in RelationPermission if code in one.permissions],
        "since": one.since,
        "expires_at": one.expires_at,
    }


def _consequences(some: Sequence[Consequence]) -> list[dict[str, Any]]:
    language = screen.settings().language
    return [{"topic": one.topic.name, "text": one.text(language), "at": one.at} for one in some]


def _plan(plan: GoBackPlan) -> dict[str, object]:
    language = screen.settings().language
    return {
        "main": plan.management_id,
        "member": plan.member_id,
        "consequences": _consequences(plan.consequences),
        "obstacles": [{"refused": no.reason.name, "message": no.message(language)} for no in plan.obstacles],
        "needs_confirmation": plan.needs_confirmation,
        "dry_run": True,
    }


def _gone(done: GoneBack) -> dict[str, object]:
    return {
        "released": _relation(done.released),
        "relation": _relation(done.relation),
        "consequences": _consequences(done.consequences),
        "repeated": done.repeated,
        "dry_run": done.dry_run,
    }
