"""PostgreSQL servers of our own for tests that need a superuser, as an administrator of an enterprise has one."""

from __future__ import annotations

import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from partita.store import cluster, installation
from partita.store.cluster import Place
from partita.store.installation import Installation


def clone(connection: psycopg.Connection, name: str, template: str) -> None:
    """Make a database that is a copy of another one; by files, for nothing of it needs to be written ahead."""
    making = sql.SQL("create database {} template {} strategy file_copy")
    connection.execute(making.format(sql.Identifier(name), sql.Identifier(template)))


def drop(connection: psycopg.Connection, name: str) -> None:
    """Drop a database whose last connections may just be closing."""
    statement = sql.SQL("drop database {}").format(sql.Identifier(name))
    try:
        connection.execute(statement + sql.SQL(" with (force)"))
    except psycopg.errors.InsufficientPrivilege:
        # Only a superuser may force an autovacuum worker out; a plain drop waits for it.
        connection.execute(statement)


@contextmanager
def serving(found: Installation, folder: Path) -> Iterator[str]:
    """Run a server that knows nothing of us, in an empty folder; yield its address as its superuser."""
    place = Place(folder)
    password = secrets.token_hex(16)
    (place.folder / "password").write_text(password)
    user = installation.server_user(found, place.folder)
    options = ["-U", "admin", "-A", "scram-sha-256", f"--pwfile={place.folder}/password", "-E", "UTF8", "--locale=C"]
    making = [*user.prefix, found.program("initdb"), "-D", str(place.cluster), *options]
    subprocess.run(making, check=True, capture_output=True, env=cluster.environment())
    cluster.make_sockets(place, user)
    with (place.folder / "log").open("wb") as log:
        running = subprocess.Popen(cluster.command(place, found, user), stdout=log, stderr=log)
    url = f"host={place.sockets} port=5432 user=admin password={password} dbname=postgres"
    try:
        _wait_for(url, running)
        yield url
    finally:
        running.send_signal(signal.SIGINT)  # at once, whoever is connected
        running.wait(timeout=60)


def _wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    while running.poll() is None:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            continue
        return
    raise AssertionError("the server did not start")
