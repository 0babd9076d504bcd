"""Law: whatever goes wrong between the books and the cloud, it ends where the books say (STOP-10, OUTBOX-2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from partita.core.outbox import RESOURCE, Delivery, Message, judge, superseded
from partita.gateways.resource_control import SimulatedCloud, Trouble

START = datetime(2026, 10, 10, tzinfo=UTC)
ORDERS = ("suspend", "resume", "release")

commands = st.lists(st.tuples(st.sampled_from(["a/x", "a/y", "b/x"]), st.sampled_from(ORDERS)), max_size=12)
troubles = st.lists(st.sampled_from(list(Trouble)), max_size=40)


def messages(given_commands: list[tuple[str, str]]) -> list[Message]:
    steps: dict[str, int] = {}
    found = []
    for sequence, (subject, order) in enumerate(given_commands, 1):
        steps[subject] = steps.get(subject, 0) + 1
        account, product = subject.split("/")
        payload = {"order": order, "account": account, "product": product, "step": steps[subject]}
        found.append(Message(sequence, RESOURCE, f"{subject}#{steps[subject]}", subject, payload, START))
    return found


@given(given_commands=commands, given_troubles=troubles, at_once=st.booleans())
def test_the_cloud_ends_where_the_books_say(
    *, given_commands: list[tuple[str, str]], given_troubles: list[Trouble], at_once: bool
) -> None:
    cloud = SimulatedCloud(given_troubles)
    left = messages(given_commands)
    open_ones: list[Message] = []
    waiting = list(left)
    attempts: dict[str, int] = {}
    now = START
    for _ in range(200):
        if waiting:
            open_ones += [waiting.pop(0)] if not at_once else waiting
            waiting = waiting if not at_once else []
        for message in list(open_ones):
            number = attempts[message.key] = attempts.get(message.key, 0) + 1
            has_later = any(one.subject == message.subject and one.sequence > message.sequence for one in open_ones)
            attempt = superseded(number) if has_later else judge(message, number, cloud.send(message), now)
            if attempt.delivery.is_final:
                open_ones.remove(message)
                assert attempt.delivery is not Delivery.GIVEN_UP
        now += timedelta(hours=1)
        if not open_ones and not waiting:
            break
    cloud.settle()
    assert not open_ones
    last = {message.subject: message.payload for message in left}
    assert {name: one.order for name, one in cloud.services.items()} == {
        name: payload["order"] for name, payload in last.items()
    }
