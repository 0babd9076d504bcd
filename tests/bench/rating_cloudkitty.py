"""Rating against CloudKitty 25's hashmap: the same lines, the same prices, the same total, both in process.

CloudKitty comes into an environment of its own, `.venv-bench`, on first use. Its hashmap knows a flat cost times the
quantity, so all SKUs have a unit price here. Prices are multiples of 1/64, because its SQLite keeps costs as floats.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import measure
import rating_world

from partita.columnar import rating as columnar
from partita.columnar.tables import ACCOUNTS, DISCOUNTS, PRICES, SKUS, USAGE, typed_columns
from partita.usecases import rating

ENVIRONMENT = Path(__file__).resolve().parents[2] / ".venv-bench"
PACKAGE = "cloudkitty==25.0.0"
FRAME, RULES, RUNS = 1_000_000, (50, 1_000), 3
METHOD = (
    "Lines in memory to rated lines in memory, one rule per SKU, quantity times price, equal totals. "
    f"CloudKitty 25.0.0: `HashMap.process` of frames of {FRAME:,} lines, rules loaded through its own database layer. "
    "Median of 3. Peak memory is that of our process, which holds usage and charges."
)


def table(sizes: Sequence[int]) -> measure.Table:
    """Measure both; where CloudKitty cannot run, say why in the words of what failed."""
    found = measure.Table("Rating against CloudKitty", METHOD)
    try:
        interpreter = installed()
        for rules in RULES:
            for lines in sizes:
                found.add(_row(interpreter, rules, lines))
    except subprocess.CalledProcessError as error:
        told = (error.stderr or error.stdout or "").strip().splitlines()[-1:]
        found.method = (
            f"CloudKitty could not run here: `{error.cmd[0]} …` ended with {error.returncode}: {' '.join(told)}"
        )
    return found


def installed() -> Path:
    """Return the interpreter that has CloudKitty; raises CalledProcessError when it cannot be installed."""
    interpreter = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "ready").exists():
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)],
            [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PACKAGE],
        ):
            subprocess.run(command, check=True, capture_output=True, text=True)
        (ENVIRONMENT / "ready").touch()
    return interpreter


def _row(interpreter: Path, rules: int, lines: int) -> measure.Row:
    frame = min(lines, FRAME)
    assert lines % frame == 0, "CloudKitty takes whole frames"
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(config={"threads": 2}) as engine:
        _lay_out(engine, rules, lines)
        prices = {f"sku-{number:04d}": str(Decimal(number + 1) / 64) for number in range(rules)}
        points = engine.execute(
            "select sku_id, (quantity_e6 // 1000000)::varchar from usage where record_id < $1", [_record(frame)]
        )
        rules_file, points_file = Path(folder) / "rules.json", Path(folder) / "points.json"
        rules_file.write_text(json.dumps(prices))
        points_file.write_text(json.dumps(points.fetchall()))
        driver = Path(__file__).with_name("cloudkitty_hashmap.py")
        command = [interpreter, driver, rules_file, points_file, str(lines // frame), str(RUNS)]
        done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True)
        theirs = json.loads(done.stdout.strip().splitlines()[-1])
        sql = rating.charges_select(rating_world.MONTH, frozenset({"unit"}))
        ours = measure.median_of(lambda: engine.execute(f"create or replace table charges as {sql}"), RUNS)
        _, peak = measure.peak_during(lambda: engine.execute(f"create or replace table charges as {sql}"))
        total = engine.execute("select sum(list_cost_e10)::varchar from charges").fetchone()
    assert total is not None
    mine, other = Decimal(total[0]).scaleb(-10), Decimal(theirs["total"])
    assert mine == other, f"the totals differ: {mine} and CloudKitty {other}"
    note = f"total {mine.normalize():f} in both"
    aim = "≥ 20x, flat in the number of rules"
    work = f"{rules:,} rules, {lines:,} lines"
    return measure.Row(work, lines, ours, "CloudKitty hashmap", theirs["seconds"], aim, peak, note)


def _record(number: int) -> str:
    return f"rec-{number:010d}"


def _lay_out(engine: duckdb.DuckDBPyConnection, rules: int, lines: int) -> None:
    """Lay the price book and the usage out as the product does."""
    with duckdb.connect(config={"threads": 2}) as scratch:
        _fill(scratch, rules, lines)
        rating.lay_out(engine, rating.RatingTables(*rating_world.looked_up(scratch), models=frozenset({"unit"})))
        engine.register("arriving", scratch.sql(columnar.placed_sql("arrived")).to_arrow_table())
        engine.execute("create table usage as from arriving")
        engine.unregister("arriving")


def _fill(engine: duckdb.DuckDBPyConnection, rules: int, lines: int) -> None:
    """Make the price book, and usage in which each million lines repeats the SKUs and quantities of the first."""
    for name, schema in (("skus", SKUS), ("prices", PRICES), ("discounts", DISCOUNTS), ("accounts", ACCOUNTS),
                         ("arrived", USAGE)):  # fmt: skip
        engine.execute(f"create table {name} ({typed_columns(schema)})")
    sku = "'sku-' || lpad(i::varchar, 4, '0')"
    engine.execute(f"insert into skus select {sku}, 'compute', 'hour' from range({rules}) t(i)")
    engine.execute(
        f"insert into prices select 'price-' || i, {sku}, 'CNY', '2020-01-01', '9999-01-01', 'unit', 'account', 0, 0, "
        f"null, null, (i + 1) * 10000000000 // 64, null from range({rules}) t(i)"
    )
    engine.execute("insert into accounts values ('account', 'UTC', 'CNY')")
    engine.execute(
        f"""insert into arrived select 'rec-' || lpad(i::varchar, 10, '0'), 'account', 'payer',
          'sku-' || lpad((hash(i % {FRAME}) % {rules})::varchar, 4, '0'),
          (hash(i % {FRAME} + 1) % 100)::bigint * 1000000,
          timestamp '2026-10-02', timestamp '2026-10-03', null, null, null from range({lines}) t(i)
        order by 2, 4, 6, 1"""
    )
