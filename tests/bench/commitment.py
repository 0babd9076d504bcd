"""Bench of the month close with resource packages, savings plans and vouchers, end to end on real books.

The volume of `close.py` in six months; every payer gets packages, a plan and a voucher that begin with the fourth. The
months before are closed without any: they are the reference, in the same run. `--lines 1000000` chooses the volume.
"""

from __future__ import annotations

import argparse
import statistics
from datetime import datetime
from functools import partial
from pathlib import Path

import measure
from close import PAYERS, set_up, sure, write_usage
from ground import settings_at, sized

from partita.core.period import Cycle, Month
from partita.core.quantity import E6, FACTOR_ONE, parse_price
from partita.core.savings_plan import PayMode
from partita.core.scope import Scope
from partita.core.template import Instrument, Kind, Template, Terms
from partita.usecases import commitment, template, voucher
from partita.usecases.close import close_month
from partita.usecases.commitment import PackageOffer, PlanOffer
from partita.usecases.usage import import_usage
from partita.usecases.verify import verify
from partita.usecases.work import Books, Work
from partita.wiring import open_books

LINES = sized(10_000_000, 2_000)
MONTHS = sized(3, 1)
WITHOUT = tuple(Month(2026, number) for number in range(7 - MONTHS, 7))
WITH = tuple(Month(2026, number) for number in range(7, 7 + MONTHS))
BEGIN = WITH[0].period("Asia/Shanghai").start
NOW = datetime.fromisoformat("2026-10-05T00:00:00+08:00")
QUOTAS = ((Cycle.MONTH, 5_000), (Cycle.DAY, 200), (Cycle.HOUR, 10), (None, 20_000))
"""The packages of each payer: how they reset, and their quota. Each covers five SKUs, a plan covers ten."""
FIVE, TEN = 5, 10


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=LINES)
    options, _ = parser.parse_known_args()
    table = measure.Table(
        "Month close with packages, plans and vouchers",
        f"The close of the same 400 accounts and {PAYERS} payers; each payer has four packages (by month, day and "
        "hour, and an aggregate one), a savings plan of ten SKUs, all shared with the accounts that it pays for, and a "
        "voucher. The reference is the close of months before there were any; medians of three months each.",
    )
    with settings_at(NOW, memory="2GB") as settings, open_books(settings) as books:
        table.add(_row(books, settings.home.parent, options.lines))
    measure.finish(table)


def _row(books: Books, folder: Path, lines: int) -> measure.Row:
    set_up(books, folder / "setup")
    with books.work(BEGIN) as work:
        _grant(work)
    for month in (*WITHOUT, *WITH):
        usage = folder / f"{month}.parquet"
        write_usage(usage, month, lines)
        sure(import_usage(books, usage))
        usage.unlink()
    plain = [measure.seconds_of(partial(_close, books, month)) for month in WITHOUT]
    runs = [measure.peak_during(partial(_close, books, month)) for month in WITH]
    broken = [one.name for one in verify(books) if not one.holds]
    assert not broken, f"verify does not hold after the bench: {broken}"
    found = commitment.utilisation(books, [WITH[0]])
    used = sum(one.used > 0 for one in getattr(found, "rows", ()))
    label = f"{lines // 1_000_000} M lines" if lines >= 1_000_000 else f"{lines:,} lines"
    return measure.Row(
        f"close, {label}", lines, statistics.median(seconds for seconds, _ in runs), "close without any",
        statistics.median(plain), "≥ 400k lines/s", max((peak for _, peak in runs if peak), default=None),
        f"{used} packages and plans used; all equations hold",
    )  # fmt: skip


def _close(books: Books, month: Month) -> None:
    sure(close_month(books, month))


def _grant(work: Work) -> None:
    """Give each payer its packages, plan and voucher, from the first instant of the fourth month on."""
    terms = Terms(Scope(), 0, None, stacks=True)
    made = Template("v", "bench", Instrument.VOUCHER, Kind.CASH, "v", "CNY", 1_000_000, terms, days=180)
    sure(template.define_template(work, made))
    for number in range(PAYERS):
        payer = f"acct-{number:04d}"
        for at, (cycle, quota) in enumerate(QUOTAS):
            factors = tuple((_sku(number + FIVE * at + one), FACTOR_ONE) for one in range(FIVE))
            offer = PackageOffer(_sku(0), quota * E6, factors, 3, 0, cycle, BEGIN)
            _shared(work, commitment.grant_package(work, account_id=payer, offer=offer, idempotency_key=f"p{at}"))
        rates = tuple((_sku(number + 30 + one), parse_price("0.009")) for one in range(TEN))
        plan = PlanOffer(_sku(0), parse_price("0.5"), rates, 1, PayMode.NONE, BEGIN)
        _shared(work, commitment.grant_plan(work, account_id=payer, offer=plan, idempotency_key="plan"))
        sure(voucher.issue(work, voucher.Wanted(payer, "v"), idempotency_key="v"))


def _shared(work: Work, granted: object) -> None:
    sure(granted)
    assert isinstance(granted, commitment.Granted)
    sure(commitment.share(work, commitment_id=granted.commitment_id, member_id=""))


def _sku(number: int) -> str:
    return f"sku-{number % 60:03d}"


if __name__ == "__main__":
    main()
