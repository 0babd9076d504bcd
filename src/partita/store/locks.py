"""Lock files: who uses the embedded database, who starts it, who runs it.

A lock is an `flock` on an open file: the kernel drops it when the last process that holds the file open is gone, so a
`kill -9` never leaves one behind, and a recycled process id never looks like an owner.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


def share(path: Path) -> IO[bytes]:
    """Wait for a shared lock and return the open file that holds it."""
    handle = _opened(path)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


def seize(path: Path) -> IO[bytes] | None:
    """Take the exclusive lock if nobody holds it in any way; otherwise return None."""
    handle = _opened(path)
    with suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return handle
    handle.close()
    return None


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait for the exclusive lock and hold it meanwhile."""
    with _opened(path) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def held(path: Path) -> bool:
    """Return whether somebody holds the exclusive lock (or, for an instant, looks at it)."""
    with _opened(path) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")
