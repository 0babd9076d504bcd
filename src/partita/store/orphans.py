"""What is left of a server whose supervisor was killed: the whole server, or some of its processes.

Owns how they are found: every process of a server works in its data folder. Looks at the list of processes only
when something was killed.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from partita.store import locks
from partita.store.cluster import Place

_PATIENCE = ((None, 2), (signal.SIGQUIT, 3), (signal.SIGKILL, 10))
_STATE_LINE = 7
START_SECONDS = 600  # recovery after a crash replays at most max_wal_size


@dataclass(frozen=True, slots=True)
class Survivor:
    """A complete server without a supervisor."""

    pid: int
    alive: Callable[[], bool]


def ready(place: Place) -> int | None:
    """Return the process id that the data folder names, if its server says that it takes connections."""
    pid, state = _named(place)
    return pid if state == "ready" else None


def answers(place: Place) -> bool:
    """Return whether somebody listens on the socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(5)
        try:
            probe.connect(str(place.socket))
        except OSError:
            return False
        return True


def survivor(place: Place) -> Survivor | None:
    """Return the server that still serves this folder, if one does; one that starts or stops is waited for."""
    pid, _ = _named(place)
    if pid is None or pid not in _workers(place):
        return None
    import psutil  # noqa: PLC0415 - costly, and needed only after a kill

    process = psutil.Process(pid)

    def alive() -> bool:
        with suppress(psutil.NoSuchProcess):
            return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
        return False

    deadline = time.monotonic() + START_SECONDS
    while ready(place) != pid and alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    return Survivor(pid, alive) if alive() and ready(place) == pid and answers(place) else None


def end(place: Place) -> None:
    """End the processes that outlived their server: they end by themselves soon, else they are told, then killed."""
    for number, seconds in _PATIENCE:
        for pid in _workers(place) if number else ():
            with suppress(ProcessLookupError):
                os.kill(pid, number or 0)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not locks.held(place.server):
                return
            time.sleep(0.02)


def _workers(place: Place) -> list[int]:
    """Return the live processes that work in the data folder."""
    return [pid for pid, folder in _folders() if folder == place.cluster]


def _folders() -> Iterator[tuple[int, Path]]:
    import psutil  # noqa: PLC0415 - costly, and needed only after a kill

    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            yield process.pid, Path(process.cwd())


def _named(place: Place) -> tuple[int | None, str]:
    """Return the process id and the state (`starting`, `ready`, `stopping`) that the data folder names."""
    with suppress(OSError, ValueError, IndexError):  # it is empty for an instant while it is made
        lines = (place.cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return int(lines[0]), lines[_STATE_LINE].strip() if len(lines) > _STATE_LINE else ""
    return None, ""
