"""The role of tenants comes to embedded servers that were made before there was one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from partita.settings import Settings
from partita.store import cluster, db, installation, postgres
from partita.store.cluster import Place

MEMBER = "select pg_has_role('partita_app', 'partita_tenant', 'member'), rolinherit from pg_roles where rolname = %s"


@pytest.fixture
def old(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """A home whose server knows no role of tenants; it runs when the test says `running`."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    folder.chmod(0o755)
    home = folder / "home"
    place = Place(home / "database")
    postgres.ensure_running(home).lease.close()
    postgres.stop(home)
    found = installation.choose(cluster.major_of(place))
    user = installation.server_user(found, place.folder)
    single = [*user.prefix, found.program("postgres"), "--single", "-D", str(place.cluster), "postgres"]
    text = "drop role partita_tenant\nalter role partita_app inherit\n"
    subprocess.run(single, input=text, text=True, check=True, capture_output=True, env=cluster.environment())
    if request.param == "running":
        postgres.ensure_running(home).lease.close()
    place.tenant_role.unlink()
    yield Settings(home, None, memory="512MB", threads=1, language="en", now=None)
    postgres.stop(home)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("old", ["stopped", "running"], indirect=True)
def test_an_embedded_server_of_before_gets_the_role(old: Settings) -> None:
    where = db.ready_address(old)
    with psycopg.connect(where.owner) as connection:
        assert connection.execute(MEMBER, ("partita_app",)).fetchone() == (True, False)
    where.release()


@pytest.mark.parametrize("old", ["running"], indirect=True)
def test_one_that_is_in_use_says_so(old: Settings) -> None:
    other = postgres.ensure_running(old.home)
    with other.lease, pytest.raises(db.DatabaseUnavailable, match="create role partita_tenant nologin"):
        db.ready_address(old)
