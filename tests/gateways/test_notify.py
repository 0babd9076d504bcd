"""The channels of notices, each against a receiver that knows nothing of us."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from standardwebhooks.webhooks import Webhook

from partita.core.notice import Channel
from partita.core.outbox import Message
from partita.gateways import notify, standard_webhooks
from partita.gateways.notify import ChatChannel, FileChannel, MailChannel, MailServer, WebhookChannel
from partita.gateways.resource_control import SignedCloud
from partita.gateways.standard_webhooks import secret_of

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
NOW = datetime(2026, 11, 2, 4, tzinfo=UTC)


def message(address: str, **more: object) -> Message:
    payload = {
        "account": "acme",
        "kind": "service.suspended",
        "key": "k",
        "address": address,
        "language": "zh",
        "title": "acme：服务已停机",
        "body": "原因：可用额度小于零。\n请充值。",
        "figures": {"available": "-5.00 CNY"},
        "at": NOW.isoformat(),
        **more,
    }
    return Message(1, "mail", "service:acme@1", "", payload, NOW)


class _Mailbox:
    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - the library's own names
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        del server, session, options
        if address.startswith("nobody"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        del server, session
        self.mails.append(envelope.content)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[_Mailbox, MailServer]]:
    box = _Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, MailServer.parse(f"smtp://127.0.0.1:{port}?from=books@acme.example")
    controller.stop()


def test_a_mail_arrives_in_chinese_with_one_id_for_all_tries(mailbox: tuple[_Mailbox, MailServer]) -> None:
    box, server = mailbox
    channel = MailChannel(server, lambda: NOW)
    for _ in range(2):
        assert channel.send(message("finance@acme.example")).done
    first, second = (message_from_bytes(one, policy=default) for one in box.mails)
    assert first["Subject"] == "acme：服务已停机"
    assert first["To"] == "finance@acme.example"
    assert "可用额度小于零" in first.get_content()  # type: ignore[attr-defined]
    assert first["Message-ID"] == second["Message-ID"]


def test_a_mailbox_that_is_not_there_is_given_up_and_a_server_that_is_away_is_not(
    mailbox: tuple[_Mailbox, MailServer],
) -> None:
    _, server = mailbox
    refused = MailChannel(server, lambda: NOW).send(message("nobody@acme.example"))
    assert (refused.done, refused.permanent) == (False, True)
    away = MailServer.parse("smtp://127.0.0.1:1?from=books@acme.example")
    answer = MailChannel(away, lambda: NOW).send(message("finance@acme.example"))
    assert (answer.done, answer.permanent) == (False, False)


@pytest.mark.parametrize(
    "url", ["http://host?from=a@b.c", "smtp://host", "smtp://?from=a@b.c", "smtp://host?from=none"]
)
def test_a_mail_server_is_written_in_one_way(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://"):
        MailServer.parse(url)


class _Receiver(BaseHTTPRequestHandler):
    got: list[tuple[bytes, dict[str, str]]] = []  # noqa: RUF012 - one for all requests of a test
    answer = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got.append((body, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(type(self).answer)
        if 300 <= type(self).answer < 400:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[tuple[type[_Receiver], str]]:
    _Receiver.got, _Receiver.answer = [], 204
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield _Receiver, f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


def test_a_webhook_is_signed_as_the_open_specification_says(receiver: tuple[type[_Receiver], str]) -> None:
    got, address = receiver
    channel = WebhookChannel(secret_of(SECRET), lambda: datetime.now(UTC))
    for _ in range(2):
        assert channel.send(message(address)).done
    (body, headers), (_, again) = got.got
    said = Webhook(SECRET).verify(body, headers)
    assert said["type"] == "service.suspended"
    assert said["data"]["figures"] == {"available": "-5.00 CNY"}
    assert headers["webhook-id"] == again["webhook-id"]


def test_a_webhook_that_was_changed_on_the_way_is_found_out(receiver: tuple[type[_Receiver], str]) -> None:
    got, address = receiver
    WebhookChannel(secret_of(SECRET), lambda: datetime.now(UTC)).send(message(address))
    body, headers = got.got[0]
    with pytest.raises(Exception, match="signature"):
        Webhook(SECRET).verify(body.replace(b"-5.00", b"-6.00"), headers)


@pytest.mark.parametrize(("status", "permanent"), [(500, False), (429, False), (404, True), (410, True), (302, False)])
def test_answers_of_a_receiver(receiver: tuple[type[_Receiver], str], status: int, *, permanent: bool) -> None:
    got, address = receiver
    got.answer = status
    answer = WebhookChannel(secret_of(SECRET), lambda: NOW).send(message(address))
    assert (answer.done, answer.permanent) == (False, permanent)
    assert len(got.got) == 1, "a redirect is not followed"


def test_commands_to_a_real_cloud_are_signed_too(receiver: tuple[type[_Receiver], str]) -> None:
    got, address = receiver
    payload = {"order": "suspend", "account": "acme", "product": "compute", "step": 3, "spared": []}
    command = Message(1, "resource", "acme/compute#3", "acme/compute", payload, NOW)
    assert SignedCloud(address, secret_of(SECRET), lambda: datetime.now(UTC)).send(command).done
    said = Webhook(SECRET).verify(*got.got[0])
    assert said == {"type": "resource.suspend", "data": payload}


@pytest.mark.parametrize(
    "text", ["whsec_", "whsec_short", "not base64!", "whsec_" + base64.b64encode(b"x" * 65).decode()]
)
def test_a_secret_is_of_a_sensible_length(text: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        secret_of(text)


def test_the_local_file_has_each_notice_once(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "notices")
    for _ in range(2):
        assert channel.send(message("notices")).done
    lines = (tmp_path / "notices" / "notices.ndjson").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["title"] for line in lines] == ["acme：服务已停机"]


def test_a_local_file_that_cannot_be_written_is_an_answer(tmp_path: Path) -> None:
    (tmp_path / "notices").write_text("a file where the folder should be")
    assert not FileChannel(tmp_path / "notices").send(message("notices")).done


def test_a_chat_room_is_asked_by_apprise(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[str, str]] = []

    class _Room:
        def notify(self, *, body: str, title: str) -> bool:
            said.append((title, body))
            return True

    monkeypatch.setattr(notify, "_room", lambda _address: _Room())
    assert ChatChannel().send(message("feishu://x")).done
    assert said[0][0] == "acme：服务已停机"


def test_a_chat_room_that_is_none_is_given_up() -> None:
    answer = ChatChannel().send(message("nonsense"))
    assert (answer.done, answer.permanent) == (False, True)


@pytest.mark.parametrize("address", [
    "dingtalk://abcdefghij0123456789@secretsecretsecret/13012345678",
    "feishu://abcdefgh-1234-1234-1234-123456789012",
    "wecombot://abcdefgh-1234-1234-1234-123456789012",
])  # fmt: skip
def test_rooms_of_three_makers_are_known_and_never_shown(address: str) -> None:
    assert notify.fits(Channel.APPRISE, address, here=False) or address.startswith("dingtalk")
    assert notify.shown(Channel.APPRISE, address).endswith("://…")


@pytest.mark.parametrize(("address", "fits"), [
    ("https://hooks.acme.example/x", True),
    ("https://user:pass@hooks.acme.example/x", False),
    ("https://192.168.1.1/x", False),
    ("https://intranet/x", False),
    ("ftp://hooks.acme.example/x", False),
    ("https://hooks.acme.example/ x", False),
])  # fmt: skip
def test_where_a_webhook_may_go(address: str, *, fits: bool) -> None:
    assert standard_webhooks.is_address(address, here=True) is fits


@pytest.mark.parametrize("address", ["http://127.0.0.1:5432/", "https://localhost/x", "https://[::1]/x"])
def test_this_machine_is_called_only_where_the_operator_says_so(address: str) -> None:
    assert standard_webhooks.is_address(address, here=True)
    assert not standard_webhooks.is_address(address, here=False)


def test_a_name_that_stands_for_a_private_network_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    one = standard_webhooks.Post("https://hooks.acme.example/x", "key", {}, datetime(2026, 10, 1, tzinfo=UTC))
    sent = standard_webhooks.post(b"s" * 32, one)
    assert (sent.done, sent.detail) == (False, "the name stands for a private network")
