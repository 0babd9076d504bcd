"""`partita bill explain`: the story of one bill line, from usage to money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from partita.cli import screen
from partita.cli.bill import decimal
from partita.cli.chart import event_name, paid_by
from partita.cli.moment import local
from partita.core.catalog import TIERED, Counter, Model, PriceVersion
from partita.core.charge import Costs
from partita.core.discount import Discount, Target
from partita.core.ledger import Entry
from partita.core.money import format_scaled
from partita.core.period import Month
from partita.core.quantity import FACTOR_SCALE, format_price, format_quantity
from partita.core.refusal import Refused

if TYPE_CHECKING:
    from partita.usecases.bill_line import LineStory, PricedBy

Json = Annotated[bool, Parameter(name="--json")]
_FILES_SHOWN, _HASH_SHOWN = 5, 12
_COSTS = {
    "list_cost_e10": ("list", "原价"),
    "contracted_cost_e10": ("contracted", "合同价"),
    "billed_cost_e10": ("billed", "应付"),
    "effective_cost_e10": ("effective", "摊销"),
}
_MODELS = {
    Model.FLAT: ("flat", "固定金额"),
    Model.UNIT: ("unit", "单价"),
    Model.GRADUATED: ("graduated", "累进阶梯"),
    Model.VOLUME: ("volume", "到达阶梯"),
    Model.BLOCK: ("block", "按块"),
}
_COUNTERS = {Counter.ACCOUNT: (", by account", "（按账号累计）"), Counter.PAYER: (", by payer", "（按付款方累计）")}
_TARGETS = {
    Target.ALL: ("all products", "全部产品"),
    Target.PRODUCT: ("product", "产品"),
    Target.SKU: ("SKU", "计费项"),
}


def explain(bill: str, line: int, *, as_json: Json = False) -> None:
    """Tell the story of LINE of BILL (bill_…) from usage to money: `bill explain bill_… 3`.

    Files and records of usage, prices and tiers, discounts, the four costs, its share of the payable and of the
    round-down, what paid it, and the journal entries with their hashes. `bill show --lines` numbers the lines.
    """
    from partita.usecases.bill_line import explain as tell  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books:
        answer = tell(books, bill, line)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    story = answer
    screen.answer(story_plain(story), as_json=as_json, render=lambda console: line_page(console, story))


def line_page(console: Console, story: LineStory) -> None:
    """Tell the story of a line: usage, prices, costs, money, journal entries."""
    bill, line = story.bill, story.line
    title = screen.say(f"Bill line {line.line}", f"账单明细 {line.line}")
    month = Month.from_number(bill.month)
    console.print(Text.assemble((title, "bold"), f"  {bill.payer_id} {month} ({story.zone})  ", (bill.bill_id, "dim")))
    what = f"{line.account_id}  {line.product_id}  {line.sku_id}  {format_quantity(line.quantity_e6)} {line.unit}"
    late = screen.say("correction of ", "更正 ") + str(Month.from_number(line.usage_month))
    console.print(what if line.kind == "usage" else f"{what}  ({late})")
    _usage(console, story)
    _prices(console, story)
    _costs(console, story)
    _money(console, story)
    _entries(console, story)


def _head(console: Console, english: str, chinese: str) -> None:
    console.print(f"\n{screen.say(english, chinese)}", style="bold")


def _usage(console: Console, story: LineStory) -> None:
    records = screen.many(story.records, "record")
    _head(console, f"Usage: {records}; files with their sha256", f"用量：{story.records:,} 条；文件及其 sha256")
    for one in sorted(story.files, key=lambda one: one.file_name)[:_FILES_SHOWN]:
        count = screen.say(screen.many(one.records, "record"), f"{one.records:,} 条")
        console.print(f"  {one.file_name}  {count}  {format_quantity(one.quantity_e6)} {story.line.unit}")
        console.print(f"    {one.path}  {one.digest.hex()[:_HASH_SHOWN]}…", style="dim")
    if more := len(story.files[_FILES_SHOWN:]):
        console.print(
            screen.say(
                f"  … {screen.many(more, 'more file')}; --json names them all",
                f"  … 另有 {more} 个文件，--json 列出全部",
            ),
            style="dim",
        )
    for sample in story.samples:
        price = "" if sample.list_unit_price_e10 is None else f" × {format_price(sample.list_unit_price_e10)}"
        cost = format_price(sample.costs.billed_cost_e10)
        console.print(
            f"  {local(sample.charge_start, story.zone)}  {sample.record_id}  {format_quantity(sample.quantity_e6)}"
            f"{price} → {cost}"
        )
    if story.records > len(story.samples):
        more = story.records - len(story.samples)
        console.print(
            screen.say(f"  … {screen.many(more, 'more record')}", f"  … 另有 {more:,} 条"),
            style="dim",
        )


def _prices(console: Console, story: LineStory) -> None:
    _head(console, "Prices", "价格")
    for one in story.prices:
        since = local(one.price.effective_from, story.zone)
        charges = screen.say(f"{screen.many(one.charges, 'charge')}, ", f"{one.charges:,} 条，")
        console.print(f"  {one.price.price_id}  {screen.say('since', '自')} {since}  {_price_words(one.price)}")
        console.print(f"    {charges}{_amount(story, one.list_cost_e10)} → {_amount(story, one.contracted_cost_e10)}")
    for found in story.discounts:
        since = local(found.since, story.zone)
        applied = screen.say(", ", "、").join(_discount_words(one) for one in found.applied) or screen.say("none", "无")
        console.print(screen.say(f"  discounts since {since}: {applied}", f"  折扣，自 {since} 起：{applied}"))


def _discount_words(one: Discount) -> str:
    target = f"{screen.say(*_TARGETS[one.target_kind])} {one.target_id or ''}".rstrip()
    factor = format_scaled(one.factor_e6, FACTOR_SCALE)
    return screen.say(f"{target} × {factor} ({one.payer_id})", f"{target} × {factor}（{one.payer_id}）")


def _price_words(price: PriceVersion) -> str:
    tiers = [
        f"{'∞' if tier.to_e6 is None else format_quantity(tier.to_e6)}: {format_price(tier.price_e10)}"
        for tier in price.tiers
    ]
    if price.model in TIERED:
        return f"{screen.say(*_MODELS[price.model])}{screen.say(*_COUNTERS[price.counter])}  {'; '.join(tiers)}"
    block = f" / {format_quantity(price.block_e6)}" if price.model is Model.BLOCK and price.block_e6 else ""
    return f"{screen.say(*_MODELS[price.model])}  {format_price(price.tiers[0].price_e10)}{block}"


def _costs(console: Console, story: LineStory) -> None:
    _head(console, "Costs", "费用")
    values = [getattr(story.costs, name) for name in _COSTS]
    _sums(
        console,
        story,
        [(screen.say(*pair), _amount(story, one)) for pair, one in zip(_COSTS.values(), values, strict=True)],
    )


def _sums(console: Console, story: LineStory, rows: Sequence[tuple[str, str]]) -> None:
    """Print amounts with what each is, point under point."""
    grid = screen.table("", " ", right=(" ",))
    grid.show_header = False
    for (label, _), value in zip(rows, screen.pointed([value for _, value in rows]), strict=True):
        grid.add_row(label, f"{value} {story.bill.currency}")
    console.print(grid)


def _money(console: Console, story: LineStory) -> None:
    _head(console, "Money", "资金")
    currency = story.bill.currency
    rows = [
        (screen.say("cost", "费用"), _amount(story, story.line.billed_cost_e10)),
        (screen.say("round-down", "抹零"), _amount(story, -story.round_down_e10)),
        (screen.say("share of the payable", "分摊应付"), screen.money(story.share_minor, currency)),
    ]
    if story.credit_minor > 0:
        rows.append(
            (screen.say("credits of the bill", "本账单负数明细冲抵"), screen.money(-story.credit_minor, currency))
        )
    if story.credit_minor < 0:
        rows.append(
            (screen.say("taken up by other lines", "冲抵本账单其他明细"), screen.money(-story.credit_minor, currency))
        )
    if story.given_minor:
        rows.append((screen.say("taken up by other bills", "冲抵其他账单"), screen.money(story.given_minor, currency)))
    rows += [(label, screen.money(-minor, currency)) for label, minor in _paid(story)]
    rows.append((screen.say("outstanding", "未结清"), screen.money(story.outstanding_minor, currency)))
    _sums(console, story, rows)


def _paid(story: LineStory) -> list[tuple[str, int]]:
    """Return what each source paid, in one row a source, as `bill show` has it; how often, if more than once."""
    draws: dict[tuple[str, str], list[int]] = {}
    for one in story.paid:
        draws.setdefault((one.fund, one.source_id), []).append(one.amount_minor)
    return [
        (
            paid_by(*source) + (screen.say(f" ({len(some)} times)", f"（共 {len(some)} 次）") if len(some) > 1 else ""),
            sum(some),
        )
        for source, some in draws.items()
    ]


def _entries(console: Console, story: LineStory) -> None:
    _head(console, "Journal entries", "分录")
    for one in _entries_of(story):
        console.print(f"  #{one.sequence}  {event_name(one.kind)}  {one.entry_id}  {one.hash.hex()[:_HASH_SHOWN]}…")


def _entries_of(story: LineStory) -> list[Entry]:
    found = {entry.entry_id: entry for one in story.paid for entry in one.entries}
    billed = [story.billed_by] if story.billed_by else []
    return [*billed, *sorted(found.values(), key=lambda one: one.sequence)]


def _amount(story: LineStory, amount_e10: int) -> str:
    return screen.amount(amount_e10, story.bill.currency)


def story_plain(story: LineStory) -> dict[str, Any]:
    """Return the story of a line for JSON: amounts as decimal texts."""
    bill, line = story.bill, story.line
    currency = bill.currency
    return {
        "bill_id": bill.bill_id,
        "payer_id": bill.payer_id,
        "month": str(Month.from_number(bill.month)),
        "currency": currency,
        "line": line.line,
        "kind": line.kind,
        "account_id": line.account_id,
        "product_id": line.product_id,
        "sku_id": line.sku_id,
        "usage_month": str(Month.from_number(line.usage_month)),
        "quantity": format_quantity(line.quantity_e6),
        "unit": line.unit,
        "records": story.records,
        **_usage_plain(story),
        "prices": [_priced_plain(one) for one in story.prices],
        "discounts": [
            {"since": found.since, "applied": [
                {"payer_id": one.payer_id, "target_kind": one.target_kind.value, "target_id": one.target_id,
                 "factor": format_scaled(one.factor_e6, FACTOR_SCALE), "exclusive": one.exclusive}
                for one in found.applied]}
            for found in story.discounts
        ],
        "costs": _costs_plain(story.costs),
        "round_down": format_scaled(-story.round_down_e10, 10),
        "share": decimal(story.share_minor, currency),
        "credits": decimal(-story.credit_minor, currency),
        "taken_up_by_other_bills": decimal(story.given_minor, currency),
        "draws": [
            {"fund": one.fund, "source_id": one.source_id, "amount": decimal(one.amount_minor, currency),
             "entry_id": one.entries[0].entry_id if len(one.entries) == 1 else None}
            for one in story.paid
        ],
        "outstanding": decimal(story.outstanding_minor, currency),
        "entries": [
            {"entry_id": one.entry_id, "payer_id": one.payer_id, "sequence": one.sequence, "kind": one.kind,
             "hash": one.hash.hex()}
            for one in _entries_of(story)
        ],
    }  # fmt: skip


def _usage_plain(story: LineStory) -> dict[str, Any]:
    return {
        "usage_files": [
            {"file_name": one.file_name, "batch_id": one.batch_id, "path": one.path, "sha256": one.digest.hex(),
             "records": one.records, "quantity": format_quantity(one.quantity_e6)}
            for one in story.files
        ],
        "samples": [
            {"record_id": one.record_id, "start": one.charge_start, "end": one.charge_end,
             "quantity": format_quantity(one.quantity_e6), "price_id": one.price_id, "resource_id": one.resource_id,
             "region": one.region, "tags": one.tags, "costs": _costs_plain(one.costs)}
            for one in story.samples
        ],
    }  # fmt: skip


def _costs_plain(costs: Costs) -> dict[str, str]:
    return {name.removesuffix("_e10"): format_scaled(getattr(costs, name), 10) for name in _COSTS}


def _priced_plain(one: PricedBy) -> dict[str, Any]:
    return {
        "price_id": one.price.price_id,
        "effective_from": one.price.effective_from,
        "model": one.price.model.value,
        "counter": one.price.counter.value,
        "tiers": [
            {"to": None if tier.to_e6 is None else format_quantity(tier.to_e6), "price": format_price(tier.price_e10)}
            for tier in one.price.tiers
        ],
        "charges": one.charges,
        "quantity": format_quantity(one.quantity_e6),
        "list_cost": format_scaled(one.list_cost_e10, 10),
        "contracted_cost": format_scaled(one.contracted_cost_e10, 10),
    }
