"""Programs that other processes run on an embedded server: use it, say whose it is, write into it for ever."""

from __future__ import annotations

USE = """
import sys
from pathlib import Path
from partita.store import postgres
address = postgres.ensure_running(Path(sys.argv[1]))
"""
SAY = (
    USE
    + """
import os, psycopg
with psycopg.connect(address.app_url) as connection:
    print(connection.execute("select pg_postmaster_start_time()").fetchone()[0], os.geteuid(), sep="|")
"""
)
WRITE = (
    USE
    + """
import psycopg
connection = psycopg.connect(address.owner_url, autocommit=True)
connection.execute("create table if not exists written (number bigint primary key)")
number = connection.execute("select coalesce(max(number), 0) from written").fetchone()[0]
while True:
    number += 1
    connection.execute("insert into written values (%s)", (number,))
    print(number, flush=True)
"""
)
