from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import duckdb
import pytest

from partita.core.finance_mode import TRUSTEESHIP
from partita.demo.generator import Generated, generate
from partita.demo.voyage import write_usage
from partita.formats.batch import BatchKind, read_batch
from partita.store import org
from partita.store.files import digest_of
from partita.usecases.setup import SetupApplied, apply_setup
from partita.usecases.work import Books

LINES = 350_000


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(tmp_path_factory.mktemp("story"), lines=LINES)


@pytest.fixture(scope="module")
def usage(story: Generated) -> duckdb.DuckDBPyConnection:
    """All lines as `usage (month, record_id, account_id, sku_id, quantity, local)`; the wrong ones are left out."""
    august, september, october = (one.path for one in story.usage)
    engine = duckdb.connect()
    engine.execute("set TimeZone = 'UTC'")
    columns = "{record_id: 'varchar', account_id: 'varchar', sku_id: 'varchar', quantity: 'varchar', start: 'varchar'}"
    engine.execute(
        f"""
        create table usage as
        select record_id, account_id, sku_id, quantity::decimal(38, 6) as quantity, moment + interval 8 hours as local
        from (
            select record_id, account_id, sku_id, quantity, left("start", 19)::timestamp - interval 8 hours as moment
            from read_csv('{august}', all_varchar = true) where not starts_with(record_id, 'wrong')
            union all
            select record_id, account_id, sku_id, quantity, left("start", 19)::timestamp
            from read_json('{september}', columns = {columns})
            union all
            select record_id, account_id, sku_id, quantity::varchar, "start"::timestamp from '{october}'
        )
        """
    )
    return engine


def rows(engine: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:  # type: ignore[type-arg]
    return engine.execute(query).fetchall()


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path: Path) -> None:
    files = []
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        made = generate(tmp_path / name, seed=seed, lines=1000, months=2)
        paths = [*sorted(made.setup.iterdir()), *(one.path for one in made.usage), made.late.path]
        files.append([digest_of(path) for path in paths])

    assert files[0] == files[1]
    assert files[0][:7] == files[2][:7], "the organisation and the catalogue do not depend on the seed"
    assert not set(files[0][7:]) & set(files[2][7:])


def test_as_many_lines_as_asked_and_said(story: Generated, usage: duckdb.DuckDBPyConnection) -> None:
    [(count,)] = rows(usage, "select count(*) from usage")

    assert story.lines >= LINES
    assert count == sum(one.lines - one.wrong for one in story.usage)
    assert story.usage[0].wrong == 9
    with story.late.path.open(encoding="utf-8", newline="") as handle:
        late = list(csv.DictReader(handle))
    assert len(late) == story.late.lines > 0
    assert all(row["start"].startswith("2026-08") for row in late)


def test_every_account_sku_model_and_counter_is_used(story: Generated, usage: duckdb.DuckDBPyConnection) -> None:
    [(accounts, skus)] = rows(usage, "select count(distinct account_id), count(distinct sku_id) from usage")
    kinds = rows(
        usage,
        f"select distinct model, counter from read_csv('{story.setup}/prices.csv', all_varchar = true) order by all",
    )

    assert (accounts, skus) == (40, 60)
    assert {model for model, _ in kinds} == {"flat", "unit", "graduated", "volume", "block"}
    assert {counter for _, counter in kinds} >= {"account", "payer"}


def test_record_ids_repeat_only_on_purpose(story: Generated, usage: duckdb.DuckDBPyConnection) -> None:
    [(twice,)] = rows(usage, "select count(*) - count(distinct (account_id, record_id)) from usage")

    assert twice == story.usage[0].repeated == 2


def test_tokens_follow_the_office_and_rest_at_the_weekend(usage: duckdb.DuckDBPyConnection) -> None:
    [(day, night, weekend)] = rows(
        usage,
        """
        select avg(quantity) filter (hour(local) between 9 and 17 and isodow(local) < 6),
               avg(quantity) filter (hour(local) < 6 and isodow(local) < 6),
               avg(quantity) filter (hour(local) between 9 and 17 and isodow(local) > 5)
        from usage where sku_id = 'ai.max.input' and account_id <> 'galaxy-genai-prod' and month(local) = 9
        """,
    )

    assert day > 3 * night
    assert day > 2 * weekend


def test_usage_grows_from_month_to_month(usage: duckdb.DuckDBPyConnection) -> None:
    months = rows(usage, "select month(local), count(*) from usage group by 1 order by 1")

    assert [month for month, _ in months] == [8, 9, 10]
    assert months[0][1] < months[1][1] < months[2][1]


def test_inference_runs_away_for_three_days(story: Generated, usage: duckdb.DuckDBPyConnection) -> None:
    days = rows(
        usage,
        f"""
        select day(local), sum(quantity) from usage
        where account_id = '{story.runaway_account}' and starts_with(sku_id, 'ai.max') and month(local) = 9
        group by 1 order by 2 desc
        """,
    )

    assert sorted(day for day, _ in days[:3]) == [16, 17, 18]
    assert days[2][1] > 5 * days[3][1]


def test_its_setup_applies(story: Generated, books: Books) -> None:
    with books.work() as work:
        applied = apply_setup(work, story.setup)
        assert isinstance(applied, SetupApplied), applied.message()
        table = org.placements_table(work.tx)
    counts = applied.added.counts()

    assert (counts["accounts"], counts["products"], counts["skus"]) == (46, 8, 60)
    assert not applied.ignored
    assert len(set(table["company"].to_pylist())) == 4
    assert len(set(table["department"].to_pylist()) - {None}) == 12
    assert all(one.payer_id == one.account_id for one in applied.added.relations.values()), "relations come later"


def test_its_links_are_a_batch(story: Generated) -> None:
    lines, problems = read_batch(story.links, BatchKind.LINK)

    assert not problems
    assert len(lines) == 37
    assert {one.main for one in lines} == {"galaxy-tech-main", "galaxy-media-main", "galaxy-mind-main"}
    assert sum(one.mode is TRUSTEESHIP for one in lines) == 13 + 6


def test_what_is_stopped_is_not_used(tmp_path: Path) -> None:
    day = date(2026, 9, 20)
    whole, less = (
        write_usage(tmp_path, [day], stopped).read_text().splitlines() for stopped in ((), ["voyage-app/compute"])
    )
    assert len(whole) - len(less) == 1
    assert not any(row.startswith("voyage-app-compute") for row in less)


def test_sizes_that_make_no_sense(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        generate(tmp_path, lines=0)
    with pytest.raises(ValueError, match="1 to 24"):
        generate(tmp_path, months=25)
