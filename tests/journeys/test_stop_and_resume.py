"""A group with both modes: one member runs dry, is warned, stopped, helped and resumed; the others run on.

The cloud fails all the while, the process that delivers dies once, and at the end the books prove themselves.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from conftest import Clock
from partita.core.money import Money
from partita.core.outbox import RESOURCE, Message, Sent
from partita.core.refusal import Refused
from partita.gateways.notify import FileChannel
from partita.gateways.resource_control import SimulatedCloud, Trouble
from partita.usecases import service_control
from partita.usecases.funds import transfer
from partita.usecases.outbox import deliver
from partita.usecases.verify import verify
from partita.usecases.work import Books
from payers import relate
from payers import verify as verify_entity
from steps.service_control import Controlled

OCTOBER = [
    ["account", "main"],
    ["account", "shop"],
    ["account", "lab", "paid", "by", "main"],
    ["account", "web", "paid", "by", "main"],
    ["sku", "cpu", "in", "compute", "at", "1.00"],
    ["sku", "disk", "in", "storage", "at", "1.00"],
    ["cash", "main", "2000.00"],
    ["cash", "shop", "100.00"],
    ["cap", "lab", "60.00"],
]


class _Dies:
    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud

    def send(self, message: Message) -> Sent:
        self.cloud.send(message)
        raise KeyboardInterrupt


def states(world: Controlled, payer: str) -> list[str]:
    world.said.clear()
    world.state(payer)
    return [line.rpartition(" available ")[0] for line in world.said]


def usage(day: int, account: str, sku: str, quantity: int) -> list[str]:
    return ["usage", f"{account}-{sku}-{day}", account, sku, str(quantity), f"2026-10-{day:02d}T10:00+08:00"]


def the_cloud_fails_and_ends_as_the_books_say(world: Controlled) -> None:
    """The cloud fails in every way, and whoever delivers dies once; each notice is told once."""
    cloud = SimulatedCloud([Trouble.ERROR, Trouble.LOST, Trouble.UNHEARD, Trouble.TWICE, Trouble.LATE])
    notices = FileChannel(world.books.room.root / "notices")
    with pytest.raises(KeyboardInterrupt):
        deliver(world.books, {RESOURCE: _Dies(cloud)})
    for hour in range(6):
        world.at(f"2026-10-09T{13 + hour}:00+08:00")
        assert not isinstance(deliver(world.books, {RESOURCE: cloud, "file": notices}), Refused)
    cloud.settle()
    assert {name: one.order for name, one in cloud.services.items()} == {
        "lab/compute": "suspend", "shop/compute": "resume",
    }  # fmt: skip
    told = (world.books.room.root / "notices" / "notices.ndjson").read_text(encoding="utf-8").splitlines()
    assert len(told) == len(set(told))
    assert sum("shop：服务已停机" in line for line in told) == 1


def test_one_member_runs_dry_and_the_others_run_on(books: Books, clock: Clock) -> None:
    clock.now = datetime(2026, 10, 5, 4, tzinfo=UTC)
    world = Controlled(books)
    world.play(OCTOBER)
    verify_entity(books, "main", "shop")
    relate(books, "main", "shop")

    # three days of use; the money of shop does not last three more, and it is warned
    for day in (5, 6, 7):
        world.at(f"2026-10-{day:02d}T12:00+08:00")
        world.play([usage(day, "shop", "cpu", 25), usage(day, "web", "cpu", 20), usage(day, "lab", "cpu", 15)])
    assert states(world, "shop") == ["shop/compute warned QUOTA_LOW"]
    assert states(world, "main") == ["lab/compute running FIRST_USED", "web/compute running FIRST_USED"]

    # it goes on, is overdue, and a day later it is stopped; the members that main pays for are not concerned
    world.at("2026-10-08T12:00+08:00")
    world.play([usage(8, "shop", "cpu", 40), usage(8, "web", "disk", 5)])
    assert states(world, "shop") == ["shop/compute grace OVERDUE"]
    world.at("2026-10-09T12:00+08:00")
    world.run()
    assert states(world, "shop") == ["shop/compute suspended GRACE_OVER"]
    assert states(world, "main") == [
        "lab/compute running FIRST_USED", "web/compute running FIRST_USED", "web/storage running FIRST_USED",
    ]  # fmt: skip

    # the member with a cap reaches it and stops alone
    world.play([usage(9, "lab", "cpu", 15)])
    assert states(world, "main")[0] == "lab/compute suspended CAP_REACHED"

    # main transfers money: shop is resumed in that very transaction
    with world.books.work() as work:
        answer = transfer(work, giver="main", receiver="shop", amount=Money(500_00, "CNY"), idempotency_key="help")
    assert not isinstance(answer, Refused), answer.message()
    assert [(one.item.subject, one.state.word) for one in work.changes] == [("shop/compute", "running")]

    the_cloud_fails_and_ends_as_the_books_say(world)

    # the month closes, the next one lifts the cap, and the books prove themselves
    world.at("2026-11-02T12:00+08:00")
    world.play([["close", "2026-10"]])
    world.run()
    assert states(world, "main")[0] == "lab/compute running CAP_LIFTED"
    assert [one.name for one in verify(world.books) if not one.holds] == []
    with world.books.work() as work:
        steps = service_control.history(work, "shop")
    assert not isinstance(steps, Refused)
    assert [one.row.state.word for one in steps] == ["running", "warned", "grace", "suspended", "running"]
