"""`partita account …`: register, verify, freeze, close, invoice title, tier; and what is known of an account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from partita.cli import account_sheet, screen
from partita.cli.moment import moment_of
from partita.cli.ways import AS_IS, Ways, tell
from partita.core.account import AccountKind, AccountState, EntityKind, InvoiceProfile
from partita.core.refusal import Refused
from partita.core.tier import Capability, Tier, can

if TYPE_CHECKING:
    from partita.store.account import AccountRow
    from partita.usecases.account import AccountShown, StateChanged
    from partita.usecases.registration import Registered

Json = Annotated[bool, Parameter(name="--json")]
Kind = Literal["enterprise", "individual"]
Register = Literal["organisation", "person", "foreign"]
TierWord = Literal["basic", "advanced", "self-service"]
_DONE = {
    AccountState.FROZEN: ("Froze", "已冻结"),
    AccountState.OPEN: ("Opened", "已恢复"),
    AccountState.CLOSED: ("Closed", "已注销"),
}
_WOULD = {
    AccountState.FROZEN: ("Would freeze", "将冻结"),
    AccountState.OPEN: ("Would open", "将恢复"),
    AccountState.CLOSED: ("Would close", "将注销"),
}
_TIERS = {tier.word: tier for tier in Tier}


@Parameter(name="*")
@dataclass(frozen=True)
class Place:
    """Where a new account belongs; without an enterprise it gets one of its own, with this zone and currency."""

    enterprise: str | None = None
    unit: str | None = None
    zone: str = "Asia/Shanghai"
    currency: str = "CNY"


@Parameter(name="*")
@dataclass(frozen=True)
class Title:
    """What stands on an invoice."""

    title: str = ""
    tax_number: str = ""
    address: str = ""
    phone: str = ""
    bank: str = ""
    bank_account: str = ""


STANDALONE = Place()
AS_VERIFIED = Title()


def register(
    account: str,
    name: str,
    *,
    kind: Kind = "enterprise",
    place: Place = STANDALONE,
    effective_from: Annotated[str | None, Parameter(name="--from")] = None,
    ways: Ways = AS_IS,
) -> None:
    """Register ACCOUNT, such as `account register acme-shop "Acme Shop" --enterprise acme --unit retail`.

    Without --enterprise it gets an enterprise of its own. It pays for itself; the same command again changes nothing.

    Parameters
    ----------
    kind
        whose account it is.
    place.enterprise
        the enterprise that it belongs to for ever.
    place.unit
        the unit at which it stands.
    place.zone
        the calendar of an enterprise of its own.
    place.currency
        the money of an enterprise of its own.
    effective_from
        from when it is open; default: now. Usage from before is not taken in.
    """
    from partita.usecases.registration import Founded, Registration  # noqa: PLC0415 - a command starts fast
    from partita.usecases.registration import register as register_account  # noqa: PLC0415

    start = moment_of("from", effective_from, as_json=ways.as_json)
    stated = Registration(account, name, AccountKind(kind), place.enterprise, place.unit, start)
    with screen.opened() as books, books.work() as work:
        answer = register_account(work, stated, founded=Founded(place.zone, place.currency), dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    _show_registered(answer, ways)


def verify(
    account: str,
    number: str,
    name: str,
    *,
    register: Register = "organisation",
    country: str = "CN",
    ways: Ways = AS_IS,
) -> None:
    """Verify ACCOUNT as the legal entity with this NUMBER and NAME, as they stand on its certificate.

    The number of an organisation is its unified social credit code, that of a person the resident id; the check digits
    are checked. Accounts that share credit, funds and discounts have to be verified as the same entity.

    Parameters
    ----------
    name
        the name on the certificate.
    register
        which register knows the entity.
    country
        the country of a foreign register, such as SG.
    """
    from partita.formats.legal_entity import read_entity  # noqa: PLC0415 - a command starts fast
    from partita.usecases import account as accounts  # noqa: PLC0415

    entity = read_entity(EntityKind(register), number, name, country)
    if isinstance(entity, Refused):
        screen.refuse(entity, as_json=ways.as_json)
    with screen.opened() as books, books.work() as work:
        answer = accounts.verify_entity(work, account_id=account, entity=entity, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "account_id": account,
        "entity": account_sheet.entity_plain(answer.entity),
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(
        plain,
        ways,
        done=(f"Verified {account} as {entity.name}.", f"已将 {account} 实名认证为 {entity.name}。"),
        would=(f"Would verify {account} as {entity.name}.", f"将把 {account} 实名认证为 {entity.name}。"),
    )


def freeze(account: str, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """Freeze ACCOUNT: its people change nothing any more; its products run on and are billed.

    Parameters
    ----------
    reason
        why; it is kept with the account.
    """
    from partita.usecases import account as accounts  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = accounts.freeze(work, account_id=account, note=reason, dry_run=ways.dry_run)
    _show_state(answer, ways)


def unfreeze(account: str, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """Open ACCOUNT again after it was frozen.

    Parameters
    ----------
    reason
        why; it is kept with the account.
    """
    from partita.usecases import account as accounts  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = accounts.unfreeze(work, account_id=account, note=reason, dry_run=ways.dry_run)
    _show_state(answer, ways)


def close(account: str, *, reason: str = "", ways: Ways = AS_IS) -> None:
    """Close ACCOUNT for ever. It must have no relation, no usage without a bill, no debt and no funds.

    Parameters
    ----------
    reason
        why; it is kept with the account.
    """
    from partita.usecases import account as accounts  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = accounts.close_account(work, account_id=account, note=reason, dry_run=ways.dry_run)
    _show_state(answer, ways)


def invoice_title(account: str, *, invoice: Title = AS_VERIFIED, ways: Ways = AS_IS) -> None:
    """Set the invoice title of ACCOUNT; title and tax number come from the legal entity unless given.

    Parameters
    ----------
    invoice.title
        the name that stands on the invoice.
    invoice.tax_number
        the tax number of an enterprise: its unified social credit code.
    invoice.address
        the registered address.
    invoice.phone
        the telephone number.
    invoice.bank
        the bank.
    invoice.bank_account
        the number at the bank.
    """
    from partita.usecases import account as accounts  # noqa: PLC0415 - a command starts fast

    stated = InvoiceProfile(
        invoice.title, invoice.tax_number, invoice.address, invoice.phone, invoice.bank, invoice.bank_account
    )
    with screen.opened() as books, books.work() as work:
        answer = accounts.set_invoice_profile(work, account_id=account, profile=stated, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    profile = answer.profile
    plain = {
        "account_id": account,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    } | account_sheet.profile_plain(profile)
    title = f"{profile.title} {profile.tax_number}".strip()
    tell(
        plain,
        ways,
        done=(f"Invoice title of {account}: {title}", f"{account} 的发票抬头：{title}"),
        would=(f"Would set the invoice title of {account}: {title}", f"将设置 {account} 的发票抬头：{title}"),
    )


def set_tier(
    account: str,
    tier: TierWord,
    *,
    effective_from: Annotated[str | None, Parameter(name="--from")] = None,
    ways: Ways = AS_IS,
) -> None:
    """Set the TIER of the customer that ACCOUNT is; `account tiers` shows what each can do.

    Parameters
    ----------
    effective_from
        from when it counts; default: now.
    """
    from partita.usecases import account as accounts  # noqa: PLC0415 - a command starts fast

    start = moment_of("from", effective_from, as_json=ways.as_json)
    wanted = _TIERS[tier]
    with screen.opened() as books, books.work() as work:
        answer = accounts.set_tier(work, account_id=account, tier=wanted, effective_from=start, dry_run=ways.dry_run)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "account_id": account,
        "tier": answer.tier.word,
        "effective_from": answer.effective_from,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    tell(
        plain,
        ways,
        done=(f"{account} is a {wanted.text()} customer.", f"{account} 为{wanted.text('zh')}。"),
        would=(f"{account} would be a {wanted.text()} customer.", f"{account} 将成为{wanted.text('zh')}。"),
    )


def tiers(*, as_json: Json = False) -> None:
    """Show what a customer of each tier can do."""
    plain = {"capabilities": {one.word: [tier.word for tier in Tier if can(tier, one)] for one in Capability}}
    screen.answer(plain, as_json=as_json, render=account_sheet.show_tiers)


def show(account: str, *, as_json: Json = False) -> None:
    """Show what is known of ACCOUNT: kind, state, legal entity, invoice title, tier, what stands against closing."""
    from partita.usecases import account as accounts  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = accounts.show_account(work, account)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    found: AccountShown = answer
    screen.answer(
        account_sheet.plain(found), as_json=as_json, render=lambda console: account_sheet.show(console, found)
    )


def list_accounts(*, as_json: Json = False) -> None:
    """List the accounts that you may see."""
    from partita.usecases import account as accounts  # noqa: PLC0415 - a command starts fast

    with screen.opened() as books, books.work() as work:
        answer = accounts.list_accounts(work)
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=as_json)
    rows: list[AccountRow] = answer
    plain = {"accounts": [account_sheet.row_plain(row) for row in rows]}
    screen.answer(plain, as_json=as_json, render=lambda console: account_sheet.show_rows(console, rows))


def _show_registered(done: Registered, ways: Ways) -> None:
    one = done.registration
    plain = {
        "account_id": one.account_id,
        "name": one.name,
        "kind": one.kind.value,
        "enterprise_id": one.enterprise_id,
        "org_unit_id": one.org_unit_id,
        "effective_from": one.effective_from,
        "new_enterprise": done.enterprise is not None,
        "repeated": done.repeated,
        "dry_run": done.dry_run,
    }
    account, where = one.account_id, f"{one.enterprise_id}/{one.org_unit_id}"
    tell(
        plain,
        ways,
        done=(f"Registered {account} in {where}.", f"已在 {where} 注册账号 {account}。"),
        would=(f"Would register {account} in {where}.", f"将在 {where} 注册账号 {account}。"),
    )


def _show_state(answer: StateChanged | Refused, ways: Ways) -> None:
    if isinstance(answer, Refused):
        screen.refuse(answer, as_json=ways.as_json)
    plain = {
        "account_id": answer.account_id,
        "before": answer.before.value,
        "state": answer.state.value,
        "repeated": answer.repeated,
        "dry_run": answer.dry_run,
    }
    (done_en, done_zh), (would_en, would_zh) = _DONE[answer.state], _WOULD[answer.state]
    account = answer.account_id
    tell(
        plain,
        ways,
        done=(f"{done_en} {account}.", f"{done_zh}：{account}。"),
        would=(f"{would_en} {account}.", f"{would_zh}：{account}。"),
    )
