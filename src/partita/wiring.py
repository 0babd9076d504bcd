"""Wiring: builds the open books from the settings. It decides nothing.

The only place that reads the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from partita.core.notice import Channel
from partita.core.outbox import RESOURCE
from partita.core.permission import Actor
from partita.gateways.notify import ChatChannel, FileChannel, MailChannel, MailServer, WebhookChannel
from partita.gateways.payment import SignedGateway
from partita.gateways.resource_control import SignedCloud, SimulatedCloud
from partita.gateways.standard_webhooks import is_address, secret_of
from partita.gateways.tax_invoice import SimulatedBureau, rehearsed
from partita.settings import Settings, WrongSetting
from partita.store.db import pool_at, ready_address
from partita.store.engine import open_engine, spilling
from partita.store.files import FileRoom
from partita.usecases.outbox import Gateway
from partita.usecases.ports import PaymentGateway, TaxBureau
from partita.usecases.service_control import watch
from partita.usecases.work import Books


@contextmanager
def open_books(settings: Settings) -> Iterator[Books]:
    """Open the books of these settings and close them afterwards.

    The files lie in `PARTITA_HOME/files`, wherever the database is. Raises DatabaseUnavailable.
    """
    room = FileRoom(settings.home / "files")
    where = ready_address(settings)
    try:
        with spilling(room), pool_at(where) as pool:
            yield Books(
                pool=pool,
                room=room,
                clock=_clock(settings.now),
                engine=lambda: open_engine(room, memory=settings.memory, threads=settings.threads),
                actor=Actor(settings.user, settings.account),
                watch=watch,
            )
    finally:
        where.release()


def open_gateways(settings: Settings, clock: Callable[[], datetime]) -> dict[str, Gateway]:
    """Build what carries messages out, by topic; a channel for which nothing is set up is left out.

    Raises ValueError with the name of a variable that makes no sense.
    """
    secret = _of("PARTITA_WEBHOOK_SECRET", secret_of, settings.webhook_secret)
    gateways: dict[str, Gateway] = {
        Channel.FILE.value: FileChannel(settings.home / "notices"),
        Channel.APPRISE.value: ChatChannel(),
    }
    if secret is not None:
        gateways[Channel.WEBHOOK.value] = WebhookChannel(secret, clock)
    server = _of("PARTITA_SMTP", MailServer.parse, settings.smtp)
    if server is not None:
        gateways[Channel.MAIL.value] = MailChannel(server, clock)
    if settings.cloud is None:
        gateways[RESOURCE] = SimulatedCloud(file=settings.home / "simulated-cloud.json")
    elif secret is not None and is_address(settings.cloud, here=True):
        gateways[RESOURCE] = SignedCloud(settings.cloud, secret, clock)
    else:
        raise ValueError("PARTITA_CLOUD is an https address, and PARTITA_WEBHOOK_SECRET signs what is sent there")
    return gateways


def payment_gateway(settings: Settings) -> PaymentGateway | None:
    """Build the payment gateway that the settings name; None = there is none."""
    if settings.payment_secret is None:
        return None
    return SignedGateway(settings.payment_secret.encode(), settings.payment_url)


def tax_bureau(settings: Settings, clock: Callable[[], datetime]) -> TaxBureau:
    """Build the tax bureau: the simulated one, which keeps what it issued in the home of the books.

    Raises WrongSetting: it is told to do what it cannot, or its file is damaged.
    """
    file = settings.home / "simulated-tax-bureau.json"
    try:
        troubles, delay, numbers = rehearsed(settings.tax_bureau)
    except ValueError as error:
        known = "late, lost, unheard, spot-check, delay=2, numbers=100"
        raise WrongSetting(
            f"PARTITA_TAX_BUREAU knows {known}; not {str(error)!r}.",
            f"PARTITA_TAX_BUREAU 可用：{known}；而不是 {str(error)!r}。",
        ) from error
    try:
        return SimulatedBureau(clock, troubles, delay, file=file, numbers=numbers)
    except ValueError as error:
        raise WrongSetting(
            f"What the simulated tax bureau issued cannot be read: {error}.",
            f"无法读取模拟税务平台的记录 {file}：文件已损坏，请从备份恢复。",
        ) from error


_T = TypeVar("_T")


def _of(name: str, read: Callable[[str], _T], text: str | None) -> _T | None:
    try:
        return None if text is None else read(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _clock(stopped_at: datetime | None) -> Callable[[], datetime]:
    if stopped_at is None:
        return lambda: datetime.now(UTC)
    return lambda: stopped_at
