"""Chapter of the demo: money comes in through the payment gateway, credit is allocated, a voucher is shared."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

from partita.cli import screen
from partita.cli.demo.linking import CURRENCY, scaled, yuan
from partita.cli.demo.stage import OFFSET, Stage, sure
from partita.core.money import Money, format_scaled

if TYPE_CHECKING:
    from partita.core.payment import Verdict
    from partita.usecases.coupon import Quoted
    from partita.usecases.work import Work

_EACH = 1_500_000
"""What each payer of the least fleet pays in, in whole yuan."""
_VOYAGE = {"voyage-main": 76_000, "voyage-booking": 30_000, "lin-photo": 1_000}
_TO_MAPS = 6_000
_ORDER = 120_000
_VOUCHER_STARTS = datetime.fromisoformat(f"2026-09-01T00:00{OFFSET}")
VOUCHER, COUPON = "autumn-600", "new-10-percent"


def fill(stage: Stage) -> dict[str, Any]:
    """Let every payer pay in, and set what the story needs; return what `--json` tells of the money."""
    register_single(stage)
    with stage.chapter(
        "Money comes in: the gateway repeats, delays, reorders and lies", "充值：支付网关会重复、延迟、乱序、谎报"
    ):
        amounts = {name: yuan(amount) for name, amount in _VOYAGE.items()}
        amounts |= {name: scaled(stage, _EACH) for name in _payers(stage) if name.startswith("galaxy-")}
        paid = pay(stage, amounts, "opening")
        _verdict_table(stage, paid)
    with stage.chapter(
        "Credit, voucher, coupon, cap, stop order, alerts", "信控分配、代金券、优惠券、消费上限、停机次序、预警"
    ):
        quoted = stage.do(_share)
        _purse_table(stage, quoted)
    return {
        "payments": len(amounts),
        "credited": format_scaled(sum(one.minor for one in amounts.values()), 2, places=2),
        "notices": {verdict.name: count for verdict, count in paid.items()},
        "coupon_quote": {"order": "1200.00", "reduction": format_scaled(_ORDER - quoted.quote.payable, 2, places=2)},
    }


def _payers(stage: Stage) -> list[str]:
    """Return the accounts for which no main account pays."""
    from partita.core.finance_mode import TRUSTEESHIP  # noqa: PLC0415 - a command starts fast
    from partita.usecases.account import list_accounts  # noqa: PLC0415
    from partita.usecases.relation import relations  # noqa: PLC0415

    trusted = {one.member_id for one in stage.do(relations) if one.is_active and one.mode is TRUSTEESHIP}
    return sorted({one.account_id for one in stage.do(list_accounts)} - trusted)


def register_single(stage: Stage) -> None:
    """Register the customer of the basic tier: a person, verified, with an enterprise of its own."""
    from partita.core.account import AccountKind, EntityKind, LegalEntity  # noqa: PLC0415 - a command starts fast
    from partita.core.tier import Tier  # noqa: PLC0415
    from partita.demo.voyage import SINGLE, SINGLE_NAME, SINGLE_NUMBER, SINGLE_PERSON  # noqa: PLC0415
    from partita.usecases.account import set_tier, verify_entity  # noqa: PLC0415
    from partita.usecases.registration import Registration, register  # noqa: PLC0415

    person = LegalEntity(EntityKind.PERSON, "CN", SINGLE_NUMBER, SINGLE_PERSON)
    with stage.books.work() as work:
        sure(register(work, Registration(SINGLE, SINGLE_NAME, AccountKind.INDIVIDUAL)))
        sure(verify_entity(work, account_id=SINGLE, entity=person))
        sure(set_tier(work, account_id=SINGLE, tier=Tier.BASIC))


def pay(stage: Stage, amounts: dict[str, Money], key: str) -> Counter[Verdict]:
    """Start payments, take in everything the gateway sends about them, and count what the notices were worth."""
    from partita.core.payment import Verdict  # noqa: PLC0415 - a command starts fast
    from partita.usecases import payment  # noqa: PLC0415 - a command starts fast

    gateway, verdicts = stage.payments, Counter[Any]()
    gateway.opened.clear()
    for account, amount in amounts.items():
        sure(payment.start(stage.books, gateway, account_id=account, amount=amount, idempotency_key=key))
    for body, signature in gateway.deliveries():
        with stage.books.work() as work:
            taken = sure(payment.take_notice(work, gateway, body=body, signature=signature))
        verdicts[Verdict.REPEATED if taken.repeated else taken.verdict] += 1
    return verdicts


def _verdict_table(stage: Stage, paid: Counter[Verdict]) -> None:
    language = screen.settings().language
    heads = [screen.say("notices of the gateway", "网关通知"), screen.say("count", "条数"), " "]
    grid = screen.table(*heads, right=heads[1:2])
    for verdict, count in sorted(paid.items(), key=lambda one: (one[0].waits, -one[1])):
        waits = screen.say("waits for a person", "不入账，待人工处理") if verdict.waits else ""
        grid.add_row(verdict.text(language), str(count), waits)
    stage.console.print(grid)


def _share(work: Work) -> Quoted:
    """Allocate credit, share a voucher, quote a coupon, and set cap, order and alerts."""
    from partita.demo import voyage  # noqa: PLC0415 - a command starts fast
    from partita.usecases import credit  # noqa: PLC0415

    limit = yuan(_TO_MAPS)
    sure(credit.allocate(work, management=voyage.MAIN, member=voyage.MAPS, limit=limit, idempotency_key="maps"))
    _control(work)
    _alerts(work)
    return _paper(work)


def _paper(work: Work) -> Quoted:
    """Define, issue and share a voucher; define, issue and quote a coupon."""
    from partita.core.coupon import OrderLine  # noqa: PLC0415 - a command starts fast
    from partita.core.scope import Item, Listing, Occasion, Scope  # noqa: PLC0415
    from partita.core.template import Instrument, Kind, Template, Terms  # noqa: PLC0415
    from partita.demo.group import ENTERPRISE  # noqa: PLC0415
    from partita.demo.voyage import BOOKING, MAIN  # noqa: PLC0415
    from partita.usecases import coupon, template, voucher  # noqa: PLC0415

    compute = Scope(Listing.WHITE, frozenset({"compute"}))
    made = Template(
        VOUCHER,
        ENTERPRISE,
        Instrument.VOUCHER,
        Kind.CASH,
        "秋季代金券 Autumn",
        CURRENCY,
        60_000,
        Terms(compute),
        starts=_VOUCHER_STARTS,
        days=92,
    )
    sure(template.define_template(work, made))
    issued = sure(voucher.issue(work, voucher.Wanted(MAIN, VOUCHER)))
    sure(voucher.share(work, voucher_id=issued.voucher.voucher_id, member_id=BOOKING))
    order = Scope(Listing.WHITE, frozenset({"compute"}), occasions=frozenset({Occasion.PURCHASE}))
    tenth = Template(
        COUPON, ENTERPRISE, Instrument.COUPON, Kind.PERCENTAGE, "新购九折 New", CURRENCY, 50_000,
        Terms(order, percent_e6=100_000, stacks=False), days=92,
    )  # fmt: skip
    sure(template.define_template(work, tenth))
    sure(coupon.issue(work, account_id=MAIN, template_id=COUPON))
    line = OrderLine(Item(MAIN, "compute", Occasion.PURCHASE), _ORDER)
    return sure(coupon.quote(work, MAIN, [line]))


def _control(work: Work) -> None:
    from partita.core.stop_order import StopOrder, Turn  # noqa: PLC0415 - a command starts fast
    from partita.demo.voyage import APP, LAB, MAIN, NIGHTLY  # noqa: PLC0415
    from partita.usecases import service_control  # noqa: PLC0415

    sure(service_control.set_cap(work, LAB, yuan(4_000)))
    turns = (Turn(NIGHTLY, "", 1), Turn(LAB, "", 10), Turn(APP, "", 99))
    sure(service_control.set_order(work, MAIN, StopOrder(turns, yuan(500).minor)))


def _alerts(work: Work) -> None:
    from partita.core.alert import AlertKind, AlertSetting  # noqa: PLC0415 - a command starts fast
    from partita.core.notice import Channel  # noqa: PLC0415
    from partita.demo.voyage import BOOKING, MAIN  # noqa: PLC0415
    from partita.store.notice import Address  # noqa: PLC0415
    from partita.usecases import alert  # noqa: PLC0415

    language = screen.settings().language
    for account in (MAIN, BOOKING):
        sure(alert.set_address(work, Address(account, Channel.FILE, "voyage", language)))
        sure(alert.set_alert(work, AlertSetting(account, AlertKind.LOW_QUOTA, "", yuan(5_000).minor)))
        sure(alert.set_alert(work, AlertSetting(account, AlertKind.NEAR_OVERDUE, "", 50)))


def _purse_table(stage: Stage, quoted: Quoted) -> None:
    from partita.demo.group import TRAVELLERS  # noqa: PLC0415 - a command starts fast
    from partita.usecases import funds, voucher  # noqa: PLC0415

    names = ("account", "cash", "credit", "available", "voucher")
    heads = [screen.say(*pair) for pair in (
        ("account", "账号"), ("cash", "现金"), ("credit limit", "信控额度"), ("available quota", "可用额度"),
        ("voucher", "代金券"),
    )]  # fmt: skip
    assert len(names) == len(heads), "a head for every column"
    grid = screen.table(*heads, right=heads[1:])
    with stage.books.work() as work:
        for account in TRAVELLERS:
            shown, wallet = sure(funds.show(work, account)), sure(voucher.wallet(work, account))
            if shown.payer_id != account:
                grid.add_row(account, screen.say("main pays", "主账号付款"), "", "", "")
                continue
            left = sum(one.left.minor for one in wallet.vouchers)
            figures = (shown.figures.cash, shown.figures.credit_limit, shown.quotas[0].result, left)
            grid.add_row(account, *(screen.money(one, CURRENCY) if one else "—" for one in figures))
    stage.console.print(grid)
    reduction = screen.money(_ORDER - quoted.quote.payable, CURRENCY)
    stage.console.print(
        screen.say(
            f"An order of 1,200.00 CNY with the coupon {COUPON}: −{reduction}",
            f"订单 1,200.00 CNY 使用优惠券 {COUPON}：−{reduction}",
        )
    )
