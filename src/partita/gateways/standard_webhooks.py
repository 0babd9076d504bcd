"""Signed webhooks by the open specification Standard Webhooks: what is signed, how it is sent, how it is checked.

Owns the signature (`v1`, HMAC-SHA256 over `id.timestamp.body`) and the request. Whoever receives it tells a repetition
by `webhook-id`, which stays the same in every try. Does not own what is sent. Rules: OUTBOX-5 (`docs/rules/outbox.md`).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http.client import HTTPException
from urllib.parse import urlsplit

from partita.core.outbox import Sent

PREFIX = "whsec_"
_TIMEOUT_SECONDS = 10
_GONE = 410
_MISUSED = frozenset({400, 401, 403, 404, 405, _GONE})
"""Answers that do not change by asking again."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
"""This machine."""


def secret_of(text: str) -> bytes:
    """Read a secret as the specification writes it: `whsec_` and base64. Raises ValueError."""
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError(f"a secret is {PREFIX} and base64: {error}") from error
    if not 24 <= len(secret) <= 64:  # noqa: PLR2004 - as the specification has it
        raise ValueError("a secret holds 24 to 64 bytes")
    return secret


def signature(secret: bytes, message_id: str, at: datetime, body: bytes) -> str:
    """Return the signature of a message: `v1,` and base64."""
    signed = f"{message_id}.{_seconds(at)}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(secret, signed, sha256).digest()).decode()}"


def message_id(key: str) -> str:
    """Return the id of a message, the same in every try: `msg_` and hex digits of the key's SHA-256."""
    return f"msg_{sha256(key.encode()).hexdigest()[:32]}"


def is_address(address: str, *, here: bool) -> bool:
    """Say whether an address may be called: https, no login in it, no private network.

    `here`: this machine may be called too, by http as well; only the operator of the books may say so.
    """
    parts = urlsplit(address)
    if not parts.hostname or parts.username is not None or any(one.isspace() for one in address):
        return False
    if parts.hostname in _LOCAL:
        return here and parts.scheme in {"http", "https"}
    return parts.scheme == "https" and not _is_private(parts.hostname)


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host  # a name without a dot is one of this network


def _leads_inside(address: str) -> bool:
    """Say whether the name in an address stands for a private network now; a proxy resolves names by itself."""
    host = urlsplit(address).hostname or ""
    if host in _LOCAL or urllib.request.getproxies():
        return False
    try:
        found = {str(one[4][0]).partition("%")[0] for one in socket.getaddrinfo(host, None)}
    except OSError:
        return False  # no such name: opening it says so
    return any(_is_private(one) for one in found)


@dataclass(frozen=True, slots=True)
class Post:
    """A message to post: where, its key, what it says, and the instant of this try."""

    address: str
    key: str
    content: Mapping[str, object]
    at: datetime


def _opener() -> urllib.request.OpenerDirector:
    """Return what opens addresses and follows no redirect: a signed message goes where it was meant to, or nowhere."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def post(secret: bytes, one: Post, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> Sent:
    """Post a signed message; done when the answer is 2xx. Whatever else happens is an answer too, never an error."""
    body = json.dumps(one.content, ensure_ascii=False, sort_keys=True).encode()
    name = message_id(one.key)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "partita",
        "webhook-id": name,
        "webhook-timestamp": str(_seconds(one.at)),
        "webhook-signature": signature(secret, name, one.at, body),
    }
    request = urllib.request.Request(one.address, data=body, headers=headers, method="POST")  # noqa: S310 - is_address
    if _leads_inside(one.address):
        return Sent(done=False, detail="the name stands for a private network")
    try:
        with _opener().open(request, timeout=timeout_seconds) as answer:
            return Sent(done=True, detail=str(answer.status))
    except urllib.error.HTTPError as error:
        return Sent(done=False, detail=f"HTTP {error.code}", permanent=error.code in _MISUSED)
    except (OSError, HTTPException) as error:
        return Sent(done=False, detail=f"{type(error).__name__}: {error}"[:200])


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
