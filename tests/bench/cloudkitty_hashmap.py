"""Drives CloudKitty's hashmap rating in process: `python cloudkitty_hashmap.py RULES.json POINTS.json FRAMES RUNS`.

Runs under an interpreter that has cloudkitty installed (see `rating.py`). The rules are loaded through CloudKitty's own
database layer (SQLite in memory) and read by its own processor; only `HashMap.process` is timed, over points that stand
ready in memory. RULES: SKU → cost as text. POINTS: list of (SKU, quantity as text). Prints JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import sys
import time
from decimal import Decimal
from pathlib import Path

from cloudkitty import config, dataframe
from cloudkitty import db as database
from oslo_config import cfg

cfg.CONF([], project="cloudkitty", default_config_files=[])
cfg.CONF.set_override("connection", "sqlite://", "database")

from cloudkitty.rating.hash import HashMap  # noqa: E402 - it reads the settings when it is imported
from cloudkitty.rating.hash.db import api  # noqa: E402
from cloudkitty.rating.hash.db.sqlalchemy import models  # noqa: E402

assert config, "importing it registers the options"
START, END = dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 1)  # noqa: DTZ001 - CloudKitty takes these


def main() -> None:
    """Load the rules, rate the points as so many frames, some times; print the median, the total and how many lines."""
    rules, points = (json.loads(Path(path).read_text(encoding="utf-8")) for path in sys.argv[1:3])
    processor = loaded(rules)
    usage = [dataframe.DataPoint("hour", Decimal(quantity), 0, {"sku": sku}, {}) for sku, quantity in points]
    frames, runs = map(int, sys.argv[3:5])
    seconds = []
    for _ in range(runs):
        took, total = 0.0, Decimal(0)
        for _ in range(frames):
            frame = dataframe.DataFrame(START, END, {"compute": list(usage)})
            started = time.perf_counter()
            rated = processor.process(frame)
            took += time.perf_counter() - started
            total += sum((point.price for _, point in rated.iterpoints()), Decimal(0))
        seconds.append(took)
    lines = len(points) * frames
    print(json.dumps({"seconds": statistics.median(seconds), "total": str(total), "lines": lines}))  # noqa: T201


def loaded(rules: dict[str, str]) -> HashMap:
    """Return CloudKitty's processor with one mapping per SKU: a flat cost, which it multiplies with the quantity."""
    with database.session_for_write() as session:
        models.Base.metadata.create_all(session.get_bind())
    store = api.get_instance()
    service = store.create_service("compute")
    field = store.create_field(service.service_id, "sku")
    for sku, cost in rules.items():
        store.create_mapping(
            Decimal(cost),
            "flat",
            sku,
            field_id=field.field_id,
            start=START,
            created_by="bench",
        )
    return HashMap()


if __name__ == "__main__":
    main()
