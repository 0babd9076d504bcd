"""Notify: how notices travel: by mail, as signed webhooks, to chat rooms (DingTalk, Feishu, WeCom), into a local file.

Owns the channels and what an address of each looks like. A channel answers what became of a notice and never raises.
Does not own texts (`core.notice`) nor retries (`core.outbox`). Rules: OUTBOX-5 (`docs/rules/outbox.md`).
"""

from __future__ import annotations

import json
import os
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from partita.core.notice import Channel
from partita.core.outbox import Message, Sent
from partita.gateways.standard_webhooks import Post, is_address, message_id, post

_MAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,255}\Z")
CHAT_ROOMS = ("dingtalk", "feishu", "lark", "wecombot")
"""The chat rooms that notices may go to: apprise knows many more ways, not all of them meant for this."""
_TIMEOUT_SECONDS = 20


def fits(channel: Channel, address: str, *, here: bool) -> bool:
    """Say whether an address is one of its channel; `here`: a webhook may call this machine."""
    match channel:
        case Channel.MAIL:
            return _MAIL.match(address) is not None
        case Channel.WEBHOOK:
            return is_address(address, here=here)
        case Channel.APPRISE:
            return urlsplit(address).scheme in CHAT_ROOMS and _room(address) is not None
        case Channel.FILE:
            return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", address) is not None


def shown(channel: Channel, address: str) -> str:
    """Write an address without what is secret in it: the keys of a chat room stand in its address."""
    return f"{urlsplit(address).scheme}://…" if channel is Channel.APPRISE else address


@dataclass(frozen=True, slots=True)
class MailServer:
    """An SMTP server: `smtp://user:password@host:587?from=books@acme.example`; `smtps` speaks TLS from the start.

    With `smtp` TLS is begun where the server offers it, and always where a password is sent.
    """

    host: str
    port: int
    sender: str
    user: str | None
    password: str | None
    tls: bool

    @classmethod
    def parse(cls, url: str) -> MailServer:
        """Read the address of a server; raises ValueError."""
        parts = urlsplit(url)
        sender = parse_qs(parts.query).get("from", [""])[0]
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not _MAIL.match(sender):
            raise ValueError("a mail server is written smtp://user:password@host:587?from=books@acme.example")
        tls = parts.scheme == "smtps"
        user, password = (None if one is None else unquote(one) for one in (parts.username, parts.password))
        return cls(parts.hostname, parts.port or (465 if tls else 25), sender, user, password, tls)


@dataclass(frozen=True, slots=True)
class MailChannel:
    """Notices as mail. A repeated mail has the same Message-ID, by which mail programs know it."""

    server: MailServer
    clock: Callable[[], datetime]

    def send(self, message: Message) -> Sent:
        """Hand a notice to the mail server."""
        mail = self._mail(message)
        try:
            with self._open() as open_server:
                open_server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return Sent(done=False, detail=f"recipient refused: {codes}", permanent=all(code >= 500 for code in codes))  # noqa: PLR2004
        except (OSError, smtplib.SMTPException) as error:
            return Sent(done=False, detail=f"{type(error).__name__}: {error}"[:200])
        return Sent(done=True, detail=self.server.host)

    def _open(self) -> smtplib.SMTP:
        server = self.server
        trusted = ssl.create_default_context()
        if server.tls:
            opened: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT_SECONDS, context=trusted)
        else:
            opened = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_SECONDS)
            opened.ehlo()
            if opened.has_extn("starttls") or server.password is not None:
                opened.starttls(context=trusted)
        if server.user is not None:
            opened.login(server.user, server.password or "")
        return opened

    def _mail(self, message: Message) -> EmailMessage:
        payload, mail = message.payload, EmailMessage()
        mail["Subject"] = " ".join(str(payload["title"]).split())
        mail["From"] = self.server.sender
        mail["To"] = str(payload["address"])
        mail["Date"] = format_datetime(self.clock())
        mail["Message-ID"] = f"<{message_id(message.key)}@{self.server.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"{payload['body']}\n")
        return mail


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """Notices as signed webhooks (Standard Webhooks)."""

    secret: bytes
    clock: Callable[[], datetime]

    def send(self, message: Message) -> Sent:
        """Post a notice to its address."""
        payload = message.payload
        content = {
            "type": payload["kind"],
            "timestamp": payload["at"],
            "data": {
                "account": payload["account"],
                "title": payload["title"],
                "body": payload["body"],
                "figures": payload["figures"],
            },
        }
        return post(self.secret, Post(str(payload["address"]), message.key, content, self.clock()))


@dataclass(frozen=True, slots=True)
class ChatChannel:
    """Notices to chat rooms, by apprise."""

    def send(self, message: Message) -> Sent:
        """Say a notice in its room."""
        room = _room(str(message.payload["address"]))
        if room is None:
            return Sent(done=False, detail="the address is of no known chat room", permanent=True)
        try:
            said = room.notify(body=message.payload["body"], title=message.payload["title"])
        except Exception as error:  # noqa: BLE001 - a foreign library may raise anything; it is an answer all the same
            return Sent(done=False, detail=f"{type(error).__name__}: {error}"[:200])
        return Sent(done=True) if said else Sent(done=False, detail="the chat room did not take it")


def _room(address: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - the library has no types
    import apprise  # noqa: PLC0415 - it is slow to load and rarely needed

    return apprise.Apprise.instantiate(address, suppress_exceptions=True)


@dataclass(frozen=True, slots=True)
class FileChannel:
    """Notices as lines of JSON in a local file, each once: for demonstrations, and for accounts without an address."""

    folder: Path

    def send(self, message: Message) -> Sent:
        """Append a notice, unless it stands in the file already."""
        payload = {name: value for name, value in message.payload.items() if name != "titles"}
        path = self.folder / f"{payload['address']}.ndjson"
        line = json.dumps({"id": message_id(message.key), **payload}, ensure_ascii=False)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if _stands_in(path, message_id(message.key)):
                return Sent(done=True, detail="it stood there already")
            with path.open("a", encoding="utf-8") as handle:
                handle.write(line + "\n")
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as error:
            return Sent(done=False, detail=f"{type(error).__name__}: {error}"[:200])
        return Sent(done=True, detail=path.name)


def _stands_in(path: Path, name: str) -> bool:
    if not path.exists():
        return False
    with path.open(encoding="utf-8") as handle:
        return any(f'"id": "{name}"' in line for line in handle)
