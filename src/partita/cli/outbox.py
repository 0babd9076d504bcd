"""`partita outbox …`: carry out what the books have left for the outside world, and show what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.moment import local
from partita.cli.ways import AS_IS, Ways
from partita.core.outbox import Delivery, Message
from partita.core.refusal import Refused
from partita.core.service_control import Order

if TYPE_CHECKING:
    from partita.store.outbox import Waiting
    from partita.usecases.outbox import Delivered

_LANGUAGES = {"en": ("English", "英文"), "zh": ("Chinese", "中文")}
"""In which language a notice is sent; a command to the cloud has none."""
_MISSING = {
    "mail": ("PARTITA_SMTP names no mail server", "未设置邮件服务器 PARTITA_SMTP"),
    "webhook": ("PARTITA_WEBHOOK_SECRET is not set", "未设置 PARTITA_WEBHOOK_SECRET"),
}


def deliver(*, limit: int = 500, ways: Ways = AS_IS) -> None:
    """Carry out what is due: commands to the cloud first, then notices, each in the order in which it was left.

    What fails is tried again later, at ever longer intervals; run it every minute or so. Nothing is lost when it is
    interrupted. A message whose place a later one has taken is not sent.

    Parameters
    ----------
    limit
        the most messages to try now.
    """
    from partita.usecases import outbox  # noqa: PLC0415 - a command starts fast
    from partita.wiring import open_gateways  # noqa: PLC0415

    with screen.opened() as books:
        gateways = open_gateways(screen.settings(), books.clock)
        answer = outbox.deliver(books, gateways, limit=limit, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done = answer
    screen.answer(_plain(done), as_json=ways.as_json, render=lambda console: _render(console, done))


def _plain(done: Delivered) -> dict[str, object]:
    return {
        "tried": [
            {
                "topic": one.message.topic,
                "key": one.message.key,
                "attempt": one.attempt.attempt,
                "delivery": one.attempt.delivery.name.lower(),
                "detail": one.attempt.detail,
                "next_at": one.attempt.next_at,
            }
            for one in done.tried
        ],
        "not_set_up": done.not_set_up,
        "dry_run": done.dry_run,
    }


def _render(console: Console, done: Delivered) -> None:
    language = screen.settings().language
    if done.dry_run:
        console.print(screen.say("Dry run: nothing is sent. To be tried:", "试运行：未发送任何内容。将尝试："))
    counts = [(one, done.count(one)) for one in Delivery]
    if not done.tried:
        console.print(screen.say("Nothing is due.", "没有待发送的消息。"))
    for delivery, count in counts:
        if count:
            console.print(f"{count:,} {delivery.text(language)}")
    for one in done.tried:
        if one.attempt.delivery in {Delivery.FAILED, Delivery.GIVEN_UP}:
            console.print(f"  {one.message.topic} {one.message.key}: {one.attempt.detail}")
    for topic, count in sorted(done.not_set_up.items()):
        why = screen.say(*_MISSING.get(topic, ("this channel is not set up", "该渠道未设置")))
        console.print(screen.say(f"{count:,} wait for {topic}: {why}.", f"{count:,} 条等待 {topic}：{why}。"))


def show(
    *, everything: Annotated[bool, Parameter(name="--all")] = False, limit: int = 500,
    as_json: Annotated[bool, Parameter(name="--json")] = False,
) -> None:  # fmt: skip
    """Show the messages that are not done, oldest first, with what became of the last try.

    Parameters
    ----------
    everything
        show those that are done too.
    limit
        the most messages to show.
    """
    from partita.usecases import outbox  # noqa: PLC0415 - a command starts fast
    from partita.usecases.moment import zone_of  # noqa: PLC0415

    with screen.opened() as books, books.work() as work:
        answer, zone = outbox.show(work, every=everything, limit=limit), zone_of(work)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows = answer
    plain = {"messages": [_message_plain(one) for one in rows]}
    screen.answer(plain, as_json=as_json, render=lambda console: _render_messages(console, rows, zone))


def _message_plain(one: Waiting) -> dict[str, object]:
    message, last = one.message, one.last
    return {
        "topic": message.topic,
        "key": message.key,
        "subject": message.subject or None,
        "recorded_at": message.recorded_at,
        "attempts": last.attempt if last else 0,
        "delivery": last.delivery.name.lower() if last else None,
        "detail": last.detail if last else None,
        "next_at": last.next_at if last else None,
        "title": message.payload.get("title"),
        "language": message.payload.get("language"),
        "order": message.payload.get("order"),
    }


def _render_messages(console: Console, rows: list[Waiting], zone: str) -> None:
    if not rows:
        console.print(screen.say("Everything is done.", "没有未完成的消息。"))
        return
    say, language = screen.say, screen.settings().language
    tries = say("tries", "次数")
    grid = screen.table(
        say("left at", "产生时间"), say("topic", "渠道"), say("what", "内容"), say("language", "语言"), tries,
        say("last", "最近结果"), right=(tries,), title=zone,
    )  # fmt: skip
    for one in rows:
        last = one.last
        state = say("waiting", "等待") if last is None else f"{last.delivery.text(language)} {last.detail}"
        grid.add_row(
            local(one.message.recorded_at, zone),
            one.message.topic,
            _what(one.message),
            screen.say(*_LANGUAGES.get(str(one.message.payload.get("language")), ("", ""))),
            str(last.attempt if last else 0),
            state.rstrip(),
        )
    console.print(grid)


def _what(message: Message) -> str:
    """Say what a message is about, in the reader's language, whatever language it is sent in."""
    payload, language = message.payload, screen.settings().language
    titles = payload.get("titles")
    if isinstance(titles, Mapping):
        return str(titles[language])
    order = next((one.text(language) for one in Order if one.word == payload.get("order")), "")
    return str(payload.get("title") or f"{order} {message.subject}")
