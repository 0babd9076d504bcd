"""Chapter of the demo: members under 财务托管 share the main account's quota, with a cap and an order of stopping."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from partita.cli import screen
from partita.cli.demo.chart import quota_chart
from partita.cli.demo.linking import CURRENCY, yuan
from partita.cli.demo.purse import pay
from partita.cli.demo.stage import Stage, sure
from partita.cli.demo.travel import (
    batches,
    carry_out,
    day_of,
    event_plain,
    event_table,
    events_of,
    use,
)
from partita.core.money import format_scaled

_PAID = 30_000
"""What the main account pays in when something is stopped, in whole yuan."""
_BATCHES_END = (6, 12, 14, 18, 21, 23, 25, *range(26, 30), 31)
_PAYS_ON = date(2026, 10, 29)


def share(stage: Stage) -> dict[str, Any]:
    """Play October: one member reaches its cap and stops alone; then the quota of the main account runs dry."""
    from partita.demo.voyage import APP, LAB, MAIN, NIGHTLY, TRUSTED  # noqa: PLC0415 - a command starts fast

    since = stage.clock.now
    with stage.chapter(
        f"October, financial trusteeship: members share the quota of {MAIN}",
        f"十月 · 财务托管：子账号共享 {MAIN} 的额度",
    ):
        days = []
        for batch in batches(2026, 10, _BATCHES_END):
            if batch[0] == _PAYS_ON:
                stage.clock.at(f"{_PAYS_ON} 10:00")
                pay(stage, {MAIN: yuan(_PAID)}, "october")
                carry_out(stage)
            use(stage, batch)
            days += day_of(stage, MAIN, batch)
        quota_chart(stage.console, days, currency=CURRENCY)
        _next_month(stage)
        events = events_of(stage, TRUSTED, since)
        event_table(stage, events)
        stage.console.print(
            screen.say(
                f"{LAB} reached its cap and stopped alone; {NIGHTLY} was stopped first, by the group's order, so that "
                f"{APP} ran on.",
                f"{LAB} 达到消费上限，仅自身停机；{NIGHTLY} 按集团停机次序先停，{APP} 始终运行。",
            )
        )
    return {
        "main": MAIN,
        "quota": [
            {"day": one.day, "available": format_scaled(one.available, 2, places=2), "state": one.state.word}
            for one in days
        ],
        "events": [event_plain(one) for one in events],
    }


def _next_month(stage: Stage) -> None:
    """Let the clock pass into the next month: a cap holds for a month."""
    from partita.usecases import service_control  # noqa: PLC0415 - a command starts fast

    stage.clock.now += timedelta(minutes=5)
    sure(service_control.run(stage.books))
    carry_out(stage)
