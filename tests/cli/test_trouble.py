"""What a command says, and how it ends, when the machine, a setting or a file of the books is not as it should be."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from command_line import ran
from partita.store import postgres

SETUP = {
    "enterprises.csv": "enterprise_id,name,zone,currency\nacme,Acme,Asia/Shanghai,CNY\n",
    "units.csv": "enterprise_id,org_unit_id,parent_id,kind,name\nacme,all,,company,All\n",
    "accounts.csv": "account_id,enterprise_id,name,org_unit_id,payer_id,effective_from\n"
    "acme-1,acme,One,all,acme-1,2026-01-01\n",
    "products.csv": "product_id,name,service_category\nvm,Machines,Compute\n",
    "skus.csv": "sku_id,name,product_id,unit\nvm.large,Large,vm,hour\n",
    "prices.csv": "sku_id,currency,effective_from,model,counter,tier_to,price,block_size\n"
    "vm.large,CNY,2026-01-01,unit,,,0.5,\n",
}


def partita(
    environment: dict[str, str], *words: str, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    if limit is None:
        return ran(words, environment)
    command = [sys.executable, "-m", "partita.cli", *words]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=120, preexec_fn=limit
    )


def usage_file(folder: Path, rows: int) -> Path:
    path = folder / "usage.csv"
    body = [f"r{n},acme-1,vm.large,1,2026-10-0{n % 9 + 1}T00:00:00Z,resource-{n * n}" for n in range(rows)]
    path.write_text("\n".join(["record_id,account_id,sku,quantity,start,resource", *body]) + "\n")
    return path


@pytest.fixture
def set_up(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of books in which one account may use one SKU."""
    folder = tmp_path / "setup"
    folder.mkdir()
    for name, text in SETUP.items():
        (folder / name).write_text(text)
    done = partita(environment, "setup", "apply", str(folder))
    assert done.returncode == 0, done.stderr
    return environment


def test_a_full_disk_is_exit_code_7_and_keeps_nothing_half_done(set_up: dict[str, str], tmp_path: Path) -> None:
    path = usage_file(tmp_path, 20_000)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    failed = partita(set_up, "import", "usage", str(path), limit=small_files)
    assert failed.returncode == 7, failed.stderr
    assert failed.stderr.startswith("NO_SPACE_LEFT")
    assert "nothing half done was kept" in failed.stderr
    assert json.loads(partita(set_up, "verify", "--json").stdout)["holds"] is True
    done = partita(set_up, "import", "usage", str(path), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 20_000


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("seconds", [0.0, 0.4])
def test_an_interrupt_says_so_and_is_exit_code_130(set_up: dict[str, str], tmp_path: Path, seconds: float) -> None:
    path = usage_file(tmp_path, 300_000)
    command = [sys.executable, "-m", "partita.cli", "import", "usage", str(path)]
    begun = subprocess.Popen(command, env=set_up, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    making = Path(set_up["PARTITA_HOME"]) / "files/incoming"
    while begun.poll() is None and not (making.is_dir() and any(making.iterdir())):
        time.sleep(0.01)
    time.sleep(seconds)
    begun.send_signal(signal.SIGINT)
    _, said = begun.communicate(timeout=60)
    assert (begun.returncode, said.splitlines()[-1]) == (130, "Interrupted; what was committed stays.")
    assert partita(set_up, "import", "usage", str(path)).returncode == 0


def test_an_output_that_is_full_is_exit_code_7(environment: dict[str, str]) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "partita.cli", "bill", "list", "--json"]
        done = subprocess.run(
            command, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=120
        )
    assert done.returncode == 7, done.stderr


@pytest.mark.parametrize(("name", "value"), [
    ("PARTITA_THREADS", "abc"), ("PARTITA_THREADS", "0"), ("PARTITA_MEMORY", "much"), ("PARTITA_MEMORY", "0GB"),
    ("PARTITA_NOW", "tomorrow"), ("PARTITA_NOW", "2026-11-02T00:00:00"),
])  # fmt: skip
def test_a_setting_that_makes_no_sense_is_named(environment: dict[str, str], name: str, value: str) -> None:
    done = partita(environment | {name: value}, "bill", "list")
    assert done.returncode == 2
    assert done.stderr.startswith(f"WRONG_SETTING {name}")
    done = partita(environment | {name: value, "PARTITA_LANG": "zh"}, "bill", "list", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["refused"]) == (2, "WRONG_SETTING")
    assert "须为" in told["message"]
    assert value in told["message"]


def test_a_database_that_is_not_there_is_told_as_json_too(environment: dict[str, str]) -> None:
    nowhere = environment | {"DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/none"}
    done = partita(nowhere, "bill", "list", "--json")
    assert done.returncode == 5
    assert json.loads(done.stdout)["refused"] == "DATABASE_UNAVAILABLE"


@pytest.mark.parametrize("path", [".", "/", ".."])
def test_a_folder_is_no_usage_file(environment: dict[str, str], path: str) -> None:
    done = partita(environment, "import", "usage", path)
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("FILE_UNREADABLE")


def test_too_little_memory_is_told_as_such(set_up: dict[str, str], tmp_path: Path) -> None:
    path = usage_file(tmp_path, 100)
    for language, word in (("en", "is too little for this work"), ("zh", "不足以完成该工作")):
        little = set_up | {"PARTITA_MEMORY": "1MB", "PARTITA_LANG": language}
        done = partita(little, "import", "usage", str(path))
        assert done.returncode == 7, done.stderr
        assert word in done.stderr
    assert partita(set_up, "import", "usage", str(path)).returncode == 0


@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_a_file_of_the_books_that_is_gone_or_damaged_is_named(
    set_up: dict[str, str], tmp_path: Path, harm: str
) -> None:
    assert partita(set_up, "import", "usage", str(usage_file(tmp_path, 10))).returncode == 0
    assert partita(set_up, "rate", "2026-10").returncode == 0
    file = next((Path(set_up["PARTITA_HOME"]) / "files" / "charges").rglob("*.parquet"))
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:100])
    done = partita(set_up, "report", "cost")
    assert done.returncode == 5, done.stderr
    assert done.stderr.startswith("FILE_OF_THE_BOOKS_UNREADABLE")
    assert str(file) in done.stderr


def test_what_is_put_into_an_existing_home_is_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    environment = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"PARTITA_HOME": str(home), "PYTHONPATH": str(Path(postgres.__file__).parents[2])}
    try:
        assert partita(environment, "setup", "show").returncode == 0
        assert stat.S_IMODE(home.stat().st_mode) == 0o755, "the folder itself is its owner's affair"
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in home.iterdir()}
        assert set(modes.values()) == {0o700}, modes
        secrets = home / "database" / "passwords.json"
        assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
        command = [sys.executable, "-m", "partita.cli", "db", "run", "psql", "--version"]
        version = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
        assert version.returncode == 0, version.stderr
        assert version.stdout.startswith("psql (PostgreSQL)")
    finally:
        postgres.stop(home)


ASKED_WRONG = {
    "funds top-up acme-1 1.001": ("write a plain number with at most 2 decimals", "请写普通的数字，最多 2 位小数"),
    "funds top-up acme-1 99999999999999999999": ("the most at a time", "超过一次的上限"),
    "funds top-up nobody 5": ("`partita account list` lists the accounts", "`partita account list` 列出"),
    "bill list --payer nobody": ("Unknown account nobody", "未知账号 nobody"),
    "bill show acme-1 2026-09": ("`partita bill list --payer acme-1`", "列出已有的账单"),
    "close 2026-12": ("`partita rate 2026-12` shows its running figures", "显示其实时费用"),
    "ledger reverse ent_none": ("No journal entry ent_none", "没有分录 ent_none"),
    "setup apply /dev/null": ("holds no setup files", "中没有设置文件"),
}
MISUSED = {
    "report cost --top 0": ("from 1 up", "1 或更大"),
    "report cost --month 2026-10..2026-08": ("ends before it starts", "结束早于开始"),
    "ledger statement acme-1 --ledger-account odd": ("takes one of: bank, notes_receivable", "可用：bank"),
}


@pytest.mark.parametrize("typed", [*ASKED_WRONG, *MISUSED])
def test_a_no_says_what_to_do_next_in_both_languages(set_up: dict[str, str], typed: str) -> None:
    expected = (ASKED_WRONG | MISUSED)[typed]
    for language, said in zip(("en", "zh"), expected, strict=True):
        done = partita(set_up | {"PARTITA_LANG": language}, *typed.split())
        assert done.returncode == (3 if typed in ASKED_WRONG else 2)
        assert said in done.stderr
        assert done.stdout == ""


def test_what_is_not_there_is_said_without_empty_tables(set_up: dict[str, str]) -> None:
    said = {typed: partita(set_up, *typed.split()).stdout for typed in ("bill list", "report cost", "rate 2026-10")}
    assert said == {
        "bill list": "No bills.\n",
        "report cost": "There are no such charges.\n",
        "rate 2026-10": "0 records rated, nothing new.\n",
    }
