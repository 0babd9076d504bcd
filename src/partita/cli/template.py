"""Templates on the command line, for vouchers and coupons alike: how their terms are written, read and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from rich.console import Console

from partita.cli import screen
from partita.cli.funds.amount import decimal, parsed
from partita.cli.moment import local, moment_of
from partita.cli.ways import Ways, tell
from partita.core.money import Money, format_scaled
from partita.core.quantity import FACTOR_SCALE, parse_factor
from partita.core.refusal import Reason, Refused, refused
from partita.core.scope import Listing, Occasion, Scope
from partita.core.template import Instrument, Kind, Template
from partita.core.template import Terms as TemplateTerms
from partita.core.voucher import Priority

if TYPE_CHECKING:
    from partita.core.voucher import Policy
    from partita.usecases.template import PrioritySet
    from partita.usecases.work import Work

KINDS = {"cash": ("cash", "现金券"), "threshold": ("threshold", "满减券"), "percentage": ("percentage", "折扣券")}
YesNo = Literal["yes", "no"]
_PER_CENT_SCALE = FACTOR_SCALE - 2


@Parameter(name="*")
@dataclass(frozen=True)
class Terms:
    """The terms of a template, as people write them."""

    minimum: str = "0"
    percent: str | None = None
    only: str = ""
    excluding: str = ""
    accounts: str = ""
    tags: str = ""
    on: str = ""
    stacks: YesNo | None = None
    start: str | None = None
    until: str | None = None
    days: int | None = None
    title: str = ""
    enterprise: Annotated[str | None, Parameter(name="--enterprise")] = None


USUAL = Terms()
_OCCASIONS = {
    Occasion.PAY_AS_YOU_GO: "按量付费", Occasion.PURCHASE: "新购", Occasion.RENEW: "续费", Occasion.RESIZE: "变配",
}  # fmt: skip
"""What money is spent on, in Chinese."""


def define(instrument: Instrument, words: tuple[str, str, str], terms: Terms, ways: Ways) -> None:
    """Define a template from (name, kind, amount) and its terms, and say so."""
    from partita.usecases.template import define_template  # noqa: PLC0415 - a command starts fast

    name, kind, _ = words
    if kind not in KINDS:
        screen.misuse(
            f"KIND is one of {', '.join(KINDS)}, not {kind!r}.", f"KIND 可用 {'、'.join(KINDS)}，而不是 {kind!r}。"
        )
    with screen.opened() as books, books.work() as work:
        template = _template(work, instrument, words, terms, ways)
        zone = _enterprise(work, terms.enterprise)[1]
        answer = define_template(work, template, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = template_plain(template) | {"repeated": answer.repeated, "dry_run": ways.dry_run}
    said = template_line(template, zone)
    tell(plain, ways, done=(f"{name}: {said}", f"{name}：{said}"),
         would=(f"Would define {name}: {said}", f"将定义 {name}：{said}"))  # fmt: skip


def show_all(instrument: Instrument, enterprise: str | None, *, as_json: bool) -> None:
    """List the templates of an enterprise for vouchers, or for coupons."""
    from partita.usecases.template import templates  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        name, zone, _ = _enterprise(work, enterprise)
        answer = templates(work, name, instrument)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found = answer

    def render(console: Console) -> None:
        if not found:
            console.print(screen.say("No templates.", "没有券模板。"))
            return
        grid = screen.table(screen.say("template", "模板"), screen.say("terms", "条款"))
        for one in found:
            grid.add_row(f"{one.template_id} {one.name}".strip(), template_line(one, zone))
        console.print(grid)

    screen.answer({"templates": [template_plain(one) for one in found]}, as_json=as_json, render=render)


def set_order(instrument: Instrument, keys: Sequence[str], enterprise: str | None, ways: Ways) -> None:
    """Set the order in which an enterprise uses its vouchers or coupons, and say so."""
    from partita.usecases.template import bad_priority, set_priority  # noqa: PLC0415 - a command starts fast

    known = {one.value for one in Priority}
    if any(key not in known for key in keys):
        screen.refuse(bad_priority(", ".join(keys)), as_json=ways.as_json)
    with screen.opened() as books, books.work() as work:
        answer = set_priority(
            work,
            enterprise_id=_enterprise(work, enterprise)[0],
            instrument=instrument,
            keys=tuple(map(Priority, keys)),
            dry_run=ways.dry_run,
        )
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    done: PrioritySet = answer
    plain = {
        "enterprise_id": done.enterprise_id,
        "instrument": done.instrument.value,
        "before": [key.value for key in done.before],
        "priority": [key.value for key in done.policy],
        "repeated": done.repeated,
        "dry_run": done.dry_run,
    }
    said = policy_line(done.policy)
    tell(
        plain,
        ways,
        done=(f"From now on: {said}.", f"自即刻起：{said}。"),
        would=(f"Would be: {said}.", f"将为：{said}。"),
    )


_KEYS = {
    Priority.EXPIRY: ("earliest expiry", "最早到期"),
    Priority.DEDICATED: ("dedicated before general", "专用先于通用"),
    Priority.BALANCE: ("most left", "余额最大"),
    Priority.ISSUE: ("issued first", "最早发放"),
}


def policy_line(policy: Policy) -> str:
    """Say an order of priority in a line."""
    return screen.say(", then ", "，其次").join(screen.say(*_KEYS[key]) for key in policy)


def template_line(one: Template, zone: str) -> str:
    """Say the terms of a template in a line."""
    amount, terms = Money(one.amount_minor, one.currency).grouped, one.terms
    minimum = Money(terms.minimum_minor, one.currency).grouped
    said = [screen.say(*KINDS[one.kind.value])]
    if terms.percent_e6 is None:
        said.append(amount)
    else:
        percent = format_scaled(terms.percent_e6, _PER_CENT_SCALE)
        said.append(screen.say(f"{percent} % up to {amount}", f"{percent}%，上限 {amount}"))
    if terms.minimum_minor:
        said.append(screen.say(f"from {minimum} on", f"满 {minimum}"))
    said += _scope_words(terms.scope)
    if not terms.stacks:
        said.append(screen.say("used alone", "不可叠加"))
    return screen.say(", ", "，").join([*said, _validity_words(one, zone)])


def _scope_words(scope: Scope) -> list[str]:
    lists = (
        (scope.products if scope.listing is Listing.WHITE else (), "only", "仅限"),
        (scope.products if scope.listing is Listing.BLACK else (), "not", "不含"),
        (scope.accounts, "for", "账号"),
        ([f"{key}={value}" for key, value in scope.tags], "tagged", "标签"),
        ([screen.say(one.value, _OCCASIONS[one]) for one in scope.occasions], "on", "用途"),
    )
    return [screen.say(f"{english} {' '.join(sorted(names))}", f"{chinese} {' '.join(sorted(names))}")
            for names, english, chinese in lists if names]  # fmt: skip


def _validity_words(one: Template, zone: str) -> str:
    start = screen.say(f"from {local(one.starts, zone)} ", f"自 {local(one.starts, zone)} ") if one.starts else ""
    if one.ends:
        return start + screen.say(f"until {local(one.ends, zone)}", f"至 {local(one.ends, zone)}")
    return start + screen.say(f"for {one.days} days", f"有效 {one.days} 天")


def template_plain(one: Template) -> dict[str, Any]:
    """Return a template as JSON has it."""
    terms, scope = one.terms, one.terms.scope
    return {
        "template_id": one.template_id,
        "enterprise_id": one.enterprise_id,
        "instrument": one.instrument.value,
        "kind": one.kind.value,
        "title": one.name,
        "currency": one.currency,
        "amount": decimal(Money(one.amount_minor, one.currency)),
        "percent": None if terms.percent_e6 is None else format_scaled(terms.percent_e6, _PER_CENT_SCALE),
        "minimum": decimal(Money(terms.minimum_minor, one.currency)),
        "products_listed": scope.listing.value,
        "products": sorted(scope.products),
        "accounts": sorted(scope.accounts),
        "occasions": sorted(occasion.value for occasion in scope.occasions),
        "tags": dict(sorted(scope.tags)),
        "stacks": terms.stacks,
        "starts": one.starts,
        "ends": one.ends,
        "days": one.days,
    }


def _template(work: Work, instrument: Instrument, words: tuple[str, str, str], terms: Terms, ways: Ways) -> Template:
    name, kind, amount = words
    enterprise, zone, currency = _enterprise(work, terms.enterprise)
    stacks = terms.stacks == "yes" if terms.stacks else instrument is Instrument.VOUCHER
    starts, ends = _validity(terms, zone, ways)
    return Template(
        template_id=name,
        enterprise_id=enterprise,
        instrument=instrument,
        kind=Kind(kind),
        name=terms.title,
        currency=currency,
        amount_minor=_minor(amount, currency, ways),
        terms=TemplateTerms(_scope(terms), _minor(terms.minimum, currency, ways), _share(terms, ways), stacks),
        starts=starts,
        ends=ends,
        days=terms.days,
    )


def _validity(terms: Terms, zone: str, ways: Ways) -> tuple[datetime | None, datetime | None]:
    """Return start and end; the day given as the last one is a whole day."""
    from partita.usecases.moment import end_of, start_of  # noqa: PLC0415 - a command starts fast

    start = moment_of("start", terms.start, as_json=ways.as_json)
    until = moment_of("until", terms.until, as_json=ways.as_json)
    return start_of(start, zone), end_of(until, zone)


def _scope(terms: Terms) -> Scope:
    only, excluding = names_of(terms.only), names_of(terms.excluding)
    if only and excluding:
        screen.misuse("Give --only or --excluding, not both.", "--only 与 --excluding 只能给出一个。")
    return Scope(
        listing=Listing.WHITE if only else Listing.BLACK if excluding else Listing.ALL,
        products=only or excluding,
        accounts=names_of(terms.accounts),
        occasions=frozenset(map(occasion_of, names_of(terms.on))),
        tags=tags_of(terms.tags),
    )


def names_of(text: str) -> frozenset[str]:
    """Read names with commas between."""
    return frozenset(filter(None, (one.strip() for one in text.split(","))))


def occasion_of(text: str) -> Occasion:
    """Read an occasion, or leave with the ones there are."""
    known = [one.value for one in Occasion]
    if text not in known:
        screen.misuse(f"{text!r} is not one of {', '.join(known)}.", f"{text!r} 无效，可用：{'、'.join(known)}。")
    return Occasion(text)


def tags_of(text: str) -> frozenset[tuple[str, str]]:
    """Read tags such as `team=web,env=prod`."""
    found = set()
    for one in sorted(names_of(text)):
        key, equals, value = one.partition("=")
        if not equals or not key:
            screen.misuse(f"{one!r} is no tag: write key=value.", f"{one!r} 不是标签：请写成 键=值。")
        found.add((key, value))
    return frozenset(found)


def _share(terms: Terms, ways: Ways) -> int | None:
    if terms.percent is None:
        return None
    try:
        return parse_factor(f"{terms.percent}e-2")
    except ValueError:
        detail = ("write a percentage such as 30, with at most 4 decimals.", "请写百分数，例如 30，最多 4 位小数。")
        screen.refuse(refused(Reason.BAD_TEMPLATE, detail=detail), as_json=ways.as_json)


def _minor(text: str, currency: str, ways: Ways) -> int:
    read = parsed(text, currency)
    if isinstance(read, Refused):
        screen.refuse(read, as_json=ways.as_json)
    return read.minor


def _enterprise(work: Work, named: str | None) -> tuple[str, str, str]:
    """Return (enterprise, zone, currency): the one named, or the only one; one that is not there is refused later."""
    from partita.usecases.template import enterprise_of  # noqa: PLC0415 - a command starts fast

    found = enterprise_of(work, named)
    if found is None:
        screen.misuse(
            "There are several enterprises: name one with --enterprise.", "有多个企业：请用 --enterprise 指定。"
        )
    return found
