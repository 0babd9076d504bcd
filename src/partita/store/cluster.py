"""The data folder of the embedded PostgreSQL: where it lies, how it is made, with which settings it is served.

Owns the names under `PARTITA_HOME/database` (all closed to other users), the passwords, `initdb` and the roles. A data
folder is made under another name and moved into place when it is complete, roles and database included, so that a
kill leaves either nothing or everything. Does not own the running server (`supervisor`).
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from partita.store.files import sync_folder
from partita.store.installation import Installation, ServerUser
from partita.store.unavailable import DatabaseUnavailable

DATABASE = "partita"
OWNER = "partita_owner"
APP = "partita_app"
TENANT = "partita_tenant"
_PORT = 5432  # only part of the socket's name: the server listens on no network
_SOCKET_PATH_MAX = 90  # the system's limit is 104 to 108 bytes, the socket's name included

# Durability is a promise: fsync and synchronous_commit stay on. Analytics is DuckDB's, so statements need no workers;
# huge pages and dynamic shared memory are what fails first in small containers.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "checkpoint_timeout": "15min",
    "huge_pages": "off",
    "jit": "off",
    # new books grow from nothing: statements that were planned for empty tables are planned anew within seconds
    "autovacuum_naptime": "10s",
    "max_parallel_workers_per_gather": "0",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
}
_SETTINGS_SINCE = {18: {"io_method": "sync"}}


@dataclass(frozen=True, slots=True)
class Place:
    """The folder `PARTITA_HOME/database` and the names in it."""

    folder: Path

    @property
    def cluster(self) -> Path:
        """Return PostgreSQL's data folder."""
        return self.folder / "cluster"

    @property
    def in_use(self) -> Path:
        """Return the lock that every process using the database shares."""
        return self.folder / "in-use.lock"

    @property
    def starting(self) -> Path:
        """Return the lock of the one process that starts a supervisor."""
        return self.folder / "starting.lock"

    @property
    def supervisor(self) -> Path:
        """Return the lock that the supervisor holds; it contains its process id."""
        return self.folder / "supervisor.lock"

    @property
    def server(self) -> Path:
        """Return the lock that every process of the server holds, for it inherits the open file."""
        return self.folder / "server.lock"

    @property
    def tenant_role(self) -> Path:
        """Return the mark of a data folder that has the role of tenants."""
        return self.folder / "tenant-role"

    @property
    def log(self) -> Path:
        """Return the server's log."""
        return self.folder / "postgres.log"

    @property
    def sockets(self) -> Path:
        """Return the folder of the socket: here, or a short one where this path is too long for a socket."""
        here = self.folder / "socket"
        if len(os.fsencode(here)) <= _SOCKET_PATH_MAX:
            return here
        status = self.folder.stat()
        # Not the user's runtime folder: two processes with different environments must find the same socket.
        return Path("/tmp") / f"partita-{status.st_dev:x}-{status.st_ino:x}"  # noqa: S108 - closed, owner checked

    @property
    def socket(self) -> Path:
        """Return the socket itself."""
        return self.sockets / f".s.PGSQL.{_PORT}"

    def url(self, role: str) -> str:
        """Return the address of the database for a role; the passwords exist since `prepare`."""
        password = self._passwords()[role]
        return f"postgresql://{role}:{password}@/{DATABASE}?host={quote(str(self.sockets), safe='')}&port={_PORT}"

    def prepare(self) -> None:
        """Make the folder and the passwords; raises DatabaseUnavailable when the folder cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not (self.folder / "passwords.json").exists():
                self._write_passwords()
            self._passwords()
        except OSError as error:
            raise DatabaseUnavailable(
                f"{error.filename}: {error.strerror}. Set PARTITA_HOME to a folder that you may write.",
                f"{error.filename}：{error.strerror}。请将 PARTITA_HOME 设为可写的目录。",
            ) from error

    def _passwords(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.folder / "passwords.json").read_text(encoding="ascii"))
        return found

    def _write_passwords(self) -> None:
        """Write once: two processes may try, the first one's file stays."""
        descriptor, name = tempfile.mkstemp(dir=self.folder, prefix="passwords-")
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            json.dump({OWNER: secrets.token_hex(32), APP: secrets.token_hex(32)}, handle)
            handle.flush()
            os.fsync(handle.fileno())
        try:
            os.link(name, self.folder / "passwords.json")
        except FileExistsError:
            pass
        finally:
            Path(name).unlink()
        sync_folder(self.folder)


def major_of(place: Place) -> int | None:
    """Return the major version that wrote the data, None when there is no data yet."""
    version = place.cluster / "PG_VERSION"
    if version.exists():
        return int(version.read_text(encoding="ascii").strip())
    if place.cluster.exists():
        raise DatabaseUnavailable(
            f"{place.cluster} is no data folder of PostgreSQL. Move it away and try again.",
            f"{place.cluster} 不是 PostgreSQL 数据目录，请移走后重试。",
        )
    return None


def create(place: Place, installation: Installation, user: ServerUser) -> None:
    """Make the data folder, the two roles and the database, all or nothing. The caller holds the supervisor's lock."""
    for leftover in place.folder.glob("making-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    making = Path(tempfile.mkdtemp(dir=place.folder, prefix="making-"))
    superuser = making / "superuser"
    superuser.write_text(secrets.token_hex(32), encoding="ascii")
    cluster = making / "cluster"
    cluster.mkdir(mode=0o700)
    _give((making, superuser, cluster), user)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if installation.major >= 17 else ()  # noqa: PLR2004
    _run(
        [
            *user.prefix, installation.program("initdb"), "-D", str(cluster), "-U", "postgres", "-A", "scram-sha-256",
            f"--pwfile={superuser}", "-E", "UTF8", "--locale=C", *locale, "--data-checksums", "--no-instructions",
        ],
        making,
        "",
    )  # fmt: skip
    _run(
        [*user.prefix, installation.program("postgres"), "--single", "-D", str(cluster), "postgres"],
        making,
        _roles(place),
    )
    cluster.rename(place.cluster)
    sync_folder(place.folder)
    shutil.rmtree(making)
    place.tenant_role.touch(mode=0o600)


def complete(place: Place, installation: Installation, user: ServerUser) -> None:
    """Make the role of tenants where a data folder was made before there was one. No server may run on it."""
    if place.tenant_role.exists():
        return
    single = [*user.prefix, installation.program("postgres"), "--single", "-D", str(place.cluster), "postgres"]
    _run(single, place.folder, "\n".join((*_TENANT_ROLE, "")))
    place.tenant_role.touch(mode=0o600)


def command(place: Place, installation: Installation, user: ServerUser) -> list[str]:
    """Return the command that serves the data folder."""
    newer = [pair for since, more in _SETTINGS_SINCE.items() if installation.major >= since for pair in more.items()]
    settings = [*SETTINGS.items(), *newer, ("unix_socket_directories", str(place.sockets)), ("port", str(_PORT))]
    flags = [word for name, value in settings for word in ("-c", f"{name}={value}")]
    return [*user.prefix, installation.program("postgres"), "-D", str(place.cluster), *flags]


def make_sockets(place: Place, user: ServerUser) -> None:
    """Make the folder of the socket, closed to other users, and remove what a killed server left in it."""
    place.sockets.mkdir(exist_ok=True, mode=0o700)
    status = place.sockets.lstat()
    if status.st_uid not in (os.geteuid(), user.owner) or place.sockets.is_symlink():
        raise DatabaseUnavailable(
            f"{place.sockets} belongs to somebody else. Set PARTITA_HOME to a shorter path.",
            f"{place.sockets} 属于其他用户，请将 PARTITA_HOME 设为更短的路径。",
        )
    place.sockets.chmod(0o700)
    _give((place.sockets,), user)
    for leftover in (place.socket, place.socket.with_name(place.socket.name + ".lock")):
        leftover.unlink(missing_ok=True)


def environment() -> dict[str, str]:
    """Return the environment of the server's programs: nobody's PG settings, messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


# The application becomes this role for a user's transaction; it never has its rights by the way.
_TENANT_ROLE = (
    f"do $$ begin if to_regrole('{TENANT}') is null then create role {TENANT} nologin; end if; end $$",
    f"alter role {APP} noinherit",
    f"grant {TENANT} to {APP}",
)


def _roles(place: Place) -> str:
    """Return the statements, one a line, that make the roles and the database; the superuser may never log in."""
    passwords = place._passwords()  # noqa: SLF001 - same module
    return "\n".join(
        (
            f"create role {OWNER} login createdb password '{passwords[OWNER]}'",
            f"create role {APP} login password '{passwords[APP]}'",
            f"grant {APP} to {OWNER}",
            *_TENANT_ROLE,
            f"create database {DATABASE} owner {OWNER}",
            f"revoke all on database {DATABASE} from public",
            f"grant connect, temporary on database {DATABASE} to {APP}",
            "alter role postgres nologin password null",
            "",
        )
    )


def _give(paths: tuple[Path, ...], user: ServerUser) -> None:
    for path in paths:
        if user.owner is not None:
            os.chown(path, user.owner, user.owner)


def _run(words: list[str], folder: Path, text: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own programs and paths
        words, cwd=folder, env=environment(), input=text, capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "ERROR: " in line or "FATAL: " in line]
    if done.returncode or complaints:
        said = " ".join(
            (complaints or done.stderr.splitlines() or done.stdout.splitlines() or ["no reason given"])[-2:]
        )
        raise DatabaseUnavailable(
            f"The database could not be created: {said} Is there space in {folder.parent}?",
            f"无法创建数据库：{said} 请检查 {folder.parent} 的磁盘空间。",
        )
