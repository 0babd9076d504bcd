"""The supervisor: the small process that runs the embedded server and stops it when nobody needs it.

`python -m partita.store.supervisor FOLDER REPORT` detaches itself, becomes the parent of the server, reaps it, starts
it again when it dies, and stops it cleanly when for `PARTITA_DB_IDLE` seconds (default 300) no process has held the
lock `in-use.lock`. It writes one line of JSON to the open file REPORT: ready, or why not. Standard library only until
something went wrong: it stays in memory. Does not own the data folder (`cluster`).
"""

from __future__ import annotations

import json
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from partita.store import cluster, installation, locks, orphans
from partita.store.cluster import Place
from partita.store.unavailable import DatabaseUnavailable

_IDLE_SECONDS = 300
_STOP_SECONDS = 120
_SHORT_LIFE_SECONDS = 30
_DEATHS_MAX = 5
_LOG_BYTES_MAX = 8 << 20

_log = logging.getLogger("partita.supervisor")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its process id, whether it lives, and how to wait for it."""

    pid: int
    alive: Callable[[], bool]
    adopted: bool = False

    def stop(self) -> None:
        """Stop cleanly: disconnect, write a checkpoint, end. If that takes too long, at once; nothing is lost."""
        for number, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            if not self.alive():
                return
            os.kill(self.pid, number)
            _until(lambda: not self.alive(), seconds)


def main(arguments: list[str]) -> int:
    """Run until the server is idle or a signal asks to stop."""
    place, report = Place(Path(arguments[0])), os.fdopen(int(arguments[1]), "w", encoding="utf-8")
    if os.fork():
        return 0  # the caller waits for this one; the other belongs to nobody
    mine = _seized(place.supervisor)
    if mine is None:
        return 0  # another supervisor was faster; the caller looks again
    mine.truncate()
    mine.write(str(os.getpid()).encode())
    mine.flush()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s supervisor %(message)s")
    wakeups = _listen()
    try:
        limit = _idle_limit()
        server = _serve(place)
    except Exception as error:  # noqa: BLE001 - the caller must hear of it, whatever it is
        mine.close()  # first: who hears that it failed finds the lock free
        _say(report, _why(error))
        return 1
    _say(report, {})
    try:
        _watch(place, server, wakeups=wakeups, limit=limit)
    except DatabaseUnavailable:
        _log.exception("the server cannot be started again")
        return 1
    return 0


def _why(error: Exception) -> dict[str, str]:
    if isinstance(error, DatabaseUnavailable):
        return {"english": error.english, "chinese": error.chinese}
    _log.error("could not start", exc_info=error)
    return {"english": f"The server could not be started: {error!r}.", "chinese": f"无法启动服务器：{error!r}。"}


def _watch(place: Place, server: Server, *, wakeups: int, limit: int) -> None:
    """Keep the server running while it is needed."""
    idle_since, started, deaths = time.monotonic(), time.monotonic(), 0
    while not _asked_to_stop(wakeups, seconds=_pause(server, limit)):
        if not place.supervisor.exists() or not place.cluster.exists():
            break  # the whole folder was removed
        if not server.alive():
            deaths = deaths + 1 if time.monotonic() - started < _SHORT_LIFE_SECONDS else 1
            if deaths > _DEATHS_MAX:
                break
            _log.info("the server died; starting it again")
            server, started = _serve(place), time.monotonic()
        unused = locks.seize(place.in_use)
        if unused is None:
            idle_since = time.monotonic()
        elif time.monotonic() - idle_since >= limit:
            server.stop()  # while it holds the lock: who comes now waits, and starts the server again
            return
        else:
            unused.close()
    server.stop()


def _pause(server: Server, limit: int) -> float:
    """Return how long to sleep: a child's death wakes, the death of a server taken over must be looked for."""
    shortest_seconds = 0.1
    longest_seconds = 5 if limit >= _IDLE_SECONDS else 1
    return shortest_seconds if server.adopted or limit <= 1 else longest_seconds


def _serve(place: Place) -> Server:
    """Start the server, or take over one that survived its supervisor."""
    survivor = orphans.survivor(place)
    if survivor:
        _log.info("taking over the server %s", survivor.pid)
        return Server(survivor.pid, survivor.alive, adopted=True)
    mine = _seized(place.server)
    if mine is None:
        orphans.end(place)
        mine = _seized(place.server)
    if mine is None:
        raise DatabaseUnavailable(
            f"Processes of an earlier server still hold {place.server}, and they are not on this machine's list of "
            "processes. End them (another container?), then try again.",
            f"先前的数据库进程仍占用 {place.server}，且不在本机进程列表中。请结束这些进程（可能在其他容器中）后重试。",
        )
    with mine:
        return _start(place, mine)


def _start(place: Place, lock: IO[bytes]) -> Server:
    """Start the server as a child that inherits the lock, and wait until it takes connections."""
    found = installation.choose(cluster.major_of(place))
    user = installation.server_user(found, place.folder)
    if cluster.major_of(place) is None:
        cluster.create(place, found, user)
    # Nobody holds the lock, so no server runs on this folder: what its process id file says is history, even if the
    # id now belongs to another process, or to a dead one that nobody reaped.
    (place.cluster / "postmaster.pid").unlink(missing_ok=True)
    cluster.complete(place, found, user)
    cluster.make_sockets(place, user)
    if place.log.exists() and place.log.stat().st_size > _LOG_BYTES_MAX:
        place.log.replace(place.log.with_suffix(".log.1"))
    with place.log.open("ab") as log:
        said = log.tell()
        child = subprocess.Popen(  # noqa: S603 - our own program and paths
            cluster.command(place, found, user),
            cwd=place.folder,
            env=cluster.environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(lock.fileno(),),
            start_new_session=True,
        )
    server = Server(child.pid, lambda: child.poll() is None)
    _until(lambda: orphans.ready(place) == child.pid or not server.alive(), orphans.START_SECONDS)
    if orphans.ready(place) == child.pid and server.alive():
        return server
    server.stop()
    raise _did_not_start(place, said)


def _did_not_start(place: Place, said: int) -> DatabaseUnavailable:
    with place.log.open("rb") as log:
        log.seek(said)
        lines = log.read().decode(errors="replace").splitlines()
    reasons = [line for line in lines if "FATAL: " in line or "PANIC: " in line] or lines[-1:] or ["no reason given"]
    return DatabaseUnavailable(
        f"PostgreSQL did not start: {reasons[-1]} (log: {place.log})",
        f"PostgreSQL 无法启动：{reasons[-1]}（日志：{place.log}）",
    )


def _idle_limit() -> int:
    asked = os.environ.get("PARTITA_DB_IDLE") or str(_IDLE_SECONDS)
    if not asked.isdecimal():
        raise DatabaseUnavailable(
            f"PARTITA_DB_IDLE is a whole number of seconds, not {asked!r}.",
            f"PARTITA_DB_IDLE 应为整数秒数，而不是 {asked!r}。",
        )
    return int(asked)


def _seized(path: Path) -> IO[bytes] | None:
    """Take a lock; somebody may be looking at it for an instant, so try for a moment."""
    taken: list[IO[bytes]] = []

    def take() -> bool:
        handle = locks.seize(path)
        taken.extend([handle] if handle else [])
        return bool(taken)

    _until(take, 1)
    return taken[0] if taken else None


def _until(done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    pause_seconds = 0.002
    while not done() and time.monotonic() < deadline:
        time.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 2, 0.05)


def _listen() -> int:
    """Let a signal end a wait at once: it writes its number into the pipe that is returned."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return reader


def _asked_to_stop(wakeups: int, *, seconds: float) -> bool:
    if not select.select([wakeups], [], [], seconds)[0]:
        return False
    return any(number in (signal.SIGTERM, signal.SIGINT) for number in os.read(wakeups, 512))


def _say(report: IO[str], message: dict[str, str]) -> None:
    try:
        with report:
            json.dump(message, report)
    except BrokenPipeError:
        _log.info("the process that asked is gone")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
