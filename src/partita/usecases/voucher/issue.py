"""Issue: vouchers to an account, by the operator or from its own pool; quota for the pool.

Load → decide → save, in one transaction, idempotent by key. Rules: VOUCHER-3, VOUCHER-6 (`docs/rules/voucher.md`).
"""

from __future__ import annotations

from dataclasses import dataclass

from partita.core import posting_rules
from partita.core.ids import derived_id
from partita.core.ledger import Draft
from partita.core.money import Money
from partita.core.permission import Action
from partita.core.refusal import Reason, Refused, refused
from partita.core.template import Instrument, Kind, Template, validity
from partita.core.voucher import Voucher
from partita.store import ledger as ledger_store
from partita.store import template as template_store
from partita.store import voucher as voucher_store
from partita.store.funds import Holder
from partita.usecases.funds.command import amount_at_fault, holder_for, key_of_day, posted, saved, text_at_fault
from partita.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Wanted:
    """A voucher to be issued: to whom, by which template, how much if not what that says, and from the pool or not."""

    account_id: str
    template_id: str
    amount_minor: int | None = None
    from_pool: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """A voucher that an account has now; `pool` is what is left of the pool it came from, None without one."""

    voucher: Voucher
    entry_id: str
    idempotency_key: str
    pool: Money | None
    repeated: bool
    dry_run: bool


@dataclass(frozen=True, slots=True)
class PoolGranted:
    """Quota granted to a pool, and what the pool holds now."""

    account_id: str
    amount: Money
    pool: Money
    entry_id: str
    idempotency_key: str
    repeated: bool
    dry_run: bool


def issue(work: Work, wanted: Wanted, *, idempotency_key: str | None = None, dry_run: bool = False) -> Issued | Refused:
    """Issue a voucher by a template, once per key (VOUCHER-6); without a key, once a day for the same amount.

    `amount_minor` is for cash templates; else it is what the template says. `from_pool` takes it from the pool of the
    account itself. Refused in this order: NOT_PERMITTED, ACCOUNT_CLOSED, ACCOUNT_FROZEN, UNKNOWN_ACCOUNT,
    UNKNOWN_TEMPLATE, WRONG_INSTRUMENT, TEMPLATE_CURRENCY, VOUCHER_AMOUNT_FIXED, AMOUNT_NOT_POSITIVE, BAD_AMOUNT,
    BAD_TEXT, IDEMPOTENCY_KEY_REUSED, TEMPLATE_OVER, EXCEEDS_POOL.
    """
    account_id, from_pool = wanted.account_id, wanted.from_pool
    action = Action.USE_POOL if from_pool else Action.ISSUE_VOUCHER
    found = load(work, action, (account_id, wanted.template_id), Instrument.VOUCHER)
    if isinstance(found, Refused):
        return found
    holder, template = found
    amount = template.amount_minor if wanted.amount_minor is None else wanted.amount_minor
    key = key_of_day(work, holder, template.template_id, amount) if idempotency_key is None else idempotency_key
    if no := _amount_fixed(template, amount) or amount_at_fault(Money(amount, template.currency), holder.currency):
        return no
    if no := text_at_fault({"key": key}):
        return no

    def decide() -> Issued | Refused:
        ledger_store.lock_payers(work.tx, [account_id])
        known = voucher_store.by_key(work.tx, account_id, key)
        voucher = known or _made(work, account_id, template, (amount, from_pool), key)
        if isinstance(voucher, Refused):
            return voucher
        if _facts(voucher) != (template, amount, from_pool):
            return refused(Reason.IDEMPOTENCY_KEY_REUSED, key=key)
        if known is None:
            voucher_store.add(work.tx, [(voucher, key)], recorded_by=work.actor.signature, recorded_at=work.now)
        entries = ledger_store.append(work.tx, [_draft(voucher)], recorded_at=work.now)
        assert not isinstance(entries, Refused), f"a voucher is posted once: {entries}"
        pool = pool_of(work, account_id, template.currency) if from_pool else None
        return Issued(voucher, entries[0].entry_id, key, pool, known is not None, dry_run)

    return saved(work, decide, dry_run=dry_run)


def grant_pool(
    work: Work,
    *,
    account_id: str,
    amount: Money,
    idempotency_key: str | None = None,
    reference: str = "",
    dry_run: bool = False,
) -> PoolGranted | Refused:
    """Grant quota to the voucher pool (代金券额度池) of an account, once per key (VOUCHER-6).

    Refused in this order: NOT_PERMITTED, ACCOUNT_CLOSED, ACCOUNT_FROZEN, UNKNOWN_ACCOUNT, CURRENCY_NOT_USED,
    AMOUNT_NOT_POSITIVE, BAD_AMOUNT, BAD_TEXT, IDEMPOTENCY_KEY_REUSED.
    """
    holder = holder_for(work, Action.ISSUE_VOUCHER, account_id)
    if isinstance(holder, Refused):
        return holder
    key = key_of_day(work, holder, amount, reference) if idempotency_key is None else idempotency_key
    if no := amount_at_fault(amount, holder.currency) or text_at_fault({"reference": reference, "key": key}):
        return no
    draft = posting_rules.pool_granted(payer_id=account_id, amount=amount, reference=reference, idempotency_key=key)

    def decide() -> PoolGranted | Refused:
        done = posted(work, (draft,), key, may=lambda: None)
        if isinstance(done, Refused):
            return done
        pool = pool_of(work, account_id, amount.currency)
        return PoolGranted(account_id, amount, pool, done.entries[0].entry_id, key, done.repeated, dry_run)

    return saved(work, decide, dry_run=dry_run)


def load(
    work: Work, action: Action, names: tuple[str, str], instrument: Instrument
) -> tuple[Holder, Template] | Refused:
    """Return whom something is issued to, and by which template, of (account, template).

    The first refusals of issuing, in their order: NOT_PERMITTED … TEMPLATE_CURRENCY.
    """
    account_id, template_id = names
    holder = holder_for(work, action, account_id)
    if isinstance(holder, Refused):
        return holder
    enterprise = template_store.enterprise_of(work.tx, account_id)
    template = template_store.template(work.tx, enterprise, template_id)
    if template is None:
        return refused(Reason.UNKNOWN_TEMPLATE, template=template_id, enterprise=enterprise)
    if template.instrument is not instrument:
        made = {Instrument.VOUCHER: ("voucher", "代金券"), Instrument.COUPON: ("coupon", "优惠券")}
        return refused(Reason.WRONG_INSTRUMENT, template=template_id, instrument=made[template.instrument])
    if template.currency != holder.currency:
        return refused(
            Reason.TEMPLATE_CURRENCY,
            template=template_id,
            currency=template.currency,
            account=account_id,
            known=holder.currency,
        )
    return holder, template


def pool_of(work: Work, account_id: str, currency: str) -> Money:
    """Return what the pool of an account holds."""
    return Money(-ledger_store.balance_of(work.tx, account_id, posting_rules.VOUCHER_POOL, currency), currency)


def _amount_fixed(template: Template, amount: int) -> Refused | None:
    if template.kind is Kind.CASH or amount == template.amount_minor:
        return None
    return refused(Reason.VOUCHER_AMOUNT_FIXED, template=template.template_id)


def _made(work: Work, account_id: str, template: Template, amount: tuple[int, bool], key: str) -> Voucher | Refused:
    minor, from_pool = amount
    valid = validity(template, work.now)
    if valid is None:
        return refused(Reason.TEMPLATE_OVER, template=template.template_id)
    pool = pool_of(work, account_id, template.currency)
    if from_pool and minor > pool.minor:
        asked = Money(minor, template.currency)
        return refused(Reason.EXCEEDS_POOL, account=account_id, left=pool, amount=asked)
    voucher_id = derived_id("vch", account_id, key)
    return Voucher(voucher_id, account_id, template, minor, valid, work.now, from_pool)


def _facts(voucher: Voucher) -> tuple[Template, int, bool]:
    return voucher.template, voucher.amount_minor, voucher.from_pool


def _draft(voucher: Voucher) -> Draft:
    rule = posting_rules.voucher_made if voucher.from_pool else posting_rules.voucher_issued
    amount = Money(voucher.amount_minor, voucher.template.currency)
    return rule(payer_id=voucher.account_id, voucher_id=voucher.voucher_id, amount=amount)
