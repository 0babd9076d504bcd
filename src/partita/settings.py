"""Settings: what the environment says, read once, in one place.

| variable | meaning |
| --- | --- |
| `DATABASE_URL` | an external PostgreSQL 15 or later; absent = the embedded server |
| `PARTITA_HOME` | where the books live (files, embedded database, logs); default: the user's data directory |
| `PARTITA_MEMORY` | memory limit of the bulk engine, such as `1GB`; default 2GB |
| `PARTITA_THREADS` | threads of the bulk engine; default: all cores |
| `PARTITA_LANG` | `en` or `zh`; default: by locale |
| `PARTITA_USER` | who asks (`--as`); absent = the operator of the books, who may do everything |
| `PARTITA_ACCOUNT` | the account in whose name is acted (`--in-name-of`) |
| `PARTITA_SMTP` | the mail server of notices: `smtp://user:password@host:587?from=books@acme.example` |
| `PARTITA_WEBHOOK_SECRET` | the secret that signs webhooks and commands: `whsec_` and base64 |
| `PARTITA_CLOUD` | where commands to stop and resume go: an https address; absent = the simulated cloud |
| `PARTITA_PAYMENT_SECRET` | the secret with which the payment gateway signs its notices; absent = no payments online |
| `PARTITA_PAYMENT_URL` | where customers pay |
| `PARTITA_TAX_BUREAU` | what the simulated tax bureau does, such as `late, spot-check, delay=2, numbers=100` |
| `PARTITA_NOW` | an ISO instant that stands in for the clock (replays, tests) |
"""

from __future__ import annotations

import locale
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import platformdirs


class WrongSetting(Exception):  # noqa: N818 - it is a slip of the user, not an error of the program
    """A variable makes no sense. `str()` is English; `message("zh")` is Chinese; both name the variable."""

    def __init__(self, english: str, chinese: str) -> None:
        """Hold the message in both languages."""
        super().__init__(english)
        self.english = english
        self.chinese = chinese

    def message(self, language: str = "en") -> str:
        """Return the message in `en` or `zh`."""
        return self.chinese if language == "zh" else self.english


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says. `database_url` None means the embedded server."""

    home: Path
    database_url: str | None
    memory: str
    threads: int
    language: str
    now: datetime | None
    user: str | None = None
    account: str | None = None
    smtp: str | None = None
    webhook_secret: str | None = None
    cloud: str | None = None
    payment_secret: str | None = None
    payment_url: str = ""
    tax_bureau: str = ""

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the environment; raises WrongSetting with the name of a variable that makes no sense."""
        environment = os.environ
        home = environment.get("PARTITA_HOME") or platformdirs.user_data_dir("partita", appauthor=False)
        return cls(
            home=Path(home).expanduser().resolve(),
            database_url=environment.get("DATABASE_URL") or None,
            memory=_memory(environment.get("PARTITA_MEMORY") or "2GB"),
            threads=_threads(environment.get("PARTITA_THREADS")),
            language=spoken_language(),
            now=_instant(environment.get("PARTITA_NOW")),
            user=_name("PARTITA_USER", "--as"),
            account=_name("PARTITA_ACCOUNT", "--in-name-of"),
            smtp=environment.get("PARTITA_SMTP") or None,
            webhook_secret=environment.get("PARTITA_WEBHOOK_SECRET") or None,
            cloud=environment.get("PARTITA_CLOUD") or None,
            payment_secret=environment.get("PARTITA_PAYMENT_SECRET") or None,
            payment_url=environment.get("PARTITA_PAYMENT_URL") or "",
            tax_bureau=environment.get("PARTITA_TAX_BUREAU") or "",
        )


def _name(variable: str, option: str) -> str | None:
    """Return who asks; None = nobody is named. A name that is empty is a slip, and never the operator."""
    name = os.environ.get(variable)
    if name is not None and not name.strip():
        raise WrongSetting(
            f"{variable} ({option}) names nobody: give a name, or leave it out.",
            f"{variable}（{option}）没有给出名称：请填写名称，或不要设置。",
        )
    return name


def spoken_language() -> str:
    """Return `en` or `zh`: as `PARTITA_LANG` says, else by locale."""
    spoken = (
        os.environ.get("PARTITA_LANG")
        or os.environ.get("LC_ALL")
        or os.environ.get("LC_MESSAGES")
        or os.environ.get("LANG")
        or ""
    )
    spoken = spoken or (locale.getlocale()[0] or "")
    return "zh" if spoken.lower().startswith("zh") else "en"


def _memory(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d*(\.\d+)? ?[KMGT]i?B", text, re.IGNORECASE):
        raise WrongSetting(
            f"PARTITA_MEMORY is a size such as 512MB or 4GB, not {text!r}.",
            f"PARTITA_MEMORY 须为内存大小，如 512MB 或 4GB，而不是 {text!r}。",
        )
    return text


def _threads(text: str | None) -> int:
    if not text:
        return os.cpu_count() or 1
    if not re.fullmatch(r"[1-9]\d{0,3}", text):
        raise WrongSetting(
            f"PARTITA_THREADS is a number from 1 to 9999, not {text!r}.",
            f"PARTITA_THREADS 须为 1 至 9999 的整数，而不是 {text!r}。",
        )
    return int(text)


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    with suppress(ValueError):
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None:
            return instant
    raise WrongSetting(
        f"PARTITA_NOW is an instant with its zone, such as 2026-11-02T00:00:00+00:00, not {text!r}.",
        f"PARTITA_NOW 须为带时区的时刻，如 2026-11-02T00:00:00+00:00，而不是 {text!r}。",
    )
