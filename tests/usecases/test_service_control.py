"""Stop and resume on real books: dry runs, rights, many writers at once, and what a kill leaves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import Clock
from partita.core.alert import AlertKind, AlertSetting
from partita.core.money import Money
from partita.core.org import FinanceMode
from partita.core.outbox import RESOURCE, Message, Sent
from partita.core.permission import Actor, RelationPermission
from partita.core.refusal import Reason, Refused
from partita.core.service_control import Grace, Policy, PolicyRow, ServiceState
from partita.core.stop_order import StopOrder
from partita.gateways.resource_control import SimulatedCloud, Trouble
from partita.store import outbox as outbox_store
from partita.usecases import alert as alerts
from partita.usecases import service_control
from partita.usecases.funds import top_up
from partita.usecases.outbox import deliver, show
from partita.usecases.usage import import_usage
from partita.usecases.work import Books
from payers import open_accounts, relate
from steps.world import World

NO_GRACE = PolicyRow("", "", Policy(grace=Grace()))


@pytest.fixture
def dry(books: Books, clock: Clock) -> Books:
    """Books in which acme has used more than it has, and is stopped."""
    clock.now = datetime(2026, 10, 10, 4, tzinfo=UTC)
    world = World(books)
    world.play([["account", "acme"], ["account", "bolt"], ["sku", "cpu", "in", "compute", "at", "1.00"]])
    world.play([["cash", "acme", "10.00"], ["cash", "bolt", "10.00"]])
    with books.work() as work:
        service_control.set_policy(work, NO_GRACE)
    world.play([["usage", "r1", "acme", "cpu", "20", "2026-10-09T10:00+08:00"]])
    return books


def rows(books: Books) -> list[list[tuple[object, ...]]]:
    names = ("service_step", "outbox", "outbox_state", "service_item", "quota_watch", "control_policy", "stop_order",
             "spending_cap", "alert_setting", "alert_told", "hold", "balance")  # fmt: skip
    with books.work() as work:
        return [work.tx.execute(f"select * from {name} order by 1, 2").fetchall() for name in names]


def state_of(books: Books, account: str) -> ServiceState:
    with books.work() as work:
        shown = service_control.show(work, account)
    assert not isinstance(shown, Refused)
    return shown.items[0].row.state


def test_a_dry_run_changes_nothing(dry: Books) -> None:
    before = rows(dry)
    money = Money(100_00, "CNY")
    with dry.work() as work:
        top_up(work, account_id="acme", amount=money, dry_run=True)
        service_control.set_policy(work, PolicyRow("acme", "", Policy()), dry_run=True)
        service_control.set_order(work, "acme", StopOrder(), dry_run=True)
        service_control.set_cap(work, "acme", money, dry_run=True)
        alerts.set_alert(work, AlertSetting("acme", AlertKind.LOW_QUOTA, "", 100), dry_run=True)
    assert not isinstance(service_control.run(dry, dry_run=True), Refused)
    assert not isinstance(deliver(dry, {RESOURCE: SimulatedCloud()}, dry_run=True), Refused)
    assert rows(dry) == before


def test_what_a_top_up_changes_is_told_to_whoever_made_it(dry: Books) -> None:
    with dry.work() as work:
        top_up(work, account_id="acme", amount=Money(100_00, "CNY"))
    assert [(one.item.subject, one.state) for one in work.changes] == [("acme/compute", ServiceState.RUNNING)]


def test_a_transaction_that_fails_leaves_no_decision(dry: Books) -> None:
    before = rows(dry)

    def fail() -> None:
        with dry.work() as work:
            top_up(work, account_id="acme", amount=Money(100_00, "CNY"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows(dry) == before


def test_an_account_sees_and_sets_its_own_and_nobody_elses(dry: Books) -> None:
    as_bolt = replace(dry, actor=Actor(account_id="bolt"))
    with as_bolt.work() as work:
        assert not isinstance(service_control.show(work, "bolt"), Refused)
        answers = [
            service_control.show(work, "acme"),
            service_control.history(work, "acme"),
            service_control.set_policy(work, NO_GRACE),
            service_control.set_cap(work, "acme", Money(0, "CNY")),
            service_control.policies(work),
            show(work),
        ]
    assert all(isinstance(one, Refused) and one.reason is Reason.NOT_PERMITTED for one in answers)
    for job in (service_control.run(as_bolt), deliver(as_bolt, {})):
        assert isinstance(job, Refused)


def test_many_writers_at_once_end_in_one_state(dry: Books, tmp_path: Path) -> None:
    """Usage and top-ups of two accounts from many threads: whoever commits last has seen what all others did."""

    def usage(number: int) -> None:
        path = tmp_path / f"usage-{number}.csv"
        account = ("acme", "bolt")[number % 2]
        path.write_text(f"record_id,account_id,sku,quantity,start\nu{number},{account},cpu,7,2026-10-09T11:00+08:00\n")
        assert not isinstance(import_usage(dry, path), Refused)

    def money(number: int) -> None:
        with dry.work() as work:
            account = ("acme", "bolt")[number % 2]
            top_up(work, account_id=account, amount=Money(10_00, "CNY"), idempotency_key=f"k{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: (money, usage)[number % 4 > 1](number), range(48)))
    before = rows(dry)
    assert not isinstance(service_control.run(dry), Refused)
    assert rows(dry)[:2] == before[:2], "looking again changes nothing"
    assert state_of(dry, "acme") is ServiceState.RUNNING or state_of(dry, "acme") is ServiceState.WARNED


class _Dies:
    """A gateway that does what it is told and then takes the process down."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud

    def send(self, message: Message) -> Sent:
        self.cloud.send(message)
        raise KeyboardInterrupt


def test_a_kill_between_sending_and_recording_sends_again(dry: Books) -> None:
    cloud = SimulatedCloud()
    with pytest.raises(KeyboardInterrupt):
        deliver(dry, {RESOURCE: _Dies(cloud)})
    done = deliver(dry, {RESOURCE: cloud})
    assert not isinstance(done, Refused)
    assert [one.attempt.attempt for one in done.tried] == [1]
    assert cloud.received == 2
    assert cloud.services["acme/compute"].order == "suspend"


def test_two_who_deliver_at_once_do_not_send_the_same(dry: Books) -> None:
    cloud = SimulatedCloud()

    class _Meanwhile:
        def send(self, message: Message) -> Sent:
            other = deliver(dry, {RESOURCE: cloud})
            assert not isinstance(other, Refused)
            assert not other.tried, "the message is claimed"
            return cloud.send(message)

    done = deliver(dry, {RESOURCE: _Meanwhile()})
    assert not isinstance(done, Refused)
    assert len(done.tried) == 1
    assert cloud.received == 1


def test_a_channel_that_is_not_set_up_keeps_its_messages(dry: Books) -> None:
    done = deliver(dry, {})
    assert not isinstance(done, Refused)
    assert done.not_set_up == {RESOURCE: 1, "file": 1}
    with dry.work() as work:
        assert len(outbox_store.every(work.tx, open_only=True, limit=10)) == 2


def test_a_cloud_in_a_file_outlives_the_process(dry: Books, tmp_path: Path) -> None:
    file = tmp_path / "cloud.json"
    deliver(dry, {RESOURCE: SimulatedCloud([Trouble.TWICE], file)})
    assert SimulatedCloud(file=file).services["acme/compute"].order == "suspend"


@pytest.mark.parametrize(
    ("mode", "allowed"), [(FinanceMode.TRUSTEESHIP, "main"), (FinanceMode.INDEPENDENT, "shop")], ids=["shared", "own"]
)
def test_only_who_pays_sets_a_cap(books: Books, mode: FinanceMode, allowed: str) -> None:
    open_accounts(books, "main", "shop")
    relate(books, "main", "shop", *RelationPermission, mode=mode)
    with replace(books, actor=Actor(None, allowed)).work() as work:
        assert not isinstance(service_control.set_cap(work, "shop", Money(80_00, "CNY")), Refused)
    other = "shop" if allowed == "main" else "main"
    with replace(books, actor=Actor(None, other)).work() as work:
        answer = service_control.set_cap(work, "shop", None)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.NOT_PERMITTED
