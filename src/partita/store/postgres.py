"""The embedded PostgreSQL: running when it is needed, shared by all processes, gone when nobody needs it.

Owns `ensure_running`, `status` and `stop`. A process that uses the server holds a shared lock (the lease) as long as
its `ServerAddress` lives. The server itself is run by a supervisor (`supervisor`), the data folder is `cluster`'s.
After a kill of any or all of these processes at any moment the next `ensure_running` finds every acknowledged commit.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import partita
from partita.store import cluster, installation, locks, orphans
from partita.store.cluster import Place
from partita.store.unavailable import DatabaseUnavailable

_ATTEMPTS = 5
_STOP_SECONDS = 150


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """How to reach the server as each role. The server runs at least as long as `lease` is open."""

    owner_url: str
    app_url: str
    lease: IO[bytes]


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What is known without starting anything. `server` is the process id, `major` the version of the data."""

    folder: Path
    exists: bool
    major: int | None
    server: int | None
    supervisor: int | None
    in_use: bool
    log: Path


def ensure_running(home: Path) -> ServerAddress:
    """Return the address of the embedded server of this home, starting it if need be.

    Safe in many processes at once. Raises DatabaseUnavailable with what to do.
    """
    place = _place(home)
    place.prepare()
    lease = locks.share(place.in_use)  # waits for a supervisor that is just stopping
    try:
        if not _serving(place):
            with locks.alone(place.starting):
                _start(place)
    except BaseException:
        lease.close()
        raise
    return ServerAddress(place.url(cluster.OWNER), place.url(cluster.APP), lease)


def status(home: Path) -> ServerStatus:
    """Return what is known about the embedded server; starts nothing and makes nothing."""
    place = _place(home)
    if not place.folder.exists():
        return ServerStatus(place.folder, False, None, None, None, False, place.log)  # noqa: FBT003 - six facts
    unused = locks.seize(place.in_use)
    if unused:
        unused.close()
    return ServerStatus(
        folder=place.folder,
        exists=place.cluster.exists(),
        major=cluster.major_of(place),
        server=orphans.ready(place) if orphans.answers(place) else None,
        supervisor=_supervisor(place),
        in_use=unused is None,
        log=place.log,
    )


def stop(home: Path, *, only_unused: bool = False) -> bool:
    """Stop the embedded server cleanly; return whether it ran and has stopped. Committed work stays.

    With `only_unused` nothing happens while some process uses it, and none can begin to meanwhile.
    """
    place = _place(home)
    if not place.folder.exists():
        return False
    if not only_unused:
        return _stop(place)
    unused = locks.seize(place.in_use)
    if unused is None:
        return False
    with unused:
        return _stop(place)


def programs(home: Path) -> Path:
    """Return the folder of PostgreSQL's programs (`pg_dump`, `psql` where there is one) that fit the data."""
    return installation.choose(cluster.major_of(_place(home))).bin


def _stop(place: Place) -> bool:
    ran = False
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        pid = _supervisor(place) or _survivor(place)
        if pid is None and not locks.held(place.supervisor):
            break
        ran = True
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
        time.sleep(0.05)
    return ran


def _place(home: Path) -> Place:
    return Place(home.resolve() / "database")


def _serving(place: Place) -> bool:
    return orphans.ready(place) is not None and locks.held(place.supervisor) and orphans.answers(place)


def _start(place: Place) -> None:
    """Start a supervisor and wait for its word; one that is starting, or restarting the server, is waited for."""
    for _ in range(_ATTEMPTS):
        while locks.held(place.supervisor):
            if _serving(place):
                return
            time.sleep(0.01)
        word = _report(place)
        if word is not None and not word:
            return
        if word:
            raise DatabaseUnavailable(word["english"], word["chinese"])
    raise DatabaseUnavailable(
        f"The database server is killed again and again while it starts. See {place.log}.",
        f"数据库服务器在启动过程中反复被终止。请查看 {place.log}。",
    )


def _report(place: Place) -> dict[str, str] | None:
    """Start a supervisor; return what it reports: {} when it serves, a message, or None when it was killed."""
    reader, writer = os.pipe()
    source = Path(partita.__file__).parents[1]
    paths = [str(source), *filter(None, [os.environ.get("PYTHONPATH")])]
    with os.fdopen(reader, encoding="utf-8") as report:
        try:
            with place.log.open("ab") as log:
                subprocess.run(  # noqa: S603 - our own module
                    [sys.executable, "-m", "partita.store.supervisor", str(place.folder), str(writer)],
                    cwd="/",
                    env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    pass_fds=(writer,),
                    start_new_session=True,
                    check=False,
                )
        finally:
            os.close(writer)
        said = report.read()
    with suppress(json.JSONDecodeError):
        word: dict[str, str] = json.loads(said)
        return word
    return None


def _supervisor(place: Place) -> int | None:
    """Return the supervisor's process id; the file may still name one that is gone, so the process is looked at."""
    import psutil  # noqa: PLC0415 - costly, and needed only to show or stop

    if not locks.held(place.supervisor):
        return None
    with suppress(ValueError, psutil.Error):
        process = psutil.Process(int(place.supervisor.read_text(encoding="ascii")))
        return process.pid if str(place.folder) in process.cmdline() else None
    return None


def _survivor(place: Place) -> int | None:
    left = None if locks.held(place.supervisor) else orphans.survivor(place)
    return left.pid if left else None
