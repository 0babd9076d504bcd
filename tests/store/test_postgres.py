"""The embedded server: closed to others, shared, and clean after any kill. Real servers, real processes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from partita.settings import Settings
from partita.store import db, locks, postgres
from partita.store.postgres import ServerAddress
from partita.store.unavailable import DatabaseUnavailable
from server_scripts import SAY, USE, WRITE

SOURCE = Path(db.__file__).parents[2]


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder with a short path: the usual ones are, under many workers, too long for a socket."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own, and nothing of it left running."""
    place = tmp_path / "home"
    yield place
    postgres.stop(place)


@pytest.fixture
def address(home: Path) -> Iterator[ServerAddress]:
    found = postgres.ensure_running(home)
    with found.lease:
        yield found


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(SOURCE)} | more


def run(script: str, home: Path, *, prefix: tuple[str, ...] = (), **more: str) -> subprocess.CompletedProcess[str]:
    command = [*prefix, sys.executable, "-c", script, str(home)]
    return subprocess.run(command, env=environment(**more), capture_output=True, text=True, check=False, timeout=300)


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else None


def family(home: Path) -> list[psutil.Process]:
    """Every process that serves or uses this home, but not the test itself."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            ours = str(home) in " ".join(process.cmdline()) or process.cwd().startswith(str(home))
            if ours and process.pid != os.getpid():
                found.append(process)
    return found


def postmaster(home: Path) -> int:
    return int((home / "database/cluster/postmaster.pid").read_text().splitlines()[0])


def supervisor(home: Path) -> int:
    return int((home / "database/supervisor.lock").read_text())


def wait_until(done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_everything_is_closed_to_other_users(home: Path, address: ServerAddress) -> None:
    folder = home / "database"
    for name, mode in {
        "": 0o700, "cluster": 0o700, "socket": 0o700, "passwords.json": 0o600, "in-use.lock": 0o600,
    }.items():  # fmt: skip
        assert stat.S_IMODE((folder / name).stat().st_mode) == mode, name
    rules = [line.split() for line in (folder / "cluster/pg_hba.conf").read_text().splitlines()]
    assert {words[-1] for words in rules if words and not words[0].startswith("#")} == {"scram-sha-256"}
    assert ask(address.app_url, "show listen_addresses") == ""


def test_a_wrong_password_does_not_enter(address: ServerAddress) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.app_url, password="wrong")  # noqa: S106 - that is the point


def test_nobody_logs_in_as_superuser(address: ServerAddress) -> None:
    assert ask(address.owner_url, "select count(*) from pg_roles where rolsuper and rolcanlogin") == 0
    assert ask(address.owner_url, "select current_user") == "partita_owner"
    assert ask(address.app_url, "select current_user") == "partita_app"


def test_commits_are_durable_by_setting(address: ServerAddress) -> None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        assert ask(address.app_url, f"show {name}") == "on"
    assert ask(address.app_url, "show data_checksums") == "on"


def test_processes_that_start_together_share_one_server(home: Path) -> None:
    command = [sys.executable, "-c", SAY, str(home)]
    together = [
        subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    said = [one.communicate(timeout=300) for one in together]
    assert {one.returncode for one in together} == {0}, said
    assert len({out for out, _ in said}) == 1


def test_stop_is_clean_and_can_be_said_twice(home: Path) -> None:
    postgres.ensure_running(home).lease.close()
    running = postgres.status(home)
    assert running.server
    assert running.supervisor
    assert not running.in_use
    assert postgres.stop(home)
    assert not postgres.stop(home)
    stopped = postgres.status(home)
    assert (stopped.exists, stopped.server, stopped.supervisor) == (True, None, None)
    assert "database system is shut down" in stopped.log.read_text()
    wait_until(lambda: family(home) == [])


def test_status_of_nothing_makes_nothing(home: Path) -> None:
    assert not postgres.status(home).exists
    assert not postgres.stop(home)
    assert not home.exists()


def test_the_server_stops_by_itself_when_nobody_needs_it(home: Path) -> None:
    user = subprocess.Popen(
        [sys.executable, "-c", USE + "print('here', flush=True); sys.stdin.read()", str(home)],
        env=environment(PARTITA_DB_IDLE="1"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert user.stdout
    assert user.stdout.readline() == "here\n"
    time.sleep(2.5)  # longer than the idle time: the user is still there
    assert postgres.status(home).server
    user.communicate("", timeout=30)
    wait_until(lambda: family(home) == [])
    assert postgres.status(home).log.read_text().rstrip().endswith("database system is shut down")


def test_an_idle_time_that_makes_no_sense_is_named(home: Path) -> None:
    said = run(USE, home, PARTITA_DB_IDLE="soon")
    assert "PARTITA_DB_IDLE is a whole number of seconds, not 'soon'" in said.stderr


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_every_acknowledged_commit_is_there_after_any_kill(home: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    settings = Settings(home, None, "1GB", 1, "en", None)
    acknowledged = 0
    for turn in range(12):
        said = tmp_path / f"said-{turn}"
        with said.open("w") as out:
            command = [sys.executable, "-c", WRITE, str(home)]
            writer = subprocess.Popen(command, env=environment(), stdout=out, stderr=subprocess.DEVNULL)
        while turn % 3 == 0 and not said.read_text() and writer.poll() is None:
            time.sleep(0.01)  # a slow machine may not come to write within the time of the other turns
        time.sleep(chance.uniform(0.1, 2))
        victims = family(home)
        if chance.random() < 0.5:
            victims = [one for one in victims if chance.random() < 0.4]
        for process in victims:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        writer.kill()
        writer.wait()
        complete = said.read_text().split("\n")[:-1]
        acknowledged = max([acknowledged, *map(int, complete)])
        where = db.ready_address(settings)
        if ask(where.owner, "select to_regclass('written')"):
            found = ask(where.owner, "select count(*) from written")
            assert isinstance(found, int)
            assert found == ask(where.owner, "select max(number) from written") or found == 0
            assert found >= acknowledged
        else:
            assert acknowledged == 0
        where.release()
    assert acknowledged > 0


def test_a_creation_that_was_killed_leaves_nothing_behind(home: Path) -> None:
    for pause in (0.15, 0.3, 0.5, 0.7):
        command = [sys.executable, "-c", USE, str(home)]
        starter = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(pause)
        for process in family(home):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        starter.wait()
    assert run(SAY, home).returncode == 0
    assert list((home / "database").glob("making-*")) == []


def test_a_stale_process_id_may_belong_to_anybody(home: Path) -> None:
    first = postgres.ensure_running(home)
    first.lease.close()
    dead = subprocess.Popen(["sleep", "600"])
    dead.kill()
    time.sleep(0.1)  # dead now, but not reaped: its id still exists
    for pid in (os.getpid(), dead.pid, 1):
        everybody = family(home)
        for process in everybody:
            process.kill()
        psutil.wait_procs(everybody, timeout=10)
        named = home / "database/cluster/postmaster.pid"
        lines = named.read_text().splitlines()
        named.write_text("\n".join([str(pid), *lines[1:]]) + "\n")
        (home / "database/socket/.s.PGSQL.5432.lock").write_text(f"{pid}\n")
        assert run(SAY, home).returncode == 0, pid
    dead.wait()


def test_a_server_that_outlived_its_supervisor_is_taken_over(home: Path, address: ServerAddress) -> None:
    with psycopg.connect(address.app_url) as connection:
        server = postmaster(home)
        os.kill(supervisor(home), signal.SIGKILL)
        again = postgres.ensure_running(home)
        assert postmaster(home) == server
        assert connection.execute("select 1").fetchone() == (1,)
        again.lease.close()
    assert postgres.stop(home)
    wait_until(lambda: family(home) == [])


def test_the_supervisor_starts_a_server_that_died_again(home: Path, address: ServerAddress) -> None:
    server, watcher = postmaster(home), supervisor(home)
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: postgres.status(home).server not in (None, server))
    assert supervisor(home) == watcher
    assert ask(address.app_url, "select 1") == 1


def test_a_worker_that_does_not_end_is_ended(home: Path, address: ServerAddress) -> None:
    with psycopg.connect(address.app_url) as connection:
        stuck = connection.info.backend_pid
        os.kill(stuck, signal.SIGSTOP)
        os.kill(supervisor(home), signal.SIGKILL)
        os.kill(postmaster(home), signal.SIGKILL)
        assert run(SAY, home).returncode == 0
        assert not psutil.pid_exists(stuck) or psutil.Process(stuck).status() == psutil.STATUS_ZOMBIE


def test_a_path_that_is_too_long_for_a_socket(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30)
    address = postgres.ensure_running(home)
    with address.lease:
        assert ask(address.app_url, "select 1") == 1
        folder = Path(_sockets(address))
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(str(folder)) < 60
    postgres.stop(home)


def _sockets(address: ServerAddress) -> str:
    with psycopg.connect(address.app_url) as connection:
        return connection.info.host


def test_a_server_as_an_ordinary_user(tmp_path: Path) -> None:
    home = _home_of(1, tmp_path)
    try:
        said = run(SAY, home, prefix=_as_user(1), HOME=str(home))
        assert said.stdout.rstrip().endswith("|1"), said.stderr
        assert (home / "database/cluster").stat().st_uid == 1
        assert stat.S_IMODE((home / "database/cluster").stat().st_mode) == 0o700
        assert psutil.Process(postmaster(home)).uids().effective == 1
    finally:
        postgres.stop(home)
    wait_until(lambda: family(home) == [])


def test_a_user_without_a_name(tmp_path: Path) -> None:
    """Containers run as ids without a name: a namespace names them, else the message says what is missing."""
    home = _home_of(12345, tmp_path)
    try:
        said = run(SAY, home, prefix=_as_user(12345), HOME=str(home))
        assert said.stdout.rstrip().endswith("|12345") or "has no name on this system" in said.stderr, said.stderr
    finally:
        postgres.stop(home)


def test_as_root_where_namespaces_are_forbidden(tmp_path: Path) -> None:
    _only_as_root()
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("setpriv", "sh"):
        (programs / name).symlink_to(shutil.which(name) or "")
    home = tmp_path / "home"
    try:
        said = run(SAY, home, PATH=str(programs))
        assert said.returncode == 0, said.stderr
        assert psutil.Process(postmaster(home)).uids().effective == 65534
        assert (home / "database/cluster").stat().st_uid == 65534
        postgres.stop(home)
        assert run(SAY, home).returncode == 0, "the data keep their owner where namespaces are allowed again"
        assert psutil.Process(postmaster(home)).uids().effective == 65534
    finally:
        postgres.stop(home)


def test_as_root_where_nobody_can_stand_in(home: Path, tmp_path: Path) -> None:
    _only_as_root()
    said = run(USE, home, PATH=str(tmp_path))
    assert "PostgreSQL does not run as root" in said.stderr
    assert "PARTITA_HOME" in said.stderr


def test_data_of_another_version_is_named(home: Path) -> None:
    cluster = home / "database/cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(DatabaseUnavailable, match="The data was written by PostgreSQL 9"):
        postgres.ensure_running(home)


def test_a_folder_that_holds_something_else_is_left_alone(home: Path) -> None:
    cluster = home / "database/cluster"
    cluster.mkdir(parents=True)
    (cluster / "letter.txt").write_text("dear all")
    with pytest.raises(DatabaseUnavailable, match="is no data folder of PostgreSQL"):
        postgres.ensure_running(home)
    assert (cluster / "letter.txt").read_text() == "dear all"


def test_a_home_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseUnavailable, match=r"file/home.* Set PARTITA_HOME") as raised:
        postgres.ensure_running(tmp_path / "file" / "home")
    assert "PARTITA_HOME" in raised.value.message("zh")


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    postgres.ensure_running(home).lease.close()
    postgres.stop(home)
    (home / "database/cluster/global/pg_control").rename(home / "pg_control")
    with pytest.raises(DatabaseUnavailable, match=r"did not start: .*pg_control"):
        postgres.ensure_running(home)
    assert not locks.held(home / "database/supervisor.lock")
    (home / "pg_control").rename(home / "database/cluster/global/pg_control")
    assert run(SAY, home).returncode == 0


def _home_of(user: int, folder: Path) -> Path:
    _only_as_root()
    home = folder / "home"
    home.mkdir()
    os.chown(home, user, user)
    return home


def _only_as_root() -> None:
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv")


def _as_user(user: int) -> tuple[str, ...]:
    """Run as this user, who may read (not write) everywhere: this checkout may lie in a folder of root's."""
    free = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    return ("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *free, "--")
