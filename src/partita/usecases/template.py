"""Templates of vouchers and coupons: define them, list them, and set the order in which they are used.

A template is its own key: the same one again changes nothing, other terms under its name are refused. Rules: VOUCHER-1,
VOUCHER-2, VOUCHER-4 (`docs/rules/voucher.md`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from partita.core.funds import AMOUNT_MINOR_MAX
from partita.core.ids import is_name
from partita.core.ledger import is_line
from partita.core.period import DEFAULT_ZONE
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.scope import Scope
from partita.core.template import Instrument, Template, check_template
from partita.core.voucher import Policy, Priority, check_policy
from partita.store import catalog as catalog_store
from partita.store import org as org_store
from partita.store import template as template_store
from partita.usecases.funds.command import saved
from partita.usecases.permission import authorise_in
from partita.usecases.work import Work

TEXT_MAX = 200
_TAG_KEY = re.compile(r"[A-Za-z0-9_.:/@ -]{1,128}\Z")


@dataclass(frozen=True, slots=True)
class TemplateDefined:
    """A template that is there now. `repeated`: it was there before, and nothing happened."""

    template: Template
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class PrioritySet:
    """The order in which an enterprise uses its vouchers or coupons from now on."""

    enterprise_id: str
    instrument: Instrument
    before: Policy
    policy: Policy
    repeated: bool
    dry_run: bool


def define_template(work: Work, template: Template, *, dry_run: bool = False) -> TemplateDefined | Refused:
    """Define a template of an enterprise, once and for ever (VOUCHER-1, VOUCHER-2).

    Refused in this order: NOT_PERMITTED, UNKNOWN_ENTERPRISE, BAD_TEXT, BAD_AMOUNT, BAD_TEMPLATE, TEMPLATE_DIFFERS.
    """
    enterprise_id = template.enterprise_id
    if isinstance(no := authorise_in(work, Action.DEFINE_TEMPLATE, enterprise_id), Refused):
        return no
    if enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=enterprise_id)
    if (wrong := _no_good(work, template)) is not None:
        return wrong

    def decide() -> TemplateDefined | Refused:
        template_store.lock(work.tx, enterprise_id)
        known = template_store.template(work.tx, enterprise_id, template.template_id)
        if known is None and (over := _over(template, work.now)):
            return over
        if known is not None and known != template:
            return refused(Reason.TEMPLATE_DIFFERS, template=template.template_id)
        if known is None:
            template_store.add(work.tx, template, recorded_by=work.actor.signature, recorded_at=work.now)
        return TemplateDefined(template, known is not None, dry_run)

    return saved(work, decide, dry_run=dry_run)


def set_priority(
    work: Work, *, enterprise_id: str, instrument: Instrument, keys: tuple[Priority, ...], dry_run: bool = False
) -> PrioritySet | Refused:
    """Set the order in which an enterprise uses its vouchers or coupons (VOUCHER-4).

    Refused in this order: NOT_PERMITTED, UNKNOWN_ENTERPRISE, BAD_PRIORITY.
    """
    if isinstance(no := authorise_in(work, Action.DEFINE_TEMPLATE, enterprise_id), Refused):
        return no
    if enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=enterprise_id)
    if not check_policy(keys):
        return bad_priority(", ".join(key.value for key in keys))

    with work.tx.transaction(force_rollback=dry_run):
        template_store.lock(work.tx, enterprise_id)
        before = template_store.policy(work.tx, enterprise_id, instrument)
        if before != keys:
            template_store.set_policy(
                work.tx, (enterprise_id, instrument), keys, recorded_by=work.actor.signature, recorded_at=work.now
            )
    return PrioritySet(enterprise_id, instrument, before, keys, before == keys, dry_run)


def templates(work: Work, enterprise_id: str, instrument: Instrument | None = None) -> list[Template] | Refused:
    """Return the templates of an enterprise, by name. Refused in this order: NOT_PERMITTED, UNKNOWN_ENTERPRISE."""
    if isinstance(no := authorise_in(work, Action.VIEW_ACCOUNT, enterprise_id), Refused):
        return no
    if enterprise_id not in org_store.enterprises_of(work.tx):
        return refused(Reason.UNKNOWN_ENTERPRISE, enterprise=enterprise_id)
    return template_store.templates(work.tx, enterprise_id, instrument)


def enterprise_of(work: Work, named: str | None) -> tuple[str, str, str] | None:
    """Return (enterprise, zone, currency) of the enterprise named, or of the only one; None when one has to be named.

    One that is not there stands for itself: the use case refuses it, in its order.
    """
    known = org_store.enterprises_of(work.tx)
    name = named or (next(iter(known)) if len(known) == 1 else None)
    if name is None:
        return None
    found = known.get(name)
    return (name, found.zone, found.currency) if found else (name, DEFAULT_ZONE, "CNY")


def bad_priority(given: str) -> Refused:
    """Return the refusal of an order of priority that makes no sense."""
    return refused(Reason.BAD_PRIORITY, given=repr(given), known=", ".join(key.value for key in Priority))


def _no_good(work: Work, template: Template) -> Refused | None:
    texts = {"name": template.name, "template": template.template_id}
    for name, text in texts.items():
        if not is_line(text) or len(text) > TEXT_MAX or (name == "template" and not is_name(text)):
            return refused(Reason.BAD_TEXT, name=name, limit=TEXT_MAX)
    if max(template.amount_minor, template.terms.minimum_minor) > AMOUNT_MINOR_MAX:
        detail = ("more than ten trillion is a slip.", "超过十万亿应为笔误。")
        return refused(Reason.BAD_AMOUNT, amount=template.amount_minor, currency=template.currency, detail=detail)
    wrong = check_template(template) or _unknown_names(work, template) or _bad_tags(template.terms.scope)
    return refused(Reason.BAD_TEMPLATE, detail=wrong) if wrong else None


def _over(template: Template, now: datetime) -> Refused | None:
    """Refuse a new template whose vouchers would have ended already."""
    ends = template.ends
    if ends is None or now < ends:
        return None
    detail = ("its validity has ended already: give a later --until.", "有效期已截止：请给出更晚的 --until。")
    return refused(Reason.BAD_TEMPLATE, detail=detail)


def _bad_tags(scope: Scope) -> tuple[str, str] | None:
    """Say which tag key cannot be looked for in charges; a tag has one value."""
    keys = [key for key, _ in sorted(scope.tags)]
    if wrong := next((key for key in keys if not _TAG_KEY.match(key)), None):
        return (
            f"the tag key {wrong!r} has other characters than letters, digits, blanks and _.:/@-.",
            f"标签键 {wrong!r} 只能包含字母、数字、空格和 _.:/@-。",
        )
    twice = next((key for key in keys if keys.count(key) > 1), None)
    return (f"the tag {twice} has two values.", f"标签 {twice} 有两个值。") if twice else None


def _unknown_names(work: Work, template: Template) -> tuple[str, str] | None:
    """Say which product or account of a scope does not exist: a voucher for a slip of the pen could never be used.

    Accounts of another enterprise are none here: nobody learns from a template which accounts others have.
    """
    scope = template.terms.scope
    products = sorted(scope.products - set(catalog_store.products_of(work.tx)))
    if products:
        return f"there is no product {', '.join(products)}.", f"没有产品 {'、'.join(products)}。"
    own = org_store.accounts_in(work.tx, template.enterprise_id, scope.accounts)
    accounts = sorted(scope.accounts - own)
    if accounts:
        return f"there is no account {', '.join(accounts)}.", f"没有账号 {'、'.join(accounts)}。"
    return None
